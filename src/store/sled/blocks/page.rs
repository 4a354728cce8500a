//! Pages of a run: some stretches in order, one value of the tree.
//! ```text
//! page = { series, less that of the one before it:number
//!          first day, less that of the one before it:signed
//!          sequence, less that of the one before it:signed days:slice }
//! ```

use std::ops::Range;

use sled::IVec;

use crate::market::calendar::Day;
use crate::store::StoreError;
use crate::store::sled::blocks::stretch::{At, Stretch};
use crate::store::sled::bytes::{Reader, Writer};
use crate::store::sled::records::{body, damaged};

/// A page that is to be written.
pub(super) struct Page {
    pub(super) first: At,
    last: At,
    out: Writer,
}

impl Page {
    /// Stretches in order as pages.
    pub(super) fn of(stretches: &[Stretch]) -> Vec<Self> {
        let mut pages: Vec<Self> = Vec::new();
        for stretch in stretches {
            match pages.last_mut() {
                Some(page) if page.has_room_for(stretch) => page.push(stretch),
                Some(_) | None => {
                    let mut page = Self {
                        first: stretch.at,
                        last: NOTHING,
                        out: Writer::default(),
                    };
                    page.push(stretch);
                    pages.push(page);
                }
            }
        }
        pages
    }

    fn has_room_for(&self, stretch: &Stretch) -> bool {
        self.out.len() + stretch.days.len() <= MOST_BYTES
    }

    fn push(&mut self, stretch: &Stretch) {
        let At {
            series,
            first,
            sequence,
        } = stretch.at;
        self.out.number((series - self.last.series).into());
        let days = i64::from(first.number()) - i64::from(self.last.first.number());
        self.out.signed(days);
        let later = sequence.wrapping_sub(self.last.sequence);
        self.out.signed(later.cast_signed());
        self.out.slice(&stretch.days);
        self.last = stretch.at;
    }

    pub(super) fn finish(self) -> Vec<u8> {
        self.out.finish()
    }
}

/// The stretches of a page that are wanted, in order.
pub(in crate::store::sled) fn stretches(
    key: &[u8],
    value: &IVec,
    is_wanted: impl Fn(At) -> bool,
) -> Result<Vec<Stretch>, StoreError> {
    let body = body(key, value)?;
    let head = value.len() - body.len();
    let found = places(body).ok_or_else(|| damaged(key, "it is no page of blocks"))?;
    let wanted = found.into_iter().filter(|(at, _)| is_wanted(*at));
    let stretch = |(at, place): (At, Range<usize>)| Stretch {
        at,
        days: value.subslice(place.start + head, place.len()),
    };
    Ok(wanted.map(stretch).collect())
}

/// Where the days of each stretch stand in a page; `None` if it is none.
fn places(bytes: &[u8]) -> Option<Vec<(At, Range<usize>)>> {
    let mut input = Reader::new(bytes);
    let mut places = Vec::new();
    let mut last = NOTHING;
    while !input.is_at_end() {
        last.series = last.series.checked_add(input.small()?)?;
        let first = i64::from(last.first.number()).checked_add(input.signed()?)?;
        last.first = Day::from_number(i32::try_from(first).ok()?);
        last.sequence = last.sequence.wrapping_add(input.signed()?.cast_unsigned());
        let length = input.slice()?.len();
        let end = bytes.len() - input.rest();
        places.push((last, end - length..end));
    }
    Some(places)
}

/// What the first of a page is told by.
const NOTHING: At = At {
    series: 0,
    first: Day::from_number(0),
    sequence: 0,
};
/// Of a page of several stretches: one value of the tree.
const MOST_BYTES: usize = 6 << 10;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::store::sled::records::pairs;

    fn stretch() -> impl Strategy<Value = Stretch> {
        let days = prop::collection::vec(any::<u8>(), 0..3_000);
        (0..9_u32, any::<i32>(), any::<u64>(), days).prop_map(|(series, first, sequence, days)| {
            Stretch {
                at: At {
                    series,
                    first: Day::from_number(first),
                    sequence,
                },
                days: days.into(),
            }
        })
    }

    proptest! {
        #[test]
        fn pages_are_read_as_they_were_written(mut all in prop::collection::vec(stretch(), 0..20)) {
            all.sort();
            let mut read = Vec::new();
            for page in Page::of(&all) {
                let first = page.first;
                for (key, value) in pairs(b"b".to_vec(), &page.finish()) {
                    let stretches = stretches(&key, &value.into(), |_| true).unwrap();
                    prop_assert_eq!(stretches.first().map(|stretch| stretch.at), Some(first));
                    read.extend(stretches);
                }
            }
            prop_assert_eq!(read, all);
        }

        #[test]
        fn random_bytes_do_no_harm(bytes: Vec<u8>) {
            let places = places(&bytes).unwrap_or_default();
            prop_assert!(places.iter().all(|(_, place)| bytes.get(place.clone()).is_some()));
        }
    }
}
