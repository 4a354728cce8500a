//! Delete or move what is durable. Every step may be repeated after a crash: commands on UIDs that
//! are gone answer OK and do nothing.

use std::collections::BTreeSet;

use tracing::warn;

use crate::config::mailbox::Mailbox;
use crate::mail::imap::list::still_there;
use crate::mail::imap::wire::{Code, Event};
use crate::mail::imap::{Connection, Memory, names, uids};
use crate::mail::{MailError, answer};

/// Releases what `memory` holds as unreleased; gives how many mails.
///
/// # Errors
/// [`MailError::Refused`] or [`MailError::Folder`] if the server does not let us; what is not
/// released stays in `memory`.
pub(super) async fn release(
    connection: &mut Connection,
    memory: &mut Memory,
    mailbox: &Mailbox,
) -> Result<u64, MailError> {
    let all: Vec<u32> = memory.unreleased.iter().copied().collect();
    let moves = !mailbox.move_to.is_empty();
    if moves {
        ensure_target(connection, mailbox).await?;
    }
    let mut released = 0;
    for (set, named) in uids::sets(&all) {
        let done = match (moves, connection.capabilities.has("MOVE")) {
            (true, true) => {
                let target = names::folder(&mailbox.move_to);
                let command = format!("UID MOVE {set} {target}");
                connection.wire.run(&command, |_| {}).await?;
                count(named)
            }
            (true, false) => {
                let copied = copy(connection, &set, named, mailbox).await?;
                delete(connection, &copied, mailbox).await?
            }
            (false, _) => delete(connection, named, mailbox).await?,
        };
        released += done;
        for uid in named {
            memory.unreleased.remove(uid);
        }
    }
    Ok(released)
}

/// The folder to move to exists, or is created.
async fn ensure_target(connection: &mut Connection, mailbox: &Mailbox) -> Result<(), MailError> {
    if connection.target_is_there {
        return Ok(());
    }
    let failed = |answer: String| MailError::Folder {
        host: mailbox.host.clone(),
        folder: mailbox.move_to.clone(),
        answer,
    };
    if mailbox.move_to.eq_ignore_ascii_case(&mailbox.folder) {
        return Err(failed("move_to is the folder that is read".to_owned()));
    }
    let target = names::folder(&mailbox.move_to);
    let wire = &mut connection.wire;
    let status = format!("STATUS {target} (MESSAGES)");
    if !wire.attempt(&status, |_| {}).await?.ok {
        let created = wire.attempt(&format!("CREATE {target}"), |_| {}).await?;
        if !created.ok {
            return Err(failed(answer::shown(&created.text)));
        }
    }
    connection.target_is_there = true;
    Ok(())
}

/// Copies, and gives the mails of which the server says that they were copied.
async fn copy(
    connection: &mut Connection,
    set: &str,
    named: &[u32],
    mailbox: &Mailbox,
) -> Result<Vec<u32>, MailError> {
    let target = names::folder(&mailbox.move_to);
    let command = format!("UID COPY {set} {target}");
    let done = connection.wire.run(&command, |_| {}).await?;
    if let Code::Copied(from) = done.code {
        let from: BTreeSet<u32> = from.into_iter().collect();
        return Ok(named
            .iter()
            .copied()
            .filter(|uid| from.contains(uid))
            .collect());
    }
    if !connection.capabilities.has("UIDPLUS") {
        return Ok(named.to_vec());
    }
    // RFC 4315 section 3: with UIDPLUS, no COPYUID means that nothing was copied.
    let there = still_there(&mut connection.wire, named).await?;
    if !there.is_empty() {
        warn!(
            mailbox = mailbox.name,
            mails = there.len(),
            "the server does not say that it copied these mails; they stay"
        );
    }
    Ok(Vec::new())
}

/// Flags as deleted and expunges exactly these mails; gives how many are gone.
async fn delete(
    connection: &mut Connection,
    named: &[u32],
    mailbox: &Mailbox,
) -> Result<u64, MailError> {
    let only_ours = connection.capabilities.has("UIDPLUS");
    let strangers = if only_ours || named.is_empty() {
        0
    } else {
        strangers(connection, named).await?
    };
    let wire = &mut connection.wire;
    for (set, _) in uids::sets(named) {
        let store = format!("UID STORE {set} +FLAGS.SILENT (\\Deleted)");
        wire.run(&store, |_| {}).await?;
        if only_ours {
            wire.run(&format!("UID EXPUNGE {set}"), |_| {}).await?;
        }
    }
    if only_ours || named.is_empty() {
        return Ok(count(named));
    }
    if strangers > 0 {
        warn!(
            mailbox = mailbox.name,
            strangers,
            "mails that others flagged as deleted are in the folder, and the server can expunge only all; ours stay flagged"
        );
        return Ok(0);
    }
    wire.run("EXPUNGE", |_| {}).await?;
    Ok(count(named))
}

/// How many mails are flagged as deleted that are not ours.
async fn strangers(connection: &mut Connection, ours: &[u32]) -> Result<usize, MailError> {
    let mut flagged: BTreeSet<u32> = BTreeSet::new();
    let search = connection.wire.run("UID SEARCH DELETED", |event| {
        if let Event::Search(found) = event {
            let strange = |uid: &u32| ours.binary_search(uid).is_err();
            let room = MAX_STRANGERS - flagged.len();
            flagged.extend(found.into_iter().filter(strange).take(room));
        }
    });
    search.await?;
    Ok(flagged.len())
}

/// One is enough to leave a folder alone; the number is for the log.
const MAX_STRANGERS: usize = 10_000;

fn count(uids: &[u32]) -> u64 {
    u64::try_from(uids.len()).unwrap_or(u64::MAX)
}
