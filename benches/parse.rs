//! Bytes to columns of values: ours, the peers and the limit, in one run.
//!
//! ```text
//! cargo bench --bench parse
//! ```
//!
//! Before anything is measured, all readers must fill columns with the same sums.

use std::hint::black_box;

use divan::Bencher;
use divan::counter::{BytesCount, ItemsCount};
use edifact_parser::{EdifactHandler, EdifactStreamParser};
use edifact_primitives::{Control, RawSegment};
use mscons_gateway::extract::candidates;
use mscons_gateway::message::mscons;
use mscons_gateway::sample;
use mscons_gateway::series::Value;

fn main() {
    for shape in SHAPES {
        let bytes = shape.bytes();
        let ours = sums_of_ours(&bytes);
        assert_eq!(ours, by_edifact_parser(&bytes).sums(), "{shape:?}");
        assert_eq!(ours, by_edifact_rs(&bytes).sums(), "{shape:?}");
    }
    divan::main();
}

#[divan::bench(args = SHAPES)]
fn ours(bencher: Bencher<'_, '_>, shape: Shape) {
    measure(bencher, shape, |bytes| mscons::read(bytes));
}

#[divan::bench(args = SHAPES)]
fn edifact_parser_to_columns(bencher: Bencher<'_, '_>, shape: Shape) {
    measure(bencher, shape, by_edifact_parser);
}

#[divan::bench(args = SHAPES)]
fn edifact_rs_to_columns(bencher: Bencher<'_, '_>, shape: Shape) {
    measure(bencher, shape, by_edifact_rs);
}

#[divan::bench(args = SHAPES)]
fn limit_count_terminators(bencher: Bencher<'_, '_>, shape: Shape) {
    measure(bencher, shape, |bytes| {
        memchr::memchr_iter(b'\'', bytes).count()
    });
}

fn measure<O>(bencher: Bencher<'_, '_>, shape: Shape, read: impl Fn(&[u8]) -> O + Sync) {
    let bytes = shape.bytes();
    let (values, ..) = sums_of_ours(&bytes);
    bencher
        .counter(BytesCount::of_slice(&bytes))
        .counter(ItemsCount::new(values))
        .bench(|| read(black_box(&bytes)));
}

/// What is read.
#[derive(Clone, Copy, Debug)]
enum Shape {
    /// 20 MB: a month of quarter hours a message.
    Corpus20Mb,
    /// The attachment of one mail: 96 quarter hours.
    File10Kb,
    /// The corpus with a line end behind each segment.
    LineEnds20Mb,
}

const SHAPES: [Shape; 3] = [Shape::Corpus20Mb, Shape::File10Kb, Shape::LineEnds20Mb];

impl Shape {
    fn bytes(self) -> Vec<u8> {
        match self {
            Self::Corpus20Mb => sample::corpus(20_000_000),
            Self::File10Kb => {
                let mail = sample::load_profile_mail(1);
                let found = candidates(&mail.bytes, &mscons_gateway::extract::Bounds::default());
                let file = found.candidates.into_iter().next();
                file.map(|file| file.bytes).unwrap_or_default()
            }
            Self::LineEnds20Mb => {
                let lines = sample::corpus(20_000_000);
                let lines = lines.split_inclusive(|byte| *byte == b'\'');
                lines
                    .flat_map(|line| [line, b"\r\n"])
                    .flatten()
                    .copied()
                    .collect()
            }
        }
    }
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

    fn time(&mut self, qualifier: &str, text: &str) {
        match qualifier {
            "163" => self.start.push(seconds(text)),
            "164" => self.end.push(seconds(text)),
            _ => {}
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
