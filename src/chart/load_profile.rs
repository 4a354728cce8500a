//! A load profile: one step a value, gaps left open, substitutes and corrections marked.

use super::{Frame, Point};

/// Draws the points as a complete SVG document (light and dark by `prefers-color-scheme`, colours
/// as CSS variables with fallbacks so that a page can inline it).
pub fn load_profile(_frame: &Frame<'_>, _points: &[Point]) -> String {
    todo!()
}
