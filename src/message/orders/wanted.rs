//! What a request that came in asks for, as far as values answer it.

use crate::market::calendar::UtcTime;
use crate::message::orders::Orders;
use crate::message::orders::request::{Period, Values};

/// What a request asks for.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Wanted {
    /// What of it.
    pub what: What,
    /// LOC+172.
    pub location: String,
    /// OBIS codes; empty: all of the location.
    pub obis: Vec<String>,
    /// When; of an instant, the minute that begins with it.
    pub period: Period,
}

/// Which values.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum What {
    /// 17102.
    Values(Values),
    /// 17103: calorific value and volume conversion factor.
    CalorificValue,
    /// 17004: readings at an instant.
    Determination,
}

/// What a request does not say, and must.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Unsaid {
    /// LOC+172.
    Location,
    /// DTM+163 and DTM+164, or they are no period; DTM+7 of an instant.
    Time,
    /// BGM 1001 and IMD 7081: which values.
    Item,
}

/// Whether values can answer a request with this Prüfidentifikator.
pub fn is_for_values(pid: Option<u32>) -> bool {
    matches!(pid, Some(17_004 | 17_102 | 17_103))
}

/// What a request for values asks for. To be asked of those that [`is_for_values`] names.
///
/// # Errors
/// [`Unsaid`].
pub fn wanted(orders: &Orders) -> Result<Wanted, Unsaid> {
    let what = match orders.pid {
        Some(17_004) => What::Determination,
        Some(17_103) => What::CalorificValue,
        _ => What::Values(values(orders).ok_or(Unsaid::Item)?),
    };
    let location = orders.location.clone().ok_or(Unsaid::Location)?;
    let period = match what {
        What::Determination => orders.at.map(minute),
        What::Values(_) | What::CalorificValue => {
            let period = orders.start.zip(orders.end);
            period.map(|(start, end)| Period { start, end })
        }
    };
    let period = period.filter(|period| period.start < period.end);
    Ok(Wanted {
        what,
        location,
        obis: orders.obis.clone(),
        period: period.ok_or(Unsaid::Time)?,
    })
}

fn minute(start: UtcTime) -> Period {
    let end = UtcTime::from_seconds(start.seconds().saturating_add(60));
    Period { start, end }
}

/// BGM alone says so of a market location's load profile and peaks, else IMD does.
fn values(orders: &Orders) -> Option<Values> {
    match (&*orders.name_code, orders.item.as_deref()) {
        ("Z48", _) | (_, Some("Z11")) => Some(Values::LoadProfile),
        ("Z28", _) => Some(Values::EnergyAndPeak),
        (_, Some("Z12")) => Some(Values::Readings),
        (_, Some("Z35")) => Some(Values::EnergyAmount),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::market::role::{Role, Sector};
    use crate::message::orders::request::{Ask, Reason, Request, request};

    fn at(text: &str) -> UtcTime {
        UtcTime::parse(text).unwrap()
    }

    fn asked(sector: Sector, asks: &Ask) -> Wanted {
        let orders = request(&Request {
            role: Role::Supplier,
            sector,
            document: "D1",
            asks,
            now: at("2026-11-24T09:00:00Z"),
        });
        wanted(&orders.unwrap()).unwrap()
    }

    #[test]
    fn what_we_ask_for_is_what_is_wanted() {
        let period = Period {
            start: at("2026-09-30T22:00:00Z"),
            end: at("2026-10-31T23:00:00Z"),
        };
        let (market, metering) = ("41373559241", "DE0001231011500000000000000012345");
        for (values, location) in [
            (Values::LoadProfile, market),
            (Values::LoadProfile, metering),
            (Values::Readings, metering),
            (Values::EnergyAmount, market),
            (Values::EnergyAndPeak, market),
        ] {
            let ask = Ask::Values {
                values,
                location: location.to_owned(),
                period,
            };
            let wanted = asked(Sector::Power, &ask);
            assert_eq!(wanted.what, What::Values(values));
            assert_eq!((&*wanted.location, wanted.period), (location, period));
        }
        let ask = Ask::Determination {
            reason: Reason::ReadingInBetween,
            location: metering.to_owned(),
            at: period.start,
        };
        let wanted = asked(Sector::Power, &ask);
        assert_eq!(wanted.what, What::Determination);
        assert_eq!(wanted.period.end, at("2026-09-30T22:01:00Z"));
    }

    #[test]
    fn what_is_not_said_is_named() {
        let orders = Orders {
            pid: Some(17_102),
            name_code: "7".to_owned(),
            ..Orders::default()
        };
        assert_eq!(wanted(&orders), Err(Unsaid::Item));
        let orders = Orders {
            item: Some("Z11".to_owned()),
            ..orders
        };
        assert_eq!(wanted(&orders), Err(Unsaid::Location));
        let orders = Orders {
            location: Some("41373559241".to_owned()),
            start: Some(UtcTime::from_seconds(900)),
            ..orders
        };
        assert_eq!(wanted(&orders), Err(Unsaid::Time));
        let reversed = Orders {
            end: Some(UtcTime::from_seconds(900)),
            ..orders
        };
        assert_eq!(wanted(&reversed), Err(Unsaid::Time));
    }
}
