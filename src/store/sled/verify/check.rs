//! Whether a record can be read, and leads to where it should: one check a kind of record.

use crate::series::Key;
use crate::store::StoreError;
use crate::store::keys::{self, Kind};
use crate::store::ledger::{Examined, Hash, MessageRecord, QuarantineRecord};
use crate::store::outbox::OutboxRecord;
use crate::store::request::{AskedRecord, ReplyRecord, RequestRecord};
use crate::store::sled::database::Open;
use crate::store::sled::index::{Cancellation, Cancelling};
use crate::store::sled::letter::{Brought, Letter};
use crate::store::sled::lookup::Place;
use crate::store::sled::names::{self, Name};
use crate::store::sled::records::{damaged, decode};
use crate::store::sled::spans::{self, Span};

/// Checks a letter; gives the number of interchanges that have their place in it.
pub(super) fn letter(open: &Open, key: &[u8], letter: &Letter) -> Result<u64, StoreError> {
    let letters = open.letters();
    if letter.of != letter.number && !letters.has(letter.of)? {
        return Err(damaged(key, "its mail is gone"));
    }
    for hash in letter.mail.iter().flat_map(|mail| &mail.interchanges) {
        if letters.place(hash)?.is_none() {
            return Err(damaged(key, "an interchange of it is gone"));
        }
    }
    let mut placed = 0;
    for (at, brought) in letter.interchanges.iter().enumerate() {
        let own = Place(letter.number, at);
        let place = letters.place(&brought.hash)?;
        // One that was tried again stands in a later letter, too.
        if place.is_none_or(|place| place < own) {
            return Err(damaged(
                key,
                "its hash does not lead to an interchange of it",
            ));
        }
        placed += u64::from(place == Some(own));
    }
    for (number, record) in letter.messages() {
        message(open, key, number, record)?;
    }
    Ok(placed)
}

fn message(open: &Open, key: &[u8], number: u64, record: &MessageRecord) -> Result<(), StoreError> {
    if open.letters().by_reference(&record.reference)? != Some(number) {
        return Err(damaged(key, "a reference in it does not lead to it"));
    }
    if record.cancels.is_none() {
        return Ok(());
    }
    let cancellation = keys::numbered(Kind::Cancellation, number);
    exists(open, key, &cancellation, "a cancellation of it")
}

pub(super) fn names(open: &Open, key: &[u8], value: &[u8]) -> Result<(), StoreError> {
    for (name, number) in names::read_page(key, value)? {
        let letter = open.letters().letter(number)?;
        // Hashes are at hand; the name of a reference is worked out.
        let has_hash = |one: &Brought| Name::of_interchange(&one.hash) == name;
        let has_reference = |one: &Brought| {
            let message = one.messages.first();
            message.is_some_and(|message| Name::of_reference(&message.reference) == name)
        };
        let is_named = |letter: &Letter| {
            let brought = &letter.interchanges;
            brought.iter().any(has_hash) || brought.iter().any(has_reference)
        };
        if !letter.is_some_and(|letter| is_named(&letter)) {
            return Err(damaged(key, "a letter has nothing of a name, or is gone"));
        }
    }
    Ok(())
}

pub(super) fn again(open: &Open, key: &[u8], value: &[u8]) -> Result<(), StoreError> {
    decode::<u32>(key, value)?;
    let hash: Option<&Hash> = key.last_chunk();
    let hash = hash.ok_or_else(|| damaged(key, "the key is short"))?;
    match open.letters().place(hash)? {
        Some(_) => Ok(()),
        None => Err(damaged(key, "its interchange is gone")),
    }
}

pub(super) fn examined(open: &Open, key: &[u8], value: &[u8]) -> Result<(), StoreError> {
    decode::<Examined>(key, value)?;
    its_message(open, key).map(drop)
}

pub(super) fn reference(open: &Open, key: &[u8], value: &[u8]) -> Result<(), StoreError> {
    let record = open.letters().message(decode(key, value)?)?;
    let leads_back = |record: MessageRecord| keys::reference(&record.reference) == key;
    if record.is_some_and(leads_back) {
        Ok(())
    } else {
        Err(damaged(
            key,
            "its message has another reference, or is gone",
        ))
    }
}

pub(super) fn cancellation(open: &Open, key: &[u8], value: &[u8]) -> Result<(), StoreError> {
    let said: Cancelling<'_> = decode(key, value)?;
    let record = its_message(open, key)?;
    if record.cancels.as_deref() != Some(said.document) {
        return Err(damaged(key, "its message cancels something else"));
    }
    for number in open.letters().of_document(said.sender, said.document)? {
        let cancelled = keys::numbered(Kind::Cancelled, number);
        exists(open, key, &cancelled, "what it cancels")?;
    }
    Ok(())
}

pub(super) fn cancelled(open: &Open, key: &[u8], value: &[u8]) -> Result<(), StoreError> {
    let by: Cancellation = decode(key, value)?;
    its_message(open, key)?;
    let cancellation = keys::numbered(Kind::Cancellation, by.by);
    exists(open, key, &cancellation, "what cancelled it")
}

pub(super) fn phrase(open: &Open, key: &[u8], value: &[u8]) -> Result<(), StoreError> {
    let text: &str = decode(key, value)?;
    let number = keys::series_number(key);
    if number.and_then(|number| open.index.phrases.text(number)) == Some(text) {
        Ok(())
    } else {
        Err(damaged(key, "it is not what is read for it"))
    }
}

pub(super) fn outbox(open: &Open, key: &[u8], value: &[u8]) -> Result<(), StoreError> {
    let record: OutboxRecord = decode(key, value)?;
    let number = number(key)?;
    match record.due() {
        Some(due)
            if !open
                .records
                .contains(&keys::undone(record.route, due, number))? =>
        {
            Err(damaged(key, "it has not ended, and is not listed so"))
        }
        _ => Ok(()),
    }
}

pub(super) fn sent(open: &Open, key: &[u8], value: &[u8]) -> Result<(), StoreError> {
    let number: u64 = decode(key, value)?;
    exists(open, key, &keys::numbered(Kind::Outbox, number), "its mail")
}

pub(super) fn answer(open: &Open, key: &[u8], value: &[u8]) -> Result<(), StoreError> {
    decode::<()>(key, value)?;
    let mail = keys::numbered(Kind::Outbox, number(key)?);
    exists(open, key, &mail, "the mail that answers")
}

pub(super) fn asked(open: &Open, key: &[u8], value: &[u8]) -> Result<(), StoreError> {
    let record: AskedRecord = decode(key, value)?;
    match open.letters().place(&record.interchange)? {
        Some(_) => Ok(()),
        None => Err(damaged(key, "its interchange is gone")),
    }
}

pub(super) fn request(open: &Open, key: &[u8], value: &[u8]) -> Result<(), StoreError> {
    decode::<RequestRecord>(key, value)?;
    let mail = keys::numbered(Kind::Outbox, number(key)?);
    exists(open, key, &mail, "the mail that asks")
}

pub(super) fn reply(open: &Open, key: &[u8], value: &[u8]) -> Result<(), StoreError> {
    decode::<ReplyRecord>(key, value)?;
    its_message(open, key).map(drop)
}

pub(super) fn rejected(open: &Open, key: &[u8], value: &[u8]) -> Result<(), StoreError> {
    decode::<i64>(key, value)?;
    let mail = keys::numbered(Kind::Outbox, number(key)?);
    exists(open, key, &mail, "the mail that was rejected")
}

pub(super) fn undone(open: &Open, key: &[u8], _: &[u8]) -> Result<(), StoreError> {
    let number = number(key)?;
    let record: Option<OutboxRecord> = open.records.get(&keys::numbered(Kind::Outbox, number))?;
    let place = |record: OutboxRecord| Some(keys::undone(record.route, record.due()?, number));
    if record.and_then(place).is_some_and(|place| place == key) {
        Ok(())
    } else {
        Err(damaged(key, "it names a mail that is not due then"))
    }
}

pub(super) fn quarantine(open: &Open, key: &[u8], value: &[u8]) -> Result<(), StoreError> {
    let record: QuarantineRecord = decode(key, value)?;
    if open.letters().has(record.mail)? {
        Ok(())
    } else {
        Err(damaged(key, "its mail is gone"))
    }
}

/// The index has the series from here; a series that is there twice is there once in it.
pub(super) fn identity(open: &Open, key: &[u8], value: &[u8]) -> Result<(), StoreError> {
    let identity: Key = decode(key, value)?;
    let known = open.index.series.get(&identity).copied();
    if known == keys::series_number(key) {
        Ok(())
    } else {
        Err(damaged(key, "it is not listed"))
    }
}

pub(super) fn spans(open: &Open, key: &[u8], value: &[u8]) -> Result<(), StoreError> {
    let page = keys::series_number(key).ok_or_else(|| damaged(key, "the key is short"))?;
    for (series, _) in spans::ids(page).zip(decode::<Vec<Span>>(key, value)?) {
        let identity = keys::series(Kind::Series, series);
        exists(open, key, &identity, "a series of it")?;
    }
    Ok(())
}

fn its_message(open: &Open, key: &[u8]) -> Result<MessageRecord, StoreError> {
    let message = open.letters().message(number(key)?)?;
    message.ok_or_else(|| damaged(key, "its message is gone"))
}

fn number(key: &[u8]) -> Result<u64, StoreError> {
    keys::number(key).ok_or_else(|| damaged(key, "the key is short"))
}

fn exists(open: &Open, key: &[u8], other: &[u8], what: &str) -> Result<(), StoreError> {
    if open.records.contains(other)? {
        Ok(())
    } else {
        Err(damaged(key, &format!("{what} is gone")))
    }
}
