//! What a piece is, by its first bytes. Names and media types are not asked: they lie.

use std::ops::Range;

use memchr::memmem;

use crate::extract::head;

/// What a piece is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Kind {
    /// EDIFACT from the start, or after a text that goes before it.
    Edifact,
    /// A zip archive.
    Zip,
    /// A gzip stream (RFC 1952).
    Gzip,
    /// Outlook's own container (`winmail.dat`).
    Tnef,
    /// A mail (RFC 5322).
    Mail,
    /// An HTML page.
    Html,
    /// Something that may hold EDIFACT and cannot be looked into, and why.
    Unreadable(&'static str),
    /// Anything else: a picture, a PDF, a text without EDIFACT.
    Other,
}

/// What the piece is.
pub fn kind(bytes: &[u8]) -> Kind {
    if starts_as_edifact(bytes) {
        return Kind::Edifact;
    }
    for (magic, kind) in MAGICS {
        if bytes.starts_with(magic) {
            return *kind;
        }
    }
    let window = bytes.get(..WINDOW).unwrap_or(bytes);
    if is_utf16_edifact(window) {
        Kind::Unreadable(UTF16)
    } else if let Some(reason) = sealed(window) {
        Kind::Unreadable(reason)
    } else if is_html(window) {
        Kind::Html
    } else if is_mail(window) {
        Kind::Mail
    } else if holds_edifact(window) {
        Kind::Edifact
    } else {
        Kind::Other
    }
}

/// Whether the bytes begin, after a byte order mark, blanks and NULs, with `UNA`, `UNB` or `UNH`
/// and a separator.
///
/// `UNH` alone is no interchange. It counts here, so that it is seen and refused with its reason.
pub fn starts_as_edifact(bytes: &[u8]) -> bool {
    let text = bytes.strip_prefix(UTF8_MARK).unwrap_or(bytes);
    let start = text
        .iter()
        .position(|&byte| !is_filler(byte))
        .unwrap_or(text.len());
    match text.get(start..) {
        Some([b'U', b'N', b'A' | b'B' | b'H', separator, ..]) => is_separator(*separator),
        _ => false,
    }
}

/// Whether an interchange begins in a text: `UNA`, six characters, `UNB`; or `UNB`, a separator,
/// `UNO` (ISO 9735 S001 0001). What stands before it must be text, else a PDF that shows EDIFACT
/// would be one.
fn holds_edifact(window: &[u8]) -> bool {
    for at in memmem::find_iter(window, b"UNB") {
        let (before, after) = window.split_at(at);
        let is_header = match after {
            [b'U', b'N', b'B', separator, b'U', b'N', b'O', ..] => is_separator(*separator),
            [b'U', b'N', b'B', separator, ..] => is_separator(*separator) && ends_in_una(before),
            _ => false,
        };
        if is_header {
            return is_text(before) && !before.starts_with(b"%PDF");
        }
    }
    false
}

/// Whether `UNA` and its six characters are the last, apart from blanks and line ends.
fn ends_in_una(before: &[u8]) -> bool {
    // The sixth character may be a line end: so look at the shortest and at all longer ends.
    let fillers = before
        .iter()
        .rev()
        .take(FILLERS_MOST)
        .take_while(|&&byte| is_filler(byte));
    (0..=fillers.count()).any(|fillers| {
        let end = before.len() - fillers;
        let una = end.checked_sub(9).and_then(|start| before.get(start..end));
        una.is_some_and(|una| una.starts_with(b"UNA"))
    })
}

fn is_text(bytes: &[u8]) -> bool {
    bytes
        .iter()
        .all(|&byte| byte >= b' ' || matches!(byte, b'\t' | b'\n' | b'\r' | b'\x0C'))
}

fn is_filler(byte: u8) -> bool {
    byte.is_ascii_whitespace() || byte == 0
}

fn is_separator(byte: u8) -> bool {
    !byte.is_ascii_alphanumeric()
}

/// `UNA` or `UNB` in 16-bit characters, as a Windows program exports "Unicode".
fn is_utf16_edifact(window: &[u8]) -> bool {
    let text = window
        .strip_prefix(b"\xFF\xFE")
        .or_else(|| window.strip_prefix(b"\xFE\xFF"))
        .unwrap_or(window);
    matches!(
        text,
        [b'U', 0, b'N', 0, b'A' | b'B', 0, ..] | [0, b'U', 0, b'N', 0, b'A' | b'B', ..]
    )
}

/// Why the piece is closed to us, if it is a signed or encrypted container.
fn sealed(window: &[u8]) -> Option<&'static str> {
    if window
        .trim_ascii_start()
        .starts_with(b"-----BEGIN PGP MESSAGE-----")
    {
        return Some(PGP);
    }
    // RFC 5652 §3: ContentInfo is a SEQUENCE that begins with the object identifier of the content.
    let start = window
        .get(CONTENT_INFO_ID)
        .filter(|_| window.starts_with(&[0x30]))?;
    if memmem::find(start, ENVELOPED_DATA).is_some()
        || memmem::find(start, AUTH_ENVELOPED).is_some()
    {
        Some(ENCRYPTED)
    } else if memmem::find(start, SIGNED_DATA).is_some() && memmem::find(window, b"UNB").is_some() {
        // A detached signature is SignedData, too: only one that holds the content matters.
        Some(SIGNED_OPAQUE)
    } else {
        None
    }
}

fn is_html(window: &[u8]) -> bool {
    let text = window
        .strip_prefix(UTF8_MARK)
        .unwrap_or(window)
        .trim_ascii_start();
    HTML_STARTS.iter().any(|start| {
        text.get(..start.len())
            .is_some_and(|text| text.eq_ignore_ascii_case(start.as_bytes()))
    })
}

/// Whether the bytes begin with the header section of a mail: two of its usual fields at least.
fn is_mail(window: &[u8]) -> bool {
    let (fields, _) = head::split(window);
    let usual = fields
        .split(|&byte| byte == b'\n')
        .filter_map(head::field_name)
        .filter(|name| {
            MAIL_FIELDS
                .iter()
                .any(|field| field.as_bytes().eq_ignore_ascii_case(name))
        });
    usual.take(2).count() == 2
}

/// EDIFACT begins within so many bytes, or is not looked for: real covering texts are a page long.
const WINDOW: usize = 64 << 10;
/// Blanks and line ends between `UNA` and `UNB`: real files have two.
const FILLERS_MOST: usize = 16;
const UTF8_MARK: &[u8] = b"\xEF\xBB\xBF";

const MAGICS: &[(&[u8], Kind)] = &[
    (b"PK\x03\x04", Kind::Zip),
    (b"PK\x05\x06", Kind::Zip), // An archive without entries.
    (b"\x1F\x8B\x08", Kind::Gzip),
    (b"\x78\x9F\x3E\x22", Kind::Tnef),
    (
        b"7z\xBC\xAF\x27\x1C",
        Kind::Unreadable("a 7z archive: ask the sender for zip or gz"),
    ),
    (
        b"Rar!\x1A\x07",
        Kind::Unreadable("a RAR archive: ask the sender for zip or gz"),
    ),
    (
        b"\xFD7zXZ\0",
        Kind::Unreadable("an xz file: ask the sender for zip or gz"),
    ),
    (
        b"\x28\xB5\x2F\xFD",
        Kind::Unreadable("a zstd file: ask the sender for zip or gz"),
    ),
    (
        b"BZh91AY&SY",
        Kind::Unreadable("a bzip2 file: ask the sender for zip or gz"),
    ),
];

const UTF16: &str = "EDIFACT in 16-bit characters (UTF-16): ask the sender for ISO 8859-1";
const PGP: &str = "encrypted with PGP: ask the sender to send it in clear";
const ENCRYPTED: &str = "encrypted with S/MIME: cannot be decrypted here";
const SIGNED_OPAQUE: &str =
    "wrapped into an S/MIME signature: ask the sender for a clear-signed mail (multipart/signed)";

/// Where the object identifier of a `ContentInfo` is found: after a tag and at most five bytes of
/// length, eleven bytes long.
const CONTENT_INFO_ID: Range<usize> = 0..20;
/// 1.2.840.113549.1.7.2 (RFC 5652 §5.1).
const SIGNED_DATA: &[u8] = b"\x06\x09\x2A\x86\x48\x86\xF7\x0D\x01\x07\x02";
/// 1.2.840.113549.1.7.3 (RFC 5652 §6.1).
const ENVELOPED_DATA: &[u8] = b"\x06\x09\x2A\x86\x48\x86\xF7\x0D\x01\x07\x03";
/// 1.2.840.113549.1.9.16.1.23 (RFC 5083 §2.1), its beginning.
const AUTH_ENVELOPED: &[u8] = b"\x06\x0B\x2A\x86\x48\x86\xF7\x0D\x01\x09\x10\x01\x17";

const HTML_STARTS: [&str; 8] = [
    "<!doctype html",
    "<html",
    "<head",
    "<body",
    "<meta",
    "<div",
    "<p>",
    "<pre",
];

const MAIL_FIELDS: [&str; 10] = [
    "from",
    "to",
    "subject",
    "date",
    "message-id",
    "received",
    "return-path",
    "mime-version",
    "content-type",
    "delivered-to",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edifact_is_known_behind_marks_blanks_and_nuls() {
        for start in [
            "UNA:+.? '",
            "\u{FEFF}UNB+UNOC:3",
            " \r\n\t\0UNB+UNOC",
            "UNH+1+MSCONS:D",
            "UNB|UNOC",
        ] {
            assert_eq!(kind(start.as_bytes()), Kind::Edifact, "{start:?}");
        }
    }

    #[test]
    fn words_that_begin_alike_are_no_edifact() {
        for text in ["UNABHÄNGIG", "UNBEKANNT", "UN", "", "UNZ+1+1'", "una:+.? '"] {
            assert_eq!(kind(text.as_bytes()), Kind::Other, "{text:?}");
        }
    }

    #[test]
    fn edifact_is_found_after_a_covering_text() {
        let text = b"Sehr geehrte Damen und Herren,\r\n\r\nanbei: UNB+UNOC:3+1:500+2:500'";
        assert_eq!(kind(text), Kind::Edifact);
        assert_eq!(kind(b"Hallo\nUNA:+.? '\r\nUNB+X:3'"), Kind::Edifact);
        assert_eq!(kind(b"Hallo\nUNA:+.? \n\nUNB+X:3\n"), Kind::Edifact);
        assert_eq!(kind(b"das UNB+UNZ Segment fehlt"), Kind::Other);
    }

    #[test]
    fn a_pdf_that_shows_edifact_is_none() {
        assert_eq!(kind(b"%PDF-1.7\nUNB+UNOC:3+1+2'"), Kind::Other);
        assert_eq!(kind(b"\x89PNG\r\n\x1A\n UNB+UNOC:3+1+2'"), Kind::Other);
    }

    #[test]
    fn edifact_is_looked_for_within_bounds() {
        let text = [vec![b' '; WINDOW], b"x UNB+UNOC:3+1+2'".to_vec()].concat();
        assert_eq!(kind(&text), Kind::Other);
    }

    #[test]
    fn containers_are_known_by_their_first_bytes() {
        assert_eq!(kind(b"PK\x03\x04..."), Kind::Zip);
        assert_eq!(kind(b"\x1F\x8B\x08..."), Kind::Gzip);
        assert_eq!(kind(b"\n<!DOCTYPE HTML><p>UNB+UNOC:3"), Kind::Html);
        assert_eq!(
            kind(b"From: a@b\r\nSubject: UNB+UNOC:3\r\n\r\n"),
            Kind::Mail
        );
        assert_eq!(
            kind(b"Von: a\r\nSubject: UNB+UNOC:3\r\n\r\n"),
            Kind::Edifact
        );
    }

    #[test]
    fn closed_containers_say_what_to_do() {
        let utf16: Vec<u8> = "\u{FEFF}UNA:+.? 'UNB+UNOC:3"
            .encode_utf16()
            .flat_map(u16::to_le_bytes)
            .collect();
        assert_eq!(kind(&utf16), Kind::Unreadable(UTF16));
        let utf16: Vec<u8> = "UNB+UNOC:3"
            .encode_utf16()
            .flat_map(u16::to_be_bytes)
            .collect();
        assert_eq!(kind(&utf16), Kind::Unreadable(UTF16));
        let enveloped = [b"\x30\x82\x01\x00", ENVELOPED_DATA, &[0xA0; 200]].concat();
        assert_eq!(kind(&enveloped), Kind::Unreadable(ENCRYPTED));
        let opaque = [b"\x30\x80", SIGNED_DATA, b"\xA0\x80....UNB+UNOC:3+1+2'"].concat();
        assert_eq!(kind(&opaque), Kind::Unreadable(SIGNED_OPAQUE));
        let detached = [b"\x30\x80", SIGNED_DATA, b"\xA0\x80...."].concat();
        assert_eq!(kind(&detached), Kind::Other);
    }
}
