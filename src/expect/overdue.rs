//! What is late: the expected values of the last weeks that are due and not there.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::expect::due::last_due_day;
use crate::expect::gaps::{Asked, MissingRun, find, window_start};
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
    /// Every partner, and nothing late yet.
    fn of_nobody(plan: &Plan, now: UtcTime) -> Self {
        let partners = plan.partners.iter().map(|partner| partner.id.as_str());
        let partners = partners.chain([""]);
        Self {
            at: now,
            overdue: Vec::new(),
            partners: partners
                .map(|id| (id.to_owned(), Lateness::default()))
                .collect(),
        }
    }

    /// Looks at one target that is expected.
    fn look_at(&mut self, store: &dyn Store, target: Target) -> Result<(), StoreError> {
        let Some(expect) = &target.expect else {
            return Ok(());
        };
        let lateness = self.partners.entry(expect.partner.clone()).or_default();
        lateness.expected += 1;
        let last_due = last_due_day(expect.due, self.at);
        let window = target.border().start_of(window_start(last_due));
        // A series that began within the window is not late for the days before it began.
        let asked = Asked::within(&target, (window, self.at), self.at);
        let runs = find(store, &target, asked, self.at)?;
        let Some(since) = runs.iter().filter_map(|run| run.due).min() else {
            return Ok(());
        };
        lateness.overdue += 1;
        let gaps = u64::try_from(runs.len()).unwrap_or(u64::MAX);
        lateness.gaps += gaps;
        self.overdue.push(Overdue {
            gaps,
            intervals: runs.iter().map(|run| run.intervals).sum(),
            since,
            runs: runs.into_iter().take(RUNS_KEPT).collect(),
            target,
        });
        Ok(())
    }

    fn sorted(mut self) -> Self {
        self.overdue.sort_by_key(|overdue| overdue.since);
        self
    }

    /// How many series are late in all.
    pub fn overdue_series(&self) -> u64 {
        self.partners
            .values()
            .map(|lateness| lateness.overdue)
            .sum()
    }
}

/// Looks at every target that is expected, over the last five to ten weeks that are due: it reads
/// as many days of each.
///
/// # Errors
/// [`StoreError`].
pub fn survey(store: &dyn Store, plan: &Plan, now: UtcTime) -> Result<Survey, StoreError> {
    let mut survey = Survey::of_nobody(plan, now);
    for target in expected(store, plan)? {
        survey.look_at(store, target)?;
    }
    Ok(survey.sorted())
}

/// As [`survey`], as long as it is wanted; `None` if it was given up.
///
/// # Errors
/// [`StoreError`].
pub fn survey_while(
    store: &dyn Store,
    plan: &Plan,
    now: UtcTime,
    is_wanted: impl Fn() -> bool,
) -> Result<Option<Survey>, StoreError> {
    let mut survey = Survey::of_nobody(plan, now);
    for target in expected(store, plan)? {
        if !is_wanted() {
            return Ok(None);
        }
        survey.look_at(store, target)?;
    }
    Ok(Some(survey.sorted()))
}

fn expected(store: &dyn Store, plan: &Plan) -> Result<Vec<Target>, StoreError> {
    if plan.expects.is_empty() {
        return Ok(Vec::new());
    }
    let mut targets = plan.targets(store.series()?);
    targets.retain(|target| target.expect.is_some());
    Ok(targets)
}

/// A survey that was made.
#[derive(Clone, Copy, Debug)]
pub struct Made {
    /// When.
    pub at: UtcTime,
    /// The store's next sequence before it.
    pub next_sequence: u64,
    /// How long it took.
    pub took: Duration,
}

/// Whether it is time for another survey: soon after new mails, but not all the time, and now and
/// then because of the clock. However large the store is, surveys take a twentieth of one core at
/// most.
pub fn is_due(last: Option<Made>, now: UtcTime, next_sequence: u64) -> bool {
    let Some(last) = last else {
        return true;
    };
    let waited_seconds = now.seconds().saturating_sub(last.at.seconds());
    let rest = i64::try_from(last.took.as_secs())
        .unwrap_or(i64::MAX)
        .saturating_mul(REST);
    let pause = if last.next_sequence == next_sequence {
        EVERY_SECONDS
    } else {
        PAUSE_SECONDS
    };
    // A clock that was set back must not silence the survey.
    !(0..pause.max(rest)).contains(&waited_seconds)
}

/// Runs that are kept of one target, for a page; all of them are counted.
const RUNS_KEPT: usize = 20;
/// A deadline is to the minute; five of them are soon enough.
const EVERY_SECONDS: i64 = 5 * 60;
/// New mails are many at a time.
const PAUSE_SECONDS: i64 = 60;
/// How much longer than a survey the pause after it is.
const REST: i64 = 20;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_survey_follows_new_mails_after_a_minute_and_the_clock_after_five() {
        let at = UtcTime::from_seconds;
        assert!(is_due(None, at(0), 7));
        for (took, now, sequence, expected) in [
            (0, 1000, 7, false),
            (0, 1059, 8, false),
            (0, 1060, 7, false),
            (0, 1060, 8, true),
            (0, 1299, 7, false),
            (0, 1300, 7, true),
            (0, 999, 7, true),
            (6, 1119, 8, false),
            (6, 1120, 8, true),
            (60, 2199, 7, false),
            (60, 2200, 7, true),
        ] {
            let last = Made {
                at: at(1000),
                next_sequence: 7,
                took: Duration::from_secs(took),
            };
            let found = is_due(Some(last), at(now), sequence);
            assert_eq!(found, expected, "{took} {now} {sequence}");
        }
    }
}
