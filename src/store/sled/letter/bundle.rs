//! Letters that are written together, as one record.
//! ```text
//! bundle = { number, less the one before it:number letter:slice }     the key has the first number
//! ```

use std::ops::Range;

use crate::store::sled::bytes::{Reader, Writer};

/// Letters that are to be written.
#[derive(Debug)]
pub(in crate::store::sled) struct Bundle {
    pub(in crate::store::sled) first: u64,
    last: u64,
    out: Writer,
}

impl Bundle {
    /// One that begins with this number.
    pub(in crate::store::sled) fn of(first: u64) -> Self {
        Self {
            first,
            last: first,
            out: Writer::default(),
        }
    }

    /// Whether there is room for a letter.
    pub(in crate::store::sled) fn has_room_for(&self, letter: &[u8]) -> bool {
        self.out.len() + letter.len() <= MOST_BYTES
    }

    /// Adds a letter whose number is above those before it.
    pub(in crate::store::sled) fn push(&mut self, number: u64, letter: &[u8]) {
        self.out.number(number - self.last);
        self.out.slice(letter);
        self.last = number;
    }

    /// The record.
    pub(in crate::store::sled) fn finish(self) -> Vec<u8> {
        self.out.finish()
    }
}

/// Where the letters of a bundle stand in it, with their numbers, in order; `None` if the bytes are
/// none.
pub(in crate::store::sled) fn places(first: u64, bytes: &[u8]) -> Option<Vec<(u64, Range<usize>)>> {
    let mut input = Reader::new(bytes);
    let mut places = Vec::new();
    let mut number = first;
    while !input.is_at_end() {
        number = number.checked_add(input.number()?)?;
        let length = input.slice()?.len();
        let end = bytes.len() - input.rest();
        places.push((number, end - length..end));
    }
    Some(places)
}

/// Of a bundle of several letters: one value of the tree, some fifty letters.
const MOST_BYTES: usize = 6 << 10;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_bundle_is_read_as_it_was_written(first: u32, letters in proptest::collection::vec((1..9_u64, any::<Vec<u8>>()), 1..9)) {
            let first = u64::from(first);
            let mut bundle = Bundle::of(first);
            let mut number = first;
            let mut expected = Vec::new();
            for (step, letter) in &letters {
                bundle.push(number, letter);
                expected.push((number, letter.clone()));
                number += step;
            }
            let bytes = bundle.finish();
            let read = |bytes: &[u8]| {
                let places = places(first, bytes)?.into_iter();
                Some(places.map(|(number, place)| (number, bytes[place].to_vec())).collect::<Vec<_>>())
            };
            prop_assert_eq!(read(&bytes), Some(expected));
            prop_assert!(read(&bytes[..bytes.len() - 1]).is_none());
        }

        #[test]
        fn random_bytes_do_no_harm(first: u64, bytes: Vec<u8>) {
            let places = places(first, &bytes).unwrap_or_default();
            prop_assert!(places.iter().all(|(_, place)| bytes.get(place.clone()).is_some()));
        }
    }
}
