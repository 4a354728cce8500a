//! The same records in a new database, without what has gathered in the old one.
//!
//! sled keeps what a leaf was before in its log until half of a segment is of no use any more, and
//! writes a leaf again with each tenth change. So the new database gets its keys first, in order and
//! without values: that makes its leaves, of eight keys each. Then each value is written once, and no
//! leaf is written again: its records lie in the log one behind the other, and nothing beside them.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::Path;

use sled::IVec;

use crate::series::block::sheaf::{self, Piece};
use crate::store::keys::{self, Kind};
use crate::store::sled::blocks::{Stretch, Sweep, span_of};
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
    let database = Raw::to_be_filled(new, CACHE_BYTES)?;
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
    let kinds = [Kind::Blocks, Kind::Run, Kind::Sheaf].map(|kind| Some(kind as u8));
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

/// All blocks, bound together by series and span of days; gives the number of values.
fn bound(open: &Open, each: &mut Pairs<'_>) -> Result<u64, StoreError> {
    let mut values = 0;
    let mut fresh = Sweep::of(&open.index.blocks, &open.records);
    let series: BTreeSet<u32> = open.index.series.values().copied().collect();
    for id in series {
        for (span, known) in spans(open, &mut fresh, id)? {
            let key = keys::sheaf(id, span);
            let mut all = match known.bound {
                Some(value) => sheaf::pieces(body(&key, &value)?)
                    .map_err(|error| damaged(&key, &error.to_string()))?,
                None => Vec::new(),
            };
            for stretch in known.fresh {
                let sequence = stretch.at.sequence;
                let blocks = stretch.blocks(|day| span_of(day) == span)?.into_iter();
                all.extend(blocks.map(|(day, block)| Piece {
                    sequence,
                    day,
                    block,
                }));
            }
            let rows = all.iter().map(|piece| piece.block.columns.len() as u64);
            values += rows.sum::<u64>();
            each(pairs(key, &sheaf::bind(all)))?;
        }
    }
    Ok(values)
}

/// What there is of a series for a span of days.
#[derive(Default)]
struct Known {
    /// Bound together by the last compaction.
    bound: Option<IVec>,
    /// What came since.
    fresh: Vec<Stretch>,
}

/// The spans of days of which there is something of a series.
fn spans(
    open: &Open,
    fresh: &mut Sweep<'_>,
    series: u32,
) -> Result<BTreeMap<i32, Known>, StoreError> {
    let mut spans: BTreeMap<i32, Known> = BTreeMap::new();
    for pair in open.records.scan(&keys::sheaves(series)) {
        let (key, value) = pair?;
        let place = keys::sheaf_of(&key).ok_or_else(|| damaged(&key, "the key is short"))?;
        spans.entry(place.1).or_default().bound = Some(value);
    }
    for stretch in fresh.series(series)? {
        for span in span_of(stretch.at.first)..=span_of(stretch.last()) {
            spans.entry(span).or_default().fresh.push(stretch.clone());
        }
    }
    Ok(spans)
}

/// Each record is read twice, in order.
const CACHE_BYTES: u64 = 64 << 20;
/// Steps between two words of progress: some milliseconds.
const TELL: u64 = 100;
