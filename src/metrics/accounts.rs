//! What is counted of Microsoft accounts.

use std::collections::BTreeSet;
use std::sync::{Mutex, MutexGuard, PoisonError};

use ::metrics::{counter, gauge};

use crate::metrics::approximate;
use crate::metrics::table::{Metric, TOKEN_EXPIRY, TOKEN_NEEDS_SIGN_IN, TOKEN_REFRESHES};

/// How an attempt to get an access token ended.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum RefreshResult {
    /// It came.
    Ok,
    /// It failed and is tried again by itself.
    Transient,
    /// It failed and a person must act.
    Final,
}

impl RefreshResult {
    pub(super) const ALL: [Self; 3] = [Self::Ok, Self::Transient, Self::Final];

    pub(super) const fn label(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Transient => "transient",
            Self::Final => "final",
        }
    }
}

/// Counts an attempt to get an access token.
pub fn token_refreshed(account: &str, result: RefreshResult) {
    counter!(TOKEN_REFRESHES.name, "account" => account.to_owned(), "result" => result.label())
        .increment(1);
}

/// Notes when the access token of an account ends, in seconds UTC; `None` if there is none.
pub fn token_expiry(account: &str, at_seconds: Option<i64>) {
    let at = at_seconds
        .and_then(|at| u64::try_from(at).ok())
        .unwrap_or(0);
    gauge!(TOKEN_EXPIRY.name, "account" => account.to_owned()).set(approximate(at));
}

/// Notes whether an account needs a person to sign in.
pub fn needs_sign_in(account: &str, does: bool) {
    let value = if does { 1.0 } else { 0.0 };
    gauge!(TOKEN_NEEDS_SIGN_IN.name, "account" => account.to_owned()).set(value);
}

/// Makes the series of an account exist at 0, and its gauges be shown again if it was removed.
pub fn account_added(account: &str) {
    removed().remove(account);
    let name = || account.to_owned();
    for result in RefreshResult::ALL {
        counter!(TOKEN_REFRESHES.name, "account" => name(), "result" => result.label()).absolute(0);
    }
    token_expiry(account, None);
    needs_sign_in(account, false);
}

/// Leaves out the gauges of an account that is not configured any more.
pub fn account_removed(account: &str) {
    removed().insert(account.to_owned());
}

/// Whether a line of the page is of an account that is gone.
pub(super) fn is_gone(line: &str) -> bool {
    let name = GAUGES.iter().find_map(|gauge| {
        let labels = line.strip_prefix(gauge.name)?;
        labels.strip_prefix("{account=\"")?.split('"').next()
    });
    name.is_some_and(|name| removed().contains(name))
}

fn removed() -> MutexGuard<'static, BTreeSet<String>> {
    REMOVED.lock().unwrap_or_else(PoisonError::into_inner)
}

const GAUGES: [Metric; 2] = [TOKEN_EXPIRY, TOKEN_NEEDS_SIGN_IN];
/// Accounts that a reload took out of the configuration. Names of accounts need no escaping.
static REMOVED: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());
