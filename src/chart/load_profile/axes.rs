//! The grid, the ticks and their labels.

use std::fmt::Write as _;

use crate::chart::axis::{TimeTick, time_ticks};
use crate::chart::load_profile::Drawing;
use crate::chart::sheet::Plot;
use crate::chart::svg::{GRID, MUTED, Path, coordinate, text_pixels};
use crate::text::escape;

impl Drawing<'_> {
    pub(super) fn grid(&mut self) {
        let Plot {
            left,
            right,
            bottom,
            ..
        } = self.plot;
        let _ = write!(
            self.svg,
            "<g fill=\"{}\" stroke=\"none\" text-anchor=\"end\">",
            MUTED.value()
        );
        for tick in self.axis.ticks.clone() {
            let y = self.y(tick);
            let label = self.text.rounded(tick, self.axis.decimals);
            let (x, y) = (coordinate(left - 8.0), coordinate(y + 4.0));
            let _ = write!(self.svg, "<text x=\"{x}\" y=\"{y}\">{label}</text>");
        }
        self.svg.push_str("</g>");
        let mut lines = Path::default();
        for tick in &self.axis.ticks {
            let y = self.y(*tick).round() + 0.5;
            lines.move_to(left, y);
            lines.line_to(right, y);
        }
        let ticks = time_ticks(self.frame.from, self.frame.to, right - left, &self.text);
        for tick in &ticks {
            let x = self.x(tick.at).round() + 0.5;
            lines.move_to(x, bottom);
            lines.line_to(x, bottom + 14.0);
        }
        let _ = write!(
            self.svg,
            "<path d=\"{}\" fill=\"none\" stroke=\"{}\"/>",
            lines.data(),
            GRID.value()
        );
        self.time_labels(&ticks);
    }

    fn time_labels(&mut self, ticks: &[TimeTick]) {
        let Plot {
            left,
            right,
            bottom,
            ..
        } = self.plot;
        let _ = write!(self.svg, "<g fill=\"{}\">", MUTED.value());
        let mut free_from = left - 20.0;
        for (at, tick) in ticks.iter().enumerate() {
            let x = self.x(tick.at);
            let end = ticks.get(at + 1).map_or(right, |next| self.x(next.at));
            let half = text_pixels(&tick.label) / 2.0;
            let middle = if tick.names_span {
                f64::midpoint(x, end)
            } else {
                x
            };
            if middle - half >= free_from && middle + half <= right + 14.0 {
                let (x, y) = (coordinate(middle), coordinate(bottom + 27.0));
                let label = escape(&tick.label);
                let _ = write!(
                    self.svg,
                    "<text x=\"{x}\" y=\"{y}\" text-anchor=\"middle\">{label}</text>"
                );
                free_from = middle + half + 6.0;
            }
        }
        let mut free_from = 0.0;
        for tick in ticks {
            let Some(context) = tick.context.as_ref().filter(|context| !context.is_empty()) else {
                continue;
            };
            let x = self.x(tick.at).max(left);
            let end = x + text_pixels(context);
            if x >= free_from && end <= right + 14.0 {
                let (x, y) = (coordinate(x), coordinate(bottom + 45.0));
                let context = escape(context);
                let _ = write!(
                    self.svg,
                    "<text x=\"{x}\" y=\"{y}\" font-weight=\"600\">{context}</text>"
                );
                free_from = end + 12.0;
            }
        }
        self.svg.push_str("</g>");
    }
}
