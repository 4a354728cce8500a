//! OBIS codes: what is measured. Any text is held; these are the questions asked of it.
//!
//! Source: IEC 62056-61; BDEW OBIS code list.

/// Whether the code belongs to gas (medium 7): its days begin at 06:00.
pub fn is_gas(code: &str) -> bool {
    code.starts_with("7-")
}

/// The value groups of a code `A-B:C.D.E*F`, as they stand.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Groups<'a> {
    /// A: what flows (`1` power, `7` gas, …).
    pub medium: &'a str,
    /// B: which meter or input.
    pub channel: &'a str,
    /// C: what is measured (`1` active energy taken, …).
    pub quantity: &'a str,
    /// D: how it was made (`8` register, `29` load profile, …).
    pub kind: &'a str,
    /// E: the tariff; empty if there is none.
    pub tariff: &'a str,
    /// F: the billing period; empty if there is none.
    pub billing_period: &'a str,
}

/// The value groups of a code; `None` if it does not have the form of one.
pub fn groups(code: &str) -> Option<Groups<'_>> {
    let (medium, rest) = code.split_once('-')?;
    let (channel, value) = rest.split_once(':')?;
    let (value, billing_period) = value.split_once('*').unwrap_or((value, ""));
    let mut groups = value.split('.');
    Some(Groups {
        medium,
        channel,
        quantity: groups.next()?,
        kind: groups.next()?,
        tariff: groups.next().unwrap_or_default(),
        billing_period,
    })
}

/// The unit that an active or reactive energy code implies where QTY 6411 is empty; `None` where
/// the code does not say.
pub fn implied_unit(code: &str) -> Option<&'static str> {
    let Groups {
        medium,
        quantity,
        kind,
        ..
    } = groups(code)?;
    match (medium, quantity, kind) {
        ("1", "1" | "2" | "9" | "10", "6" | "4") => Some("kW"),
        ("1", "1" | "2" | "9" | "10", _) => Some("kWh"),
        ("1", "3" | "4" | "5" | "6" | "7" | "8", "6" | "4") => Some("kvar"),
        ("1", "3" | "4" | "5" | "6" | "7" | "8", _) => Some("kvarh"),
        ("7", "3" | "13", _) => Some("m³"),
        ("7", "33" | "99" | "9", _) if quantity != "99" || matches!(kind, "33") => Some("kWh"),
        ("7", "54", _) => Some("kWh/m³"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_falls_into_its_groups() {
        let found = groups("7-20:99.33.17*255").unwrap();
        assert_eq!((found.medium, found.channel), ("7", "20"));
        assert_eq!(
            (found.quantity, found.kind, found.tariff),
            ("99", "33", "17")
        );
        assert_eq!(found.billing_period, "255");
        assert_eq!(groups("1-1:1.8").unwrap().tariff, "");
        for other in ["", "AUA", "1-1", "1-1:1", "9991000000044"] {
            assert_eq!(groups(other), None, "{other}");
        }
    }

    #[test]
    fn the_unit_follows_from_the_code_where_it_says_so() {
        for (code, unit) in [
            ("1-1:1.29.0", Some("kWh")),
            ("1-1:2.29.0", Some("kWh")),
            ("1-1:1.6.0", Some("kW")),
            ("1-1:3.29.0", Some("kvarh")),
            ("7-20:99.33.17", Some("kWh")),
            ("7-0:99.41.16", None),
            ("7-0:54.0.22", Some("kWh/m³")),
            ("7-0:3.0.0", Some("m³")),
            ("AUA", None),
        ] {
            assert_eq!(implied_unit(code), unit, "{code}");
        }
    }
}
