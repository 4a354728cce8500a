//! What keeps the gateway well. Of the store: is it whole, a copy of it, the store again from the
//! copy. Of the mailboxes: what is wrong with them ([`doctor`]), what is in them ([`survey`]), and
//! what of it could be expected ([`proposal`]).
//!
//! [`verify`] reads everything and says what is wrong. [`backup()`] writes one file while mails
//! come in; [`restore()`] makes a store from it.

pub mod backup;
pub mod doctor;
pub mod manifest;
pub mod proposal;
pub mod provider;
pub mod restore;
pub mod survey;
pub mod verify;

use std::io;

use crate::ingest::IngestError;
use crate::store::StoreError;

pub use backup::backup;
pub use restore::{Restored, restore};

/// Why it could not be done.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum UpkeepError {
    /// Archive or database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The committer did not do its part.
    #[error(transparent)]
    Ingest(#[from] IngestError),
    /// The backup could not be written or read, or nobody waits for it any more.
    #[error("the backup cannot be written or read")]
    Io(#[from] io::Error),
    /// It is no backup, or not a whole one. Nothing of it was taken.
    #[error("the backup is damaged: {part}: {detail}; nothing was restored, use another backup")]
    Damaged {
        /// The part of it.
        part: String,
        /// How it shows.
        detail: String,
    },
    /// It is of a kind that this program does not know.
    #[error("the backup cannot be read by this program: {0}")]
    Unknown(String),
}

/// Told how much is done, of how much; an error ends the work.
pub type Progress<'a> = dyn Fn(u64, u64) -> io::Result<()> + 'a;
