//! One location and OBIS code that is looked at.

use crate::config::expect::{Expect, Resolution};
use crate::market::calendar::{Day, UtcTime};
use crate::series::merge::Held;
use crate::series::rhythm::{Border, Rhythm};
use crate::store::ledger::SeriesEntry;
use crate::store::{Store, StoreError, read};

/// One location and OBIS code, with its series and what is expected of it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Target {
    /// LOC DE3225.
    pub location: String,
    /// OBIS code; empty for an expectation of any code that has never arrived.
    pub obis: String,
    /// Its series of intervals: none if it has never arrived, several if its unit changed.
    pub series: Vec<SeriesEntry>,
    /// What is expected of it, if anything is.
    pub expect: Option<Expect>,
}

/// The values of a target in a period, in order of time, and its rhythm.
#[derive(Clone, Debug)]
pub struct Seen {
    /// The values.
    pub held: Vec<Held>,
    /// How its intervals follow each other; `None` if they do not.
    pub rhythm: Option<Rhythm>,
}

impl Target {
    /// Where its delivery days begin.
    pub fn border(&self) -> Border {
        Border::of_obis(&self.obis)
    }

    /// Who is to send it; empty for nobody in particular.
    pub fn partner(&self) -> &str {
        self.expect.as_ref().map_or("", |expect| &expect.partner)
    }

    /// The series that has the newest values.
    pub fn newest(&self) -> Option<&SeriesEntry> {
        self.series.iter().max_by_key(|series| series.last)
    }

    /// Its first and its last day with values.
    pub fn span(&self) -> Option<(Day, Day)> {
        let first = self.series.iter().map(|series| series.first).min()?;
        let last = self.series.iter().map(|series| series.last).max()?;
        Some((first, last))
    }

    /// Reads its values of `[from, to)`. The rhythm is that of these values; where they have none,
    /// that of the latest ones; of a series that has never arrived, what is expected.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn see(
        &self,
        store: &dyn Store,
        (from, to): (UtcTime, UtcTime),
    ) -> Result<Seen, StoreError> {
        let mut held = Vec::new();
        for series in &self.series {
            held.extend(read::values(store, series, from, to, None)?);
        }
        if self.series.len() > 1 {
            held.sort_by_key(|held| (held.start, held.end));
        }
        let rhythm = match (Rhythm::of(&held), self.newest()) {
            (Some(rhythm), _) => Some(rhythm),
            (None, Some(newest)) if held.is_empty() => latest_rhythm(store, newest)?,
            (None, Some(_)) => None,
            (None, None) => self.expect.as_ref().map(|expect| self.agreed(expect)),
        };
        Ok(Seen { held, rhythm })
    }

    /// The rhythm of a series that has never arrived. Power profiles have quarter hours, those of
    /// gas hours.
    fn agreed(&self, expect: &Expect) -> Rhythm {
        let border = self.border();
        let seconds = |step| Rhythm::Seconds { step, rest: 0 };
        match (expect.resolution, border) {
            (Resolution::Quarter, _) | (Resolution::Auto, Border::Midnight) => seconds(900),
            (Resolution::Hour, _) | (Resolution::Auto, Border::GasMorning) => seconds(3600),
            (Resolution::Day, border) => Rhythm::Days(border),
            (Resolution::Month, border) => Rhythm::Months(border),
        }
    }
}

/// The rhythm of the newest values of a series.
fn latest_rhythm(store: &dyn Store, series: &SeriesEntry) -> Result<Option<Rhythm>, StoreError> {
    let border = Border::of_obis(&series.key.obis);
    let from = border.start_of(series.last.plus(-LATEST_DAYS));
    let to = border.start_of(series.last.plus(2));
    let held = read::values(store, series, from, to, None)?;
    Ok(Rhythm::of(&held))
}

/// A monthly value stands at the first of its month: that of the last one is among so many days.
const LATEST_DAYS: i32 = 31;
