//! IMAP (RFC 9051, RFC 3501) over crate `async-imap`, with every tagged answer checked.
//!
//! One poll: connect, or look whether the kept connection lives (`connect`, [`Connection`]); see
//! what is new (`list`); fetch it in windows and hand it over (`fetch`); delete or move what is
//! durable (`release`). Between polls the server may tell of new mail (`idle`).
//!
//! Nothing is remembered here about which mails are done: the [`Intake`] keeps that ([`Cursor`]).
//! After a crash between "durable" and "released" mails that should be gone are still there, and
//! known as settled. So the first poll of a process that deletes or moves fetches the newest
//! settled mails again; they come back as duplicates, and are released. A round (see [`ROUND`]) is
//! released before the next is fetched, hence no more than a round can be left behind.

mod answer;
mod connect;
mod fetch;
mod guard;
mod idle;
mod list;
mod names;
mod release;
mod uids;
mod wire;

use std::collections::BTreeSet;
use std::sync::Arc;

use async_imap::imap_proto::RequestId;
use tokio::sync::Semaphore;

use crate::config::mailbox::Mailbox;
use crate::mail::imap::connect::Capabilities;
use crate::mail::imap::fetch::Fetch;
use crate::mail::imap::list::Listed;
use crate::mail::imap::wire::Wire;
use crate::mail::poll::{Session, Summary};
use crate::mail::{Intake, MailError};
use crate::mailbox::Cursor;

pub(crate) use idle::wait_for_news;

/// A signed-in connection with an open folder.
#[derive(Debug)]
pub struct Connection {
    wire: Wire,
    capabilities: Capabilities,
    selected: Selected,
    /// An IDLE that nobody waits for any more: it is ended before the next command.
    idling: Option<RequestId>,
    /// `move_to` is known to exist.
    target_is_there: bool,
}

/// The open folder.
#[derive(Clone, Copy, Debug)]
struct Selected {
    validity: u32,
    /// All UIDs below it were seen or are gone; 0 if the server does not say.
    next: u32,
    /// UIDs stay beyond the session.
    sticky: bool,
}

impl Default for Selected {
    fn default() -> Self {
        Self {
            validity: 0,
            next: 0,
            sticky: true,
        }
    }
}

/// What a process remembers of a folder beyond one connection. Losing it costs work, not mails.
#[derive(Debug, Default)]
pub(crate) struct Memory {
    validity: u32,
    /// The settled mails of an earlier process were looked through.
    swept: bool,
    /// Durable, but not released yet.
    unreleased: BTreeSet<u32>,
}

impl Connection {
    fn new(wire: Wire, capabilities: Capabilities, selected: Selected) -> Self {
        Self {
            wire,
            capabilities,
            selected,
            idling: None,
            target_is_there: false,
        }
    }

    /// Whether the connection still lives: one NOOP, which also brings news.
    async fn refresh(&mut self) -> Result<(), MailError> {
        idle::end(self).await?;
        self.wire.run("NOOP", |_| {}).await.map(|_| ())
    }

    /// Says goodbye. A failure of that is no failure (the server's last word may be lost).
    pub(crate) async fn close(mut self) {
        let goodbye = async {
            idle::end(&mut self).await?;
            self.wire.attempt("LOGOUT", |_| {}).await
        };
        let _ = tokio::time::timeout(idle::GOODBYE_LIMIT, goodbye).await;
    }
}

/// Polls the folder once. See [`crate::mail::poll`].
pub(crate) async fn poll<I: Intake>(
    mailbox: &Mailbox,
    session: &mut Session,
    budget: Arc<Semaphore>,
    intake: &I,
    progress: &(dyn Fn(u64, u64) + Send + Sync),
) -> Result<Summary, MailError> {
    let mut connection = kept_or_new(mailbox, session.imap.take()).await?;
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
        self.wire.news || next == 0 || next > cursor.next || !cursor.open.is_empty()
    }
}

/// The kept connection if it lives. That it died while idle is normal (autologout): one new one.
async fn kept_or_new(mailbox: &Mailbox, kept: Option<Connection>) -> Result<Connection, MailError> {
    if let Some(mut connection) = kept {
        match connection.refresh().await {
            Ok(()) => return Ok(connection),
            Err(error) => {
                tracing::debug!(mailbox = mailbox.name, %error, "kept connection is gone");
            }
        }
    }
    connect::connect(mailbox).await
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
            self.connection.selected.next = next;
            self.memory.swept |= sweep;
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
    async fn work_off(&mut self, found: list::Found) -> Result<Summary, MailError> {
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
            if mails.is_empty() {
                break;
            }
        }
        if found.next > self.cursor.next {
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

/// Whether mails are deleted or moved at the server.
fn releases(mailbox: &Mailbox) -> bool {
    mailbox.delete_after_fetch || !mailbox.move_to.is_empty()
}

/// Mails that are fetched before the durable ones among them are released.
const ROUND: usize = 1_000;
