//! `export --format mscons`: what the store holds, as messages of those who told it.

use std::collections::{BTreeMap, HashMap};
use std::io::Write;

use crate::cli::args::Bounds;
use crate::cli::call::{Call, Unit};
use crate::cli::{Done, Failure};
use crate::clock;
use crate::message::mscons::write::{Retelling, Told};
use crate::series::computed::is_computed;
use crate::store::ledger::SeriesEntry;
use crate::store::{Store, StoreError, read};

/// Writes the values of these series.
pub(super) fn write(
    call: &Call<'_>,
    found: &[SeriesEntry],
    period: Bounds,
) -> Result<Done, Failure> {
    let mut tellers = Tellers::new(call.store());
    let mut retelling = Retelling::new(clock::now());
    let progress = call.progress(found.len() as u64, Unit::Things);
    let (mut written, mut left_out) = (0, 0);
    // Nobody told a virtual series.
    for series in found.iter().filter(|series| !is_computed(series.id)) {
        let (from, to) = period.of(series);
        let held = read::values(call.store(), series, from, to, period.as_of)?;
        let mut parts: BTreeMap<Told, Vec<_>> = BTreeMap::new();
        for value in &held {
            if let Some(told) = tellers.of(value.source)? {
                parts.entry(told).or_default().push(value);
            }
        }
        for (told, values) in &parts {
            if retelling.add(told, &series.key, values) {
                written += values.len();
            } else {
                left_out += values.len();
                call.note(&format!(
                    "{}/{}: left out; MSCONS is written of load profiles, amounts and meter \
                     readings of market, metering and network locations. Take another --format",
                    series.key.location, series.key.obis
                ));
            }
        }
        progress.one_more()?;
    }
    let mut out = call.results();
    out.write_all(&retelling.finish()?)?;
    out.flush()?;
    drop(progress);
    call.note(&format!("{written} values of {} series", found.len()));
    Ok(if left_out == 0 {
        Done::Well
    } else {
        Done::WithFailures
    })
}

/// Who told a value, by the message that said it.
struct Tellers<'a> {
    store: &'a dyn Store,
    known: HashMap<u64, Option<Told>>,
}

impl<'a> Tellers<'a> {
    fn new(store: &'a dyn Store) -> Self {
        Self {
            store,
            known: HashMap::new(),
        }
    }

    fn of(&mut self, message: u64) -> Result<Option<Told>, StoreError> {
        if let Some(told) = self.known.get(&message) {
            return Ok(told.clone());
        }
        let told = self.store.message(message)?.map(|message| Told {
            sender: message.reference.sender,
            receiver: message.reference.receiver,
            pid: message.pid,
        });
        self.known.insert(message, told.clone());
        Ok(told)
    }
}
