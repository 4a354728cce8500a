//! Peaks: the intervals with the greatest mean power.

use crate::market::calendar::UtcTime;
use crate::market::quantity::Decimal;
use crate::series::merge::Held;
use crate::series::quality::Quality;
use crate::series::total::Sum;

/// An interval and its mean power.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Peak {
    /// Where it begins.
    pub start: UtcTime,
    /// Where it ends (exclusive).
    pub end: UtcTime,
    /// Its mean power: of a quarter hour, four times its energy.
    pub power: Sum,
    /// How much the value can be trusted.
    pub quality: Quality,
}

/// The greatest ones, from the greatest down; of equal ones the earlier comes first.
///
/// `is_energy`: values are energies, else they are powers already. Intervals of more than an hour,
/// or of no whole part of one, have no peak: their mean says too little.
pub fn peaks(held: &[Held], is_energy: bool, count: usize) -> Vec<Peak> {
    let mut peaks: Vec<Peak> = held
        .iter()
        .filter_map(|held| {
            let (start, end) = (held.start?, held.end?);
            let parts = parts_of_an_hour(start, end)?;
            let factor = Decimal::new(if is_energy { parts } else { 1 }, 0)?;
            Some(Peak {
                start,
                end,
                power: Sum::from(held.value?).times(factor)?,
                quality: held.quality,
            })
        })
        .collect();
    // Stable, and the values came in order of time.
    peaks.sort_by(|one, other| {
        let is_less = |one: &Peak, other: &Peak| one.power.is_less(other.power);
        is_less(one, other).cmp(&is_less(other, one))
    });
    peaks.truncate(count);
    peaks
}

fn parts_of_an_hour(start: UtcTime, end: UtcTime) -> Option<i64> {
    let seconds = end.seconds().checked_sub(start.seconds())?;
    let fits = (1..=HOUR).contains(&seconds) && HOUR % seconds == 0;
    fits.then(|| HOUR / seconds)
}

const HOUR: i64 = 3600;

#[cfg(test)]
mod tests {
    use super::*;

    fn held(start: i64, seconds: i64, value: &str) -> Held {
        Held {
            start: Some(UtcTime::from_seconds(start)),
            end: Some(UtcTime::from_seconds(start + seconds)),
            value: Decimal::parse(value.as_bytes()),
            label: std::sync::Arc::default(),
            quality: Quality::Measured,
            source: 1,
            superseded: 0,
        }
    }

    fn told(held: &[Held], is_energy: bool, count: usize) -> Vec<(i64, String)> {
        peaks(held, is_energy, count)
            .iter()
            .map(|peak| (peak.start.seconds(), peak.power.to_string()))
            .collect()
    }

    #[test]
    fn the_power_of_a_quarter_hour_is_four_times_its_energy() {
        let values = [
            held(0, 900, "2.5"),
            held(900, 900, "20.125"),
            held(1800, 900, "3"),
            held(2700, 900, "20.125"),
            held(3600, 900, ""),
        ];
        assert_eq!(
            told(&values, true, 3),
            [
                (900, "80.500".to_owned()),
                (2700, "80.500".to_owned()),
                (1800, "12".to_owned())
            ]
        );
    }

    #[test]
    fn hours_and_powers_are_what_they_are_and_days_have_no_peak() {
        assert_eq!(told(&[held(0, 3600, "7.5")], true, 9), [(0, "7.5".into())]);
        assert_eq!(told(&[held(0, 900, "7.5")], false, 9), [(0, "7.5".into())]);
        assert_eq!(told(&[held(0, 86_400, "7.5")], true, 9), []);
        assert_eq!(told(&[held(0, 0, "7.5")], true, 9), []);
    }
}
