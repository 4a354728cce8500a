//! Virtual series: sums and differences of others, computed when they are read.
//!
//! Exact, and honest: a gap in any part is a gap of the whole, and its quality is the worst of its
//! parts.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::market::calendar::UtcTime;
use crate::market::quantity::Decimal;
use crate::series::Label;
use crate::series::merge::Held;
use crate::series::quality::Quality;
use crate::series::rhythm::Rhythm;
use crate::series::total::Sum;

/// A virtual series, as the configuration defines it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Definition {
    /// Its name, where others have a location.
    pub name: String,
    /// Its unit.
    pub unit: String,
    /// What it is the sum of.
    pub terms: Vec<Term>,
}

/// A part of a virtual series.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Term {
    /// `location/obis`, or the name of another virtual series.
    pub series: String,
    /// How often it counts; `-1` takes it off.
    pub factor: Decimal,
}

impl Definition {
    /// Its number: made from its name, so that addresses stay when the configuration changes.
    /// Stored series are counted from 0, and stay far below.
    pub fn number(&self) -> u32 {
        // FNV-1a: the same on every machine and in every version.
        let hash = self.name.bytes().fold(0x811c_9dc5_u32, |hash, byte| {
            (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193)
        });
        hash | FIRST_NUMBER
    }
}

/// Whether a number is one of a virtual series.
pub const fn is_computed(number: u32) -> bool {
    number >= FIRST_NUMBER
}

/// Why parts make no whole.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum Unequal {
    /// Quarter hours and hours.
    #[error("its parts have values of different lengths; only equal ones add up")]
    Lengths,
    /// More digits than a value holds.
    #[error("its value from {0} on has more than 18 digits")]
    TooLarge(UtcTime),
}

/// The sum of some series, each with its factor; their values in order of time.
///
/// # Errors
/// [`Unequal`].
pub fn sum(parts: &[(Decimal, Vec<Held>)], unit: &str) -> Result<Vec<Held>, Unequal> {
    let mut rhythms = parts.iter().filter_map(|(_, held)| Rhythm::of(held));
    if let Some(first) = rhythms.next()
        && rhythms.any(|other| !first.has_the_steps_of(other))
    {
        return Err(Unequal::Lengths);
    }
    let label = Arc::new(Label {
        unit: (!unit.is_empty()).then(|| unit.into()),
        ..Label::default()
    });
    let mut intervals: BTreeMap<(UtcTime, UtcTime), Whole> = BTreeMap::new();
    for (factor, held) in parts {
        for one in held {
            let (Some(start), Some(end)) = (one.start, one.end) else {
                continue;
            };
            let whole = intervals.entry((start, end)).or_default();
            whole.add(one, *factor).ok_or(Unequal::TooLarge(start))?;
        }
    }
    let whole = |((start, end), whole): ((UtcTime, UtcTime), Whole)| {
        let value = whole.value(parts.len()).map(Sum::to_decimal);
        let value = value.map(|value| value.ok_or(Unequal::TooLarge(start)));
        let value = value.transpose()?;
        Ok(Held {
            start: Some(start),
            end: Some(end),
            value,
            label: Arc::clone(&label),
            quality: if value.is_some() {
                whole.quality
            } else {
                Quality::Missing
            },
            source: 0,
            superseded: whole.superseded,
        })
    };
    intervals.into_iter().map(whole).collect()
}

/// What the parts say of one interval.
struct Whole {
    sum: Sum,
    /// Parts that have a value.
    parts: usize,
    quality: Quality,
    superseded: u32,
}

impl Default for Whole {
    fn default() -> Self {
        Self {
            sum: Sum::ZERO,
            parts: 0,
            quality: Quality::Measured,
            superseded: 0,
        }
    }
}

impl Whole {
    fn add(&mut self, held: &Held, factor: Decimal) -> Option<()> {
        self.quality = self.quality.max(held.quality);
        self.superseded = self.superseded.max(held.superseded);
        if let Some(value) = held.value {
            self.sum = self.sum.and(Sum::from(value).times(factor)?)?;
            self.parts += 1;
        }
        Some(())
    }

    fn value(&self, parts: usize) -> Option<Sum> {
        (self.parts == parts).then_some(self.sum)
    }
}

/// Numbers from here on are those of virtual series.
const FIRST_NUMBER: u32 = 1 << 31;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn held(quarter: i64, value: Option<&str>, quality: Quality) -> Held {
        Held {
            start: Some(UtcTime::from_seconds(quarter * 900)),
            end: Some(UtcTime::from_seconds(quarter * 900 + 900)),
            value: value.and_then(|value| Decimal::parse(value.as_bytes())),
            label: Arc::default(),
            quality,
            source: 1,
            superseded: 0,
        }
    }

    fn factor(text: &str) -> Decimal {
        Decimal::parse(text.as_bytes()).unwrap()
    }

    #[test]
    fn sums_and_differences_are_exact_and_a_gap_of_a_part_is_a_gap_of_the_whole() {
        let import = vec![
            held(0, Some("0.10"), Quality::Measured),
            held(1, Some("5"), Quality::Substitute),
            held(2, Some("5"), Quality::Measured),
            held(3, Some("5"), Quality::Measured),
        ];
        let export = vec![
            held(0, Some("0.2"), Quality::Preliminary),
            held(1, Some("1.5"), Quality::Measured),
            held(2, None, Quality::Missing),
        ];
        let parts = [(factor("1"), import), (factor("-0.5"), export)];
        let whole = sum(&parts, "kWh").unwrap();
        let values: Vec<Option<String>> = whole
            .iter()
            .map(|held| held.value.map(|value| value.to_string()))
            .collect();
        assert_eq!(
            values,
            [Some("0.00".into()), Some("4.25".into()), None, None]
        );
        let qualities: Vec<Quality> = whole.iter().map(|held| held.quality).collect();
        assert_eq!(
            qualities,
            [
                Quality::Preliminary,
                Quality::Substitute,
                Quality::Missing,
                Quality::Missing
            ]
        );
        assert_eq!(whole[0].label.unit.as_deref(), Some("kWh"));
    }

    #[test]
    fn hours_and_quarter_hours_do_not_add_up() {
        let quarters = (0..8).map(|quarter| held(quarter, Some("1"), Quality::Measured));
        let hours = (0..2).map(|hour| Held {
            start: Some(UtcTime::from_seconds(hour * 3600)),
            end: Some(UtcTime::from_seconds(hour * 3600 + 3600)),
            ..held(0, Some("1"), Quality::Measured)
        });
        let parts = [
            (factor("1"), quarters.collect()),
            (factor("1"), hours.collect()),
        ];
        assert_eq!(sum(&parts, "kWh"), Err(Unequal::Lengths));
    }

    #[test]
    fn more_digits_than_a_value_holds_are_an_error_and_no_rounding() {
        let fine = factor("0.000000000000000001");
        let parts = [(fine, vec![held(0, Some("0.1"), Quality::Measured)])];
        assert_eq!(
            sum(&parts, "kWh"),
            Err(Unequal::TooLarge(UtcTime::from_seconds(0)))
        );
    }

    #[test]
    fn a_number_follows_from_the_name_and_is_none_of_a_stored_series() {
        let named = |name: &str| Definition {
            name: name.to_owned(),
            unit: "kWh".to_owned(),
            terms: Vec::new(),
        };
        assert_eq!(named("site").number(), named("site").number());
        assert_ne!(named("site").number(), named("roof").number());
        assert!(is_computed(named("site").number()));
        assert!(!is_computed(1) && !is_computed(1_000_000));
    }

    proptest! {
        #[test]
        fn a_series_less_itself_is_zero_where_it_has_values(values in prop::collection::vec(prop::option::of(-9_000_i64..9_000), 1..100)) {
            let series: Vec<Held> = (0..).zip(&values).map(|(quarter, value)| {
                let text = value.map(|value| format!("{value}"));
                held(quarter, text.as_deref(), Quality::Measured)
            }).collect();
            let whole = sum(&[(factor("1"), series.clone()), (factor("-1"), series)], "kWh").unwrap();
            for (value, held) in values.iter().zip(whole) {
                prop_assert_eq!(held.value, value.and(Decimal::new(0, 0)));
            }
        }
    }
}
