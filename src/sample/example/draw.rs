//! What is drawn for an example: a day, times, values and names.

use crate::market::calendar::{Day, UtcTime, gas_day_bounds, legal_day_bounds};
use crate::market::pid::CANCELLATION;
use crate::market::quantity::Decimal;
use crate::message::mscons::write::{Line, Version};
use crate::sample::code::{
    COMPANY, COMPANY_GAS, GAS_GRID, METERING_OPERATOR, POWER_GRID, market_location,
};
use crate::sample::first_of_month;
use crate::sample::random::Random;
use crate::series::{Label, Value};

/// Draws the content of one example.
#[derive(Clone, Debug)]
pub(super) struct Draw {
    random: Random,
    /// The delivery day, in legal time.
    pub(super) day: Day,
    /// When the message is written: the morning after.
    pub(super) prepared: UtcTime,
}

/// What the values of a series are.
#[derive(Clone, Copy, Debug)]
pub(super) struct Values {
    /// QTY 6063.
    pub(super) qualifier: &'static str,
    /// QTY 6411.
    pub(super) unit: Option<&'static str>,
    /// Fewest and most digits behind the mark.
    pub(super) digits: (u8, u8),
    /// The least value, and what all are below, with the most digits.
    pub(super) range: (i64, i64),
    /// What they say of themselves.
    pub(super) status: &'static [&'static str],
    /// What a substitute says of itself; where none, there are no substitutes.
    pub(super) substitute: &'static [&'static str],
}

impl Values {
    /// True values with up to three digits behind the mark.
    pub(super) const TRUE: Self = Self {
        qualifier: "220",
        unit: None,
        digits: (0, 3),
        range: (0, 100_000),
        status: &[],
        substitute: &[],
    };
    /// The same, among them substitutes: interpolated, for the line was down.
    pub(super) const MEASURED: Self = Self {
        substitute: &["Z32++Z92", "Z40++Z75"],
        ..Self::TRUE
    };
    /// Sums.
    pub(super) const SUM: Self = Self {
        qualifier: "79",
        ..Self::TRUE
    };
    /// Forecasts.
    pub(super) const FORECAST: Self = Self {
        qualifier: "187",
        ..Self::TRUE
    };
    /// What a delivery note says.
    pub(super) const AGREED: Self = Self {
        qualifier: "Z31",
        ..Self::TRUE
    };
}

impl Draw {
    /// A day on which this version is valid, and what follows.
    pub(super) fn new(version: Version, seed: u64) -> Self {
        let mut random = Random::new(seed);
        let (first, days) = match version {
            Version::V24c => V24C_DAYS,
            Version::V25 => V25_DAYS,
        };
        let day = first.plus(i32::try_from(random.below(days)).unwrap_or(0));
        let minutes = 8 * 60 + random.below(4 * 60);
        let prepared = UtcTime::from_seconds(legal_day_bounds(day).1.seconds() + minutes * 60);
        Self {
            random,
            day,
            prepared,
        }
    }

    /// Sender and receiver.
    pub(super) fn parties(pid: u32) -> (&'static str, &'static str) {
        match pid {
            13_002 | 13_007 | 13_008 | 13_009 | 13_013 | 13_014 => (GAS_GRID, COMPANY_GAS),
            CANCELLATION | 13_016..=13_019 | 13_025 | 13_027 => (METERING_OPERATOR, COMPANY),
            _ => (POWER_GRID, COMPANY),
        }
    }

    pub(super) fn reference(&mut self) -> String {
        format!("R{:09}", self.random.below(1_000_000_000))
    }

    pub(super) fn document(&mut self) -> String {
        format!("DOC{:012}", self.random.below(1_000_000_000_000))
    }

    pub(super) fn device(&mut self) -> String {
        format!("1EMH{:010}", self.random.below(10_000_000_000))
    }

    pub(super) fn market_location(&mut self) -> String {
        market_location(self.number())
    }

    /// A number for an invented code.
    pub(super) fn number(&mut self) -> u32 {
        u32::try_from(self.random.below(1_000_000)).unwrap_or(0)
    }

    pub(super) fn chance(&mut self) -> bool {
        self.random.below(2) == 0
    }

    /// When the version of a series was made: some hours before the message.
    pub(super) fn version_time(&mut self) -> UtcTime {
        let ago = 3_600 + self.random.below(80_000);
        UtcTime::from_seconds(self.prepared.seconds() - ago)
    }

    /// The delivery day.
    pub(super) fn day_bounds(&self) -> (UtcTime, UtcTime) {
        legal_day_bounds(self.day)
    }

    /// The whole month before the delivery day's.
    pub(super) fn month(&self) -> Month {
        let first = first_of_month(self.day);
        Month {
            first: first_of_month(first.plus(-1)),
            last: first.plus(-1),
        }
    }

    /// Up to twelve quarter hours from the beginning of the delivery day on.
    pub(super) fn quarter_hours(&mut self) -> Vec<(UtcTime, UtcTime)> {
        let count = 1 + self.random.below(12);
        let begin = self.day_bounds().0.seconds();
        steps(begin, begin + count * 900, 900)
    }

    /// All quarter hours of the delivery day: 92, 96 or 100.
    pub(super) fn whole_day(&self) -> Vec<(UtcTime, UtcTime)> {
        let (begin, end) = self.day_bounds();
        steps(begin.seconds(), end.seconds(), 900)
    }

    /// All hours of the gas day of the delivery day: 23, 24 or 25.
    pub(super) fn gas_day(&self) -> Vec<(UtcTime, UtcTime)> {
        let (begin, end) = gas_day_bounds(self.day);
        steps(begin.seconds(), end.seconds(), 3_600)
    }

    /// Gives a line a value for each of these times.
    pub(super) fn fill(
        &mut self,
        mut line: Line,
        times: &[(UtcTime, UtcTime)],
        values: Values,
    ) -> Line {
        let mut is_substitute = !values.substitute.is_empty() && self.chance();
        for &time in times {
            let (qualifier, status) = if is_substitute {
                ("67", values.substitute)
            } else {
                (values.qualifier, values.status)
            };
            is_substitute = false;
            let label = Label {
                qualifier: qualifier.into(),
                unit: values.unit.map(Into::into),
                status: status.iter().map(|&status| status.into()).collect(),
            };
            let value = self.value(values).map_or(Value::Absent, Value::Number);
            line.push(Some(time), value, label);
        }
        line
    }

    fn value(&mut self, values: Values) -> Option<Decimal> {
        let ((least_digits, digits), (least, most)) = (values.digits, values.range);
        let mantissa = least + self.random.below(most - least);
        let dropped = self.random.below(i64::from(digits - least_digits) + 1);
        let dropped = u8::try_from(dropped).ok()?;
        Decimal::new(mantissa / 10_i64.pow(dropped.into()), digits - dropped)
    }
}

/// A month of legal time.
#[derive(Clone, Copy, Debug)]
pub(super) struct Month {
    pub(super) first: Day,
    pub(super) last: Day,
}

impl Month {
    pub(super) fn bounds(self) -> (UtcTime, UtcTime) {
        (
            legal_day_bounds(self.first).0,
            legal_day_bounds(self.last).1,
        )
    }

    pub(super) fn gas_bounds(self) -> (UtcTime, UtcTime) {
        (gas_day_bounds(self.first).0, gas_day_bounds(self.last).1)
    }
}

/// Intervals from `begin` to `end`, of `step` seconds.
fn steps(begin: i64, end: i64, step: i64) -> Vec<(UtcTime, UtcTime)> {
    let count = (end - begin) / step;
    (0..count)
        .map(|n| begin + n * step)
        .map(|at| (UtcTime::from_seconds(at), UtcTime::from_seconds(at + step)))
        .collect()
}

/// 2026-04-01 to 2026-09-28, on which 2.4c was valid.
const V24C_DAYS: (Day, i64) = (Day::from_number(20_544), 181);
/// 2026-10-01 and the year from then on, with both changes of the clock.
const V25_DAYS: (Day, i64) = (Day::from_number(20_727), 365);
