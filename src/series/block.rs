//! Blocks: what one message says of one series for one local day, as compressed columns.
//!
//! The bytes of a block, in order: format version, document date and arrival, series version,
//! number of rows, labels, starts, ends, scales, mantissas. Regular quarter hours with one label
//! cost nothing but their values: starts are a run, ends a constant length, and the values are
//! bit-packed in groups of 16 ([`packing`]).

mod bytes;
mod packing;
mod times;
mod words;

use std::collections::BTreeMap;

use super::columns::{ABSENT, TEXT};
use super::{Columns, Label, Labels, Row};
use crate::market::calendar::{Day, UtcTime, legal_day, legal_day_bounds};
use bytes::{Reader, Writer};

pub use bytes::DamagedBlock;

/// What one message says of one series for one local day.
#[derive(Clone, Debug)]
pub struct Block {
    /// DTM+293 of the series, where the message has one.
    pub version: Option<UtcTime>,
    /// DTM+137 of the message; its arrival where it has none.
    pub document_date: UtcTime,
    /// When the gateway received the message.
    pub arrived: UtcTime,
    /// The values. Rows are numbers or absent, never text: text is barred before.
    pub columns: Columns,
    /// The labels that the rows name.
    pub labels: Labels,
}

impl Block {
    /// The block as bytes.
    pub fn encode(&self) -> Vec<u8> {
        let columns = &self.columns;
        let mut out = Writer::with_capacity(64 + 3 * columns.len());
        out.byte(FORMAT);
        out.signed(self.document_date.seconds());
        out.signed(self.arrived.seconds().wrapping_sub(self.document_date.seconds()));
        match self.version {
            Some(version) => {
                out.byte(1);
                out.signed(version.seconds().wrapping_sub(self.document_date.seconds()));
            }
            None => out.byte(0),
        }
        out.length(columns.len());
        out.length(self.labels.as_slice().len());
        for label in self.labels.as_slice() {
            words::encode(label, &mut out);
        }
        out.runs(columns.label.iter().copied());
        times::encode_starts(&columns.start, &mut out);
        times::encode_ends(&columns.start, &columns.end, &mut out);
        let scales = columns.scale.iter().map(|&scale| if scale == TEXT { ABSENT } else { scale });
        out.runs(scales.map(u32::from));
        let numbers = columns.mantissa.iter().zip(&columns.scale);
        let mantissas: Vec<i64> =
            numbers.filter(|(_, scale)| **scale < TEXT).map(|(mantissa, _)| *mantissa).collect();
        packing::encode(&mantissas, &mut out);
        out.finish()
    }

    /// Reads a block.
    ///
    /// # Errors
    /// [`DamagedBlock`], with the place.
    pub fn decode(bytes: &[u8]) -> Result<Self, DamagedBlock> {
        let mut input = Reader::new(bytes);
        if input.byte()? != FORMAT {
            return Err(input.damaged("the format version"));
        }
        let document_date = input.signed()?;
        let arrived = document_date.wrapping_add(input.signed()?);
        let version = match input.byte()? {
            0 => None,
            1 => Some(document_date.wrapping_add(input.signed()?)),
            _ => return Err(input.damaged("whether there is a version")),
        };
        let rows = input.length(MAX_ROWS)?;
        let mut labels = Labels::default();
        for expected in 0..input.length(MAX_ROWS)? {
            let number = labels.intern(words::decode(&mut input)?);
            if usize::try_from(number) != Ok(expected) {
                return Err(input.damaged("labels that differ"));
            }
        }
        let label = input.runs(rows)?;
        if label.iter().any(|number| labels.get(*number).is_none()) {
            return Err(input.damaged("the number of a label"));
        }
        let start = times::decode_starts(rows, &mut input)?;
        let end = times::decode_ends(&start, &mut input)?;
        let (scale, mantissa) = values(rows, &mut input)?;
        let columns = Columns { start, end, mantissa, scale, label, texts: Vec::new() };
        Ok(Self {
            version: version.map(UtcTime::from_seconds),
            document_date: UtcTime::from_seconds(document_date),
            arrived: UtcTime::from_seconds(arrived),
            columns,
            labels,
        })
    }

    /// Cuts a block at the borders of German legal days, so that a reader of a day finds every
    /// value that starts in it. Rows without a start belong to the day of their end, or to day 0.
    pub fn split_by_day(self) -> Vec<(Day, Block)> {
        let mut parts: BTreeMap<Day, (Columns, Labels)> = BTreeMap::new();
        let mut day = Day::from_number(0);
        let mut bounds = (UtcTime::from_seconds(0), UtcTime::from_seconds(0));
        let mut last: Option<(Day, u32, u32)> = None;
        for row in self.columns.rows() {
            match row.start.or(row.end) {
                Some(at) if at < bounds.0 || at >= bounds.1 => {
                    day = legal_day(at);
                    bounds = legal_day_bounds(day);
                }
                Some(_) => {}
                None => day = Day::from_number(0),
            }
            let (columns, labels) = parts.entry(day).or_default();
            let label = match last {
                Some((before, label, own)) if before == day && label == row.label => own,
                _ => {
                    let label = self.labels.get(row.label).cloned().unwrap_or_default();
                    labels.intern(label)
                }
            };
            last = Some((day, row.label, label));
            columns.push(Row { label, ..row });
            if row.start.or(row.end).is_none() {
                bounds = (UtcTime::from_seconds(0), UtcTime::from_seconds(0));
            }
        }
        let Self { version, document_date, arrived, .. } = self;
        let block = |(columns, labels)| Block { version, document_date, arrived, columns, labels };
        parts.into_iter().map(|(day, part)| (day, block(part))).collect()
    }
}

/// Scales and mantissas, a row each; the mantissa of an absent value is 0.
fn values(rows: usize, input: &mut Reader<'_>) -> Result<(Vec<u8>, Vec<i64>), DamagedBlock> {
    let scales = input.runs(rows)?;
    let scale: Option<Vec<u8>> = scales
        .iter()
        .map(|&scale| u8::try_from(scale).ok().filter(|s| *s <= 18 || *s == ABSENT))
        .collect();
    let Some(scale) = scale else { return Err(input.damaged("a scale")) };
    let count = scale.iter().filter(|scale| **scale != ABSENT).count();
    let mut numbers = packing::decode(count, input)?.into_iter();
    let mantissa = scale
        .iter()
        .map(|&scale| if scale == ABSENT { 0 } else { numbers.next().unwrap_or_default() })
        .collect();
    Ok((scale, mantissa))
}

/// The first byte of a block.
const FORMAT: u8 = 1;
/// Rows of a block: one a second of a day, four times over.
const MAX_ROWS: usize = 1 << 19;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::market::quantity::Decimal;
    use crate::series::Value;

    fn block(columns: Columns, labels: Labels) -> Block {
        let at = UtcTime::from_seconds;
        Block { version: None, document_date: at(1_767_225_600), arrived: at(1_767_229_200), columns, labels }
    }

    fn quarter_hours(from: i64, values: &[i64]) -> Block {
        let mut labels = Labels::default();
        let label = labels.intern(Label {
            qualifier: "220".into(),
            unit: None,
            status: vec!["Z34++ZA4".into()],
        });
        let mut columns = Columns::default();
        for (&value, n) in values.iter().zip(0..) {
            columns.push(Row {
                start: Some(UtcTime::from_seconds(from + n * 900)),
                end: Some(UtcTime::from_seconds(from + (n + 1) * 900)),
                value: Value::Number(Decimal::new(value, 3).unwrap()),
                label,
            });
        }
        block(columns, labels)
    }

    #[test]
    fn a_day_of_quarter_hours_costs_its_values_and_little_more() {
        // A shift shape with 4 % noise, in thousandths.
        let mut noise = 1_u64;
        let values: Vec<i64> = (0..96)
            .map(|n: i64| {
                noise = noise.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                let shape = if (24..88).contains(&n) { 4_000 } else { 1_000 };
                shape + i64::try_from(noise >> 33).unwrap() % 160 - 80
            })
            .collect();
        let bytes = quarter_hours(1_767_222_000, &values).encode();
        assert!(bytes.len() <= 96 * 19 / 10, "{} bytes", bytes.len());
    }

    #[test]
    fn a_month_is_cut_at_legal_days_and_dst_days_have_92_or_100_quarter_hours() {
        for (from, expected) in [("2026-03-27T23:00:00Z", [96, 92, 96]), ("2026-10-23T22:00:00Z", [96, 100, 96])] {
            let from = UtcTime::parse(from).unwrap().seconds();
            let values = vec![1; expected.iter().sum()];
            let parts = quarter_hours(from, &values).split_by_day();
            let counts: Vec<usize> = parts.iter().map(|(_, block)| block.columns.len()).collect();
            assert_eq!(counts, expected);
        }
    }

    type AnyRow = (Option<i64>, Option<i64>, Option<(i64, u8)>, u8);

    fn rows() -> impl Strategy<Value = Vec<AnyRow>> {
        let time = prop_oneof![
            3 => (0_i64..4_000_000).prop_map(|n| Some(n * 900)),
            1 => (i64::MIN + 1..i64::MAX).prop_map(Some),
            1 => Just(None)
        ];
        let value = prop_oneof![
            4 => (-5_000_i64..5_000, 0_u8..=4).prop_map(Some),
            1 => (any::<i64>(), 0_u8..=18).prop_map(Some),
            1 => Just(None)
        ];
        proptest::collection::vec((time.clone(), time, value, 0_u8..5), 0..200)
    }

    proptest! {
        #[test]
        fn every_block_is_read_as_it_was_written(rows in rows(), version in proptest::option::of(any::<i64>()), document in any::<i64>(), arrived in any::<i64>()) {
            let mut labels = Labels::default();
            let mut columns = Columns::default();
            for (start, end, value, label) in rows {
                let label = labels.intern(Label {
                    qualifier: label.to_string().into(),
                    unit: (label > 2).then(|| "KWH".into()),
                    status: (0..label).map(|n| format!("Z3{n}++ü").into()).collect(),
                });
                let value = value.map_or(Value::Absent, |(m, s)| Value::Number(Decimal::new(m, s).unwrap()));
                columns.push(Row { start: start.map(UtcTime::from_seconds), end: end.map(UtcTime::from_seconds), value, label });
            }
            let mut block = block(columns, labels);
            block.version = version.map(UtcTime::from_seconds);
            block.document_date = UtcTime::from_seconds(document);
            block.arrived = UtcTime::from_seconds(arrived);
            let again = Block::decode(&block.encode()).unwrap();
            prop_assert_eq!(again.version, block.version);
            prop_assert_eq!((again.document_date, again.arrived), (block.document_date, block.arrived));
            prop_assert_eq!(again.columns, block.columns);
            prop_assert_eq!(again.labels.as_slice(), block.labels.as_slice());
        }

        #[test]
        fn damaged_bytes_are_an_error_or_another_block_and_never_a_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            drop(Block::decode(&bytes));
        }

        #[test]
        fn a_flipped_byte_never_panics(values in proptest::collection::vec(-9_000_i64..9_000, 1..100), at in any::<proptest::sample::Index>(), flip in 1_u8..) {
            let mut bytes = quarter_hours(0, &values).encode();
            let at = at.index(bytes.len());
            bytes[at] ^= flip;
            drop(Block::decode(&bytes));
        }
    }
}
