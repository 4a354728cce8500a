//! What a day of a factory, a roof, a household and a boiler looks like, in thousandths of a unit.

use crate::market::calendar::{Day, UtcTime, civil, legal_day_bounds};
use crate::sample::random::Random;

/// A kind of consumer or producer.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Shape {
    /// Two shifts on working days, a base load otherwise; kWh a quarter hour.
    Factory,
    /// A photovoltaic plant: day length by season, clouds by the day; kWh a quarter hour.
    Roof,
    /// Breakfast, lunch on days off, the evening; kWh a quarter hour.
    Household,
    /// Heating by season and hour; kWh an hour.
    Boiler,
}

/// The values from `from` to `to`, one each `step_seconds`, for a delivery day.
pub(super) fn values(
    shape: Shape,
    day: Day,
    (from, to): (UtcTime, UtcTime),
    step_seconds: i64,
    random: &mut Random,
) -> Vec<i64> {
    let midnight = legal_day_bounds(day).0.seconds();
    let season = Season::of(day);
    let weather = random.below(100);
    let mut drift = 0;
    let mut values = Vec::new();
    let mut at = from.seconds();
    while at < to.seconds() {
        // Minutes since midnight are near enough to the clock for a shape, also on 23 h days.
        let minute = (at - midnight) / 60 % 1440;
        drift = drift * 9 / 10 + random.around_zero(40);
        values.push(match shape {
            Shape::Factory => factory(minute, is_working_day(day), drift),
            Shape::Roof => roof(minute, &season, weather, random),
            Shape::Household => household(minute, is_working_day(day), random),
            Shape::Boiler => boiler(minute, &season, weather, drift),
        });
        at += step_seconds;
    }
    values
}

/// Monday to Friday, but not on the fixed holidays of all of Germany.
fn is_working_day(day: Day) -> bool {
    let weekday = (day.number() + 3).rem_euclid(7);
    let (_, month, date, ..) = civil(UtcTime::from_seconds(i64::from(day.number()) * 86_400));
    let is_holiday = matches!((month, date), (1 | 5, 1) | (10, 3) | (12, 25 | 26));
    weekday < 5 && !is_holiday
}

/// How long the sun shines and how cold it is.
struct Season {
    sunrise_minute: i64,
    sunset_minute: i64,
    /// Peak of a clear day, in thousandths of a kWh a quarter hour.
    sun: i64,
    /// Heating, in hundredths of the coldest month.
    cold: i64,
}

impl Season {
    fn of(day: Day) -> Self {
        let (_, month, ..) = civil(UtcTime::from_seconds(i64::from(day.number()) * 86_400));
        let (sunrise_minute, sunset_minute, sun, cold) = match month {
            1 => (500, 1_000, 9_000, 100),
            2 => (450, 1_050, 14_000, 92),
            3 => (390, 1_110, 20_000, 70),
            4 => (380, 1_210, 25_000, 45),
            5 => (325, 1_260, 28_000, 22),
            6 => (305, 1_300, 29_000, 10),
            7 => (320, 1_290, 28_500, 8),
            8 => (365, 1_235, 26_000, 9),
            9 => (410, 1_165, 21_000, 20),
            10 => (455, 1_100, 15_000, 48),
            11 => (450, 1_000, 9_500, 74),
            _ => (495, 970, 7_500, 95),
        };
        Self {
            sunrise_minute,
            sunset_minute,
            sun,
            cold,
        }
    }
}

fn factory(minute: i64, is_working_day: bool, drift: i64) -> i64 {
    let level = match (is_working_day, minute) {
        (true, 345..360) => 78_000,
        (true, 360..840) => 148_000,
        (true, 840..1_320) => 131_000,
        (true, 1_320..1_350) => 62_000,
        (true, _) => 36_500,
        (false, 480..1_080) => 31_000,
        (false, _) => 27_500,
    };
    // A pause of half an hour in each shift.
    let pause = is_working_day && matches!(minute, 570..600 | 1_080..1_110);
    let level = if pause { level * 7 / 10 } else { level };
    level + level * drift / 1_500
}

fn roof(minute: i64, season: &Season, weather: i64, random: &mut Random) -> i64 {
    let Season {
        sunrise_minute: rise,
        sunset_minute: set,
        sun,
        ..
    } = *season;
    if !(rise..set).contains(&minute) {
        return 0;
    }
    // A parabola over the day is near enough to the sun's height.
    let clear = 4 * sun * (minute - rise) * (set - minute) / ((set - rise) * (set - rise));
    let clouds = match weather {
        0..35 => 95 - random.below(6),
        35..70 => 75 - random.below(55),
        _ => 22 - random.below(10),
    };
    clear * clouds / 100
}

fn household(minute: i64, is_working_day: bool, random: &mut Random) -> i64 {
    let base = 30 + random.below(46);
    let (least, most) = match (is_working_day, minute) {
        (true, 390..480) | (false, 480..600) => (70, 230),
        (false, 690..810) => (170, 380),
        (false, 600..1_020) => (20, 110),
        (_, 1_020..1_110) => (70, 190),
        (_, 1_110..1_335) => (150, 400),
        (_, 1_335..1_410) => (20, 90),
        _ => (0, 12),
    };
    // A stove or a dryer, now and then when somebody is busy.
    let appliance = if least >= 70 && random.below(14) == 0 {
        120 + random.below(300)
    } else {
        0
    };
    base + least + random.below(most - least) + appliance
}

fn boiler(minute: i64, season: &Season, weather: i64, drift: i64) -> i64 {
    let hour = match minute / 60 {
        5..9 => 150,
        9..17 => 110,
        17..22 => 130,
        _ => 70,
    };
    let level = 420 * hour * season.cold * (85 + weather / 4) / 100;
    level + level * drift / 900 + 3_500
}
