//! Mailboxes at test servers, and polls of them with a ledger in memory.

use std::sync::Arc;

use mscons_gateway::config::mailbox::{Encryption, Mailbox, Protocol};
use mscons_gateway::config::secret::Secret;
use mscons_gateway::mail::poll::{BUDGET_KIB, Session};
use mscons_gateway::mail::{MailError, Summary, poll};
use tokio::sync::Semaphore;

use super::dovecot::PASSWORD;
use super::ledger::Ledger;

/// A mailbox in plain text at an address.
pub(crate) fn mailbox(protocol: Protocol, host: &str, port: u16, user: &str) -> Mailbox {
    Mailbox {
        name: user.to_owned(),
        protocol,
        host: host.to_owned(),
        port,
        encryption: Encryption::None,
        username: user.to_owned(),
        password: Secret::Text(PASSWORD.to_owned()),
        ..Mailbox::default()
    }
}

/// One poll with a session of its own.
pub(crate) async fn poll_once(mailbox: &Mailbox, ledger: &Ledger) -> Result<Summary, MailError> {
    poll_with(mailbox, &mut Session::default(), ledger).await
}

/// One poll with a session that is kept.
pub(crate) async fn poll_with(
    mailbox: &Mailbox,
    session: &mut Session,
    ledger: &Ledger,
) -> Result<Summary, MailError> {
    poll_within(BUDGET_KIB, mailbox, session, ledger).await
}

/// One poll with so many KiB in flight.
pub(crate) async fn poll_within(
    budget_kib: usize,
    mailbox: &Mailbox,
    session: &mut Session,
    ledger: &Ledger,
) -> Result<Summary, MailError> {
    let budget = Arc::new(Semaphore::new(budget_kib));
    let summary = poll(mailbox, session, Arc::clone(&budget), ledger, &|_, _| {}).await?;
    assert_eq!(budget.available_permits(), budget_kib, "all came back");
    assert_eq!(
        summary.announced,
        summary.durable + summary.too_large + summary.not_given + summary.expunged,
        "{summary:?}"
    );
    Ok(summary)
}
