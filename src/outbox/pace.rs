//! A server's rate: so many mails in any minute.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

/// Counts what was sent in the last minute.
#[derive(Clone, Debug)]
pub struct Pace {
    most: Option<usize>,
    sent: VecDeque<Instant>,
}

impl Pace {
    /// At most so many mails in any minute; `None`: as many as there are.
    pub fn new(most: Option<usize>) -> Self {
        Self {
            most,
            sent: VecDeque::new(),
        }
    }

    /// How many may go now.
    pub fn free(&mut self, now: Instant) -> usize {
        let Some(most) = self.most else {
            return usize::MAX;
        };
        while let Some(first) = self.sent.front()
            && now.saturating_duration_since(*first) >= MINUTE
        {
            self.sent.pop_front();
        }
        most.saturating_sub(self.sent.len())
    }

    /// How long until the next may go, if none may go now.
    pub fn wait(&self, now: Instant) -> Duration {
        let first = self.sent.front();
        first.map_or(Duration::ZERO, |first| {
            MINUTE.saturating_sub(now.saturating_duration_since(*first))
        })
    }

    /// One goes now, whatever becomes of it: servers count refused ones, too.
    pub fn note(&mut self, now: Instant) {
        if self.most.is_some() {
            self.sent.push_back(now);
        }
    }
}

const MINUTE: Duration = Duration::from_mins(1);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock;

    #[test]
    fn no_minute_has_more_than_the_rate() {
        let begin = clock::monotonic();
        let at = |seconds| begin + Duration::from_secs(seconds);
        let mut pace = Pace::new(Some(3));
        for second in [0, 10, 20] {
            assert!(pace.free(at(second)) > 0);
            pace.note(at(second));
        }
        assert_eq!(pace.free(at(30)), 0);
        assert_eq!(pace.wait(at(30)), Duration::from_secs(30));
        assert_eq!(pace.free(at(59)), 0);
        assert_eq!(pace.free(at(60)), 1);
        assert_eq!(pace.free(at(71)), 2);
    }

    #[test]
    fn without_a_rate_nothing_is_counted() {
        let mut pace = Pace::new(None);
        let now = clock::monotonic();
        for _ in 0..1_000 {
            pace.note(now);
        }
        assert_eq!(pace.free(now), usize::MAX);
        assert!(pace.sent.is_empty());
    }
}
