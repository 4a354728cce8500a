//! Values that are held, told again: as messages of those who told them.
//!
//! A value goes into a message of its sector and kind: load profiles, amounts and readings of
//! market, metering and network locations. Qualifiers, units and statuses stay as they were
//! received, so that reading the file again gives the same values.

use std::collections::BTreeMap;

use crate::edifact::write::WriteError;
use crate::market::calendar::{Day, UtcTime, civil_from_days, legal_day, legal_day_bounds};
use crate::market::location::{Form, form};
use crate::message::mscons::kind::{self, Kind as Case};
use crate::message::mscons::write::{Interchange, Line, Location, Message, Place, Timing, write};
use crate::series::merge::Held;
use crate::series::{Key, Kind, Value};

/// Who told a value to whom, and in which business case.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct Told {
    /// UNB 0004.
    pub sender: String,
    /// UNB 0010.
    pub receiver: String,
    /// RFF+Z13.
    pub pid: Option<u32>,
}

/// Gathers messages: an interchange for each sender, receiver and application reference.
#[derive(Clone, Debug)]
pub struct Retelling {
    at: UtcTime,
    documents: u32,
    interchanges: BTreeMap<(String, String, &'static str), Interchange>,
}

impl Retelling {
    /// Nothing yet. All messages will be of this time, and references are made from it.
    pub fn new(at: UtcTime) -> Self {
        Self {
            at,
            documents: 0,
            interchanges: BTreeMap::new(),
        }
    }

    /// Adds values of a series that one told to another. `false` if there is no message for them:
    /// profiles, transfer series, sums, and readings of no device.
    pub fn add(&mut self, told: &Told, key: &Key, values: &[&Held]) -> bool {
        let Some(case) = case(told.pid, key) else {
            return false;
        };
        // Agreed amounts stand in delivery notes, beside which nothing else stands.
        let (agreed, other): (Vec<&Held>, Vec<&Held>) = values
            .iter()
            .partition(|held| &*held.label.qualifier == "Z31");
        for (values, name_code) in [(other, case.name_code), (agreed, delivery_note(*case))] {
            for part in values.chunks(MAX_VALUES_A_LINE) {
                self.push(told, *case, name_code, place(*case, key, part));
            }
        }
        true
    }

    fn push(&mut self, told: &Told, case: Case, name_code: &str, place: Place) {
        self.documents += 1;
        let document = format!("{}{:08}", self.reference(), self.documents);
        let message = Message {
            name_code: name_code.to_owned(),
            ..Message::new(case.pid, &document, self.at)
        };
        let reference = format!("{}{:04}", self.reference(), self.interchanges.len() + 1);
        let at = self.at;
        let (sender, receiver) = (&told.sender, &told.receiver);
        self.interchanges
            .entry((sender.clone(), receiver.clone(), case.application))
            .or_insert_with(|| Interchange::new(sender, receiver, &reference, at))
            .push(message.with(place));
    }

    /// The interchanges, one behind the other.
    ///
    /// # Errors
    /// [`WriteError`]: a text that UNOC does not have.
    pub fn finish(self) -> Result<Vec<u8>, WriteError> {
        let interchanges = self.interchanges.values().map(write);
        Ok(interchanges.collect::<Result<Vec<_>, _>>()?.concat())
    }

    /// The interchanges, to be numbered by others.
    pub fn into_interchanges(self) -> impl Iterator<Item = Interchange> {
        self.interchanges.into_values()
    }

    /// What all references of this retelling begin with.
    fn reference(&self) -> String {
        format!("X{:08X}", self.at.seconds())
    }
}

/// The Prüfidentifikator under which values of a series are told again, by that under which they were
/// told; `None` if there is none for them.
pub fn case_of(pid: Option<u32>, key: &Key) -> Option<u32> {
    case(pid, key).map(|case| case.pid)
}

/// The business case of values: that in which they were told if it is one of amounts, else the
/// load profile, or the reading, of their sector and location.
fn case(pid: Option<u32>, key: &Key) -> Option<&'static Case> {
    let is_gas = key.obis.starts_with("7-");
    let number = match key.kind {
        Kind::Interval => pid
            .filter(|pid| AMOUNTS.contains(pid))
            .or_else(|| load_profile(&key.location, is_gas))?,
        Kind::Reading if key.device.is_none() => return None,
        Kind::Reading if is_gas => 13_002,
        Kind::Reading => 13_017,
        Kind::Timeless => return None,
    };
    kind::find(number)
}

/// The Prüfidentifikator of a load profile.
fn load_profile(location: &str, is_gas: bool) -> Option<u32> {
    match form(location) {
        Form::MarketLocation | Form::MeteringLocation | Form::ForeignMeteringPoint if is_gas => {
            Some(13_008)
        }
        Form::MarketLocation => Some(13_025),
        Form::MeteringLocation | Form::ForeignMeteringPoint => Some(13_018),
        // Of the resources, `E` is a network location.
        Form::Resource if location.starts_with('E') => Some(13_018),
        Form::Resource | Form::Eic | Form::Other => None,
    }
}

/// BGM 1001 of agreed amounts.
fn delivery_note(case: Case) -> &'static str {
    match case.pid {
        13_016 => "Z42",
        13_019 => "Z41",
        _ => case.name_code,
    }
}

fn place(case: Case, key: &Key, values: &[&Held]) -> Place {
    let timing = timing(case, key, values);
    let mut line = Line::new(&key.obis, case.list, timing);
    for held in values {
        let value = held.value.map_or(Value::Absent, Value::Number);
        let label = (*held.label).clone();
        line.push_row(held.start, held.end, value, label);
    }
    let has_period = matches!(case.pid, 13_008 | 13_018 | 13_025);
    let start = values.iter().filter_map(|held| held.start).min();
    let end = values.iter().filter_map(|held| held.end).max();
    Place {
        period: start.zip(end).filter(|_| has_period),
        device: key.device.clone(),
        ..Place::new(Location::Point(key.location.clone()))
    }
    .with(line)
}

/// Readings are of an instant. A peak (13016) names its month, if it is of one.
fn timing(case: Case, key: &Key, values: &[&Held]) -> Timing {
    let is_peak = case.pid == 13_016 && key.obis.contains(".6.");
    match key.kind {
        Kind::Reading => Timing::Instant,
        Kind::Timeless => Timing::Timeless,
        Kind::Interval if is_peak && values.iter().all(|held| is_month(held)) => Timing::Month,
        Kind::Interval => Timing::Interval,
    }
}

/// Whether a value holds for a month of legal time.
fn is_month(held: &Held) -> bool {
    let (Some(start), Some(end)) = (held.start, held.end) else {
        return false;
    };
    let (first, behind) = (legal_day(start), legal_day(end));
    let date = |day: Day| civil_from_days(day.number().into());
    let ((year, month, first_date), (next_year, next_month, next_date)) =
        (date(first), date(behind));
    let begins = |day, at| legal_day_bounds(day).0 == at;
    (first_date, next_date) == (1, 1)
        && year * 12 + month + 1 == next_year * 12 + next_month
        && begins(first, start)
        && begins(behind, end)
}

/// Cases of amounts that need nothing but the location and the values.
const AMOUNTS: [u32; 5] = [13_009, 13_014, 13_016, 13_019, 13_028];
/// SG10 in the MIG: more QTY does no LIN have. A series with more goes into several messages.
const MAX_VALUES_A_LINE: usize = 9_999;

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::market::quantity::Decimal;
    use crate::message::mscons::read;
    use crate::series::Label;
    use crate::series::quality::Quality;

    fn key(location: &str, obis: &str, kind: Kind, device: Option<&str>) -> Key {
        Key {
            location: location.to_owned(),
            device: device.map(str::to_owned),
            obis: obis.to_owned(),
            kind,
            unit: None,
        }
    }

    fn held(start: i64, end: i64) -> Held {
        let label = Label {
            qualifier: "220".into(),
            ..Label::default()
        };
        Held {
            start: Some(UtcTime::from_seconds(start)),
            end: Some(UtcTime::from_seconds(end)),
            value: Decimal::new(1_500 + start / 900, 3),
            label: Arc::new(label),
            quality: Quality::Measured,
            source: 1,
            superseded: 0,
        }
    }

    fn told(receiver: &str, pid: u32) -> Told {
        Told {
            sender: "9905048000007".to_owned(),
            receiver: receiver.to_owned(),
            pid: Some(pid),
        }
    }

    #[test]
    fn the_case_follows_from_sector_location_and_kind() {
        let (market, meter) = ("50120962218", "DE0001231011500000000000000012345");
        let of = |pid, key: &Key| case(pid, key).map(|case| case.pid);
        for (location, obis, expected) in [
            (market, "1-1:1.29.0", Some(13_025)),
            (meter, "1-1:1.29.0", Some(13_018)),
            ("E50ABC12345", "1-1:1.29.0", Some(13_018)),
            (market, "7-20:99.33.17", Some(13_008)),
            (meter, "7-20:99.33.17", Some(13_008)),
            ("D417MLM8164", "SOL", None),
            ("H0", "1-1:1.29.0", None),
        ] {
            let key = key(location, obis, Kind::Interval, None);
            // A load profile of power was 13008 once (2.2).
            assert_eq!(of(Some(13_008), &key), expected, "{location} {obis}");
            assert_eq!(of(Some(13_016), &key), Some(13_016));
        }
        let reading = |obis, device| key(meter, obis, Kind::Reading, device);
        assert_eq!(of(None, &reading("1-1:1.8.0", Some("1"))), Some(13_017));
        assert_eq!(of(None, &reading("7-0:3.0.0", Some("1"))), Some(13_002));
        assert_eq!(of(None, &reading("1-1:1.8.0", None)), None);
        assert_eq!(
            of(None, &key("W14", "1-1:1.4.0", Kind::Timeless, None)),
            None
        );
    }

    #[test]
    fn each_pair_has_its_interchange_and_long_series_several_messages() {
        let key = key("50120962218", "1-1:1.29.0", Kind::Interval, None);
        let values: Vec<Held> = (0..20_000).map(|n| held(n * 900, n * 900 + 900)).collect();
        let values: Vec<&Held> = values.iter().collect();
        let mut retelling = Retelling::new(UtcTime::from_seconds(1_795_508_100));
        assert!(retelling.add(&told("9985046000001", 13_025), &key, &values));
        assert!(retelling.add(&told("4012345000023", 13_025), &key, &values[..3]));
        let file = read(&retelling.finish().unwrap());
        let [one, other] = file.interchanges.as_slice() else {
            panic!("{}", file.interchanges.len())
        };
        assert_eq!((one.columns.len(), one.messages.len()), (3, 1));
        assert_eq!((other.columns.len(), other.messages.len()), (20_000, 3));
        assert_ne!(one.reference, other.reference);
        assert!(one.reference.len() <= 14, "{}", one.reference);
        assert!(one.findings.is_empty() && other.findings.is_empty());
    }

    #[test]
    fn agreed_amounts_stand_in_a_delivery_note_alone() {
        let key = key("50120962218", "1-1:1.9.0", Kind::Interval, None);
        let plain = held(0, 900);
        let mut agreed = held(900, 1_800);
        agreed.label = Arc::new(Label {
            qualifier: "Z31".into(),
            ..Label::default()
        });
        let mut retelling = Retelling::new(UtcTime::from_seconds(1_795_508_100));
        assert!(retelling.add(&told("9985046000001", 13_019), &key, &[&plain, &agreed]));
        let file = read(&retelling.finish().unwrap());
        let messages = &file.interchanges[0].messages;
        let names: Vec<&str> = messages.iter().map(|m| &*m.name_code).collect();
        assert_eq!(names, ["7", "Z41"]);
        assert!(
            messages
                .iter()
                .all(|message| message.groups[0].rows.len() == 1)
        );
    }

    #[test]
    fn a_month_is_one_of_legal_time() {
        let month = |from, to| {
            let at = |text| UtcTime::parse(text).unwrap().seconds();
            is_month(&held(at(from), at(to)))
        };
        assert!(month("2026-09-30T22:00:00Z", "2026-10-31T23:00:00Z"));
        assert!(month("2026-11-30T23:00:00Z", "2026-12-31T23:00:00Z"));
        assert!(!month("2026-10-01T00:00:00Z", "2026-11-01T00:00:00Z"));
        assert!(!month("2026-09-30T22:00:00Z", "2026-11-30T23:00:00Z"));
        assert!(!month("2026-09-30T22:00:00Z", "2026-10-01T22:00:00Z"));
    }
}
