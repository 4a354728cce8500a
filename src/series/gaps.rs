//! Gaps: intervals of a regular series that have no value.
//!
//! The rhythm is derived from the data: quarter hours, hours or any other step that fits a day;
//! legal days and gas days; legal months and gas months. All of it is UTC inside, so the days on
//! which the clock changes have 23 or 25 hours of intervals, and no false gap.

use std::collections::BTreeMap;

use crate::market::calendar::{
    DAY_SECONDS, Day, UtcTime, civil_from_days, days_from_civil, gas_day_bounds, legal_day,
    legal_day_bounds,
};
use crate::series::merge::Held;

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
/// Readings and values without time have no rhythm, hence no gaps; nor has a series without a
/// value, since nothing tells its rhythm. `to` should not lie in the future.
pub fn gaps(held: &[Held], from: UtcTime, to: UtcTime) -> Vec<Gap> {
    let Some(rhythm) = Rhythm::of(held) else {
        return Vec::new();
    };
    let last = rhythm.first_from(to);
    let mut next = rhythm.first_from(from);
    let mut gaps = Vec::new();
    for (start, end) in held
        .iter()
        .filter(|held| held.value.is_some())
        .filter_map(interval)
    {
        let (start, end) = (rhythm.first_from(start), rhythm.first_from(end));
        gaps.extend(rhythm.gap(next, start.min(last)));
        next = next.max(end);
    }
    gaps.extend(rhythm.gap(next, last));
    gaps
}

/// Start and end of a value that stands for a time longer than an instant.
pub(super) fn interval(held: &Held) -> Option<(UtcTime, UtcTime)> {
    let (start, end) = (held.start?, held.end?);
    (start < end).then_some((start, end))
}

/// The step of a series, and where its intervals begin. They are counted: number `n` begins at
/// [`Rhythm::start_of`] `n`.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Rhythm {
    /// A step in seconds, and the rest that starts leave when divided by it.
    Seconds { step: i64, rest: i64 },
    /// Each local day, counted as [`Day`].
    Days(Border),
    /// Each month of local days, counted from the year 0.
    Months(Border),
}

/// Where local days and months begin.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(super) enum Border {
    /// At 00:00 legal time: power (AHB rule UB1).
    Midnight,
    /// At 06:00 legal time: gas (AHB rule UB2).
    GasMorning,
}

impl Rhythm {
    /// The rhythm of most of the intervals; `None` if no step is that of more than half of them.
    pub(super) fn of(held: &[Held]) -> Option<Self> {
        let mut lengths: BTreeMap<Length, (usize, UtcTime)> = BTreeMap::new();
        let mut intervals = 0;
        for (start, end) in held.iter().filter_map(interval) {
            intervals += 1;
            if let Some(length) = Length::of(start, end) {
                lengths.entry(length).or_insert((0, start)).0 += 1;
            }
        }
        let (length, (count, first)) = lengths.into_iter().max_by_key(|(_, (count, _))| *count)?;
        if count * 2 <= intervals {
            return None;
        }
        Some(match length {
            Length::Seconds(step) => Self::Seconds {
                step,
                rest: first.seconds().rem_euclid(step),
            },
            Length::Day(border) => Self::Days(border),
            Length::Month(border) => Self::Months(border),
        })
    }

    /// Whether the intervals of another series are as long.
    pub(super) fn has_the_steps_of(self, other: Self) -> bool {
        match (self, other) {
            (Self::Seconds { step, .. }, Self::Seconds { step: other, .. }) => step == other,
            (Self::Days(border), Self::Days(other))
            | (Self::Months(border), Self::Months(other)) => border == other,
            (Self::Seconds { .. } | Self::Days(_) | Self::Months(_), _) => false,
        }
    }

    /// The number of the first interval that starts at this instant or after it.
    pub(super) fn first_from(self, at: UtcTime) -> i64 {
        match self {
            Self::Seconds { step, rest } => -(rest.saturating_sub(at.seconds()).div_euclid(step)),
            Self::Days(border) => {
                let day = legal_day(at);
                i64::from(day.number()) + i64::from(border.of(day) < at)
            }
            Self::Months(_) => {
                let (year, month, _) = civil_from_days(legal_day(at).number().into());
                let number = year * 12 + month - 1;
                number + i64::from(self.start_of(number) < at)
            }
        }
    }

    /// Where the interval of this number starts.
    pub(super) fn start_of(self, number: i64) -> UtcTime {
        let day = |number: i64| Day::from_number(i32::try_from(number).unwrap_or(i32::MAX));
        match self {
            Self::Seconds { step, rest } => {
                UtcTime::from_seconds(number.saturating_mul(step).saturating_add(rest))
            }
            Self::Days(border) => border.of(day(number)),
            Self::Months(border) => {
                let (year, month) = (number.div_euclid(12), number.rem_euclid(12) + 1);
                border.of(day(days_from_civil(year, month, 1)))
            }
        }
    }

    /// The gap of the intervals from one number to another (exclusive), if there is one.
    fn gap(self, next: i64, end: i64) -> Option<Gap> {
        let intervals = u64::try_from(end.checked_sub(next)?)
            .ok()
            .filter(|intervals| *intervals > 0)?;
        Some(Gap {
            start: self.start_of(next),
            end: self.start_of(end),
            intervals,
        })
    }
}

impl Border {
    const ALL: [Self; 2] = [Self::Midnight, Self::GasMorning];

    /// Where this local day begins.
    fn of(self, day: Day) -> UtcTime {
        match self {
            Self::Midnight => legal_day_bounds(day).0,
            Self::GasMorning => gas_day_bounds(day).0,
        }
    }
}

/// How long an interval is, as the market means it. What is none of these has no rhythm: an
/// amount from one reading to the next.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
enum Length {
    Seconds(i64),
    Day(Border),
    Month(Border),
}

impl Length {
    fn of(start: UtcTime, end: UtcTime) -> Option<Self> {
        let seconds = end.seconds().checked_sub(start.seconds())?;
        let fits_a_day = DAY_SECONDS % seconds == 0;
        if seconds < DAY_SECONDS - CLOCK_CHANGE {
            return fits_a_day.then_some(Self::Seconds(seconds));
        }
        let (day, next) = (legal_day(start), legal_day(end));
        let days = i64::from(next.number()) - i64::from(day.number());
        let dates = [day, next].map(|day| civil_from_days(day.number().into()));
        let is_month = days <= 31 && dates.iter().all(|(_, _, date)| *date == 1);
        let at_border = |border: &Border| border.of(day) == start && border.of(next) == end;
        match Border::ALL.into_iter().find(at_border) {
            Some(border) if days == 1 => Some(Self::Day(border)),
            Some(border) if is_month => Some(Self::Month(border)),
            Some(_) | None => fits_a_day.then_some(Self::Seconds(seconds)),
        }
    }
}

/// By how much the days differ on which the clock changes, in seconds.
const CLOCK_CHANGE: i64 = 3600;

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
