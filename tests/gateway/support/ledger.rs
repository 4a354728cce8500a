//! An [`Intake`] in memory: what the store does with mails, as far as a mailbox sees it.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::sync::{Arc, Mutex, MutexGuard};

use mscons_gateway::mail::{FetchedMail, Intake, IntakeError};
use mscons_gateway::mailbox::{Cursor, Listing, MailId, Mark, Outcome};

/// Settles mails by the marks in their text: `[quarantine]`, `[private]`; known content is a
/// duplicate, everything else is stored.
#[derive(Clone, Debug, Default)]
pub(crate) struct Ledger(Arc<Mutex<Books>>);

/// What the ledger knows.
#[derive(Debug, Default)]
pub(crate) struct Books {
    pub(crate) cursors: BTreeMap<String, Cursor>,
    pub(crate) settled: BTreeSet<MailId>,
    /// What was handed over, in order: identity, outcome.
    pub(crate) mails: Vec<(MailId, Outcome)>,
    /// The contents of stored mails.
    pub(crate) contents: HashSet<Vec<u8>>,
    /// The most bytes that were in the ledger's hands at once.
    pub(crate) peak_bytes: usize,
    bytes: usize,
    /// The disk is full.
    pub(crate) full: bool,
}

impl Ledger {
    pub(crate) fn books(&self) -> MutexGuard<'_, Books> {
        self.0.lock().unwrap()
    }

    fn outcome(&self, mail: &FetchedMail) -> Outcome {
        let text = String::from_utf8_lossy(&mail.bytes);
        let mut books = self.books();
        if mail.too_large_bytes.is_some() {
            Outcome::TooLarge
        } else if text.contains("[quarantine]") {
            Outcome::Quarantined
        } else if text.contains("[private]") {
            Outcome::Irrelevant
        } else if books.contents.insert(mail.bytes.to_vec()) {
            Outcome::Stored
        } else {
            Outcome::Duplicate
        }
    }

    fn settle_one(&self, folder: &str, id: &MailId) {
        let mut books = self.books();
        if let MailId::Imap { validity, uid } = id {
            let cursor = books.cursor(folder, *validity);
            cursor.settle(*uid);
        }
        books.settled.insert(id.clone());
    }
}

impl Books {
    fn cursor(&mut self, folder: &str, validity: u32) -> &mut Cursor {
        let cursor = self
            .cursors
            .entry(folder.to_owned())
            .or_insert_with(|| Cursor::new(validity));
        if cursor.validity != validity {
            *cursor = Cursor::new(validity);
        }
        cursor
    }
}

impl Intake for Ledger {
    async fn hand_over(&self, mail: FetchedMail) -> Result<Outcome, IntakeError> {
        {
            let mut books = self.books();
            if books.full {
                return Err(IntakeError::passing("no space left on device"));
            }
            books.bytes += mail.bytes.len();
            books.peak_bytes = books.peak_bytes.max(books.bytes);
        }
        // As long as a group commit is, in turns of the scheduler.
        for _ in 0..50 {
            tokio::task::yield_now().await;
        }
        let outcome = self.outcome(&mail);
        self.settle_one(&mail.folder, &mail.id);
        let mut books = self.books();
        books.mails.push((mail.id.clone(), outcome));
        books.bytes -= mail.bytes.len();
        Ok(outcome)
    }

    async fn cursor(&self, folder: &str) -> Result<Option<Cursor>, IntakeError> {
        Ok(self.books().cursors.get(folder).cloned())
    }

    async fn announce(
        &self,
        folder: &str,
        validity: u32,
        present: Vec<u32>,
        next: u32,
    ) -> Result<(), IntakeError> {
        self.books()
            .cursor(folder, validity)
            .announce(&present, next);
        Ok(())
    }

    async fn settled(&self, ids: Vec<MailId>) -> Result<Vec<bool>, IntakeError> {
        let books = self.books();
        Ok(ids.iter().map(|id| books.settled.contains(id)).collect())
    }

    async fn forget_unlisted(&self, listed: Listing) -> Result<(), IntakeError> {
        let is_listed = |id: &MailId| Mark::of(id).is_none_or(|mark| listed.names(mark));
        self.books().settled.retain(is_listed);
        Ok(())
    }

    async fn settle(&self, folder: &str, ids: Vec<MailId>) -> Result<(), IntakeError> {
        for id in &ids {
            self.settle_one(folder, id);
        }
        Ok(())
    }
}
