//! Which messages a cancellation cancels: those of a sender with a document number.
//!
//! Cancellations are rare, and an entry for each message would be most of what a message takes. So
//! a table is made in memory when the first one comes, by reading all letters once: 8 bytes a
//! message, of which 24 bits tell the document. Whatever it finds is compared with the message.

use std::collections::BTreeSet;
use std::hash::{BuildHasher, RandomState};
use std::sync::{Mutex, PoisonError};

/// All messages that can be cancelled, by what little is kept of their documents.
#[derive(Debug, Default)]
pub(super) struct Documents {
    hasher: RandomState,
    /// None as long as nobody asked.
    entries: Mutex<Option<BTreeSet<u64>>>,
}

impl Documents {
    /// A document as a number that is the same as long as the database is open.
    pub(super) fn name(&self, sender: &str, document: &str) -> u64 {
        self.hasher.hash_one((sender, document))
    }

    /// Numbers of the messages that may be of the document, in order. `all` is asked once for the
    /// names of all messages with their numbers.
    pub(super) fn of<E>(
        &self,
        name: u64,
        all: impl FnOnce() -> Result<Vec<(u64, u64)>, E>,
    ) -> Result<Vec<u64>, E> {
        let mut entries = self.entries.lock().unwrap_or_else(PoisonError::into_inner);
        let entries = match &mut *entries {
            Some(entries) => entries,
            none => {
                let all = all()?.into_iter();
                none.insert(all.map(|(name, number)| entry(name, number)).collect())
            }
        };
        let found = entries.range(entry(name, 0)..=entry(name, NUMBER));
        Ok(found.map(|entry| entry & NUMBER).collect())
    }

    /// Takes note of a new message, if there is a table.
    pub(super) fn add(&mut self, name: u64, number: u64) {
        let entries = self.entries.get_mut();
        if let Some(entries) = entries.unwrap_or_else(PoisonError::into_inner) {
            entries.insert(entry(name, number));
        }
    }
}

fn entry(name: u64, number: u64) -> u64 {
    name & !NUMBER | number & NUMBER
}

/// The low 40 bits: a gateway that takes a thousand messages a second gets there in 34 years.
const NUMBER: u64 = (1 << 40) - 1;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_is_found_before_and_after_the_table_is_made() {
        let mut documents = Documents::default();
        let [one, other] = ["1", "2"].map(|document| documents.name("sender", document));
        documents.add(one, 1); // Nobody asked yet.
        let all = || Ok::<_, ()>(vec![(one, 1), (other, 2), (one, 7)]);
        assert_eq!(documents.of(one, all), Ok(vec![1, 7]));
        documents.add(one, 9);
        let again = || Err(());
        assert_eq!(documents.of(one, again), Ok(vec![1, 7, 9]));
        assert_eq!(documents.of(other, again), Ok(vec![2]));
    }
}
