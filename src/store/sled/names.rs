//! Which letters have something of a name: an interchange by its hash, an interchange reference.
//!
//! Names are spread evenly, so they stand in sorted runs (`runs`). A filter in memory tells which runs
//! are worth reading: for a name that is new, as almost all are, none as a rule.
//! ```text
//! page = first letter:number { name, less the one before it:number letter, less the first:number }
//! ```

mod filter;

use sled::Batch;

use crate::store::StoreError;
use crate::store::keys::{self, Kind};
use crate::store::ledger::{Hash, MessageReference};
use crate::store::sled::bytes::{Reader, Writer};
use crate::store::sled::records::{Records, body, damaged, put_body};
use crate::store::sled::runs::{self, Merging, RunId, Runs, Summary};
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

/// All runs of names.
#[derive(Debug, Default)]
pub(super) struct Names(Runs<Run>);

/// What is in memory of a run.
#[derive(Debug)]
pub(super) struct Run {
    filter: Filter,
    /// The first name of each page.
    pages: Vec<Name>,
    names: usize,
}

/// How a write changes the runs.
pub(super) type Change = runs::Change<Run>;

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
        if let Some((id, entries)) = run {
            self.0.insert(id, Run::of(&entries));
        }
    }

    /// Numbers of the letters that may have something of a name, the newest first.
    pub(super) fn letters(&self, records: &Records, name: Name) -> Result<Vec<u64>, StoreError> {
        let mut letters = Vec::new();
        let runs = self.0.iter();
        for (id, run) in runs.filter(|(_, run)| run.filter.may_have(name.0)) {
            for page in run.pages_of(name) {
                let entries = read(records, id, page)?.into_iter();
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
        let read = |id: RunId, run: &Run, all: &mut Vec<Entry>| run.read(records, id, all);
        let new = entries.len();
        let (id, merged) = self.0.gather(&mut entries, new, MERGING, read)?;
        for (id, known) in merged.iter().filter_map(|id| Some((id, self.0.get(*id)?))) {
            for page in 0..known.pages.len() {
                records.remove(writes, &id.page(Kind::Names, page))?;
            }
        }
        entries.sort_unstable();
        for (page, entries) in entries.chunks(PAGE_NAMES).enumerate() {
            put_body(writes, id.page(Kind::Names, page), &page_of(entries));
        }
        Ok(Change {
            merged,
            new: Some((id, Run::of(&entries))),
        })
    }

    /// Takes over what is written now.
    pub(super) fn follow(&mut self, change: Change) {
        self.0.follow(change);
    }
}

fn read(records: &Records, run: RunId, page: usize) -> Result<Vec<Entry>, StoreError> {
    let key = run.page(Kind::Names, page);
    read_page(&key, &records.existing(&key)?)
}

impl Summary for Run {
    /// In names.
    fn size(&self) -> usize {
        self.names
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

    /// Puts all that it has behind others.
    fn read(&self, records: &Records, id: RunId, all: &mut Vec<Entry>) -> Result<(), StoreError> {
        if all.capacity() - all.len() < self.names {
            // For all of its level, so that they are in memory once.
            all.reserve_exact(self.names * MERGING.fan);
        }
        for page in 0..self.pages.len() {
            all.extend(read(records, id, page)?);
        }
        Ok(())
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
    keys::page_of(key).ok_or_else(|| damaged(key, "the key is short"))
}

const NAME_BYTES: usize = 5;
/// Names of a page: some 4 kB, so that it is one value of the tree.
const PAGE_NAMES: usize = 512;
/// A merge is one write, in memory as a whole (2 MB, and what sled replaces meanwhile), and mails wait
/// for it: at most 131,072 names. A million mails are 15 to 60 runs that are merged no more.
const MERGING: Merging = Merging {
    fan: 4,
    most: (1 << 17) / 4,
};

#[cfg(test)]
mod tests;
