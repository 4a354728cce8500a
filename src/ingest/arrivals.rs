//! When mails arrive, by a clock that may jump. Pure, but for the newest arrival that is remembered.
//!
//! What was known at a time (`as_of`), and which of two documents without a date is newer, go by
//! arrival. A clock that is set back must not make a later mail the earlier one.

use std::sync::atomic::{AtomicI64, Ordering};

use crate::market::calendar::UtcTime;

/// Stamps mails.
pub(super) struct Arrivals(AtomicI64);

impl Arrivals {
    /// Goes on behind the newest mail of the store.
    pub(super) fn behind(newest: Option<UtcTime>) -> Self {
        Self(AtomicI64::new(newest.map_or(i64::MIN, UtcTime::seconds)))
    }

    /// When a mail arrives that comes now, as the clock has it.
    pub(super) fn stamp(&self, now: UtcTime) -> UtcTime {
        let now = now.seconds();
        let stamped = |newest| Some(arrival(newest, now));
        // It always has an answer.
        let newest = self
            .0
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, stamped)
            .unwrap_or(now);
        let at = arrival(newest, now);
        if at < newest {
            tracing::warn!(
                newest = %UtcTime::from_seconds(newest), now = %UtcTime::from_seconds(now),
                "the clock was far ahead before; mails that arrived then count as later than those that come now"
            );
        }
        UtcTime::from_seconds(at)
    }
}

/// When a mail arrives that comes `now`, behind one that came at `newest`. Seconds UTC.
fn arrival(newest: i64, now: i64) -> i64 {
    let behind = newest.saturating_sub(now);
    if behind <= 0 {
        now
    } else if behind <= SET_BACK_MOST || now < WRITTEN {
        // The clock stands still until it has caught up, or is put right.
        newest
    } else {
        // It was wrong before: else everything would have arrived then for years.
        now
    }
}

/// A clock that is set back by less is waited for: zones that were mistaken, a day mistyped.
const SET_BACK_MOST: i64 = 48 * 3600;
/// 2026-11-01, when this was written: a clock before that is wrong (1970, an empty battery).
const WRITTEN: i64 = 1_793_491_200;

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: i64 = 3600;
    const YEAR: i64 = 365 * 24 * HOUR;

    fn stamps(newest: Option<i64>, clock: &[i64]) -> Vec<i64> {
        let arrivals = Arrivals::behind(newest.map(UtcTime::from_seconds));
        let stamp = |now: &i64| arrivals.stamp(UtcTime::from_seconds(*now)).seconds();
        clock.iter().map(stamp).collect()
    }

    #[test]
    fn a_clock_that_is_set_back_makes_no_later_mail_the_earlier_one() {
        let now = WRITTEN + YEAR;
        let clock = [now, now + 5, now - 24 * HOUR, now - 10, now + 4, now + 6];
        let expected = [now, now + 5, now + 5, now + 5, now + 5, now + 6];
        assert_eq!(stamps(None, &clock), expected);
        assert_eq!(stamps(Some(now + 9), &clock), [now + 9; 6]);
    }

    #[test]
    fn a_clock_before_this_program_is_no_clock() {
        let now = WRITTEN + YEAR;
        assert_eq!(stamps(Some(now), &[0, 77, now + 1]), [now, now, now + 1]);
        assert_eq!(stamps(None, &[0]), [0], "nothing better is known");
    }

    #[test]
    fn after_years_ahead_the_clock_counts_again() {
        let now = WRITTEN + YEAR;
        let ahead = now + 10 * YEAR;
        let clock = [now, ahead, now + 1, now + 2, ahead + 1];
        assert_eq!(stamps(None, &clock), clock);
    }
}
