//! The peaks of the period, as a table.

use crate::chart::legend::quality_name;
use crate::chart::measure::Measure;
use crate::chart::peaks::when;
use crate::market::unit::{self, Nature};
use crate::series::peaks::peaks;
use crate::text::{Text, with_unit};
use crate::web::pages::series::Shown;

/// A peak.
pub(crate) struct Row {
    /// Its interval.
    pub(crate) when: String,
    /// Its mean power.
    pub(crate) power: String,
    /// Its quality.
    pub(crate) quality: String,
    /// Class of the quality.
    pub(crate) tone: &'static str,
}

/// The peaks of energies and powers; of anything else there are none.
pub(super) fn rows(shown: &Shown, measure: &Measure, text: &Text) -> Vec<Row> {
    let power = unit::power_of(&measure.unit);
    let unit = match (power, unit::nature(&measure.unit)) {
        (Some(unit), _) => unit,
        (None, Nature::Power) => measure.unit.as_str(),
        (None, Nature::Amount | Nature::Other) => return Vec::new(),
    };
    let peaks = peaks(&shown.held, power.is_some(), MOST_PEAKS);
    peaks
        .iter()
        .map(|peak| Row {
            when: when(peak, text),
            power: with_unit(
                &text.decimal(peak.power.mantissa(), peak.power.scale()),
                unit,
            ),
            quality: quality_name(peak.quality, text),
            tone: peak.quality.name(),
        })
        .collect()
}

/// As many as a person compares.
const MOST_PEAKS: usize = 10;
