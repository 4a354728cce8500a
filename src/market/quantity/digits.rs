//! Numbers as they stand in a value (QTY), eight bytes at once.

use crate::market::quantity::Decimal;

/// What ends a number.
#[derive(Clone, Copy, Eq, PartialEq)]
pub(crate) struct Stop {
    repeated: u64,
}

impl Stop {
    pub(crate) fn at(byte: u8) -> Self {
        Self {
            repeated: repeated(byte),
        }
    }

    /// How many bytes stand before it, if a number can be so long.
    #[inline]
    pub(crate) fn length(self, text: &[u8]) -> Option<usize> {
        let word = text.first_chunk().map(|bytes| u64::from_le_bytes(*bytes));
        match word.and_then(|word| first_zero(word ^ self.repeated)) {
            Some(length) => usize::try_from(length).ok(),
            None => self.long_length(text),
        }
    }

    #[cold]
    fn long_length(self, text: &[u8]) -> Option<usize> {
        let [stop, ..] = self.repeated.to_le_bytes();
        text.iter().take(MAX_BYTES).position(|byte| *byte == stop)
    }
}

/// Reads the number at the beginning of a text. `None` if it is not canonical, as
/// [`Decimal::parse`] has it.
#[expect(
    clippy::inline_always,
    reason = "a call costs a fifth of reading a number"
)]
#[inline(always)]
pub(crate) fn number(text: &[u8], length: usize) -> Option<Decimal> {
    match text.first_chunk() {
        Some(bytes) if length < 8 => short(u64::from_le_bytes(*bytes), length),
        Some(_) | None => None,
    }
    .or_else(|| long(text, length))
}

/// A number of at most seven characters without a sign. The first one is the lowest byte.
#[inline]
fn short(word: u64, length: usize) -> Option<Decimal> {
    let length = u32::try_from(length).ok()?;
    let text = word & below(length);
    // `.` and `,` differ in this one bit.
    let mark = first_zero(text & !repeated(b'.' ^ b',') ^ repeated(b'.' & b','));
    let (digits, count, scale) = match mark {
        None => (text, length, 0),
        Some(mark) => {
            let behind = (text >> 8) & !below(mark);
            (text & below(mark) | behind, length - 1, length - 1 - mark)
        }
    };
    let whole = count - scale;
    let has_needless_zero = whole > 1 && text & 0xFF == u64::from(b'0');
    if whole == 0 || has_needless_zero || (mark.is_some() && scale == 0) {
        return None;
    }
    let unused = 64 - 8 * count;
    let mantissa = eight_digits(digits << unused | repeated(b'0') & below(8 - count))?;
    Decimal::new(i64::from(mantissa), u8::try_from(scale).ok()?)
}

/// Any other number.
#[cold]
fn long(text: &[u8], length: usize) -> Option<Decimal> {
    Decimal::parse(text.get(..length)?)
}

/// Eight digits to their number; the first one is the lowest byte.
#[inline]
fn eight_digits(text: u64) -> Option<u32> {
    let digits = text ^ repeated(b'0');
    // A byte over 9 sets its highest bit, or has it set.
    if (digits | digits.wrapping_add(repeated(0x7F - 9))) & repeated(0x80) != 0 {
        return None;
    }
    // Pairs, in each second byte; then fours and the eight at once.
    let pairs = digits * 10 + (digits >> 8);
    let (odd, even) = (pairs & 0xFF_0000_00FF, pairs >> 16 & 0xFF_0000_00FF);
    let high = odd.wrapping_mul(100 + (1_000_000 << 32));
    let low = even.wrapping_mul(1 + (10_000 << 32));
    u32::try_from(high.wrapping_add(low) >> 32).ok()
}

/// The place of the first byte that is zero.
#[inline]
fn first_zero(word: u64) -> Option<u32> {
    // Exact for the lowest byte that is zero; those above it are not asked for.
    let zeros = word.wrapping_sub(repeated(1)) & !word & repeated(0x80);
    (zeros != 0).then(|| zeros.trailing_zeros() / 8)
}

/// All bits of the first `count` bytes, of at most seven.
const fn below(count: u32) -> u64 {
    (1 << (8 * count)) - 1
}

const fn repeated(byte: u8) -> u64 {
    u64::from_le_bytes([byte; 8])
}

/// Sign, mark, a zero before it, and eighteen digits.
const MAX_BYTES: usize = 24;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn as_decimal_has_it(digits: &str, behind: &str) {
        let text = format!("{digits}'{behind}");
        let expected = Decimal::parse(digits.as_bytes()).map(|number| (number, digits.len()));
        let length = Stop::at(b'\'').length(text.as_bytes());
        let found = length.and_then(|length| Some((number(text.as_bytes(), length)?, length)));
        assert_eq!(found, expected, "{digits}");
    }

    #[test]
    fn what_is_not_canonical_is_none() {
        for digits in [
            "",
            "0",
            "7",
            "07",
            "0.7",
            "00.7",
            "1.",
            ".1",
            ".",
            "1.2.3",
            "1,2",
            "-1",
            "-0",
            "+1",
            "1234567",
            "12345678",
            "1234.567",
            "12a",
            "/",
            ":",
            "1234567890.12345678",
            "\u{e4}",
        ] {
            as_decimal_has_it(digits, "DTM+163:");
            as_decimal_has_it(digits, "");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2_000))]

        #[test]
        fn numbers_are_read_as_decimals(digits in "-?[0-9]{0,9}[,.]?[0-9]{0,4}", behind in "[0-9'.+]{0,9}") {
            as_decimal_has_it(&digits, &behind);
        }

        #[test]
        fn anything_is_read_as_a_decimal_or_not(digits in "[0-9,.+:/a -]{0,12}", behind in "[0-9'.+]{0,9}") {
            as_decimal_has_it(&digits, &behind);
        }
    }
}
