//! Bytes to text, by the charset that UNB 0001 names.

use std::borrow::Cow;
use std::fmt;

use encoding_rs::Encoding;

/// A charset of ISO 9735 (UNB S001, data element 0001).
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Charset {
    /// UNOA, UNOB: subsets of ASCII.
    Ascii,
    /// UNOC: ISO 8859-1, the only one that the German market allows.
    Latin1,
    /// UNOK: ISO 8859-9, which is 8859-1 with six Turkish letters.
    Latin5,
    /// UNOD to UNOJ: other parts of ISO 8859.
    Other(&'static Encoding),
    /// UNOW, UNOY: UTF-8.
    Utf8,
}

impl Charset {
    /// The charset with this code; `None` if it is not known.
    pub fn from_code(code: &[u8]) -> Option<Self> {
        Some(match code {
            b"UNOA" | b"UNOB" => Self::Ascii,
            b"UNOC" => Self::Latin1,
            b"UNOD" => Self::Other(encoding_rs::ISO_8859_2),
            b"UNOE" => Self::Other(encoding_rs::ISO_8859_5),
            b"UNOF" => Self::Other(encoding_rs::ISO_8859_7),
            b"UNOG" => Self::Other(encoding_rs::ISO_8859_3),
            b"UNOH" => Self::Other(encoding_rs::ISO_8859_4),
            b"UNOI" => Self::Other(encoding_rs::ISO_8859_6),
            b"UNOJ" => Self::Other(encoding_rs::ISO_8859_8),
            b"UNOK" => Self::Latin5,
            b"UNOW" | b"UNOY" => Self::Utf8,
            _ => return None,
        })
    }

    /// Whether the charset has all of these bytes: what it has not, [`Self::decode`] replaces.
    pub fn has(self, bytes: &[u8]) -> bool {
        match self {
            Self::Latin1 | Self::Latin5 => true,
            Self::Ascii => bytes.is_ascii(),
            Self::Other(encoding) => {
                let decoded = encoding.decode_without_bom_handling_and_without_replacement(bytes);
                decoded.is_some()
            }
            Self::Utf8 => std::str::from_utf8(bytes).is_ok(),
        }
    }

    /// As [`Self::decode`], without a copy where none is needed.
    pub fn decode_borrowed<'t>(self, bytes: &Cow<'t, [u8]>) -> Cow<'t, str> {
        let borrowed = match bytes {
            Cow::Borrowed(bytes) => ascii(bytes),
            Cow::Owned(_) => None,
        };
        borrowed.map_or_else(|| self.decode(bytes).into(), Cow::Borrowed)
    }

    /// Decodes; what the charset does not have becomes U+FFFD.
    pub fn decode(self, bytes: &[u8]) -> String {
        if let Some(text) = ascii(bytes) {
            return text.to_owned();
        }
        match self {
            Self::Ascii => bytes
                .iter()
                .map(|&byte| {
                    if byte.is_ascii() {
                        char::from(byte)
                    } else {
                        char::REPLACEMENT_CHARACTER
                    }
                })
                .collect(),
            Self::Latin1 => bytes.iter().copied().map(char::from).collect(),
            Self::Latin5 => bytes.iter().copied().map(latin5).collect(),
            Self::Other(encoding) => encoding.decode_without_bom_handling(bytes).0.into_owned(),
            Self::Utf8 => String::from_utf8_lossy(bytes).into_owned(),
        }
    }
}

/// ASCII is the same in all of them, and nearly everything is ASCII.
fn ascii(bytes: &[u8]) -> Option<&str> {
    str::from_utf8(bytes).ok().filter(|text| text.is_ascii())
}

impl fmt::Display for Charset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Ascii => "ASCII",
            Self::Latin1 => "ISO-8859-1",
            Self::Latin5 => "ISO-8859-9",
            Self::Other(encoding) => encoding.name(),
            Self::Utf8 => "UTF-8",
        })
    }
}

/// ISO 8859-9 differs from 8859-1 in these six places.
fn latin5(byte: u8) -> char {
    match byte {
        0xD0 => 'Ğ',
        0xDD => 'İ',
        0xDE => 'Ş',
        0xF0 => 'ğ',
        0xFD => 'ı',
        0xFE => 'ş',
        _ => char::from(byte),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unoc_is_true_latin_1() {
        let charset = Charset::from_code(b"UNOC").unwrap();
        assert_eq!(charset.decode(b"Z\xE4hler \x80"), "Zähler \u{80}");
    }

    #[test]
    fn each_charset_reads_its_own_letters() {
        let read = |code: &[u8], bytes: &[u8]| Charset::from_code(code).unwrap().decode(bytes);
        assert_eq!(read(b"UNOA", b"a\xE4"), "a\u{FFFD}");
        assert_eq!(read(b"UNOD", b"\xB1"), "ą");
        assert_eq!(read(b"UNOE", b"\xD0"), "а");
        assert_eq!(read(b"UNOF", b"\xE1"), "α");
        assert_eq!(read(b"UNOK", b"\xDE\xE4"), "Şä");
        assert_eq!(read(b"UNOW", "ß\u{20AC}".as_bytes()), "ß€");
        assert_eq!(read(b"UNOY", b"\xFF"), "\u{FFFD}");
        assert_eq!(Charset::from_code(b"UNOX"), None);
    }

    #[test]
    fn what_is_replaced_is_what_the_charset_does_not_have() {
        let codes = [
            b"UNOA", b"UNOC", b"UNOD", b"UNOF", b"UNOG", b"UNOI", b"UNOJ", b"UNOK", b"UNOW",
        ];
        for code in codes {
            let charset = Charset::from_code(code).unwrap();
            for byte in 0..=255 {
                let is_replaced = charset
                    .decode(&[byte])
                    .contains(char::REPLACEMENT_CHARACTER);
                assert_eq!(charset.has(&[byte]), !is_replaced, "{charset:?} {byte:#x}");
            }
        }
        assert!(Charset::Utf8.has("ß".as_bytes()));
    }
}
