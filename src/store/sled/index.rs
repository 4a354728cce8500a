//! What is kept in memory beside the tree: small, read with each mail or page, loaded at open.

use std::collections::{BTreeMap, HashMap};

use serde::{Deserialize, Serialize};

use crate::market::calendar::Day;
use crate::series::Key;
use crate::store::StoreError;
use crate::store::keys::{self, Kind};
use crate::store::ledger::SeriesEntry;
use crate::store::outbox::{OutboxRecord, Undone};
use crate::store::sled::records::{Records, damaged, decode};

/// What is known without asking the tree.
#[derive(Debug, Default)]
pub(super) struct Index {
    pub(super) counts: Counts,
    /// In the order in which series are listed.
    pub(super) series: BTreeMap<Key, Series>,
    /// By the sequence of the cancelled message.
    pub(super) cancelled: HashMap<u64, Cancellation>,
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

/// Number and span of a series.
#[derive(Clone, Copy, Debug)]
pub(super) struct Series {
    pub(super) id: u32,
    pub(super) span: Span,
}

/// The span of a series, in the tree beside its identity, which never changes.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub(super) struct Span {
    first: i32,
    last: i32,
    values: u64,
}

impl Span {
    /// The span of a block.
    pub(super) fn of(day: Day, values: u32) -> Self {
        Self {
            first: day.number(),
            last: day.number(),
            values: values.into(),
        }
    }

    /// How many values it has.
    pub(super) fn values(self) -> u64 {
        self.values
    }

    /// The span of both.
    pub(super) fn and(self, other: Self) -> Self {
        Self {
            first: self.first.min(other.first),
            last: self.last.max(other.last),
            values: self.values.saturating_add(other.values),
        }
    }
}

/// The first cancellation of a message, by arrival.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
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
            ..Self::default()
        };
        for pair in records.scan(&keys::prefix(Kind::Series)) {
            let (key, value) = pair?;
            let id = keys::series_number(&key).ok_or_else(|| damaged(&key, "the key is short"))?;
            let span_key = keys::series(Kind::Span, id);
            let span = records.get(&span_key)?;
            let span = span.ok_or_else(|| damaged(&span_key, "it is missing"))?;
            index
                .series
                .insert(decode(&key, &value)?, Series { id, span });
        }
        for pair in records.scan(&keys::prefix(Kind::Cancellation)) {
            let (key, value) = pair?;
            let by = keys::number(&key).ok_or_else(|| damaged(&key, "the key is short"))?;
            let arrived = decode(&key, &value)?;
            for original in records.scan(&keys::same_document(Kind::Document, &key)) {
                let (key, _) = original?;
                let sequence = keys::number(&key);
                let sequence = sequence.ok_or_else(|| damaged(&key, "the key is short"))?;
                index.cancel(sequence, Cancellation { arrived, by });
            }
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

    /// Takes note of a cancellation. The first that arrived counts, in whatever order they come.
    pub(super) fn cancel(&mut self, sequence: u64, cancellation: Cancellation) {
        self.cancelled
            .entry(sequence)
            .and_modify(|known| *known = cancellation.min(*known))
            .or_insert(cancellation);
    }

    /// All series as they are listed.
    pub(super) fn entries(&self) -> Vec<SeriesEntry> {
        let entry = |(key, series): (&Key, &Series)| SeriesEntry {
            id: series.id,
            key: key.clone(),
            first: Day::from_number(series.span.first),
            last: Day::from_number(series.span.last),
            values: series.span.values,
        };
        self.series.iter().map(entry).collect()
    }
}
