//! The rhythm of a series: how long its intervals are, and where they begin.
//!
//! Derived from the data: quarter hours, hours or any other step that fits a day; legal days and
//! gas days; legal months and gas months. All of it is UTC inside, so the days on which the clock
//! changes have 23 or 25 hours of intervals.

use std::collections::BTreeMap;

use crate::market::calendar::{
    DAY_SECONDS, Day, UtcTime, civil_from_days, days_from_civil, gas_day_bounds, legal_day,
    legal_day_bounds,
};
use crate::series::gaps::interval;
use crate::series::merge::Held;

/// The step of a series, and where its intervals begin. They are counted: number `n` begins at
/// [`Rhythm::start_of`] `n`.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Rhythm {
    /// A step in seconds, and the rest that starts leave when divided by it.
    Seconds {
        /// Length of an interval in seconds; it divides a day.
        step: i64,
        /// From 0 to below `step`.
        rest: i64,
    },
    /// Each local day, counted as [`Day`].
    Days(Border),
    /// Each month of local days, counted from the year 0.
    Months(Border),
}

/// Where local days and months begin.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Border {
    /// At 00:00 legal time: power (AHB rule UB1).
    Midnight,
    /// At 06:00 legal time: gas (AHB rule UB2).
    GasMorning,
}

impl Rhythm {
    /// The rhythm of most of the intervals; `None` if no step is that of more than half of them.
    pub fn of(held: &[Held]) -> Option<Self> {
        let mut lengths: BTreeMap<Length, (usize, UtcTime)> = BTreeMap::new();
        let mut intervals = 0;
        for (start, end) in held.iter().filter_map(interval) {
            intervals += 1;
            if let Some(length) = Length::of(start, end) {
                lengths.entry(length).or_insert((0, start)).0 += 1;
            }
        }
        let (length, (count, first)) = lengths.into_iter().max_by_key(|(_, (count, _))| *count)?;
        if count * 2 <= intervals {
            return None;
        }
        Some(match length {
            Length::Seconds(step) => Self::Seconds {
                step,
                rest: first.seconds().rem_euclid(step),
            },
            Length::Day(border) => Self::Days(border),
            Length::Month(border) => Self::Months(border),
        })
    }

    /// Whether the intervals of another series are as long.
    pub fn has_the_steps_of(self, other: Self) -> bool {
        match (self, other) {
            (Self::Seconds { step, .. }, Self::Seconds { step: other, .. }) => step == other,
            (Self::Days(border), Self::Days(other))
            | (Self::Months(border), Self::Months(other)) => border == other,
            (Self::Seconds { .. } | Self::Days(_) | Self::Months(_), _) => false,
        }
    }

    /// The number of the first interval that starts at this instant or after it.
    pub fn first_from(self, at: UtcTime) -> i64 {
        match self {
            Self::Seconds { step, rest } => -(rest.saturating_sub(at.seconds()).div_euclid(step)),
            Self::Days(border) => {
                let day = legal_day(at);
                i64::from(day.number()) + i64::from(border.start_of(day) < at)
            }
            Self::Months(_) => {
                let (year, month, _) = civil_from_days(legal_day(at).number().into());
                let number = year * 12 + month - 1;
                number + i64::from(self.start_of(number) < at)
            }
        }
    }

    /// Up to where whole intervals reach that have ended at this instant.
    pub fn whole_until(self, at: UtcTime) -> UtcTime {
        let number = self.first_from(at);
        let start = self.start_of(number);
        if start > at {
            self.start_of(number.saturating_sub(1))
        } else {
            start
        }
    }

    /// Where the interval of this number starts.
    pub fn start_of(self, number: i64) -> UtcTime {
        let day = |number: i64| Day::from_number(i32::try_from(number).unwrap_or(i32::MAX));
        match self {
            Self::Seconds { step, rest } => {
                UtcTime::from_seconds(number.saturating_mul(step).saturating_add(rest))
            }
            Self::Days(border) => border.start_of(day(number)),
            Self::Months(border) => {
                let (year, month) = (number.div_euclid(12), number.rem_euclid(12) + 1);
                border.start_of(day(days_from_civil(year, month, 1)))
            }
        }
    }
}

impl Border {
    const ALL: [Self; 2] = [Self::Midnight, Self::GasMorning];

    /// The delivery day that holds this instant.
    pub fn day_of(self, at: UtcTime) -> Day {
        let day = legal_day(at);
        if at < self.start_of(day) {
            day.plus(-1)
        } else {
            day
        }
    }

    /// That of the medium: gas if the OBIS code says so (`7-…`), else power.
    pub fn of_obis(obis: &str) -> Self {
        if obis.starts_with("7-") {
            Self::GasMorning
        } else {
            Self::Midnight
        }
    }

    /// Where this delivery day begins; it ends where the next one begins.
    pub fn start_of(self, day: Day) -> UtcTime {
        match self {
            Self::Midnight => legal_day_bounds(day).0,
            Self::GasMorning => gas_day_bounds(day).0,
        }
    }
}

/// How long an interval is, as the market means it. What is none of these has no rhythm: an
/// amount from one reading to the next.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
enum Length {
    Seconds(i64),
    Day(Border),
    Month(Border),
}

impl Length {
    fn of(start: UtcTime, end: UtcTime) -> Option<Self> {
        let seconds = end.seconds().checked_sub(start.seconds())?;
        let fits_a_day = DAY_SECONDS % seconds == 0;
        if seconds < DAY_SECONDS - CLOCK_CHANGE {
            return fits_a_day.then_some(Self::Seconds(seconds));
        }
        let (day, next) = (legal_day(start), legal_day(end));
        let days = i64::from(next.number()) - i64::from(day.number());
        let dates = [day, next].map(|day| civil_from_days(day.number().into()));
        let is_month = days <= 31 && dates.iter().all(|(_, _, date)| *date == 1);
        let at_border =
            |border: &Border| border.start_of(day) == start && border.start_of(next) == end;
        match Border::ALL.into_iter().find(at_border) {
            Some(border) if days == 1 => Some(Self::Day(border)),
            Some(border) if is_month => Some(Self::Month(border)),
            Some(_) | None => fits_a_day.then_some(Self::Seconds(seconds)),
        }
    }
}

/// By how much the days differ on which the clock changes, in seconds.
const CLOCK_CHANGE: i64 = 3600;

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> UtcTime {
        UtcTime::parse(text).unwrap()
    }

    #[test]
    fn what_has_not_ended_is_no_whole_interval() {
        let months = Rhythm::Months(Border::Midnight);
        for (until, last) in [
            ("2026-11-30T23:00:00Z", "2026-11-30T23:00:00Z"),
            ("2026-11-30T22:59:59Z", "2026-10-31T23:00:00Z"),
            ("2026-12-15T00:00:00Z", "2026-11-30T23:00:00Z"),
        ] {
            assert_eq!(months.whole_until(at(until)), at(last), "{until}");
        }
        let quarters = Rhythm::Seconds { step: 900, rest: 0 };
        let until = at("2026-11-24T09:14:59Z");
        assert_eq!(quarters.whole_until(until), at("2026-11-24T09:00:00Z"));
    }

    #[test]
    fn a_gas_day_begins_at_six_on_both_days_of_the_clock_change() {
        for (instant, day) in [
            ("2026-03-29T03:59:59Z", "2026-03-28"),
            ("2026-03-29T04:00:00Z", "2026-03-29"),
            ("2026-10-25T04:59:59Z", "2026-10-24"),
            ("2026-10-25T05:00:00Z", "2026-10-25"),
        ] {
            assert_eq!(Border::GasMorning.day_of(at(instant)).to_string(), day);
        }
        let midnight = Border::of_obis("1-1:1.29.0");
        assert_eq!(
            midnight.day_of(at("2026-10-24T22:00:00Z")).to_string(),
            "2026-10-25"
        );
        assert_eq!(Border::of_obis("7-20:99.33.17"), Border::GasMorning);
    }
}
