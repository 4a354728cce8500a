//! Many messages, one truth: for each interval the newest word wins, whatever order it came in.

use std::sync::Arc;

use crate::market::calendar::UtcTime;
use crate::market::quantity::Decimal;
use crate::series::quality::Quality;
use crate::series::{Block, Columns, Label, Row, Value};

/// A block together with the message that brought it.
#[derive(Clone, Debug)]
pub struct Spoken {
    /// Order of arrival of the message; unique.
    pub sequence: u64,
    /// What it said.
    pub block: Block,
}

/// A value that holds, and who said it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Held {
    /// Start of the interval or instant; `None` for a value without time.
    pub start: Option<UtcTime>,
    /// End of the interval (exclusive), or the instant.
    pub end: Option<UtcTime>,
    /// The number, or `None` where the message says that there is no value.
    pub value: Option<Decimal>,
    /// Qualifier, unit and status.
    pub label: Arc<Label>,
    /// Derived from qualifier and status.
    pub quality: Quality,
    /// Sequence of the message that said it.
    pub source: u64,
    /// How many messages said something of this interval before (0: it was never corrected).
    pub superseded: u32,
}

/// The values that hold, in order of time.
///
/// Precedence for one interval: the series version (`DTM+293`) where there is one, else the
/// document date (`DTM+137`); then the document date; then the order of arrival. Cancelled
/// messages must be left out by the caller. Intervals are the same if both ends are: hours over
/// quarter hours stand beside each other, since neither says what the other does. Values without
/// time are a table: that of the newest message counts as a whole.
///
/// ```
/// use mscons_gateway::market::{calendar::UtcTime, quantity::Decimal};
/// use mscons_gateway::series::{Block, Columns, Labels, Row, Value, merge::{Spoken, merge}};
///
/// let said = |sequence, document: i64, value: &[u8]| {
///     let (mut columns, mut labels) = (Columns::default(), Labels::default());
///     let label = labels.intern(Default::default());
///     let value = Value::Number(Decimal::parse(value).unwrap());
///     let (start, end) = (Some(UtcTime::from_seconds(0)), Some(UtcTime::from_seconds(900)));
///     columns.push(Row { start, end, value, label });
///     let arrived = UtcTime::from_seconds(99);
///     let document_date = UtcTime::from_seconds(document);
///     Spoken { sequence, block: Block { version: None, document_date, arrived, columns, labels } }
/// };
/// // The older document arrives last, and does not win.
/// let held = merge(vec![said(1, 20, b"2.5"), said(2, 10, b"1.5")]);
/// assert_eq!(held[0].value.unwrap().to_string(), "2.5");
/// ```
pub fn merge(mut spoken: Vec<Spoken>) -> Vec<Held> {
    spoken.sort_by_key(precedence);
    if spoken.iter().any(|said| is_timeless(&said.block)) {
        return newest_table(&spoken);
    }
    let stretches = stretches(&spoken);
    // Who corrects says as much as was said before, as a rule.
    let longest = |said: &Vec<&Spoken>| said.iter().map(|said| said.block.columns.len()).max();
    let rows = stretches.iter().filter_map(longest).sum();
    let mut held = Vec::with_capacity(rows);
    for said in stretches {
        match said.as_slice() {
            [alone] if is_in_order(&alone.block) => add_all(&mut held, alone),
            all => add_winners(&mut held, all),
        }
    }
    held
}

/// The messages in groups that speak of times of their own, in order of time, each in the order of
/// precedence: what nobody corrected is alone, as is the rule.
fn stretches(spoken: &[Spoken]) -> Vec<Vec<&Spoken>> {
    let extent = |(rank, said): (usize, &Spoken)| {
        let starts = said.block.columns.starts();
        Some((*starts.iter().min()?, *starts.iter().max()?, rank))
    };
    let mut extents: Vec<_> = spoken.iter().enumerate().filter_map(extent).collect();
    extents.sort_unstable();
    let mut behind = None;
    let mut stretches: Vec<Vec<usize>> = Vec::new();
    for (first, last, rank) in extents {
        match stretches.last_mut() {
            Some(ranks) if Some(first) <= behind => ranks.push(rank),
            Some(_) | None => stretches.push(vec![rank]),
        }
        behind = behind.max(Some(last));
    }
    let said = stretches.into_iter().map(|mut ranks| {
        ranks.sort_unstable();
        ranks
            .into_iter()
            .filter_map(|rank| spoken.get(rank))
            .collect()
    });
    said.collect()
}

/// Whether no two rows begin at the same time, and later ones stand behind earlier ones.
fn is_in_order(block: &Block) -> bool {
    block.columns.starts().is_sorted_by(|a, b| a < b)
}

/// Adds what a message says whose every row holds.
fn add_all(held: &mut Vec<Held>, said: &Spoken) {
    let values = Values::of(said);
    held.extend(said.block.columns.rows().map(|row| values.held(row)));
}

/// Adds the newest word for each interval of what some messages say, in the order of precedence.
fn add_winners(held: &mut Vec<Held>, spoken: &[&Spoken]) {
    let values: Vec<Values<'_>> = spoken.iter().map(|said| Values::of(said)).collect();
    let mut candidates = Vec::with_capacity(values.iter().map(Values::len).sum());
    for (rank, said) in spoken.iter().enumerate() {
        let columns = &said.block.columns;
        let times = columns.starts().iter().zip(columns.ends()).enumerate();
        candidates.extend(times.map(|(row, (start, end))| Candidate {
            start: *start,
            end: *end,
            rank,
            row,
        }));
    }
    // Stable: of one message that says an interval twice, the last row counts.
    candidates.sort_by_key(|candidate| (candidate.start, candidate.end, candidate.rank));
    held.extend(winners(&candidates, &values));
}

/// A row of one message: its times as numbers, and where the rest of it is.
#[derive(Clone, Copy)]
struct Candidate {
    start: i64,
    end: i64,
    /// Place of its message in the order of precedence.
    rank: usize,
    row: usize,
}

/// The last of each interval, with the number of messages before it.
fn winners<'a>(
    candidates: &'a [Candidate],
    values: &'a [Values<'_>],
) -> impl Iterator<Item = Held> {
    let alike = candidates.chunk_by(|a, b| (a.start, a.end) == (b.start, b.end));
    alike.filter_map(|said| {
        let last = said.last()?;
        let messages = said.chunk_by(|a, b| a.rank == b.rank).count();
        let values = values.get(last.rank)?;
        Some(Held {
            superseded: u32::try_from(messages - 1).unwrap_or(u32::MAX),
            ..values.held(values.columns.row(last.row)?)
        })
    })
}

fn newest_table(spoken: &[Spoken]) -> Vec<Held> {
    let Some((newest, before)) = spoken.split_last() else {
        return Vec::new();
    };
    let values = Values::of(newest);
    let superseded = u32::try_from(before.len()).unwrap_or(u32::MAX);
    let rows = newest.block.columns.rows();
    rows.map(|row| Held {
        superseded,
        ..values.held(row)
    })
    .collect()
}

fn is_timeless(block: &Block) -> bool {
    block
        .columns
        .rows()
        .next()
        .is_some_and(|row| row.start.is_none() && row.end.is_none())
}

fn precedence(said: &Spoken) -> (UtcTime, UtcTime, u64) {
    let Block {
        version,
        document_date,
        ..
    } = said.block;
    (
        version.unwrap_or(document_date),
        document_date,
        said.sequence,
    )
}

/// Turns the rows of one message into values; its labels are shared by all of them.
struct Values<'a> {
    columns: &'a Columns,
    /// Each with the quality of a number that has it.
    labels: Vec<(Arc<Label>, Quality)>,
    none: Arc<Label>,
    source: u64,
}

impl<'a> Values<'a> {
    fn of(said: &'a Spoken) -> Self {
        let labels = said.block.labels.as_slice().iter();
        let labels = labels.map(|label| (Arc::new(label.clone()), Quality::of(label, true)));
        Self {
            columns: &said.block.columns,
            labels: labels.collect(),
            none: Arc::default(),
            source: said.sequence,
        }
    }

    fn len(&self) -> usize {
        self.columns.len()
    }

    fn held(&self, row: Row<'_>) -> Held {
        let number = match row.value {
            Value::Number(number) => Some(number),
            Value::Text(_) | Value::Absent => None,
        };
        let label = usize::try_from(row.label).ok();
        let label = label.and_then(|label| self.labels.get(label));
        let (label, quality) = match label {
            Some((label, quality)) => (label, *quality),
            None => (&self.none, Quality::of(&self.none, true)),
        };
        let quality = number.map_or(Quality::Missing, |_| quality);
        Held {
            start: row.start,
            end: row.end,
            // Senders write `QTY+Z30:0` for a missing value: that zero is none.
            value: number.filter(|_| quality != Quality::Missing),
            quality,
            label: Arc::clone(label),
            source: self.source,
            superseded: 0,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::series::Labels;
    use crate::series::columns::Row;

    /// What a message says: document date, version, and (quarter hour, value).
    #[derive(Clone, Debug)]
    struct Word {
        document: i64,
        version: Option<i64>,
        values: Vec<(i64, i64)>,
    }

    fn spoken(sequence: u64, word: &Word) -> Spoken {
        let (mut columns, mut labels) = (Columns::default(), Labels::default());
        let label = labels.intern(Label {
            qualifier: "220".into(),
            ..Label::default()
        });
        for &(quarter, value) in &word.values {
            columns.push(Row {
                start: Some(UtcTime::from_seconds(quarter * 900)),
                end: Some(UtcTime::from_seconds(quarter * 900 + 900)),
                value: Value::Number(Decimal::new(value, 0).unwrap()),
                label,
            });
        }
        let at = UtcTime::from_seconds;
        Spoken {
            sequence,
            block: Block {
                version: word.version.map(at),
                document_date: at(word.document),
                arrived: at(0),
                columns,
                labels,
            },
        }
    }

    fn values(spoken: Vec<Spoken>) -> Vec<(i64, i64, u32)> {
        let held = merge(spoken);
        let value = |held: &Held| {
            (
                held.start.unwrap().seconds() / 900,
                held.value.unwrap().mantissa(),
                held.superseded,
            )
        };
        held.iter().map(value).collect()
    }

    fn word(document: i64, version: Option<i64>, values: &[(i64, i64)]) -> Word {
        Word {
            document,
            version,
            values: values.to_vec(),
        }
    }

    #[test]
    fn a_newer_document_wins_whatever_arrives_last() {
        let (old, new) = (
            word(10, None, &[(1, 100), (2, 200)]),
            word(20, None, &[(2, 222)]),
        );
        let expected = [(1, 100, 0), (2, 222, 1)];
        assert_eq!(values(vec![spoken(1, &old), spoken(2, &new)]), expected);
        assert_eq!(values(vec![spoken(2, &old), spoken(1, &new)]), expected);
    }

    #[test]
    fn a_higher_version_wins_over_a_newer_document() {
        let (low, high) = (
            word(30, Some(100), &[(1, 1)]),
            word(20, Some(200), &[(1, 2)]),
        );
        assert_eq!(values(vec![spoken(1, &high), spoken(2, &low)]), [(1, 2, 1)]);
    }

    #[test]
    fn without_a_message_what_was_before_is_uncovered() {
        let (old, new) = (word(10, None, &[(1, 100)]), word(20, None, &[(1, 111)]));
        assert_eq!(
            values(vec![spoken(1, &old), spoken(2, &new)]),
            [(1, 111, 1)]
        );
        assert_eq!(values(vec![spoken(1, &old)]), [(1, 100, 0)]);
    }

    #[test]
    fn a_zero_that_is_declared_missing_is_no_value_and_displaces_one_all_the_same() {
        let mut missing = spoken(2, &word(20, None, &[]));
        let label = Label {
            qualifier: "Z30".into(),
            ..Label::default()
        };
        let label = missing.block.labels.intern(label);
        let (start, end) = (
            Some(UtcTime::from_seconds(900)),
            Some(UtcTime::from_seconds(1800)),
        );
        let value = Value::Number(Decimal::new(0, 0).unwrap());
        missing.block.columns.push(Row {
            start,
            end,
            value,
            label,
        });
        let held = merge(vec![spoken(1, &word(10, None, &[(1, 100)])), missing]);
        let only = held.first().unwrap();
        assert_eq!(
            (held.len(), only.value, only.quality),
            (1, None, Quality::Missing)
        );
        assert_eq!((only.source, only.superseded), (2, 1));
    }

    #[test]
    fn hours_over_quarter_hours_stand_beside_them() {
        let mut hour = spoken(2, &word(20, None, &[]));
        let label = hour.block.labels.intern(Label::default());
        let (start, end) = (
            Some(UtcTime::from_seconds(0)),
            Some(UtcTime::from_seconds(3600)),
        );
        let value = Value::Number(Decimal::new(10, 0).unwrap());
        hour.block.columns.push(Row {
            start,
            end,
            value,
            label,
        });
        let held = merge(vec![hour, spoken(1, &word(10, None, &[(0, 1), (1, 2)]))]);
        let ends: Vec<i64> = held
            .iter()
            .map(|held| held.end.unwrap().seconds())
            .collect();
        assert_eq!(ends, [900, 3600, 1800]);
        assert!(held.iter().all(|held| held.superseded == 0));
    }

    #[test]
    fn an_interval_said_twice_by_one_message_is_no_correction_and_its_last_row_counts() {
        assert_eq!(
            values(vec![spoken(1, &word(10, None, &[(1, 5), (1, 6)]))]),
            [(1, 6, 0)]
        );
    }

    #[test]
    fn a_table_without_time_counts_as_a_whole() {
        let table = |sequence, document, rows: &[i64]| {
            let mut said = spoken(sequence, &word(document, None, &[]));
            let label = said.block.labels.intern(Label::default());
            for &value in rows {
                let value = Value::Number(Decimal::new(value, 0).unwrap());
                said.block.columns.push(Row {
                    start: None,
                    end: None,
                    value,
                    label,
                });
            }
            said
        };
        let held = merge(vec![table(1, 20, &[7, 8]), table(2, 10, &[1, 2, 3])]);
        let numbers: Vec<i64> = held
            .iter()
            .map(|held| held.value.unwrap().mantissa())
            .collect();
        assert_eq!(numbers, [7, 8]);
    }

    /// Slow and obviously right: look at every message for every quarter hour.
    fn naive(words: &[(u64, Word)]) -> Vec<(i64, i64)> {
        (0..40)
            .filter_map(|quarter| {
                let said = words.iter().filter_map(|(sequence, word)| {
                    let (_, value) = word.values.iter().rev().find(|(q, _)| *q == quarter)?;
                    Some((
                        (
                            word.version.unwrap_or(word.document),
                            word.document,
                            *sequence,
                        ),
                        *value,
                    ))
                });
                said.max_by_key(|(precedence, _)| *precedence)
                    .map(|(_, value)| (quarter, value))
            })
            .collect()
    }

    proptest! {
        #[test]
        fn what_nobody_corrected_is_the_same_by_the_short_way_and_by_the_long_one(
            lengths in proptest::collection::vec(0_i64..12, 8),
            order in Just((0..8_usize).collect::<Vec<_>>()).prop_shuffle(),
        ) {
            let mut from = 0;
            let words = lengths.iter().map(|length| {
                let values: Vec<_> = (from..from + length).map(|quarter| (quarter, quarter * 7)).collect();
                from += length;
                word(from, None, &values)
            });
            let words: Vec<Word> = words.collect();
            let said: Vec<Spoken> = order.iter().zip(0..).map(|(&at, n)| spoken(n, &words[at])).collect();
            let mut long = Vec::new();
            add_winners(&mut long, &said.iter().collect::<Vec<_>>());
            prop_assert_eq!(stretches(&said).len(), lengths.iter().filter(|length| **length > 0).count());
            prop_assert_eq!(merge(said), long);
        }

        #[test]
        fn any_order_of_arrival_gives_the_same_values(
            said in proptest::collection::vec(proptest::collection::vec((0_i64..40, -9_i64..9), 0..12), 1..8),
            versions in proptest::collection::vec(proptest::option::of(0_i64..4), 8),
            order in Just((0..8_usize).collect::<Vec<_>>()).prop_shuffle(),
        ) {
            // Distinct document dates, as distinct messages of one sender have.
            let words: Vec<Word> = said.iter().zip(&versions).zip(100..)
                .map(|((values, version), document)| word(document, version.map(|v| v * 1_000), values)).collect();
            let once: Vec<Spoken> = words.iter().zip(0..).map(|(word, n)| spoken(n, word)).collect();
            let again: Vec<Spoken> = order.iter().filter_map(|&n| words.get(n)).zip(0..).map(|(word, n)| spoken(n, word)).collect();
            let expected: Vec<(i64, i64)> = naive(&words.iter().cloned().zip(0..).map(|(w, n)| (n, w)).collect::<Vec<_>>());
            let got: Vec<(i64, i64)> = values(once).into_iter().map(|(quarter, value, _)| (quarter, value)).collect();
            let other: Vec<(i64, i64)> = values(again).into_iter().map(|(quarter, value, _)| (quarter, value)).collect();
            prop_assert_eq!(&got, &expected);
            prop_assert_eq!(&other, &expected);
        }
    }
}
