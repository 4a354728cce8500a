//! An account as people see it, also one that cannot be opened.

use crate::config::microsoft::Flow;
use crate::market::calendar::UtcTime;
use crate::oauth::{OauthError, Status};

/// An account as people see it.
#[derive(Clone, Debug)]
pub struct Standing {
    /// Its name.
    pub name: String,
    /// How it signs in.
    pub flow: Flow,
    /// Whether a mailbox, or sending, signs in by it.
    pub is_used: bool,
    /// Tells one that was opened anew from what it was before.
    pub opened: u64,
    /// Until when the certificate is valid by which it proves itself, if it does so.
    pub credential_until: Option<UtcTime>,
    /// How it is, or why it cannot be opened.
    pub status: Result<Status, OauthError>,
}

/// How an account is, in a word.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum State {
    /// Nothing works before somebody signs in.
    NeedsSignIn,
    /// It does not work now, and that passes by itself.
    Waits,
    /// It does not work before a person does something else.
    Fault,
    /// It has worked, and nothing is known against it.
    Good,
    /// Nobody has tried it yet.
    Untried,
}

impl Standing {
    /// How it is.
    pub fn state(&self) -> State {
        match self.trouble() {
            _ if self.needs_sign_in() => State::NeedsSignIn,
            Some(error) if error.is_transient() => State::Waits,
            Some(_) => State::Fault,
            None if self.was_tried() => State::Good,
            None => State::Untried,
        }
    }

    /// Whether what signs in by it waits for a person.
    pub fn needs_a_person(&self) -> bool {
        self.is_used && matches!(self.state(), State::NeedsSignIn | State::Fault)
    }

    /// Why it does not work, or will not for long; nothing if it does.
    pub fn trouble(&self) -> Option<OauthError> {
        match &self.status {
            Ok(status) => status.trouble(),
            Err(error) => Some(error.clone()),
        }
    }

    /// Whether it is known to have worked.
    fn was_tried(&self) -> bool {
        self.status
            .as_ref()
            .is_ok_and(|status| status.renewed.is_some())
    }

    /// Whether nothing works before somebody signs in.
    pub fn needs_sign_in(&self) -> bool {
        self.status.as_ref().is_ok_and(Status::needs_sign_in)
    }
}
