//! What the rules said of shapes that were seen, within bounds.

use std::collections::HashMap;
use std::sync::Arc;

use edi_energy::Pruefidentifikator;
use sha2::{Digest as _, Sha256};

use crate::message::ahb::case::Case;
use crate::message::ahb::judge::Issue;

/// A shape, whatever its length.
pub(super) type Fingerprint = [u8; 32];

/// The fingerprint of a shape under the rules of a case.
pub(super) fn fingerprint(case: &Case, shape: &[u8]) -> Fingerprint {
    let mut hash = Sha256::new();
    let column = case.column.map_or(0, Pruefidentifikator::as_u32);
    hash.update(case.book());
    hash.update(column.to_be_bytes());
    hash.update(shape);
    hash.finalize().into()
}

/// What was said, by fingerprint; what was not asked for the longest is forgotten first.
#[derive(Debug, Default)]
pub(super) struct Cache {
    known: HashMap<Fingerprint, Known>,
    /// Issues of all that is known, and their places.
    issues: usize,
    /// Counts the questions.
    now: u64,
}

#[derive(Debug)]
struct Known {
    issues: Arc<[Issue]>,
    asked: u64,
}

impl Cache {
    pub(super) fn get(&mut self, fingerprint: &Fingerprint) -> Option<Arc<[Issue]>> {
        self.now += 1;
        let known = self.known.get_mut(fingerprint)?;
        known.asked = self.now;
        Some(Arc::clone(&known.issues))
    }

    pub(super) fn insert(&mut self, fingerprint: Fingerprint, issues: Arc<[Issue]>) {
        self.now += 1;
        self.issues += weight(&issues);
        let known = Known {
            issues,
            asked: self.now,
        };
        if let Some(before) = self.known.insert(fingerprint, known) {
            self.issues -= weight(&before.issues);
        }
        while self.known.len() > MOST_SHAPES || self.issues > MOST_ISSUES {
            let oldest = self.known.iter().min_by_key(|(_, known)| known.asked);
            let Some(oldest) = oldest.map(|(fingerprint, _)| *fingerprint) else {
                return;
            };
            if let Some(forgotten) = self.known.remove(&oldest) {
                self.issues -= weight(&forgotten.issues);
            }
        }
    }
}

fn weight(issues: &[Issue]) -> usize {
    issues.iter().map(|issue| issue.at.len()).sum()
}

/// Partners times what each sends, times days with and without odd values: some hundred.
const MOST_SHAPES: usize = 4_096;
/// Each takes some hundred bytes: 10 MB.
const MOST_ISSUES: usize = 20_000;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::ahb::judge::Says;

    fn numbered(number: u32) -> Fingerprint {
        let mut fingerprint = [0; 32];
        fingerprint[..4].copy_from_slice(&number.to_be_bytes());
        fingerprint
    }

    #[test]
    fn what_was_not_asked_for_the_longest_is_forgotten_first() {
        let mut cache = Cache::default();
        for number in 0..=MOST_SHAPES {
            cache.insert(numbered(u32::try_from(number).unwrap()), Arc::new([]));
            assert!(cache.get(&numbered(0)).is_some());
        }
        assert!(cache.get(&numbered(1)).is_none());
        assert_eq!(cache.known.len(), MOST_SHAPES);
    }

    #[test]
    fn shapes_that_break_many_rules_take_no_more_room_than_others() {
        let issue = Issue {
            rule: String::new(),
            is_error: true,
            at: vec![0],
            says: Says::default(),
        };
        let mut cache = Cache::default();
        for number in 0..1_000 {
            cache.insert(numbered(number), vec![issue.clone(); 100].into());
        }
        assert_eq!((cache.known.len(), cache.issues), (200, MOST_ISSUES));
    }
}
