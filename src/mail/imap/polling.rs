//! One poll from end to end: what is new, round by round, and what is to be released.

use std::sync::Arc;

use tokio::sync::Semaphore;

use crate::config::mailbox::Mailbox;
use crate::mail::credential;
use crate::mail::imap::fetch::Fetch;
use crate::mail::imap::list::{self, Found, Listed};
use crate::mail::imap::{Connection, Memory, connect, release, releases};
use crate::mail::poll::{Session, Summary};
use crate::mail::{Intake, MailError};
use crate::mailbox::Cursor;

/// Polls the folder once. See [`crate::mail::poll`].
pub(crate) async fn poll<I: Intake>(
    mailbox: &Mailbox,
    session: &mut Session,
    budget: Arc<Semaphore>,
    intake: &I,
    progress: &(dyn Fn(u64, u64) + Send + Sync),
) -> Result<Summary, MailError> {
    let mut connection = kept_or_new(mailbox, session).await?;
    let validity = connection.selected.validity;
    let memory = &mut session.memory;
    if memory.validity != validity {
        *memory = Memory {
            validity,
            ..Memory::default()
        };
    }
    // Another UIDVALIDITY, or UIDs that do not stay: everything is new (RFC 9051 section 2.3.1.1).
    // Mails that were stored before are known by their content.
    let cursor = intake.cursor(&mailbox.folder).await?;
    let cursor = cursor
        .filter(|cursor| cursor.validity == validity && connection.selected.sticky)
        .unwrap_or_else(|| Cursor::new(validity));

    let mut poll = Poll {
        connection: &mut connection,
        memory,
        mailbox,
        budget,
        intake,
        progress,
        cursor,
    };
    let result = poll.run().await;
    let clean = matches!(
        result,
        Ok(_) | Err(MailError::Refused { .. } | MailError::Folder { .. })
    );
    if clean && connection.selected.sticky {
        session.imap = Some(connection);
    }
    result
}

impl Connection {
    fn has_news(&self, cursor: &Cursor) -> bool {
        let next = self.selected.next;
        self.wire.news || next == 0 || next > cursor.next || cursor.has_open()
    }
}

/// The kept connection if it lives. That it died while idle is normal (autologout): one new one.
async fn kept_or_new(mailbox: &Mailbox, session: &mut Session) -> Result<Connection, MailError> {
    let is_out_of_date = session.is_out_of_date(mailbox);
    if let Some(mut connection) = session.imap.take() {
        if is_out_of_date {
            // Who disconnects an account, or connects another user, means it.
            connection.close().await;
            return connect_anew(mailbox, session).await;
        }
        match connection.refresh().await {
            Ok(()) => return Ok(connection),
            Err(error) => {
                tracing::debug!(mailbox = mailbox.name, %error, "kept connection is gone");
            }
        }
    }
    connect_anew(mailbox, session).await
}

async fn connect_anew(mailbox: &Mailbox, session: &mut Session) -> Result<Connection, MailError> {
    session.sign_in = credential::sign_in(mailbox, &session.accounts);
    connect::connect(mailbox, &session.connections, &session.accounts).await
}

/// One poll on a living connection.
struct Poll<'a, I> {
    connection: &'a mut Connection,
    memory: &'a mut Memory,
    mailbox: &'a Mailbox,
    budget: Arc<Semaphore>,
    intake: &'a I,
    progress: &'a (dyn Fn(u64, u64) + Send + Sync),
    cursor: Cursor,
}

impl<I: Intake> Poll<'_, I> {
    async fn run(&mut self) -> Result<Summary, MailError> {
        let sweep = releases(self.mailbox) && !self.memory.swept;
        if sweep || self.connection.has_news(&self.cursor) {
            self.connection.wire.news = false;
            let found = list::look(self.connection, &self.cursor, sweep, self.mailbox).await?;
            let next = found.next;
            let summary = self.work_off(found).await?;
            if !self.budget.is_closed() {
                self.connection.selected.next = next;
                self.memory.swept |= sweep;
            }
            return Ok(summary);
        }
        let mut summary = Summary::default();
        if !self.memory.unreleased.is_empty() {
            summary.released = release::release(self.connection, self.memory, self.mailbox).await?;
        }
        Ok(summary)
    }

    /// Fetches and releases, round by round, and moves the cursor behind what was announced.
    ///
    /// That the server refuses a release stops no fetching; it is the poll's error at the end.
    async fn work_off(&mut self, found: Found) -> Result<Summary, MailError> {
        let folder = &self.mailbox.folder;
        let mut summary = Summary {
            announced: u64::try_from(found.mails.len() + found.gone.len()).unwrap_or(u64::MAX),
            ..Summary::default()
        };
        let gone = list::ids(self.cursor.validity, &found.gone);
        if !gone.is_empty() {
            summary.expunged += u64::try_from(gone.len()).unwrap_or(u64::MAX);
            self.intake.settle(folder, gone).await?;
        }
        let round = if releases(self.mailbox) {
            ROUND
        } else {
            usize::MAX
        };
        let mut refused = None;
        let mut mails: &[Listed] = &found.mails;
        loop {
            let (now, later) = mails.split_at(round.min(mails.len()));
            let fetched = self.fetch(now, &mut summary).await;
            if releases(self.mailbox) && !self.memory.unreleased.is_empty() && fetched.is_ok() {
                match release::release(self.connection, self.memory, self.mailbox).await {
                    Ok(count) => summary.released += count,
                    Err(error @ (MailError::Refused { .. } | MailError::Folder { .. })) => {
                        refused = refused.or(Some(error));
                    }
                    Err(error) => return Err(error),
                }
            }
            fetched?;
            mails = later;
            if mails.is_empty() || self.budget.is_closed() {
                break;
            }
        }
        // Whoever fetches announces up to the last mail. When the gateway is stopping, mails that
        // nobody asked for stay new.
        let behind_last = found.mails.last().map(|mail| mail.uid.saturating_add(1));
        let told = behind_last.map_or(self.cursor.next, |next| next.max(self.cursor.next));
        if found.next > told && !self.budget.is_closed() {
            let (validity, next) = (self.cursor.validity, found.next);
            self.intake
                .announce(folder, validity, Vec::new(), next)
                .await?;
        }
        refused.map_or(Ok(summary), Err)
    }

    async fn fetch(&mut self, mails: &[Listed], summary: &mut Summary) -> Result<(), MailError> {
        let mut fetch = Fetch::new(
            self.connection,
            self.mailbox,
            self.budget.clone(),
            self.intake,
            self.progress,
            &self.cursor,
        );
        let result = fetch.run(mails, summary).await;
        if releases(self.mailbox) {
            self.memory.unreleased.extend(fetch.into_releasable());
        }
        result
    }
}

/// Mails that are fetched before the durable ones among them are released.
const ROUND: usize = 1_000;
