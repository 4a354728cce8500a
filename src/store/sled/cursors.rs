//! Cursors of IMAP folders as records: the open UIDs as runs.
//!
//! In a folder whose first mail has UID 4,000,000,000 as many lie open below it: a settled mail
//! must not cost their number.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::mailbox::Cursor;
use crate::store::ledger::Announced;

/// A [`Cursor`] in the tree.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub(super) struct CursorRecord {
    validity: u32,
    next: u32,
    /// First and last UID of each run that is open, in order.
    open: Vec<(u32, u32)>,
}

impl CursorRecord {
    /// As [`Cursor::settle`]; another UIDVALIDITY begins a new cursor.
    pub(super) fn settle(&mut self, validity: u32, uid: u32) {
        if self.validity != validity {
            *self = Self::new(validity);
        }
        if uid >= self.next {
            if uid > self.next {
                self.open.push((self.next, uid - 1));
            }
            self.next = uid.saturating_add(1);
            return;
        }
        let at = self.open.partition_point(|&(_, last)| last < uid);
        if let Some(&(first, last)) = self.open.get(at)
            && first <= uid
        {
            let below = (first < uid).then(|| (first, uid - 1));
            let above = (uid < last).then(|| (uid + 1, last));
            self.open.splice(at..=at, below.into_iter().chain(above));
        }
    }

    /// As [`Cursor::announce`]; `present` in ascending order.
    pub(super) fn announce(&mut self, announced: &Announced) {
        let Announced {
            validity,
            present,
            next,
        } = announced;
        if self.validity != *validity {
            *self = Self::new(*validity);
        }
        for &uid in present
            .iter()
            .filter(|uid| **uid >= self.next && *uid < next)
        {
            match self.open.last_mut() {
                Some((_, last)) if last.checked_add(1) == Some(uid) => *last = uid,
                Some(_) | None => self.open.push((uid, uid)),
            }
        }
        self.next = self.next.max(*next);
    }

    /// Opens a settled UID again; one of another UIDVALIDITY or not yet announced is left alone.
    pub(super) fn reopen(&mut self, validity: u32, uid: u32) {
        let at = self.open.partition_point(|&(_, last)| last < uid);
        let is_open = self.open.get(at).is_some_and(|&(first, _)| first <= uid);
        if self.validity == validity && uid < self.next && !is_open {
            self.open.insert(at, (uid, uid));
        }
    }

    /// A folder of which nothing is known.
    pub(super) fn new(validity: u32) -> Self {
        Self {
            validity,
            next: Cursor::new(validity).next,
            open: Vec::new(),
        }
    }
}

impl From<CursorRecord> for Cursor {
    fn from(record: CursorRecord) -> Self {
        let runs = record.open.into_iter();
        Self {
            validity: record.validity,
            next: record.next,
            open: runs
                .flat_map(|(first, last)| first..=last)
                .collect::<BTreeSet<_>>(),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_cursor_in_runs_settles_as_the_cursor_itself(
            uids in proptest::collection::vec(1_u32..50, 0..60),
        ) {
            let mut record = CursorRecord::new(7);
            let mut cursor = Cursor::new(7);
            for uid in uids {
                record.settle(7, uid);
                cursor.settle(uid);
                prop_assert_eq!(&Cursor::from(record.clone()), &cursor);
            }
        }
    }

    #[test]
    fn a_folder_that_begins_with_the_highest_uid_costs_one_run() {
        let mut record = CursorRecord::new(7);
        record.settle(7, 4_000_000_000);
        assert_eq!(record.open, [(1, 3_999_999_999)]);
        record.settle(8, 2);
        assert_eq!(
            record,
            CursorRecord {
                validity: 8,
                next: 3,
                open: vec![(1, 1)]
            }
        );
    }

    #[test]
    fn a_settled_uid_can_be_opened_again() {
        let mut record = CursorRecord::new(7);
        for uid in [1, 2, 4] {
            record.settle(7, uid);
        }
        for (validity, uid) in [(7, 2), (7, 3), (7, 9), (8, 1)] {
            record.reopen(validity, uid);
        }
        let open: Vec<u32> = Cursor::from(record.clone()).open.into_iter().collect();
        assert_eq!(open, [2, 3]);
        record.settle(7, 2);
        record.settle(7, 3);
        assert!(Cursor::from(record).open.is_empty());
    }
}
