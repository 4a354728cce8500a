//! Dates and times of day as a language writes them, in the configured time zone.

use jiff::civil::{Date, DateTime, Time};
use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned};

use crate::market::calendar::UtcTime;
use crate::text::{Language, Text};

/// Reads what a person writes for an instant: `2026-11-01` (the beginning of the day),
/// `2026-11-01T06:00`, both on the clock of `zone`, or RFC 3339. Of an hour that autumn has twice it
/// is the first, in one that spring leaves out the clock is set first.
pub fn read_time(text: &str, zone: &TimeZone) -> Option<UtcTime> {
    let local = |time: DateTime| {
        let zoned = zone.to_ambiguous_zoned(time).compatible().ok()?;
        Some(zoned.timestamp())
    };
    let instant = if text.len() == DAY_LENGTH {
        local(text.parse::<Date>().ok()?.to_datetime(Time::midnight()))
    } else {
        let time = || text.parse::<DateTime>().ok().and_then(local);
        text.parse::<Timestamp>().ok().or_else(time)
    };
    instant.map(|instant| UtcTime::from_seconds(instant.as_second()))
}

/// `2026-11-01`.
const DAY_LENGTH: usize = 10;

impl Text {
    /// An instant on the clock of the time zone; the earliest or latest one there is if it is out
    /// of any calendar.
    pub fn zoned(&self, seconds: i64) -> Zoned {
        let limit = if seconds < 0 {
            Timestamp::MIN
        } else {
            Timestamp::MAX
        };
        Timestamp::from_second(seconds)
            .unwrap_or(limit)
            .to_zoned(self.time_zone().clone())
    }

    /// A date: `24.11.2026`, `24 Nov 2026`.
    pub fn date(&self, date: Date) -> String {
        match self.language() {
            Language::De => format!("{:02}.{:02}.{}", date.day(), date.month(), date.year()),
            Language::En => format!("{} {} {}", date.day(), self.month_short(date), date.year()),
        }
    }

    /// The date of an instant.
    pub fn date_of(&self, seconds: i64) -> String {
        self.date(self.zoned(seconds).date())
    }

    /// The time of day of an instant: `15:04`. In the hour that autumn has twice, with the name
    /// of the zone, since only that tells the two apart.
    pub fn time_of(&self, seconds: i64) -> String {
        let at = self.zoned(seconds);
        let shown = format!("{:02}:{:02}", at.hour(), at.minute());
        if at
            .time_zone()
            .to_ambiguous_zoned(at.datetime())
            .is_ambiguous()
        {
            format!("{shown} {}", self.zone_name(&at))
        } else {
            shown
        }
    }

    /// Date and time of day of an instant: `24.11.2026 15:04`.
    pub fn date_time(&self, seconds: i64) -> String {
        format!("{} {}", self.date_of(seconds), self.time_of(seconds))
    }

    /// Date, time of day and zone of an instant: `24.11.2026 15:04 MEZ`. Seconds, where there are
    /// any.
    pub fn instant(&self, seconds: i64) -> String {
        let at = self.zoned(seconds);
        let (hour, minute, second) = (at.hour(), at.minute(), at.second());
        let (date, zone) = (self.date(at.date()), self.zone_name(&at));
        if second == 0 {
            format!("{date} {hour:02}:{minute:02} {zone}")
        } else {
            format!("{date} {hour:02}:{minute:02}:{second:02} {zone}")
        }
    }

    /// A day with its weekday: `Mo 24.11.2026`.
    pub fn weekday_and_date(&self, date: Date) -> String {
        format!("{} {}", self.weekday_short(date), self.date(date))
    }

    /// A month and its year: `November 2026`.
    pub fn month_and_year(&self, date: Date) -> String {
        format!(
            "{} {}",
            word(&self.months_long(), date.month() - 1),
            date.year()
        )
    }

    /// `Nov`.
    pub fn month_short(&self, date: Date) -> String {
        word(&self.months_short(), date.month() - 1)
    }

    /// `Mo`.
    pub fn weekday_short(&self, date: Date) -> String {
        word(
            &self.weekdays_short(),
            date.weekday().to_monday_zero_offset(),
        )
    }

    /// `MEZ`, `MESZ`, or what the zone's own abbreviation is.
    fn zone_name(&self, at: &Zoned) -> String {
        let name = at.strftime("%Z").to_string();
        match (self.language(), name.as_str()) {
            (Language::De, "CET") => "MEZ".to_owned(),
            (Language::De, "CEST") => "MESZ".to_owned(),
            (Language::De | Language::En, _) => name,
        }
    }
}

/// One word of a list: months and weekdays are one sentence each.
fn word(list: &str, at: i8) -> String {
    let at = usize::try_from(at).unwrap_or(0);
    list.split_whitespace()
        .nth(at)
        .unwrap_or_default()
        .to_owned()
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use jiff::tz::TimeZone;

    use super::*;

    fn text(language: Language) -> Text {
        Text::new(language).in_zone(TimeZone::get("Europe/Berlin").unwrap())
    }

    #[test]
    fn an_instant_is_shown_on_the_local_clock() {
        // 2026-11-24T14:04:00Z
        assert_eq!(
            text(Language::De).date_time(1_795_529_040),
            "24.11.2026 15:04"
        );
        assert_eq!(
            text(Language::En).date_time(1_795_529_040),
            "24 Nov 2026 15:04"
        );
    }

    #[test]
    fn the_hour_that_autumn_has_twice_is_told_apart() {
        let first = 1_792_888_200; // 2026-10-25T00:30:00Z
        assert_eq!(text(Language::De).time_of(first), "02:30 MESZ");
        assert_eq!(text(Language::De).time_of(first + 3600), "02:30 MEZ");
        assert_eq!(text(Language::En).time_of(first + 3600), "02:30 CET");
        assert_eq!(text(Language::De).time_of(first + 7200), "03:30");
    }

    #[test]
    fn an_instant_can_be_told_with_its_zone_and_second() {
        let german = text(Language::De);
        assert_eq!(german.instant(1_795_529_040), "24.11.2026 15:04 MEZ");
        assert_eq!(german.instant(1_795_529_041), "24.11.2026 15:04:01 MEZ");
        let english = text(Language::En);
        assert_eq!(english.instant(1_782_000_000), "21 Jun 2026 02:00 CEST");
        assert_eq!(Text::new(Language::De).instant(0), "01.01.1970 00:00 UTC");
    }

    #[test]
    fn every_month_and_weekday_has_a_name_in_both_languages() {
        for language in [Language::De, Language::En] {
            for month in 1..=12 {
                let day = date(2026, month, month);
                assert!(!text(language).month_short(day).is_empty());
                assert!(text(language).month_and_year(day).len() > 6);
                assert!(!text(language).weekday_short(day).is_empty());
            }
        }
        assert_eq!(
            text(Language::De).weekday_and_date(date(2026, 11, 24)),
            "Di 24.11.2026"
        );
    }

    #[test]
    fn a_time_out_of_any_calendar_is_shown_all_the_same() {
        assert!(
            text(Language::De)
                .date_time(i64::MAX)
                .starts_with("30.12.9999")
        );
    }
}
