//! The brake on guessing: who fails waits, and longer each time; all together are held to a pace.
//!
//! An attempt that is refused for its haste neither counts nor makes anybody wait longer, and every
//! wait has an end. Where somebody keeps the pace up for good, an address that has been right
//! before is let through, and on the machine itself a link can be made.

use core::net::{IpAddr, Ipv6Addr};
use std::collections::HashMap;
use std::time::{Duration, Instant};

/// The attempts so far.
#[derive(Debug, Default)]
pub struct Brake {
    of: HashMap<IpAddr, Tries>,
    /// When all attempts together would be paid for, at the pace of one in [`PACE`].
    paid: Option<Instant>,
}

#[derive(Clone, Copy, Debug)]
struct Tries {
    /// Failures in a row.
    failures: u32,
    last: Instant,
    /// Whether one was right before.
    is_known: bool,
}

impl Brake {
    /// Lets an attempt through, and counts it as a failure until it is known to be right: many at
    /// once are no way around.
    ///
    /// # Errors
    /// How long to wait, if it comes too soon.
    pub fn admit(&mut self, from: IpAddr, now: Instant) -> Result<(), Duration> {
        let place = place(from);
        let before = self.of.get(&place).copied();
        let before = before.unwrap_or(Tries {
            failures: 0,
            last: now,
            is_known: false,
        });
        let since = now.saturating_duration_since(before.last);
        let failures = if since >= FORGOTTEN {
            0
        } else {
            before.failures
        };
        let wait = pause(failures).saturating_sub(since);
        if !wait.is_zero() {
            return Err(wait);
        }
        if !before.is_known {
            self.keep_pace(now)?;
        }
        self.make_room(place);
        let tries = Tries {
            failures: failures.saturating_add(1),
            last: now,
            is_known: before.is_known,
        };
        self.of.insert(place, tries);
        Ok(())
    }

    /// The attempt from there was right.
    pub fn was_right(&mut self, from: IpAddr) {
        if let Some(tries) = self.of.get_mut(&place(from)) {
            (tries.failures, tries.is_known) = (0, true);
        }
    }

    fn keep_pace(&mut self, now: Instant) -> Result<(), Duration> {
        let paid = self.paid.map_or(now, |paid| paid.max(now));
        let ahead = paid.saturating_duration_since(now);
        if ahead >= PACE * AT_ONCE {
            return Err(ahead.saturating_sub(PACE * (AT_ONCE - 1)));
        }
        self.paid = Some(paid + PACE);
        Ok(())
    }

    /// Strangers go first, of them whoever was quiet for longest.
    fn make_room(&mut self, place: IpAddr) {
        if self.of.len() < PLACES_MOST || self.of.contains_key(&place) {
            return;
        }
        let first = self
            .of
            .iter()
            .min_by_key(|(_, tries)| (tries.is_known, tries.last));
        if let Some(first) = first.map(|(place, _)| *place) {
            self.of.remove(&first);
        }
    }
}

/// How long after so many failures in a row nothing more is taken: 1 s, 2 s, 4 s … 5 min.
fn pause(failures: u32) -> Duration {
    match failures.checked_sub(FREE) {
        None => Duration::ZERO,
        Some(more) => Duration::from_secs(1 << more.min(16)).min(LONGEST),
    }
}

/// One who has an IPv6 address has a whole network of them (RFC 6177: /64 at least).
fn place(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0).into()
        }
        address @ IpAddr::V4(_) => address,
    }
}

/// Everybody mistypes.
const FREE: u32 = 5;
/// 288 guesses a day are none.
const LONGEST: Duration = Duration::from_mins(5);
/// An address that was quiet for so long begins anew.
const FORGOTTEN: Duration = Duration::from_hours(1);
/// All together: 30 at once, then one in two seconds.
const PACE: Duration = Duration::from_secs(2);
const AT_ONCE: u32 = 30;
/// Addresses that are remembered.
const PLACES_MOST: usize = 1024;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::clock;

    fn address(number: u32) -> IpAddr {
        IpAddr::V4(number.to_be_bytes().into())
    }

    const HOME: u32 = 0x0a00_0001;

    #[test]
    fn who_fails_waits_longer_each_time_and_never_for_ever() {
        let (mut brake, mut now) = (Brake::default(), clock::monotonic());
        let mut waits = Vec::new();
        for _ in 0..20 {
            while let Err(wait) = brake.admit(address(HOME), now) {
                waits.push(wait.as_secs());
                now += wait;
            }
        }
        assert_eq!(waits[..9], [1, 2, 4, 8, 16, 32, 64, 128, 256]);
        assert!(waits[9..].iter().all(|wait| *wait == 300), "{waits:?}");
        assert_eq!(waits.len(), 20 - 5);
    }

    #[test]
    fn an_attempt_in_haste_makes_nobody_wait_longer() {
        let (mut brake, now) = (Brake::default(), clock::monotonic());
        for _ in 0..7 {
            let _ = brake.admit(address(HOME), now);
        }
        let second = now + Duration::from_secs(1);
        for _ in 0..100 {
            assert!(brake.admit(address(HOME), now).is_err());
        }
        assert_eq!(brake.admit(address(HOME), second), Ok(()));
    }

    #[test]
    fn who_was_right_begins_anew_and_so_does_who_was_quiet() {
        let (mut brake, now) = (Brake::default(), clock::monotonic());
        for _ in 0..5 {
            brake.admit(address(HOME), now).unwrap();
        }
        assert!(brake.admit(address(HOME), now).is_err());
        brake.was_right(address(HOME));
        assert_eq!(brake.admit(address(HOME), now), Ok(()));
        for _ in 0..4 {
            brake.admit(address(HOME), now).unwrap();
        }
        assert!(brake.admit(address(HOME), now).is_err());
        let later = now + FORGOTTEN;
        for _ in 0..5 {
            assert_eq!(brake.admit(address(HOME), later), Ok(()));
        }
    }

    #[test]
    fn many_addresses_are_held_to_a_pace_and_a_known_one_is_let_through() {
        let (mut brake, now) = (Brake::default(), clock::monotonic());
        brake.admit(address(HOME), now).unwrap();
        brake.was_right(address(HOME));
        let let_in = (0..100).filter(|number| brake.admit(address(*number), now).is_ok());
        assert_eq!(let_in.count(), 29);
        assert_eq!(brake.admit(address(200), now), Err(PACE));
        assert_eq!(brake.admit(address(200), now + PACE), Ok(()));
        assert_eq!(brake.admit(address(201), now + PACE), Err(PACE));
        assert_eq!(brake.admit(address(HOME), now), Ok(()));
    }

    #[test]
    fn addresses_are_forgotten_before_they_fill_the_memory_but_not_the_known_one() {
        let (mut brake, mut now) = (Brake::default(), clock::monotonic());
        brake.admit(address(HOME), now).unwrap();
        brake.was_right(address(HOME));
        for number in 0..2_000 {
            now += PACE;
            brake.admit(address(number), now).unwrap();
        }
        assert_eq!(brake.of.len(), PLACES_MOST);
        assert!(brake.of[&address(HOME)].is_known);
    }

    #[test]
    fn a_network_of_ipv6_is_one_place_and_a_mapped_address_is_that_of_ipv4() {
        let read = |text: &str| text.parse::<IpAddr>().unwrap();
        assert_eq!(place(read("2001:db8::1")), place(read("2001:db8::ffff:1")));
        assert_ne!(place(read("2001:db8::1")), place(read("2001:db8:0:1::1")));
        assert_eq!(place(read("::ffff:10.0.0.1")), address(HOME));
    }

    proptest! {
        #[test]
        fn whoever_waits_as_told_gets_in(attempts in prop::collection::vec((0..5u32, 0..20u64), 0..200)) {
            let (mut brake, mut now) = (Brake::default(), clock::monotonic());
            for (from, seconds) in attempts {
                now += Duration::from_secs(seconds);
                if let Err(wait) = brake.admit(address(from), now) {
                    prop_assert!(wait <= LONGEST);
                    now += wait;
                    // Where others took the place meanwhile, one more wait is a pace.
                    if let Err(again) = brake.admit(address(from), now) {
                        prop_assert!(again <= PACE);
                    }
                }
            }
        }
    }
}
