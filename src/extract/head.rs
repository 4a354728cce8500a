//! The header section of a mail or part (RFC 5322 §2.2, RFC 2045 §3).

use std::sync::LazyLock;

use mail_parser::{HeaderName, Message, MessageParser};

use crate::extract::Head;
use crate::extract::sniff;
use crate::extract::transfer::Encoding;

/// What a part says of its content.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct PartHead {
    /// `text/plain`, lower case; empty where there is none.
    pub media_type: String,
    /// Between the parts of a multipart.
    pub boundary: Option<String>,
    /// File name, by `Content-Disposition` or `Content-Type`.
    pub name: Option<String>,
    /// How the body is encoded for transport.
    pub encoding: Encoding,
}

impl PartHead {
    /// Whether the body is a row of parts (RFC 2046 §5.1).
    pub fn is_multipart(&self) -> bool {
        self.media_type.starts_with("multipart/")
    }

    /// Whether the body is what a server says of another mail (RFC 3462).
    pub fn is_report(&self) -> bool {
        self.media_type == "multipart/report"
    }

    /// Whether the body is a mail (RFC 2046 §5.2.1, RFC 6532 §3.7).
    pub fn is_mail(&self) -> bool {
        matches!(
            self.media_type.as_str(),
            "message/rfc822" | "message/global"
        )
    }
}

/// Splits a mail or part into its header fields and its body at the first empty line.
///
/// Where the first line is no header field, everything is body: some senders leave out the empty
/// line before it.
pub fn split(entity: &[u8]) -> (&[u8], &[u8]) {
    if sniff::starts_as_edifact(entity) {
        return (b"", entity); // `UNA:` would pass as the name of a field.
    }
    let mut at = 0;
    for line in lines(entity) {
        let next = at + line.len();
        if line.trim_ascii().is_empty() && !is_continuation(line) {
            return (
                entity.get(..at).unwrap_or_default(),
                entity.get(next..).unwrap_or_default(),
            );
        }
        if at == 0 && field_name(line).is_none() {
            return (b"", entity);
        }
        at = next;
    }
    (entity, b"")
}

/// Reads what the fields say of the mail and of its body.
pub fn read(fields: &[u8]) -> (Head, PartHead) {
    let known = known_fields(fields, &KNOWN_FIELDS);
    match PARSER.parse_headers(&known) {
        Some(message) => (mail_head(&message), part_head(&message)),
        None => (Head::default(), PartHead::default()),
    }
}

/// When a mail arrived, in seconds since 1970: as the last server that received it says, else as
/// it was sent.
pub fn arrived(mail: &[u8]) -> Option<i64> {
    let (fields, _) = split(mail);
    let known = known_fields(fields, &TIME_FIELDS);
    let message = PARSER.parse_headers(&known)?;
    let received = message.received().and_then(mail_parser::Received::date);
    let time = received.or_else(|| message.date().copied())?;
    Some(time.to_timestamp())
}

/// The name of the header field that the line begins (RFC 5322 §2.2), if it does.
pub fn field_name(line: &[u8]) -> Option<&[u8]> {
    let colon = memchr::memchr(b':', line)?;
    let name = line.get(..colon)?.trim_ascii_end();
    let is_name = !name.is_empty() && name.iter().all(u8::is_ascii_graphic);
    is_name.then_some(name)
}

/// A stranger's string, fit to show: one line, no control characters, at most `most` characters.
pub fn display(text: &str, most: usize) -> String {
    let text = text.trim();
    // As almost all are: copied at once.
    let is_plain = |byte: u8| (b' '..=b'~').contains(&byte);
    if text.len() <= most && text.bytes().all(is_plain) {
        return text.to_owned();
    }
    text.chars()
        .take(most)
        .map(|char| if char.is_control() { ' ' } else { char })
        .collect()
}

/// The fields of these names, each once and of bounded length. So ten megabytes of header fields cost
/// one look at each line.
fn known_fields<const COUNT: usize>(fields: &[u8], names: &[&str; COUNT]) -> Vec<u8> {
    let mut known = Vec::with_capacity(1024);
    let mut seen = [false; COUNT];
    let mut copying = false;
    let mut copied_bytes = 0;
    for line in lines(fields) {
        if !is_continuation(line) {
            copying = field_name(line)
                .and_then(|name| position(name, names))
                .and_then(|index| seen.get_mut(index))
                .is_some_and(|seen| !std::mem::replace(seen, true));
            copied_bytes = 0;
        }
        copied_bytes += line.len();
        if copying && copied_bytes <= FIELD_BYTES {
            known.extend_from_slice(line);
        }
    }
    known.extend_from_slice(b"\r\n");
    known
}

/// The lines of some bytes, each with its end.
fn lines(mut rest: &[u8]) -> impl Iterator<Item = &[u8]> {
    std::iter::from_fn(move || {
        let end = memchr::memchr(b'\n', rest).map_or(rest.len(), |at| at + 1);
        let (line, behind) = rest.split_at(end);
        rest = behind;
        (!line.is_empty()).then_some(line)
    })
}

fn position(name: &[u8], names: &[&str]) -> Option<usize> {
    names
        .iter()
        .position(|known| known.as_bytes().eq_ignore_ascii_case(name))
}

fn is_continuation(line: &[u8]) -> bool {
    // RFC 5322 §2.2.3: a folded line begins with a blank.
    matches!(line.first(), Some(b' ' | b'\t'))
}

fn mail_head(message: &Message<'_>) -> Head {
    let from = message.from().and_then(|from| from.first());
    Head {
        message_id: display(message.message_id().unwrap_or_default(), NAME_CHARS),
        from: display(
            from.and_then(|from| from.address()).unwrap_or_default(),
            NAME_CHARS,
        ),
        subject: display(message.subject().unwrap_or_default(), SUBJECT_CHARS),
    }
}

fn part_head(message: &Message<'_>) -> PartHead {
    let header = |name: HeaderName<'static>| message.header(name);
    let content = header(HeaderName::ContentType).and_then(|value| value.as_content_type());
    let disposition =
        header(HeaderName::ContentDisposition).and_then(|value| value.as_content_type());
    let encoding = header(HeaderName::ContentTransferEncoding).and_then(|value| value.as_text());
    let name = disposition
        .and_then(|disposition| disposition.attribute("filename"))
        .or_else(|| content.and_then(|content| content.attribute("name")))
        .map(|name| display(name, NAME_CHARS))
        .filter(|name| !name.is_empty());
    PartHead {
        media_type: content.map_or_else(String::new, |content| {
            format!(
                "{}/{}",
                content.ctype(),
                content.subtype().unwrap_or_default()
            )
            .to_ascii_lowercase()
        }),
        boundary: content
            .and_then(|content| content.attribute("boundary"))
            .map(|boundary| boundary.trim_end().to_owned())
            .filter(|boundary| !boundary.is_empty()),
        name,
        encoding: Encoding::named(encoding.unwrap_or_default()),
    }
}

/// Longest name or address that is kept: file systems end there, too.
pub const NAME_CHARS: usize = 255;
/// Longest subject that is kept.
const SUBJECT_CHARS: usize = 500;
/// Longest field that is read. RFC 5322 §2.1.1 ends a line at 998; names in RFC 2231 need a few.
const FIELD_BYTES: usize = 8 << 10;

const KNOWN_FIELDS: [&str; 6] = [
    "content-type",
    "content-transfer-encoding",
    "content-disposition",
    "from",
    "subject",
    "message-id",
];

/// Servers put their field on top of those of others: the first is of the last one.
const TIME_FIELDS: [&str; 2] = ["received", "date"];

static PARSER: LazyLock<MessageParser> = LazyLock::new(MessageParser::new);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_body_begins_after_the_first_empty_line() {
        assert_eq!(split(b"A: b\r\n\r\nc"), (&b"A: b\r\n"[..], &b"c"[..]));
        assert_eq!(split(b"A: b\n\nc"), (&b"A: b\n"[..], &b"c"[..]));
        assert_eq!(split(b"\r\nc"), (&b""[..], &b"c"[..]));
        assert_eq!(split(b"A: b\r\n"), (&b"A: b\r\n"[..], &b""[..]));
        assert_eq!(
            split(b"A: b\n \n c\n\nd"),
            (&b"A: b\n \n c\n"[..], &b"d"[..])
        );
    }

    #[test]
    fn edifact_right_after_the_boundary_is_body() {
        assert_eq!(
            split(b"UNA:+.? '\n\nUNB+"),
            (&b""[..], &b"UNA:+.? '\n\nUNB+"[..])
        );
        assert_eq!(
            split(b"Hallo Welt\n\nx"),
            (&b""[..], &b"Hallo Welt\n\nx"[..])
        );
    }

    #[test]
    fn the_head_is_decoded_and_bounded() {
        let fields = format!(
            "From: =?iso-8859-1?Q?Netz_M=FCller?= <edi@netz.example>\r\n\
             Message-ID: <1@netz.example>\r\n\
             Subject: =?UTF-8?B?TWVzc3dlcnRlIGbDvHIgSsOkbm5lcg==?=\r\n {}\r\n",
            "x ".repeat(1000)
        );
        let (head, _) = read(fields.as_bytes());
        assert_eq!(head.from, "edi@netz.example");
        assert_eq!(head.message_id, "1@netz.example");
        assert!(head.subject.starts_with("Messwerte für Jänner x x"));
        assert_eq!(head.subject.chars().count(), 500);
    }

    #[test]
    fn a_field_that_stands_twice_counts_once() {
        let (head, _) = read(b"Subject: first\r\nX: y\r\nSubject: second\r\n");
        assert_eq!(head.subject, "first");
    }

    #[test]
    fn a_mail_arrived_when_its_last_server_says_so_else_when_it_was_sent() {
        let sent = b"Date: Tue, 24 Nov 2026 09:05:09 +0100\r\n\r\nReceived: x\r\n";
        assert_eq!(arrived(sent), Some(1_795_507_509));
        let received =
            b"Received: from a by b with ESMTPS\r\n\tid 1; Tue, 24 Nov 2026 08:06:00 +0000\r\n\
            Received: from c by a; Tue, 24 Nov 2026 08:05:10 +0000\r\n\
            Date: Tue, 24 Nov 2026 08:05:09 +0000\r\n\r\n";
        assert_eq!(arrived(received), Some(1_795_507_560));
        assert_eq!(arrived(b"Subject: no time\r\n\r\n"), None);
    }

    #[test]
    fn file_names_are_decoded_and_cannot_hold_line_ends() {
        let (_, part) = read(
            b"Content-Type: application/octet-stream; name=\"x.edi\"\r\n\
              Content-Disposition: attachment; filename*=iso-8859-1''Z%E4hler%0D%0A.edi\r\n\
              Content-Transfer-Encoding: BASE64\r\n",
        );
        assert_eq!(part.name.as_deref(), Some("Zähler  .edi"));
        assert_eq!(part.media_type, "application/octet-stream");
        assert_eq!(part.encoding, Encoding::Base64);
    }

    #[test]
    fn a_boundary_that_ends_in_blanks_loses_them() {
        let (_, part) = read(b"Content-Type: Multipart/MIXED;\r\n\tboundary=\"a b \"\r\n");
        assert!(part.is_multipart());
        assert_eq!(part.boundary.as_deref(), Some("a b"));
    }
}
