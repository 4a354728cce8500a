//! Bounds on what is unpacked from one mail.

use std::io::{self, Read};

/// Bounds on what is unpacked from one mail, each with the reason for its default.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Bounds {
    /// Mails in mails, archives in archives: real ones nest 3 deep.
    pub depth: usize,
    /// Parts and archive entries in all.
    pub parts: usize,
    /// Bytes of all that is unpacked.
    pub unpacked_bytes: u64,
    /// Unpacked bytes for each packed one; EDIFACT packs 8 to 22 times.
    pub ratio: u64,
}

impl Default for Bounds {
    fn default() -> Self {
        Self {
            depth: 8,
            parts: 10_000,
            unpacked_bytes: 512 << 20,
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
}

/// Why something was not unpacked to its end.
#[derive(Debug)]
pub(crate) enum Unpacking {
    /// A bound was met; the text names it.
    Bound(String),
    /// The packed bytes are broken.
    Broken(io::Error),
}

impl<'b> Budget<'b> {
    pub(crate) fn new(bounds: &'b Bounds) -> Self {
        Self {
            bounds,
            parts_left: bounds.parts,
            bytes_left: bounds.unpacked_bytes,
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

    /// Reads `unpacker` to its end. The bounds are met by what comes out: a size that an archive
    /// states of itself may lie.
    pub(crate) fn unpack(
        &mut self,
        unpacker: impl Read,
        packed_bytes: u64,
    ) -> Result<Vec<u8>, Unpacking> {
        let by_ratio = packed_bytes
            .saturating_mul(self.bounds.ratio)
            .max(RATIO_FREE_BYTES);
        let limit = by_ratio.min(self.bytes_left);
        let mut bytes = Vec::new();
        let outcome = unpacker
            .take(limit.saturating_add(1))
            .read_to_end(&mut bytes);
        let size = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        self.bytes_left = self.bytes_left.saturating_sub(size);
        if size > limit {
            return Err(Unpacking::Bound(if limit == by_ratio {
                format!(
                    "unpacks to more than {} times its size: looks like a bomb",
                    self.bounds.ratio
                )
            } else {
                format!(
                    "the mail unpacks to more than {} bytes in all",
                    self.bounds.unpacked_bytes
                )
            }));
        }
        outcome.map(|_| bytes).map_err(Unpacking::Broken)
    }
}

/// So much may come out whatever the ratio: a short, repetitive file packs better than a long one.
const RATIO_FREE_BYTES: u64 = 64 << 10;

#[cfg(test)]
mod tests {
    use super::*;

    const BOUNDS: Bounds = Bounds {
        depth: 8,
        parts: 2,
        unpacked_bytes: 300_000,
        ratio: 10,
    };

    fn reason(outcome: Result<Vec<u8>, Unpacking>) -> String {
        match outcome {
            Err(Unpacking::Bound(reason)) => reason,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn an_endless_stream_is_cut_at_the_ratio() {
        let mut budget = Budget::new(&BOUNDS);
        let outcome = budget.unpack(io::repeat(0), 10_000);
        assert!(reason(outcome).contains("more than 10 times"));
        assert_eq!(budget.bytes_left, 300_000 - 100_001);
    }

    #[test]
    fn the_sum_of_all_streams_is_bounded() {
        let mut budget = Budget::new(&BOUNDS);
        assert!(budget.unpack(io::repeat(0).take(200_000), 100_000).is_ok());
        let outcome = budget.unpack(io::repeat(0).take(100_001), 100_000);
        assert!(reason(outcome).contains("more than 300000 bytes"));
    }

    #[test]
    fn a_short_file_may_pack_as_well_as_it_can() {
        let mut budget = Budget::new(&BOUNDS);
        assert!(budget.unpack(io::repeat(0).take(60_000), 1).is_ok());
    }

    #[test]
    fn parts_run_out() {
        let mut budget = Budget::new(&BOUNDS);
        assert_eq!([(); 3].map(|()| budget.take_part()), [true, true, false]);
    }
}
