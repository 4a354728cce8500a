//! One poll of one mailbox, whatever its protocol.

use std::sync::Arc;

use tokio::sync::Semaphore;

use super::{Intake, MailError};
use crate::config::mailbox::Mailbox;

/// What one poll did.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Summary {
    /// Mails that were new to us.
    pub announced: u64,
    /// Mails handed over and durable.
    pub durable: u64,
    /// Of these: mails known already by their content.
    pub duplicates: u64,
    /// Of these: mails with something in quarantine.
    pub quarantined: u64,
    /// Of these: mails without EDIFACT.
    pub irrelevant: u64,
    /// Mails over `max_mail_size`.
    pub too_large: u64,
    /// Mails that the server announced, but did not give: asked for again at the next poll.
    pub not_given: u64,
    /// Mails that another client removed before they were fetched.
    pub expunged: u64,
    /// Mails deleted, moved or marked at the server.
    pub released: u64,
    /// Bytes fetched.
    pub bytes: u64,
}

/// A session that is kept between polls, so that an idle poll costs no login.
#[derive(Debug, Default)]
pub struct Session {
    /// The IMAP connection of the last poll, if it is still good.
    pub(crate) imap: Option<super::imap::Connection>,
}

/// Polls a mailbox once: fetches what is new, hands it over, releases what is durable.
///
/// `progress` is told (done, announced) now and then. `budget` bounds the bytes in flight.
///
/// # Errors
/// [`MailError`]; what was durable before stays done.
pub async fn poll<I: Intake>(
    _mailbox: &Mailbox,
    _session: &mut Session,
    _budget: Arc<Semaphore>,
    _intake: &I,
    _progress: &(dyn Fn(u64, u64) + Send + Sync),
) -> Result<Summary, MailError> {
    todo!()
}

/// Waits until the mailbox may have something new: IMAP IDLE where it is offered and wanted.
/// Returns at once (`false`) where there is no such thing; the caller polls by timer besides.
///
/// # Errors
/// [`MailError`] if the connection broke.
pub async fn wait_for_news(_mailbox: &Mailbox, _session: &mut Session) -> Result<bool, MailError> {
    todo!()
}
