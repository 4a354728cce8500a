use std::collections::BTreeMap;
use std::sync::Arc;

use super::*;
use crate::extract::{Bounds, candidates};
use crate::market::calendar::{UtcTime, legal_day};
use crate::market::{location, party};
use crate::message::mscons::read;
use crate::sample::world::source::{Gas, days};

const SEED: u64 = 1;

fn today() -> Day {
    Day::parse("2026-11-24").unwrap()
}

/// What a receiver holds in the end: location and OBIS code, start and end, to the last value that
/// was not cancelled.
type Held = BTreeMap<(String, String), BTreeMap<(UtcTime, UtcTime), Decimal>>;

fn received(mails: &[SampleMail]) -> Held {
    let mut messages = Vec::new();
    let mut cancelled = Vec::new();
    for mail in mails.iter().filter(|mail| mail.name != "truncated") {
        for file in candidates(&mail.bytes, &Bounds::default()).candidates {
            for interchange in read(&file.bytes).interchanges {
                cancelled.extend(
                    interchange
                        .messages
                        .iter()
                        .filter_map(|m| m.cancels.clone()),
                );
                messages.push(interchange);
            }
        }
    }
    let mut held = Held::new();
    for interchange in &messages {
        for message in &interchange.messages {
            if cancelled.contains(&message.document) {
                continue;
            }
            for group in &message.groups {
                let name = |name: &Option<Arc<str>>| name.as_deref().unwrap().to_owned();
                let key = (name(&group.location), name(&group.obis));
                let series = held.entry(key).or_default();
                for row in group
                    .rows
                    .clone()
                    .map(|at| interchange.columns.row(at).unwrap())
                {
                    let Value::Number(value) = row.value else {
                        panic!("{row:?}")
                    };
                    series.insert((row.start.unwrap(), row.end.unwrap()), value);
                }
            }
        }
    }
    held
}

/// A decimal in thousandths.
fn thousandths(value: Decimal) -> i64 {
    let missing = 3 - i32::from(value.scale());
    match u32::try_from(missing) {
        Ok(missing) => value.mantissa() * 10_i64.pow(missing),
        Err(_) => value.mantissa() / 10_i64.pow(missing.unsigned_abs()),
    }
}

fn series<'a>(
    held: &'a Held,
    location: &str,
    obis: &str,
) -> &'a BTreeMap<(UtcTime, UtcTime), Decimal> {
    held.get(&(location.to_owned(), obis.to_owned())).unwrap()
}

/// The sum of what starts in `[from, to)`.
fn sum(series: &BTreeMap<(UtcTime, UtcTime), Decimal>, (from, to): (UtcTime, UtcTime)) -> i64 {
    let inside = series
        .iter()
        .filter(|((start, _), _)| (from..to).contains(start));
    inside.map(|(_, value)| thousandths(*value)).sum()
}

#[test]
fn the_world_is_the_same_for_the_same_seed_and_has_its_oddities() {
    let (mails, again) = (demo(today(), SEED), demo(today(), SEED));
    assert_eq!(mails.len(), again.len());
    assert!(
        mails
            .iter()
            .zip(&again)
            .all(|(one, other)| one.bytes == other.bytes)
    );
    assert_ne!(mails[9].bytes, demo(today(), SEED + 1)[9].bytes);
    for oddity in [
        "duplicate",
        "without EDIFACT",
        "truncated",
        "cancellation",
        "packed",
        "reading",
    ] {
        assert!(
            mails.iter().any(|mail| mail.name.contains(oddity)),
            "{oddity}"
        );
    }
    let has = |name| mails.iter().any(|mail| mail.name == name);
    assert!(
        has("factory 2026-11-18") && !has("factory 2026-11-19"),
        "the gap"
    );
    assert!(
        has("factory 2026-11-23") && has("roof 2026-11-22") && !has("roof 2026-11-23"),
        "late"
    );
    assert!(mails.len() > 200, "{}", mails.len());
}

#[test]
fn the_month_amounts_are_the_sums_of_the_days() {
    let held = received(&demo(today(), SEED));
    let profile = series(&held, FACTORY.location, FACTORY.obis);
    let amounts = series(&held, FACTORY.location, "1-1:1.9.0");
    assert_eq!(amounts.len(), 1);
    for (&month, &amount) in amounts {
        assert_eq!(thousandths(amount), sum(profile, month));
        let quarters = profile
            .iter()
            .filter(|((start, _), _)| (month.0..month.1).contains(start));
        let highest = quarters
            .map(|(_, value)| thousandths(*value))
            .max()
            .unwrap();
        let peak = series(&held, FACTORY.location, "1-1:1.6.0")[&month];
        assert_eq!(thousandths(peak), 4 * highest);
    }
    let gas = series(&held, BOILER.location, BOILER.obis);
    for (&month, &amount) in series(&held, BOILER.location, "7-0:33.86.0") {
        // Whole kWh, rounded.
        assert_eq!((sum(gas, month) + 500) / 1_000 * 1_000, thousandths(amount));
    }
}

#[test]
fn the_meters_advance_by_what_the_load_profiles_say() {
    // With a reading after the days that were substitutes, too.
    for today in [today(), Day::parse("2026-12-02").unwrap()] {
        let held = received(&demo(today, SEED));
        let profile = series(&held, HOUSEHOLD.location, HOUSEHOLD.obis);
        let readings: Vec<_> = series(&held, HOUSEHOLD.location, "1-1:1.8.0")
            .iter()
            .collect();
        assert!(readings.len() >= 2);
        for pair in readings.windows(2) {
            let between = (pair[0].0.0, pair[1].0.0);
            assert_eq!(
                thousandths(*pair[1].1) - thousandths(*pair[0].1),
                sum(profile, between)
            );
        }
    }
}

#[test]
fn gas_volume_times_z_number_times_calorific_value_is_energy() {
    let held = received(&demo(Day::parse("2026-12-02").unwrap(), SEED));
    let meter = "DE7000991011500000000000000067890";
    let readings: Vec<_> = series(&held, meter, "7-0:3.0.0").iter().collect();
    let energy = series(&held, BOILER.location, BOILER.obis);
    assert_eq!(readings.len(), 3);
    for pair in readings.windows(2) {
        let period = (pair[0].0.0, pair[1].0.0);
        let volume = thousandths(*pair[1].1) - thousandths(*pair[0].1);
        // Both hold for months; this one holds the end of the period.
        let of = |obis| {
            let values = series(&held, meter, obis);
            *values
                .iter()
                .find(|((from, to), _)| *from < period.1 && period.1 <= *to)
                .unwrap()
                .1
        };
        let (z_number, calorific) = (of("7-0:52.0.22"), of("7-0:54.0.22"));
        assert_eq!((z_number.scale(), calorific.scale()), (4, 3));
        let energy = sum(energy, period);
        assert!(energy > 0);
        assert_eq!(
            volume * z_number.mantissa() * calorific.mantissa(),
            energy * 10_000_000
        );
    }
}

#[test]
fn substitutes_keep_the_energy_of_each_hour() {
    let numbers: Vec<i64> = (0..10).map(|n| n * 7 % 11).collect();
    let spread = interpolated(&numbers);
    assert_eq!(spread.len(), numbers.len());
    for (told, truth) in spread.chunks(4).zip(numbers.chunks(4)) {
        assert_eq!(told.iter().sum::<i64>(), truth.iter().sum::<i64>());
        assert!(told.iter().max().unwrap() - told.iter().min().unwrap() <= 1);
    }
}

#[test]
fn hours_of_gas_are_tenths_of_a_cubic_metre_and_days_have_23_to_25_of_them() {
    for day in days(
        Day::parse("2026-01-01").unwrap(),
        Day::parse("2026-12-31").unwrap(),
    ) {
        let hours = BOILER.truth(SEED, day);
        assert_eq!(hours.len(), BOILER.times(day).len());
        assert!((23..=25).contains(&hours.len()));
        assert!(
            hours
                .iter()
                .all(|hour| *hour > 0 && hour % Gas::of(day).energy() == 0)
        );
        assert_eq!(legal_day(BOILER.bounds(day).0), day);
    }
}

#[test]
fn invented_codes_have_check_digits_that_fit() {
    for source in [FACTORY, ROOF, HOUSEHOLD, BOILER] {
        assert_ne!(
            location::check_digit_fits(source.location),
            Some(false),
            "{}",
            source.location
        );
        assert_ne!(location::form(source.location), location::Form::Other);
        for code in [source.sender, source.receiver] {
            assert_eq!(party::check_digit_fits(code), Some(true), "{code}");
        }
    }
}
