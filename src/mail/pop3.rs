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
mod wire;

use std::collections::VecDeque;
use std::sync::Arc;

use tokio::sync::Semaphore;

use crate::config::mailbox::Mailbox;
use crate::mail::in_flight::InFlight;
use crate::mail::pop3::connect::Opened;
use crate::mail::pop3::fetch::Fetch;
use crate::mail::{Intake, MailError, Summary};

/// Polls a maildrop once. See [`crate::mail::poll()`].
///
/// If `budget` is closed, the gateway is stopping: nothing more is fetched, what is handed over
/// comes to its end, and the rest stays new.
///
/// # Errors
/// [`MailError`]; what was durable before stays done.
pub async fn poll<I: Intake>(
    mailbox: &Mailbox,
    budget: Arc<Semaphore>,
    intake: &I,
    progress: &(dyn Fn(u64, u64) + Send + Sync),
) -> Result<Summary, MailError> {
    let mut summary = Summary::default();
    let mut in_flight = InFlight::new(intake, mailbox, Arc::clone(&budget), progress);
    let mut opened = connect::open(mailbox).await?;
    let fetched = session(
        &mut opened,
        mailbox,
        &budget,
        intake,
        &mut in_flight,
        &mut summary,
    );
    let fetched = fetched.await;
    tokio::join!(opened.wire.quit(), async {
        while in_flight.settle_next(&mut summary).await {}
    });
    if let Some(failure) = in_flight.failure.take() {
        return Err(MailError::Intake(failure));
    }
    fetched?;
    Ok(summary)
}

/// From the sign-in to the last mail.
async fn session<'a, I: Intake>(
    opened: &mut Opened,
    mailbox: &'a Mailbox,
    budget: &Semaphore,
    intake: &I,
    in_flight: &mut InFlight<'a, I, ()>,
    summary: &mut Summary,
) -> Result<(), MailError> {
    let offered = connect::sign_in(opened, mailbox).await?;
    let new = list::look(&mut opened.wire, mailbox, budget, intake, summary).await?;
    let mut fetch = Fetch {
        wire: &mut opened.wire,
        mailbox,
        in_flight,
        summary,
        plan: new.into(),
        asked: VecDeque::new(),
        window: if offered.has("PIPELINING") { WINDOW } else { 1 },
    };
    fetch.run().await
}

/// RETR under way (RFC 2449 section 6.6). Their lines fit any socket's buffer, so that neither side
/// waits for the other to read.
const WINDOW: usize = 100;
