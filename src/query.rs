//! What the store holds, or a file, as pages, API and commands show it: records and points of charts.

mod catalogue;
mod changes;
mod resampled;
mod virtuals;

use std::collections::HashMap;

use crate::chart::{self, Point};
use crate::format::Record;
use crate::format::record::Stored;
use crate::market::calendar::UtcTime;
use crate::message::mscons::Interchange;
use crate::series::Value;
use crate::series::gaps::gaps;
use crate::series::merge::Held;
use crate::series::resample::Refused;
use crate::store::ledger::{MessageRecord, SeriesEntry};
use crate::store::{Store, StoreError, read};

pub use catalogue::{Catalogue, Span, VirtualFault};
pub use changes::{Changed, changes};
pub use resampled::Resampled;
pub use virtuals::Virtuals;

/// Why a series cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum QueryError {
    /// The store cannot.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Its values cannot be read at this resolution.
    #[error("{series}: {refused}")]
    Refused {
        /// What a person calls it.
        series: String,
        /// Why.
        refused: Refused,
    },
    /// A virtual series is not what its definition says.
    #[error("virtual series {name:?}: {fault}")]
    Virtual {
        /// Its name.
        name: String,
        /// Why.
        fault: VirtualFault,
    },
}

/// The values of one series in a period, with the messages that said them.
#[derive(Debug)]
pub struct Values {
    /// The series.
    pub series: SeriesEntry,
    /// Its values in order of time.
    pub held: Vec<Held>,
    messages: HashMap<u64, MessageRecord>,
}

/// Reads the values of a series that start in `[from, to)`.
///
/// # Errors
/// [`StoreError`].
pub fn values(
    store: &dyn Store,
    series: &SeriesEntry,
    (from, to): (UtcTime, UtcTime),
    as_of: Option<UtcTime>,
) -> Result<Values, StoreError> {
    let held = read::values(store, series, from, to, as_of)?;
    let mut messages = HashMap::new();
    for value in &held {
        if let std::collections::hash_map::Entry::Vacant(vacant) = messages.entry(value.source)
            && let Some(message) = store.message(value.source)?
        {
            vacant.insert(message);
        }
    }
    Ok(Values {
        series: series.clone(),
        held,
        messages,
    })
}

/// The values of an interchange that was just parsed, in the order of the file.
pub fn parsed(interchange: &Interchange) -> impl Iterator<Item = Record<'_>> {
    let groups = interchange
        .messages
        .iter()
        .flat_map(|message| message.groups.iter().map(move |group| (message, group)));
    groups.flat_map(move |(message, group)| {
        group.rows.clone().filter_map(move |at| {
            let row = interchange.columns.row(at)?;
            Some(Record {
                sender: &interchange.sender,
                receiver: &interchange.receiver,
                interchange: &interchange.reference,
                message: &message.reference,
                document: &message.document,
                pid: message.pid,
                location: group.location.as_deref(),
                device: group.device.as_deref(),
                obis: group.obis.as_deref(),
                start: row.start,
                end: row.end,
                value: row.value,
                label: interchange.labels.get(row.label)?,
                stored: None,
            })
        })
    })
}

impl Values {
    /// Values that were computed: no message said them.
    fn computed(series: &SeriesEntry, held: Vec<Held>) -> Self {
        Self {
            series: series.clone(),
            held,
            messages: HashMap::new(),
        }
    }

    /// The values as records, in order of time.
    pub fn records(&self) -> impl Iterator<Item = Record<'_>> {
        let key = &self.series.key;
        self.held.iter().map(move |held| {
            let message = self.messages.get(&held.source);
            let of = |part: fn(&MessageRecord) -> &str| message.map_or("", part);
            Record {
                sender: of(|message| &message.reference.sender),
                receiver: of(|message| &message.reference.receiver),
                interchange: of(|message| &message.reference.interchange),
                message: of(|message| &message.reference.message),
                document: of(|message| &message.document),
                pid: message.and_then(|message| message.pid),
                location: text(&key.location),
                device: key.device.as_deref(),
                obis: text(&key.obis),
                start: held.start,
                end: held.end,
                value: held.value.map_or(Value::Absent, Value::Number),
                label: &held.label,
                stored: Some(Stored {
                    quality: held.quality,
                    source: held.source,
                    share: None,
                }),
            }
        })
    }

    /// The values as points of a chart, with the gaps between them; values without time have no
    /// place in one.
    pub fn points(&self) -> Vec<Point> {
        let start = self.held.first().and_then(|first| first.start);
        let end = self.held.iter().rev().find_map(|last| last.end);
        let gaps: Vec<Span> = start
            .zip(end)
            .map(|(from, to)| gaps(&self.held, from, to))
            .unwrap_or_default()
            .iter()
            .map(|gap| (gap.start, gap.end))
            .collect();
        chart::points(&self.held, &gaps)
    }
}

fn text(text: &str) -> Option<&str> {
    (!text.is_empty()).then_some(text)
}
