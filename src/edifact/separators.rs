//! The service characters of an interchange (UNA), and how they cut a text into parts.

use std::borrow::Cow;

use memchr::memchr;

/// The service characters of an interchange (ISO 9735, UNA): six bytes behind the tag.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Separators {
    /// Between two components.
    pub component: u8,
    /// Between two elements.
    pub element: u8,
    /// The decimal mark that UNA announces. Both `.` and `,` are read whatever it says.
    pub decimal: u8,
    /// What follows it is data; `None` if UNA has a blank there.
    pub release: Option<u8>,
    /// Ends a segment.
    pub terminator: u8,
}

/// Six bytes behind `UNA` that cannot all be service characters: letters, digits, blanks, the minus
/// sign (a number below zero could not be told from a released digit), one of them twice, or a
/// line end other than as the terminator.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct BadUna {
    /// What is used instead.
    pub used: Separators,
    /// What is wrong, and what is used instead. For people.
    pub detail: String,
}

impl Separators {
    /// What holds where there is no UNA (syntax level A and B): `:+.? '`.
    pub const DEFAULT: Self = Self {
        component: b':',
        element: b'+',
        decimal: b'.',
        release: Some(b'?'),
        terminator: b'\'',
    };

    /// The six bytes behind `UNA`: component, element, decimal mark, release, reserved, terminator.
    ///
    /// The reserved place is a blank in syntax 3; in syntax 4 it is the repetition character, which
    /// MSCONS does not use: it stays data.
    ///
    /// # Errors
    /// [`BadUna`], if these cannot all be service characters.
    pub fn from_una(bytes: [u8; 6]) -> Result<Self, BadUna> {
        let [component, element, decimal, release, _, terminator] = bytes;
        let stated = Self {
            component,
            element,
            decimal,
            release: (release != b' ').then_some(release),
            terminator,
        };
        if let Some(fault) = stated.fault() {
            return Err(BadUna {
                used: Self::DEFAULT,
                detail: format!("UNA names {fault}; the usual \":+.? '\" are used"),
            });
        }
        let is_taken = [component, element, release, terminator].contains(&decimal);
        if is_taken || !matches!(decimal, b'.' | b',') {
            let shown = decimal.escape_ascii();
            return Err(BadUna {
                used: Self {
                    decimal: Self::DEFAULT.decimal,
                    ..stated
                },
                detail: format!("UNA names \"{shown}\" as decimal mark; \".\" and \",\" are read"),
            });
        }
        Ok(stated)
    }

    /// Which of the characters that cut a text cannot be one, and why.
    fn fault(self) -> Option<String> {
        let places = [
            ("component separator", Some(self.component)),
            ("element separator", Some(self.element)),
            ("release character", self.release),
            ("terminator", Some(self.terminator)),
        ];
        places.iter().enumerate().find_map(|(n, (name, byte))| {
            let byte = (*byte)?;
            let twin = places.iter().take(n).find(|place| place.1 == Some(byte));
            let is_line_end = matches!(byte, b'\r' | b'\n');
            let can_separate = match byte {
                b'\r' | b'\n' => *name == "terminator",
                b'\t' | 0 | b'-' => false,
                _ => byte.is_ascii_punctuation() || byte.is_ascii_control(),
            };
            let shown = byte.escape_ascii();
            match twin {
                Some((twin, _)) => Some(format!("\"{shown}\" as {twin} and as {name}")),
                None if can_separate => None,
                None if is_line_end => Some(format!("a line end as {name}")),
                None if byte.is_ascii_alphanumeric() => {
                    Some(format!("\"{shown}\" as {name}, a letter or digit"))
                }
                None => Some(format!("\"{shown}\" as {name}")),
            }
        })
    }

    /// Whether the byte is a line end that is dropped: CR and LF are never data (senders and mail
    /// put them in anywhere), unless one of them is the terminator.
    pub fn drops(&self, byte: u8) -> bool {
        matches!(byte, b'\r' | b'\n') && byte != self.terminator
    }

    /// The elements of a segment's text, the tag first; still escaped.
    pub fn elements<'t>(&self, text: &'t [u8]) -> Parts<'t> {
        self.parts(text, self.element)
    }

    /// The components of an element, still escaped.
    pub fn components<'t>(&self, element: &'t [u8]) -> Parts<'t> {
        self.parts(element, self.component)
    }

    /// The parts between separators that no release character makes data; still escaped.
    pub fn parts<'t>(&self, text: &'t [u8], separator: u8) -> Parts<'t> {
        Parts {
            rest: Some(text),
            separator,
            release: self.release,
        }
    }

    /// Part `n` of [`Self::parts`], found eight bytes at once as far as nothing is released.
    pub fn nth_part<'t>(&self, text: &'t [u8], separator: u8, n: usize) -> Option<&'t [u8]> {
        let place = |text, n| self.nth_place(text, separator, n);
        let rest = match n.checked_sub(1).map(|before| place(text, before)) {
            None => text,
            Some(Place::At(at)) => text.get(at + 1..)?,
            Some(Place::Nowhere) => return None,
            Some(Place::Unknown) => return self.parts(text, separator).nth(n),
        };
        match place(rest, 0) {
            Place::At(end) => rest.get(..end),
            Place::Nowhere => Some(rest),
            Place::Unknown => self.parts(rest, separator).next(),
        }
    }

    fn nth_place(self, text: &[u8], separator: u8, n: usize) -> Place {
        let release = self.release.unwrap_or(u8::MAX);
        let (mut at, mut left) = (0, n);
        while at < text.len() {
            let word = eight_bytes(text, at);
            if zeros(word ^ repeated(release)) != 0 {
                return Place::Unknown;
            }
            let mut found = zeros(word ^ repeated(separator));
            // The sum of all bytes is in the highest one.
            let count = ((found >> 7).wrapping_mul(repeated(1)) >> 56) as usize;
            if left < count {
                for _ in 0..left {
                    found &= found - 1;
                }
                return Place::At(at + found.trailing_zeros() as usize / 8);
            }
            left -= count;
            at += 8;
        }
        Place::Nowhere
    }

    /// Removes the release characters: `?X` is `X`. One at the very end stays.
    pub fn unescape<'t>(&self, text: &'t [u8]) -> Cow<'t, [u8]> {
        let Some(release) = self.release else {
            return Cow::Borrowed(text);
        };
        if memchr(release, text).is_none() {
            return Cow::Borrowed(text);
        }
        let mut plain = Vec::with_capacity(text.len());
        let mut bytes = text.iter().copied();
        while let Some(byte) = bytes.next() {
            plain.push(if byte == release {
                bytes.next().unwrap_or(release)
            } else {
                byte
            });
        }
        Cow::Owned(plain)
    }
}

/// Where a separator stands.
enum Place {
    At(usize),
    Nowhere,
    /// A release character stands before it, or close behind.
    Unknown,
}

/// The bytes from here on, the first one the lowest; zeros behind the end.
fn eight_bytes(text: &[u8], at: usize) -> u64 {
    let mut rest = text.get(at..).unwrap_or_default();
    if let Some(eight) = rest.first_chunk() {
        return u64::from_le_bytes(*eight);
    }
    let (mut word, mut bits) = (0, 0);
    if let Some((four, behind)) = rest.split_first_chunk() {
        (word, bits, rest) = (u64::from(u32::from_le_bytes(*four)), 32, behind);
    }
    for byte in rest {
        word |= u64::from(*byte) << bits;
        bits += 8;
    }
    word
}

/// The highest bit of each byte that is zero.
const fn zeros(word: u64) -> u64 {
    const LOW: u64 = repeated(0x7F);
    !((word & LOW).wrapping_add(LOW) | word | LOW)
}

const fn repeated(byte: u8) -> u64 {
    u64::from_le_bytes([byte; 8])
}

/// The parts of a text between separators, still escaped.
#[derive(Clone, Debug)]
pub struct Parts<'t> {
    rest: Option<&'t [u8]>,
    separator: u8,
    release: Option<u8>,
}

impl<'t> Iterator for Parts<'t> {
    type Item = &'t [u8];

    fn next(&mut self) -> Option<&'t [u8]> {
        let text = self.rest?;
        let mut at = 0;
        while let Some(&byte) = text.get(at) {
            if Some(byte) == self.release {
                at += 2;
            } else if byte == self.separator {
                self.rest = text.get(at + 1..);
                return text.get(..at);
            } else {
                at += 1;
            }
        }
        self.rest = None;
        Some(text)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn each_part_is_found_by_its_number(text in "[a+:?'+ÿ]{0,40}", n in 0_usize..8) {
            for una in [*b":+.? '", *b":+.  '"] {
                let separators = Separators::from_una(una).unwrap();
                let text = text.as_bytes();
                let expected = separators.parts(text, b'+').nth(n);
                prop_assert_eq!(separators.nth_part(text, b'+', n), expected);
            }
        }
    }

    #[test]
    fn una_names_the_service_characters() {
        let german = Separators::from_una(*b":+,? '").unwrap();
        assert_eq!(german.decimal, b',');
        assert_eq!(german.release, Some(b'?'));
        assert_eq!(Separators::from_una(*b":+.? '"), Ok(Separators::DEFAULT));
        // Syntax 4: a repetition character in the reserved place.
        assert_eq!(Separators::from_una(*b":+.?*'"), Ok(Separators::DEFAULT));
        assert_eq!(Separators::from_una(*b":+.  '").unwrap().release, None);
        assert_eq!(
            Separators::from_una(*b"\x1f\x1d.? \x1c").unwrap().element,
            0x1D
        );
    }

    #[test]
    fn what_cannot_separate_is_named_and_the_usual_is_used() {
        for (una, fault) in [
            (b":1.? '", "\"1\" as element separator, a letter or digit"),
            (b":+.? X", "\"X\" as terminator, a letter or digit"),
            (
                b"::.? '",
                "\":\" as component separator and as element separator",
            ),
            (b":+.? :", "\":\" as component separator and as terminator"),
            (
                b":+.+ '",
                "\"+\" as element separator and as release character",
            ),
            (b":+.? ?", "\"?\" as release character and as terminator"),
            (b" +.? '", "\" \" as component separator"),
            (b"\n+.? '", "a line end as component separator"),
            (b":+.\n '", "a line end as release character"),
            (b":+.? \0", "\"\\x00\" as terminator"),
            (b":+.- '", "\"-\" as release character"),
            (b":+.\xA7 '", "\"\\xa7\" as release character"),
        ] {
            let bad = Separators::from_una(*una).unwrap_err();
            assert_eq!(bad.used, Separators::DEFAULT);
            let detail = format!("UNA names {fault}; the usual \":+.? '\" are used");
            assert_eq!(bad.detail, detail);
        }
    }

    #[test]
    fn a_decimal_mark_that_is_none_changes_nothing_else() {
        for una in [b";|x! ~", b";|;! ~", b";| ! ~"] {
            let bad = Separators::from_una(*una).unwrap_err();
            assert_eq!(Ok(bad.used), Separators::from_una(*b";|.! ~"));
            assert!(bad.detail.contains("as decimal mark"), "{}", bad.detail);
        }
    }

    #[test]
    fn a_released_separator_is_data() {
        let components: Vec<_> = Separators::DEFAULT
            .components(b"1-1?:1.29.0:S??:")
            .collect();
        assert_eq!(components, [&b"1-1?:1.29.0"[..], b"S??", b""]);
        assert_eq!(&*Separators::DEFAULT.unescape(b"1-1?:1??"), b"1-1:1?");
        assert_eq!(&*Separators::DEFAULT.unescape(b"end?"), b"end?");
    }
}
