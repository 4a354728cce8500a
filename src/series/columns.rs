//! Columns of values: what the parser fills, the store keeps and every output reads.

use std::collections::HashMap;
use std::ops::Range;

use crate::market::calendar::UtcTime;
use crate::market::quantity::Decimal;
use crate::series::Kind;

/// What a value is, apart from its number and its time: shared by many rows.
#[derive(Clone, Debug, Default, Eq, Hash, PartialEq)]
pub struct Label {
    /// QTY 6063 (`220` true value, `67` substitute, …).
    pub qualifier: Box<str>,
    /// QTY 6411 as received; `None` where the message leaves it to the OBIS code.
    pub unit: Option<Box<str>>,
    /// Each STS as received: elements joined with `+`, components with `:`.
    pub status: Vec<Box<str>>,
}

/// The labels of a set of rows, each once, in the order of their first use.
#[derive(Clone, Debug, Default)]
pub struct Labels {
    labels: Vec<Label>,
    /// The numbers of those behind the first few, which are found by comparing: most sets of rows
    /// have no others.
    numbers: HashMap<Label, u32>,
}

impl Labels {
    /// The number of this label; a new one is added.
    pub fn intern(&mut self, label: Label) -> u32 {
        let first = self.labels.iter().take(FEW);
        let known = (0..).zip(first).find(|(_, known)| **known == label);
        if let Some((number, _)) = known {
            return number;
        }
        if let Some(&number) = self.numbers.get(&label) {
            return number;
        }
        let number = u32::try_from(self.labels.len()).unwrap_or(u32::MAX);
        if self.labels.len() >= FEW {
            self.numbers.insert(label.clone(), number);
        }
        self.labels.push(label);
        number
    }

    /// The label with this number.
    pub fn get(&self, number: u32) -> Option<&Label> {
        self.labels.get(usize::try_from(number).ok()?)
    }

    /// Whether rows with labels of these numbers use all of them, first the first, then the second,
    /// and so on.
    pub(super) fn are_in_order_of(&self, rows: &[u32]) -> bool {
        let mut next = 0;
        let in_order = rows.iter().all(|&label| {
            next += u32::from(label == next);
            label < next
        });
        in_order && number_of(self.labels.len()) == next
    }

    /// All labels in the order of their numbers.
    pub fn as_slice(&self) -> &[Label] {
        &self.labels
    }
}

fn add<T: Copy>(own: &mut Vec<T>, others: &[T], rows: &Range<usize>) {
    own.extend_from_slice(others.get(rows.clone()).unwrap_or_default());
}

fn number_of(place: usize) -> u32 {
    u32::try_from(place).unwrap_or(u32::MAX)
}

/// A value as it was received.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Value<'a> {
    /// An exact decimal that prints again as it was received.
    Number(Decimal),
    /// Characters that are no canonical number (`007`, `1E3`, `n/a`), with `.` for each `,`.
    Text(&'a str),
    /// QTY 6060 is empty.
    Absent,
}

/// One row of [`Columns`].
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Row<'a> {
    /// Start of the interval, or the instant of a reading.
    pub start: Option<UtcTime>,
    /// End of the interval (exclusive); equal to `start` for a reading at an instant.
    pub end: Option<UtcTime>,
    /// The value.
    pub value: Value<'a>,
    /// Number of the row's [`Label`] in the [`Labels`] beside these columns.
    pub label: u32,
}

/// A number and the time that it counts for: a row that has all three.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Measured {
    /// Start of the interval.
    pub start: UtcTime,
    /// End of the interval (exclusive).
    pub end: UtcTime,
    /// The value.
    pub number: Decimal,
    /// Number of the row's [`Label`] in the [`Labels`] beside the columns.
    pub label: u32,
}

/// Rows one behind the other that have the same label and the same kind, and none of which is a text.
/// A text stands alone.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Stretch {
    /// The rows.
    pub rows: Range<usize>,
    /// Number of their [`Label`].
    pub label: u32,
    /// How they stand in time.
    pub kind: Kind,
}

/// Rows of values as columns: 29 bytes a row, no allocation a row.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Columns {
    /// Seconds since the epoch, [`NO_TIME`] where there is none.
    pub(super) start: Vec<i64>,
    pub(super) end: Vec<i64>,
    /// The mantissa; for a row that is [`TEXT`], the place in `texts`.
    pub(super) mantissa: Vec<i64>,
    /// Digits behind the mark, or [`TEXT`], or [`ABSENT`].
    pub(super) scale: Vec<u8>,
    pub(super) label: Vec<u32>,
    pub(super) texts: Vec<Box<str>>,
}

/// Rows of [`Columns`], borrowed.
#[derive(Clone, Copy)]
pub(super) struct Rows<'a> {
    /// Seconds since the epoch, or [`NO_TIME`].
    pub(super) starts: &'a [i64],
    pub(super) ends: &'a [i64],
    /// Mantissas; of a row that is [`TEXT`], the place in `texts`.
    pub(super) mantissas: &'a [i64],
    /// Digits behind the mark, or [`TEXT`], or [`ABSENT`].
    pub(super) scales: &'a [u8],
    /// Numbers of the labels.
    pub(super) labels: &'a [u32],
    pub(super) texts: &'a [Box<str>],
}

impl Columns {
    /// Columns with room for so many rows.
    pub fn with_capacity(rows: usize) -> Self {
        Self {
            start: Vec::with_capacity(rows),
            end: Vec::with_capacity(rows),
            mantissa: Vec::with_capacity(rows),
            scale: Vec::with_capacity(rows),
            label: Vec::with_capacity(rows),
            texts: Vec::new(),
        }
    }

    /// How many rows there are.
    pub fn len(&self) -> usize {
        self.start.len()
    }

    /// Whether there is no row.
    pub fn is_empty(&self) -> bool {
        self.start.is_empty()
    }

    /// Adds a row.
    pub fn push(&mut self, row: Row<'_>) {
        let (mantissa, scale) = match row.value {
            Value::Number(number) => (number.mantissa(), number.scale()),
            Value::Text(text) => {
                self.texts.push(text.into());
                (
                    i64::try_from(self.texts.len() - 1).unwrap_or(i64::MAX),
                    TEXT,
                )
            }
            Value::Absent => (0, ABSENT),
        };
        self.start.push(row.start.map_or(NO_TIME, UtcTime::seconds));
        self.end.push(row.end.map_or(NO_TIME, UtcTime::seconds));
        self.mantissa.push(mantissa);
        self.scale.push(scale);
        self.label.push(row.label);
    }

    /// Adds some rows of others, each with this label.
    pub fn extend_from(&mut self, others: &Self, rows: Range<usize>, label: u32) {
        if !others.texts.is_empty() {
            let rows = rows.filter_map(|at| others.row(at));
            return rows.for_each(|row| self.push(Row { label, ..row }));
        }
        add(&mut self.start, &others.start, &rows);
        add(&mut self.end, &others.end, &rows);
        add(&mut self.mantissa, &others.mantissa, &rows);
        add(&mut self.scale, &others.scale, &rows);
        self.label.resize(self.start.len(), label);
    }

    /// Makes room for about so many rows more.
    pub fn reserve(&mut self, rows: usize) {
        self.start.reserve(rows);
        self.end.reserve(rows);
        self.mantissa.reserve(rows);
        self.scale.reserve(rows);
        self.label.reserve(rows);
    }

    /// Gives back room that is not needed, if that is much.
    pub fn shrink(&mut self) {
        if self.start.capacity() - self.start.len() > self.start.len() / 2 {
            self.start.shrink_to_fit();
            self.end.shrink_to_fit();
            self.mantissa.shrink_to_fit();
            self.scale.shrink_to_fit();
            self.label.shrink_to_fit();
        }
    }

    /// Adds many rows.
    pub fn extend(&mut self, rows: &[Measured]) {
        self.start
            .extend(rows.iter().map(|row| row.start.seconds()));
        self.end.extend(rows.iter().map(|row| row.end.seconds()));
        let numbers = rows.iter().map(|row| row.number);
        self.mantissa.extend(numbers.clone().map(Decimal::mantissa));
        self.scale.extend(numbers.map(Decimal::scale));
        self.label.extend(rows.iter().map(|row| row.label));
    }

    /// The row at this place.
    pub fn row(&self, at: usize) -> Option<Row<'_>> {
        Some(Row {
            start: time(*self.start.get(at)?),
            end: time(*self.end.get(at)?),
            value: self.value(*self.mantissa.get(at)?, *self.scale.get(at)?)?,
            label: *self.label.get(at)?,
        })
    }

    fn value(&self, mantissa: i64, scale: u8) -> Option<Value<'_>> {
        Some(match scale {
            ABSENT => Value::Absent,
            TEXT => Value::Text(self.texts.get(usize::try_from(mantissa).ok()?)?),
            scale => Value::Number(Decimal::new(mantissa, scale)?),
        })
    }

    /// These rows, in order, as few stretches as they are.
    pub fn stretches(&self, rows: Range<usize>) -> impl Iterator<Item = Stretch> {
        let Range { mut start, end } = rows;
        std::iter::from_fn(move || {
            let mut rows = self.traits(start..end);
            let first = rows.next()?;
            let (label, kind, is_text) = first;
            let alike = rows.take_while(|other| !is_text && *other == first);
            let rows = start..start + 1 + alike.count();
            start = rows.end;
            Some(Stretch { rows, label, kind })
        })
    }

    /// Label and kind of these rows, and whether each is a text.
    fn traits(&self, rows: Range<usize>) -> impl Iterator<Item = (u32, Kind, bool)> {
        let starts = self.start.get(rows.clone()).unwrap_or_default();
        let ends = self.end.get(rows.clone()).unwrap_or_default();
        let scales = self.scale.get(rows.clone()).unwrap_or_default();
        let labels = self.label.get(rows).unwrap_or_default();
        let times = starts.iter().zip(ends);
        let rows = times.zip(scales).zip(labels);
        rows.map(|(((start, end), scale), label)| {
            (*label, Kind::of(time(*start), time(*end)), *scale == TEXT)
        })
    }

    /// Some of the rows; what is not there is left out.
    pub(super) fn slice(&self, rows: Range<usize>) -> Self {
        if !self.texts.is_empty() {
            // Rows name their texts by place.
            let mut some = Self::with_capacity(rows.len());
            rows.filter_map(|at| self.row(at))
                .for_each(|row| some.push(row));
            return some;
        }
        let end = rows.end.min(self.len());
        let rows = rows.start.min(end)..end;
        Self {
            start: part(&self.start, &rows),
            end: part(&self.end, &rows),
            mantissa: part(&self.mantissa, &rows),
            scale: part(&self.scale, &rows),
            label: part(&self.label, &rows),
            texts: Vec::new(),
        }
    }

    /// Starts in seconds since the epoch; [`NO_TIME`] where there is none.
    pub(super) fn starts(&self) -> &[i64] {
        &self.start
    }

    /// Ends in seconds since the epoch; [`NO_TIME`] where there is none.
    pub(super) fn ends(&self) -> &[i64] {
        &self.end
    }

    /// Numbers of the labels.
    pub(super) fn labels(&self) -> &[u32] {
        &self.label
    }

    /// All rows, to be written.
    pub(super) fn borrowed(&self) -> Rows<'_> {
        Rows {
            starts: &self.start,
            ends: &self.end,
            mantissas: &self.mantissa,
            scales: &self.scale,
            labels: &self.label,
            texts: &self.texts,
        }
    }

    /// These rows, to be written. `None` if they are not there, or if a row is [`TEXT`]: such a row
    /// names its text by place.
    pub(super) fn borrowed_part(&self, rows: Range<usize>) -> Option<Rows<'_>> {
        Some(Rows {
            starts: self.start.get(rows.clone())?,
            ends: self.end.get(rows.clone())?,
            mantissas: self.mantissa.get(rows.clone())?,
            scales: self.scale.get(rows.clone())?,
            labels: self.label.get(rows)?,
            texts: self.texts.is_empty().then_some(&[])?,
        })
    }

    /// Columns from their parts. `None` if they are not equally long, or a text is not there.
    pub(super) fn from_parts(
        (start, end): (Vec<i64>, Vec<i64>),
        (mantissa, scale): (Vec<i64>, Vec<u8>),
        label: Vec<u32>,
        texts: Vec<Box<str>>,
    ) -> Option<Self> {
        let lengths = [start.len(), end.len(), mantissa.len(), scale.len()];
        let has_text = |at: &i64| usize::try_from(*at).is_ok_and(|at| at < texts.len());
        let is_whole = lengths.iter().all(|length| *length == label.len())
            && (!scale.contains(&TEXT)
                || (mantissa.iter().zip(&scale)).all(|(at, scale)| *scale != TEXT || has_text(at)));
        is_whole.then_some(Self {
            start,
            end,
            mantissa,
            scale,
            label,
            texts,
        })
    }

    /// All rows in order.
    pub fn rows(&self) -> impl Iterator<Item = Row<'_>> {
        let times = self.start.iter().zip(&self.end);
        let numbers = self.mantissa.iter().zip(&self.scale);
        let rows = times.zip(numbers).zip(&self.label);
        rows.filter_map(|(((start, end), (mantissa, scale)), label)| {
            Some(Row {
                start: time(*start),
                end: time(*end),
                value: self.value(*mantissa, *scale)?,
                label: *label,
            })
        })
    }
}

fn part<T: Copy>(column: &[T], rows: &Range<usize>) -> Vec<T> {
    column.get(rows.clone()).unwrap_or_default().to_vec()
}

fn time(seconds: i64) -> Option<UtcTime> {
    (seconds != NO_TIME).then(|| UtcTime::from_seconds(seconds))
}

/// Stands for "no time was given"; no format of DTM 2379 reaches this year.
pub(super) const NO_TIME: i64 = i64::MIN;
/// A scale that says: the value is a text.
pub(super) const TEXT: u8 = 0xFE;
/// A scale that says: there is no value.
pub(super) const ABSENT: u8 = 0xFF;
/// Labels that are compared one by one.
const FEW: usize = 8;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_that_are_alike_are_one_stretch() {
        let at = |minutes: i64| Some(UtcTime::from_seconds(minutes * 60));
        let one = Decimal::new(1, 0).map_or(Value::Absent, Value::Number);
        let mut columns = Columns::default();
        for (start, end, value, label) in [
            (at(0), at(15), one, 0),
            (at(15), at(30), Value::Absent, 0),
            (at(30), at(45), one, 1),
            (at(45), at(45), one, 1),
            (at(45), at(60), Value::Text("007"), 1),
            (at(60), at(75), Value::Text("008"), 1),
            (None, None, one, 1),
            (None, None, one, 1),
        ] {
            columns.push(Row {
                start,
                end,
                value,
                label,
            });
        }
        let found = |rows: Range<usize>| -> Vec<_> {
            let stretches = columns.stretches(rows);
            stretches
                .map(|stretch| (stretch.rows, stretch.label, stretch.kind))
                .collect()
        };
        let all = [
            (0..2, 0, Kind::Interval),
            (2..3, 1, Kind::Interval),
            (3..4, 1, Kind::Reading),
            (4..5, 1, Kind::Interval),
            (5..6, 1, Kind::Interval),
            (6..8, 1, Kind::Timeless),
        ];
        assert_eq!(found(0..8), all);
        assert_eq!(
            found(1..3),
            [(1..2, 0, Kind::Interval), (2..3, 1, Kind::Interval)]
        );
        assert_eq!(found(8..8), []);
    }
}
