//! The embedded backend: sled 0.34, one tree, a letter for each kind of record.
//!
//! What sled needs to be trusted with: its `flush` writes without fsync, so that of [`SledStore`]
//! syncs the log file through a handle of its own; values that would leave the log file are cut
//! (`records`); a panic inside of it is an error here, and after a write that failed nothing in its
//! memory counts any more (`database`).

mod blocks;
mod bytes;
mod compact;
mod database;
mod documents;
mod draft;
mod dump;
mod format;
mod index;
mod letter;
mod lookup;
mod names;
mod phrases;
mod raw;
mod rebuild;
mod records;
mod runs;
mod spans;
mod verify;

use std::io;
use std::ops::Range;

use crate::mailbox::{Cursor, Listing, MailId, Mark};
use crate::market::calendar::{Day, UtcTime};
use crate::series::merge::Spoken;

use crate::store::data_dir::{DataDir, SLED};
use crate::store::disk::RealDisk;
use crate::store::keys::{self, Kind};
use crate::store::ledger::{
    Batch, Examined, Hash, InterchangeRecord, MailRecord, MessageRecord, MessageReference,
    QuarantineRecord, SeriesEntry, Totals,
};
use crate::store::outbox::{OutboxRecord, Route};
use crate::store::request::{AskedRecord, ReplyRecord, RequestRecord};
use crate::store::{Compacted, Each, MOST_UNLISTED, Store, StoreError};
use database::{Database, Open};
use records::{damaged, decode};

pub use dump::Load;
pub use rebuild::Rebuild;

/// The embedded database.
#[derive(Debug)]
pub struct SledStore {
    database: Database,
    data_dir: DataDir,
}

impl SledStore {
    /// Opens or makes `<data_dir>/sled`, with so many bytes of memory for its cache (sled takes
    /// some more).
    ///
    /// # Errors
    /// [`StoreError::Database`] if it is corrupt, also where sled would panic;
    /// [`StoreError::File`] if it cannot be made or read.
    pub fn open(data_dir: &DataDir, cache_bytes: u64) -> Result<Self, StoreError> {
        rebuild::finish_swap(data_dir)?;
        rebuild::make_if_missing(data_dir, cache_bytes)?;
        Self::open_in(data_dir, SLED, cache_bytes)
    }

    fn open_in(data_dir: &DataDir, name: &str, cache_bytes: u64) -> Result<Self, StoreError> {
        let path = data_dir.subdirectory(name)?;
        Ok(Self {
            database: Database::open(path, cache_bytes, Box::new(RealDisk))?,
            data_dir: data_dir.clone(),
        })
    }
}

impl Store for SledStore {
    fn interchange(&self, hash: &Hash) -> Result<Option<InterchangeRecord>, StoreError> {
        self.database.read(|open| open.letters().interchange(hash))
    }

    fn message_by_reference(&self, key: &MessageReference) -> Result<Option<u64>, StoreError> {
        self.database.read(|open| open.letters().by_reference(key))
    }

    fn next_sequence(&self) -> Result<u64, StoreError> {
        self.database
            .read(|open| Ok(open.index.counts.next_sequence))
    }

    fn apply_all(&self, mails: &[&Batch], sequence: u64) -> Result<(), StoreError> {
        self.database.write(Some(sequence), |draft| {
            mails.iter().try_for_each(|batch| draft.add(batch))
        })
    }

    fn flush(&self) -> Result<(), StoreError> {
        self.database.flush()
    }

    fn cursor(&self, mailbox: &str, folder: &str) -> Result<Option<Cursor>, StoreError> {
        self.database
            .read(|open| open.records.get(&keys::cursor(mailbox, folder)))
    }

    fn settled(&self, mailbox: &str, ids: &[MailId]) -> Result<Vec<bool>, StoreError> {
        self.database.read(|open| {
            let is_settled = |id| match keys::settled(mailbox, id) {
                Some(key) => open.records.contains(&key),
                None => Ok(false),
            };
            ids.iter().map(is_settled).collect()
        })
    }

    fn unlisted(&self, mailbox: &str, listed: &Listing) -> Result<Vec<Mark>, StoreError> {
        self.database.read(|open| {
            let keys = open.records.scan(&keys::settled_of(mailbox));
            let mut unlisted = Vec::new();
            for pair in keys {
                if let Some(mark) = keys::mark(&pair?.0)
                    && !listed.names(mark)
                {
                    unlisted.push(mark);
                    if unlisted.len() == MOST_UNLISTED {
                        break;
                    }
                }
            }
            Ok(unlisted)
        })
    }

    fn series(&self) -> Result<Vec<SeriesEntry>, StoreError> {
        self.database.read(|open| Ok(open.index.entries()))
    }

    fn blocks(
        &self,
        series: u32,
        days: Range<Day>,
        as_of: Option<UtcTime>,
    ) -> Result<Vec<Spoken>, StoreError> {
        let is_known = |arrived: i64| as_of.is_none_or(|as_of| arrived <= as_of.seconds());
        let mut spoken = self.database.read(|open| {
            let cancelled = &open.index.cancelled;
            blocks::read(open, series, &days, |sequence| {
                let cancellation = cancelled.get(&sequence);
                !cancellation.is_some_and(|cancellation| is_known(cancellation.arrived))
            })
        })?;
        spoken.retain(|said| is_known(said.block.arrived.seconds()));
        Ok(spoken)
    }

    fn message(&self, sequence: u64) -> Result<Option<MessageRecord>, StoreError> {
        self.database.read(|open| {
            let record = open.letters().message(sequence)?;
            Ok(record.map(|record| with_cancellation(open, sequence, record)))
        })
    }

    fn examined(&self, sequence: u64) -> Result<Option<Examined>, StoreError> {
        self.database
            .read(|open| open.records.get(&keys::numbered(Kind::Examined, sequence)))
    }

    fn messages(&self, below: u64, limit: usize) -> Result<Vec<(u64, MessageRecord)>, StoreError> {
        self.database.read(|open| {
            let mut newest = Vec::new();
            let letters = open.letters();
            for letter in letters.before(below) {
                if newest.len() >= limit {
                    break;
                }
                let letter = letter?;
                let messages = letter
                    .messages()
                    .rev()
                    .filter(|(number, _)| *number < below);
                newest.extend(
                    messages
                        .take(limit - newest.len())
                        .map(|(number, message)| {
                            (number, with_cancellation(open, number, message.clone()))
                        }),
                );
            }
            Ok(newest)
        })
    }

    fn mail(&self, sequence: u64) -> Result<Option<MailRecord>, StoreError> {
        self.database.read(|open| {
            let letter = open.letters().letter(sequence)?;
            Ok(letter.and_then(|letter| letter.mail.clone()))
        })
    }

    fn mails(&self, below: u64, limit: usize) -> Result<Vec<(u64, MailRecord)>, StoreError> {
        self.database.read(|open| {
            let letters = open.letters();
            let mails = letters.before(below).filter_map(|letter| match letter {
                Ok(letter) => Some(Ok((letter.number, letter.mail.clone()?))),
                Err(error) => Some(Err(error)),
            });
            mails.take(limit).collect()
        })
    }

    fn quarantine(&self) -> Result<Vec<(u64, QuarantineRecord)>, StoreError> {
        self.database.read(|open| {
            let records = open.records.scan(&keys::prefix(Kind::Quarantine));
            records.map(|pair| numbered(pair?)).collect()
        })
    }

    fn remove_from_quarantine(&self, number: u64) -> Result<bool, StoreError> {
        self.database.write(None, |draft| draft.resolve(number))
    }

    fn outbox_record(&self, number: u64) -> Result<Option<OutboxRecord>, StoreError> {
        self.database
            .read(|open| open.records.get(&keys::numbered(Kind::Outbox, number)))
    }

    fn outbox(&self, below: u64, limit: usize) -> Result<Vec<(u64, OutboxRecord)>, StoreError> {
        self.database
            .read(|open| newest(open, Kind::Outbox, below, limit))
    }

    fn outbox_undone(
        &self,
        route: Route,
        until: i64,
        limit: usize,
    ) -> Result<Vec<(u64, OutboxRecord)>, StoreError> {
        self.database.read(|open| {
            // A key with one byte more stands right behind.
            let to = [keys::undone(route, until, u64::MAX), vec![0]].concat();
            let due = open
                .records
                .range(keys::undone(route, 0, 0), to)
                .take(limit);
            let record = |key: ::sled::IVec| {
                let number = keys::number(&key).ok_or_else(|| damaged(&key, "the key is short"))?;
                let record = open.records.get(&keys::numbered(Kind::Outbox, number))?;
                let record = record.ok_or_else(|| damaged(&key, "its mail is missing"))?;
                Ok((number, record))
            };
            due.map(|pair| record(pair?.0)).collect()
        })
    }

    fn sent(&self, reference: &str) -> Result<Option<u64>, StoreError> {
        self.database
            .read(|open| open.records.get(&keys::sent(reference)))
    }

    fn answers(&self, interchange: &Hash) -> Result<Vec<u64>, StoreError> {
        self.database.read(|open| {
            let records = open.records.scan(&keys::answers(interchange));
            records
                .map(|pair| Ok(keys::number(&pair?.0).unwrap_or_default()))
                .collect()
        })
    }

    fn asked(&self, limit: usize) -> Result<Vec<AskedRecord>, StoreError> {
        self.database.read(|open| {
            let records = open.records.scan(&keys::prefix(Kind::Asked));
            let records = records.take(limit).map(|pair| {
                let (key, value) = pair?;
                decode(&key, &value)
            });
            records.collect()
        })
    }

    fn request(&self, number: u64) -> Result<Option<RequestRecord>, StoreError> {
        self.database
            .read(|open| open.records.get(&keys::numbered(Kind::Request, number)))
    }

    fn requests(&self, below: u64, limit: usize) -> Result<Vec<(u64, RequestRecord)>, StoreError> {
        self.database
            .read(|open| newest(open, Kind::Request, below, limit))
    }

    fn replies(&self, number: u64) -> Result<Vec<(u64, ReplyRecord)>, StoreError> {
        self.database.read(|open| {
            let records = open.records.scan(&keys::replies(number));
            records
                .take(MOST_REPLIES)
                .map(|pair| numbered(pair?))
                .collect()
        })
    }

    fn rejected(&self, below: u64, limit: usize) -> Result<Vec<(u64, i64)>, StoreError> {
        self.database
            .read(|open| newest(open, Kind::Rejected, below, limit))
    }

    fn totals(&self) -> Result<Totals, StoreError> {
        let database_bytes = self.database.bytes()?;
        self.database.read(|open| {
            let counts = open.index.counts;
            Ok(Totals {
                mails: counts.mails,
                interchanges: counts.interchanges,
                messages: counts.messages,
                series: counts.next_series.into(),
                values: counts.values,
                quarantine: counts.quarantine,
                duplicates: counts.duplicates,
                outbox: open.index.outbox,
                database_bytes,
                archive_bytes: 0,
            })
        })
    }

    fn interchanges(
        &self,
        below: u64,
        limit: usize,
    ) -> Result<Vec<(u64, Hash, InterchangeRecord)>, StoreError> {
        self.database
            .read(|open| open.letters().interchanges(below, limit))
    }

    fn verify(
        &self,
        found: &mut dyn FnMut(StoreError),
        go_on: &mut dyn FnMut(u64) -> io::Result<()>,
    ) -> io::Result<()> {
        verify::verify(&self.database, found, go_on)
    }

    fn compact(
        &self,
        go_on: &mut dyn FnMut(u64, u64) -> io::Result<()>,
    ) -> Result<Compacted, StoreError> {
        let bytes_before = self.database.bytes()?;
        rebuild::compact(&self.data_dir, &self.database, go_on)?;
        Ok(Compacted {
            bytes_before,
            bytes_after: self.database.bytes()?,
        })
    }

    fn dump(&self, each: &mut Each<'_>) -> Result<(), StoreError> {
        self.database.read(|open| open.records.each(each))
    }
}

/// What is read of what is said of one mail: a stranger may say anything often.
const MOST_REPLIES: usize = 1_000;

/// Numbered records, newest first, below a number.
fn newest<T: serde::de::DeserializeOwned>(
    open: &Open,
    kind: Kind,
    below: u64,
    limit: usize,
) -> Result<Vec<(u64, T)>, StoreError> {
    let records = open
        .records
        .range(keys::numbered(kind, 0), keys::numbered(kind, below));
    let newest = records.rev().take(limit);
    newest.map(|pair| numbered(pair?)).collect()
}

fn numbered<T: serde::de::DeserializeOwned>(
    (key, value): (::sled::IVec, ::sled::IVec),
) -> Result<(u64, T), StoreError> {
    let number = keys::number(&key).ok_or_else(|| damaged(&key, "the key is short"))?;
    Ok((number, decode(&key, &value)?))
}

fn with_cancellation(open: &Open, sequence: u64, record: MessageRecord) -> MessageRecord {
    MessageRecord {
        cancelled_by: cancelled_by(open, sequence),
        ..record
    }
}

fn cancelled_by(open: &Open, sequence: u64) -> Option<u64> {
    let cancellation = open.index.cancelled.get(&sequence)?;
    Some(cancellation.by)
}
