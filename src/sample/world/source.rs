//! Who sends what, and what is true: every number of the world follows from these days.

use crate::market::calendar::{Day, UtcTime, civil_from_days, gas_day_bounds, legal_day_bounds};
use crate::sample::code::{COMPANY, COMPANY_GAS, GAS_GRID, METERING_OPERATOR, POWER_GRID};
use crate::sample::random::Random;
use crate::sample::shape::{Shape, values};

/// A place of the company, and who tells its values.
#[derive(Debug)]
pub(super) struct Source {
    /// What mails about it are called.
    pub(super) name: &'static str,
    shape: Shape,
    /// MP-ID of who tells.
    pub(super) sender: &'static str,
    /// MP-ID of the company in this sector.
    pub(super) receiver: &'static str,
    /// `From` of the mails.
    pub(super) from: &'static str,
    /// The location of the load profile.
    pub(super) location: &'static str,
    /// The OBIS code of the load profile.
    pub(super) obis: &'static str,
    /// The Prüfidentifikator of the load profile.
    pub(super) pid: u32,
}

pub(super) const FACTORY: Source = Source {
    name: "factory",
    shape: Shape::Factory,
    sender: POWER_GRID,
    receiver: COMPANY,
    from: POWER_MAIL,
    location: "50120962218",
    obis: "1-1:1.29.0",
    pid: 13_025,
};

pub(super) const ROOF: Source = Source {
    name: "roof",
    shape: Shape::Roof,
    location: "41373559241",
    obis: "1-1:2.29.0",
    ..FACTORY
};

pub(super) const HOUSEHOLD: Source = Source {
    name: "household",
    shape: Shape::Household,
    sender: METERING_OPERATOR,
    from: "Messstellenbetrieb Altstadt <edifact@msb-altstadt.example>",
    location: "DE0001231011500000000000000012345",
    pid: 13_018,
    ..FACTORY
};

pub(super) const BOILER: Source = Source {
    name: "gas",
    shape: Shape::Boiler,
    sender: GAS_GRID,
    receiver: COMPANY_GAS,
    from: "Gasnetz Musterland <mscons@gasnetz.example>",
    location: "51238696781",
    obis: "7-20:99.33.17",
    pid: 13_008,
};

impl Source {
    /// Where its day begins and ends: a gas day begins at 06:00.
    pub(super) fn bounds(&self, day: Day) -> (UtcTime, UtcTime) {
        match self.shape {
            Shape::Boiler => gas_day_bounds(day),
            Shape::Factory | Shape::Roof | Shape::Household => legal_day_bounds(day),
        }
    }

    /// Where the days from one to another begin and end, both included.
    pub(super) fn span(&self, first: Day, last: Day) -> (UtcTime, UtcTime) {
        (self.bounds(first).0, self.bounds(last).1)
    }

    /// The intervals of a day.
    pub(super) fn times(&self, day: Day) -> Vec<(UtcTime, UtcTime)> {
        let (begin, end) = self.bounds(day);
        let step = self.step_seconds();
        let count = (end.seconds() - begin.seconds()) / step;
        (0..count)
            .map(|n| begin.seconds() + n * step)
            .map(|at| (UtcTime::from_seconds(at), UtcTime::from_seconds(at + step)))
            .collect()
    }

    /// What is true of a day, in thousandths of a kWh: the same however often it is asked.
    pub(super) fn truth(&self, seed: u64, day: Day) -> Vec<i64> {
        let place = self.location.bytes().fold(0, |sum: u64, byte| {
            sum.wrapping_mul(31).wrapping_add(byte.into())
        });
        let day_seed = u64::from(day.number().unsigned_abs());
        let mut random = Random::new(seed ^ place ^ day_seed.wrapping_mul(0x9E37_79B9));
        let numbers = values(
            self.shape,
            day,
            self.bounds(day),
            self.step_seconds(),
            &mut random,
        );
        match self.shape {
            Shape::Boiler => {
                let gas = Gas::of(day);
                numbers
                    .into_iter()
                    .map(|number| number / gas.energy() * gas.energy())
                    .collect()
            }
            Shape::Factory | Shape::Roof | Shape::Household => numbers,
        }
    }

    /// The sum of the true values of the days from one to another, both included.
    pub(super) fn sum(&self, seed: u64, first: Day, last: Day) -> i64 {
        days(first, last)
            .flat_map(|day| self.truth(seed, day))
            .sum()
    }

    fn step_seconds(&self) -> i64 {
        match self.shape {
            Shape::Boiler => 3_600,
            Shape::Factory | Shape::Roof | Shape::Household => 900,
        }
    }
}

/// What turns gas volume into energy: energy = volume · Z-number · calorific value (DVGW G 685).
///
/// Volumes are tenths of a cubic metre, and the numbers are such that the energy of one is whole
/// thousandths of a kWh: so hours, months and meter readings agree to the last digit.
#[derive(Clone, Copy, Debug)]
pub(super) struct Gas {
    /// In tenths of a kWh a cubic metre; even, see above.
    pub(super) calorific_tenths: i64,
}

impl Gas {
    /// The gas of the month of this day.
    pub(super) fn of(day: Day) -> Self {
        let (_, month, _) = civil_from_days(day.number().into());
        Self {
            calorific_tenths: 110 + 2 * (month % 3),
        }
    }

    /// Thousandths of a kWh in a tenth of a cubic metre.
    pub(super) fn energy(self) -> i64 {
        self.calorific_tenths * Z_NUMBER_HUNDREDTHS / 10
    }
}

/// The volume of the days from one to another, both included, in tenths of a cubic metre.
pub(super) fn gas_volume(seed: u64, first: Day, last: Day) -> i64 {
    days(first, last)
        .map(|day| BOILER.sum(seed, day, day) / Gas::of(day).energy())
        .sum()
}

/// The days from one to another, both included.
pub(super) fn days(first: Day, last: Day) -> impl Iterator<Item = Day> {
    (first.number()..=last.number()).map(Day::from_number)
}

/// The Z-number (conversion number) of the boiler's meter, in hundredths.
pub(super) const Z_NUMBER_HUNDREDTHS: i64 = 95;
/// From whom mails about power come.
pub(super) const POWER_MAIL: &str = "Stromnetz Musterstadt <mscons@netz-musterstadt.example>";
