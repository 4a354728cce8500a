//! One poll of one mailbox, whatever its protocol.

use std::sync::Arc;

use tokio::sync::Semaphore;

use crate::config::mailbox::{Mailbox, Protocol};
use crate::mail::credential::{self, SignIn};
use crate::mail::{Intake, MailError, folder, imap, maildir, pop3};
use crate::mailbox::Outcome;
use crate::net::connections::Connections;
use crate::oauth::Accounts;

/// What one poll did.
///
/// `announced` = `durable` + `too_large` + `not_given` + `expunged` after a poll that came to its
/// end.
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

impl Summary {
    /// Counts a mail by what became of it.
    pub(crate) fn count(&mut self, outcome: Outcome) {
        match outcome {
            Outcome::Stored => {}
            Outcome::Duplicate => self.duplicates += 1,
            Outcome::Quarantined => self.quarantined += 1,
            Outcome::Irrelevant => self.irrelevant += 1,
            Outcome::TooLarge => {
                self.too_large += 1;
                return;
            }
        }
        self.durable += 1;
    }

    /// Mails of which nothing is left to do in this poll.
    pub(crate) fn done(&self) -> u64 {
        self.durable + self.too_large + self.not_given + self.expunged
    }
}

/// A session that is kept between polls, so that an idle poll costs no login.
#[derive(Debug, Default)]
pub struct Session {
    /// The IMAP connection of the last poll, if it is still good.
    pub(crate) imap: Option<imap::Connection>,
    /// What is known of the IMAP folder beyond one connection.
    pub(crate) memory: imap::Memory,
    /// The settled mails that an earlier process left in a Maildir were looked through.
    pub(crate) swept: bool,
    /// Files of a folder that are stored and still there.
    pub(crate) stuck: folder::Stuck,
    /// Counts what is open, whatever the protocol.
    pub(crate) connections: Connections,
    /// Whose tokens it signs in with, where a mailbox wants that.
    pub(crate) accounts: Accounts,
    /// By which sign-in the IMAP connection was opened.
    pub(crate) sign_in: Option<SignIn>,
}

impl Session {
    /// A session that signs in by these accounts, and whose connections are counted there.
    pub fn new(connections: Connections, accounts: Accounts) -> Self {
        Self {
            connections,
            accounts,
            ..Self::default()
        }
    }

    /// Whether its connection goes by another sign-in than that of the mailbox now.
    pub(crate) fn is_out_of_date(&self, mailbox: &Mailbox) -> bool {
        self.imap.is_some() && self.sign_in != credential::sign_in(mailbox, &self.accounts)
    }

    /// Ends the session in good manners (LOGOUT), at a stop. At most two seconds.
    pub async fn close(self) {
        if let Some(connection) = self.imap {
            connection.close().await;
        }
    }
}

/// Polls a mailbox once: fetches what is new, hands it over, releases what is durable.
///
/// `progress` is told (done, announced) now and then. `budget` bounds the bytes in flight: one
/// permit is one KiB. Closing it ends the poll after what is in flight: that is handed over and
/// released, the rest stays new.
///
/// # Errors
/// [`MailError`]; what was durable before stays done.
pub async fn poll<I: Intake>(
    mailbox: &Mailbox,
    session: &mut Session,
    budget: Arc<Semaphore>,
    intake: &I,
    progress: &(dyn Fn(u64, u64) + Send + Sync),
) -> Result<Summary, MailError> {
    match mailbox.protocol {
        Protocol::Imap => imap::poll(mailbox, session, budget, intake, progress).await,
        Protocol::Pop3 => {
            let Session {
                connections,
                accounts,
                ..
            } = session;
            pop3::poll(mailbox, connections, accounts, budget, intake, progress).await
        }
        Protocol::Maildir => {
            maildir::poll(mailbox, &mut session.swept, budget, intake, progress).await
        }
        Protocol::Folder => {
            folder::poll(mailbox, &mut session.stuck, budget, intake, progress).await
        }
    }
}

/// Waits until the mailbox may have something new: IMAP IDLE where it is offered and wanted.
/// Returns at once (`false`) where there is no such thing; the caller polls by timer besides.
///
/// # Errors
/// [`MailError`] if the connection broke.
pub async fn wait_for_news(mailbox: &Mailbox, session: &mut Session) -> Result<bool, MailError> {
    match mailbox.protocol {
        Protocol::Imap => imap::wait_for_news(mailbox, session).await,
        Protocol::Pop3 | Protocol::Maildir | Protocol::Folder => Ok(false),
    }
}

/// Bytes of one mailbox in flight, in KiB: fetched, but not yet durable.
pub const BUDGET_KIB: usize = 64 << 10;
