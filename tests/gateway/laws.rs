//! Laws of the parser: no input panics it, it agrees with a naive reference and with another
//! parser, and hostile input costs no more than its length.

use std::fs;
use std::path::Path;

use edifact_parser::{EdifactHandler, EdifactStreamParser};
use edifact_primitives::{Control, RawSegment};
use mscons_gateway::edifact::scan::Scanner;
use mscons_gateway::edifact::separators::Separators;
use mscons_gateway::extract::{Bounds, candidates};
use mscons_gateway::message::mscons::{self, File};
use mscons_gateway::sample;
use mscons_gateway::series::Value;
use proptest::prelude::*;
use proptest::sample::Index;

/// Small fixtures of many kinds, to be mutated.
fn fixtures() -> Vec<Vec<u8>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures");
    let mut all = Vec::new();
    for folder in ["mscons", "broken"] {
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

/// What holds of every result, whatever the bytes were.
fn check(bytes: &[u8], file: &File) {
    let mut end = 0;
    for interchange in &file.interchanges {
        assert!(interchange.bytes.start >= end && interchange.bytes.end <= bytes.len());
        end = interchange.bytes.end;
        let mut rows = 0;
        for message in &interchange.messages {
            assert!(message.bytes.start >= interchange.bytes.start);
            assert!(message.bytes.end <= interchange.bytes.end);
            for group in &message.groups {
                assert_eq!(
                    group.rows.start, rows,
                    "rows belong to one group each, in order"
                );
                rows = group.rows.end;
            }
        }
        assert_eq!(rows, interchange.columns.len());
        for row in interchange.columns.rows() {
            assert!(interchange.labels.get(row.label).is_some());
        }
    }
    let inner = file
        .interchanges
        .iter()
        .flat_map(|interchange| &interchange.findings);
    for finding in file.findings.iter().chain(inner) {
        assert!(
            finding.place.offset_bytes <= bytes.len() as u64,
            "{finding}"
        );
    }
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
    #![proptest_config(ProptestConfig::with_cases(2_000))]

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
        check(&bytes, &mscons::read(&bytes));
    }

    #[test]
    fn random_bytes_are_read_without_a_panic(bytes in proptest::collection::vec(any::<u8>(), 0..600)) {
        check(&bytes, &mscons::read(&bytes));
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
            // Behind UNA and UNB: before them lies the search for the beginning.
            let at = 20 + at.index(broken.len() - 20);
            broken.splice(at..at, *b"\r\n");
        }
        let (plain, broken) = (mscons::read(&plain), mscons::read(&broken));
        prop_assert_eq!(&plain.interchanges[0].columns, &broken.interchanges[0].columns);
        prop_assert_eq!(plain.interchanges[0].findings.len(), broken.interchanges[0].findings.len());
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
        // Two instants a value, and the document date of each message.
        assert_eq!(
            other.instants,
            2 * values.len() + ours.interchanges[0].messages.len()
        );
    }
}

/// Work that grows with the square of the input would take hours here, not a second.
#[test]
fn hostile_input_costs_no_more_than_its_length() {
    let many = |piece: &str, count: usize| piece.repeat(count).into_bytes();
    let one_segment = [
        b"UNB+UNOC:3+A+B+261124:0815+R'UNH+1+MSCONS'FTX+".to_vec(),
        vec![b'x'; 20_000_000],
    ]
    .concat();
    let messages = format!(
        "UNB+UNOC:3+A+B+261124:0815+R'{}",
        "UNH+1+MSCONS'UNT+2+1'".repeat(200_000)
    );
    let findings = format!(
        "UNB+UNOC:3+A+B+261124:0815+R'UNH+1+MSCONS'{}",
        "XXX'".repeat(1_000_000)
    );
    for bytes in [
        one_segment,
        messages.into_bytes(),
        findings.into_bytes(),
        many("UNB+", 1_000_000),
        many("UNA:+.? 'UNB+'", 200_000),
        many("UNA", 1_000_000),
        many("?", 5_000_000),
        many("?'", 2_000_000),
        [b"UNB+UNOC:3'".to_vec(), many("?'", 2_000_000)].concat(),
        [b"UNB+UNOC:3'".to_vec(), many("\r\n?'", 2_000_000)].concat(),
    ] {
        check(&bytes, &mscons::read(&bytes));
    }
}
