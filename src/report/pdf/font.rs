//! A font in a PDF: measured while words are set, and embedded with the letters that were used.

use std::collections::BTreeMap;

use pdf_writer::types::{CidFontType, FontFlags, SystemInfo, UnicodeCmap};
use pdf_writer::{Filter, Finish, Name, Pdf, Rect, Ref, Str};
use subsetter::GlyphRemapper;
use ttf_parser::{Face, GlyphId};

use crate::report::pdf::{Unprintable, packed};

/// A font, and the letters of it that were used.
pub(super) struct Font {
    data: &'static [u8],
    face: Face<'static>,
    name: &'static str,
    glyphs: GlyphRemapper,
    /// What each glyph of the embedded font stands for, so that words can be searched and copied.
    letters: BTreeMap<u16, char>,
}

/// The objects of a font.
#[derive(Clone, Copy)]
pub(super) struct Refs {
    pub(super) font: Ref,
    pub(super) cid: Ref,
    pub(super) descriptor: Ref,
    pub(super) letters: Ref,
    pub(super) file: Ref,
}

impl Font {
    /// A font of these bytes.
    ///
    /// # Errors
    /// [`Unprintable`] if they are none.
    pub(super) fn new(data: &'static [u8], name: &'static str) -> Result<Self, Unprintable> {
        let face = Face::parse(data, 0).map_err(|error| Unprintable(error.to_string()))?;
        Ok(Self {
            data,
            face,
            name,
            glyphs: GlyphRemapper::new(),
            letters: BTreeMap::new(),
        })
    }

    fn glyph(&self, letter: char) -> GlyphId {
        let known = self.face.glyph_index(letter);
        known
            .or_else(|| self.face.glyph_index('?'))
            .unwrap_or_default()
    }

    /// How wide words of this size are, in points.
    pub(super) fn width(&self, words: &str, size: f32) -> f32 {
        let advance = |letter| self.advance(self.glyph(letter));
        words.chars().map(advance).sum::<f32>() * size / 1000.0
    }

    /// In thousandths of the size.
    fn advance(&self, glyph: GlyphId) -> f32 {
        let units = self.face.glyph_hor_advance(glyph).unwrap_or(0);
        self.thousandths(f32::from(units))
    }

    fn thousandths(&self, units: f32) -> f32 {
        units * 1000.0 / f32::from(self.face.units_per_em().max(1))
    }

    /// The words as they stand in a page.
    pub(super) fn encode(&mut self, words: &str) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(words.len() * 2);
        for letter in words.chars() {
            let glyph = self.glyphs.remap(self.glyph(letter).0);
            self.letters.entry(glyph).or_insert(letter);
            bytes.extend_from_slice(&glyph.to_be_bytes());
        }
        bytes
    }

    /// Writes it into the document.
    ///
    /// # Errors
    /// [`Unprintable`].
    pub(super) fn write(&self, pdf: &mut Pdf, refs: Refs) -> Result<(), Unprintable> {
        let subset = subsetter::subset(self.data, 0, &self.glyphs);
        let subset = subset.map_err(|error| Unprintable(error.to_string()))?;
        // Six letters and a plus tell that not all letters are there (ISO 32000-1, 9.6.4).
        let name = format!("MSCONS+{}", self.name);
        let name = Name(name.as_bytes());
        let system = SystemInfo {
            registry: Str(b"Adobe"),
            ordering: Str(b"Identity"),
            supplement: 0,
        };
        pdf.type0_font(refs.font)
            .base_font(name)
            .encoding_predefined(Name(b"Identity-H"))
            .descendant_font(refs.cid)
            .to_unicode(refs.letters);
        let widths: Vec<f32> = self
            .glyphs
            .remapped_gids()
            .map(|glyph| self.advance(GlyphId(glyph)))
            .collect();
        let mut cid = pdf.cid_font(refs.cid);
        cid.subtype(CidFontType::Type2)
            .base_font(name)
            .system_info(system)
            .font_descriptor(refs.descriptor)
            .default_width(0.0)
            .cid_to_gid_map_predefined(Name(b"Identity"));
        cid.widths().consecutive(0, widths);
        cid.finish();
        let bounds = self.face.global_bounding_box();
        let side = |units: i16| self.thousandths(f32::from(units));
        pdf.font_descriptor(refs.descriptor)
            .name(name)
            .flags(FontFlags::NON_SYMBOLIC)
            .bbox(Rect::new(
                side(bounds.x_min),
                side(bounds.y_min),
                side(bounds.x_max),
                side(bounds.y_max),
            ))
            .italic_angle(0.0)
            .ascent(side(self.face.ascender()))
            .descent(side(self.face.descender()))
            .cap_height(side(self.face.capital_height().unwrap_or(1493)))
            .stem_v(80.0)
            .font_file2(refs.file);
        let mut letters = UnicodeCmap::new(Name(b"Letters"), system);
        for (glyph, letter) in &self.letters {
            letters.pair(*glyph, *letter);
        }
        let letters = packed(&letters.finish())?;
        pdf.stream(refs.letters, &letters)
            .filter(Filter::FlateDecode);
        let file = packed(&subset)?;
        pdf.stream(refs.file, &file).filter(Filter::FlateDecode);
        Ok(())
    }
}
