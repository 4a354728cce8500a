//! What one message says of one series for some days: what a page of a run is made of.
//! ```text
//! days = { days since the first:byte block:slice }
//! ```

use sled::IVec;

use crate::market::calendar::Day;
use crate::series::Block;
use crate::store::StoreError;
use crate::store::ledger::NewBlock;
use crate::store::sled::bytes::{Reader, Writer};

/// The blocks of a message for a series within [`STRETCH_DAYS`] days.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(in crate::store::sled) struct Stretch {
    pub(in crate::store::sled) at: At,
    /// As they are kept.
    pub(super) days: IVec,
}

/// Where a stretch stands among others.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(in crate::store::sled) struct At {
    pub(in crate::store::sled) series: u32,
    /// The day of its first block.
    pub(in crate::store::sled) first: Day,
    /// The message.
    pub(in crate::store::sled) sequence: u64,
}

impl Stretch {
    /// The blocks of a message for one series, cut into stretches.
    pub(in crate::store::sled) fn cut(
        series: u32,
        sequence: u64,
        mut blocks: Vec<&NewBlock>,
    ) -> Vec<Self> {
        blocks.sort_by_key(|block| block.day);
        let Some(mut first) = blocks.first().map(|block| block.day) else {
            return Vec::new();
        };
        let mut stretches = Vec::new();
        let mut days = Writer::default();
        let stretch = |first, days: Writer| Self {
            at: At {
                series,
                first,
                sequence,
            },
            days: days.finish().into(),
        };
        for block in blocks {
            let behind = days_behind(first, block.day).unwrap_or_else(|| {
                stretches.push(stretch(first, std::mem::take(&mut days)));
                first = block.day;
                0
            });
            days.byte(behind);
            days.slice(&block.bytes);
        }
        stretches.push(stretch(first, days));
        stretches
    }

    /// The blocks of some days.
    pub(in crate::store::sled) fn blocks(
        &self,
        is_wanted: impl Fn(Day) -> bool,
    ) -> Result<Vec<(Day, Block)>, StoreError> {
        let At {
            series, sequence, ..
        } = self.at;
        let damaged = |detail: &str| StoreError::Damaged {
            what: format!("a block of series {series} from message {sequence}"),
            detail: detail.to_owned(),
        };
        let days = self.days().ok_or_else(|| damaged("its days are none"))?;
        let wanted = days.into_iter().filter(|(day, _)| is_wanted(*day));
        let block = |(day, bytes)| {
            let block = Block::decode(bytes).map_err(|error| damaged(&error.to_string()))?;
            Ok((day, block))
        };
        wanted.map(block).collect()
    }

    /// The day of its last block.
    pub(in crate::store::sled) fn last(&self) -> Day {
        let days = self.days().unwrap_or_default();
        days.last().map_or(self.at.first, |(day, _)| *day)
    }

    /// Each block with its day; `None` if they are none.
    fn days(&self) -> Option<Vec<(Day, &[u8])>> {
        let mut input = Reader::new(&self.days);
        let mut days = Vec::new();
        while !input.is_at_end() {
            let day = self.at.first.number().checked_add(input.byte()?.into())?;
            days.push((Day::from_number(day), input.slice()?));
        }
        Some(days)
    }
}

/// How many days one lies behind another, if that is within a stretch.
fn days_behind(first: Day, day: Day) -> Option<u8> {
    let days = i64::from(day.number()) - i64::from(first.number());
    u8::try_from(days).ok().filter(|days| *days < STRETCH_DAYS)
}

/// Days of a stretch: a message that brings a month is one.
pub(in crate::store::sled) const STRETCH_DAYS: u8 = 32;

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

    /// The days of each stretch, after what was written is read again.
    fn cut(days: &[i32]) -> Vec<Vec<i32>> {
        let blocks: Vec<_> = days.iter().map(|day| block(*day)).collect();
        let stretches = Stretch::cut(1, 2, blocks.iter().collect());
        let days = |stretch: &Stretch| {
            let days = stretch.days().unwrap().into_iter();
            let day = |(day, bytes): (Day, &[u8])| {
                assert_eq!(bytes, day.number().to_be_bytes());
                day.number()
            };
            days.map(day).collect()
        };
        stretches.iter().map(days).collect()
    }

    #[test]
    fn a_month_is_one_stretch_and_a_longer_message_several() {
        let month: Vec<i32> = (0..31).collect();
        assert_eq!(cut(&month), [month]);
        assert_eq!(cut(&[40, 5, 5, 37, 36]), [vec![5, 5, 36], vec![37, 40]]);
        assert!(cut(&[]).is_empty());
    }

    #[test]
    fn the_most_distant_days_are_stretches_of_their_own() {
        assert_eq!(cut(&[i32::MAX, i32::MIN]), [[i32::MIN], [i32::MAX]]);
    }
}
