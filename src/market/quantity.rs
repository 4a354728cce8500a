//! Exact decimals, as they were received.

pub(crate) mod digits;

use std::fmt;

/// An exact decimal: `mantissa / 10^scale`.
///
/// Trailing zeros are kept, since `20.800` and `20.8` are different words of a sender:
/// `20.800` is mantissa 20800, scale 3.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct Decimal {
    mantissa: i64,
    scale: u8,
}

impl Decimal {
    /// Most digits behind the mark that are held; 10^18 fits an `i64`.
    pub const MAX_SCALE: u8 = 18;

    /// `mantissa / 10^scale`; `None` if `scale` is over [`Self::MAX_SCALE`].
    pub const fn new(mantissa: i64, scale: u8) -> Option<Self> {
        if scale > Self::MAX_SCALE {
            None
        } else {
            Some(Self { mantissa, scale })
        }
    }

    /// Whether it is less than another; `2.50` and `2.5` are neither.
    pub fn is_less(self, other: Self) -> bool {
        // 19 digits shifted by at most 18: fits an i128.
        let common = self.scale.max(other.scale);
        let scaled =
            |value: Self| i128::from(value.mantissa) * 10_i128.pow(u32::from(common - value.scale));
        scaled(self) < scaled(other)
    }

    /// The number without its mark.
    pub const fn mantissa(self) -> i64 {
        self.mantissa
    }

    /// Digits behind the mark.
    pub const fn scale(self) -> u8 {
        self.scale
    }

    /// Reads a number in its canonical form, `.` or `,` as mark: an optional `-`, digits without a
    /// needless leading zero, and optionally a mark followed by digits.
    ///
    /// `None` for everything that would not print again exactly as it was received (`+5`, `007`,
    /// `.5`, `1.`, `-0`, more than 18 digits), so that nothing is silently rewritten.
    pub fn parse(text: &[u8]) -> Option<Self> {
        let (is_negative, digits) = match text {
            [b'-', rest @ ..] => (true, rest),
            _ => (false, text),
        };
        let (whole, fraction) = at_mark(digits);
        let is_canonical = !matches!((whole, fraction), ([] | [b'0', _, ..], _) | (_, Some([])));
        let number = is_canonical.then(|| Self::of_digits(is_negative, whole, fraction))??;
        // `-0` would print as `0`.
        (!is_negative || number.mantissa != 0).then_some(number)
    }

    /// Reads any number that a sender may mean, canonical or not (`+5`, `007`, `,5`, `1.`): the
    /// same value, canonically written. `None` if it is no number or has over 18 digits.
    pub fn parse_lenient(text: &[u8]) -> Option<Self> {
        let text = text.trim_ascii();
        let (is_negative, digits) = match text {
            [b'-', rest @ ..] => (true, rest),
            [b'+', rest @ ..] => (false, rest),
            _ => (false, text),
        };
        let (whole, fraction) = at_mark(digits);
        if whole.is_empty() && fraction.is_none_or(<[u8]>::is_empty) {
            return None;
        }
        let zeros = whole.iter().take_while(|&&digit| digit == b'0').count();
        Self::of_digits(is_negative, whole.get(zeros..)?, fraction)
    }

    fn of_digits(is_negative: bool, whole: &[u8], fraction: Option<&[u8]>) -> Option<Self> {
        let fraction = fraction.unwrap_or_default();
        let digits = fraction.len() + if whole == b"0" { 0 } else { whole.len() };
        if digits > usize::from(Self::MAX_SCALE) {
            return None;
        }
        let mut mantissa = 0_i64;
        for &digit in whole.iter().chain(fraction) {
            if !digit.is_ascii_digit() {
                return None;
            }
            mantissa = mantissa * 10 + i64::from(digit - b'0');
        }
        let mantissa = if is_negative { -mantissa } else { mantissa };
        Self::new(mantissa, u8::try_from(fraction.len()).ok()?)
    }
}

/// The digits before the decimal mark and behind it. `.` and `,` are both read, whatever UNA says.
fn at_mark(digits: &[u8]) -> (&[u8], Option<&[u8]>) {
    match digits.iter().position(|byte| matches!(byte, b'.' | b',')) {
        Some(mark) => (
            digits.get(..mark).unwrap_or_default(),
            digits.get(mark + 1..),
        ),
        None => (digits, None),
    }
}

impl fmt::Display for Decimal {
    /// Prints the digits exactly as received, with `.` as the mark.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.scale == 0 {
            return write!(f, "{}", self.mantissa);
        }
        let sign = if self.mantissa < 0 { "-" } else { "" };
        let one = 10_u64.pow(self.scale.into());
        let (whole, fraction) = (
            self.mantissa.unsigned_abs() / one,
            self.mantissa.unsigned_abs() % one,
        );
        write!(
            f,
            "{sign}{whole}.{fraction:0width$}",
            width = self.scale.into()
        )
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn digits_are_kept_as_received() {
        for text in [
            "0",
            "2.146",
            "20.800",
            "-0.5",
            "0.0",
            "123456789012345678",
            "0.000000000000000001",
        ] {
            assert_eq!(Decimal::parse(text.as_bytes()).unwrap().to_string(), text);
        }
        assert_eq!(Decimal::parse(b"2,146").unwrap().to_string(), "2.146");
    }

    #[test]
    fn what_would_not_print_again_is_not_canonical() {
        for text in [
            "",
            "-",
            "+5",
            "007",
            ".5",
            "1.",
            "-0",
            "-0.0",
            "1.2.3",
            "1e5",
            "1234567890123456789",
            "5 ",
        ] {
            assert_eq!(Decimal::parse(text.as_bytes()), None, "{text}");
        }
    }

    #[test]
    fn what_a_sender_means_is_read_all_the_same() {
        for (text, value) in [
            ("+5", "5"),
            ("007,50", "7.50"),
            (",5", "0.5"),
            ("1.", "1"),
            ("-0", "0"),
            (" 3 ", "3"),
        ] {
            assert_eq!(
                Decimal::parse_lenient(text.as_bytes()).unwrap().to_string(),
                value,
                "{text}"
            );
        }
        for text in ["", ".", "-", "1e5", "abc", "1.2.3"] {
            assert_eq!(Decimal::parse_lenient(text.as_bytes()), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn every_decimal_is_read_as_it_prints(mantissa in -999_999_999_999_999_999_i64..=999_999_999_999_999_999, scale in 0_u8..=17) {
            let decimal = Decimal::new(mantissa, scale).unwrap();
            prop_assert_eq!(Decimal::parse(decimal.to_string().as_bytes()), Some(decimal));
        }
    }
}
