//! What is known of an account, and what of it may be used when.

use std::time::Duration;

use crate::clock;
use crate::config::microsoft::Flow;
use crate::market::calendar::UtcTime;
use crate::oauth::keeper::Status;
use crate::oauth::stored::Stored;
use crate::oauth::{Grant, Moment, OauthError, Token};

/// What is known of the account.
#[derive(Default)]
pub(super) struct Held {
    pub(super) stored: Option<Stored>,
    /// `stored` is not on the disk yet: nothing that came with it may be used.
    pub(super) unsaved: bool,
    pub(super) access: Option<Access>,
    /// When the last access token came.
    pub(super) renewed: Option<UtcTime>,
    /// Failures in a row.
    pub(super) failures: u32,
    pub(super) pause: Option<Pause>,
    /// Another keeper took over: this one must ask no more, and store nothing.
    pub(super) retired: bool,
}

/// An access token.
#[derive(Clone)]
pub(super) struct Access {
    pub(super) token: Token,
    /// When it shall be renewed.
    pub(super) due: Moment,
    /// From when on it is not handed out.
    pub(super) end: Moment,
    /// When it ends.
    pub(super) expires: UtcTime,
}

/// Until then nobody is asked again; who asks gets the error.
pub(super) struct Pause {
    pub(super) until: Moment,
    pub(super) error: OauthError,
}

impl Held {
    /// The access token, if there is no reason to renew it.
    pub(super) fn fresh(&self, now: Moment) -> Option<Token> {
        self.usable()
            .filter(|access| !now.is_past(access.due))
            .map(|access| access.token.clone())
    }

    /// The access token, if it may be used still.
    pub(super) fn serving(&self, now: Moment) -> Option<Token> {
        self.usable()
            .filter(|access| !now.is_past(access.end))
            .map(|access| access.token.clone())
    }

    fn usable(&self) -> Option<&Access> {
        self.access.as_ref().filter(|_| !self.unsaved)
    }

    /// Whether something is to be renewed, though nobody asks.
    pub(super) fn is_due(&self, now: Moment) -> bool {
        let is_unused = |stored: &Stored| {
            // Spread over a day, so that accounts that were connected together part.
            let spread = stored.refreshed.seconds().rem_euclid(DAY_SECONDS);
            let age = now.utc.seconds().saturating_sub(stored.refreshed.seconds());
            age >= UNUSED_SECONDS + spread
        };
        self.unsaved
            || self
                .access
                .as_ref()
                .is_some_and(|access| now.is_past(access.due))
            || self.stored.as_ref().is_some_and(is_unused)
    }

    /// When the next attempt may be made for what is due then.
    fn next(&self, due: Moment) -> Moment {
        match &self.pause {
            Some(pause) if !pause.until.has_waited_for(due) => due,
            Some(pause) => pause.until,
            None => due,
        }
    }

    /// The account as people see it.
    pub(super) fn status(&self, flow: Flow) -> Status {
        let failure = self.pause.as_ref().map(|pause| pause.error.clone());
        let stored = self.stored.as_ref();
        let kept = || {
            let fault = stored.and_then(|stored| stored.fault.clone());
            fault.map(|fault| OauthError::Refused(Box::new(fault)))
        };
        Status {
            by_a_person: flow != Flow::ClientCredentials,
            connected: stored.map(|stored| stored.connected),
            who: stored.map(|stored| stored.who.clone()).unwrap_or_default(),
            renewed: self.renewed,
            expires: self.access.as_ref().map(|access| access.expires),
            due: self.access.as_ref().map(|access| self.next(access.due)),
            retry: self.pause.as_ref().map(|pause| pause.until),
            scopes: stored
                .map(|stored| stored.scopes.clone())
                .unwrap_or_default(),
            withheld: stored
                .map(|stored| stored.withheld.clone())
                .unwrap_or_default(),
            fault: failure.or_else(kept),
        }
    }
}

impl Access {
    /// The one that was granted to who asked then.
    pub(super) fn of(grant: &Grant, now: Moment) -> Self {
        // Early by five to ten minutes; of a short life by a quarter to a half.
        let early = EARLY.min(grant.lifetime / 4);
        let random = part_of(early);
        let due = grant.lifetime.saturating_sub(early + random);
        let end = grant
            .lifetime
            .saturating_sub(MARGIN.min(grant.lifetime / 8));
        Self {
            token: grant.access.clone(),
            due: now.plus(due),
            end: now.plus(end),
            expires: now.plus(grant.lifetime).utc,
        }
    }
}

/// A random part of a span.
fn part_of(span: Duration) -> Duration {
    let millis = (u128::from(clock::jitter()) * span.as_millis()) >> 32;
    Duration::from_millis(u64::try_from(millis).unwrap_or(0))
}

/// Long enough for a slow sign-in, and for several attempts while Microsoft is busy.
const EARLY: Duration = Duration::from_mins(5);
/// What is handed out shall live until the mail server has read it.
const MARGIN: Duration = Duration::from_mins(1);
const DAY_SECONDS: i64 = 86_400;
/// Microsoft forgets a refresh token after 90 days; a tenant may say sooner.
const UNUSED_SECONDS: i64 = 6 * DAY_SECONDS;
