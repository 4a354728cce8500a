//! Reading a series: blocks to the values that hold.

use crate::market::calendar::UtcTime;
use crate::series::merge::Held;

use super::ledger::SeriesEntry;
use super::{Store, StoreError};

/// The values of a series that start in `[from, to)`, in order of time; of a timeless series, all.
///
/// # Errors
/// [`StoreError`].
pub fn values(
    _store: &dyn Store,
    _series: &SeriesEntry,
    _from: UtcTime,
    _to: UtcTime,
    _as_of: Option<UtcTime>,
) -> Result<Vec<Held>, StoreError> {
    todo!()
}

/// The series whose `location/obis` (or any part of it) fits a pattern: `*` any characters; without
/// `*`, an exact location, OBIS code, `location/obis`, or number of the series.
///
/// # Errors
/// [`StoreError`].
pub fn find(_store: &dyn Store, _pattern: &str) -> Result<Vec<SeriesEntry>, StoreError> {
    todo!()
}
