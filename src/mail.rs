//! Mailboxes: fetch what is new, hand it over, release what is durable.

mod answer;
pub mod compose;
pub(crate) mod credential;
mod files;
mod folder;
pub mod imap;
mod in_flight;
pub mod maildir;
mod pace;
pub mod poll;
pub mod pop3;
pub mod smtp;
pub mod substitute;
pub mod visit;

use std::future::Future;

use bytes::Bytes;
use tokio::sync::OwnedSemaphorePermit;

use crate::config::mailbox::Mailbox;
use crate::mailbox::{Cursor, Listing, MailId, Outcome};
use crate::net::NetError;
use crate::net::backoff::Cause;

pub use credential::AccountError;
pub use poll::{Summary, poll};

/// A mail as it was fetched.
#[derive(Debug)]
pub struct FetchedMail {
    /// Its identity.
    pub id: MailId,
    /// Folder (IMAP); empty otherwise.
    pub folder: String,
    /// RFC 5322 bytes; empty if [`FetchedMail::too_large_bytes`] is set.
    pub bytes: Bytes,
    /// Set if the mail is over `max_mail_size` and was not loaded: its size in bytes.
    pub too_large_bytes: Option<u64>,
    /// Bounds the bytes in flight; dropped when the mail is settled.
    pub permit: Option<OwnedSemaphorePermit>,
}

/// What follows after fetching, as far as a mailbox needs to know it.
///
/// Answers come when they are durable. An error means: not durable, do not release, try again.
pub trait Intake: Clone + Send + Sync + 'static {
    /// Takes a mail in. Several may be under way at once; each ends on its own.
    fn hand_over(
        &self,
        mail: FetchedMail,
    ) -> impl Future<Output = Result<Outcome, IntakeError>> + Send;

    /// What is settled of an IMAP folder; `None` if it was never polled.
    fn cursor(
        &self,
        folder: &str,
    ) -> impl Future<Output = Result<Option<Cursor>, IntakeError>> + Send;

    /// Takes note that the UIDs of an IMAP folder below `next` were announced: those in `present`
    /// exist and are open until they are settled, the others below `next` are gone. A `validity`
    /// other than the cursor's begins a new cursor ([`Cursor::announce`]).
    ///
    /// Asked in ascending order, before the mails in `present` are handed over. It need not be
    /// durable: what is forgotten is announced again.
    fn announce(
        &self,
        folder: &str,
        validity: u32,
        present: Vec<u32>,
        next: u32,
    ) -> impl Future<Output = Result<(), IntakeError>> + Send;

    /// Which of these mails (POP3, Maildir) are settled, in the same order.
    fn settled(
        &self,
        ids: Vec<MailId>,
    ) -> impl Future<Output = Result<Vec<bool>, IntakeError>> + Send;

    /// Settles mails that never came: expunged before they were fetched.
    fn settle(
        &self,
        folder: &str,
        ids: Vec<MailId>,
    ) -> impl Future<Output = Result<(), IntakeError>> + Send;

    /// Forgets settled mails (POP3, Maildir) that are not in a complete listing: they are gone, and
    /// what is remembered must not grow for ever. Who remembers nothing has nothing to forget.
    fn forget_unlisted(
        &self,
        _listed: Listing,
    ) -> impl Future<Output = Result<(), IntakeError>> + Send {
        std::future::ready(Ok(()))
    }
}

/// Whether a mail with this outcome may be deleted or moved, where that is configured.
pub(crate) fn may_release(mailbox: &Mailbox, outcome: Outcome) -> bool {
    match outcome {
        Outcome::Stored | Outcome::Duplicate => true,
        Outcome::Quarantined => mailbox.release_quarantined,
        Outcome::Irrelevant | Outcome::TooLarge => false,
    }
}

/// A mail or a note that could not be made durable: nothing is lost, it is tried again.
#[derive(Clone, Debug, thiserror::Error)]
#[error("the mail could not be stored: {what}")]
pub struct IntakeError {
    /// What failed, and what to do.
    pub what: String,
    /// It does not pass by itself, as a full disk or a stop does.
    pub needs_a_person: bool,
}

impl IntakeError {
    /// One that may pass by itself.
    pub fn passing(what: impl Into<String>) -> Self {
        Self {
            what: what.into(),
            needs_a_person: false,
        }
    }
}

/// Why a poll failed. The texts are for an administrator.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum MailError {
    /// No connection, or no TLS.
    #[error(transparent)]
    Net(#[from] NetError),
    /// The server refused name or password.
    #[error("{host} refused the login of {user}: {answer}")]
    LoginRefused {
        /// Host as configured.
        host: String,
        /// User name as configured.
        user: String,
        /// The server's own words, bounded.
        answer: String,
    },
    /// The server refused an access token, and a new one as well.
    #[error("{host} refused the access token of {user}: {answer}")]
    TokenRefused {
        /// Host as configured.
        host: String,
        /// User name as configured.
        user: String,
        /// The server's own words, bounded, its JSON included.
        answer: String,
    },
    /// The server offers no way to sign in that we could go: it takes passwords over encrypted
    /// connections only (`LOGINDISABLED`), or none; or no tokens.
    #[error("{host} cannot be signed in to: {remedy}")]
    NoSignIn {
        /// Host as configured.
        host: String,
        /// What to change.
        remedy: String,
    },
    /// A person must sign in to its Microsoft account, the first time or again.
    #[error("{0} `mscons-gateway connect {name}` signs in.", name = .0.account)]
    NeedsSignIn(AccountError),
    /// There is no access token of its Microsoft account, for another reason.
    #[error(transparent)]
    Account(AccountError),
    /// The folder does not exist, or may not be opened.
    #[error("folder {folder:?} at {host} cannot be opened: {answer}")]
    Folder {
        /// Host.
        host: String,
        /// Folder as configured.
        folder: String,
        /// The server's words.
        answer: String,
    },
    /// The server refused a command.
    #[error("{host} answered {command} with: {answer}")]
    Refused {
        /// Host.
        host: String,
        /// The command, without secrets.
        command: String,
        /// The server's words.
        answer: String,
    },
    /// The server says: later. `retry_after` is its own number, if it gave one.
    #[error("{host} asks to come back later: {answer}")]
    Throttled {
        /// Host.
        host: String,
        /// The server's words.
        answer: String,
        /// Its own number.
        retry_after: Option<std::time::Duration>,
    },
    /// What the server sent makes no sense, or is over a bound.
    #[error("{host} sent something that cannot be understood: {what}")]
    Protocol {
        /// Host.
        host: String,
        /// What, with the start of the line.
        what: String,
    },
    /// The connection ended where it must not, or nothing came for too long.
    #[error("the connection to {host} broke while {doing}: {source}")]
    Broken {
        /// Host.
        host: String,
        /// What was under way.
        doing: &'static str,
        /// What the system said.
        source: std::io::Error,
    },
    /// A directory or file of a Maildir or folder.
    #[error("{action} {path} failed: {source}")]
    File {
        /// What was tried.
        action: &'static str,
        /// The path.
        path: String,
        /// What the system said.
        source: std::io::Error,
    },
    /// The gateway itself could not store what came.
    #[error(transparent)]
    Intake(#[from] IntakeError),
}

impl MailError {
    /// Whether trying again by itself can help; otherwise a person must act.
    pub fn is_transient(&self) -> bool {
        match self {
            Self::Net(
                NetError::Connect { .. } | NetError::Silent { .. } | NetError::Broken { .. },
            )
            | Self::Throttled { .. }
            | Self::Broken { .. } => true,
            Self::Intake(error) => !error.needs_a_person,
            Self::Account(error) => error.error.is_transient(),
            Self::Net(
                NetError::Tls { .. }
                | NetError::CaFile { .. }
                | NetError::NoStarttls { .. }
                | NetError::Injected { .. },
            )
            | Self::LoginRefused { .. }
            | Self::TokenRefused { .. }
            | Self::NoSignIn { .. }
            | Self::NeedsSignIn(_)
            | Self::Folder { .. }
            | Self::Refused { .. }
            | Self::Protocol { .. }
            | Self::File { .. } => false,
        }
    }

    /// Whether it is about the Microsoft account: when that works again, so may this.
    pub fn is_of_account(&self) -> bool {
        matches!(
            self,
            Self::NeedsSignIn(_) | Self::Account(_) | Self::TokenRefused { .. }
        )
    }

    /// What it means for the wait before the next attempt.
    pub fn cause(&self) -> Cause {
        match self {
            Self::Throttled { retry_after, .. } => Cause::Throttled {
                retry_after: *retry_after,
            },
            Self::LoginRefused { .. } => Cause::Login,
            // Rights to a mailbox take effect within an hour, and nobody tells the gateway.
            Self::TokenRefused { .. } => Cause::Permanent,
            // When it can be signed in again, the poller is told.
            Self::NeedsSignIn(error) | Self::Account(error) => error.cause(),
            Self::Net(_)
            | Self::NoSignIn { .. }
            | Self::Folder { .. }
            | Self::Refused { .. }
            | Self::Protocol { .. }
            | Self::Broken { .. }
            | Self::File { .. }
            | Self::Intake(_) => {
                if self.is_transient() {
                    Cause::Transient
                } else {
                    Cause::Permanent
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::net::backoff;
    use crate::oauth::OauthError;

    #[test]
    fn a_refused_token_is_tried_again_soon_and_a_refused_password_is_not() {
        let (host, user, answer) = ("host".to_owned(), "user".to_owned(), "NO".to_owned());
        let token = MailError::TokenRefused {
            host: host.clone(),
            user: user.clone(),
            answer: answer.clone(),
        };
        let password = MailError::LoginRefused { host, user, answer };
        let waits = |error: &MailError| {
            [1, 2, 3, 4].map(|attempt| backoff::delay(error.cause(), attempt, 0).as_secs())
        };
        assert_eq!(waits(&token), [60, 300, 900, 900]);
        assert_eq!(waits(&password), [60, 21_600, 21_600, 21_600]);
    }

    #[test]
    fn however_often_it_failed_a_mailbox_waits_as_long_as_its_account() {
        let error = MailError::Account(AccountError {
            account: "office".to_owned(),
            needs_sign_in: false,
            retry_in: Some(Duration::from_secs(7)),
            error: OauthError::Unreachable {
                host: "localhost".to_owned(),
                what: "nobody answers".to_owned(),
            },
        });
        let wait = |attempt| backoff::delay(error.cause(), attempt, u32::MAX);
        assert_eq!([1, 6].map(wait), [Duration::from_secs(7); 2]);
    }
}
