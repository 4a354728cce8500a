//! How the gateway is: what the actors know of the mailboxes, and what pages and probes tell of it.
//!
//! A shared snapshot, plain data. The actors write, the pages read; neither knows the other. Time
//! comes in as an argument.

use std::sync::{Arc, PoisonError, RwLock};

use crate::config::mailbox::{Mailbox, Protocol};
use crate::mail::Summary;
use crate::market::calendar::UtcTime;

/// The shared snapshot. Cloning shares it.
#[derive(Clone, Debug)]
pub struct Health(Arc<RwLock<Snapshot>>);

/// How the gateway was at one moment.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Snapshot {
    /// When the process started.
    pub started: UtcTime,
    /// Whether the store takes reads and commits; otherwise why not.
    pub store: Result<(), String>,
    /// The mailboxes in the order of the configuration.
    pub mailboxes: Vec<MailboxHealth>,
}

/// How one mailbox is.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct MailboxHealth {
    /// Its name in the configuration.
    pub name: String,
    /// How it is read.
    pub protocol: Protocol,
    /// Its server; the directory of a Maildir.
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
    },
}

impl Health {
    /// The state before anything has happened: mailboxes starting, store not yet open.
    pub fn new(started: UtcTime, mailboxes: &[Mailbox]) -> Self {
        Self(Arc::new(RwLock::new(Snapshot {
            started,
            store: Err("the store is being opened".to_owned()),
            mailboxes: mailboxes.iter().map(MailboxHealth::new).collect(),
        })))
    }

    /// How everything is now.
    pub fn snapshot(&self) -> Snapshot {
        self.0
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// Notes that the store is open and works.
    pub fn store_ready(&self) {
        self.change(|now| now.store = Ok(()));
    }

    /// Notes that the store fails, and why.
    pub fn store_failed(&self, why: String) {
        self.change(|now| now.store = Err(why));
    }

    /// Notes a successful poll.
    pub fn mailbox_polled(&self, mailbox: &str, at: UtcTime, summary: Summary) {
        self.change_mailbox(mailbox, |mailbox| {
            mailbox.state = MailboxState::Up;
            mailbox.last_success = Some(at);
            mailbox.last_summary = Some(summary);
            mailbox.since_start = sum(mailbox.since_start, summary);
        });
    }

    /// Notes a poll that failed. The mailbox is down since the first failure in a row.
    pub fn mailbox_failed(&self, mailbox: &str, at: UtcTime, error: String, is_transient: bool) {
        self.change_mailbox(mailbox, |mailbox| {
            let since = match mailbox.state {
                MailboxState::Down { since, .. } => since,
                MailboxState::Starting | MailboxState::Up => at,
            };
            mailbox.state = MailboxState::Down {
                since,
                error,
                is_transient,
            };
        });
    }

    /// Notes when a mailbox is polled next.
    pub fn mailbox_next_poll(&self, mailbox: &str, at: UtcTime) {
        self.change_mailbox(mailbox, |mailbox| mailbox.next_poll = Some(at));
    }

    /// Notes how many connections to a mailbox are open.
    pub fn mailbox_connections(&self, mailbox: &str, open: u32) {
        self.change_mailbox(mailbox, |mailbox| mailbox.connections = open);
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
        let store = self.store.as_ref().err().map(|why| format!("store: {why}"));
        let mailboxes = self
            .mailboxes
            .iter()
            .filter_map(|mailbox| match &mailbox.state {
                MailboxState::Starting | MailboxState::Up => None,
                MailboxState::Down {
                    since,
                    error,
                    is_transient,
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
                Protocol::Maildir => mailbox.path.display().to_string(),
            },
            state: MailboxState::Starting,
            last_success: None,
            last_summary: None,
            since_start: Summary::default(),
            next_poll: None,
            connections: 0,
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
        let health = Health::new(at(0), &[mailbox]);
        health.store_ready();
        health
    }

    #[test]
    fn a_gateway_without_its_store_is_not_ready() {
        let health = Health::new(at(0), &[]);
        assert_eq!(health.snapshot().reasons_not_ready(at(1)).len(), 1);
        health.store_ready();
        assert!(health.snapshot().reasons_not_ready(at(1)).is_empty());
    }

    #[test]
    fn a_mailbox_is_down_since_its_first_failure_in_a_row() {
        let health = health();
        health.mailbox_failed("metering", at(10), "refused".to_owned(), true);
        health.mailbox_failed("metering", at(20), "timeout".to_owned(), true);
        let state = health.snapshot().mailboxes[0].state.clone();
        let (since, error) = (at(10), "timeout".to_owned());
        assert_eq!(
            state,
            MailboxState::Down {
                since,
                error,
                is_transient: true
            }
        );
    }

    #[test]
    fn a_short_outage_keeps_the_gateway_ready_and_a_long_one_does_not() {
        let health = health();
        health.mailbox_failed("metering", at(0), "timeout".to_owned(), true);
        assert!(
            health
                .snapshot()
                .reasons_not_ready(at(GRACE_SECONDS))
                .is_empty()
        );
        let reasons = health.snapshot().reasons_not_ready(at(GRACE_SECONDS + 1));
        assert_eq!(reasons, ["mailbox metering: timeout"]);
        health.mailbox_polled("metering", at(GRACE_SECONDS + 2), Summary::default());
        assert!(
            health
                .snapshot()
                .reasons_not_ready(at(GRACE_SECONDS * 9))
                .is_empty()
        );
    }

    #[test]
    fn a_refused_login_makes_the_gateway_not_ready_at_once() {
        let health = health();
        health.mailbox_failed("metering", at(0), "login refused".to_owned(), false);
        assert_eq!(health.snapshot().reasons_not_ready(at(0)).len(), 1);
    }

    #[test]
    fn polls_add_up_since_the_start() {
        let health = health();
        for mails in [2, 3] {
            let summary = Summary {
                durable: mails,
                ..Summary::default()
            };
            health.mailbox_polled("metering", at(0), summary);
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
