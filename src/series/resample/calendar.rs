//! Where the parts of the calendar begin.

use crate::market::calendar::{UtcTime, gas_day_bounds, legal_day, legal_day_bounds};
use crate::series::resample::{MOST_BUCKETS, Resolution};
use crate::series::rhythm::{Border, Rhythm};

/// The calendar, cut into buckets: each is so many steps of a rhythm.
#[derive(Clone, Copy, Debug)]
pub(super) struct Grid {
    rhythm: Rhythm,
    steps: i64,
}

impl Grid {
    /// The calendar of a resolution. Legal time is whole hours from UTC, so that its hours and
    /// quarter hours are those of UTC.
    pub(super) const fn new(resolution: Resolution, border: Border) -> Self {
        let (rhythm, steps) = match resolution {
            Resolution::Quarter => (Rhythm::Seconds { step: 900, rest: 0 }, 1),
            Resolution::Hour => (
                Rhythm::Seconds {
                    step: 3600,
                    rest: 0,
                },
                1,
            ),
            Resolution::Day => (Rhythm::Days(border), 1),
            Resolution::Month => (Rhythm::Months(border), 1),
            Resolution::Year => (Rhythm::Months(border), 12),
        };
        Self { rhythm, steps }
    }

    /// The number of the bucket that holds this instant.
    pub(super) fn number_at(self, at: UtcTime) -> i64 {
        let behind = UtcTime::from_seconds(at.seconds().saturating_add(1));
        (self.rhythm.first_from(behind) - 1).div_euclid(self.steps)
    }

    /// Where the bucket of this number begins.
    pub(super) fn start_of(self, number: i64) -> UtcTime {
        self.rhythm.start_of(number.saturating_mul(self.steps))
    }

    /// The buckets that a period touches; `None` if they are more than anybody reads.
    pub(super) fn buckets(
        self,
        from: UtcTime,
        to: UtcTime,
    ) -> Option<impl Iterator<Item = (UtcTime, UtcTime)>> {
        let first = self.number_at(from);
        let last = UtcTime::from_seconds(to.seconds().saturating_sub(1));
        let behind = if from < to {
            self.number_at(last).checked_add(1)?
        } else {
            first
        };
        let count = usize::try_from(behind.checked_sub(first)?).ok()?;
        (count <= MOST_BUCKETS).then(|| {
            (first..behind).map(move |number| (self.start_of(number), self.start_of(number + 1)))
        })
    }
}

/// 06:00 of a legal day for its midnight; any other instant as it is.
pub(super) fn gas_morning(at: UtcTime) -> UtcTime {
    let day = legal_day(at);
    if legal_day_bounds(day).0 == at {
        gas_day_bounds(day).0
    } else {
        at
    }
}
