//! The same records in a new database, without what has gathered in the old one.
//!
//! sled keeps what a leaf was before in its log until half of a segment is of no use any more, and
//! writes a leaf again with each tenth change. So the new database gets its keys first, in order and
//! without values: that makes its leaves, of eight keys each. Then each value is written once, and no
//! leaf is written again: its records lie in the log one behind the other, and nothing beside them.

use std::collections::{BTreeSet, HashMap};
use std::io;
use std::path::Path;

use crate::market::calendar::Day;
use crate::series::Block;
use crate::series::block::sheaf::{self, Piece};
use crate::store::keys::{self, Kind};
use crate::store::sled::blocks::{RUN_DAYS, StoredRun, first_of, span_of};
use crate::store::sled::database::Open;
use crate::store::sled::raw::Raw;
use crate::store::sled::records::{Records, body, damaged, pairs};
use crate::store::{Each, StoreError};

/// Fills a new database in a directory with all records of another, blocks bound together, and makes
/// it durable but for its settings. `go_on` is told now and then how many of about how many steps are
/// done.
pub(super) fn fill(
    new: &Path,
    open: &Open,
    go_on: &mut dyn FnMut(u64, u64) -> io::Result<()>,
) -> Result<(), StoreError> {
    let database = Raw::open(new, CACHE_BYTES)?;
    let records = &open.records;
    let of = 2 * records.count();
    let mut done = 0;
    let mut step = || {
        done += 1;
        if done % TELL == 0 {
            let gone_on = go_on(done.min(of), of);
            gone_on.map_err(|source| StoreError::file("filling", new, source))?;
        }
        Ok(())
    };
    let mut sheaves = Vec::new();
    let values = bound(open, &mut |pairs| {
        sheaves.extend(pairs.into_iter().map(|(key, _)| key));
        step()
    })?;
    if values != open.index.counts.values {
        let what = format!(
            "it counts {} values, and there are {values}",
            open.index.counts.values
        );
        return Err(damaged(&keys::prefix(Kind::Counts), &what));
    }
    sheaves.sort_unstable();
    let mut number = 0;
    for key in &sheaves {
        number += 1;
        database.records.fill(key, &[])?;
    }
    drop(sheaves);
    others(records, &mut |key, _| {
        number += 1;
        database.records.fill(key, &[])
    })?;
    bound(open, &mut |pairs| {
        let mut pairs = pairs.iter();
        pairs.try_for_each(|(key, value)| database.records.fill(key, value))?;
        step()
    })?;
    others(records, &mut |key, value| {
        database.records.fill(key, value)?;
        step()
    })?;
    database.flush()?;
    if database.records.count() != number {
        let what = "it has not all records of the old one".to_owned();
        return Err(StoreError::database(new, what));
    }
    database.close()
}

/// Every key and value, but for blocks.
fn others(records: &Records, each: &mut Each<'_>) -> Result<(), StoreError> {
    let kinds = [Kind::Blocks, Kind::Sheaf].map(|kind| Some(kind as u8));
    records.each(&mut |key, value| {
        let whole = keys::whole_of(key).unwrap_or(key);
        if kinds.contains(&whole.first().copied()) {
            return Ok(());
        }
        each(key, value)
    })
}

/// What takes the keys and values of a record.
type Pairs<'a> = dyn FnMut(Vec<(Vec<u8>, Vec<u8>)>) -> Result<(), StoreError> + 'a;

/// All blocks, bound together by series and span of days, span by span; gives the number of values.
fn bound(open: &Open, each: &mut Pairs<'_>) -> Result<u64, StoreError> {
    let mut values = 0;
    for span in spans(open)? {
        let mut pieces = fresh(open, span)?;
        for id in open.index.series.values().copied() {
            let key = keys::sheaf(id, span);
            let mut all = match open.records.value(&key)? {
                Some(value) => sheaf::pieces(body(&key, &value)?)
                    .map_err(|error| damaged(&key, &error.to_string()))?,
                None => Vec::new(),
            };
            all.extend(pieces.remove(&id).into_iter().flatten());
            if all.is_empty() {
                continue;
            }
            let rows = all.iter().map(|piece| piece.block.columns.len() as u64);
            values += rows.sum::<u64>();
            each(pairs(key, &sheaf::bind(all)))?;
        }
    }
    Ok(values)
}

/// The spans of days that have blocks.
fn spans(open: &Open) -> Result<BTreeSet<i32>, StoreError> {
    let mut spans = BTreeSet::new();
    for first in &open.index.first_days {
        let last = first.number().saturating_add(i32::from(RUN_DAYS) - 1);
        spans.extend(span_of(*first)..=span_of(Day::from_number(last)));
    }
    for pair in open.records.scan(&keys::prefix(Kind::Sheaf)) {
        let (key, _) = pair?;
        let place = keys::sheaf_of(&key).ok_or_else(|| damaged(&key, "the key is short"))?;
        spans.insert(place.1);
    }
    Ok(spans)
}

/// What came of a span since the last compaction, by series.
fn fresh(open: &Open, span: i32) -> Result<HashMap<u32, Vec<Piece>>, StoreError> {
    let first = first_of(span).number();
    let earliest = Day::from_number(first.saturating_sub(i32::from(RUN_DAYS) - 1));
    let mut found: HashMap<u32, Vec<Piece>> = HashMap::new();
    for pair in open
        .records
        .range(keys::blocks_from(earliest), keys::behind(Kind::Blocks))
    {
        let (key, value) = pair?;
        let run = StoredRun::read(&key, &value)?;
        if run
            .days
            .first()
            .is_some_and(|(day, _)| span_of(*day) > span)
        {
            break;
        }
        for (day, bytes) in run.days {
            if span_of(day) != span {
                continue;
            }
            let block = Block::decode(bytes).map_err(|error| damaged(&key, &error.to_string()))?;
            found.entry(run.series).or_default().push(Piece {
                sequence: run.sequence,
                day,
                block,
            });
        }
    }
    Ok(found)
}

/// Each record is read twice, in order.
const CACHE_BYTES: u64 = 64 << 20;
/// Steps between two words of progress: some milliseconds.
const TELL: u64 = 100;
