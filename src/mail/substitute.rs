//! Mails that Exchange puts in the place of one that it cannot convert. Pure.
//!
//! They are not what the partner sent: never stored, never released, asked for again. Source:
//! reports of users (offlineimap 62, freescout 3203, Mailspring 2038).

use memchr::{memchr, memmem};

/// Whether this is such a mail: by its sender and the beginning of its subject.
pub fn is_substitute(mail: &[u8]) -> bool {
    let head = mail.get(..mail.len().min(MAX_HEAD)).unwrap_or_default();
    let lines = head.split(|&byte| byte == b'\n');
    let lines = lines.map(|line| line.strip_suffix(b"\r").unwrap_or(line));
    let mut from_exchange = false;
    let mut says_so = false;
    for line in lines.take_while(|line| !line.is_empty()) {
        let Some((name, value)) = field(line) else {
            continue;
        };
        let has = |words: &str| memmem::find(value, words.as_bytes()).is_some();
        if name.eq_ignore_ascii_case(b"from") {
            from_exchange = has("Microsoft Exchange");
        } else if name.eq_ignore_ascii_case(b"subject") {
            // "Retrieval using the IMAP4 protocol failed for the following message: 21"
            let subject = value.trim_ascii_start();
            says_so = subject.starts_with(b"Retrieval using the ") && has(" protocol failed");
        }
    }
    from_exchange && says_so
}

fn field(line: &[u8]) -> Option<(&[u8], &[u8])> {
    let (name, rest) = line.split_at_checked(memchr(b':', line)?)?;
    Some((name, rest.get(1..)?))
}

/// These mails are made by the server itself: sender and subject stand among the first lines.
const MAX_HEAD: usize = 16 << 10;

#[cfg(test)]
mod tests {
    use super::*;

    const SUBSTITUTE: &str = "From: \"Microsoft Exchange Server\" <a@b.example>\r\nSubject: Retrieval using the IMAP4 protocol failed for the following\r\n message: 21\r\n\r\nThe server couldn't retrieve the following message:\r\n";

    #[test]
    fn a_substitute_mail_is_known_by_sender_and_subject() {
        assert!(is_substitute(SUBSTITUTE.as_bytes()));
        assert!(is_substitute(
            SUBSTITUTE.replace("IMAP4", "POP3").as_bytes()
        ));
    }

    #[test]
    fn a_mail_about_one_is_not_one() {
        assert!(!is_substitute(
            SUBSTITUTE.replace("Microsoft Exchange", "Anna").as_bytes()
        ));
        assert!(!is_substitute(
            format!("From: a\r\n\r\n{SUBSTITUTE}").as_bytes()
        ));
    }
}
