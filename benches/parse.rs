//! Bytes to columns of values: ours, the peers and the limit, in one run.
//!
//! ```text
//! cargo bench --bench parse
//! PARSE_BENCH_MB=100 cargo bench --bench parse
//! ```
//!
//! Files are of 20 MB, or of what `PARSE_BENCH_MB` says; one is the attachment of a mail. Before anything is measured, all readers must fill columns with the same sums.

use std::hint::black_box;

use divan::Bencher;
use divan::counter::{BytesCount, ItemsCount};
use edifact_parser::{EdifactHandler, EdifactStreamParser};
use edifact_primitives::{Control, RawSegment};
use mscons_gateway::edifact::envelope::next_start;
use mscons_gateway::edifact::scan::Scanner;
use mscons_gateway::extract::candidates;
use mscons_gateway::message::mscons;
use mscons_gateway::sample;
use mscons_gateway::series::Value;

fn main() {
    for shape in SHAPES {
        let (count, sum, scales, starts, ends) = sums_of_ours(&shape.bytes());
        let ahead = shape.clock_ahead_seconds() * i64::try_from(count).unwrap_or_default();
        let ours = (count, sum, scales, starts + ahead, ends + ahead);
        let plain = shape.bytes_for_peers();
        assert_eq!(ours, by_edifact_parser(&plain).sums(), "{shape:?}");
        assert_eq!(ours, by_edifact_rs(&plain).sums(), "{shape:?}");
    }
    divan::main();
}

#[divan::bench(args = SHAPES)]
fn ours(bencher: Bencher<'_, '_>, shape: Shape) {
    measure(bencher, &shape.bytes(), mscons::read);
}

#[divan::bench(args = SHAPES)]
fn edifact_parser_to_columns(bencher: Bencher<'_, '_>, shape: Shape) {
    measure(bencher, &shape.bytes_for_peers(), by_edifact_parser);
}

#[divan::bench(args = SHAPES)]
fn edifact_rs_to_columns(bencher: Bencher<'_, '_>, shape: Shape) {
    measure(bencher, &shape.bytes_for_peers(), by_edifact_rs);
}

/// Segments alone, nothing read of them.
#[divan::bench(args = SHAPES)]
fn tokenise_ours(bencher: Bencher<'_, '_>, shape: Shape) {
    measure(bencher, &shape.bytes(), |bytes| {
        let start = next_start(bytes, 0);
        let mut scanner = start.map(|start| Scanner::new(bytes, start.unb, start.separators));
        std::iter::from_fn(|| Some(scanner.as_mut()?.next()?.text.len())).sum::<usize>()
    });
}

#[divan::bench(args = SHAPES)]
fn tokenise_edifact_parser(bencher: Bencher<'_, '_>, shape: Shape) {
    measure(bencher, &shape.bytes_for_peers(), |bytes| {
        let mut lengths = Lengths::default();
        drop(EdifactStreamParser::parse(bytes, &mut lengths));
        lengths.sum
    });
}

#[divan::bench(args = SHAPES)]
fn limit_memcpy(bencher: Bencher<'_, '_>, shape: Shape) {
    measure(bencher, &shape.bytes(), <[u8]>::to_vec);
}

#[divan::bench(args = SHAPES)]
fn limit_count_terminators(bencher: Bencher<'_, '_>, shape: Shape) {
    measure(bencher, &shape.bytes(), |bytes| {
        memchr::memchr_iter(b'\'', bytes).count()
    });
}

fn measure<O>(bencher: Bencher<'_, '_>, bytes: &[u8], read: impl Fn(&[u8]) -> O + Sync) {
    let (values, ..) = sums_of_ours(bytes);
    bencher
        .counter(BytesCount::of_slice(bytes))
        .counter(ItemsCount::new(values))
        .bench(|| read(black_box(bytes)));
}

/// What is read.
#[derive(Clone, Copy, Debug)]
enum Shape {
    /// A month of quarter hours a message.
    Corpus,
    /// The attachment of one mail: 96 quarter hours.
    File10Kb,
    /// The corpus with a line end behind each segment.
    LineEnds,
    /// The corpus wrapped at 80 columns: line ends inside segments.
    Wrapped,
    /// The corpus in the time of the clock, without zone.
    Local,
    /// Everything odd at once: see [`mixed`].
    Mixed,
}

const SHAPES: [Shape; 6] = [
    Shape::Corpus,
    Shape::File10Kb,
    Shape::LineEnds,
    Shape::Wrapped,
    Shape::Local,
    Shape::Mixed,
];

impl Shape {
    fn bytes(self) -> Vec<u8> {
        match self {
            Self::Wrapped | Self::Mixed => wrapped(&self.bytes_for_peers()),
            Self::Corpus | Self::File10Kb | Self::LineEnds | Self::Local => self.bytes_for_peers(),
        }
    }

    /// How much the clock of its times is ahead of UTC: the peers know no legal time. The corpus
    /// is of January.
    fn clock_ahead_seconds(self) -> i64 {
        match self {
            Self::Local => 3_600,
            Self::Corpus | Self::File10Kb | Self::LineEnds | Self::Wrapped | Self::Mixed => 0,
        }
    }

    /// The same without line ends inside segments, which the peers do not read.
    fn bytes_for_peers(self) -> Vec<u8> {
        match self {
            Self::Corpus | Self::Wrapped => corpus(),
            Self::File10Kb => {
                let mail = sample::load_profile_mail(1);
                let found = candidates(&mail.bytes, &mscons_gateway::extract::Bounds::default());
                let file = found.candidates.into_iter().next();
                file.map(|file| file.bytes).unwrap_or_default()
            }
            Self::LineEnds => {
                let corpus = corpus();
                let lines: Vec<_> = corpus.split_inclusive(|byte| *byte == b'\'').collect();
                lines.join(&b"\r\n"[..])
            }
            Self::Local => replaced(&corpus(), b"?+00:303", b":203"),
            Self::Mixed => mixed(&corpus()),
        }
    }
}

fn corpus() -> Vec<u8> {
    let stated = std::env::var("PARSE_BENCH_MB");
    let megabytes = stated.ok().and_then(|text| text.parse::<usize>().ok());
    sample::corpus(megabytes.unwrap_or(20) * 1_000_000)
}

/// Line ends at column 80, as mail puts them in.
fn wrapped(bytes: &[u8]) -> Vec<u8> {
    bytes.chunks(80).collect::<Vec<_>>().join(&b"\r\n"[..])
}

/// Other service characters, the times of a value in changing order, changing qualifiers, and
/// released characters in the status.
fn mixed(corpus: &[u8]) -> Vec<u8> {
    let segments = corpus
        .split(|byte| *byte == b'\'')
        .filter(|text| !text.is_empty());
    let segments: Vec<&[u8]> = segments.collect();
    let mut out = Vec::with_capacity(corpus.len() + corpus.len() / 4);
    let mut qualifiers = [&b"220"[..], b"67", b"Z18"].into_iter().cycle();
    let mut status = [&b"STS+Z34++ZA4"[..], b"STS+6+T2?::108"]
        .into_iter()
        .cycle();
    let mut is_turned = false;
    let mut rest = &segments[..];
    while let [segment, behind @ ..] = rest {
        rest = behind;
        let Some(quantity) = segment.strip_prefix(b"QTY+220:") else {
            out.extend_from_slice(segment);
            out.push(b'\'');
            continue;
        };
        let [from, to, _status, behind @ ..] = behind else {
            break;
        };
        rest = behind;
        is_turned = !is_turned;
        let qualifier = qualifiers.next().unwrap_or_default();
        let status = status.next().unwrap_or_default();
        let quantity = [b"QTY+", qualifier, b":", quantity, b":KWH"].concat();
        let parts = if is_turned {
            [&quantity, *to, *from, status]
        } else {
            [&quantity, status, *from, *to]
        };
        for part in parts {
            out.extend_from_slice(part);
            out.push(b'\'');
        }
    }
    // What was released is no service character any more; one other character is released.
    let plain = replaced(&replaced(&out, b"?+", b"\x01"), b"?:", b"\x02");
    let other = plain.iter().flat_map(|byte| match byte {
        b':' => &b";"[..],
        b'+' => b"|",
        b'?' => b"!",
        b'\'' => b"~",
        1 => b"+",
        2 => b"!;",
        byte => std::slice::from_ref(byte),
    });
    other.copied().collect()
}

fn replaced(bytes: &[u8], old: &[u8], new: &[u8]) -> Vec<u8> {
    let (mut out, mut rest) = (Vec::with_capacity(bytes.len()), bytes);
    while let Some((before, behind)) = memchr::memmem::find(rest, old)
        .and_then(|at| Some((rest.get(..at)?, rest.get(at + old.len()..)?)))
    {
        out.extend_from_slice(before);
        out.extend_from_slice(new);
        rest = behind;
    }
    out.extend_from_slice(rest);
    out
}

/// Count of values, sum of mantissas, of digits behind the mark, of starts, of ends.
type Sums = (usize, i64, u64, i64, i64);

fn sums_of_ours(bytes: &[u8]) -> Sums {
    let file = mscons::read(bytes);
    let rows = file.interchanges.iter().flat_map(|i| i.columns.rows());
    rows.fold(
        Sums::default(),
        |(count, sum, scales, starts, ends), row| {
            let (mantissa, scale) = match row.value {
                Value::Number(number) => (number.mantissa(), number.scale()),
                Value::Text(_) | Value::Absent => (0, 0),
            };
            let seconds = |time: Option<mscons_gateway::market::calendar::UtcTime>| {
                time.map_or(0, mscons_gateway::market::calendar::UtcTime::seconds)
            };
            (
                count + 1,
                sum + mantissa,
                scales + u64::from(scale),
                starts + seconds(row.start),
                ends + seconds(row.end),
            )
        },
    )
}

/// What a user of another parser writes to get the same columns. No check of anything.
#[derive(Default)]
struct PeerColumns {
    mantissa: Vec<i64>,
    scale: Vec<u8>,
    start: Vec<i64>,
    end: Vec<i64>,
}

impl PeerColumns {
    fn quantity(&mut self, text: &str) {
        let (mut mantissa, mut scale, mut is_behind) = (0, 0, false);
        for byte in text.bytes() {
            if byte == b',' || byte == b'.' {
                is_behind = true;
            } else {
                mantissa = mantissa * 10 + i64::from(byte - b'0');
                scale += u8::from(is_behind);
            }
        }
        self.mantissa.push(mantissa);
        self.scale.push(scale);
    }

    /// A time before the first quantity, or between two of them, is the message's own.
    fn time(&mut self, qualifier: &str, text: &str) {
        let times = match qualifier {
            "163" => &mut self.start,
            "164" => &mut self.end,
            _ => return,
        };
        if times.len() < self.mantissa.len() {
            times.push(seconds(text));
        }
    }

    fn sums(&self) -> Sums {
        (
            self.mantissa.len(),
            self.mantissa.iter().sum(),
            self.scale.iter().copied().map(u64::from).sum(),
            self.start.iter().sum(),
            self.end.iter().sum(),
        )
    }
}

/// `YYYYMMDDHHMM+00` to seconds since 1970.
fn seconds(text: &str) -> i64 {
    let number = |from: usize, to: usize| {
        let digits = text.as_bytes().get(from..to).unwrap_or_default();
        digits
            .iter()
            .fold(0, |number, byte| number * 10 + i64::from(byte - b'0'))
    };
    let (year, month, day) = (number(0, 4), number(4, 6), number(6, 8));
    let year = if month <= 2 { year - 1 } else { year };
    let (era, year) = (year / 400, year % 400);
    let day = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let days = era * 146_097 + year * 365 + year / 4 - year / 100 + day - 719_468;
    days * 86_400 + number(8, 10) * 3600 + number(10, 12) * 60
}

/// Looks at each segment, and at nothing in it.
#[derive(Default)]
struct Lengths {
    sum: usize,
}

impl EdifactHandler for Lengths {
    fn on_segment(&mut self, segment: &RawSegment<'_>) -> Control {
        self.sum += segment.id.len();
        Control::Continue
    }
}

impl EdifactHandler for PeerColumns {
    fn on_segment(&mut self, segment: &RawSegment<'_>) -> Control {
        match segment.id {
            "QTY" => self.quantity(segment.get_component(0, 1)),
            "DTM" => self.time(segment.get_component(0, 0), segment.get_component(0, 1)),
            _ => {}
        }
        Control::Continue
    }
}

#[expect(clippy::expect_used, reason = "the sample is well-formed")]
fn by_edifact_parser(bytes: &[u8]) -> PeerColumns {
    let mut columns = PeerColumns::default();
    EdifactStreamParser::parse(bytes, &mut columns).expect("the peer reads the sample");
    columns
}

#[expect(clippy::expect_used, reason = "the sample is well-formed")]
fn by_edifact_rs(bytes: &[u8]) -> PeerColumns {
    let mut columns = PeerColumns::default();
    for segment in edifact_rs::from_bytes(bytes) {
        let segment = segment.expect("the peer reads the sample");
        let Some(element) = segment.elements.first() else {
            continue;
        };
        match &*segment.tag {
            "QTY" => columns.quantity(element.component_or_empty(1)),
            "DTM" => columns.time(element.component_or_empty(0), element.component_or_empty(1)),
            _ => {}
        }
    }
    columns
}
