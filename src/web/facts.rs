//! What can be said of the values of a period: sum, coverage, worst quality, gaps.

use crate::market::calendar::UtcTime;
use crate::market::quantity::Decimal;
use crate::series::merge::Held;
use crate::series::quality::Quality;

/// What can be said of the values of a period.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Facts {
    /// How many values there are. What is said to be missing is none.
    pub(crate) values: u64,
    /// Their exact sum as mantissa and scale; `None` if it passes all bounds.
    pub(crate) sum: Option<(i128, u8)>,
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
    /// Seconds that should have a value.
    pub(crate) expected_seconds: u64,
    /// Seconds that have one.
    pub(crate) covered_seconds: u64,
    /// Where nothing is known, in order of time.
    pub(crate) gaps: Vec<(UtcTime, UtcTime)>,
}

impl Facts {
    /// Looks at values in order of time. `expected`: where values should be; `None` for readings
    /// and values without time, which have no gaps.
    pub(crate) fn of(held: &[Held], expected: Option<(UtcTime, UtcTime)>) -> Self {
        let mut facts = Self {
            sum: Some((0, 0)),
            ..Self::default()
        };
        for one in held {
            facts.count(one);
        }
        if let Some(expected) = expected {
            facts.cover(held, expected);
        }
        if !facts.gaps.is_empty() {
            facts.worst = Some(Quality::Missing);
        }
        facts
    }

    fn count(&mut self, held: &Held) {
        self.worst = self.worst.max(Some(held.quality));
        self.corrected += u64::from(held.superseded > 0);
        let Some(value) = held.value else { return };
        self.values += 1;
        self.sum = self.sum.and_then(|sum| add(sum, value));
        self.first = self.first.or(Some(value));
        self.last = Some(value);
        if self.low.is_none_or(|low| is_less(value, low)) {
            self.low = Some(value);
        }
        if self.high.is_none_or(|high| is_less(high, value)) {
            self.high = Some(value);
        }
    }

    fn cover(&mut self, held: &[Held], (from, to): (UtcTime, UtcTime)) {
        let mut known_until = from;
        let values = held.iter().filter(|held| held.value.is_some());
        for (start, end) in values.filter_map(|held| held.start.zip(held.end)) {
            let (start, end) = (start.max(from), end.min(to));
            if start > known_until {
                self.gaps.push((known_until, start));
            }
            known_until = known_until.max(end);
        }
        if known_until < to {
            self.gaps.push((known_until, to));
        }
        self.expected_seconds = seconds(from, to);
        let missing: u64 = self.gaps.iter().map(|(from, to)| seconds(*from, *to)).sum();
        self.covered_seconds = self.expected_seconds.saturating_sub(missing);
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

fn seconds(from: UtcTime, to: UtcTime) -> u64 {
    u64::try_from(to.seconds().saturating_sub(from.seconds())).unwrap_or(0)
}

fn add((mantissa, scale): (i128, u8), value: Decimal) -> Option<(i128, u8)> {
    let common = scale.max(value.scale());
    let scaled = |mantissa: i128, scale: u8| {
        mantissa.checked_mul(10_i128.checked_pow(u32::from(common - scale))?)
    };
    let sum = scaled(mantissa, scale)?
        .checked_add(scaled(i128::from(value.mantissa()), value.scale())?)?;
    Some((sum, common))
}

/// How much a meter went on between two readings; `None` if it passes all bounds.
pub(crate) fn difference(first: Decimal, last: Decimal) -> Option<(i128, u8)> {
    let negative = (i128::from(first.mantissa()).checked_neg()?, first.scale());
    add(negative, last)
}

fn is_less(one: Decimal, other: Decimal) -> bool {
    // 19 digits shifted by at most 18: fits an i128.
    let common = one.scale().max(other.scale());
    let scaled = |value: Decimal| {
        i128::from(value.mantissa()) * 10_i128.pow(u32::from(common - value.scale()))
    };
    scaled(one) < scaled(other)
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
    fn a_sum_is_exact_whatever_the_digits() {
        let facts = Facts::of(&[held(0, Some((1, 1))), held(1, Some((2, 18)))], None);
        assert_eq!(facts.sum, Some((100_000_000_000_000_002, 18)));
    }

    #[test]
    fn a_sum_out_of_all_bounds_is_none() {
        let values: Vec<Held> = std::iter::once(held(0, Some((1, 18))))
            .chain((1..100).map(|at| held(at, Some((i64::MAX, 0)))))
            .collect();
        assert_eq!(Facts::of(&values, None).sum, None);
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
        assert_eq!(
            (facts.covered_seconds, facts.expected_seconds),
            (1800, 4500)
        );
        assert_eq!(facts.worst, Some(Quality::Missing));
        assert_eq!(facts.values, 2);
    }

    #[test]
    fn intervals_that_overlap_are_not_counted_twice() {
        let long = Held {
            end: Some(at(4)),
            ..held(0, Some((1, 0)))
        };
        let facts = Facts::of(&[long, held(1, Some((1, 0)))], Some((at(0), at(4))));
        assert!(facts.gaps.is_empty());
        assert_eq!(facts.covered_seconds, facts.expected_seconds);
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
