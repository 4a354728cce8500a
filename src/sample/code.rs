//! Invented parties and locations, with the check digits that fit.

use crate::market::location::check_digit;

/// Who receives: an energy-hungry company, in power (BDEW) and in gas (DVGW).
pub(super) const COMPANY: &str = "9985046000001";
pub(super) const COMPANY_GAS: &str = "9801234000001";
/// A grid operator of power.
pub(super) const POWER_GRID: &str = "9905048000007";
/// A metering operator of power.
pub(super) const METERING_OPERATOR: &str = "9903100000006";
/// A grid operator of gas.
pub(super) const GAS_GRID: &str = "9800357000005";
/// Balance groups and a balancing area (EIC).
pub(super) const BALANCE_GROUPS: [&str; 2] = ["11XEEG-KREIS---Y", "11XVERTRIEB----W"];
pub(super) const BALANCING_AREA: &str = "11YN-MUSTERSTADD";
/// A network location and a technical resource.
pub(super) const NETWORK_LOCATION: &str = "E50ABC12345";
pub(super) const TECHNICAL_RESOURCE: &str = "D417MLM8164";

/// The market location (Marktlokation) with this number: 11 digits.
pub(super) fn market_location(number: u32) -> String {
    let mut code = format!("{:010}", 5_000_000_000 + u64::from(number));
    let digit = check_digit(code.as_bytes());
    code.push(char::from(digit));
    code
}

/// The metering location (Messlokation) with this number: 33 characters.
pub(super) fn metering_location(number: u32) -> String {
    format!("DE00012310115{number:020}")
}

/// The `MaBiS` point with this number: 33 characters.
pub(super) fn balancing_point(number: u32) -> String {
    format!("DE00012310115MABIS{number:015}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::market::location::{Form, check_digit_fits, form};
    use crate::market::party;

    #[test]
    fn invented_codes_have_check_digits_that_fit() {
        for code in [
            COMPANY,
            COMPANY_GAS,
            POWER_GRID,
            METERING_OPERATOR,
            GAS_GRID,
            BALANCE_GROUPS[0],
            BALANCE_GROUPS[1],
            BALANCING_AREA,
        ] {
            assert_eq!(party::check_digit_fits(code), Some(true), "{code}");
        }
        for code in [NETWORK_LOCATION, TECHNICAL_RESOURCE] {
            assert_eq!(check_digit_fits(code), Some(true), "{code}");
        }
        for number in 0..200 {
            let code = market_location(number * 77_777);
            assert_eq!(check_digit_fits(&code), Some(true), "{code}");
            assert_eq!(form(&metering_location(number)), Form::MeteringLocation);
            assert_eq!(form(&balancing_point(number)), Form::MeteringLocation);
        }
    }
}
