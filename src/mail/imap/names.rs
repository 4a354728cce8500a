//! Folder names and strings as they stand in a command. Pure.

use base64::Engine;
use base64::engine::GeneralPurpose;
use base64::engine::general_purpose::NO_PAD;

/// A folder name in modified UTF-7 (RFC 3501 section 5.1.3), quoted.
///
/// `Zählerstände` becomes `"Z&AOQ-hlerst&AOQ-nde"`. INBOX is the same in any case.
pub(super) fn folder(name: &str) -> String {
    quoted(&modified_utf7(name))
}

/// The name that stands for a folder in modified UTF-7; what is no such thing stays as it is.
pub(super) fn decoded(encoded: &str) -> String {
    let mut name = String::with_capacity(encoded.len());
    let mut rest = encoded;
    while let Some((plain, shifted)) = rest.split_once('&') {
        name.push_str(plain);
        let Some((shifted, behind)) = shifted.split_once('-') else {
            return encoded.to_owned();
        };
        match (shifted, characters(shifted)) {
            ("", _) => name.push('&'),
            (_, Some(characters)) => name.push_str(&characters),
            (_, None) => return encoded.to_owned(),
        }
        rest = behind;
    }
    name + rest
}

fn characters(shifted: &str) -> Option<String> {
    let bytes = MODIFIED_BASE64.decode(shifted).ok()?;
    let units = bytes.chunks_exact(2).map(|pair| match pair {
        [high, low] => u16::from_be_bytes([*high, *low]),
        _ => 0,
    });
    String::from_utf16(&units.collect::<Vec<_>>()).ok()
}

/// A quoted string (RFC 9051 section 4.3). Line ends cannot be quoted: they are left out.
pub(super) fn quoted(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for character in text.chars().filter(|c| !matches!(c, '\r' | '\n' | '\0')) {
        if matches!(character, '"' | '\\') {
            quoted.push('\\');
        }
        quoted.push(character);
    }
    quoted.push('"');
    quoted
}

fn modified_utf7(name: &str) -> String {
    let mut encoded = String::with_capacity(name.len());
    let mut shifted: Vec<u8> = Vec::new();
    for character in name.chars() {
        if matches!(character, ' '..='~') {
            shift_back(&mut encoded, &mut shifted);
            encoded.push(character);
            if character == '&' {
                encoded.push('-');
            }
        } else {
            let mut units = [0; 2];
            for unit in character.encode_utf16(&mut units) {
                shifted.extend(unit.to_be_bytes());
            }
        }
    }
    shift_back(&mut encoded, &mut shifted);
    encoded
}

/// Writes the gathered UTF-16 as `&…-`.
fn shift_back(encoded: &mut String, shifted: &mut Vec<u8>) {
    if !shifted.is_empty() {
        encoded.push('&');
        MODIFIED_BASE64.encode_string(&shifted, encoded);
        encoded.push('-');
        shifted.clear();
    }
}

/// "," stands for "/", and there is no padding.
const MODIFIED_BASE64: GeneralPurpose = GeneralPurpose::new(&base64::alphabet::IMAP_MUTF7, NO_PAD);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_examples_of_the_standard() {
        // RFC 3501 section 5.1.3.
        assert_eq!(
            modified_utf7("~peter/mail/台北/日本語"),
            "~peter/mail/&U,BTFw-/&ZeVnLIqe-"
        );
    }

    #[test]
    fn german_names_and_ampersands() {
        assert_eq!(folder("Zählerstände"), r#""Z&AOQ-hlerst&AOQ-nde""#);
        assert_eq!(folder("Strom & Gas"), r#""Strom &- Gas""#);
        assert_eq!(folder("INBOX.erledigt"), r#""INBOX.erledigt""#);
    }

    #[test]
    fn characters_beyond_the_basic_plane_are_surrogates() {
        assert_eq!(modified_utf7("⚡😀"), "&JqHYPd4A-");
    }

    #[test]
    fn names_are_decoded_as_they_were_encoded() {
        for name in [
            "Zählerstände",
            "Strom & Gas",
            "⚡😀",
            "台北/日本語",
            "INBOX.a",
        ] {
            assert_eq!(decoded(&modified_utf7(name)), name);
        }
        for no_encoding in ["R&D", "a&=-", "&AOQ"] {
            assert_eq!(decoded(no_encoding), no_encoding);
        }
    }

    #[test]
    fn quotes_and_backslashes_are_escaped_and_line_ends_cannot_smuggle_a_command() {
        assert_eq!(quoted("a\"b\\c"), r#""a\"b\\c""#);
        assert_eq!(quoted("x\r\nA1 DELETE INBOX"), r#""xA1 DELETE INBOX""#);
    }
}
