//! The days and the number of values of each series, some series in one record: each mail changes
//! some of them, and a record for each would be as much to write as what the mail brought.

use std::collections::BTreeMap;
use std::ops::Range;

use serde::{Deserialize, Serialize};

use crate::market::calendar::Day;
use crate::store::StoreError;
use crate::store::keys::{self, Kind};
use crate::store::sled::records::{Records, damaged, decode};

/// The span of a series.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub(super) struct Span {
    first: i32,
    last: i32,
    values: u64,
}

impl Span {
    /// The span of a block.
    pub(super) fn of(day: Day, values: u32) -> Self {
        Self {
            first: day.number(),
            last: day.number(),
            values: values.into(),
        }
    }

    /// Whether this is between two others, of which the second came of the first.
    pub(super) fn is_between(self, before: Option<Self>, after: Self) -> bool {
        let is_within = |whole: Self, part: Self| {
            whole.first <= part.first && part.last <= whole.last && part.values <= whole.values
        };
        before.is_none_or(|before| is_within(self, before)) && is_within(after, self)
    }

    /// The first day that has values.
    pub(super) fn first(self) -> Day {
        Day::from_number(self.first)
    }

    /// The last day that has values.
    pub(super) fn last(self) -> Day {
        Day::from_number(self.last)
    }

    /// How many values it has.
    pub(super) fn values(self) -> u64 {
        self.values
    }

    /// The span of both.
    pub(super) fn and(self, other: Self) -> Self {
        Self {
            first: self.first.min(other.first),
            last: self.last.max(other.last),
            values: self.values.saturating_add(other.values),
        }
    }
}

/// The spans of all series, by their numbers.
#[derive(Debug, Default)]
pub(super) struct Spans(Vec<Span>);

impl Spans {
    /// Reads them.
    pub(super) fn load(records: &Records) -> Result<Self, StoreError> {
        let mut spans = Self::default();
        for pair in records.scan(&keys::prefix(Kind::Spans)) {
            let (key, value) = pair?;
            let first = keys::series_number(&key)
                .map(ids)
                .and_then(|mut ids| ids.next());
            if first != u32::try_from(spans.0.len()).ok() {
                return Err(damaged(&key, "one before it is missing"));
            }
            spans.0.extend(decode::<Vec<Span>>(&key, &value)?);
        }
        Ok(spans)
    }

    /// The span of a series.
    pub(super) fn of(&self, id: u32) -> Option<Span> {
        self.0.get(usize::try_from(id).ok()?).copied()
    }

    /// Takes over those that have changed, and those of new series.
    pub(super) fn follow(&mut self, changed: BTreeMap<u32, Span>) {
        for (id, span) in changed {
            match usize::try_from(id).ok().and_then(|at| self.0.get_mut(at)) {
                Some(known) => *known = span,
                // Numbers are given one after the other.
                None => self.0.push(span),
            }
        }
    }
}

/// The page of a series.
pub(super) fn page(id: u32) -> u32 {
    id / PAGE
}

/// The series of a page.
pub(super) fn ids(page: u32) -> Range<u32> {
    let first = page.saturating_mul(PAGE);
    first..first.saturating_add(PAGE)
}

/// Series of a page: some 300 bytes.
const PAGE: u32 = 32;
