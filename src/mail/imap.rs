//! IMAP (RFC 9051, RFC 3501) over crate `async-imap`, with every tagged answer checked.
//!
//! One poll: connect (`connect`, `sign_in`), or look whether the kept connection lives (`polling`); see
//! what is new (`list`); fetch it in windows and hand it over (`fetch`); delete or move what is
//! durable (`release`). Between polls the server may tell of new mail (`idle`).
//!
//! Nothing is remembered here about which mails are done: the [`crate::mail::Intake`] keeps that.
//! After a crash between "durable" and "released" mails that should be gone are still there, and
//! known as settled. So the first poll of a process that deletes or moves fetches the newest
//! settled mails again; they come back as duplicates, and are released. A round of mails is
//! released before the next is fetched, hence no more than a round can be left behind.

mod connect;
mod fetch;
mod guard;
mod idle;
mod list;
mod names;
mod polling;
mod release;
mod sign_in;
mod uids;
mod visit;
mod wire;

use std::collections::BTreeSet;

use async_imap::imap_proto::RequestId;

use crate::config::mailbox::Mailbox;
use crate::mail::MailError;
use crate::mail::imap::connect::Capabilities;
use crate::mail::imap::wire::Wire;

pub(crate) use idle::wait_for_news;
pub(crate) use polling::poll;
pub(crate) use visit::{greet, visit};

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

/// Whether mails are deleted or moved at the server.
fn releases(mailbox: &Mailbox) -> bool {
    mailbox.delete_after_fetch || !mailbox.move_to.is_empty()
}
