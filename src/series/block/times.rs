//! Starts as a run, ends as a constant length; anything else one by one.

use super::bytes::{DamagedBlock, Reader, Writer};
use crate::series::columns::NO_TIME;

pub(super) fn encode_starts(starts: &[i64], out: &mut Writer) {
    let first = starts.first().copied().unwrap_or(NO_TIME);
    let second = starts.get(1).copied().unwrap_or(first);
    let step = second.wrapping_sub(first);
    let is_run = !starts.contains(&NO_TIME)
        && starts.windows(2).all(|pair| matches!(pair, [a, b] if b.wrapping_sub(*a) == step));
    if starts.iter().all(|&start| start == NO_TIME) {
        out.byte(NONE);
    } else if is_run {
        out.byte(RUN);
        out.signed(first);
        out.signed(step);
    } else {
        out.byte(EACH);
        each(starts.iter().copied(), out);
    }
}

pub(super) fn decode_starts(rows: usize, input: &mut Reader<'_>) -> Result<Vec<i64>, DamagedBlock> {
    match input.byte()? {
        NONE => Ok(vec![NO_TIME; rows]),
        RUN => {
            let (mut start, step) = (input.signed()?, input.signed()?);
            let run = std::iter::repeat_with(|| {
                let now = start;
                start = start.wrapping_add(step);
                now
            });
            Ok(run.take(rows).collect())
        }
        EACH => read_each(rows, input),
        _ => Err(input.damaged("how starts are stored")),
    }
}

pub(super) fn encode_ends(starts: &[i64], ends: &[i64], out: &mut Writer) {
    let lengths = || ends.iter().zip(starts).map(|(end, start)| end.wrapping_sub(*start));
    let first = lengths().next().unwrap_or_default();
    let has_both = !starts.contains(&NO_TIME) && !ends.contains(&NO_TIME);
    if ends.iter().all(|&end| end == NO_TIME) {
        out.byte(NONE);
    } else if has_both && lengths().all(|length| length == first) {
        out.byte(RUN);
        out.signed(first);
    } else {
        out.byte(EACH);
        each(ends.iter().copied(), out);
    }
}

pub(super) fn decode_ends(starts: &[i64], input: &mut Reader<'_>) -> Result<Vec<i64>, DamagedBlock> {
    match input.byte()? {
        NONE => Ok(vec![NO_TIME; starts.len()]),
        RUN => {
            let length = input.signed()?;
            Ok(starts.iter().map(|start| start.wrapping_add(length)).collect())
        }
        EACH => read_each(starts.len(), input),
        _ => Err(input.damaged("how ends are stored")),
    }
}

/// Each as difference from the one before; "no time" is a difference like any other.
fn each(times: impl Iterator<Item = i64>, out: &mut Writer) {
    let mut before = 0_i64;
    for time in times {
        out.signed(time.wrapping_sub(before));
        before = time;
    }
}

fn read_each(rows: usize, input: &mut Reader<'_>) -> Result<Vec<i64>, DamagedBlock> {
    let mut before = 0_i64;
    (0..rows)
        .map(|_| {
            before = before.wrapping_add(input.signed()?);
            Ok(before)
        })
        .collect()
}

const NONE: u8 = 0;
const RUN: u8 = 1;
const EACH: u8 = 2;
