//! Asking for data: what is wanted becomes an ORDERS of the market or a mail in words, and what
//! comes back becomes its story.
//!
//! [`Wish`] is what a person or a schedule wants; [`Desk`] knows who asks whom and writes the mail
//! ([`Desk::draft`], or [`Desk::preview`] without sending); [`story`] tells how far a request is.

pub mod acquire;
pub mod answer;
mod desk;
pub mod form;
pub mod story;
mod words;

pub use desk::{Desk, Preview};
pub use story::{Story, story};

use crate::market::calendar::UtcTime;
use crate::message::orders::RequestError;

/// What is wanted of whom.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Wish {
    /// `id` or `name` of the `[[partner]]` that is asked.
    pub partner: String,
    /// Market or metering location.
    pub location: String,
    /// OBIS code; empty: all of the location.
    pub obis: String,
    /// From when.
    pub from: UtcTime,
    /// Until when, exclusive; not looked at where an instant is asked for.
    pub to: UtcTime,
    /// What of it.
    pub what: What,
    /// Whether the gateway asks by itself.
    pub by_itself: bool,
}

/// What is wanted.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum What {
    /// A load profile.
    LoadProfile,
    /// Meter readings.
    Readings,
    /// A single amount of energy.
    EnergyAmount,
    /// Energy and peak power.
    EnergyAndPeak,
    /// Calorific value and volume conversion factor, of gas.
    CalorificValue,
    /// Values at an instant, `from`: a change (gas).
    Change,
    /// Values at an instant, `from`: energy is to be apportioned (power).
    Apportioning,
    /// Values at an instant, `from`: a reading in between.
    ReadingInBetween,
    /// A complaint: the values are missing, or wrong.
    Complaint {
        /// What is wrong.
        fault: Fault,
        /// What may be said to a person; may be empty.
        text: String,
    },
}

/// What is wrong with values.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Fault {
    /// They have not come.
    Missing,
    /// They are too high.
    TooHigh {
        /// BGM 1004 of the MSCONS that brought them.
        document: String,
    },
    /// They are too low.
    TooLow {
        /// BGM 1004 of the MSCONS that brought them.
        document: String,
    },
}

/// Why something cannot be asked for. Nothing was kept or sent.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum RequestFault {
    /// There is no server that takes our mail.
    #[error("smtp.host is empty, so nothing is sent; give [smtp] a host and a sender")]
    NoServer,
    /// The partner is not in the configuration.
    #[error("no [[partner]] has the id or name {partner:?}; {known}")]
    UnknownPartner {
        /// As it was given.
        partner: String,
        /// Those that there are.
        known: String,
    },
    /// The partner has no mail address.
    #[error("the [[partner]] {partner} has no mail address; give it `mail`")]
    NoAddress {
        /// Its name, or its id.
        partner: String,
    },
    /// ORDERS come from a market partner.
    #[error(
        "an ORDERS needs to say who asks: add a [[party]] with your MP-ID and role, or give the [[partner]] {partner} request_format = \"mail\" to ask in words"
    )]
    NoParty {
        /// Its name, or its id.
        partner: String,
    },
    /// The partner's sector is not known.
    #[error(
        "whether {partner} is power or gas cannot be told from its id; give the [[partner]] `sector`"
    )]
    NoSector {
        /// Its name, or its id.
        partner: String,
    },
    /// A location that cannot be one.
    #[error("the check digit of {location} does not fit; look for a digit that was mistyped")]
    CheckDigit {
        /// The location.
        location: String,
    },
    /// A period that cannot be asked for.
    #[error("{0}")]
    Period(String),
    /// The market has no such request.
    #[error("{0}")]
    Orders(#[from] RequestError),
    /// What cannot be written.
    #[error("{0}")]
    Unwritable(String),
}
