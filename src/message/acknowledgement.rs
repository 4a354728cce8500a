//! By when what came must be acknowledged, and by what.
//!
//! Source: BDEW CONTRL AHB 1.0, 2.3.1, and APERAK AHB 1.1, 2.4.1: in power, CONTRL tells of syntax
//! errors alone and APERAK of every case; in gas, CONTRL tells of every interchange and APERAK of
//! errors alone.

use crate::market::calendar::{DAY_SECONDS, Day, UtcTime, legal_day, legal_time};
use crate::market::role::Sector;
use crate::market::workday::working_day_after;
use crate::message::message_type::MessageType;

/// How a message was received.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Reception {
    /// Its interchange has a syntax error: CONTRL rejects it, and its content is not looked at.
    SyntaxError,
    /// Its content has a fault.
    Refused,
    /// It was taken.
    Accepted,
}

/// What is due for a message, and by when.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Due {
    /// A CONTRL about its interchange.
    pub contrl: Option<UtcTime>,
    /// An APERAK about the message.
    pub aperak: Option<UtcTime>,
}

/// What is due for a message that was received at an instant, by the receiver's sector and the
/// message's type (UNH 0065).
///
/// An acknowledgement is never acknowledged, whatever is wrong with it. (In gas, a CONTRL about an
/// APERAK would be allowed.)
pub fn due(sector: Sector, message_type: &str, reception: Reception, received: UtcTime) -> Due {
    if MessageType::of(message_type).is_some_and(MessageType::is_acknowledgement) {
        return Due::default();
    }
    let is_hasty = sector == Sector::Power && HASTY.contains(&message_type);
    let (tells_contrl, tells_aperak) = match (sector, reception) {
        (Sector::Power | Sector::Gas, Reception::SyntaxError)
        | (Sector::Gas, Reception::Accepted) => (true, false),
        (Sector::Power, Reception::Refused | Reception::Accepted) => (false, true),
        (Sector::Gas, Reception::Refused) => (true, true),
    };
    Due {
        contrl: tells_contrl.then(|| contrl_due(is_hasty, received)),
        aperak: tells_aperak.then(|| aperak_due(is_hasty, received)),
    }
}

/// Six hours; a quarter of one for what is hasty, but for Saturdays.
fn contrl_due(is_hasty: bool, received: UtcTime) -> UtcTime {
    if is_hasty && !is_saturday(legal_day(received)) {
        later(received, QUARTER_SECONDS)
    } else {
        later(received, 6 * 3600)
    }
}

/// The next working day, 12:00; three quarters of an hour for what is hasty, and Sunday, 12:00, if
/// it comes on a Saturday.
fn aperak_due(is_hasty: bool, received: UtcTime) -> UtcTime {
    let day = legal_day(received);
    match (is_hasty, is_saturday(day)) {
        (false, _) => noon(working_day_after(day, 1)),
        (true, true) => noon(day.plus(1)),
        (true, false) => later(received, 3 * QUARTER_SECONDS),
    }
}

fn is_saturday(day: Day) -> bool {
    // Day 0, 1970-01-01, was a Thursday.
    (i64::from(day.number()) + 5).rem_euclid(7) == 0
}

/// 12:00 legal time of a day.
fn noon(day: Day) -> UtcTime {
    let local = i64::from(day.number()) * DAY_SECONDS + 12 * 3600;
    // Beyond the calendar nothing is due.
    legal_time(local).map_or(UtcTime::from_seconds(i64::MAX), |time| time.first)
}

fn later(at: UtcTime, seconds: i64) -> UtcTime {
    UtcTime::from_seconds(at.seconds().saturating_add(seconds))
}

/// Types whose answer is wanted within the hour, in power.
const HASTY: [&str; 2] = ["UTILMD", "ORDERS"];
const QUARTER_SECONDS: i64 = 15 * 60;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(text: &str) -> UtcTime {
        UtcTime::parse(text).unwrap()
    }

    fn told(sector: Sector, kind: &str, reception: Reception, received: &str) -> [String; 2] {
        let due = due(sector, kind, reception, at(received));
        let text = |at: Option<UtcTime>| at.map_or_else(String::new, |at| at.to_string());
        [text(due.contrl), text(due.aperak)]
    }

    #[test]
    fn power_hears_of_every_case_and_of_syntax_only_if_it_is_wrong() {
        let power = |reception| told(Sector::Power, "MSCONS", reception, "2026-11-24T08:15:00Z");
        assert_eq!(power(Reception::SyntaxError), ["2026-11-24T14:15:00Z", ""]);
        for reception in [Reception::Accepted, Reception::Refused] {
            assert_eq!(power(reception), ["", "2026-11-25T11:00:00Z"]);
        }
    }

    #[test]
    fn gas_hears_of_every_interchange_and_of_cases_only_if_they_are_wrong() {
        let gas = |reception| told(Sector::Gas, "MSCONS", reception, "2026-07-24T08:15:00Z");
        assert_eq!(gas(Reception::SyntaxError), ["2026-07-24T14:15:00Z", ""]);
        assert_eq!(gas(Reception::Accepted), ["2026-07-24T14:15:00Z", ""]);
        // A Friday in summer: Monday, 12:00 legal time.
        assert_eq!(
            gas(Reception::Refused),
            ["2026-07-24T14:15:00Z", "2026-07-27T10:00:00Z"]
        );
    }

    #[test]
    fn holidays_and_the_legal_day_count() {
        for (received, expected) in [
            // Holy Thursday: Tuesday after Easter.
            ("2026-04-02T08:00:00Z", "2026-04-07T10:00:00Z"),
            ("2026-12-24T08:00:00Z", "2026-12-28T11:00:00Z"),
            // 23:30 and 00:30 legal time.
            ("2026-11-24T22:30:00Z", "2026-11-25T11:00:00Z"),
            ("2026-11-24T23:30:00Z", "2026-11-26T11:00:00Z"),
            // A Saturday and a Sunday.
            ("2026-11-28T09:00:00Z", "2026-11-30T11:00:00Z"),
            ("2026-11-29T09:00:00Z", "2026-11-30T11:00:00Z"),
        ] {
            let [_, aperak] = told(Sector::Power, "MSCONS", Reception::Accepted, received);
            assert_eq!(aperak, expected, "{received}");
        }
    }

    #[test]
    fn orders_are_hasty_in_power_alone() {
        let orders = |sector, reception, received| told(sector, "ORDERS", reception, received);
        let tuesday = "2026-11-24T08:15:00Z";
        assert_eq!(
            orders(Sector::Power, Reception::Accepted, tuesday),
            ["", "2026-11-24T09:00:00Z"]
        );
        assert_eq!(
            orders(Sector::Power, Reception::SyntaxError, tuesday),
            ["2026-11-24T08:30:00Z", ""]
        );
        let saturday = "2026-11-28T08:15:00Z";
        assert_eq!(
            orders(Sector::Power, Reception::Accepted, saturday),
            ["", "2026-11-29T11:00:00Z"]
        );
        assert_eq!(
            orders(Sector::Power, Reception::SyntaxError, saturday),
            ["2026-11-28T14:15:00Z", ""]
        );
        assert_eq!(
            orders(Sector::Gas, Reception::Refused, tuesday),
            ["2026-11-24T14:15:00Z", "2026-11-25T11:00:00Z"]
        );
    }

    proptest! {
        #[test]
        fn an_acknowledgement_is_never_acknowledged_and_nothing_is_due_before_it_came(
            is_gas: bool, seconds in 1_700_000_000..2_600_000_000_i64, kind in "[A-Z]{6}",
        ) {
            let sector = if is_gas { Sector::Gas } else { Sector::Power };
            let received = UtcTime::from_seconds(seconds);
            for reception in [Reception::SyntaxError, Reception::Refused, Reception::Accepted] {
                for kind in ["CONTRL", "APERAK"] {
                    prop_assert_eq!(due(sector, kind, reception, received), Due::default());
                }
                for kind in ["MSCONS", "ORDERS", "ORDRSP", &kind] {
                    let due = due(sector, kind, reception, received);
                    let all = [due.contrl, due.aperak];
                    prop_assert!(all.iter().flatten().all(|at| *at > received));
                    prop_assert!(all.iter().any(Option::is_some));
                }
            }
        }
    }
}
