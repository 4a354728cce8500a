//! DTM: digits, format and zone to an instant (D.04B 2379; BDEW format rules).

use crate::edifact::scan::Segment;
use crate::market::calendar::{
    DAY_SECONDS, GAS_DAY_HOUR, LegalClock, UtcTime, days_from_civil, month_length,
};

/// A DTM: C507, unescaped.
pub(crate) struct Dtm {
    /// 2005.
    qualifier: Short,
    /// 2380.
    text: Short,
    /// 2379.
    format: Short,
}

/// A short text without an allocation: what is longer than [`SHORT_BYTES`] is cut, and fits nothing.
struct Short {
    bytes: [u8; SHORT_BYTES],
    length: usize,
}

/// What a DTM says, before it is known how a time without zone or hour is meant.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Moment {
    /// An instant.
    Utc(UtcTime),
    /// A time on the clock of German legal time, in seconds since 1970-01-01T00:00 on that clock.
    Local(i64),
    /// A day, as days since 1970-01-01.
    Day(i64),
    /// A month: year and month.
    Month(i64, i64),
    /// A year.
    Year(i64),
}

/// Reads times. Remembers the last date and its offset: the values of a day stand together.
#[derive(Default)]
pub(crate) struct Clock {
    legal: LegalClock,
    date: [u8; 8],
    midnight_seconds: i64,
}

impl Dtm {
    pub(crate) fn of(segment: &Segment<'_>) -> Self {
        let release = segment.separators.release;
        let mut parts = segment
            .separators
            .components(segment.element(1).unwrap_or_default());
        let mut next = || Short::unescaped(parts.next().unwrap_or_default(), release);
        Self {
            qualifier: next(),
            text: next(),
            format: next(),
        }
    }

    /// 2005.
    pub(crate) fn qualifier(&self) -> &[u8] {
        self.qualifier.as_bytes()
    }

    /// 2380.
    pub(crate) fn text(&self) -> &[u8] {
        self.text.as_bytes()
    }

    /// 2379.
    pub(crate) fn format(&self) -> &[u8] {
        self.format.as_bytes()
    }

    /// DTM+672: a length by its format: 806 minutes, 805 hours, 804 days. In seconds.
    pub(crate) fn length_seconds(&self) -> Option<i64> {
        let unit = match self.format() {
            b"806" => 60,
            b"805" => 3600,
            b"804" => DAY_SECONDS,
            _ => return None,
        };
        let text = self.text();
        if text.is_empty() || text.len() > MAX_LENGTH_DIGITS {
            return None;
        }
        number(text)
            .filter(|&count| count > 0)
            .map(|count| count * unit)
    }
}

impl Short {
    fn unescaped(raw: &[u8], release: Option<u8>) -> Self {
        let mut short = Self {
            bytes: [0; SHORT_BYTES],
            length: 0,
        };
        if let Some(bytes) = short.bytes.get_mut(..raw.len())
            && release.is_none_or(|release| !raw.contains(&release))
        {
            bytes.copy_from_slice(raw);
            short.length = raw.len();
            return short;
        }
        let mut bytes = raw.iter().copied();
        for place in &mut short.bytes {
            let Some(byte) = bytes.next() else { break };
            *place = if Some(byte) == release {
                bytes.next().unwrap_or(byte)
            } else {
                byte
            };
            short.length += 1;
        }
        short
    }

    fn as_bytes(&self) -> &[u8] {
        self.bytes.get(..self.length).unwrap_or_default()
    }
}

impl Moment {
    /// Whether it is a day, month or year: DTM+306 needs an extent.
    pub(super) fn is_period(self) -> bool {
        match self {
            Self::Day(_) | Self::Month(..) | Self::Year(_) => true,
            Self::Utc(_) | Self::Local(_) => false,
        }
    }

    /// The first day of a day, month or year.
    fn first_day(self) -> Option<i64> {
        match self {
            Self::Day(day) => Some(day),
            Self::Month(year, month) => Some(days_from_civil(year, month, 1)),
            Self::Year(year) => Some(days_from_civil(year, 1, 1)),
            Self::Utc(_) | Self::Local(_) => None,
        }
    }

    /// The first day behind a day, month or year.
    fn day_behind(self) -> Option<i64> {
        match self {
            Self::Day(day) => Some(day + 1),
            Self::Month(year, 12) | Self::Year(year) => Some(days_from_civil(year + 1, 1, 1)),
            Self::Month(year, month) => Some(days_from_civil(year, month + 1, 1)),
            Self::Utc(_) | Self::Local(_) => None,
        }
    }
}

impl Clock {
    /// Reads a DTM by its format; without a format, by its length. `None` if it does not fit.
    pub(crate) fn moment(&mut self, dtm: &Dtm) -> Option<Moment> {
        self.read(dtm.text(), dtm.format())
    }

    fn read(&mut self, text: &[u8], format: &[u8]) -> Option<Moment> {
        let format = if format.is_empty() {
            by_length(text.len())?
        } else {
            format
        };
        let (digits, has_zone) = match format {
            b"602" => (4, false),
            b"610" => (6, false),
            b"102" => (8, false),
            b"203" => (12, false),
            b"204" => (14, false),
            b"303" => (12, true),
            b"304" => (14, true),
            _ => return None,
        };
        let (stamp, zone) = text.split_at_checked(digits)?;
        if !zone.is_empty() && !has_zone {
            return None;
        }
        let year = number(stamp.get(..4)?).filter(|year| *year > 0)?;
        let Some(month) = stamp.get(4..6) else {
            return Some(Moment::Year(year));
        };
        let month = number(month).filter(|month| (1..=12).contains(month))?;
        let Some((date, time)) = stamp.split_first_chunk::<8>() else {
            return Some(Moment::Month(year, month));
        };
        let midnight = self.midnight(*date)?;
        if time.is_empty() {
            return Some(Moment::Day(midnight / DAY_SECONDS));
        }
        let local = midnight + second_of_day(time)?;
        Some(match zone_of(zone)? {
            Zone::Offset(offset) => Moment::Utc(within_calendar(local - offset)?),
            Zone::Legal => Moment::Local(local),
        })
    }

    /// Reads `YYYYMMDDHHMM` in UTC.
    pub(super) fn utc_minutes(&mut self, digits: [u8; 12]) -> Option<UtcTime> {
        within_calendar(self.minutes(digits)?)
    }

    /// Reads `YYYYMMDDHHMM`: seconds since 1970-01-01T00:00 on its own clock.
    pub(super) fn minutes(&mut self, digits: [u8; 12]) -> Option<i64> {
        let (date, time) = digits.split_first_chunk::<8>()?;
        Some(self.midnight(*date)? + second_of_day(time)?)
    }

    /// Reads `YYYYMMDD`, a date that exists: seconds since 1970-01-01 to its midnight.
    fn midnight(&mut self, date: [u8; 8]) -> Option<i64> {
        if date != self.date {
            let [y1, y2, y3, y4, m1, m2, d1, d2] = date;
            let year = number(&[y1, y2, y3, y4]).filter(|year| *year > 0)?;
            let month = number(&[m1, m2]).filter(|month| (1..=12).contains(month))?;
            let days = 1..=month_length(year, month);
            let day = number(&[d1, d2]).filter(|day| days.contains(day))?;
            self.midnight_seconds = days_from_civil(year, month, day) * DAY_SECONDS;
            self.date = date;
        }
        Some(self.midnight_seconds)
    }

    /// The instant. A day, month or year is its beginning: 00:00 of legal time, for gas 06:00.
    /// Of a time that exists twice, the first that is after `after`.
    pub(crate) fn instant(
        &mut self,
        moment: Moment,
        is_gas: bool,
        after: Option<UtcTime>,
    ) -> Option<UtcTime> {
        let local = match moment {
            Moment::Utc(time) => return Some(time),
            Moment::Local(local) => local,
            Moment::Day(_) | Moment::Month(..) | Moment::Year(_) => {
                return self.begin_of(moment.first_day()?, is_gas);
            }
        };
        let time = self.legal.time(local)?;
        let time = match (time.second, after) {
            (Some(second), Some(after)) if time.first <= after => second,
            (Some(_) | None, Some(_) | None) => time.first,
        };
        within_calendar(time.seconds())
    }

    /// The end of a day, month or year (DTM+306); `None` for what has no extent.
    pub(crate) fn end(&mut self, moment: Moment, is_gas: bool) -> Option<UtcTime> {
        self.begin_of(moment.day_behind()?, is_gas)
    }

    fn begin_of(&mut self, days: i64, is_gas: bool) -> Option<UtcTime> {
        let hour = if is_gas { GAS_DAY_HOUR } else { 0 };
        let time = self.legal.time(days * DAY_SECONDS + hour * 3600)?;
        within_calendar(time.first.seconds())
    }
}

/// Reads `YYYYMMDDHHMM` with a zone (format 303), where German legal time is not meant.
pub(super) fn utc(text: &[u8]) -> Option<UtcTime> {
    match Clock::default().read(text, b"303")? {
        Moment::Utc(time) => Some(time),
        Moment::Local(_) | Moment::Day(_) | Moment::Month(..) | Moment::Year(_) => None,
    }
}

/// The instant, in the years 1 to 9999: what RFC 3339 can print.
pub(super) fn within_calendar(seconds: i64) -> Option<UtcTime> {
    const FIRST: i64 = days_from_civil(1, 1, 1) * DAY_SECONDS;
    const BEHIND: i64 = days_from_civil(10_000, 1, 1) * DAY_SECONDS;
    (FIRST..BEHIND)
        .contains(&seconds)
        .then(|| UtcTime::from_seconds(seconds))
}

fn by_length(length: usize) -> Option<&'static [u8]> {
    Some(match length {
        4 => b"602",
        6 => b"610",
        8 => b"102",
        12 => b"203",
        14 => b"204",
        15 => b"303",
        17 => b"304",
        _ => return None,
    })
}

/// `HHMM` or `HHMMSS` to seconds; `2400` is the end of the day.
fn second_of_day(clock: &[u8]) -> Option<i64> {
    let hour = number(clock.get(..2)?)?;
    let minute = number(clock.get(2..4)?)?;
    let second = clock.get(4..6).map_or(Some(0), number)?;
    let is_clock = hour < 24 && minute < 60 && second < 60;
    let is_end_of_day = hour == 24 && minute == 0 && second == 0;
    (is_clock || is_end_of_day).then_some(hour * 3600 + minute * 60 + second)
}

/// The zone that stands behind the digits.
enum Zone {
    /// None: German legal time.
    Legal,
    /// Seconds that its clocks are ahead of UTC.
    Offset(i64),
}

/// Reads a zone; `None` if it is none.
fn zone_of(zone: &[u8]) -> Option<Zone> {
    let (sign, rest) = match zone {
        b"" => return Some(Zone::Legal),
        b"Z" | b"UTC" | b"GMT" => return Some(Zone::Offset(0)),
        b"MEZ" | b"CET" => return Some(Zone::Offset(3600)),
        b"MESZ" | b"CEST" => return Some(Zone::Offset(7200)),
        [b'+', rest @ ..] => (1, rest),
        [b'-', rest @ ..] => (-1, rest),
        _ => return None,
    };
    let (hours, minutes) = match rest {
        [h1, h2] => ([*h1, *h2], *b"00"),
        [h1, h2, m1, m2] | [h1, h2, b':', m1, m2] => ([*h1, *h2], [*m1, *m2]),
        _ => return None,
    };
    let (hours, minutes) = (number(&hours)?, number(&minutes)?);
    (hours <= MAX_OFFSET_HOURS && minutes < 60)
        .then_some(Zone::Offset(sign * (hours * 3600 + minutes * 60)))
}

/// Digits to a number; `None` if any is none. At most 14 digits come here.
fn number(digits: &[u8]) -> Option<i64> {
    digits.iter().try_fold(0_i64, |number, byte| {
        byte.is_ascii_digit()
            .then(|| number * 10 + i64::from(byte - b'0'))
    })
}

/// Offsets on this planet go to +14 h.
const MAX_OFFSET_HOURS: i64 = 14;
/// Minutes of a thousand years have 9 digits.
const MAX_LENGTH_DIGITS: usize = 9;
/// The longest DTM that is read has 20 characters: `YYYYMMDDHHMMSS+HH:MM`.
const SHORT_BYTES: usize = 24;

#[cfg(test)]
mod tests {
    use super::*;

    fn utc(text: &str, format: &str) -> Option<String> {
        let mut clock = Clock::default();
        let moment = clock.read(text.as_bytes(), format.as_bytes())?;
        let time = clock.instant(moment, false, None)?;
        Some(time.to_string())
    }

    #[test]
    fn every_format_and_zone_is_read() {
        for (text, format, expected) in [
            ("202611222300+00", "303", "2026-11-22T23:00:00Z"),
            ("202611230000+01", "303", "2026-11-22T23:00:00Z"),
            ("202611222000-03:00", "303", "2026-11-22T23:00:00Z"),
            ("202611230430+0530", "303", "2026-11-22T23:00:00Z"),
            ("202611230000MEZ", "303", "2026-11-22T23:00:00Z"),
            ("202607010000MESZ", "303", "2026-06-30T22:00:00Z"),
            ("20261105103245Z", "304", "2026-11-05T10:32:45Z"),
            ("202611230000", "303", "2026-11-22T23:00:00Z"),
            ("202611230000", "203", "2026-11-22T23:00:00Z"),
            ("20261123000001", "204", "2026-11-22T23:00:01Z"),
            ("20261123", "102", "2026-11-22T23:00:00Z"),
            ("202611", "610", "2026-10-31T23:00:00Z"),
            ("2026", "602", "2025-12-31T23:00:00Z"),
            ("202611222400+00", "303", "2026-11-23T00:00:00Z"),
            ("202611222300+00", "", "2026-11-22T23:00:00Z"),
            ("20261122230000+00", "", "2026-11-22T23:00:00Z"),
        ] {
            assert_eq!(
                utc(text, format).as_deref(),
                Some(expected),
                "{text}:{format}"
            );
        }
    }

    #[test]
    fn what_does_not_fit_is_no_time() {
        for (text, format) in [
            ("20261122230", "303"),
            ("202611222360+00", "303"),
            ("202613222300+00", "303"),
            ("202602302300+00", "303"),
            ("202611222401+00", "303"),
            ("202611222300+0", "303"),
            ("202611222300XYZ", "303"),
            ("202611222300+00", "203"),
            ("2026112", "102"),
            ("2026112 ", "102"),
            ("", "303"),
            ("", ""),
            ("20261122", "718"),
            ("202611222300+99", "303"),
        ] {
            assert_eq!(utc(text, format), None, "{text}:{format}");
        }
    }

    #[test]
    fn a_period_ends_where_the_next_begins() {
        let end = |text: &str, format: &str, is_gas| {
            let mut clock = Clock::default();
            let moment = clock.read(text.as_bytes(), format.as_bytes()).unwrap();
            clock.end(moment, is_gas).map(|time| time.to_string())
        };
        assert_eq!(
            end("202612", "610", false).as_deref(),
            Some("2026-12-31T23:00:00Z")
        );
        assert_eq!(
            end("20261024", "102", true).as_deref(),
            Some("2026-10-25T05:00:00Z")
        );
        assert_eq!(end("202611222300+00", "303", false), None);
    }
}
