//! POP3 (RFC 1939): what is new is fetched, and everything stays at the server.
//!
//! Nothing is ever deleted: there is no `DELE` among our commands. A maildrop is locked while a
//! session is open, so the session is short: UIDL tells what is new, LIST the sizes, RETR brings
//! the mails (pipelined where the server offers it), QUIT ends it; only then is waited for what
//! becomes of the mails.
//!
//! The protocol itself is without I/O: [`command`] says what we send, [`codec`] reads what comes,
//! [`sign_in`] is the dialogue of a sign-in, [`reply`] the server's words. Around it `wire` is the
//! connection, `connect`, `list` and `fetch` the steps of a session.
//!
//! A mail is known by its unique-id. Some servers give identical mails the same one: all that are
//! new at once are handed over, and their content decides.

pub mod codec;
pub mod command;
mod connect;
mod fetch;
mod list;
pub mod reply;
pub mod sign_in;
mod visit;
mod wire;

use std::collections::VecDeque;
use std::sync::Arc;

use tokio::sync::Semaphore;
use tracing::warn;

use crate::config::mailbox::Mailbox;
use crate::mail::in_flight::InFlight;
use crate::mail::pop3::connect::Opened;
use crate::mail::pop3::fetch::Fetch;
use crate::mail::{Intake, MailError, Summary};
use crate::net::connections::Connections;
use crate::oauth::Accounts;

pub(crate) use visit::{greet, visit};

/// Polls a maildrop once. See [`crate::mail::poll()`].
///
/// If `budget` is closed, the gateway is stopping: nothing more is fetched, what is handed over
/// comes to its end, and the rest stays new.
///
/// # Errors
/// [`MailError`]; what was durable before stays done.
pub async fn poll<I: Intake>(
    mailbox: &Mailbox,
    connections: &Connections,
    accounts: &Accounts,
    budget: Arc<Semaphore>,
    intake: &I,
    progress: &(dyn Fn(u64, u64) + Send + Sync),
) -> Result<Summary, MailError> {
    let mut summary = Summary::default();
    let mut in_flight = InFlight::new(intake, mailbox, Arc::clone(&budget), progress);
    let mut suspects: Vec<String> = Vec::new();
    loop {
        let mut opened = connect::signed_in(mailbox, connections, accounts, &mut |_| {}).await?;
        let ended = session(
            &mut opened,
            mailbox,
            &budget,
            intake,
            &mut in_flight,
            &mut summary,
            &suspects,
        );
        let ended = ended.await;
        tokio::join!(opened.wire.quit(), async {
            while in_flight.settle_next(&mut summary).await {}
        });
        if let Some(failure) = in_flight.failure.take() {
            return Err(MailError::Intake(failure));
        }
        match ended {
            Ok(()) => return Ok(summary),
            // The mail at which the session ended may end every session: the others come first.
            Err((error, Some(uidl)))
                if suspects.len() < MAX_SUSPECTS && !suspects.contains(&uidl) =>
            {
                warn!(mailbox = mailbox.name, uidl, %error, "the session ended at this mail; it is asked for last");
                suspects.push(uidl);
                summary.not_given = 0;
                summary.announced = summary.done();
            }
            Err((error, _)) => return Err(error),
        }
    }
}

/// From what is new to the last mail. An error comes with the mail that was due, if one was.
async fn session<'a, I: Intake>(
    opened: &mut Opened,
    mailbox: &'a Mailbox,
    budget: &Semaphore,
    intake: &I,
    in_flight: &mut InFlight<'a, I, ()>,
    summary: &mut Summary,
    suspects: &[String],
) -> Result<(), (MailError, Option<String>)> {
    let without_mail = |error| (error, None);
    let new = list::look(&mut opened.wire, mailbox, budget, intake, summary).await;
    let mut new = new.map_err(without_mail)?;
    new.sort_by_key(|mail| suspects.contains(&mail.uidl));
    let mut fetch = Fetch {
        wire: &mut opened.wire,
        mailbox,
        in_flight,
        summary,
        plan: new.into(),
        asked: VecDeque::new(),
        window: if opened.offered.has("PIPELINING") {
            WINDOW
        } else {
            1
        },
    };
    let fetched = fetch.run().await;
    fetched.map_err(|error| {
        let is_broken = matches!(error, MailError::Broken { .. } | MailError::Protocol { .. });
        let due = fetch.asked.pop_front().filter(|_| is_broken);
        (error, due.map(|mail| mail.uidl))
    })
}

/// RETR under way (RFC 2449 section 6.6). Their lines fit any socket's buffer, so that neither side
/// waits for the other to read.
const WINDOW: usize = 100;

/// Mails that may end a session before the poll is given up: each costs a sign-in.
const MAX_SUSPECTS: usize = 3;
