//! UTC instants, German legal time, delivery days and gas days.
//!
//! Source: Zeitgesetz; BDEW AHB rules UB1 (power day, 00:00 legal time) and UB2 (gas day, 06:00).

use std::fmt;
use std::sync::LazyLock;

use jiff::civil::{Date, DateTime};
use jiff::tz::{AmbiguousOffset, Offset, TimeZone};

/// An instant in UTC, in whole seconds since 1970-01-01T00:00:00Z.
///
/// EDIFACT knows no fraction of a second (DTM 2379 formats 102 to 610).
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct UtcTime(i64);

impl UtcTime {
    /// The instant so many seconds after the epoch.
    pub const fn from_seconds(seconds: i64) -> Self {
        Self(seconds)
    }

    /// Seconds since 1970-01-01T00:00:00Z.
    pub const fn seconds(self) -> i64 {
        self.0
    }

    /// Reads RFC 3339 (`2026-11-22T23:00:00Z`, any offset); a fraction of a second is cut off.
    pub fn parse(text: &str) -> Option<Self> {
        text.parse::<jiff::Timestamp>()
            .ok()
            .map(|time| Self(time.as_second()))
    }
}

impl fmt::Display for UtcTime {
    /// RFC 3339 in UTC with whole seconds: `2026-11-22T23:00:00Z`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, date, hour, minute, second) = civil(*self);
        write!(
            f,
            "{year:04}-{month:02}-{date:02}T{hour:02}:{minute:02}:{second:02}Z"
        )
    }
}

/// A calendar day, counted from 1970-01-01 (day 0), in whatever zone the caller means.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Day(i32);

impl Day {
    /// The day so many days after 1970-01-01.
    pub const fn from_number(number: i32) -> Self {
        Self(number)
    }

    /// Days since 1970-01-01.
    pub const fn number(self) -> i32 {
        self.0
    }

    /// Reads `2026-11-22`.
    pub fn parse(text: &str) -> Option<Self> {
        let date = text.parse::<Date>().ok()?;
        let day = days_from_civil(date.year().into(), date.month().into(), date.day().into());
        i32::try_from(day).ok().map(Self)
    }

    /// The day so many days later (or, negative, earlier).
    #[must_use]
    pub const fn plus(self, days: i32) -> Self {
        Self(self.0.saturating_add(days))
    }
}

impl fmt::Display for Day {
    /// `2026-11-22`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = civil_from_days(self.0.into());
        write!(f, "{year:04}-{month:02}-{day:02}")
    }
}

/// The instants that a local time of the clock on the wall can mean.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct LegalTime {
    /// The one, or the first of two; of a time that the clock skips, by the offset before it.
    pub first: UtcTime,
    /// The second, in the hour that autumn repeats.
    pub second: Option<UtcTime>,
}

/// What a local time (seconds since 1970-01-01T00:00 on the clock) means in German legal time.
///
/// `None` beyond the years that a calendar can hold (-9999 to 9999).
pub fn legal_time(local_seconds: i64) -> Option<LegalTime> {
    let at = |offset: Offset| UtcTime(local_seconds - i64::from(offset.seconds()));
    Some(
        match BERLIN
            .to_ambiguous_timestamp(on_the_clock(local_seconds)?)
            .offset()
        {
            AmbiguousOffset::Unambiguous { offset } => LegalTime {
                first: at(offset),
                second: None,
            },
            AmbiguousOffset::Gap { before, .. } => LegalTime {
                first: at(before),
                second: None,
            },
            AmbiguousOffset::Fold { before, after } => LegalTime {
                first: at(before),
                second: Some(at(after)),
            },
        },
    )
}

/// [`legal_time`] that remembers the offset of the last day: the rules of the zone cost some 100 ns
/// a look-up, and the values of a day stand together.
#[derive(Clone, Copy, Debug, Default)]
pub struct LegalClock {
    /// A day on the clock through which the offset does not change, and that offset in seconds.
    steady: Option<(i64, i64)>,
}

impl LegalClock {
    /// As [`legal_time`].
    pub fn time(&mut self, local_seconds: i64) -> Option<LegalTime> {
        let day = local_seconds.div_euclid(DAY_SECONDS);
        if let Some((steady_day, offset)) = self.steady
            && steady_day == day
        {
            return Some(LegalTime {
                first: UtcTime(local_seconds - offset),
                second: None,
            });
        }
        let time = legal_time(local_seconds)?;
        let midnight = legal_time(day * DAY_SECONDS)?;
        let next = legal_time((day + 1) * DAY_SECONDS)?;
        if next.first.0 - midnight.first.0 == DAY_SECONDS {
            self.steady = Some((day, day * DAY_SECONDS - midnight.first.0));
        }
        Some(time)
    }
}

/// The local day of German legal time (Europe/Berlin) that holds this instant.
pub fn legal_day(at: UtcTime) -> Day {
    let offset = jiff::Timestamp::from_second(at.0).map_or(3600, |instant| {
        i64::from(BERLIN.to_offset(instant).seconds())
    });
    let day = (at.0.saturating_add(offset)).div_euclid(DAY_SECONDS);
    Day(i32::try_from(day).unwrap_or(if day < 0 { i32::MIN } else { i32::MAX }))
}

/// Where a local day of German legal time begins and ends: 23, 24 or 25 hours apart.
pub fn legal_day_bounds(day: Day) -> (UtcTime, UtcTime) {
    (local_hour(day, 0), local_hour(day.plus(1), 0))
}

/// Where the gas day of this date begins and ends: 06:00 legal time to 06:00 of the next day.
pub fn gas_day_bounds(day: Day) -> (UtcTime, UtcTime) {
    (
        local_hour(day, GAS_DAY_HOUR),
        local_hour(day.plus(1), GAS_DAY_HOUR),
    )
}

/// The hour at which a gas day begins, in legal time.
pub const GAS_DAY_HOUR: i64 = 6;

fn local_hour(day: Day, hour: i64) -> UtcTime {
    let local = i64::from(day.0) * DAY_SECONDS + hour * 3600;
    // Beyond the calendar there is no summer time to know of.
    legal_time(local).map_or(UtcTime(local - 3600), |time| time.first)
}

/// Year, month, day, hour, minute and second of an instant in UTC.
pub fn civil(at: UtcTime) -> (i64, i64, i64, i64, i64, i64) {
    let (year, month, day) = civil_from_days(at.0.div_euclid(DAY_SECONDS));
    let second = at.0.rem_euclid(DAY_SECONDS);
    (
        year,
        month,
        day,
        second / 3600,
        second / 60 % 60,
        second % 60,
    )
}

/// Days since 1970-01-01 of a date of the proleptic Gregorian calendar.
pub(crate) const fn days_from_civil(year: i64, month: i64, day: i64) -> i64 {
    // Years that begin in March put the leap day at the end.
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * 146_097 + day_of_era - 719_468
}

/// Year, month and day of a number of days since 1970-01-01.
pub(crate) const fn civil_from_days(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let day_of_era = days.rem_euclid(146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 {
        shifted + 3
    } else {
        shifted - 9
    };
    let year = year_of_era + era * 400 + if month <= 2 { 1 } else { 0 };
    (year, month, day)
}

/// Days of a month.
pub(crate) const fn month_length(year: i64, month: i64) -> i64 {
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        _ => 31,
    }
}

fn on_the_clock(local_seconds: i64) -> Option<DateTime> {
    let (year, month, day, hour, minute, second) = civil(UtcTime(local_seconds));
    DateTime::new(
        i16::try_from(year).ok()?,
        i8::try_from(month).ok()?,
        i8::try_from(day).ok()?,
        i8::try_from(hour).ok()?,
        i8::try_from(minute).ok()?,
        i8::try_from(second).ok()?,
        0,
    )
    .ok()
}

/// Seconds of a day without a change of the clock.
pub(crate) const DAY_SECONDS: i64 = 86_400;

static BERLIN: LazyLock<TimeZone> = LazyLock::new(|| {
    #[expect(clippy::expect_used, reason = "the zone data is inside the binary")]
    TimeZone::get("Europe/Berlin").expect("Europe/Berlin is in the bundled zone data")
});

#[cfg(test)]
mod tests {
    use super::*;

    fn hours((from, to): (UtcTime, UtcTime)) -> i64 {
        (to.seconds() - from.seconds()) / 3600
    }

    #[test]
    fn a_legal_day_has_23_24_or_25_hours() {
        for (day, expected) in [("2026-03-29", 23), ("2026-10-25", 25), ("2026-11-24", 24)] {
            assert_eq!(
                hours(legal_day_bounds(Day::parse(day).unwrap())),
                expected,
                "{day}"
            );
        }
    }

    #[test]
    fn the_change_falls_into_the_gas_day_that_began_the_day_before() {
        for (day, expected) in [
            ("2026-03-28", 23),
            ("2026-03-29", 24),
            ("2026-10-24", 25),
            ("2026-10-25", 24),
        ] {
            assert_eq!(
                hours(gas_day_bounds(Day::parse(day).unwrap())),
                expected,
                "{day}"
            );
        }
        let (from, to) = gas_day_bounds(Day::parse("2026-10-24").unwrap());
        assert_eq!(from.to_string(), "2026-10-24T04:00:00Z");
        assert_eq!(to.to_string(), "2026-10-25T05:00:00Z");
    }

    #[test]
    fn the_repeated_hour_has_two_meanings_and_the_skipped_one_uses_the_offset_before() {
        let local = |text: &str| UtcTime::parse(text).unwrap().seconds();
        let twice = legal_time(local("2026-10-25T02:30:00Z")).unwrap();
        assert_eq!(twice.first.to_string(), "2026-10-25T00:30:00Z");
        assert_eq!(twice.second.unwrap().to_string(), "2026-10-25T01:30:00Z");
        let skipped = legal_time(local("2026-03-29T02:30:00Z")).unwrap();
        assert_eq!(
            (skipped.first.to_string().as_str(), skipped.second),
            ("2026-03-29T01:30:00Z", None)
        );
    }

    #[test]
    fn a_remembered_offset_changes_nothing() {
        let mut clock = LegalClock::default();
        // A year of half hours, over both changes of the clock.
        for half_hour in 0..2 * 24 * 366 {
            let local = 1_767_225_600 + half_hour * 1800;
            assert_eq!(clock.time(local), legal_time(local));
        }
    }

    #[test]
    fn every_instant_lies_in_its_legal_day() {
        for hour in 0..24 * 800 {
            let at = UtcTime::from_seconds(1_700_000_000 + hour * 3600);
            let (from, to) = legal_day_bounds(legal_day(at));
            assert!(from <= at && at < to, "{at}");
        }
    }

    #[test]
    fn dates_print_as_they_are_read() {
        for text in [
            "1970-01-01",
            "2024-02-29",
            "2026-12-31",
            "1899-03-01",
            "9999-12-31",
        ] {
            assert_eq!(Day::parse(text).unwrap().to_string(), text);
        }
        assert_eq!(Day::parse("2026-02-29"), None);
        assert_eq!(
            UtcTime::from_seconds(-1).to_string(),
            "1969-12-31T23:59:59Z"
        );
        assert_eq!(
            UtcTime::parse("2026-11-22T23:00:00+01:00")
                .unwrap()
                .to_string(),
            "2026-11-22T22:00:00Z"
        );
    }
}
