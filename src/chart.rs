//! Charts as SVG, and as PNG of the same SVG: pure drawing from numbers to bytes. The one place where `f64` is allowed.
//!
//! The same input gives the same bytes. Colours are CSS variables (`--chart-…`, listed in
//! [`svg`]) with a fallback each, so that a page can dress a chart that it inlines.

pub mod axis;
pub mod bars;
pub mod duration;
pub mod heat_map;
pub mod legend;
pub mod load_profile;
pub mod measure;
pub mod peaks;
pub mod png;
pub mod sheet;
pub mod steps;
pub mod svg;

use jiff::tz::TimeZone;

use crate::market::calendar::UtcTime;
use crate::market::quantity::Decimal;
use crate::series::merge::Held;
use crate::series::quality::Quality;
use crate::text::Text;

/// One value to draw.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Point {
    /// Start of the interval.
    pub start: UtcTime,
    /// End of the interval; equal to `start` for a reading.
    pub end: UtcTime,
    /// The number; `None` is a gap, never zero.
    pub value: Option<f64>,
    /// How much it can be trusted: substitutes and the like are drawn apart.
    pub quality: Quality,
    /// Whether a later message corrected this interval.
    pub corrected: bool,
}

/// What a chart shows, and how large.
#[derive(Clone, Debug)]
pub struct Frame<'a> {
    /// Heading.
    pub title: &'a str,
    /// Unit at the value axis.
    pub unit: &'a str,
    /// From here (inclusive).
    pub from: UtcTime,
    /// To here (exclusive).
    pub to: UtcTime,
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
    /// Labels of axes and legend.
    pub language: crate::text::Language,
    /// Clock of the time axis.
    pub time_zone: &'a TimeZone,
}

pub use load_profile::{load_profile, load_profile_inline, load_profile_small};
pub use sheet::Dress;

/// A value as a point; `None` if it has no time, hence no place in a chart.
fn point(held: &Held) -> Option<Point> {
    let start = held.start?;
    Some(Point {
        start,
        // Without an end (its message gave none) it is drawn at its instant.
        end: held.end.unwrap_or(start),
        value: held.value.map(number),
        quality: held.quality,
        corrected: held.superseded > 0,
    })
}

/// Values as points in order of time, and the gaps that no value borders.
pub fn points(held: &[Held], gaps: &[(UtcTime, UtcTime)]) -> Vec<Point> {
    let gap = |(start, end): (UtcTime, UtcTime)| Point {
        start,
        end,
        value: None,
        quality: Quality::Missing,
        corrected: false,
    };
    let values = held.iter().filter_map(point);
    let mut points: Vec<Point> = gaps.iter().copied().map(gap).chain(values).collect();
    points.sort_by_key(|point| (point.start, point.end));
    points
}

/// A value as a number for drawing; the exact one stays where it is.
#[expect(clippy::cast_precision_loss, reason = "pixels are coarser than 2^-53")]
pub fn number(value: Decimal) -> f64 {
    value.mantissa() as f64 / 10_f64.powi(i32::from(value.scale()))
}

/// A value with as many digits as it needs, four that matter at most.
fn shown(value: f64, text: &Text) -> String {
    let most = match value.abs() {
        large if large >= 1000.0 => 0,
        large if large >= 100.0 => 1,
        large if large >= 10.0 => 2,
        _ => 3,
    };
    let close = |decimals: &i32| {
        let unit = 10_f64.powi(*decimals);
        ((value * unit).round() / unit - value).abs() < 1e-9 * value.abs().max(1.0)
    };
    let decimals = (0..most).find(close).unwrap_or(most);
    text.rounded(value, usize::try_from(decimals).unwrap_or(0))
}
