//! Laws of the parser: no input panics it, it agrees with a naive reference and with another
//! parser, and hostile input costs no more than its length.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use edifact_parser::{EdifactHandler, EdifactStreamParser};
use edifact_primitives::{Control, RawSegment};
use mscons_gateway::edifact::scan::Scanner;
use mscons_gateway::edifact::separators::Separators;
use mscons_gateway::extract::{Bounds, candidates};
use mscons_gateway::message::mscons;
use mscons_gateway::sample;
use mscons_gateway::series::Value;
use proptest::prelude::*;
use proptest::sample::Index;

use crate::fuzz::laws::whole;

/// Small fixtures of many kinds, to be mutated.
fn fixtures() -> Vec<Vec<u8>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures");
    let mut all = Vec::new();
    for folder in ["mscons", "pid", "broken"] {
        let mut paths: Vec<_> = fs::read_dir(root.join(folder))
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .collect();
        paths.sort();
        let edi = paths
            .iter()
            .filter(|path| path.extension().is_some_and(|e| e == "edi"));
        all.extend(
            edi.map(|path| fs::read(path).unwrap())
                .filter(|bytes| bytes.len() < 5_000),
        );
    }
    assert!(all.len() > 40);
    all
}

/// Segments by the letter of the standard, a byte at a time: slow and obviously right.
fn naive_segments(bytes: &[u8]) -> Vec<Vec<u8>> {
    let kept: Vec<u8> = bytes
        .iter()
        .copied()
        .filter(|byte| !matches!(byte, b'\r' | b'\n'))
        .collect();
    let (mut segments, mut segment, mut is_released) = (Vec::new(), Vec::new(), false);
    for byte in kept {
        if segment.is_empty() && matches!(byte, b' ' | b'\t' | 0) {
            continue;
        }
        if byte == b'\'' && !is_released {
            segments.push(std::mem::take(&mut segment));
        } else {
            is_released = byte == b'?' && !is_released;
            segment.push(byte);
        }
    }
    segments
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    #[test]
    fn mutated_files_are_read_without_a_panic(
        file in any::<Index>(),
        changes in proptest::collection::vec((any::<Index>(), prop_oneof![any::<u8>(), proptest::sample::select(b"'+:?,.\r\n 0123456789UNAHTZBQDMSLOCR".to_vec())], 0_u8..3), 1..12),
    ) {
        let fixtures = fixtures();
        let mut bytes = fixtures[file.index(fixtures.len())].clone();
        for (at, byte, how) in changes {
            if bytes.is_empty() { break; }
            let at = at.index(bytes.len());
            match how {
                0 => bytes[at] = byte,
                1 => bytes.insert(at, byte),
                _ => drop(bytes.remove(at)),
            }
        }
        whole(&bytes, &mscons::read(&bytes));
    }

    #[test]
    fn random_bytes_are_read_without_a_panic(bytes in proptest::collection::vec(any::<u8>(), 0..600)) {
        whole(&bytes, &mscons::read(&bytes));
    }

    #[test]
    fn the_scanner_agrees_with_a_naive_reference(bytes in proptest::collection::vec(proptest::sample::select(b"AB12+:?'' \r\n\0".to_vec()), 0..80)) {
        let mut scanner = Scanner::new(&bytes, 0, Separators::DEFAULT);
        let mut segments = Vec::new();
        while let Some(segment) = scanner.next() {
            segments.push(segment.text.to_vec());
        }
        prop_assert_eq!(segments, naive_segments(&bytes));
    }

    #[test]
    fn line_ends_anywhere_change_nothing(file in any::<Index>(), breaks in proptest::collection::vec(any::<Index>(), 0..20)) {
        let number = u32::try_from(file.index(50)).unwrap();
        let mail = sample::load_profile_mail(number);
        let plain = candidates(&mail.bytes, &Bounds::default()).candidates.remove(0).bytes;
        let mut broken = plain.clone();
        for at in breaks {
            let at = 1 + at.index(broken.len() - 1);
            broken.splice(at..at, *b"\r\n");
        }
        let (plain, broken) = (mscons::read(&plain), mscons::read(&broken));
        prop_assert_eq!(&plain.interchanges[0].columns, &broken.interchanges[0].columns);
        prop_assert_eq!(plain.interchanges[0].findings.len(), broken.interchanges[0].findings.len());
    }
}

/// A file in which values look like the ones before them, until they do not.
fn alike_values() -> impl Strategy<Value = Vec<u8>> {
    let value = (
        proptest::sample::select(vec!["QTY+220:", "QTY+220:", "QTY+67:"]),
        prop_oneof![4 => "[1-9][0-9]{0,4},[0-9]{1,3}", 1 => "-?[0-9.,]{0,20}"],
        proptest::sample::select(vec!["", "", "", ":KWH"]),
        proptest::sample::select(vec!["?+00:303", "?+00:303", "?+00:303", "?+01:303", ":203"]),
        proptest::sample::select(vec!["", "", "'STS+Z34::ZA4", "'STS+Z34'STS+7?'1"]),
        proptest::sample::select(vec![
            "",
            "",
            "",
            "",
            "'PIA+5+1-1?:2.8.0:SRW",
            "'LIN+2",
            "'XXX",
        ]),
    );
    let values = proptest::collection::vec((value, 1..20_u32), 1..8);
    (values, any::<bool>()).prop_map(|(values, has_lines)| {
        let mut text = "UNB+UNOC:3+A:500+B:500+261124:0815+R1'UNH+1+MSCONS:D:04B:UN:2.5'\
            BGM+Z48+D1+9'UNS+D'NAD+DP'LOC+172+41373559241'LIN+1'PIA+5+1-1?:1.29.0:SRW'"
            .to_owned();
        let mut quarter = 60;
        for ((head, number, unit, zone, status, behind), count) in values {
            for _ in 0..count {
                let at =
                    |n: u32| format!("202611{:02}{:02}{:02}", 22 + n / 96, n / 4 % 24, n % 4 * 15);
                let (from, to) = (at(quarter), at(quarter + 1));
                quarter += 1;
                write!(
                    text,
                    "{head}{number}{unit}'DTM+163:{from}{zone}'DTM+164:{to}{zone}{status}'"
                )
                .unwrap();
            }
            text += behind.strip_prefix('\'').unwrap_or_default();
            text += if behind.is_empty() { "" } else { "'" };
        }
        text += "UNT+9+1'UNZ+1+R1'";
        if has_lines {
            text.replace('\'', "'\r\n")
        } else {
            text
        }
        .into_bytes()
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    /// Values that look like one before them are read a shorter way. A line end in the tag of each
    /// means nothing, and bars it.
    #[test]
    fn values_alike_are_read_as_values_that_are_not(
        file in alike_values(),
        changes in proptest::collection::vec((any::<Index>(), proptest::sample::select(b"'+:?,.\r\n 0123456789QTYDMS".to_vec()), 0_u8..3), 0..6),
    ) {
        let mut bytes = file;
        for (at, byte, how) in changes {
            // Behind UNB: before it lies the search for the beginning.
            let at = 40 + at.index(bytes.len() - 40);
            match how {
                0 => bytes[at] = byte,
                1 => bytes.insert(at, byte),
                _ => drop(bytes.remove(at)),
            }
        }
        let mut barred = Vec::with_capacity(bytes.len() * 2);
        for (at, byte) in bytes.iter().enumerate() {
            barred.push(*byte);
            if bytes[at..].starts_with(b"QTY") {
                barred.extend_from_slice(b"\r\n");
            }
        }
        let (short, long) = (mscons::read(&bytes), mscons::read(&barred));
        prop_assert_eq!(short.interchanges.len(), long.interchanges.len());
        for (short, long) in short.interchanges.iter().zip(&long.interchanges) {
            prop_assert_eq!(&short.columns, &long.columns);
            prop_assert_eq!(short.labels.as_slice(), long.labels.as_slice());
            let groups = |interchange: &mscons::Interchange| format!("{:?}", interchange.messages.iter().map(|message| (&message.groups, message.is_barred)).collect::<Vec<_>>());
            prop_assert_eq!(groups(short), groups(long));
            let findings = |interchange: &mscons::Interchange| format!("{:?}", interchange.findings.iter().map(|finding| (finding.code, finding.place.segment)).collect::<Vec<_>>());
            prop_assert_eq!(findings(short), findings(long));
        }
    }
}

/// Gathers what the other parser says.
#[derive(Default)]
struct Other {
    segments: usize,
    quantities: Vec<String>,
    instants: usize,
}

impl EdifactHandler for Other {
    fn on_segment(&mut self, segment: &RawSegment<'_>) -> Control {
        self.segments += 1;
        match segment.id {
            "QTY" => self
                .quantities
                .push(segment.get_component(0, 1).replace(',', ".")),
            "DTM" => self.instants += 1,
            _ => {}
        }
        Control::Continue
    }
}

#[test]
fn another_parser_reads_the_same_values() {
    for size in [1, 300_000, 2_000_000] {
        let bytes = sample::corpus(size);
        let mut other = Other::default();
        EdifactStreamParser::parse(&bytes, &mut other).unwrap();
        let ours = mscons::read(&bytes);
        let values: Vec<String> = ours.interchanges[0]
            .columns
            .rows()
            .map(|row| match row.value {
                Value::Number(number) => number.to_string(),
                Value::Text(text) => text.to_owned(),
                Value::Absent => String::new(),
            })
            .collect();
        assert_eq!(values, other.quantities);
        assert!(ours.interchanges[0].findings.is_empty());
        // Two instants a value; the document date, and the period of the place, of each message.
        assert_eq!(
            other.instants,
            2 * values.len() + 3 * ours.interchanges[0].messages.len()
        );
    }
}

/// Work that grows with the square of the input would take minutes here, not a second.
#[test]
fn hostile_input_costs_no_more_than_its_length() {
    let many = |piece: &str, count: usize| piece.repeat(count).into_bytes();
    let one_segment = [
        b"UNB+UNOC:3+A+B+261124:0815+R'UNH+1+MSCONS'FTX+".to_vec(),
        vec![b'x'; 5_000_000],
    ]
    .concat();
    let messages = format!(
        "UNB+UNOC:3+A+B+261124:0815+R'{}",
        "UNH+1+MSCONS'UNT+2+1'".repeat(50_000)
    );
    let findings = format!(
        "UNB+UNOC:3+A+B+261124:0815+R'UNH+1+MSCONS'{}",
        "XXX'".repeat(250_000)
    );
    for bytes in [
        one_segment,
        messages.into_bytes(),
        findings.into_bytes(),
        many("UNB+", 250_000),
        many("UNA:+.? 'UNB+'", 50_000),
        many("UNB+UNOC:3+A+B+261124:0815+R'UNZ+0+R'", 50_000),
        many("UNA:+.? '\r\n", 50_000),
        [b"UNA".to_vec(), many("\r\n", 500_000)].concat(),
        [b"UNA:+.? '".to_vec(), many(" ", 1_250_000)].concat(),
        many("UNA", 250_000),
        many("?", 1_250_000),
        many("?'", 500_000),
        [b"UNB+UNOC:3'".to_vec(), many("?'", 500_000)].concat(),
        [b"UNB+UNOC:3'".to_vec(), many("\r\n?'", 500_000)].concat(),
    ] {
        whole(&bytes, &mscons::read(&bytes));
    }
}
