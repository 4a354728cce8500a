use std::path::Path;

use jiff::civil::DateTime;
use jiff::tz::TimeZone;

use super::*;
use crate::market::calendar::UtcTime;
use crate::series::quality::Quality;
use crate::text::Language;

fn berlin() -> TimeZone {
    TimeZone::get("Europe/Berlin").unwrap()
}

fn at(local: &str) -> UtcTime {
    let zoned = local
        .parse::<DateTime>()
        .unwrap()
        .to_zoned(berlin())
        .unwrap();
    UtcTime::from_seconds(zoned.timestamp().as_second())
}

/// Quarter-hours like those of a bakery: ovens at night, rest in the afternoon.
fn quarters(from: UtcTime, to: UtcTime) -> Vec<Point> {
    let count = (to.seconds() - from.seconds()) / 900;
    (0..count)
        .map(|number| {
            let start = from.seconds() + number * 900;
            let small = |number: i64| f64::from(i32::try_from(number).unwrap());
            let hour = small(start / 900 % 96) / 4.0;
            let wave = ((hour - 3.0) / 24.0 * std::f64::consts::TAU).cos();
            let noise = small(number * 37 % 11) / 10.0;
            Point {
                start: UtcTime::from_seconds(start),
                end: UtcTime::from_seconds(start + 900),
                value: Some(6.0 + 5.0 * wave + noise),
                quality: Quality::Measured,
                corrected: false,
            }
        })
        .collect()
}

/// The day of the clock change in autumn, with everything that can happen to values.
fn eventful_day() -> Vec<Point> {
    let mut points = quarters(at("2026-10-25T00:00"), at("2026-10-26T00:00"));
    for point in &mut points[20..28] {
        point.quality = Quality::Substitute;
    }
    for point in &mut points[40..48] {
        (point.value, point.quality) = (None, Quality::Missing);
    }
    for point in &mut points[60..70] {
        point.corrected = true;
    }
    for point in &mut points[80..84] {
        point.quality = Quality::Preliminary;
    }
    points.drain(90..93);
    points
}

fn frame<'a>(time_zone: &'a TimeZone, from: &str, to: &str) -> Frame<'a> {
    Frame {
        title: "50120962218 · 1-1:1.29.0",
        unit: "kWh",
        from: at(from),
        to: at(to),
        width: 960,
        height: 340,
        language: Language::De,
        time_zone,
    }
}

/// Compares with the file of this name; `UPDATE_FIXTURES=1` writes it.
fn assert_same_as_fixture(name: &str, svg: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("fixtures/chart")
        .join(name);
    if std::env::var_os("UPDATE_FIXTURES").is_some() {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, svg).unwrap();
    }
    let expected = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        expected == svg,
        "{} differs; look at the new one with UPDATE_FIXTURES=1 cargo test chart",
        path.display()
    );
}

#[test]
fn a_day_with_a_gap_substitutes_and_corrections_is_drawn_as_it_always_was() {
    let zone = berlin();
    let frame = frame(&zone, "2026-10-25T00:00", "2026-10-26T00:00");
    assert_same_as_fixture(
        "load_profile_day.svg",
        &load_profile(&frame, &eventful_day()),
    );
}

#[test]
fn a_year_of_quarter_hours_is_drawn_as_it_always_was() {
    let zone = berlin();
    let frame = frame(&zone, "2026-01-01T00:00", "2027-01-01T00:00");
    let mut points = quarters(frame.from, frame.to);
    points[20_000].value = None;
    points[9_000].quality = Quality::Substitute;
    points.drain(12_000..13_000);
    let svg = load_profile(&frame, &points);
    assert!(svg.len() < 120_000, "{} bytes for a page", svg.len());
    assert_same_as_fixture("load_profile_year.svg", &svg);
}

#[test]
fn meter_readings_are_dots() {
    let zone = berlin();
    let frame = frame(&zone, "2026-01-01T00:00", "2027-01-01T00:00");
    let readings: Vec<Point> = (1..=12)
        .map(|month| {
            let start = at(&format!("2026-{month:02}-01T00:00"));
            let value = Some(20_000.0 + 312.5 * f64::from(month));
            let corrected = month == 4;
            let quality = if month == 7 {
                Quality::Substitute
            } else {
                Quality::Measured
            };
            Point {
                start,
                end: start,
                value,
                quality,
                corrected,
            }
        })
        .collect();
    let svg = load_profile(&frame, &readings);
    assert_eq!(
        svg.matches("<circle").count(),
        12 + 2,
        "12 readings, 2 labels"
    );
    assert_same_as_fixture("load_profile_readings.svg", &svg);
}

#[test]
fn a_gap_is_marked_and_no_line_crosses_it() {
    let zone = berlin();
    let frame = frame(&zone, "2026-10-24T00:00", "2026-10-25T00:00");
    let whole = quarters(frame.from, frame.to);
    let lines = |svg: &str| svg.matches("class=\"line\"").count();
    let drawn = load_profile_inline(&frame, &whole);
    assert!(!drawn.contains("class=\"gap\""));
    assert_eq!(lines(&drawn), 1);
    let mut holed = whole;
    holed.remove(50);
    let drawn = load_profile_inline(&frame, &holed);
    assert!(drawn.contains("class=\"gap\""));
    assert_eq!(lines(&drawn), 2, "the line is cut in two");
}

#[test]
fn negative_values_stand_below_the_zero_line() {
    let zone = berlin();
    let frame = frame(&zone, "2026-10-24T00:00", "2026-10-25T00:00");
    let mut points = quarters(frame.from, frame.to);
    points[5].value = Some(-7.0);
    assert!(load_profile(&frame, &points).contains(">−10<"));
}

#[test]
fn a_title_from_a_strangers_mail_stays_text() {
    let zone = berlin();
    let mut frame = frame(&zone, "2026-10-24T00:00", "2026-10-25T00:00");
    (frame.title, frame.unit) = ("</title><script>alert(1)</script>", "\"><img>");
    for svg in [load_profile(&frame, &[]), load_profile_inline(&frame, &[])] {
        assert!(!svg.contains("<script") && !svg.contains("<img"), "{svg}");
    }
}

#[test]
fn it_says_what_it_shows_to_those_who_do_not_see_it() {
    let zone = berlin();
    let frame = frame(&zone, "2026-10-25T00:00", "2026-10-26T00:00");
    let svg = load_profile(&frame, &eventful_day());
    assert!(svg.contains("role=\"img\""));
    assert!(
        svg.contains("25.10.2026 00:00 bis 26.10.2026 00:00. Kleinster Wert 1,043\u{a0}kWh"),
        "{svg}"
    );
    assert!(svg.contains("2 Lücken"));
}

#[test]
fn nothing_at_all_is_an_empty_plot() {
    let zone = berlin();
    for (width, height) in [(960, 340), (0, 0), (60, 500)] {
        let frame = Frame {
            width,
            height,
            ..frame(&zone, "2026-10-25T00:00", "2026-10-26T00:00")
        };
        for svg in [load_profile(&frame, &[]), load_profile_small(&frame, &[])] {
            assert!(svg.starts_with("<svg") && svg.ends_with("</svg>\n"));
            assert!(!svg.contains("NaN") && !svg.contains("inf"), "{svg}");
        }
    }
}
