//! IDLE (RFC 2177): the server tells of new mail by itself.

use std::time::Duration;

use tokio::time::{Instant, timeout_at};

use crate::config::mailbox::Mailbox;
use crate::mail::MailError;
use crate::mail::imap::Connection;
use crate::mail::imap::wire::Event;
use crate::mail::poll::Session;

/// Waits until the server tells of something new. `false` at once where there is no IDLE.
///
/// Cancel-safe: the next command ends an IDLE that is under way.
///
/// # Errors
/// [`MailError`] if the connection broke; it is given up then.
pub(crate) async fn wait_for_news(
    mailbox: &Mailbox,
    session: &mut Session,
) -> Result<bool, MailError> {
    let Some(connection) = session.imap.as_mut() else {
        return Ok(false);
    };
    if !(mailbox.idle && connection.capabilities.has("IDLE")) {
        return Ok(false);
    }
    let waited = wait(connection).await;
    if waited.is_err() {
        session.imap = None;
    }
    waited
}

async fn wait(connection: &mut Connection) -> Result<bool, MailError> {
    end(connection).await?;
    let mut round = FIRST_ROUND;
    while !connection.wire.news {
        if !idle(connection, round).await? {
            return Ok(false);
        }
        if round == FIRST_ROUND {
            // What came between the last command and the server's `+` is told by few servers:
            // look once.
            connection.wire.run("NOOP", |_| {}).await?;
            round = ROUND;
        }
    }
    Ok(true)
}

/// One IDLE, ended after `limit` or at news. `false` if the server refuses or ends it.
async fn idle(connection: &mut Connection, limit: Duration) -> Result<bool, MailError> {
    let tag = connection.wire.send("IDLE").await?;
    connection.idling = Some(tag.clone());
    let begun = Instant::now() + START_LIMIT;
    loop {
        match timeout_at(begun, connection.wire.next()).await {
            Ok(Ok(Event::Continue)) => break,
            Ok(Ok(Event::Done(done))) if done.tag == tag => {
                connection.idling = None;
                return Ok(false);
            }
            Ok(Ok(_)) => {}
            Ok(Err(error)) => return Err(error),
            Err(_) => return Err(late(connection)),
        }
    }
    let until = Instant::now() + limit;
    while !connection.wire.news {
        match timeout_at(until, connection.wire.unhurried_next()).await {
            Ok(Ok(Event::Done(done))) if done.tag == tag => {
                // Ended by the server, without a word of news.
                connection.idling = None;
                return Ok(false);
            }
            Ok(Ok(_)) => {}
            Ok(Err(error)) => return Err(error),
            Err(_) => break,
        }
    }
    end(connection).await?;
    Ok(true)
}

/// Ends an IDLE under way.
pub(super) async fn end(connection: &mut Connection) -> Result<(), MailError> {
    let Some(tag) = connection.idling.take() else {
        return Ok(());
    };
    connection.wire.send_line("DONE").await?;
    let until = Instant::now() + START_LIMIT;
    loop {
        match timeout_at(until, connection.wire.next()).await {
            Ok(Ok(Event::Done(done))) if done.tag == tag => return Ok(()),
            Ok(Ok(_)) => {}
            Ok(Err(error)) => return Err(error),
            Err(_) => return Err(late(connection)),
        }
    }
}

fn late(connection: &Connection) -> MailError {
    connection
        .wire
        .broken("idling", std::io::ErrorKind::TimedOut.into())
}

/// Long enough for a server that has something to tell.
const FIRST_ROUND: Duration = Duration::from_secs(1);

/// Servers end a silent connection after 30 minutes (RFC 2177), firewalls after ten or less.
const ROUND: Duration = Duration::from_mins(9);

/// For the server's `+`, and for its answer to DONE.
const START_LIMIT: Duration = Duration::from_secs(30);

/// For LOGOUT: it must not delay a stop.
pub(super) const GOODBYE_LIMIT: Duration = Duration::from_secs(2);
