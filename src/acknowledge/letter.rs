//! An acknowledgement as a mail.

use crate::acknowledge::heard::{Acknowledgement, Content};
use crate::edifact::write::WriteError;
use crate::message::message_type::MessageType;
use crate::message::transfer::TransferError;
use crate::message::{aperak, contrl};
use crate::post::{MarketFile, PostError};
use crate::store::ledger::Hash;
use crate::store::outbox::{Answers, Purpose, Slot, Written};

/// Why an acknowledgement is no mail.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AcknowledgeError {
    /// Its envelope cannot be written.
    #[error(transparent)]
    Envelope(#[from] TransferError),
    /// What it answers has a reference that cannot be repeated.
    #[error(transparent)]
    Content(#[from] WriteError),
    /// The mail cannot be written.
    #[error(transparent)]
    Post(#[from] PostError),
}

impl Acknowledgement {
    /// What it is for.
    pub fn purpose(&self) -> Purpose {
        match self.content {
            Content::Contrl(_) => Purpose::Contrl,
            Content::Aperaks(_) => Purpose::Aperak,
        }
    }

    /// The mail, under the number that it was given. `interchange` is the SHA-256 of what it answers.
    ///
    /// # Errors
    /// [`AcknowledgeError`].
    pub fn written(self, interchange: Hash, slot: &Slot) -> Result<Written, AcknowledgeError> {
        let purpose = self.purpose();
        let reference = slot.reference();
        let transfer = self.transfer.under(&reference, slot.at)?;
        let (kind, bytes) = match self.content {
            Content::Contrl(contrl) => (MessageType::Contrl, contrl::write(&transfer, &contrl)?),
            Content::Aperaks(mut aperaks) => {
                // Each has a number of its own.
                for (aperak, n) in aperaks.iter_mut().zip(1_u32..) {
                    aperak.document = format!("{reference}-{n}");
                    aperak.date = Some(slot.at);
                }
                (MessageType::Aperak, aperak::write(&transfer, &aperaks)?)
            }
        };
        let file = MarketFile {
            name: transfer.subject(kind),
            reference,
            receiver: transfer.receiver().code.clone(),
            bytes,
        };
        let answers = Answers {
            interchange,
            message: None,
            due: Some(self.due.seconds()),
        };
        let addressee = self.addressee;
        Ok(addressee.written(purpose, file, Some(answers), slot)?)
    }
}
