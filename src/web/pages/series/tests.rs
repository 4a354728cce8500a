use jiff::civil::date;

use super::*;
use crate::series::quality::Quality;
use crate::series::{Key, Label};
use crate::text::Language;

fn text() -> Text {
    let berlin = jiff::tz::TimeZone::get("Europe/Berlin").unwrap();
    Text::new(Language::De).in_zone(berlin)
}

/// A series over these days of November 2026.
fn series(kind: Kind, days: std::ops::RangeInclusive<i32>, values: u64) -> SeriesEntry {
    const FIRST_OF_NOVEMBER: i32 = 20_758;
    let day = |day: i32| Day::from_number(FIRST_OF_NOVEMBER + day - 1);
    let key = Key {
        location: "50120962218".to_owned(),
        device: None,
        obis: "1-1:1.29.0".to_owned(),
        kind,
        unit: None,
    };
    SeriesEntry {
        id: 1,
        key,
        first: day(*days.start()),
        last: day(*days.end()),
        values,
    }
}

fn hour(number: i64, value: Option<i64>) -> Held {
    let first = midnight(date(2026, 11, 24), text().time_zone())
        .unwrap()
        .seconds();
    let start = first + number * 3600;
    Held {
        start: Some(UtcTime::from_seconds(start)),
        end: Some(UtcTime::from_seconds(start + 3600)),
        value: value.and_then(|value| Decimal::new(value, 1)),
        label: std::sync::Arc::new(Label {
            qualifier: "220".into(),
            ..Label::default()
        }),
        quality: if value.is_some() {
            Quality::Measured
        } else {
            Quality::Missing
        },
        source: 7,
        superseded: 0,
    }
}

fn shown(entry: SeriesEntry, unit: Unit, held: Vec<Held>) -> Shown {
    let period = Period::around(unit, date(2026, 11, 24), text().time_zone()).unwrap();
    Shown {
        entry,
        period,
        as_of: None,
        held,
        resampled: None,
        shares: Vec::new(),
        resolution: None,
        page: 1,
        quarantine: 0,
    }
}

#[test]
fn a_series_opens_with_the_period_that_shows_it_best() {
    assert_eq!(
        usual(&series(Kind::Interval, 1..=24, 24 * 96)).0,
        Unit::Week
    );
    assert_eq!(usual(&series(Kind::Interval, 24..=24, 96)).0, Unit::Day);
    assert_eq!(usual(&series(Kind::Interval, 1..=24, 24)).0, Unit::Month);
    assert_eq!(
        usual(&series(Kind::Reading, 1..=24, 2)),
        (Unit::Year, date(2026, 11, 24))
    );
}

#[test]
fn readings_have_a_difference_in_place_of_a_sum_and_no_coverage() {
    let text = text();
    let readings = vec![hour(0, Some(10)), hour(5, Some(30))];
    let page = view(
        &shown(series(Kind::Reading, 1..=24, 2), Unit::Day, readings),
        &text,
    );
    let names: Vec<&str> = page.facts.iter().map(|fact| fact.name.as_str()).collect();
    assert_eq!(
        names,
        [
            "Erster Stand",
            "Letzter Stand",
            "Differenz",
            "Schlechteste Qualität",
            "Werte"
        ]
    );
    assert_eq!(page.facts[2].value, "2,0\u{a0}kWh");
    assert!(page.gaps.is_empty());
}

#[test]
fn before_its_first_and_behind_its_last_value_a_series_has_no_gaps() {
    let text = text();
    let day = vec![hour(6, Some(10)), hour(7, Some(10))];
    let page = view(
        &shown(series(Kind::Interval, 24..=24, 2), Unit::Month, day.clone()),
        &text,
    );
    assert!(page.gaps.is_empty());
    // The same hours within a longer series: what is around them is missing.
    let page = view(
        &shown(series(Kind::Interval, 20..=28, 2), Unit::Day, day),
        &text,
    );
    assert_eq!(
        page.gaps,
        [
            "24.11.2026 00:00 – 06:00",
            "24.11.2026 08:00 – 25.11.2026 00:00"
        ]
    );
}

#[test]
fn a_value_that_is_said_to_be_missing_is_a_gap_and_no_zero() {
    let text = text();
    let day = vec![hour(0, Some(10)), hour(1, None), hour(2, Some(10))];
    let page = view(
        &shown(series(Kind::Interval, 24..=24, 3), Unit::Day, day),
        &text,
    );
    assert_eq!(page.gaps, ["24.11.2026 01:00 – 02:00"]);
    assert_eq!(page.table.rows[1].value, "–");
    assert_eq!(page.facts[0].value, "2,0\u{a0}kWh");
    assert_eq!(page.facts[0].note, "unvollständig");
}

#[test]
fn a_period_of_which_nothing_is_known_is_one_gap() {
    let text = text();
    let page = view(
        &shown(series(Kind::Interval, 1..=28, 9), Unit::Day, Vec::new()),
        &text,
    );
    assert_eq!(page.gaps.len(), 1);
    assert!(page.table.rows.is_empty());
}

#[test]
fn the_table_has_pages_whose_links_keep_the_period() {
    let text = text();
    let hours: Vec<Held> = (0..168).map(|at| hour(at, Some(at))).collect();
    let mut shown = shown(series(Kind::Interval, 1..=30, 168), Unit::Month, hours);
    let page = view(&shown, &text);
    assert_eq!(
        (page.table.rows.len(), page.table.pager.page.as_str()),
        (100, "Seite 1 von 2")
    );
    assert_eq!(
        page.table.pager.next,
        "/series/1?unit=month&at=2026-11-01&page=2#values"
    );
    shown.page = 99;
    let page = view(&shown, &text);
    assert_eq!(
        (page.table.rows.len(), page.table.pager.next.as_str()),
        (68, "")
    );
}
