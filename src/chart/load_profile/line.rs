//! The line, its gaps, and the tracks below it.

use std::fmt::Write as _;

use crate::chart::load_profile::Drawing;
use crate::chart::sheet::{Dress, Plot};
use crate::chart::steps::Step;
use crate::chart::svg::{CORRECTED, Colour, GAP, Path, coordinate, hatch, of_quality};
use crate::series::quality::Quality;

impl Drawing<'_> {
    pub(super) fn gaps(&mut self) {
        let Plot {
            left, top, bottom, ..
        } = self.plot;
        let (mut bands, mut hatches) = (Path::default(), String::new());
        for gap in &self.drawn.gaps {
            // However short, it must be seen.
            let missing = (GAP_PIXELS - (gap.to - gap.from)).max(0.0) / 2.0;
            let (from, to) = (left + gap.from - missing, left + gap.to + missing);
            bands.move_to(from, top);
            bands.line_to(to, top);
            bands.line_to(to, bottom);
            bands.line_to(from, bottom);
            bands.close();
            hatches.push_str(&hatch(from, to, top, bottom));
        }
        if !bands.is_empty() {
            let colour = GAP.value();
            let _ = write!(
                self.svg,
                "<path class=\"gap\" d=\"{}\" fill=\"{colour}\" fill-opacity=\"0.14\"/>\
                 <path d=\"{hatches}\" fill=\"none\" stroke=\"{colour}\" stroke-opacity=\"0.35\"/>",
                bands.data()
            );
        }
    }

    /// The line and its soft ground, one path for each run of one quality.
    pub(super) fn lines(&mut self) {
        let steps = std::mem::take(&mut self.drawn.steps);
        let base = self.y(0.0_f64.clamp(self.axis.low, self.axis.high));
        let mut before: Option<&Step> = None;
        let mut rest = steps.as_slice();
        while let Some(first) = rest.first() {
            let length = rest
                .iter()
                .skip(1)
                .position(|step| !step.joined || step.quality != first.quality)
                .map_or(rest.len(), |at| at + 1);
            let (run, after) = rest.split_at_checked(length).unwrap_or((rest, &[]));
            let before_run = before.filter(|_| first.joined);
            self.run(run, before_run, base);
            before = run.last();
            rest = after;
        }
        if self.is_readings {
            self.dots(&steps);
        }
        self.drawn.steps = steps;
    }

    fn run(&mut self, run: &[Step], before: Option<&Step>, base: f64) {
        let (Some(first), Some(last)) = (run.first(), run.last()) else {
            return;
        };
        let left = self.plot.left;
        let colour = of_quality(first.quality).value();
        let (mut line, mut area) = (Path::default(), Path::default());
        if let Some(before) = before {
            line.move_to(left + before.to, self.y(before.mean));
        }
        area.move_to(left + first.from, base);
        for step in run {
            for x in [left + step.from, left + step.to] {
                line.line_to(x, self.y(step.mean));
                area.line_to(x, self.y(if step.low < 0.0 { step.low } else { step.high }));
            }
        }
        area.line_to(left + last.to, base);
        area.close();
        if !self.is_readings {
            let area = area.data();
            let _ = write!(
                self.svg,
                "<path d=\"{area}\" fill=\"{colour}\" fill-opacity=\"0.13\"/>"
            );
            self.band(run, &colour);
        }
        let thin = self.is_readings && self.dress != Dress::Small;
        let is_dense = run.iter().any(|step| step.low < step.high);
        let (width, opacity) = match (thin, is_dense) {
            (true, _) => ("1", "0.45"),
            (false, true) => ("1", "1"),
            (false, false) => ("1.5", "1"),
        };
        let line = line.data();
        let _ = write!(
            self.svg,
            "<path class=\"line\" d=\"{line}\" fill=\"none\" stroke=\"{colour}\" \
             stroke-width=\"{width}\" stroke-opacity=\"{opacity}\" stroke-linejoin=\"round\"/>"
        );
    }

    /// From the least to the greatest value, where a step stands for many.
    fn band(&mut self, run: &[Step], colour: &str) {
        let left = self.plot.left;
        let mut band = Path::default();
        if run.iter().all(|step| step.low >= step.high) {
            return;
        }
        for step in run {
            band.line_to(left + step.from, self.y(step.high));
            band.line_to(left + step.to, self.y(step.high));
        }
        for step in run.iter().rev() {
            band.line_to(left + step.to, self.y(step.low));
            band.line_to(left + step.from, self.y(step.low));
        }
        band.close();
        let band = band.data();
        let _ = write!(
            self.svg,
            "<path d=\"{band}\" fill=\"{colour}\" fill-opacity=\"0.4\"/>"
        );
    }

    fn dots(&mut self, steps: &[Step]) {
        let is_small = self.dress == Dress::Small || steps.len() > MOST_LARGE_DOTS;
        let radius = if is_small { "1.5" } else { "3.5" };
        for step in steps {
            let (x, y) = (self.plot.left + step.from, self.y(step.mean));
            let colour = of_quality(step.worst).value();
            let _ = write!(
                self.svg,
                "<circle cx=\"{}\" cy=\"{}\" r=\"{radius}\" fill=\"{colour}\"/>",
                coordinate(x),
                coordinate(y)
            );
        }
    }

    /// Below the plot: the worst quality where it is not the best, and what was corrected.
    pub(super) fn tracks(&mut self) {
        for quality in [
            Quality::Substitute,
            Quality::Preliminary,
            Quality::Disturbed,
        ] {
            self.track(of_quality(quality), (4.0, 4.0), |step| {
                step.worst == quality
            });
        }
        self.track(CORRECTED, (9.0, 2.0), |step| step.corrected);
    }

    /// A track so far below the plot and so thick, where steps are marked.
    fn track(
        &mut self,
        colour: Colour,
        (below, thick): (f64, f64),
        is_marked: impl Fn(&Step) -> bool,
    ) {
        let y = self.plot.bottom + below;
        let mut path = Path::default();
        let mut drawn_to = f64::NEG_INFINITY;
        for step in self.drawn.steps.iter().filter(|step| is_marked(step)) {
            if step.from - drawn_to > 0.5 {
                path.move_to(self.plot.left + step.from, y);
            }
            // However short, it must be seen.
            drawn_to = step.to.max(step.from + TRACK_PIXELS);
            path.line_to(self.plot.left + drawn_to, y);
        }
        if !path.is_empty() {
            let (path, colour) = (path.data(), colour.value());
            let _ = write!(
                self.svg,
                "<path d=\"{path}\" stroke=\"{colour}\" stroke-width=\"{thick}\"/>"
            );
        }
    }

    pub(super) fn last_dot(&mut self) {
        if let (Some((value, _)), Some(step)) = (self.drawn.last, self.drawn.steps.last()) {
            let (x, y) = (
                coordinate(self.plot.left + step.to),
                coordinate(self.y(value)),
            );
            let colour = of_quality(step.quality).value();
            let _ = write!(
                self.svg,
                "<circle cx=\"{x}\" cy=\"{y}\" r=\"2.5\" fill=\"{colour}\"/>"
            );
        }
    }
}

/// A gap is never narrower.
const GAP_PIXELS: f64 = 1.5;
/// Neither is a mark on a track.
const TRACK_PIXELS: f64 = 2.0;
/// More readings than these are drawn as small dots.
const MOST_LARGE_DOTS: usize = 80;
