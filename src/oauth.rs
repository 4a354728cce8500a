//! Microsoft accounts by OAuth 2.0: sign-in, access tokens, and their renewal.
//!
//! [`App`] is a registered application; its flows ask [`Wire`] and give a [`Grant`]. [`Keeper`]
//! keeps what was granted: it hands out access tokens, renews them in time, and stores each refresh
//! token before what came with it is used. [`Accounts`] are all those of a configuration. Nothing
//! here reads the clock: a [`Moment`] comes in.
//!
//! Sources: RFC 6749, RFC 7636 (PKCE), RFC 8628 (device code), RFC 7523 (certificate); Microsoft,
//! "Authenticate an IMAP, POP or SMTP connection using OAuth".

pub mod accounts;
mod answer;
pub mod app;
mod assertion;
pub mod by_code;
pub mod device;
pub mod fault;
mod flow;
pub mod keeper;
pub mod meaning;
pub mod pending;
pub mod scopes;
pub mod stored;
pub mod upkeep;
pub mod who;
pub mod wire;

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, Instant};

use zeroize::Zeroizing;

use crate::market::calendar::UtcTime;
use crate::net::backoff::Cause;
use crate::text::{Language, Text};
use crate::vault::VaultError;

pub use accounts::Accounts;
pub use answer::Grant;
pub use app::App;
pub use fault::Fault;
pub use keeper::{Keeper, Status};
pub use meaning::Meaning;
pub use pending::Pending;
pub use wire::Wire;

/// An access or refresh token: opaque. Wiped from memory when it is dropped, and printed as `***`.
#[derive(Clone, Eq, PartialEq)]
pub struct Token(Zeroizing<String>);

impl Token {
    /// The token itself. Only where it goes out to a server.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl From<String> for Token {
    fn from(text: String) -> Self {
        Self(Zeroizing::new(text))
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

/// A point in time on both clocks.
///
/// The one on the wall can be set back; the monotonic one stands still while a machine sleeps. What
/// ends by either has ended.
#[derive(Clone, Copy, Debug)]
pub struct Moment {
    /// On the wall.
    pub utc: UtcTime,
    /// Monotonic.
    pub monotonic: Instant,
}

impl Moment {
    /// The present.
    pub fn now() -> Self {
        Self {
            utc: crate::clock::now(),
            monotonic: crate::clock::monotonic(),
        }
    }

    /// So much later.
    #[must_use]
    pub fn plus(self, span: Duration) -> Self {
        let seconds = i64::try_from(span.as_secs()).unwrap_or(i64::MAX);
        Self {
            utc: UtcTime::from_seconds(self.utc.seconds().saturating_add(seconds)),
            monotonic: self.monotonic.checked_add(span).unwrap_or(self.monotonic),
        }
    }

    /// How long it is to a point by the monotonic clock; nothing if it has come.
    pub fn until(self, point: Self) -> Duration {
        point.monotonic.saturating_duration_since(self.monotonic)
    }

    /// Whether a point has come, by either clock.
    pub fn is_past(self, point: Self) -> bool {
        self.monotonic >= point.monotonic || self.utc >= point.utc
    }

    /// Whether a point has come by the monotonic clock: for waits, which a clock that is set must
    /// not lengthen or cut.
    pub fn has_waited_for(self, point: Self) -> bool {
        self.monotonic >= point.monotonic
    }
}

/// Why there is no access token. Holds no secret.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OauthError {
    /// Nobody answered, or not in time.
    #[error("{host} could not be asked: {what}")]
    Unreachable {
        /// Host of the authority.
        host: String,
        /// What the system said.
        what: String,
    },
    /// What came is no answer of this protocol, or cannot be used.
    #[error("{host} gave no answer that can be used: {what}")]
    Unreadable {
        /// Host of the authority.
        host: String,
        /// What is wrong with it; nothing of its content.
        what: String,
    },
    /// Refused by Microsoft, or by us on its behalf.
    #[error("{0}")]
    Refused(Box<Fault>),
    /// The application's address, secret or certificate cannot be used.
    #[error("Microsoft account {account}: {what}")]
    Configuration {
        /// Name of the account.
        account: String,
        /// What is wrong, and what to do.
        what: String,
    },
    /// What was granted could not be kept, or not be read again.
    #[error(transparent)]
    Vault(#[from] Arc<VaultError>),
}

impl OauthError {
    /// What it means.
    pub fn meaning(&self) -> Meaning {
        match self {
            Self::Unreachable { .. } => Meaning::Unreachable,
            Self::Unreadable { .. } => Meaning::Unreadable,
            Self::Refused(fault) => fault.meaning,
            Self::Configuration { .. } => Meaning::Misconfigured,
            Self::Vault(error) => of_vault(error),
        }
    }

    /// Whether it passes by itself; otherwise a person must act.
    pub fn is_transient(&self) -> bool {
        self.meaning().is_transient()
    }

    /// What it means, and what to do, in a person's language.
    pub fn explain(&self, text: &Text) -> String {
        match self {
            Self::Configuration { what, .. } => what.clone(),
            Self::Unreachable { .. }
            | Self::Unreadable { .. }
            | Self::Refused(_)
            | Self::Vault(_) => self.meaning().explain(text),
        }
    }

    /// The same for a shell: in English, with what Microsoft, the network or the system said, and
    /// before it in the configured language, if that is another.
    pub fn in_a_shell(&self, language: Language) -> String {
        let english = match self {
            Self::Configuration { what, .. } => return what.clone(),
            // They say by themselves what to do.
            Self::Refused(_) | Self::Vault(_) => self.to_string(),
            Self::Unreachable { .. } | Self::Unreadable { .. } => {
                format!("{} ({self})", self.explain(&Text::new(Language::En)))
            }
        };
        match language {
            Language::En => english,
            Language::De => format!("{} · {english}", self.explain(&Text::new(language))),
        }
    }

    /// What it means for the wait before the next attempt.
    pub fn cause(&self) -> Cause {
        match self {
            Self::Unreachable { .. } | Self::Unreadable { .. } => Cause::Transient,
            Self::Refused(fault) => match (fault.wait(), fault.meaning) {
                (wait @ Some(_), _) => Cause::Throttled { retry_after: wait },
                (None, Meaning::Busy) => Cause::Transient,
                // An administrator may put it right at any time, and nobody tells the gateway; but
                // asking for nothing too often locks accounts.
                (None, _) => Cause::Login,
            },
            Self::Configuration { .. } | Self::Vault(_) => Cause::Permanent,
        }
    }

    fn refused(meaning: Meaning) -> Self {
        Self::Refused(Box::new(Fault::ours(meaning)))
    }
}

fn of_vault(error: &VaultError) -> Meaning {
    match error {
        VaultError::NoKey { .. }
        | VaultError::WrongKey { .. }
        | VaultError::BadKey { .. }
        | VaultError::KeyIsOpen { .. } => Meaning::KeyUnfit,
        VaultError::Damaged { .. } => Meaning::SealDamaged,
        VaultError::File { .. }
        | VaultError::KeyIsGiven { .. }
        | VaultError::TooLarge { .. }
        | VaultError::NoRandomness => Meaning::NotKept,
    }
}
