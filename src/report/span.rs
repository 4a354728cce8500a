//! The days that a report tells of, and those that it compares with.

use jiff::civil::{Date, Weekday};
use jiff::{Span as Length, ToSpan};

use crate::config::report::{Period, Template};
use crate::market::calendar::{Day, UtcTime};
use crate::series::rhythm::Border;
use crate::text::Text;

/// Some days of delivery in a row.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Span {
    /// The first day.
    pub first: Date,
    /// The day after the last one.
    pub after: Date,
    unit: Unit,
}

/// What is one later, or one earlier.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Unit {
    Day,
    Week,
    Month,
    Quarter,
    Year,
}

impl Span {
    /// What a report of this kind tells of that is made on a day. `None` out of any calendar.
    pub fn of(period: Period, template: Template, today: Date) -> Option<Self> {
        let week_of =
            |day: Date| back(day, i64::from(day.weekday().to_monday_zero_offset()).days());
        let (first, after, unit) = match (period, template) {
            (Period::Yesterday, _) => (today.yesterday().ok()?, today, Unit::Day),
            (Period::Last7Days, _) => (back(today, 7.days())?, today, Unit::Week),
            (Period::LastWeek, _) | (Period::Auto, Template::Energy | Template::Digest) => {
                let monday = week_of(today)?;
                (back(monday, 7.days())?, monday, Unit::Week)
            }
            (Period::LastMonth, _) | (Period::Auto, Template::Scorecard) => {
                let first = today.first_of_month();
                (back(first, 1.month())?, first, Unit::Month)
            }
            (Period::LastQuarter, _) => {
                let months = i64::from((today.month() - 1) % 3);
                let first = back(today.first_of_month(), months.months())?;
                (back(first, 3.months())?, first, Unit::Quarter)
            }
            (Period::LastYear, _) => {
                let first = today.first_of_year();
                (back(first, 1.year())?, first, Unit::Year)
            }
        };
        Some(Self { first, after, unit })
    }

    /// The one before it.
    pub fn before(&self) -> Option<Self> {
        let length = match self.unit {
            Unit::Day => 1.day(),
            Unit::Week => 7.days(),
            Unit::Month => 1.month(),
            Unit::Quarter => 3.months(),
            Unit::Year => 1.year(),
        };
        Some(Self {
            first: back(self.first, length)?,
            after: self.first,
            ..*self
        })
    }

    /// The one a year before: of days and weeks 52 weeks, so that Mondays stand beside Mondays;
    /// `None` of a year, where it is the one before.
    pub fn year_before(&self) -> Option<Self> {
        let length = match self.unit {
            Unit::Day | Unit::Week => 364.days(),
            Unit::Month | Unit::Quarter => 1.year(),
            Unit::Year => return None,
        };
        Some(Self {
            first: back(self.first, length)?,
            after: back(self.after, length)?,
            ..*self
        })
    }

    /// From the begin of its first day to the end of its last one: with gas from six to six.
    pub fn bounds(&self, border: Border) -> (UtcTime, UtcTime) {
        (
            border.start_of(day(self.first)),
            border.start_of(day(self.after)),
        )
    }

    /// How many days it has.
    pub fn days(&self) -> i32 {
        day(self.after).number() - day(self.first).number()
    }

    /// What a person calls it: `16.11.2026 – 22.11.2026`, `Oktober 2026`.
    pub fn name(&self, text: &Text) -> String {
        let last = self.after.yesterday().unwrap_or(self.first);
        match self.unit {
            Unit::Day => text.weekday_and_date(self.first),
            Unit::Week => text.period_range(
                &text.weekday_and_date(self.first),
                &text.weekday_and_date(last),
            ),
            Unit::Month => text.month_and_year(self.first),
            Unit::Quarter => text.report_quarter(
                &((self.first.month() + 2) / 3).to_string(),
                &self.first.year().to_string(),
            ),
            Unit::Year => self.first.year().to_string(),
        }
    }

    /// Its part of a file's name: `2026-11-16`, `2026-10`, `2026`.
    pub fn file_name(&self) -> String {
        match self.unit {
            Unit::Day | Unit::Week => self.first.to_string(),
            Unit::Month | Unit::Quarter => self.first.strftime("%Y-%m").to_string(),
            Unit::Year => self.first.year().to_string(),
        }
    }

    /// What a column is called that compares with the one before.
    pub fn name_of_before(&self, text: &Text) -> String {
        match self.unit {
            Unit::Day => text.report_day_before(),
            Unit::Week => text.report_week_before(),
            Unit::Month => text.report_month_before(),
            Unit::Quarter => text.report_quarter_before(),
            Unit::Year => text.report_year_before(),
        }
    }

    /// Whether it is a week of the calendar.
    pub fn is_calendar_week(&self) -> bool {
        self.unit == Unit::Week && self.first.weekday() == Weekday::Monday
    }
}

/// A date as a day.
pub fn day(date: Date) -> Day {
    let days = (date - EPOCH).get_days();
    Day::from_number(days)
}

fn back(date: Date, by: Length) -> Option<Date> {
    date.checked_sub(by).ok()
}

const EPOCH: Date = Date::constant(1970, 1, 1);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::Language;

    fn span(period: Period, today: &str) -> Span {
        Span::of(period, Template::Energy, today.parse().unwrap()).unwrap()
    }

    fn told(span: Option<Span>) -> String {
        span.map_or_else(
            || "-".to_owned(),
            |span| format!("{} {}", span.first, span.after),
        )
    }

    #[test]
    fn periods_end_before_the_day_on_which_they_are_told() {
        for (period, today, expected, before, year_before) in [
            (
                Period::Yesterday,
                "2026-11-23",
                "2026-11-22 2026-11-23",
                "2026-11-21 2026-11-22",
                "2025-11-23 2025-11-24",
            ),
            (
                Period::LastWeek,
                "2026-11-23",
                "2026-11-16 2026-11-23",
                "2026-11-09 2026-11-16",
                "2025-11-17 2025-11-24",
            ),
            (
                Period::LastWeek,
                "2026-11-29",
                "2026-11-16 2026-11-23",
                "2026-11-09 2026-11-16",
                "2025-11-17 2025-11-24",
            ),
            (
                Period::Last7Days,
                "2026-11-25",
                "2026-11-18 2026-11-25",
                "2026-11-11 2026-11-18",
                "2025-11-19 2025-11-26",
            ),
            (
                Period::LastMonth,
                "2026-03-31",
                "2026-02-01 2026-03-01",
                "2026-01-01 2026-02-01",
                "2025-02-01 2025-03-01",
            ),
            (
                Period::LastQuarter,
                "2026-01-02",
                "2025-10-01 2026-01-01",
                "2025-07-01 2025-10-01",
                "2024-10-01 2025-01-01",
            ),
            (
                Period::LastYear,
                "2026-01-02",
                "2025-01-01 2026-01-01",
                "2024-01-01 2025-01-01",
                "-",
            ),
        ] {
            let span = span(period, today);
            assert_eq!(told(Some(span)), expected, "{period:?} {today}");
            assert_eq!(told(span.before()), before, "{period:?} {today}");
            assert_eq!(told(span.year_before()), year_before, "{period:?} {today}");
        }
    }

    #[test]
    fn a_scorecard_is_of_a_month_and_the_rest_of_a_week() {
        let today: Date = "2026-11-02".parse().unwrap();
        let of = |template| told(Span::of(Period::Auto, template, today));
        assert_eq!(of(Template::Scorecard), "2026-10-01 2026-11-01");
        assert_eq!(of(Template::Digest), "2026-10-26 2026-11-02");
    }

    #[test]
    fn days_of_a_clock_change_have_23_and_25_hours() {
        for (today, border, hours) in [
            ("2026-03-30", Border::Midnight, 23),
            ("2026-10-26", Border::Midnight, 25),
            ("2026-03-29", Border::GasMorning, 23),
            ("2026-10-25", Border::GasMorning, 25),
            ("2026-11-24", Border::GasMorning, 24),
        ] {
            let (from, to) = span(Period::Yesterday, today).bounds(border);
            assert_eq!(to.seconds() - from.seconds(), hours * 3600, "{today}");
        }
        let (from, to) = span(Period::LastWeek, "2026-10-26").bounds(Border::Midnight);
        assert_eq!((to.seconds() - from.seconds()) / 900, 7 * 96 + 4);
    }

    #[test]
    fn a_period_has_a_name_that_people_use() {
        let text = Text::new(Language::De);
        let name = |period, today| span(period, today).name(&text);
        assert_eq!(
            name(Period::LastWeek, "2026-11-23"),
            "Mo 16.11.2026 – So 22.11.2026"
        );
        assert_eq!(name(Period::LastMonth, "2026-11-23"), "Oktober 2026");
        assert_eq!(name(Period::LastQuarter, "2026-11-23"), "3. Quartal 2026");
        assert_eq!(span(Period::LastMonth, "2026-11-23").file_name(), "2026-10");
    }
}
