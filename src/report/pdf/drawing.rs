//! A chart as lines and areas of a PDF: sharp at any size, a few kilobytes.

use std::collections::BTreeSet;

use pdf_writer::types::{LineCapStyle, LineJoinStyle};
use pdf_writer::{Content, Name};
use resvg::usvg::tiny_skia_path::{Path as Data, PathSegment, Transform};
use resvg::usvg::{Color, FillRule, Group, LineCap, LineJoin, Node, Paint, PaintOrder, Path, Tree};

/// How opaque something is, in percent. A page names each as a graphics state.
pub(super) type Opacities = BTreeSet<u8>;

/// The name of a graphics state.
pub(super) fn name_of(percent: u8) -> String {
    format!("a{percent}")
}

/// Draws a chart with its upper left corner at a place, in points from the lower left of the page;
/// a pixel of it is `scale` points.
pub(super) fn draw(
    page: &mut Content,
    opacities: &mut Opacities,
    tree: &Tree,
    (x, y): (f32, f32),
    scale: f32,
) {
    page.save_state();
    page.transform([scale, 0.0, 0.0, -scale, x, y]);
    group(page, opacities, tree.root(), 1.0);
    page.restore_state();
}

fn group(page: &mut Content, opacities: &mut Opacities, drawn: &Group, opacity: f32) {
    let opacity = opacity * drawn.opacity().get();
    for node in drawn.children() {
        match node {
            Node::Group(inner) => group(page, opacities, inner, opacity),
            Node::Path(drawn) => path(page, opacities, drawn, opacity),
            // Letters as areas: their words stand beside the chart.
            Node::Text(text) => group(page, opacities, text.flattened(), opacity),
            Node::Image(_) => {} // Our charts have none.
        }
    }
}

fn path(page: &mut Content, opacities: &mut Opacities, drawn: &Path, opacity: f32) {
    if !drawn.is_visible() {
        return;
    }
    // A halo of letters is drawn below them.
    match drawn.paint_order() {
        PaintOrder::FillAndStroke => {
            fill(page, opacities, drawn, opacity);
            stroke(page, opacities, drawn, opacity);
        }
        PaintOrder::StrokeAndFill => {
            stroke(page, opacities, drawn, opacity);
            fill(page, opacities, drawn, opacity);
        }
    }
}

fn fill(page: &mut Content, opacities: &mut Opacities, drawn: &Path, opacity: f32) {
    let Some(fill) = drawn.fill() else { return };
    let Paint::Color(colour) = fill.paint() else {
        return; // Our charts have plain colours alone.
    };
    page.save_state();
    opaque(page, opacities, opacity * fill.opacity().get());
    let [red, green, blue] = rgb(*colour);
    page.set_fill_rgb(red, green, blue);
    outline(page, drawn.data(), drawn.abs_transform());
    match fill.rule() {
        FillRule::NonZero => page.fill_nonzero(),
        FillRule::EvenOdd => page.fill_even_odd(),
    };
    page.restore_state();
}

fn stroke(page: &mut Content, opacities: &mut Opacities, drawn: &Path, opacity: f32) {
    let Some(stroke) = drawn.stroke() else { return };
    let Paint::Color(colour) = stroke.paint() else {
        return;
    };
    page.save_state();
    opaque(page, opacities, opacity * stroke.opacity().get());
    let [red, green, blue] = rgb(*colour);
    page.set_stroke_rgb(red, green, blue);
    page.set_line_width(stroke.width().get());
    page.set_line_cap(match stroke.linecap() {
        LineCap::Butt => LineCapStyle::ButtCap,
        LineCap::Round => LineCapStyle::RoundCap,
        LineCap::Square => LineCapStyle::ProjectingSquareCap,
    });
    page.set_line_join(match stroke.linejoin() {
        LineJoin::Miter | LineJoin::MiterClip => LineJoinStyle::MiterJoin,
        LineJoin::Round => LineJoinStyle::RoundJoin,
        LineJoin::Bevel => LineJoinStyle::BevelJoin,
    });
    if let Some(dashes) = stroke.dasharray() {
        page.set_dash_pattern(dashes.iter().copied(), stroke.dashoffset());
    }
    outline(page, drawn.data(), drawn.abs_transform());
    page.stroke();
    page.restore_state();
}

/// Chooses how opaque what follows is. Nothing is chosen for what is opaque.
fn opaque(page: &mut Content, opacities: &mut Opacities, opacity: f32) {
    let percent = (0..100_u8).find(|percent| opacity * 100.0 <= f32::from(*percent) + 0.5);
    if let Some(percent) = percent {
        opacities.insert(percent);
        page.set_parameters(Name(name_of(percent).as_bytes()));
    }
}

fn outline(page: &mut Content, data: &Data, place: Transform) {
    page.transform([place.sx, place.ky, place.kx, place.sy, place.tx, place.ty]);
    let mut last = (0.0, 0.0);
    for segment in data.segments() {
        match segment {
            PathSegment::MoveTo(to) => {
                page.move_to(to.x, to.y);
                last = (to.x, to.y);
            }
            PathSegment::LineTo(to) => {
                page.line_to(to.x, to.y);
                last = (to.x, to.y);
            }
            PathSegment::QuadTo(by, to) => {
                // The same curve with two points between its ends.
                let near = |from: f32, by: f32| from + (by - from) * 2.0 / 3.0;
                page.cubic_to(
                    near(last.0, by.x),
                    near(last.1, by.y),
                    near(to.x, by.x),
                    near(to.y, by.y),
                    to.x,
                    to.y,
                );
                last = (to.x, to.y);
            }
            PathSegment::CubicTo(first, second, to) => {
                page.cubic_to(first.x, first.y, second.x, second.y, to.x, to.y);
                last = (to.x, to.y);
            }
            PathSegment::Close => {
                page.close_path();
            }
        }
    }
}

fn rgb(colour: Color) -> [f32; 3] {
    [colour.red, colour.green, colour.blue].map(|part| f32::from(part) / 255.0)
}
