//! The charts of the page of a series.

use crate::chart::duration::duration;
use crate::chart::heat_map::heat_map;
use crate::chart::measure::Measure;
use crate::chart::{
    Dress, Frame, Point, load_profile, load_profile_inline, load_profile_small, points,
};
use crate::market::calendar::UtcTime;
use crate::series::Kind;
use crate::series::merge::Held;
use crate::store::ledger::SeriesEntry;
use crate::text::{Text, shorten};
use crate::web::facts::Facts;
use crate::web::pages::series::{Shown, facts_of, is_timeless, known};

/// The chart for a wide and for a narrow screen, each with the class that shows it there.
pub(crate) fn inline(shown: &Shown, text: &Text) -> Inlined {
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

/// The heat map, and the duration curve, of values of an hour at most; each with its heading.
pub(crate) fn further(shown: &Shown, text: &Text) -> Vec<(String, Inlined)> {
    if !shown.held.iter().any(is_short) {
        return Vec::new();
    }
    let sizes = [("on-wide", (1040, 340)), ("on-narrow", (400, 300))];
    let of = |draw: fn(&Frame<'_>, &[Point], Dress) -> String| {
        let inlined = sizes.map(|(class, size)| {
            let draw = |frame: &Frame<'_>, points: &[Point]| draw(frame, points, Dress::Inline);
            (class, with_frame(shown, size, text, draw))
        });
        inlined.to_vec()
    };
    vec![
        (text.heat_map_title(), of(heat_map)),
        (text.duration_title(), of(duration)),
    ]
}

/// Whether a value stands for an hour at most.
fn is_short(held: &Held) -> bool {
    let seconds = held.start.zip(held.end);
    let seconds = seconds.map(|(start, end)| end.seconds().saturating_sub(start.seconds()));
    held.value.is_some() && seconds.is_some_and(|seconds| (1..=3600).contains(&seconds))
}

/// A chart for a wide and for a narrow screen, each with the class that shows it there.
pub(crate) type Inlined = Vec<(&'static str, String)>;

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
    load_profile_small(&frame, &points(held, &[]))
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
    match &shown.resampled {
        Some(rows) => draw(&frame, &points(rows, &[])),
        None => draw(&frame, &points(&shown.held, &facts.gaps)),
    }
}
