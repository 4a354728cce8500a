//! Reads all records, and compares what must agree.
//!
//! Mails may come in meanwhile: records are read some at a time, so that no mail waits long, and
//! what is compared is read at once.

use std::collections::BTreeMap;
use std::io;

use sled::IVec;

use crate::mailbox::Cursor;
use crate::market::calendar::Day;
use crate::series::{Block, Key};
use crate::store::StoreError;
use crate::store::keys::{self, Kind};
use crate::store::ledger::{
    Examined, InterchangeRecord, MailRecord, MessageRecord, QuarantineRecord,
};
use crate::store::outbox::OutboxRecord;
use crate::store::request::{AskedRecord, ReplyRecord, RequestRecord};
use crate::store::sled::database::{Database, Open};
use crate::store::sled::index::{Counts, Span};
use crate::store::sled::records::{damaged, decode};

/// Verifies a database.
pub(super) fn verify(
    database: &Database,
    found: &mut dyn FnMut(StoreError),
    go_on: &mut dyn FnMut(u64) -> io::Result<()>,
) -> io::Result<()> {
    let mut walk = Walk {
        database,
        found,
        go_on,
        read: 0,
    };
    let before = walk.counts();
    let mut counted = Counts {
        mails: walk.through(Kind::Mail, mail)?,
        interchanges: walk.through(Kind::Interchange, interchange)?,
        messages: walk.through(Kind::Message, message)?,
        ..Counts::default()
    };
    walk.through(Kind::Examined, examined)?;
    walk.through(Kind::Reference, reference)?;
    walk.through(Kind::Document, document)?;
    walk.through(Kind::Cancellation, cancellation)?;
    walk.through(Kind::Quarantine, quarantine)?;
    walk.through(Kind::Settled, |_, key, value| decode(key, value))?;
    walk.through(Kind::Outbox, outbox)?;
    walk.through(Kind::Undone, undone)?;
    walk.through(Kind::Sent, sent)?;
    walk.through(Kind::Answer, answer)?;
    walk.through(Kind::Asked, asked)?;
    walk.through(Kind::Request, request)?;
    walk.through(Kind::Reply, reply)?;
    walk.through(Kind::Rejected, rejected)?;
    walk.through(Kind::Cursor, |_, key, value| {
        decode::<Cursor>(key, value).map(drop)
    })?;
    let series = walk.through(Kind::Series, identity)?;
    counted.next_series = u32::try_from(series).unwrap_or(u32::MAX);
    walk.through(Kind::Span, span)?;
    counted.values = walk.blocks()?;
    if let (Some(before), Some(after)) = (before, walk.counts()) {
        walk.compare(&before, &counted, &after);
    }
    Ok(())
}

/// A way through the records.
struct Walk<'a> {
    database: &'a Database,
    found: &'a mut dyn FnMut(StoreError),
    go_on: &'a mut dyn FnMut(u64) -> io::Result<()>,
    read: u64,
}

/// Whether a record is as it should be.
type Check = fn(&Open, &[u8], &[u8]) -> Result<(), StoreError>;

impl Walk<'_> {
    /// Checks all records of a kind; gives their number.
    fn through(&mut self, kind: Kind, check: Check) -> io::Result<u64> {
        let mut from = keys::prefix(kind).to_vec();
        let mut number = 0;
        loop {
            let page = self.database.read(|open| {
                let records = open.records.range(from.clone(), keys::behind(kind));
                let mut faults = Vec::new();
                let mut last = None;
                let mut count = 0;
                for pair in records.take(PAGE) {
                    let (key, value) = pair?;
                    faults.extend(check(open, &key, &value).err());
                    last = Some(key);
                    count += 1;
                }
                Ok((faults, last, count))
            });
            let (faults, last, count) = match page {
                Ok(page) => page,
                Err(error) => {
                    // What stands behind cannot be reached.
                    (self.found)(error);
                    return Ok(number);
                }
            };
            faults.into_iter().for_each(&mut *self.found);
            number += count;
            self.read += count;
            (self.go_on)(self.read)?;
            match last {
                Some(last) => from = [&*last, &[0]].concat(),
                None => return Ok(number),
            }
        }
    }

    /// Checks the blocks of all series against their spans; gives the number of values.
    fn blocks(&mut self) -> io::Result<u64> {
        let series = self.database.read(|open| {
            let ids = open.index.series.values().map(|series| series.id);
            Ok(ids.collect::<Vec<_>>())
        });
        let mut values = 0;
        for series in series.unwrap_or_default() {
            let mut faults = Vec::new();
            match self.database.read(|open| blocks(open, series, &mut faults)) {
                Ok((counted, records)) => {
                    values += counted;
                    self.read += records;
                }
                Err(error) => faults.push(error),
            }
            faults.into_iter().for_each(&mut *self.found);
            (self.go_on)(self.read)?;
        }
        Ok(values)
    }

    fn counts(&mut self) -> Option<Counts> {
        let counts = self.database.read(|open| Ok(open.index.counts));
        counts.map_err(|error| (self.found)(error)).ok()
    }

    /// The counts only grow: what was counted meanwhile lies between.
    fn compare(&mut self, before: &Counts, counted: &Counts, after: &Counts) {
        for (what, before, counted, after) in [
            ("mails", before.mails, counted.mails, after.mails),
            (
                "interchanges",
                before.interchanges,
                counted.interchanges,
                after.interchanges,
            ),
            (
                "messages",
                before.messages,
                counted.messages,
                after.messages,
            ),
            ("values", before.values, counted.values, after.values),
            (
                "series",
                before.next_series.into(),
                counted.next_series.into(),
                after.next_series.into(),
            ),
        ] {
            if counted < before || after < counted {
                (self.found)(damaged(
                    &keys::prefix(Kind::Counts),
                    &format!("it counts {after} {what}, and there are {counted}"),
                ));
            }
        }
    }
}

fn mail(open: &Open, key: &[u8], value: &[u8]) -> Result<(), StoreError> {
    let record: MailRecord = decode(key, value)?;
    for hash in &record.interchanges {
        exists(open, key, &keys::interchange(hash), "an interchange of it")?;
    }
    Ok(())
}

fn interchange(open: &Open, key: &[u8], value: &[u8]) -> Result<(), StoreError> {
    let record: InterchangeRecord = decode(key, value)?;
    let mail = keys::numbered(Kind::Mail, record.mail);
    exists(open, key, &mail, "its mail")
}

fn message(open: &Open, key: &[u8], value: &[u8]) -> Result<(), StoreError> {
    let record: MessageRecord = decode(key, value)?;
    let sequence = number(key)?;
    let interchange = keys::interchange(&record.interchange);
    exists(open, key, &interchange, "its interchange")?;
    let mail = keys::numbered(Kind::Mail, record.mail);
    exists(open, key, &mail, "its mail")?;
    let known: Option<u64> = open.records.get(&keys::reference(&record.reference))?;
    if known != Some(sequence) {
        return Err(damaged(key, "its reference does not lead to it"));
    }
    let sender = &record.reference.sender;
    let document = match &record.cancels {
        Some(document) => keys::document(Kind::Cancellation, sender, document),
        None if record.document.is_empty() => return Ok(()),
        None => keys::document(Kind::Document, sender, &record.document),
    };
    let document = keys::documented(&document, sequence);
    exists(open, key, &document, "its entry among the documents")
}

fn examined(open: &Open, key: &[u8], value: &[u8]) -> Result<(), StoreError> {
    decode::<Examined>(key, value)?;
    its_message(open, key)
}

fn reference(open: &Open, key: &[u8], value: &[u8]) -> Result<(), StoreError> {
    let sequence: u64 = decode(key, value)?;
    let record: Option<MessageRecord> =
        open.records.get(&keys::numbered(Kind::Message, sequence))?;
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

fn document(open: &Open, key: &[u8], value: &[u8]) -> Result<(), StoreError> {
    decode::<()>(key, value)?;
    its_message(open, key)
}

fn cancellation(open: &Open, key: &[u8], value: &[u8]) -> Result<(), StoreError> {
    decode::<i64>(key, value)?;
    its_message(open, key)
}

fn outbox(open: &Open, key: &[u8], value: &[u8]) -> Result<(), StoreError> {
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

fn sent(open: &Open, key: &[u8], value: &[u8]) -> Result<(), StoreError> {
    let number: u64 = decode(key, value)?;
    exists(open, key, &keys::numbered(Kind::Outbox, number), "its mail")
}

fn answer(open: &Open, key: &[u8], value: &[u8]) -> Result<(), StoreError> {
    decode::<()>(key, value)?;
    let mail = keys::numbered(Kind::Outbox, number(key)?);
    exists(open, key, &mail, "the mail that answers")
}

fn asked(open: &Open, key: &[u8], value: &[u8]) -> Result<(), StoreError> {
    let record: AskedRecord = decode(key, value)?;
    let interchange = keys::interchange(&record.interchange);
    exists(open, key, &interchange, "its interchange")
}

fn request(open: &Open, key: &[u8], value: &[u8]) -> Result<(), StoreError> {
    decode::<RequestRecord>(key, value)?;
    let mail = keys::numbered(Kind::Outbox, number(key)?);
    exists(open, key, &mail, "the mail that asks")
}

fn reply(open: &Open, key: &[u8], value: &[u8]) -> Result<(), StoreError> {
    decode::<ReplyRecord>(key, value)?;
    let message = keys::numbered(Kind::Message, number(key)?);
    exists(open, key, &message, "its message")
}

fn rejected(open: &Open, key: &[u8], value: &[u8]) -> Result<(), StoreError> {
    decode::<i64>(key, value)?;
    let mail = keys::numbered(Kind::Outbox, number(key)?);
    exists(open, key, &mail, "the mail that was rejected")
}

fn undone(open: &Open, key: &[u8], _: &[u8]) -> Result<(), StoreError> {
    let number = number(key)?;
    let record: Option<OutboxRecord> = open.records.get(&keys::numbered(Kind::Outbox, number))?;
    let place = |record: OutboxRecord| Some(keys::undone(record.route, record.due()?, number));
    if record.and_then(place).is_some_and(|place| place == key) {
        Ok(())
    } else {
        Err(damaged(key, "it names a mail that is not due then"))
    }
}

fn quarantine(open: &Open, key: &[u8], value: &[u8]) -> Result<(), StoreError> {
    let record: QuarantineRecord = decode(key, value)?;
    let mail = keys::numbered(Kind::Mail, record.mail);
    exists(open, key, &mail, "its mail")
}

/// The index has the series from here; a series that is there twice is there once in it.
fn identity(open: &Open, key: &[u8], value: &[u8]) -> Result<(), StoreError> {
    let identity: Key = decode(key, value)?;
    let known = open.index.series.get(&identity).map(|series| series.id);
    if known == keys::series_number(key) {
        Ok(())
    } else {
        Err(damaged(key, "it is not listed"))
    }
}

fn span(open: &Open, key: &[u8], value: &[u8]) -> Result<(), StoreError> {
    decode::<Span>(key, value)?;
    let series = keys::series_number(key).ok_or_else(|| damaged(key, "the key is short"))?;
    let identity = keys::series(Kind::Series, series);
    exists(open, key, &identity, "its series")
}

/// Reads the blocks of a series; gives the number of values and of records.
fn blocks(
    open: &Open,
    series: u32,
    faults: &mut Vec<StoreError>,
) -> Result<(u64, u64), StoreError> {
    let mut spans: Option<Span> = None;
    let mut messages = BTreeMap::new();
    let mut records = 0;
    for pair in open.records.scan(&keys::series(Kind::Blocks, series)) {
        let (key, value) = pair?;
        records += 1;
        match days(&key, &value) {
            Ok(days) => spans = days.into_iter().chain(spans).reduce(Span::and),
            Err(error) => faults.push(error),
        }
        messages.insert(number(&key)?, key);
    }
    for (sequence, key) in messages {
        let message = keys::numbered(Kind::Message, sequence);
        faults.extend(exists(open, &key, &message, "its message").err());
    }
    let key = keys::series(Kind::Span, series);
    let told: Option<Span> = open.records.get(&key)?;
    if spans != told {
        faults.push(damaged(&key, "its blocks have another span"));
    }
    Ok((spans.map_or(0, Span::values), records))
}

/// The spans of the days of a record of blocks, each of which can be read.
fn days(key: &IVec, value: &IVec) -> Result<Vec<Span>, StoreError> {
    let (first, _) =
        keys::blocks_first_and_sequence(key).ok_or_else(|| damaged(key, "the key is short"))?;
    let days: Vec<(u8, &[u8])> = decode(key, value)?;
    let span = |(behind, bytes): (u8, &[u8])| {
        let block = Block::decode(bytes).map_err(|error| damaged(key, &error.to_string()))?;
        let values = u32::try_from(block.columns.len()).unwrap_or(u32::MAX);
        Ok(Span::of(
            Day::from_number(first.number().saturating_add(behind.into())),
            values,
        ))
    };
    days.into_iter().map(span).collect()
}

fn its_message(open: &Open, key: &[u8]) -> Result<(), StoreError> {
    let message = keys::numbered(Kind::Message, number(key)?);
    exists(open, key, &message, "its message")
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

/// Records that are read at once: some milliseconds.
const PAGE: usize = 1_000;

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use sled::Batch;

    use super::*;
    use crate::ingest::{Arrival, Ingest, Parcel};
    use crate::mailbox::MailId;
    use crate::market::calendar::UtcTime;
    use crate::store::disk::RealDisk;
    use crate::store::{self, Store};

    /// A database with a day of values, a cancelled message, its cancellation, and a quarantine
    /// entry.
    fn filled() -> tempfile::TempDir {
        let home = tempfile::tempdir().unwrap();
        let (store, archive) = store::open(home.path(), 1 << 20).unwrap();
        let store: Arc<dyn Store> = Arc::new(store);
        let ingest = Ingest::start(Arc::clone(&store), Arc::new(archive)).unwrap();
        let runtime = tokio::runtime::Runtime::new().unwrap();
        let mails = crate::sample::demo(Day::from_number(20_780), 1);
        for (number, mail) in mails.into_iter().enumerate() {
            let arrival = Arrival {
                mailbox: "m".to_owned(),
                folder: String::new(),
                id: MailId::Maildir {
                    name: number.to_string(),
                },
                at: UtcTime::from_seconds(1_800_000_000),
            };
            let taken_in = ingest.take_in(arrival, Parcel::Mail(mail.bytes));
            runtime.block_on(taken_in).unwrap();
        }
        drop(ingest);
        while Arc::strong_count(&store) > 1 {
            std::thread::yield_now();
        }
        home
    }

    fn faults(database: &Database) -> Vec<String> {
        let mut faults = Vec::new();
        let mut found = |error: StoreError| faults.push(error.to_string());
        verify(database, &mut found, &mut |_| Ok(())).unwrap();
        faults
    }

    #[test]
    fn a_record_that_is_gone_or_garbled_is_missed_whatever_it_is() {
        let home = filled();
        let path = home.path().join("sled");
        let database = Database::open(path, 1 << 20, Box::new(RealDisk)).unwrap();
        assert_eq!(faults(&database), Vec::<String>::new());
        let change = |key: &[u8], value: Option<&[u8]>| {
            let mut batch = Batch::default();
            match value {
                Some(value) => batch.insert(key, value),
                None => batch.remove(key),
            }
            let apply = |open: &Open| {
                open.records.apply(batch).unwrap();
                Ok(())
            };
            database.read(apply).unwrap();
        };
        for kind in [
            Kind::Blocks,
            Kind::Cancellation,
            Kind::Document,
            Kind::Interchange,
            Kind::Mail,
            Kind::Message,
            Kind::Reference,
            Kind::Series,
            Kind::Span,
        ] {
            let first = |open: &Open| open.records.scan(&keys::prefix(kind)).next().unwrap();
            let (key, value) = database.read(first).unwrap();
            change(&key, None);
            assert!(!faults(&database).is_empty(), "{kind:?} is gone");
            change(&key, Some(&[77]));
            assert!(!faults(&database).is_empty(), "{kind:?} is garbled");
            change(&key, Some(&value));
        }
        // Nothing leads to these: they can be garbled, and are not missed.
        for kind in [Kind::Quarantine, Kind::Settled] {
            let first = |open: &Open| open.records.scan(&keys::prefix(kind)).next().unwrap();
            let (key, value) = database.read(first).unwrap();
            change(&key, Some(&[77]));
            assert!(!faults(&database).is_empty(), "{kind:?} is garbled");
            change(&key, Some(&value));
        }
        assert_eq!(faults(&database), Vec::<String>::new());
    }
}
