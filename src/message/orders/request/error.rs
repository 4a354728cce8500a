//! Why a request cannot be sent, and what to do.

use crate::market::calendar::UtcTime;
use crate::market::role::{Role, Sector};

/// Why a request cannot be sent.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum RequestError {
    /// The market has no such request.
    #[error("in {sector}, no {role} asks for that (Prüfidentifikator {pid}); {remedy}")]
    NotAsked {
        /// Prüfidentifikator of what was asked.
        pid: u32,
        /// Who would ask.
        role: Role,
        /// Where.
        sector: Sector,
        /// What is possible.
        remedy: &'static str,
    },
    /// The check digit of the location is wrong: nobody would know it.
    #[error("the check digit of {location} does not fit; look for a digit that was mistyped")]
    CheckDigit {
        /// The location.
        location: String,
    },
    /// The location is of another kind than what is asked for has.
    #[error("{location:?} is no {wanted}, which this request needs")]
    WrongLocation {
        /// The location.
        location: String,
        /// What was needed.
        wanted: &'static str,
    },
    /// A code that is no OBIS code.
    #[error("{code:?} is no OBIS code; write it as 1-1:1.29.0")]
    NotObis {
        /// What it is.
        code: String,
    },
    /// A period that ends where it begins, or before.
    #[error("the period from {start} ends at {end}; it must end later")]
    PeriodNotPositive {
        /// Where it begins.
        start: UtcTime,
        /// Where it ends.
        end: UtcTime,
    },
    /// A period or instant that is not over.
    #[error("{until} is not over at {now}; only what is past can be asked for")]
    NotOver {
        /// Until when values are asked for.
        until: UtcTime,
        /// When it is asked.
        now: UtcTime,
    },
    /// A time with seconds: DTM 2379 has none in format 303.
    #[error("{at} is no whole minute")]
    NotAMinute {
        /// The time.
        at: UtcTime,
    },
    /// A time that is not the beginning of a day of its sector.
    #[error(
        "{at} does not begin a day in {sector}: those begin at 00:00 (power) and 06:00 (gas) legal time"
    )]
    NotADayBoundary {
        /// The time.
        at: UtcTime,
        /// Whose days.
        sector: Sector,
    },
    /// A reading needs an instant, all else a period.
    #[error("{needs}")]
    WrongTime {
        /// What is needed.
        needs: &'static str,
    },
    /// A text is empty, or longer than its data element.
    #[error("the {field} has {length} characters; 1 to {most} are allowed")]
    BadLength {
        /// Which text.
        field: &'static str,
        /// How long it is, in characters.
        length: usize,
        /// How long it may be.
        most: usize,
    },
    /// A text with a character that the market's charset does not have, or that is a line end or
    /// another control character.
    #[error(
        "the {field} holds {character:?}, which UNOC (ISO 8859-1, no control characters) does not \
         have; write it in other letters"
    )]
    BadCharacter {
        /// Which text.
        field: &'static str,
        /// The character.
        character: char,
    },
    /// Whom to ask back must be reachable.
    #[error("the contact {needs}")]
    BadContact {
        /// What is needed.
        needs: &'static str,
    },
}
