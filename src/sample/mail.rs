//! A mail as a metering operator's system sends it.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::market::calendar::{UtcTime, civil};
use crate::message::mscons::write::Interchange;
use crate::sample::SampleMail;

/// A mail without its attachment's bytes.
#[derive(Clone, Debug)]
pub(super) struct Letter {
    pub(super) from: String,
    pub(super) at: UtcTime,
    pub(super) file_name: String,
    pub(super) media_type: &'static str,
}

impl Letter {
    /// The mail that carries an interchange, with the file name that the market wants
    /// (Allgemeine Festlegungen 6.1d, section 2.12).
    pub(super) fn of(interchange: &Interchange, from: &str) -> Self {
        let Interchange {
            application,
            sender,
            receiver,
            reference,
            prepared,
            ..
        } = interchange;
        let (year, month, day, ..) = civil(*prepared);
        let date = format!("{year:04}{month:02}{day:02}");
        Self {
            from: from.to_owned(),
            at: *prepared,
            file_name: format!("MSCONS_{application}_{sender}_{receiver}_{date}_{reference}.txt"),
            media_type: "application/octet-stream",
        }
    }

    /// Puts the attachment into the mail. The subject is the file's name, without `.gz`
    /// (Regelungen zum Übertragungsweg 1.5, section 6.4).
    pub(super) fn carrying(self, name: String, message_id: &str, attachment: &[u8]) -> SampleMail {
        let Self {
            from,
            at,
            file_name,
            media_type,
        } = self;
        let subject = file_name.strip_suffix(".gz").unwrap_or(&file_name);
        let mut text = format!(
            "From: {from}\r\nTo: Energiedaten <energie@fabrik.example>\r\nSubject: {subject}\r\n\
             Date: {date}\r\nMessage-ID: <{message_id}>\r\nMIME-Version: 1.0\r\n\
             Content-Type: multipart/mixed; boundary=\"=_sample\"\r\n\r\n--=_sample\r\n\
             Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n\
             Guten Tag,\r\n\r\nanbei die Messwerte.\r\n\r\n--=_sample\r\n\
             Content-Type: {media_type}; name=\"{file_name}\"\r\n\
             Content-Disposition: attachment; filename=\"{file_name}\"\r\n\
             Content-Transfer-Encoding: base64\r\n\r\n",
            date = date(at)
        );
        for line in attachment.chunks(BYTES_A_LINE) {
            STANDARD.encode_string(line, &mut text);
            text.push_str("\r\n");
        }
        text.push_str("--=_sample--\r\n");
        SampleMail {
            name,
            bytes: text.into_bytes(),
        }
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

/// Bytes that fill a base64 line of 76 characters (RFC 2045 section 6.8).
const BYTES_A_LINE: usize = 57;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_date_is_that_of_rfc_5322() {
        let at = UtcTime::parse("2026-11-24T08:05:09Z").unwrap();
        assert_eq!(date(at), "Tue, 24 Nov 2026 08:05:09 +0000");
    }

    #[test]
    fn the_attachment_is_found_under_its_name_and_a_packed_one_has_the_subject_without_gz() {
        let letter = Letter {
            from: "a@b.example".to_owned(),
            at: UtcTime::from_seconds(0),
            file_name: "MSCONS_TL_1_2_19700101_R.txt.gz".to_owned(),
            media_type: "application/gzip",
        };
        let bytes: Vec<u8> = (0..=255).collect();
        let mail = letter.carrying("odd".to_owned(), "1@sample.example", &bytes);
        let text = String::from_utf8(mail.bytes).unwrap();
        let (name, subject) = (
            "MSCONS_TL_1_2_19700101_R.txt.gz",
            "MSCONS_TL_1_2_19700101_R.txt",
        );
        assert!(
            text.contains(&format!("\r\nSubject: {subject}\r\n")),
            "{text}"
        );
        assert!(text.contains(&format!("filename=\"{name}\"")), "{text}");
        assert!(text.lines().all(|line| line.len() <= 150), "{text}");
        let body = text.split("base64\r\n\r\n").nth(1).unwrap();
        let body = body.strip_suffix("\r\n--=_sample--\r\n").unwrap();
        assert_eq!(STANDARD.decode(body.replace("\r\n", "")).unwrap(), bytes);
    }
}
