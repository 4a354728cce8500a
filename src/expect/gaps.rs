//! What a target lacks in a period, and how late that is.

use crate::config::expect::Due;
use crate::expect::due::{deadline, last_due_day};
use crate::expect::target::Target;
use crate::market::calendar::UtcTime;
use crate::series::gaps::{Gap, gaps_in};
use crate::series::rhythm::Rhythm;
use crate::store::{Store, StoreError};

/// A run of neighbouring intervals without a value.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct MissingRun {
    /// Start of the first missing interval.
    pub start: UtcTime,
    /// End of the last missing interval (exclusive).
    pub end: UtcTime,
    /// How many intervals are missing.
    pub intervals: u64,
    /// When the first of them was due; `None` where nothing is expected.
    pub due: Option<UtcTime>,
}

impl MissingRun {
    /// For how long it has been due, in seconds; `None` if it is not, or not yet.
    pub fn late_seconds(&self, now: UtcTime) -> Option<i64> {
        let late = now.seconds().checked_sub(self.due?.seconds())?;
        (late >= 0).then_some(late)
    }
}

/// A period that is asked for; `None` leaves the end open.
#[derive(Clone, Copy, Debug, Default)]
pub struct Asked {
    /// The first instant.
    pub from: Option<UtcTime>,
    /// The first instant after it.
    pub to: Option<UtcTime>,
}

/// What a target lacks of a period, in order of time. Nothing is missing that has not ended yet.
///
/// An open period begins with the first value (of a target that has never arrived
/// [`WINDOW_DAYS`] days before the last one that is due), and ends with the last delivery day that
/// is due, or, where nothing is expected, with the last value.
///
/// # Errors
/// [`StoreError`].
pub fn find(
    store: &dyn Store,
    target: &Target,
    asked: Asked,
    now: UtcTime,
) -> Result<Vec<MissingRun>, StoreError> {
    let border = target.border();
    let due = target.expect.as_ref().map(|expect| expect.due);
    let due_until = due.map(|due| border.start_of(last_due_day(due, now).plus(1)));
    let known_from = target.span().map(|(first, _)| border.start_of(first));
    // Values of a gas day may stand in the local day before or after it.
    let known_to = target.span().map(|(_, last)| border.start_of(last.plus(2)));
    let Some(to) = asked.to.or(due_until).or(known_to) else {
        return Ok(Vec::new());
    };
    let window = border.start_of(border.day_of(to).plus(-WINDOW_DAYS));
    let from = asked.from.or(known_from).unwrap_or(window);
    let to = to.min(now);
    if from >= to {
        return Ok(Vec::new());
    }
    let seen = target.see(store, (from, to))?;
    let Some(rhythm) = seen.rhythm else {
        return Ok(Vec::new());
    };
    let mut held = seen.held.as_slice();
    // On its first day a series may begin at any hour, and so may one end that nobody expects.
    let from = match (asked.from, held.first().and_then(|first| first.start)) {
        (None, Some(first)) => from.max(first),
        (Some(_), _) | (None, None) => from,
    };
    let to = match (asked.to, due, held.last().and_then(|last| last.end)) {
        (None, None, Some(last)) => to.min(last),
        (_, _, _) => to,
    };
    if let Some(behind) = held.iter().position(|held| held.start >= Some(to)) {
        held = held.get(..behind).unwrap_or_default();
    }
    let gaps = gaps_in(rhythm, held, from, rhythm.whole_until(to));
    let run = |gap: &Gap| MissingRun {
        start: gap.start,
        end: gap.end,
        intervals: gap.intervals,
        due: due.map(|due| due_of(due, rhythm, target, gap.start)),
    };
    Ok(gaps.iter().map(run).collect())
}

/// When an interval is due: after the delivery day in which it ends.
fn due_of(due: Due, rhythm: Rhythm, target: &Target, start: UtcTime) -> UtcTime {
    let end = rhythm.start_of(rhythm.first_from(start).saturating_add(1));
    let last_second = UtcTime::from_seconds(end.seconds().saturating_sub(1));
    deadline(due, target.border().day_of(last_second))
}

/// How far back it is looked for what is late, in delivery days: a month of any length, and some
/// days for the corrections that come with its end.
pub const WINDOW_DAYS: i32 = 35;
