//! What is new in a folder: UIDs and sizes, before any mail is loaded.

use std::collections::BTreeSet;

use crate::config::mailbox::Mailbox;
use crate::mail::MailError;
use crate::mail::imap::wire::{Event, Fetched, Wire};
use crate::mail::imap::{Connection, uids};
use crate::mailbox::{Cursor, MailId};

/// A mail at the server, not loaded.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Listed {
    pub(super) uid: u32,
    /// As the server says, in 32 bits as IMAP has it; 0 if it says nothing.
    pub(super) size_bytes: u32,
}

/// What a look at the folder found.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// Mails to fetch, by ascending UID.
    pub(super) mails: Vec<Listed>,
    /// UIDs that were open and have no mail any more.
    pub(super) gone: Vec<u32>,
    /// All UIDs below are in `mails`, settled, or without a mail.
    pub(super) next: u32,
}

/// Looks for mails above the cursor and for its open ones; with `sweep` also for the newest
/// settled ones.
pub(super) async fn look(
    connection: &mut Connection,
    cursor: &Cursor,
    sweep: bool,
    mailbox: &Mailbox,
) -> Result<Found, MailError> {
    let wire = &mut connection.wire;
    let above = above(wire, cursor.next).await?;
    let mut found = Found {
        next: connection.selected.next.max(cursor.next),
        ..Found::default()
    };
    if let Some(last) = above.last() {
        found.next = found.next.max(last.uid.saturating_add(1));
    }
    let open: Vec<u32> = cursor.open().take(MAX_LISTED).collect();
    let (there, gone) = sizes(wire, &open).await?;
    found.mails = there;
    found.gone = gone;
    if sweep {
        let has_uidplus = connection.capabilities.has("UIDPLUS");
        let old = settled(wire, cursor, above.len(), has_uidplus).await?;
        let limit = mailbox.max_mail_size.bytes();
        found.mails.extend(
            old.into_iter()
                .filter(|mail| u64::from(mail.size_bytes) <= limit),
        );
        found.mails.sort_unstable_by_key(|mail| mail.uid);
    }
    // As a rule there are no others, and then the list is not copied.
    if found.mails.is_empty() {
        found.mails = above;
    } else {
        found.mails.extend(above);
    }
    Ok(found)
}

/// The identities of UIDs.
pub(super) fn ids(validity: u32, uids: &[u32]) -> Vec<MailId> {
    uids.iter()
        .map(|uid| MailId::Imap {
            validity,
            uid: *uid,
        })
        .collect()
}

/// Those of the UIDs (ascending) that have a mail. If the server does not say: all.
pub(super) async fn still_there(
    wire: &mut Wire,
    asked: &[u32],
) -> Result<BTreeSet<u32>, MailError> {
    let mut there = BTreeSet::new();
    for (set, named) in uids::sets(asked) {
        let command = format!("UID SEARCH UID {set}");
        let done = wire.attempt(&command, |event| {
            if let Event::Search(found) = event {
                let asked = |uid: &u32| named.binary_search(uid).is_ok();
                there.extend(found.into_iter().filter(asked));
            }
        });
        if !done.await?.ok {
            there.extend(named);
        }
    }
    Ok(there)
}

/// Mails with a UID of `from` or above, ascending.
async fn above(wire: &mut Wire, from: u32) -> Result<Vec<Listed>, MailError> {
    // `n:*` always names the last mail (RFC 9051 section 9), and some servers refuse it in an
    // empty folder.
    if wire.exists == 0 {
        return Ok(Vec::new());
    }
    let mut listing = Listing::default();
    let command = format!("UID FETCH {from}:* (UID RFC822.SIZE)");
    wire.run(&command, |event| listing.take(&event)).await?;
    let complete = listing.is_complete(wire.exists);
    let mut mails = listing.into_mails(wire)?;
    mails.retain(|mail| mail.uid >= from);
    if !complete {
        // The server left something out (Exchange does that with mails that it cannot convert):
        // what has a UID must not be taken for expunged.
        let mut searched: Vec<u32> = Vec::new();
        let command = format!("UID SEARCH UID {from}:*");
        wire.attempt(&command, |event| {
            if let Event::Search(found) = event {
                let room = MAX_LISTED - searched.len();
                searched.extend(found.into_iter().take(room));
            }
        })
        .await?;
        let known: BTreeSet<u32> = mails.iter().map(|mail| mail.uid).collect();
        mails.extend(
            searched
                .into_iter()
                .filter(|uid| *uid >= from && !known.contains(uid))
                .map(|uid| Listed { uid, size_bytes: 0 }),
        );
        mails.sort_unstable_by_key(|mail| mail.uid);
        mails.dedup_by_key(|mail| mail.uid);
    }
    Ok(mails)
}

/// The sizes of UIDs (ascending), and which of them have no mail any more.
async fn sizes(wire: &mut Wire, asked: &[u32]) -> Result<(Vec<Listed>, Vec<u32>), MailError> {
    let mut listing = Listing::default();
    for (set, _) in uids::sets(asked) {
        let command = format!("UID FETCH {set} (UID RFC822.SIZE)");
        wire.run(&command, |event| listing.take(&event)).await?;
    }
    let mut mails = listing.into_mails(wire)?;
    mails.retain(|mail| asked.binary_search(&mail.uid).is_ok());
    let known: BTreeSet<u32> = mails.iter().map(|mail| mail.uid).collect();
    let silent: Vec<u32> = asked
        .iter()
        .copied()
        .filter(|uid| !known.contains(uid))
        .collect();
    let there = still_there(wire, &silent).await?;
    mails.extend(there.iter().map(|uid| Listed {
        uid: *uid,
        size_bytes: 0,
    }));
    mails.sort_unstable_by_key(|mail| mail.uid);
    let gone = silent
        .into_iter()
        .filter(|uid| !there.contains(uid))
        .collect();
    Ok((mails, gone))
}

/// The newest settled mails: what a crash may have left unreleased.
///
/// A crash between flag and expunge leaves them flagged `\Deleted`. Without UIDPLUS such mails are
/// left out: they may be those that stay flagged because others have flagged mails of their own.
/// Asked by sequence number, because UIDs have holes: the `above` newest mails are new.
async fn settled(
    wire: &mut Wire,
    cursor: &Cursor,
    above: usize,
    has_uidplus: bool,
) -> Result<Vec<Listed>, MailError> {
    let last = wire
        .exists
        .saturating_sub(u32::try_from(above).unwrap_or(u32::MAX));
    if last == 0 {
        return Ok(Vec::new());
    }
    let first = last.saturating_sub(SWEPT - 1).max(1);
    let mut listing = Listing::default();
    let flags = if has_uidplus { "" } else { " FLAGS" };
    let command = format!("FETCH {first}:{last} (UID RFC822.SIZE{flags})");
    wire.run(&command, |event| listing.take(&event)).await?;
    let mut mails = listing.into_mails(wire)?;
    mails.retain(|mail| cursor.is_settled(mail.uid));
    Ok(mails)
}

/// The lines of one listing.
#[derive(Debug, Default)]
struct Listing {
    mails: Vec<Listed>,
    /// Lines that came, those of mails flagged as deleted included.
    lines: usize,
    /// First and last sequence number, as long as they come without a hole.
    run: Option<(u32, u32)>,
    has_holes: bool,
}

impl Listing {
    fn take(&mut self, event: &Event) {
        let Event::Fetch(Fetched {
            sequence,
            uid: Some(uid),
            size_bytes,
            deleted,
            ..
        }) = event
        else {
            return;
        };
        self.lines += 1;
        if self.lines > MAX_LISTED {
            return; // An error at the end; until then it costs no memory.
        }
        self.run = match self.run {
            None => Some((*sequence, *sequence)),
            Some((first, last)) => {
                self.has_holes |= last.checked_add(1) != Some(*sequence);
                Some((first, *sequence))
            }
        };
        if !deleted {
            self.mails.push(Listed {
                uid: *uid,
                size_bytes: size_bytes.unwrap_or(0),
            });
        }
    }

    /// Whether the lines run without a hole to the folder's last mail: sequence numbers have none.
    /// A listing in another order is taken for one with holes: it costs a SEARCH.
    fn is_complete(&self, exists: u32) -> bool {
        let ends_with_last = self.run.is_some_and(|(_, last)| last == exists);
        ends_with_last && !self.has_holes
    }

    fn into_mails(mut self, wire: &Wire) -> Result<Vec<Listed>, MailError> {
        if self.lines > MAX_LISTED {
            return Err(MailError::Protocol {
                host: wire.host().to_owned(),
                what: format!("more than {MAX_LISTED} mails in one folder"),
            });
        }
        self.mails.sort_unstable_by_key(|mail| mail.uid);
        self.mails.dedup_by_key(|mail| mail.uid);
        Ok(self.mails)
    }
}

/// A crash leaves at most one round of 1,000 mails behind; twice that covers one that had begun.
const SWEPT: u32 = 2_000;

/// Exchange holds a million mails in a folder; four cost 32 MB while they are listed.
const MAX_LISTED: usize = 4_000_000;

#[cfg(test)]
mod tests {
    use super::*;

    fn line(sequence: u32, uid: u32) -> Event {
        Event::Fetch(Fetched {
            sequence,
            uid: Some(uid),
            size_bytes: Some(10),
            ..Fetched::default()
        })
    }

    #[test]
    fn a_listing_with_a_hole_is_not_complete() {
        let mut listing = Listing::default();
        listing.take(&line(4, 40));
        listing.take(&line(6, 60));
        assert!(!listing.is_complete(6));
        let mut listing = Listing::default();
        listing.take(&line(5, 55));
        listing.take(&line(6, 60));
        assert!(listing.is_complete(6));
        assert!(!listing.is_complete(7));
    }

    #[test]
    fn a_listing_without_an_end_costs_no_memory_beyond_its_bound() {
        let mut listing = Listing::default();
        for _ in 0..MAX_LISTED + 100 {
            listing.take(&line(1, 1));
        }
        assert_eq!(listing.mails.len(), MAX_LISTED);
        assert!(listing.lines > MAX_LISTED);
    }

    #[test]
    fn an_empty_listing_of_a_full_folder_is_not_complete() {
        assert!(!Listing::default().is_complete(3));
    }
}
