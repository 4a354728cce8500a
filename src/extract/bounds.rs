//! Bounds on what is unpacked from one mail.

use std::cell::Cell;
use std::io::{self, Read};

/// Bounds on what is unpacked from one mail, each with the reason for its default.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Bounds {
    /// Mails in mails, archives in archives: real ones nest 3 deep.
    pub depth: usize,
    /// Parts and archive entries in all.
    pub parts: usize,
    /// Bytes of all that is unpacked, one after the other: bounds the time.
    pub unpacked_bytes: u64,
    /// Bytes that are unpacked at once, archives in archives included: bounds the memory. The
    /// largest file of the market has some 100 MB.
    pub held_bytes: u64,
    /// Unpacked bytes for each packed one; EDIFACT packs 8 to 22 times.
    pub ratio: u64,
}

impl Default for Bounds {
    fn default() -> Self {
        Self {
            depth: 8,
            parts: 10_000,
            unpacked_bytes: 512 << 20,
            held_bytes: 100 << 20,
            ratio: 200,
        }
    }
}

/// What is left of the [`Bounds`] while one mail is walked.
#[derive(Debug)]
pub(crate) struct Budget<'b> {
    bounds: &'b Bounds,
    parts_left: usize,
    bytes_left: u64,
    held_bytes: u64,
}

/// Why something was not unpacked to its end.
#[derive(Debug)]
pub(crate) enum Unpacking {
    /// Too much came out of too little; the text names the bound.
    Bomb(String),
    /// There is no room for more; the text names the bound.
    Outgrown(String),
    /// The packed bytes are broken.
    Broken(io::Error),
}

impl<'b> Budget<'b> {
    pub(crate) fn new(bounds: &'b Bounds) -> Self {
        Self {
            bounds,
            parts_left: bounds.parts,
            bytes_left: bounds.unpacked_bytes,
            held_bytes: 0,
        }
    }

    /// The bounds it was made from.
    pub(crate) fn bounds(&self) -> &'b Bounds {
        self.bounds
    }

    /// Takes one part, or tells that none is left.
    pub(crate) fn take_part(&mut self) -> bool {
        let left = self.parts_left.checked_sub(1);
        self.parts_left = left.unwrap_or(0);
        left.is_some()
    }

    /// Reads `unpacker` to its end. `packed_bytes` tells how much it has taken so far. The bounds
    /// are met by what comes out, as it comes: a size that an archive states of itself may lie.
    ///
    /// What is given counts as held until [`Self::let_go`].
    pub(crate) fn unpack(
        &mut self,
        mut unpacker: impl Read,
        packed_bytes: &Cell<u64>,
    ) -> Result<Vec<u8>, Unpacking> {
        let mut bytes = Vec::new();
        let size_limit = self.room_bytes();
        let outcome = loop {
            if bytes.len() >= LARGE_BYTES && bytes.capacity() < size_limit {
                // Once, and only as addresses: growing by steps would leave copies behind.
                bytes.reserve_exact(size_limit - bytes.len());
            }
            let step = unpacker.by_ref().take(STEP_BYTES).read_to_end(&mut bytes);
            let size = size_of(&bytes);
            if let Err(stopped) = self.check(size, packed_bytes.get()) {
                break Err(stopped);
            }
            match step {
                Ok(0) => break Ok(()),
                Ok(_) => {}
                Err(error) => break Err(Unpacking::Broken(error)),
            }
        };
        let size = size_of(&bytes);
        self.bytes_left = self.bytes_left.saturating_sub(size);
        outcome?;
        bytes.shrink_to_fit();
        self.held_bytes += size;
        Ok(bytes)
    }

    /// Takes note that something unpacked is not needed any more.
    pub(crate) fn let_go(&mut self, bytes: &[u8]) {
        self.held_bytes = self.held_bytes.saturating_sub(size_of(bytes));
    }

    /// The most that may be unpacked next, and a step.
    fn room_bytes(&self) -> usize {
        let room = self.bounds.held_bytes.saturating_sub(self.held_bytes);
        let most = room.min(self.bytes_left).saturating_add(2 * STEP_BYTES);
        usize::try_from(most).unwrap_or(usize::MAX)
    }

    fn check(&self, size: u64, packed_bytes: u64) -> Result<(), Unpacking> {
        let Bounds {
            ratio,
            unpacked_bytes,
            held_bytes,
            ..
        } = self.bounds;
        if size > packed_bytes.saturating_mul(*ratio).max(RATIO_FREE_BYTES) {
            return Err(Unpacking::Bomb(format!(
                "unpacks to more than {ratio} times its size: looks like a bomb"
            )));
        }
        if size > self.bytes_left {
            return Err(Unpacking::Outgrown(format!(
                "the mail unpacks to more than {unpacked_bytes} bytes in all"
            )));
        }
        if self.held_bytes.saturating_add(size) > *held_bytes {
            return Err(Unpacking::Outgrown(format!(
                "unpacks to more than {held_bytes} bytes at once: ask the sender for smaller files, or unpack it and use `mscons-gateway import`"
            )));
        }
        Ok(())
    }
}

fn size_of(bytes: &[u8]) -> u64 {
    u64::try_from(bytes.len()).unwrap_or(u64::MAX)
}

/// So much may come out whatever the ratio: a short, repetitive file packs better than a long one.
const RATIO_FREE_BYTES: u64 = 64 << 10;
/// What is larger gets its room at once.
const LARGE_BYTES: usize = 1 << 20;
/// Unpacked between two looks at the bounds: what they may be overstepped by.
const STEP_BYTES: u64 = 16 << 10;

#[cfg(test)]
mod tests {
    use super::*;

    const BOUNDS: Bounds = Bounds {
        depth: 8,
        parts: 2,
        unpacked_bytes: 300_000,
        held_bytes: 250_000,
        ratio: 10,
    };

    fn unpack(
        budget: &mut Budget<'_>,
        unpacker: impl Read,
        packed_bytes: u64,
    ) -> Result<Vec<u8>, Unpacking> {
        budget.unpack(unpacker, &Cell::new(packed_bytes))
    }

    fn reason(outcome: Result<Vec<u8>, Unpacking>) -> String {
        match outcome {
            Err(Unpacking::Bomb(reason) | Unpacking::Outgrown(reason)) => reason,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn an_endless_stream_is_cut_at_the_ratio() {
        let mut budget = Budget::new(&BOUNDS);
        let outcome = unpack(&mut budget, io::repeat(0), 10_000);
        assert!(reason(outcome).contains("more than 10 times"));
        assert!(budget.bytes_left > 300_000 - 100_000 - STEP_BYTES);
        assert_eq!(budget.held_bytes, 0);
    }

    #[test]
    fn the_sum_of_all_streams_is_bounded() {
        let mut budget = Budget::new(&BOUNDS);
        let first = unpack(&mut budget, io::repeat(0).take(200_000), 100_000).unwrap();
        budget.let_go(&first);
        let outcome = unpack(&mut budget, io::repeat(0).take(100_001), 100_000);
        assert!(reason(outcome).contains("more than 300000 bytes"));
    }

    #[test]
    fn what_is_held_at_once_is_bounded() {
        let mut budget = Budget::new(&BOUNDS);
        let first = unpack(&mut budget, io::repeat(0).take(200_000), 100_000).unwrap();
        let outcome = unpack(&mut budget, io::repeat(0).take(50_001), 100_000);
        assert!(reason(outcome).contains("more than 250000 bytes at once"));
        budget.let_go(&first);
        unpack(&mut budget, io::repeat(0).take(40_000), 100_000).unwrap();
    }

    #[test]
    fn a_short_file_may_pack_as_well_as_it_can() {
        let mut budget = Budget::new(&BOUNDS);
        assert!(unpack(&mut budget, io::repeat(0).take(60_000), 1).is_ok());
    }

    #[test]
    fn parts_run_out() {
        let mut budget = Budget::new(&BOUNDS);
        assert_eq!([(); 3].map(|()| budget.take_part()), [true, true, false]);
    }
}
