//! How the gateway is: what the actors know of the mailboxes, and what pages and probes tell of it.
//!
//! A shared snapshot, plain data. The actors write, the pages read; neither knows the other. Time
//! comes in as an argument.

use std::borrow::Borrow;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use crate::config::mailbox::{Mailbox, Protocol};
use crate::mail::Summary;
use crate::market::calendar::UtcTime;
use crate::oauth::Meaning;

/// The shared snapshot. Cloning shares it.
#[derive(Clone, Debug)]
pub struct Health(Arc<RwLock<Snapshot>>);

/// How the gateway was at one moment.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Snapshot {
    /// When the process started.
    pub started: UtcTime,
    /// Whether the store takes reads and commits.
    pub is_store_ready: bool,
    /// What it said when it last failed, as long as it fails and a person must look.
    pub store_fault: Option<String>,
    /// The mailboxes in the order of the configuration.
    pub mailboxes: Vec<MailboxHealth>,
    /// How many expected series are overdue; `None` where nothing is expected, or nobody has
    /// looked yet.
    pub overdue_series: Option<u64>,
}

/// How one mailbox is.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct MailboxHealth {
    /// Its name in the configuration.
    pub name: String,
    /// How it is read.
    pub protocol: Protocol,
    /// Its server; the directory of a Maildir or folder.
    pub host: String,
    /// Whether it can be reached.
    pub state: MailboxState,
    /// When it was last polled with success.
    pub last_success: Option<UtcTime>,
    /// What the last successful poll did.
    pub last_summary: Option<Summary>,
    /// What all polls since the start did.
    pub since_start: Summary,
    /// When it is polled next.
    pub next_poll: Option<UtcTime>,
    /// How many connections are open.
    pub connections: u32,
    /// Until when the certificate of its server is valid, if it showed one.
    pub certificate_until: Option<UtcTime>,
}

/// Whether a mailbox can be reached.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum MailboxState {
    /// No poll has ended yet.
    Starting,
    /// The last poll succeeded.
    Up,
    /// Polls fail.
    Down {
        /// Since the first failure after the last success.
        since: UtcTime,
        /// What the last poll said.
        error: String,
        /// Whether it is tried again with hope; otherwise a person must act.
        is_transient: bool,
        /// What is wrong with its Microsoft account, if that is why.
        account: Option<AccountTrouble>,
    },
}

/// Why a Microsoft account gives no token.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct AccountTrouble {
    /// Whether a person must sign in, and nothing else helps.
    pub needs_sign_in: bool,
    /// What it means, for every language.
    pub meaning: Meaning,
}

impl Health {
    /// The state before anything has happened: no mailbox, store not yet open.
    pub fn new(started: UtcTime) -> Self {
        let is_store_ready = false;
        Self(Arc::new(RwLock::new(Snapshot {
            started,
            is_store_ready,
            store_fault: None,
            mailboxes: Vec::new(),
            overdue_series: None,
        })))
    }

    /// How everything is now.
    pub fn snapshot(&self) -> Snapshot {
        self.0
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// Notes whether the store takes reads and commits.
    pub fn store_ready(&self, is_ready: bool) {
        self.change(|now| now.is_store_ready = is_ready);
    }

    /// Notes what the store says that fails in a way that a person must mend; `None` when it works.
    pub fn store_fault(&self, fault: Option<String>) {
        self.change(|now| now.store_fault = fault);
    }

    /// Takes over the mailboxes of a configuration. What is known of one that stays is kept.
    pub fn set_mailboxes<M: Borrow<Mailbox>>(&self, mailboxes: &[M]) {
        self.change(|now| {
            let mut known = std::mem::take(&mut now.mailboxes);
            now.mailboxes = mailboxes
                .iter()
                .map(|mailbox| {
                    let new = MailboxHealth::new(mailbox.borrow());
                    let is_same = |old: &MailboxHealth| {
                        (&old.name, old.protocol, &old.host) == (&new.name, new.protocol, &new.host)
                    };
                    match known.iter().position(is_same) {
                        Some(at) => known.swap_remove(at),
                        None => new,
                    }
                })
                .collect();
        });
    }

    /// Notes a successful poll.
    pub fn mailbox_polled(&self, mailbox: &str, summary: &Summary, at: UtcTime) {
        self.change_mailbox(mailbox, |mailbox| {
            mailbox.state = MailboxState::Up;
            mailbox.last_success = Some(at);
            mailbox.last_summary = Some(*summary);
            mailbox.since_start = sum(mailbox.since_start, *summary);
        });
    }

    /// Notes a poll that failed. The mailbox is down since the first failure in a row.
    pub fn mailbox_failed(&self, mailbox: &str, error: &str, is_transient: bool, at: UtcTime) {
        self.change_mailbox(mailbox, |mailbox| {
            let since = match mailbox.state {
                MailboxState::Down { since, .. } => since,
                MailboxState::Starting | MailboxState::Up => at,
            };
            mailbox.state = MailboxState::Down {
                since,
                error: error.to_owned(),
                is_transient,
                account: None,
            };
        });
    }

    /// Notes that a mailbox which is down is so for its Microsoft account.
    pub fn mailbox_account(&self, mailbox: &str, trouble: AccountTrouble) {
        self.change_mailbox(mailbox, |mailbox| {
            if let MailboxState::Down { account, .. } = &mut mailbox.state {
                *account = Some(trouble);
            }
        });
    }

    /// Notes that a mailbox is left alone for so long.
    pub fn mailbox_rests(&self, mailbox: &str, at: UtcTime, delay: Duration) {
        let delay_seconds = i64::try_from(delay.as_secs()).unwrap_or(i64::MAX);
        let next = UtcTime::from_seconds(at.seconds().saturating_add(delay_seconds));
        self.change_mailbox(mailbox, |mailbox| mailbox.next_poll = Some(next));
    }

    /// Notes how many connections to a mailbox are open.
    pub fn mailbox_connections(&self, mailbox: &str, open: u32) {
        self.change_mailbox(mailbox, |mailbox| mailbox.connections = open);
    }

    /// Notes until when the certificate of a mailbox's server is valid.
    pub fn mailbox_certificate(&self, mailbox: &str, until: UtcTime) {
        self.change_mailbox(mailbox, |mailbox| mailbox.certificate_until = Some(until));
    }

    /// Notes how many expected series are overdue; `None` where nothing is expected.
    pub fn overdue_series(&self, series: Option<u64>) {
        self.change(|now| now.overdue_series = series);
    }

    /// Moves what is remembered, since the clock was set by so many seconds: what was an hour ago is
    /// an hour ago still. What was noted from `since` to `now` was noted by the clock as it is now.
    pub fn clock_was_set(&self, by_seconds: i64, since: UtcTime, now: UtcTime) {
        let moved = |at: UtcTime| {
            if (since..=now).contains(&at) {
                at
            } else {
                UtcTime::from_seconds(at.seconds().saturating_add(by_seconds))
            }
        };
        self.change(|now| {
            now.started = moved(now.started);
            for mailbox in &mut now.mailboxes {
                mailbox.last_success = mailbox.last_success.map(moved);
                mailbox.next_poll = mailbox.next_poll.map(moved);
                if let MailboxState::Down { since, .. } = &mut mailbox.state {
                    *since = moved(*since);
                }
            }
        });
    }

    fn change(&self, change: impl FnOnce(&mut Snapshot)) {
        change(&mut self.0.write().unwrap_or_else(PoisonError::into_inner));
    }

    fn change_mailbox(&self, name: &str, change: impl FnOnce(&mut MailboxHealth)) {
        self.change(|now| {
            if let Some(mailbox) = now
                .mailboxes
                .iter_mut()
                .find(|mailbox| mailbox.name == name)
            {
                change(mailbox);
            }
        });
    }
}

impl Snapshot {
    /// Why the gateway is not ready; empty if it is.
    ///
    /// A mailbox that a person must mend counts at once, one that may come back by itself after
    /// [`GRACE_SECONDS`].
    pub fn reasons_not_ready(&self, now: UtcTime) -> Vec<String> {
        let fault = self.store_fault.as_ref();
        let store = fault.map_or_else(
            || (!self.is_store_ready).then(|| "store: not ready".to_owned()),
            |fault| Some(format!("store: {fault}")),
        );
        let mailboxes = self
            .mailboxes
            .iter()
            .filter_map(|mailbox| match &mailbox.state {
                MailboxState::Starting | MailboxState::Up => None,
                MailboxState::Down {
                    since,
                    error,
                    is_transient,
                    ..
                } => {
                    let down_seconds = now.seconds().saturating_sub(since.seconds());
                    (!is_transient || down_seconds > GRACE_SECONDS)
                        .then(|| format!("mailbox {}: {error}", mailbox.name))
                }
            });
        store.into_iter().chain(mailboxes).collect()
    }
}

impl MailboxHealth {
    fn new(mailbox: &Mailbox) -> Self {
        Self {
            name: mailbox.name.clone(),
            protocol: mailbox.protocol,
            host: match mailbox.protocol {
                Protocol::Imap | Protocol::Pop3 => mailbox.host.clone(),
                Protocol::Maildir | Protocol::Folder => mailbox.path.display().to_string(),
            },
            state: MailboxState::Starting,
            last_success: None,
            last_summary: None,
            since_start: Summary::default(),
            next_poll: None,
            connections: 0,
            certificate_until: None,
        }
    }
}

fn sum(one: Summary, other: Summary) -> Summary {
    Summary {
        announced: one.announced + other.announced,
        durable: one.durable + other.durable,
        duplicates: one.duplicates + other.duplicates,
        quarantined: one.quarantined + other.quarantined,
        irrelevant: one.irrelevant + other.irrelevant,
        too_large: one.too_large + other.too_large,
        not_given: one.not_given + other.not_given,
        expunged: one.expunged + other.expunged,
        released: one.released + other.released,
        bytes: one.bytes + other.bytes,
    }
}

/// How long a mailbox may be unreachable before the gateway counts as not ready: three polls at
/// the default interval, so that one restart of a mail server alerts nobody.
pub const GRACE_SECONDS: i64 = 15 * 60;

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> UtcTime {
        UtcTime::from_seconds(seconds)
    }

    fn health() -> Health {
        let mailbox = Mailbox {
            name: "metering".to_owned(),
            ..Mailbox::default()
        };
        let health = Health::new(at(0));
        health.set_mailboxes(&[mailbox]);
        health.store_ready(true);
        health
    }

    #[test]
    fn a_gateway_without_its_store_is_not_ready() {
        let health = Health::new(at(0));
        assert_eq!(health.snapshot().reasons_not_ready(at(1)).len(), 1);
        health.store_ready(true);
        assert!(health.snapshot().reasons_not_ready(at(1)).is_empty());
    }

    #[test]
    fn a_store_that_fails_makes_the_gateway_not_ready_at_once_and_says_why() {
        let health = health();
        health.store_fault(Some("the database failed".to_owned()));
        let reasons = health.snapshot().reasons_not_ready(at(0));
        assert_eq!(reasons, ["store: the database failed"]);
        health.store_fault(None);
        assert!(health.snapshot().reasons_not_ready(at(0)).is_empty());
    }

    #[test]
    fn a_mailbox_is_down_since_its_first_failure_in_a_row() {
        let health = health();
        health.mailbox_failed("metering", "refused", true, at(10));
        health.mailbox_failed("metering", "timeout", true, at(20));
        let state = health.snapshot().mailboxes[0].state.clone();
        let (since, error) = (at(10), "timeout".to_owned());
        assert_eq!(
            state,
            MailboxState::Down {
                since,
                error,
                is_transient: true,
                account: None,
            }
        );
    }

    #[test]
    fn a_short_outage_keeps_the_gateway_ready_and_a_long_one_does_not() {
        let health = health();
        health.mailbox_failed("metering", "timeout", true, at(0));
        assert!(
            health
                .snapshot()
                .reasons_not_ready(at(GRACE_SECONDS))
                .is_empty()
        );
        let reasons = health.snapshot().reasons_not_ready(at(GRACE_SECONDS + 1));
        assert_eq!(reasons, ["mailbox metering: timeout"]);
        health.mailbox_polled("metering", &Summary::default(), at(GRACE_SECONDS + 2));
        assert!(
            health
                .snapshot()
                .reasons_not_ready(at(GRACE_SECONDS * 9))
                .is_empty()
        );
    }

    #[test]
    fn a_clock_that_is_set_makes_nothing_older() {
        let health = health();
        health.set_mailboxes(&["metering", "gas"].map(|name| Mailbox {
            name: name.to_owned(),
            ..Mailbox::default()
        }));
        health.mailbox_failed("metering", "timeout", true, at(10));
        health.clock_was_set(86_400, at(86_418), at(86_420));
        let now = at(20 - 86_400);
        health.mailbox_polled("gas", &Summary::default(), now);
        health.clock_was_set(-2 * 86_400, at(18 - 86_400), now);
        let snapshot = health.snapshot();
        assert!(snapshot.reasons_not_ready(now).is_empty());
        assert_eq!(snapshot.started, at(-86_400));
        assert_eq!(snapshot.mailboxes[1].last_success, Some(now));
        let later = at(10 - 86_400 + GRACE_SECONDS + 1);
        assert_eq!(snapshot.reasons_not_ready(later).len(), 1);
    }

    #[test]
    fn a_refused_login_makes_the_gateway_not_ready_at_once() {
        let health = health();
        health.mailbox_failed("metering", "login refused", false, at(0));
        assert_eq!(health.snapshot().reasons_not_ready(at(0)).len(), 1);
    }

    #[test]
    fn a_reload_keeps_what_is_known_of_a_mailbox_that_stays() {
        let health = health();
        health.mailbox_polled("metering", &Summary::default(), at(5));
        let named = |name: &str| Mailbox {
            name: name.to_owned(),
            ..Mailbox::default()
        };
        health.set_mailboxes(&[named("gas"), named("metering")]);
        let mailboxes = health.snapshot().mailboxes;
        assert_eq!(mailboxes[0].state, MailboxState::Starting);
        assert_eq!(mailboxes[1].last_success, Some(at(5)));
    }

    #[test]
    fn polls_add_up_since_the_start() {
        let health = health();
        for mails in [2, 3] {
            let summary = Summary {
                durable: mails,
                ..Summary::default()
            };
            health.mailbox_polled("metering", &summary, at(0));
        }
        let mailbox = health.snapshot().mailboxes.remove(0);
        assert_eq!(
            (
                mailbox.since_start.durable,
                mailbox.last_summary.unwrap().durable
            ),
            (5, 3)
        );
    }
}
