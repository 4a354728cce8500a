//! What a failure means: for the mail it happened to, and for those behind it.

use std::time::Duration;

use crate::mail::smtp::SmtpError;
use crate::net::NetError;
use crate::net::backoff::Cause;

/// What is to be done.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Verdict {
    /// This mail later; the others go on.
    MailLater,
    /// This mail never by itself; the others go on.
    MailNever,
    /// No mail for now: it is the server, the line or the sign-in.
    Pause(Cause),
}

/// What a failure means (RFC 5321 section 4.2, RFC 3463; Exchange Online's own codes).
pub fn verdict(error: &SmtpError) -> Verdict {
    match error {
        SmtpError::Refused {
            command,
            code,
            answer,
            ..
        } => refused(command, *code, answer),
        SmtpError::TooLarge { .. } | SmtpError::Address(_) => Verdict::MailNever,
        SmtpError::LoginRefused { .. } => Verdict::Pause(Cause::Login),
        SmtpError::NoSignIn { .. } | SmtpError::TokenRefused { .. } => {
            Verdict::Pause(Cause::Permanent)
        }
        SmtpError::Net(error) if is_lasting(error) => Verdict::Pause(Cause::Permanent),
        SmtpError::Account(error) if !error.error.is_transient() => {
            Verdict::Pause(Cause::Permanent)
        }
        SmtpError::Account(error) => Verdict::Pause(error.cause()),
        SmtpError::Net(_) | SmtpError::Broken { .. } | SmtpError::Protocol { .. } => {
            Verdict::Pause(Cause::Transient)
        }
    }
}

fn refused(command: &str, code: u16, answer: &str) -> Verdict {
    let is_of_recipient = command == "RCPT";
    match code {
        // "Concurrent connections limit exceeded", and the server closing.
        432 | 421 => Verdict::Pause(Cause::Throttled { retry_after: None }),
        // Not signed in any more, or not allowed to send at all.
        530 | 535 => Verdict::Pause(Cause::Permanent),
        // The mailbox that sends is full: nothing goes until somebody makes room.
        554 if has_status(answer, "5.2.2") && !is_of_recipient => Verdict::Pause(Cause::Permanent),
        400..500 if is_of_recipient => Verdict::MailLater,
        400..500 => Verdict::Pause(Cause::Transient),
        _ => Verdict::MailNever,
    }
}

/// Whether an answer has this enhanced status code (RFC 3463): `5.2.252` is another one.
fn has_status(answer: &str, status: &str) -> bool {
    answer.split_ascii_whitespace().any(|word| word == status)
}

/// Whether a person must change something before there can be a connection.
fn is_lasting(error: &NetError) -> bool {
    !matches!(
        error,
        NetError::Connect { .. } | NetError::Silent { .. } | NetError::Broken { .. }
    )
}

/// How long a mail waits that was put off for its `tries`-th time: greylisting mostly passes within
/// a quarter of an hour, and deadlines of the market are short. `random` spreads it by a fifth.
pub fn put_off(tries: u32, random: u32) -> Duration {
    let index = usize::try_from(tries.saturating_sub(1)).unwrap_or(usize::MAX);
    let minutes = STEPS.get(index).or(STEPS.last()).copied().unwrap_or(60);
    // From four fifths to six.
    let fifth_millis = minutes * 60_000 / 5;
    Duration::from_millis(4 * fifth_millis + ((2 * fifth_millis * u64::from(random)) >> 32))
}

/// RFC 5321 section 4.5.4.1 waits days; a message of the market is late before.
pub const GIVE_UP_AFTER: Duration = Duration::from_hours(48);
/// Minutes.
const STEPS: [u64; 5] = [1, 5, 15, 30, 60];

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn answered(command: &str, code: u16, answer: &str) -> Verdict {
        verdict(&SmtpError::Refused {
            host: "mail.example.org".to_owned(),
            command: command.to_owned(),
            code,
            answer: answer.to_owned(),
        })
    }

    #[test]
    fn a_refused_recipient_is_its_own_matter_and_a_refusing_server_is_everybodys() {
        assert_eq!(
            answered("RCPT", 450, "4.2.0 Greylisted"),
            Verdict::MailLater
        );
        assert_eq!(answered("RCPT", 550, "5.1.1 unknown"), Verdict::MailNever);
        assert_eq!(answered("the mail", 554, "5.7.1 spam"), Verdict::MailNever);
        assert_eq!(
            answered("DATA", 451, "4.3.0 try later"),
            Verdict::Pause(Cause::Transient)
        );
        assert_eq!(
            answered("MAIL", 432, "4.3.2 Concurrent connections limit exceeded"),
            Verdict::Pause(Cause::Throttled { retry_after: None })
        );
        assert_eq!(
            answered("MAIL", 530, "5.7.57 Client not authenticated"),
            Verdict::Pause(Cause::Permanent)
        );
        assert_eq!(
            answered("the mail", 554, "5.2.2 mailbox full"),
            Verdict::Pause(Cause::Permanent)
        );
        assert_eq!(
            answered("the mail", 554, "5.2.252 SendAsDenied"),
            Verdict::MailNever
        );
    }

    #[test]
    fn what_is_too_large_or_no_address_never_goes() {
        let large = SmtpError::TooLarge {
            host: "mail.example.org".to_owned(),
            size_bytes: 2,
            limit_bytes: 1,
        };
        assert_eq!(verdict(&large), Verdict::MailNever);
        assert_eq!(
            verdict(&SmtpError::Address("x".to_owned())),
            Verdict::MailNever
        );
    }

    proptest! {
        #[test]
        fn a_mail_is_put_off_for_longer_and_longer_within_a_fifth(tries in 1..100u32, random: u32) {
            let minutes = match tries { 1 => 1, 2 => 5, 3 => 15, 4 => 30, _ => 60 };
            let whole = Duration::from_mins(minutes);
            let wait = put_off(tries, random);
            prop_assert!(wait >= whole * 4 / 5 && wait <= whole * 6 / 5, "{wait:?}");
        }
    }
}
