//! What some mails change: everything is gathered here, then applied as one batch.

mod ours;

use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, BTreeSet, HashMap};

use sled::Batch as Writes;

use crate::mailbox::{Cursor, MailId};
use crate::series::Key;
use crate::store::StoreError;
use crate::store::keys::{self, Kind};
use crate::store::ledger::{
    Batch, Hash, MailSlot, MessageRecord, NewBlock, NewInterchange, NewMessage, NewQuarantine,
};
use crate::store::outbox::Undone;
use crate::store::request::AskedRecord;
use crate::store::sled::blocks::{self, Stretch};
use crate::store::sled::index::{Cancellation, Cancelling, Counts, Index};
use crate::store::sled::letter;
use crate::store::sled::letter::bundle::Bundle;
use crate::store::sled::lookup::Letters;
use crate::store::sled::names::{self, Name};
use crate::store::sled::phrases::Growing;
use crate::store::sled::records::{Records, put, put_body};
use crate::store::sled::spans::{self, Span};

/// The changes of some mails, before they are visible.
pub(super) struct Draft<'a> {
    letters: Letters<'a>,
    records: &'a Records,
    index: &'a Index,
    /// The first number that is free.
    sequence: u64,
    /// The mail that new records name as theirs, if it is not the one they name already.
    mail: Option<u64>,
    writes: Writes,
    news: News,
    phrases: Growing<'a>,
    /// Cursors as these mails leave them.
    cursors: HashMap<Vec<u8>, Cursor>,
    /// Letters that are not written yet.
    bundle: Option<Bundle>,
    /// What the messages of these mails say of their series.
    stretches: Vec<Stretch>,
    /// Whether runs of blocks may be merged.
    may_merge: bool,
    /// By what the interchanges of these mails are to be found.
    names: Vec<names::Entry>,
    /// Interchange references of these mails, with the letters to which they lead.
    references: HashMap<Name, u64>,
    /// Messages and cancellations of these mails, by the names of their documents.
    documents: HashMap<u64, Vec<u64>>,
    cancellations: HashMap<u64, Vec<Cancellation>>,
    /// Number and receiver of mails of ours that come with these, by their references.
    sent: HashMap<String, (u64, String)>,
}

/// What the mails bring to the index, once it is visible.
pub(super) struct News {
    counts: Counts,
    series: BTreeMap<Key, u32>,
    spans: BTreeMap<u32, Span>,
    names: names::Change,
    cancelled: BTreeMap<u64, Cancellation>,
    cancellations: HashMap<u64, Vec<Cancellation>>,
    documents: HashMap<u64, Vec<u64>>,
    phrases: Vec<Box<str>>,
    blocks: blocks::Change,
    outbox: Undone,
}

impl<'a> Draft<'a> {
    pub(super) fn new(letters: Letters<'a>, sequence: u64, may_merge: bool) -> Self {
        let Letters { records, index, .. } = letters;
        Self {
            letters,
            records,
            index,
            sequence,
            mail: None,
            writes: Writes::default(),
            news: News {
                counts: index.counts,
                series: BTreeMap::new(),
                spans: BTreeMap::new(),
                names: names::Change::default(),
                cancelled: BTreeMap::new(),
                cancellations: HashMap::new(),
                documents: HashMap::new(),
                phrases: Vec::new(),
                blocks: blocks::Change::default(),
                outbox: index.outbox,
            },
            phrases: Growing::new(&index.phrases),
            cursors: HashMap::new(),
            bundle: None,
            stretches: Vec::new(),
            may_merge,
            names: Vec::new(),
            references: HashMap::new(),
            documents: HashMap::new(),
            cancellations: HashMap::new(),
            sent: HashMap::new(),
        }
    }

    /// Adds everything that a mail brings.
    pub(super) fn add(&mut self, batch: &Batch) -> Result<(), StoreError> {
        self.mail = match &batch.mail {
            MailSlot::New(_) => {
                self.news.counts.mails += 1;
                Some(self.sequence)
            }
            MailSlot::Known(mail) => Some(*mail),
            MailSlot::None => None,
        };
        self.letter(batch);
        let mut next = self.sequence + 1;
        for interchange in &batch.interchanges {
            next = self.interchange(interchange, next)?;
        }
        self.duplicates(batch)?;
        for entry in &batch.quarantine {
            self.quarantine(entry)?;
        }
        for number in BTreeSet::from_iter(&batch.resolves) {
            self.resolve(*number)?;
        }
        self.settle(batch)?;
        for asked in &batch.asked {
            self.asked(asked)?;
        }
        for (number, mail) in &batch.outbox {
            self.outbox(*number, mail)?;
        }
        for (number, request) in &batch.requests {
            let key = keys::numbered(Kind::Request, *number);
            put(&mut self.writes, key, request)?;
        }
        self.sequence = next;
        self.news.counts.next_sequence = next;
        Ok(())
    }

    /// The writes, and what follows for the index.
    pub(super) fn finish(mut self) -> Result<(Writes, News), StoreError> {
        for (key, id) in &self.news.series {
            put(&mut self.writes, keys::series(Kind::Series, *id), key)?;
        }
        self.spans()?;
        if let Some(bundle) = self.bundle.take() {
            write_bundle(&mut self.writes, bundle);
        }
        let Index { names, blocks, .. } = self.index;
        let new = std::mem::take(&mut self.names);
        self.news.names = names.add(self.records, &mut self.writes, new)?;
        let new = std::mem::take(&mut self.stretches);
        self.news.blocks = blocks.add(self.records, &mut self.writes, new, self.may_merge)?;
        for (key, cursor) in self.cursors {
            put(&mut self.writes, key, &cursor)?;
        }
        for (number, text) in self.phrases.added() {
            put(&mut self.writes, keys::series(Kind::Phrase, number), text)?;
        }
        for (number, cancellation) in &mut self.news.cancelled {
            if let Some(known) = self.index.cancelled.get(number) {
                *cancellation = (*cancellation).min(*known);
            }
            let key = keys::numbered(Kind::Cancelled, *number);
            put(&mut self.writes, key, cancellation)?;
        }
        let counts = keys::prefix(Kind::Counts).to_vec();
        put(&mut self.writes, counts, &self.news.counts)?;
        self.news.phrases = self.phrases.into_added();
        self.news.documents = self.documents;
        self.news.cancellations = self.cancellations;
        Ok((self.writes, self.news))
    }

    /// Mail, interchanges and messages as one record, if there are any.
    fn letter(&mut self, batch: &Batch) {
        let mail = match &batch.mail {
            MailSlot::New(mail) => Some(&**mail),
            MailSlot::Known(_) | MailSlot::None => None,
        };
        if mail.is_none() && batch.interchanges.is_empty() {
            return;
        }
        let first = batch.interchanges.first().map(|new| new.record.mail);
        let letter = letter::Draft {
            mail,
            of: self.mail.or(first).unwrap_or(self.sequence),
            interchanges: &batch.interchanges,
        };
        let body = letter.encode(&mut |text| self.phrases.number(text));
        let full = self.bundle.take_if(|bundle| !bundle.has_room_for(&body));
        if let Some(bundle) = full {
            write_bundle(&mut self.writes, bundle);
        }
        let bundle = self.bundle.get_or_insert_with(|| Bundle::of(self.sequence));
        bundle.push(self.sequence, &body);
    }

    /// An interchange with its messages, numbered from `next`. Of one that is there the newest place
    /// holds; earlier messages of it stay where they are.
    fn interchange(&mut self, new: &NewInterchange, mut next: u64) -> Result<u64, StoreError> {
        let is_known = self.letters.place(&new.hash)?.is_some();
        self.news.counts.interchanges += u64::from(!is_known);
        let name = Name::of_interchange(&new.hash);
        self.names.push((name, self.sequence));
        let mut before = None;
        for message in &new.messages {
            let reference = Name::of_reference(&message.record.reference);
            if before.replace(reference) != Some(reference) {
                self.reference(reference)?;
            }
            if self.references.get(&reference) != Some(&self.sequence) {
                // It leads to another letter.
                let key = keys::reference(&message.record.reference);
                put(&mut self.writes, key, &next)?;
            }
            self.message(message, next)?;
            next += 1;
        }
        Ok(next)
    }

    /// Has an interchange reference lead to this letter, unless it leads to another one.
    fn reference(&mut self, name: Name) -> Result<(), StoreError> {
        if !self.references.contains_key(&name) && !self.letters.is_named(name)? {
            self.names.push((name, self.sequence));
            self.references.insert(name, self.sequence);
        }
        Ok(())
    }

    fn message(&mut self, new: &NewMessage, sequence: u64) -> Result<(), StoreError> {
        let record = &new.record;
        self.news.counts.messages += 1;
        if let Some(examined) = &new.examined {
            let key = keys::numbered(Kind::Examined, sequence);
            put(&mut self.writes, key, examined)?;
        }
        if let Some(reply) = &new.reply {
            self.reply(reply, record, sequence)?;
        }
        if new.asks {
            self.asked(&AskedRecord {
                interchange: record.interchange,
                message: record.reference.message.clone(),
                arrived: record.arrived,
            })?;
        }
        match record.cancels.as_deref() {
            Some(document) => self.cancellation(record, document, sequence)?,
            None => self.document(record, sequence),
        }
        self.blocks(&new.blocks, sequence);
        Ok(())
    }

    /// A message that can be cancelled; its cancellation may have come before it.
    fn document(&mut self, record: &MessageRecord, sequence: u64) {
        // A message without a number cannot be named.
        if record.document.is_empty() {
            return;
        }
        let sender = &record.reference.sender;
        let name = self.index.documents.name(sender, &record.document);
        let known = self.index.cancellations.get(&name).into_iter();
        let new = self.cancellations.get(&name).into_iter();
        for cancellation in known.chain(new).flatten() {
            self.news.cancel(sequence, *cancellation);
        }
        self.documents.entry(name).or_default().push(sequence);
    }

    /// A message that cancels all of a document, those that are still to come as well.
    fn cancellation(
        &mut self,
        record: &MessageRecord,
        document: &str,
        by: u64,
    ) -> Result<(), StoreError> {
        let sender = record.reference.sender.as_str();
        let arrived = record.arrived;
        let said = Cancelling {
            arrived,
            sender,
            document,
        };
        let key = keys::numbered(Kind::Cancellation, by);
        put(&mut self.writes, key, &said)?;
        let cancellation = Cancellation { arrived, by };
        let name = self.index.documents.name(sender, document);
        let known = self.letters.of_document(sender, document)?;
        let new = self.documents.get(&name).into_iter().flatten();
        for sequence in known.iter().chain(new) {
            self.news.cancel(*sequence, cancellation);
        }
        let known = self.cancellations.entry(name).or_default();
        known.push(cancellation);
        Ok(())
    }

    fn blocks(&mut self, new: &[NewBlock], sequence: u64) {
        let mut by_series: BTreeMap<u32, Vec<&NewBlock>> = BTreeMap::new();
        for block in new {
            let id = self.series(block);
            by_series.entry(id).or_default().push(block);
        }
        for (series, new) in by_series {
            self.stretches.extend(Stretch::cut(series, sequence, new));
        }
    }

    /// The number of the block's series; its span and the counts grow.
    fn series(&mut self, block: &NewBlock) -> u32 {
        self.news.counts.values += u64::from(block.values);
        let known = self.index.series.get(&block.key);
        let known = known.or_else(|| self.news.series.get(&block.key));
        let id = known.copied().unwrap_or_else(|| {
            let id = self.news.counts.next_series;
            self.news.counts.next_series += 1;
            self.news.series.insert(block.key.clone(), id);
            id
        });
        let span = Span::of(block.day, block.values);
        let span = self.span(id).map_or(span, |known| known.and(span));
        self.news.spans.insert(id, span);
        id
    }

    /// The span of a series as these mails leave it.
    fn span(&self, id: u32) -> Option<Span> {
        let new = self.news.spans.get(&id).copied();
        new.or_else(|| self.index.spans.of(id))
    }

    /// Writes the pages of all spans that have changed.
    fn spans(&mut self) -> Result<(), StoreError> {
        let pages: BTreeSet<u32> = self.news.spans.keys().map(|id| spans::page(*id)).collect();
        for page in pages {
            let spans: Vec<Span> = spans::ids(page).map_while(|id| self.span(id)).collect();
            put(&mut self.writes, keys::series(Kind::Spans, page), &spans)?;
        }
        Ok(())
    }

    /// Raises the count of interchanges that came again.
    fn duplicates(&mut self, batch: &Batch) -> Result<(), StoreError> {
        let mut again: HashMap<&Hash, u32> = HashMap::new();
        for hash in &batch.duplicates {
            *again.entry(hash).or_default() += 1;
        }
        for (hash, times) in again {
            let is_new = batch.interchanges.iter().any(|new| new.hash == *hash);
            if !is_new && self.letters.place(hash)?.is_none() {
                continue;
            }
            self.news.counts.duplicates += u64::from(times);
            let key = keys::again(hash);
            let known: u32 = self.records.get(&key)?.unwrap_or(0);
            put(&mut self.writes, key, &known.saturating_add(times))?;
        }
        Ok(())
    }

    fn quarantine(&mut self, new: &NewQuarantine) -> Result<(), StoreError> {
        let mut record = new.record.clone();
        record.mail = self.mail.unwrap_or(record.mail);
        let key = keys::numbered(Kind::Quarantine, self.news.counts.next_quarantine);
        self.news.counts.next_quarantine += 1;
        self.news.counts.quarantine += 1;
        put(&mut self.writes, key, &record)
    }

    /// Takes an entry out of quarantine; `false` if there is none.
    pub(super) fn resolve(&mut self, number: u64) -> Result<bool, StoreError> {
        let key = keys::numbered(Kind::Quarantine, number);
        let is_there = self.records.contains(&key)?;
        if is_there {
            self.records.remove(&mut self.writes, &key)?;
            self.news.counts.quarantine = self.news.counts.quarantine.saturating_sub(1);
        }
        Ok(is_there)
    }

    fn settle(&mut self, batch: &Batch) -> Result<(), StoreError> {
        if let Some(announced) = &batch.announced {
            let cursor = self.cursor(batch, announced.validity)?;
            cursor.turn_to(announced.validity);
            cursor.announce(&announced.present, announced.next);
        }
        let changes = batch.settles.iter().map(|id| (id, true));
        for (id, settles) in changes.chain(batch.reopens.iter().map(|id| (id, false))) {
            if let MailId::Imap { validity, uid } = id {
                let cursor = self.cursor(batch, *validity)?;
                if settles {
                    cursor.turn_to(*validity);
                    cursor.settle(*uid);
                } else if cursor.validity == *validity {
                    cursor.reopen(*uid);
                }
            } else if let Some(key) = keys::settled(&batch.mailbox, id) {
                if settles {
                    put(&mut self.writes, key, &())?;
                } else {
                    self.records.remove(&mut self.writes, &key)?;
                }
            }
        }
        for mark in &batch.forgets {
            self.writes.remove(keys::marked(&batch.mailbox, *mark));
        }
        Ok(())
    }

    /// The cursor of the batch's folder; a new one if there is none.
    fn cursor(&mut self, batch: &Batch, validity: u32) -> Result<&mut Cursor, StoreError> {
        let key = keys::cursor(&batch.mailbox, &batch.folder);
        Ok(match self.cursors.entry(key) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(place) => {
                let stored = self.records.get(place.key())?;
                place.insert(stored.unwrap_or_else(|| Cursor::new(validity)))
            }
        })
    }
}

fn write_bundle(writes: &mut Writes, bundle: Bundle) {
    let key = keys::numbered(Kind::Letters, bundle.first);
    put_body(writes, key, &bundle.finish());
}

impl News {
    fn cancel(&mut self, sequence: u64, cancellation: Cancellation) {
        let known = self.cancelled.entry(sequence).or_insert(cancellation);
        *known = cancellation.min(*known);
    }
}

impl Index {
    /// Takes over what is visible now.
    pub(super) fn follow(&mut self, news: News) {
        self.counts = news.counts;
        self.outbox = news.outbox;
        self.series.extend(news.series);
        self.spans.follow(news.spans);
        self.names.follow(news.names);
        for (sequence, cancellation) in news.cancelled {
            self.cancel(sequence, cancellation);
        }
        for (name, cancellations) in news.cancellations {
            let known = self.cancellations.entry(name).or_default();
            known.extend(cancellations);
        }
        for (name, sequences) in news.documents {
            for sequence in sequences {
                self.documents.add(name, sequence);
            }
        }
        self.blocks.follow(news.blocks);
        for phrase in news.phrases {
            self.phrases.push(phrase);
        }
    }
}
