//! What a series measures, in words: from its unit and OBIS code.

use crate::market::unit::{self, Nature};
use crate::series::{Key, Kind};
use crate::text::Text;

/// What a series measures.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Measure {
    /// `kWh`, `m³`; empty if neither unit nor OBIS code tells.
    pub unit: String,
    /// Whether values can be added up: amounts, but no powers, temperatures, readings.
    pub is_amount: bool,
    /// `Wirkarbeit, Bezug`; empty if the OBIS code is not among the usual ones.
    pub name: String,
}

impl Measure {
    /// What the series of this key measures.
    pub fn of(key: &Key, text: &Text) -> Self {
        let code = Code::read(&key.obis);
        let unit = unit::of(key.unit.as_deref(), &key.obis);
        let is_reading = match key.kind {
            Kind::Reading => true,
            Kind::Interval | Kind::Timeless => false,
        };
        let name = code
            .map(|code| code.name(text, key.kind))
            .unwrap_or_default();
        let is_amount = unit::nature(unit) == Nature::Amount && !is_reading;
        Self {
            unit: unit.to_owned(),
            is_amount,
            name,
        }
    }
}

/// The parts of an OBIS code `A-B:C.D.E` that tell what it is.
struct Code {
    medium: u8,
    quantity: u8,
    kind: u8,
}

impl Code {
    fn read(obis: &str) -> Option<Self> {
        let (group, code) = obis.split_once(':')?;
        let (medium, _) = group.split_once('-')?;
        let mut parts = code.split('.');
        let (quantity, kind) = (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
        Some(Self {
            medium: medium.parse().ok()?,
            quantity,
            kind,
        })
    }

    fn name(&self, text: &Text, kind: Kind) -> String {
        let what = match (self.medium, self.quantity) {
            (1, 1) => text.obis_active_import(),
            (1, 2) => text.obis_active_export(),
            (1, 3..=8) => text.obis_reactive(),
            (7, 3 | 13) => text.obis_gas_volume(),
            (7, 99) if matches!(self.kind, 41 | 42 | 45) => text.obis_temperature(),
            (7, 33 | 99) => text.obis_gas_energy(),
            (7, 52) => text.obis_z_number(),
            (7, 54) => text.obis_calorific(),
            _ => return String::new(),
        };
        match (kind, self.medium, self.kind) {
            (Kind::Reading, _, _) => text.obis_reading(&what),
            (Kind::Interval, 1, 6) => text.obis_maximum(&what),
            (Kind::Interval, 1, 29) | (Kind::Interval, 7, 33) => text.obis_profile(&what),
            (Kind::Interval | Kind::Timeless, _, _) => what,
        }
    }
}

#[cfg(test)]
mod tests {

    use super::*;
    use crate::text::Language;

    fn measure(obis: &str, kind: Kind, unit: Option<&str>) -> Measure {
        let key = Key {
            location: "50120962218".to_owned(),
            device: None,
            obis: obis.to_owned(),
            kind,
            unit: unit.map(str::to_owned),
        };
        Measure::of(&key, &Text::new(Language::De))
    }

    #[test]
    fn a_load_profile_without_a_unit_is_energy_that_adds_up() {
        let measure = measure("1-1:1.29.0", Kind::Interval, None);
        assert_eq!(measure.unit, "kWh");
        assert!(measure.is_amount);
        assert_eq!(measure.name, "Wirkarbeit, Bezug, Lastgang");
    }

    #[test]
    fn readings_powers_and_temperatures_do_not_add_up() {
        assert!(!measure("1-1:1.8.0", Kind::Reading, None).is_amount);
        assert!(!measure("1-1:1.6.0", Kind::Interval, None).is_amount);
        assert!(!measure("7-0:99.41.16", Kind::Interval, Some("CEL")).is_amount);
        assert!(!measure("AUA", Kind::Interval, Some("KWT")).is_amount);
    }

    #[test]
    fn the_unit_of_the_message_counts_more_than_the_code() {
        assert_eq!(
            measure("1-1:1.29.0", Kind::Interval, Some("MWH")).unit,
            "MWh"
        );
        assert_eq!(measure("7-20:99.33.17", Kind::Interval, None).unit, "kWh");
    }

    #[test]
    fn a_code_that_nobody_knows_has_no_name_and_no_sum() {
        for odd in [
            "",
            "9991000000044",
            "1-1:",
            "x-y:z",
            "300-1:1.29.0",
            "1-1:1.29",
        ] {
            let measure = measure(odd, Kind::Interval, None);
            assert_eq!(measure.is_amount, odd == "1-1:1.29", "{odd}");
        }
        assert_eq!(measure("", Kind::Interval, Some("ZZZ")).unit, "ZZZ");
    }
}
