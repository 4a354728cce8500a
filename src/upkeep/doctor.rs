//! A live check of everything the gateway needs: what was tried, what came back, what to do.
//!
//! Nothing is changed, and nothing is made: mailboxes are opened for reading only, a store is opened
//! only where there is one, and the one file that is written in the data directory, to see that
//! writing works, is removed. No secret is in any check.

mod account;
mod advice;
mod certificate;
mod files;
mod machine;
mod mailbox;
mod smtp;

use serde::{Deserialize, Serialize};

pub use account::account;
pub use machine::{clock, disk, open_store, store};
pub use mailbox::{Examined, examine};
pub use smtp::sending;

/// One thing that was looked at.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct Check {
    /// What it is about: `disk`, `mailbox metering: certificate`.
    pub name: String,
    /// Whether it is as it should be.
    pub verdict: Verdict,
    /// What was tried: host, port, file.
    pub tried: String,
    /// What came back: the server's words, a count, an error.
    pub said: String,
    /// What to do; empty if nothing is to be done.
    pub advice: String,
}

/// Whether something is as it should be.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// It is.
    Ok,
    /// It works, and a person should look at it.
    Warning,
    /// The gateway cannot work like this.
    Fault,
}

impl Check {
    /// Something that is as it should be.
    pub fn ok(name: impl Into<String>, tried: impl Into<String>, said: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            verdict: Verdict::Ok,
            tried: tried.into(),
            said: said.into(),
            advice: String::new(),
        }
    }

    /// The same, but with something to do about it.
    #[must_use]
    pub fn but(self, verdict: Verdict, advice: impl Into<String>) -> Self {
        Self {
            verdict,
            advice: advice.into(),
            ..self
        }
    }
}
