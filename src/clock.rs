//! The one place that asks for the time. Everything else takes it as an argument.

use std::time::Instant;

use crate::market::calendar::UtcTime;

/// The present, in whole seconds since 1970-01-01T00:00:00Z.
#[expect(clippy::disallowed_methods, reason = "this is the one clock")]
pub fn now() -> UtcTime {
    UtcTime::from_seconds(jiff::Timestamp::now().as_second())
}

/// A point on the monotonic clock, for measuring how long something took.
#[expect(clippy::disallowed_methods, reason = "this is the one clock")]
pub fn monotonic() -> Instant {
    Instant::now()
}
