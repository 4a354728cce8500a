//! UTC instants, German legal time, delivery days and gas days.

use std::fmt;

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
}

impl fmt::Display for UtcTime {
    fn fmt(&self, _f: &mut fmt::Formatter<'_>) -> fmt::Result {
        todo!("RFC 3339, whole seconds, `Z`")
    }
}

/// The local day of German legal time (Europe/Berlin) that holds this instant.
pub fn legal_day(_at: UtcTime) -> Day {
    todo!()
}

/// Where a local day of German legal time begins and ends: 23, 24 or 25 hours apart.
pub fn legal_day_bounds(_day: Day) -> (UtcTime, UtcTime) {
    todo!()
}

/// Where the gas day of this date begins and ends: 06:00 legal time to 06:00 of the next day.
pub fn gas_day_bounds(_day: Day) -> (UtcTime, UtcTime) {
    todo!()
}
