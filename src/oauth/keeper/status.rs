//! An account as people see it.

use crate::market::calendar::UtcTime;
use crate::oauth::meaning::Remedy;
use crate::oauth::who::Who;
use crate::oauth::{Meaning, Moment, OauthError};

/// An account as people see it. No token is in it.
#[derive(Clone, Debug, Default)]
pub struct Status {
    /// Whether a person must sign in for it, now and then.
    pub by_a_person: bool,
    /// Since when it is connected.
    pub connected: Option<UtcTime>,
    /// Who signed in.
    pub who: Who,
    /// When the last access token came.
    pub renewed: Option<UtcTime>,
    /// When it ends.
    pub expires: Option<UtcTime>,
    /// When it will be renewed, or the next attempt may be made.
    pub due: Option<Moment>,
    /// When a failed attempt may be repeated.
    pub retry: Option<Moment>,
    /// What was granted.
    pub scopes: Vec<String>,
    /// What was asked for and not granted.
    pub withheld: Vec<String>,
    /// Why the last attempt failed; nothing if it did not.
    pub fault: Option<OauthError>,
}

impl Status {
    /// Why it does not work, or will not for long; that nobody has signed in yet is such a reason.
    pub fn trouble(&self) -> Option<OauthError> {
        if self.by_a_person && self.connected.is_none() {
            return Some(OauthError::refused(Meaning::NotConnected));
        }
        self.fault.clone()
    }

    /// Whether nothing works before somebody signs in.
    pub fn needs_sign_in(&self) -> bool {
        let asks = |fault: &OauthError| fault.meaning().remedy() == Remedy::SignIn;
        self.by_a_person && (self.connected.is_none() || self.fault.as_ref().is_some_and(asks))
    }
}
