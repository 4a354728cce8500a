//! Mails into the real store and out again: duplicates, conflicts, cancellations, quarantine,
//! replay, reindex.

use std::path::Path;
use std::sync::Arc;

use mscons_gateway::config::partner::{Partner, Validate};
use mscons_gateway::ingest::reindex::reindex;
use mscons_gateway::ingest::{Arrival, Ingest, Parcel, Validation};
use mscons_gateway::mailbox::{MailId, Outcome};
use mscons_gateway::market::calendar::{Day, UtcTime};
use mscons_gateway::query;
use mscons_gateway::sample;
use mscons_gateway::series::merge::Held;
use mscons_gateway::store::archive::Archive;
use mscons_gateway::store::data_dir::DataDir;
use mscons_gateway::store::ledger::{SeriesEntry, Totals};
use mscons_gateway::store::sled::Rebuild;
use mscons_gateway::store::{self, Store, read};
use proptest::prelude::*;

const CACHE: u64 = 8 << 20;

struct House {
    home: tempfile::TempDir,
    ingest: Ingest,
    runtime: tokio::runtime::Runtime,
    arrived: i64,
}

impl House {
    fn new() -> Self {
        Self::at(tempfile::tempdir().unwrap())
    }

    fn at(home: tempfile::TempDir) -> Self {
        let (store, archive) = store::open(home.path(), CACHE).unwrap();
        let ingest = Ingest::start(Arc::new(store), Arc::new(archive)).unwrap();
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .enable_all()
            .build()
            .unwrap();
        Self {
            home,
            ingest,
            runtime,
            arrived: 1_800_000_000,
        }
    }

    fn take_in(&mut self, parcel: Parcel) -> Outcome {
        self.arrived += 60;
        let id = MailId::Maildir {
            name: self.arrived.to_string(),
        };
        let (mailbox, folder) = ("test".to_owned(), String::new());
        let arrival = Arrival {
            mailbox,
            folder,
            id,
            at: UtcTime::from_seconds(self.arrived),
        };
        self.runtime
            .block_on(self.ingest.take_in(arrival, parcel))
            .unwrap()
    }

    fn edi(&mut self, text: &str) -> Outcome {
        self.take_in(Parcel::File(
            "test.edi".to_owned(),
            text.as_bytes().to_vec().into(),
        ))
    }

    fn store(&self) -> &dyn Store {
        &**self.ingest.store()
    }

    fn values(&self, location: &str, as_of: Option<i64>) -> Vec<String> {
        values(self.store(), location, as_of)
    }

    /// Closes everything, as at the end of the process.
    fn close(self) -> tempfile::TempDir {
        let Self {
            home,
            ingest,
            runtime,
            ..
        } = self;
        let store = Arc::downgrade(ingest.store());
        drop(ingest);
        drop(runtime);
        while store.strong_count() > 0 {
            std::thread::yield_now();
        }
        home
    }
}

fn values(store: &dyn Store, location: &str, as_of: Option<i64>) -> Vec<String> {
    let found = read::find(store, location).unwrap();
    let everything = |series: &SeriesEntry| {
        let (from, to) = (
            UtcTime::from_seconds(0),
            UtcTime::from_seconds(4_000_000_000),
        );
        read::values(store, series, from, to, as_of.map(UtcTime::from_seconds)).unwrap()
    };
    let text = |held: Held| held.value.map_or("-".to_owned(), |value| value.to_string());
    found.iter().flat_map(everything).map(text).collect()
}

const LOCATION: &str = "41373559241";

/// One interchange with one message: values of consecutive quarter hours.
fn interchange(reference: &str, document: &str, date: &str, quarters: &[(u32, &str)]) -> String {
    let values: Vec<String> = quarters
        .iter()
        .map(|(quarter, value)| {
            let at = |n: u32| format!("20261122{:02}{:02}?+00:303", n / 4, n % 4 * 15);
            format!(
                "QTY+220:{value}'DTM+163:{}'DTM+164:{}'",
                at(*quarter),
                at(quarter + 1)
            )
        })
        .collect();
    let values = values.concat();
    let count = 12 + 3 * quarters.len();
    format!(
        "UNA:+.? 'UNB+UNOC:3+9905048000007:500+9985046000001:500+261124:0815+{reference}++TL'\
         UNH+1+MSCONS:D:04B:UN:2.5'BGM+Z48+{document}+9'DTM+137:{date}?+00:303'RFF+Z13:13025'\
         NAD+MS+9905048000007::293'NAD+MR+9985046000001::293'UNS+D'NAD+DP'LOC+172+{LOCATION}'\
         LIN+1'PIA+5+1-1?:1.29.0:SRW'{values}UNT+{count}+1'UNZ+1+{reference}'"
    )
}

fn cancellation(reference: &str, document: &str) -> String {
    format!(
        "UNA:+.? 'UNB+UNOC:3+9905048000007:500+9985046000001:500+261124:0815+{reference}++EM'\
         UNH+1+MSCONS:D:04B:UN:2.5'BGM+Z48+C{reference}+1'DTM+137:202611250815?+00:303'\
         RFF+ACW:{document}'RFF+Z13:13006'NAD+MS+9905048000007::293'NAD+MR+9985046000001::293'\
         UNS+D'NAD+DP'LOC+172'UNT+11+1'UNZ+1+{reference}'"
    )
}

#[test]
fn the_same_bytes_again_have_no_effect() {
    let mut house = House::new();
    let text = interchange("R1", "D1", "202611240815", &[(0, "1.5"), (1, "2.5")]);
    assert_eq!(house.edi(&text), Outcome::Stored);
    assert_eq!(house.edi(&text), Outcome::Duplicate);
    let totals = house.store().totals().unwrap();
    assert_eq!(
        (
            totals.interchanges,
            totals.messages,
            totals.values,
            totals.duplicates
        ),
        (1, 1, 2, 1)
    );
    assert_eq!(house.values(LOCATION, None), ["1.5", "2.5"]);
}

#[test]
fn the_same_reference_with_other_bytes_is_a_conflict() {
    let mut house = House::new();
    house.edi(&interchange("R1", "D1", "202611240815", &[(0, "1.5")]));
    let other = interchange("R1", "D1", "202611240815", &[(0, "9.9")]);
    assert_eq!(house.edi(&other), Outcome::Quarantined);
    assert_eq!(house.values(LOCATION, None), ["1.5"]);
    let quarantine = house.store().quarantine().unwrap();
    assert!(
        quarantine[0].1.reasons[0].contains("other content"),
        "{:?}",
        quarantine[0].1.reasons
    );
    // The same conflict again is known, and still holds its mail back.
    assert_eq!(house.edi(&other), Outcome::Quarantined);
    assert_eq!(house.store().quarantine().unwrap().len(), 1);
}

#[test]
fn a_correction_wins_and_as_of_shows_what_was_known_before() {
    let mut house = House::new();
    house.edi(&interchange(
        "R1",
        "D1",
        "202611240815",
        &[(0, "1.5"), (1, "2.5")],
    ));
    let before = house.arrived;
    house.edi(&interchange("R2", "D2", "202611250815", &[(1, "7.5")]));
    assert_eq!(house.values(LOCATION, None), ["1.5", "7.5"]);
    assert_eq!(house.values(LOCATION, Some(before)), ["1.5", "2.5"]);
    // An older document that comes late loses.
    house.edi(&interchange(
        "R3",
        "D3",
        "202611230815",
        &[(0, "0.1"), (2, "3")],
    ));
    assert_eq!(house.values(LOCATION, None), ["1.5", "7.5", "3"]);
}

#[test]
fn a_cancellation_uncovers_what_was_before_even_if_it_comes_first() {
    for is_early in [false, true] {
        let mut house = House::new();
        house.edi(&interchange("R1", "D1", "202611240815", &[(0, "1.5")]));
        if is_early {
            assert_eq!(house.edi(&cancellation("R9", "D2")), Outcome::Stored);
        }
        house.edi(&interchange("R2", "D2", "202611250815", &[(0, "7.5")]));
        if !is_early {
            assert_eq!(house.values(LOCATION, None), ["7.5"]);
            house.edi(&cancellation("R9", "D2"));
        }
        assert_eq!(house.values(LOCATION, None), ["1.5"], "early: {is_early}");
    }
}

/// What changed between two times: quarter hour, old, new, difference, document.
fn changed(house: &House, then: i64, until: Option<i64>) -> Vec<String> {
    let series = read::find(house.store(), LOCATION).unwrap().remove(0);
    let at = UtcTime::from_seconds;
    let period = (at(0), at(4_000_000_000));
    let changes = query::changes(
        house.store(),
        &series,
        period,
        at(then),
        until.map(UtcTime::from_seconds),
    );
    let tell = |changed: &query::Changed| {
        let change = &changed.change;
        let value = |held: &Option<Held>| {
            let value = held.as_ref().and_then(|held| held.value);
            value.map_or("-".to_owned(), |value| value.to_string())
        };
        let difference = change.difference().map(|sum| sum.to_string());
        format!(
            "{} {} {} {} {}",
            change.interval().0.unwrap(),
            value(&change.before),
            value(&change.after),
            difference.unwrap_or_default(),
            changed.document
        )
    };
    changes.unwrap().iter().map(tell).collect()
}

#[test]
fn a_diff_names_corrections_late_arrivals_and_cancellations_with_their_message() {
    let mut house = House::new();
    house.edi(&interchange(
        "R1",
        "D1",
        "202611240815",
        &[(0, "1.5"), (1, "2.5")],
    ));
    let first = house.arrived;
    assert!(changed(&house, first, None).is_empty());
    house.edi(&interchange(
        "R2",
        "D2",
        "202611250815",
        &[(0, "1.50"), (1, "7.25")],
    ));
    let corrected = house.arrived;
    // It is older than what is known, and fills what was missing.
    house.edi(&interchange(
        "R3",
        "D3",
        "202611230815",
        &[(0, "0.1"), (2, "3")],
    ));
    let late = house.arrived;
    house.edi(&cancellation("R9", "D2"));
    house.edi(&cancellation("R8", "D3"));

    let correction = "2026-11-22T00:15:00Z 2.5 7.25 4.75 D2";
    let arrival = "2026-11-22T00:30:00Z - 3  D3";
    assert_eq!(changed(&house, first, Some(corrected)), [correction]);
    assert_eq!(changed(&house, first, Some(late)), [correction, arrival]);
    assert_eq!(
        changed(&house, late, None),
        [
            "2026-11-22T00:15:00Z 7.25 2.5 -4.75 CR9",
            "2026-11-22T00:30:00Z 3 -  CR8",
        ]
    );
    // Corrected and cancelled since: nothing is left of it.
    assert!(changed(&house, first, None).is_empty());
    assert_eq!(
        changed(&house, 0, Some(first)),
        [
            "2026-11-22T00:00:00Z - 1.5  D1",
            "2026-11-22T00:15:00Z - 2.5  D1",
        ]
    );
}

#[test]
fn a_bad_message_goes_to_quarantine_and_its_neighbours_go_on() {
    let mut house = House::new();
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("fixtures/broken/good_message_beside_a_bad_one.edi");
    let bytes = std::fs::read(path).unwrap();
    let outcome = house.take_in(Parcel::File("beside.edi".to_owned(), bytes.into()));
    assert_eq!(outcome, Outcome::Quarantined);
    assert_eq!(house.values(LOCATION, None), ["1.5"]);
    let (number, entry) = house.store().quarantine().unwrap().remove(0);
    assert_eq!(
        (entry.messages, entry.name.as_str()),
        (vec!["2".to_owned()], "beside.edi")
    );
    assert!(
        entry.reasons[0].contains("segment 12 of message 2"),
        "{}",
        entry.reasons[0]
    );
    // Tried again with the same rules, it stays, once, and nothing counts twice.
    assert_eq!(
        house.runtime.block_on(house.ingest.retry(number)).unwrap(),
        Outcome::Quarantined
    );
    let again = house.store().quarantine().unwrap();
    assert_eq!(again.len(), 1);
    assert_eq!(house.store().totals().unwrap().values, 1);
    house
        .runtime
        .block_on(house.ingest.drop_from_quarantine(again[0].0))
        .unwrap();
    assert!(house.store().quarantine().unwrap().is_empty());
}

#[test]
fn a_resent_file_adds_what_the_truncated_one_lacked() {
    let mut house = House::new();
    let one = interchange("R1", "D1", "202611240815", &[(0, "1.5")]);
    let whole = one.replace("UNZ+1", &(second_message() + "UNZ+2"));
    let cut = &whole[..whole.len() - 90];
    assert_eq!(house.edi(cut), Outcome::Quarantined);
    assert_eq!(house.values(LOCATION, None), ["1.5"]);
    assert_eq!(house.edi(&whole), Outcome::Stored);
    assert_eq!(house.values(LOCATION, None), ["1.5", "4.5"]);
}

#[test]
fn a_message_outside_of_any_interchange_is_kept_beside_those_inside() {
    let mut house = House::new();
    let good = interchange("R1", "D1", "202611240815", &[(0, "1.5")]);
    let text = format!("{}\r\n{good}", second_message());
    assert_eq!(house.edi(&text), Outcome::Quarantined);
    assert_eq!(house.values(LOCATION, None), ["1.5"]);
    let quarantine = house.store().quarantine().unwrap();
    assert!(quarantine[0].1.reasons[0].contains("outside of an interchange"));
}

fn second_message() -> String {
    let other = interchange("R1", "D2", "202611240815", &[(4, "4.5")]);
    let begin = other.find("UNH").unwrap();
    other[begin..other.find("UNZ").unwrap()]
        .replace("UNH+1", "UNH+2")
        .replace("UNT+15+1", "UNT+15+2")
}

#[test]
fn a_test_interchange_is_not_stored_as_values() {
    let mut house = House::new();
    let text =
        interchange("R1", "D1", "202611240815", &[(0, "1.5")]).replace("++TL'", "++TL++++1'");
    assert_eq!(house.edi(&text), Outcome::Quarantined);
    assert!(house.values(LOCATION, None).is_empty());
}

#[test]
fn a_mail_over_the_limit_is_shown_and_one_without_edifact_left_alone() {
    let mut house = House::new();
    assert_eq!(
        house.take_in(Parcel::TooLarge(99_000_000)),
        Outcome::TooLarge
    );
    assert!(house.store().quarantine().unwrap()[0].1.reasons[0].contains("99000000"));
    let mail = b"From: a@b.example\r\nSubject: Hallo\r\n\r\nkein Anhang\r\n".to_vec();
    assert_eq!(
        house.take_in(Parcel::Mail(mail.into())),
        Outcome::Irrelevant
    );
    assert_eq!(
        house.take_in(Parcel::Mail(Vec::new().into())),
        Outcome::Irrelevant
    );
}

#[test]
fn a_mail_that_was_too_large_can_be_fetched_again() {
    let mut house = House::new();
    house.take_in(Parcel::TooLarge(99_000_000));
    let id = [MailId::Maildir {
        name: house.arrived.to_string(),
    }];
    assert_eq!(house.store().settled("test", &id).unwrap(), [true]);
    let (number, _) = house.store().quarantine().unwrap().remove(0);
    assert_eq!(
        house.runtime.block_on(house.ingest.retry(number)).unwrap(),
        Outcome::TooLarge
    );
    assert_eq!(house.store().settled("test", &id).unwrap(), [false]);
    assert!(house.store().quarantine().unwrap().is_empty());
}

/// A partner's messages are put before the rules so.
fn partner(validate: Validate) -> Partner {
    Partner {
        id: "9905048000007".to_owned(),
        validate,
        ..Partner::default()
    }
}

/// Two messages, of which the second has a value of a kind that 13025 does not allow.
fn one_of_two_wrong() -> String {
    let whole = |document, value| {
        let text = interchange("R1", document, "202611240815", &[(0, value)]);
        let period = "DTM+163:202611212300?+00:303'DTM+164:202611222300?+00:303'LIN+1'";
        text.replace("LIN+1'", period).replace("UNT+15+", "UNT+17+")
    };
    let (good, wrong) = (whole("D1", "1.0"), whole("D2", "2.0"));
    let wrong = wrong.replace("QTY+220", "QTY+79");
    let message = |text: &str| {
        let from = text.find("UNH+").unwrap();
        text[from..text.find("UNZ+").unwrap()].to_owned()
    };
    let second = message(&wrong)
        .replace("UNH+1", "UNH+2")
        .replace("UNT+17+1", "UNT+17+2");
    let ending = good.find("UNZ+").unwrap();
    format!("{}{second}UNZ+2+R1'", &good[..ending])
}

#[test]
fn what_breaks_rules_is_noted_where_its_partner_is_warned_about() {
    let mut house = House::new();
    house.ingest.validation().set(&[partner(Validate::Warn)]);
    let text = one_of_two_wrong();
    assert_eq!(house.edi(&text), Outcome::Stored);
    let messages = house.store().messages(u64::MAX, 9).unwrap();
    let examined = |document: &str| {
        let of = messages
            .iter()
            .find(|(_, message)| message.document == document);
        house.store().examined(of.unwrap().0).unwrap().unwrap()
    };
    let good = examined("D1");
    assert_eq!(good.rules, 99);
    assert_eq!(good.remarks, []);
    let wrong = examined("D2");
    let first = &wrong.remarks[0];
    assert!(
        first.is_error && first.rule.ends_with("QTY-6063-CODE"),
        "{wrong:?}"
    );
    assert_eq!(first.offset_bytes, text.find("QTY+79").unwrap() as u64);
    assert_eq!(first.segment, 14);
    // The values count all the same.
    assert_eq!(house.values(LOCATION, None).len(), 1);
    let damage = |_: store::StoreError| panic!("the store is well");
    house
        .store()
        .verify(&mut { damage }, &mut |_| Ok(()))
        .unwrap();
}

#[test]
fn what_breaks_rules_of_a_strict_partner_is_in_quarantine_until_it_is_less_strict() {
    let mut house = House::new();
    house.ingest.validation().set(&[partner(Validate::Strict)]);
    assert_eq!(house.edi(&one_of_two_wrong()), Outcome::Quarantined);
    let documents = |house: &House| {
        let messages = house.store().messages(u64::MAX, 9).unwrap();
        let documents = messages.into_iter().map(|(_, message)| message.document);
        documents.collect::<Vec<_>>()
    };
    assert_eq!(documents(&house), ["D1"]);
    let (number, entry) = house.store().quarantine().unwrap().remove(0);
    assert_eq!(entry.messages, ["2"]);
    assert!(
        entry.reasons[0].contains("validate = \"strict\""),
        "{entry:?}"
    );
    let names_the_rule = |reason: &String| {
        reason.contains("segment 14 of message 2: AHB-13025-") && reason.contains("QTY-6063-CODE")
    };
    assert!(entry.reasons.iter().any(names_the_rule), "{entry:?}");
    house.ingest.validation().set(&[partner(Validate::Warn)]);
    let retried = house.runtime.block_on(house.ingest.retry(number)).unwrap();
    assert_eq!(retried, Outcome::Stored);
    assert_eq!(documents(&house), ["D2", "D1"]);
}

#[test]
fn nobody_is_checked_unasked_and_what_has_no_rules_is_told_so() {
    let mut house = House::new();
    let text = interchange("R1", "D1", "202611240815", &[(0, "1.0")]);
    house.edi(&text);
    house.ingest.validation().set(&[partner(Validate::Strict)]);
    let old = interchange("R2", "D2", "202611240815", &[(0, "1.0")]);
    assert_eq!(
        house.edi(&old.replace("UN:2.5", "UN:2.2e")),
        Outcome::Stored
    );
    let messages = house.store().messages(u64::MAX, 9).unwrap();
    let examined = |at: usize| house.store().examined(messages[at].0).unwrap();
    assert_eq!(examined(1), None);
    let basis = "checked: 0 AHB rules (no profile for MSCONS 2.2e)";
    assert_eq!(examined(0).unwrap().basis, basis);
}

/// Everything that a person can see of the values.
fn picture(store: &dyn Store) -> (Vec<(String, u64, Vec<String>)>, Totals) {
    let series = store.series().unwrap();
    let from = UtcTime::from_seconds(0);
    let to = UtcTime::from_seconds(4_000_000_000);
    let of = |series: &SeriesEntry| {
        let held = read::values(store, series, from, to, None).unwrap();
        let text = held
            .iter()
            .map(|h| format!("{:?} {:?} {:?}", h.start, h.value, h.label.status));
        (format!("{:?}", series.key), series.values, text.collect())
    };
    let mut pictures: Vec<_> = series.iter().map(of).collect();
    pictures.sort();
    (pictures, store.totals().unwrap())
}

#[test]
fn the_archive_alone_gives_everything_again() {
    let mut house = House::new();
    for mail in sample::demo(Day::parse("2026-11-24").unwrap(), 1) {
        house.take_in(Parcel::Mail(mail.bytes.into()));
    }
    let (before, totals) = picture(house.store());
    assert!(
        totals.values > 15_000 && totals.quarantine == 1 && totals.series == 11,
        "{totals:?}"
    );
    let home = house.close();
    std::fs::remove_dir_all(home.path().join("sled")).unwrap();
    let directory = DataDir::open(home.path()).unwrap();
    let archive = Arc::new(Archive::open(&directory).unwrap());
    let rebuild = Rebuild::start(&directory, CACHE).unwrap();
    let store: Arc<dyn Store> = rebuild.store();
    let report = reindex(
        Arc::clone(&store),
        &archive,
        &Validation::default(),
        &|_| {},
    )
    .unwrap();
    assert!(report.damaged.is_empty());
    let (after, again) = picture(&*store);
    assert_eq!(before, after);
    assert_eq!(
        (again.messages, again.values, again.quarantine),
        (totals.messages, totals.values, totals.quarantine)
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    /// The whole way: any order of arrival, cancellations among them, gives the same values.
    #[test]
    fn any_order_of_arrival_gives_the_same_values(order in Just((0..8_usize).collect::<Vec<_>>()).prop_shuffle()) {
        let texts = [
            interchange("R1", "D1", "202611240815", &[(0, "1.0"), (1, "1.1"), (2, "1.2")]),
            interchange("R2", "D2", "202611250815", &[(1, "2.1"), (2, "2.2")]),
            interchange("R3", "D3", "202611260815", &[(2, "3.2"), (3, "3.3")]),
            interchange("R4", "D4", "202611270815", &[(0, "4.0")]),
            cancellation("R5", "D3"),
            cancellation("R6", "D4"),
            interchange("R7", "D7", "202611230815", &[(0, "0.1"), (5, "7.5")]),
            cancellation("R8", "UNKNOWN"),
        ];
        let mut house = House::new();
        for at in order {
            house.edi(&texts[at]);
        }
        prop_assert_eq!(house.values(LOCATION, None), ["1.0", "2.1", "2.2", "7.5"]);
    }
}
