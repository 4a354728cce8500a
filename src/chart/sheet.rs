//! What every chart is drawn on: the opening of the document, and what is drawn around the plot.

use std::fmt::Write as _;

use crate::chart::svg::{GROUND, INK, coordinate, dark_style};
use crate::text::escape;

/// What is drawn around the plot.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Dress {
    /// A complete document with heading and legend; light and dark by `prefers-color-scheme`.
    Document,
    /// For a page that inlines it: no heading, no style of its own, fonts by inheritance.
    Inline,
    /// A thumbnail for a page that inlines it.
    Small,
}

impl Dress {
    /// Room for the heading.
    pub(super) const fn heading_pixels(self) -> f64 {
        match self {
            Self::Document => 32.0,
            Self::Inline | Self::Small => 0.0,
        }
    }

    /// Width and height under which nothing could be read.
    pub(super) const fn least_pixels(self) -> (u32, u32) {
        match self {
            Self::Document | Self::Inline => (240, 140),
            Self::Small => (40, 24),
        }
    }
}

/// Where the plot is, in pixels.
#[derive(Clone, Copy, Debug)]
pub(super) struct Plot {
    pub(super) left: f64,
    pub(super) right: f64,
    pub(super) top: f64,
    pub(super) bottom: f64,
}

/// Begins a chart: its size, what it shows for those who do not see it, and its heading.
pub(super) fn open(
    svg: &mut String,
    dress: Dress,
    (width, height): (f64, f64),
    left: f64,
    (title, summary): (&str, &str),
) {
    let summary = escape(summary);
    // Writing into a `String` cannot fail.
    let _ = write!(
        svg,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"chart\" role=\"img\" \
         width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {width} {height}\" font-size=\"12\" \
         aria-label=\"{summary}\""
    );
    match dress {
        Dress::Document => {
            let (ground, ink) = (GROUND.value(), INK.value());
            let _ = write!(
                svg,
                " font-family=\"system-ui,-apple-system,'Segoe UI',Roboto,sans-serif\">\
                 <title>{summary}</title>{}\
                 <rect width=\"{width}\" height=\"{height}\" fill=\"{ground}\"/>\
                 <text x=\"{}\" y=\"26\" font-size=\"15\" font-weight=\"600\" fill=\"{ink}\">{}</text>",
                dark_style(),
                coordinate(left),
                escape(title),
            );
        }
        Dress::Inline | Dress::Small => {
            let _ = write!(svg, "><title>{summary}</title>");
        }
    }
}
