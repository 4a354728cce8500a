//! Numbers as a language writes them: `1.234,5` and `1,234.5`.

use fluent_bundle::FluentValue;

use crate::text::{Language, Text};

impl Text {
    /// An exact decimal `mantissa / 10^scale`, every digit kept.
    pub fn decimal(&self, mantissa: i128, scale: u8) -> String {
        let digits = mantissa.unsigned_abs().to_string();
        let scale = usize::from(scale);
        let padded = format!("{digits:0>width$}", width = scale + 1);
        let (whole, fraction) = padded.split_at(padded.len() - scale);
        written(mantissa < 0, whole, fraction, self.language())
    }

    /// A number, rounded to so many digits behind the mark.
    pub fn rounded(&self, number: f64, decimals: usize) -> String {
        let shown = format!("{:.decimals$}", number.abs());
        let (whole, fraction) = shown.split_once('.').unwrap_or((&shown, ""));
        let is_zero = shown.bytes().all(|byte| matches!(byte, b'0' | b'.'));
        written(number < 0.0 && !is_zero, whole, fraction, self.language())
    }

    /// A count.
    pub fn count(&self, count: u64) -> String {
        written(false, &count.to_string(), "", self.language())
    }

    /// A number of bytes, in the largest unit that leaves a whole number.
    pub fn bytes(&self, bytes: u64) -> String {
        let (mut unit, mut shift) = ("B", 0);
        for larger in ["KiB", "MiB", "GiB", "TiB"] {
            if bytes >> shift >= 1024 {
                (unit, shift) = (larger, shift + 10);
            }
        }
        let tenths = if shift == 0 {
            0
        } else {
            (bytes >> (shift - 10)) % 1024 * 10 / 1024
        };
        let whole = (bytes >> shift).to_string();
        let fraction = if shift == 0 {
            String::new()
        } else {
            tenths.to_string()
        };
        let number = written(false, &whole, &fraction, self.language());
        with_unit(&number, unit)
    }

    /// Thousandths of a whole in percent: `99,9`; `100` for the whole.
    pub fn permille_as_percent(&self, permille: u16) -> String {
        match permille {
            1000 => self.count(100),
            part => self.decimal(part.into(), 1),
        }
    }
}

/// At most so many characters of a text from a stranger: control characters are shown as blanks,
/// and what is cut off as `…`.
pub fn shorten(text: &str, characters: usize) -> String {
    let mut shown: String = text
        .chars()
        .take(characters)
        .map(|character| {
            if character.is_control() {
                ' '
            } else {
                character
            }
        })
        .collect();
    if text.chars().nth(characters).is_some() {
        shown.push('…');
    }
    shown
}

/// A number and its unit, which no line end parts: `3,5 kWh`; the number alone if there is none.
pub fn with_unit(number: &str, unit: &str) -> String {
    if unit.is_empty() {
        number.to_owned()
    } else {
        format!("{number}\u{a0}{unit}")
    }
}

/// A whole number in a sentence; everything else is left as it is.
pub(super) fn in_sentence(value: &FluentValue<'_>, language: Language) -> Option<String> {
    match value {
        FluentValue::Number(number) => Some(written(
            number.value < 0.0,
            &format!("{:.0}", number.value.abs()),
            "",
            language,
        )),
        FluentValue::String(_)
        | FluentValue::Custom(_)
        | FluentValue::None
        | FluentValue::Error => None,
    }
}

fn written(is_negative: bool, whole: &str, fraction: &str, language: Language) -> String {
    let (group, mark) = match language {
        Language::De => ('.', ','),
        Language::En => (',', '.'),
    };
    let mut shown = String::with_capacity(whole.len() * 2 + fraction.len());
    if is_negative {
        shown.push('−');
    }
    for (at, digit) in whole.chars().enumerate() {
        if at > 0 && (whole.len() - at).is_multiple_of(3) {
            shown.push(group);
        }
        shown.push(digit);
    }
    if !fraction.is_empty() {
        shown.push(mark);
        shown.push_str(fraction);
    }
    shown
}

#[cfg(test)]
mod tests {

    use super::*;

    fn german() -> Text {
        Text::new(Language::De)
    }

    fn english() -> Text {
        Text::new(Language::En)
    }

    #[test]
    fn a_decimal_keeps_its_digits_and_gets_its_marks() {
        assert_eq!(german().decimal(1_234_567_800, 3), "1.234.567,800");
        assert_eq!(english().decimal(1_234_567_800, 3), "1,234,567.800");
        assert_eq!(german().decimal(-5, 3), "−0,005");
        assert_eq!(german().decimal(0, 0), "0");
        assert_eq!(german().decimal(999, 0), "999");
        assert_eq!(
            german().decimal(i128::from(i64::MIN), 18),
            "−9,223372036854775808"
        );
    }

    #[test]
    fn a_rounded_zero_has_no_sign() {
        assert_eq!(german().rounded(-0.0004, 3), "0,000");
        assert_eq!(german().rounded(-1234.56, 1), "−1.234,6");
        assert_eq!(english().rounded(2.5, 2), "2.50");
    }

    #[test]
    fn bytes_are_shown_in_the_unit_that_a_person_would_take() {
        assert_eq!(german().bytes(1023), "1.023\u{a0}B");
        assert_eq!(german().bytes(1536), "1,5\u{a0}KiB");
        assert_eq!(english().bytes(5 << 30), "5.0\u{a0}GiB");
        assert_eq!(english().bytes(u64::MAX), "16,777,215.9\u{a0}TiB");
    }

    #[test]
    fn thousandths_are_shown_in_percent() {
        assert_eq!(german().permille_as_percent(999), "99,9");
        assert_eq!(english().permille_as_percent(5), "0.5");
        assert_eq!(german().permille_as_percent(1000), "100");
    }

    #[test]
    fn a_text_from_a_mail_is_cut_between_characters_and_loses_its_control_characters() {
        assert_eq!(shorten("Zählerstände", 4), "Zähl…");
        assert_eq!(shorten("Zähl", 4), "Zähl");
        assert_eq!(shorten("a\r\nb", 9), "a  b");
    }
}
