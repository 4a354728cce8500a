//! A report as plain text: the same sentences and figures, for readers without HTML.

use crate::report::content::{Content, Fact, Line, Part, Table};

/// The text. Lines of words are broken at 76 characters.
pub fn plain(content: &Content) -> String {
    let mut text = String::new();
    paragraph(&mut text, &content.title);
    paragraph(&mut text, &content.period);
    text.push_str(&"=".repeat(content.title.chars().count().clamp(3, WIDTH)));
    text.push_str("\n\n");
    lines(&mut text, &content.summary);
    for section in &content.sections {
        paragraph(&mut text, &section.heading);
        text.push_str(&"-".repeat(section.heading.chars().count().clamp(3, WIDTH)));
        text.push('\n');
        for part in &section.parts {
            match part {
                Part::Words(words) => lines(&mut text, words),
                Part::List(points) => list(&mut text, points),
                Part::Facts(facts) => facts_of(&mut text, facts),
                Part::Table(table) => rows(&mut text, table),
                Part::Chart(chart) => {
                    paragraph(&mut text, &format!("[{}]", chart.words));
                    text.push('\n');
                }
            }
        }
    }
    if !content.notes.is_empty() {
        text.push_str("--\n");
    }
    for note in &content.notes {
        paragraph(&mut text, note);
    }
    text.replace('\u{a0}', " ")
}

fn lines(text: &mut String, lines: &[Line]) {
    for line in lines {
        paragraph(text, &line.text);
    }
    text.push('\n');
}

fn list(text: &mut String, points: &[Line]) {
    for point in points {
        wrapped(text, &point.text, ("* ", "  "));
    }
    text.push('\n');
}

fn facts_of(text: &mut String, facts: &[Fact]) {
    for fact in facts {
        let note = if fact.note.is_empty() {
            String::new()
        } else {
            format!(" ({})", fact.note)
        };
        let line = format!("{}: {}{note}", fact.name, fact.value);
        wrapped(text, &line, ("", "  "));
    }
    text.push('\n');
}

/// A row is a few lines: columns would not fit a narrow window.
fn rows(text: &mut String, table: &Table) {
    for row in &table.rows {
        for (at, (name, cell)) in table.header.iter().zip(row).enumerate() {
            let note = if cell.note.is_empty() {
                String::new()
            } else {
                format!(" ({})", cell.note)
            };
            let line = if at == 0 {
                format!("{}{note}", cell.text)
            } else {
                format!("{name}: {}{note}", cell.text)
            };
            let indents = if at == 0 { ("", "  ") } else { ("  ", "    ") };
            wrapped(text, &line, indents);
        }
        text.push('\n');
    }
}

fn paragraph(text: &mut String, words: &str) {
    wrapped(text, words, ("", ""));
}

fn wrapped(text: &mut String, words: &str, (first, next): (&str, &str)) {
    let mut used = first.chars().count();
    text.push_str(first);
    let mut is_first = true;
    for word in words.split(' ').filter(|word| !word.is_empty()) {
        let length = word.chars().count();
        if !is_first && used + 1 + length > WIDTH {
            text.push('\n');
            text.push_str(next);
            used = next.chars().count();
        } else if !is_first {
            text.push(' ');
            used += 1;
        }
        text.push_str(word);
        used += length;
        is_first = false;
    }
    text.push('\n');
}

/// What a mail's line has room for (RFC 5322 section 2.1.1), and an eye likes.
const WIDTH: usize = 76;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::content::{Cell, Chart, Section, Tone};

    #[test]
    fn everything_that_the_report_says_is_in_the_text() {
        let content = Content {
            title: "Bericht".to_owned(),
            period: "Oktober 2026".to_owned(),
            summary: vec![Line::plain("Alles da.".to_owned())],
            sections: vec![Section {
                heading: "Zeitreihen".to_owned(),
                parts: vec![
                    Part::List(vec![Line::toned("spät ".repeat(30), Tone::Bad)]),
                    Part::Facts(vec![Fact {
                        name: "Summe".to_owned(),
                        value: "1\u{a0}kWh".to_owned(),
                        note: "Lücken".to_owned(),
                        tone: Tone::Warn,
                    }]),
                    Part::Table(Table {
                        header: vec!["Reihe".to_owned(), "Spitze".to_owned()],
                        rows: vec![vec![Cell::of("50").noted("Bezug"), Cell::of("4 kW")]],
                    }),
                    Part::Chart(Chart {
                        svg: "<svg/>".to_owned(),
                        words: "Lastgang, höchstens 4 kW".to_owned(),
                    }),
                ],
            }],
            notes: vec!["Ende".to_owned()],
        };
        let text = plain(&content);
        for part in [
            "Bericht\nOktober 2026\n=======\n",
            "Alles da.\n",
            "* spät spät",
            "\n  spät",
            "Summe: 1 kWh (Lücken)\n",
            "50 (Bezug)\n  Spitze: 4 kW\n",
            "[Lastgang, höchstens 4 kW]\n",
            "--\nEnde\n",
        ] {
            assert!(text.contains(part), "{part:?} is not in\n{text}");
        }
        assert!(text.lines().all(|line| line.chars().count() <= WIDTH));
    }
}
