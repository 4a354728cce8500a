//! Sets of UIDs as they stand in a command (RFC 9051 section 9, `sequence-set`). Pure.

use std::fmt::Write;

/// The first UIDs of an ascending list as a set, and how many of them it names: as many as one
/// command should carry.
pub(super) fn first_set(uids: &[u32]) -> (String, usize) {
    let mut set = String::new();
    let mut taken = 0;
    for run in uids.chunk_by(|a, b| a.checked_add(1) == Some(*b)) {
        let room = MAX_UIDS.saturating_sub(taken);
        let run = run.get(..run.len().min(room)).unwrap_or_default();
        let (Some(first), Some(last)) = (run.first(), run.last()) else {
            break;
        };
        if set.len() + MAX_RANGE > MAX_SET {
            break;
        }
        let separator = if set.is_empty() { "" } else { "," };
        let _ = if first == last {
            write!(set, "{separator}{first}")
        } else {
            write!(set, "{separator}{first}:{last}")
        };
        taken += run.len();
    }
    (set, taken)
}

/// All UIDs of an ascending list, as sets for one command each.
pub(super) fn sets(mut uids: &[u32]) -> Vec<(String, &[u32])> {
    let mut sets = Vec::new();
    while !uids.is_empty() {
        let (set, taken) = first_set(uids);
        let (named, rest) = uids.split_at(taken.max(1).min(uids.len()));
        sets.push((set, named));
        uids = rest;
    }
    sets
}

/// RFC 2683 section 3.2.1.5: clients should keep a command below 1,000 bytes; one provider broke
/// at a set of 1,218 single UIDs.
const MAX_SET: usize = 1_000;

/// No set names more.
const MAX_UIDS: usize = 500;

/// `,4294967295:4294967295`
const MAX_RANGE: usize = 22;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Reads a set back.
    fn named(set: &str) -> Vec<u32> {
        set.split(',')
            .flat_map(|part| {
                let (first, last) = part.split_once(':').unwrap_or((part, part));
                first.parse::<u32>().unwrap()..=last.parse::<u32>().unwrap()
            })
            .collect()
    }

    #[test]
    fn neighbours_become_a_range() {
        assert_eq!(
            first_set(&[1, 2, 3, 7, 9, 10]),
            ("1:3,7,9:10".to_owned(), 6)
        );
    }

    proptest! {
        #[test]
        fn the_sets_name_each_uid_once_and_are_short(uids in prop::collection::btree_set(1..3_000u32, 0..1_500)) {
            let uids: Vec<u32> = uids.into_iter().collect();
            let sets = sets(&uids);
            let all: Vec<u32> = sets.iter().flat_map(|(set, _)| named(set)).collect();
            prop_assert_eq!(&all, &uids);
            for (set, members) in sets {
                prop_assert!(set.len() <= MAX_SET && members.len() <= MAX_UIDS);
                prop_assert_eq!(named(&set), members);
            }
        }
    }
}
