//! When the values of a delivery day are due.

use crate::config::expect::{DayKind, Due};
use crate::market::calendar::{DAY_SECONDS, Day, UtcTime, legal_day, legal_time};
use crate::market::workday::working_day_after;

/// When the values of a delivery day are due, at the latest.
///
/// Of a local time that autumn has twice the second one, of one that spring skips what it would
/// have been without the change: nobody is late before the clock says so.
pub fn deadline(due: Due, delivery: Day) -> UtcTime {
    let day = match due.kind {
        DayKind::Calendar => delivery.plus(i32::from(due.days)),
        DayKind::Working => working_day_after(delivery, due.days),
    };
    let local = i64::from(day.number()) * DAY_SECONDS + i64::from(due.minute) * 60;
    // Beyond the calendar nothing is due.
    legal_time(local).map_or(UtcTime::from_seconds(i64::MAX), |time| {
        time.second.unwrap_or(time.first)
    })
}

/// The last delivery day whose values are due at this instant.
pub fn last_due_day(due: Due, now: UtcTime) -> Day {
    let today = legal_day(now);
    let is_due = |day: &Day| deadline(due, *day) <= now;
    let days = (0..LONGEST_TERM_DAYS).map(|back| today.plus(-back));
    // Deadlines never go back from one day to the next, so the first one found is the last one due.
    days.into_iter()
        .find(is_due)
        .unwrap_or_else(|| today.plus(-LONGEST_TERM_DAYS))
}

/// 90 working days, with weekends and holidays, are below half a year.
const LONGEST_TERM_DAYS: i32 = 183;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::config::expect::DAYS_MOST;

    fn due(text: &str) -> Due {
        text.parse().unwrap()
    }

    fn day(text: &str) -> Day {
        Day::parse(text).unwrap()
    }

    fn at(text: &str) -> UtcTime {
        UtcTime::parse(text).unwrap()
    }

    #[test]
    fn a_deadline_is_on_the_local_clock_summer_and_winter() {
        for (text, delivery, expected) in [
            ("10:00 +1d", "2026-11-23", "2026-11-24T09:00:00Z"),
            ("10:00 +1d", "2026-07-23", "2026-07-24T08:00:00Z"),
            ("10:00 +1d", "2026-03-28", "2026-03-29T08:00:00Z"),
            ("10:00 +1d", "2026-10-24", "2026-10-25T09:00:00Z"),
            ("00:00 +1d", "2026-03-29", "2026-03-29T22:00:00Z"),
            ("23:59 +0d", "2026-11-24", "2026-11-24T22:59:00Z"),
        ] {
            assert_eq!(
                deadline(due(text), day(delivery)),
                at(expected),
                "{text} {delivery}"
            );
        }
    }

    #[test]
    fn a_due_time_that_spring_skips_or_autumn_repeats_is_the_later_one() {
        let skipped = deadline(due("02:30 +1d"), day("2026-03-28"));
        assert_eq!(skipped, at("2026-03-29T01:30:00Z")); // 03:30 on the clock
        let twice = deadline(due("02:30 +1d"), day("2026-10-24"));
        assert_eq!(twice, at("2026-10-25T01:30:00Z")); // the second 02:30
    }

    #[test]
    fn working_days_are_counted_over_easter_and_christmas() {
        for (delivery, expected) in [
            ("2026-04-01", "2026-04-02T08:00:00Z"),
            ("2026-04-02", "2026-04-07T08:00:00Z"),
            ("2026-04-04", "2026-04-07T08:00:00Z"),
            ("2026-12-23", "2026-12-24T09:00:00Z"),
            ("2026-12-24", "2026-12-28T09:00:00Z"),
        ] {
            assert_eq!(
                deadline(due("10:00 +1wd"), day(delivery)),
                at(expected),
                "{delivery}"
            );
        }
    }

    #[test]
    fn a_day_is_due_from_its_minute_on() {
        let due = due("10:00 +1d");
        for (now, expected) in [
            ("2026-11-24T08:59:59Z", "2026-11-22"),
            ("2026-11-24T09:00:00Z", "2026-11-23"),
            ("2026-11-24T22:59:59Z", "2026-11-23"),
        ] {
            assert_eq!(last_due_day(due, at(now)), day(expected), "{now}");
        }
    }

    proptest! {
        #[test]
        fn deadlines_never_go_back_and_the_last_due_day_is_the_last(
            minute in 0..1440_u16,
            days in 0..=DAYS_MOST,
            is_working: bool,
            seconds in 1_700_000_000..2_600_000_000_i64,
        ) {
            let kind = if is_working { DayKind::Working } else { DayKind::Calendar };
            let due = Due { minute, days, kind };
            let now = UtcTime::from_seconds(seconds);
            let last = last_due_day(due, now);
            prop_assert!(deadline(due, last) <= now);
            prop_assert!(deadline(due, last.plus(1)) > now);
            prop_assert!((-9..9).all(|n| deadline(due, last.plus(n)) <= deadline(due, last.plus(n + 1))));
        }
    }
}
