//! The naive reader: the rules of `DOMAIN.md` §11 in their order, each as it is written there.

use encoding_rs::Encoding;
use jiff::Timestamp;

use crate::reference::times::{Dtm, Said, times};

/// A segment: elements, components; decoded and unescaped.
type Segment = Vec<Vec<String>>;
/// The values of a record as they stand in its line: JSON, or `null`.
type Row = Vec<String>;

/// The names of the fields of a record, in the order of the output.
const FIELDS: [&str; 15] = [
    "sender",
    "receiver",
    "interchange",
    "message",
    "document",
    "pid",
    "location",
    "device",
    "obis",
    "start",
    "end",
    "value",
    "unit",
    "qualifier",
    "status",
];

/// What `parse` prints of a file: one JSON object a line.
pub(super) fn lines(bytes: &[u8]) -> Vec<String> {
    let (mut rows, mut at) = (Vec::new(), 0);
    while let Some((unb, marks)) = start(bytes, at) {
        let (segments, end) = segments(bytes, unb, marks);
        rows.extend(records(&segments));
        at = end.max(unb + 1);
    }
    let line = |row: Row| {
        assert_eq!(row.len(), FIELDS.len());
        let fields: Vec<String> = FIELDS
            .iter()
            .zip(row)
            .map(|(name, value)| format!("\"{name}\": {value}"))
            .collect();
        format!("{{{}}}", fields.join(", "))
    };
    rows.into_iter().map(line).collect()
}

/// The service characters.
#[derive(Clone, Copy)]
struct Marks {
    component: u8,
    element: u8,
    release: Option<u8>,
    terminator: u8,
}

const USUAL: Marks = Marks {
    component: b':',
    element: b'+',
    release: Some(b'?'),
    terminator: b'\'',
};

/// Where the next UNB stands, and the service characters of its interchange.
fn start(bytes: &[u8], from: usize) -> Option<(usize, Marks)> {
    (from..bytes.len()).find_map(|at| {
        let plain = || (spells(bytes, at, *b"UNB", USUAL)? == b'+').then_some((at, USUAL));
        behind_una(bytes, at).or_else(plain)
    })
}

/// The UNB behind the UNA that stands here, if one does.
fn behind_una(bytes: &[u8], at: usize) -> Option<(usize, Marks)> {
    let letters = without_line_ends(bytes, at, 3);
    if bytes[at] != b'U' || letters.iter().map(|(_, byte)| *byte).ne(*b"UNA") {
        return None;
    }
    let behind = letters[2].0 + 1;
    let as_they_stand: Vec<_> = (behind..bytes.len())
        .map(|i| (i, bytes[i]))
        .take(6)
        .collect();
    let unwrapped = without_line_ends(bytes, behind, 6);
    let (mut mended, mut whole) = (None, None);
    for six in [as_they_stand, unwrapped] {
        let Some((last, _)) = six.get(5) else {
            continue;
        };
        let blanks = bytes[last + 1..]
            .iter()
            .take_while(|b| b" \t\r\n\0".contains(b));
        let unb = last + 1 + blanks.count();
        let characters: Vec<u8> = six.iter().map(|(_, byte)| *byte).collect();
        let (marks, is_sound) = marks(&characters);
        if spells(bytes, unb, *b"UNB", marks) != Some(marks.element) {
            continue;
        }
        if is_sound {
            whole = whole.or(Some((unb, marks)));
        } else {
            mended = Some((unb, marks));
        }
    }
    whole.or(mended)
}

/// What UNA says, and whether it is without a fault.
fn marks(una: &[u8]) -> (Marks, bool) {
    let stated = Marks {
        component: una[0],
        element: una[1],
        release: Some(una[3]).filter(|byte| *byte != b' '),
        terminator: una[5],
    };
    let is_mark =
        |byte: u8| !byte.is_ascii_alphanumeric() && byte.is_ascii() && !b" \t\0-".contains(&byte);
    let inside = [Some(una[0]), Some(una[1]), stated.release];
    let cuts: Vec<u8> = inside.into_iter().flatten().chain([una[5]]).collect();
    let is_twice = (1..cuts.len()).any(|at| cuts[..at].contains(&cuts[at]));
    let wraps = inside
        .into_iter()
        .flatten()
        .any(|byte| b"\r\n".contains(&byte));
    if is_twice || wraps || !cuts.iter().all(|byte| is_mark(*byte)) {
        return (USUAL, false);
    }
    (stated, b".,".contains(&una[2]) && !cuts.contains(&una[2]))
}

fn without_line_ends(bytes: &[u8], from: usize, count: usize) -> Vec<(usize, u8)> {
    let rest = (from..bytes.len()).map(|at| (at, bytes[at]));
    rest.filter(|(_, byte)| !b"\r\n".contains(byte))
        .take(count)
        .collect()
}

/// The byte behind this tag, if the tag stands here.
fn spells(bytes: &[u8], at: usize, tag: [u8; 3], marks: Marks) -> Option<u8> {
    let text = without_line_ends(bytes, at, 3);
    if bytes.get(at) != Some(&tag[0]) || text.iter().map(|(_, byte)| *byte).ne(tag) {
        return None;
    }
    let mut behind = bytes[text[2].0 + 1..].iter().copied();
    behind.find(|byte| !b"\r\n".contains(byte) || *byte == marks.terminator)
}

/// The segments from UNB up to UNZ, or up to where another interchange begins; and where they end.
fn segments(bytes: &[u8], unb: usize, marks: Marks) -> (Vec<Segment>, usize) {
    let (mut segments, mut text, mut begin, mut is_released) = (Vec::new(), Vec::new(), unb, false);
    let mut charset = Vec::new();
    for (at, &byte) in bytes.iter().enumerate().skip(unb) {
        if b"\r\n".contains(&byte) && byte != marks.terminator {
            continue;
        }
        if text.is_empty() {
            begin = at;
            if b" \t\0".contains(&byte) {
                continue;
            }
        }
        if byte != marks.terminator || is_released {
            is_released = Some(byte) == marks.release && !is_released;
            text.push(byte);
            continue;
        }
        if text.is_empty() {
            continue;
        }
        let elements = cut(&text, marks.element, marks.release);
        let tag = elements[0].clone();
        let is_una = text.starts_with(b"UNA") && text.len() <= 8;
        if !segments.is_empty() && (is_una || tag == b"UNB") {
            return (segments, begin);
        }
        let parts = |element: &Vec<u8>| -> Vec<Vec<u8>> {
            let parts = cut(element, marks.component, marks.release);
            parts
                .iter()
                .map(|part| unescaped(part, marks.release))
                .collect()
        };
        if segments.is_empty() {
            charset = elements
                .get(1)
                .map(|first| parts(first).remove(0))
                .unwrap_or_default();
        }
        let texts =
            |parts: Vec<Vec<u8>>| parts.iter().map(|part| decoded(part, &charset)).collect();
        let mut segment: Segment = elements
            .iter()
            .map(|element| texts(parts(element)))
            .collect();
        // A tag is no data: nothing is released in it.
        segment[0] = vec![decoded(&tag, b"UNOC")];
        segments.push(segment);
        if tag == b"UNZ" {
            return (segments, at + 1);
        }
        text.clear();
    }
    (segments, bytes.len())
}

/// Text by UNB 0001; ISO 8859-1 where it is not known.
fn decoded(bytes: &[u8], code: &[u8]) -> String {
    let iso = |label: &str| {
        let encoding = Encoding::for_label(label.as_bytes()).unwrap();
        encoding.decode_without_bom_handling(bytes).0.into_owned()
    };
    match code {
        b"UNOA" | b"UNOB" => bytes
            .iter()
            .map(|byte| {
                if byte.is_ascii() {
                    char::from(*byte)
                } else {
                    '\u{FFFD}'
                }
            })
            .collect(),
        b"UNOD" => iso("iso-8859-2"),
        b"UNOE" => iso("iso-8859-5"),
        b"UNOF" => iso("iso-8859-7"),
        b"UNOG" => iso("iso-8859-3"),
        b"UNOH" => iso("iso-8859-4"),
        b"UNOI" => iso("iso-8859-6"),
        b"UNOJ" => iso("iso-8859-8"),
        b"UNOK" => bytes
            .iter()
            .map(|byte| match byte {
                0xD0 => 'Ğ',
                0xDD => 'İ',
                0xDE => 'Ş',
                0xF0 => 'ğ',
                0xFD => 'ı',
                0xFE => 'ş',
                _ => char::from(*byte),
            })
            .collect(),
        b"UNOW" | b"UNOY" => String::from_utf8_lossy(bytes).into_owned(),
        _ => bytes.iter().map(|byte| char::from(*byte)).collect(),
    }
}

fn cut(text: &[u8], separator: u8, release: Option<u8>) -> Vec<Vec<u8>> {
    let (mut parts, mut is_released) = (vec![Vec::new()], false);
    for &byte in text {
        if byte == separator && !is_released {
            parts.push(Vec::new());
        } else {
            is_released = Some(byte) == release && !is_released;
            parts.last_mut().unwrap().push(byte);
        }
    }
    parts
}

fn unescaped(text: &[u8], release: Option<u8>) -> Vec<u8> {
    let (mut plain, mut at) = (Vec::new(), 0);
    while at < text.len() {
        if Some(text[at]) == release && at + 1 < text.len() {
            at += 1;
        }
        plain.push(text[at]);
        at += 1;
    }
    plain
}

fn json(text: &str) -> String {
    serde_json::to_string(text).unwrap()
}

fn json_or_null(text: Option<String>) -> String {
    text.map_or("null".to_owned(), |text| json(&text))
}

/// A component that is there and not empty.
fn given(segment: &Segment, n: usize, c: usize) -> Option<String> {
    segment
        .get(n)?
        .get(c)
        .filter(|text| !text.is_empty())
        .cloned()
}

fn text(segment: &Segment, n: usize, c: usize) -> String {
    given(segment, n, c).unwrap_or_default()
}

#[derive(Default)]
struct Place {
    balance: Option<(String, String)>,
    code: Option<String>,
    kind: Option<String>,
    configuration: Option<String>,
    device: Option<String>,
}

impl Place {
    /// Behind this LOC.
    fn at(self, loc: &Segment) -> Self {
        let (balance, code) = if text(loc, 1, 0) == "237" {
            let pair = (text(loc, 2, 0), text(loc, 3, 0));
            (Some(pair), self.code)
        } else {
            (self.balance, given(loc, 2, 0).or(given(loc, 2, 3)))
        };
        Self {
            balance,
            code,
            ..Self::default()
        }
    }

    fn name(&self) -> Option<String> {
        let Some((from, to)) = &self.balance else {
            return self.code.clone().or(self.configuration.clone());
        };
        let parts = [
            Some(from.clone()),
            Some(to.clone()),
            self.code.clone(),
            self.kind.clone(),
        ];
        let parts: Vec<String> = parts
            .into_iter()
            .flatten()
            .filter(|p| !p.is_empty())
            .collect();
        if parts.is_empty() {
            self.configuration.clone()
        } else {
            Some(parts.join("/"))
        }
    }
}

#[derive(Default)]
struct Open {
    fields: Row,
    obis: Option<String>,
    status: Vec<String>,
    dtms: Vec<Dtm>,
    place_dtms: Vec<Dtm>,
    n: i64,
}

/// Every QTY of the MSCONS messages of an interchange, in order.
fn records(segments: &[Segment]) -> Vec<Row> {
    let Some(unb) = segments.first() else {
        return Vec::new();
    };
    let mut rows = Vec::new();
    for message in messages(segments) {
        let pid = message
            .iter()
            .find(|s| text(s, 0, 0) == "RFF" && text(s, 1, 0) == "Z13");
        let pid = pid.and_then(|rff| given(rff, 1, 1));
        let pid = pid.filter(|p| p.len() == 5 && p.bytes().all(|b| b.is_ascii_digit()));
        let bgm = message.iter().rfind(|s| text(s, 0, 0) == "BGM");
        let head = vec![
            json(&text(unb, 2, 0)),
            json(&text(unb, 3, 0)),
            json(&text(unb, 5, 0)),
            json(&text(&message[0], 1, 0)),
            json(&bgm.map(|bgm| text(bgm, 2, 0)).unwrap_or_default()),
            pid.map_or("null".to_owned(), |pid| {
                pid.parse::<u32>().unwrap().to_string()
            }),
        ];
        rows.extend(
            values(&message)
                .into_iter()
                .map(|row| [head.clone(), row].concat()),
        );
    }
    rows
}

/// The segments of each MSCONS message from UNH on, UNT left out.
fn messages(segments: &[Segment]) -> Vec<Vec<Segment>> {
    let (mut messages, mut open): (Vec<Vec<Segment>>, _) = (Vec::new(), false);
    for segment in segments {
        match &*segment[0][0] {
            "UNH" => {
                open = text(segment, 2, 0) == "MSCONS";
                if open {
                    messages.push(vec![segment.clone()]);
                }
            }
            "UNT" | "UNG" | "UNE" | "UNZ" => open = false,
            _ if open => messages.last_mut().unwrap().push(segment.clone()),
            _ => {}
        }
    }
    messages
}

fn values(message: &[Segment]) -> Vec<Row> {
    let (mut rows, mut open): (Vec<Row>, Option<Open>) = (Vec::new(), None);
    let (mut place, mut obis, mut dtms): (Place, Option<String>, Vec<Dtm>) = Default::default();
    let (mut dates_open, mut n, mut before): (bool, i64, Option<i64>) = (false, 0, None);
    for segment in message {
        let tag = &*segment[0][0];
        if ["QTY", "LIN", "LOC", "NAD", "UNS"].contains(&tag)
            && let Some(open) = open.take()
        {
            rows.push(close(open, &mut before));
        }
        match tag {
            "NAD" if ["MS", "MR"].contains(&&*text(segment, 1, 0)) => place.device = None,
            "NAD" => place = Place::default(),
            "LOC" => {
                (obis, n, before, dtms, dates_open) = (None, 0, None, Vec::new(), true);
                place = place.at(segment);
            }
            "RFF" if text(segment, 1, 0) == "MG" => place.device = given(segment, 1, 1),
            "RFF" if text(segment, 1, 0) == "AGK" => place.configuration = given(segment, 1, 1),
            "CCI" if text(segment, 1, 0) == "15" => place.kind = given(segment, 3, 0),
            "LIN" => (obis, n, before) = (given(segment, 3, 0), 0, None),
            "PIA" => obis = given(segment, 2, 0),
            "DTM" => {
                let [qualifier, digits, format] = [0, 1, 2].map(|c| text(segment, 1, c));
                let dtm = (qualifier, digits, format);
                match &mut open {
                    Some(open) => open.dtms.push(dtm),
                    None if dates_open => dtms.push(dtm),
                    None => {}
                }
            }
            "STS" => {
                if let Some(open) = &mut open {
                    let elements: Vec<String> = segment[1..].iter().map(|e| e.join(":")).collect();
                    open.status.push(elements.join("+"));
                }
            }
            "QTY" => {
                dates_open = false;
                open = Some(Open {
                    fields: vec![
                        json_or_null(place.name()),
                        json_or_null(place.device.clone()),
                        json_or_null(obis.clone()),
                        json_or_null(given(segment, 1, 1).map(|value| value.replace(',', "."))),
                        json_or_null(given(segment, 1, 2)),
                        json(&text(segment, 1, 0)),
                    ],
                    obis: obis.clone(),
                    place_dtms: dtms.clone(),
                    n,
                    ..Open::default()
                });
                n += 1;
            }
            _ => {}
        }
    }
    rows.extend(open.map(|open| close(open, &mut before)));
    rows
}

fn close(open: Open, before: &mut Option<i64>) -> Row {
    let is_gas = open
        .obis
        .as_deref()
        .is_some_and(|obis| obis.starts_with("7-"));
    let said = Said {
        own: &open.dtms,
        of_place: &open.place_dtms,
        number: open.n,
    };
    let (start, end) = times(&said, is_gas, *before);
    *before = start.or(*before);
    let utc = |t| Timestamp::from_second(t).unwrap().to_string();
    let print = |time: Option<i64>| json_or_null(time.map(utc));
    let mut row = open.fields;
    row.splice(3..3, [print(start), print(end)]);
    let status: Vec<String> = open.status.iter().map(|status| json(status)).collect();
    row.push(format!("[{}]", status.join(", ")));
    row
}
