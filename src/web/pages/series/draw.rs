//! The charts of the page of a series.

use crate::chart::{Frame, Point, load_profile, load_profile_inline, load_profile_small, point};
use crate::market::calendar::UtcTime;
use crate::series::Kind;
use crate::series::merge::Held;
use crate::series::quality::Quality;
use crate::store::ledger::SeriesEntry;
use crate::text::{Text, shorten};
use crate::web::facts::Facts;
use crate::web::measure::Measure;
use crate::web::pages::series::{Shown, facts_of, is_timeless, known};

/// The chart for a wide and for a narrow screen, each with the class that shows it there.
pub(crate) fn inline(shown: &Shown, text: &Text) -> Vec<(&'static str, String)> {
    if is_timeless(&shown.entry) {
        return Vec::new();
    }
    let sizes = [("on-wide", (1040, 380)), ("on-narrow", (400, 300))];
    sizes
        .map(|(class, (width, height))| {
            (
                class,
                with_frame(shown, (width, height), text, load_profile_inline),
            )
        })
        .to_vec()
}

/// The chart as a document.
pub(crate) fn document(shown: &Shown, text: &Text) -> String {
    with_frame(shown, (1040, 420), text, load_profile)
}

/// A thumbnail of the last values of a series.
pub(crate) fn small_chart(entry: &SeriesEntry, held: &[Held], text: &Text) -> String {
    let (known_from, known_to) = known(entry, text);
    let first = held
        .first()
        .and_then(|held| held.start)
        .unwrap_or(known_from);
    let last = held
        .iter()
        .rev()
        .find_map(|held| held.end)
        .unwrap_or(known_to);
    let title = shorten(&entry.key.location, 60);
    let frame = Frame {
        title: &title,
        unit: &Measure::of(&entry.key, text).unit,
        from: first,
        // A reading at one instant needs some room, too.
        to: last.max(UtcTime::from_seconds(first.seconds() + 3600)),
        width: 320,
        height: 84,
        language: text.language(),
        time_zone: text.time_zone(),
    };
    load_profile_small(&frame, &points(held, &Facts::default()))
}

fn with_frame(
    shown: &Shown,
    (width, height): (u32, u32),
    text: &Text,
    draw: impl Fn(&Frame<'_>, &[Point]) -> String,
) -> String {
    let key = &shown.entry.key;
    let title = [key.location.as_str(), &key.obis, &shown.period.name(text)].join(" · ");
    let frame = Frame {
        title: &shorten(&title, 160),
        unit: &Measure::of(key, text).unit,
        from: shown.period.from,
        to: shown.period.to,
        width,
        height,
        language: text.language(),
        time_zone: text.time_zone(),
    };
    let facts = match key.kind {
        Kind::Interval => facts_of(shown, text),
        Kind::Reading | Kind::Timeless => Facts::default(),
    };
    draw(&frame, &points(&shown.held, &facts))
}

/// The values as points, with the gaps at both ends, which no value borders.
fn points(held: &[Held], facts: &Facts) -> Vec<Point> {
    let gap = |(start, end): (UtcTime, UtcTime)| Point {
        start,
        end,
        value: None,
        quality: Quality::Missing,
        corrected: false,
    };
    let values = held.iter().filter_map(point);
    let mut points: Vec<Point> = facts.gaps.iter().copied().map(gap).chain(values).collect();
    points.sort_by_key(|point| (point.start, point.end));
    points
}
