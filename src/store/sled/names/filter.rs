//! Tells that a name is not in a set, mostly, by 12 bits of memory a name (Bloom, 1970).

/// The filter of a set that does not change.
#[derive(Debug)]
pub(super) struct Filter(Box<[u64]>);

impl Filter {
    /// The filter of these names.
    pub(super) fn of(names: impl ExactSizeIterator<Item = u64>) -> Self {
        let words = (names.len() * BITS_A_NAME).div_ceil(WORD).max(1);
        let mut filter = vec![0_u64; words].into_boxed_slice();
        for name in names {
            for (word, bit) in places(name, words) {
                if let Some(word) = filter.get_mut(word) {
                    *word |= bit;
                }
            }
        }
        Self(filter)
    }

    /// Whether a name may be in the set. Of those that are not, three of a thousand may.
    pub(super) fn may_have(&self, name: u64) -> bool {
        let mut places = places(name, self.0.len());
        places.all(|(word, bit)| self.0.get(word).is_some_and(|word| word & bit != 0))
    }
}

/// Where a name has its bits: two halves of a product make all of them (Kirsch and Mitzenmacher,
/// 2006).
fn places(name: u64, words: usize) -> impl Iterator<Item = (usize, u64)> {
    let mixed = (name ^ name >> 32).wrapping_mul(ODD);
    let (place, step) = (mixed >> 32, mixed & HALF | 1);
    (0..PROBES).map(move |probe| {
        let bit = (place + probe * step) & HALF;
        let bit = usize::try_from((bit * (words * WORD) as u64) >> 32).unwrap_or(0);
        (bit / WORD, 1 << (bit % WORD))
    })
}

const BITS_A_NAME: usize = 12;
const PROBES: u64 = 6;
const WORD: usize = 64;
const HALF: u64 = 0xFFFF_FFFF;
/// 2^64 by the golden ratio.
const ODD: u64 = 0x9E37_79B9_7F4A_7C15;

#[cfg(test)]
mod tests {
    use sha2::{Digest, Sha256};

    use super::*;

    fn names(numbers: std::ops::Range<u32>) -> Vec<u64> {
        let name = |number: u32| {
            let hash = Sha256::digest(number.to_be_bytes());
            hash.iter()
                .take(5)
                .fold(0, |name, byte| name << 8 | u64::from(*byte))
        };
        numbers.map(name).collect()
    }

    #[test]
    fn what_is_in_the_set_is_found_and_the_rest_hardly_ever() {
        for size in [1, 7, 200, 20_000] {
            let filter = Filter::of(names(0..size).into_iter());
            assert!(names(0..size).into_iter().all(|name| filter.may_have(name)));
            let others = names(1 << 20..(1 << 20) + 20_000).into_iter();
            let false_ones = others.filter(|name| filter.may_have(*name)).count();
            assert!(false_ones < 200, "{false_ones} of 20,000 at {size}");
        }
        assert!(!Filter::of([].into_iter()).may_have(7));
    }
}
