//! The explanation as text for a terminal or a file.

use std::io::{self, Write};

use crate::edifact::Finding;
use crate::explain::Source;
use crate::explain::heading::{self, FoundWords, Heading};
use crate::explain::piece::Piece;
use crate::explain::segment::Part;
use crate::explain::shown::{cut, printable};
use crate::explain::time::legal_text;
use crate::explain::walk::{self, Step, Walk};
use crate::text::{Language, Text};

/// Writes files as text, one after the other: each piece with its number, byte and raw text, below
/// it its name, its values and what was found.
///
/// # Errors
/// If `out` cannot be written.
pub fn write(sources: &[Source<'_>], language: Language, out: &mut impl Write) -> io::Result<()> {
    let text = legal_text(language);
    for source in sources {
        writeln!(out, "{}", printable(source.name.to_owned()))?;
        for step in Walk::new(source.bytes, source.file, language) {
            match step {
                Step::Interchange(interchange) => {
                    write_heading(&heading::interchange(interchange, &text), out)?;
                }
                Step::Message(message) => {
                    write_heading(&heading::message(message, &text), out)?;
                }
                Step::EndOfMessage => writeln!(out)?,
                Step::Piece(piece) => write_piece(&piece, &text, out)?,
                Step::Findings(findings) => write_findings(&findings, &text, out)?,
            }
        }
        writeln!(out)?;
    }
    let findings = sources
        .iter()
        .map(|source| walk::findings(source.file).len());
    let mut counts = heading::counts(sources, &text);
    counts.push(text.explain_findings(findings.sum::<usize>() as u64));
    writeln!(out, "{}", counts.join(", "))
}

fn write_heading(heading: &Heading, out: &mut impl Write) -> io::Result<()> {
    let Heading { title, facts } = heading;
    write!(out, "\n== {title}")?;
    for fact in facts {
        write!(out, " · {fact}")?;
    }
    writeln!(out, "\n")
}

fn write_piece(piece: &Piece<'_>, text: &Text, out: &mut impl Write) -> io::Result<()> {
    let number = match piece.number {
        0 => String::new(),
        number => number.to_string(),
    };
    let raw = cut(&piece.raw, RAW_CHARACTERS);
    writeln!(out, "{number:>6} {:>9}  {raw}", piece.bytes.start)?;
    match piece.name {
        Some(name) => writeln!(out, "{BELOW}{name}")?,
        None => writeln!(out, "{BELOW}{}", text.explain_unknown_segment())?,
    }
    write_parts(&piece.parts, out)?;
    write_findings(&piece.findings, text, out)
}

fn write_parts(parts: &[Part], out: &mut impl Write) -> io::Result<()> {
    let width = |of: fn(&Part) -> &str| {
        let widths = parts.iter().map(|part| of(part).chars().count());
        widths.max().unwrap_or(0)
    };
    let names = width(|part| &part.name).min(MOST_NAME_WIDTH);
    let values = width(|part| &part.value).min(MOST_VALUE_WIDTH);
    for part in parts {
        let Part {
            id,
            name,
            value,
            meaning,
            ..
        } = part;
        let value = cut(value, VALUE_CHARACTERS);
        let line = format!("{BELOW}  {id:4} {name:names$}  {value:values$}  {meaning}");
        writeln!(out, "{}", line.trim_end())?;
    }
    Ok(())
}

fn write_findings(findings: &[&Finding], text: &Text, out: &mut impl Write) -> io::Result<()> {
    for finding in findings {
        let FoundWords {
            title,
            code,
            detail,
            bars,
        } = heading::found(finding, text.language());
        let (mark, consequence) = if bars {
            ("!!", format!("; {}", text.explain_bars()))
        } else {
            (" !", String::new())
        };
        writeln!(out, "{mark:>16}  {title} [{code}]: {detail}{consequence}")?;
    }
    Ok(())
}

/// What stands below a segment begins where its text does.
const BELOW: &str = "                  ";
/// A line of the raw text.
const RAW_CHARACTERS: usize = 100;
/// Values and names are padded up to so many characters.
const MOST_NAME_WIDTH: usize = 36;
const MOST_VALUE_WIDTH: usize = 35;
/// And longer values cut here.
const VALUE_CHARACTERS: usize = 400;
