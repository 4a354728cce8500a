//! The figures of one series over a period.

use crate::chart::{self, Point};
use crate::market::calendar::{Day, UtcTime};
use crate::market::unit::{self, Nature};
use crate::series::Key;
use crate::series::completeness::{Completeness, by_day};
use crate::series::gaps::gaps;
use crate::series::merge::Held;
use crate::series::peaks::{Peak, peaks};
use crate::series::quality::Quality;
use crate::series::rhythm::{Border, Rhythm};
use crate::series::total::Total;

/// The figures of one series over a period.
#[derive(Clone, Debug)]
pub struct Figures {
    /// Whose.
    pub key: Key,
    /// From when to when: a period in which it was known may be shorter than what was asked for.
    pub within: (UtcTime, UtcTime),
    /// Sum and coverage. The sum means something of amounts alone ([`Self::is_amount`]).
    pub total: Total,
    /// How many intervals should have a value, and how many have one. `None` where nothing tells
    /// how long the intervals are.
    pub completeness: Option<Completeness>,
    /// How many values are substitutes.
    pub substitutes: u64,
    /// How many values can be trusted less than substitutes: preliminary or disturbed.
    pub doubtful: u64,
    /// How many values a later message corrected.
    pub corrected: u64,
    /// The greatest power.
    pub peak: Option<Peak>,
    /// The total of the period before, if it was asked for.
    pub before: Option<Total>,
    /// The total of the same period a year before, if it was asked for.
    pub year_before: Option<Total>,
    /// Values and gaps, to be drawn.
    pub points: Vec<Point>,
}

impl Figures {
    /// The figures of values in order of time. `border`: where their days begin.
    pub fn of(key: &Key, border: Border, held: &[Held], within: (UtcTime, UtcTime)) -> Self {
        let unit = unit::of(key.unit.as_deref(), &key.obis);
        let is_energy = unit::power_of(unit).is_some();
        let has_peak = is_energy || unit::nature(unit) == Nature::Power;
        let count = |fits: fn(&Held) -> bool| {
            let fitting = held.iter().filter(|one| one.value.is_some() && fits(one));
            u64::try_from(fitting.count()).unwrap_or(u64::MAX)
        };
        let days = Rhythm::of(held).map(|rhythm| by_day(rhythm, border, held, within));
        let missing: Vec<(UtcTime, UtcTime)> = gaps(held, within.0, within.1)
            .iter()
            .map(|gap| (gap.start, gap.end))
            .collect();
        Self {
            key: key.clone(),
            within,
            total: Total::of(held, within.0, within.1),
            completeness: days.map(|days| whole(&days)),
            substitutes: count(|one| one.quality == Quality::Substitute),
            doubtful: count(|one| matches!(one.quality, Quality::Preliminary | Quality::Disturbed)),
            corrected: count(|one| one.superseded > 0),
            peak: has_peak
                .then(|| peaks(held, is_energy, 1))
                .and_then(|mut peaks| peaks.pop()),
            before: None,
            year_before: None,
            points: chart::points(held, &missing),
        }
    }

    /// `kWh`; empty if nothing tells.
    pub fn unit(&self) -> &str {
        unit::of(self.key.unit.as_deref(), &self.key.obis)
    }

    /// Whether its values add up.
    pub fn is_amount(&self) -> bool {
        unit::nature(self.unit()) == Nature::Amount
    }

    /// The unit of its peak: that of the power of an energy, else its own.
    pub fn unit_of_peak(&self) -> &str {
        unit::power_of(self.unit()).unwrap_or_else(|| self.unit())
    }

    /// How much of the period has values, in thousandths; 1000 only if nothing is missing.
    pub fn permille(&self) -> u16 {
        self.total.covered_permille()
    }

    /// How many values are missing. `None` where nothing tells how long the intervals are.
    pub fn missing(&self) -> Option<u64> {
        let completeness = self.completeness?;
        Some(completeness.expected.saturating_sub(completeness.present))
    }

    /// How many of thousand values are substitutes, rounded up: 0 only if none is one. `None`
    /// without values.
    pub fn substitute_permille(&self) -> Option<u16> {
        let values = self.total.values;
        let share = u128::from(self.substitutes.min(values)) * 1000;
        (values > 0)
            .then(|| u16::try_from(share.div_ceil(values.into())).ok())
            .flatten()
    }

    /// What it is called: location and OBIS code.
    pub fn name(&self) -> String {
        name(&self.key)
    }
}

/// What a series is called: location and OBIS code.
pub fn name(key: &Key) -> String {
    match (key.location.as_str(), key.obis.as_str()) {
        (location, "") => location.to_owned(),
        ("", obis) => obis.to_owned(),
        (location, obis) => format!("{location} {obis}"),
    }
}

/// All days together.
pub fn whole(days: &[(Day, Completeness)]) -> Completeness {
    let days = days.iter().map(|(_, completeness)| *completeness);
    days.fold(Completeness::NONE, Completeness::and)
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::market::quantity::Decimal;
    use crate::series::Kind;

    pub(crate) fn key() -> Key {
        Key {
            location: "50120962218".to_owned(),
            device: None,
            obis: "1-1:1.29.0".to_owned(),
            kind: Kind::Interval,
            unit: None,
        }
    }

    /// Quarter hours from an instant, without a value where it is empty.
    pub(crate) fn quarters(from: UtcTime, values: &[&str]) -> Vec<Held> {
        let at = |quarter: i64| UtcTime::from_seconds(from.seconds() + quarter * 900);
        (0..)
            .zip(values)
            .filter(|(_, value)| !value.is_empty())
            .map(|(quarter, value)| Held {
                start: Some(at(quarter)),
                end: Some(at(quarter + 1)),
                value: Decimal::parse(value.as_bytes()),
                label: std::sync::Arc::default(),
                quality: Quality::Measured,
                source: 1,
                superseded: 0,
            })
            .collect()
    }

    #[test]
    fn figures_are_exact_and_what_is_missing_is_no_zero() {
        let from = UtcTime::parse("2026-11-15T23:00:00Z").unwrap();
        let to = UtcTime::from_seconds(from.seconds() + 8 * 900);
        let mut held = quarters(from, &["1.5", "20.125", "", "0", "2", "2", "2", "2"]);
        held[1].quality = Quality::Substitute;
        held[2].quality = Quality::Disturbed;
        held[4].superseded = 1;
        let figures = Figures::of(&key(), Border::Midnight, &held, (from, to));
        assert_eq!(figures.total.sum.unwrap().to_string(), "29.625");
        assert_eq!(
            (figures.total.values, figures.missing(), figures.permille()),
            (7, Some(1), 875)
        );
        assert_eq!(
            (figures.substitutes, figures.doubtful, figures.corrected),
            (1, 1, 1)
        );
        assert_eq!(figures.substitute_permille(), Some(143));
        let peak = figures.peak.unwrap();
        assert_eq!(
            (peak.power.to_string(), figures.unit_of_peak()),
            ("80.500".to_owned(), "kW")
        );
    }

    #[test]
    fn without_values_nothing_is_claimed() {
        let (from, to) = (UtcTime::from_seconds(0), UtcTime::from_seconds(3600));
        let figures = Figures::of(&key(), Border::Midnight, &[], (from, to));
        assert_eq!(
            (figures.total.sum, figures.missing(), figures.permille()),
            (None, None, 0)
        );
        assert_eq!((figures.peak, figures.substitute_permille()), (None, None));
    }

    #[test]
    fn readings_of_temperature_have_neither_sum_nor_peak() {
        let key = Key {
            obis: "7-0:99.41.16".to_owned(),
            unit: Some("CEL".to_owned()),
            ..key()
        };
        let from = UtcTime::from_seconds(0);
        let held = quarters(from, &["1", "2"]);
        let to = UtcTime::from_seconds(1800);
        let figures = Figures::of(&key, Border::GasMorning, &held, (from, to));
        assert!(!figures.is_amount() && figures.peak.is_none());
    }
}
