//! Where something stands in the letters.

use std::ops::Range;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use sled::IVec;

use crate::store::StoreError;
use crate::store::keys::{self, Kind};
use crate::store::ledger::{Hash, InterchangeRecord, MessageRecord, MessageReference};
use crate::store::sled::index::Index;
use crate::store::sled::letter::{Brought, Letter, bundle};
use crate::store::sled::names::Name;
use crate::store::sled::records::{Records, body, damaged};

/// Where an interchange stands: the number of its letter, and how many stand before it there.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(super) struct Place(pub(super) u64, pub(super) usize);

/// An interchange, and the number of the letter that brought it.
pub(super) type Numbered = (u64, Hash, InterchangeRecord);

/// The letter that was read last: what is asked next is in it as a rule.
#[derive(Debug, Default)]
pub(super) struct Recent(Mutex<Option<Arc<Letter>>>);

impl Recent {
    fn letter(&self) -> MutexGuard<'_, Option<Arc<Letter>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The records with what is needed to read letters.
#[derive(Clone, Copy, Debug)]
pub(super) struct Letters<'a> {
    pub(super) records: &'a Records,
    pub(super) index: &'a Index,
    pub(super) recent: &'a Recent,
}

impl Letters<'_> {
    /// A letter by its number.
    pub(super) fn letter(&self, number: u64) -> Result<Option<Arc<Letter>>, StoreError> {
        if let Some(recent) = self.recent(|letter| letter.number == number) {
            return Ok(Some(recent));
        }
        let letter = self.before(number.saturating_add(1)).next().transpose()?;
        Ok(letter.filter(|letter| letter.number == number))
    }

    /// Whether there is a letter of this number.
    pub(super) fn has(&self, number: u64) -> Result<bool, StoreError> {
        Ok(self.letter(number)?.is_some())
    }

    fn read(&self, key: &[u8], number: u64, bytes: &[u8]) -> Result<Arc<Letter>, StoreError> {
        let letter = Letter::decode(number, bytes, &self.index.phrases);
        let letter = Arc::new(letter.ok_or_else(|| damaged(key, "it has what is no letter"))?);
        *self.recent.letter() = Some(Arc::clone(&letter));
        Ok(letter)
    }

    fn recent(&self, is_meant: impl FnOnce(&Letter) -> bool) -> Option<Arc<Letter>> {
        let recent = self.recent.letter().clone();
        recent.filter(|letter| is_meant(letter))
    }

    /// Letters below a number, newest first.
    pub(super) fn before(
        self,
        below: u64,
    ) -> impl Iterator<Item = Result<Arc<Letter>, StoreError>> {
        let range = keys::numbered(Kind::Letters, 0)..keys::numbered(Kind::Letters, below);
        let records = self.records.range(range.start, range.end).rev();
        records.flat_map(move |pair| {
            let letters = pair.and_then(|(key, value)| self.bundled(key, value, below));
            let (letters, error) = match letters {
                Ok(letters) => (Some(letters), None),
                Err(error) => (None, Some(Err(error))),
            };
            letters.into_iter().flatten().rev().chain(error)
        })
    }

    /// The letters of a record below a number, in order; each is read when it is its turn.
    pub(super) fn bundled(
        self,
        key: IVec,
        value: IVec,
        below: u64,
    ) -> Result<impl DoubleEndedIterator<Item = Result<Arc<Letter>, StoreError>>, StoreError> {
        let places = bundled(&key, &value)?;
        let places = places
            .into_iter()
            .filter(move |(number, _)| *number < below);
        Ok(places.map(move |(number, place)| {
            self.read(&key, number, value.get(place).unwrap_or_default())
        }))
    }

    /// A message by its number, but for its cancellation.
    pub(super) fn message(&self, number: u64) -> Result<Option<MessageRecord>, StoreError> {
        if let Some(recent) = self.recent(|letter| letter.message(number).is_some()) {
            return Ok(recent.message(number).cloned());
        }
        let letter = self.before(number).next().transpose()?;
        Ok(letter.and_then(|letter| letter.message(number).cloned()))
    }

    /// The number of a message.
    pub(super) fn by_reference(
        &self,
        reference: &MessageReference,
    ) -> Result<Option<u64>, StoreError> {
        let letters = self.named(Name::of_reference(reference))?;
        for letter in &letters {
            if let Some(number) = letter.by_reference(reference) {
                return Ok(Some(number));
            }
        }
        if letters.is_empty() {
            return Ok(None);
        }
        // Another one came under the same interchange reference before.
        self.records.get(&keys::reference(reference))
    }

    /// Whether a name leads to some letter.
    pub(super) fn is_named(&self, name: Name) -> Result<bool, StoreError> {
        Ok(!self.index.names.letters(self.records, name)?.is_empty())
    }

    /// The letters that may have something of a name, the newest first.
    fn named(&self, name: Name) -> Result<Vec<Arc<Letter>>, StoreError> {
        let numbers = self.index.names.letters(self.records, name)?.into_iter();
        let letters = numbers.map(|number| {
            let key = keys::numbered(Kind::Letters, number);
            self.letter(number)?
                .ok_or_else(|| damaged(&key, "a letter is gone"))
        });
        letters.collect()
    }

    /// Where an interchange stands.
    pub(super) fn place(&self, hash: &Hash) -> Result<Option<Place>, StoreError> {
        let found = self.find(hash)?;
        Ok(found.map(|(letter, at)| Place(letter.number, at)))
    }

    /// The record of an interchange.
    pub(super) fn interchange(&self, hash: &Hash) -> Result<Option<InterchangeRecord>, StoreError> {
        let found = self.find(hash)?;
        let brought = found
            .as_ref()
            .and_then(|(letter, at)| letter.interchanges.get(*at));
        brought.map(|brought| self.record(brought)).transpose()
    }

    /// The letter of an interchange, and how many stand before it there. Of one that was tried again
    /// the newest place holds.
    fn find(&self, hash: &Hash) -> Result<Option<(Arc<Letter>, usize)>, StoreError> {
        let letters = self.named(Name::of_interchange(hash))?;
        let found = letters.into_iter().find_map(|letter| {
            let at = letter
                .interchanges
                .iter()
                .position(|one| one.hash == *hash)?;
            Some((letter, at))
        });
        Ok(found)
    }

    fn record(&self, brought: &Brought) -> Result<InterchangeRecord, StoreError> {
        let again = self.records.get(&keys::again(&brought.hash))?;
        Ok(InterchangeRecord {
            duplicates: again.unwrap_or(0),
            ..brought.record.clone()
        })
    }

    /// Interchanges below a number, newest first, those of a letter all or none.
    pub(super) fn interchanges(
        &self,
        below: u64,
        limit: usize,
    ) -> Result<Vec<Numbered>, StoreError> {
        let mut found = Vec::new();
        for letter in self.before(below) {
            if found.len() >= limit {
                break;
            }
            let letter = letter?;
            for (at, brought) in letter.interchanges.iter().enumerate() {
                if self.place(&brought.hash)? == Some(Place(letter.number, at)) {
                    found.push((letter.number, brought.hash, self.record(brought)?));
                }
            }
        }
        Ok(found)
    }

    /// Numbers of the messages of a sender's document that can be cancelled.
    pub(super) fn of_document(&self, sender: &str, document: &str) -> Result<Vec<u64>, StoreError> {
        let documents = &self.index.documents;
        let name = documents.name(sender, document);
        let mut of_document = Vec::new();
        for number in documents.of(name, || self.all_documents())? {
            let is_meant = |message: MessageRecord| {
                message.cancels.is_none()
                    && message.reference.sender == sender
                    && message.document == document
            };
            if self.message(number)?.is_some_and(is_meant) {
                of_document.push(number);
            }
        }
        Ok(of_document)
    }

    /// The names of all messages that can be cancelled, with their numbers.
    fn all_documents(&self) -> Result<Vec<(u64, u64)>, StoreError> {
        let mut all = Vec::new();
        for letter in self.before(u64::MAX) {
            let letter = letter?;
            let cancellable = letter
                .messages()
                .filter(|(_, message)| message.cancels.is_none() && !message.document.is_empty());
            all.extend(cancellable.map(|(number, message)| {
                let sender = &message.reference.sender;
                (self.index.documents.name(sender, &message.document), number)
            }));
        }
        Ok(all)
    }
}

/// Where the letters of a record stand in it, with their numbers.
fn bundled(key: &[u8], value: &[u8]) -> Result<Vec<(u64, Range<usize>)>, StoreError> {
    let first = keys::number(key).ok_or_else(|| damaged(key, "the key is short"))?;
    let body = body(key, value)?;
    let bundled = bundle::places(first, body);
    let mut bundled = bundled.ok_or_else(|| damaged(key, "it is no bundle of letters"))?;
    let head = value.len() - body.len();
    for (_, place) in &mut bundled {
        *place = place.start + head..place.end + head;
    }
    Ok(bundled)
}
