//! Units: QTY 6411 as people write it, and what may be done with values in it.
//!
//! Source: UN/ECE Recommendation 20; BDEW MIG MSCONS, QTY 6411.

use crate::market::obis;

/// What the values of a unit become together.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Nature {
    /// Amounts add up: energy, volume.
    Amount,
    /// Of powers, the greatest counts: the peak of a month is no sum of those of its days.
    Power,
    /// Neither: temperatures, calorific values, units that nobody knows.
    Other,
}

/// The unit of values: that of their message, else what the OBIS code implies; `""` if neither
/// tells.
pub fn of<'a>(unit: Option<&'a str>, obis: &str) -> &'a str {
    match unit {
        Some(code) => name(code),
        None => obis::implied_unit(obis).unwrap_or_default(),
    }
}

/// A code of QTY 6411 as people write it: `kWh` for `KWH`; others as they are.
pub fn name(code: &str) -> &str {
    match code {
        "KWH" => "kWh",
        "MWH" => "MWh",
        "KWT" => "kW",
        "MAW" => "MW",
        "K3" => "kvarh",
        "KVR" => "kvar",
        "MTQ" => "m³",
        "CEL" => "°C",
        "BAR" => "bar",
        "P1" => "%",
        "D54" => "W/m²",
        "MTS" => "m/s",
        other => other,
    }
}

/// What the values of a unit become together; the unit as [`of`] and [`name`] give it.
pub fn nature(unit: &str) -> Nature {
    match unit {
        "Wh" | "kWh" | "MWh" | "GWh" | "kvarh" | "Mvarh" | "m³" => Nature::Amount,
        "W" | "kW" | "MW" | "kvar" | "Mvar" => Nature::Power,
        _ => Nature::Other,
    }
}

/// The unit of the mean power of an energy: `kW` for `kWh`. `None` for what is no energy.
pub fn power_of(unit: &str) -> Option<&'static str> {
    match unit {
        "Wh" => Some("W"),
        "kWh" => Some("kW"),
        "MWh" => Some("MW"),
        "GWh" => Some("GW"),
        "kvarh" => Some("kvar"),
        "Mvarh" => Some("Mvar"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_unit_of_the_message_goes_before_that_of_the_code() {
        assert_eq!(of(Some("MWH"), "1-1:1.29.0"), "MWh");
        assert_eq!(of(None, "1-1:1.29.0"), "kWh");
        assert_eq!(of(None, "9991000000044"), "");
        assert_eq!(of(Some("ZZZ"), ""), "ZZZ");
    }

    #[test]
    fn amounts_add_up_and_powers_do_not() {
        assert_eq!(nature("kWh"), Nature::Amount);
        assert_eq!(nature("m³"), Nature::Amount);
        assert_eq!(nature("kW"), Nature::Power);
        for other in ["", "°C", "kWh/m³", "ZZZ"] {
            assert_eq!(nature(other), Nature::Other, "{other}");
        }
        assert_eq!(power_of("kWh"), Some("kW"));
        assert_eq!(power_of("m³"), None);
    }
}
