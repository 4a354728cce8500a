//! DTM: digits, format and zone to an instant (D.04B 2379; BDEW format rules).

use std::borrow::Cow;

use crate::edifact::scan::Segment;
use crate::market::calendar::{
    DAY_SECONDS, GAS_DAY_HOUR, UtcTime, days_from_civil, legal_time, month_length,
};

/// What a DTM says, before it is known how a time without zone or hour is meant.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Moment {
    /// An instant.
    Utc(UtcTime),
    /// A time on the clock of German legal time, in seconds.
    Local(i64),
    /// A day, as days since 1970-01-01.
    Day(i64),
    /// A month: year and month.
    Month(i64, i64),
    /// A year.
    Year(i64),
}

/// Reads DTM 2380 by its format 2379; without a format, by its length. `None` if it does not fit.
pub(super) fn moment(text: &[u8], format: &[u8]) -> Option<Moment> {
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
    let year = number(stamp.get(..4)?)?;
    let Some(month) = stamp.get(4..6) else {
        return Some(Moment::Year(year));
    };
    let month = number(month).filter(|month| (1..=12).contains(month))?;
    let Some(day) = stamp.get(6..8) else {
        return Some(Moment::Month(year, month));
    };
    let day = number(day).filter(|day| (1..=month_length(year, month)).contains(day))?;
    let days = days_from_civil(year, month, day);
    let Some(clock) = stamp.get(8..).filter(|clock| !clock.is_empty()) else {
        return Some(Moment::Day(days));
    };
    let local = days * DAY_SECONDS + second_of_day(clock)?;
    Some(match zone_of(zone)? {
        Zone::Offset(offset) => Moment::Utc(UtcTime::from_seconds(local - offset)),
        Zone::Legal => Moment::Local(local),
    })
}

/// Qualifier, text and format of a DTM (2005, 2380, 2379), unescaped; `None` if it is bare.
pub(super) fn parts<'s>(segment: &Segment<'s>) -> Option<[Cow<'s, [u8]>; 3]> {
    let mut parts = segment.components(segment.element(1)?);
    Some(std::array::from_fn(|_| parts.next().unwrap_or_default()))
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

impl Moment {
    /// The instant. A day, month or year is its beginning: 00:00 of legal time, for gas 06:00.
    /// Of a time that exists twice, the first that is after `after`.
    pub(super) fn instant(self, is_gas: bool, after: Option<UtcTime>) -> Option<UtcTime> {
        let begin_of = |days: i64| {
            let hour = if is_gas { GAS_DAY_HOUR } else { 0 };
            legal_time(days * DAY_SECONDS + hour * 3600).map(|time| time.first)
        };
        match self {
            Self::Utc(time) => Some(time),
            Self::Local(local) => {
                let time = legal_time(local)?;
                match (time.second, after) {
                    (Some(second), Some(after)) if time.first <= after => Some(second),
                    (Some(_) | None, Some(_) | None) => Some(time.first),
                }
            }
            Self::Day(days) => begin_of(days),
            Self::Month(year, month) => begin_of(days_from_civil(year, month, 1)),
            Self::Year(year) => begin_of(days_from_civil(year, 1, 1)),
        }
    }

    /// The end of a day, month or year (DTM+306); `None` for what has no extent.
    pub(super) fn end(self, is_gas: bool) -> Option<UtcTime> {
        let next = match self {
            Self::Day(days) => Self::Day(days + 1),
            Self::Month(year, 12) => Self::Month(year + 1, 1),
            Self::Month(year, month) => Self::Month(year, month + 1),
            Self::Year(year) => Self::Year(year + 1),
            Self::Utc(_) | Self::Local(_) => return None,
        };
        next.instant(is_gas, None)
    }
}

/// DTM+672: a length by its format: 806 minutes, 805 hours, 804 days. In seconds.
pub(super) fn length_seconds(text: &[u8], format: &[u8]) -> Option<i64> {
    let unit = match format {
        b"806" => 60,
        b"805" => 3600,
        b"804" => DAY_SECONDS,
        _ => return None,
    };
    if text.is_empty() || text.len() > MAX_LENGTH_DIGITS {
        return None;
    }
    number(text)
        .filter(|&count| count > 0)
        .map(|count| count * unit)
}

/// Offsets on this planet go to +14 h.
const MAX_OFFSET_HOURS: i64 = 14;
/// Minutes of a thousand years have 9 digits.
const MAX_LENGTH_DIGITS: usize = 9;

#[cfg(test)]
mod tests {
    use super::*;

    fn utc(text: &str, format: &str) -> Option<String> {
        let moment = moment(text.as_bytes(), format.as_bytes())?;
        moment.instant(false, None).map(|time| time.to_string())
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
            moment(text.as_bytes(), format.as_bytes())
                .unwrap()
                .end(is_gas)
                .map(|t| t.to_string())
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
