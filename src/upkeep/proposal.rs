//! What the configuration could expect, from what a mailbox held: `[[partner]]` and `[[expect]]`.
//! Pure.
//!
//! Only what comes regularly is expected at once. What was seen once or twice may never come again,
//! and an expectation that nobody meant is a false alarm every day.

use std::collections::BTreeMap;

use crate::config::expect::{DAYS_MOST, DayKind, Due, Expect};
use crate::config::partner::Partner;
use crate::market::calendar::{DAY_SECONDS, Day, UtcTime, legal_day, legal_day_bounds};
use crate::market::workday::working_day_after;
use crate::upkeep::survey::{Delivery, Series, Survey};

/// What could stand in the configuration.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Proposal {
    /// Who sends, the busiest first; each MP-ID once.
    pub partners: Vec<Partner>,
    /// What they send, by location and OBIS code.
    pub expects: Vec<Proposed>,
    /// How many series more there are than are proposed.
    pub left_out: usize,
}

/// A series that could be expected.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Proposed {
    /// The expectation.
    pub expect: Expect,
    /// Whether it comes regularly, and still does: then its due time is that of what was seen.
    pub is_regular: bool,
    /// How many messages about it were seen.
    pub messages: usize,
    /// When the last of them arrived.
    pub last: Option<UtcTime>,
}

/// What could be expected of the senders of a mailbox. `now` tells whether a series still comes.
pub fn propose(survey: &Survey, now: UtcTime) -> Proposal {
    let mut partners: Vec<Partner> = Vec::new();
    for sender in &survey.senders {
        let is_known = partners.iter().any(|partner| partner.id == sender.party);
        if is_plain(&sender.party) && !is_known && partners.len() < MOST_PARTNERS {
            partners.push(Partner {
                name: name(&sender.address, &sender.party),
                id: sender.party.clone(),
                ..Partner::default()
            });
        }
    }
    let is_partner = |party: &str| partners.iter().any(|partner| partner.id == party);
    let fitting = survey.series.iter().filter(|series| {
        // Readings have no rhythm, and what is no plain code would be a pattern, or unreadable.
        series.interval_minutes > 0 && is_plain(&series.location) && is_plain_or_empty(&series.obis)
    });
    let mut expects: Vec<Proposed> = fitting
        .map(|series| {
            let partner = Some(&series.party).filter(|party| is_partner(party));
            proposed(series, partner.cloned().unwrap_or_default(), now)
        })
        .collect();
    let left_out = expects.len().saturating_sub(MOST_EXPECTS);
    // The regular ones first where there are too many.
    expects.sort_by_key(|proposed| !proposed.is_regular);
    expects.truncate(MOST_EXPECTS);
    Proposal {
        partners,
        expects,
        left_out,
    }
}

fn proposed(series: &Series, partner: String, now: UtcTime) -> Proposed {
    let last = series.deliveries.iter().map(|one| one.arrived).max();
    let rhythm = series.rhythm_days.unwrap_or(0);
    let patience = rhythm.saturating_mul(3).saturating_add(7);
    let still_comes = last.is_some_and(|last| {
        now.seconds().saturating_sub(last.seconds()) <= patience.saturating_mul(DAY_SECONDS)
    });
    let due = due(&series.deliveries).filter(|_| still_comes);
    let plain = Expect::default();
    Proposed {
        is_regular: due.is_some(),
        messages: series.deliveries.len(),
        last,
        expect: Expect {
            location: series.location.clone(),
            obis: series.obis.clone(),
            partner,
            due: due.unwrap_or(plain.due),
            ..plain
        },
    }
}

/// A due time that everything usual keeps: the latest arrival that was seen, and an hour or two.
/// `None` if too few messages were seen, or they came later than an expectation can say.
///
/// What took more than twice as long as most is a correction or an exception, and is left out.
/// Where weekends and holidays make days of waiting, working days are counted.
fn due(deliveries: &[Delivery]) -> Option<Due> {
    let deliveries = first_of_each_day(deliveries);
    if deliveries.len() < MESSAGES_ENOUGH {
        return None;
    }
    let days_waited = |one: &Delivery| {
        let arrived = i64::from(legal_day(one.arrived).number());
        arrived.saturating_sub(i64::from(one.day.number()))
    };
    let mut waits: Vec<i64> = deliveries.iter().map(days_waited).collect();
    waits.sort_unstable();
    let usual = waits.get(waits.len() / 2).copied()?;
    let longest = usual.saturating_mul(2).saturating_add(2);
    let mut latest: BTreeMap<DayKind, (u16, u16)> = BTreeMap::new();
    for one in deliveries.iter().filter(|one| days_waited(one) <= longest) {
        for kind in [DayKind::Calendar, DayKind::Working] {
            let wait = wait(kind, one)?;
            let known = latest.entry(kind).or_default();
            *known = wait.max(*known);
        }
    }
    let calendar = latest.get(&DayKind::Calendar).copied()?;
    let working = latest.get(&DayKind::Working).copied()?;
    let (kind, (days, minute)) = if working.0 < calendar.0 {
        (DayKind::Working, working)
    } else {
        (DayKind::Calendar, calendar)
    };
    Some(Due {
        minute: ((minute / 60 + 2) * 60).min(LAST_MINUTE),
        days,
        kind,
    })
}

/// The first word about each delivery day: what comes after it corrects, and is late for nobody.
fn first_of_each_day(deliveries: &[Delivery]) -> Vec<Delivery> {
    let mut first: BTreeMap<Day, UtcTime> = BTreeMap::new();
    for one in deliveries {
        let known = first.entry(one.day).or_insert(one.arrived);
        *known = one.arrived.min(*known);
    }
    let first = first.into_iter();
    first
        .map(|(day, arrived)| Delivery { day, arrived })
        .collect()
}

/// Days of this kind between delivery day and arrival, and the minute of the local day; `None` if
/// they are too many.
fn wait(kind: DayKind, one: &Delivery) -> Option<(u16, u16)> {
    let arrived = legal_day(one.arrived);
    if arrived < one.day {
        return Some((0, 0));
    }
    // On the two days that the clock changes this is an hour off; the due time has it to spare.
    let since_midnight = one.arrived.seconds() - legal_day_bounds(arrived).0.seconds();
    let minute = u16::try_from(since_midnight / 60).unwrap_or(0);
    let minute = minute.min(LAST_MINUTE);
    match kind {
        DayKind::Calendar => {
            let days = u16::try_from(arrived.number() - one.day.number()).ok()?;
            (days <= DAYS_MOST).then_some((days, minute))
        }
        DayKind::Working => (0..=DAYS_MOST)
            .map(|days| (days, working_day_after(one.day, days)))
            .find(|(_, day)| *day >= arrived)
            .map(|(days, day): (u16, Day)| (days, if day > arrived { 0 } else { minute })),
    }
}

/// What a person would call a sender, until they write something better: where its mails are from.
fn name(address: &str, party: &str) -> String {
    let domain = address.rsplit_once('@').map(|(_, domain)| domain);
    let domain = domain.filter(|domain| is_plain(domain));
    domain.unwrap_or(party).to_owned()
}

/// A code that means itself in a configuration: no pattern, no blank, nothing to escape.
fn is_plain(text: &str) -> bool {
    !text.is_empty() && text.len() <= CODE_BYTES && is_plain_or_empty(text)
}

fn is_plain_or_empty(text: &str) -> bool {
    let fits = |byte: u8| byte.is_ascii_graphic() && !b"*\"'\\".contains(&byte);
    text.bytes().all(fits)
}

/// A week of daily messages has five at least.
const MESSAGES_ENOUGH: usize = 5;
/// As many as a person looks through in a file.
const MOST_EXPECTS: usize = 500;
const MOST_PARTNERS: usize = 100;
/// Transfer series are four codes.
const CODE_BYTES: usize = 150;
/// 23:59.
const LAST_MINUTE: u16 = 1_439;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::upkeep::survey::Sender;

    fn series(deliveries: &[(&str, &str)]) -> Series {
        Series {
            location: "50120962218".to_owned(),
            obis: "1-1:1.29.0".to_owned(),
            party: "9905048000007".to_owned(),
            interval_minutes: 15,
            values: 96 * deliveries.len(),
            rhythm_days: Some(1),
            deliveries: deliveries
                .iter()
                .map(|(day, arrived)| Delivery {
                    day: Day::parse(day).unwrap(),
                    arrived: UtcTime::parse(arrived).unwrap(),
                })
                .collect(),
        }
    }

    fn survey(series: Vec<Series>) -> Survey {
        let sender = |address: &str, party: &str| Sender {
            address: address.to_owned(),
            party: party.to_owned(),
            interchanges: 5,
        };
        Survey {
            senders: vec![
                sender("netz@netz.example", "9905048000007"),
                sender("vertretung@netz.example", "9905048000007"),
                sender("nobody", "9800357000005"),
            ],
            series,
            ..Survey::default()
        }
    }

    fn expected(series: Series) -> Proposed {
        let now = UtcTime::parse("2026-11-17T12:00:00Z").unwrap();
        let mut proposal = propose(&survey(vec![series]), now);
        proposal.expects.pop().unwrap()
    }

    /// Monday 9 November to Sunday 15 November 2026, each the morning after.
    const DAILY: [(&str, &str); 7] = [
        ("2026-11-09", "2026-11-10T05:12:00Z"),
        ("2026-11-10", "2026-11-11T05:20:00Z"),
        ("2026-11-11", "2026-11-12T05:59:00Z"),
        ("2026-11-12", "2026-11-13T05:12:00Z"),
        ("2026-11-13", "2026-11-14T05:12:00Z"),
        ("2026-11-14", "2026-11-15T05:12:00Z"),
        ("2026-11-15", "2026-11-16T05:12:00Z"),
    ];

    #[test]
    fn what_comes_every_morning_is_due_an_hour_after_its_latest_mail() {
        let daily = expected(series(&DAILY));
        assert!(daily.is_regular && daily.messages == 7, "{daily:?}");
        assert_eq!(daily.expect.due.to_string(), "08:00 +1d");
        assert_eq!(daily.expect.partner, "9905048000007");
    }

    #[test]
    fn who_sends_on_working_days_only_has_working_days() {
        let mut office = DAILY;
        for late in &mut office[4..] {
            late.1 = "2026-11-16T08:30:00Z";
        }
        assert_eq!(
            expected(series(&office)).expect.due.to_string(),
            "11:00 +1wd"
        );
    }

    #[test]
    fn a_correction_is_no_reason_to_wait_longer() {
        let mut corrected = DAILY.to_vec();
        corrected.push(("2026-11-09", "2026-11-12T05:12:00Z"));
        corrected.push(("2026-10-01", "2026-11-16T05:12:00Z"));
        assert_eq!(
            expected(series(&corrected)).expect.due.to_string(),
            "08:00 +1d"
        );
    }

    #[test]
    fn what_came_seldom_or_no_more_is_not_expected_at_once() {
        let seldom = expected(series(&DAILY[..4]));
        assert!(!seldom.is_regular);
        assert_eq!(seldom.expect.due, Expect::default().due);
        let mut ended = series(&DAILY);
        for one in &mut ended.deliveries {
            one.arrived = UtcTime::from_seconds(one.arrived.seconds() - 30 * DAY_SECONDS);
            one.day = one.day.plus(-30);
        }
        assert!(!expected(ended).is_regular);
    }

    #[test]
    fn schedules_come_before_their_day() {
        let mut schedule = series(&DAILY);
        for one in &mut schedule.deliveries {
            one.day = one.day.plus(3);
        }
        assert_eq!(expected(schedule).expect.due.to_string(), "02:00 +0d");
    }

    #[test]
    fn partners_are_named_once_and_readings_and_patterns_are_left_out() {
        let reading = Series {
            interval_minutes: 0,
            ..series(&DAILY)
        };
        let pattern = Series {
            location: "5*".to_owned(),
            ..series(&DAILY)
        };
        let stranger = Series {
            party: "a\nb".to_owned(),
            ..series(&DAILY)
        };
        let now = UtcTime::parse("2026-11-17T12:00:00Z").unwrap();
        let found = propose(&survey(vec![reading, pattern, stranger]), now);
        let named: Vec<(&str, &str)> = found
            .partners
            .iter()
            .map(|partner| (partner.name.as_str(), partner.id.as_str()))
            .collect();
        assert_eq!(
            named,
            [
                ("netz.example", "9905048000007"),
                ("9800357000005", "9800357000005")
            ]
        );
        let [only] = found.expects.as_slice() else {
            panic!("{found:?}")
        };
        assert_eq!(only.expect.partner, "");
    }
}
