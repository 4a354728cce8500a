//! What is late: the expected values of the last weeks that are due and not there.

use std::collections::BTreeMap;

use crate::expect::due::last_due_day;
use crate::expect::gaps::{Asked, MissingRun, WINDOW_DAYS, find};
use crate::expect::plan::Plan;
use crate::expect::target::Target;
use crate::market::calendar::UtcTime;
use crate::store::{Store, StoreError};

/// What is late, as of one moment.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Survey {
    /// The moment.
    pub at: UtcTime,
    /// The late ones, the longest overdue first.
    pub overdue: Vec<Overdue>,
    /// By partner id, also of partners of whom nothing is late; `""` is nobody in particular.
    pub partners: BTreeMap<String, Lateness>,
}

/// A target of which something is late.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Overdue {
    /// It.
    pub target: Target,
    /// What is missing, in order of time: the first [`RUNS_KEPT`] runs.
    pub runs: Vec<MissingRun>,
    /// How many runs there are.
    pub gaps: u64,
    /// How many intervals are missing in all.
    pub intervals: u64,
    /// When the first of them was due.
    pub since: UtcTime,
}

/// What is late of one partner.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Lateness {
    /// Series that are expected.
    pub expected: u64,
    /// Those of which something is late.
    pub overdue: u64,
    /// Runs of intervals that are late.
    pub gaps: u64,
}

impl Survey {
    /// How many series are late in all.
    pub fn overdue_series(&self) -> u64 {
        self.partners
            .values()
            .map(|lateness| lateness.overdue)
            .sum()
    }
}

/// Looks at every target that is expected, over the last [`WINDOW_DAYS`] delivery days that are
/// due. Reads as many days of each: see `docs/DECISIONS.md` for what that costs.
///
/// # Errors
/// [`StoreError`].
pub fn survey(store: &dyn Store, plan: &Plan, now: UtcTime) -> Result<Survey, StoreError> {
    let mut survey = Survey {
        at: now,
        overdue: Vec::new(),
        partners: BTreeMap::new(),
    };
    let partners = plan.partners.iter().map(|partner| partner.id.as_str());
    for partner in partners.chain([""]) {
        survey.partners.entry(partner.to_owned()).or_default();
    }
    if plan.expects.is_empty() {
        return Ok(survey);
    }
    for target in plan.targets(store.series()?) {
        let Some(expect) = &target.expect else {
            continue;
        };
        let lateness = survey.partners.entry(expect.partner.clone()).or_default();
        lateness.expected += 1;
        let border = target.border();
        let window = border.start_of(last_due_day(expect.due, now).plus(1 - WINDOW_DAYS));
        // A series that began within the window is not late for the days before it began.
        let asked = Asked::within(&target, (window, now), now);
        let runs = find(store, &target, asked, now)?;
        let Some(since) = runs.iter().filter_map(|run| run.due).min() else {
            continue;
        };
        lateness.overdue += 1;
        let gaps = u64::try_from(runs.len()).unwrap_or(u64::MAX);
        lateness.gaps += gaps;
        survey.overdue.push(Overdue {
            gaps,
            intervals: runs.iter().map(|run| run.intervals).sum(),
            since,
            runs: runs.into_iter().take(RUNS_KEPT).collect(),
            target,
        });
    }
    survey.overdue.sort_by_key(|overdue| overdue.since);
    Ok(survey)
}

/// Whether it is time for another survey: at once after new mails, but not all the time, and now
/// and then because of the clock. `last` is when the last one was, and the store's next sequence
/// at that time.
pub fn is_due(last: Option<(UtcTime, u64)>, now: UtcTime, next_sequence: u64) -> bool {
    let Some((at, sequence)) = last else {
        return true;
    };
    let waited_seconds = now.seconds().saturating_sub(at.seconds());
    // A clock that was set back must not silence the survey.
    waited_seconds < 0
        || waited_seconds >= EVERY_SECONDS
        || (sequence != next_sequence && waited_seconds >= PAUSE_SECONDS)
}

/// Runs that are kept of one target, for a page; all of them are counted.
const RUNS_KEPT: usize = 20;
/// A deadline is to the minute; five of them are soon enough.
const EVERY_SECONDS: i64 = 5 * 60;
/// New mails are many at a time.
const PAUSE_SECONDS: i64 = 60;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_survey_follows_new_mails_after_a_minute_and_the_clock_after_five() {
        let at = UtcTime::from_seconds;
        assert!(is_due(None, at(0), 7));
        let last = Some((at(1000), 7));
        for (now, sequence, expected) in [
            (1000, 7, false),
            (1059, 8, false),
            (1060, 7, false),
            (1060, 8, true),
            (1299, 7, false),
            (1300, 7, true),
            (999, 7, true),
        ] {
            assert_eq!(
                is_due(last, at(now), sequence),
                expected,
                "{now} {sequence}"
            );
        }
    }
}
