//! What is expected against what is in the real store.

use std::sync::Arc;

use mscons_gateway::config::expect::{Expect, Resolution};
use mscons_gateway::config::partner::Partner;
use mscons_gateway::expect::gaps::{Asked, find};
use mscons_gateway::expect::overdue::{Lateness, survey};
use mscons_gateway::expect::{Plan, Survey};
use mscons_gateway::ingest::{Arrival, Ingest, Parcel};
use mscons_gateway::mailbox::MailId;
use mscons_gateway::market::calendar::{Day, UtcTime, gas_day_bounds, legal_day_bounds};
use mscons_gateway::market::quantity::Decimal;
use mscons_gateway::message::mscons::write::{
    Interchange, Line, Location, Message, Place, Timing, write,
};
use mscons_gateway::series::{Label, Value};
use mscons_gateway::store;

const POWER: (&str, &str) = ("50120962218", "1-1:1.29.0");
const GAS: (&str, &str) = ("50999000142", "7-20:99.33.17");
const GRID: &str = "9905048000007";

struct House {
    ingest: Ingest,
    runtime: tokio::runtime::Runtime,
    number: i64,
    _home: tempfile::TempDir,
}

impl House {
    fn new() -> Self {
        let home = tempfile::tempdir().unwrap();
        let (store, archive) = store::open(home.path(), 8 << 20).unwrap();
        Self {
            ingest: Ingest::start(Arc::new(store), Arc::new(archive)).unwrap(),
            runtime: tokio::runtime::Builder::new_multi_thread()
                .enable_all()
                .build()
                .unwrap(),
            number: 0,
            _home: home,
        }
    }

    /// Takes in a message with these intervals, given by their ends.
    fn deliver(&mut self, (location, obis): (&str, &str), borders: &[(i64, i64)]) {
        self.number += 1;
        let at = UtcTime::from_seconds(1_790_000_000 + self.number);
        let mut line = Line::obis(obis, Timing::Interval);
        for (start, end) in borders {
            let interval = (UtcTime::from_seconds(*start), UtcTime::from_seconds(*end));
            let label = Label {
                qualifier: "220".into(),
                ..Label::default()
            };
            let value = Value::Number(Decimal::new(1_000, 3).unwrap());
            line.push(Some(interval), value, label);
        }
        let place = Place::new(Location::Point(location.to_owned())).with(line);
        let document = format!("D{}", self.number);
        let message = Message::new(13_025, &document, at).with(place);
        let reference = format!("R{}", self.number);
        let interchange = Interchange::new(GRID, "9985046000001", &reference, at).with(message);
        let parcel = Parcel::File("test.edi".to_owned(), write(&interchange).unwrap().into());
        let arrival = Arrival {
            mailbox: "test".to_owned(),
            folder: String::new(),
            id: MailId::Maildir {
                name: self.number.to_string(),
            },
            at,
        };
        let taken = self.runtime.block_on(self.ingest.take_in(arrival, parcel));
        taken.unwrap();
    }

    /// Quarter hours of power, of these days.
    fn power(&mut self, days: std::ops::Range<&str>) {
        let (first, after) = (day(days.start), day(days.end));
        let (from, to) = (legal_day_bounds(first).0, legal_day_bounds(after).0);
        self.deliver(POWER, &steps(from, to, 900));
    }

    fn survey(&self, plan: &Plan, now: &str) -> Survey {
        survey(&**self.ingest.store(), plan, at(now)).unwrap()
    }

    /// What is missing of the one target: start, end, intervals.
    fn gaps(&self, plan: &Plan, asked: (&str, &str), now: &str) -> Vec<(String, String, u64)> {
        let store = &**self.ingest.store();
        let [target] = plan.targets(store.series().unwrap()).try_into().unwrap();
        let asked = Asked {
            from: UtcTime::parse(asked.0),
            to: UtcTime::parse(asked.1),
        };
        let runs = find(store, &target, asked, at(now)).unwrap();
        let told = |run: &mscons_gateway::expect::MissingRun| {
            (run.start.to_string(), run.end.to_string(), run.intervals)
        };
        runs.iter().map(told).collect()
    }
}

fn steps(from: UtcTime, to: UtcTime, step: i64) -> Vec<(i64, i64)> {
    let starts = (from.seconds()..to.seconds()).step_by(usize::try_from(step).unwrap());
    starts.map(|start| (start, start + step)).collect()
}

fn day(text: &str) -> Day {
    Day::parse(text).unwrap()
}

fn at(text: &str) -> UtcTime {
    UtcTime::parse(text).unwrap()
}

fn plan((location, obis): (&str, &str), due: &str, resolution: Resolution) -> Plan {
    Plan {
        expects: vec![Expect {
            location: location.to_owned(),
            obis: obis.to_owned(),
            partner: GRID.to_owned(),
            due: due.parse().unwrap(),
            resolution,
            ..Expect::default()
        }],
        partners: vec![Partner {
            name: "Netz".to_owned(),
            id: GRID.to_owned(),
            ..Partner::default()
        }],
    }
}

fn expected_power() -> Plan {
    plan(POWER, "10:00 +1d", Resolution::Auto)
}

#[test]
fn a_day_is_late_from_its_deadline_on_and_no_more_when_it_has_come() {
    let mut house = House::new();
    house.power("2026-10-01".."2026-11-23");
    let plan = expected_power();
    assert_eq!(house.survey(&plan, "2026-11-24T08:59:59Z").overdue, []);
    let late = house.survey(&plan, "2026-11-24T09:00:00Z");
    let counts = Lateness {
        expected: 1,
        overdue: 1,
        gaps: 1,
    };
    assert_eq!(late.partners[GRID], counts);
    assert_eq!(late.overdue_series(), 1);
    let overdue = &late.overdue[0];
    assert_eq!(overdue.since, at("2026-11-24T09:00:00Z"));
    assert_eq!(overdue.runs[0].intervals, 96);
    assert_eq!(
        overdue.runs[0].late_seconds(at("2026-11-24T10:00:00Z")),
        Some(3600)
    );
    house.power("2026-11-23".."2026-11-24");
    assert_eq!(house.survey(&plan, "2026-11-24T09:00:00Z").overdue, []);
}

#[test]
fn the_days_of_the_clock_change_are_late_with_their_own_number_of_quarter_hours() {
    for (before, change, after, quarters) in [
        ("2026-03-28", "2026-03-29", "2026-03-30", 92),
        ("2026-10-24", "2026-10-25", "2026-10-26", 100),
    ] {
        let mut house = House::new();
        house.power("2026-01-01"..before);
        house.power(before..change);
        house.power(after.."2026-10-27");
        let (from, to) = legal_day_bounds(day(change));
        let gaps = house.gaps(&expected_power(), ("", ""), "2026-10-27T12:00:00Z");
        assert_eq!(gaps, [(from.to_string(), to.to_string(), quarters)]);
    }
}

#[test]
fn a_series_that_stopped_long_ago_is_missed_in_its_own_rhythm() {
    let mut house = House::new();
    house.power("2026-06-01".."2026-06-03");
    let late = house.survey(&expected_power(), "2026-11-24T12:00:00Z");
    // From the first of October, whose 25th has an hour more, to 23 November.
    let expected = 96 * (31 + 23) + 4;
    assert_eq!(late.overdue[0].intervals, expected);
    let (from, to) = ("2026-11-22T23:00:00Z", "2026-11-23T23:00:00Z");
    let gaps = house.gaps(&Plan::default(), (from, to), "2026-11-24T12:00:00Z");
    assert_eq!(
        gaps,
        [(from.to_owned(), to.to_owned(), 96)],
        "expected or not"
    );
}

#[test]
fn a_series_that_never_came_is_missed_as_it_was_agreed() {
    let house = House::new();
    let days = 31 + 23;
    for (of, resolution, expected) in [
        (POWER, Resolution::Auto, 96 * days + 4),
        (POWER, Resolution::Hour, 24 * days + 1),
        (POWER, Resolution::Day, days),
        (GAS, Resolution::Auto, 24 * days + 1),
        (GAS, Resolution::Day, days),
        ((POWER.0, ""), Resolution::Month, 1),
    ] {
        let late = house.survey(&plan(of, "10:00 +1d", resolution), "2026-11-24T12:00:00Z");
        assert_eq!(late.overdue[0].intervals, expected, "{of:?} {resolution:?}");
        assert!(late.overdue[0].target.series.is_empty());
    }
}

#[test]
fn a_series_that_began_lately_is_not_late_for_the_time_before() {
    let mut house = House::new();
    let (from, to) = (at("2026-11-20T11:00:00Z"), at("2026-11-23T23:00:00Z"));
    house.deliver(POWER, &steps(from, to, 900));
    assert_eq!(
        house
            .survey(&expected_power(), "2026-11-24T12:00:00Z")
            .overdue,
        []
    );
    let told = ("2026-11-19T23:00:00Z", "2026-11-20T23:00:00Z");
    let gaps = house.gaps(&expected_power(), told, "2026-11-24T12:00:00Z");
    assert_eq!(
        gaps,
        [(told.0.to_owned(), from.to_string(), 48)],
        "who asks for it is told"
    );
}

#[test]
fn nothing_is_missing_that_has_not_ended() {
    let mut house = House::new();
    house.power("2026-11-23".."2026-11-24");
    let asked = ("2026-11-22T23:00:00Z", "2026-12-31T23:00:00Z");
    let gaps = house.gaps(&Plan::default(), asked, "2026-11-24T11:22:33Z");
    let expected = ("2026-11-23T23:00:00Z", "2026-11-24T11:15:00Z", 49);
    assert_eq!(gaps, [(expected.0.into(), expected.1.into(), expected.2)]);
    let ahead = ("2026-11-25T23:00:00Z", "2026-11-26T23:00:00Z");
    assert_eq!(
        house.gaps(&Plan::default(), ahead, "2026-11-24T11:22:33Z"),
        []
    );
}

#[test]
fn gas_hours_belong_to_the_gas_day_also_where_the_clock_changes() {
    let mut house = House::new();
    let (from, to) = (
        gas_day_bounds(day("2026-10-01")).0,
        gas_day_bounds(day("2026-10-24")).0,
    );
    house.deliver(GAS, &steps(from, to, 3600));
    let plan = plan(GAS, "06:00 +1d", Resolution::Auto);
    // The gas day of 24 October has 25 hours, and ends at the instant at which it is due.
    assert_eq!(house.survey(&plan, "2026-10-25T04:59:59Z").overdue, []);
    let late = house.survey(&plan, "2026-10-25T05:00:00Z");
    assert_eq!((late.overdue[0].gaps, late.overdue[0].intervals), (1, 25));
    house.deliver(GAS, &steps(to, gas_day_bounds(day("2026-10-25")).0, 3600));
    assert_eq!(house.survey(&plan, "2026-10-25T05:00:00Z").overdue, []);
}

#[test]
fn a_monthly_value_is_due_after_the_last_day_of_its_month() {
    let mut house = House::new();
    let month = |from: &str, to: &str| {
        let border = |text| legal_day_bounds(day(text)).0.seconds();
        (border(from), border(to))
    };
    house.deliver(
        POWER,
        &[
            month("2026-08-01", "2026-09-01"),
            month("2026-09-01", "2026-10-01"),
        ],
    );
    let plan = plan(POWER, "12:00 +3wd", Resolution::Auto);
    // Of October: 31 is a Saturday, so the third working day is Wednesday, 4 November.
    assert_eq!(house.survey(&plan, "2026-11-04T10:59:59Z").overdue, []);
    let late = house.survey(&plan, "2026-11-04T11:00:00Z");
    assert_eq!(late.overdue[0].since, at("2026-11-04T11:00:00Z"));
    assert_eq!(late.overdue[0].runs[0].intervals, 1);
    let later = house.survey(&plan, "2026-12-02T11:00:00Z");
    assert_eq!(later.overdue_series(), 1, "it stays late until it comes");
}

#[test]
fn partners_of_whom_nothing_is_late_are_counted_at_zero() {
    let survey = House::new().survey(
        &Plan {
            expects: Vec::new(),
            ..expected_power()
        },
        "2026-11-24T12:00:00Z",
    );
    assert_eq!(survey.partners.len(), 2);
    assert_eq!(survey.partners[GRID], Lateness::default());
    assert_eq!(survey.partners[""], Lateness::default());
}
