use proptest::prelude::*;

use super::*;
use crate::message::mscons::write::Timing;
use crate::message::mscons::{self, kind, read};
use crate::sample::edi;
use crate::series::{Row, Value};

#[test]
fn a_number_that_the_versions_do_not_have_has_no_example() {
    for pid in [0, 13_001, 13_004, 13_024, 13_029] {
        assert!(example(pid, Version::V25, 1).is_none(), "{pid}");
    }
}

/// What the reader makes of it is what was meant. It reads every version by the same rules, so
/// that the bytes may name another than they were written in.
fn check(pid: u32, version: Version, seed: u64, named_version: &str) {
    let meant = example(pid, version, seed).unwrap();
    let bytes = String::from_utf8(edi(&meant)).unwrap();
    let text = bytes.replace(&format!(":D:04B:UN:{}", version.code()), named_version);
    assert!(text.contains(named_version));
    let file = read(text.as_bytes());
    let read = &file.interchanges[0];
    assert!(
        file.findings.is_empty() && read.findings.is_empty(),
        "{:?}\n{text}",
        read.findings
    );
    assert_eq!(
        (&read.sender, &read.receiver),
        (&meant.sender, &meant.receiver)
    );
    assert_eq!(
        (&read.reference, &read.application),
        (&meant.reference, &meant.application)
    );
    assert_eq!(read.prepared, Some(meant.prepared));
    assert_eq!(read.messages.len(), meant.messages.len());
    let mut rows = 0;
    for (message, meant) in read.messages.iter().zip(&meant.messages) {
        check_head(message, meant);
        assert!(named_version.ends_with(&message.version));
        let lines = meant
            .places
            .iter()
            .flat_map(|place| place.lines.iter().map(move |line| (place, line)));
        // Neighbouring lines of one name are one group.
        let mut groups = message.groups.iter();
        let (mut group, mut left) = (None, 0..0);
        for (place, line) in lines {
            if left.is_empty() {
                group = groups.next();
                left = group.unwrap().rows.clone();
            }
            let group = group.unwrap();
            assert_eq!(
                group.location.as_deref(),
                Some(&*named(&place.location)),
                "{text}"
            );
            assert_eq!(
                (group.device.as_deref(), group.obis.as_deref()),
                (place.device.as_deref(), Some(&*line.product))
            );
            assert_eq!(group.version, place.version.or(meant.list_version));
            for row in line.columns.rows() {
                let got = read.columns.row(left.next().unwrap()).unwrap();
                assert_eq!(
                    read.labels.get(got.label),
                    line.labels.get(row.label),
                    "{text}"
                );
                check_row(line.timing, got, row);
                rows += 1;
            }
        }
        assert!(left.is_empty() && groups.next().is_none());
    }
    assert_eq!(read.columns.len(), rows);
}

fn check_head(message: &mscons::Message, meant: &Message) {
    assert_eq!(message.pid, Some(meant.pid));
    assert_eq!(
        (&message.document, &message.name_code),
        (&meant.document, &meant.name_code)
    );
    assert_eq!(
        (&message.cancels, &message.answers),
        (&meant.cancels, &meant.answers)
    );
    assert_eq!(message.is_cancellation, meant.cancels.is_some());
    assert_eq!(message.document_date, Some(meant.date));
}

fn check_row(timing: Timing, got: Row<'_>, meant: Row<'_>) {
    assert!(matches!(meant.value, Value::Number(_)));
    assert_eq!(got.value, meant.value);
    match timing {
        Timing::Interval | Timing::Instant | Timing::Day => {
            assert_eq!((got.start, got.end), (meant.start, meant.end));
        }
        Timing::Timeless => assert_eq!((got.start, got.end), (None, None)),
        // Whole months, whatever day of them was drawn.
        Timing::Month => assert!(got.start <= meant.start && got.end >= meant.end),
    }
}

fn named(location: &Location) -> String {
    match location {
        Location::Point(id)
        | Location::TransferPoint(id)
        | Location::Profile(id)
        | Location::ProfileFamily(id)
        | Location::Configuration(id) => id.clone(),
        Location::Transfer {
            balance_group,
            other_balance_group,
            area,
            series_type,
        } => {
            format!("{balance_group}/{other_balance_group}/{area}/{series_type}")
        }
        Location::Unnamed => String::new(),
    }
}

#[test]
fn the_days_of_the_clock_change_have_92_and_100_quarter_hours_and_23_and_25_gas_hours() {
    let count = |pid, seed| {
        let meant = example(pid, Version::V25, seed).unwrap();
        meant.messages[0].places[0].lines[0].columns.len()
    };
    let all = |pid| {
        let mut counts: Vec<usize> = (0..3_000).map(|seed| count(pid, seed)).collect();
        counts.sort_unstable();
        counts.dedup();
        counts
    };
    assert_eq!(all(13_025), [92, 96, 100]);
    assert_eq!(all(13_008), [23, 24, 25]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn every_example_is_read_as_it_was_meant(
        kind in proptest::sample::select(&kind::ALL[..]), is_old: bool, seed: u64,
        named_version in proptest::sample::select(&VERSIONS[..]),
    ) {
        let version = if is_old { Version::V24c } else { Version::V25 };
        check(kind.pid, version, seed, named_version);
    }
}

/// UNH S009 of the versions that are met.
const VERSIONS: [&str; 9] = [
    ":D:99A:UN:1.6",
    ":D:04B:UN:2.1e",
    ":D:04B:UN:2.2e",
    ":D:04B:UN:2.2g",
    ":D:04B:UN:2.3c",
    ":D:04B:UN:2.4a",
    ":D:04B:UN:2.4b",
    ":D:04B:UN:2.4c",
    ":D:04B:UN:2.5",
];
