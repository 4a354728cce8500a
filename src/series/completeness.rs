//! Completeness: how many of the intervals of a day or month have a value, and how good they are.

use std::collections::BTreeMap;
use std::ops::Range;

use crate::market::calendar::{Day, UtcTime, civil_from_days};
use crate::series::gaps::{interval, missing};
use crate::series::merge::Held;
use crate::series::quality::Quality;
use crate::series::rhythm::{Border, Rhythm};

/// How complete the values of a stretch of time are. Its intervals are those that start in it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Completeness {
    /// How many intervals there are: of quarter hours 92, 96 or 100 a day.
    pub expected: u64,
    /// How many of them have a value.
    pub present: u64,
    /// The worst quality of their values; [`Quality::Missing`] if one is missing.
    pub worst: Quality,
}

impl Completeness {
    /// Nothing was expected yet.
    pub const NONE: Self = Self {
        expected: 0,
        present: 0,
        worst: Quality::Measured,
    };

    /// Whether every interval has a value.
    pub const fn is_complete(self) -> bool {
        self.present >= self.expected
    }

    /// Thousandths of the intervals that have a value, rounded down: 1000 only if nothing is
    /// missing. The exact share is `present / expected`.
    pub fn permille(self) -> u16 {
        if self.is_complete() {
            return 1000;
        }
        let share = u128::from(self.present) * 1000 / u128::from(self.expected.max(1));
        u16::try_from(share).unwrap_or(0)
    }

    /// This stretch and another one.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self {
            expected: self.expected.saturating_add(other.expected),
            present: self.present.saturating_add(other.present),
            worst: self.worst.max(other.worst),
        }
    }
}

/// Completeness of each delivery day of `[from, to)`, in order.
///
/// A day begins at `border`: a gas day at 06:00. At both ends of the period a day counts as far as
/// it lies in it. `held` is in order of time, as [`merge`](crate::series::merge::merge) gives it.
pub fn by_day(
    rhythm: Rhythm,
    border: Border,
    held: &[Held],
    (from, to): (UtcTime, UtcTime),
) -> Vec<(Day, Completeness)> {
    if from >= to {
        return Vec::new();
    }
    let within = rhythm.first_from(from)..rhythm.first_from(to);
    let runs = missing(rhythm, held, within.clone());
    let worst = worst_by_day(border, held, (from, to));
    let (first, last) = (border.day_of(from), border.day_of(to));
    let mut left = runs.as_slice();
    let mut days = Vec::new();
    for day in (first.number()..=last.number()).map(Day::from_number) {
        let start = rhythm.first_from(border.start_of(day)).max(within.start);
        let end = rhythm
            .first_from(border.start_of(day.plus(1)))
            .min(within.end);
        if start >= end {
            continue;
        }
        // Runs that end before this day are done with.
        let done = left.iter().take_while(|run| run.end <= start).count();
        left = left.get(done..).unwrap_or_default();
        let begun = left.iter().take_while(|run| run.start < end);
        let absent: u64 = begun.map(|run| shared(run, &(start..end))).sum();
        let expected = length(&(start..end));
        let worst = worst.get(&day).copied().unwrap_or(Quality::Measured);
        days.push((
            day,
            Completeness {
                expected,
                present: expected.saturating_sub(absent),
                worst: if absent > 0 { Quality::Missing } else { worst },
            },
        ));
    }
    days
}

/// Days to months: (year, month) and the completeness of those of its days that are in `days`.
pub fn by_month(days: &[(Day, Completeness)]) -> Vec<((i64, i64), Completeness)> {
    let mut months: BTreeMap<(i64, i64), Completeness> = BTreeMap::new();
    for (day, completeness) in days {
        let (year, month, _) = civil_from_days(day.number().into());
        let sum = months.entry((year, month)).or_insert(Completeness::NONE);
        *sum = sum.and(*completeness);
    }
    months.into_iter().collect()
}

fn worst_by_day(
    border: Border,
    held: &[Held],
    (from, to): (UtcTime, UtcTime),
) -> BTreeMap<Day, Quality> {
    let mut worst: BTreeMap<Day, Quality> = BTreeMap::new();
    // Asked once a day, since each question costs a look into the rules of the clock.
    let mut day: Option<(Day, UtcTime, UtcTime)> = None;
    for one in held.iter().filter(|held| held.value.is_some()) {
        let Some((start, _)) = interval(one).filter(|(start, _)| from <= *start && *start < to)
        else {
            continue;
        };
        let (day, _, _) = *match &mut day {
            Some(known) if known.1 <= start && start < known.2 => known,
            other => {
                let day = border.day_of(start);
                other.insert((day, border.start_of(day), border.start_of(day.plus(1))))
            }
        };
        let known = worst.entry(day).or_insert(one.quality);
        *known = (*known).max(one.quality);
    }
    worst
}

/// How many numbers two ranges share.
fn shared(one: &Range<i64>, other: &Range<i64>) -> u64 {
    length(&(one.start.max(other.start)..one.end.min(other.end)))
}

fn length(range: &Range<i64>) -> u64 {
    u64::try_from(range.end.saturating_sub(range.start)).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::market::quantity::Decimal;
    use crate::series::gaps::gaps_in;

    fn at(text: &str) -> UtcTime {
        UtcTime::parse(text).unwrap()
    }

    fn held(start: i64, end: i64, value: bool, quality: Quality) -> Held {
        Held {
            start: Some(UtcTime::from_seconds(start)),
            end: Some(UtcTime::from_seconds(end)),
            value: value.then(|| Decimal::new(1, 0).unwrap()),
            label: std::sync::Arc::default(),
            quality,
            source: 1,
            superseded: 0,
        }
    }

    fn row(from: &str, step: i64, numbers: impl IntoIterator<Item = i64>) -> Vec<Held> {
        let from = at(from).seconds();
        numbers
            .into_iter()
            .map(|n| {
                held(
                    from + n * step,
                    from + (n + 1) * step,
                    true,
                    Quality::Measured,
                )
            })
            .collect()
    }

    fn counts(days: &[(Day, Completeness)]) -> Vec<(String, u64, u64)> {
        days.iter()
            .map(|(day, c)| (day.to_string(), c.present, c.expected))
            .collect()
    }

    const QUARTERS: Rhythm = Rhythm::Seconds { step: 900, rest: 0 };
    const HOURS: Rhythm = Rhythm::Seconds {
        step: 3600,
        rest: 0,
    };

    #[test]
    fn the_days_of_the_clock_change_have_92_and_100_quarter_hours() {
        for (from, to, expected) in [
            ("2026-03-27T23:00:00Z", "2026-03-30T22:00:00Z", [96, 92, 96]),
            (
                "2026-10-23T22:00:00Z",
                "2026-10-26T23:00:00Z",
                [96, 100, 96],
            ),
        ] {
            let days = by_day(QUARTERS, Border::Midnight, &[], (at(from), at(to)));
            let found: Vec<u64> = days.iter().map(|(_, c)| c.expected).collect();
            assert_eq!(found, expected);
            assert!(
                days.iter()
                    .all(|(_, c)| c.present == 0 && c.worst == Quality::Missing)
            );
        }
    }

    #[test]
    fn the_gas_day_before_the_clock_change_has_23_or_25_hours() {
        for (from, to, expected) in [
            ("2026-03-27T05:00:00Z", "2026-03-30T04:00:00Z", [24, 23, 24]),
            ("2026-10-23T04:00:00Z", "2026-10-26T05:00:00Z", [24, 25, 24]),
        ] {
            let days = by_day(HOURS, Border::GasMorning, &[], (at(from), at(to)));
            let found: Vec<u64> = days.iter().map(|(_, c)| c.expected).collect();
            assert_eq!(found, expected);
        }
    }

    #[test]
    fn a_gas_month_ends_at_six_of_the_first_of_the_next_month() {
        let values = row("2026-11-01T05:00:00Z", 3600, 0..30 * 24);
        let period = (at("2026-11-01T05:00:00Z"), at("2026-12-02T05:00:00Z"));
        let days = by_day(HOURS, Border::GasMorning, &values, period);
        assert_eq!(days.last().map(|(_, c)| c.present), Some(0));
        let months = by_month(&days);
        let told: Vec<_> = months
            .iter()
            .map(|(m, c)| (*m, c.present, c.expected))
            .collect();
        assert_eq!(told, [((2026, 11), 720, 720), ((2026, 12), 0, 24)]);
    }

    #[test]
    fn months_end_where_they_do() {
        for (from, to, month, quarters) in [
            ("2026-01-31T23:00:00Z", "2026-02-28T23:00:00Z", 2, 28 * 96),
            ("2028-01-31T23:00:00Z", "2028-02-29T23:00:00Z", 2, 29 * 96),
            (
                "2026-02-28T23:00:00Z",
                "2026-03-31T22:00:00Z",
                3,
                31 * 96 - 4,
            ),
            (
                "2026-09-30T22:00:00Z",
                "2026-10-31T23:00:00Z",
                10,
                31 * 96 + 4,
            ),
            ("2025-11-30T23:00:00Z", "2025-12-31T23:00:00Z", 12, 31 * 96),
        ] {
            let days = by_day(QUARTERS, Border::Midnight, &[], (at(from), at(to)));
            let months = by_month(&days);
            assert_eq!(months.len(), 1, "{from}");
            assert_eq!((months[0].0.1, months[0].1.expected), (month, quarters));
        }
    }

    #[test]
    fn a_value_that_is_declared_missing_is_missing_and_the_worst_quality_counts() {
        let mut values = row("2026-11-22T23:00:00Z", 900, 0..192);
        values[3].quality = Quality::Substitute;
        let said = held(
            values[100].start.unwrap().seconds(),
            values[100].end.unwrap().seconds(),
            false,
            Quality::Missing,
        );
        values[100] = said;
        let period = (at("2026-11-22T23:00:00Z"), at("2026-11-24T23:00:00Z"));
        let days = by_day(QUARTERS, Border::Midnight, &values, period);
        assert_eq!(
            counts(&days),
            [("2026-11-23".into(), 96, 96), ("2026-11-24".into(), 95, 96)]
        );
        assert_eq!(
            (days[0].1.worst, days[1].1.worst),
            (Quality::Substitute, Quality::Missing)
        );
        assert_eq!((days[0].1.permille(), days[1].1.permille()), (1000, 989));
    }

    #[test]
    fn nearly_complete_is_not_complete() {
        let nearly = Completeness {
            expected: 1_000_000,
            present: 999_999,
            ..Completeness::NONE
        };
        assert_eq!((nearly.permille(), nearly.is_complete()), (999, false));
        assert_eq!(Completeness::NONE.permille(), 1000);
    }

    #[test]
    fn a_daily_value_stands_on_its_day_and_a_monthly_one_on_the_first() {
        let period = (at("2026-10-31T23:00:00Z"), at("2026-11-30T23:00:00Z"));
        let days = by_day(
            Rhythm::Days(Border::Midnight),
            Border::Midnight,
            &[],
            period,
        );
        assert_eq!((days.len(), days[29].1.expected), (30, 1));
        let months = by_day(
            Rhythm::Months(Border::Midnight),
            Border::Midnight,
            &[],
            period,
        );
        assert_eq!(counts(&months), [("2026-11-01".into(), 0, 1)]);
    }

    proptest! {
        #[test]
        fn what_is_present_and_what_is_missing_is_what_was_expected(
            numbers in prop::collection::btree_set(0..1_200_i64, 0..900),
            start in prop::sample::select(vec!["2026-03-24T23:00:00Z", "2026-10-20T22:00:00Z", "2026-11-20T05:00:00Z"]),
            (from, to) in (0..600_i64, 600..1_200_i64),
            border in prop::sample::select(vec![Border::Midnight, Border::GasMorning]),
        ) {
            let values = row(start, 900, numbers.iter().copied());
            let instant = |n: i64| UtcTime::from_seconds(at(start).seconds() + n * 900);
            let period = (instant(from), instant(to));
            let days = by_day(QUARTERS, border, &values, period);
            let sum = days.iter().fold(Completeness::NONE, |sum, (_, day)| sum.and(*day));
            let absent: u64 = gaps_in(QUARTERS, &values, period.0, period.1).iter().map(|gap| gap.intervals).sum();
            prop_assert_eq!(sum.present + absent, sum.expected);
            prop_assert_eq!(sum.expected, u64::try_from(to - from).unwrap());
            prop_assert_eq!(sum.present, u64::try_from(numbers.range(from..to).count()).unwrap());
            prop_assert!(days.windows(2).all(|pair| pair[0].0 < pair[1].0));
            let months = by_month(&days).iter().fold(Completeness::NONE, |sum, (_, month)| sum.and(*month));
            prop_assert_eq!(months, sum);
        }
    }
}
