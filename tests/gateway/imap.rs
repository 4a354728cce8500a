//! IMAP against a real Dovecot, and against servers that misbehave.

mod dovecot;
mod misbehaviour;

use std::sync::Arc;

use mscons_gateway::config::mailbox::{Encryption, Mailbox};
use mscons_gateway::config::secret::Secret;
use mscons_gateway::mail::poll::Session;
use mscons_gateway::mail::{MailError, Summary, poll};
use tokio::sync::Semaphore;

use crate::support::dovecot::PASSWORD;
use crate::support::ledger::Ledger;

/// A mailbox in plain text at an address.
fn mailbox(host: &str, port: u16, user: &str) -> Mailbox {
    Mailbox {
        name: user.to_owned(),
        host: host.to_owned(),
        port,
        encryption: Encryption::None,
        username: user.to_owned(),
        password: Secret::Text(PASSWORD.to_owned()),
        ..Mailbox::default()
    }
}

/// One poll with a session of its own, and 64 MiB in flight.
async fn poll_once(mailbox: &Mailbox, ledger: &Ledger) -> Result<Summary, MailError> {
    poll_with(mailbox, &mut Session::default(), ledger).await
}

async fn poll_with(
    mailbox: &Mailbox,
    session: &mut Session,
    ledger: &Ledger,
) -> Result<Summary, MailError> {
    let summary = poll(
        mailbox,
        session,
        Arc::new(Semaphore::new(64 << 10)),
        ledger,
        &|_, _| {},
    );
    let summary = summary.await?;
    assert_eq!(
        summary.announced,
        summary.durable + summary.too_large + summary.not_given + summary.expunged,
        "{summary:?}"
    );
    Ok(summary)
}
