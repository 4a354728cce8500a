//! Which UIDs of an IMAP folder are settled: everything below `next` but the open ones.
//!
//! Never "the highest UID seen": a mail that could not be settled stays open while later ones pass.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

/// The settled UIDs of one folder.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct Cursor {
    /// UIDVALIDITY for which the rest holds.
    pub validity: u32,
    /// The lowest UID of which nothing is known yet.
    pub next: u32,
    /// UIDs below `next` that are not settled.
    pub open: BTreeSet<u32>,
}

impl Cursor {
    /// A folder of which nothing is known.
    pub fn new(validity: u32) -> Self {
        Self {
            validity,
            next: 1,
            open: BTreeSet::new(),
        }
    }

    /// Takes note that UIDs up to (not including) `next` were announced; those in `present` exist
    /// and are open until they are settled, the others are gone.
    pub fn announce(&mut self, present: &[u32], next: u32) {
        self.open.extend(
            present
                .iter()
                .filter(|uid| **uid >= self.next && **uid < next),
        );
        self.next = self.next.max(next);
    }

    /// Settles a UID. One at or above `next` leaves those between open.
    pub fn settle(&mut self, uid: u32) {
        if uid >= self.next {
            self.open.extend(self.next..uid);
            self.next = uid.saturating_add(1);
        } else {
            self.open.remove(&uid);
        }
    }

    /// Whether nothing is left to do with this UID.
    pub fn is_settled(&self, uid: u32) -> bool {
        uid < self.next && !self.open.contains(&uid)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
