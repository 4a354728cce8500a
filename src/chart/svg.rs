//! Words of SVG: colours, escaping, paths with short numbers.

use std::fmt::Write as _;

use crate::series::quality::Quality;

/// A colour of the charts: a CSS variable, and what it is where nobody sets it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Colour {
    /// The variable, as in `--chart-ink`.
    pub variable: &'static str,
    /// On light ground.
    pub light: &'static str,
    /// On dark ground.
    pub dark: &'static str,
}

impl Colour {
    /// As the value of an attribute: `var(--chart-ink,#1c2722)`.
    pub fn value(self) -> String {
        format!("var({},{})", self.variable, self.light)
    }
}

const fn colour(variable: &'static str, light: &'static str, dark: &'static str) -> Colour {
    Colour {
        variable,
        light,
        dark,
    }
}

/// The ground: halo of labels.
pub const GROUND: Colour = colour("--chart-ground", "#ffffff", "#151c19");
/// Heading and value labels.
pub const INK: Colour = colour("--chart-ink", "#1c2722", "#e4ece8");
/// Axis labels, legend.
pub const MUTED: Colour = colour("--chart-muted", "#5d6b64", "#93a39b");
/// Grid lines.
pub const GRID: Colour = colour("--chart-grid", "#e4e9e6", "#27322d");
/// True values.
pub const MEASURED: Colour = colour("--chart-measured", "#0b7a5b", "#3fcf9f");
/// Substitutes.
pub const SUBSTITUTE: Colour = colour("--chart-substitute", "#c76a08", "#f2a33c");
/// Values that are not final.
pub const PRELIMINARY: Colour = colour("--chart-preliminary", "#5b5bd6", "#9b9bf7");
/// Values that are not usable.
pub const DISTURBED: Colour = colour("--chart-disturbed", "#c62f3a", "#f4737c");
/// Gaps.
pub const GAP: Colour = colour("--chart-gap", "#b0485a", "#e08696");
/// Corrected intervals.
pub const CORRECTED: Colour = colour("--chart-corrected", "#3b6ea8", "#7fb2ea");

/// All colours, for pages that set the variables.
pub const COLOURS: [Colour; 10] = [
    GROUND,
    INK,
    MUTED,
    GRID,
    MEASURED,
    SUBSTITUTE,
    PRELIMINARY,
    DISTURBED,
    GAP,
    CORRECTED,
];

/// The colour of values of this quality.
pub const fn of_quality(quality: Quality) -> Colour {
    match quality {
        Quality::Measured => MEASURED,
        Quality::Substitute => SUBSTITUTE,
        Quality::Preliminary => PRELIMINARY,
        Quality::Disturbed => DISTURBED,
        Quality::Missing => GAP,
    }
}

/// Style of a document that stands alone: dark colours where the reader wants them.
pub(super) fn dark_style() -> String {
    let mut style = String::from("<style>@media (prefers-color-scheme:dark){svg{");
    for colour in COLOURS {
        let _ = write!(style, "{}:{};", colour.variable, colour.dark);
    }
    style.push_str("}}</style>");
    style
}

/// A coordinate with one digit behind the mark at most: `12`, `12.5`.
pub fn coordinate(number: f64) -> String {
    let rounded = (number * 10.0).round() / 10.0;
    // Adding 0 turns a negative zero into a zero.
    format!("{}", rounded + 0.0)
}

/// The `d` of a path.
#[derive(Clone, Debug, Default)]
pub struct Path {
    data: String,
    at: Option<(String, String)>,
}

impl Path {
    /// Goes there without a line.
    pub fn move_to(&mut self, x: f64, y: f64) {
        let (x, y) = (coordinate(x), coordinate(y));
        let _ = write!(self.data, "M{x} {y}");
        self.at = Some((x, y));
    }

    /// Draws a line to there; a level or upright one takes less room, none takes nothing.
    pub fn line_to(&mut self, x: f64, y: f64) {
        let there = (coordinate(x), coordinate(y));
        let Some((from_x, from_y)) = &self.at else {
            return self.move_to(x, y);
        };
        let _ = match (*from_x == there.0, *from_y == there.1) {
            (true, true) => Ok(()),
            (true, false) => write!(self.data, "V{}", there.1),
            (false, true) => write!(self.data, "H{}", there.0),
            (false, false) => write!(self.data, "L{} {}", there.0, there.1),
        };
        self.at = Some(there);
    }

    /// Closes the figure.
    pub fn close(&mut self) {
        self.data.push('Z');
    }

    /// Whether nothing was drawn.
    pub fn is_empty(&self) -> bool {
        self.data.is_empty()
    }

    /// The value of the attribute `d`.
    pub fn data(&self) -> &str {
        &self.data
    }
}

/// Slanted lines over a rectangle, cut at its edges. No pattern: that would need an id, which two
/// charts in one page could share.
pub fn hatch(from: f64, to: f64, top: f64, bottom: f64) -> String {
    let mut path = Path::default();
    // A line is where x + y is a multiple of the distance.
    let mut sum = ((from + top) / HATCH_PIXELS).ceil() * HATCH_PIXELS;
    while sum < to + bottom {
        let (x1, y1) = if sum - bottom >= from {
            (sum - bottom, bottom)
        } else {
            (from, sum - from)
        };
        let (x2, y2) = if sum - top <= to {
            (sum - top, top)
        } else {
            (to, sum - to)
        };
        path.move_to(x1, y1);
        path.line_to(x2, y2);
        sum += HATCH_PIXELS;
    }
    path.data().to_owned()
}

/// About how wide a text is at 12 pixels: wide enough for every usual font.
pub fn text_pixels(text: &str) -> f64 {
    f64::from(u32::try_from(text.chars().count()).unwrap_or(u32::MAX)) * 7.0
}

/// Distance of the lines over a gap.
const HATCH_PIXELS: f64 = 7.0;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_as_short_as_it_can_be() {
        let mut path = Path::default();
        path.line_to(1.0, 2.0);
        path.line_to(1.04, 2.0);
        path.line_to(5.0, 2.01);
        path.line_to(5.0, -0.01);
        path.line_to(7.25, 8.0);
        path.close();
        assert_eq!(path.data(), "M1 2H5V0L7.3 8Z");
    }

    #[test]
    fn every_colour_has_a_variable_of_its_own() {
        for (at, colour) in COLOURS.iter().enumerate() {
            assert!(
                COLOURS
                    .iter()
                    .skip(at + 1)
                    .all(|other| other.variable != colour.variable)
            );
        }
    }
}
