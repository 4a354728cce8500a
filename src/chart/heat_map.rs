//! A heat map: a column a day, from midnight above to midnight below, the colour tells the value.
//!
//! On the day on which the clock skips an hour its cells stay empty; in the hour that autumn has
//! twice, the first one is the left half of its cells and the second one the right half. Gaps are
//! hatched, cells with substitutes and the like have a rim in the colour of their quality. The
//! colours are those of viridis: even steps of brightness, for every kind of eye and in print.

mod cells;

use std::fmt::Write as _;

use crate::chart::axis::time_ticks;
use crate::chart::legend::{DRAWN, Legend, Mark, of_qualities};
use crate::chart::sheet::{Dress, Plot, open};
use crate::chart::svg::{GAP, GRID, MUTED, Path, coordinate, hatch, of_quality, text_pixels};
use crate::chart::{Frame, Point, shown};
use crate::series::quality::Quality;
use crate::text::{Text, escape, with_unit};

use cells::{Cell, Cells, Half, Place};

/// Draws the points of a period.
pub fn heat_map(frame: &Frame<'_>, points: &[Point], dress: Dress) -> String {
    let text = Text::new(frame.language).in_zone(frame.time_zone.clone());
    let cells = Cells::of(frame, points);
    let mut drawing = Drawing::new(frame, &cells, dress, &text);
    let summary = drawing.summary();
    let heading = (frame.title, summary.as_str());
    open(
        &mut drawing.svg,
        dress,
        drawing.size,
        drawing.plot.left,
        heading,
    );
    drawing.legend();
    drawing.axes();
    drawing.values();
    drawing.gaps();
    drawing.rims();
    drawing.tooltips();
    drawing.svg.push_str("</svg>\n");
    drawing.svg
}

struct Drawing<'a> {
    frame: &'a Frame<'a>,
    text: &'a Text,
    cells: &'a Cells,
    legend: Legend,
    legend_top: f64,
    size: (f64, f64),
    plot: Plot,
    low: f64,
    high: f64,
    svg: String,
}

impl<'a> Drawing<'a> {
    fn new(frame: &'a Frame<'a>, cells: &'a Cells, dress: Dress, text: &'a Text) -> Self {
        let (least_width, least_height) = dress.least_pixels();
        let width = f64::from(frame.width.max(least_width));
        let height = f64::from(frame.height.max(least_height));
        let plot_left = text_pixels("00:00") + 14.0;
        let right = width - 14.0;
        let has = |quality| {
            quality != Quality::Measured && cells.at.values().any(|cell| cell.quality == quality)
        };
        let mut marks = of_qualities(has, Mark::Line, text);
        if cells.at.values().any(is_gap) {
            marks.push((GAP, Mark::Band, text.chart_gap()));
        }
        let is_plain = marks.is_empty();
        let legend = Legend::of(marks, "", (plot_left, right));
        let legend_top = dress.heading_pixels() + RAMP_ROW;
        let top = legend_top + 8.0 + if is_plain { 0.0 } else { legend.height() };
        let bottom = (height - 46.0).max(top + 48.0);
        let (low, high) = cells.range().unwrap_or((0.0, 1.0));
        Self {
            frame,
            text,
            cells,
            legend,
            legend_top,
            size: (width, height.max(bottom + 46.0)),
            plot: Plot {
                left: plot_left,
                right,
                top,
                bottom,
            },
            // Amounts begin at zero, so that a small difference does not look like a great one.
            low: low.min(0.0),
            high: if high > low.min(0.0) { high } else { low + 1.0 },
            svg: String::new(),
        }
    }

    fn summary(&self) -> String {
        let (from, to) = (self.frame.from.seconds(), self.frame.to.seconds());
        let (from, to) = (self.text.date_time(from), self.text.date_time(to));
        let what = self.text.chart_summary(self.frame.title, &from, &to);
        format!("{}: {what}", self.text.heat_map_title())
    }

    /// The colours from the least to the greatest value, and what else may be seen.
    fn legend(&mut self) {
        self.legend.draw(&mut self.svg, self.legend_top + 10.0);
        let y = self.legend_top - RAMP_ROW + 5.0;
        let muted = MUTED.value();
        let low = shown(self.low, self.text);
        let high = with_unit(&shown(self.high, self.text), self.frame.unit);
        let left = self.plot.left + text_pixels(&low) + 8.0;
        let right = (left + 220.0).min(self.plot.right - text_pixels(&high) - 8.0);
        let pixels = (right - left).max(16.0) / f64::from(SHADES);
        let _ = write!(
            self.svg,
            "<g fill=\"{muted}\"><text x=\"{}\" y=\"{}\">{low}</text><text x=\"{}\" y=\"{}\">{}</text></g>",
            coordinate(self.plot.left),
            coordinate(y + 11.0),
            coordinate(right + 8.0),
            coordinate(y + 11.0),
            escape(&high),
        );
        for number in 0..SHADES {
            let x = left + f64::from(number) * pixels;
            // A hair wider than its place, so that no ground shines through.
            let _ = write!(
                self.svg,
                "<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"12\" fill=\"{}\"/>",
                coordinate(x),
                coordinate(y),
                coordinate(pixels + 0.4),
                shade(number)
            );
        }
    }

    fn axes(&mut self) {
        let Plot {
            left,
            right,
            top,
            bottom,
        } = self.plot;
        let (muted, grid) = (MUTED.value(), GRID.value());
        let mut lines = Path::default();
        let _ = write!(self.svg, "<g fill=\"{muted}\" text-anchor=\"end\">");
        let step = if bottom - top < 160.0 { 6 } else { 3 };
        for hour in (0_u32..=24).step_by(step) {
            let y = top + f64::from(hour) / 24.0 * (bottom - top);
            lines.move_to(left - 5.0, y.round() + 0.5);
            lines.line_to(left, y.round() + 0.5);
            let (x, y) = (coordinate(left - 8.0), coordinate(y + 4.0));
            let _ = write!(self.svg, "<text x=\"{x}\" y=\"{y}\">{hour:02}:00</text>");
        }
        let _ = write!(self.svg, "</g><g fill=\"{muted}\">");
        let (mut free_from, mut free_below) = (left - 20.0, 0.0);
        for tick in time_ticks(self.frame.from, self.frame.to, right - left, self.text) {
            let date = self.text.zoned(tick.at.seconds()).date();
            if self.text.zoned(tick.at.seconds()).hour() != 0 {
                continue; // Hours stand at the side.
            }
            let x = left + self.cells.column_of(date) * self.column_pixels();
            lines.move_to(x.round() + 0.5, bottom);
            lines.line_to(x.round() + 0.5, bottom + 6.0);
            let label = if tick.label.contains(':') {
                self.text.weekday_and_date(date)
            } else {
                tick.label
            };
            if x >= free_from && x + text_pixels(&label) <= right + 14.0 {
                let (x, y) = (coordinate(x), coordinate(bottom + 19.0));
                let _ = write!(
                    self.svg,
                    "<text x=\"{x}\" y=\"{y}\">{}</text>",
                    escape(&label)
                );
                free_from =
                    left + self.cells.column_of(date) * self.column_pixels() + text_pixels(&label);
            }
            let context = tick.context.unwrap_or_default();
            let end = x + text_pixels(&context);
            if !context.is_empty()
                && x >= free_below
                && end <= right + 14.0
                && !label.contains(&context)
            {
                let (x, y) = (coordinate(x), coordinate(bottom + 37.0));
                let _ = write!(
                    self.svg,
                    "<text x=\"{x}\" y=\"{y}\" font-weight=\"600\">{}</text>",
                    escape(&context)
                );
                free_below = end + 12.0;
            }
        }
        let path = lines.data();
        let _ = write!(
            self.svg,
            "</g><path d=\"{path}\" fill=\"none\" stroke=\"{grid}\"/>"
        );
    }

    /// One path a shade: neighbours above each other of one shade are one figure.
    fn values(&mut self) {
        let mut paths: Vec<Path> = (0..SHADES).map(|_| Path::default()).collect();
        let shade_of = |cell: &Cell| cell.mean().map(|mean| self.shade_of(mean));
        for (run, number) in self.runs(shade_of) {
            let index = usize::try_from(number).unwrap_or(0);
            if let Some(path) = paths.get_mut(index) {
                self.rectangle(path, run, 0.0);
            }
        }
        for (number, path) in (0..SHADES).zip(&paths) {
            if !path.is_empty() {
                let (path, shade) = (path.data(), shade(number));
                let _ = write!(
                    self.svg,
                    "<path class=\"cells\" d=\"{path}\" fill=\"{shade}\" shape-rendering=\"crispEdges\"/>"
                );
            }
        }
    }

    fn gaps(&mut self) {
        let (mut ground, mut hatches) = (Path::default(), String::new());
        for (run, ()) in self.runs(|cell| is_gap(cell).then_some(())) {
            self.rectangle(&mut ground, run, 0.0);
            let (from, to, top, bottom) = self.bounds(run);
            hatches.push_str(&hatch(from, to, top, bottom));
        }
        if !ground.is_empty() {
            let (path, gap) = (ground.data(), GAP.value());
            let _ = write!(
                self.svg,
                "<path class=\"gap\" d=\"{path}\" fill=\"{gap}\" fill-opacity=\"0.18\"/>\
                 <path d=\"{hatches}\" fill=\"none\" stroke=\"{gap}\" stroke-opacity=\"0.6\"/>"
            );
        }
    }

    /// Around cells that are no true values.
    fn rims(&mut self) {
        for quality in DRAWN.into_iter().filter(|one| *one != Quality::Measured) {
            let mut path = Path::default();
            for (run, ()) in self.runs(|cell| (cell.quality == quality).then_some(())) {
                self.rectangle(&mut path, run, 0.75);
            }
            if !path.is_empty() {
                let (path, colour) = (path.data(), of_quality(quality).value());
                let _ = write!(
                    self.svg,
                    "<path class=\"rim\" d=\"{path}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"1.5\"/>"
                );
            }
        }
    }

    /// What a pointer over a day is told.
    fn tooltips(&mut self) {
        self.svg.push_str("<g class=\"hits\" fill=\"transparent\">");
        let Plot { top, bottom, .. } = self.plot;
        for column in 0..self.cells.columns {
            let (first, last) = self.cells.days_of(column);
            let days = if first == last {
                self.text.weekday_and_date(first)
            } else {
                self.text
                    .period_range(&self.text.date(first), &self.text.date(last))
            };
            let x = self.plot.left + f64::from(column) * self.column_pixels();
            let _ = write!(
                self.svg,
                "<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\"><title>{}</title></rect>",
                coordinate(x),
                coordinate(top),
                coordinate(self.column_pixels()),
                coordinate(bottom - top),
                escape(&days)
            );
        }
        self.svg.push_str("</g>");
    }

    /// Runs of cells above each other to which the same applies: the first one, and how many.
    fn runs<T: PartialEq + Copy>(
        &self,
        applies: impl Fn(&Cell) -> Option<T>,
    ) -> Vec<((Place, u32), T)> {
        let mut runs: Vec<((Place, u32), T)> = Vec::new();
        for (place, cell) in &self.cells.at {
            let Some(kind) = applies(cell) else { continue };
            if let Some(((first, rows), of)) = runs.last_mut()
                && *of == kind
                && (first.column, first.half) == (place.column, place.half)
                && first.row + *rows == place.row
            {
                *rows += 1;
            } else {
                runs.push(((*place, 1), kind));
            }
        }
        runs
    }

    /// Left, right, top and bottom of a run.
    fn bounds(&self, (place, rows): (Place, u32)) -> (f64, f64, f64, f64) {
        let width = self.column_pixels();
        let side = |number: f64| self.plot.left + number * width;
        let column = f64::from(place.column);
        let (from, to) = match place.half {
            Half::Whole => (side(column), side(column + 1.0)),
            Half::First => (side(column), side(column + 0.5)),
            Half::Second => (side(column + 0.5), side(column + 1.0)),
        };
        let row = (self.plot.bottom - self.plot.top) / f64::from(self.cells.rows);
        // The same way for both edges, or neighbours would be a hair apart.
        let edge = |number: u32| self.plot.top + f64::from(number) * row;
        (from, to, edge(place.row), edge(place.row + rows))
    }

    fn rectangle(&self, path: &mut Path, run: (Place, u32), inset: f64) {
        let (from, to, top, bottom) = self.bounds(run);
        path.move_to(from + inset, top + inset);
        path.line_to(to - inset, top + inset);
        path.line_to(to - inset, bottom - inset);
        path.line_to(from + inset, bottom - inset);
        path.close();
    }

    fn column_pixels(&self) -> f64 {
        (self.plot.right - self.plot.left) / f64::from(self.cells.columns.max(1))
    }

    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "between 0 and the number of shades"
    )]
    fn shade_of(&self, mean: f64) -> u32 {
        let share = (mean - self.low) / (self.high - self.low);
        (share * f64::from(SHADES)).clamp(0.0, f64::from(SHADES - 1)) as u32
    }
}

/// Whether nothing is there that should be.
fn is_gap(cell: &Cell) -> bool {
    cell.has_gap && cell.mean().is_none()
}

/// A shade of viridis, from the darkest, 0, to the brightest.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "between 0 and 255"
)]
fn shade(number: u32) -> String {
    let at = f64::from(number) / f64::from(SHADES - 1) * 10.0;
    let below = at.floor().min(9.0);
    let part = at - below;
    let pair = (VIRIDIS.windows(2)).nth(below as usize);
    let mixed = |channel: usize| match pair {
        Some([one, other]) => {
            let of = |colour: &[u8; 3]| f64::from(colour.get(channel).copied().unwrap_or(0));
            (of(one) + (of(other) - of(one)) * part).round() as u8
        }
        Some(_) | None => 0,
    };
    format!("#{:02x}{:02x}{:02x}", mixed(0), mixed(1), mixed(2))
}

/// Eleven points of viridis (van der Walt and Smith, CC0).
const VIRIDIS: [[u8; 3]; 11] = [
    [0x44, 0x01, 0x54],
    [0x48, 0x24, 0x75],
    [0x41, 0x44, 0x87],
    [0x35, 0x5f, 0x8d],
    [0x2a, 0x78, 0x8e],
    [0x21, 0x91, 0x8c],
    [0x22, 0xa8, 0x84],
    [0x44, 0xbf, 0x70],
    [0x7a, 0xd1, 0x51],
    [0xbd, 0xdf, 0x26],
    [0xfd, 0xe7, 0x25],
];
/// More than an eye tells apart, few enough for short paths.
const SHADES: u32 = 32;
/// Height of the row with the colours.
const RAMP_ROW: f64 = 26.0;

#[cfg(test)]
mod tests;
