//! What is late is asked for by itself: once, then again with growing distance. Pure but for
//! [`look`], which reads what was asked before.

use std::collections::HashMap;

use crate::config::partner::Partner;
use crate::expect::MissingRun;
use crate::expect::overdue::{Overdue, Survey};
use crate::market::calendar::{DAY_SECONDS, UtcTime, legal_day};
use crate::request::story::{Standing, Story, stories};
use crate::request::{What, Wish};
use crate::store::{Store, StoreError};

/// Something that is late and may be asked for.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Lack {
    /// The request: neighbouring gaps are one.
    pub wish: Wish,
    /// When the first of it was due.
    pub since: UtcTime,
    /// What is to be done about it now.
    pub decision: Decision,
    /// Who is told when it is asked for the fourth time.
    pub escalate_to: Vec<String>,
}

/// What is to be done about a lack.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Decision {
    /// Ask, for the first, second … time.
    Ask {
        /// Which time it is.
        nth: u32,
    },
    /// An answer to the last request is waited for until then.
    Wait {
        /// Until when.
        until: UtcTime,
    },
    /// The last request has not gone yet.
    InOutbox {
        /// Its number.
        number: u64,
    },
    /// The partner refused the last request: a person must look.
    Refused {
        /// Its number.
        number: u64,
    },
    /// The partner was asked often enough for today.
    EnoughToday,
}

impl Decision {
    /// Whether a person is told, too: three requests had no effect.
    pub fn escalates(self) -> bool {
        self == Self::Ask { nth: ESCALATED }
    }
}

/// What is late of what asks by itself, and what is to be done about it.
///
/// # Errors
/// [`StoreError`].
pub fn look(
    store: &dyn Store,
    survey: &Survey,
    partners: &[Partner],
    now: UtcTime,
) -> Result<Vec<Lack>, StoreError> {
    let asks = |overdue: &Overdue| {
        let expect = overdue.target.expect.as_ref();
        expect.is_some_and(|expect| expect.request_after.is_some())
    };
    if !survey.overdue.iter().any(asks) {
        return Ok(Vec::new());
    }
    Ok(decide(
        survey,
        &stories(store, u64::MAX, HISTORY)?,
        partners,
        now,
    ))
}

/// The same, with what was asked before, newest first.
pub fn decide(survey: &Survey, asked: &[Story], partners: &[Partner], now: UtcTime) -> Vec<Lack> {
    let mut today: HashMap<&str, u32> = HashMap::new();
    // Of one that is not configured it is told when the request is written.
    let most = |id: &str| {
        let partner = partners.iter().find(|partner| partner.id == id);
        partner.map_or(u32::MAX, |partner| partner.requests_per_day)
    };
    let at = |story: &Story| UtcTime::from_seconds(story.request.asked);
    for story in asked {
        if story.request.by_itself && legal_day(at(story)) == legal_day(now) {
            *today.entry(&story.request.partner).or_default() += 1;
        }
    }
    let mut lacks = Vec::new();
    for overdue in &survey.overdue {
        let Some(expect) = &overdue.target.expect else {
            continue;
        };
        let Some(after) = expect.request_after else {
            continue;
        };
        let patience = i64::try_from(after.duration().as_secs()).unwrap_or(i64::MAX);
        let runs = overdue.runs.iter().filter(|run| {
            let late = run.late_seconds(now);
            late.is_some_and(|late| late >= patience)
        });
        for (run, since) in neighbours(runs) {
            let wish = Wish {
                partner: expect.partner.clone(),
                location: overdue.target.location.clone(),
                obis: overdue.target.obis.clone(),
                from: run.start,
                to: run.end,
                what: what(&run),
                by_itself: true,
            };
            let mut decision = of_history(&wish, asked, now);
            if matches!(decision, Decision::Ask { .. }) {
                let count = today.entry(&expect.partner).or_default();
                *count += 1;
                if *count > most(&expect.partner) {
                    decision = Decision::EnoughToday;
                }
            }
            lacks.push(Lack {
                wish,
                since,
                decision,
                escalate_to: expect.escalate_to.clone(),
            });
        }
    }
    lacks
}

/// Runs that are near each other, as one, with the time when the first of them was due.
fn neighbours<'r>(runs: impl Iterator<Item = &'r MissingRun>) -> Vec<(MissingRun, UtcTime)> {
    let mut joined: Vec<(MissingRun, UtcTime)> = Vec::new();
    for run in runs {
        let due = run.due.unwrap_or(run.end);
        match joined.last_mut() {
            Some((last, since)) if run.start.seconds() - last.end.seconds() <= NEAR_SECONDS => {
                last.end = last.end.max(run.end);
                last.intervals += run.intervals;
                *since = (*since).min(due);
            }
            _ => joined.push((*run, due)),
        }
    }
    joined
}

/// Values of less than a day are a load profile.
fn what(run: &MissingRun) -> What {
    let seconds = run.end.seconds().saturating_sub(run.start.seconds());
    let intervals = i64::try_from(run.intervals).unwrap_or(i64::MAX).max(1);
    // A day of spring has 23 hours.
    if seconds / intervals >= 23 * 3600 {
        What::EnergyAmount
    } else {
        What::LoadProfile
    }
}

fn of_history(wish: &Wish, asked: &[Story], now: UtcTime) -> Decision {
    let is_same = |story: &&Story| {
        let request = &story.request;
        (&request.partner, &request.location, &request.obis)
            == (&wish.partner, &wish.location, &wish.obis)
            && request.from < wish.to.seconds()
            && wish.from.seconds() < request.to
    };
    let same: Vec<&Story> = asked.iter().filter(is_same).collect();
    let Some(last) = same.first() else {
        return Decision::Ask { nth: 1 };
    };
    let number = last.number;
    match last.standing {
        Standing::ToBeSent => return Decision::InOutbox { number },
        Standing::Refused => return Decision::Refused { number },
        // Of the values that came, some are still missing: that is one more reason to ask.
        Standing::NotSent | Standing::Asked | Standing::Received | Standing::Fulfilled => {}
    }
    let times = u32::try_from(same.len()).unwrap_or(u32::MAX);
    let until = last.request.asked.saturating_add(distance(times));
    if until <= now.seconds() {
        Decision::Ask {
            nth: times.saturating_add(1),
        }
    } else {
        Decision::Wait {
            until: UtcTime::from_seconds(until),
        }
    }
}

/// Seconds to the next request after so many.
fn distance(times: u32) -> i64 {
    let index = usize::try_from(times.saturating_sub(1)).unwrap_or(usize::MAX);
    let days = DISTANCES.get(index).or(DISTANCES.last());
    days.copied().unwrap_or(7) * DAY_SECONDS
}

/// Days from one request to the next.
const DISTANCES: [i64; 4] = [1, 2, 4, 7];
/// With the fourth request a person is told.
const ESCALATED: u32 = 4;
/// Gaps within two days of each other are one request.
const NEAR_SECONDS: i64 = 2 * DAY_SECONDS;
/// Requests that are looked at: those of weeks, at the most that a day may have.
const HISTORY: usize = 5_000;

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::time::Duration;

    use super::*;
    use crate::config::expect::Expect;
    use crate::config::units::Span;
    use crate::expect::Target;
    use crate::store::request::RequestRecord;

    const DAY: i64 = DAY_SECONDS;
    /// 2026-11-23, 00:00 legal time.
    const MIDNIGHT: i64 = 1_795_388_400;

    fn run(start: i64, end: i64) -> MissingRun {
        MissingRun {
            start: UtcTime::from_seconds(start),
            end: UtcTime::from_seconds(end),
            intervals: u64::try_from((end - start) / 900).unwrap(),
            due: Some(UtcTime::from_seconds(end + 10 * 3600)),
        }
    }

    fn survey(runs: Vec<MissingRun>, request_after: Option<Duration>) -> Survey {
        let expect = Expect {
            location: "41373559241".to_owned(),
            partner: "9905048000007".to_owned(),
            request_after: request_after.map(Span::from),
            escalate_to: vec!["boss@example.org".to_owned()],
            ..Expect::default()
        };
        Survey {
            at: UtcTime::from_seconds(MIDNIGHT),
            overdue: vec![Overdue {
                target: Target {
                    location: expect.location.clone(),
                    obis: "1-1:1.29.0".to_owned(),
                    series: Vec::new(),
                    expect: Some(expect),
                },
                gaps: 1,
                intervals: 96,
                since: UtcTime::from_seconds(MIDNIGHT),
                runs,
            }],
            partners: BTreeMap::new(),
        }
    }

    fn story(number: u64, asked: i64, standing: Standing) -> Story {
        Story {
            number,
            request: RequestRecord {
                partner: "9905048000007".to_owned(),
                location: "41373559241".to_owned(),
                obis: "1-1:1.29.0".to_owned(),
                from: MIDNIGHT,
                to: MIDNIGHT + DAY,
                pid: Some(17_102),
                asked,
                by_itself: true,
            },
            reference: String::new(),
            standing,
            events: Vec::new(),
        }
    }

    fn decided(asked: &[Story], now: i64) -> Vec<Decision> {
        let survey = survey(
            vec![run(MIDNIGHT, MIDNIGHT + DAY)],
            Some(Duration::from_hours(2)),
        );
        let lacks = decide(&survey, asked, &[], UtcTime::from_seconds(now));
        lacks.into_iter().map(|lack| lack.decision).collect()
    }

    const DUE: i64 = MIDNIGHT + DAY + 10 * 3600;

    #[test]
    fn nothing_is_asked_before_its_time_and_nothing_that_does_not_ask_by_itself() {
        assert_eq!(decided(&[], DUE + 2 * 3600 - 1), []);
        assert_eq!(decided(&[], DUE + 2 * 3600), [Decision::Ask { nth: 1 }]);
        let silent = survey(vec![run(MIDNIGHT, MIDNIGHT + DAY)], None);
        assert_eq!(
            decide(&silent, &[], &[], UtcTime::from_seconds(DUE + DAY)),
            []
        );
    }

    #[test]
    fn a_request_waits_longer_and_longer_for_its_answer_and_the_fourth_tells_a_person() {
        let first = DUE + 2 * 3600;
        let mut asked: Vec<Story> = Vec::new();
        let mut at = first;
        for (nth, days) in [(1, 1), (2, 2), (3, 4), (4, 7), (5, 7)] {
            let decision = Decision::Ask { nth };
            assert_eq!(decided(&asked, at), [decision]);
            assert_eq!(decision.escalates(), nth == 4);
            asked.insert(0, story(u64::from(nth), at, Standing::Asked));
            let until = UtcTime::from_seconds(at + days * DAY);
            assert_eq!(decided(&asked, at + 1), [Decision::Wait { until }]);
            at += days * DAY;
        }
    }

    #[test]
    fn what_waits_in_the_outbox_or_was_refused_is_not_asked_again() {
        let late = DUE + 30 * DAY;
        let of = |standing| decided(&[story(7, DUE, standing)], late);
        assert_eq!(of(Standing::ToBeSent), [Decision::InOutbox { number: 7 }]);
        assert_eq!(of(Standing::Refused), [Decision::Refused { number: 7 }]);
        assert_eq!(of(Standing::NotSent), [Decision::Ask { nth: 2 }]);
    }

    #[test]
    fn neighbouring_gaps_are_one_request_and_distant_ones_are_not() {
        let runs = vec![
            run(MIDNIGHT - 20 * DAY, MIDNIGHT - 19 * DAY),
            run(MIDNIGHT, MIDNIGHT + DAY),
            run(MIDNIGHT + 2 * DAY, MIDNIGHT + 3 * DAY),
        ];
        let survey = survey(runs, Some(Duration::ZERO));
        let lacks = decide(&survey, &[], &[], UtcTime::from_seconds(MIDNIGHT + 9 * DAY));
        let periods: Vec<(i64, i64)> = lacks
            .iter()
            .map(|lack| (lack.wish.from.seconds(), lack.wish.to.seconds()))
            .collect();
        assert_eq!(
            periods,
            [
                (MIDNIGHT - 20 * DAY, MIDNIGHT - 19 * DAY),
                (MIDNIGHT, MIDNIGHT + 3 * DAY)
            ]
        );
        assert!(lacks.iter().all(|lack| lack.wish.what == What::LoadProfile));
    }

    #[test]
    fn a_partner_is_asked_no_more_often_a_day_than_its_entry_says() {
        let runs = (0..60)
            .map(|n| run(MIDNIGHT - n * 4 * DAY, MIDNIGHT - n * 4 * DAY + 900))
            .rev()
            .collect();
        let survey = survey(runs, Some(Duration::ZERO));
        let now = UtcTime::from_seconds(MIDNIGHT + 9 * DAY);
        let is_ask = |lack: &&Lack| matches!(lack.decision, Decision::Ask { .. });
        for (requests_per_day, asked) in [(50, 50), (2, 2), (0, 0), (100, 60)] {
            let partner = Partner {
                id: "9905048000007".to_owned(),
                requests_per_day,
                ..Partner::default()
            };
            let lacks = decide(&survey, &[], &[partner], now);
            assert_eq!(lacks.iter().filter(is_ask).count(), asked);
            let is_enough = lacks.last().unwrap().decision == Decision::EnoughToday;
            assert_eq!(is_enough, asked < 60);
        }
    }
}
