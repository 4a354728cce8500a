//! Totals: the sum of a period, and how far it can be trusted.

use std::fmt;

use crate::market::calendar::UtcTime;
use crate::market::quantity::Decimal;
use crate::series::merge::Held;
use crate::series::quality::Quality;

/// What the values of a period come to.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Total {
    /// The sum of the values that are there. `None` if there is none, or if it is beyond 38 digits.
    pub sum: Option<Sum>,
    /// How many values it has.
    pub values: u64,
    /// The worst quality of its parts; [`Quality::Missing`] if a part of the period has no value.
    pub quality: Quality,
    /// For how much of the period there are values, in seconds.
    pub covered_seconds: i64,
    /// Length of the period in seconds.
    pub period_seconds: i64,
    /// How many values lie, wholly or in part, in the time of another one: hours that were told
    /// over quarter hours. The sum counts both, so it is too high.
    pub overlapping: u64,
}

impl Total {
    /// The total of the values that start in `[from, to)`, each in whole.
    ///
    /// `held` is in order of time, as [`merge`](crate::series::merge::merge) gives it. Whether a
    /// sum makes sense (energy) or not (power, readings) is for the caller to know: instants and
    /// values without time are left out.
    pub fn of(held: &[Held], from: UtcTime, to: UtcTime) -> Self {
        let mut sum = Some(Sum::ZERO);
        let mut total = Self {
            sum: None,
            values: 0,
            quality: Quality::Measured,
            covered_seconds: 0,
            period_seconds: to.seconds().saturating_sub(from.seconds()).max(0),
            overlapping: 0,
        };
        let mut covered_to = from;
        for held in held {
            let (Some(start), Some(end)) = (held.start, held.end) else {
                continue;
            };
            if start < from || start >= to || end <= start {
                continue;
            }
            total.quality = total.quality.max(held.quality);
            let Some(value) = held.value else { continue };
            sum = sum.and_then(|sum| sum.plus(value));
            total.values += 1;
            total.overlapping += u64::from(start < covered_to);
            let (start, end) = (start.max(covered_to), end.min(to));
            if start < end {
                total.covered_seconds += end.seconds() - start.seconds();
                covered_to = end;
            }
        }
        if !total.is_complete() {
            total.quality = Quality::Missing;
        }
        total.sum = sum.filter(|_| total.values > 0);
        total
    }

    /// Whether every second of the period has a value.
    pub fn is_complete(&self) -> bool {
        self.covered_seconds >= self.period_seconds
    }

    /// How much of the period has values, in thousandths; 1000 only if nothing is missing.
    pub fn covered_permille(&self) -> u16 {
        if self.is_complete() {
            return 1000;
        }
        let share =
            i128::from(self.covered_seconds) * 1000 / i128::from(self.period_seconds.max(1));
        u16::try_from(share).unwrap_or(0)
    }
}

/// An exact sum of decimals: `mantissa / 10^scale`, at the greatest scale of its parts.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Sum {
    mantissa: i128,
    scale: u8,
}

impl Sum {
    /// Nothing summed yet.
    pub const ZERO: Self = Self {
        mantissa: 0,
        scale: 0,
    };

    /// This and a value. `None` beyond 38 digits.
    #[must_use]
    pub fn plus(self, value: Decimal) -> Option<Self> {
        self.and(value.into())
    }

    /// This and another sum. `None` beyond 38 digits.
    #[must_use]
    pub fn and(self, other: Self) -> Option<Self> {
        let scale = self.scale.max(other.scale);
        let one = at_scale(self.mantissa, scale - self.scale)?;
        let other = at_scale(other.mantissa, scale - other.scale)?;
        Some(Self {
            mantissa: one.checked_add(other)?,
            scale,
        })
    }

    /// This less a value. `None` beyond 38 digits.
    #[must_use]
    pub fn minus(self, value: Decimal) -> Option<Self> {
        self.plus(Decimal::new(
            value.mantissa().checked_neg()?,
            value.scale(),
        )?)
    }

    /// This so many times. `None` beyond 38 digits.
    #[must_use]
    pub fn times(self, factor: Decimal) -> Option<Self> {
        Some(Self {
            mantissa: self.mantissa.checked_mul(factor.mantissa().into())?,
            scale: self.scale.checked_add(factor.scale())?,
        })
    }

    /// Whether it is less than another.
    pub fn is_less(self, other: Self) -> bool {
        let scale = self.scale.max(other.scale);
        match (
            at_scale(self.mantissa, scale - self.scale),
            at_scale(other.mantissa, scale - other.scale),
        ) {
            (Some(one), Some(other)) => one < other,
            // The one that does not fit the scale of the other is the greater by far.
            (None, _) => self.mantissa < 0,
            (_, None) => other.mantissa > 0,
        }
    }

    /// The same number as a value; zeros at its end are left out only where it would not fit.
    /// `None` if it has more digits than a value can hold.
    pub fn to_decimal(self) -> Option<Decimal> {
        let Self {
            mut mantissa,
            mut scale,
        } = self;
        loop {
            let fitting = i64::try_from(mantissa).ok();
            if let Some(decimal) = fitting.and_then(|mantissa| Decimal::new(mantissa, scale)) {
                return Some(decimal);
            }
            if scale == 0 || mantissa % 10 != 0 {
                return None;
            }
            (mantissa, scale) = (mantissa / 10, scale - 1);
        }
    }

    /// The number without its mark.
    pub const fn mantissa(self) -> i128 {
        self.mantissa
    }

    /// Digits behind the mark.
    pub const fn scale(self) -> u8 {
        self.scale
    }
}

impl From<Decimal> for Sum {
    fn from(value: Decimal) -> Self {
        Self {
            mantissa: value.mantissa().into(),
            scale: value.scale(),
        }
    }
}

fn at_scale(mantissa: i128, digits: u8) -> Option<i128> {
    mantissa.checked_mul(10_i128.checked_pow(digits.into())?)
}

impl fmt::Display for Sum {
    /// All digits, with `.` as the mark.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.scale == 0 {
            return write!(f, "{}", self.mantissa);
        }
        let sign = if self.mantissa < 0 { "-" } else { "" };
        let one = 10_u128.pow(self.scale.into());
        let digits = self.mantissa.unsigned_abs();
        write!(
            f,
            "{sign}{}.{:0width$}",
            digits / one,
            digits % one,
            width = self.scale.into()
        )
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use proptest::prelude::*;

    use super::*;

    fn held(start: i64, end: i64, value: Option<&str>, quality: Quality) -> Held {
        Held {
            start: Some(UtcTime::from_seconds(start)),
            end: Some(UtcTime::from_seconds(end)),
            value: value.map(|value| Decimal::parse(value.as_bytes()).unwrap()),
            label: Arc::default(),
            quality,
            source: 1,
            superseded: 0,
        }
    }

    fn total(values: &[Held]) -> Total {
        Total::of(
            values,
            UtcTime::from_seconds(0),
            UtcTime::from_seconds(3600),
        )
    }

    #[test]
    fn a_sum_is_exact_and_has_the_worst_quality_of_its_parts() {
        let total = total(&[
            held(0, 900, Some("0.1"), Quality::Measured),
            held(900, 1800, Some("0.25"), Quality::Substitute),
            held(1800, 3600, Some("-1"), Quality::Measured),
        ]);
        assert_eq!(total.sum.unwrap().to_string(), "-0.65");
        assert_eq!(
            (total.values, total.quality, total.overlapping),
            (3, Quality::Substitute, 0)
        );
        assert_eq!(
            (total.is_complete(), total.covered_permille()),
            (true, 1000)
        );
    }

    #[test]
    fn missing_is_not_zero() {
        let present = held(0, 900, Some("5.0"), Quality::Measured);
        let absent = held(900, 3600, None, Quality::Missing);
        for values in [vec![present.clone()], vec![present, absent.clone()]] {
            let total = total(&values);
            assert_eq!(total.sum.unwrap().to_string(), "5.0");
            assert_eq!(
                (total.quality, total.covered_permille()),
                (Quality::Missing, 250)
            );
        }
        for values in [vec![], vec![absent]] {
            assert_eq!(
                (total(&values).sum, total(&values).quality),
                (None, Quality::Missing)
            );
        }
    }

    #[test]
    fn values_that_overlap_are_counted_and_told() {
        let total = total(&[
            held(0, 900, Some("1"), Quality::Measured),
            held(0, 3600, Some("4"), Quality::Measured),
            held(900, 1800, Some("1"), Quality::Measured),
        ]);
        assert_eq!((total.overlapping, total.covered_seconds), (2, 3600));
    }

    #[test]
    fn only_what_starts_in_the_period_counts() {
        let total = total(&[
            held(-900, 900, Some("7"), Quality::Disturbed),
            held(900, 1800, Some("1"), Quality::Measured),
            held(1800, 1800, Some("12345"), Quality::Measured),
            held(2700, 4500, Some("2"), Quality::Measured),
            held(3600, 4500, Some("9"), Quality::Measured),
        ]);
        assert_eq!(total.sum.unwrap().to_string(), "3");
        assert_eq!(total.covered_seconds, 1800);
    }

    #[test]
    fn nearly_complete_is_not_complete() {
        let total = Total::of(
            &[held(0, 99_999, Some("1"), Quality::Measured)],
            UtcTime::from_seconds(0),
            UtcTime::from_seconds(100_000),
        );
        assert_eq!(
            (total.covered_permille(), total.quality),
            (999, Quality::Missing)
        );
    }

    #[test]
    fn a_sum_beyond_its_digits_is_none() {
        let widest = Decimal::new(i64::MAX, 0).unwrap();
        let finest = Decimal::new(1, 18).unwrap();
        let sum = (0..20).try_fold(Sum::ZERO.plus(finest).unwrap(), |sum, _| sum.plus(widest));
        assert_eq!(sum, None);
    }

    proptest! {
        #[test]
        fn the_order_of_the_parts_does_not_matter(
            parts in prop::collection::vec((-1_000_000_i64..1_000_000, 0..6_u8), 0..40),
        ) {
            let decimals: Vec<Decimal> = parts.iter().filter_map(|(mantissa, scale)| Decimal::new(*mantissa, *scale)).collect();
            let forth = decimals.iter().try_fold(Sum::ZERO, |sum, part| sum.plus(*part)).unwrap();
            let back = decimals.iter().rev().try_fold(Sum::ZERO, |sum, part| sum.plus(*part)).unwrap();
            let expected: i64 = parts.iter().map(|(mantissa, scale)| mantissa * 10_i64.pow(5 - u32::from(*scale))).sum();
            prop_assert_eq!(forth, back);
            prop_assert_eq!(forth.mantissa() * 10_i128.pow(5 - u32::from(forth.scale())), i128::from(expected));
        }
    }
}
