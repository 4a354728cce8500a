//! Cutting a block at the borders of German legal days.

use std::collections::{BTreeMap, HashMap};
use std::ops::Range;

use crate::market::calendar::{self, Day, UtcTime};
use crate::series::columns::NO_TIME;
use crate::series::{Block, Columns, Labels};

/// The parts of a block by day, as [`Block::split_by_day`] says.
pub(super) fn by_day(block: Block) -> Vec<(Day, Block)> {
    split(block, |at| {
        let day = calendar::legal_day(at);
        (day, calendar::legal_day_bounds(day))
    })
}

/// `day_of` gives the day that holds an instant, and where that day begins and ends. Rows come in
/// order of time as a rule, so it is asked once a day, not once a row.
fn split(block: Block, day_of: impl Fn(UtcTime) -> (Day, (UtcTime, UtcTime))) -> Vec<(Day, Block)> {
    let rows = block.columns.len();
    let mut parts: BTreeMap<Day, Part> = BTreeMap::new();
    let mut from = 0;
    while let Some(&start) = block.columns.starts().get(from) {
        let (day, belongs) = if start == NO_TIME {
            (TIMELESS, NO_TIME..=NO_TIME)
        } else {
            let (day, (begin, end)) = day_of(UtcTime::from_seconds(start));
            (day, begin.seconds()..=end.seconds() - 1)
        };
        let others = block.columns.starts().get(from..).unwrap_or_default();
        let alike = others.iter().take_while(|start| belongs.contains(start));
        // That of its own day is a row of it, whatever the bounds are.
        let to = from + alike.count().max(1);
        if from == 0 && to == rows && block.labels.are_in_order_of(block.columns.labels()) {
            return vec![(day, block)];
        }
        parts.entry(day).or_default().add(&block, from..to);
        from = to;
    }
    parts
        .into_iter()
        .map(|(day, part)| (day, part.into_block(&block)))
        .collect()
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

    fn into_block(self, whole: &Block) -> Block {
        Block {
            version: whole.version,
            document_date: whole.document_date,
            arrived: whole.arrived,
            columns: self.columns,
            labels: self.labels,
        }
    }
}

/// Where rows without a time belong.
const TIMELESS: Day = Day::from_number(0);
