//! What is written into the plot: the outstanding values, and what a pointer is told.

use std::fmt::Write as _;

use crate::chart::Point;
use crate::chart::legend::quality_name;
use crate::chart::load_profile::Drawing;
use crate::chart::sheet::Plot;
use crate::chart::svg::{GROUND, INK, MEASURED, coordinate, text_pixels};
use crate::series::quality::Quality;
use crate::text::{escape, with_unit};

impl Drawing<'_> {
    /// Least, greatest and last value, as far as they find room beside each other.
    pub(super) fn value_labels(&mut self) {
        let mut taken: Vec<(f64, f64, f64)> = Vec::new();
        let labels = [
            (self.drawn.high, -9.0),
            (self.drawn.last, -9.0),
            (self.drawn.low, 17.0),
        ];
        let ground = GROUND.value();
        for (place, shift) in labels {
            let Some((value, at)) = place else { continue };
            let (x, y) = (self.plot.left + at, self.y(value));
            let label = self.number(value);
            let half = text_pixels(&label) / 2.0;
            let middle = x
                .min(self.plot.right - half)
                .max(self.plot.left + half + 2.0);
            let text_y = (y + shift)
                .min(self.plot.bottom - 5.0)
                .max(self.plot.top - 4.0);
            let is_free = taken.iter().all(|(other, other_y, other_half)| {
                (middle - other).abs() > half + other_half + 6.0 || (text_y - other_y).abs() > 15.0
            });
            if !is_free {
                continue;
            }
            taken.push((middle, text_y, half));
            let _ = write!(
                self.svg,
                "<circle cx=\"{}\" cy=\"{}\" r=\"3\" fill=\"{}\" stroke=\"{ground}\" stroke-width=\"1.5\"/>\
                 <text x=\"{}\" y=\"{}\" text-anchor=\"middle\" font-weight=\"600\" fill=\"{}\" \
                 stroke=\"{ground}\" stroke-width=\"3\" stroke-linejoin=\"round\" paint-order=\"stroke\">{label}</text>",
                coordinate(x),
                coordinate(y),
                MEASURED.value(),
                coordinate(middle),
                coordinate(text_y),
                INK.value(),
            );
        }
    }

    /// What a pointer over an interval is told, where there are few enough to point at.
    pub(super) fn tooltips(&mut self) {
        let inside = |point: &&Point| point.end > self.frame.from && point.start < self.frame.to;
        if self.points.iter().filter(inside).count() > MOST_TOOLTIPS {
            return;
        }
        let Plot {
            left,
            right,
            top,
            bottom,
        } = self.plot;
        self.svg.push_str("<g class=\"hits\" fill=\"transparent\">");
        for point in self.points.iter().filter(inside) {
            let (from, to) = (self.x(point.start).max(left), self.x(point.end).min(right));
            let (from, to) = if point.start == point.end {
                (from - 4.0, to + 4.0)
            } else {
                (from, to)
            };
            let told = escape(&self.told(point));
            let _ = write!(
                self.svg,
                "<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\"><title>{told}</title></rect>",
                coordinate(from),
                coordinate(top),
                coordinate(to - from),
                coordinate(bottom - top),
            );
        }
        self.svg.push_str("</g>");
    }

    fn told(&self, point: &Point) -> String {
        let start = self.text.date_time(point.start.seconds());
        let when = if point.start == point.end {
            start
        } else {
            format!("{start} – {}", self.text.time_of(point.end.seconds()))
        };
        let value = match point.value {
            Some(value) => with_unit(&self.number(value), self.frame.unit),
            None => quality_name(Quality::Missing, &self.text),
        };
        let mut told = format!("{when}: {value}");
        if point.value.is_some() && point.quality != Quality::Measured {
            let _ = write!(told, " ({})", quality_name(point.quality, &self.text));
        }
        if point.corrected {
            let _ = write!(told, " · {}", self.text.chart_corrected());
        }
        told
    }
}

/// More intervals than these are too narrow to point at: a week of hours, a year of days.
const MOST_TOOLTIPS: usize = 400;
