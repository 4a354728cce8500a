//! What is kept: ledgers and blocks in a database, raw interchanges in the archive beside it.
//!
//! [`Store`] is the database: one trait, so that a shared backend can join the embedded one.
//! [`archive::Archive`] holds the raw bytes, outside of the database, because it must survive it.

pub mod archive;
pub mod data_dir;
mod disk;
pub mod keys;
pub mod ledger;
pub mod outbox;
pub mod read;
pub mod request;
pub mod restore;
pub mod sled;

use std::fmt::Display;
use std::io;
use std::ops::Range;
use std::path::Path;

use self::sled::SledStore;
use crate::mailbox::{Cursor, Listing, MailId, Mark};
use crate::market::calendar::Day;
use crate::series::merge::Spoken;
use archive::Archive;
use data_dir::{DataDir, Holding, holding};
use ledger::{
    Batch, Examined, Hash, InterchangeRecord, MailRecord, MessageRecord, MessageReference,
    QuarantineRecord, SeriesEntry, Totals,
};
use outbox::{OutboxRecord, Route};
use request::{AskedRecord, ReplyRecord, RequestRecord};

/// Why the store could not do what it was asked.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// Another process has the data directory.
    #[error(
        "{path} is in use by another process{holder}; stop it, or give this one its own data_dir"
    )]
    InUse {
        /// The data directory.
        path: String,
        /// ` (process 4711)`, if known.
        holder: String,
    },
    /// A file could not be read or written.
    #[error("{action} {path} failed: {source}")]
    File {
        /// What was tried: `writing`, `reading`, `syncing`, …
        action: &'static str,
        /// The file.
        path: String,
        /// What the system said.
        source: std::io::Error,
    },
    /// There is no room for the database. It goes on by itself when there is.
    #[error(
        "the disk is full: the database in {path} could not write ({what}); make room, the gateway goes on by itself"
    )]
    DiskFull {
        /// The database's directory.
        path: String,
        /// What the system said.
        what: String,
    },
    /// Nothing can be written there. A gateway that runs goes on by itself when it can.
    #[error(
        "{path} cannot be written ({what}); mount it writable, or let the user of this process write there, or name another data_dir"
    )]
    NotWritable {
        /// The data directory, or what in it could not be written.
        path: String,
        /// What the system said.
        what: String,
    },
    /// The database could not do it.
    #[error(
        "the database in {path} failed: {what}; `mscons-gateway reindex` rebuilds it from the archive"
    )]
    Database {
        /// The database's directory.
        path: String,
        /// What it said.
        what: String,
    },
    /// The database's records have the form of another version of this program.
    #[error(
        "the database in {path} is of another version of this program (format {found}, this one reads {known}); `mscons-gateway reindex` rebuilds it from the archive"
    )]
    OtherFormat {
        /// The database's directory.
        path: String,
        /// The number of its format.
        found: u32,
        /// The number that this program knows.
        known: u32,
    },
    /// The database is gone; everything that came is in the archive.
    #[error(
        "the archive in {path} has no database beside it; `mscons-gateway reindex` builds it from the archive"
    )]
    DatabaseMissing {
        /// The data directory.
        path: String,
    },
    /// Bytes of the archive that are no entry. Nothing can rebuild them but the sender; all other
    /// entries can be read.
    #[error(
        "the archive is damaged: {path}, byte {offset}: {detail}; restore the file from a backup"
    )]
    ArchiveDamaged {
        /// The segment file.
        path: String,
        /// Where the damage begins.
        offset: u64,
        /// How it shows.
        detail: String,
    },
    /// A piece that cannot be kept.
    #[error("{name} cannot be archived: {detail}")]
    Unarchivable {
        /// The piece of the mail.
        name: String,
        /// Why.
        detail: String,
    },
    /// A restore was cut off. What it left is no store.
    #[error(
        "{path} holds half of a restored backup; run `mscons-gateway restore` again, it begins anew"
    )]
    HalfRestored {
        /// The data directory.
        path: String,
    },
    /// A backup can only be restored where nothing is.
    #[error(
        "{path} is not empty ({found}); move it away, or name an empty data_dir, and restore again"
    )]
    NotEmpty {
        /// The data directory.
        path: String,
        /// Something that is in it.
        found: String,
    },
    /// Bytes that cannot be what they should be.
    #[error(
        "{what} is damaged ({detail}); `mscons-gateway reindex` rebuilds the store from the archive"
    )]
    Damaged {
        /// Which record or file.
        what: String,
        /// How it shows.
        detail: String,
    },
}

impl StoreError {
    fn not_writable(path: &Path, error: &dyn Display) -> Self {
        Self::NotWritable {
            path: path.display().to_string(),
            what: error.to_string(),
        }
    }

    fn database(path: &Path, what: String) -> Self {
        Self::Database {
            path: path.display().to_string(),
            what,
        }
    }

    fn file(action: &'static str, path: &Path, source: io::Error) -> Self {
        if source.kind() == io::ErrorKind::ReadOnlyFilesystem {
            return Self::not_writable(path, &source);
        }
        Self::File {
            action,
            path: path.display().to_string(),
            source,
        }
    }
}

/// Opens or makes a data directory: the lock, the database, the archive beside it. The lock ends
/// when both are dropped.
///
/// # Errors
/// [`StoreError::InUse`] if another process has it; [`StoreError::DatabaseMissing`] if there is an
/// archive alone; else [`StoreError`] of whichever part failed.
pub fn open(data_dir: &Path, cache_bytes: u64) -> Result<(SledStore, Archive), StoreError> {
    let data_dir = DataDir::open(data_dir)?;
    if holding(data_dir.path()) == Holding::ArchiveAlone {
        // An empty database would look as if nothing had ever come.
        return Err(StoreError::DatabaseMissing {
            path: data_dir.path().display().to_string(),
        });
    }
    let archive = Archive::open(&data_dir)?;
    Ok((SledStore::open(&data_dir, cache_bytes)?, archive))
}

/// Takes a record as the backend holds it: key and value.
pub type Each<'a> = dyn FnMut(&[u8], &[u8]) -> Result<(), StoreError> + 'a;

/// The database: ledgers and blocks. One writer (the committer), any number of readers.
///
/// ```
/// use mscons_gateway::mailbox::MailId;
/// use mscons_gateway::store::ledger::Batch;
/// use mscons_gateway::store::{self, Store};
///
/// # let home = tempfile::tempdir()?;
/// # let data_dir = home.path();
/// let (database, _archive) = store::open(data_dir, 16 << 20)?;
/// let mail = MailId::Pop3 { uidl: "00003f2a".to_owned() };
/// let mut batch = Batch::of_mailbox("metering", "");
/// batch.settles.push(mail.clone());
/// database.apply(&batch, database.next_sequence()?)?;
/// database.flush()?; // Only now may the server hear of it.
/// assert_eq!(database.settled("metering", &[mail])?, [true]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[expect(
    clippy::missing_errors_doc,
    reason = "each fails with a StoreError if the database does, and for nothing else"
)]
pub trait Store: Send + Sync + 'static {
    /// The interchange with these bytes, if it is known.
    fn interchange(&self, hash: &Hash) -> Result<Option<InterchangeRecord>, StoreError>;

    /// The sequence of the message with this reference, if it is known.
    fn message_by_reference(&self, key: &MessageReference) -> Result<Option<u64>, StoreError>;

    /// A number above every sequence that was ever applied.
    fn next_sequence(&self) -> Result<u64, StoreError>;

    /// Applies everything that some mails brought, atomically: after a crash all of it is there or
    /// none. Visible at once, durable after [`Store::flush`]. The first mail gets number
    /// `sequence`, its messages the numbers after it, in the order of the batch, and so on. No
    /// two of them may speak of the same interchange or message.
    fn apply_all(&self, mails: &[&Batch], sequence: u64) -> Result<(), StoreError>;

    /// Applies everything that one mail brought, as [`Store::apply_all`].
    fn apply(&self, batch: &Batch, sequence: u64) -> Result<(), StoreError> {
        self.apply_all(&[batch], sequence)
    }

    /// Makes everything applied so far durable: returns after a real fsync.
    fn flush(&self) -> Result<(), StoreError>;

    /// What is settled of an IMAP folder.
    fn cursor(&self, mailbox: &str, folder: &str) -> Result<Option<Cursor>, StoreError>;

    /// Which of these mails are settled. For IMAP ask [`Store::cursor`].
    fn settled(&self, mailbox: &str, ids: &[MailId]) -> Result<Vec<bool>, StoreError>;

    /// Settled mails of a mailbox (POP3, Maildir) that are not listed, at most [`MOST_UNLISTED`].
    /// [`Batch::forgets`] takes them out.
    fn unlisted(&self, mailbox: &str, listed: &Listing) -> Result<Vec<Mark>, StoreError>;

    /// All series, ordered by key, with their span and number of blocks.
    fn series(&self) -> Result<Vec<SeriesEntry>, StoreError>;

    /// The blocks of a series for the days of a range, cancelled messages left out.
    ///
    /// With `as_of`, only what had arrived by then (inclusive, seconds UTC), and only
    /// cancellations that had arrived by then.
    fn blocks(
        &self,
        series: u32,
        days: Range<Day>,
        as_of: Option<crate::market::calendar::UtcTime>,
    ) -> Result<Vec<Spoken>, StoreError>;

    /// A message by its sequence, with its cancellation if it has one.
    fn message(&self, sequence: u64) -> Result<Option<MessageRecord>, StoreError>;

    /// What the rules of the market said of a message, if they were asked.
    fn examined(&self, sequence: u64) -> Result<Option<Examined>, StoreError>;

    /// Messages, newest first, below a sequence.
    fn messages(&self, below: u64, limit: usize) -> Result<Vec<(u64, MessageRecord)>, StoreError>;

    /// A mail by its sequence.
    fn mail(&self, sequence: u64) -> Result<Option<MailRecord>, StoreError>;

    /// Mails, newest first, below a sequence.
    fn mails(&self, below: u64, limit: usize) -> Result<Vec<(u64, MailRecord)>, StoreError>;

    /// What is in quarantine, oldest first; the number names it.
    fn quarantine(&self) -> Result<Vec<(u64, QuarantineRecord)>, StoreError>;

    /// Takes something out of quarantine. Durable after [`Store::flush`].
    fn remove_from_quarantine(&self, number: u64) -> Result<bool, StoreError>;

    /// A mail of ours by its number in the outbox.
    fn outbox_record(&self, number: u64) -> Result<Option<OutboxRecord>, StoreError>;

    /// Mails of ours, newest first, below a number.
    fn outbox(&self, below: u64, limit: usize) -> Result<Vec<(u64, OutboxRecord)>, StoreError>;

    /// Mails of ours for a server that have not ended and are due by then (seconds UTC), the
    /// longest due first.
    fn outbox_undone(
        &self,
        route: Route,
        until: i64,
        limit: usize,
    ) -> Result<Vec<(u64, OutboxRecord)>, StoreError>;

    /// The mail of ours with this interchange reference, or this `Message-ID`.
    fn sent(&self, reference: &str) -> Result<Option<u64>, StoreError>;

    /// Numbers of the mails of ours that answer the interchange with these bytes.
    fn answers(&self, interchange: &Hash) -> Result<Vec<u64>, StoreError>;

    /// Requests of others that have no answer yet, in no order that means something.
    fn asked(&self, limit: usize) -> Result<Vec<AskedRecord>, StoreError>;

    /// A request by the number of the mail that asks.
    fn request(&self, number: u64) -> Result<Option<RequestRecord>, StoreError>;

    /// Requests, newest first, below a number.
    fn requests(&self, below: u64, limit: usize) -> Result<Vec<(u64, RequestRecord)>, StoreError>;

    /// What is said of a mail of ours, by the sequence of the message that says it.
    fn replies(&self, number: u64) -> Result<Vec<(u64, ReplyRecord)>, StoreError>;

    /// Mails of ours that partners rejected or refused, the newest mail first, below a number; each
    /// with when the last such reply arrived, seconds UTC.
    fn rejected(&self, below: u64, limit: usize) -> Result<Vec<(u64, i64)>, StoreError>;

    /// Counts of everything, and bytes on disk.
    fn totals(&self) -> Result<Totals, StoreError>;

    /// Interchanges, the newest first, below a number; each with the number of what brought it last.
    /// Of what one mail brought all or none: there may be more than `limit`.
    fn interchanges(
        &self,
        below: u64,
        limit: usize,
    ) -> Result<Vec<(u64, Hash, InterchangeRecord)>, StoreError>;

    /// Reads everything and compares what must agree. `found` is told each fault; what cannot be
    /// read is one, and no error. Mails may come in meanwhile. `go_on` is asked now and then, with
    /// the number of records that were read; an error of it ends the work.
    fn verify(
        &self,
        found: &mut dyn FnMut(StoreError),
        go_on: &mut dyn FnMut(u64) -> io::Result<()>,
    ) -> io::Result<()>;

    /// Makes the database anew without what has gathered in it, in place of the old one. Nothing is
    /// applied meanwhile; a crash leaves the old one or the new one. `go_on` is told now and then how
    /// many of how many records are done; an error of it ends the work, and nothing has changed.
    fn compact(
        &self,
        go_on: &mut dyn FnMut(u64, u64) -> io::Result<()>,
    ) -> Result<Compacted, StoreError>;

    /// Gives every record as the backend holds it, key and value; enough to make the same database
    /// again. Nothing is applied meanwhile.
    fn dump(&self, each: &mut Each<'_>) -> Result<(), StoreError>;
}

/// What [`Store::compact`] did.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Compacted {
    /// Bytes of the database before.
    pub bytes_before: u64,
    /// And after.
    pub bytes_after: u64,
}

/// Marks that are forgotten at once: more wait for the next listing, so that no commit takes long.
pub const MOST_UNLISTED: usize = 10_000;
