//! A report as PDF: A4, words that can be searched, charts as lines.

mod drawing;
mod flow;
mod font;
mod table;

use std::io::Write as _;

use flate2::Compression;
use flate2::write::ZlibEncoder;
use pdf_writer::{Filter, Finish, Name, Pdf, Rect, Ref, TextStr};

use crate::report::Content;
use crate::report::pdf::flow::{Flow, Set, Weight};
use crate::report::pdf::font::Refs;
use crate::text::Text;

/// Why a report could not be written as PDF.
#[derive(Debug, thiserror::Error)]
#[error("the report cannot be written as PDF: {0}")]
pub struct Unprintable(String);

/// The document. The same content gives the same bytes.
///
/// # Errors
/// [`Unprintable`].
pub fn pdf(content: &Content, text: &Text) -> Result<Vec<u8>, Unprintable> {
    let mut flow = Flow::new()?;
    flow.set(content)?;
    let set = flow.finish();
    write(&set, content, text)
}

fn write(set: &Set, content: &Content, text: &Text) -> Result<Vec<u8>, Unprintable> {
    let mut numbers = Numbers(0);
    let (catalog, tree, info) = (numbers.next(), numbers.next(), numbers.next());
    let [regular, bold] = [(); 2].map(|()| Refs {
        font: numbers.next(),
        cid: numbers.next(),
        descriptor: numbers.next(),
        letters: numbers.next(),
        file: numbers.next(),
    });
    let states: Vec<(u8, Ref)> = set
        .opacities
        .iter()
        .map(|percent| (*percent, numbers.next()))
        .collect();
    let pages: Vec<(Ref, Ref)> = set
        .pages
        .iter()
        .map(|_| (numbers.next(), numbers.next()))
        .collect();
    let mut pdf = Pdf::new();
    let mut root = pdf.catalog(catalog);
    root.pages(tree).lang(TextStr(text.language().code()));
    root.finish();
    let title = content.subject();
    pdf.document_info(info)
        .title(TextStr(&title))
        .creator(TextStr("mscons-gateway"));
    let count = i32::try_from(pages.len()).unwrap_or(i32::MAX);
    pdf.pages(tree)
        .kids(pages.iter().map(|(page, _)| *page))
        .count(count);
    for ((page, bytes), drawn) in pages.iter().zip(&set.pages) {
        let mut page = pdf.page(*page);
        page.media_box(Rect::new(0.0, 0.0, flow::WIDTH, flow::HEIGHT))
            .parent(tree)
            .contents(*bytes);
        let mut resources = page.resources();
        let mut named = resources.fonts();
        named
            .pair(Weight::Regular.name(), regular.font)
            .pair(Weight::Bold.name(), bold.font);
        named.finish();
        let mut named = resources.ext_g_states();
        for (percent, state) in &states {
            named.pair(Name(drawing::name_of(*percent).as_bytes()), state);
        }
        named.finish();
        resources.finish();
        page.finish();
        let drawn = packed(drawn)?;
        pdf.stream(*bytes, &drawn).filter(Filter::FlateDecode);
    }
    for (percent, state) in states {
        let alpha = f32::from(percent) / 100.0;
        pdf.ext_graphics(state)
            .stroking_alpha(alpha)
            .non_stroking_alpha(alpha);
    }
    set.fonts.regular.write(&mut pdf, regular)?;
    set.fonts.bold.write(&mut pdf, bold)?;
    Ok(pdf.finish())
}

/// The numbers of the document's objects.
struct Numbers(i32);

impl Numbers {
    fn next(&mut self) -> Ref {
        self.0 += 1;
        Ref::new(self.0)
    }
}

fn packed(bytes: &[u8]) -> Result<Vec<u8>, Unprintable> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::default());
    encoder
        .write_all(bytes)
        .and_then(|()| encoder.finish())
        .map_err(|error| Unprintable(error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chart::bars::{Bar, bars};
    use crate::chart::{Dress, Frame};
    use crate::market::calendar::UtcTime;
    use crate::report::content::{Cell, Chart, Line, Part, Section, Table};
    use crate::text::Language;

    fn long() -> Content {
        let row = |number: usize| vec![Cell::of(format!("Reihe {number}")), Cell::of("1,5 kWh")];
        let frame = Frame {
            title: "Vollständigkeit",
            unit: "",
            from: UtcTime::from_seconds(0),
            to: UtcTime::from_seconds(86_400),
            width: 680,
            height: 190,
            language: Language::De,
            time_zone: &jiff::tz::TimeZone::UTC,
        };
        let bar = Bar {
            label: "Mo".to_owned(),
            present: 1,
            expected: 2,
        };
        Content {
            title: "Grüße · Größe 5 €".to_owned(),
            period: "Oktober 2026".to_owned(),
            summary: vec![Line::plain("wort ".repeat(60))],
            sections: vec![Section {
                heading: "Reihen".to_owned(),
                parts: vec![
                    Part::Chart(Chart {
                        svg: bars(&frame, &[bar], "", Dress::Document),
                        words: "Balken".to_owned(),
                    }),
                    Part::Table(Table {
                        header: vec!["Reihe".to_owned(), "Summe".to_owned()],
                        rows: (0..120).map(row).collect(),
                    }),
                ],
            }],
            notes: vec!["Ende".to_owned()],
        }
    }

    #[test]
    fn a_long_table_goes_on_on_further_pages_and_the_bytes_are_always_the_same() {
        let text = Text::new(Language::De);
        let bytes = pdf(&long(), &text).unwrap();
        assert!(bytes.starts_with(b"%PDF-1.7"));
        let pages = String::from_utf8_lossy(&bytes)
            .matches("/Type /Page\n")
            .count();
        assert!(pages >= 3, "{pages}");
        assert!(bytes.len() < 60_000, "{}", bytes.len());
        assert_eq!(bytes, pdf(&long(), &text).unwrap());
    }

    #[test]
    fn nothing_at_all_is_one_page_and_letters_that_no_font_has_harm_nobody() {
        let text = Text::new(Language::En);
        let odd = Content {
            title: "日本語 \u{10ffff}".to_owned(),
            summary: vec![Line::plain("x".repeat(3_000))],
            ..Content::default()
        };
        for content in [Content::default(), odd] {
            assert!(pdf(&content, &text).unwrap().starts_with(b"%PDF"));
        }
    }
}
