//! `[[report]]`: mails of figures, by the clock.

use std::fmt;
use std::str::FromStr;

use croner::Cron;
use croner::parser::{CronParser, Seconds, Year};
use jiff::civil::date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Zoned};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A report that goes out by the clock, or by hand.
#[derive(Clone, Debug, Default, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct Report {
    /// Its name in commands, pages and file names.
    #[schemars(extend("de" = "Sein Name in Befehlen, Seiten und Dateinamen."))]
    pub name: String,
    /// What it is about.
    #[schemars(extend("de" = "Worum es geht."))]
    pub template: Template,
    /// When it goes out: minute, hour, day, month, weekday on the clock of `time_zone`, such as `0 6 * * MON`; empty: only by hand.
    #[schemars(extend("de" = "Wann er hinausgeht: Minute, Stunde, Tag, Monat, Wochentag auf der Uhr von `time_zone`, etwa `0 6 * * MON`; leer: nur von Hand."))]
    pub schedule: Schedule,
    /// Who gets it; each gets a mail of his own.
    #[schemars(extend("de" = "Wer ihn bekommt; jeder bekommt eine eigene Mail."))]
    pub recipients: Vec<String>,
    /// What is in it: `location/obis`, a location, `*` for any characters, a virtual series; empty: all series with intervals. In a digest: of which the greatest is drawn.
    #[schemars(extend("de" = "Was darin steht: `Lokation/OBIS`, eine Lokation, `*` für beliebige Zeichen, eine virtuelle Zeitreihe; leer: alle Zeitreihen mit Intervallen. Im Montagsüberblick: von welchen die größte gezeichnet wird."))]
    pub series: Vec<String>,
    /// Which time it tells of, seen from the day on which it is made.
    #[schemars(extend("de" = "Von welcher Zeit er erzählt, vom Tag aus gesehen, an dem er entsteht."))]
    pub period: Period,
    /// What goes with the mail: `pdf`, `csv`, `xlsx`, `parquet`.
    #[schemars(with = "Vec<String>", extend("de" = "Was der Mail beiliegt: `pdf`, `csv`, `xlsx`, `parquet`."))]
    pub attach: Vec<Attachment>,
    /// Whom a scorecard is about: the `id` of a `[[partner]]`.
    #[schemars(extend("de" = "Um wen es im Zeugnis (`scorecard`) geht: die `id` eines `[[partner]]`."))]
    pub partner: String,
}

/// What a report is about.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Template {
    /// Sums, completeness, peaks and charts of series.
    #[default]
    Energy,
    /// What came, what is missing, what was corrected, what needs a person: one screen, in words.
    Digest,
    /// How punctual and complete a partner is; fit to be sent to it.
    Scorecard,
}

impl Template {
    /// Its word in the configuration.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Energy => "energy",
            Self::Digest => "digest",
            Self::Scorecard => "scorecard",
        }
    }
}

/// Which time a report tells of.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Period {
    /// The last week, or the last month in a scorecard.
    #[default]
    Auto,
    /// The day before.
    Yesterday,
    /// The seven days before.
    #[serde(rename = "last-7-days")]
    Last7Days,
    /// The last week, Monday to Sunday.
    LastWeek,
    /// The last month.
    LastMonth,
    /// The last quarter.
    LastQuarter,
    /// The last year.
    LastYear,
}

/// What goes with a mail.
#[derive(Clone, Copy, Debug, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Attachment {
    /// The report, for print.
    Pdf,
    /// The values, in the dialect of `[export]`.
    Csv,
    /// The values, for Excel.
    Xlsx,
    /// The values, for data tools.
    Parquet,
}

/// When a report goes out; never by itself if nothing is said.
#[derive(Clone, Debug, Default, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(into = "String", try_from = "String")]
#[schemars(with = "String")]
pub struct Schedule(Option<Cron>);

impl Schedule {
    /// Whether it ever goes out by itself.
    pub fn is_set(&self) -> bool {
        self.0.is_some()
    }

    /// The first firing after an instant, on the clock of its zone.
    ///
    /// A time that spring skips comes when the clock goes on, one that autumn repeats once.
    pub fn next(&self, after: &Zoned) -> Option<Zoned> {
        self.0.as_ref()?.find_next_occurrence(after, false).ok()
    }

    /// The last firing of the day up to an instant, that one included.
    ///
    /// Found forwards: so both directions agree on nights of a clock change.
    pub fn last_within_a_day(&self, until: &Zoned) -> Option<Zoned> {
        let mut at = until.checked_sub(SignedDuration::from_hours(24)).ok()?;
        let mut last = None;
        for _ in 0..FIRINGS_MOST {
            let Some(found) = self.next(&at).filter(|found| found <= until) else {
                break;
            };
            last = Some(found.clone());
            at = found;
        }
        last
    }
}

impl FromStr for Schedule {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let text = text.trim();
        if text.is_empty() {
            return Ok(Self(None));
        }
        let shown = text.escape_debug();
        let parser = CronParser::builder()
            .seconds(Seconds::Disallowed)
            .year(Year::Disallowed)
            .build();
        let cron = parser.parse(text).map_err(|error| {
            format!(
                "`{shown}` is no schedule ({}): write minute, hour, day, month and weekday, such as `0 6 * * MON` for Mondays at 6 o'clock",
                error.to_string().trim_end_matches('.')
            )
        })?;
        let from = date(2024, 1, 1)
            .to_zoned(TimeZone::UTC)
            .map_err(|error| error.to_string())?;
        if cron.find_next_occurrence(&from, true).is_err() {
            return Err(format!(
                "`{shown}` never comes: no month has that day; write a day that there is, such as `0 6 1 * *`"
            ));
        }
        Ok(Self(Some(cron)))
    }
}

impl fmt::Display for Schedule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.as_ref().map_or("", Cron::as_str))
    }
}

impl TryFrom<String> for Schedule {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl From<Schedule> for String {
    fn from(schedule: Schedule) -> Self {
        schedule.to_string()
    }
}

/// One a minute for a day.
const FIRINGS_MOST: usize = 24 * 60;

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Zoned {
        format!("{text}[Europe/Berlin]").parse().unwrap()
    }

    fn next(schedule: &str, after: &str) -> String {
        let schedule: Schedule = schedule.parse().unwrap();
        let next = schedule.next(&at(after)).unwrap();
        next.strftime("%Y-%m-%dT%H:%M%:z").to_string()
    }

    fn last(schedule: &str, until: &str) -> Option<String> {
        let schedule: Schedule = schedule.parse().unwrap();
        let last = schedule.last_within_a_day(&at(until))?;
        Some(last.strftime("%Y-%m-%dT%H:%M%:z").to_string())
    }

    #[test]
    fn a_schedule_is_on_the_local_clock() {
        assert_eq!(
            next("0 6 * * MON", "2026-11-22T12:00:00"),
            "2026-11-23T06:00+01:00"
        );
        assert_eq!(
            next("0 6 * * MON", "2026-07-20T06:00:00"),
            "2026-07-27T06:00+02:00"
        );
        assert_eq!(
            next("30 7 1 * *", "2026-12-31T23:00:00"),
            "2027-01-01T07:30+01:00"
        );
        assert_eq!(
            next("0 0 29 2 *", "2026-11-22T12:00:00"),
            "2028-02-29T00:00+01:00"
        );
    }

    #[test]
    fn nights_of_a_clock_change_have_one_firing() {
        assert_eq!(
            next("30 2 * * *", "2026-03-28T12:00:00"),
            "2026-03-29T03:00+02:00"
        );
        assert_eq!(
            next("30 2 * * *", "2026-03-29T03:00:00"),
            "2026-03-30T02:30+02:00"
        );
        assert_eq!(
            next("30 2 * * *", "2026-10-24T12:00:00"),
            "2026-10-25T02:30+02:00"
        );
        assert_eq!(
            next("30 2 * * *", "2026-10-25T02:45:00+02:00"),
            "2026-10-26T02:30+01:00"
        );
        for until in ["2026-10-25T02:40:00+02:00", "2026-10-25T02:40:00+01:00"] {
            let found = last("30 2 * * *", until);
            assert_eq!(found.as_deref(), Some("2026-10-25T02:30+02:00"), "{until}");
        }
        let spring = last("30 2 * * *", "2026-03-29T12:00:00");
        assert_eq!(spring.as_deref(), Some("2026-03-29T03:00+02:00"));
    }

    #[test]
    fn what_fired_up_to_a_day_ago_is_found_and_nothing_older() {
        for (until, expected) in [
            ("2026-11-23T05:59:59", None),
            ("2026-11-23T06:00:00", Some("2026-11-23T06:00+01:00")),
            ("2026-11-23T18:00:31", Some("2026-11-23T06:00+01:00")),
            ("2026-11-24T05:59:59", Some("2026-11-23T06:00+01:00")),
            ("2026-11-24T06:00:00", None),
        ] {
            assert_eq!(last("0 6 * * MON", until).as_deref(), expected, "{until}");
        }
        let every_minute = last("* * * * *", "2026-11-23T05:59:59");
        assert_eq!(every_minute.as_deref(), Some("2026-11-23T05:59+01:00"));
        assert_eq!(last("", "2026-11-23T05:59:59"), None);
    }

    #[test]
    fn a_schedule_that_is_none_or_never_comes_says_what_to_write() {
        for text in [
            "soon",
            "0 6 * *",
            "0 0 6 * * MON",
            "61 6 * * *",
            "0 25 * * *",
        ] {
            let fault = text.parse::<Schedule>().unwrap_err();
            assert!(fault.contains("`0 6 * * MON`"), "{text}: {fault}");
        }
        for text in ["0 6 30 2 *", "0 6 31 4,6 *"] {
            let fault = text.parse::<Schedule>().unwrap_err();
            assert!(fault.contains("never comes"), "{text}: {fault}");
        }
        assert!(!"  ".parse::<Schedule>().unwrap().is_set());
    }
}
