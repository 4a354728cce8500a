//! Laws of the parser: no input panics it, it agrees with a naive reference and with another
//! parser, and hostile input costs no more than its length.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use edifact_parser::{EdifactHandler, EdifactStreamParser};
use edifact_primitives::{Control, RawSegment};
use mscons_gateway::edifact::Finding;
use mscons_gateway::edifact::scan::Scanner;
use mscons_gateway::edifact::separators::Separators;
use mscons_gateway::extract::{Bounds, candidates};
use mscons_gateway::message::mscons;
use mscons_gateway::sample;
use mscons_gateway::series::Value;
use proptest::prelude::*;
use proptest::sample::{Index, select};

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

/// What the values of a kind have in common.
#[derive(Clone, Debug)]
struct Look {
    head: &'static str,
    unit: &'static str,
    zone: &'static str,
    status: &'static str,
    /// Which of the times and the status stands where.
    order: [usize; 3],
}

fn look() -> impl Strategy<Value = Look> {
    let two_long = "STS+A1234567890123456789012345678901'STS+B12345678901234567890123456789'";
    (
        select(vec![
            "QTY+220:",
            "QTY+220:",
            "QTY+67:",
            "QTY+Z18:",
            "QTY+1234567:",
        ]),
        select(vec!["", "", "", ":KWH"]),
        select(vec![
            "?+00:303",
            "?+00:303",
            "?+01:303",
            "-0130:303",
            "MESZ:303",
            ":203",
            ":203",
        ]),
        select(vec![
            "",
            "",
            "STS+Z34::ZA4'",
            "STS+Z34'STS+7?'1'",
            "STS+6+T2?:1'",
            two_long,
        ]),
        select(vec![[0, 1, 2], [0, 1, 2], [1, 0, 2], [2, 0, 1], [0, 2, 1]]),
    )
        .prop_map(|(head, unit, zone, status, order)| Look {
            head,
            unit,
            zone,
            status,
            order,
        })
}

fn number() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => "[1-9][0-9]{0,4},[0-9]{1,3}",
        2 => "0\\.[0-9]{3}",
        1 => "[0-9]{1,9}",
        1 => "-?[0-9.,]{0,20}",
    ]
}

/// The days on which a series begins: of winter, before both changes of the clock, and the ends of
/// the calendar.
const DAYS: [(u32, u32, u32); 6] = [
    (2026, 11, 22),
    (2026, 11, 22),
    (2026, 3, 28),
    (2026, 10, 24),
    (9998, 12, 30),
    (1, 1, 1),
];

/// A series of values of kinds that take turns. Midnight is written as 24:00 where `is_late`.
fn series(
    day: (u32, u32, u32),
    looks: &[Look],
    values: &[(String, Index)],
    is_late: bool,
) -> String {
    let (year, month, date) = day;
    let at = |quarter: u32| {
        let (hour, minute) = (quarter / 4 % 24, quarter % 4 * 15);
        match (is_late, quarter % 96) {
            (true, 0) => format!("{year:04}{month:02}{:02}2400", date + quarter / 96 - 1),
            _ => format!(
                "{year:04}{month:02}{:02}{hour:02}{minute:02}",
                date + quarter / 96
            ),
        }
    };
    let mut text = String::new();
    for (quarter, (number, turn)) in (60..).zip(values) {
        // The kinds take turns, mostly.
        let turn = match turn.index(4) {
            0 => turn.index(looks.len()),
            _ => quarter as usize % looks.len(),
        };
        let look = &looks[turn];
        let Look {
            head, unit, zone, ..
        } = look;
        let parts = [
            format!("DTM+163:{}{zone}'", at(quarter)),
            format!("DTM+164:{}{zone}'", at(quarter + 1)),
            look.status.to_owned(),
        ];
        write!(text, "{head}{number}{unit}'").unwrap();
        text.extend(look.order.iter().map(|part| parts[*part].as_str()));
    }
    text
}

/// How a file is written.
#[derive(Clone, Debug)]
enum Spelling {
    Plain,
    LineEnds,
    Wrapped(usize),
    OtherCharacters,
}

fn spelled(text: &str, spelling: &Spelling) -> Vec<u8> {
    match spelling {
        Spelling::Plain => text.as_bytes().to_vec(),
        Spelling::LineEnds => text.replace('\'', "'\r\n").into_bytes(),
        Spelling::Wrapped(column) => {
            let lines: Vec<_> = text.as_bytes().chunks(*column).collect();
            lines.join(&b"\r\n"[..])
        }
        Spelling::OtherCharacters => {
            let other = text.replace(':', ";").replace('+', "|").replace('?', "!");
            ["UNA;|.! ~", &other.replace('\'', "~")]
                .concat()
                .into_bytes()
        }
    }
}

/// A file in which values look like ones before them, until they do not.
fn alike_values() -> impl Strategy<Value = Vec<u8>> {
    let one = (
        select(DAYS.to_vec()),
        proptest::collection::vec(look(), 1..4),
        proptest::collection::vec((number(), any::<Index>()), 1..60),
        any::<bool>(),
        select(vec![
            "",
            "",
            "PIA+5+1-1?:2.8.0:SRW'",
            "LIN+2'",
            "XXX'",
            "UNS+D'",
            "RFF+MG:1'",
        ]),
    );
    let spelling = prop_oneof![
        3 => Just(Spelling::Plain),
        1 => Just(Spelling::LineEnds),
        2 => (20_usize..120).prop_map(Spelling::Wrapped),
        1 => Just(Spelling::OtherCharacters),
    ];
    (proptest::collection::vec(one, 1..5), spelling).prop_map(|(all, spelling)| {
        let mut text = "UNB+UNOC:3+A:500+B:500+261124:0815+R1'UNH+1+MSCONS:D:04B:UN:2.5'\
            BGM+Z48+D1+9'UNS+D'NAD+DP'LOC+172+41373559241'LIN+1'PIA+5+1-1?:1.29.0:SRW'"
            .to_owned();
        for (day, looks, values, is_late, behind) in all {
            text += &series(day, &looks, &values, is_late);
            text += behind;
        }
        text += "UNT+9+1'UNZ+1+R1'";
        spelled(&text, &spelling)
    })
}

/// The same with a line end in the tag of each QTY, which means nothing, but keeps a value from being
/// learned from. And where each of its bytes stood before.
fn barred(bytes: &[u8]) -> (Vec<u8>, Vec<usize>) {
    let (mut barred, mut origins) = (Vec::new(), Vec::new());
    for (at, byte) in bytes.iter().enumerate() {
        barred.push(*byte);
        origins.push(at);
        if bytes[at..].starts_with(b"QTY") {
            barred.extend_from_slice(b"\r\n");
            origins.extend([at, at]);
        }
    }
    origins.push(bytes.len());
    (barred, origins)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    /// Values that look like one before them are read a shorter way.
    #[test]
    fn values_alike_are_read_as_values_that_are_not(
        file in alike_values(),
        changes in proptest::collection::vec((any::<Index>(), select(b"'+:?,.\r\n 0123456789QTYDMSLIN-Z\xE4".to_vec()), 0_u8..3), 0..6),
        length in prop_oneof![4 => Just(None), 1 => any::<Index>().prop_map(Some)],
    ) {
        let mut bytes = file;
        for (at, byte, how) in changes {
            // Behind UNB: before it lies the search for the beginning.
            let at = 50 + at.index(bytes.len() - 50);
            match how {
                0 => bytes[at] = byte,
                1 => bytes.insert(at, byte),
                _ => drop(bytes.remove(at)),
            }
        }
        if let Some(length) = length {
            bytes.truncate(50 + length.index(bytes.len() - 50));
        }
        let (barred, origins) = barred(&bytes);
        let (short, long) = (mscons::read(&bytes), mscons::read(&barred));
        prop_assert_eq!(short.interchanges.len(), long.interchanges.len());
        let origin = |place: u64| origins[usize::try_from(place).unwrap()];
        for (short, long) in short.interchanges.iter().zip(&long.interchanges) {
            prop_assert_eq!(&short.columns, &long.columns);
            prop_assert_eq!(short.labels.as_slice(), long.labels.as_slice());
            prop_assert_eq!(short.messages.len(), long.messages.len());
            for (short, long) in short.messages.iter().zip(&long.messages) {
                prop_assert_eq!(&short.groups, &long.groups);
                prop_assert_eq!(short.is_barred, long.is_barred);
                prop_assert_eq!(short.bytes.end, origin(long.bytes.end as u64));
            }
            let found = |finding: &Finding, offset| (finding.code, finding.place.segment, offset);
            let of_short = short.findings.iter().map(|finding| {
                let offset = usize::try_from(finding.place.offset_bytes);
                found(finding, offset.unwrap())
            });
            let of_long = long.findings.iter().map(|finding| found(finding, origin(finding.place.offset_bytes)));
            prop_assert_eq!(of_short.collect::<Vec<_>>(), of_long.collect::<Vec<_>>());
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
