//! What every store must do: the same tests for each backend.

use std::collections::{BTreeSet, HashSet};
use std::path::Path;

use mscons_gateway::extract::Head;
use mscons_gateway::mailbox::{Listing, MailId, Mark, Outcome};
use mscons_gateway::market::calendar::{Day, UtcTime};
use mscons_gateway::market::quantity::Decimal;
use mscons_gateway::series::{Block, Columns, Key, Kind, Label, Labels, Row, Value};
use mscons_gateway::store::archive::ArchivePlace;
use mscons_gateway::store::data_dir::DataDir;
use mscons_gateway::store::ledger::{
    Batch, Hash, InterchangeRecord, MailRecord, MailSlot, MessageRecord, MessageReference,
    NewBlock, NewInterchange, NewMessage, NewQuarantine, QuarantineRecord,
};
use mscons_gateway::store::sled::SledStore;
use mscons_gateway::store::{Store, StoreError};
use proptest::prelude::*;

mod crash;

/// Opens a backend in a data directory.
type Open = fn(&Path) -> Result<Box<dyn Store>, StoreError>;

fn open_sled(path: &Path) -> Result<Box<dyn Store>, StoreError> {
    let data_dir = DataDir::open(path)?;
    Ok(Box::new(SledStore::open(&data_dir, 1 << 20)?))
}

/// A data directory and the backend in it.
struct House {
    home: tempfile::TempDir,
    open: Open,
}

impl House {
    fn new(open: Open) -> Self {
        let home = tempfile::tempdir().unwrap();
        Self { home, open }
    }

    fn store(&self) -> Box<dyn Store> {
        (self.open)(self.home.path()).unwrap()
    }

    /// Lets the store answer now, and again after it was closed and opened.
    fn both(&self, store: Box<dyn Store>, check: impl Fn(&dyn Store)) {
        check(&*store);
        store.flush().unwrap();
        drop(store);
        check(&*self.store());
    }
}

macro_rules! conformance {
    ($($test:ident)*) => {
        mod sled {
            $(#[test]
            fn $test() {
                super::$test(&super::House::new(super::open_sled));
            })*
        }
    };
}

conformance! {
    everything_of_a_mail_is_there_at_once_and_after_a_restart
    mails_and_messages_come_newest_first_in_pages
    a_number_is_never_given_twice
    an_interchange_that_comes_again_is_counted_and_changes_nothing
    another_try_names_the_known_mail_and_resolves_the_entry
    quarantine_is_listed_until_it_is_removed
    a_large_entry_of_quarantine_comes_back
    pop3_and_maildir_mails_stay_settled_and_files_never_are
    settled_mails_that_are_listed_no_more_are_forgotten
    a_cursor_moves_with_what_is_settled
    another_uidvalidity_begins_a_new_cursor
    the_span_of_a_series_grows_with_its_blocks
    series_are_listed_by_key_and_keep_their_numbers
    blocks_come_for_the_days_that_are_asked_for
    a_large_day_comes_back
    a_message_without_a_number_cannot_be_cancelled
    a_cancellation_counts_whichever_came_first
    totals_equal_a_recount
    a_compacted_store_has_every_record_and_goes_on
}

fn everything_of_a_mail_is_there_at_once_and_after_a_restart(house: &House) {
    let store = house.store();
    let sent = mail(1, vec![message("D1", 100), message("D2", 100)]);
    let known = mail_of(&sent);
    store.apply(&sent, 0).unwrap();
    house.both(store, |store| {
        assert_eq!(store.mail(0).unwrap(), Some(known.clone()));
        let interchange = store.interchange(&hash(1)).unwrap().unwrap();
        assert_eq!(interchange.place, place(1));
        assert_eq!(interchange.mail, 0);
        for (sequence, sent) in (1..).zip(&sent.interchanges[0].messages) {
            let expected = MessageRecord {
                mail: 0,
                ..sent.record.clone()
            };
            assert_eq!(store.message(sequence).unwrap(), Some(expected));
            let by_reference = store.message_by_reference(&sent.record.reference).unwrap();
            assert_eq!(by_reference, Some(sequence));
        }
        assert_eq!(store.message(0).unwrap(), None);
        assert_eq!(store.mail(1).unwrap(), None);
        assert_eq!(store.interchange(&hash(2)).unwrap(), None);
        assert_eq!(speakers(store, 0, None), [1, 2]);
    });
}

fn mails_and_messages_come_newest_first_in_pages(house: &House) {
    let store = house.store();
    for number in 0..5 {
        store
            .apply(&mail(number, vec![message("D", 0)]), number * 2)
            .unwrap();
    }
    house.both(store, |store| {
        let mails = |below, limit| numbers(&store.mails(below, limit).unwrap());
        assert_eq!(mails(u64::MAX, 2), [8, 6]);
        assert_eq!(mails(6, 9), [4, 2, 0]);
        assert!(mails(0, 9).is_empty());
        let messages = |below, limit| numbers(&store.messages(below, limit).unwrap());
        assert_eq!(messages(u64::MAX, 2), [9, 7]);
        assert_eq!(messages(7, 9), [5, 3, 1]);
        let interchanges = |below, limit| {
            let page = store.interchanges(below, limit).unwrap();
            page.iter()
                .map(|(number, hash, _)| (*number, *hash))
                .collect::<Vec<_>>()
        };
        assert_eq!(interchanges(u64::MAX, 2), [(8, hash(4)), (6, hash(3))]);
        assert_eq!(interchanges(4, 9), [(2, hash(1)), (0, hash(0))]);
        assert!(interchanges(0, 9).is_empty());
    });
}

fn a_number_is_never_given_twice(house: &House) {
    let store = house.store();
    assert_eq!(store.next_sequence().unwrap(), 0);
    store.apply(&mail(1, vec![message("D", 0)]), 10).unwrap();
    for taken in [0, 10, 11] {
        store.apply(&mail(2, vec![]), taken).unwrap_err();
    }
    house.both(store, |store| {
        assert_eq!(store.next_sequence().unwrap(), 12);
        assert_eq!(numbers(&store.mails(u64::MAX, 9).unwrap()), [10]);
    });
}

fn an_interchange_that_comes_again_is_counted_and_changes_nothing(house: &House) {
    let store = house.store();
    store.apply(&mail(1, vec![message("D", 0)]), 0).unwrap();
    let mut again = mail(2, vec![]);
    again.duplicates = vec![hash(1), hash(1), hash(99)];
    store.apply(&again, 2).unwrap();
    house.both(store, |store| {
        let interchange = store.interchange(&hash(1)).unwrap().unwrap();
        assert_eq!((interchange.duplicates, interchange.mail), (2, 0));
        assert_eq!(store.interchange(&hash(99)).unwrap(), None);
        assert_eq!(store.totals().unwrap().duplicates, 2);
        assert_eq!(speakers(store, 0, None), [1]);
    });
}

fn another_try_names_the_known_mail_and_resolves_the_entry(house: &House) {
    let store = house.store();
    let mut first = mail(1, vec![]);
    first.quarantine.push(quarantined("a.edi"));
    store.apply(&first, 0).unwrap();
    let mut again = first.clone();
    again.mail = MailSlot::Known(0);
    again.interchanges[0].messages = vec![message("D", 0)];
    again.quarantine.clear();
    again.resolves = vec![0, 0, 7];
    store.apply(&again, 1).unwrap();
    house.both(store, |store| {
        assert_eq!(store.mail(0).unwrap(), Some(mail_of(&first)));
        assert_eq!(store.message(2).unwrap().unwrap().mail, 0);
        assert_eq!(store.interchange(&hash(1)).unwrap().unwrap().mail, 0);
        assert_eq!(store.quarantine().unwrap(), []);
        let totals = store.totals().unwrap();
        assert_eq!((totals.mails, totals.interchanges), (1, 1));
        assert_eq!((totals.messages, totals.quarantine), (1, 0));
    });
}

fn quarantine_is_listed_until_it_is_removed(house: &House) {
    let store = house.store();
    let mut sent = mail(1, vec![]);
    sent.quarantine = vec![quarantined("a.edi"), quarantined("b.edi")];
    store.apply(&sent, 5).unwrap();
    assert!(store.remove_from_quarantine(0).unwrap());
    assert!(!store.remove_from_quarantine(0).unwrap());
    house.both(store, |store| {
        let entries = store.quarantine().unwrap();
        assert_eq!(numbers(&entries), [1]);
        let expected = QuarantineRecord {
            mail: 5,
            ..quarantined("b.edi").record
        };
        assert_eq!(entries[0].1, expected);
        assert_eq!(store.totals().unwrap().quarantine, 1);
        assert_eq!(store.next_sequence().unwrap(), 6);
    });
}

fn a_large_entry_of_quarantine_comes_back(house: &House) {
    let store = house.store();
    let mut sent = mail(1, vec![]);
    let mut entry = quarantined("a.edi");
    entry.record.reasons = vec!["segment 7: no number".to_owned(); 20_000];
    sent.quarantine = vec![entry.clone()];
    store.apply(&sent, 0).unwrap();
    house.both(store, |store| {
        assert_eq!(
            store.quarantine().unwrap()[0].1.reasons,
            entry.record.reasons
        );
    });
    let store = house.store();
    assert!(store.remove_from_quarantine(0).unwrap());
    assert_eq!(store.quarantine().unwrap(), []);
}

fn pop3_and_maildir_mails_stay_settled_and_files_never_are(house: &House) {
    let store = house.store();
    let pop3 = MailId::Pop3 {
        uidl: "1".to_owned(),
    };
    let maildir = MailId::Maildir {
        name: "1".to_owned(),
    };
    let file = MailId::File {
        path: "1".to_owned(),
    };
    settle(&*store, "", vec![pop3.clone(), file.clone()]);
    house.both(store, |store| {
        let ids = [maildir.clone(), pop3.clone(), file.clone()];
        assert_eq!(store.settled("m", &ids).unwrap(), [false, true, false]);
        assert_eq!(store.settled("other", &ids).unwrap(), [false; 3]);
    });
}

fn settled_mails_that_are_listed_no_more_are_forgotten(house: &House) {
    let id = |uidl: &str| MailId::Pop3 {
        uidl: uidl.to_owned(),
    };
    let ids = vec![id("kept"), id("gone")];
    let store = house.store();
    settle(&*store, "", ids.clone());
    let apply = |batch: &Batch| {
        let sequence = store.next_sequence().unwrap();
        store.apply(batch, sequence).unwrap();
    };
    let mut others = Batch::of_mailbox("other", "");
    others.settles.clone_from(&ids);
    apply(&others);
    let mut listing = Listing::default();
    listing.add(&id("kept"));
    let unlisted = store.unlisted("m", &listing.complete().unwrap()).unwrap();
    assert_eq!(unlisted, [Mark::of(&id("gone")).unwrap()]);
    let mut batch = Batch::of_mailbox("m", "");
    batch.forgets = unlisted;
    apply(&batch);
    house.both(store, |store| {
        assert_eq!(store.settled("m", &ids).unwrap(), [true, false]);
        assert_eq!(store.settled("other", &ids).unwrap(), [true, true]);
    });
}

fn a_cursor_moves_with_what_is_settled(house: &House) {
    let store = house.store();
    assert_eq!(store.cursor("m", "INBOX").unwrap(), None);
    settle(&*store, "INBOX", vec![imap(7, 4), imap(7, 2)]);
    settle(&*store, "INBOX", vec![imap(7, 1)]);
    house.both(store, |store| {
        let cursor = store.cursor("m", "INBOX").unwrap().unwrap();
        assert_eq!((cursor.validity, cursor.next), (7, 5));
        assert_eq!(cursor.open().collect::<Vec<_>>(), [3]);
        assert_eq!(store.cursor("m", "Done").unwrap(), None);
        assert_eq!(store.cursor("other", "INBOX").unwrap(), None);
        assert_eq!(store.totals().unwrap().mails, 0);
    });
}

fn another_uidvalidity_begins_a_new_cursor(house: &House) {
    let store = house.store();
    settle(&*store, "INBOX", vec![imap(7, 1), imap(7, 2)]);
    settle(&*store, "INBOX", vec![imap(8, 1)]);
    house.both(store, |store| {
        let cursor = store.cursor("m", "INBOX").unwrap().unwrap();
        assert_eq!((cursor.validity, cursor.next), (8, 2));
    });
}

fn the_span_of_a_series_grows_with_its_blocks(house: &House) {
    let store = house.store();
    for (number, days) in [(0, vec![20, 21]), (1, vec![-3]), (2, vec![5])] {
        let mut said = message("D", 0);
        said.blocks = days.into_iter().map(|day| block("a", day, 0)).collect();
        store.apply(&mail(number, vec![said]), number * 2).unwrap();
    }
    house.both(store, |store| {
        let series = store.series().unwrap();
        assert_eq!(series.len(), 1);
        let span = (series[0].first.number(), series[0].last.number());
        assert_eq!((span, series[0].values), ((-3, 21), 4));
    });
}

fn series_are_listed_by_key_and_keep_their_numbers(house: &House) {
    let store = house.store();
    for (number, location) in (0..).zip(["b", "c", "a"]) {
        let said = NewMessage {
            blocks: vec![block(location, 1, 0)],
            ..message("D", 0)
        };
        store.apply(&mail(number, vec![said]), number * 2).unwrap();
    }
    house.both(store, |store| {
        let series = store.series().unwrap();
        let listed: Vec<_> = series
            .iter()
            .map(|series| (series.key.location.as_str(), series.id))
            .collect();
        assert_eq!(listed, [("a", 2), ("b", 0), ("c", 1)]);
        for series in &series {
            let first = 2 * u64::from(series.id) + 1;
            assert_eq!(speakers(store, series.id, None), [first]);
        }
    });
}

fn blocks_come_for_the_days_that_are_asked_for(house: &House) {
    let store = house.store();
    let days = |days: std::ops::Range<i32>| NewMessage {
        blocks: days.map(|day| block("a", day, 0)).collect(),
        ..message("D", 0)
    };
    store.apply(&mail(0, vec![days(-40..60)]), 0).unwrap();
    store.apply(&mail(1, vec![days(30..31)]), 2).unwrap();
    house.both(store, |store| {
        for (from, to) in [(-40, 60), (30, 31), (29, 30), (-8, -7), (5, 5), (60, 90)] {
            let blocks = store
                .blocks(0, Day::from_number(from)..Day::from_number(to), None)
                .unwrap();
            let mut found: Vec<_> = blocks
                .iter()
                .map(|spoken| (first_start(&spoken.block) / 86_400, spoken.sequence))
                .collect();
            found.sort_unstable();
            let mut expected: Vec<_> = (from.max(-40)..to.min(60))
                .map(|day| (i64::from(day), 1))
                .collect();
            expected.extend((from..to).contains(&30).then_some((30, 3)));
            expected.sort_unstable();
            assert_eq!(found, expected, "{from}..{to}");
        }
    });
}

fn a_large_day_comes_back(house: &House) {
    let store = house.store();
    let rows = 80_000;
    let bytes = encoded(0, 0, rows);
    assert!(bytes.len() > 20_000, "{}", bytes.len());
    let said = NewMessage {
        blocks: vec![NewBlock {
            bytes,
            values: u32::try_from(rows).unwrap(),
            ..block("a", 0, 0)
        }],
        ..message("D", 0)
    };
    store.apply(&mail(0, vec![said]), 0).unwrap();
    house.both(store, |store| {
        let blocks = store
            .blocks(0, Day::from_number(0)..Day::from_number(1), None)
            .unwrap();
        assert_eq!(blocks[0].block.columns.len(), rows);
    });
}

fn a_message_without_a_number_cannot_be_cancelled(house: &House) {
    let store = house.store();
    let batch = mail(0, vec![message("", 0), cancellation("", 0)]);
    store.apply(&batch, 0).unwrap();
    house.both(store, |store| {
        assert_eq!(speakers(store, 0, None), [1]);
    });
}

/// A message of the model: its mail, whether it cancels, document and arrival.
#[derive(Clone, Debug)]
struct Said {
    starts_mail: bool,
    cancels: bool,
    document: u8,
    arrived: i64,
}

fn said() -> impl Strategy<Value = Said> {
    (any::<bool>(), any::<bool>(), 0_u8..3, 0_i64..4).prop_map(
        |(starts_mail, cancels, document, arrived)| Said {
            starts_mail,
            cancels,
            document,
            arrived,
        },
    )
}

fn a_cancellation_counts_whichever_came_first(house: &House) {
    let cases = proptest::collection::vec(said(), 1..12);
    let mut runner = proptest::test_runner::TestRunner::new(ProptestConfig {
        cases: 24,
        failure_persistence: None,
        ..ProptestConfig::default()
    });
    runner
        .run(&cases, |case| {
            let house = House::new(house.open);
            let store = house.store();
            let numbered = apply_model(&*store, &case);
            house.both(store, |store| check_model(store, &numbered));
            Ok(())
        })
        .unwrap();
}

/// Applies messages in mails; gives the sequence of each.
fn apply_model(store: &dyn Store, case: &[Said]) -> Vec<(u64, Said)> {
    let mut mails: Vec<Vec<Said>> = Vec::new();
    for said in case {
        match mails.last_mut() {
            Some(mail) if !said.starts_mail => mail.push(said.clone()),
            Some(_) | None => mails.push(vec![said.clone()]),
        }
    }
    let mut numbered = Vec::new();
    for (number, said) in (0..).zip(mails) {
        let sequence = store.next_sequence().unwrap();
        let messages = said.iter().map(|said| {
            let document = said.document.to_string();
            if said.cancels {
                cancellation(&document, said.arrived)
            } else {
                message(&document, said.arrived)
            }
        });
        store
            .apply(&mail(number, messages.collect()), sequence)
            .unwrap();
        numbered.extend((sequence + 1..).zip(said));
    }
    numbered
}

fn check_model(store: &dyn Store, numbered: &[(u64, Said)]) {
    for as_of in [None, Some(0), Some(1), Some(2), Some(3)] {
        let is_known = |said: &Said| as_of.is_none_or(|as_of| said.arrived <= as_of);
        let cancelling = |original: &Said| {
            numbered
                .iter()
                .filter(|(_, said)| said.cancels && said.document == original.document)
                .filter(|(_, said)| is_known(said))
                .min_by_key(|(sequence, said)| (said.arrived, *sequence))
                .map(|(sequence, _)| *sequence)
        };
        let originals = numbered.iter().filter(|(_, said)| !said.cancels);
        let expected: Vec<u64> = originals
            .clone()
            .filter(|(_, said)| is_known(said) && cancelling(said).is_none())
            .map(|(sequence, _)| *sequence)
            .collect();
        let found = if store.series().unwrap().is_empty() {
            Vec::new()
        } else {
            speakers(store, 0, as_of.map(UtcTime::from_seconds))
        };
        assert_eq!(found, expected, "{as_of:?}");
        if as_of.is_none() {
            for (sequence, said) in originals {
                let record = store.message(*sequence).unwrap().unwrap();
                assert_eq!(record.cancelled_by, cancelling(said));
            }
        }
    }
}

fn totals_equal_a_recount(house: &House) {
    let store = house.store();
    for number in 0..6 {
        let mut sent = mail(
            number,
            vec![message("D", 0), cancellation(&number.to_string(), 0)],
        );
        sent.quarantine.push(quarantined("a.edi"));
        sent.duplicates = (0..number).map(hash).collect();
        store.apply(&sent, store.next_sequence().unwrap()).unwrap();
    }
    store.remove_from_quarantine(3).unwrap();
    house.both(store, recount);
}

fn a_compacted_store_has_every_record_and_goes_on(house: &House) {
    let store = house.store();
    let send = |store: &dyn Store, number: u64| {
        let arrived = i64::try_from(number).unwrap();
        let document = (number / 2).to_string();
        let days = |days: std::ops::Range<i32>| NewMessage {
            blocks: days.map(|day| block("b", day, arrived)).collect(),
            ..message(&number.to_string(), arrived)
        };
        let first = i32::try_from(number).unwrap() * 3 - 50;
        let messages = vec![
            message("D", arrived),
            cancellation(&document, arrived),
            days(first..first + 40),
        ];
        let mut sent = mail(number, messages);
        sent.duplicates = (0..number).map(hash).collect();
        store.apply(&sent, store.next_sequence().unwrap()).unwrap();
    };
    for number in 0..40 {
        send(&*store, number);
    }
    let before = everything(&*store);
    let mut told = 0;
    let compacted = store.compact(&mut |done, of| {
        assert!(done <= of);
        told += 1;
        Ok(())
    });
    let compacted = compacted.unwrap();
    assert!(0 < compacted.bytes_after && 0 < compacted.bytes_before);
    assert_eq!(everything(&*store), before);
    // Nothing is lost of what comes then, nor of a compaction that somebody gives up.
    send(&*store, 40);
    store.flush().unwrap();
    let before = everything(&*store);
    let given_up = |_: u64, _: u64| Err(std::io::Error::other("given up"));
    if told > 0 {
        store.compact(&mut { given_up }).unwrap_err();
    }
    house.both(store, |store| {
        assert_eq!(everything(store), before);
        store
            .verify(&mut |fault| panic!("{fault}"), &mut |_| Ok(()))
            .unwrap();
    });
}

/// Everything that can be read, as text: mails, messages, and what was said of each series, as it was
/// known at different times.
fn everything(store: &dyn Store) -> Vec<String> {
    let mut all = vec![
        format!("{:?}", store.mails(u64::MAX, usize::MAX).unwrap()),
        format!("{:?}", store.messages(u64::MAX, usize::MAX).unwrap()),
        format!("{:?}", store.interchanges(u64::MAX, usize::MAX).unwrap()),
        format!("{:?}", store.series().unwrap()),
    ];
    let days = Day::from_number(-100)..Day::from_number(10_000);
    for series in store.series().unwrap() {
        for as_of in [None, Some(0), Some(1), Some(20)] {
            let as_of = as_of.map(UtcTime::from_seconds);
            let spoken = store.blocks(series.id, days.clone(), as_of).unwrap();
            let mut rows: Vec<String> = Vec::new();
            for said in spoken {
                let (sequence, block) = (said.sequence, &said.block);
                rows.extend(block.columns.rows().map(|row| {
                    let label = block.labels.get(row.label);
                    let when = (block.version, block.document_date, block.arrived);
                    format!(
                        "{sequence} {when:?} {:?} {:?} {:?} {label:?}",
                        row.start, row.end, row.value
                    )
                }));
            }
            rows.sort();
            all.extend(rows);
        }
    }
    all
}

/// Counts everything by reading it, and compares.
fn recount(store: &dyn Store) {
    let mails = store.mails(u64::MAX, usize::MAX).unwrap();
    let messages = store.messages(u64::MAX, usize::MAX).unwrap();
    let hashes: HashSet<Hash> = mails
        .iter()
        .flat_map(|(_, mail)| mail.interchanges.clone())
        .collect();
    let interchanges: Vec<_> = hashes
        .iter()
        .filter_map(|hash| store.interchange(hash).unwrap())
        .collect();
    let series = store.series().unwrap();
    let totals = store.totals().unwrap();
    let count = |length: usize| u64::try_from(length).unwrap();
    assert_eq!(totals.mails, count(mails.len()));
    assert_eq!(totals.messages, count(messages.len()));
    assert_eq!(totals.interchanges, count(interchanges.len()));
    assert_eq!(totals.series, count(series.len()));
    assert_eq!(totals.quarantine, count(store.quarantine().unwrap().len()));
    let duplicates = interchanges.iter().map(|known| u64::from(known.duplicates));
    assert_eq!(totals.duplicates, duplicates.sum::<u64>());
    let values = messages.iter().map(|(_, message)| message.values);
    assert_eq!(totals.values, values.sum::<u64>());
    let values = series.iter().map(|series| series.values);
    assert_eq!(totals.values, values.sum::<u64>());
    assert!(totals.database_bytes > 0);
}

fn numbers<T>(records: &[(u64, T)]) -> Vec<u64> {
    records.iter().map(|(number, _)| *number).collect()
}

/// Sequences of the messages that speak of a series, in order, each once.
fn speakers(store: &dyn Store, series: u32, as_of: Option<UtcTime>) -> Vec<u64> {
    let days = Day::from_number(-100)..Day::from_number(10_000);
    let blocks = store.blocks(series, days, as_of).unwrap();
    let sequences: BTreeSet<u64> = blocks.iter().map(|spoken| spoken.sequence).collect();
    sequences.into_iter().collect()
}

fn settle(store: &dyn Store, folder: &str, ids: Vec<MailId>) {
    let mut batch = Batch::of_mailbox("m", folder);
    batch.settles = ids;
    store.apply(&batch, store.next_sequence().unwrap()).unwrap();
}

fn imap(validity: u32, uid: u32) -> MailId {
    MailId::Imap { validity, uid }
}

/// A mail with one interchange; `number` is in its hash, its place and its references.
fn mail(number: u64, messages: Vec<NewMessage>) -> Batch {
    let reference = |(at, new): (usize, NewMessage)| NewMessage {
        record: MessageRecord {
            interchange: hash(number),
            reference: MessageReference {
                interchange: number.to_string(),
                message: at.to_string(),
                ..new.record.reference
            },
            ..new.record
        },
        ..new
    };
    let messages: Vec<_> = messages.into_iter().enumerate().map(reference).collect();
    let uidl = MailId::Pop3 {
        uidl: number.to_string(),
    };
    let mut batch = Batch::of_mailbox("m", "");
    batch.mail = MailSlot::New(Box::new(MailRecord {
        mailbox: "m".to_owned(),
        folder: String::new(),
        id: uidl.clone(),
        arrived: 0,
        size_bytes: 12_280,
        head: Head::default(),
        interchanges: vec![hash(number)],
        outcome: Outcome::Stored,
    }));
    batch.settles = vec![uidl];
    batch.interchanges = vec![NewInterchange {
        hash: hash(number),
        record: InterchangeRecord {
            mail: 0,
            place: place(number),
            sender: "9905048000007".to_owned(),
            receiver: "9985046000001".to_owned(),
            reference: number.to_string(),
            application: "TL".to_owned(),
            duplicates: 0,
            findings: 0,
            barred: 0,
        },
        messages,
    }];
    batch
}

fn mail_of(batch: &Batch) -> MailRecord {
    match &batch.mail {
        MailSlot::New(mail) => mail.as_ref().clone(),
        MailSlot::Known(_) | MailSlot::None => panic!("the batch brings no mail"),
    }
}

/// A message with one block of one value, for day 1 of series `a`.
fn message(document: &str, arrived: i64) -> NewMessage {
    NewMessage {
        qualifiers: Vec::new(),
        reply: None,
        examined: None,
        asks: false,
        record: MessageRecord {
            interchange: hash(0),
            mail: 0,
            reference: MessageReference {
                sender: "9905048000007".to_owned(),
                receiver: "9985046000001".to_owned(),
                interchange: String::new(),
                message: String::new(),
            },
            kind: "MSCONS".to_owned(),
            version: "2.4c".to_owned(),
            document: document.to_owned(),
            pid: Some(13_018),
            document_date: Some(arrived),
            arrived,
            cancels: None,
            values: 1,
            offset_bytes: 40,
            length_bytes: 400,
            cancelled_by: None,
        },
        blocks: vec![block("a", 1, arrived)],
    }
}

fn cancellation(document: &str, arrived: i64) -> NewMessage {
    let original = message("", arrived);
    NewMessage {
        qualifiers: Vec::new(),
        reply: None,
        examined: None,
        asks: false,
        record: MessageRecord {
            document: "S".to_owned(),
            cancels: Some(document.to_owned()),
            values: 0,
            ..original.record
        },
        blocks: Vec::new(),
    }
}

fn quarantined(name: &str) -> NewQuarantine {
    NewQuarantine {
        record: QuarantineRecord {
            mail: 0,
            arrived: 7,
            mailbox: "m".to_owned(),
            name: name.to_owned(),
            messages: vec!["1".to_owned()],
            reasons: vec!["byte 7: no number".to_owned()],
            place: Some(place(1)),
        },
    }
}

fn block(location: &str, day: i32, arrived: i64) -> NewBlock {
    NewBlock {
        key: Key {
            location: location.to_owned(),
            device: None,
            obis: "1-1:1.29.0".to_owned(),
            kind: Kind::Interval,
            unit: Some("KWH".to_owned()),
        },
        day: Day::from_number(day),
        bytes: encoded(day, arrived, 1),
        values: 1,
    }
}

/// A block of so many quarter hours from 12:00 UTC of a day on.
fn encoded(day: i32, arrived: i64, rows: usize) -> Vec<u8> {
    let mut columns = Columns::with_capacity(rows);
    let mut labels = Labels::default();
    let label = labels.intern(Label {
        qualifier: "220".into(),
        unit: None,
        status: Vec::new(),
    });
    let noon = i64::from(day) * 86_400 + 43_200;
    for row in (0_i64..).take(rows) {
        columns.push(Row {
            start: Some(UtcTime::from_seconds(noon + row)),
            end: Some(UtcTime::from_seconds(noon + row + 1)),
            value: Value::Number(Decimal::new(row * 7_919 % 100_003, 3).unwrap()),
            label,
        });
    }
    let block = Block {
        version: None,
        document_date: UtcTime::from_seconds(arrived),
        arrived: UtcTime::from_seconds(arrived),
        columns,
        labels,
    };
    block.encode()
}

fn first_start(block: &Block) -> i64 {
    block.columns.row(0).unwrap().start.unwrap().seconds() - 43_200
}

fn hash(number: u64) -> Hash {
    let mut hash = [7; 32];
    hash[..8].copy_from_slice(&number.to_be_bytes());
    hash
}

fn place(number: u64) -> ArchivePlace {
    ArchivePlace {
        segment: 1,
        offset: number * 100,
    }
}
