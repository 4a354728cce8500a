//! The period that a page shows: a day, week, month or year of the local calendar, or any other.

use jiff::civil::{Date, DateTime, ISOWeekDate, Weekday};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use serde::Deserialize;

use crate::market::calendar::UtcTime;
use crate::series::resample::Resolution;
use crate::text::Text;

/// What the address of a page says of its period; everything may be absent or empty.
#[derive(Clone, Debug, Default, Deserialize)]
pub(crate) struct Query {
    /// `day`, `week`, `month`, `year`.
    pub(crate) unit: Option<String>,
    /// A day in the period: `2026-11-24`.
    pub(crate) at: Option<String>,
    /// The first instant or day.
    pub(crate) from: Option<String>,
    /// The first instant or day after the period.
    pub(crate) to: Option<String>,
    /// Show what was known then.
    pub(crate) as_of: Option<String>,
    /// `quarter`, `hour`, `day`, `month`, `year`: the values by it.
    pub(crate) resolution: Option<String>,
    /// Page of the table, from 1.
    pub(crate) page: Option<usize>,
}

/// A part of the calendar.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Unit {
    /// A day of 23, 24 or 25 hours.
    Day,
    /// Monday to Sunday.
    Week,
    /// A month.
    Month,
    /// A year.
    Year,
}

impl Query {
    /// The resolution that is asked for.
    ///
    /// # Errors
    /// [`BadPeriod`] if there is none of that name.
    pub(crate) fn resolution(&self) -> Result<Option<Resolution>, BadPeriod> {
        let given = self.resolution.as_deref().filter(|name| !name.is_empty());
        given
            .map(|name| Resolution::named(name).ok_or(BadPeriod))
            .transpose()
    }
}

impl Unit {
    /// All of them, from short to long.
    pub(crate) const ALL: [Self; 4] = [Self::Day, Self::Week, Self::Month, Self::Year];

    /// Its word in addresses.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Day => "day",
            Self::Week => "week",
            Self::Month => "month",
            Self::Year => "year",
        }
    }
}

/// A period `[from, to)`.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Period {
    /// The first instant.
    pub(crate) from: UtcTime,
    /// The first instant after it.
    pub(crate) to: UtcTime,
    /// The unit and the first day, where it is one of the calendar.
    pub(crate) calendar: Option<(Unit, Date)>,
}

/// A period that cannot be read.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct BadPeriod;

impl Period {
    /// The unit of the calendar that holds this day.
    pub(crate) fn around(unit: Unit, day: Date, zone: &TimeZone) -> Result<Self, BadPeriod> {
        let first = match unit {
            Unit::Day => day,
            Unit::Week => {
                let since_monday = day.weekday().to_monday_zero_offset();
                day.checked_sub(i64::from(since_monday).days())
                    .map_err(|_| BadPeriod)?
            }
            Unit::Month => day.first_of_month(),
            Unit::Year => day.first_of_year(),
        };
        let next = first.checked_add(span(unit)).map_err(|_| BadPeriod)?;
        let (from, to) = (midnight(first, zone)?, midnight(next, zone)?);
        Ok(Self {
            from,
            to,
            calendar: Some((unit, first)),
        })
    }

    /// The day, or the seven days, the month or the year that end with this day: full of values
    /// where the last one has just come, which a part of the calendar is not at its beginning.
    pub(crate) fn until(unit: Unit, last: Date, zone: &TimeZone) -> Result<Self, BadPeriod> {
        let after = last.tomorrow().map_err(|_| BadPeriod)?;
        let first = after.checked_sub(span(unit)).map_err(|_| BadPeriod)?;
        let around = Self::around(unit, first, zone)?;
        let (from, to) = (midnight(first, zone)?, midnight(after, zone)?);
        let is_of_calendar = (around.from, around.to) == (from, to);
        Ok(Self {
            from,
            to,
            calendar: around.calendar.filter(|_| is_of_calendar),
        })
    }

    /// The period that an address asks for, or else the usual one: the one that ends with a day.
    ///
    /// # Errors
    /// [`BadPeriod`] if it says something that is none, or is longer than [`MOST_SECONDS`].
    pub(crate) fn read(
        query: &Query,
        usual: (Unit, Date),
        zone: &TimeZone,
    ) -> Result<Self, BadPeriod> {
        let given = |text: &'_ Option<String>| text.clone().filter(|text| !text.is_empty());
        let (from, to) = (given(&query.from), given(&query.to));
        if from.is_some() || to.is_some() {
            return Self::between(from.as_deref(), to.as_deref(), usual, zone);
        }
        let (unit, day) = (given(&query.unit), given(&query.at));
        if unit.is_none() && day.is_none() {
            return Self::until(usual.0, usual.1, zone);
        }
        let unit = match unit {
            Some(word) => Unit::ALL
                .into_iter()
                .find(|unit| unit.word() == word)
                .ok_or(BadPeriod)?,
            None => usual.0,
        };
        let day = match day {
            Some(day) => day.parse().map_err(|_| BadPeriod)?,
            None => usual.1,
        };
        Self::around(unit, day, zone)
    }

    /// The period between two instants. Without an end it goes on to the last day of the usual
    /// one; without a beginning it is as long as the usual one.
    fn between(
        from: Option<&str>,
        to: Option<&str>,
        (unit, last): (Unit, Date),
        zone: &TimeZone,
    ) -> Result<Self, BadPeriod> {
        let to = match to {
            Some(to) => instant(to, zone)?,
            None => midnight(last.tomorrow().map_err(|_| BadPeriod)?, zone)?,
        };
        let from = if let Some(from) = from {
            instant(from, zone)?
        } else {
            let end = Timestamp::from_second(to.seconds()).map_err(|_| BadPeriod)?;
            let start = end.to_zoned(zone.clone()).checked_sub(span(unit));
            UtcTime::from_seconds(start.map_err(|_| BadPeriod)?.timestamp().as_second())
        };
        match to.seconds().saturating_sub(from.seconds()) {
            1..=MOST_SECONDS => Ok(Self {
                from,
                to,
                calendar: None,
            }),
            _ => Err(BadPeriod),
        }
    }

    /// The period before it, of the same length.
    pub(crate) fn previous(&self, zone: &TimeZone) -> Option<Self> {
        match self.calendar {
            Some((unit, first)) => {
                Self::around(unit, first.checked_sub(span(unit)).ok()?, zone).ok()
            }
            None => self.moved(-1, zone),
        }
    }

    /// The period after it, of the same length.
    pub(crate) fn next(&self, zone: &TimeZone) -> Option<Self> {
        match self.calendar {
            Some((unit, first)) => {
                Self::around(unit, first.checked_add(span(unit)).ok()?, zone).ok()
            }
            None => self.moved(1, zone),
        }
    }

    /// The period so many of its lengths later: whole days remain whole over a clock change.
    fn moved(&self, lengths: i64, zone: &TimeZone) -> Option<Self> {
        let (from, to) = if let Some((first, after)) = self.whole_days(zone) {
            let days = i64::from((after - first).get_days()) * lengths;
            let moved = |day: Date| midnight(day.checked_add(days.days()).ok()?, zone).ok();
            (moved(first)?, moved(after)?)
        } else {
            let seconds = self.to.seconds().checked_sub(self.from.seconds())? * lengths;
            let moved = |at: UtcTime| at.seconds().checked_add(seconds);
            (
                UtcTime::from_seconds(moved(self.from)?),
                UtcTime::from_seconds(moved(self.to)?),
            )
        };
        Some(Self {
            from,
            to,
            calendar: None,
        })
    }

    /// The first day and the day after the last one, if it begins and ends at midnight.
    fn whole_days(&self, zone: &TimeZone) -> Option<(Date, Date)> {
        let day = |at: UtcTime| {
            let date = Timestamp::from_second(at.seconds())
                .ok()?
                .to_zoned(zone.clone())
                .date();
            (midnight(date, zone) == Ok(at)).then_some(date)
        };
        Some((day(self.from)?, day(self.to)?))
    }

    /// Its part of an address: `unit=week&at=2026-11-23`.
    pub(crate) fn query(&self) -> String {
        match self.calendar {
            Some((unit, first)) => format!("unit={}&at={first}", unit.word()),
            None => format!("from={}&to={}", in_address(self.from), in_address(self.to)),
        }
    }

    /// The day that other units are opened around: the last one where it is not of the calendar.
    pub(crate) fn day(&self, text: &Text) -> Date {
        self.calendar.map_or_else(
            || text.zoned(self.to.seconds() - 1).date(),
            |(_, first)| first,
        )
    }

    /// What a person calls it.
    pub(crate) fn name(&self, text: &Text) -> String {
        let Some((unit, first)) = self.calendar else {
            if let Some((first, after)) = self.whole_days(text.time_zone()) {
                let last = after.yesterday().unwrap_or(first);
                return text.period_range(&text.date(first), &text.date(last));
            }
            let (from, to) = (self.from.seconds(), self.to.seconds());
            return text.period_range(&text.date_time(from), &text.date_time(to));
        };
        match unit {
            Unit::Day => text.weekday_and_date(first),
            Unit::Week => {
                let week = ISOWeekDate::from(first).week().to_string();
                let sunday = first.nth_weekday(1, Weekday::Sunday).unwrap_or(first);
                text.period_week_of(&week, &text.date(first), &text.date(sunday))
            }
            Unit::Month => text.month_and_year(first),
            Unit::Year => first.year().to_string(),
        }
    }
}

/// An instant as a person or program writes it in an address: `2026-11-24` (midnight),
/// `2026-11-24T06:00` (local), or with an offset or `Z`.
///
/// # Errors
/// [`BadPeriod`].
pub(crate) fn instant(text: &str, zone: &TimeZone) -> Result<UtcTime, BadPeriod> {
    // In an address, a `+` that was not encoded arrives as a blank.
    let text = text.trim().replace(' ', "+");
    if let Ok(exact) = text.parse::<Timestamp>() {
        return Ok(UtcTime::from_seconds(exact.as_second()));
    }
    let local: DateTime = text.parse().map_err(|_| BadPeriod)?;
    let zoned = local.to_zoned(zone.clone()).map_err(|_| BadPeriod)?;
    Ok(UtcTime::from_seconds(zoned.timestamp().as_second()))
}

/// An instant for an address: `2026-11-24T05:00:00Z`.
pub(crate) fn in_address(at: UtcTime) -> String {
    Timestamp::from_second(at.seconds())
        .unwrap_or_default()
        .to_string()
}

/// Local midnight, or the first instant of a day that has none.
pub(crate) fn midnight(day: Date, zone: &TimeZone) -> Result<UtcTime, BadPeriod> {
    let zoned = day.to_zoned(zone.clone()).map_err(|_| BadPeriod)?;
    Ok(UtcTime::from_seconds(zoned.timestamp().as_second()))
}

fn span(unit: Unit) -> jiff::Span {
    match unit {
        Unit::Day => 1.day(),
        Unit::Week => 1.week(),
        Unit::Month => 1.month(),
        Unit::Year => 1.year(),
    }
}

/// The longest period of one page: eleven years, ten full ones and the one that runs. A page reads
/// it into memory at once.
const MOST_SECONDS: i64 = 11 * 366 * 86_400;

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::text::Language;

    fn berlin() -> TimeZone {
        TimeZone::get("Europe/Berlin").unwrap()
    }

    fn usual() -> (Unit, Date) {
        (Unit::Week, date(2026, 11, 24))
    }

    fn query(from: &str, to: &str) -> Query {
        Query {
            from: Some(from.to_owned()),
            to: Some(to.to_owned()),
            ..Query::default()
        }
    }

    #[test]
    fn the_day_of_the_clock_change_has_its_own_length() {
        let hours = |day| {
            let period = Period::around(Unit::Day, day, &berlin()).unwrap();
            (period.to.seconds() - period.from.seconds()) / 3600
        };
        assert_eq!(hours(date(2026, 3, 29)), 23);
        assert_eq!(hours(date(2026, 10, 25)), 25);
        assert_eq!(hours(date(2026, 11, 24)), 24);
    }

    #[test]
    fn a_week_begins_on_monday_and_is_named_by_its_number() {
        let week = Period::around(Unit::Week, date(2026, 11, 24), &berlin()).unwrap();
        assert_eq!(week.query(), "unit=week&at=2026-11-23");
        let text = Text::new(Language::De).in_zone(berlin());
        assert_eq!(week.name(&text), "KW 48 · 23.11.2026 – 29.11.2026");
        assert_eq!(
            week.previous(&berlin()).unwrap().query(),
            "unit=week&at=2026-11-16"
        );
        assert_eq!(
            week.next(&berlin()).unwrap().query(),
            "unit=week&at=2026-11-30"
        );
    }

    #[test]
    fn the_usual_week_is_the_last_seven_days_also_over_a_clock_change() {
        let text = Text::new(Language::De).in_zone(berlin());
        let week = Period::read(&Query::default(), usual(), &berlin()).unwrap();
        assert_eq!(week.name(&text), "18.11.2026 – 24.11.2026");
        assert_eq!(week.day(&text), date(2026, 11, 24));
        let mut earlier = week.clone();
        for _ in 0..5 {
            earlier = earlier.previous(&berlin()).unwrap();
        }
        assert_eq!(earlier.name(&text), "14.10.2026 – 20.10.2026");
        for _ in 0..5 {
            earlier = earlier.next(&berlin()).unwrap();
        }
        assert_eq!(earlier, week);
    }

    #[test]
    fn a_period_until_the_last_day_of_a_part_of_the_calendar_is_that_part() {
        for (unit, last) in [
            (Unit::Day, date(2026, 11, 24)),
            (Unit::Week, date(2026, 11, 29)),
            (Unit::Month, date(2026, 11, 30)),
            (Unit::Year, date(2026, 12, 31)),
        ] {
            let period = Period::until(unit, last, &berlin());
            assert_eq!(period, Period::around(unit, last, &berlin()));
        }
    }

    #[test]
    fn a_month_before_march_is_february_whatever_their_lengths() {
        let march = Period::around(Unit::Month, date(2026, 3, 31), &berlin()).unwrap();
        assert_eq!(
            march.previous(&berlin()).unwrap().query(),
            "unit=month&at=2026-02-01"
        );
    }

    #[test]
    fn days_and_instants_are_read_and_the_end_is_not_part_of_it() {
        let day = Period::read(&query("2026-11-24", "2026-11-25"), usual(), &berlin()).unwrap();
        assert_eq!(in_address(day.from), "2026-11-23T23:00:00Z");
        assert_eq!(in_address(day.to), "2026-11-24T23:00:00Z");
        for same in [
            "2026-11-24T06:00",
            "2026-11-24T05:00:00Z",
            "2026-11-24T06:00:00 01:00",
        ] {
            assert_eq!(
                in_address(instant(same, &berlin()).unwrap()),
                "2026-11-24T05:00:00Z"
            );
        }
    }

    #[test]
    fn the_address_of_a_period_leads_back_to_it() {
        let period =
            Period::read(&query("2026-10-25T02:30", "2026-11-25"), usual(), &berlin()).unwrap();
        let (from, to) = (in_address(period.from), in_address(period.to));
        assert_eq!(period.query(), format!("from={from}&to={to}"));
        assert_eq!(
            Period::read(&query(&from, &to), usual(), &berlin()),
            Ok(period)
        );
    }

    #[test]
    fn what_is_no_period_is_refused() {
        for (from, to) in [
            ("2026-11-24", "2026-11-24"),
            ("2026-11-25", "2026-11-24"),
            ("2026-13-01", "2026-14-01"),
            ("yesterday", "today"),
            ("0001-01-01", "9999-12-31"),
        ] {
            assert_eq!(
                Period::read(&query(from, to), usual(), &berlin()),
                Err(BadPeriod)
            );
        }
        let fortnight = Query {
            unit: Some("fortnight".to_owned()),
            ..Query::default()
        };
        assert_eq!(Period::read(&fortnight, usual(), &berlin()), Err(BadPeriod));
    }

    #[test]
    fn an_empty_form_asks_for_the_usual_period() {
        let period = Period::read(&query("", ""), usual(), &berlin());
        assert_eq!(period, Period::read(&Query::default(), usual(), &berlin()));
    }

    #[test]
    fn one_end_is_enough() {
        let read = |from, to| Period::read(&query(from, to), usual(), &berlin()).unwrap();
        assert_eq!(read("2026-11-01", ""), read("2026-11-01", "2026-11-25"));
        assert_eq!(read("", "2026-10-28"), read("2026-10-21", "2026-10-28"));
        let late = Period::read(&query("2026-11-25", ""), usual(), &berlin());
        assert_eq!(late, Err(BadPeriod));
    }

    #[test]
    fn the_ends_of_the_calendar_have_no_neighbour() {
        let last = Period::around(Unit::Year, date(9998, 1, 1), &berlin()).unwrap();
        assert!(last.next(&berlin()).is_none());
        assert!(Period::around(Unit::Year, date(9999, 5, 1), &berlin()).is_err());
    }
}
