//! What we may ask for, and the ORDERS that asks it.
//!
//! Source: BDEW ORDERS AHB 1.1b, Prüfidentifikatoren 17004, 17102, 17103 and 17113; numbers in
//! square brackets are its conditions.
//!
//! ```
//! use mscons_gateway::market::calendar::UtcTime;
//! use mscons_gateway::market::role::{Role, Sector};
//! use mscons_gateway::message::orders::request::{Ask, Period, Request, Values, request};
//!
//! let at = |text| UtcTime::parse(text).unwrap();
//! let asks = Ask::Values {
//!     values: Values::LoadProfile,
//!     location: "41373559241".to_owned(),
//!     period: Period { start: at("2026-09-30T22:00:00Z"), end: at("2026-10-31T23:00:00Z") },
//! };
//! let request = |now| {
//!     request(&Request {
//!         role: Role::Supplier,
//!         sector: Sector::Power,
//!         document: "ORD0000001",
//!         asks: &asks,
//!         now,
//!     })
//! };
//! let orders = request(at("2026-11-24T09:00:00Z")).unwrap();
//! assert_eq!((orders.pid, &*orders.name_code), (Some(17_102), "Z48"));
//! let fault = request(at("2026-10-31T22:00:00Z")).unwrap_err();
//! assert!(fault.to_string().contains("is not over"));
//! ```

mod check;
mod error;

use crate::market::calendar::UtcTime;
use crate::market::location::{Form, form};
use crate::market::role::{Role, Sector};
use crate::message::orders::{Contact, Orders};

pub use error::RequestError;

/// A request: who asks, when, and for what.
#[derive(Clone, Copy, Debug)]
pub struct Request<'a> {
    /// What we are to the one who is asked.
    pub role: Role,
    /// The sector of the one who is asked.
    pub sector: Sector,
    /// BGM 1004: our number for it, which the answer names. 1 to 35 characters.
    pub document: &'a str,
    /// What is asked for.
    pub asks: &'a Ask,
    /// When it is made: DTM+137. Nothing is asked that is not over by then.
    pub now: UtcTime,
}

/// What is asked for.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Ask {
    /// 17102: values of a period. A supplier asks the metering operator (power) or the grid
    /// operator (gas).
    Values {
        /// Which.
        values: Values,
        /// Market or metering location, as the values want it.
        location: String,
        /// When.
        period: Period,
    },
    /// 17103: calorific value and volume conversion factor of a period of gas days. A supplier asks
    /// the grid operator.
    CalorificValue {
        /// Metering location.
        location: String,
        /// When: from 06:00 to 06:00 legal time.
        period: Period,
    },
    /// 17004: the values of an instant. The metering operator is asked.
    Determination {
        /// Why.
        reason: Reason,
        /// Market location for [`Reason::Apportioning`], else metering location.
        location: String,
        /// The instant, which may lie ahead: the beginning of a day.
        at: UtcTime,
    },
    /// 17113: values are missing, too high or too low. The metering operator is told. Power only.
    Complaint(Complaint),
}

/// Values of a period (IMD 7081 and BGM 1001 follow).
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Values {
    /// Load profile; of a market location, tranche or metering location.
    LoadProfile,
    /// Readings of a metering location.
    Readings,
    /// A single amount of energy, of a market location.
    EnergyAmount,
    /// Energy and peak power of a market location. Power only.
    EnergyAndPeak,
}

/// From when to when, `[start, end)`, in whole minutes.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Period {
    /// DTM+163.
    pub start: UtcTime,
    /// DTM+164.
    pub end: UtcTime,
}

/// Why values are to be determined (IMD 7081 behind LIN).
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Reason {
    /// `Z46` Abgrenzung von Energiemengen: power, not asked by a metering operator [45].
    Apportioning,
    /// `Z47` Abgrenzung: power, asked by a metering operator [15].
    ApportioningOfReadings,
    /// `Z48` Wechselereignis: gas.
    Change,
    /// `Z49` Zwischenablesung.
    ReadingInBetween,
}

/// A complaint about values.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Complaint {
    /// What is wrong.
    pub fault: Fault,
    /// Which values: [`Values::EnergyAndPeak`] is none of them.
    pub values: Values,
    /// Where they belong.
    pub place: Place,
    /// The OBIS code.
    pub obis: String,
    /// When: readings have an instant, all else a period.
    pub when: When,
    /// What people should know of it; may be empty. At most 512 characters.
    pub text: String,
    /// Whom to ask back: a name, and a mail address or a telephone number.
    pub contact: Contact,
}

/// What is wrong with values (FTX 4451).
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Fault {
    /// `Z04`.
    TooHigh {
        /// BGM 1004 of the MSCONS that brought them.
        document: String,
    },
    /// `Z05`.
    TooLow {
        /// BGM 1004 of the MSCONS that brought them.
        document: String,
    },
    /// `Z06`.
    Missing,
}

/// Where values belong.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Place {
    /// LOC+172.
    Location(String),
    /// RFF+AGK: readings by their configuration id.
    Configuration(String),
}

/// When values count.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum When {
    /// DTM+7, in whole minutes.
    At(UtcTime),
    /// DTM+163 and DTM+164. Readings only where a periodic one is missing [550].
    Period(Period),
}

/// The ORDERS that asks this.
///
/// # Errors
/// [`RequestError`]: nobody asks this in that role and sector; a location that is none, of the wrong
/// kind, or with a wrong check digit; a period that is empty, reversed or not over; texts that are
/// too long or cannot be written.
pub fn request(request: &Request<'_>) -> Result<Orders, RequestError> {
    check::request(request)?;
    let orders = Orders {
        document: request.document.to_owned(),
        date: Some(to_the_minute(request.now)),
        pid: Some(request.asks.pid()),
        ..Orders::default()
    };
    Ok(match request.asks {
        Ask::Values {
            values,
            location,
            period,
        } => of_values(orders, *values, request.sector, location, *period),
        Ask::CalorificValue { location, period } => Orders {
            name_code: PROCESS_DATA.to_owned(),
            item: Some("Z10".to_owned()),
            location: Some(location.clone()),
            start: Some(period.start),
            end: Some(period.end),
            ..orders
        },
        Ask::Determination {
            reason,
            location,
            at,
        } => Orders {
            name_code: PROCESS_DATA.to_owned(),
            item: Some("Z13".to_owned()),
            location: Some(location.clone()),
            reason: Some(reason.code().to_owned()),
            at: Some(*at),
            ..orders
        },
        Ask::Complaint(complaint) => of_complaint(orders, complaint),
    })
}

/// What DTM+137 says of a time: format 303 has no seconds.
fn to_the_minute(at: UtcTime) -> UtcTime {
    UtcTime::from_seconds(at.seconds().div_euclid(60) * 60)
}

/// 17102. Of power, BGM alone says what is wanted of a market location's load profile and peaks.
fn of_values(
    orders: Orders,
    values: Values,
    sector: Sector,
    location: &str,
    period: Period,
) -> Orders {
    let is_power = sector == Sector::Power;
    let (name_code, item) = match values {
        Values::LoadProfile if is_power && form(location) == Form::MarketLocation => ("Z48", None),
        Values::EnergyAndPeak => ("Z28", None),
        Values::LoadProfile | Values::Readings | Values::EnergyAmount => {
            (PROCESS_DATA, Some(values.item().to_owned()))
        }
    };
    Orders {
        name_code: name_code.to_owned(),
        item,
        location: Some(location.to_owned()),
        start: Some(period.start),
        end: Some(period.end),
        ..orders
    }
}

/// 17113.
fn of_complaint(orders: Orders, complaint: &Complaint) -> Orders {
    let (location, configuration) = match complaint.place.clone() {
        Place::Location(id) => (Some(id), None),
        Place::Configuration(id) => (None, Some(id)),
    };
    let (at, period) = match complaint.when {
        When::At(at) => (Some(at), None),
        When::Period(period) => (None, Some(period)),
    };
    let text = Some(complaint.text.clone()).filter(|text| !text.is_empty());
    Orders {
        name_code: "Z34".to_owned(),
        item: Some(complaint.values.item().to_owned()),
        about: complaint.fault.document().map(str::to_owned),
        contact: complaint.contact.clone(),
        location,
        configuration,
        obis: vec![complaint.obis.clone()],
        at,
        start: period.map(|period| period.start),
        end: period.map(|period| period.end),
        complaint: Some(complaint.fault.code().to_owned()),
        texts: text.into_iter().collect(),
        ..orders
    }
}

impl Ask {
    /// RFF+Z13: the Prüfidentifikator.
    pub fn pid(&self) -> u32 {
        match self {
            Self::Values { .. } => 17_102,
            Self::CalorificValue { .. } => 17_103,
            Self::Determination { .. } => 17_004,
            Self::Complaint(_) => 17_113,
        }
    }
}

impl Values {
    /// IMD 7081.
    fn item(self) -> &'static str {
        match self {
            Self::LoadProfile => "Z11",
            Self::Readings => "Z12",
            Self::EnergyAmount | Self::EnergyAndPeak => "Z35",
        }
    }
}

impl Reason {
    /// IMD 7081 behind LIN.
    fn code(self) -> &'static str {
        match self {
            Self::Apportioning => "Z46",
            Self::ApportioningOfReadings => "Z47",
            Self::Change => "Z48",
            Self::ReadingInBetween => "Z49",
        }
    }
}

impl Fault {
    /// FTX 4451.
    fn code(&self) -> &'static str {
        match self {
            Self::TooHigh { .. } => "Z04",
            Self::TooLow { .. } => "Z05",
            Self::Missing => "Z06",
        }
    }

    /// RFF+ACW: what too high and too low values must name [38].
    fn document(&self) -> Option<&str> {
        match self {
            Self::TooHigh { document } | Self::TooLow { document } => Some(document),
            Self::Missing => None,
        }
    }
}

/// BGM 1001: Prozessdatenbericht.
const PROCESS_DATA: &str = "7";

#[cfg(test)]
mod tests;
