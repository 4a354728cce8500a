//! The server's words: what they mean for us, and how much of them is shown. Pure.

use std::time::Duration;

use crate::mail::MailError;

/// The words as they are shown: one line, bounded.
pub(super) fn shown(text: &str) -> String {
    let line = text.chars().map(|c| if c.is_control() { ' ' } else { c });
    let mut shown: String = line.clone().take(MAX_SHOWN).collect();
    if line.count() > MAX_SHOWN {
        shown.push('…');
    }
    shown
}

/// The error for a command that was refused: throttled, or refused for good.
pub(super) fn refusal(host: &str, command: &str, text: &str) -> MailError {
    let host = host.to_owned();
    let answer = shown(text);
    if asks_to_wait(text) {
        return MailError::Throttled {
            host,
            answer,
            retry_after: suggested_wait(text),
        };
    }
    MailError::Refused {
        host,
        command: command.to_owned(),
        answer,
    }
}

/// What a person can do about an answer to SELECT, beyond the words themselves.
pub(super) fn with_remedy(text: &str) -> String {
    // Exchange Online says so after a sign-in that succeeded.
    if text.to_ascii_lowercase().contains("not connected") {
        return format!(
            "{} (the sign-in is good, but the mailbox cannot be reached: is it another user's, without licence or rights, or is IMAP switched off for it?)",
            shown(text)
        );
    }
    shown(text)
}

/// Whether the server means "later": Exchange's throttling, or RFC 5530's transient codes.
pub(super) fn asks_to_wait(text: &str) -> bool {
    let text = text.to_ascii_lowercase();
    LATER.iter().any(|words| text.contains(words))
}

/// `Suggested Backoff Time: 299961 milliseconds` (Exchange Online).
fn suggested_wait(text: &str) -> Option<Duration> {
    let text = text.to_ascii_lowercase();
    let (_, after) = text.split_once("suggested backoff time:")?;
    let number = after.trim_start();
    let end = number
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(number.len());
    number.get(..end)?.parse().ok().map(Duration::from_millis)
}

/// What to do where a server takes no passwords at all.
pub(super) const NO_PASSWORDS: &str = "this server takes no passwords, only tokens (OAuth); at Exchange Online use auth = \"microsoft\"";
/// What to do where it takes none in clear text.
pub(super) const NO_PASSWORDS_IN_CLEAR: &str =
    "it wants encryption first; use encryption = \"starttls\" or \"tls\"";
/// What to do where a server takes no tokens.
pub(super) const NO_TOKENS: &str =
    "it takes no tokens (it offers no XOAUTH2); use auth = \"password\"";
/// What to do where it may take them over an encrypted connection.
pub(super) const NO_TOKENS_IN_CLEAR: &str = "it takes no tokens in clear text (it offers no XOAUTH2); use encryption = \"starttls\" or \"tls\"";

/// In lower case.
const LATER: [&str; 8] = [
    "throttled",
    "suggested backoff time",
    "server unavailable",
    "[unavailable]",
    "[inuse]",
    "[limit]",
    "[serverbug]",
    "too many",
];

/// Long enough for every answer seen; a page shows it in two lines.
const MAX_SHOWN: usize = 300;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exchanges_throttling_gives_its_number() {
        let text = "Request is throttled. Suggested Backoff Time: 299961 milliseconds";
        let error = refusal("mail.example", "UID FETCH", text);
        assert!(
            matches!(error, MailError::Throttled { retry_after: Some(wait), .. } if wait == Duration::from_millis(299_961)),
            "{error}"
        );
    }

    #[test]
    fn an_unavailable_server_is_later_without_a_number() {
        for text in ["Server Unavailable. 15", "[UNAVAILABLE] try again"] {
            assert!(matches!(
                refusal("mail.example", "SELECT", text),
                MailError::Throttled {
                    retry_after: None,
                    ..
                }
            ));
        }
    }

    #[test]
    fn other_refusals_keep_command_and_words() {
        let error = refusal("mail.example", "UID STORE", "Permission denied\r\n").to_string();
        assert_eq!(
            error,
            "mail.example answered UID STORE with: Permission denied  "
        );
    }

    #[test]
    fn long_answers_are_cut() {
        assert_eq!(shown(&"x".repeat(1_000)).chars().count(), MAX_SHOWN + 1);
    }
}
