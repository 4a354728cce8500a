//! Gaps: intervals of a regular series that have no value.
//!
//! The days on which the clock changes have 23 or 25 hours of intervals, and no false gap: see
//! [`crate::series::rhythm`].

use std::ops::Range;

use crate::market::calendar::UtcTime;
use crate::series::merge::Held;
use crate::series::rhythm::Rhythm;

/// A run of neighbouring intervals without a value.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Gap {
    /// Start of the first missing interval.
    pub start: UtcTime,
    /// End of the last missing interval (exclusive).
    pub end: UtcTime,
    /// How many intervals are missing.
    pub intervals: u64,
}

/// The intervals that start in `[from, to)` and have no value, in order of time.
///
/// An interval that no message spoke of is missing, and so is one that a message declares missing:
/// nobody can compute with it. `held` is what [`merge`](crate::series::merge::merge) gives.
///
/// The rhythm is that of the values. Readings and values without time have no rhythm, hence no
/// gaps; nor has a series without a value, since nothing tells its rhythm: [`gaps_in`] takes one
/// that is known from elsewhere. `to` should not lie in the future.
pub fn gaps(held: &[Held], from: UtcTime, to: UtcTime) -> Vec<Gap> {
    Rhythm::of(held).map_or_else(Vec::new, |rhythm| gaps_in(rhythm, held, from, to))
}

/// As [`gaps`], in a rhythm that is known: of other values of the series, or by agreement.
pub fn gaps_in(rhythm: Rhythm, held: &[Held], from: UtcTime, to: UtcTime) -> Vec<Gap> {
    let runs = missing(rhythm, held, rhythm.first_from(from)..rhythm.first_from(to));
    let gap = |run: Range<i64>| {
        Some(Gap {
            start: rhythm.start_of(run.start),
            end: rhythm.start_of(run.end),
            intervals: u64::try_from(run.end.checked_sub(run.start)?).ok()?,
        })
    };
    runs.into_iter().filter_map(gap).collect()
}

/// The runs of intervals without a value, by their numbers in the rhythm.
pub(super) fn missing(rhythm: Rhythm, held: &[Held], within: Range<i64>) -> Vec<Range<i64>> {
    let mut next = within.start;
    let mut runs = Vec::new();
    let values = held.iter().filter(|held| held.value.is_some());
    for (start, end) in values.filter_map(interval) {
        let (start, end) = (rhythm.first_from(start), rhythm.first_from(end));
        runs.push(next..start.min(within.end));
        next = next.max(end);
    }
    runs.push(next..within.end);
    runs.retain(|run| !run.is_empty());
    runs
}

/// Start and end of a value that stands for a time longer than an instant.
pub(super) fn interval(held: &Held) -> Option<(UtcTime, UtcTime)> {
    let (start, end) = (held.start?, held.end?);
    (start < end).then_some((start, end))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::market::quantity::Decimal;
    use crate::series::quality::Quality;

    fn at(text: &str) -> UtcTime {
        UtcTime::parse(text).unwrap()
    }

    fn held(start: UtcTime, end: UtcTime, has_value: bool) -> Held {
        Held {
            start: Some(start),
            end: Some(end),
            value: has_value.then(|| Decimal::new(1, 0).unwrap()),
            label: std::sync::Arc::default(),
            quality: Quality::Measured,
            source: 1,
            superseded: 0,
        }
    }

    /// Values from border to border.
    fn row(borders: &[&str]) -> Vec<Held> {
        borders
            .windows(2)
            .map(|pair| held(at(pair[0]), at(pair[1]), true))
            .collect()
    }

    fn quarters(from: &str, numbers: impl IntoIterator<Item = i64>) -> Vec<Held> {
        let quarter = |number| UtcTime::from_seconds(at(from).seconds() + number * 900);
        numbers
            .into_iter()
            .map(|number| held(quarter(number), quarter(number + 1), true))
            .collect()
    }

    fn told(gaps: &[Gap]) -> Vec<(String, String, u64)> {
        gaps.iter()
            .map(|gap| (gap.start.to_string(), gap.end.to_string(), gap.intervals))
            .collect()
    }

    #[test]
    fn missing_quarter_hours_are_merged_into_runs() {
        let held = quarters("2026-11-22T23:00:00Z", (2..10).chain(13..94));
        let gaps = gaps(
            &held,
            at("2026-11-22T23:00:00Z"),
            at("2026-11-23T23:00:00Z"),
        );
        let expected = [
            ("2026-11-22T23:00:00Z", "2026-11-22T23:30:00Z", 2),
            ("2026-11-23T01:30:00Z", "2026-11-23T02:15:00Z", 3),
            ("2026-11-23T22:30:00Z", "2026-11-23T23:00:00Z", 2),
        ];
        assert_eq!(
            told(&gaps),
            expected.map(|(start, end, count)| (start.into(), end.into(), count))
        );
    }

    #[test]
    fn days_on_which_the_clock_changes_have_no_false_gap() {
        for (from, to, quarter_hours) in [
            ("2026-03-28T23:00:00Z", "2026-03-29T22:00:00Z", 92),
            ("2026-10-24T22:00:00Z", "2026-10-25T23:00:00Z", 100),
        ] {
            assert_eq!(
                gaps(&quarters(from, 0..quarter_hours), at(from), at(to)),
                []
            );
        }
        let days = row(&[
            "2026-03-27T23:00:00Z",
            "2026-03-28T23:00:00Z",
            "2026-03-29T22:00:00Z",
            "2026-03-30T22:00:00Z",
        ]);
        assert_eq!(
            gaps(
                &days,
                at("2026-03-27T23:00:00Z"),
                at("2026-03-30T22:00:00Z")
            ),
            []
        );
    }

    #[test]
    fn gas_days_and_months_are_counted_by_legal_time() {
        let mut days = row(&[
            "2026-10-23T04:00:00Z",
            "2026-10-24T04:00:00Z",
            "2026-10-25T05:00:00Z",
            "2026-10-26T05:00:00Z",
        ]);
        days.remove(1);
        assert_eq!(
            told(&gaps(
                &days,
                at("2026-10-23T04:00:00Z"),
                at("2026-10-27T05:00:00Z")
            )),
            [
                (
                    "2026-10-24T04:00:00Z".into(),
                    "2026-10-25T05:00:00Z".into(),
                    1
                ),
                (
                    "2026-10-26T05:00:00Z".into(),
                    "2026-10-27T05:00:00Z".into(),
                    1
                ),
            ]
        );
        let months = row(&[
            "2025-12-31T23:00:00Z",
            "2026-01-31T23:00:00Z",
            "2026-02-28T23:00:00Z",
        ]);
        assert_eq!(
            told(&gaps(
                &months,
                at("2025-12-31T23:00:00Z"),
                at("2026-05-31T22:00:00Z")
            )),
            [(
                "2026-02-28T23:00:00Z".into(),
                "2026-05-31T22:00:00Z".into(),
                3
            )]
        );
    }

    #[test]
    fn a_value_that_is_said_to_be_missing_is_a_gap() {
        let mut values = quarters("2026-11-22T23:00:00Z", 0..4);
        values[2].value = None;
        let gaps = gaps(
            &values,
            at("2026-11-22T23:00:00Z"),
            at("2026-11-23T00:00:00Z"),
        );
        assert_eq!(
            told(&gaps),
            [(
                "2026-11-22T23:30:00Z".into(),
                "2026-11-22T23:45:00Z".into(),
                1
            )]
        );
    }

    #[test]
    fn a_longer_value_covers_the_steps_inside_it() {
        let mut values = quarters("2026-11-22T23:00:00Z", 0..8);
        values.push(held(
            at("2026-11-23T01:00:00Z"),
            at("2026-11-23T02:00:00Z"),
            true,
        ));
        values.extend(quarters("2026-11-23T02:00:00Z", 0..4));
        assert_eq!(
            gaps(
                &values,
                at("2026-11-22T23:00:00Z"),
                at("2026-11-23T03:00:00Z")
            ),
            []
        );
    }

    #[test]
    fn readings_tables_and_irregular_series_have_no_gaps() {
        let (from, to) = (at("2026-01-01T00:00:00Z"), at("2027-01-01T00:00:00Z"));
        let reading = held(at("2026-11-22T23:00:00Z"), at("2026-11-22T23:00:00Z"), true);
        let table = Held {
            start: None,
            end: None,
            ..reading.clone()
        };
        let irregular = row(&[
            "2026-01-01T00:00:00Z",
            "2026-01-04T05:00:00Z",
            "2026-02-09T07:00:00Z",
            "2026-02-09T08:00:00Z",
        ]);
        let amount = row(&["2026-01-01T00:00:00Z", "2026-02-17T00:00:00Z"]);
        for values in [vec![], vec![reading; 5], vec![table; 5], irregular, amount] {
            assert_eq!(gaps(&values, from, to), []);
        }
    }

    #[test]
    fn a_period_of_all_time_is_no_harm() {
        let (from, to) = (
            UtcTime::from_seconds(i64::MIN),
            UtcTime::from_seconds(i64::MAX),
        );
        let months = row(&["2025-12-31T23:00:00Z", "2026-01-31T23:00:00Z"]);
        for values in [months, quarters("2026-11-22T23:00:00Z", 0..4)] {
            assert_eq!(gaps(&values, from, to).len(), 2);
        }
    }

    proptest! {
        #[test]
        fn gaps_and_values_together_are_the_whole_period(present in prop::collection::btree_set(0..400_i64, 1..300)) {
            let from = at("2026-10-23T22:00:00Z");
            let to = UtcTime::from_seconds(from.seconds() + 400 * 900);
            let gaps = gaps(&quarters("2026-10-23T22:00:00Z", present.iter().copied()), from, to);
            let missing: Vec<i64> = gaps
                .iter()
                .flat_map(|gap| (gap.start.seconds()..gap.end.seconds()).step_by(900))
                .map(|start| (start - from.seconds()) / 900)
                .collect();
            let expected: Vec<i64> = (0..400).filter(|quarter| !present.contains(quarter)).collect();
            prop_assert_eq!(gaps.iter().map(|gap| gap.intervals).sum::<u64>(), expected.len() as u64);
            prop_assert_eq!(missing, expected);
            prop_assert!(gaps.windows(2).all(|pair| pair[0].end < pair[1].start));
        }
    }
}
