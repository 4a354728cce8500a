//! Places of power: days and months begin at 00:00 legal time.

use crate::market::calendar::legal_day_bounds;
use crate::message::mscons::kind::ProductList;
use crate::message::mscons::write::{Line, Location, Place, Timing};
use crate::sample::code::{
    BALANCE_GROUPS, BALANCING_AREA, NETWORK_LOCATION, TECHNICAL_RESOURCE, balancing_point,
    metering_location,
};
use crate::sample::example::draw::{Draw, Values};
use crate::sample::example::point;

/// 13003: a sum series of a balancing month, or of a day (`Z39`).
pub(super) fn sum_series(draw: &mut Draw, is_daily: bool) -> Place {
    let line = Line::obis("1-1:1.29.0", Timing::Interval);
    let quarters = draw.quarter_hours();
    let place = point(balancing_point(draw.number()));
    if is_daily {
        return place.with(draw.fill(line, &quarters, Values::TRUE));
    }
    Place {
        balancing_month: Some(draw.day),
        version: Some(draw.version_time()),
        ..place
    }
    .with(draw.fill(line, &quarters, Values::SUM))
}

/// 13005 and 13026: what goes from one balance group into another.
pub(super) fn transfer(draw: &mut Draw, product: &str, list: ProductList) -> Place {
    let quarters = draw.quarter_hours();
    let values = match list {
        ProductList::Medium => LOST_WORK_SUM,
        ProductList::Obis | ProductList::ObisLike => Values::SUM,
    };
    let line = draw.fill(
        Line::new(product, list, Timing::Interval),
        &quarters,
        values,
    );
    let [balance_group, other_balance_group] = BALANCE_GROUPS.map(str::to_owned);
    Place {
        period: Some(draw.day_bounds()),
        version: Some(draw.version_time()),
        ..Place::new(Location::Transfer {
            balance_group,
            other_balance_group,
            area: BALANCING_AREA.to_owned(),
            series_type: "BI1".to_owned(),
        })
    }
    .with(line)
}

/// 13010 and 13012: a profile.
pub(super) fn profile(draw: &mut Draw, name: &str) -> Place {
    let line = Line::obis("1-1:1.29.0", Timing::Interval);
    let quarters = draw.quarter_hours();
    Place {
        version: Some(draw.version_time()),
        ..Place::new(Location::Profile(name.to_owned()))
    }
    .with(draw.fill(line, &quarters, Values::FORECAST))
}

/// 13011: a profile family is a table over temperature, without times.
pub(super) fn profile_family(draw: &mut Draw) -> Place {
    let (begin, end) = draw.day_bounds();
    let factors = Line::obis("1-1:1.4.0", Timing::Timeless);
    let temperature = Line::new("1-1:9.99.0", ProductList::ObisLike, Timing::Timeless);
    let fine = Values {
        digits: (2, 5),
        ..Values::FORECAST
    };
    Place {
        version: Some(draw.version_time()),
        valid_from: Some(draw.day),
        ..Place::new(Location::ProfileFamily("W14".to_owned()))
    }
    .with(draw.fill(factors, &[(begin, end)], fine))
    .with(draw.fill(temperature, &[(begin, end)], Values::FORECAST))
}

/// 13015: work since the year began, and the two highest peaks of its months.
pub(super) fn before_supply(draw: &mut Draw) -> Place {
    let month = draw.month();
    let mut place = point(draw.market_location());
    let work = Line::obis("1-1:1.9.0", Timing::Interval);
    place = place.with(draw.fill(work, &[month.bounds()], Values::TRUE));
    for day in [month.first, month.first.plus(-1)] {
        let peak = Line::obis("1-1:1.6.0", Timing::Month);
        place = place.with(draw.fill(peak, &[legal_day_bounds(day)], Values::TRUE));
    }
    place
}

/// 13016: work and peak of a month; in a delivery note (`Z42`), what it was agreed to be.
pub(super) fn energy_and_peak(draw: &mut Draw, is_delivery_note: bool) -> Place {
    let month = [draw.month().bounds()];
    let values = if is_delivery_note {
        Values::AGREED
    } else {
        Values::MEASURED
    };
    let work = Line::obis("1-1:1.9.0", Timing::Interval);
    let work = draw.fill(work, &month, values);
    let peak = Line::obis("1-1:1.6.0", Timing::Month);
    let peak = draw.fill(peak, &month, values);
    point(draw.market_location()).with(work).with(peak)
}

/// 13017: the reading of a meter; or, by a configuration id, a provisional one.
pub(super) fn reading(draw: &mut Draw) -> Place {
    let at = legal_day_bounds(draw.day).0;
    let mut line = Line::obis("1-1:1.8.0", Timing::Instant);
    if draw.number().is_multiple_of(4) {
        let id = format!("CONF-{}", draw.number());
        let provisional = Values {
            qualifier: "Z18",
            ..Values::TRUE
        };
        return Place::new(Location::Configuration(id)).with(draw.fill(
            line,
            &[(at, at)],
            provisional,
        ));
    }
    line.read_on = Some(draw.day);
    Place {
        device: Some(draw.device()),
        ..point(metering_location(draw.number()))
    }
    .with(draw.fill(line, &[(at, at)], Values::MEASURED))
}

/// 13018 and 13025: the quarter hours of a day.
pub(super) fn load_profile(draw: &mut Draw, location: fn(u32) -> String) -> Place {
    let quarters = draw.whole_day();
    let product = if draw.chance() {
        "1-1:1.29.0"
    } else {
        "1-1:2.29.0"
    };
    let line = Line::obis(product, Timing::Interval);
    Place {
        period: Some(draw.day_bounds()),
        ..point(location(draw.number()))
    }
    .with(draw.fill(line, &quarters, Values::MEASURED))
}

/// 13019: the energy of a market location, of which the readings at both ends are known; in a
/// delivery note (`Z41`), what it was agreed to be.
pub(super) fn energy(draw: &mut Draw, is_delivery_note: bool) -> Place {
    let month = draw.month().bounds();
    let line = Line::obis("1-1:1.9.0", Timing::Interval);
    let values = if is_delivery_note {
        Values::AGREED
    } else {
        Values {
            status: &["10+Z36", "10+Z37"],
            ..Values::TRUE
        }
    };
    point(draw.market_location()).with(draw.fill(line, &[month], values))
}

/// 13020: lost work that goes from one balance group into another, by its `MaBiS` point: of a
/// balancing month, or of a day (`Z69`).
pub(super) fn redispatch_transfer(draw: &mut Draw, is_daily: bool) -> Place {
    let place = Place {
        location: Location::TransferPoint(balancing_point(draw.number())),
        ..lost_work_sum(draw)
    };
    if is_daily {
        Place {
            period: Some(draw.day_bounds()),
            balancing_month: None,
            version: None,
            ..place
        }
    } else {
        place
    }
}

/// 13021: sun and wind at a technical resource.
pub(super) fn weather(draw: &mut Draw) -> Place {
    let quarters = draw.quarter_hours();
    let mut place = Place {
        period: Some(draw.day_bounds()),
        version: Some(draw.version_time()),
        ..point(TECHNICAL_RESOURCE.to_owned())
    };
    for (product, unit) in [("SOL", "D54"), ("WID", "MTS")] {
        let line = Line::new(product, ProductList::Medium, Timing::Interval);
        let values = Values {
            unit: Some(unit),
            ..Values::TRUE
        };
        place = place.with(draw.fill(line, &quarters, values));
    }
    place
}

/// 13022: lost work of a market location, and the power it was reckoned from.
pub(super) fn lost_work(draw: &mut Draw) -> Place {
    let quarters = draw.quarter_hours();
    let mut place = Place {
        period: Some(draw.day_bounds()),
        version: Some(draw.version_time()),
        ..point(draw.market_location())
    };
    for (product, unit) in [("AUA", "KWH"), ("FPA", "KWT")] {
        let line = Line::new(product, ProductList::Medium, Timing::Interval);
        let values = Values {
            unit: Some(unit),
            range: (-50_000, 100_000),
            ..Values::TRUE
        };
        place = place.with(draw.fill(line, &quarters, values));
    }
    place
}

/// 13023: the sum of lost work in a balancing month.
pub(super) fn lost_work_sum(draw: &mut Draw) -> Place {
    let quarters = draw.quarter_hours();
    let line = Line::new("AUA", ProductList::Medium, Timing::Interval);
    Place {
        balancing_month: Some(draw.day),
        version: Some(draw.version_time()),
        ..point(balancing_point(draw.number()))
    }
    .with(draw.fill(line, &quarters, LOST_WORK_SUM))
}

/// 13027: values of type 2 of a network location: intervals, or instants.
pub(super) fn values_of_type_2(draw: &mut Draw) -> Place {
    let quarters = draw.quarter_hours();
    let energy = draw.fill(
        Line::obis("1-1:1.29.0", Timing::Interval),
        &quarters,
        Values::TRUE,
    );
    let instants: Vec<_> = quarters.iter().map(|&(start, _)| (start, start)).collect();
    let voltage = draw.fill(
        Line::obis("1-1:32.7.0", Timing::Instant),
        &instants,
        Values::TRUE,
    );
    point(NETWORK_LOCATION.to_owned())
        .with(energy)
        .with(voltage)
}

/// 13028: the basis of a POG.
pub(super) fn power_basis(draw: &mut Draw) -> Place {
    let line = Line::obis("1-1:2.9.0", Timing::Interval);
    let basis = Values {
        qualifier: "Z47",
        ..Values::TRUE
    };
    let month = [draw.month().bounds()];
    point(draw.market_location()).with(draw.fill(line, &month, basis))
}

const LOST_WORK_SUM: Values = Values {
    unit: Some("KWH"),
    range: (-50_000, 100_000),
    ..Values::SUM
};
