//! Where something stands in the letters.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::store::StoreError;
use crate::store::keys::{self, Kind};
use crate::store::ledger::{Hash, InterchangeRecord, MessageRecord, MessageReference};
use crate::store::sled::index::Index;
use crate::store::sled::letter::{Brought, Letter};
use crate::store::sled::records::{Records, body, damaged, decode};

/// Where an interchange stands: the number of its letter, and how many stand before it there.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub(super) struct Place(pub(super) u64, pub(super) u32);

/// What was looked for last.
#[derive(Debug, Default)]
pub(super) struct Recent {
    /// The letter that was read last: what is asked next is in it as a rule.
    letter: Mutex<Option<Arc<Letter>>>,
    /// Keys that were not there. Who decides about a mail looks for them, and who writes it once more.
    missing: Mutex<HashSet<Vec<u8>>>,
}

impl Recent {
    /// What was missing may be there now.
    pub(super) fn forget_missing(&self) {
        self.missing().clear();
    }

    fn missing(&self) -> MutexGuard<'_, HashSet<Vec<u8>>> {
        self.missing.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn letter(&self) -> MutexGuard<'_, Option<Arc<Letter>>> {
        self.letter.lock().unwrap_or_else(PoisonError::into_inner)
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
        let key = keys::numbered(Kind::Mail, number);
        let value = self.records.value(&key)?;
        value.map(|value| self.read(&key, &value)).transpose()
    }

    /// Reads a letter.
    pub(super) fn read(&self, key: &[u8], value: &[u8]) -> Result<Arc<Letter>, StoreError> {
        let number = keys::number(key).ok_or_else(|| damaged(key, "the key is short"))?;
        let letter = Letter::decode(number, body(key, value)?, &self.index.phrases);
        let letter = Arc::new(letter.ok_or_else(|| damaged(key, "it is no letter"))?);
        *self.recent.letter() = Some(Arc::clone(&letter));
        Ok(letter)
    }

    fn recent(&self, is_meant: impl FnOnce(&Letter) -> bool) -> Option<Arc<Letter>> {
        let recent = self.recent.letter().clone();
        recent.filter(|letter| is_meant(letter))
    }

    /// A record that is missing as a rule.
    pub(super) fn seldom<T: DeserializeOwned>(&self, key: &[u8]) -> Result<Option<T>, StoreError> {
        if self.recent.missing().contains(key) {
            return Ok(None);
        }
        let found = self.records.get(key)?;
        if found.is_none() {
            let mut missing = self.recent.missing();
            if missing.len() < MOST_MISSING {
                missing.insert(key.to_vec());
            }
        }
        Ok(found)
    }

    /// Letters below a number, newest first.
    pub(super) fn before(
        &self,
        below: u64,
    ) -> impl Iterator<Item = Result<Arc<Letter>, StoreError>> {
        let range = keys::numbered(Kind::Mail, 0)..keys::numbered(Kind::Mail, below);
        let letters = self.records.range(range.start, range.end).rev();
        letters.map(|pair| pair.and_then(|(key, value)| self.read(&key, &value)))
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
        let Some(letter) = self.seldom(&keys::interchange_reference(reference))? else {
            return Ok(None);
        };
        let letter = self.letter(letter)?;
        match letter.and_then(|letter| letter.by_reference(reference)) {
            Some(number) => Ok(Some(number)),
            // Another one came under the same reference before.
            None => self.records.get(&keys::reference(reference)),
        }
    }

    /// The key under which an interchange stands or would stand, and its place if it is known.
    pub(super) fn place(&self, hash: &Hash) -> Result<(Vec<u8>, Option<Place>), StoreError> {
        let short = keys::interchange(hash);
        let Some(place) = self.seldom(&short)? else {
            return Ok((short, None));
        };
        if self.at(place)?.1 == *hash {
            return Ok((short, Some(place)));
        }
        let whole = keys::whole_interchange(hash);
        let place = self.records.get(&whole)?;
        Ok((whole, place))
    }

    /// The record of an interchange.
    pub(super) fn interchange(&self, hash: &Hash) -> Result<Option<InterchangeRecord>, StoreError> {
        let (_, place) = self.place(hash)?;
        place.map(|place| Ok(self.at(place)?.0)).transpose()
    }

    /// The record and the hash of the interchange at a place.
    pub(super) fn at(&self, place: Place) -> Result<(InterchangeRecord, Hash), StoreError> {
        let Place(number, at) = place;
        let letter = self.letter(number)?;
        let found = letter.as_deref().and_then(|letter| brought(letter, at));
        let Some(found) = found else {
            let key = keys::numbered(Kind::Mail, number);
            return Err(damaged(&key, "an interchange of it is gone"));
        };
        let again = self.records.get(&keys::again(&found.hash))?;
        let record = InterchangeRecord {
            duplicates: again.unwrap_or(0),
            ..found.record.clone()
        };
        Ok((record, found.hash))
    }

    /// Interchanges in the order of their hashes, behind one.
    pub(super) fn interchanges(
        &self,
        behind: Option<&Hash>,
        limit: usize,
    ) -> Result<Vec<(Hash, InterchangeRecord)>, StoreError> {
        let from = match behind {
            Some(hash) => keys::interchange(hash),
            None => keys::prefix(Kind::Interchange).to_vec(),
        };
        let mut found: Vec<(Hash, InterchangeRecord)> = Vec::new();
        let mut last: Option<Vec<u8>> = None;
        for pair in self.records.range(from, keys::behind(Kind::Interchange)) {
            let (key, value) = pair?;
            let short = key.get(..keys::SHORT_INTERCHANGE).unwrap_or_default();
            // Those that begin alike stand in the order in which they came.
            if found.len() >= limit && last.as_deref() != Some(short) {
                break;
            }
            let (record, hash) = self.at(decode(&key, &value)?)?;
            if behind.is_none_or(|behind| *behind < hash) {
                found.push((hash, record));
            }
            last = Some(short.to_vec());
        }
        found.sort_unstable_by_key(|(hash, _)| *hash);
        found.truncate(limit);
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

fn brought(letter: &Letter, at: u32) -> Option<&Brought> {
    letter.interchanges.get(usize::try_from(at).ok()?)
}

/// Missing keys that are remembered: some groups of mails.
const MOST_MISSING: usize = 4_096;
