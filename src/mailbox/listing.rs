//! What a server lists, small enough to be kept for a million mails.

use sha2::{Digest, Sha256};

use crate::mailbox::MailId;

/// A mail that is settled by a mark of its own: 128 bits of the SHA-256 of its identity.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Mark(pub [u8; 16]);

impl Mark {
    /// The mark of a mail; `None` where there is none: IMAP has a cursor, and a file that a person
    /// gave is taken each time.
    pub fn of(id: &MailId) -> Option<Self> {
        let (kind, name) = match id {
            MailId::Pop3 { uidl } => ("pop3", uidl),
            MailId::Maildir { name } => ("maildir", name),
            MailId::Imap { .. } | MailId::File { .. } | MailId::Ours { .. } => return None,
        };
        let hash = Sha256::new().chain_update(kind).chain_update([0]);
        let hash = hash.chain_update(name).finalize();
        hash.first_chunk().copied().map(Self)
    }

    /// What a [`Listing`] keeps of it.
    fn short(self) -> u64 {
        self.0.first_chunk().copied().map_or(0, u64::from_be_bytes)
    }
}

/// The mails that a server or directory lists.
///
/// It keeps half of each mark. Should a mail that is gone share it with one that is listed, it is
/// remembered for longer, and nothing else.
#[derive(Clone, Debug, Default)]
pub struct Listing {
    marks: Vec<u64>,
    is_over: bool,
}

impl Listing {
    /// Adds a mail.
    pub fn add(&mut self, id: &MailId) {
        if self.marks.len() >= MAX_MAILS {
            self.is_over = true;
        } else if let Some(mark) = Mark::of(id) {
            self.marks.push(mark.short());
        }
    }

    /// The listing, ready to be asked. `None` for one that says nothing: one that is too large to
    /// be kept, and an empty one, since a server that has lost its index shows an empty mailbox.
    pub fn complete(mut self) -> Option<Self> {
        if self.is_over || self.marks.is_empty() {
            return None;
        }
        self.marks.sort_unstable();
        Some(self)
    }

    /// Whether it has a mail of this mark.
    pub fn names(&self, mark: Mark) -> bool {
        self.marks.binary_search(&mark.short()).is_ok()
    }
}

/// 32 MB; over it nothing is forgotten.
const MAX_MAILS: usize = 4_000_000;

#[cfg(test)]
mod tests {
    use super::*;

    fn id(uidl: &str) -> MailId {
        MailId::Pop3 {
            uidl: uidl.to_owned(),
        }
    }

    #[test]
    fn a_listing_names_what_was_added_and_nothing_else() {
        let mut listing = Listing::default();
        for uidl in ["c", "a", "b"] {
            listing.add(&id(uidl));
        }
        let listing = listing.complete().unwrap();
        let names = |id: &MailId| listing.names(Mark::of(id).unwrap());
        assert!(names(&id("a")) && names(&id("c")) && !names(&id("d")));
        let maildir = MailId::Maildir {
            name: "a".to_owned(),
        };
        assert!(!names(&maildir), "another protocol's mail");
    }

    #[test]
    fn an_empty_listing_says_nothing() {
        assert!(Listing::default().complete().is_none());
    }
}
