//! Mails of ours on their way into the outbox.

use std::fmt;

use crate::extract::Head;
use crate::ingest::IngestError;
use crate::mailbox::MailId;
use crate::store::archive::{Archive, Entry};
use crate::store::ledger::Origin;
use crate::store::outbox::{OutboxRecord, OutboxState, Slot, Written};
use crate::store::request::RequestRecord;

/// A mail that is finished once it has its number: references and `Message-ID` follow from it.
pub struct Draft(Box<Finish>);

type Finish = dyn FnOnce(&Slot) -> Result<Written, String> + Send;

impl Draft {
    /// A draft that is finished so. It runs on the committer's thread: it must not block.
    pub fn new(finish: impl FnOnce(&Slot) -> Result<Written, String> + Send + 'static) -> Self {
        Self(Box::new(finish))
    }

    /// Finishes it.
    pub(super) fn finish(self, slot: &Slot) -> Result<Written, IngestError> {
        (self.0)(slot).map_err(IngestError::Unwritable)
    }
}

/// Appends a mail to the archive (not yet synced).
pub(super) fn file(
    mail: Written,
    slot: &Slot,
    archive: &Archive,
) -> Result<(OutboxRecord, Option<RequestRecord>), IngestError> {
    let origin = Origin {
        mailbox: String::new(),
        folder: String::new(),
        id: MailId::Ours {
            number: slot.number,
        },
        arrived: slot.at.seconds(),
        size_bytes: mail.bytes.len() as u64,
        head: Head {
            message_id: mail.message_id.clone(),
            from: mail.from.clone(),
            subject: mail.subject.clone(),
        },
        name: mail.purpose.name().to_owned(),
    };
    let place = archive.append(Entry::new(&origin, &mail.encode(slot)?))?;
    let record = OutboxRecord::new(&mail, slot, place, OutboxState::Queued);
    Ok((record, mail.request))
}

impl fmt::Debug for Draft {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Draft").finish_non_exhaustive()
    }
}
