//! Reads all records, and compares what must agree.
//!
//! Mails may come in meanwhile: records are read some at a time, so that no mail waits long, and
//! what is compared is read at once.

mod check;

use std::collections::{BTreeSet, HashMap};
use std::io;
use std::ops::Range;

use sled::IVec;

use crate::mailbox::Cursor;
use crate::series::Block;
use crate::series::block::sheaf::{self, Piece};
use crate::store::StoreError;
use crate::store::keys::{self, Kind};
use crate::store::sled::blocks::{self, Stretch};
use crate::store::sled::database::{Database, Open};
use crate::store::sled::index::Counts;
use crate::store::sled::records::{body, damaged, decode};
use crate::store::sled::spans::{self, Span};

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
        messages: Vec::new(),
    };
    let _unmerged = database.without_merging();
    let before = walk.counts();
    let mut counted = walk.letters()?;
    walk.pages(Kind::Names, NAMES, &mut |open, key, value| {
        check::names(open, key, value)
    })?;
    walk.through(Kind::Again, check::again)?;
    walk.through(Kind::Examined, check::examined)?;
    walk.through(Kind::Reference, check::reference)?;
    walk.through(Kind::Cancellation, check::cancellation)?;
    walk.through(Kind::Cancelled, check::cancelled)?;
    walk.phrases()?;
    walk.through(Kind::Quarantine, check::quarantine)?;
    walk.through(Kind::Settled, |_, key, value| decode(key, value))?;
    walk.through(Kind::Outbox, check::outbox)?;
    walk.through(Kind::Undone, check::undone)?;
    walk.through(Kind::Sent, check::sent)?;
    walk.through(Kind::Answer, check::answer)?;
    walk.through(Kind::Asked, check::asked)?;
    walk.through(Kind::Request, check::request)?;
    walk.through(Kind::Reply, check::reply)?;
    walk.through(Kind::Rejected, check::rejected)?;
    walk.through(Kind::Cursor, |_, key, value| {
        decode::<Cursor>(key, value).map(drop)
    })?;
    let series = walk.through(Kind::Series, check::identity)?;
    counted.next_series = u32::try_from(series).unwrap_or(u32::MAX);
    walk.through(Kind::Spans, check::spans)?;
    walk.through(Kind::Run, |open, key, value| {
        open.index.blocks.check_run(&open.records, key, value)
    })?;
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
    /// Numbers of all messages: ranges in order.
    messages: Vec<Range<u64>>,
}

/// Whether a record is as it should be.
type Check = fn(&Open, &[u8], &[u8]) -> Result<(), StoreError>;

/// The same, for a check that notes what it sees.
type Noting<'a> = dyn FnMut(&Open, &IVec, &IVec) -> Result<(), StoreError> + 'a;

impl Walk<'_> {
    /// Checks all letters; gives the numbers of mails, interchanges and messages.
    fn letters(&mut self) -> io::Result<Counts> {
        let mut counts = Counts::default();
        let mut messages = Vec::new();
        let mut check = |open: &Open, key: &IVec, value: &IVec| {
            for letter in open
                .letters()
                .bundled(key.clone(), value.clone(), u64::MAX)?
            {
                let letter = letter?;
                counts.mails += u64::from(letter.mail.is_some());
                for one in letter
                    .interchanges
                    .iter()
                    .filter(|one| !one.messages.is_empty())
                {
                    let behind = one.first + one.messages.len() as u64;
                    messages.push(one.first..behind);
                    counts.messages += behind - one.first;
                }
                counts.interchanges += check::letter(open, key, &letter)?;
            }
            Ok(())
        };
        self.pages(Kind::Letters, LETTERS, &mut check)?;
        self.messages = messages;
        Ok(counts)
    }

    /// Checks the phrases: the index has them from here.
    fn phrases(&mut self) -> io::Result<()> {
        let told = self.database.read(|open| Ok(open.index.phrases.count()));
        let found = self.through(Kind::Phrase, check::phrase)?;
        if told.is_ok_and(|told| found < u64::from(told)) {
            (self.found)(damaged(&keys::prefix(Kind::Phrase), "some are missing"));
        }
        Ok(())
    }

    /// Checks all records of a kind; gives their number.
    fn through(&mut self, kind: Kind, check: Check) -> io::Result<u64> {
        self.pages(kind, PAGE, &mut |open, key, value| check(open, key, value))
    }

    /// Checks all records of a kind, so many at once; gives their number.
    fn pages(&mut self, kind: Kind, size: usize, check: &mut Noting<'_>) -> io::Result<u64> {
        let mut from = keys::prefix(kind).to_vec();
        let mut number = 0;
        loop {
            let page = self.database.read(|open| {
                let records = open.records.range(from.clone(), keys::behind(kind));
                let mut faults = Vec::new();
                let mut last = None;
                let mut count = 0;
                for pair in records.take(size) {
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

    /// Checks all blocks, and the spans of the series by them; gives the number of values.
    fn blocks(&mut self) -> io::Result<u64> {
        let before = self.spans();
        let mut found: HashMap<u32, Span> = HashMap::new();
        let messages = std::mem::take(&mut self.messages);
        let mut note = |open: &Open, key: &[u8], series: u32, said: Vec<(u64, Span)>| {
            for (sequence, span) in said {
                let known = found.get(&series).copied();
                found.insert(series, known.map_or(span, |known| known.and(span)));
                let at = messages.partition_point(|range| range.end <= sequence);
                let is_known = messages
                    .get(at)
                    .is_some_and(|range| range.contains(&sequence));
                // What is not there came meanwhile, or is gone.
                if !is_known && open.letters().message(sequence)?.is_none() {
                    return Err(damaged(key, "its message is gone"));
                }
            }
            Ok(())
        };
        self.pages(Kind::Blocks, PAGES, &mut |open, key, value| {
            let stretches = blocks::stretches(key, value, |_| true)?;
            let blocks = &open.index.blocks;
            blocks.check_page(&open.records, key, &stretches)?;
            stretches
                .iter()
                .try_for_each(|stretch| note(open, key, stretch.at.series, said(stretch)?))
        })?;
        self.pages(Kind::Sheaf, SHEAVES, &mut |open, key, value| {
            let place = keys::sheaf_of(key).ok_or_else(|| damaged(key, "the key is short"))?;
            let pieces = sheaf::pieces(body(key, value)?);
            let pieces = pieces.map_err(|error| damaged(key, &error.to_string()))?;
            let span = |piece: Piece| (piece.sequence, Span::of(piece.day, rows(&piece.block)));
            note(open, key, place.0, pieces.into_iter().map(span).collect())
        })?;
        let after = self.spans();
        let all: BTreeSet<u32> = found.keys().chain(after.keys()).copied().collect();
        for series in all {
            let before = before.get(&series).copied();
            let is_told = match (found.get(&series), after.get(&series)) {
                (Some(counted), Some(told)) => counted.is_between(before, *told),
                (_, _) => false,
            };
            if !is_told {
                let key = keys::series(Kind::Series, series);
                (self.found)(damaged(&key, "its blocks have another span"));
            }
        }
        Ok(found.values().map(|span| span.values()).sum())
    }

    /// The spans of all series, by number, as the tree has them.
    fn spans(&mut self) -> HashMap<u32, Span> {
        let spans = self.database.read(|open| {
            let pages = open.records.scan(&keys::prefix(Kind::Spans)).map(|pair| {
                let (key, value) = pair?;
                let page = keys::series_number(&key);
                let page = page.ok_or_else(|| damaged(&key, "the key is short"))?;
                let spans: Vec<Span> = decode(&key, &value)?;
                Ok::<_, StoreError>(spans::ids(page).zip(spans))
            });
            // What cannot be read was told before.
            Ok(pages.filter_map(Result::ok).flatten().collect())
        });
        spans.unwrap_or_default()
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

/// The sequence and the spans of the days of a stretch, each of which can be read.
fn said(stretch: &Stretch) -> Result<Vec<(u64, Span)>, StoreError> {
    let blocks = stretch.blocks(|_| true)?.into_iter();
    let said = |(day, block)| (stretch.at.sequence, Span::of(day, rows(&block)));
    Ok(blocks.map(said).collect())
}

fn rows(block: &Block) -> u32 {
    u32::try_from(block.columns.len()).unwrap_or(u32::MAX)
}

/// Records that are read at once: some milliseconds.
const PAGE: usize = 1_000;
/// Records of letters that are read at once: a thousand mails as a rule.
const LETTERS: usize = 20;
/// Pages of names that are read at once: a thousand names, each with its letter.
const NAMES: usize = 2;
/// Pages of blocks that are read at once: some ten thousand values as a rule.
const PAGES: usize = 5;
/// Sheaves that are read at once: some ten thousand values as a rule.
const SHEAVES: usize = 20;

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use sled::Batch;

    use super::*;
    use crate::ingest::{Arrival, Ingest, Parcel};
    use crate::mailbox::MailId;
    use crate::market::calendar::Day;
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
            let taken_in = ingest.take_in(arrival, Parcel::Mail(mail.bytes.into()));
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
            Kind::Cancelled,
            Kind::Letters,
            Kind::Names,
            Kind::Phrase,
            Kind::Run,
            Kind::Series,
            Kind::Spans,
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
