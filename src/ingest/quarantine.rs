//! Quarantine: what was not understood, tried again with today's rules.

use sha2::{Digest as _, Sha256};

use crate::acknowledge::{Terms, TermsNow};
use crate::extract::Bounds;
use crate::ingest::IngestError;
use crate::ingest::Validation;
use crate::ingest::digest::{Arrival, Digest, Parcel, Replay, Storage};
use crate::market::calendar::UtcTime;
use crate::store::Store;
use crate::store::archive::{Archive, ArchivePlace};
use crate::store::ledger::{Hash, MailRecord, Origin};

/// What can be done with an entry.
pub(super) enum Again {
    /// Its bytes, digested with today's rules. Committing the digest resolves the entry, or
    /// replaces it by one with today's reasons.
    Digest(Box<Digest>),
    /// It has no bytes: a mail that was too large. It is to be fetched again.
    Fetch(Box<MailRecord>),
}

/// Tries an entry again. What the store does not know yet is acknowledged by the terms of today; what
/// it knows was answered when it came.
///
/// # Errors
/// [`IngestError`] if there is no such entry, or nothing in it to try.
pub(super) fn again(
    store: &dyn Store,
    archive: &Archive,
    number: u64,
    bounds: &Bounds,
    (validation, terms): (&Validation, &Terms),
) -> Result<Again, IngestError> {
    let entries = store.quarantine()?;
    let Some((_, record)) = entries.into_iter().find(|(known, _)| *known == number) else {
        return Err(IngestError::NoSuchEntry(number));
    };
    let Some(place) = record.place else {
        let mail = store
            .mail(record.mail)?
            .filter(|mail| !mail.mailbox.is_empty());
        return mail
            .map(|mail| Again::Fetch(Box::new(mail)))
            .ok_or_else(|| IngestError::NothingToRetry(number, record.reasons.join("; ")));
    };
    let (origin, bytes) = archive.read(place)?;
    let replay = Replay {
        entry: Some(number),
        mail: Some(record.mail),
    };
    let terms = if origin.mailbox.is_empty() {
        TermsNow::default()
    } else {
        terms.current()
    };
    Ok(Again::Digest(Box::new(digest_archived(
        origin,
        bytes,
        place,
        replay,
        bounds,
        (validation, &terms),
    ))))
}

/// Digests what an archive entry holds. Pieces that are the entry itself are not archived again.
pub(super) fn digest_archived(
    origin: Origin,
    bytes: Vec<u8>,
    place: ArchivePlace,
    replay: Replay,
    bounds: &Bounds,
    agreed: (&Validation, &TermsNow),
) -> Digest {
    let Origin {
        mailbox,
        folder,
        id,
        arrived,
        size_bytes,
        head,
        name,
    } = origin;
    let arrival = Arrival {
        mailbox,
        folder,
        id,
        at: UtcTime::from_seconds(arrived),
    };
    let hash: Hash = Sha256::digest(&bytes).into();
    let parcel = Parcel::File(name, bytes.into());
    let mut digest = crate::ingest::digest_safely(&arrival, &parcel, bounds, agreed);
    for piece in &mut digest.pieces {
        if piece.hash == hash {
            piece.storage = Storage::Archived(place);
        }
    }
    digest.size_bytes = size_bytes;
    digest.head = head;
    digest.replays = Some(replay);
    digest
}
