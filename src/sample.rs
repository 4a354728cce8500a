//! Seeded, realistic interchanges and mails: for the demo, the tests and the benches.
//!
//! Pure: a day and a seed in, bytes out. The parties and locations are invented; their check
//! digits fit. Everything is reckoned in integers, so that it is the same on every machine.

mod bulk;
mod code;
mod example;
mod mail;
mod random;
mod shape;
mod world;

pub use bulk::{corpus, load_profile_mail};
pub use example::example;
pub use world::demo;

use crate::market::calendar::{Day, civil_from_days};
use crate::message::mscons::write::{Interchange, write};

/// A mail of a metering operator.
#[derive(Clone, Debug)]
pub struct SampleMail {
    /// What it shows: `factory 2026-11-23`, `duplicate`, `truncated`, …
    pub name: String,
    /// The complete mail (RFC 5322).
    pub bytes: Vec<u8>,
}

/// The bytes of an interchange of ours.
#[expect(
    clippy::expect_used,
    reason = "all sample texts are ASCII, all references short"
)]
fn edi(interchange: &Interchange) -> Vec<u8> {
    write(interchange).expect("a sample can be written")
}

/// The first day of the month of this day.
fn first_of_month(day: Day) -> Day {
    let (_, _, date) = civil_from_days(day.number().into());
    day.plus(1 - i32::try_from(date).unwrap_or(1))
}
