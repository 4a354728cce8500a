//! Integers in groups of 16, each in as few bits as its group needs.
//!
//! A group is stored as distances from its smallest number (good for noise round a level) or as
//! differences from the number before (good for slopes and counters), whichever is smaller: a byte
//! with the width and the way, the smallest number as difference from the number before, the bits.

use super::bytes::{DamagedBlock, Reader, Writer, unzigzag, zigzag};

pub(super) fn encode(numbers: &[i64], out: &mut Writer) {
    let mut before = 0_i64;
    for group in numbers.chunks(GROUP) {
        let least = group.iter().copied().min().unwrap_or_default();
        let level = |number: i64| number.wrapping_sub(least).cast_unsigned();
        let level_width = width(group.iter().map(|&number| level(number)));
        let slopes: Vec<u64> = group
            .iter()
            .scan(before, |before, &number| {
                let slope = zigzag(number.wrapping_sub(*before));
                *before = number;
                Some(slope)
            })
            .collect();
        let slope_width = width(slopes.iter().copied());
        let mut base = Writer::with_capacity(10);
        base.signed(least.wrapping_sub(before));
        let base = base.finish();
        if bits(slope_width, group.len()) <= bits(level_width, group.len()) + 8 * base.len() {
            out.byte(SLOPES | slope_width);
            pack(slopes.into_iter(), slope_width, out);
        } else {
            out.byte(level_width);
            out.slice(&base);
            pack(group.iter().map(|&number| level(number)), level_width, out);
        }
        before = group.last().copied().unwrap_or(before);
    }
}

pub(super) fn decode(count: usize, input: &mut Reader<'_>) -> Result<Vec<i64>, DamagedBlock> {
    let mut numbers = Vec::with_capacity(count);
    let mut before = 0_i64;
    while numbers.len() < count {
        let size = GROUP.min(count - numbers.len());
        let head = input.byte()?;
        let width = head & !SLOPES;
        if width > 64 {
            return Err(input.damaged("the width of a group"));
        }
        if head & SLOPES == 0 {
            let least = before.wrapping_add(input.signed()?);
            unpack(size, width, input, |level| numbers.push(least.wrapping_add(level.cast_signed())))?;
        } else {
            let mut number = before;
            unpack(size, width, input, |slope| {
                number = number.wrapping_add(unzigzag(slope));
                numbers.push(number);
            })?;
        }
        before = numbers.last().copied().unwrap_or(before);
    }
    Ok(numbers)
}

/// Bits that the largest number needs.
fn width(numbers: impl Iterator<Item = u64>) -> u8 {
    let all = numbers.fold(0, |all, number| all | number);
    u8::try_from(u64::BITS - all.leading_zeros()).unwrap_or(64)
}

fn bits(width: u8, count: usize) -> usize {
    (usize::from(width) * count).next_multiple_of(8)
}

/// Writes the lowest `width` bits of each number behind each other, lowest first.
fn pack(numbers: impl Iterator<Item = u64>, width: u8, out: &mut Writer) {
    let mut pending = 0_u128;
    let mut filled = 0;
    for number in numbers {
        pending |= u128::from(number) << filled;
        filled += u32::from(width);
        while filled >= 8 {
            out.byte(pending.to_le_bytes()[0]);
            pending >>= 8;
            filled -= 8;
        }
    }
    if filled > 0 {
        out.byte(pending.to_le_bytes()[0]);
    }
}

fn unpack(
    count: usize,
    width: u8,
    input: &mut Reader<'_>,
    mut take: impl FnMut(u64),
) -> Result<(), DamagedBlock> {
    let bytes = input.slice(bits(width, count) / 8)?;
    let mut bytes = bytes.iter();
    let (mut pending, mut filled) = (0_u128, 0_u32);
    let mask = if width == 64 { u64::MAX } else { (1_u64 << width) - 1 };
    for _ in 0..count {
        while filled < u32::from(width) {
            pending |= u128::from(bytes.next().copied().unwrap_or_default()) << filled;
            filled += 8;
        }
        let low = pending & u128::from(mask);
        take(u64::try_from(low).unwrap_or_default());
        pending >>= width;
        filled -= u32::from(width);
    }
    Ok(())
}

/// Numbers of a group. 16 beat 32 and 128 for days of 96 values, since few values share a level.
const GROUP: usize = 16;
/// Marks a group of differences.
const SLOPES: u8 = 0x80;
