//! Blocks in the tree: those of one message for one series stand together, by runs of days.
//!
//! A message that brings a month is one record, not 31: fewer and fuller leaves.

use std::ops::Range;

use crate::market::calendar::Day;
use crate::store::StoreError;
use crate::store::keys;
use crate::store::ledger::NewBlock;
use crate::store::sled::records::{Records, damaged, decode};

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

/// A block in the tree: the sequence of its message, and its bytes.
pub(super) type Stored = (u64, Vec<u8>);

/// The blocks of a series for the days of a range, of those messages that count.
pub(super) fn read(
    records: &Records,
    series: u32,
    days: Range<Day>,
    counts: impl Fn(u64) -> bool,
) -> Result<Vec<Stored>, StoreError> {
    // A run that begins before the range may reach into it.
    let earliest = days.start.number().saturating_sub(i32::from(RUN_DAYS) - 1);
    let from = keys::blocks(series, Day::from_number(earliest), 0);
    let to = keys::blocks(series, days.end, 0);
    let mut found = Vec::new();
    if from >= to {
        return Ok(found);
    }
    for pair in records.range(from, to) {
        let (key, value) = pair?;
        let (first, sequence) = keys::blocks_first_and_sequence(&key)
            .ok_or_else(|| damaged(&key, "the key is short"))?;
        if !counts(sequence) {
            continue;
        }
        for (behind, bytes) in decode::<Vec<(u8, &[u8])>>(&key, &value)? {
            let day = Day::from_number(first.number().saturating_add(behind.into()));
            if days.contains(&day) {
                found.push((sequence, bytes.to_owned()));
            }
        }
    }
    Ok(found)
}

/// Days of a run: a message that brings a month is one.
const RUN_DAYS: u8 = 32;

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
