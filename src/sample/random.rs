//! Numbers that look random and are the same for the same seed (`SplitMix64`, Steele et al. 2014).

/// A stream of numbers.
#[derive(Clone, Debug)]
pub(super) struct Random(u64);

impl Random {
    pub(super) fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub(super) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut bits = self.0;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        bits ^ (bits >> 31)
    }

    /// A number from 0 to below `limit`; 0 if there is none.
    pub(super) fn below(&mut self, limit: i64) -> i64 {
        let limit = u64::try_from(limit).unwrap_or(0).max(1);
        i64::try_from(self.next() % limit).unwrap_or(0)
    }

    /// A number round 0, mostly near it, at most `spread` away: the mean of three.
    pub(super) fn around_zero(&mut self, spread: i64) -> i64 {
        (0..3)
            .map(|_| self.below(2 * spread + 1) - spread)
            .sum::<i64>()
            / 3
    }
}
