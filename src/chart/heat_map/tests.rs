use jiff::tz::TimeZone;

use super::*;
use crate::market::calendar::UtcTime;
use crate::text::Language;

fn at(text: &str) -> UtcTime {
    UtcTime::parse(text).unwrap()
}

fn points(from: &str, to: &str, step: i64, quality: Quality) -> Vec<Point> {
    let (from, to) = (at(from).seconds(), at(to).seconds());
    (from..to)
        .step_by(usize::try_from(step).unwrap())
        .map(|start| Point {
            start: UtcTime::from_seconds(start),
            end: UtcTime::from_seconds(start + step),
            value: Some(f64::from(u8::try_from(start / 900 % 7).unwrap())),
            quality,
            corrected: false,
        })
        .collect()
}

fn with_frame<T>(from: &str, to: &str, then: impl Fn(&Frame<'_>) -> T) -> T {
    let zone = TimeZone::get("Europe/Berlin").unwrap();
    then(&Frame {
        title: "50120962218",
        unit: "kWh",
        from: at(from),
        to: at(to),
        width: 900,
        height: 360,
        language: Language::De,
        time_zone: &zone,
    })
}

/// The cells of a day, by the hour on the clock and the half of the column.
fn of_day(from: &str, to: &str) -> Vec<(u32, Half)> {
    let cells = with_frame(from, to, |frame| {
        Cells::of(frame, &points(from, to, 900, Quality::Measured))
    });
    assert_eq!(cells.columns, 1);
    let places = cells.at.keys();
    places.map(|place| (place.row / 4, place.half)).collect()
}

#[test]
fn a_usual_day_has_96_cells_from_midnight_to_midnight() {
    let cells = of_day("2026-11-23T23:00:00Z", "2026-11-24T23:00:00Z");
    assert_eq!(cells.len(), 96);
    assert_eq!((cells[0], cells[95]), ((0, Half::Whole), (23, Half::Whole)));
}

#[test]
fn the_hour_that_the_clock_skips_is_empty() {
    let cells = of_day("2026-03-28T23:00:00Z", "2026-03-29T22:00:00Z");
    assert_eq!(cells.len(), 92);
    assert!(cells.iter().all(|(hour, _)| *hour != 2));
}

#[test]
fn the_hour_that_the_clock_has_twice_is_two_halves() {
    let cells = of_day("2026-10-24T22:00:00Z", "2026-10-25T23:00:00Z");
    assert_eq!(cells.len(), 100);
    for half in [Half::First, Half::Second] {
        let of_half: Vec<u32> = cells
            .iter()
            .filter(|(_, other)| *other == half)
            .map(|(hour, _)| *hour)
            .collect();
        assert_eq!(of_half, [2; 4]);
    }
}

#[test]
fn gaps_are_hatched_and_substitutes_have_a_rim() {
    let (from, to) = ("2026-11-01T23:00:00Z", "2026-11-08T23:00:00Z");
    let mut values = points(from, to, 900, Quality::Measured);
    let plain = with_frame(from, to, |frame| heat_map(frame, &values, Dress::Document));
    assert!(!plain.contains("class=\"gap\"") && !plain.contains("class=\"rim\""));
    values[100].value = None;
    values[200].quality = Quality::Substitute;
    let marked = with_frame(from, to, |frame| heat_map(frame, &values, Dress::Document));
    assert!(marked.contains("class=\"gap\"") && marked.contains("class=\"rim\""));
    assert!(marked.contains("Lücke") && marked.contains("Ersatzwert"));
}

#[test]
fn a_year_is_drawn_by_the_hour_and_eleven_years_by_columns_of_several_days() {
    let (from, to) = ("2025-12-31T23:00:00Z", "2026-12-31T23:00:00Z");
    let values = points(from, to, 3600, Quality::Measured);
    let cells = with_frame(from, to, |frame| Cells::of(frame, &values));
    assert_eq!((cells.columns, cells.rows, cells.days), (365, 24, 1));
    let svg = with_frame(from, to, |frame| heat_map(frame, &values, Dress::Inline));
    assert!(svg.len() < 700_000, "{}", svg.len());
    let cells = with_frame("2015-12-31T23:00:00Z", to, |frame| {
        Cells::of(frame, &values)
    });
    assert!(cells.columns <= 366 && cells.days == 11);
}

#[test]
fn nothing_is_a_chart_all_the_same() {
    let (from, to) = ("2026-11-01T23:00:00Z", "2026-11-08T23:00:00Z");
    let svg = with_frame(from, to, |frame| heat_map(frame, &[], Dress::Inline));
    assert!(svg.ends_with("</svg>\n") && !svg.contains("NaN"));
}

#[test]
fn the_colours_go_from_dark_to_bright() {
    let bright = |number: u32| {
        let colour = shade(number);
        let channel = |at: usize| f64::from(u8::from_str_radix(&colour[at..at + 2], 16).unwrap());
        0.299 * channel(1) + 0.587 * channel(3) + 0.114 * channel(5)
    };
    let all: Vec<f64> = (0..SHADES).map(bright).collect();
    assert!(all.is_sorted());
    assert_eq!(
        (shade(0).as_str(), shade(SHADES - 1).as_str()),
        ("#440154", "#fde725")
    );
}
