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
    fn quotes_and_backslashes_are_escaped_and_line_ends_cannot_smuggle_a_command() {
        assert_eq!(quoted("a\"b\\c"), r#""a\"b\\c""#);
        assert_eq!(quoted("x\r\nA1 DELETE INBOX"), r#""xA1 DELETE INBOX""#);
    }
}
