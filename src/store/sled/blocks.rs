//! Blocks in the tree: as they came, and bound together by the last compaction.
//!
//! What comes stands by its day, so that a mail's blocks fill a few leaves; those of one message for
//! one series are one record, by runs of days. `compact` binds all that there is of a series within
//! some days into one record. Readers take both.

use std::collections::BTreeSet;
use std::ops::Range;

use crate::market::calendar::Day;
use crate::series::Block;
use crate::series::block::sheaf;
use crate::series::merge::Spoken;
use crate::store::StoreError;
use crate::store::keys::{self, Kind};
use crate::store::ledger::NewBlock;
use crate::store::sled::database::Open;
use crate::store::sled::records::{Records, body, damaged, decode};

/// The blocks of a message for a series within [`RUN_DAYS`] days.
pub(super) struct Run<'a> {
    /// The day of the first.
    pub(super) first: Day,
    /// Each block, behind the number of days since the first.
    pub(super) days: Vec<(u8, &'a [u8])>,
}

/// The blocks of a message for one series, cut into runs.
pub(super) fn runs<'a>(mut blocks: Vec<&'a NewBlock>) -> Vec<Run<'a>> {
    blocks.sort_by_key(|block| block.day);
    let mut runs: Vec<Run<'a>> = Vec::new();
    for block in blocks {
        let bytes = block.bytes.as_slice();
        let behind = |run: &Run<'a>| {
            let days = i64::from(block.day.number()) - i64::from(run.first.number());
            u8::try_from(days).ok().filter(|days| *days < RUN_DAYS)
        };
        match runs.last_mut().map(|run| (behind(run), run)) {
            Some((Some(days), run)) => run.days.push((days, bytes)),
            Some((None, _)) | None => runs.push(Run {
                first: block.day,
                days: vec![(0, bytes)],
            }),
        }
    }
    runs
}

/// The first days of all runs in the tree, in order.
pub(super) fn first_days(records: &Records) -> Result<BTreeSet<Day>, StoreError> {
    let mut days = BTreeSet::new();
    let mut from = keys::prefix(Kind::Blocks).to_vec();
    while let Some(pair) = records.range(from, keys::behind(Kind::Blocks)).next() {
        let (key, _) = pair?;
        let (day, _, _) = keys::blocks_of(&key).ok_or_else(|| damaged(&key, "the key is short"))?;
        days.insert(day);
        let Some(next) = day.number().checked_add(1) else {
            break;
        };
        from = keys::blocks_from(Day::from_number(next));
    }
    Ok(days)
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
    // A run that begins before the range may reach into it.
    let earliest = days.start.number().saturating_sub(i32::from(RUN_DAYS) - 1);
    let firsts = open
        .index
        .first_days
        .range(Day::from_number(earliest)..days.end);
    for first in firsts {
        let range = keys::blocks(*first, series, 0)..=keys::blocks(*first, series, u64::MAX);
        for pair in records.range_to(range) {
            let (key, value) = pair?;
            let run = StoredRun::read(&key, &value)?;
            if !counts(run.sequence) {
                continue;
            }
            for (_, bytes) in run.days.into_iter().filter(|(day, _)| days.contains(day)) {
                let sequence = run.sequence;
                let block = Block::decode(bytes).map_err(|error| StoreError::Damaged {
                    what: format!("a block of series {series} from message {sequence}"),
                    detail: error.to_string(),
                })?;
                found.push(Spoken { sequence, block });
            }
        }
    }
    Ok(found)
}

/// A run as it is in the tree.
pub(super) struct StoredRun<'a> {
    pub(super) series: u32,
    pub(super) sequence: u64,
    /// Each block with its day.
    pub(super) days: Vec<(Day, &'a [u8])>,
}

impl<'a> StoredRun<'a> {
    pub(super) fn read(key: &[u8], value: &'a [u8]) -> Result<Self, StoreError> {
        let place = keys::blocks_of(key).ok_or_else(|| damaged(key, "the key is short"))?;
        let (first, series, sequence) = place;
        let days: Vec<(u8, &[u8])> = decode(key, value)?;
        let day = |behind: u8| Day::from_number(first.number().saturating_add(behind.into()));
        let days = days.into_iter().map(|(behind, bytes)| (day(behind), bytes));
        Ok(Self {
            series,
            sequence,
            days: days.collect(),
        })
    }
}

/// The span of days whose blocks are bound together.
pub(super) fn span_of(day: Day) -> i32 {
    day.number().div_euclid(SPAN_DAYS)
}

/// The first day of a span.
pub(super) fn first_of(span: i32) -> Day {
    Day::from_number(span.saturating_mul(SPAN_DAYS))
}

/// Days of a run: a message that brings a month is one.
pub(super) const RUN_DAYS: u8 = 32;
/// Days of a sheaf: 3,072 quarter hours take 3 to 6 kB.
const SPAN_DAYS: i32 = 32;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::series::{Key, Kind};

    fn block(day: i32) -> NewBlock {
        NewBlock {
            key: Key {
                location: String::new(),
                device: None,
                obis: String::new(),
                kind: Kind::Interval,
                unit: None,
            },
            day: Day::from_number(day),
            bytes: day.to_be_bytes().to_vec(),
            values: 1,
        }
    }

    fn shape(days: &[i32]) -> Vec<(i32, Vec<u8>)> {
        let blocks: Vec<_> = days.iter().map(|day| block(*day)).collect();
        let offsets = |run: Run<'_>| {
            let offsets = run.days.iter().map(|(behind, _)| *behind).collect();
            (run.first.number(), offsets)
        };
        runs(blocks.iter().collect())
            .into_iter()
            .map(offsets)
            .collect()
    }

    #[test]
    fn a_month_is_one_run_and_a_longer_message_several() {
        assert_eq!(
            shape(&(0..31).collect::<Vec<_>>()),
            [(0, (0..31).collect())]
        );
        assert_eq!(
            shape(&[40, 5, 5, 37, 36]),
            [(5, vec![0, 0, 31]), (37, vec![0, 3])]
        );
    }

    #[test]
    fn the_most_distant_days_are_runs_of_their_own() {
        assert_eq!(
            shape(&[i32::MAX, i32::MIN]),
            [(i32::MIN, vec![0]), (i32::MAX, vec![0])]
        );
    }
}
