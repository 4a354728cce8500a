//! How long to wait after a failed poll. Pure: the caller brings the randomness.

use std::time::Duration;

/// Why the last attempt failed, as far as it matters for the wait.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Cause {
    /// Network, server, or our own store: it may pass by itself.
    Transient,
    /// The server asked us to come back later, with its own number if it gave one.
    Throttled {
        /// The server's number.
        retry_after: Option<Duration>,
    },
    /// Name or password refused: repeated attempts get the account locked.
    Login,
    /// Something that a person must change, other than a password.
    Permanent,
    /// What it needs is tried again by another, after so long: sooner is for nothing.
    Behind(Duration),
}

/// How long to wait after failure number `attempt` (from 1) in a row.
///
/// `random` is any number, evenly spread; the same number gives the same wait. After transient
/// failures the wait is anywhere below the step ("full jitter": many gateways that lost the same
/// server do not come back at once); what a server asked for is never undercut.
pub fn delay(cause: Cause, attempt: u32, random: u32) -> Duration {
    match cause {
        Cause::Transient => fraction(step(&NETWORK_STEPS, attempt), random).max(FLOOR),
        Cause::Throttled { retry_after } => {
            let asked = retry_after.map_or_else(
                || step(&THROTTLED_STEPS, attempt),
                |number| number.min(MAX_RETRY_AFTER),
            );
            asked + fraction(asked / 10, random)
        }
        Cause::Login => step(&LOGIN_STEPS, attempt),
        Cause::Permanent => step(&PERMANENT_STEPS, attempt),
        Cause::Behind(wait) => wait.max(FLOOR),
    }
}

/// The step of an attempt; the last one for all later attempts.
fn step(steps: &[u64], attempt: u32) -> Duration {
    let index = usize::try_from(attempt.saturating_sub(1)).unwrap_or(usize::MAX);
    let seconds = steps.get(index).or(steps.last()).copied().unwrap_or(0);
    Duration::from_secs(seconds)
}

/// `random / 2^32` of a duration.
fn fraction(whole: Duration, random: u32) -> Duration {
    let millis = u64::try_from(whole.as_millis()).unwrap_or(u64::MAX);
    Duration::from_millis(
        u64::try_from((u128::from(millis) * u128::from(random)) >> 32).unwrap_or(millis),
    )
}

/// Seconds: a lost line comes back soon or later, and an attempt costs nothing.
const NETWORK_STEPS: [u64; 7] = [1, 2, 5, 10, 30, 60, 300];

/// Seconds: Exchange suggests 5 to 50 minutes where it gives a number.
const THROTTLED_STEPS: [u64; 3] = [300, 900, 3600];

/// Seconds: one more try, for servers that refuse wrongly while they start; then every six hours.
const LOGIN_STEPS: [u64; 2] = [60, 21_600];

/// Seconds: the folder or the certificate may be put right at any time.
const PERMANENT_STEPS: [u64; 3] = [60, 300, 900];

/// No loop without a pause, whatever the jitter says.
const FLOOR: Duration = Duration::from_millis(100);

/// A number above a day is no number that a mail server means.
const MAX_RETRY_AFTER: Duration = Duration::from_hours(24);

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_network_steps_end_at_five_minutes() {
        let longest = |attempt| {
            delay(Cause::Transient, attempt, u32::MAX)
                .as_millis()
                .div_ceil(1000)
        };
        let steps: Vec<u128> = (1..=9).map(longest).collect();
        assert_eq!(steps, [1, 2, 5, 10, 30, 60, 300, 300, 300]);
    }

    #[test]
    fn a_wrong_password_is_tried_twice_and_then_every_six_hours() {
        let hours = |attempt| delay(Cause::Login, attempt, 0).as_secs() / 3600;
        assert_eq!([hours(1), hours(2), hours(3)], [0, 6, 6]);
    }

    proptest! {
        #[test]
        fn jitter_never_exceeds_the_step_and_never_spins(attempt in 1..50u32, random: u32) {
            let wait = delay(Cause::Transient, attempt, random);
            prop_assert!(wait >= FLOOR && wait <= Duration::from_mins(5));
        }

        #[test]
        fn a_server_is_never_asked_before_its_own_number(seconds in 0..80_000u64, random: u32) {
            let asked = Duration::from_secs(seconds);
            let wait = delay(Cause::Throttled { retry_after: Some(asked) }, 1, random);
            prop_assert!(wait >= asked && wait <= asked + asked / 10);
        }
    }
}
