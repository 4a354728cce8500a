//! A duration curve: the values from the greatest to the least, each as long as it lasted.
//!
//! Time without a value is not in it; how much of the period is, stands in the legend. Substitutes
//! and the like are marked on a track below, where sorting put them.

use std::fmt::Write as _;

use crate::chart::axis::ValueAxis;
use crate::chart::legend::{DRAWN, Legend, Mark, of_qualities};
use crate::chart::sheet::{Dress, Plot, open};
use crate::chart::svg::{
    GAP, GRID, GROUND, INK, MEASURED, MUTED, Path, coordinate, of_quality, text_pixels,
};
use crate::chart::{Frame, Point, shown};
use crate::series::quality::Quality;
use crate::text::{Text, with_unit};

/// Draws the points of a period, in any order.
pub fn duration(frame: &Frame<'_>, points: &[Point], dress: Dress) -> String {
    let text = Text::new(frame.language).in_zone(frame.time_zone.clone());
    let curve = Curve::of(frame, points);
    let mut drawing = Drawing::new(frame, &curve, dress, &text);
    let summary = drawing.summary();
    let heading = (frame.title, summary.as_str());
    open(
        &mut drawing.svg,
        dress,
        drawing.size,
        drawing.plot.left,
        heading,
    );
    drawing.grid();
    drawing.curve();
    drawing.tracks();
    drawing.labels();
    drawing.svg.push_str("</svg>\n");
    drawing.svg
}

/// A value that lasted from one hour of the curve to another.
struct Stretch {
    from: f64,
    to: f64,
    value: f64,
    quality: Quality,
}

struct Curve {
    stretches: Vec<Stretch>,
    hours: f64,
    /// How much of the period has values, in thousandths.
    permille: u16,
}

impl Curve {
    fn of(frame: &Frame<'_>, points: &[Point]) -> Self {
        let mut values: Vec<(f64, f64, Quality)> = points
            .iter()
            .filter_map(|point| {
                let (start, end) = (point.start.max(frame.from), point.end.min(frame.to));
                let hours = hours(end.seconds().saturating_sub(start.seconds()));
                (hours > 0.0).then_some((point.value?, hours, point.quality))
            })
            .collect();
        values.sort_by(|one, other| other.0.total_cmp(&one.0));
        let mut at = 0.0;
        let stretches: Vec<Stretch> = values
            .into_iter()
            .map(|(value, hours, quality)| {
                let from = at;
                at += hours;
                Stretch {
                    from,
                    to: at,
                    value,
                    quality,
                }
            })
            .collect();
        let missing: f64 = points
            .iter()
            .filter(|point| point.value.is_none())
            .map(|point| {
                let (start, end) = (point.start.max(frame.from), point.end.min(frame.to));
                hours(end.seconds().saturating_sub(start.seconds())).max(0.0)
            })
            .sum();
        Self {
            permille: permille(at, at + missing),
            stretches,
            hours: at,
        }
    }
}

struct Drawing<'a> {
    frame: &'a Frame<'a>,
    text: &'a Text,
    curve: &'a Curve,
    legend: Legend,
    size: (f64, f64),
    plot: Plot,
    values: ValueAxis,
    hours: ValueAxis,
    svg: String,
}

impl<'a> Drawing<'a> {
    fn new(frame: &'a Frame<'a>, curve: &'a Curve, dress: Dress, text: &'a Text) -> Self {
        let (least_width, least_height) = dress.least_pixels();
        let width = f64::from(frame.width.max(least_width));
        let height = f64::from(frame.height.max(least_height));
        let rows = if height < 260.0 { 3 } else { 5 };
        let high = curve.stretches.first().map_or(1.0, |first| first.value);
        let low = curve.stretches.last().map_or(0.0, |last| last.value);
        let values = ValueAxis::over(low.min(0.0), high.max(0.0), rows);
        let labels = values
            .ticks
            .iter()
            .map(|tick| text.rounded(*tick, values.decimals));
        let label_pixels = labels.map(|label| text_pixels(&label)).fold(0.0, f64::max);
        let left = (label_pixels + 14.0).min(width / 3.0);
        let right = width - 14.0;
        let has = |quality| curve.stretches.iter().any(|one| one.quality == quality);
        let mut marks = of_qualities(has, Mark::Line, text);
        if curve.permille < 1000 {
            let covered = text.permille_as_percent(curve.permille);
            marks.push((GAP, Mark::Band, text.duration_covered(&covered)));
        }
        let legend = Legend::of(marks, frame.unit, (left, right));
        let top = dress.heading_pixels() + legend.height() + 20.0;
        let bottom = (height - 46.0).max(top + 20.0);
        let columns = if width < 500.0 { 4 } else { 8 };
        Self {
            frame,
            text,
            curve,
            legend,
            size: (width, height.max(bottom)),
            plot: Plot {
                left,
                right,
                top,
                bottom,
            },
            values,
            hours: ValueAxis::over(0.0, curve.hours.max(1.0), columns),
            svg: String::new(),
        }
    }

    fn summary(&self) -> String {
        let (from, to) = (self.frame.from.seconds(), self.frame.to.seconds());
        let (from, to) = (self.text.date_time(from), self.text.date_time(to));
        let what = self.text.chart_summary(self.frame.title, &from, &to);
        format!("{}: {what}", self.text.duration_title())
    }

    fn grid(&mut self) {
        let first = self.plot.top - 20.0 - self.legend.height() + 16.0;
        self.legend.draw(&mut self.svg, first);
        let Plot {
            left,
            right,
            bottom,
            ..
        } = self.plot;
        let mut lines = Path::default();
        let muted = MUTED.value();
        let _ = write!(self.svg, "<g fill=\"{muted}\" text-anchor=\"end\">");
        for tick in self.values.ticks.clone() {
            let y = self.y(tick);
            lines.move_to(left, y.round() + 0.5);
            lines.line_to(right, y.round() + 0.5);
            let label = self.text.rounded(tick, self.values.decimals);
            let (x, y) = (coordinate(left - 8.0), coordinate(y + 4.0));
            let _ = write!(self.svg, "<text x=\"{x}\" y=\"{y}\">{label}</text>");
        }
        let _ = write!(self.svg, "</g><g fill=\"{muted}\" text-anchor=\"middle\">");
        for tick in self.hours.ticks.clone() {
            let x = self.x(tick);
            if x > right + 0.5 {
                break;
            }
            lines.move_to(x.round() + 0.5, bottom);
            lines.line_to(x.round() + 0.5, bottom + 14.0);
            let label = with_unit(&self.text.rounded(tick, self.hours.decimals), "h");
            let half = text_pixels(&label) / 2.0;
            let (x, y) = (
                coordinate(x.min(right + 14.0 - half)),
                coordinate(bottom + 28.0),
            );
            let _ = write!(self.svg, "<text x=\"{x}\" y=\"{y}\">{label}</text>");
        }
        let (path, grid) = (lines.data(), GRID.value());
        let _ = write!(
            self.svg,
            "</g><path d=\"{path}\" fill=\"none\" stroke=\"{grid}\"/>"
        );
    }

    fn curve(&mut self) {
        let base = self.y(0.0_f64.clamp(self.values.low, self.values.high));
        let (mut line, mut area) = (Path::default(), Path::default());
        area.move_to(self.plot.left, base);
        for stretch in &self.curve.stretches {
            let y = self.y(stretch.value);
            for x in [self.x(stretch.from), self.x(stretch.to)] {
                line.line_to(x, y);
                area.line_to(x, y);
            }
        }
        if line.is_empty() {
            return;
        }
        area.line_to(self.x(self.curve.hours), base);
        area.close();
        let (line, area, colour) = (line.data(), area.data(), MEASURED.value());
        let _ = write!(
            self.svg,
            "<path d=\"{area}\" fill=\"{colour}\" fill-opacity=\"0.16\"/>\
             <path class=\"line\" d=\"{line}\" fill=\"none\" stroke=\"{colour}\" \
             stroke-width=\"2\" stroke-linejoin=\"round\"/>"
        );
    }

    /// Where values are that are no true ones.
    fn tracks(&mut self) {
        let y = coordinate(self.plot.bottom + 4.0);
        for quality in DRAWN.into_iter().filter(|one| *one != Quality::Measured) {
            let mut path = String::new();
            let mut drawn_to = f64::NEG_INFINITY;
            let marked = (self.curve.stretches.iter()).filter(|one| one.quality == quality);
            for stretch in marked {
                let (from, to) = (self.x(stretch.from), self.x(stretch.to));
                if from - drawn_to > 0.5 {
                    let _ = write!(path, "M{} {y}", coordinate(from));
                }
                // However short, it must be seen.
                drawn_to = to.max(from + 1.5);
                let _ = write!(path, "H{}", coordinate(drawn_to));
            }
            if !path.is_empty() {
                let colour = of_quality(quality).value();
                let _ = write!(
                    self.svg,
                    "<path class=\"track\" d=\"{path}\" stroke=\"{colour}\" stroke-width=\"4\"/>"
                );
            }
        }
    }

    /// The greatest value, that which is passed half of the time, and the least one.
    fn labels(&mut self) {
        let Some((first, last)) = self
            .curve
            .stretches
            .first()
            .zip(self.curve.stretches.last())
        else {
            return;
        };
        let half = self.curve.hours / 2.0;
        let middle = self.curve.stretches.iter().find(|one| one.to >= half);
        let marks = [
            (0.0, first.value, "start", 8.0),
            (
                half,
                middle.map_or(first.value, |one| one.value),
                "start",
                8.0,
            ),
            (self.curve.hours, last.value, "end", -4.0),
        ];
        let ground = GROUND.value();
        for (hour, value, anchor, shift) in marks {
            let (x, y) = (self.x(hour), self.y(value));
            let label = with_unit(&shown(value, self.text), self.frame.unit);
            let _ = write!(
                self.svg,
                "<circle cx=\"{}\" cy=\"{}\" r=\"3.5\" fill=\"{}\" stroke=\"{ground}\" stroke-width=\"1.5\"/>\
                 <text x=\"{}\" y=\"{}\" text-anchor=\"{anchor}\" font-weight=\"600\" fill=\"{}\" \
                 stroke=\"{ground}\" stroke-width=\"3\" stroke-linejoin=\"round\" paint-order=\"stroke\">{label}</text>",
                coordinate(x),
                coordinate(y),
                MEASURED.value(),
                coordinate(x + shift),
                coordinate((y - 9.0).max(self.plot.top - 4.0)),
                INK.value(),
            );
        }
    }

    fn x(&self, hour: f64) -> f64 {
        let Plot { left, right, .. } = self.plot;
        left + hour / self.curve.hours.max(f64::MIN_POSITIVE) * (right - left)
    }

    fn y(&self, value: f64) -> f64 {
        let Plot { top, bottom, .. } = self.plot;
        bottom - (value - self.values.low) / (self.values.high - self.values.low) * (bottom - top)
    }
}

#[expect(clippy::cast_precision_loss, reason = "hours of a chart")]
fn hours(seconds: i64) -> f64 {
    seconds as f64 / 3600.0
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "between 0 and 999"
)]
fn permille(part: f64, whole: f64) -> u16 {
    if part >= whole {
        return 1000;
    }
    (part / whole * 1000.0).floor().clamp(0.0, 999.0) as u16
}

#[cfg(test)]
mod tests {
    use jiff::tz::TimeZone;

    use super::*;
    use crate::market::calendar::UtcTime;
    use crate::text::Language;

    fn drawn(values: &[Option<f64>], quality: Quality) -> String {
        let zone = TimeZone::get("Europe/Berlin").unwrap();
        let at = |hour: usize| UtcTime::from_seconds(i64::try_from(hour).unwrap() * 3600);
        let points: Vec<Point> = values
            .iter()
            .enumerate()
            .map(|(hour, value)| Point {
                start: at(hour),
                end: at(hour + 1),
                value: *value,
                quality: if hour == 1 {
                    quality
                } else {
                    Quality::Measured
                },
                corrected: false,
            })
            .collect();
        let frame = Frame {
            title: "50120962218",
            unit: "kW",
            from: at(0),
            to: at(values.len()),
            width: 800,
            height: 300,
            language: Language::De,
            time_zone: &zone,
        };
        duration(&frame, &points, Dress::Document)
    }

    #[test]
    fn values_stand_from_the_greatest_to_the_least() {
        let svg = drawn(&[Some(2.0), Some(8.0), Some(5.0)], Quality::Measured);
        let line = svg.split("class=\"line\" d=\"").nth(1).unwrap();
        let heights: Vec<f64> = line
            .split('"')
            .next()
            .unwrap()
            .split('V')
            .skip(1)
            .map(|part| part.split('H').next().unwrap().parse().unwrap())
            .collect();
        assert_eq!(heights.len(), 2);
        assert!(heights.is_sorted());
        assert!(svg.contains("8\u{a0}kW") && svg.contains("2\u{a0}kW"));
    }

    #[test]
    fn a_gap_is_told_and_a_substitute_is_marked() {
        let svg = drawn(
            &[Some(2.0), Some(8.0), None, Some(1.0)],
            Quality::Substitute,
        );
        assert!(svg.contains("75,0") && svg.contains("class=\"track\""));
        let whole = drawn(&[Some(2.0), Some(8.0)], Quality::Measured);
        assert!(!whole.contains("class=\"track\""));
    }

    #[test]
    fn nothing_is_a_chart_all_the_same() {
        assert!(drawn(&[], Quality::Measured).ends_with("</svg>\n"));
        assert!(!drawn(&[None, None], Quality::Measured).contains("NaN"));
    }
}
