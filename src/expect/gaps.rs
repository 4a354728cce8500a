//! What a target lacks in a period, and how late that is.

use crate::config::expect::Due;
use crate::expect::due::{deadline, last_due_day};
use crate::expect::target::Target;
use crate::market::calendar::{Day, UtcTime, civil_from_days};
use crate::series::completeness::{Completeness, by_day};
use crate::series::gaps::{Gap, gaps_in};
use crate::series::merge::Held;
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

impl Asked {
    /// What a period and the time have in common in which a target should have values.
    pub fn within(target: &Target, (from, to): (UtcTime, UtcTime), now: UtcTime) -> Self {
        let (open_from, open_to) = open_period(target, now);
        Self {
            from: Some(from).filter(|from| open_from.is_none_or(|open| open < *from)),
            to: Some(to).filter(|to| open_to.is_none_or(|open| *to < open)),
        }
    }
}

/// A target over a period, with its rhythm.
#[derive(Clone, Debug)]
pub struct Look {
    held: Vec<Held>,
    rhythm: Rhythm,
    period: (UtcTime, UtcTime),
}

/// What a target lacks of a period, in order of time: [`look`], then [`Look::missing`].
///
/// # Errors
/// [`StoreError`].
pub fn find(
    store: &dyn Store,
    target: &Target,
    asked: Asked,
    now: UtcTime,
) -> Result<Vec<MissingRun>, StoreError> {
    let look = look(store, target, asked, now)?;
    Ok(look.map_or_else(Vec::new, |look| look.missing(target)))
}

/// Looks at a target over a period. `None` if it has no rhythm, or there is nothing to look at.
///
/// Nothing is missing that has not ended yet. An open period begins with the first value (of a
/// target that has never arrived with the month some five weeks before the last due day), and ends
/// with the last delivery day that is due, or, where nothing is expected, with the last value.
///
/// # Errors
/// [`StoreError`].
pub fn look(
    store: &dyn Store,
    target: &Target,
    asked: Asked,
    now: UtcTime,
) -> Result<Option<Look>, StoreError> {
    let (open_from, open_to) = open_period(target, now);
    let (Some(from), Some(to)) = (asked.from.or(open_from), asked.to.or(open_to)) else {
        return Ok(None);
    };
    let to = to.min(now);
    if from >= to {
        return Ok(None);
    }
    let seen = target.see(store, (from, to))?;
    let Some(rhythm) = seen.rhythm else {
        return Ok(None);
    };
    // On its first day a series may begin at any hour, and on its last one end, if nobody waits
    // for more.
    let first = seen.held.first().and_then(|first| first.start);
    let from = match (asked.from, first) {
        (None, Some(first)) => from.max(first),
        (Some(_), _) | (None, None) => from,
    };
    let last = seen.held.last().and_then(|last| last.end);
    let to = match (asked.to, &target.expect, last) {
        (None, None, Some(last)) => last.min(now),
        (_, _, _) => to,
    };
    Ok(Some(Look {
        held: seen.held,
        rhythm,
        period: (from, rhythm.whole_until(to)),
    }))
}

impl Look {
    /// What is missing, in order of time.
    pub fn missing(&self, target: &Target) -> Vec<MissingRun> {
        let (from, to) = self.period;
        let due = target.expect.as_ref().map(|expect| expect.due);
        let run = |gap: Gap| MissingRun {
            start: gap.start,
            end: gap.end,
            intervals: gap.intervals,
            due: due.map(|due| due_of(due, self.rhythm, target, gap.start)),
        };
        let gaps = gaps_in(self.rhythm, &self.held, from, to);
        gaps.into_iter().map(run).collect()
    }

    /// How complete each delivery day is.
    pub fn days(&self, target: &Target) -> Vec<(Day, Completeness)> {
        by_day(self.rhythm, target.border(), &self.held, self.period)
    }
}

/// When a target should have values, as far as that is known without reading them.
fn open_period(target: &Target, now: UtcTime) -> (Option<UtcTime>, Option<UtcTime>) {
    let border = target.border();
    let last_due = (target.expect.as_ref()).map(|expect| last_due_day(expect.due, now));
    let due_until = last_due.map(|last| border.start_of(last.plus(1)));
    let window = last_due.map(|last| border.start_of(window_start(last)));
    let known_from = target.span().map(|(first, _)| border.start_of(first));
    // The last hours of a gas day stand in the next local day.
    let known_to = target.span().map(|(_, last)| border.start_of(last.plus(1)));
    (known_from.or(window), due_until.or(known_to))
}

/// When an interval is due: after the delivery day in which it ends.
fn due_of(due: Due, rhythm: Rhythm, target: &Target, start: UtcTime) -> UtcTime {
    let end = rhythm.start_of(rhythm.first_from(start).saturating_add(1));
    let last_second = UtcTime::from_seconds(end.seconds().saturating_sub(1));
    deadline(due, target.border().day_of(last_second))
}

/// The first delivery day that is looked at for what is late: the first of a month, at least
/// [`WINDOW_DAYS`] before the last day that is due. So a month that is missing is late until the
/// next one has ended, too.
pub(super) fn window_start(last_due: Day) -> Day {
    let (_, _, date) = civil_from_days(last_due.plus(-WINDOW_DAYS).number().into());
    last_due.plus(1 - WINDOW_DAYS - i32::try_from(date).unwrap_or(0))
}

/// A month of any length, and some days for the corrections that come with its end.
const WINDOW_DAYS: i32 = 35;
