//! The link that sets the password: for the first start, and for who forgot it.

use std::time::{Duration, Instant};

use zeroize::Zeroizing;

use crate::access::{Random, hash, token};

/// The link that is open, if one is. A new one takes the place of the one before.
#[derive(Debug, Default)]
pub struct Link {
    open: Option<Open>,
}

/// A link that may be used.
#[derive(Debug)]
pub struct Open {
    /// Only the hash: who reads the memory cannot use it.
    hash: [u8; 32],
    until: Instant,
}

impl Link {
    /// Makes a new link; gives its token.
    pub fn make(&mut self, random: &Random, now: Instant) -> Zeroizing<String> {
        let token = token(random);
        self.open = Some(Open {
            hash: hash(&token),
            until: now + LIVES,
        });
        token
    }

    /// Whether a token is that of the open link. Looking does not use it up: programs that show
    /// what is behind a link do so, too.
    pub fn fits(&self, token: &str, now: Instant) -> bool {
        let fits = |open: &Open| now < open.until && open.hash == hash(token);
        self.open.as_ref().is_some_and(fits)
    }

    /// Uses the link up.
    pub fn take(&mut self, token: &str, now: Instant) -> Option<Open> {
        if self.fits(token, now) {
            self.open.take()
        } else {
            None
        }
    }

    /// Opens a link again whose use failed, unless there is a newer one.
    pub fn give_back(&mut self, taken: Open) {
        self.open.get_or_insert(taken);
    }
}

/// A day: long enough to go and read the log.
const LIVES: Duration = Duration::from_hours(24);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock;

    fn random(byte: u8) -> Random {
        Zeroizing::new([byte; 32])
    }

    #[test]
    fn a_link_serves_once_and_within_a_day() {
        let start = clock::monotonic();
        let mut link = Link::default();
        assert!(!link.fits("", start));
        let token = link.make(&random(1), start);
        assert_eq!(token.len(), 43);
        assert!(
            link.fits(&token, start) && link.fits(&token, start),
            "looking uses nothing up"
        );
        assert!(!link.fits(&token, start + LIVES));
        assert!(!link.fits(&token.to_lowercase(), start));
        assert!(link.take("other", start).is_none());
        let used = link.take(&token, start).unwrap();
        assert!(link.take(&token, start).is_none());
        link.give_back(used);
        assert!(link.fits(&token, start));
    }

    #[test]
    fn a_new_link_ends_the_one_before() {
        let start = clock::monotonic();
        let mut link = Link::default();
        let first = link.make(&random(1), start);
        let taken = link.take(&first, start).unwrap();
        let second = link.make(&random(2), start);
        link.give_back(taken);
        assert!(!link.fits(&first, start) && link.fits(&second, start));
    }

    #[test]
    fn a_link_prints_without_its_token() {
        let mut link = Link::default();
        let token = link.make(&random(1), clock::monotonic());
        assert!(!format!("{link:?}").contains(&token[..]));
    }
}
