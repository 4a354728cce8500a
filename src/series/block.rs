//! Blocks: what one message says of one series for one local day, as compressed columns.
//!
//! A day of 96 quarter hours takes about 18 bytes and its values, which take what their noise
//! takes: 1.7 bytes each for an industrial load, less than half of that for a solar plant. Times
//! on a grid, one label, one scale cost a few bits. Everything is told exactly: the digits as
//! received, irregular times, absent values, any `i64`.
//! ```text
//! block = version:8 rows                              of this format; counts: gamma of one more
//!         unit:2 starts:column lengths:column         time in units of the coarsest that fits all
//!         numbers labels label:column texts
//!         document arrived 0|1 version                each relative to the one before it
//!         zeros                                       at least a byte for each ROWS_A_BYTE rows
//! ```
//! There is no checksum: the database has one for each of its pages.

mod bits;
mod integers;
mod numbers;
pub mod sheaf;
mod split;
mod words;

use crate::market::calendar::{Day, UtcTime};
use crate::market::quantity::Decimal;
use crate::series::block::bits::{BitReader, BitWriter};
use crate::series::block::integers::{Column, Measures, fold, unfold};
use crate::series::columns::{NO_TIME, Rows};
use crate::series::{Columns, Labels};

/// What one message says of one series for one local day.
#[derive(Clone, Debug)]
pub struct Block {
    /// DTM+293 of the series, where the message has one.
    pub version: Option<UtcTime>,
    /// DTM+137 of the message; its arrival where it has none.
    pub document_date: UtcTime,
    /// When the gateway received the message.
    pub arrived: UtcTime,
    /// The values. Rows are numbers or absent: text goes to quarantine before. A text is kept all
    /// the same, as any other row.
    pub columns: Columns,
    /// The labels that the rows name.
    pub labels: Labels,
}

/// A block whose bytes cannot be read.
#[derive(Debug, Eq, PartialEq, thiserror::Error)]
#[error("a block of {length} bytes is damaged at byte {offset}: expected {what}")]
pub struct DamagedBlock {
    /// Length of the block in bytes.
    pub length: usize,
    /// Where reading stopped.
    pub offset: usize,
    /// What was expected there.
    pub what: &'static str,
}

impl Block {
    /// The block as bytes.
    pub fn encode(&self) -> Vec<u8> {
        self.encode_with(self.columns.borrowed(), &self.labels)
    }

    /// The block with these rows and labels instead of its own.
    fn encode_with(&self, rows: Rows<'_>, labels: &Labels) -> Vec<u8> {
        let mut out = BitWriter::default();
        out.put(FORMAT, 8);
        write_rows(&mut out, rows, labels);
        write_instant(&mut out, self.document_date, first_start(rows.starts));
        write_instant(&mut out, self.arrived, self.document_date);
        out.put_flag(self.version.is_some());
        if let Some(version) = self.version {
            write_instant(&mut out, version, self.document_date);
        }
        let mut bytes = out.finish();
        let least = rows.starts.len() / ROWS_A_BYTE;
        bytes.resize(bytes.len().max(least), 0);
        bytes
    }

    /// Reads a block.
    ///
    /// # Errors
    /// [`DamagedBlock`], with the place.
    pub fn decode(bytes: &[u8]) -> Result<Self, DamagedBlock> {
        let mut input = BitReader::new(bytes);
        if input.take(8)? != FORMAT {
            return Err(input.damaged("a known version of the format"));
        }
        let (columns, labels) = read_rows(&mut input, bytes.len())?;
        let document_date = read_instant(&mut input, first_start(columns.starts()))?;
        let arrived = read_instant(&mut input, document_date)?;
        let version = input.take_flag()?;
        let version = version
            .then(|| read_instant(&mut input, document_date))
            .transpose()?;
        if !input.is_blank() {
            return Err(input.damaged("the end"));
        }
        Ok(Self {
            version,
            document_date,
            arrived,
            columns,
            labels,
        })
    }

    /// Cuts a block at the borders of German legal days, so that a reader of a day finds every
    /// value that starts in it. Rows without a time belong to day 0.
    ///
    /// The parts are in the order of their days, their rows in the order they had; each part has
    /// the labels that its rows name, and no others.
    pub fn encode_by_day(&self) -> Vec<OfDay> {
        split::by_day(self)
    }
}

/// The part of a block that starts in one day.
#[derive(Clone, Debug)]
pub struct OfDay {
    /// The day.
    pub day: Day,
    /// How many rows it has.
    pub rows: usize,
    /// A block as [`Block::encode`] writes it.
    pub bytes: Vec<u8>,
}

/// Packs numbers alone, as a block packs those of its rows.
pub fn pack_numbers(numbers: &[Decimal]) -> Vec<u8> {
    let mut out = BitWriter::default();
    let (mantissas, scales): (Vec<_>, Vec<_>) = numbers
        .iter()
        .map(|number| (number.mantissa(), number.scale()))
        .unzip();
    numbers::write(&mut out, &mantissas, &scales);
    out.finish()
}

/// Reads so many numbers that [`pack_numbers`] packed.
///
/// # Errors
/// [`DamagedBlock`], with the place.
pub fn unpack_numbers(bytes: &[u8], count: usize) -> Result<Vec<Decimal>, DamagedBlock> {
    let mut input = BitReader::new(bytes);
    let (mantissas, scales) = numbers::read(&mut input, count)?;
    let numbers = mantissas.into_iter().zip(scales);
    let numbers = numbers.map(|(mantissa, scale)| Decimal::new(mantissa, scale));
    let numbers: Option<Vec<_>> = numbers.collect();
    numbers.ok_or_else(|| input.damaged("numbers"))
}

/// The number of rows, the rows, and the labels and texts that they name.
fn write_rows(out: &mut BitWriter, rows: Rows<'_>, labels: &Labels) {
    out.put_gamma(u64::try_from(rows.starts.len()).unwrap_or(u64::MAX - 1) + 1);
    write_times(out, rows);
    numbers::write(out, rows.mantissas, rows.scales);
    words::write_labels(out, labels);
    integers::write_each(out, rows.labels.iter().copied().map(i64::from));
    words::write_texts(out, rows.texts);
}

/// Reads rows out of so many bytes in all.
fn read_rows(input: &mut BitReader<'_>, bytes: usize) -> Result<(Columns, Labels), DamagedBlock> {
    let rows = usize::try_from(input.take_gamma()? - 1).unwrap_or(usize::MAX);
    if rows / ROWS_A_BYTE > bytes {
        return Err(input.damaged("no more rows than such a block can have"));
    }
    let times = read_times(input, rows)?;
    let numbers = numbers::read(input, rows)?;
    let labels = words::read_labels(input)?;
    let label = read_label_numbers(input, rows, &labels)?;
    let texts = words::read_texts(input)?;
    let columns = Columns::from_parts(times, numbers, label, texts)
        .ok_or_else(|| input.damaged("the texts that rows name"))?;
    Ok((columns, labels))
}

/// Starts, and ends as their distance from the start: 0 for readings, one step for profiles.
fn write_times(out: &mut BitWriter, rows: Rows<'_>) {
    let times = rows.starts.iter().zip(rows.ends);
    let starts = Measures::of(rows.starts.iter().copied());
    let lengths = Measures::of(times.map(|(start, end)| end.wrapping_sub(*start)));
    let unit = (UNITS.iter()).position(|unit| starts.are_in(*unit) && lengths.are_in(*unit));
    // The last unit is a second, which fits everything.
    let index = unit.unwrap_or(UNITS.len() - 1);
    let unit = UNITS.get(index).copied().unwrap_or(1);
    out.put(u64::try_from(index).unwrap_or(0), 2);
    starts.write(out, unit);
    lengths.write(out, unit);
}

fn read_times(
    input: &mut BitReader<'_>,
    rows: usize,
) -> Result<(Vec<i64>, Vec<i64>), DamagedBlock> {
    let index = usize::try_from(input.take(2)?).unwrap_or(0);
    let unit = UNITS.get(index).copied().unwrap_or(1);
    let mut starts = integers::read(input, rows)?;
    let mut ends = integers::read(input, rows)?;
    for (start, end) in starts.iter_mut().zip(&mut ends) {
        *start = start.wrapping_mul(unit);
        *end = start.wrapping_add(end.wrapping_mul(unit));
    }
    Ok((starts, ends))
}

fn read_label_numbers(
    input: &mut BitReader<'_>,
    rows: usize,
    labels: &Labels,
) -> Result<Vec<u32>, DamagedBlock> {
    let number = |told: i64| {
        let number = u32::try_from(told).ok();
        number.filter(|number| labels.get(*number).is_some())
    };
    let numbers = match integers::read_column(input, rows)? {
        Column::Same(told) => number(told).map(|number| vec![number; rows]),
        Column::Each(told) => told.into_iter().map(number).collect(),
    };
    numbers.ok_or_else(|| input.damaged("the number of a label"))
}

/// What the document date is told from: it lies near the values as a rule.
fn first_start(starts: &[i64]) -> UtcTime {
    let first = starts.first().copied().filter(|start| *start != NO_TIME);
    UtcTime::from_seconds(first.unwrap_or(0))
}

/// An instant as its distance from another, in minutes where that is exact.
fn write_instant(out: &mut BitWriter, at: UtcTime, from: UtcTime) {
    let distance = at.seconds().wrapping_sub(from.seconds());
    let in_minutes = distance % MINUTE == 0;
    out.put_flag(in_minutes);
    out.put_delta(fold(if in_minutes {
        distance / MINUTE
    } else {
        distance
    }));
}

fn read_instant(input: &mut BitReader<'_>, from: UtcTime) -> Result<UtcTime, DamagedBlock> {
    let unit = if input.take_flag()? { MINUTE } else { 1 };
    let distance = unfold(input.take_delta()?).wrapping_mul(unit);
    Ok(UtcTime::from_seconds(from.seconds().wrapping_add(distance)))
}

/// Version of the format.
const FORMAT: u64 = 1;
/// A block has at least a byte for so many rows, so that a few damaged bytes cannot claim a
/// gigabyte of columns. Runs of a month (2,976 rows) are the densest there is in earnest, and their
/// values take more than these 46 bytes.
const ROWS_A_BYTE: usize = 64;
/// Seconds in which times are told: gas hours, quarter hours, minutes, anything.
const UNITS: [i64; 4] = [3600, 900, MINUTE, 1];
const MINUTE: i64 = 60;

#[cfg(test)]
mod tests;
