//! Cutting a block at the borders of German legal days.

use std::collections::HashMap;
use std::ops::Range;

use crate::market::calendar::{self, Day, UtcTime};
use crate::series::block::OfDay;
use crate::series::columns::{NO_TIME, Rows};
use crate::series::{Block, Columns, Labels};

/// The parts of a block by day, as [`Block::encode_by_day`] says.
pub(super) fn by_day(block: &Block) -> Vec<OfDay> {
    let mut stretches = stretches(block.columns.starts());
    stretches.sort_by_key(|(day, _)| *day);
    let days = stretches.chunk_by(|(one, _), (other, _)| one == other);
    days.filter_map(|of_day| {
        let (day, _) = of_day.first()?;
        // Rows of a day stand together, as a rule, and need not be gathered.
        let together = match of_day {
            [(_, rows)] => as_they_are(block, rows.clone()),
            _ => None,
        };
        let bytes = match together {
            Some(rows) => block.encode_with(rows, &block.labels),
            None => Part::of(block, of_day).encode(block),
        };
        let rows = of_day.iter().map(|(_, rows)| rows.len()).sum();
        Some(OfDay {
            day: *day,
            rows,
            bytes,
        })
    })
    .collect()
}

/// Stretches of rows that start in one day, from these starts. Rows come in order of time as a rule,
/// so the calendar is asked once a day, not once a row.
fn stretches(starts: &[i64]) -> Vec<(Day, Range<usize>)> {
    let mut stretches = Vec::new();
    let mut from = 0;
    while let Some(&start) = starts.get(from) {
        let (day, belongs) = if start == NO_TIME {
            (TIMELESS, NO_TIME..=NO_TIME)
        } else {
            let day = calendar::legal_day(UtcTime::from_seconds(start));
            let (begin, end) = calendar::legal_day_bounds(day);
            (day, begin.seconds()..=end.seconds() - 1)
        };
        let others = starts.get(from..).unwrap_or_default();
        let alike = others.iter().take_while(|start| belongs.contains(start));
        // That of its own day is a row of it, whatever the bounds are.
        let to = from + alike.count().max(1);
        stretches.push((day, from..to));
        from = to;
    }
    stretches
}

/// These rows, if they can be written as they are: with all labels of the block.
fn as_they_are(block: &Block, rows: Range<usize>) -> Option<Rows<'_>> {
    let rows = if rows.len() == block.columns.len() {
        block.columns.borrowed()
    } else {
        block.columns.borrowed_part(rows)?
    };
    block.labels.are_in_order_of(rows.labels).then_some(rows)
}

/// What falls into one day.
#[derive(Default)]
struct Part {
    columns: Columns,
    labels: Labels,
    /// Numbers of labels in the whole block, and here.
    numbers: HashMap<u32, u32>,
}

impl Part {
    fn of(block: &Block, stretches: &[(Day, Range<usize>)]) -> Self {
        let mut part = Self::default();
        for (_, rows) in stretches {
            part.add(block, rows.clone());
        }
        part
    }

    fn encode(&self, whole: &Block) -> Vec<u8> {
        whole.encode_with(self.columns.borrowed(), &self.labels)
    }

    /// Adds rows of the block, as many at once as share their label.
    fn add(&mut self, block: &Block, rows: Range<usize>) {
        let labels = block.columns.labels().get(rows.clone());
        let mut from = rows.start;
        for alike in labels.unwrap_or_default().chunk_by(|a, b| a == b) {
            let to = from + alike.len();
            let label = alike.first().copied().unwrap_or_default();
            let label = self.number(label, &block.labels);
            self.columns.extend_from(&block.columns, from..to, label);
            from = to;
        }
    }

    fn number(&mut self, whole: u32, labels: &Labels) -> u32 {
        *self.numbers.entry(whole).or_insert_with(|| {
            self.labels
                .intern(labels.get(whole).cloned().unwrap_or_default())
        })
    }
}

/// Where rows without a time belong.
const TIMELESS: Day = Day::from_number(0);
