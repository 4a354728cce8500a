//! Peaks as bars, from the greatest down: when, and how much.

use std::fmt::Write as _;

use crate::chart::Frame;
use crate::chart::legend::{Legend, Mark, of_qualities};
use crate::chart::sheet::{Dress, open};
use crate::chart::svg::{GRID, INK, MUTED, coordinate, of_quality, text_pixels};
use crate::series::peaks::Peak;
use crate::text::{Text, escape, with_unit};

/// Draws the peaks; `frame.unit` is that of the power. The frame's height counts where there are
/// few: a bar is never thicker than it needs to be.
pub fn peaks(frame: &Frame<'_>, peaks: &[Peak], dress: Dress) -> String {
    let text = Text::new(frame.language).in_zone(frame.time_zone.clone());
    let (least_width, least_height) = dress.least_pixels();
    let width = f64::from(frame.width.max(least_width));
    let height = f64::from(frame.height.max(least_height));
    let has = |quality| peaks.iter().any(|peak| peak.quality == quality);
    let edges = (EDGE, width - EDGE);
    let legend = Legend::of(of_qualities(has, Mark::Line, &text), frame.unit, edges);
    let top = dress.heading_pixels() + legend.height() + 8.0;
    let row = ((height - top - 8.0) / length(peaks)).clamp(16.0, MOST_ROW_PIXELS);
    let size = (
        width,
        (top + row * length(peaks) + 8.0).max(f64::from(least_height)),
    );
    let mut svg = String::new();
    let summary = summary(frame, peaks, &text);
    open(&mut svg, dress, size, EDGE, (frame.title, &summary));
    legend.draw(&mut svg, dress.heading_pixels() + 16.0);
    let labels: Vec<String> = peaks.iter().map(|peak| when(peak, &text)).collect();
    let label_pixels = labels
        .iter()
        .map(|label| text_pixels(label))
        .fold(0.0, f64::max);
    let left = (EDGE + label_pixels + 10.0).min(width * 0.6);
    let right = width - EDGE - VALUE_PIXELS;
    let greatest = peaks.first().map_or(1.0, power);
    for (at, (peak, label)) in (0_u32..).zip(peaks.iter().zip(&labels)) {
        let y = top + row * f64::from(at);
        let share = (power(peak) / greatest).clamp(0.0, 1.0);
        let pixels = (share * (right - left)).max(1.0);
        let value = text.decimal(peak.power.mantissa(), peak.power.scale());
        let thick = (row - 6.0).max(8.0);
        let letters = coordinate(y + thick / 2.0 + 4.0);
        let _ = write!(
            svg,
            "<text x=\"{}\" y=\"{letters}\" text-anchor=\"end\" fill=\"{}\">{}</text>\
             <rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"1\" fill=\"{}\"/>\
             <rect class=\"peak\" x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" rx=\"2\" fill=\"{}\"/>\
             <text x=\"{}\" y=\"{letters}\" font-weight=\"600\" fill=\"{}\">{}</text>",
            coordinate(left - 10.0),
            MUTED.value(),
            escape(label),
            coordinate(left),
            coordinate(y + thick / 2.0),
            coordinate(right - left),
            GRID.value(),
            coordinate(left),
            coordinate(y),
            coordinate(pixels),
            coordinate(thick),
            of_quality(peak.quality).value(),
            coordinate(left + pixels + 8.0),
            INK.value(),
            escape(&with_unit(&value, frame.unit)),
        );
    }
    if peaks.is_empty() {
        let (x, y) = (coordinate(EDGE), coordinate(top + 20.0));
        let (muted, none) = (MUTED.value(), escape(&text.peaks_none()));
        let _ = write!(
            svg,
            "<text x=\"{x}\" y=\"{y}\" fill=\"{muted}\">{none}</text>"
        );
    }
    svg.push_str("</svg>\n");
    svg
}

/// When a peak was: `24.11.2026 15:00 – 15:15`.
pub fn when(peak: &Peak, text: &Text) -> String {
    let start = text.date_time(peak.start.seconds());
    format!("{start} – {}", text.time_of(peak.end.seconds()))
}

fn summary(frame: &Frame<'_>, peaks: &[Peak], text: &Text) -> String {
    let greatest = peaks.first().map_or_else(
        || text.peaks_none(),
        |peak| {
            let value = text.decimal(peak.power.mantissa(), peak.power.scale());
            format!("{}: {}", when(peak, text), with_unit(&value, frame.unit))
        },
    );
    format!("{}: {}. {greatest}", text.peaks_title(), frame.title)
}

#[expect(clippy::cast_precision_loss, reason = "pixels are coarser than 2^-53")]
fn power(peak: &Peak) -> f64 {
    peak.power.mantissa() as f64 / 10_f64.powi(peak.power.scale().into())
}

fn length(peaks: &[Peak]) -> f64 {
    f64::from(u32::try_from(peaks.len().max(1)).unwrap_or(u32::MAX))
}

const EDGE: f64 = 14.0;
/// Room for the value behind the longest bar.
const VALUE_PIXELS: f64 = 92.0;
const MOST_ROW_PIXELS: f64 = 34.0;

#[cfg(test)]
mod tests {
    use jiff::tz::TimeZone;

    use super::*;
    use crate::market::calendar::UtcTime;
    use crate::market::quantity::Decimal;
    use crate::series::quality::Quality;
    use crate::text::Language;

    fn drawn(values: &[(&str, Quality)]) -> String {
        let zone = TimeZone::get("Europe/Berlin").unwrap();
        let list: Vec<Peak> = (0..)
            .zip(values)
            .map(|(quarter, (value, quality))| Peak {
                start: UtcTime::from_seconds(quarter * 900),
                end: UtcTime::from_seconds(quarter * 900 + 900),
                power: Decimal::parse(value.as_bytes()).unwrap().into(),
                quality: *quality,
            })
            .collect();
        let frame = Frame {
            title: "<50120962218>",
            unit: "kW",
            from: UtcTime::from_seconds(0),
            to: UtcTime::from_seconds(86_400),
            width: 700,
            height: 300,
            language: Language::De,
            time_zone: &zone,
        };
        peaks(&frame, &list, Dress::Document)
    }

    #[test]
    fn a_bar_a_peak_as_long_as_it_is_high_and_marked_by_its_quality() {
        let svg = drawn(&[("80.5", Quality::Measured), ("40.25", Quality::Substitute)]);
        let bars: Vec<f64> = svg
            .split("class=\"peak\"")
            .skip(1)
            .map(|bar| bar.split("width=\"").nth(1).unwrap())
            .map(|bar| bar.split('"').next().unwrap().parse().unwrap())
            .collect();
        assert_eq!(bars.len(), 2);
        assert!((bars[0] / bars[1] - 2.0).abs() < 0.01);
        assert!(svg.contains("80,5\u{a0}kW") && svg.contains("01.01.1970 01:00 – 01:15"));
        assert!(svg.contains("--chart-substitute") && !svg.contains("<501"));
    }

    #[test]
    fn no_peak_is_said_in_words() {
        let svg = drawn(&[]);
        assert!(svg.ends_with("</svg>\n") && !svg.contains("NaN"));
        assert!(!svg.contains("class=\"peak\""));
    }
}
