//! Market partners (MP-ID) and their check digits.
//!
//! Source: BDEW and DVGW code numbers; GS1 General Specifications (GLN).

use crate::market::location;

/// Who issued a partner's code.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Agency {
    /// BDEW: 13 digits beginning with `99` (UNB 0007 = `500`, NAD 3055 = `293`).
    Bdew,
    /// DVGW: 13 digits beginning with `98` (UNB 0007 = `502`, NAD 3055 = `332`).
    Dvgw,
    /// GS1: a GLN, 13 digits (UNB 0007 = `14`, NAD 3055 = `9`).
    Gs1,
    /// ENTSO-E: an EIC, 16 characters.
    Eic,
    /// Something else.
    Other,
}

impl Agency {
    /// UNB 0007. An EIC is sent under BDEW's, as Swiss files do.
    pub fn qualifier(self) -> &'static str {
        match self {
            Self::Dvgw => "502",
            Self::Gs1 => "14",
            Self::Bdew | Self::Eic | Self::Other => "500",
        }
    }

    /// NAD 3055. Likewise.
    pub fn responsible(self) -> &'static str {
        match self {
            Self::Dvgw => "332",
            Self::Gs1 => "9",
            Self::Bdew | Self::Eic | Self::Other => "293",
        }
    }

    /// Who stands for a UNB 0007; `None` for those that the German market does not use.
    pub fn of_qualifier(code: &str) -> Option<Self> {
        let all = [Self::Bdew, Self::Dvgw, Self::Gs1];
        all.into_iter().find(|agency| agency.qualifier() == code)
    }
}

/// A partner as messages name it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Party {
    /// Its MP-ID, or an EIC.
    pub code: String,
    /// Who issued the code.
    pub agency: Agency,
}

impl Party {
    /// The partner of a code; who issued it follows from its form.
    pub fn new(code: &str) -> Self {
        Self {
            code: code.to_owned(),
            agency: agency(code),
        }
    }
}

/// Who issued this code, by its form alone.
pub fn agency(code: &str) -> Agency {
    let is_number = code.len() == 13 && code.bytes().all(|byte| byte.is_ascii_digit());
    match code.get(..2) {
        Some("99") if is_number => Agency::Bdew,
        Some("98") if is_number => Agency::Dvgw,
        Some(_) if is_number => Agency::Gs1,
        _ if location::form(code) == location::Form::Eic => Agency::Eic,
        _ => Agency::Other,
    }
}

/// Whether the check digit of a partner's code fits; `None` where its form has none.
///
/// Never a reason to refuse: documents and test systems are full of made-up numbers.
pub fn check_digit_fits(code: &str) -> Option<bool> {
    match agency(code) {
        Agency::Bdew | Agency::Dvgw => code
            .as_bytes()
            .split_last()
            .map(|(last, places)| location::check_digit(places) == *last),
        Agency::Gs1 => Some(gln_fits(code.as_bytes())),
        Agency::Eic => location::check_digit_fits(code),
        Agency::Other => None,
    }
}

fn gln_fits(code: &[u8]) -> bool {
    let sum: u32 = code
        .iter()
        .zip([1, 3].into_iter().cycle())
        .map(|(digit, weight)| u32::from(digit - b'0') * weight)
        .sum();
    sum.is_multiple_of(10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn check_digits_fit() {
        for code in [
            "9905048000007",
            "9985046000001",
            "4012345000023",
            "12XBKW-HANDEL--X",
        ] {
            assert_eq!(check_digit_fits(code), Some(true), "{code}");
        }
        assert_eq!(check_digit_fits("9900357000004"), Some(false));
        assert_eq!(check_digit_fits("ACME"), None);
    }

    #[test]
    fn the_agency_follows_from_the_form() {
        assert_eq!(agency("9800357000005"), Agency::Dvgw);
        assert_eq!(agency("4012345000023"), Agency::Gs1);
    }

    #[test]
    fn the_codes_of_an_agency_lead_back_to_it() {
        for agency in [Agency::Bdew, Agency::Dvgw, Agency::Gs1] {
            assert_eq!(Agency::of_qualifier(agency.qualifier()), Some(agency));
        }
        assert_eq!(Party::new("12XBKW-HANDEL--X").agency.responsible(), "293");
    }
}
