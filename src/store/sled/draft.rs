//! What some mails change: everything is gathered here, then applied as one batch.

use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, BTreeSet, HashMap};

use sled::Batch as Writes;

use crate::mailbox::{Cursor, MailId};
use crate::series::Key;
use crate::store::StoreError;
use crate::store::keys::{self, Kind};
use crate::store::ledger::{
    Batch, Hash, InterchangeRecord, MailSlot, MessageRecord, NewBlock, NewInterchange, NewMessage,
    NewQuarantine,
};
use crate::store::outbox::{OutboxRecord, Undone};
use crate::store::request::{AskedRecord, NewReply, ReplyRecord};
use crate::store::sled::blocks;
use crate::store::sled::index::{Cancellation, Counts, Index, Series, Span};
use crate::store::sled::records::{Records, decode, put};

/// The changes of some mails, before they are visible.
pub(super) struct Draft<'a> {
    records: &'a Records,
    index: &'a Index,
    /// The first number that is free.
    sequence: u64,
    /// The mail that new records name as theirs, if it is not the one they name already.
    mail: Option<u64>,
    writes: Writes,
    news: News,
    /// Cursors as these mails leave them.
    cursors: HashMap<Vec<u8>, Cursor>,
    /// Messages and cancellations of these mails: neither sees the other in the tree yet.
    documents: HashMap<Vec<u8>, Vec<u64>>,
    cancellations: HashMap<Vec<u8>, Vec<Cancellation>>,
    /// Number and receiver of mails of ours that come with these, by their references.
    sent: HashMap<String, (u64, String)>,
}

/// What the mails bring to the index, once it is visible.
pub(super) struct News {
    counts: Counts,
    series: BTreeMap<Key, Series>,
    cancelled: Vec<(u64, Cancellation)>,
    outbox: Undone,
}

impl<'a> Draft<'a> {
    pub(super) fn new(records: &'a Records, index: &'a Index, sequence: u64) -> Self {
        Self {
            records,
            index,
            sequence,
            mail: None,
            writes: Writes::default(),
            news: News {
                counts: index.counts,
                series: BTreeMap::new(),
                cancelled: Vec::new(),
                outbox: index.outbox,
            },
            cursors: HashMap::new(),
            documents: HashMap::new(),
            cancellations: HashMap::new(),
            sent: HashMap::new(),
        }
    }

    /// Adds everything that a mail brings.
    pub(super) fn add(&mut self, batch: &Batch) -> Result<(), StoreError> {
        self.mail = match &batch.mail {
            MailSlot::New(mail) => {
                self.news.counts.mails += 1;
                let key = keys::numbered(Kind::Mail, self.sequence);
                put(&mut self.writes, key, mail.as_ref())?;
                Some(self.sequence)
            }
            MailSlot::Known(mail) => Some(*mail),
            MailSlot::None => None,
        };
        let mut next = self.sequence + 1;
        for interchange in &batch.interchanges {
            next = self.interchange(interchange, &batch.duplicates, next)?;
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
        for (key, series) in &self.news.series {
            if !self.index.series.contains_key(key) {
                put(&mut self.writes, keys::series(Kind::Series, series.id), key)?;
            }
            let span = keys::series(Kind::Span, series.id);
            put(&mut self.writes, span, &series.span)?;
        }
        for (key, cursor) in self.cursors {
            put(&mut self.writes, key, &cursor)?;
        }
        let counts = keys::prefix(Kind::Counts).to_vec();
        put(&mut self.writes, counts, &self.news.counts)?;
        Ok((self.writes, self.news))
    }

    /// An interchange with its messages, numbered from `next`; one that is there is overwritten.
    fn interchange(
        &mut self,
        new: &NewInterchange,
        duplicates: &[Hash],
        mut next: u64,
    ) -> Result<u64, StoreError> {
        let key = keys::interchange(&new.hash);
        let known: Option<InterchangeRecord> = self.records.get(&key)?;
        let again = duplicates.iter().filter(|hash| **hash == new.hash).count();
        let again = u32::try_from(again).unwrap_or(u32::MAX);
        self.news.counts.interchanges += u64::from(known.is_none());
        self.news.counts.duplicates += u64::from(again);
        let known = known.map_or(0, |known| known.duplicates);
        let record = InterchangeRecord {
            mail: self.mail.unwrap_or(new.record.mail),
            duplicates: known.saturating_add(again),
            ..new.record.clone()
        };
        put(&mut self.writes, key, &record)?;
        for message in &new.messages {
            self.message(message, next)?;
            next += 1;
        }
        Ok(next)
    }

    fn message(&mut self, new: &NewMessage, sequence: u64) -> Result<(), StoreError> {
        let record = MessageRecord {
            mail: self.mail.unwrap_or(new.record.mail),
            ..new.record.clone()
        };
        self.news.counts.messages += 1;
        let key = keys::numbered(Kind::Message, sequence);
        put(&mut self.writes, key, &record)?;
        put(
            &mut self.writes,
            keys::reference(&record.reference),
            &sequence,
        )?;
        if let Some(examined) = &new.examined {
            let key = keys::numbered(Kind::Examined, sequence);
            put(&mut self.writes, key, examined)?;
        }
        if let Some(reply) = &new.reply {
            self.reply(reply, &record, sequence)?;
        }
        if new.asks {
            self.asked(&AskedRecord {
                interchange: record.interchange,
                message: record.reference.message.clone(),
                arrived: record.arrived,
            })?;
        }
        match record.cancels.as_deref() {
            Some(document) => self.cancellation(&record, document, sequence)?,
            None => self.document(&record, sequence)?,
        }
        self.blocks(&new.blocks, sequence)
    }

    /// A request of somebody else's.
    fn asked(&mut self, asked: &AskedRecord) -> Result<(), StoreError> {
        let key = keys::asked(&asked.interchange, &asked.message);
        put(&mut self.writes, key, asked)
    }

    /// A message that can be cancelled; its cancellation may have come before it.
    fn document(&mut self, record: &MessageRecord, sequence: u64) -> Result<(), StoreError> {
        // A message without a number cannot be named.
        if record.document.is_empty() {
            return Ok(());
        }
        let sender = &record.reference.sender;
        let document = keys::document(Kind::Document, sender, &record.document);
        let key = keys::documented(&document, sequence);
        put(&mut self.writes, key, &())?;
        let cancelling = keys::document(Kind::Cancellation, sender, &record.document);
        for pair in self.records.scan(&cancelling) {
            let (key, value) = pair?;
            let arrived = decode(&key, &value)?;
            let by = keys::number(&key).unwrap_or_default();
            self.news
                .cancelled
                .push((sequence, Cancellation { arrived, by }));
        }
        let earlier = self.cancellations.get(&cancelling).into_iter().flatten();
        self.news
            .cancelled
            .extend(earlier.map(|cancellation| (sequence, *cancellation)));
        self.documents.entry(document).or_default().push(sequence);
        Ok(())
    }

    /// A message that cancels all of a document, those that are still to come as well.
    fn cancellation(
        &mut self,
        record: &MessageRecord,
        document: &str,
        by: u64,
    ) -> Result<(), StoreError> {
        let sender = &record.reference.sender;
        let cancelling = keys::document(Kind::Cancellation, sender, document);
        let cancellation = Cancellation {
            arrived: record.arrived,
            by,
        };
        let key = keys::documented(&cancelling, by);
        put(&mut self.writes, key, &cancellation.arrived)?;
        let document = keys::document(Kind::Document, sender, document);
        for pair in self.records.scan(&document) {
            let (key, _) = pair?;
            let sequence = keys::number(&key).unwrap_or_default();
            self.news.cancelled.push((sequence, cancellation));
        }
        let earlier = self.documents.get(&document).into_iter().flatten();
        self.news
            .cancelled
            .extend(earlier.map(|sequence| (*sequence, cancellation)));
        self.cancellations
            .entry(cancelling)
            .or_default()
            .push(cancellation);
        Ok(())
    }

    fn blocks(&mut self, new: &[NewBlock], sequence: u64) -> Result<(), StoreError> {
        let mut by_series: BTreeMap<u32, Vec<&NewBlock>> = BTreeMap::new();
        for block in new {
            let id = self.series(block);
            by_series.entry(id).or_default().push(block);
        }
        for (series, new) in by_series {
            for run in blocks::runs(new) {
                let key = keys::blocks(series, run.first, sequence);
                put(&mut self.writes, key, &run.days)?;
            }
        }
        Ok(())
    }

    /// The number of the block's series; its span and the counts grow.
    fn series(&mut self, block: &NewBlock) -> u32 {
        self.news.counts.values += u64::from(block.values);
        let span = Span::of(block.day, block.values);
        if let Some(series) = self.news.series.get_mut(&block.key) {
            series.span = series.span.and(span);
            return series.id;
        }
        let series = if let Some(known) = self.index.series.get(&block.key) {
            Series {
                id: known.id,
                span: known.span.and(span),
            }
        } else {
            let id = self.news.counts.next_series;
            self.news.counts.next_series += 1;
            Series { id, span }
        };
        self.news.series.insert(block.key.clone(), series);
        series.id
    }

    /// Raises the count of interchanges that came again.
    fn duplicates(&mut self, batch: &Batch) -> Result<(), StoreError> {
        let mut again: HashMap<&Hash, u32> = HashMap::new();
        let is_new = |hash: &Hash| batch.interchanges.iter().any(|new| new.hash == *hash);
        for hash in batch.duplicates.iter().filter(|hash| !is_new(hash)) {
            *again.entry(hash).or_default() += 1;
        }
        for (hash, times) in again {
            let key = keys::interchange(hash);
            if let Some(mut record) = self.records.get::<InterchangeRecord>(&key)? {
                record.duplicates = record.duplicates.saturating_add(times);
                self.news.counts.duplicates += u64::from(times);
                put(&mut self.writes, key, &record)?;
            }
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

    /// A mail of ours as it is from now on.
    fn outbox(&mut self, number: u64, mail: &OutboxRecord) -> Result<(), StoreError> {
        let key = keys::numbered(Kind::Outbox, number);
        let before: Option<OutboxRecord> = self.records.get(&key)?;
        if let Some(before) = before
            && let Some(due) = before.due()
        {
            if let Some(count) = self.news.outbox.of(before.state) {
                *count = count.saturating_sub(1);
            }
            self.writes.remove(keys::undone(before.route, due, number));
        }
        if let Some(count) = self.news.outbox.of(mail.state) {
            *count += 1;
        }
        if let Some(due) = mail.due() {
            put(&mut self.writes, keys::undone(mail.route, due, number), &())?;
        }
        if !mail.message_id.is_empty() {
            put(&mut self.writes, keys::sent(&mail.message_id), &number)?;
        }
        if !mail.reference.is_empty() {
            put(&mut self.writes, keys::sent(&mail.reference), &number)?;
            let whom = (number, mail.partner.clone());
            self.sent.insert(mail.reference.clone(), whom);
        }
        if let Some(answers) = &mail.answers {
            let key = keys::answer(&answers.interchange, number);
            put(&mut self.writes, key, &())?;
            if let Some(message) = &answers.message {
                self.writes
                    .remove(keys::asked(&answers.interchange, message));
            }
        }
        put(&mut self.writes, key, mail)
    }

    /// Number and receiver of the mail of ours with this reference.
    fn of_ours(&self, reference: &str) -> Result<Option<(u64, String)>, StoreError> {
        if let Some(new) = self.sent.get(reference) {
            return Ok(Some(new.clone()));
        }
        let number: Option<u64> = self.records.get(&keys::sent(reference))?;
        let Some(number) = number else {
            return Ok(None);
        };
        let mail: Option<OutboxRecord> = self.records.get(&keys::numbered(Kind::Outbox, number))?;
        Ok(mail.map(|mail| (number, mail.partner)))
    }

    /// What a message says of a mail of ours, if it comes from whom the mail went to.
    fn reply(
        &mut self,
        new: &NewReply,
        record: &MessageRecord,
        sequence: u64,
    ) -> Result<(), StoreError> {
        let Some((number, partner)) = self.of_ours(&new.reference)? else {
            return Ok(());
        };
        if partner != record.reference.sender {
            return Ok(());
        }
        if new.reply.is_no() {
            let mail = keys::numbered(Kind::Rejected, number);
            put(&mut self.writes, mail, &record.arrived)?;
        }
        let reply = ReplyRecord {
            arrived: record.arrived,
            reply: new.reply,
            text: new.text.clone(),
        };
        put(&mut self.writes, keys::reply(number, sequence), &reply)
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

impl Index {
    /// Takes over what is visible now.
    pub(super) fn follow(&mut self, news: News) {
        self.counts = news.counts;
        self.outbox = news.outbox;
        self.series.extend(news.series);
        for (sequence, cancellation) in news.cancelled {
            self.cancel(sequence, cancellation);
        }
    }
}
