//! Numbers as bits, lowest bit first.
//!
//! Besides plain fields there are two self-delimiting codes of Elias (1975): *gamma* for counts,
//! where small is likely, and *delta* for numbers of any size up to 64 bits.

use crate::series::block::DamagedBlock;

/// Collects bits into bytes.
pub(super) struct BitWriter {
    bytes: Vec<u8>,
    pending: u64,
    /// How many bits of `pending` are used; below 64 between two calls.
    filled: u32,
}

impl Default for BitWriter {
    fn default() -> Self {
        Self {
            bytes: Vec::with_capacity(USUAL_BYTES),
            pending: 0,
            filled: 0,
        }
    }
}

impl BitWriter {
    /// Adds the lowest `width` bits (at most 64) of a number.
    #[inline]
    pub(super) fn put(&mut self, value: u64, width: u32) {
        let value = value & u64::MAX.checked_shr(u64::BITS - width).unwrap_or(0);
        self.pending |= value << self.filled;
        self.filled += width;
        if self.filled >= u64::BITS {
            self.bytes.extend_from_slice(&self.pending.to_le_bytes());
            self.filled -= u64::BITS;
            // What did not fit.
            self.pending = value.checked_shr(width - self.filled).unwrap_or(0);
        }
    }

    /// Adds one bit.
    pub(super) fn put_flag(&mut self, flag: bool) {
        self.put(u64::from(flag), 1);
    }

    /// Adds a count of at least 1: 1 bit for 1, 3 for 2 and 3, 5 for 4 to 7, and so on.
    pub(super) fn put_gamma(&mut self, count: u64) {
        let low = width_of(count).saturating_sub(1);
        self.put(1 << low, low + 1);
        self.put(count, low);
    }

    /// Adds a number of any size: 1 bit for 0, about `width + 2 log2 width` bits for others.
    pub(super) fn put_delta(&mut self, value: u64) {
        let width = width_of(value);
        self.put_gamma(u64::from(width) + 1);
        self.put(value, width.saturating_sub(1));
    }

    /// Adds bytes.
    pub(super) fn put_bytes(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.put(u64::from(*byte), 8);
        }
    }

    /// The bytes; the last one is filled up with zeros.
    pub(super) fn finish(mut self) -> Vec<u8> {
        let used = self.filled.div_ceil(8);
        self.bytes
            .extend(self.pending.to_le_bytes().iter().take(used as usize));
        self.bytes
    }
}

/// A day of quarter hours takes less, as a rule.
const USUAL_BYTES: usize = 256;

/// How many bits [`BitWriter::put_delta`] takes for a number.
pub(super) fn delta_width(value: u64) -> u64 {
    let width = width_of(value);
    let gamma = 2 * width_of(u64::from(width) + 1) - 1;
    u64::from(gamma + width.saturating_sub(1))
}

/// How many bits a number has without leading zeros.
pub(super) fn width_of(value: u64) -> u32 {
    u64::BITS - value.leading_zeros()
}

/// Reads what a [`BitWriter`] wrote.
pub(super) struct BitReader<'a> {
    bytes: &'a [u8],
    at_bit: usize,
}

impl<'a> BitReader<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, at_bit: 0 }
    }

    /// The next `width` bits (at most 64).
    pub(super) fn take(&mut self, width: u32) -> Result<u64, DamagedBlock> {
        if width > PEEKED {
            let low = self.take(32)?;
            return Ok(low | self.take(width - 32)? << 32);
        }
        let value = self.peek() & ((1 << width) - 1);
        self.skip(width)?;
        Ok(value)
    }

    /// The next bit.
    pub(super) fn take_flag(&mut self) -> Result<bool, DamagedBlock> {
        Ok(self.take(1)? == 1)
    }

    /// How many ones come next, up to `most` (below 57). The zero that ends fewer is read, too.
    pub(super) fn take_ones(&mut self, most: u32) -> Result<u32, DamagedBlock> {
        let ones = self.peek().trailing_ones().min(most);
        self.skip(if ones < most { ones + 1 } else { most })?;
        Ok(ones)
    }

    /// A count of at least 1.
    pub(super) fn take_gamma(&mut self) -> Result<u64, DamagedBlock> {
        let low = self.peek().trailing_zeros();
        if low >= PEEKED {
            return Err(self.damaged("a count"));
        }
        self.skip(low + 1)?;
        Ok(1 << low | self.take(low)?)
    }

    /// A number of any size.
    pub(super) fn take_delta(&mut self) -> Result<u64, DamagedBlock> {
        match self.take_gamma()? - 1 {
            0 => Ok(0),
            width @ 1..=64 => {
                let low = u32::try_from(width - 1).unwrap_or(0);
                Ok(1 << low | self.take(low)?)
            }
            _ => Err(self.damaged("a number of at most 64 bits")),
        }
    }

    /// A count from 0, of things that take at least one bit each.
    pub(super) fn take_count(&mut self, what: &'static str) -> Result<usize, DamagedBlock> {
        let count = usize::try_from(self.take_gamma()? - 1).unwrap_or(usize::MAX);
        if count > self.remaining_bits() {
            return Err(self.damaged(what));
        }
        Ok(count)
    }

    /// So many bytes.
    pub(super) fn take_bytes(&mut self, count: usize) -> Result<Vec<u8>, DamagedBlock> {
        if count > self.remaining_bits() / 8 {
            return Err(self.damaged("the bytes of a text"));
        }
        let mut bytes = Vec::with_capacity(count);
        for _ in 0..count {
            bytes.push(u8::try_from(self.take(8)?).unwrap_or(u8::MAX));
        }
        Ok(bytes)
    }

    /// Whether nothing but zeros is left.
    pub(super) fn is_blank(&self) -> bool {
        let (byte, bit) = (self.at_bit / 8, self.at_bit % 8);
        let mut rest = self.bytes.iter().skip(byte);
        rest.next().is_none_or(|first| first >> bit == 0) && rest.all(|byte| *byte == 0)
    }

    /// The error for this place.
    pub(super) fn damaged(&self, what: &'static str) -> DamagedBlock {
        DamagedBlock {
            length: self.bytes.len(),
            offset: self.at_bit / 8,
            what,
        }
    }

    /// At least the next [`PEEKED`] bits, with zeros behind the end.
    pub(super) fn peek(&self) -> u64 {
        let rest = self.bytes.get(self.at_bit / 8..).unwrap_or_default();
        let word = rest.first_chunk().copied().unwrap_or_else(|| {
            let mut last = [0; 8];
            for (to, from) in last.iter_mut().zip(rest) {
                *to = *from;
            }
            last
        });
        u64::from_le_bytes(word) >> (self.at_bit % 8)
    }

    /// Leaves out so many bits.
    pub(super) fn skip(&mut self, width: u32) -> Result<(), DamagedBlock> {
        if width as usize > self.remaining_bits() {
            return Err(self.damaged("more bits"));
        }
        self.at_bit += width as usize;
        Ok(())
    }

    fn remaining_bits(&self) -> usize {
        self.bytes.len() * 8 - self.at_bit
    }
}

/// Eight bytes hold so many bits wherever in the first of them one begins.
pub(super) const PEEKED: u32 = 57;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn what_was_written_is_read(words in prop::collection::vec((any::<u64>(), 0..=64_u32), 0..50)) {
            let mut out = BitWriter::default();
            for &(value, width) in &words {
                out.put(value, width);
                out.put_delta(value);
                out.put_gamma(u64::from(width) + 1);
                out.put_flag(value & 1 == 1);
            }
            let bytes = out.finish();
            let mut input = BitReader::new(&bytes);
            for &(value, width) in &words {
                let kept = if width == 64 { value } else { value & ((1 << width) - 1) };
                prop_assert_eq!(input.take(width), Ok(kept));
                prop_assert_eq!(input.take_delta(), Ok(value));
                prop_assert_eq!(input.take_gamma(), Ok(u64::from(width) + 1));
                prop_assert_eq!(input.take_flag(), Ok(value & 1 == 1));
            }
            prop_assert!(input.is_blank());
        }

        #[test]
        fn the_width_of_a_delta_is_known_before_it_is_written(value: u64) {
            let mut out = BitWriter::default();
            out.put_delta(value);
            prop_assert_eq!(out.finish().len() as u64, delta_width(value).div_ceil(8));
        }
    }

    #[test]
    fn reading_past_the_end_is_an_error() {
        let mut input = BitReader::new(&[0xFF]);
        assert_eq!(input.take_ones(20).unwrap_err().offset, 0);
        assert!(input.take(9).is_err() && input.take(8).is_ok() && input.take(1).is_err());
        assert!(BitReader::new(&[0; 16]).take_gamma().is_err());
    }
}
