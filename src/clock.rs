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

/// A moment on both clocks: that of the day, and the one that no person sets.
#[derive(Clone, Copy, Debug)]
pub struct Moment {
    at: UtcTime,
    monotonic: Instant,
}

/// The clock of the day was set.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Jump {
    /// Forward, or back if negative. A machine that slept has its clock set forward.
    pub by_seconds: i64,
    /// What was noted between these two may have been noted by the clock as it is now.
    pub since: UtcTime,
    /// Now.
    pub now: UtcTime,
}

impl Moment {
    /// Whether the clock was set between this moment and a later one, by more than one that is
    /// kept right ever is at once.
    pub fn jump_to(&self, later: &Self) -> Option<Jump> {
        let went = later.monotonic.saturating_duration_since(self.monotonic);
        let went = i64::try_from(went.as_secs()).unwrap_or(i64::MAX);
        let now = later.at.seconds();
        let by_seconds = now.saturating_sub(self.at.seconds()).saturating_sub(went);
        (by_seconds.abs() >= JUMP_SECONDS).then(|| Jump {
            by_seconds,
            since: UtcTime::from_seconds(now.saturating_sub(went).saturating_sub(1)),
            now: later.at,
        })
    }
}

/// This moment.
pub fn moment() -> Moment {
    Moment {
        at: now(),
        monotonic: monotonic(),
    }
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

const JUMP_SECONDS: i64 = 30;

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_clock_that_was_set_is_known_by_the_one_that_is_not() {
        let first = moment();
        let later = |seconds: u64, shown: i64| Moment {
            at: UtcTime::from_seconds(first.at.seconds() + shown),
            monotonic: first.monotonic + Duration::from_secs(seconds),
        };
        assert_eq!(first.jump_to(&later(100, 100)), None);
        assert_eq!(first.jump_to(&later(2, 31)), None);
        let back = first.jump_to(&later(2, -86_400)).unwrap();
        let since = back.now.seconds() - back.since.seconds();
        assert_eq!((back.by_seconds, since), (-86_402, 3));
        let forward = first.jump_to(&later(0, i64::MAX / 4)).unwrap();
        assert_eq!(forward.by_seconds, i64::MAX / 4);
    }
}
