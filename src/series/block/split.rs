//! Cutting a block at the borders of German legal days.

use std::collections::{BTreeMap, HashMap};

use crate::market::calendar::{self, Day, UtcTime};
use crate::series::{Block, Columns, Labels, Row};

/// The parts of a block by day, as [`Block::split_by_day`] says.
pub(super) fn by_day(block: &Block) -> Vec<(Day, Block)> {
    split(block, |at| {
        let day = calendar::legal_day(at);
        (day, calendar::legal_day_bounds(day))
    })
}

/// `day_of` gives the day that holds an instant, and where that day begins and ends. Rows come in
/// order of time as a rule, so it is asked once a day, not once a row.
fn split(
    block: &Block,
    day_of: impl Fn(UtcTime) -> (Day, (UtcTime, UtcTime)),
) -> Vec<(Day, Block)> {
    let mut parts: BTreeMap<Day, Part> = BTreeMap::new();
    let mut rows = block.columns.rows().peekable();
    while let Some(first) = rows.next() {
        let (day, belongs) = match first.start {
            None => (TIMELESS, None),
            Some(start) => {
                let (day, bounds) = day_of(start);
                (day, Some(bounds))
            }
        };
        let part = parts.entry(day).or_default();
        part.push(first, &block.labels);
        while let Some(row) = rows.next_if(|row| is_within(row.start, belongs)) {
            part.push(row, &block.labels);
        }
    }
    parts
        .into_iter()
        .map(|(day, part)| (day, part.into_block(block)))
        .collect()
}

fn is_within(start: Option<UtcTime>, bounds: Option<(UtcTime, UtcTime)>) -> bool {
    match (start, bounds) {
        (None, None) => true,
        (Some(start), Some((from, to))) => from <= start && start < to,
        (None, Some(_)) | (Some(_), None) => false,
    }
}

/// What falls into one day.
#[derive(Default)]
struct Part {
    columns: Columns,
    labels: Labels,
    /// Numbers of labels in the whole block, and here.
    numbers: HashMap<u32, u32>,
    /// The last of them: neighbours share their label as a rule.
    last: Option<(u32, u32)>,
}

impl Part {
    fn push(&mut self, row: Row<'_>, labels: &Labels) {
        let label = match self.last {
            Some((whole, here)) if whole == row.label => here,
            _ => self.number(row.label, labels),
        };
        self.last = Some((row.label, label));
        self.columns.push(Row { label, ..row });
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
