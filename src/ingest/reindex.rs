//! Everything again, from the archive alone.

use std::sync::Arc;

use crate::acknowledge::TermsNow;
use crate::extract::Bounds;
use crate::ingest::clerk::{Clerk, Prepared, Subjects};
use crate::ingest::digest::{Digest, Replay};
use crate::ingest::quarantine::digest_archived;
use crate::ingest::{IngestError, Validation};
use crate::mailbox::MailId;
use crate::market::calendar::UtcTime;
use crate::store::archive::{Archive, ArchivePlace};
use crate::store::outbox::{OutboxRecord, OutboxState, Slot, Written};
use crate::store::request::RequestRecord;
use crate::store::{Store, StoreError};

/// What a reindex found.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Report {
    /// Archive entries that were taken in.
    pub entries: u64,
    /// Archive entries that are damaged: which, and how it shows.
    pub damaged: Vec<String>,
}

/// Fills an empty store from the archive, in the order of arrival. Messages are put before the rules
/// of the market as they would be if they came today. `progress` is told how many
/// archive bytes are done.
///
/// Duplicates, mails without EDIFACT and what was settled at the servers are not in the archive:
/// those mails are looked at again at the next poll, without any effect on the values. What became
/// of mails of ours is not there either: those that the store does not know yet are
/// [`OutboxState::Unknown`].
///
/// # Errors
/// [`IngestError`] if the store cannot be written. Damaged entries are reported, not errors.
pub fn reindex(
    store: Arc<dyn Store>,
    archive: &Arc<Archive>,
    validation: &Validation,
    progress: &dyn Fn(u64),
) -> Result<Report, IngestError> {
    let mut clerk = Clerk::new(store, Arc::clone(archive))?;
    let mut report = Report::default();
    let mut mail: Option<Digest> = None;
    let mut group = Group::default();
    let mut done = 0;
    for entry in archive.entries() {
        let (place, origin, bytes) = match entry {
            Ok(entry) => entry,
            Err(error) => {
                report.damaged.push(error.to_string());
                continue;
            }
        };
        done += bytes.len() as u64;
        report.entries += 1;
        if let MailId::Ours { number } = origin.id {
            let at = UtcTime::from_seconds(origin.arrived);
            match of_ours(number, at, place, &bytes) {
                Ok((mail, request)) => keep(&mut clerk, (number, mail, request), &mut group)?,
                Err(error) => report.damaged.push(error.to_string()),
            }
            continue;
        }
        let replay = Replay {
            entry: None,
            mail: None,
        };
        // Whatever was to be said was said when it came.
        let (bounds, silent) = (Bounds::default(), TermsNow::default());
        let agreed = (validation, &silent);
        let digest = digest_archived(origin, bytes, place, replay, &bounds, agreed);
        match &mut mail {
            Some(mail) if same_mail(mail, &digest) => mail.pieces.extend(digest.pieces),
            _ => {
                if let Some(mail) = mail.replace(digest) {
                    take_in(&mut clerk, mail, &mut group)?;
                }
            }
        }
        if group.mails.len() >= MAILS_A_FLUSH {
            group.commit(&mut clerk)?;
            progress(done);
        }
    }
    if let Some(mail) = mail {
        take_in(&mut clerk, mail, &mut group)?;
    }
    group.commit(&mut clerk)?;
    progress(done);
    Ok(report)
}

fn take_in(clerk: &mut Clerk, mail: Digest, group: &mut Group) -> Result<(), IngestError> {
    if group.subjects.concern(&mail) {
        group.commit(clerk)?;
    }
    let (mail, subjects) = clerk.prepare(mail, &|_| false)?;
    group.mails.push(mail);
    group.subjects.extend(subjects);
    Ok(())
}

/// Mails that share a flush.
#[derive(Default)]
struct Group {
    mails: Vec<Prepared>,
    subjects: Subjects,
}

impl Group {
    /// Makes them durable; the group is empty then.
    fn commit(&mut self, clerk: &mut Clerk) -> Result<(), IngestError> {
        let group = std::mem::take(self);
        clerk.commit(&group.mails)
    }
}

/// A mail of ours as the archive knows it: what became of it is not told there.
fn of_ours(
    number: u64,
    at: UtcTime,
    place: ArchivePlace,
    bytes: &[u8],
) -> Result<(OutboxRecord, Option<RequestRecord>), StoreError> {
    let (serial, mail) = Written::decode(number, bytes)?;
    let slot = Slot { number, serial, at };
    let record = OutboxRecord::new(&mail, &slot, place, OutboxState::Unknown);
    Ok((record, mail.request))
}

/// Keeps a mail of ours, unless more is known of it.
fn keep(
    clerk: &mut Clerk,
    mail: (u64, OutboxRecord, Option<RequestRecord>),
    group: &mut Group,
) -> Result<(), IngestError> {
    // A number whose first mail was never kept was given to another: the last one holds.
    let mut earlier = group.mails.iter().flat_map(Prepared::outbox);
    if earlier.any(|(number, _)| *number == mail.0) {
        group.commit(clerk)?;
    }
    group.mails.extend(clerk.remembering(mail)?);
    Ok(())
}

/// The pieces of one mail stand behind each other in the archive.
fn same_mail(one: &Digest, other: &Digest) -> bool {
    one.arrival.mailbox == other.arrival.mailbox
        && one.arrival.folder == other.arrival.folder
        && one.arrival.id == other.arrival.id
        && one.arrival.at == other.arrival.at
        && one.size_bytes == other.size_bytes
}

/// Mails that share a flush.
const MAILS_A_FLUSH: usize = 1_000;
