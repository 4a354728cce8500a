use proptest::prelude::*;

use super::*;
use crate::market::quantity::Decimal;

fn at(text: &str) -> UtcTime {
    UtcTime::parse(text).unwrap()
}

fn key(obis: &str, unit: Option<&str>, kind: Kind) -> Key {
    Key {
        location: "50120962218".to_owned(),
        device: None,
        obis: obis.to_owned(),
        kind,
        unit: unit.map(str::to_owned),
    }
}

fn held(from: i64, to: i64, value: Option<Decimal>) -> Held {
    Held {
        start: Some(UtcTime::from_seconds(from)),
        end: Some(UtcTime::from_seconds(to)),
        value,
        label: std::sync::Arc::default(),
        quality: if value.is_some() {
            Quality::Measured
        } else {
            Quality::Missing
        },
        source: 1,
        superseded: 0,
    }
}

/// Values of 2.5, one a step, over a period.
fn steps((from, to): (UtcTime, UtcTime), step: i64) -> Vec<Held> {
    let value = Decimal::new(25, 1);
    (from.seconds()..to.seconds())
        .step_by(usize::try_from(step).unwrap())
        .map(|start| held(start, start + step, value))
        .collect()
}

fn power(resolution: Resolution) -> Resampling {
    Resampling::of(&key("1-1:1.29.0", None, Kind::Interval), resolution).unwrap()
}

fn told(buckets: &[Bucket]) -> Vec<(String, String, String)> {
    buckets
        .iter()
        .map(|bucket| {
            let value = bucket.value.map(|value| value.to_string());
            (
                bucket.start.to_string(),
                value.unwrap_or_default(),
                bucket.share.to_string(),
            )
        })
        .collect()
}

#[test]
fn the_days_on_which_the_clock_changes_have_92_and_100_quarter_hours() {
    for (from, to, count) in [
        ("2026-03-28T23:00:00Z", "2026-03-29T22:00:00Z", 92_u64),
        ("2026-10-24T22:00:00Z", "2026-10-25T23:00:00Z", 100),
    ] {
        let period = (at(from), at(to));
        let days = power(Resolution::Day)
            .of_values(&steps(period, 900), period)
            .unwrap();
        assert_eq!(days.len(), 1);
        let share = Share {
            present: count,
            expected: count,
        };
        assert_eq!((days[0].share, days[0].quality), (share, Quality::Measured));
        let sum = days[0].value.unwrap();
        assert_eq!(sum.mantissa(), i128::from(count) * 25);
        let hours = power(Resolution::Hour)
            .of_values(&steps(period, 900), period)
            .unwrap();
        assert_eq!(hours.len() as u64, count / 4);
    }
}

#[test]
fn a_gas_day_begins_at_six_and_so_do_its_month_and_a_period_given_in_days() {
    let gas = Resampling::of(
        &key("7-20:99.33.17", Some("KWH"), Kind::Interval),
        Resolution::Day,
    )
    .unwrap();
    let period = gas.period((at("2026-10-23T22:00:00Z"), at("2026-10-25T23:00:00Z")));
    assert_eq!(
        period,
        (at("2026-10-24T04:00:00Z"), at("2026-10-26T05:00:00Z"))
    );
    let days = gas.of_values(&steps(period, 3600), period).unwrap();
    assert_eq!(
        told(&days),
        [
            ("2026-10-24T04:00:00Z".into(), "62.5".into(), "25/25".into()),
            ("2026-10-25T05:00:00Z".into(), "60.0".into(), "24/24".into()),
        ]
    );
}

#[test]
fn a_month_of_which_a_part_is_there_says_so_and_does_not_pretend() {
    let period = (at("2026-11-09T23:00:00Z"), at("2026-11-19T23:00:00Z"));
    let months = power(Resolution::Month)
        .of_values(&steps(period, 900), period)
        .unwrap();
    assert_eq!(
        told(&months),
        [(
            "2026-10-31T23:00:00Z".into(),
            "2400.0".into(),
            "960/2880".into()
        )]
    );
    assert_eq!(months[0].quality, Quality::Missing);
    assert_eq!(months[0].end, at("2026-11-30T23:00:00Z"));
}

#[test]
fn a_gap_stays_a_gap_and_the_worst_quality_counts() {
    let period = (at("2026-11-22T23:00:00Z"), at("2026-11-25T23:00:00Z"));
    let mut values = steps(period, 3600);
    values[3].quality = Quality::Preliminary;
    values[4].quality = Quality::Substitute;
    values[50] = held(
        values[50].start.unwrap().seconds(),
        values[50].end.unwrap().seconds(),
        None,
    );
    values.drain(24..48);
    let days = power(Resolution::Day).of_values(&values, period).unwrap();
    let qualities: Vec<Quality> = days.iter().map(|day| day.quality).collect();
    assert_eq!(
        qualities,
        [Quality::Preliminary, Quality::Missing, Quality::Missing]
    );
    assert_eq!(days[1].value, None);
    assert_eq!(days[1].share.to_string(), "0/24");
    assert_eq!(days[2].share.to_string(), "23/24");
    assert_eq!(days[2].value.unwrap().to_string(), "57.5");
}

#[test]
fn of_powers_the_greatest_counts() {
    let kilowatts = Resampling::of(
        &key("1-1:1.6.0", Some("KWT"), Kind::Interval),
        Resolution::Month,
    )
    .unwrap();
    let day = 86_400;
    let start = at("2026-01-31T23:00:00Z").seconds();
    let values: Vec<Held> = [(950, 2), (1050, 2), (1, 0)]
        .into_iter()
        .zip(0..)
        .map(|((mantissa, scale), number)| {
            held(
                start + number * day,
                start + (number + 1) * day,
                Decimal::new(mantissa, scale),
            )
        })
        .collect();
    let period = (
        UtcTime::from_seconds(start),
        UtcTime::from_seconds(start + 3 * day),
    );
    let months = kilowatts.of_values(&values, period).unwrap();
    assert_eq!(months[0].value.unwrap().to_string(), "10.50");
    assert_eq!(months[0].share.to_string(), "3/28");
}

#[test]
fn what_does_not_add_up_is_refused_with_a_reason() {
    let of = |obis, unit, kind| Resampling::of(&key(obis, unit, kind), Resolution::Day);
    assert_eq!(of("1-1:1.8.0", None, Kind::Reading), Err(Refused::Readings));
    assert_eq!(of("", None, Kind::Timeless), Err(Refused::Timeless));
    let celsius = of("7-0:99.41.16", Some("CEL"), Kind::Interval).unwrap_err();
    assert!(
        celsius
            .to_string()
            .starts_with("values in °C do not add up")
    );
    let unknown = of("9991000000044", None, Kind::Interval).unwrap_err();
    assert!(
        unknown
            .to_string()
            .contains("neither message nor OBIS code")
    );
}

#[test]
fn values_longer_than_a_bucket_are_not_cut() {
    let period = (at("2026-11-22T23:00:00Z"), at("2026-11-24T23:00:00Z"));
    let refused = |values: &[Held], resolution| power(resolution).of_values(values, period);
    assert_eq!(
        refused(&steps(period, 3600), Resolution::Quarter),
        Err(Refused::DoesNotFit(Resolution::Quarter))
    );
    assert_eq!(
        refused(&steps(period, 86_400), Resolution::Hour),
        Err(Refused::DoesNotFit(Resolution::Hour))
    );
    let odd = [held(0, 5000, None), held(5000, 90_001, None)];
    assert_eq!(refused(&odd, Resolution::Day), Err(Refused::Irregular));
}

#[test]
fn hours_told_over_quarter_hours_count_once() {
    let period = (at("2026-11-22T23:00:00Z"), at("2026-11-23T23:00:00Z"));
    let mut values = steps(period, 900);
    values.extend(steps(period, 3600));
    values.sort_by_key(|held| (held.start, held.end));
    let days = power(Resolution::Day).of_values(&values, period).unwrap();
    assert_eq!(days[0].value.unwrap().to_string(), "240.0");
    assert_eq!(days[0].share.to_string(), "96/96");
}

#[test]
fn a_period_without_a_value_is_missing_and_one_of_all_time_is_refused() {
    let period = (at("2026-11-22T23:00:00Z"), at("2026-11-24T23:00:00Z"));
    let days = power(Resolution::Day).of_values(&[], period).unwrap();
    assert_eq!(days.len(), 2);
    assert!(days.iter().all(|day| day.quality == Quality::Missing));
    let all = (
        UtcTime::from_seconds(i64::MIN),
        UtcTime::from_seconds(i64::MAX),
    );
    assert_eq!(
        power(Resolution::Hour).of_values(&[], all),
        Err(Refused::TooMany)
    );
}

/// Quarter hours over both changes of the clock, some of them missing.
fn quarters() -> impl Strategy<Value = Vec<Held>> {
    let from = at("2026-03-01T23:00:00Z").seconds();
    let value = prop::option::weighted(0.9, (-9_000_i64..9_000, 0_u8..4));
    let gap = prop::bool::weighted(0.1);
    (0_i64..20_000, prop::collection::vec((value, gap), 1..600)).prop_map(move |(first, values)| {
        let quarters = values.into_iter().zip(first..);
        let held_at = |((value, gap), number): ((Option<(i64, u8)>, bool), i64)| {
            let value = value.and_then(|(mantissa, scale)| Decimal::new(mantissa, scale));
            let start = from + number * 900;
            (!gap).then(|| held(start, start + 900, value))
        };
        quarters.filter_map(held_at).collect()
    })
}

fn total(buckets: &[Bucket]) -> (Sum, Share, Option<Quality>) {
    let mut sum = Sum::ZERO;
    let mut share = Share::default();
    for bucket in buckets {
        sum = bucket
            .value
            .map_or(Some(sum), |value| sum.and(value))
            .unwrap();
        share.present += bucket.share.present;
        share.expected += bucket.share.expected;
    }
    (
        sum,
        share,
        buckets.iter().map(|bucket| bucket.quality).max(),
    )
}

proptest! {
    #[test]
    fn the_sum_is_preserved_at_every_resolution(values in quarters()) {
        let Some((first, last)) = values.first().zip(values.last()) else { return Ok(()) };
        let period = (first.start.unwrap(), last.end.unwrap());
        let expected = values.iter().filter_map(|held| held.value).fold(Sum::ZERO, |sum, value| sum.plus(value).unwrap());
        let present = values.iter().filter(|held| held.value.is_some()).count() as u64;
        for resolution in Resolution::ALL {
            let (sum, share, _) = total(&power(resolution).of_values(&values, period).unwrap());
            prop_assert!(!sum.is_less(expected) && !expected.is_less(sum));
            prop_assert_eq!(share.present, present);
        }
    }

    #[test]
    fn the_months_of_the_days_are_the_months(values in quarters()) {
        let Some((first, last)) = values.first().zip(values.last()) else { return Ok(()) };
        // Whole months, so that each of their days is asked for.
        let month = Grid::new(Resolution::Month, Border::Midnight);
        let period = (
            month.start_of(month.number_at(first.start.unwrap())),
            month.start_of(month.number_at(last.start.unwrap()) + 1),
        );
        let days = power(Resolution::Day).of_values(&values, period).unwrap();
        for month in power(Resolution::Month).of_values(&values, period).unwrap() {
            let inside = |day: &&Bucket| month.start <= day.start && day.end <= month.end;
            let of_days: Vec<Bucket> = days.iter().filter(inside).copied().collect();
            let (sum, share, quality) = total(&of_days);
            let value = month.value.unwrap_or(Sum::ZERO);
            prop_assert!(!sum.is_less(value) && !value.is_less(sum));
            prop_assert_eq!((share, quality), (month.share, Some(month.quality)));
        }
    }
}
