//! What can be said of the values of a period: sum, coverage, worst quality, gaps.

use crate::market::calendar::UtcTime;
use crate::market::quantity::Decimal;
use crate::series::gaps::gaps;
use crate::series::merge::Held;
use crate::series::quality::Quality;
use crate::series::total::{Sum, Total};

/// What can be said of the values of a period.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Facts {
    /// How many values there are. What is said to be missing is none.
    pub(crate) values: u64,
    /// The least value.
    pub(crate) low: Option<Decimal>,
    /// The greatest value.
    pub(crate) high: Option<Decimal>,
    /// The first value.
    pub(crate) first: Option<Decimal>,
    /// The last value.
    pub(crate) last: Option<Decimal>,
    /// How many were corrected by a later message.
    pub(crate) corrected: u64,
    /// The worst quality of the values; `Missing` if there is a gap, too.
    pub(crate) worst: Option<Quality>,
    /// Sum and coverage of where values should be; `None` where nothing is expected.
    pub(crate) total: Option<Total>,
    /// Where nothing is known, in order of time.
    pub(crate) gaps: Vec<(UtcTime, UtcTime)>,
}

impl Facts {
    /// Looks at values in order of time. `expected`: where values should be; `None` for readings
    /// and values without time, which have no gaps.
    pub(crate) fn of(held: &[Held], expected: Option<(UtcTime, UtcTime)>) -> Self {
        let mut facts = Self::default();
        for one in held {
            facts.count(one);
        }
        if let Some((from, to)) = expected {
            let total = Total::of(held, from, to);
            facts.worst = facts.worst.max(Some(total.quality));
            facts.total = Some(total);
            facts.gaps = gaps(held, from, to)
                .iter()
                .map(|gap| (gap.start, gap.end))
                .collect();
            if facts.values == 0 {
                // Nothing tells a rhythm, but all of it is missing.
                facts.gaps = vec![(from, to)];
            }
        }
        facts
    }

    fn count(&mut self, held: &Held) {
        self.worst = self.worst.max(Some(held.quality));
        self.corrected += u64::from(held.superseded > 0);
        let Some(value) = held.value else { return };
        self.values += 1;
        self.first = self.first.or(Some(value));
        self.last = Some(value);
        if self.low.is_none_or(|low| value.is_less(low)) {
            self.low = Some(value);
        }
        if self.high.is_none_or(|high| high.is_less(value)) {
            self.high = Some(value);
        }
    }
}

/// Where a series of intervals should have values within a period.
///
/// `known` is from the start of its first day to the end of its last one. On these two days a
/// series may begin and end at any hour (a gas day does at six), so there the values themselves
/// tell; between them every instant counts.
pub(crate) fn expected(
    held: &[Held],
    (from, to): (UtcTime, UtcTime),
    (known_from, known_to): (UtcTime, UtcTime),
) -> Option<(UtcTime, UtcTime)> {
    let start = held
        .first()
        .and_then(|first| first.start)
        .unwrap_or(known_from);
    let end = held
        .iter()
        .rev()
        .find_map(|last| last.end)
        .unwrap_or(known_to);
    let start = if from > known_from { from } else { start };
    let end = if to < known_to { to } else { end };
    (start < end).then_some((start, end))
}

/// How much a meter went on between two readings; `None` if it passes all bounds.
pub(crate) fn difference(first: Decimal, last: Decimal) -> Option<Sum> {
    let back = Decimal::new(first.mantissa().checked_neg()?, first.scale())?;
    Sum::ZERO.plus(last)?.plus(back)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::series::Label;

    fn at(quarter: i64) -> UtcTime {
        UtcTime::from_seconds(quarter * 900)
    }

    fn held(quarter: i64, value: Option<(i64, u8)>) -> Held {
        Held {
            start: Some(at(quarter)),
            end: Some(at(quarter + 1)),
            value: value.and_then(|(mantissa, scale)| Decimal::new(mantissa, scale)),
            label: Label::default().into(),
            quality: if value.is_some() {
                Quality::Measured
            } else {
                Quality::Missing
            },
            source: 1,
            superseded: 0,
        }
    }

    #[test]
    fn the_difference_of_two_readings_is_exact() {
        let reading = |mantissa, scale| Decimal::new(mantissa, scale).unwrap();
        let shown =
            difference(reading(207_839, 1), reading(2_094_325, 2)).map(|sum| sum.to_string());
        assert_eq!(shown.as_deref(), Some("159.35"));
    }

    #[test]
    fn the_least_and_the_greatest_are_compared_as_numbers() {
        let facts = Facts::of(
            &[
                held(0, Some((95, 1))),
                held(1, Some((10, 0))),
                held(2, Some((-1, 3))),
            ],
            None,
        );
        assert_eq!(facts.high, Decimal::new(10, 0));
        assert_eq!(facts.low, Decimal::new(-1, 3));
    }

    #[test]
    fn a_gap_lowers_coverage_and_is_the_worst_quality() {
        let values = [held(0, Some((1, 0))), held(1, None), held(3, Some((1, 0)))];
        let facts = Facts::of(&values, Some((at(0), at(5))));
        assert_eq!(facts.gaps, [(at(1), at(3)), (at(4), at(5))]);
        let total = facts.total.unwrap();
        assert_eq!((total.covered_seconds, total.period_seconds), (1800, 4500));
        assert_eq!(facts.worst, Some(Quality::Missing));
        assert_eq!(facts.values, 2);
    }

    #[test]
    fn on_its_first_and_last_day_a_series_begins_and_ends_where_its_values_do() {
        let values = [held(24, Some((1, 0))), held(25, Some((1, 0)))];
        let known = (at(0), at(96));
        assert_eq!(
            expected(&values, (at(-96), at(192)), known),
            Some((at(24), at(26)))
        );
        assert_eq!(
            expected(&values, (at(4), at(80)), known),
            Some((at(4), at(80)))
        );
        assert_eq!(expected(&[], (at(4), at(80)), known), Some((at(4), at(80))));
        assert_eq!(expected(&[], (at(96), at(192)), known), None);
    }
}
