//! What makes two values belong to the same series.

use serde::{Deserialize, Serialize};

use crate::market::calendar::UtcTime;

/// How the values of a series stand in time.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
pub enum Kind {
    /// Over an interval `[start, end)`: load profiles, energy amounts, gas quality.
    Interval,
    /// At one instant: meter readings.
    Reading,
    /// Without time: profile families (a table over temperature).
    Timeless,
}

impl Kind {
    /// The kind of a value with these times.
    pub fn of(start: Option<UtcTime>, end: Option<UtcTime>) -> Self {
        match (start, end) {
            (None, None) => Self::Timeless,
            (Some(start), Some(end)) if start == end => Self::Reading,
            (Some(_) | None, Some(_)) | (Some(_), None) => Self::Interval,
        }
    }

    /// Its name in lists and the API.
    pub fn name(self) -> &'static str {
        match self {
            Self::Interval => "interval",
            Self::Reading => "reading",
            Self::Timeless => "timeless",
        }
    }
}

/// The identity of a series: location, device (readings), OBIS code, kind and unit.
#[derive(Clone, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
pub struct Key {
    /// LOC DE3225 (`MaLo`, `MeLo`, …), or the parts of a transfer series joined by `/`; `""` if none.
    pub location: String,
    /// Meter number (RFF+MG): at a meter change two meters report the same instant.
    pub device: Option<String>,
    /// PIA 7140 as received; `""` if none.
    pub obis: String,
    /// How the values stand in time.
    pub kind: Kind,
    /// QTY 6411 as received.
    pub unit: Option<String>,
}
