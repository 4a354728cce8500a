//! Content transfer encodings (RFC 2045 §6), as they are and as broken senders write them.

use std::borrow::Cow;

use mail_parser::decoders::base64::base64_decode;

use crate::extract::sniff;

/// How a body is encoded for transport.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Encoding {
    /// `7bit`, `8bit`, `binary`, none, or a name that nobody knows: the bytes as they are.
    #[default]
    Identity,
    /// RFC 2045 §6.7.
    QuotedPrintable,
    /// RFC 2045 §6.8.
    Base64,
}

impl Encoding {
    /// The encoding of that name, in any case and with blanks around it.
    pub fn named(name: &str) -> Self {
        let name = name.trim();
        if name.eq_ignore_ascii_case("base64") {
            Self::Base64
        } else if name.eq_ignore_ascii_case("quoted-printable") {
            Self::QuotedPrintable
        } else {
            Self::Identity
        }
    }
}

/// The bytes that were encoded. No charset is looked at: text stays the bytes it was.
pub fn decode(encoding: Encoding, body: &[u8]) -> Cow<'_, [u8]> {
    match encoding {
        // Quirk: some senders announce base64 and send the file as it is.
        Encoding::Base64 if sniff::starts_as_edifact(body) => body.into(),
        Encoding::Base64 => base64(body).into(),
        Encoding::QuotedPrintable => quoted_printable(body).into(),
        Encoding::Identity if is_unlabelled_base64(body) => base64(body).into(),
        Encoding::Identity => body.into(),
    }
}

fn base64(body: &[u8]) -> Vec<u8> {
    if let Some(bytes) = base64_of_lines(body) {
        return bytes;
    }
    if let Some(bytes) = base64_decode(body) {
        return bytes;
    }
    // RFC 2045 §6.8: other characters are ignored, and `=` is the end: what a mailing list or
    // virus scanner adds behind it is not data.
    let digits = body.iter().take_while(|&&byte| byte != b'=');
    let mut bytes = Vec::with_capacity(body.len() / 4 * 3 + 3);
    let (mut bits, mut count) = (0_u32, 0_u32);
    for value in digits.filter_map(|&byte| base64_value(byte)) {
        bits = bits << 6 | u32::from(value);
        count += 6;
        if count >= 8 {
            count -= 8;
            bytes.push((bits >> count).to_le_bytes()[0]);
        }
    }
    bytes
}

/// Base64 as nearly everybody writes it: lines of digits, padded at the end. `None` for any other.
fn base64_of_lines(body: &[u8]) -> Option<Vec<u8>> {
    let mut rest = body.trim_ascii_end();
    let mut bytes = Vec::with_capacity(rest.len() / 4 * 3 + 3);
    let mut digits = Vec::with_capacity(2 * DIGITS_AT_ONCE);
    let mut width = 0;
    while !rest.is_empty() {
        // All lines but the last are of one length. Where one is not, and a line end is taken for a
        // digit, decoding fails.
        if rest.get(width) != Some(&b'\n') {
            width = memchr::memchr(b'\n', rest).unwrap_or(rest.len());
        }
        let (line, behind) = rest.split_at(width);
        let ([line @ .., b'\r'] | line) = line;
        match <&[u8; USUAL_LINE]>::try_from(line) {
            // Copied in a few steps, since the compiler knows how long it is.
            Ok(line) => {
                digits.extend_from_slice(line);
                append_whole(&mut digits, &mut bytes)?;
            }
            // It may be as long as the mail.
            Err(_) => {
                for piece in line.chunks(DIGITS_AT_ONCE) {
                    digits.extend_from_slice(piece);
                    append_whole(&mut digits, &mut bytes)?;
                }
            }
        }
        rest = behind.get(1..).unwrap_or_default();
    }
    append_base64(&digits, &mut bytes)?;
    Some(bytes)
}

/// Decodes whole groups of digits once there are enough of them.
fn append_whole(digits: &mut Vec<u8>, bytes: &mut Vec<u8>) -> Option<()> {
    if digits.len() >= DIGITS_AT_ONCE {
        let whole = digits.len() / 4 * 4;
        append_base64(digits.get(..whole)?, bytes)?;
        digits.drain(..whole);
    }
    Some(())
}

/// Decodes what follows. `None` if it cannot, or if what came before was the end: it was padded.
fn append_base64(digits: &[u8], bytes: &mut Vec<u8>) -> Option<()> {
    if digits.is_empty() {
        return Some(());
    }
    let is_open = bytes.len().is_multiple_of(3);
    is_open.then(|| base64_simd::STANDARD.decode_append(digits, bytes).ok())?
}

/// What is decoded at once: it stays in the fastest memory meanwhile.
const DIGITS_AT_ONCE: usize = 64 * USUAL_LINE;

/// Digits of a line as nearly everybody writes it: RFC 2045 §6.8 allows no more.
const USUAL_LINE: usize = 76;

fn base64_value(digit: u8) -> Option<u8> {
    Some(match digit {
        b'A'..=b'Z' => digit - b'A',
        b'a'..=b'z' => digit - b'a' + 26,
        b'0'..=b'9' => digit - b'0' + 52,
        b'+' => 62,
        b'/' => 63,
        _ => return None,
    })
}

/// Quirk: base64 whose header field was lost on the way. Known by how EDIFACT, zip and gzip begin
/// in base64, and by nothing else being in it.
fn is_unlabelled_base64(body: &[u8]) -> bool {
    let text = body.trim_ascii();
    UNLABELLED_STARTS
        .iter()
        .any(|start| text.starts_with(start))
        && text
            .iter()
            .all(|&byte| is_base64_digit(byte) || byte == b'=' || byte.is_ascii_whitespace())
}

fn is_base64_digit(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/')
}

/// Own decoder, since the one of the mail crate makes all line ends alike and gives up at a stray
/// `=`: here every byte counts, and RFC 2045 §6.7 advises to keep what is no code.
fn quoted_printable(body: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(body.len());
    for line in body.split_inclusive(|&byte| byte == b'\n') {
        let text = line.strip_suffix(b"\n").unwrap_or(line);
        let text = text.strip_suffix(b"\r").unwrap_or(text);
        let line_end = line.get(text.len()..).unwrap_or_default();
        // §6.7 (3): blanks at the end of a line came in transport.
        let text = trim_blanks_end(text);
        if let Some(text) = text.strip_suffix(b"=") {
            push_unquoted(&mut bytes, text); // §6.7 (5): a soft line break.
        } else {
            push_unquoted(&mut bytes, text);
            bytes.extend_from_slice(line_end);
        }
    }
    bytes
}

fn trim_blanks_end(mut text: &[u8]) -> &[u8] {
    while let [rest @ .., b' ' | b'\t'] = text {
        text = rest;
    }
    text
}

fn push_unquoted(bytes: &mut Vec<u8>, mut text: &[u8]) {
    while let Some(at) = memchr::memchr(b'=', text) {
        let (plain, code) = text.split_at(at);
        bytes.extend_from_slice(plain);
        if let [_, high, low, rest @ ..] = code
            && let (Some(high), Some(low)) = (hex_digit(*high), hex_digit(*low))
        {
            bytes.push(high << 4 | low);
            text = rest;
        } else {
            bytes.push(b'=');
            text = code.get(1..).unwrap_or_default();
        }
    }
    bytes.extend_from_slice(text);
}

fn hex_digit(byte: u8) -> Option<u8> {
    match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'A'..=b'F' => Some(byte - b'A' + 10),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        _ => None,
    }
}

/// `UNA`, `UNB`, zip's `PK\x03\x04` and gzip's magic number, in base64.
const UNLABELLED_STARTS: [&[u8]; 4] = [b"VU5B", b"VU5C", b"UEsDB", b"H4sI"];

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn decoded(encoding: Encoding, body: &[u8]) -> String {
        String::from_utf8_lossy(&decode(encoding, body)).into_owned()
    }

    #[test]
    fn digits_behind_padding_are_read_wherever_it_stands() {
        use base64::Engine as _;
        for lines in [1, 2, 63, 64, 65, 128] {
            let bytes = vec![7; lines * USUAL_LINE / 4 * 3 - 1];
            let digits = base64::engine::general_purpose::STANDARD.encode(&bytes);
            let mut body = String::new();
            for line in digits.as_bytes().chunks(USUAL_LINE) {
                body.extend([std::str::from_utf8(line).unwrap(), "\n"]);
            }
            body.push_str("QUJD\n");
            let expected = [&bytes[..], b"ABC"].concat();
            assert_eq!(base64(body.as_bytes()), expected, "{lines} lines");
        }
    }

    #[test]
    fn lines_of_any_length_are_decoded_in_pieces() {
        use base64::Engine as _;
        for count in [3_600, 3_648, 3_649, 3_700, 20_000] {
            let bytes: Vec<u8> = (0..=250).cycle().take(count).collect();
            let digits = base64::engine::general_purpose::STANDARD.encode(&bytes);
            for width in [75, DIGITS_AT_ONCE - 1, DIGITS_AT_ONCE + 1, digits.len()] {
                let lines = digits.as_bytes().chunks(width);
                let body = lines.collect::<Vec<_>>().join(&b"\r\n"[..]);
                assert!(base64_of_lines(&body).unwrap() == bytes, "{count} {width}");
            }
        }
    }

    #[test]
    fn encodings_are_known_in_any_case() {
        assert_eq!(Encoding::named(" Base64 "), Encoding::Base64);
        assert_eq!(
            Encoding::named("QUOTED-PRINTABLE"),
            Encoding::QuotedPrintable
        );
        assert_eq!(Encoding::named("8-bit"), Encoding::Identity);
    }

    #[test]
    fn base64_bears_line_ends_missing_padding_and_strange_characters() {
        for body in [
            "VU5CK1VO\r\nT0M6Mw==\r\n",
            "VU5CK1VOT0M6Mw",
            "VU5C-K1VO!\nT0M6Mw==",
        ] {
            assert_eq!(decoded(Encoding::Base64, body.as_bytes()), "UNB+UNOC:3");
        }
    }

    #[test]
    fn a_footer_behind_base64_is_not_data() {
        let body = b"VU5CK1VOT0M6Mw==\r\n-- \r\nDiese Mail wurde auf Viren untersucht.\r\n";
        assert_eq!(decoded(Encoding::Base64, body), "UNB+UNOC:3");
    }

    #[test]
    fn a_file_that_is_only_called_base64_is_taken_as_it_is() {
        let body = b"UNA:+.? 'UNB+UNOC:3+1+2'";
        assert_eq!(decode(Encoding::Base64, body), &body[..]);
    }

    #[test]
    fn base64_that_lost_its_name_is_known_by_how_it_begins() {
        assert_eq!(
            decoded(Encoding::Identity, b"\r\nVU5CK1VOT0M6Mw==\r\n"),
            "UNB+UNOC:3"
        );
        assert_eq!(
            decoded(Encoding::Identity, b"VU5CK1VOT0M6Mw== !"),
            "VU5CK1VOT0M6Mw== !"
        );
    }

    #[test]
    fn quoted_printable_keeps_every_byte_that_was_sent() {
        let body = b"UNB+UNOC:3+M=FCller+=\r\n2'  \r\nA=3d=3DB\nC=";
        assert_eq!(
            decode(Encoding::QuotedPrintable, body),
            &b"UNB+UNOC:3+M\xFCller+2'\r\nA==B\nC"[..]
        );
    }

    #[test]
    fn a_stray_equals_sign_stays() {
        assert_eq!(
            decoded(Encoding::QuotedPrintable, b"a=b=4\n=ZZ=41"),
            "a=b=4\n=ZZA"
        );
    }

    proptest! {
        #[test]
        fn no_body_panics_or_grows(body in proptest::collection::vec(any::<u8>(), 0..300)) {
            for encoding in [Encoding::Identity, Encoding::QuotedPrintable, Encoding::Base64] {
                prop_assert!(decode(encoding, &body).len() <= body.len());
            }
        }

        #[test]
        fn base64_gives_back_what_was_encoded(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            use base64::Engine as _;
            let body = base64::engine::general_purpose::STANDARD.encode(&bytes);
            prop_assert_eq!(&decode(Encoding::Base64, body.as_bytes())[..], &bytes[..]);
        }

        #[test]
        fn base64_is_read_wherever_its_lines_end(
            bytes in prop_oneof![
                proptest::collection::vec(any::<u8>(), 0..300),
                proptest::collection::vec(any::<u8>(), 3_000..12_000),
            ],
            widths in proptest::collection::vec(1..90_usize, 1..6),
            line_end in prop_oneof![Just("\n"), Just("\r\n")],
        ) {
            use base64::Engine as _;
            let digits = base64::engine::general_purpose::STANDARD.encode(&bytes);
            let (mut rest, mut body) = (digits.as_str(), String::new());
            for width in widths.iter().cycle() {
                let (line, behind) = rest.split_at(rest.len().min(*width));
                body.extend([line, line_end]);
                rest = behind;
                if rest.is_empty() {
                    break;
                }
            }
            prop_assert_eq!(base64(body.as_bytes()), bytes);
        }
    }
}
