//! A visit by IMAP: the folder is opened with EXAMINE, so that nothing in it can change.

use std::collections::BTreeMap;

use crate::config::mailbox::Mailbox;
use crate::mail::MailError;
use crate::mail::imap::connect::{Opened, after_sign_in, open, select};
use crate::mail::imap::sign_in::signed_in;
use crate::mail::imap::wire::{Body, Event, Wire};
use crate::mail::imap::{Connection, names, uids};
use crate::mail::visit::{Newest, Reached, Visit};
use crate::net::connections::Connections;
use crate::oauth::Accounts;

/// Whether a server answers. See [`crate::mail::visit::greet`].
pub(crate) async fn greet(mailbox: &Mailbox) -> Result<(), MailError> {
    open(&mailbox.endpoint(), &Connections::default())
        .await
        .map(drop)
}

/// Visits the folder. See [`crate::mail::visit::visit`].
pub(crate) async fn visit(
    mailbox: &Mailbox,
    accounts: &Accounts,
    newest: Newest,
    seen: &mut Visit,
) -> Result<(), MailError> {
    let mut note = |opened: &Opened| {
        seen.reached = Reached::Server;
        seen.encrypted = opened.encrypted;
        seen.offered = opened.capabilities.names();
    };
    let session = signed_in(mailbox, &Connections::default(), accounts, &mut note).await?;
    seen.reached = Reached::Account;
    let mut wire = Wire::new(session, mailbox.host.clone());
    let capabilities = after_sign_in(&mut wire).await?;
    seen.offered = capabilities.names();
    seen.folders = folders(&mut wire).await?;
    let selected = select(&mut wire, mailbox).await?;
    seen.reached = Reached::Folder;
    seen.mails = u64::from(wire.exists);
    if wire.exists > 0 {
        seen.last_arrival = last_arrival(&mut wire).await?;
        let (asked, came) = read(&mut wire, newest).await?;
        seen.take(asked, came);
    }
    Connection::new(wire, capabilities, selected).close().await;
    Ok(())
}

async fn folders(wire: &mut Wire) -> Result<Vec<String>, MailError> {
    let mut folders = Vec::new();
    wire.run("LIST \"\" \"*\"", |event| {
        if let Event::Folder(name) = event
            && folders.len() < MAX_FOLDERS
        {
            folders.push(names::decoded(&name));
        }
    })
    .await?;
    folders.sort_unstable();
    Ok(folders)
}

async fn last_arrival(wire: &mut Wire) -> Result<Option<i64>, MailError> {
    let mut arrived = None;
    wire.run("FETCH * (UID INTERNALDATE)", |event| {
        if let Event::Fetch(fetched) = event {
            arrived = fetched.arrived.as_deref().and_then(instant).or(arrived);
        }
    })
    .await?;
    Ok(arrived)
}

/// `17-Jul-1996 02:44:25 -0700` (RFC 9051 section 9, `date-time`; the day may be ` 1`).
fn instant(date: &str) -> Option<i64> {
    let time = jiff::fmt::strtime::parse("%d-%b-%Y %H:%M:%S %z", date.trim()).ok()?;
    time.to_timestamp().ok().map(jiff::Timestamp::as_second)
}

/// How many of the newest mails were asked for, and those that came, newest first.
async fn read(wire: &mut Wire, newest: Newest) -> Result<(usize, Vec<Vec<u8>>), MailError> {
    let wanted = u32::try_from(newest.mails).unwrap_or(u32::MAX);
    if wanted == 0 {
        return Ok((0, Vec::new()));
    }
    let first = wire.exists.saturating_sub(wanted - 1).max(1);
    let mut sizes = BTreeMap::new();
    let command = format!("FETCH {first}:* (UID RFC822.SIZE)");
    wire.run(&command, |event| {
        if let Event::Fetch(fetched) = event
            && let (Some(uid), Some(size)) = (fetched.uid, fetched.size_bytes)
            && sizes.len() < newest.mails
        {
            sizes.insert(uid, u64::from(size));
        }
    })
    .await?;
    let chosen = newest.choose(sizes.into_iter().rev());
    let mut chosen: Vec<u32> = chosen.into_iter().map(|(uid, _)| uid).collect();
    chosen.reverse();
    let mut mails = BTreeMap::new();
    let mut left = newest.bytes;
    for (set, _) in uids::sets(&chosen) {
        wire.run(&format!("UID FETCH {set} (UID BODY.PEEK[])"), |event| {
            if let Event::Fetch(fetched) = event
                && let (Some(uid), Body::Given(bytes)) = (fetched.uid, fetched.body)
                && let Some(rest) = left.checked_sub(bytes.len() as u64)
            {
                left = rest;
                mails.insert(uid, bytes.to_vec());
            }
        })
        .await?;
    }
    Ok((chosen.len(), mails.into_values().rev().collect()))
}

/// Enough to find a misspelt name in; some accounts have thousands.
const MAX_FOLDERS: usize = 1_000;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_of_arrival_are_read_with_their_zone() {
        // RFC 3501 section 7.4.2.
        assert_eq!(instant("17-Jul-1996 02:44:25 -0700"), Some(837_596_665));
        assert_eq!(instant(" 1-Jan-1970 01:00:00 +0100"), Some(0));
        assert_eq!(instant("yesterday"), None);
    }
}
