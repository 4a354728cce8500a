//! Blocks in the tree: as they came, and bound together by the last compaction.
//!
//! What comes stands in sorted runs (`runs`), by series and day, whatever mails it came with: what
//! one message says of one series for some days is a *stretch*. `compact` binds all that there is of
//! a series within some days into one record. Readers take both.

mod page;
mod stretch;
mod sweep;

use std::ops::{Range, RangeInclusive};

use serde::{Deserialize, Serialize};
use sled::Batch;

use crate::market::calendar::Day;
use crate::series::block::sheaf;
use crate::series::merge::Spoken;
use crate::store::StoreError;
use crate::store::keys::{self, Kind};
use crate::store::sled::database::Open;
use crate::store::sled::records::{Records, body, damaged, decode, put, put_body};
use crate::store::sled::runs::{self, Merging, RunId, Runs, Summary};
use page::Page;
use stretch::{At, STRETCH_DAYS};

pub(super) use page::stretches;
pub(super) use stretch::Stretch;
pub(super) use sweep::Sweep;

/// All runs of blocks: what came since the last compaction.
#[derive(Debug, Default)]
pub(super) struct Blocks(Runs<Run>);

/// What a run has, and where.
#[derive(Debug, Deserialize, Serialize)]
pub(super) struct Run {
    /// Series and first day of the first stretch of each page.
    pages: Vec<(u32, i32)>,
    /// The days that its blocks are of.
    first: i32,
    last: i32,
    bytes: usize,
}

/// How a write changes the runs.
pub(super) type Change = runs::Change<Run>;

impl Blocks {
    /// Reads what all runs have.
    pub(super) fn load(records: &Records) -> Result<Self, StoreError> {
        let mut runs = Runs::default();
        for pair in records.scan(&keys::prefix(Kind::Run)) {
            let (key, value) = pair?;
            runs.insert(run_of(&key)?, decode(&key, &value)?);
        }
        Ok(Self(runs))
    }

    /// Adds stretches to a write. Unless there is reason not to, what has become too many runs is
    /// merged.
    pub(super) fn add(
        &self,
        records: &Records,
        writes: &mut Batch,
        mut stretches: Vec<Stretch>,
        may_merge: bool,
    ) -> Result<Change, StoreError> {
        if stretches.is_empty() {
            return Ok(Change::default());
        }
        let mut run = Run {
            pages: Vec::new(),
            first: i32::MAX,
            last: i32::MIN,
            bytes: 0,
        };
        for stretch in &stretches {
            run.has(stretch.at.first.number()..=stretch.last().number());
        }
        let (id, merged) = if may_merge {
            let bytes = stretches.iter().map(|stretch| stretch.days.len()).sum();
            let read = |id: RunId, run: &Run, all: &mut Vec<Stretch>| run.read(records, id, all);
            self.0.gather(&mut stretches, bytes, MERGING, read)?
        } else {
            (self.0.alone(), Vec::new())
        };
        for (id, known) in merged.iter().filter_map(|id| Some((id, self.0.get(*id)?))) {
            run.has(known.first..=known.last);
            for page in 0..known.pages.len() {
                records.remove(writes, &id.page(Kind::Blocks, page))?;
            }
            records.remove(writes, &keys::run(id.level, id.number))?;
        }
        stretches.sort_unstable();
        for (number, page) in Page::of(&stretches).into_iter().enumerate() {
            run.pages.push(fence(page.first));
            let body = page.finish();
            run.bytes += body.len();
            put_body(writes, id.page(Kind::Blocks, number), &body);
        }
        put(writes, keys::run(id.level, id.number), &run)?;
        Ok(Change {
            merged,
            new: Some((id, run)),
        })
    }

    /// Takes over what is written now.
    pub(super) fn follow(&mut self, change: Change) {
        self.0.follow(change);
    }

    /// What messages say of a series, in stretches that may have something of some days.
    fn of(
        &self,
        records: &Records,
        series: u32,
        days: &Range<Day>,
    ) -> Result<Vec<Stretch>, StoreError> {
        // A stretch that begins before the range may reach into it.
        let earliest = days
            .start
            .number()
            .saturating_sub(i32::from(STRETCH_DAYS) - 1);
        let firsts = earliest..days.end.number();
        let mut found = Vec::new();
        for (id, run) in self.0.iter().filter(|(_, run)| run.may_have(days)) {
            for page in run.pages_of(series, &firsts) {
                let key = id.page(Kind::Blocks, page);
                let value = records.existing(&key)?;
                let is_wanted = |at: At| at.series == series && firsts.contains(&at.first.number());
                found.extend(page::stretches(&key, &value, is_wanted)?);
            }
        }
        Ok(found)
    }

    /// Whether a page belongs to a run, and has what that tells of it.
    pub(super) fn check_page(
        &self,
        records: &Records,
        key: &[u8],
        stretches: &[Stretch],
    ) -> Result<(), StoreError> {
        let place = keys::page_of(key).ok_or_else(|| damaged(key, "the key is short"))?;
        let (level, number, page) = place;
        let run = self.0.get(RunId { level, number });
        let run = run.ok_or_else(|| damaged(key, "it belongs to no run"))?;
        if !records.contains(&keys::run(level, number))? {
            return Err(damaged(key, "what tells of its run is gone"));
        }
        let told = usize::try_from(page).ok();
        let told = told.and_then(|page| run.pages.get(page)).copied();
        let first = stretches.first().map(|stretch| fence(stretch.at));
        let days = run.first..=run.last;
        let is_told = |stretch: &Stretch| {
            days.contains(&stretch.at.first.number()) && days.contains(&stretch.last().number())
        };
        if told != first || !stretches.is_sorted() || !stretches.iter().all(is_told) {
            return Err(damaged(key, "its run tells something else of it"));
        }
        Ok(())
    }

    /// Whether what tells of a run is what is known of it, and its pages are there.
    pub(super) fn check_run(
        &self,
        records: &Records,
        key: &[u8],
        value: &[u8],
    ) -> Result<(), StoreError> {
        let told: Run = decode(key, value)?;
        let id = run_of(key)?;
        let known = self.0.get(id).map(|run| &run.pages);
        if known != Some(&told.pages) {
            return Err(damaged(
                key,
                "it tells something else than it did when it was read",
            ));
        }
        for page in 0..told.pages.len() {
            if !records.contains(&id.page(Kind::Blocks, page))? {
                return Err(damaged(key, "a page of it is gone"));
            }
        }
        Ok(())
    }
}

impl Run {
    /// Takes note that it has something of these days.
    fn has(&mut self, days: RangeInclusive<i32>) {
        self.first = self.first.min(*days.start());
        self.last = self.last.max(*days.end());
    }

    /// Puts all that it has behind others.
    fn read(&self, records: &Records, id: RunId, all: &mut Vec<Stretch>) -> Result<(), StoreError> {
        for page in 0..self.pages.len() {
            let key = id.page(Kind::Blocks, page);
            all.extend(page::stretches(&key, &records.existing(&key)?, |_| true)?);
        }
        Ok(())
    }

    fn may_have(&self, days: &Range<Day>) -> bool {
        self.first < days.end.number() && days.start.number() <= self.last
    }

    /// The pages in which stretches of a series that begin on some days may stand.
    fn pages_of(&self, series: u32, firsts: &Range<i32>) -> Range<usize> {
        let before = |day| self.pages.partition_point(|first| *first < (series, day));
        before(firsts.start).saturating_sub(1)..before(firsts.end)
    }
}

impl Summary for Run {
    /// In bytes.
    fn size(&self) -> usize {
        self.bytes
    }
}

fn fence(at: At) -> (u32, i32) {
    (at.series, at.first.number())
}

fn run_of(key: &[u8]) -> Result<RunId, StoreError> {
    let run = keys::run_of(key).map(|(level, number)| RunId { level, number });
    run.ok_or_else(|| damaged(key, "the key is short"))
}

/// What messages say of a series for the days of a range, of those that count, in no order.
pub(super) fn read(
    open: &Open,
    series: u32,
    days: &Range<Day>,
    counts: impl Fn(u64) -> bool,
) -> Result<Vec<Spoken>, StoreError> {
    let mut found = Vec::new();
    if days.is_empty() {
        return Ok(found);
    }
    let records = &open.records;
    let last = Day::from_number(days.end.number().saturating_sub(1));
    let (from, to) = (span_of(days.start), span_of(last));
    let behind = [keys::sheaf(series, to), vec![0]].concat();
    for pair in records.range(keys::sheaf(series, from), behind) {
        let (key, value) = pair?;
        let is_wanted = |sequence, day| days.contains(&day) && counts(sequence);
        let unbound = sheaf::unbind(body(&key, &value)?, is_wanted);
        let unbound = unbound.map_err(|error| damaged(&key, &error.to_string()))?;
        found.extend(
            unbound
                .into_iter()
                .map(|(sequence, block)| Spoken { sequence, block }),
        );
    }
    for stretch in open.index.blocks.of(records, series, days)? {
        let sequence = stretch.at.sequence;
        if !counts(sequence) {
            continue;
        }
        let blocks = stretch.blocks(|day| days.contains(&day))?;
        found.extend(
            blocks
                .into_iter()
                .map(|(_, block)| Spoken { sequence, block }),
        );
    }
    Ok(found)
}

/// The span of days whose blocks are bound together.
pub(super) fn span_of(day: Day) -> i32 {
    day.number().div_euclid(SPAN_DAYS)
}

/// Days of a sheaf: 3,072 quarter hours take 3 to 6 kB.
const SPAN_DAYS: i32 = 32;
/// A merge is one write, in memory as a whole (1 MiB), and mails wait for it. What is merged leaves its
/// old copies in sled's log, so that it is done seldom, and not with what fills some pages by itself.
const MERGING: Merging = Merging {
    fan: 32,
    most: 32 << 10,
};

#[cfg(test)]
mod tests;
