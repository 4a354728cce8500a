//! A sheaf: what several messages say of one series, packed together.
//!
//! A day alone pays for its head, and for the beginning of each of its columns. Bound together, days
//! that follow each other are one run of times, one label, one scale. Every block comes back with
//! each of its rows as it was; only what its rows do not name of the labels may be more.
//! ```text
//! sheaf = version:8 pieces sequence:column day:column rows:column
//!         document:instants arrived:instants has-version:column version:instants
//!         rows of all pieces, as in a block
//!         zeros                                       at least a byte for each ROWS_A_BYTE of either
//! instants = 0|1 column                               in seconds or minutes, by what is near them
//! ```

use std::collections::HashMap;

use crate::market::calendar::{Day, UtcTime};
use crate::series::block::bits::{BitReader, BitWriter};
use crate::series::block::{
    Block, DamagedBlock, MINUTE, ROWS_A_BYTE, integers, read_rows, write_rows,
};
use crate::series::{Columns, Labels};

/// What one message says of a series for one day.
#[derive(Clone, Debug)]
pub struct Piece {
    /// The message.
    pub sequence: u64,
    /// The day under which it is kept.
    pub day: Day,
    /// What it says.
    pub block: Block,
}

/// Binds pieces of one series.
pub fn bind(mut pieces: Vec<Piece>) -> Vec<u8> {
    in_layers(&mut pieces);
    let (columns, labels) = joined(&pieces);
    let mut out = BitWriter::default();
    out.put(FORMAT, 8);
    out.put_gamma(u64::try_from(pieces.len()).unwrap_or(u64::MAX - 1) + 1);
    let column = |of: &dyn Fn(&Piece) -> i64| pieces.iter().map(of).collect::<Vec<_>>();
    integers::write(&mut out, &column(&|piece| piece.sequence.cast_signed()));
    integers::write(&mut out, &column(&|piece| piece.day.number().into()));
    let rows = |piece: &Piece| i64::try_from(piece.block.columns.len()).unwrap_or(i64::MAX);
    integers::write(&mut out, &column(&rows));
    let documents = |piece: &Piece| {
        let document = piece.block.document_date.seconds();
        document.wrapping_sub(midnight(piece.day))
    };
    write_instants(&mut out, &column(&documents));
    let arrivals = |piece: &Piece| {
        let arrived = piece.block.arrived.seconds();
        arrived.wrapping_sub(piece.block.document_date.seconds())
    };
    write_instants(&mut out, &column(&arrivals));
    let has_version = |piece: &Piece| i64::from(piece.block.version.is_some());
    integers::write(&mut out, &column(&has_version));
    let versions = pieces.iter().filter_map(|piece| {
        let version = piece.block.version?.seconds();
        Some(version.wrapping_sub(piece.block.document_date.seconds()))
    });
    write_instants(&mut out, &versions.collect::<Vec<_>>());
    write_rows(&mut out, columns.borrowed(), &labels);
    let mut bytes = out.finish();
    let least = columns.len().max(pieces.len()) / ROWS_A_BYTE;
    bytes.resize(bytes.len().max(least), 0);
    bytes
}

/// The pieces of a sheaf that are wanted, by sequence and day, with their sequences. What one message
/// says of several of them is one block.
///
/// # Errors
/// [`DamagedBlock`], with the place.
pub fn unbind(
    bytes: &[u8],
    is_wanted: impl Fn(u64, Day) -> bool,
) -> Result<Vec<(u64, Block)>, DamagedBlock> {
    let sheaf = Sheaf::read(bytes)?;
    let mut found: Vec<(Head, usize, usize)> = Vec::new();
    let mut from = 0;
    for (head, day, rows) in sheaf.pieces {
        let to = from + rows;
        if is_wanted(head.sequence, day) {
            match found.last_mut() {
                Some((last, _, end)) if *last == head && *end == from => *end = to,
                Some(_) | None => found.push((head, from, to)),
            }
        }
        from = to;
    }
    let block = |(head, from, to): (Head, usize, usize)| {
        let block = Block {
            version: head.version,
            document_date: head.document_date,
            arrived: head.arrived,
            columns: sheaf.columns.slice(from..to),
            labels: sheaf.labels.clone(),
        };
        (head.sequence, block)
    };
    Ok(found.into_iter().map(block).collect())
}

/// All pieces of a sheaf, one for each day of each message.
///
/// # Errors
/// [`DamagedBlock`], with the place.
pub fn pieces(bytes: &[u8]) -> Result<Vec<Piece>, DamagedBlock> {
    let sheaf = Sheaf::read(bytes)?;
    let mut from = 0;
    let piece = |(head, day, rows): (Head, Day, usize)| {
        let columns = sheaf.columns.slice(from..from + rows);
        from += rows;
        Piece {
            sequence: head.sequence,
            day,
            block: Block {
                version: head.version,
                document_date: head.document_date,
                arrived: head.arrived,
                columns,
                labels: sheaf.labels.clone(),
            },
        }
    };
    Ok(sheaf.pieces.into_iter().map(piece).collect())
}

/// What a block has from its message.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
struct Head {
    sequence: u64,
    version: Option<UtcTime>,
    document_date: UtcTime,
    arrived: UtcTime,
}

/// A sheaf as it was read.
struct Sheaf {
    /// Each with its day and the number of its rows.
    pieces: Vec<(Head, Day, usize)>,
    columns: Columns,
    labels: Labels,
}

impl Sheaf {
    fn read(bytes: &[u8]) -> Result<Self, DamagedBlock> {
        let mut input = BitReader::new(bytes);
        if input.take(8)? != FORMAT {
            return Err(input.damaged("a known version of the format"));
        }
        let count = usize::try_from(input.take_gamma()? - 1).unwrap_or(usize::MAX);
        if count / ROWS_A_BYTE > bytes.len() {
            return Err(input.damaged("no more pieces than such a sheaf can have"));
        }
        let sequences = integers::read(&mut input, count)?;
        let days = integers::read(&mut input, count)?;
        let rows = integers::read(&mut input, count)?;
        let documents = read_instants(&mut input, count)?;
        let arrivals = read_instants(&mut input, count)?;
        let has_version = integers::read(&mut input, count)?;
        let with_version = has_version.iter().filter(|has| **has != 0).count();
        let mut versions = read_instants(&mut input, with_version)?.into_iter();
        let (columns, labels) = read_rows(&mut input, bytes.len())?;
        if !input.is_blank() {
            return Err(input.damaged("the end"));
        }
        let mut pieces = Vec::with_capacity(count);
        let mut total = 0_usize;
        let heads = sequences.into_iter().zip(days).zip(rows);
        let times = documents.into_iter().zip(arrivals).zip(has_version);
        for (((sequence, day), rows), ((document, arrival), has_version)) in heads.zip(times) {
            let day = i32::try_from(day).map_err(|_| input.damaged("a day"))?;
            let rows = usize::try_from(rows).map_err(|_| input.damaged("a number of rows"))?;
            let day = Day::from_number(day);
            total = total.saturating_add(rows);
            let document = midnight(day).wrapping_add(document);
            let version = (has_version != 0).then(|| versions.next()).flatten();
            let head = Head {
                sequence: sequence.cast_unsigned(),
                version: version
                    .map(|version| UtcTime::from_seconds(document.wrapping_add(version))),
                document_date: UtcTime::from_seconds(document),
                arrived: UtcTime::from_seconds(document.wrapping_add(arrival)),
            };
            pieces.push((head, day, rows));
        }
        if total != columns.len() {
            return Err(input.damaged("as many rows as its pieces have"));
        }
        Ok(Self {
            pieces,
            columns,
            labels,
        })
    }
}

/// What was said first of each day, in the order of days; then what was said second, and so on: each
/// layer is as smooth as the series.
fn in_layers(pieces: &mut [Piece]) {
    pieces.sort_by_key(|piece| (piece.day, piece.sequence));
    let mut last = None;
    let mut layer = 0_usize;
    let mut layers: HashMap<(Day, u64), usize> = HashMap::new();
    for piece in pieces.iter() {
        layer = if last == Some(piece.day) {
            layer + 1
        } else {
            0
        };
        last = Some(piece.day);
        layers.entry((piece.day, piece.sequence)).or_insert(layer);
    }
    pieces.sort_by_key(|piece| {
        let layer = layers.get(&(piece.day, piece.sequence)).copied();
        (layer, piece.day, piece.sequence)
    });
}

/// The rows of all pieces, with one set of labels.
fn joined(pieces: &[Piece]) -> (Columns, Labels) {
    let rows = pieces.iter().map(|piece| piece.block.columns.len()).sum();
    let mut columns = Columns::with_capacity(rows);
    let mut labels = Labels::default();
    for piece in pieces {
        let mut known: Option<(u32, u32)> = None;
        for row in piece.block.columns.rows() {
            let label = match known {
                Some((own, label)) if own == row.label => label,
                _ => labels.intern(
                    piece
                        .block
                        .labels
                        .get(row.label)
                        .cloned()
                        .unwrap_or_default(),
                ),
            };
            known = Some((row.label, label));
            columns.push(crate::series::Row { label, ..row });
        }
    }
    (columns, labels)
}

fn write_instants(out: &mut BitWriter, seconds: &[i64]) {
    let in_minutes = seconds.iter().all(|seconds| seconds % MINUTE == 0);
    out.put_flag(in_minutes);
    let unit = if in_minutes { MINUTE } else { 1 };
    let told: Vec<i64> = seconds.iter().map(|seconds| seconds / unit).collect();
    integers::write(out, &told);
}

fn read_instants(input: &mut BitReader<'_>, count: usize) -> Result<Vec<i64>, DamagedBlock> {
    let unit = if input.take_flag()? { MINUTE } else { 1 };
    let told = integers::read(input, count)?;
    Ok(told
        .into_iter()
        .map(|told| told.wrapping_mul(unit))
        .collect())
}

fn midnight(day: Day) -> i64 {
    i64::from(day.number()) * DAY
}

const DAY: i64 = 86_400;
/// Version of the format.
const FORMAT: u64 = 1;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::market::quantity::Decimal;
    use crate::series::{Label, Row, Value};

    fn piece() -> impl Strategy<Value = Piece> {
        let value = prop_oneof![
            6 => (0_i64..5_000, 0_u8..4).prop_map(|(mantissa, scale)| Some((mantissa, scale))),
            1 => Just(None),
        ];
        let rows = proptest::collection::vec((value, 0_u8..3), 0..30);
        let head = (0_u64..9, 0_i32..40, any::<Option<i32>>(), any::<i32>());
        (head, rows).prop_map(|((sequence, day, version, arrived), rows)| {
            let mut columns = Columns::default();
            let mut labels = Labels::default();
            for ((value, qualifier), at) in rows.into_iter().zip(0..) {
                let label = labels.intern(Label {
                    qualifier: qualifier.to_string().into(),
                    ..Label::default()
                });
                let start = UtcTime::from_seconds(i64::from(day) * DAY + at * 900);
                columns.push(Row {
                    start: Some(start),
                    end: Some(UtcTime::from_seconds(start.seconds() + 900)),
                    value: match value {
                        Some((mantissa, scale)) => {
                            Value::Number(Decimal::new(mantissa, scale).unwrap())
                        }
                        None if at % 2 == 0 => Value::Absent,
                        None => Value::Text("007"),
                    },
                    label,
                });
            }
            let at = |seconds: i32| UtcTime::from_seconds(seconds.into());
            Piece {
                sequence,
                day: Day::from_number(day),
                block: Block {
                    version: version.map(at),
                    document_date: at(arrived / 60 * 60),
                    arrived: at(arrived),
                    columns,
                    labels,
                },
            }
        })
    }

    /// All that is said, row by row.
    fn told(sequence: u64, block: &Block) -> Vec<String> {
        let Block {
            version,
            document_date,
            arrived,
            columns,
            labels,
        } = block;
        let row = |row: Row<'_>| {
            let label = labels.get(row.label);
            format!(
                "{sequence} {version:?} {document_date:?} {arrived:?} {:?} {:?} {:?} {label:?}",
                row.start, row.end, row.value
            )
        };
        columns.rows().map(row).collect()
    }

    fn sorted(mut rows: Vec<String>) -> Vec<String> {
        rows.sort();
        rows
    }

    proptest! {
        #[test]
        fn everything_that_is_bound_comes_back(pieces in proptest::collection::vec(piece(), 0..12)) {
            let bytes = bind(pieces.clone());
            let expected = |is_wanted: &dyn Fn(&Piece) -> bool| {
                let wanted = pieces.iter().filter(|piece| is_wanted(piece));
                sorted(wanted.flat_map(|piece| told(piece.sequence, &piece.block)).collect())
            };
            let rows = |found: Vec<(u64, Block)>| {
                sorted(found.iter().flat_map(|(sequence, block)| told(*sequence, block)).collect())
            };
            let all = unbind(&bytes, |_, _| true).unwrap();
            prop_assert_eq!(rows(all), expected(&|_| true));
            let some = unbind(&bytes, |sequence, day| sequence != 3 && day.number() < 20).unwrap();
            let is_some = |piece: &Piece| piece.sequence != 3 && piece.day.number() < 20;
            prop_assert_eq!(rows(some), expected(&is_some));
            let again = super::pieces(&bytes).unwrap();
            prop_assert_eq!(again.len(), pieces.len());
            let all = again.iter().flat_map(|piece| told(piece.sequence, &piece.block));
            prop_assert_eq!(sorted(all.collect()), expected(&|_| true));
            prop_assert_eq!(bind(again), bytes);
        }

        #[test]
        fn random_bytes_do_no_harm(bytes: Vec<u8>) {
            let _ = unbind(&bytes, |_, _| true);
        }
    }
}
