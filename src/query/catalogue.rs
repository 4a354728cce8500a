//! All series, stored and virtual, and how they are read.

use std::sync::Arc;

use crate::market::calendar::{Day, UtcTime, legal_day_bounds};
use crate::market::obis;
use crate::market::quantity::Decimal;
use crate::query::resampled::Resampled;
use crate::query::{QueryError, Values, Virtuals, values};
use crate::series::computed::{self, Definition, is_computed};
use crate::series::merge::Held;
use crate::series::resample::{Resampling, Resolution};
use crate::series::rhythm::Border;
use crate::series::{Key, Kind};
use crate::store::ledger::SeriesEntry;
use crate::store::{Store, StoreError, read};

/// A period `[from, to)`.
pub type Span = (UtcTime, UtcTime);

/// All series: those of the store, and those that the configuration makes of them.
#[derive(Clone)]
pub struct Catalogue<'a> {
    store: &'a dyn Store,
    virtuals: Arc<[Definition]>,
}

/// Why a virtual series cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum VirtualFault {
    /// A term that means no series.
    #[error("no series fits its term {0:?}; `mscons-gateway series` lists them")]
    Unknown(String),
    /// A term that means several series.
    #[error("{1} series fit its term {0:?}; write location and OBIS code, as `location/obis`")]
    Ambiguous(String, usize),
    /// A term that has readings or values without time.
    #[error("its term {0:?} has no intervals; only they add up")]
    NoIntervals(String),
    /// A series that is a part of itself.
    #[error("it is a part of itself")]
    Cycle,
    /// The parts make no whole.
    #[error(transparent)]
    Unequal(#[from] computed::Unequal),
}

impl<'a> Catalogue<'a> {
    /// The series of a store, and the virtual ones that hold now.
    pub fn new(store: &'a dyn Store, virtuals: &Virtuals) -> Self {
        Self {
            store,
            virtuals: virtuals.current(),
        }
    }

    /// All series: the stored ones ordered by key, then the virtual ones as they are configured.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn series(&self) -> Result<Vec<SeriesEntry>, StoreError> {
        let mut series = self.store.series()?;
        let entries: Vec<SeriesEntry> = self
            .virtuals
            .iter()
            .map(|definition| self.entry(definition, &series, self.virtuals.len()))
            .collect();
        series.extend(entries);
        Ok(series)
    }

    /// The series that a pattern means, as [`read::find`] reads it.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn find(&self, pattern: &str) -> Result<Vec<SeriesEntry>, StoreError> {
        let mut found = self.series()?;
        found.retain(|series| read::is_meant(series, pattern));
        Ok(found)
    }

    /// The values of a series that hold in a period, in order of time.
    ///
    /// # Errors
    /// [`QueryError`].
    pub fn held(
        &self,
        series: &SeriesEntry,
        period: Span,
        as_of: Option<UtcTime>,
    ) -> Result<Vec<Held>, QueryError> {
        if !is_computed(series.id) {
            return Ok(read::values(self.store, series, period.0, period.1, as_of)?);
        }
        let stored = self.store.series()?;
        self.computed(series, &stored, (period, as_of), self.virtuals.len())
    }

    /// The same, with the messages that said them.
    ///
    /// # Errors
    /// [`QueryError`].
    pub fn values(
        &self,
        series: &SeriesEntry,
        period: Span,
        as_of: Option<UtcTime>,
    ) -> Result<Values, QueryError> {
        if is_computed(series.id) {
            let held = self.held(series, period, as_of)?;
            Ok(Values::computed(series, held))
        } else {
            Ok(values(self.store, series, period, as_of)?)
        }
    }

    /// The values of a series by hour, day, month … of a period. Before its first and behind its
    /// last value a series has no gaps.
    ///
    /// # Errors
    /// [`QueryError`].
    pub fn resampled(
        &self,
        series: &SeriesEntry,
        resolution: Resolution,
        period: Span,
        as_of: Option<UtcTime>,
    ) -> Result<Resampled, QueryError> {
        let refused = |refused| QueryError::Refused {
            series: name(&series.key),
            refused,
        };
        let resampling = Resampling::of(&series.key, resolution).map_err(refused)?;
        let resampling = match self.border(series)? {
            Border::GasMorning => resampling.by_gas_days(),
            Border::Midnight => resampling,
        };
        let known = known(series);
        let period = (period.0.max(known.0), period.1.min(known.1));
        let (from, to) = resampling.period(period);
        let held = self.held(series, (from, to), as_of)?;
        let mut buckets = resampling.of_values(&held, (from, to)).map_err(refused)?;
        let is_empty = |share: u64| share == 0;
        if period.1 == known.1 {
            while buckets
                .pop_if(|last| is_empty(last.share.present))
                .is_some()
            {}
        }
        if period.0 == known.0 {
            let empty = buckets
                .iter()
                .take_while(|bucket| is_empty(bucket.share.present));
            buckets.drain(..empty.count());
        }
        Resampled::new(series, &buckets)
    }

    /// Where the days of a series begin: with gas at 06:00; those of a virtual one if they do in all
    /// its parts.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn border(&self, series: &SeriesEntry) -> Result<Border, StoreError> {
        let definition = self.virtuals.iter().find(|one| one.number() == series.id);
        let Some(definition) = definition else {
            return Ok(Border::of_obis(&series.key.obis));
        };
        let stored = self.store.series()?;
        let mut parts = (definition.terms.iter())
            .filter_map(|term| self.part(&term.series, &stored, self.virtuals.len()).ok());
        let is_gas = parts.all(|part| obis::is_gas(&part.key.obis));
        Ok(if is_gas {
            Border::GasMorning
        } else {
            Border::Midnight
        })
    }

    fn entry(&self, definition: &Definition, stored: &[SeriesEntry], depth: usize) -> SeriesEntry {
        let parts: Vec<SeriesEntry> = definition
            .terms
            .iter()
            .filter_map(|term| self.part(&term.series, stored, depth).ok())
            .collect();
        let day = |day: Option<Day>| day.unwrap_or(Day::from_number(0));
        SeriesEntry {
            id: definition.number(),
            key: Key {
                location: definition.name.clone(),
                device: None,
                obis: String::new(),
                kind: Kind::Interval,
                unit: Some(definition.unit.clone()).filter(|unit| !unit.is_empty()),
            },
            first: day(parts.iter().map(|part| part.first).max()),
            last: day(parts.iter().map(|part| part.last).max()),
            values: parts.iter().map(|part| part.values).min().unwrap_or(0),
        }
    }

    /// The one series that a term means. `depth` counts how far a virtual series may still be made
    /// of others: more levels than there are virtual series are a cycle.
    fn part(
        &self,
        term: &str,
        stored: &[SeriesEntry],
        depth: usize,
    ) -> Result<SeriesEntry, VirtualFault> {
        if let Some(definition) = self.virtuals.iter().find(|one| one.name == term) {
            let depth = depth.checked_sub(1).ok_or(VirtualFault::Cycle)?;
            return Ok(self.entry(definition, stored, depth));
        }
        let fitting = stored.iter().filter(|series| read::is_meant(series, term));
        let mut found: Vec<&SeriesEntry> = fitting.collect();
        match (found.pop(), found.len()) {
            (None, _) => Err(VirtualFault::Unknown(term.to_owned())),
            (Some(one), 0) if one.key.kind == Kind::Interval => Ok(one.clone()),
            (Some(_), 0) => Err(VirtualFault::NoIntervals(term.to_owned())),
            (Some(_), others) => Err(VirtualFault::Ambiguous(term.to_owned(), others + 1)),
        }
    }

    fn computed(
        &self,
        series: &SeriesEntry,
        stored: &[SeriesEntry],
        (period, as_of): (Span, Option<UtcTime>),
        depth: usize,
    ) -> Result<Vec<Held>, QueryError> {
        let failed = |fault| QueryError::Virtual {
            name: series.key.location.clone(),
            fault,
        };
        let definition = (self.virtuals.iter())
            .find(|one| one.number() == series.id)
            .ok_or_else(|| failed(VirtualFault::Unknown(series.key.location.clone())))?;
        let depth = depth
            .checked_sub(1)
            .ok_or_else(|| failed(VirtualFault::Cycle))?;
        let mut parts: Vec<(Decimal, Vec<Held>)> = Vec::with_capacity(definition.terms.len());
        for term in &definition.terms {
            let part = self.part(&term.series, stored, depth).map_err(failed)?;
            let held = if is_computed(part.id) {
                self.computed(&part, stored, (period, as_of), depth)?
            } else {
                read::values(self.store, &part, period.0, period.1, as_of)?
            };
            parts.push((term.factor, held));
        }
        computed::sum(&parts, &definition.unit).map_err(|fault| failed(fault.into()))
    }
}

/// From the start of the first local day of a series to the end of its last one.
fn known(series: &SeriesEntry) -> Span {
    let (from, _) = legal_day_bounds(series.first);
    let (_, to) = legal_day_bounds(series.last);
    (from, to)
}

/// What a person calls a series.
fn name(key: &Key) -> String {
    match (key.location.as_str(), key.obis.as_str()) {
        (location, "") => location.to_owned(),
        (location, obis) => format!("{location}/{obis}"),
    }
}
