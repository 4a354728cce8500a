//! A message's rows to blocks: one for each series and local day.

use std::collections::HashMap;

use crate::market::calendar::UtcTime;
use crate::market::quantity::Decimal;
use crate::message::mscons::{Group, Interchange, Message};
use crate::series::{Block, Columns, Key, Kind, Labels, Row, Stretch, Value};
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
    /// Puts the rows of a group to their series: all of a LIN to one, as a rule.
    fn sort_in(&mut self, interchange: &Interchange, group: &Group) {
        let columns = &interchange.columns;
        for Stretch { rows, label, kind } in columns.stretches(group.rows.clone()) {
            let Some(target) = self.target(interchange, group, kind, label) else {
                continue;
            };
            let Some(draft) = self.drafts.get_mut(target.draft) else {
                continue;
            };
            let label = target.label;
            match columns.row(rows.start) {
                Some(Row {
                    value: Value::Text(text),
                    start,
                    end,
                    ..
                }) => draft.columns.push(Row {
                    value: canonical(text),
                    label,
                    start,
                    end,
                }),
                Some(_) | None => draft.columns.extend_from(columns, rows, label),
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
fn canonical(text: &str) -> Value<'_> {
    Decimal::parse_lenient(text.as_bytes()).map_or(Value::Absent, Value::Number)
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
