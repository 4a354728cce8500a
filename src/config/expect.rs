//! `[[expect]]`: what should arrive, and by when.

use std::fmt;
use std::str::FromStr;

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize};

use crate::config::units::Span;

/// Values that should arrive.
#[derive(Clone, Debug, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct Expect {
    /// Market or metering location; `*` stands for any characters, of locations that are known.
    #[schemars(extend("de" = "Markt- oder Messlokation; `*` steht für beliebige Zeichen, bei bekannten Lokationen."))]
    pub location: String,
    /// OBIS code, `*` as above; empty: all of the location.
    #[schemars(extend("de" = "OBIS-Kennzahl, `*` wie oben; leer: alle der Lokation."))]
    pub obis: String,
    /// Who sends them: the `id` of a `[[partner]]`; empty: nobody in particular.
    #[schemars(extend("de" = "Wer sie schickt: die `id` eines `[[partner]]`; leer: niemand Bestimmtes."))]
    pub partner: String,
    /// By when they are there: German legal time and days after the delivery day (`+1d`), or working days (`+1wd`).
    #[schemars(extend("de" = "Bis wann sie da sind: gesetzliche Zeit und Tage nach dem Liefertag (`+1d`) oder Werktage (`+1wd`)."))]
    pub due: Due,
    /// How long after `due` they are asked for by the gateway itself, such as `2h`; empty: never.
    #[schemars(extend("de" = "Wie lange nach `due` das Gateway selbst danach fragt, etwa `2h`; leer: nie."))]
    #[serde(deserialize_with = "span_unless_empty")]
    pub request_after: Option<Span>,
    /// Who is told by mail when three requests had no effect.
    #[schemars(extend("de" = "Wer eine Mail bekommt, wenn drei Anfragen nichts bewirkt haben."))]
    pub escalate_to: Vec<String>,
    /// Length of the intervals of a series that has never arrived.
    #[schemars(extend("de" = "Länge der Intervalle einer Zeitreihe, die noch nie ankam."))]
    pub resolution: Resolution,
}

impl Default for Expect {
    fn default() -> Self {
        Self {
            location: String::new(),
            obis: String::new(),
            partner: String::new(),
            due: Due {
                minute: 10 * 60,
                days: 1,
                kind: DayKind::Calendar,
            },
            request_after: None,
            escalate_to: Vec::new(),
            resolution: Resolution::Auto,
        }
    }
}

fn span_unless_empty<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Span>, D::Error> {
    let text = String::deserialize(deserializer)?;
    if text.is_empty() {
        return Ok(None);
    }
    text.parse().map(Some).map_err(serde::de::Error::custom)
}

/// How long the intervals of a series are.
#[derive(Clone, Copy, Debug, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
pub enum Resolution {
    /// As the values say; before the first, quarter hours for power and hours for gas (`7-…`).
    #[serde(rename = "auto")]
    Auto,
    /// Quarter hours.
    #[serde(rename = "15m")]
    Quarter,
    /// Hours.
    #[serde(rename = "1h")]
    Hour,
    /// Days, from 00:00 for power and 06:00 for gas.
    #[serde(rename = "day")]
    Day,
    /// Months, likewise.
    #[serde(rename = "month")]
    Month,
}

/// When the values of a delivery day are due: `10:00 +1d`, `12:00 +3wd`.
#[derive(
    Clone, Copy, Debug, Deserialize, Eq, Hash, JsonSchema, Ord, PartialEq, PartialOrd, Serialize,
)]
#[serde(into = "String", try_from = "String")]
#[schemars(with = "String")]
pub struct Due {
    /// Minute of the day on the clock, below 1440.
    pub minute: u16,
    /// How many days after the delivery day, up to [`DAYS_MOST`].
    pub days: u16,
    /// Which days count.
    pub kind: DayKind,
}

/// Which days are counted.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum DayKind {
    /// All.
    Calendar,
    /// Monday to Friday but for holidays.
    Working,
}

impl FromStr for Due {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let fault = || {
            format!(
                "`{text}` is no due time: write `10:00 +1d` for 10 o'clock of the day after the delivery day, or `12:00 +3wd` for the third working day"
            )
        };
        let (clock, days) = text.trim().split_once(' ').ok_or_else(fault)?;
        let (hour, minute) = clock.split_once(':').ok_or_else(fault)?;
        let digits = |text: &str, most: u16| {
            let is_number = text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_digit());
            let number = text.parse::<u16>().ok().filter(|_| is_number)?;
            (number <= most).then_some(number)
        };
        let (hour, minute) = (digits(hour, 23), digits(minute, 59));
        let days = days.trim().strip_prefix('+').ok_or_else(fault)?;
        let (days, kind) = match (days.strip_suffix("wd"), days.strip_suffix('d')) {
            (Some(days), _) => (days, DayKind::Working),
            (None, Some(days)) => (days, DayKind::Calendar),
            (None, None) => return Err(fault()),
        };
        let is_number = !days.is_empty() && days.bytes().all(|byte| byte.is_ascii_digit());
        let (true, Some(hour), Some(minute)) = (is_number, hour, minute) else {
            return Err(fault());
        };
        match days.parse() {
            Ok(days) if days <= DAYS_MOST => Ok(Self {
                minute: hour * 60 + minute,
                days,
                kind,
            }),
            Ok(_) | Err(_) => Err(format!("`{text}` is too late: at most +{DAYS_MOST}d")),
        }
    }
}

impl fmt::Display for Due {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let unit = match self.kind {
            DayKind::Calendar => "d",
            DayKind::Working => "wd",
        };
        let (hour, minute) = (self.minute / 60, self.minute % 60);
        write!(f, "{hour:02}:{minute:02} +{}{unit}", self.days)
    }
}

impl TryFrom<String> for Due {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl From<Due> for String {
    fn from(due: Due) -> Self {
        due.to_string()
    }
}

/// The longest terms of the market (final gas values: the month after next) are below it.
pub const DAYS_MOST: u16 = 90;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn due_times_are_read_and_printed() {
        for (text, minute, days, kind, printed) in [
            ("10:00 +1d", 600, 1, DayKind::Calendar, "10:00 +1d"),
            ("00:00 +0d", 0, 0, DayKind::Calendar, "00:00 +0d"),
            ("23:59  +3wd ", 1439, 3, DayKind::Working, "23:59 +3wd"),
            ("02:30 +90d", 150, 90, DayKind::Calendar, "02:30 +90d"),
        ] {
            let due: Due = text.parse().unwrap();
            assert_eq!(due, Due { minute, days, kind }, "{text}");
            assert_eq!(due.to_string(), printed);
        }
    }

    #[test]
    fn due_times_that_are_none_say_how_to_write_one() {
        for text in [
            "",
            "10:00",
            "+1d",
            "10 +1d",
            "24:00 +1d",
            "10:60 +1d",
            "1:00 +1d",
            "10:00 1d",
            "10:00 +1",
            "10:00 +d",
            "10:00 +1w",
            "10:00 -1d",
            "10:00 + 1d",
            "10:00 ++1d",
            "+9:00 +1d",
        ] {
            let fault = text.parse::<Due>().unwrap_err();
            assert!(fault.contains("write `10:00 +1d`"), "{text}: {fault}");
        }
        for text in ["10:00 +91d", "10:00 +99999999wd"] {
            assert!(text.parse::<Due>().unwrap_err().ends_with("at most +90d"));
        }
    }
}
