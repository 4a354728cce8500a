//! Places of gas: gas days and months begin at 06:00 legal time.

use crate::market::calendar::gas_day_bounds;
use crate::message::mscons::kind::ProductList;
use crate::message::mscons::write::{Line, Place, Timing};
use crate::sample::code::metering_location;
use crate::sample::example::draw::{Draw, Values};
use crate::sample::example::point;

/// 13002: a reading, and the Z-number and the calorific value that turn it into energy.
pub(super) fn reading(draw: &mut Draw) -> Place {
    let at = gas_day_bounds(draw.day).0;
    let mut reading = Line::obis("7-0:3.0.0", Timing::Instant);
    reading.read_on = Some(draw.day);
    let reading = draw.fill(reading, &[(at, at)], Values::MEASURED);
    let month = [draw.month().gas_bounds()];
    let z_number = Values {
        range: (9_000, 10_500),
        ..FINE
    };
    let conversion = Line::obis("7-0:52.0.22", Timing::Interval);
    let conversion = draw.fill(conversion, &month, z_number);
    let calorific = Line::obis("7-0:54.0.22", Timing::Interval);
    let calorific = draw.fill(calorific, &month, CALORIFIC);
    Place {
        device: Some(draw.device()),
        ..point(metering_location(draw.number()))
    }
    .with(reading)
    .with(conversion)
    .with(calorific)
}

/// 13007: the calorific value of each hour.
pub(super) fn quality(draw: &mut Draw) -> Place {
    let hours = draw.gas_day();
    let line = Line::obis("7-0:54.0.16", Timing::Interval);
    let calorific = Values {
        range: (100_000, 120_000),
        ..FINE
    };
    Place {
        period: Some(gas_day_bounds(draw.day)),
        version: Some(draw.version_time()),
        ..point(metering_location(draw.number()))
    }
    .with(draw.fill(line, &hours, calorific))
}

/// 13008: the energy of each hour.
pub(super) fn load_profile(draw: &mut Draw) -> Place {
    let hours = draw.gas_day();
    let line = Line::obis("7-20:99.33.17", Timing::Interval);
    Place {
        period: Some(gas_day_bounds(draw.day)),
        ..point(draw.market_location())
    }
    .with(draw.fill(line, &hours, Values::MEASURED))
}

/// 13009: the energy of a month; before a supply begins (`Z27`), with the peak of a month.
pub(super) fn energy(draw: &mut Draw, is_before_supply: bool) -> Place {
    let month = [draw.month().gas_bounds()];
    let line = Line::obis("7-0:33.86.0", Timing::Interval);
    // Gas energy of a market location is whole kWh (DVGW G 685-4, section 5.3).
    let mut values = Values {
        digits: (0, 0),
        ..Values::MEASURED
    };
    if !is_before_supply {
        return point(draw.market_location()).with(draw.fill(line, &month, values));
    }
    values.substitute = &[];
    let energy = draw.fill(line, &month, values);
    let peak = Line::obis("7-0:33.47.0", Timing::Month);
    let peak = draw.fill(peak, &month, Values::TRUE);
    point(draw.market_location()).with(energy).with(peak)
}

/// 13013: the allocated amount of each gas day.
pub(super) fn allocation(draw: &mut Draw) -> Place {
    let month = draw.month();
    let days: Vec<_> = (0..3)
        .map(|n| gas_day_bounds(month.first.plus(n)))
        .collect();
    let line = Line::new("7-0:9.98.0", ProductList::ObisLike, Timing::Day);
    Place {
        balancing_month: Some(month.first),
        ..point(draw.market_location())
    }
    .with(draw.fill(line, &days, Values::SUM))
}

/// 13014: the balanced amount of a month.
pub(super) fn balanced_amount(draw: &mut Draw) -> Place {
    let line = Line::new("7-0:9.98.1", ProductList::ObisLike, Timing::Interval);
    let month = [draw.month().gas_bounds()];
    point(draw.market_location()).with(draw.fill(line, &month, Values::SUM))
}

/// Z-numbers and calorific values of hours have four digits behind the mark.
const FINE: Values = Values {
    digits: (4, 4),
    ..Values::TRUE
};

/// kWh in a cubic metre.
const CALORIFIC: Values = Values {
    digits: (3, 3),
    range: (10_000, 12_000),
    ..Values::TRUE
};
