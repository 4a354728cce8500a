//! What the colours and marks of a chart mean: only those that appear in it.

use std::fmt::Write as _;

use crate::chart::steps::{Step, Steps};
use crate::chart::svg::{
    CORRECTED, Colour, GAP, MUTED, coordinate, hatch, of_quality, text_pixels,
};
use crate::series::quality::Quality;
use crate::text::{Text, escape};

/// The legend of a chart, in rows, the unit of the values first.
#[derive(Clone, Debug)]
pub struct Legend {
    unit: String,
    left: f64,
    rows: Vec<Vec<Entry>>,
}

#[derive(Clone, Debug)]
struct Entry {
    colour: Colour,
    mark: Mark,
    label: String,
    x: f64,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Mark {
    /// Of a line or bar.
    Line,
    /// Of a span of time.
    Band,
    /// Of what runs below the plot.
    Track,
}

impl Legend {
    /// The legend of what is drawn, between two edges; what finds no room goes to the next row.
    pub fn new(drawn: &Steps, unit: &str, edges: (f64, f64), text: &Text) -> Self {
        Self::of(entries(drawn, text), unit, edges)
    }

    /// The legend of such marks.
    pub(super) fn of(
        entries: Vec<(Colour, Mark, String)>,
        unit: &str,
        (left, right): (f64, f64),
    ) -> Self {
        let mut rows = vec![Vec::new()];
        let mut x = left
            + if unit.is_empty() {
                0.0
            } else {
                text_pixels(unit) + 22.0
            };
        for (colour, mark, label) in entries {
            let pixels = LABEL_SHIFT + text_pixels(&label);
            if x > left && x + pixels > right {
                rows.push(Vec::new());
                x = left;
            }
            if let Some(row) = rows.last_mut() {
                row.push(Entry {
                    colour,
                    mark,
                    label,
                    x,
                });
            }
            x += pixels + 16.0;
        }
        Self {
            unit: unit.to_owned(),
            left,
            rows,
        }
    }

    /// How high it is, in pixels.
    pub fn height(&self) -> f64 {
        self.rows.iter().map(|_| ROW_PIXELS).sum()
    }

    /// Draws it, the first row's letters standing on `first`.
    pub fn draw(&self, svg: &mut String, first: f64) {
        let (x, y, unit) = (coordinate(self.left), coordinate(first), escape(&self.unit));
        let _ = write!(
            svg,
            "<g fill=\"{}\"><text x=\"{x}\" y=\"{y}\" font-weight=\"600\">{unit}</text>",
            MUTED.value()
        );
        let mut y = first;
        for row in &self.rows {
            for entry in row {
                entry.draw(svg, y);
            }
            y += ROW_PIXELS;
        }
        svg.push_str("</g>");
    }
}

impl Entry {
    fn draw(&self, svg: &mut String, y: f64) {
        let (x, colour) = (coordinate(self.x), self.colour.value());
        let _ = match self.mark {
            Mark::Line => write!(
                svg,
                "<rect x=\"{x}\" y=\"{}\" width=\"12\" height=\"3\" rx=\"1.5\" fill=\"{colour}\"/>",
                coordinate(y - 6.0)
            ),
            Mark::Band => write!(
                svg,
                "<rect x=\"{x}\" y=\"{}\" width=\"12\" height=\"11\" fill=\"{colour}\" \
                 fill-opacity=\"0.14\"/><path d=\"{}\" stroke=\"{colour}\" stroke-opacity=\"0.5\"/>",
                coordinate(y - 10.0),
                hatch(self.x, self.x + 12.0, y - 10.0, y + 1.0)
            ),
            Mark::Track => write!(
                svg,
                "<rect x=\"{x}\" y=\"{}\" width=\"12\" height=\"2\" fill=\"{colour}\"/>",
                coordinate(y - 2.0)
            ),
        };
        let (x, y) = (coordinate(self.x + LABEL_SHIFT), coordinate(y));
        let _ = write!(
            svg,
            "<text x=\"{x}\" y=\"{y}\">{}</text>",
            escape(&self.label)
        );
    }
}

/// The marks of the qualities that are there, from best to worst.
pub(super) fn of_qualities(
    is_there: impl Fn(Quality) -> bool,
    mark: Mark,
    text: &Text,
) -> Vec<(Colour, Mark, String)> {
    DRAWN
        .into_iter()
        .filter(|quality| is_there(*quality))
        .map(|quality| (of_quality(quality), mark, quality_name(quality, text)))
        .collect()
}

/// What a quality is called.
pub fn quality_name(quality: Quality, text: &Text) -> String {
    match quality {
        Quality::Measured => text.quality_measured(),
        Quality::Substitute => text.quality_substitute(),
        Quality::Preliminary => text.quality_preliminary(),
        Quality::Disturbed => text.quality_disturbed(),
        Quality::Missing => text.quality_missing(),
    }
}

fn entries(drawn: &Steps, text: &Text) -> Vec<(Colour, Mark, String)> {
    let is_there = |quality| {
        let has = |step: &Step| step.worst == quality || step.quality == quality;
        drawn.steps.iter().any(has)
    };
    let mut entries = of_qualities(is_there, Mark::Line, text);
    if !drawn.gaps.is_empty() {
        entries.push((GAP, Mark::Band, text.chart_gap()));
    }
    if drawn.steps.iter().any(|step| step.corrected) {
        entries.push((CORRECTED, Mark::Track, text.chart_corrected()));
    }
    entries
}

/// The qualities of values; what is missing is a gap.
pub(super) const DRAWN: [Quality; 4] = [
    Quality::Measured,
    Quality::Substitute,
    Quality::Preliminary,
    Quality::Disturbed,
];
/// Distance of two rows.
const ROW_PIXELS: f64 = 18.0;
/// From a mark to its label.
const LABEL_SHIFT: f64 = 18.0;
