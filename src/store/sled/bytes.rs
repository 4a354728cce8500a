//! Numbers, words and texts as few bytes.
//! ```text
//! number = 7 bits a byte, the lowest first; the highest bit: more follow
//! signed = number, the sign in the lowest bit
//! slice  = length:number bytes
//! text   = slice
//! next   = shared:number rest:text         a text by the one before it: so many bytes are the same
//! word   = 0 text | number of the phrase + 1
//! ```

use crate::store::sled::phrases::Phrases;

/// Bytes that grow.
#[derive(Debug, Default)]
pub(super) struct Writer(Vec<u8>);

impl Writer {
    pub(super) fn finish(self) -> Vec<u8> {
        self.0
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    pub(super) fn byte(&mut self, byte: u8) {
        self.0.push(byte);
    }

    pub(super) fn bytes(&mut self, bytes: &[u8]) {
        self.0.extend_from_slice(bytes);
    }

    pub(super) fn number(&mut self, mut number: u64) {
        while number > LOW {
            self.0.push(low_bits(number) | MORE);
            number >>= BITS;
        }
        self.0.push(low_bits(number));
    }

    pub(super) fn length(&mut self, length: usize) {
        self.number(u64::try_from(length).unwrap_or(u64::MAX));
    }

    pub(super) fn signed(&mut self, number: i64) {
        self.number((number << 1 ^ number >> 63).cast_unsigned());
    }

    pub(super) fn slice(&mut self, slice: &[u8]) {
        self.length(slice.len());
        self.bytes(slice);
    }

    pub(super) fn text(&mut self, text: &str) {
        self.slice(text.as_bytes());
    }

    /// A text by another that is like it.
    pub(super) fn next_text(&mut self, before: &str, text: &str) {
        let shared = shared(before, text);
        self.length(shared);
        self.text(text.get(shared..).unwrap_or_default());
    }

    /// A text that stands often.
    pub(super) fn word(&mut self, text: &str, phrase: &mut dyn FnMut(&str) -> Option<u32>) {
        if let Some(number) = phrase(text) {
            self.number(u64::from(number) + 1);
        } else {
            self.number(0);
            self.text(text);
        }
    }
}

/// Bytes that are read; `None` where they are none of these.
#[derive(Debug)]
pub(super) struct Reader<'a> {
    rest: &'a [u8],
    phrases: Option<&'a Phrases>,
}

impl<'a> Reader<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self {
            rest: bytes,
            phrases: None,
        }
    }

    /// Reads words by these phrases.
    pub(super) fn with(self, phrases: &'a Phrases) -> Self {
        Self {
            phrases: Some(phrases),
            ..self
        }
    }

    pub(super) fn is_at_end(&self) -> bool {
        self.rest.is_empty()
    }

    /// How many bytes are left.
    pub(super) fn rest(&self) -> usize {
        self.rest.len()
    }

    pub(super) fn byte(&mut self) -> Option<u8> {
        let (byte, rest) = self.rest.split_first()?;
        self.rest = rest;
        Some(*byte)
    }

    pub(super) fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (array, rest) = self.rest.split_first_chunk()?;
        self.rest = rest;
        Some(*array)
    }

    pub(super) fn number(&mut self) -> Option<u64> {
        let mut number = 0;
        for shift in (0..u64::BITS).step_by(BITS) {
            let byte = self.byte()?;
            number |= u64::from(byte & !MORE) << shift;
            if byte & MORE == 0 {
                return Some(number);
            }
        }
        None
    }

    pub(super) fn small(&mut self) -> Option<u32> {
        self.number()?.try_into().ok()
    }

    /// How many things follow, each of which takes a byte at least.
    pub(super) fn count(&mut self) -> Option<usize> {
        let count = usize::try_from(self.number()?).ok()?;
        (count <= self.rest.len()).then_some(count)
    }

    pub(super) fn signed(&mut self) -> Option<i64> {
        let folded = self.number()?;
        Some((folded >> 1).cast_signed() ^ -(folded & 1).cast_signed())
    }

    pub(super) fn slice(&mut self) -> Option<&'a [u8]> {
        let length = usize::try_from(self.number()?).ok()?;
        let (slice, rest) = self.rest.split_at_checked(length)?;
        self.rest = rest;
        Some(slice)
    }

    pub(super) fn text(&mut self) -> Option<&'a str> {
        std::str::from_utf8(self.slice()?).ok()
    }

    pub(super) fn next_text(&mut self, before: &str) -> Option<String> {
        let shared = usize::try_from(self.number()?).ok()?;
        let mut text = before.get(..shared)?.to_owned();
        text.push_str(self.text()?);
        Some(text)
    }

    pub(super) fn word(&mut self) -> Option<&'a str> {
        match self.number()?.checked_sub(1) {
            None => self.text(),
            Some(number) => self.phrases?.text(u32::try_from(number).ok()?),
        }
    }
}

/// The text that follows when the number at the end is one more: `M00041` to `M00042`, `9` to `10`.
pub(super) fn successor(text: &str) -> Option<String> {
    let head = text.trim_end_matches(|char: char| char.is_ascii_digit());
    let digits = text.get(head.len()..)?;
    let next = digits.parse::<u64>().ok()?.checked_add(1)?;
    Some(format!("{head}{next:0width$}", width = digits.len()))
}

/// How many bytes two texts have in common at their beginning, to the border of a character.
fn shared(one: &str, other: &str) -> usize {
    let pairs = one.char_indices().zip(other.chars());
    let mut same = pairs.take_while(|((_, a), b)| a == b);
    same.by_ref()
        .last()
        .map_or(0, |((at, last), _)| at + last.len_utf8())
}

fn low_bits(number: u64) -> u8 {
    (number & LOW).to_le_bytes()[0]
}

const BITS: usize = 7;
const LOW: u64 = 0x7F;
const MORE: u8 = 0x80;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn everything_is_read_as_it_was_written(number: u64, signed: i64, before: String, text: String) {
            let mut out = Writer::default();
            out.number(number);
            out.signed(signed);
            out.next_text(&before, &text);
            out.word(&text, &mut |_| None);
            let bytes = out.finish();
            let phrases = Phrases::default();
            let mut input = Reader::new(&bytes).with(&phrases);
            prop_assert_eq!(input.number(), Some(number));
            prop_assert_eq!(input.signed(), Some(signed));
            prop_assert_eq!(input.next_text(&before), Some(text.clone()));
            prop_assert_eq!(input.word(), Some(text.as_str()));
            prop_assert!(input.is_at_end());
        }
    }

    #[test]
    fn numbers_at_the_end_go_on() {
        for (text, next) in [
            ("9", Some("10")),
            ("M00041", Some("M00042")),
            ("M99", Some("M100")),
            ("M", None),
            ("", None),
            ("18446744073709551615", None),
        ] {
            assert_eq!(successor(text).as_deref(), next, "{text}");
        }
    }
}
