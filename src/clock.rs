//! The one place that asks for the time. Everything else takes it as an argument.

use std::collections::hash_map::RandomState;
use std::hash::BuildHasher;
use std::time::Instant;

use crate::market::calendar::UtcTime;

/// The present, in whole seconds since 1970-01-01T00:00:00Z.
#[expect(clippy::disallowed_methods, reason = "this is the one clock")]
pub fn now() -> UtcTime {
    UtcTime::from_seconds(jiff::Timestamp::now().as_second())
}

/// A random number, to spread what would otherwise happen at once.
pub fn jitter() -> u32 {
    // The hash of nothing under a fresh random key: as random as a `HashMap` needs, and enough here.
    let bits = RandomState::new().hash_one(0_u8);
    u32::try_from(bits >> 32).unwrap_or(0)
}

/// A point on the monotonic clock, for measuring how long something took.
#[expect(clippy::disallowed_methods, reason = "this is the one clock")]
pub fn monotonic() -> Instant {
    Instant::now()
}
