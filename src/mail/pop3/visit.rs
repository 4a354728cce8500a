//! A visit by POP3: LIST counts, RETR reads, and nothing is deleted, because nothing can be.

use crate::config::mailbox::Mailbox;
use crate::mail::MailError;
use crate::mail::pop3::codec::{Body, Event};
use crate::mail::pop3::command::Command;
use crate::mail::pop3::connect::{self, Opened};
use crate::mail::pop3::reply::Status;
use crate::mail::visit::{Newest, Reached, Visit};
use crate::net::connections::Connections;
use crate::oauth::Accounts;

/// Whether a server answers. See [`crate::mail::visit::greet`].
pub(crate) async fn greet(mailbox: &Mailbox) -> Result<(), MailError> {
    let mut opened = connect::open(mailbox, &Connections::default()).await?;
    opened.wire.quit().await;
    Ok(())
}

/// Visits the maildrop. See [`crate::mail::visit::visit`].
pub(crate) async fn visit(
    mailbox: &Mailbox,
    accounts: &Accounts,
    newest: Newest,
    seen: &mut Visit,
) -> Result<(), MailError> {
    let mut note = |opened: &Opened| {
        seen.reached = Reached::Server;
        seen.encrypted = opened.encrypted;
        seen.offered = opened.offered.lines();
    };
    let connections = Connections::default();
    let signed_in = connect::signed_in(mailbox, &connections, accounts, &mut note);
    let mut opened = signed_in.await?;
    seen.offered = opened.offered.lines();
    seen.reached = Reached::Account;
    let came = session(&mut opened, newest, seen).await;
    // The maildrop is locked until the server hears this.
    opened.wire.quit().await;
    came
}

async fn session(opened: &mut Opened, newest: Newest, seen: &mut Visit) -> Result<(), MailError> {
    let wire = &mut opened.wire;
    let reply = wire.ask(Command::List).await?;
    if reply.status != Status::Ok {
        return Err(wire.refusal(Command::List, &reply));
    }
    seen.reached = Reached::Folder;
    let mut listed = Vec::new();
    while let Some(line) = wire.line().await? {
        seen.mails += 1;
        if seen.mails > MAX_MAILS {
            return Err(wire.too_long(usize::try_from(MAX_MAILS).unwrap_or(usize::MAX)));
        }
        if listed.len() >= 2 * newest.mails.max(1) {
            listed.drain(..newest.mails.max(1));
        }
        listed.extend(numbers(&line));
    }
    for (number, size_bytes) in newest.choose(listed.into_iter().rev()) {
        wire.send(&[Command::Retr { number, size_bytes }]).await?;
        match wire.next().await? {
            Event::Mail(Body::Whole(bytes)) => seen.take(1, vec![bytes]),
            Event::Mail(Body::TooLarge { .. }) => {}
            Event::Reply(_) => seen.take(1, Vec::new()),
            Event::Line(_) | Event::End => return Err(wire.out_of_step()),
        }
    }
    Ok(())
}

/// Number and size: `12 3401`.
fn numbers(line: &str) -> Option<(u32, u64)> {
    let mut words = line.split_ascii_whitespace();
    Some((words.next()?.parse().ok()?, words.next()?.parse().ok()?))
}

/// As for a poll: a listing beyond does not end.
const MAX_MAILS: u64 = 10_000_000;
