//! A second reader of MSCONS, written for being right and nothing else: slow, by the letter of the
//! rules, a step at a time. The reader of the program must print the same records for any bytes.

mod reader;
mod times;

use std::fs;
use std::path::Path;

use mscons_gateway::format::csv::Dialect;
use mscons_gateway::format::{Format, Writer};
use mscons_gateway::message::mscons;
use mscons_gateway::query;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};

/// The lines that `parse` prints.
fn ours(bytes: &[u8]) -> Vec<String> {
    let file = mscons::read(bytes);
    let mut writer = Writer::parsed(Format::Ndjson, Dialect::default(), Vec::new()).unwrap();
    for record in file.interchanges.iter().flat_map(query::parsed) {
        writer.write(&record).unwrap();
    }
    let lines = String::from_utf8(writer.finish().unwrap()).unwrap();
    lines.lines().map(str::to_owned).collect()
}

/// Every file of the fixtures up to this size, but the one that shows a bound: the reference has none.
fn fixtures(max_bytes: usize) -> Vec<Vec<u8>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures");
    let folders = ["mscons", "broken"].into_iter();
    let paths = folders.flat_map(|folder| fs::read_dir(root.join(folder)).unwrap());
    let mut paths: Vec<_> = paths.map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "edi"));
    paths.retain(|path| !path.ends_with("identifier_too_long.edi"));
    paths.sort();
    let files = paths.into_iter().map(|path| fs::read(path).unwrap());
    files.filter(|bytes| bytes.len() <= max_bytes).collect()
}

#[test]
fn the_reference_reads_every_fixture_alike() {
    for bytes in fixtures(usize::MAX) {
        let start = bytes[..bytes.len().min(200)].escape_ascii();
        assert_eq!(ours(&bytes), reader::lines(&bytes), "{start}");
    }
}

/// Segments as their elements, these as their components.
type Segments = Vec<Vec<Vec<Vec<u8>>>>;

/// A segment from the usual spelling. `|` stands for what needs a release character or other bytes.
fn segment(text: &str) -> Vec<Vec<Vec<u8>>> {
    let component = |part: &str| part.replace('|', ":").into_bytes();
    text.split('+')
        .map(|element| element.split(':').map(component).collect())
        .collect()
}

const HEADS: [&str; 4] = [
    "BGM+Z48+D1+9",
    "BGM+7:::+D2",
    "RFF+Z13:13025",
    "RFF+Z13:1302",
];

const PLACES: [&str; 14] = [
    "NAD+MS+9905048000007::293",
    "NAD+DP",
    "LOC+172+51238696781",
    "LOC+172+::87:CH1022201234500000000000000022079",
    "LOC+237+11XA+11XB",
    "LOC+107+C",
    "CCI+15++BI1",
    "RFF+MG:M1",
    "RFF+AGK:K1",
    "DTM+163:202610242200:203",
    "DTM+164:202610252300:203",
    "DTM+672:15:806",
    "DTM+672:x:806",
    "DTM+293:20261122101112:204",
];

const SERIES: [&str; 6] = [
    "LIN+1",
    "LIN+2++7-20|99.33.17",
    "PIA+5+1-1|1.29.0:SRW",
    "PIA+5+7-0|3.0.0:SRW",
    "PIA+5",
    "UNS+D",
];

const VALUES: [&str; 10] = [
    "QTY+220:2.5",
    "QTY+220:0,125:KWH",
    "QTY+67:-3",
    "QTY+Z18:007",
    "QTY+220:",
    "QTY+220",
    "QTY+220:1E3",
    "QTY+220:1234567890123456789",
    "QTY+79:20.800:kwh",
    "QTY+20:5|5",
];

const TIMES: [&str; 22] = [
    "DTM+163:202611222300|00:303",
    "DTM+164:202611222315|00:303",
    "DTM+163:202610250230:203",
    "DTM+164:202610250215:203",
    "DTM+163:202610250200:303",
    "DTM+164:202610250300MESZ:303",
    "DTM+163:202603290230:203",
    "DTM+164:202612312400Z:303",
    "DTM+163:20261122230000-0130:304",
    "DTM+164:202611222300",
    "DTM+163:20261122",
    "DTM+7:20261025:102",
    "DTM+9:202610251200:203",
    "DTM+60:20261025120000:204",
    "DTM+306:202610:610",
    "DTM+306:20261024:102",
    "DTM+306:2026:602",
    "DTM+672:1:805",
    "DTM+164:202613010000:203",
    "STS+Z34++ZA4",
    "STS+10+Z36",
    "STS+6+T2|108+",
];

/// A message; sometimes a segment of its frame is missing.
fn message() -> impl Strategy<Value = Segments> {
    let one = |texts: &'static [&'static str]| select(texts).prop_map(segment);
    let value = (one(&VALUES), vec(one(&TIMES), 0..4)).prop_map(|(quantity, times)| {
        let mut segments = vec![quantity];
        segments.extend(times);
        segments
    });
    let part = prop_oneof![
        2 => one(&PLACES).prop_map(|place| vec![place]),
        2 => one(&SERIES).prop_map(|series| vec![series]),
        4 => value,
    ];
    let frame = (
        0..20_u8,
        select(vec!["MSCONS", "MSCONS", "MSCONS", "ORDERS", ""]),
    );
    (frame, vec(one(&HEADS), 0..4), vec(part, 0..14)).prop_map(|((missing, kind), heads, parts)| {
        let mut segments = heads;
        if missing != 0 {
            segments.insert(0, segment(&format!("UNH+1+{kind}:D:04B:UN:2.5")));
        }
        segments.extend(parts.into_iter().flatten());
        if missing != 1 {
            segments.push(segment("UNT+9+1"));
        }
        segments
    })
}

/// Service characters, as UNA names them.
const UNAS: [Option<&[u8; 6]>; 9] = [
    None,
    Some(b":+.? '"),
    Some(b":+,? '"),
    Some(b":+.?*'"),
    Some(b";|.! ~"),
    Some(b":+.  '"),
    Some(b":+.? \n"),
    Some(b":+.? \r"),
    Some(b"\x1f\x1d.\x1b \x1c"),
];

/// Writes an interchange with these service characters: what is one of them in the data is released.
fn written(una: Option<&[u8; 6]>, charset: &str, segments: &Segments) -> Vec<u8> {
    let [component, element, _, release, _, terminator] = *una.unwrap_or(b":+.? '");
    let mut out = una.map_or(Vec::new(), |una| [b"UNA", &una[..]].concat());
    let unb = segment(&format!("UNB+{charset}:3+S:500+R:500+261124:0815+REF1"));
    for segment in [&unb].into_iter().chain(segments) {
        for (n, parts) in segment.iter().enumerate() {
            out.extend((n > 0).then_some(element));
            for (c, part) in parts.iter().enumerate() {
                out.extend((c > 0).then_some(component));
                for byte in part {
                    if [component, element, release, terminator].contains(byte) {
                        out.extend((release != b' ').then_some(release));
                    }
                    out.push(*byte);
                }
            }
        }
        out.push(terminator);
    }
    out
}

/// An interchange, whole or without its end.
fn interchange() -> impl Strategy<Value = Vec<u8>> {
    let charset = select(vec!["UNOC", "UNOC", "UNOA", "UNOE", "UNOK", "UNOW", "UNOX"]);
    // Letters beside ASCII, put into a name: what they are depends on the charset.
    let letters = select(vec![&b""[..], b"\xE4", b"\xC3\xA4", b"\xFE"]);
    (
        select(&UNAS[..]),
        charset,
        letters,
        vec(message(), 0..4),
        any::<bool>(),
    )
        .prop_map(|(una, charset, letters, messages, has_end)| {
            let mut segments = messages.concat();
            for segment in &mut segments {
                if segment[0][0] == b"LOC" || segment[0][0] == b"STS" {
                    segment.last_mut().unwrap()[0].extend_from_slice(letters);
                }
            }
            if has_end {
                segments.push(segment("UNZ+1+REF1"));
            }
            written(una, charset, &segments)
        })
}

/// Bytes and words at which readers go wrong.
const PIECES: [&str; 40] = [
    "'",
    "+",
    ":",
    "?",
    ",",
    ".",
    "\r\n",
    "\n",
    "\r",
    " ",
    "\0",
    "-",
    "0",
    "7",
    "2400",
    "''",
    "Ä",
    "UNB+UNOC:3+A+B'",
    "UNA:+.? '",
    "UNA:+.?*'",
    "UNA:+.A '",
    "UNA:++? '",
    "UNA;|x! ~",
    "UNZ+1+R'",
    "UNT+1+1'",
    "UNG'",
    "UNE'",
    "UNH+2+MSCONS:D:04B:UN:2.5'",
    "NAD+DP'",
    "LOC+172+51238696781'",
    "LOC+237+A+B'",
    "LIN+9'",
    "PIA+5+7-0?:3.0.0:SRW'",
    "QTY+220:5:KWH'",
    "DTM+163:202610250230:203'",
    "DTM+7:20261025:102'",
    "DTM+672:15:806'",
    "DTM+163:20261025023000+01:304'",
    "STS+Z34++ZA4?:?+'",
    "UN",
];

/// Changes a file: pieces put in, some bytes taken out, line ends anywhere.
fn changed(mut bytes: Vec<u8>, changes: &[(Index, Index, usize)], breaks: &[Index]) -> Vec<u8> {
    for (at, piece, removed) in changes {
        // At the beginning of a segment half of the time: there whole segments make sense.
        let mut at = at.index(bytes.len() + 1);
        if *removed >= 4 {
            let end = bytes[at..].iter().position(|byte| *byte == b'\'');
            at += end.map_or(0, |found| found + 1);
        }
        let end = (at + removed % 4).min(bytes.len());
        bytes.splice(at..end, PIECES[piece.index(PIECES.len())].bytes());
    }
    for at in breaks {
        let at = at.index(bytes.len() + 1);
        bytes.splice(at..at, *b"\r\n");
    }
    bytes
}

/// Pieces and line ends for [`changed`].
fn changes() -> impl Strategy<Value = (Vec<(Index, Index, usize)>, Vec<Index>)> {
    let change = (any::<Index>(), any::<Index>(), 0..8_usize);
    (vec(change, 0..8), vec(any::<Index>(), 0..6))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    #[test]
    fn changed_files_are_read_as_the_reference_reads_them(file in select(fixtures(3_000)), (changes, breaks) in changes()) {
        let bytes = changed(file, &changes, &breaks);
        prop_assert_eq!(ours(&bytes), reader::lines(&bytes), "{}", bytes.escape_ascii());
    }

    #[test]
    fn generated_files_are_read_as_the_reference_reads_them(files in vec(interchange(), 1..3), (changes, breaks) in changes(), is_changed in any::<bool>()) {
        let whole = files.concat();
        let bytes = if is_changed { changed(whole, &changes, &breaks) } else { whole };
        prop_assert_eq!(ours(&bytes), reader::lines(&bytes), "{}", bytes.escape_ascii());
    }
}
