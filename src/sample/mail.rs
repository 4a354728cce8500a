//! A mail as a metering operator's system sends it.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::market::calendar::{UtcTime, civil};
use crate::sample::SampleMail;

/// An attachment.
pub(super) struct Attachment<'a> {
    pub(super) name: &'a str,
    pub(super) media_type: &'a str,
    pub(super) bytes: &'a [u8],
}

/// Puts an attachment into a mail; the subject is the file's name, as the market wants it.
pub(super) fn mail(
    name: String,
    from: &str,
    at: UtcTime,
    message_id: &str,
    attachment: &Attachment<'_>,
) -> SampleMail {
    let Attachment {
        name: file,
        media_type,
        bytes,
    } = attachment;
    let subject = file.strip_suffix(".gz").unwrap_or(file);
    let date = date(at);
    let mut text = format!(
        "From: {from}\r\nTo: Energiedaten <energie@fabrik.example>\r\nSubject: {subject}\r\n\
         Date: {date}\r\nMessage-ID: <{message_id}>\r\nMIME-Version: 1.0\r\n\
         Content-Type: multipart/mixed; boundary=\"=_sample\"\r\n\r\n--=_sample\r\n\
         Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n\
         Guten Tag,\r\n\r\nanbei die Messwerte.\r\n\r\n--=_sample\r\n\
         Content-Type: {media_type}; name=\"{file}\"\r\n\
         Content-Disposition: attachment; filename=\"{file}\"\r\n\
         Content-Transfer-Encoding: base64\r\n\r\n"
    );
    let encoded = STANDARD.encode(bytes);
    for line in encoded.as_bytes().chunks(LINE) {
        text.extend(line.iter().copied().map(char::from));
        text.push_str("\r\n");
    }
    text.push_str("--=_sample--\r\n");
    SampleMail {
        name,
        bytes: text.into_bytes(),
    }
}

/// RFC 5322 section 3.3, in UTC.
fn date(at: UtcTime) -> String {
    const DAYS: [&str; 7] = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"];
    const MONTHS: [&str; 12] = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ];
    let pick = |names: &[&'static str], at: i64| {
        usize::try_from(at)
            .ok()
            .and_then(|at| names.get(at).copied())
            .unwrap_or_default()
    };
    let (year, month, day, hour, minute, second) = civil(at);
    let weekday = pick(&DAYS, at.seconds().div_euclid(86_400).rem_euclid(7));
    let month = pick(&MONTHS, month - 1);
    format!("{weekday}, {day:02} {month} {year} {hour:02}:{minute:02}:{second:02} +0000")
}

/// Characters of a base64 line (RFC 2045 section 6.8).
const LINE: usize = 76;
