//! The nouns of the market: parties, locations, OBIS codes, quantities and legal time.
//!
//! Pure and free of the rest of the crate. Identifiers can hold what was received even where a
//! check digit is wrong: that is a finding, never a loss.

pub mod calendar;
pub mod location;
pub mod obis;
pub mod party;
pub mod pid;
pub mod quantity;
pub mod role;
pub mod unit;
pub mod workday;
