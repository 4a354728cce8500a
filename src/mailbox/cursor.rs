//! Which UIDs of an IMAP folder are settled: everything below `next` but the open ones.
//!
//! Never "the highest UID seen": a mail that could not be settled stays open while later ones pass.
//! The open ones are kept as runs: in a folder whose first mail has UID 4,000,000,000 as many lie
//! open below it, and that must not cost their number.

use serde::{Deserialize, Serialize};

/// The settled UIDs of one folder.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct Cursor {
    /// UIDVALIDITY for which the rest holds.
    pub validity: u32,
    /// The lowest UID of which nothing is known yet.
    pub next: u32,
    /// First and last UID of each run below `next` that is not settled, in order.
    open: Vec<(u32, u32)>,
}

impl Cursor {
    /// A folder of which nothing is known.
    pub fn new(validity: u32) -> Self {
        Self {
            validity,
            next: 1,
            open: Vec::new(),
        }
    }

    /// Begins anew if it is a cursor for another UIDVALIDITY.
    pub fn turn_to(&mut self, validity: u32) {
        if self.validity != validity {
            *self = Self::new(validity);
        }
    }

    /// Takes note that UIDs up to (not including) `next` were announced; those in `present`, in
    /// ascending order, exist and are open until they are settled, the others are gone.
    pub fn announce(&mut self, present: &[u32], next: u32) {
        let new = present.iter().filter(|uid| **uid >= self.next);
        for &uid in new.filter(|uid| **uid < next) {
            match self.open.last_mut() {
                Some((_, last)) if last.checked_add(1) == Some(uid) => *last = uid,
                Some(_) | None => self.open.push((uid, uid)),
            }
        }
        self.next = self.next.max(next);
    }

    /// Settles a UID. One at or above `next` leaves those between open.
    pub fn settle(&mut self, uid: u32) {
        if uid >= self.next {
            if uid > self.next {
                self.open.push((self.next, uid - 1));
            }
            self.next = uid.saturating_add(1);
            return;
        }
        let at = self.run_at(uid);
        if let Some(&(first, last)) = self.open.get(at)
            && first <= uid
        {
            let below = (first < uid).then(|| (first, uid - 1));
            let above = (uid < last).then(|| (uid + 1, last));
            self.open.splice(at..=at, below.into_iter().chain(above));
        }
    }

    /// Opens a settled UID again; one that was not announced yet is left alone.
    pub fn reopen(&mut self, uid: u32) {
        if self.is_settled(uid) {
            self.open.insert(self.run_at(uid), (uid, uid));
        }
    }

    /// Whether nothing is left to do with this UID.
    pub fn is_settled(&self, uid: u32) -> bool {
        let run = self.open.get(self.run_at(uid));
        uid < self.next && run.is_none_or(|&(first, _)| first > uid)
    }

    /// Whether a UID is open.
    pub fn has_open(&self) -> bool {
        !self.open.is_empty()
    }

    /// The open UIDs, ascending. There may be thousands of millions.
    pub fn open(&self) -> impl Iterator<Item = u32> + '_ {
        self.open.iter().flat_map(|&(first, last)| first..=last)
    }

    /// The first run that ends at this UID or above.
    fn run_at(&self, uid: u32) -> usize {
        self.open.partition_point(|&(_, last)| last < uid)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    /// What happens to a folder: the server announces its UIDs, the gateway settles one.
    #[derive(Clone, Debug)]
    enum Step {
        Announce { present: BTreeSet<u32>, next: u32 },
        Settle(u32),
    }

    fn step() -> impl Strategy<Value = Step> {
        prop_oneof![
            (prop::collection::btree_set(1..60_u32, 0..20), 1..60_u32)
                .prop_map(|(present, next)| Step::Announce { present, next }),
            (1..60_u32).prop_map(Step::Settle),
        ]
    }

    /// The same, slow and obviously right: for each UID whether it was seen, and whether it is done.
    #[derive(Default)]
    struct Naive {
        next: u32,
        done: BTreeSet<u32>,
    }

    impl Naive {
        fn apply(&mut self, step: &Step) {
            match step {
                Step::Announce { present, next } => {
                    let gone = (self.next.max(1)..*next).filter(|uid| !present.contains(uid));
                    self.done.extend(gone);
                    self.next = self.next.max(*next);
                }
                Step::Settle(uid) => {
                    self.done.insert(*uid);
                    self.next = self.next.max(uid + 1);
                }
            }
        }
    }

    fn apply(cursor: &mut Cursor, step: &Step) {
        match step {
            Step::Announce { present, next } => {
                cursor.announce(&present.iter().copied().collect::<Vec<_>>(), *next);
            }
            Step::Settle(uid) => cursor.settle(*uid),
        }
    }

    proptest! {
        #[test]
        fn a_uid_is_settled_if_it_was_settled_or_gone(steps in prop::collection::vec(step(), 0..40)) {
            let (mut cursor, mut naive) = (Cursor::new(7), Naive::default());
            for step in &steps {
                apply(&mut cursor, step);
                naive.apply(step);
                for uid in 1..70 {
                    prop_assert_eq!(cursor.is_settled(uid), naive.done.contains(&uid), "UID {}", uid);
                }
                let open: Vec<u32> = (1..cursor.next).filter(|uid| !naive.done.contains(uid)).collect();
                prop_assert_eq!(cursor.open().collect::<Vec<_>>(), open);
            }
        }

        #[test]
        fn what_is_settled_stays_settled(steps in prop::collection::vec(step(), 0..40)) {
            let mut cursor = Cursor::new(7);
            let mut settled = BTreeSet::new();
            for step in &steps {
                apply(&mut cursor, step);
                prop_assert!(settled.iter().all(|uid| cursor.is_settled(*uid)));
                settled.extend((1..70).filter(|uid| cursor.is_settled(*uid)));
            }
        }

        #[test]
        fn it_survives_being_stored(steps in prop::collection::vec(step(), 0..40)) {
            let mut cursor = Cursor::new(7);
            for step in &steps {
                apply(&mut cursor, step);
            }
            let bytes = postcard::to_stdvec(&cursor).unwrap();
            prop_assert_eq!(postcard::from_bytes::<Cursor>(&bytes).unwrap(), cursor);
        }
    }

    #[test]
    fn a_folder_that_begins_with_the_highest_uid_costs_one_run() {
        let mut cursor = Cursor::new(7);
        cursor.settle(4_000_000_000);
        assert_eq!(cursor.open, [(1, 3_999_999_999)]);
        cursor.turn_to(7);
        assert!(cursor.has_open());
        cursor.turn_to(8);
        assert_eq!(cursor, Cursor::new(8));
    }

    #[test]
    fn a_settled_uid_can_be_opened_again() {
        let mut cursor = Cursor::new(7);
        for uid in [1, 2, 4] {
            cursor.settle(uid);
        }
        for uid in [2, 3, 9] {
            cursor.reopen(uid);
        }
        assert_eq!(cursor.open().collect::<Vec<_>>(), [2, 3]);
        cursor.settle(2);
        cursor.settle(3);
        assert!(!cursor.has_open());
    }

    #[test]
    fn the_last_uid_of_all_can_be_settled() {
        let mut cursor = Cursor::new(7);
        cursor.announce(&[u32::MAX - 1], u32::MAX);
        cursor.settle(u32::MAX - 1);
        assert!(cursor.is_settled(u32::MAX - 1));
    }

    #[test]
    fn a_mail_that_failed_stays_open_while_later_ones_pass() {
        let mut cursor = Cursor::new(7);
        cursor.announce(&[1, 2, 4], 5);
        cursor.settle(1);
        cursor.settle(4);
        assert!(cursor.is_settled(1) && cursor.is_settled(3) && cursor.is_settled(4));
        assert!(!cursor.is_settled(2) && !cursor.is_settled(5));
    }
}
