//! A load profile: one step a value, gaps left open, substitutes and corrections marked.
//!
//! Meter readings are drawn as dots on a thin line. Below the plot run two thin tracks: one in the
//! colour of the worst quality, one where values were corrected, so that a single substitute shows
//! in the chart of a year, too.

mod axes;
mod labels;
mod line;

use crate::chart::axis::ValueAxis;
use crate::chart::legend::Legend;
use crate::chart::sheet::{Dress, Plot, open};
use crate::chart::steps::{Scale, Steps, steps};
use crate::chart::svg::text_pixels;
use crate::chart::{Frame, Point, shown};
use crate::market::calendar::UtcTime;
use crate::text::{Text, with_unit};

/// Draws the points, in order of time, as a complete SVG document with heading and legend; light
/// and dark by `prefers-color-scheme`.
pub fn load_profile(frame: &Frame<'_>, points: &[Point]) -> String {
    Drawing::new(frame, points, Dress::Document).draw()
}

/// The same for a page that inlines it: no heading, no style of its own, fonts by inheritance.
pub fn load_profile_inline(frame: &Frame<'_>, points: &[Point]) -> String {
    Drawing::new(frame, points, Dress::Inline).draw()
}

/// A thumbnail for a page that inlines it: the line alone, with its gaps and its last value.
pub fn load_profile_small(frame: &Frame<'_>, points: &[Point]) -> String {
    Drawing::new(frame, points, Dress::Small).draw()
}

struct Drawing<'a> {
    frame: &'a Frame<'a>,
    points: &'a [Point],
    dress: Dress,
    text: Text,
    size: (f64, f64),
    legend: Option<Legend>,
    plot: Plot,
    axis: ValueAxis,
    drawn: Steps,
    is_readings: bool,
    svg: String,
}

impl<'a> Drawing<'a> {
    fn new(frame: &'a Frame<'a>, points: &'a [Point], dress: Dress) -> Self {
        let text = Text::new(frame.language).in_zone(frame.time_zone.clone());
        let (least_width, least_height) = dress.least_pixels();
        let width = f64::from(frame.width.max(least_width));
        let height = f64::from(frame.height.max(least_height));
        let is_readings = points.iter().all(|point| point.start == point.end);
        let scale = |pixels| Scale {
            from: frame.from,
            to: frame.to,
            pixels,
        };
        // How wide the plot is depends on the labels of its axis, and these on the values alone.
        let whole = steps(points, scale(width));
        let axis = value_axis(&whole, is_readings, if height < 260.0 { 3 } else { 5 });
        let mut plot = Plot {
            left: 1.0,
            right: width - 6.0,
            top: 6.0,
            bottom: height - 6.0,
        };
        let mut legend = None;
        if dress != Dress::Small {
            let labels = axis
                .ticks
                .iter()
                .map(|tick| text.rounded(*tick, axis.decimals));
            let label_pixels = labels.map(|label| text_pixels(&label)).fold(0.0, f64::max);
            plot.left = (label_pixels + 14.0).min(width / 3.0);
            plot.right = width - 14.0;
            let entries = Legend::new(&whole, frame.unit, (plot.left, plot.right), &text);
            plot.top = dress.heading_pixels() + entries.height() + 20.0;
            plot.bottom = (height - 52.0).max(plot.top + 20.0);
            legend = Some(entries);
        }
        let drawn = steps(points, scale(plot.right - plot.left));
        let svg = String::new();
        let size = (width, height.max(plot.bottom));
        Self {
            frame,
            points,
            dress,
            text,
            size,
            legend,
            plot,
            axis,
            drawn,
            is_readings,
            svg,
        }
    }

    fn draw(mut self) -> String {
        self.open();
        if self.dress != Dress::Small {
            self.grid();
            self.legend();
        }
        self.gaps();
        self.lines();
        match self.dress {
            Dress::Small => self.last_dot(),
            Dress::Document | Dress::Inline => {
                self.tracks();
                self.value_labels();
                self.tooltips();
            }
        }
        self.svg.push_str("</svg>\n");
        self.svg
    }

    fn open(&mut self) {
        let summary = self.summary();
        let heading = (self.frame.title, summary.as_str());
        open(
            &mut self.svg,
            self.dress,
            self.size,
            self.plot.left,
            heading,
        );
    }

    /// What the chart shows, for those who do not see it.
    fn summary(&self) -> String {
        let (from, to) = (self.frame.from.seconds(), self.frame.to.seconds());
        let mut parts = vec![self.text.chart_summary(
            self.frame.title,
            &self.text.date_time(from),
            &self.text.date_time(to),
        )];
        let value = |value: f64| with_unit(&self.number(value), self.frame.unit);
        if let (Some((low, _)), Some((high, _)), Some((last, _))) =
            (self.drawn.low, self.drawn.high, self.drawn.last)
        {
            parts.push(
                self.text
                    .chart_extremes(&value(low), &value(high), &value(last)),
            );
        }
        parts.push(match self.drawn.gaps.len() {
            0 => self.text.gaps_none(),
            gaps => self
                .text
                .gaps_found(u64::try_from(gaps).unwrap_or(u64::MAX)),
        });
        parts.join(". ")
    }

    fn legend(&mut self) {
        if let Some(legend) = &self.legend {
            legend.draw(&mut self.svg, self.dress.heading_pixels() + 16.0);
        }
    }

    fn number(&self, value: f64) -> String {
        shown(value, &self.text)
    }

    fn x(&self, at: UtcTime) -> f64 {
        let pixels = self.plot.right - self.plot.left;
        let scale = Scale {
            from: self.frame.from,
            to: self.frame.to,
            pixels,
        };
        self.plot.left + scale.place(at)
    }

    fn y(&self, value: f64) -> f64 {
        let Plot { top, bottom, .. } = self.plot;
        let spread = self.axis.high - self.axis.low;
        bottom - (value - self.axis.low) / spread * (bottom - top)
    }
}

/// An axis that holds all values; amounts stand on zero, readings do not.
fn value_axis(drawn: &Steps, is_readings: bool, rows: u32) -> ValueAxis {
    let low = drawn.low.map_or(0.0, |(value, _)| value);
    let high = drawn.high.map_or(1.0, |(value, _)| value);
    if is_readings {
        ValueAxis::over(low, high, rows)
    } else {
        ValueAxis::over(low.min(0.0), high.max(0.0), rows)
    }
}

#[cfg(test)]
mod tests;
