//! Which letters have something of a name: an interchange by its hash, an interchange reference.
//!
//! Names are spread evenly, so each would fall into another leaf of the tree, and change it alone.
//! Here the names of a write are one *run*, in their order, and [`FAN`] runs of a level become one of
//! the next: a name is written a few times, hundreds at once. A filter in memory tells which runs
//! are worth reading: for a name that is new, as almost all are, none as a rule.
//! ```text
//! page = first letter:number { name, less the one before it:number letter, less the first:number }
//! ```

mod filter;

use std::collections::BTreeMap;

use sled::Batch;

use crate::store::StoreError;
use crate::store::keys::{self, Kind};
use crate::store::ledger::{Hash, MessageReference};
use crate::store::sled::bytes::{Reader, Writer};
use crate::store::sled::records::{Records, body, damaged, put_body};
use filter::Filter;

/// A name: 40 bits of a SHA-256. What is found by it must be compared.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub(super) struct Name(u64);

impl Name {
    /// That of an interchange with these bytes.
    pub(super) fn of_interchange(hash: &Hash) -> Self {
        Self::of(hash)
    }

    /// That of the reference of an interchange.
    pub(super) fn of_reference(reference: &MessageReference) -> Self {
        let MessageReference {
            sender,
            receiver,
            interchange,
            message: _,
        } = reference;
        Self::of(&keys::name(&[sender, receiver, interchange]))
    }

    fn of(hash: &[u8]) -> Self {
        let bytes = hash.iter().take(NAME_BYTES);
        Self(bytes.fold(0, |name, byte| name << 8 | u64::from(*byte)))
    }
}

/// A name, and the number of a letter that has something of it.
pub(super) type Entry = (Name, u64);

/// All runs.
#[derive(Debug, Default)]
pub(super) struct Names {
    runs: BTreeMap<RunId, Run>,
}

/// Level of a run, and its number, which is above those of all runs before it.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
struct RunId {
    level: u8,
    number: u64,
}

/// What is in memory of a run.
#[derive(Debug)]
struct Run {
    filter: Filter,
    /// The first name of each page.
    pages: Vec<Name>,
    names: usize,
}

/// How a write changes the runs.
#[derive(Debug, Default)]
pub(super) struct Change {
    merged: Vec<RunId>,
    new: Option<(RunId, Run)>,
}

impl Names {
    /// Reads all runs.
    pub(super) fn load(records: &Records) -> Result<Self, StoreError> {
        let mut names = Self::default();
        let mut run: Option<(RunId, Vec<Entry>)> = None;
        for pair in records.scan(&keys::prefix(Kind::Names)) {
            let (key, value) = pair?;
            let (level, number, _) = place(&key)?;
            let id = RunId { level, number };
            match &mut run {
                Some((known, entries)) if *known == id => entries.extend(read_page(&key, &value)?),
                _ => names.extend(run.replace((id, read_page(&key, &value)?))),
            }
        }
        names.extend(run);
        Ok(names)
    }

    fn extend(&mut self, run: Option<(RunId, Vec<Entry>)>) {
        let run = run.map(|(id, entries)| (id, Run::of(&entries)));
        self.runs.extend(run);
    }

    /// Numbers of the letters that may have something of a name, the newest first.
    pub(super) fn letters(&self, records: &Records, name: Name) -> Result<Vec<u64>, StoreError> {
        let mut letters = Vec::new();
        let runs = self.runs.iter();
        for (id, run) in runs.filter(|(_, run)| run.filter.may_have(name.0)) {
            for page in run.pages_of(name) {
                let entries = id.read(records, page)?.into_iter();
                let entries = entries.filter(|(other, _)| *other == name);
                letters.extend(entries.map(|(_, letter)| letter));
            }
        }
        letters.sort_unstable_by(|one, other| other.cmp(one));
        Ok(letters)
    }

    /// Adds names to a write, and merges what has become too many runs.
    pub(super) fn add(
        &self,
        records: &Records,
        writes: &mut Batch,
        mut entries: Vec<Entry>,
    ) -> Result<Change, StoreError> {
        if entries.is_empty() {
            return Ok(Change::default());
        }
        let newest = self.runs.keys().map(|id| id.number).max();
        let mut id = RunId {
            level: 0,
            number: newest.map_or(0, |newest| newest + 1),
        };
        let mut merged = Vec::new();
        let mut names = entries.len();
        while names <= MERGED_NAMES {
            let level: Vec<(RunId, usize)> = self.of_level(id.level).collect();
            if level.len() + 1 < FAN {
                break;
            }
            names += level.iter().map(|(_, names)| names).sum::<usize>();
            merged.extend(level.into_iter().map(|(id, _)| id));
            id.level += 1;
        }
        for id in &merged {
            for page in 0..self.runs.get(id).map_or(0, |run| run.pages.len()) {
                entries.extend(id.read(records, page)?);
                records.remove(writes, &id.page(page))?;
            }
        }
        entries.sort_unstable();
        for (page, entries) in entries.chunks(PAGE_NAMES).enumerate() {
            put_body(writes, id.page(page), &page_of(entries));
        }
        Ok(Change {
            merged,
            new: Some((id, Run::of(&entries))),
        })
    }

    /// Takes over what is written now.
    pub(super) fn follow(&mut self, change: Change) {
        for id in change.merged {
            self.runs.remove(&id);
        }
        self.runs.extend(change.new);
    }

    /// The runs of a level that are short enough to be merged, with how many names they have.
    fn of_level(&self, level: u8) -> impl Iterator<Item = (RunId, usize)> {
        let first = RunId { level, number: 0 };
        let last = RunId {
            level,
            number: u64::MAX,
        };
        let runs = self.runs.range(first..=last);
        let runs = runs.map(|(id, run)| (*id, run.names));
        runs.filter(|(_, names)| *names <= MERGED_NAMES)
    }
}

impl RunId {
    fn page(self, page: usize) -> Vec<u8> {
        let page = u32::try_from(page).unwrap_or(u32::MAX);
        keys::names(self.level, self.number, page)
    }

    fn read(self, records: &Records, page: usize) -> Result<Vec<Entry>, StoreError> {
        let key = self.page(page);
        let value = records.value(&key)?;
        read_page(&key, &value.ok_or_else(|| damaged(&key, "it is missing"))?)
    }
}

impl Run {
    /// `entries` in order.
    fn of(entries: &[Entry]) -> Self {
        let names = entries.iter().map(|(name, _)| name.0);
        Self {
            filter: Filter::of(names),
            pages: entries
                .chunks(PAGE_NAMES)
                .filter_map(|page| Some(page.first()?.0))
                .collect(),
            names: entries.len(),
        }
    }

    /// The pages in which a name may stand: it may be the last of one and the first of the next.
    fn pages_of(&self, name: Name) -> std::ops::Range<usize> {
        let first = self.pages.partition_point(|first| *first < name);
        let behind = self.pages.partition_point(|first| *first <= name);
        first.saturating_sub(1)..behind
    }
}

/// The names of a page, in order.
pub(super) fn read_page(key: &[u8], value: &[u8]) -> Result<Vec<Entry>, StoreError> {
    let mut input = Reader::new(body(key, value)?);
    let mut read = || {
        let first = input.number()?;
        let mut entries: Vec<Entry> = Vec::with_capacity(PAGE_NAMES);
        let mut name = 0_u64;
        while !input.is_at_end() {
            name = name.checked_add(input.number()?)?;
            let letter = first.checked_add(input.number()?)?;
            entries.push((Name(name), letter));
        }
        Some(entries)
    };
    read().ok_or_else(|| damaged(key, "it is no page of names"))
}

fn page_of(entries: &[Entry]) -> Vec<u8> {
    let mut out = Writer::default();
    let first = entries.iter().map(|(_, letter)| *letter).min().unwrap_or(0);
    out.number(first);
    let mut before = 0;
    for (name, letter) in entries {
        out.number(name.0 - before);
        out.number(letter - first);
        before = name.0;
    }
    out.finish()
}

/// Level, number of the run, and page in a key.
fn place(key: &[u8]) -> Result<(u8, u64, u32), StoreError> {
    keys::names_of(key).ok_or_else(|| damaged(key, "the key is short"))
}

const NAME_BYTES: usize = 5;
/// Names of a page: some 4 kB, so that it is one value of the tree.
const PAGE_NAMES: usize = 512;
/// Runs of a level that become one.
const FAN: usize = 8;
/// A run of more names is merged no more: a merge is one write, in memory as a whole (16 MB), and
/// mails wait for it. A million mails are two to sixteen such runs.
const MERGED_NAMES: usize = (1 << 20) / FAN;

#[cfg(test)]
mod tests;
