//! The values that a request asks for, as messages that tell them.

use std::collections::{BTreeMap, HashMap};

use crate::market::calendar::UtcTime;
use crate::message::mscons::write::{Interchange, Retelling, Told, case_of};
use crate::message::orders::request::Values;
use crate::message::orders::wanted::{Wanted, What};
use crate::store::{Store, StoreError, read};

/// What the store has for a request.
pub(super) enum Found {
    /// Messages of one application reference, without numbers.
    Values(Box<Interchange>),
    /// Nothing of what is wanted, or more than goes into a mail.
    Nothing,
    /// The location is not known.
    UnknownLocation,
}

/// Looks for the values that are wanted, to be told from one to another.
pub(super) fn find(
    store: &dyn Store,
    wanted: &Wanted,
    (from, to): (&str, &str),
    now: UtcTime,
) -> Result<Found, StoreError> {
    let mut series = store.series()?;
    series.retain(|series| series.key.location == wanted.location);
    if series.is_empty() {
        return Ok(Found::UnknownLocation);
    }
    let is_wanted = |obis: &String| wanted.obis.is_empty() || wanted.obis.contains(obis);
    let mut cases = Cases::new(store);
    let mut retelling = Retelling::new(now);
    let mut count = 0;
    for series in series.iter().filter(|series| is_wanted(&series.key.obis)) {
        let (start, end) = (wanted.period.start, wanted.period.end);
        let held = read::values(store, series, start, end, None)?;
        let mut parts: BTreeMap<Option<u32>, Vec<_>> = BTreeMap::new();
        for value in &held {
            let pid = cases.of(value.source)?;
            let case = case_of(pid, &series.key);
            if case.is_some_and(|case| cases_of(wanted.what).contains(&case)) {
                parts.entry(pid).or_default().push(value);
            }
        }
        for (pid, values) in parts {
            let told = Told {
                sender: from.to_owned(),
                receiver: to.to_owned(),
                pid,
            };
            count += values.len();
            retelling.add(&told, &series.key, &values);
        }
        if count > MOST_VALUES {
            return Ok(Found::Nothing);
        }
    }
    // All that one asks for has one application reference.
    let interchange = retelling.into_interchanges().next();
    Ok(interchange.map_or(Found::Nothing, |one| Found::Values(Box::new(one))))
}

/// Prüfidentifikatoren of the messages that answer.
fn cases_of(what: What) -> &'static [u32] {
    match what {
        What::Values(Values::LoadProfile) => &[13_008, 13_018, 13_025],
        What::Values(Values::Readings) | What::Determination => &[13_002, 13_017],
        What::Values(Values::EnergyAmount) => &[13_009, 13_019],
        What::Values(Values::EnergyAndPeak) => &[13_016],
        // Gas quality is told of points of the network, and is not told again.
        What::CalorificValue => &[],
    }
}

/// In which business case values were told, by the message that said them.
struct Cases<'a> {
    store: &'a dyn Store,
    known: HashMap<u64, Option<u32>>,
}

impl<'a> Cases<'a> {
    fn new(store: &'a dyn Store) -> Self {
        let known = HashMap::new();
        Self { store, known }
    }

    fn of(&mut self, message: u64) -> Result<Option<u32>, StoreError> {
        if let Some(pid) = self.known.get(&message) {
            return Ok(*pid);
        }
        let pid = self.store.message(message)?.and_then(|message| message.pid);
        self.known.insert(message, pid);
        Ok(pid)
    }
}

/// Values of an answer: three years of quarter hours. It is written, packed and sent as one mail.
const MOST_VALUES: usize = 110_000;
