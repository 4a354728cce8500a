//! Times in words: as the clocks of German legal time show them, and in UTC.

use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::edifact::scan::Segment;
use crate::explain::value::{Meaning, Tone};
use crate::explain::words::Words;
use crate::market::calendar::{UtcTime, civil_from_days, legal_time};
use crate::message::mscons::read::time::{self, Dtm, Moment};
use crate::text::{Language, Text};

/// The sentences of a language, with times as German legal time has them.
pub(super) fn legal_text(language: Language) -> Text {
    let berlin = TimeZone::get("Europe/Berlin").unwrap_or(TimeZone::UTC);
    Text::new(language).in_zone(berlin)
}

/// Tells times.
pub(super) struct Clock {
    language: Language,
    /// With times as German legal time has them.
    legal: Text,
    reading: time::Clock,
}

impl Clock {
    pub(super) fn new(language: Language) -> Self {
        Self {
            language,
            legal: legal_text(language),
            reading: time::Clock::default(),
        }
    }

    /// What the time of a DTM is. A day or month of gas begins at 06:00.
    pub(super) fn time(&mut self, segment: &Segment<'_>, is_gas: bool) -> Meaning {
        let dtm = Dtm::of(segment);
        if let Some(seconds) = dtm.length_seconds() {
            return self.length(seconds);
        }
        let Some(moment) = self.reading.moment(&dtm) else {
            return self.unreadable();
        };
        let text = match moment {
            Moment::Utc(time) => self.instant(time),
            Moment::Local(local) => return self.local(local),
            Moment::Day(day) => self.date(day),
            Moment::Month(year, month) => civil_date(year, month, 1)
                .map_or_else(String::new, |date| self.legal.month_and_year(date)),
            Moment::Year(year) => year.to_string(),
        };
        // DTM+306 is a period, and a gas day begins at an hour that its date does not tell.
        if dtm.qualifier() == b"306"
            && let Some(from) = self.reading.instant(moment, is_gas, None)
            && let Some(to) = self.reading.end(moment, is_gas)
        {
            let (from, to) = (
                self.legal.instant(from.seconds()),
                self.legal.instant(to.seconds()),
            );
            return Meaning::plain(format!("{text}: {from} – {to}"));
        }
        Meaning::plain(text)
    }

    /// UNB 0017: `YYMMDD`, in syntax 4 `CCYYMMDD`.
    pub(super) fn date_of_preparation(&self, value: &str) -> Meaning {
        let digits = match value.len() {
            6 => format!("20{value}"),
            _ => value.to_owned(),
        };
        let part = |from, to| digits.get(from..to).and_then(|part| part.parse().ok());
        let is_date = digits.len() == 8 && digits.bytes().all(|byte| byte.is_ascii_digit());
        let date = is_date.then(|| civil_date(part(0, 4)?, part(4, 6)?, part(6, 8)?));
        match date.flatten() {
            Some(date) => Meaning::plain(self.legal.date(date)),
            None => self.unreadable(),
        }
    }

    /// UNB 0019: `HHMM`, in UTC as the market means it.
    pub(super) fn time_of_preparation(&self, value: &str) -> Meaning {
        let clock = value.split_at_checked(2).filter(|(hour, minute)| {
            let number = |text: &str| text.parse::<u8>().ok();
            minute.len() == 2
                && number(hour).is_some_and(|hour| hour < 24)
                && number(minute).is_some_and(|minute| minute < 60)
        });
        match clock {
            Some((hour, minute)) => Meaning::plain(format!("{hour}:{minute} UTC")),
            None => self.unreadable(),
        }
    }

    /// An instant: `23.11.2026 00:00 MEZ · 2026-11-22T23:00:00Z`.
    fn instant(&self, time: UtcTime) -> String {
        format!("{} · {time}", self.legal.instant(time.seconds()))
    }

    /// A time without zone: German legal time, which autumn has twice and spring leaves out.
    fn local(&self, local: i64) -> Meaning {
        let Some(time) = legal_time(local) else {
            return self.unreadable();
        };
        let first = self.instant(time.first);
        if let Some(second) = time.second {
            let or = Words::new("oder", "or").in_language(self.language);
            return Meaning::plain(format!("{first} {or} {}", self.instant(second)));
        }
        let shown = self.legal.zoned(time.first.seconds());
        let on_the_clock = time.first.seconds() + i64::from(shown.offset().seconds());
        if on_the_clock != local {
            return Meaning {
                text: format!("{first} ({})", SKIPPED.in_language(self.language)),
                tone: Tone::Bad,
            };
        }
        Meaning::plain(first)
    }

    fn date(&self, day: i64) -> String {
        let (year, month, day) = civil_from_days(day);
        let date = civil_date(year, month, day);
        date.map_or_else(String::new, |date| self.legal.weekday_and_date(date))
    }

    fn length(&self, seconds: i64) -> Meaning {
        let (count, unit) = match seconds {
            _ if seconds % 86_400 == 0 => (seconds / 86_400, Words::new("Tage", "days")),
            _ if seconds % 3600 == 0 => (seconds / 3600, Words::new("Stunden", "hours")),
            _ => (seconds / 60, Words::new("Minuten", "minutes")),
        };
        Meaning::plain(format!("{count} {}", unit.in_language(self.language)))
    }

    fn unreadable(&self) -> Meaning {
        Meaning {
            text: NO_TIME.in_language(self.language).to_owned(),
            tone: Tone::Bad,
        }
    }
}

fn civil_date(year: i64, month: i64, day: i64) -> Option<Date> {
    let (month, day) = (i8::try_from(month).ok()?, i8::try_from(day).ok()?);
    Date::new(i16::try_from(year).ok()?, month, day).ok()
}

const NO_TIME: Words = Words::new("passt nicht zum Format", "does not fit its format");
const SKIPPED: Words = Words::new(
    "diese Uhrzeit gibt es nicht, Sommerzeit begann",
    "this time does not exist, summer time began",
);
