//! POP3 against a real Dovecot, and against servers that misbehave.

mod dovecot;
mod misbehaviour;
mod scripted;

use std::sync::Arc;

use mscons_gateway::config::mailbox::{Encryption, Mailbox, Protocol};
use mscons_gateway::config::secret::Secret;
use mscons_gateway::mail::pop3::poll;
use mscons_gateway::mail::{MailError, Summary};
use tokio::sync::Semaphore;

use crate::support::dovecot::PASSWORD;
use crate::support::ledger::Ledger;

/// A mailbox in plain text at an address.
fn mailbox(host: &str, port: u16, user: &str) -> Mailbox {
    Mailbox {
        name: user.to_owned(),
        protocol: Protocol::Pop3,
        host: host.to_owned(),
        port,
        encryption: Encryption::None,
        username: user.to_owned(),
        password: Secret::Text(PASSWORD.to_owned()),
        ..Mailbox::default()
    }
}

/// One poll with 64 MiB in flight, as a task of its own.
async fn poll_once(mailbox: &Mailbox, ledger: &Ledger) -> Result<Summary, MailError> {
    poll_within(64 << 10, mailbox, ledger).await
}

/// One poll with so many KiB in flight.
async fn poll_within(
    budget_kib: usize,
    mailbox: &Mailbox,
    ledger: &Ledger,
) -> Result<Summary, MailError> {
    let (mailbox, ledger) = (mailbox.clone(), ledger.clone());
    let budget = Arc::new(Semaphore::new(budget_kib));
    let task = tokio::spawn({
        let budget = budget.clone();
        async move { poll(&mailbox, budget, &ledger, &|_, _| {}).await }
    });
    let summary = task.await.unwrap()?;
    assert_eq!(budget.available_permits(), budget_kib, "all came back");
    assert_eq!(
        summary.announced,
        summary.durable + summary.too_large + summary.not_given + summary.expunged,
        "{summary:?}"
    );
    Ok(summary)
}
