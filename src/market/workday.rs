//! Working days in Germany: Monday to Friday, without the holidays that all sixteen states have.
//!
//! Source: the holiday laws of the states; Einigungsvertrag, article 2 (3 October). Movable
//! holidays follow from Easter, Easter from the calendar: no table that ends some day.
//!
//! What single states have beside them (Epiphany, Corpus Christi, Reformation Day, All Saints, …)
//! counts as a working day here. A deadline is then a day too early for a partner who has a
//! holiday; it is never missed for that reason by anyone else.

use crate::market::calendar::{Day, civil_from_days, days_from_civil};

/// Whether a day is a working day in all of Germany.
pub fn is_working_day(day: Day) -> bool {
    // Day 0, 1970-01-01, was a Thursday: Monday is 0.
    let weekday = (i64::from(day.number()) + 3).rem_euclid(7);
    weekday < 5 && !is_holiday(day)
}

/// Whether a day is a holiday in all of Germany.
pub fn is_holiday(day: Day) -> bool {
    let number = i64::from(day.number());
    let (year, month, date) = civil_from_days(number);
    let is_fixed = FIXED.contains(&(month, date));
    // Reformation Day was one of all states once, for its 500th anniversary.
    let is_reformation = (year, month, date) == (2017, 10, 31);
    is_fixed || is_reformation || AFTER_EASTER.contains(&(number - easter_sunday(year)))
}

/// The working day that is so many working days after a day; for 0 the day itself, or the next
/// working day if it is none.
pub fn working_day_after(day: Day, working_days: u16) -> Day {
    let mut day = day;
    let mut left = working_days;
    loop {
        // There is no week without a working day, so this ends soon; and at the end of all days.
        if (left == 0 && is_working_day(day)) || day.number() == i32::MAX {
            return day;
        }
        day = day.plus(1);
        left = left.saturating_sub(u16::from(is_working_day(day)));
    }
}

/// Easter Sunday of a year of the Gregorian calendar, in days since 1970-01-01 (Spencer 1922,
/// known as Meeus/Jones/Butcher).
fn easter_sunday(year: i64) -> i64 {
    let (century, in_century) = (year.div_euclid(100), year.rem_euclid(100));
    let golden = year.rem_euclid(19);
    let lunar = (century - (century + 8).div_euclid(25) + 1).div_euclid(3);
    let epact = (19 * golden + century - century.div_euclid(4) - lunar + 15).rem_euclid(30);
    let weekday = (32 + 2 * century.rem_euclid(4) + 2 * (in_century / 4) - epact - in_century % 4)
        .rem_euclid(7);
    let late = (golden + 11 * epact + 22 * weekday).div_euclid(451);
    let since_march = epact + weekday - 7 * late + 114;
    days_from_civil(year, since_march / 31, since_march % 31 + 1)
}

/// (month, day): New Year, Labour Day, Day of German Unity, both Christmas days.
const FIXED: [(i64, i64); 5] = [(1, 1), (5, 1), (10, 3), (12, 25), (12, 26)];

/// Days after Easter Sunday: Good Friday, Easter Monday, Ascension, Whit Monday.
const AFTER_EASTER: [i64; 4] = [-2, 1, 39, 50];

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Day {
        Day::parse(text).unwrap()
    }

    /// Easter Sundays as the astronomical tables have them.
    const EASTER: [&str; 35] = [
        "2005-03-27",
        "2006-04-16",
        "2007-04-08",
        "2008-03-23",
        "2009-04-12",
        "2010-04-04",
        "2011-04-24",
        "2012-04-08",
        "2013-03-31",
        "2014-04-20",
        "2015-04-05",
        "2016-03-27",
        "2017-04-16",
        "2018-04-01",
        "2019-04-21",
        "2020-04-12",
        "2021-04-04",
        "2022-04-17",
        "2023-04-09",
        "2024-03-31",
        "2025-04-20",
        "2026-04-05",
        "2027-03-28",
        "2028-04-16",
        "2029-04-01",
        "2030-04-21",
        "2031-04-13",
        "2032-03-28",
        "2033-04-17",
        "2034-04-09",
        "2035-03-25",
        "2036-04-13",
        "2037-04-05",
        "2038-04-25",
        "2039-04-10",
    ];

    #[test]
    fn easter_and_what_follows_from_it_are_right_for_thirty_five_years() {
        for text in EASTER {
            let sunday = day(text);
            let year: i64 = text[..4].parse().unwrap();
            assert_eq!(easter_sunday(year), i64::from(sunday.number()), "{text}");
            for after in [-2, 1, 39, 50] {
                assert!(!is_working_day(sunday.plus(after)), "{text} {after}");
            }
            for after in [-4, -3, 2, 3, 38, 40, 51, 52] {
                let near = sunday.plus(after);
                let is_fixed = near.to_string().ends_with("-05-01");
                assert_eq!(is_working_day(near), !is_fixed, "{text} {after}");
            }
        }
    }

    #[test]
    fn a_year_has_nine_holidays_of_all_states() {
        for (year, expected) in [(2017, 10), (2024, 9), (2026, 9), (2100, 9)] {
            let first = days_from_civil(year, 1, 1);
            let last = days_from_civil(year + 1, 1, 1);
            let days = (first..last).map(|number| Day::from_number(i32::try_from(number).unwrap()));
            assert_eq!(days.filter(|day| is_holiday(*day)).count(), expected);
        }
    }

    #[test]
    fn weekends_and_holidays_are_skipped() {
        for (from, working_days, expected) in [
            ("2026-11-24", 0, "2026-11-24"),
            ("2026-11-24", 1, "2026-11-25"),
            ("2026-11-27", 1, "2026-11-30"),
            ("2026-11-28", 0, "2026-11-30"),
            ("2026-11-28", 1, "2026-11-30"),
            ("2026-11-29", 2, "2026-12-01"),
            ("2026-04-02", 1, "2026-04-07"),
            ("2026-12-24", 1, "2026-12-28"),
            ("2026-12-31", 1, "2027-01-04"),
            ("2026-05-13", 1, "2026-05-15"),
        ] {
            let after = working_day_after(day(from), working_days);
            assert_eq!(after.to_string(), expected, "{from} +{working_days}wd");
        }
    }

    #[test]
    fn the_end_of_the_calendar_is_reached_and_not_passed() {
        assert!(working_day_after(Day::from_number(i32::MAX - 1), u16::MAX).number() > 0);
    }
}
