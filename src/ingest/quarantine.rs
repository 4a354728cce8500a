//! Quarantine: what was not understood, tried again with today's rules.

use sha2::{Digest as _, Sha256};

use super::IngestError;
use super::digest::{Arrival, Digest, Parcel, Replay, Storage};
use crate::extract::Bounds;
use crate::market::calendar::UtcTime;
use crate::store::Store;
use crate::store::archive::{Archive, ArchivePlace};
use crate::store::ledger::{Hash, Origin};

/// Digests the bytes of a quarantine entry again. Committing the digest resolves the entry, or
/// replaces it by one with today's reasons.
///
/// # Errors
/// [`IngestError`] if there is no such entry, or nothing in it to try.
pub fn digest_again(
    store: &dyn Store,
    archive: &Archive,
    number: u64,
    bounds: &Bounds,
) -> Result<Digest, IngestError> {
    let entries = store.quarantine()?;
    let Some((_, record)) = entries.into_iter().find(|(known, _)| *known == number) else {
        return Err(IngestError::NoSuchEntry(number));
    };
    let Some(place) = record.place else {
        return Err(IngestError::NothingToRetry(
            number,
            record.reasons.join("; "),
        ));
    };
    let (origin, bytes) = archive.read(place)?;
    let replay = Replay {
        entry: Some(number),
        mail: Some(record.mail),
    };
    Ok(digest_archived(origin, bytes, place, replay, bounds))
}

/// Digests what an archive entry holds. Pieces that are the entry itself are not archived again.
pub(super) fn digest_archived(
    origin: Origin,
    bytes: Vec<u8>,
    place: ArchivePlace,
    replay: Replay,
    bounds: &Bounds,
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
    let mut digest = super::digest_safely(&arrival, &Parcel::File(name, bytes), bounds);
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
