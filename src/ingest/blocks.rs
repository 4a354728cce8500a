//! A message's rows to blocks: one for each series and local day.

use std::collections::HashMap;

use crate::market::calendar::UtcTime;
use crate::market::quantity::Decimal;
use crate::message::mscons::{Group, Interchange, Message};
use crate::series::{Block, Columns, Key, Kind, Labels, Row, Value};
use crate::store::ledger::NewBlock;

/// The blocks of a message, in the order in which its series begin.
pub fn blocks_of(interchange: &Interchange, message: &Message, arrived: UtcTime) -> Vec<NewBlock> {
    let mut drafts = Drafts::default();
    for group in &message.groups {
        drafts.sort_in(interchange, group);
    }
    let mut blocks = Vec::new();
    for Draft {
        key,
        version,
        columns,
        labels,
    } in drafts.drafts
    {
        let document_date = message.document_date.unwrap_or(arrived);
        let block = Block {
            version,
            document_date,
            arrived,
            columns,
            labels,
        };
        blocks.extend(block.encode_by_day().into_iter().map(|part| NewBlock {
            key: key.clone(),
            day: part.day,
            values: u32::try_from(part.rows).unwrap_or(u32::MAX),
            bytes: part.bytes,
        }));
    }
    blocks
}

/// Rows that belong to one series, as they are gathered.
struct Draft {
    key: Key,
    version: Option<UtcTime>,
    columns: Columns,
    labels: Labels,
}

/// The series of one message, in the order in which they begin.
#[derive(Default)]
struct Drafts {
    drafts: Vec<Draft>,
    places: HashMap<(Key, Option<UtcTime>), usize>,
}

/// Where a row goes: the draft, and its label's number there.
#[derive(Clone, Copy)]
struct Target {
    draft: usize,
    label: u32,
}

impl Drafts {
    /// Puts the rows of a group to their series: all of a LIN to one, as a rule, so that rows are
    /// looked at as long as they go the same way.
    fn sort_in(&mut self, interchange: &Interchange, group: &Group) {
        let columns = &interchange.columns;
        let mut rows = group.rows.clone();
        while let Some(first) = columns.row(rows.start).filter(|_| !rows.is_empty()) {
            let kind = kind_of(&first);
            let is_text = matches!(first.value, Value::Text(_));
            let goes_along = |row: &Row<'_>| {
                let is_number = !is_text && !matches!(row.value, Value::Text(_));
                is_number && row.label == first.label && kind_of(row) == kind
            };
            let others = (rows.start + 1..rows.end).map_while(|at| columns.row(at));
            let alike = rows.start..rows.start + 1 + others.take_while(goes_along).count();
            rows.start = alike.end;
            let Some(target) = self.target(interchange, group, kind, first.label) else {
                continue;
            };
            let Some(draft) = self.drafts.get_mut(target.draft) else {
                continue;
            };
            let (label, value) = (target.label, canonical(first.value));
            if is_text {
                draft.columns.push(Row {
                    value,
                    label,
                    ..first
                });
            } else {
                draft.columns.extend_from(columns, alike, label);
            }
        }
    }

    fn target(
        &mut self,
        interchange: &Interchange,
        group: &Group,
        kind: Kind,
        label: u32,
    ) -> Option<Target> {
        let label = interchange.labels.get(label)?;
        let key = key_of(group, kind, label.unit.as_deref());
        let draft =
            *self
                .places
                .entry((key, group.version))
                .or_insert_with_key(|(key, version)| {
                    self.drafts.push(Draft {
                        key: key.clone(),
                        version: *version,
                        columns: Columns::default(),
                        labels: Labels::default(),
                    });
                    self.drafts.len() - 1
                });
        let label = self.drafts.get_mut(draft)?.labels.intern(label.clone());
        Some(Target { draft, label })
    }
}

/// The number that an unusual spelling means (`007`, `+5`): the archive keeps the spelling.
fn canonical(value: Value<'_>) -> Value<'_> {
    match value {
        Value::Text(text) => {
            Decimal::parse_lenient(text.as_bytes()).map_or(Value::Absent, Value::Number)
        }
        Value::Number(_) | Value::Absent => value,
    }
}

fn kind_of(row: &Row<'_>) -> Kind {
    match (row.start, row.end) {
        (None, None) => Kind::Timeless,
        (Some(start), Some(end)) if start == end => Kind::Reading,
        (Some(_) | None, Some(_)) | (Some(_), None) => Kind::Interval,
    }
}

fn key_of(group: &Group, kind: Kind, unit: Option<&str>) -> Key {
    Key {
        location: group.location.as_deref().unwrap_or_default().to_owned(),
        device: (group.device.as_deref().filter(|_| kind == Kind::Reading)).map(str::to_owned),
        obis: group.obis.as_deref().unwrap_or_default().to_owned(),
        kind,
        unit: unit.map(str::to_owned),
    }
}
