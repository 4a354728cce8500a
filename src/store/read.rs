//! Reading a series: blocks to the values that hold; a pattern to the series it means.

use crate::market::calendar::{Day, UtcTime, legal_day};
use crate::series::Kind;
use crate::series::merge::{Held, merge};

use crate::store::ledger::SeriesEntry;
use crate::store::{Store, StoreError};

/// The values of a series that start in `[from, to)`, in order of time; of a timeless series, all.
///
/// # Errors
/// [`StoreError`].
pub fn values(
    store: &dyn Store,
    series: &SeriesEntry,
    from: UtcTime,
    to: UtcTime,
    as_of: Option<UtcTime>,
) -> Result<Vec<Held>, StoreError> {
    let all = series.first..day_behind(series.last);
    let days = match series.key.kind {
        Kind::Timeless => all,
        Kind::Interval | Kind::Reading if from < to => {
            // A block stands at the day in which its values start; one day more costs little and
            // forgives a block that was cut at another border.
            let first = Day::from_number(legal_day(from).number().saturating_sub(1));
            let behind = day_behind(legal_day(to));
            first.max(all.start)..behind.min(all.end)
        }
        Kind::Interval | Kind::Reading => return Ok(Vec::new()),
    };
    if days.is_empty() {
        return Ok(Vec::new());
    }
    let mut held = merge(store.blocks(series.id, days, as_of)?);
    keep(&mut held, from, to);
    Ok(held)
}

/// Keeps those of some values in order of time that start in `[from, to)`, or have no time.
fn keep(held: &mut Vec<Held>, from: UtcTime, to: UtcTime) {
    let is_before = |value: &Held, at| value.start.is_none_or(|start| start < at);
    held.truncate(held.partition_point(|value| is_before(value, to)));
    let timed = held.partition_point(|value| value.start.is_none());
    let first = held.partition_point(|value| is_before(value, from));
    held.drain(timed..first.max(timed));
}

/// The series whose `location/obis` (or any part of it) fits a pattern: `*` any characters; without
/// `*`, an exact location, OBIS code, `location/obis`, or number of the series.
///
/// # Errors
/// [`StoreError`].
pub fn find(store: &dyn Store, pattern: &str) -> Result<Vec<SeriesEntry>, StoreError> {
    let mut found = store.series()?;
    found.retain(|series| is_meant(series, pattern));
    Ok(found)
}

/// Whether a pattern means a series, as [`find`] reads it.
pub fn is_meant(series: &SeriesEntry, pattern: &str) -> bool {
    let key = &series.key;
    let whole = format!("{}/{}", key.location, key.obis);
    pattern.parse() == Ok(series.id)
        || [&whole, &key.location, &key.obis]
            .iter()
            .any(|text| fits(pattern, text))
}

/// Whether a text fits a pattern in which `*` stands for any characters.
pub fn fits(pattern: &str, text: &str) -> bool {
    let Some((start, pattern)) = pattern.split_once('*') else {
        return pattern == text;
    };
    let Some(mut text) = text.strip_prefix(start) else {
        return false;
    };
    let (middle, end) = pattern.rsplit_once('*').unwrap_or(("", pattern));
    // The first place that fits leaves the most for the rest.
    for piece in middle.split('*') {
        match text.split_once(piece) {
            Some((_, rest)) => text = rest,
            None => return false,
        }
    }
    text.ends_with(end)
}

fn day_behind(day: Day) -> Day {
    Day::from_number(day.number().saturating_add(1))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use proptest::prelude::*;

    use super::*;
    use crate::series::quality::Quality;

    proptest! {
        #[test]
        fn those_that_start_in_the_range_are_kept_and_those_without_time(
            mut starts in proptest::collection::vec(proptest::option::of(0..50_i64), 0..40),
            from in 0..50_i64,
            to in 0..50_i64,
        ) {
            starts.sort_unstable();
            let at = UtcTime::from_seconds;
            let held = |start: &Option<i64>| Held {
                start: start.map(at),
                end: None,
                value: None,
                label: Arc::default(),
                quality: Quality::Missing,
                source: 0,
                superseded: 0,
            };
            let mut kept: Vec<Held> = starts.iter().map(held).collect();
            keep(&mut kept, at(from), at(to));
            starts.retain(|start| start.is_none_or(|start| from <= start && start < to));
            prop_assert_eq!(kept, starts.iter().map(held).collect::<Vec<_>>());
        }
    }

    #[test]
    fn a_star_stands_for_any_characters() {
        for (pattern, text, expected) in [
            ("50120962218", "50120962218", true),
            ("5012096221", "50120962218", false),
            ("*", "", true),
            ("5012*", "50120962218/1-1:1.29.0", true),
            ("5012*29.0", "50120962218/1-1:1.29.0", true),
            ("*1.29*", "50120962218/1-1:1.29.0", true),
            ("50*62*18/*", "50120962218/1-1:1.29.0", true),
            ("*a*a", "a", false),
            ("ab*ba", "aba", false),
            ("a*b*c", "acb", false),
            ("**x**", "x", true),
            ("ü*", "üb", true),
        ] {
            assert_eq!(fits(pattern, text), expected, "{pattern} {text}");
        }
    }
}
