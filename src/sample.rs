//! Seeded, realistic interchanges and mails: for the demo, the tests and the benches.
//!
//! Pure: a day and a seed in, bytes out. The parties and locations are invented; their check
//! digits fit.

mod bulk;
mod mail;
mod random;
mod shape;
mod world;

pub use bulk::{corpus, load_profile_mail};
pub use world::demo;

/// A mail of a metering operator.
#[derive(Clone, Debug)]
pub struct SampleMail {
    /// What it shows: `factory 2026-11-23`, `duplicate`, `truncated`, …
    pub name: String,
    /// The complete mail (RFC 5322).
    pub bytes: Vec<u8>,
}
