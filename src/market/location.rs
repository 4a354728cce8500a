//! Locations and other objects of the market, and their check digits.
//!
//! Source: BDEW, "Identifikatoren in der Marktkommunikation"; ENTSO-E, EIC reference manual.

/// What a code names, by its form alone.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Form {
    /// Market location or tranche (Marktlokation): 11 digits, the first 1 to 9, the last checks.
    MarketLocation,
    /// Metering location (Messlokation): `DE`, 6 digits operator, 5 postcode, 20 characters.
    MeteringLocation,
    /// Metering point of Switzerland or Austria: `CH` or `AT` and 31 characters.
    ForeignMeteringPoint,
    /// Network location (`E`), controllable (`C`) or technical (`D`) resource: 11 characters.
    Resource,
    /// Energy identification code: 16 characters.
    Eic,
    /// None of these: names, products, configuration ids.
    Other,
}

/// The form of a code.
pub fn form(code: &str) -> Form {
    let bytes = code.as_bytes();
    match (bytes.len(), bytes) {
        (11, [b'1'..=b'9', rest @ ..]) if rest.iter().all(u8::is_ascii_digit) => {
            Form::MarketLocation
        }
        (11, [b'C'..=b'E', rest @ ..]) if is_resource(rest) => Form::Resource,
        (16, [b'0'..=b'9', b'0'..=b'9', letter, rest @ ..])
            if letter.is_ascii_uppercase()
                && rest.iter().all(|&byte| eic_value(byte).is_some()) =>
        {
            Form::Eic
        }
        (33, [b'D', b'E', rest @ ..]) if is_metering_location(rest) => Form::MeteringLocation,
        (33, [b'C', b'H', rest @ ..] | [b'A', b'T', rest @ ..])
            if rest.iter().all(|byte| is_capital(*byte)) =>
        {
            Form::ForeignMeteringPoint
        }
        _ => Form::Other,
    }
}

/// Whether the check digit of a code fits; `None` where its form has none.
pub fn check_digit_fits(code: &str) -> Option<bool> {
    match form(code) {
        Form::MarketLocation | Form::Resource => Some(eleven_fits(code.as_bytes())),
        Form::Eic => Some(eic_fits(code.as_bytes())),
        Form::MeteringLocation | Form::ForeignMeteringPoint | Form::Other => None,
    }
}

/// The check digit that fits ten places in front of it: the sum of the odd places and twice the
/// even ones (from the left) is filled up to the next ten. A letter counts as its ASCII code.
pub fn check_digit(places: &[u8]) -> u8 {
    let sum: u32 = places
        .iter()
        .zip([1, 2].into_iter().cycle())
        .map(|(&byte, weight)| {
            let value = if byte.is_ascii_digit() {
                byte - b'0'
            } else {
                byte
            };
            u32::from(value) * weight
        })
        .sum();
    b'0' + u8::try_from((10 - sum % 10) % 10).unwrap_or(0)
}

fn eleven_fits(code: &[u8]) -> bool {
    code.split_last()
        .is_some_and(|(last, places)| check_digit(places) == *last)
}

/// EIC: the values of 15 places weighted 16 down to 2; the check character makes it up to 37.
fn eic_fits(code: &[u8]) -> bool {
    let Some((last, places)) = code.split_last() else {
        return false;
    };
    let weights = (2..=16_u32).rev();
    let sum: Option<u32> = places
        .iter()
        .zip(weights)
        .map(|(&byte, weight)| Some(eic_value(byte)? * weight))
        .sum();
    let expected = sum.map(|sum| 36 - sum.saturating_sub(1) % 37);
    expected.is_some() && expected == eic_value(*last)
}

fn eic_value(byte: u8) -> Option<u32> {
    match byte {
        b'0'..=b'9' => Some(u32::from(byte - b'0')),
        b'A'..=b'Z' => Some(u32::from(byte - b'A') + 10),
        b'-' => Some(36),
        _ => None,
    }
}

fn is_resource(rest: &[u8]) -> bool {
    rest.split_last().is_some_and(|(last, middle)| {
        last.is_ascii_digit() && middle.iter().all(|byte| is_capital(*byte))
    })
}

fn is_metering_location(rest: &[u8]) -> bool {
    rest.split_at_checked(11).is_some_and(|(digits, free)| {
        digits.iter().all(u8::is_ascii_digit) && free.iter().all(|byte| is_capital(*byte))
    })
}

fn is_capital(byte: u8) -> bool {
    byte.is_ascii_digit() || byte.is_ascii_uppercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn check_digits_of_real_codes_fit() {
        for code in [
            "41373559241",
            "51238696781",
            "C816417ST77",
            "D417MLM8164",
            "12X-SAK-N------6",
            "12XBKW-HANDEL--X",
            "11XENBW-V------O",
        ] {
            assert_eq!(check_digit_fits(code), Some(true), "{code}");
        }
        for code in ["41373559242", "11XUENBSOLS----X", "C816417ST78"] {
            assert_eq!(check_digit_fits(code), Some(false), "{code}");
        }
    }

    #[test]
    fn forms_are_told_apart() {
        assert_eq!(
            form("DE0001231011500000000000000012345"),
            Form::MeteringLocation
        );
        assert_eq!(
            form("CH1022201234500000000000000022079"),
            Form::ForeignMeteringPoint
        );
        assert_eq!(form("01373559241"), Form::Other);
        assert_eq!(form("W14"), Form::Other);
        assert_eq!(check_digit_fits("DE0001231011500000000000000012345"), None);
    }
}
