//! Sorted runs, and which of them become one: a log-structured merge tree (O'Neil 1996) inside of
//! the one tree.
//!
//! What is spread over all keys would change a leaf of the tree for each thing. Here what a write
//! brings is one *run*, some pages in order, and so many runs of a level become one of the next: all
//! is written a few times, much of it at once, and nothing is ever changed in its place.

use std::collections::BTreeMap;

use crate::store::StoreError;
use crate::store::keys::{self, Kind};

/// Level of a run, and its number, which is above those of all runs before it.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(super) struct RunId {
    pub(super) level: u8,
    pub(super) number: u64,
}

impl RunId {
    /// The key of a page of it.
    pub(super) fn page(self, kind: Kind, page: usize) -> Vec<u8> {
        let page = u32::try_from(page).unwrap_or(u32::MAX);
        keys::page(kind, self.level, self.number, page)
    }
}

/// What is in memory of a run.
pub(super) trait Summary {
    /// How much it has, in whatever is counted.
    fn size(&self) -> usize;
}

/// All runs of one kind.
#[derive(Debug)]
pub(super) struct Runs<R>(BTreeMap<RunId, R>);

/// How a write changes the runs.
#[derive(Debug)]
pub(super) struct Change<R> {
    pub(super) merged: Vec<RunId>,
    pub(super) new: Option<(RunId, R)>,
}

impl<R> Default for Runs<R> {
    fn default() -> Self {
        Self(BTreeMap::new())
    }
}

impl<R> Default for Change<R> {
    fn default() -> Self {
        Self {
            merged: Vec::new(),
            new: None,
        }
    }
}

impl<R: Summary> Runs<R> {
    pub(super) fn insert(&mut self, id: RunId, run: R) {
        self.0.insert(id, run);
    }

    pub(super) fn get(&self, id: RunId) -> Option<&R> {
        self.0.get(&id)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (RunId, &R)> {
        self.0.iter().map(|(id, run)| (*id, run))
    }

    /// Where a new run comes to stand that is not merged.
    pub(super) fn alone(&self) -> RunId {
        let newest = self.0.keys().map(|id| id.number).max();
        RunId {
            level: 0,
            number: newest.map_or(0, |newest| newest + 1),
        }
    }

    /// Where a new run of this size comes to stand, and which others become a part of it: the oldest
    /// of their levels.
    fn place(&self, mut size: usize, merging: Merging) -> (RunId, Vec<RunId>) {
        let mut id = self.alone();
        let mut merged = Vec::new();
        while size <= merging.most {
            let others = merging.fan - 1;
            let level = self.of_level(id.level, merging.most).take(others);
            let level: Vec<(RunId, usize)> = level.collect();
            if level.len() < others {
                break;
            }
            size += level.iter().map(|(_, size)| size).sum::<usize>();
            merged.extend(level.into_iter().map(|(id, _)| id));
            id.level += 1;
        }
        (id, merged)
    }

    /// The runs of a level that have no more than this, with their sizes.
    pub(super) fn of_level(&self, level: u8, most: usize) -> impl Iterator<Item = (RunId, usize)> {
        let first = RunId { level, number: 0 };
        let last = RunId {
            level,
            number: u64::MAX,
        };
        let runs = self.0.range(first..=last);
        let runs = runs.map(|(id, run)| (*id, run.size()));
        runs.filter(move |(_, size)| *size <= most)
    }

    /// The same, and puts what those others have behind what is new, as `read` reads a run. Where
    /// something of it is damaged nothing is merged: it stays for `verify` to tell of, and what comes
    /// does not wait.
    pub(super) fn gather<T>(
        &self,
        all: &mut Vec<T>,
        size: usize,
        merging: Merging,
        read: impl Fn(RunId, &R, &mut Vec<T>) -> Result<(), StoreError>,
    ) -> Result<(RunId, Vec<RunId>), StoreError> {
        let (id, merged) = self.place(size, merging);
        let new = all.len();
        for (run, known) in merged.iter().filter_map(|id| Some((*id, self.get(*id)?))) {
            match read(run, known, all) {
                Ok(()) => {}
                Err(StoreError::Damaged { .. }) => {
                    all.truncate(new);
                    return Ok((self.alone(), Vec::new()));
                }
                Err(error) => return Err(error),
            }
        }
        Ok((id, merged))
    }

    /// Takes over what is written now.
    pub(super) fn follow(&mut self, change: Change<R>) {
        for id in change.merged {
            self.0.remove(&id);
        }
        self.0.extend(change.new);
    }
}

/// Which runs become one.
#[derive(Clone, Copy)]
pub(super) struct Merging {
    /// How many runs of a level.
    pub(super) fan: usize,
    /// What has more is merged no more.
    pub(super) most: usize,
}
