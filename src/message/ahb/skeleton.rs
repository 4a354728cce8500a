//! The skeleton of a message: its segments, with what repeats left out.
//!
//! A load profile says the same thing 96 times a day, with other numbers. The rules look at what is
//! said, not at how often: so of the groups of a message (NAD, LOC, LIN, QTY) that have one shape,
//! two are kept, side by side with those of other shapes, in their order. Two, because a group that
//! may stand once must be seen to stand twice. The last of a row is kept, too: what stands behind it
//! in a wrong place is taken for a part of it.

use std::collections::HashMap;

use crate::edifact::scan::Segment;

/// What is left of a message.
#[derive(Debug, Default)]
pub(super) struct Skeleton {
    /// The segments that are left.
    pub(super) kept: Vec<Kept>,
    /// What of them the rules can see. Messages with the same shape break the same rules at the
    /// same places.
    pub(super) shape: Vec<u8>,
}

/// A segment that stands for itself, and for those that were left out for it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Kept {
    /// Its number in the message (UNH = 1).
    pub(super) number: u32,
    /// Where it stands in the file, in bytes.
    pub(super) offset: usize,
    /// How many segments it stands for.
    pub(super) stands_for: u64,
}

/// Makes a skeleton, one segment after the other.
#[derive(Debug)]
pub(super) struct Builder {
    skeleton: Skeleton,
    /// The groups that have begun and not ended, the message itself first.
    open: Vec<Group>,
}

/// A group of segments that has not ended.
#[derive(Debug, Default)]
struct Group {
    level: u8,
    /// Where it begins in the skeleton and in its shape.
    kept: usize,
    shape: usize,
    /// The shapes of the groups in it that have ended.
    known: HashMap<Box<[u8]>, Twin>,
    /// The last group in it, if two of its shape were there before.
    spare: Option<Spare>,
}

/// A group that is left out as soon as another follows it.
#[derive(Clone, Copy, Debug)]
struct Spare {
    kept: usize,
    shape: usize,
    /// Where the one begins that stands for it.
    twin: usize,
}

/// A group that was kept.
#[derive(Clone, Copy, Debug)]
struct Twin {
    /// Where the newest of its shape begins in the skeleton.
    kept: usize,
    copies: u8,
}

impl Builder {
    pub(super) fn new() -> Self {
        Self {
            skeleton: Skeleton::default(),
            open: vec![Group::default()],
        }
    }

    /// Takes the next segment. `write` appends what the rules can see of it.
    ///
    /// `level` is that of the group that it begins, 0 for what stands beside all groups; `None` if
    /// it belongs to the group under way.
    pub(super) fn take(
        &mut self,
        segment: &Segment<'_>,
        number: u32,
        level: Option<u8>,
        write: impl FnOnce(&mut Vec<u8>),
    ) {
        if let Some(level) = level {
            self.end_down_to(level.max(1));
            if level > 0 {
                self.drop_spare();
                self.open.push(Group {
                    level,
                    kept: self.skeleton.kept.len(),
                    shape: self.skeleton.shape.len(),
                    ..Group::default()
                });
            } else if let Some(message) = self.open.last_mut() {
                // It is not the last of the skeleton any more.
                message.spare = None;
            }
        }
        self.skeleton.kept.push(Kept {
            number,
            offset: segment.offset,
            stands_for: 1,
        });
        write(&mut self.skeleton.shape);
    }

    /// How many segments are kept so far.
    pub(super) fn len(&self) -> usize {
        self.skeleton.kept.len()
    }

    pub(super) fn finish(mut self) -> Skeleton {
        self.end_down_to(1);
        self.skeleton
    }

    /// Ends the groups of this level and of those within.
    fn end_down_to(&mut self, level: u8) {
        while self.open.last().is_some_and(|group| group.level >= level) {
            if let Some(ended) = self.open.pop() {
                self.end(&ended);
            }
        }
    }

    /// Keeps the group that ended, for good if two of its shape are not there yet.
    fn end(&mut self, ended: &Group) {
        let Some(parent) = self.open.last_mut() else {
            return;
        };
        let shape = self.skeleton.shape.get(ended.shape..).unwrap_or_default();
        let Some(twin) = parent.known.get_mut(shape) else {
            let twin = Twin {
                kept: ended.kept,
                copies: 1,
            };
            parent.known.insert(shape.into(), twin);
            return;
        };
        if twin.copies < MOST_COPIES {
            *twin = Twin {
                kept: ended.kept,
                copies: twin.copies + 1,
            };
            return;
        }
        parent.spare = Some(Spare {
            kept: ended.kept,
            shape: ended.shape,
            twin: twin.kept,
        });
    }

    /// Leaves out the last group, for which another stands.
    fn drop_spare(&mut self) {
        let Some(spare) = self.open.last_mut().and_then(|group| group.spare.take()) else {
            return;
        };
        let Some((before, own)) = self.skeleton.kept.split_at_mut_checked(spare.kept) else {
            return;
        };
        let twins = before.get_mut(spare.twin..).unwrap_or_default();
        for (twin, own) in twins.iter_mut().zip(own) {
            twin.stands_for += own.stands_for;
        }
        self.skeleton.kept.truncate(spare.kept);
        self.skeleton.shape.truncate(spare.shape);
    }
}

/// Groups of one shape that are kept of those in a group.
const MOST_COPIES: u8 = 2;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::edifact::scan::Scanner;
    use crate::edifact::separators::Separators;

    /// Number and count of what is kept; the whole text of a segment is its shape.
    fn kept(text: &str) -> Vec<(u32, u64)> {
        let mut scanner = Scanner::new(text.as_bytes(), 0, Separators::DEFAULT);
        let mut builder = Builder::new();
        let mut number = 0;
        while let Some(segment) = scanner.next() {
            number += 1;
            let level = match segment.tag() {
                b"NAD" => Some(1),
                b"LIN" => Some(3),
                b"QTY" => Some(4),
                b"UNT" => Some(0),
                _ => None,
            };
            builder.take(&segment, number, level, |shape| {
                shape.extend_from_slice(segment.text);
            });
        }
        let skeleton = builder.finish();
        let kept = skeleton.kept.iter();
        kept.map(|one| (one.number, one.stands_for)).collect()
    }

    #[test]
    fn of_groups_of_one_shape_two_are_kept_and_the_last_of_the_row() {
        assert_eq!(
            kept("UNH'LIN'QTY+1'DTM'QTY+1'DTM'QTY+2'QTY+1'DTM'QTY+1'DTM'UNT'"),
            [
                (1, 1),
                (2, 1),
                (3, 1),
                (4, 1),
                (5, 2),
                (6, 2),
                (7, 1),
                (10, 1),
                (11, 1),
                (12, 1)
            ]
        );
    }

    #[test]
    fn a_series_whose_values_have_the_shapes_of_another_is_left_out_whole() {
        let series = "LIN'QTY+1'QTY+1'QTY+1'";
        let text = format!("UNH'NAD'{}UNT'", series.repeat(4));
        // Three of four.
        let once = |from: u32, to: u32| (from..=to).map(|number| (number, 1));
        let twice = (7..=10).map(|number| (number, 2));
        let expected = once(1, 6).chain(twice).chain(once(15, 19));
        assert_eq!(kept(&text), expected.collect::<Vec<_>>());
    }

    #[test]
    fn what_stands_behind_all_groups_stays_when_more_groups_follow() {
        let text = "UNH'NAD'NAD'NAD'NAD'UNT'NAD'NAD'UNT'";
        let numbers: Vec<u32> = kept(text).iter().map(|(number, _)| *number).collect();
        assert_eq!(numbers, [1, 2, 3, 5, 6, 8, 9]);
    }

    #[test]
    fn what_is_in_no_group_is_kept_however_often_it_stands() {
        assert_eq!(kept("UNH'A'A'A'").len(), 4);
    }
}
