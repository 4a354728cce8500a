//! Resampling: the values of a series by quarter hour, hour, day, month or year of legal time.
//!
//! A bucket is always a whole one of the calendar: a day has 92, 96 or 100 quarter hours, that of
//! a gas series begins at 06:00. What a bucket lacks is told as a share, never guessed: amounts
//! of a day with a gap are the sum of what is there, with the quality [`Quality::Missing`].

mod calendar;

use std::fmt;

use crate::market::calendar::UtcTime;
use crate::market::obis;
use crate::market::unit::{self, Nature};
use crate::series::gaps::interval;
use crate::series::merge::Held;
use crate::series::quality::Quality;
use crate::series::rhythm::{Border, Rhythm};
use crate::series::total::Sum;
use crate::series::{Key, Kind};

use calendar::Grid;

/// How long a bucket is.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Resolution {
    /// A quarter of an hour.
    Quarter,
    /// An hour.
    Hour,
    /// A day of legal time, or a gas day.
    Day,
    /// A month of such days.
    Month,
    /// A year of such days.
    Year,
}

impl Resolution {
    /// All of them, from short to long.
    pub const ALL: [Self; 5] = [
        Self::Quarter,
        Self::Hour,
        Self::Day,
        Self::Month,
        Self::Year,
    ];

    /// Its name in commands and addresses.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Quarter => "quarter",
            Self::Hour => "hour",
            Self::Day => "day",
            Self::Month => "month",
            Self::Year => "year",
        }
    }

    /// The resolution of that name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.name() == name)
    }
}

/// What the values of a part of the calendar come to.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Bucket {
    /// Where it begins.
    pub start: UtcTime,
    /// Where it ends (exclusive).
    pub end: UtcTime,
    /// The sum of amounts, the greatest of powers. `None` if there is no value: a gap.
    pub value: Option<Sum>,
    /// The worst quality of its parts; [`Quality::Missing`] if one of them is not there.
    pub quality: Quality,
    /// How much of it is there.
    pub share: Share,
}

/// How much of a bucket is there: an exact fraction of its intervals.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Share {
    /// Intervals that have a value.
    pub present: u64,
    /// Intervals that the bucket has.
    pub expected: u64,
}

impl Share {
    /// Whether nothing is missing.
    pub const fn is_whole(self) -> bool {
        self.present >= self.expected
    }
}

/// Why values cannot be resampled.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum Refused {
    /// Readings of a meter.
    #[error(
        "meter readings are not summed; read them without a resolution, the difference of two is what flowed between them"
    )]
    Readings,
    /// Values without time.
    #[error("values without time have no day or month; read them without a resolution")]
    Timeless,
    /// Neither amounts nor powers.
    #[error(
        "values in {unit} do not add up; amounts (kWh, MWh, kvarh, m³) are summed, of powers (kW, MW, kvar) the greatest is taken"
    )]
    NotAnAmount {
        /// The unit.
        unit: String,
    },
    /// Nobody says whether they are amounts or powers.
    #[error(
        "values in a unit that neither message nor OBIS code tells do not add up; read them without a resolution"
    )]
    NoUnit,
    /// No step is that of most values.
    #[error("its values stand for times of no regular length; read them without a resolution")]
    Irregular,
    /// Values that stand for longer than a bucket, or lie across its borders.
    #[error("its values do not fit into a {}; choose a longer resolution", .0.name())]
    DoesNotFit(Resolution),
    /// A sum of more than 38 digits.
    #[error("the sum from {0} on has more than 38 digits")]
    TooLarge(UtcTime),
    /// More than [`MOST_BUCKETS`].
    #[error(
        "that is more than {MOST_BUCKETS} rows; choose a shorter period or a longer resolution"
    )]
    TooMany,
}

/// How the values of one series are resampled.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Resampling {
    resolution: Resolution,
    border: Border,
    is_power: bool,
}

impl Resampling {
    /// That of the series of this key.
    ///
    /// # Errors
    /// [`Refused`], if its values do not become anything together.
    pub fn of(key: &Key, resolution: Resolution) -> Result<Self, Refused> {
        match key.kind {
            Kind::Interval => {}
            Kind::Reading => return Err(Refused::Readings),
            Kind::Timeless => return Err(Refused::Timeless),
        }
        let unit = unit::of(key.unit.as_deref(), &key.obis);
        let is_power = match unit::nature(unit) {
            Nature::Amount => false,
            Nature::Power => true,
            Nature::Other if unit.is_empty() => return Err(Refused::NoUnit),
            Nature::Other => {
                let unit = unit.to_owned();
                return Err(Refused::NotAnAmount { unit });
            }
        };
        let border = if obis::is_gas(&key.obis) {
            Border::GasMorning
        } else {
            Border::Midnight
        };
        Ok(Self {
            resolution,
            border,
            is_power,
        })
    }

    /// The same by gas days, whatever the OBIS code says.
    #[must_use]
    pub fn by_gas_days(self) -> Self {
        Self {
            border: Border::GasMorning,
            ..self
        }
    }

    /// The period `[from, to)` as the series counts it: a midnight stands for the 06:00 after it
    /// where gas days are asked for.
    pub fn period(self, (from, to): (UtcTime, UtcTime)) -> (UtcTime, UtcTime) {
        let is_of_days = self.resolution >= Resolution::Day;
        let moved = |at| match self.border {
            Border::GasMorning if is_of_days => calendar::gas_morning(at),
            Border::GasMorning | Border::Midnight => at,
        };
        (moved(from), moved(to))
    }

    /// The buckets that the period touches, in order of time; those before the first and behind
    /// the last value of `held` too. `held` is in order of time, as
    /// [`merge`](crate::series::merge::merge) gives it, and has the values that start in the
    /// period.
    ///
    /// A value counts in the bucket that it lies in. Time that has a value already counts once:
    /// of hours over quarter hours, whichever came first in order of time.
    ///
    /// # Errors
    /// [`Refused`].
    pub fn of_values(
        self,
        held: &[Held],
        (from, to): (UtcTime, UtcTime),
    ) -> Result<Vec<Bucket>, Refused> {
        let grid = Grid::new(self.resolution, self.border);
        let rhythm = match Rhythm::of(held) {
            Some(rhythm) => Some(self.fitting(rhythm, grid, from)?),
            None if held.iter().any(|held| interval(held).is_some()) => {
                return Err(Refused::Irregular);
            }
            None => None,
        };
        let mut values = held.iter().peekable();
        let mut covered_to = from;
        let mut buckets = Vec::new();
        for (start, end) in grid.buckets(from, to).ok_or(Refused::TooMany)? {
            let mut bucket = Gathering::new(start, end, rhythm);
            while let Some(held) = values.next_if(|held| held.start.is_none_or(|at| at < end)) {
                let Some((from, to)) = interval(held) else {
                    continue;
                };
                if from >= start && to <= end && from >= covered_to {
                    bucket.add(held, self.is_power)?;
                    if held.value.is_some() {
                        covered_to = to;
                        bucket.cover(from, to);
                    }
                }
            }
            buckets.push(bucket.done());
        }
        Ok(buckets)
    }

    /// A rhythm whose intervals fit into buckets without a rest.
    fn fitting(self, rhythm: Rhythm, grid: Grid, from: UtcTime) -> Result<Rhythm, Refused> {
        let start = grid.start_of(grid.number_at(from));
        let end = grid.start_of(grid.number_at(from) + 1);
        let is_border = |at| rhythm.start_of(rhythm.first_from(at)) == at;
        let fits = is_border(start) && is_border(end);
        fits.then_some(rhythm)
            .ok_or(Refused::DoesNotFit(self.resolution))
    }
}

/// A bucket that is being filled.
struct Gathering {
    bucket: Bucket,
    rhythm: Option<Rhythm>,
}

impl Gathering {
    fn new(start: UtcTime, end: UtcTime, rhythm: Option<Rhythm>) -> Self {
        // Without a value nothing tells how many there should be: the bucket itself is missing.
        let expected = rhythm.map_or(1, |rhythm| intervals(rhythm, start, end));
        let share = Share {
            present: 0,
            expected,
        };
        Self {
            bucket: Bucket {
                start,
                end,
                value: None,
                quality: Quality::Measured,
                share,
            },
            rhythm,
        }
    }

    fn add(&mut self, held: &Held, is_power: bool) -> Result<(), Refused> {
        let bucket = &mut self.bucket;
        bucket.quality = bucket.quality.max(held.quality);
        let Some(value) = held.value.map(Sum::from) else {
            return Ok(());
        };
        bucket.value = Some(match bucket.value {
            None => value,
            Some(before) if is_power && value.is_less(before) => before,
            Some(_) if is_power => value,
            Some(before) => before.and(value).ok_or(Refused::TooLarge(bucket.start))?,
        });
        Ok(())
    }

    fn cover(&mut self, from: UtcTime, to: UtcTime) {
        let covered = self.rhythm.map_or(0, |rhythm| intervals(rhythm, from, to));
        self.bucket.share.present += covered;
    }

    fn done(mut self) -> Bucket {
        if !self.bucket.share.is_whole() {
            self.bucket.quality = Quality::Missing;
        }
        self.bucket
    }
}

/// How many intervals of a rhythm start in `[from, to)`.
fn intervals(rhythm: Rhythm, from: UtcTime, to: UtcTime) -> u64 {
    let count = rhythm
        .first_from(to)
        .saturating_sub(rhythm.first_from(from));
    u64::try_from(count).unwrap_or(0)
}

impl fmt::Display for Share {
    /// `95/96`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.present, self.expected)
    }
}

/// Quarter hours of 28 years: more than any sheet holds.
pub const MOST_BUCKETS: usize = 1_000_000;

#[cfg(test)]
mod tests;
