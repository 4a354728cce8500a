//! A chart as PNG: the same SVG, painted with a font that is inside the binary.

use std::sync::{Arc, LazyLock};

use resvg::tiny_skia::{Pixmap, Transform};
use resvg::usvg::fontdb::Database;
use resvg::usvg::{Options, Tree};

use crate::chart::svg::{COLOURS, dark_style};

/// The ground that a picture is painted on. A picture cannot ask its reader.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Theme {
    /// Dark letters on white.
    Light,
    /// Light letters on black.
    Dark,
}

/// Why a chart could not be painted.
#[derive(Debug, thiserror::Error)]
#[error("the picture cannot be painted: {0}")]
pub struct Unpaintable(String);

/// Paints an SVG document of this module, so many pixels for each of its own.
///
/// # Errors
/// [`Unpaintable`], if the picture is larger than memory allows.
pub fn png(svg: &str, theme: Theme, scale: f32) -> Result<Vec<u8>, Unpaintable> {
    let failed = |what: &dyn ToString| Unpaintable(what.to_string());
    let tree = tree(svg, theme)?;
    let pixels = |length: f32| whole(length * scale);
    let size = tree.size();
    let (width, height) = (pixels(size.width()), pixels(size.height()));
    let mut picture = Pixmap::new(width, height)
        .ok_or_else(|| failed(&format!("{width} × {height} pixels are too many")))?;
    resvg::render(
        &tree,
        Transform::from_scale(scale, scale),
        &mut picture.as_mut(),
    );
    picture.encode_png().map_err(|error| failed(&error))
}

/// An SVG document of this module as shapes, with its letters found in our own font.
///
/// # Errors
/// [`Unpaintable`], if it is none.
pub fn tree(svg: &str, theme: Theme) -> Result<Tree, Unpaintable> {
    let options = Options {
        fontdb: Arc::clone(&FONTS),
        font_family: FAMILY.to_owned(),
        ..Options::default()
    };
    Tree::from_str(&in_theme(svg, theme), &options).map_err(|error| Unpaintable(error.to_string()))
}

/// The document with plain colours in place of variables, which painters do not know.
fn in_theme(svg: &str, theme: Theme) -> String {
    let mut plain = svg.replace(&dark_style(), "");
    for colour in COLOURS {
        let value = match theme {
            Theme::Light => colour.light,
            Theme::Dark => colour.dark,
        };
        plain = plain.replace(&colour.value(), value);
    }
    plain
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a float that is cast is bounded by the integer; more than that is no picture"
)]
fn whole(pixels: f32) -> u32 {
    pixels.round().max(1.0) as u32
}

/// Regular and bold; no font of the system is touched.
static FONTS: LazyLock<Arc<Database>> = LazyLock::new(|| {
    let mut fonts = Database::new();
    fonts.load_font_data(dejavu::sans::regular().to_vec());
    fonts.load_font_data(dejavu::sans::bold().to_vec());
    fonts.set_sans_serif_family(FAMILY);
    Arc::new(fonts)
});

const FAMILY: &str = "DejaVu Sans";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chart::sheet::{Dress, open};

    fn document(title: &str) -> String {
        let mut svg = String::new();
        open(&mut svg, Dress::Document, (240.0, 140.0), 20.0, (title, ""));
        svg + "</svg>\n"
    }

    fn painted(svg: &str, theme: Theme) -> Pixmap {
        Pixmap::decode_png(&png(svg, theme, 2.0).unwrap()).unwrap()
    }

    #[test]
    fn a_picture_has_the_size_and_the_ground_that_were_asked_for() {
        let light = painted(&document(""), Theme::Light);
        assert_eq!((light.width(), light.height()), (480, 280));
        let corner = light.pixel(0, 0).unwrap();
        assert_eq!(
            (corner.red(), corner.green(), corner.blue()),
            (255, 255, 255)
        );
        let dark = painted(&document(""), Theme::Dark).pixel(0, 0).unwrap();
        assert!(dark.red() < 40 && dark.alpha() == 255);
    }

    #[test]
    fn letters_are_painted_without_a_font_of_the_system() {
        let empty = painted(&document(""), Theme::Light);
        let letters = painted(&document("Zähler Süd, 5 €"), Theme::Light);
        let differing = empty.pixels().iter().zip(letters.pixels());
        assert!(differing.filter(|(one, other)| one != other).count() > 300);
    }

    #[test]
    fn no_variable_is_left() {
        let plain = in_theme(&document("title"), Theme::Light);
        assert!(!plain.contains("var(") && !plain.contains("<style>"));
    }
}
