//! A bar a day: how much of what should be there is there. What is missing is hatched, never empty.

use std::fmt::Write as _;

use crate::chart::Frame;
use crate::chart::legend::{Legend, Mark};
use crate::chart::sheet::{Dress, open};
use crate::chart::svg::{GAP, INK, MEASURED, MUTED, coordinate, hatch, text_pixels};
use crate::text::{Text, escape, with_unit};

/// A bar: so many of so many.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Bar {
    /// What stands below it: `Mo`.
    pub label: String,
    /// How many are there.
    pub present: u64,
    /// How many there should be; of 0 nothing is known, and nothing is drawn.
    pub expected: u64,
}

impl Bar {
    /// Thousandths that are there, rounded down: 1000 only if nothing is missing.
    fn permille(&self) -> Option<u16> {
        if self.present >= self.expected {
            return (self.expected > 0).then_some(1000);
        }
        let share = u128::from(self.present) * 1000 / u128::from(self.expected);
        u16::try_from(share).ok()
    }
}

/// Draws bars from left to right. `summary` is for those who do not see it.
pub fn bars(frame: &Frame<'_>, bars: &[Bar], summary: &str, dress: Dress) -> String {
    let text = Text::new(frame.language).in_zone(frame.time_zone.clone());
    let (least_width, least_height) = dress.least_pixels();
    let width = f64::from(frame.width.max(least_width));
    let height = f64::from(frame.height.max(least_height));
    let is_cut = bars.iter().any(|bar| bar.present < bar.expected);
    let mut entries = vec![(MEASURED, Mark::Line, text.chart_present())];
    if is_cut {
        entries.push((GAP, Mark::Band, text.chart_gap()));
    }
    let legend = Legend::of(entries, "", (EDGE, width - EDGE));
    let top = dress.heading_pixels() + legend.height() + 26.0;
    let bottom = height - 28.0;
    let mut svg = String::new();
    open(
        &mut svg,
        dress,
        (width, height),
        EDGE,
        (frame.title, summary),
    );
    legend.draw(&mut svg, dress.heading_pixels() + 16.0);
    let count = f64::from(u32::try_from(bars.len().max(1)).unwrap_or(u32::MAX));
    let room = (width - 2.0 * EDGE) / count;
    let thick = (room * 0.62).min(MOST_BAR_PIXELS);
    for (at, bar) in (0_u32..).zip(bars) {
        let middle = EDGE + room * (f64::from(at) + 0.5);
        let sides = (middle - thick / 2.0, middle + thick / 2.0);
        draw(&mut svg, bar, sides, (top, bottom), room, &text);
    }
    svg.push_str("</svg>\n");
    svg
}

fn draw(
    svg: &mut String,
    bar: &Bar,
    (left, right): (f64, f64),
    (top, bottom): (f64, f64),
    room: f64,
    text: &Text,
) {
    let (middle, ink, muted) = (f64::midpoint(left, right), INK.value(), MUTED.value());
    let permille = bar.permille();
    let share = f64::from(permille.unwrap_or(0)) / 1000.0;
    let split = bottom - share * (bottom - top);
    let rect = |y: f64, to: f64, fill: &str, more: &str| {
        format!(
            "<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" fill=\"{fill}\"{more}/>",
            coordinate(left),
            coordinate(y),
            coordinate(right - left),
            coordinate((to - y).max(0.0)),
        )
    };
    if permille.is_some_and(|permille| permille < 1000) {
        let gap = GAP.value();
        svg.push_str(&rect(top, split, &gap, " fill-opacity=\"0.14\""));
        let _ = write!(
            svg,
            "<path d=\"{}\" fill=\"none\" stroke=\"{gap}\" stroke-opacity=\"0.4\"/>",
            hatch(left, right, top, split)
        );
    }
    if permille.is_some_and(|permille| permille > 0) {
        svg.push_str(&rect(split, bottom, &MEASURED.value(), ""));
    }
    let shown = permille.map_or_else(
        || "–".to_owned(),
        |permille| with_unit(&text.permille_as_percent(permille), "%"),
    );
    let x = coordinate(middle);
    if text_pixels(&shown) <= room + 4.0 {
        let _ = write!(
            svg,
            "<text x=\"{x}\" y=\"{}\" text-anchor=\"middle\" font-weight=\"600\" fill=\"{ink}\">{shown}</text>",
            coordinate(top - 8.0)
        );
    }
    if text_pixels(&bar.label) <= room + 4.0 {
        let _ = write!(
            svg,
            "<text x=\"{x}\" y=\"{}\" text-anchor=\"middle\" fill=\"{muted}\">{}</text>",
            coordinate(bottom + 18.0),
            escape(&bar.label)
        );
    }
}

const EDGE: f64 = 14.0;
const MOST_BAR_PIXELS: f64 = 64.0;

#[cfg(test)]
mod tests {
    use jiff::tz::TimeZone;

    use super::*;
    use crate::market::calendar::UtcTime;
    use crate::text::Language;

    fn drawn(counts: &[(u64, u64)]) -> String {
        let frame = Frame {
            title: "<days>",
            unit: "",
            from: UtcTime::from_seconds(0),
            to: UtcTime::from_seconds(86_400),
            width: 640,
            height: 220,
            language: Language::De,
            time_zone: &TimeZone::UTC,
        };
        let list: Vec<Bar> = counts
            .iter()
            .map(|(present, expected)| Bar {
                label: "Mo".to_owned(),
                present: *present,
                expected: *expected,
            })
            .collect();
        bars(&frame, &list, "summary", Dress::Document)
    }

    #[test]
    fn a_bar_is_as_high_as_its_share_and_what_is_missing_is_hatched() {
        let svg = drawn(&[(96, 96), (24, 96)]);
        assert!(svg.contains("100\u{a0}%") && svg.contains("25,0\u{a0}%"));
        assert!(svg.contains("stroke-opacity=\"0.4\"") && svg.contains("Lücke"));
        assert!(svg.contains("&lt;days&gt;"));
        let whole = drawn(&[(96, 96)]);
        assert!(!whole.contains("stroke-opacity"));
    }

    #[test]
    fn nearly_complete_is_not_complete_and_unknown_is_no_zero() {
        assert!(drawn(&[(99_999, 100_000)]).contains("99,9\u{a0}%"));
        let unknown = drawn(&[(0, 0)]);
        assert!(unknown.contains(">–</text>") && !unknown.contains("0,0\u{a0}%"));
        assert!(drawn(&[(0, 96)]).contains("0,0\u{a0}%"));
        assert!(drawn(&[]).ends_with("</svg>\n"));
    }
}
