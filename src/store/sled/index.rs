//! What is kept in memory beside the tree: small, read with each mail or page, loaded at open.

use std::collections::{BTreeMap, HashMap};

use serde::{Deserialize, Serialize};

use crate::series::Key;
use crate::store::StoreError;
use crate::store::keys::{self, Kind};
use crate::store::ledger::SeriesEntry;
use crate::store::outbox::{OutboxRecord, Undone};
use crate::store::sled::blocks::Blocks;
use crate::store::sled::documents::Documents;
use crate::store::sled::names::Names;
use crate::store::sled::phrases::Phrases;
use crate::store::sled::records::{Records, damaged, decode};
use crate::store::sled::spans::Spans;

/// What is known without asking the tree.
#[derive(Debug, Default)]
pub(super) struct Index {
    pub(super) counts: Counts,
    /// Numbers of series, in the order in which they are listed.
    pub(super) series: BTreeMap<Key, u32>,
    pub(super) spans: Spans,
    /// What interchanges are found by.
    pub(super) names: Names,
    /// By the sequence of the cancelled message.
    pub(super) cancelled: HashMap<u64, Cancellation>,
    /// All cancellations by the names of their documents ([`Documents::name`]).
    pub(super) cancellations: HashMap<u64, Vec<Cancellation>>,
    pub(super) documents: Documents,
    /// What came since the last compaction.
    pub(super) blocks: Blocks,
    pub(super) phrases: Phrases,
    /// Mails of ours that have not ended.
    pub(super) outbox: Undone,
}

/// Counts of everything, written with each batch.
#[derive(Clone, Copy, Debug, Default, Deserialize, Serialize)]
pub(super) struct Counts {
    pub(super) mails: u64,
    pub(super) interchanges: u64,
    pub(super) messages: u64,
    pub(super) values: u64,
    pub(super) quarantine: u64,
    pub(super) duplicates: u64,
    /// Above every sequence of a mail or message.
    pub(super) next_sequence: u64,
    /// Above every number of a quarantine entry.
    pub(super) next_quarantine: u64,
    /// Above every number of a series.
    pub(super) next_series: u32,
}

/// What a message that cancels says.
#[derive(Debug, Deserialize, Serialize)]
pub(super) struct Cancelling<'a> {
    /// Seconds UTC.
    pub(super) arrived: i64,
    /// Who sent the document.
    pub(super) sender: &'a str,
    pub(super) document: &'a str,
}

/// A cancellation. The first by arrival counts.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
pub(super) struct Cancellation {
    /// Seconds UTC.
    pub(super) arrived: i64,
    /// Sequence of the cancelling message.
    pub(super) by: u64,
}

impl Index {
    /// Reads it from the tree.
    pub(super) fn load(records: &Records) -> Result<Self, StoreError> {
        let counts = records.get(&keys::prefix(Kind::Counts))?;
        let mut index = Self {
            counts: counts.unwrap_or_default(),
            blocks: Blocks::load(records)?,
            spans: Spans::load(records)?,
            names: Names::load(records)?,
            ..Self::default()
        };
        for pair in records.scan(&keys::prefix(Kind::Series)) {
            let (key, value) = pair?;
            let id = keys::series_number(&key).ok_or_else(|| damaged(&key, "the key is short"))?;
            if index.spans.of(id).is_none() {
                return Err(damaged(&key, "its span is missing"));
            }
            index.series.insert(decode(&key, &value)?, id);
        }
        index.load_cancellations(records)?;
        for pair in records.scan(&keys::prefix(Kind::Phrase)) {
            let (key, value) = pair?;
            if keys::series_number(&key) != Some(index.phrases.count()) {
                return Err(damaged(&key, "one before it is missing"));
            }
            index.phrases.push(decode(&key, &value)?);
        }
        for pair in records.scan(&keys::prefix(Kind::Undone)) {
            let (key, _) = pair?;
            let number = keys::number(&key).ok_or_else(|| damaged(&key, "the key is short"))?;
            let mail: Option<OutboxRecord> = records.get(&keys::numbered(Kind::Outbox, number))?;
            let mail = mail.ok_or_else(|| damaged(&key, "its mail is missing"))?;
            if let Some(count) = index.outbox.of(mail.state) {
                *count += 1;
            }
        }
        Ok(index)
    }

    fn load_cancellations(&mut self, records: &Records) -> Result<(), StoreError> {
        for pair in records.scan(&keys::prefix(Kind::Cancellation)) {
            let (key, value) = pair?;
            let by = keys::number(&key).ok_or_else(|| damaged(&key, "the key is short"))?;
            let said: Cancelling<'_> = decode(&key, &value)?;
            let name = self.documents.name(said.sender, said.document);
            let arrived = said.arrived;
            let known = self.cancellations.entry(name).or_default();
            known.push(Cancellation { arrived, by });
        }
        for pair in records.scan(&keys::prefix(Kind::Cancelled)) {
            let (key, value) = pair?;
            let number = keys::number(&key).ok_or_else(|| damaged(&key, "the key is short"))?;
            self.cancel(number, decode(&key, &value)?);
        }
        Ok(())
    }

    /// Takes note of a cancellation. The first that arrived counts, in whatever order they come.
    pub(super) fn cancel(&mut self, sequence: u64, cancellation: Cancellation) {
        self.cancelled
            .entry(sequence)
            .and_modify(|known| *known = cancellation.min(*known))
            .or_insert(cancellation);
    }

    /// All series as they are listed.
    pub(super) fn entries(&self) -> Vec<SeriesEntry> {
        let entry = |(key, id): (&Key, &u32)| {
            let span = self.spans.of(*id)?;
            Some(SeriesEntry {
                id: *id,
                key: key.clone(),
                first: span.first(),
                last: span.last(),
                values: span.values(),
            })
        };
        self.series.iter().filter_map(entry).collect()
    }
}
