//! Mails that we write (RFC 5322), to one recipient each.

use std::time::{Duration, SystemTime};

use lettre::Message;
use lettre::message::header::{
    ContentId, ContentTransferEncoding, ContentType, Header, HeaderName, HeaderValue,
};
use lettre::message::{Body, Mailbox, MultiPart, SinglePart};

use crate::config::smtp::address;

/// What is to be said to whom.
#[derive(Clone, Debug)]
pub struct Letter<'a> {
    /// `Name <address>`, or an address.
    pub from: &'a str,
    /// The same.
    pub to: &'a str,
    /// One line.
    pub subject: &'a str,
    /// The text.
    pub text: &'a str,
    /// The same for readers that show HTML; `None` for words alone.
    pub html: Option<Html<'a>>,
    /// What goes with it.
    pub attachments: &'a [Attached<'a>],
    /// What tells this mail from all others, without angle brackets: `1f3a@example.org`.
    pub message_id: &'a str,
    /// When it was written, in seconds since 1970.
    pub written: u64,
}

/// A text as HTML, with the pictures that it shows.
#[derive(Clone, Copy, Debug)]
pub struct Html<'a> {
    /// The document. It names its pictures as `cid:ID`.
    pub document: &'a str,
    /// The pictures.
    pub pictures: &'a [Picture<'a>],
}

/// A PNG that HTML shows.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Picture<'a> {
    /// Its ID, of the form of an address (RFC 2392): `chart-1.weekly@report`.
    pub id: &'a str,
    /// Its name, as of an attachment.
    pub name: &'a str,
    /// Its bytes.
    pub bytes: &'a [u8],
}

/// A file that goes with a mail.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Attached<'a> {
    /// Its name: ASCII, or old receivers do not read it.
    pub name: &'a str,
    /// Its media type: `application/octet-stream`.
    pub media_type: &'a str,
    /// Its bytes, which reach the receiver unchanged.
    pub bytes: &'a [u8],
}

/// A mail that is ready to be sent, and sent again, as the same bytes.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Outgoing {
    from: String,
    to: String,
    bytes: Vec<u8>,
}

impl Outgoing {
    /// A mail that was written before, from its addresses and bytes.
    pub fn of(from: String, to: String, bytes: Vec<u8>) -> Self {
        Self { from, to, bytes }
    }

    /// The sender's address.
    pub fn from(&self) -> &str {
        &self.from
    }

    /// The recipient's address.
    pub fn to(&self) -> &str {
        &self.to
    }

    /// The mail as [`Self::bytes`].
    pub fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }

    /// The mail; ASCII, with lines that any server takes.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }
}

/// Writes a mail.
///
/// # Errors
/// [`ComposeError`], before anything of it could become a header of its own.
pub fn compose(letter: &Letter<'_>) -> Result<Outgoing, ComposeError> {
    for (field, text) in [
        ("from", letter.from),
        ("to", letter.to),
        ("subject", letter.subject),
        ("message-id", letter.message_id),
    ] {
        if text.contains(char::is_control) {
            return Err(ComposeError::ControlCharacter { field });
        }
    }
    let pictures = letter.html.map_or(&[][..], |html| html.pictures);
    let names = letter.attachments.iter().map(|attached| attached.name);
    let of_pictures = pictures.iter().flat_map(|one| [one.name, one.id]);
    for name in names.chain(of_pictures) {
        let is_fine = |c: char| c.is_ascii_graphic() && !"\"\\/<>".contains(c);
        if name.is_empty() || !name.chars().all(is_fine) {
            let name = name.escape_debug().to_string();
            return Err(ComposeError::FileName(name));
        }
    }
    let (from, to) = (party(letter.from)?, party(letter.to)?);
    let (sender, recipient) = (from.email.to_string(), to.email.to_string());
    let message = Message::builder()
        .from(from)
        .to(to)
        .subject(letter.subject)
        .message_id(Some(format!("<{}>", letter.message_id)))
        .date(SystemTime::UNIX_EPOCH + Duration::from_secs(letter.written))
        // RFC 3834 section 5: nobody shall answer by machine.
        .raw_header(HeaderValue::new(
            HeaderName::new_from_ascii_str("Auto-Submitted"),
            "auto-generated".to_owned(),
        ));
    let unwritable = |error: lettre::error::Error| ComposeError::Unwritable(error.to_string());
    let message = match (letter.html, letter.attachments) {
        (None, []) => {
            let message = message.header(ContentType::TEXT_PLAIN);
            message.body(letter.text.to_owned())
        }
        (html, attachments) => {
            let plain = SinglePart::plain(letter.text.to_owned());
            let mut parts = match html {
                None => MultiPart::mixed().singlepart(plain),
                Some(html) => MultiPart::mixed().multipart(both(plain, html)?),
            };
            for attached in attachments {
                parts = parts.singlepart(part(attached)?);
            }
            message.multipart(parts)
        }
    };
    let message = message.map_err(unwritable)?;
    Ok(Outgoing {
        from: sender,
        to: recipient,
        bytes: message.formatted(),
    })
}

/// Words, and the same as HTML with its pictures (RFC 2387): a reader takes the last that it knows.
fn both(plain: SinglePart, html: Html<'_>) -> Result<MultiPart, ComposeError> {
    let document = SinglePart::html(html.document.to_owned());
    let mut shown = MultiPart::related().singlepart(document);
    for picture in html.pictures {
        let png = encoded(picture.bytes)?;
        let part = SinglePart::builder()
            .header(Disposition::inline(picture.name))
            .header(ContentId::from(format!("<{}>", picture.id)))
            .header(media_type("image/png")?);
        shown = shown.singlepart(part.body(png));
    }
    Ok(MultiPart::alternative().singlepart(plain).multipart(shown))
}

/// Always base64: relays change lines that are long, or end by LF alone, and with them what a
/// signature or a hash was made of.
fn part(attached: &Attached<'_>) -> Result<SinglePart, ComposeError> {
    let part = SinglePart::builder()
        .header(Disposition::attachment(attached.name))
        .header(media_type(attached.media_type)?);
    Ok(part.body(encoded(attached.bytes)?))
}

fn media_type(name: &str) -> Result<ContentType, ComposeError> {
    ContentType::parse(name).map_err(|error| ComposeError::Unwritable(error.to_string()))
}

fn encoded(bytes: &[u8]) -> Result<Body, ComposeError> {
    let body = Body::new_with_encoding(bytes.to_vec(), ContentTransferEncoding::Base64);
    body.map_err(|_| ComposeError::Unwritable("base64 cannot carry it".to_owned()))
}

/// `Content-Disposition` with the name in one piece: crate `lettre` cuts long ones (RFC 2231
/// section 3), as those of the market are, and old receivers do not put them together.
#[derive(Clone)]
struct Disposition(String);

impl Disposition {
    // The name holds no quote, no line end, and nothing but ASCII: `compose` has looked.
    fn attachment(name: &str) -> Self {
        Self(format!("attachment;\r\n filename=\"{name}\""))
    }

    fn inline(name: &str) -> Self {
        Self(format!("inline;\r\n filename=\"{name}\""))
    }
}

impl Header for Disposition {
    fn name() -> HeaderName {
        HeaderName::new_from_ascii_str("Content-Disposition")
    }

    fn parse(text: &str) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        Ok(Self(text.to_owned()))
    }

    fn display(&self) -> HeaderValue {
        HeaderValue::dangerous_new_pre_encoded(Self::name(), self.0.clone(), self.0.clone())
    }
}

fn party(text: &str) -> Result<Mailbox, ComposeError> {
    let wrong = || ComposeError::Address(text.escape_debug().to_string());
    let email = address(text).ok_or_else(wrong)?;
    let name = text
        .rsplit_once('<')
        .map(|(name, _)| name.trim().trim_matches('"'));
    let name = name.filter(|name| !name.is_empty()).map(str::to_owned);
    Ok(Mailbox::new(name, email.parse().map_err(|_| wrong())?))
}

/// Why a mail could not be written.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ComposeError {
    /// No address, or one that SMTP cannot carry.
    #[error("\"{0}\" is no mail address; write NAME <user@example.org>, or user@example.org")]
    Address(String),
    /// A line end or another control character where a header would begin with it.
    #[error("{field} holds a line end or another control character")]
    ControlCharacter {
        /// Which field.
        field: &'static str,
    },
    /// A file name that not every receiver reads.
    #[error("\"{0}\" is no name for an attachment; use ASCII letters, digits, `_`, `-` and `.`")]
    FileName(String),
    /// The mail cannot be written.
    #[error("the mail cannot be written: {0}")]
    Unwritable(String),
}

#[cfg(test)]
mod tests {
    use super::*;

    const LETTER: Letter<'_> = Letter {
        from: "Zähler GmbH <meter@example.org>",
        to: "netz@example.net",
        subject: "Grüße",
        text: "Ä und ß.\nZweite Zeile.\n",
        html: None,
        attachments: &[],
        message_id: "1f3a@example.org",
        written: 1_764_288_000,
    };

    #[test]
    fn a_mail_is_ascii_and_says_that_a_machine_wrote_it() {
        let mail = compose(&LETTER).unwrap();
        let text = std::str::from_utf8(mail.bytes()).unwrap();
        assert!(text.is_ascii(), "{text}");
        for line in [
            "Message-ID: <1f3a@example.org>\r\n",
            "Date: Fri, 28 Nov 2025 00:00:00 +0000\r\n",
            "Auto-Submitted: auto-generated\r\n",
            "To: netz@example.net\r\n",
        ] {
            assert!(text.contains(line), "{line} is not in {text}");
        }
        assert_eq!(
            (mail.from(), mail.to()),
            ("meter@example.org", "netz@example.net")
        );
        assert_eq!(mail, compose(&LETTER).unwrap());
    }

    #[test]
    fn an_attachment_is_base64_whatever_its_bytes_are() {
        for bytes in [
            b"UNA:+.? 'UNB+UNOC:3+a+b'".as_slice(),
            b"one\ntwo\rthree",
            &[0xC4, 0, 10, 13, 46, 10],
            &[b'x'; 5_000],
        ] {
            let attachments = [Attached {
                name: "MSCONS_TL_1_2_20261124_7.txt",
                media_type: "application/octet-stream",
                bytes,
            }];
            let letter = Letter {
                attachments: &attachments,
                ..LETTER
            };
            let mail = compose(&letter).unwrap();
            let read = mail_parser::MessageParser::new()
                .parse(mail.bytes())
                .unwrap();
            let found: Vec<_> = read.attachments().collect();
            assert_eq!(found.len(), 1);
            assert_eq!(found[0].contents(), bytes);
            let name = mail_parser::MimeHeaders::attachment_name(found[0]);
            assert_eq!(name, Some("MSCONS_TL_1_2_20261124_7.txt"));
            assert!(mail.bytes().is_ascii());
            let text = std::str::from_utf8(mail.bytes()).unwrap();
            let whole = "\r\n filename=\"MSCONS_TL_1_2_20261124_7.txt\"\r\n";
            assert!(text.contains(whole), "{text}");
        }
        for name in ["", "a\r\nb.txt", "zähler.txt", "a b.txt", "a/b.txt"] {
            let attachments = [Attached {
                name,
                media_type: "text/plain",
                bytes: b"x",
            }];
            let letter = Letter {
                attachments: &attachments,
                ..LETTER
            };
            assert!(
                matches!(compose(&letter), Err(ComposeError::FileName(_))),
                "{name:?}"
            );
        }
    }

    #[test]
    fn html_stands_beside_the_words_and_finds_its_pictures() {
        let picture = Picture {
            id: "chart-1.weekly@report",
            name: "chart-1.png",
            bytes: &[0x89, b'P', b'N', b'G', 0, 10, 13],
        };
        let attached = Attached {
            name: "weekly.pdf",
            media_type: "application/pdf",
            bytes: b"%PDF",
        };
        let with = |picture: Picture<'_>| {
            compose(&Letter {
                html: Some(Html {
                    document: "<p>Grüße <img src=\"cid:chart-1.weekly@report\"></p>",
                    pictures: &[picture],
                }),
                attachments: &[attached],
                ..LETTER
            })
        };
        let mail = with(picture).unwrap();
        assert!(mail.bytes().is_ascii());
        let read = mail_parser::MessageParser::new()
            .parse(mail.bytes())
            .unwrap();
        assert_eq!(
            read.body_text(0).unwrap(),
            LETTER.text.replace('\n', "\r\n")
        );
        assert!(read.body_html(0).unwrap().contains("Grüße"));
        let files: Vec<_> = read
            .attachments()
            .map(|part| (mail_parser::MimeHeaders::content_id(part), part.contents()))
            .collect();
        assert_eq!(
            files,
            [
                (Some(picture.id), picture.bytes),
                (None, b"%PDF".as_slice())
            ]
        );
        for id in ["", "a b@report", "a>\r\nX: y", "ä@report"] {
            let evil = with(Picture { id, ..picture });
            assert!(matches!(evil, Err(ComposeError::FileName(_))), "{id:?}");
        }
    }

    #[test]
    fn nothing_becomes_a_header_of_its_own() {
        let with = |change: fn(&mut Letter<'static>)| {
            let mut letter = LETTER;
            change(&mut letter);
            compose(&letter)
        };
        let evil = "a\r\nBcc: x@example.org";
        assert_eq!(
            with(|letter| letter.subject = "a\r\nBcc: x@example.org"),
            Err(ComposeError::ControlCharacter { field: "subject" })
        );
        assert!(with(|letter| letter.from = "a\r\nb <meter@example.org>").is_err());
        assert!(with(|letter| letter.message_id = "a\0@b").is_err());
        assert!(party(evil).is_err());
        assert!(with(|letter| letter.to = "nobody").is_err());
    }
}
