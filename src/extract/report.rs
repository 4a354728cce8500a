//! What a server says of a mail that it could not deliver: a delivery status notification.
//!
//! Source: RFC 3462 (`multipart/report`), RFC 3464 (`message/delivery-status`).

use crate::extract::head::{self, display};
use crate::extract::{mime, transfer};

/// What is said of a mail, and of which.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Report {
    /// `Message-ID` of the mail, without angle brackets.
    pub message_id: String,
    /// What became of it at each recipient.
    pub recipients: Vec<Fate>,
}

/// What became of a mail at a recipient.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Fate {
    /// Addresses that stand for it: as it was sent, and as it was passed on.
    pub addresses: Vec<String>,
    /// `Action`.
    pub action: Action,
    /// `Status` and `Diagnostic-Code`: `5.1.1: 550 no such user`.
    pub reason: String,
}

/// What a server did with a mail (RFC 3464, 2.3.3).
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Action {
    /// It gave up.
    Failed,
    /// It has not delivered it yet, and goes on trying.
    Delayed,
    /// It delivered it, or passed it on to where nobody tells.
    Done,
}

/// What a mail says of another that could not be delivered; `None` if it is no such mail, or does
/// not say which.
pub fn read(mail: &[u8]) -> Option<Report> {
    let (fields, body) = head::split(mail);
    let (_, part) = head::read(fields);
    if !part.is_report() {
        return None;
    }
    let mut report = Report::default();
    let mut parts = 0;
    mime::each_part(&part, body, |entity| {
        parts += 1;
        if parts <= MOST_PARTS {
            report.take(entity);
        }
    });
    report.recipients.truncate(MOST_RECIPIENTS);
    let is_whole = !report.message_id.is_empty() && !report.recipients.is_empty();
    is_whole.then_some(report)
}

impl Report {
    /// Takes what a part says.
    fn take(&mut self, entity: &[u8]) {
        let (fields, body) = head::split(entity);
        let (_, part) = head::read(fields);
        match part.media_type.as_str() {
            "message/delivery-status" | "message/global-delivery-status" => {
                let text = transfer::decode(part.encoding, body);
                self.recipients.extend(fates(&text));
            }
            "message/rfc822"
            | "message/global"
            | "text/rfc822-headers"
            | "message/global-headers" => {
                let original = transfer::decode(part.encoding, body);
                // Headers alone may have no empty line behind them.
                let (fields, _) = head::split(&original);
                self.message_id = head::read(fields).0.message_id;
            }
            _ => {}
        }
    }
}

/// What is said of each recipient: groups of fields between empty lines, that of the mail first.
fn fates(text: &[u8]) -> Vec<Fate> {
    let text = text.get(..text.len().min(MOST_BYTES)).unwrap_or_default();
    let text = String::from_utf8_lossy(text);
    let mut fates = Vec::new();
    let mut group: Vec<(String, String)> = Vec::new();
    for line in text.lines().chain([""]) {
        if line.trim().is_empty() {
            fates.extend(fate(&std::mem::take(&mut group)));
        } else if line.starts_with([' ', '\t']) {
            if let Some((_, value)) = group.last_mut() {
                value.push(' ');
                value.push_str(line.trim());
            }
        } else if let Some((name, value)) = line.split_once(':') {
            group.push((name.trim().to_ascii_lowercase(), value.trim().to_owned()));
        }
    }
    fates
}

/// A group of fields, if it speaks of a recipient.
fn fate(group: &[(String, String)]) -> Option<Fate> {
    let field = |wanted: &str| {
        let mut named = group.iter().filter(|(name, _)| name == wanted);
        named.next().map(|(_, value)| value.as_str())
    };
    let addresses = ["original-recipient", "final-recipient"]
        .into_iter()
        .filter_map(field)
        .map(|value| display(typed(value), head::NAME_CHARS));
    let action = match field("action")?.to_ascii_lowercase().as_str() {
        "failed" => Action::Failed,
        "delayed" => Action::Delayed,
        _ => Action::Done,
    };
    let words = [field("status"), field("diagnostic-code").map(typed)];
    let words: Vec<&str> = words.into_iter().flatten().collect();
    Some(Fate {
        addresses: addresses.collect(),
        action,
        reason: display(&words.join(": "), REASON_CHARACTERS),
    })
    .filter(|fate| !fate.addresses.is_empty())
}

/// What follows the type: `rfc822; you@example.net`, `smtp; 550 no such user`.
fn typed(value: &str) -> &str {
    let behind = value.split_once(';').map_or(value, |(_, behind)| behind);
    behind.trim().trim_matches(['<', '>'])
}

/// A notification has three parts.
const MOST_PARTS: usize = 10;
/// Our mails have one recipient each.
const MOST_RECIPIENTS: usize = 100;
/// Of a delivery status.
const MOST_BYTES: usize = 64 << 10;
const REASON_CHARACTERS: usize = 500;

#[cfg(test)]
mod tests {
    use super::*;

    fn mail(status: &str, original: &str) -> Vec<u8> {
        format!(
            "From: MAILER-DAEMON@mx.example.net (Mail Delivery System)\r\n\
             Subject: Undelivered Mail Returned to Sender\r\nMIME-Version: 1.0\r\n\
             Content-Type: multipart/report; report-type=delivery-status;\r\n boundary=\"B/x\"\r\n\r\n\
             --B/x\r\nContent-Type: text/plain\r\n\r\nI'm sorry.\r\n\r\n\
             --B/x\r\nContent-Type: message/delivery-status\r\n\r\n{status}\r\n\
             --B/x\r\nContent-Type: {original}\r\n\r\n\
             --B/x--\r\n"
        )
        .into_bytes()
    }

    const STATUS: &str = "Reporting-MTA: dns; mx.example.net\r\nArrival-Date: now\r\n\r\n\
        Final-Recipient: rfc822; real@example.net\r\n\
        Original-Recipient: rfc822;You@example.net\r\nAction: failed\r\nStatus: 5.1.1\r\n\
        Diagnostic-Code: smtp; 550 5.1.1 <real@example.net>:\r\n    no such user\r\n";
    const HEADERS: &str = "text/rfc822-headers\r\n\r\nReceived: x\r\nMessage-ID: <1.request@example.org>\r\nSubject: y";

    #[test]
    fn a_failure_names_mail_recipient_and_reason() {
        for original in [
            HEADERS.to_owned(),
            HEADERS.replace("text/rfc822-headers", "message/rfc822") + "\r\n\r\ntext",
        ] {
            let report = read(&mail(STATUS, &original)).unwrap();
            assert_eq!(report.message_id, "1.request@example.org");
            let [fate] = report.recipients.as_slice() else {
                panic!("{report:?}");
            };
            assert_eq!(fate.addresses, ["You@example.net", "real@example.net"]);
            assert_eq!(fate.action, Action::Failed);
            assert_eq!(
                fate.reason,
                "5.1.1: 550 5.1.1 <real@example.net>: no such user"
            );
        }
    }

    #[test]
    fn a_delay_is_none_and_other_mails_are_no_reports() {
        let delayed = STATUS.replace("failed", "delayed");
        let report = read(&mail(&delayed, HEADERS)).unwrap();
        assert_eq!(report.recipients[0].action, Action::Delayed);
        let relayed = STATUS.replace("failed", "relayed");
        let report = read(&mail(&relayed, HEADERS)).unwrap();
        assert_eq!(report.recipients[0].action, Action::Done);
        assert_eq!(read(b"Subject: x\r\n\r\nAction: failed\r\n"), None);
        assert_eq!(read(&mail("", HEADERS)), None);
        assert_eq!(read(&mail(STATUS, "text/plain\r\n\r\nlost")), None);
    }

    #[test]
    fn a_report_is_read_within_bounds() {
        let flood = STATUS.repeat(100_000);
        let report = read(&mail(&flood, HEADERS)).unwrap();
        assert_eq!(report.recipients.len(), MOST_RECIPIENTS);
        let long = STATUS.replace("no such user", &"x".repeat(100_000));
        let report = read(&mail(&long, HEADERS)).unwrap();
        let [fate] = report.recipients.as_slice() else {
            panic!("{report:?}");
        };
        assert_eq!(fate.reason.chars().count(), REASON_CHARACTERS);
    }
}
