//! A report as HTML for mails: tables and inline styles, since Outlook knows nothing else; no style
//! sheet, no script, nothing from elsewhere. It sets no ground and no colour of words, so that it is
//! read on light and on dark; charts are pictures of the mail, or of the page in a preview.

use askama::Template;

use crate::report::content::{Cell, Chart, Content, Fact, Line, Part, Tone};
use crate::text::Text;

/// The HTML. `picture` is the address of a chart, by its place among all: `cid:chart-1…`.
///
/// # Errors
/// [`Unwritable`].
pub fn html(
    content: &Content,
    text: &Text,
    mut picture: impl FnMut(usize, &Chart) -> String,
) -> Result<String, Unwritable> {
    let mut pictures = 0;
    let sections = content.sections.iter().map(|section| {
        let parts = section.parts.iter().map(|part| match part {
            Part::Words(lines) => Shown::Words(lines.iter().map(line).collect()),
            Part::List(lines) => Shown::List(lines.iter().map(line).collect()),
            Part::Facts(facts) => Shown::Facts(facts.chunks(FACTS_A_ROW).map(row).collect()),
            Part::Table(table) => {
                let rows = table.rows.iter().map(|row| cells(row)).collect();
                Shown::Table(&table.header, rows)
            }
            Part::Chart(chart) => {
                pictures += 1;
                let words = chart.words.as_str();
                Shown::Picture(picture(pictures, chart), words)
            }
        });
        (section.heading.as_str(), parts.collect())
    });
    let mail = Mail {
        language: text.language().code(),
        sections: sections.collect(),
        summary: content.summary.iter().map(line).collect(),
        content,
    };
    mail.render().map_err(|error| Unwritable(error.to_string()))
}

/// Why a report could not be written as HTML.
#[derive(Debug, thiserror::Error)]
#[error("the report cannot be written as HTML: {0}")]
pub struct Unwritable(String);

#[derive(Template)]
#[template(path = "mail.html", config = "src/report/askama.toml")]
struct Mail<'a> {
    language: &'static str,
    content: &'a Content,
    summary: Vec<(&'a str, &'static str)>,
    sections: Vec<(&'a str, Vec<Shown<'a>>)>,
}

enum Shown<'a> {
    /// Words and their style.
    Words(Vec<(&'a str, &'static str)>),
    List(Vec<(&'a str, &'static str)>),
    Facts(Vec<Vec<(&'a Fact, &'static str)>>),
    Table(&'a [String], Vec<Vec<(&'a Cell, &'static str)>>),
    /// Address and words.
    Picture(String, &'a str),
}

fn line(line: &Line) -> (&str, &'static str) {
    (&line.text, style(line.tone))
}

fn row(facts: &[Fact]) -> Vec<(&Fact, &'static str)> {
    facts.iter().map(|fact| (fact, style(fact.tone))).collect()
}

fn cells(row: &[Cell]) -> Vec<(&Cell, &'static str)> {
    row.iter().map(|cell| (cell, style(cell.tone))).collect()
}

/// Colours that are read on white and on black (contrast 3 : 1 at least on both).
const fn style(tone: Tone) -> &'static str {
    match tone {
        Tone::Plain => "",
        Tone::Good => "color:#12885f;",
        Tone::Warn => "color:#b8690b;",
        Tone::Bad => "color:#d64545;",
    }
}

/// As many as stand side by side on a telephone.
const FACTS_A_ROW: usize = 3;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::content::{Section, Table};
    use crate::text::Language;

    #[test]
    fn what_strangers_wrote_is_escaped_and_nothing_is_loaded_from_elsewhere() {
        let evil = "<script>alert(1)</script>\"&'";
        let content = Content {
            title: evil.to_owned(),
            period: evil.to_owned(),
            summary: vec![Line::plain(evil.to_owned())],
            sections: vec![Section {
                heading: evil.to_owned(),
                parts: vec![
                    Part::List(vec![Line::toned(evil.to_owned(), Tone::Bad)]),
                    Part::Facts(vec![Fact {
                        name: evil.to_owned(),
                        value: evil.to_owned(),
                        note: evil.to_owned(),
                        tone: Tone::Good,
                    }]),
                    Part::Table(Table {
                        header: vec![evil.to_owned()],
                        rows: vec![vec![Cell::of(evil).noted(evil)]],
                    }),
                    Part::Chart(Chart {
                        svg: String::new(),
                        words: evil.to_owned(),
                    }),
                ],
            }],
            notes: vec![evil.to_owned()],
        };
        let text = Text::new(Language::De);
        let html = html(&content, &text, |number, _| format!("cid:chart-{number}@x")).unwrap();
        assert!(!html.contains("<script"), "{html}");
        assert!(html.contains("src=\"cid:chart-1@x\""), "{html}");
        assert!(html.contains("alt=\"&#60;script"), "{html}");
        for elsewhere in [
            "http:", "https:", "//", "url(", "<link", "<style", "@import",
        ] {
            assert!(!html.contains(elsewhere), "{elsewhere} is in {html}");
        }
    }
}
