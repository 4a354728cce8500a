//! The explanation as one page: nothing is loaded, nothing is run.

use std::io::{self, Write};

use crate::edifact::Finding;
use crate::explain::Source;
use crate::explain::fold::{Fold, folds};
use crate::explain::heading::{self, FoundWords, Heading};
use crate::explain::piece::Piece;
use crate::explain::segment::Part;
use crate::explain::shown::{cut, printable};
use crate::explain::time::legal_text;
use crate::explain::value::Tone;
use crate::explain::walk::{self, Step, Walk};
use crate::text::{Language, Text, escape};

/// Writes files as one page: the raw text beside its meaning, findings where they are and listed on
/// top. Everything from the files is escaped.
///
/// # Errors
/// If `out` cannot be written.
pub fn write(sources: &[Source<'_>], language: Language, out: &mut impl Write) -> io::Result<()> {
    let text = legal_text(language);
    let mut page = Page {
        text: &text,
        out,
        findings: 0,
        fold_ends: None,
    };
    page.head(sources)?;
    for source in sources {
        if sources.len() > 1 {
            writeln!(
                page.out,
                "<h2 class=\"file\">{}</h2>",
                escape(&printable(source.name.to_owned()))
            )?;
        }
        page.source(source)?;
    }
    page.foot()
}

/// A page under way.
struct Page<'p, W> {
    text: &'p Text,
    out: &'p mut W,
    /// Findings so far: they are numbered as in the list on top.
    findings: u64,
    /// Where the open fold ends, in bytes.
    fold_ends: Option<usize>,
}

impl<W: Write> Page<'_, W> {
    fn head(&mut self, sources: &[Source<'_>]) -> io::Result<()> {
        let names: Vec<&str> = sources.iter().map(|source| source.name).collect();
        let name = escape(&cut(&printable(names.join(", ")), TITLE_CHARACTERS));
        let title = self.text.explain_title(&name);
        let language = self.text.language().code();
        write!(
            self.out,
            "<!DOCTYPE html>\n<html lang=\"{language}\">\n<head>\n<meta charset=\"utf-8\">\n\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
             <meta name=\"color-scheme\" content=\"light dark\">\n\
             <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n\
             <title>{title}</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n<header>\n<h1>{name}</h1>\n<p>{}</p>\n</header>\n",
            heading::counts(sources, self.text).join(" · ")
        )?;
        self.index(sources)?;
        writeln!(self.out, "<main>")
    }

    /// The list of findings, each with a link to its place.
    fn index(&mut self, sources: &[Source<'_>]) -> io::Result<()> {
        let all: Vec<(&Source<'_>, &Finding)> = sources
            .iter()
            .flat_map(|source| {
                walk::findings(source.file)
                    .into_iter()
                    .map(move |one| (source, one))
            })
            .collect();
        let count = self.text.explain_findings(all.len() as u64);
        if all.is_empty() {
            return writeln!(self.out, "<p class=\"none\" id=\"index\">{count}</p>");
        }
        writeln!(self.out, "<nav id=\"index\">\n<h2>{count}</h2>\n<ol>")?;
        for (n, (source, finding)) in all.iter().enumerate() {
            if n == INDEXED {
                let more = self.text.explain_more_findings((all.len() - n) as u64);
                writeln!(
                    self.out,
                    "</ol>\n<details><summary>{more}</summary>\n<ol start=\"{}\">",
                    n + 1
                )?;
            }
            let FoundWords { title, bars, .. } = heading::found(finding, self.text.language());
            let mut place = heading::place(finding, self.text);
            if sources.len() > 1 {
                place = format!("{}, {place}", source.name);
            }
            writeln!(
                self.out,
                "<li{}><a href=\"#f{}\">{title}</a> <span>{}</span></li>",
                if bars { " class=\"bars\"" } else { "" },
                n + 1,
                escape(&place)
            )?;
        }
        let details = if all.len() > INDEXED {
            "</details>\n"
        } else {
            ""
        };
        writeln!(self.out, "</ol>\n{details}</nav>")
    }

    fn source(&mut self, source: &Source<'_>) -> io::Result<()> {
        let mut folds = folds(source.bytes, source.file).into_iter().peekable();
        let mut found: Vec<u64> = walk::findings(source.file)
            .iter()
            .map(|finding| finding.place.offset_bytes)
            .collect();
        found.sort_unstable();
        for step in Walk::new(source.bytes, source.file, self.text.language()) {
            let at = if let Step::Piece(piece) = &step {
                piece.bytes.start
            } else {
                usize::MAX
            };
            if self.fold_ends.is_some_and(|end| end <= at) {
                self.close_fold()?;
            }
            if let Some(fold) = folds.next_if(|fold| fold.bytes.start <= at && at < usize::MAX) {
                self.open(&fold, &found)?;
            }
            match step {
                Step::Interchange(interchange) => {
                    self.heading(2, &heading::interchange(interchange, self.text))?;
                }
                Step::Message(message) => self.heading(3, &heading::message(message, self.text))?,
                Step::EndOfMessage => writeln!(self.out, "<hr>")?,
                Step::Piece(piece) => self.piece(&piece)?,
                Step::Findings(findings) => {
                    write!(
                        self.out,
                        "<div class=\"s\"><div class=\"r\"></div><div class=\"m\">"
                    )?;
                    self.findings(&findings)?;
                    writeln!(self.out, "</div></div>")?;
                }
            }
        }
        self.close_fold()
    }

    fn close_fold(&mut self) -> io::Result<()> {
        match self.fold_ends.take() {
            Some(_) => writeln!(self.out, "</details>"),
            None => Ok(()),
        }
    }

    /// Opens a fold, so that one sees into it if something was found there.
    fn open(&mut self, fold: &Fold, found: &[u64]) -> io::Result<()> {
        let before = |at: usize| found.partition_point(|offset| *offset < at as u64);
        let has_findings = before(fold.bytes.start) < before(fold.bytes.end);
        self.fold_ends = Some(fold.bytes.end);
        writeln!(
            self.out,
            "<details{}><summary>{}</summary>",
            if has_findings { " open" } else { "" },
            self.text.explain_more_values(fold.values)
        )
    }

    fn heading(&mut self, level: u8, heading: &Heading) -> io::Result<()> {
        let Heading { title, facts } = heading;
        writeln!(
            self.out,
            "<h{level}>{} <small>{}</small></h{level}>",
            escape(title),
            escape(&facts.join(" · "))
        )
    }

    fn piece(&mut self, piece: &Piece<'_>) -> io::Result<()> {
        let tag = piece.tag();
        let behind_tag = piece.raw.strip_prefix(tag).unwrap_or_default();
        let class = match (piece.is_barred(), piece.findings.is_empty()) {
            (true, _) => "s bars",
            (false, false) => "s odd",
            (false, true)
                if matches!(tag, "DTM" | "STS" | "PIA" | "RFF" | "CAV" | "COM" | "UCD") =>
            {
                "s t"
            }
            (false, true) => "s",
        };
        let number = match piece.number {
            0 => String::new(),
            number => number.to_string(),
        };
        write!(
            self.out,
            "<div class=\"{class}\"><div class=\"r\"><i>{number}</i><code><b>{}</b>{}</code><i>{}</i></div><div class=\"m\">",
            escape(tag),
            escape(behind_tag),
            heading::byte(piece.bytes.start as u64, self.text)
        )?;
        match piece.name {
            Some(name) => write!(self.out, "<h4>{name}")?,
            None => write!(self.out, "<h4>{}", self.text.explain_unknown_segment())?,
        }
        if let Some(sense) = piece.sense() {
            write!(self.out, "<span>{}</span>", escape(sense))?;
        }
        write!(self.out, "</h4>")?;
        for part in &piece.parts {
            self.part(part)?;
        }
        self.findings(&piece.findings)?;
        writeln!(self.out, "</div></div>")
    }

    fn part(&mut self, part: &Part) -> io::Result<()> {
        let Part {
            id,
            name,
            value,
            meaning,
            tone,
        } = part;
        let class = match tone {
            Tone::Plain => "",
            Tone::Good => " class=\"good\"",
            Tone::Bad => " class=\"bad\"",
            Tone::Unknown => " class=\"unknown\"",
        };
        write!(
            self.out,
            "<p{class}><span title=\"{id}\">{}</span><code>{}</code><span>{}</span></p>",
            escape(name),
            escape(&cut(value, VALUE_CHARACTERS)),
            escape(meaning)
        )
    }

    fn findings(&mut self, findings: &[&Finding]) -> io::Result<()> {
        for finding in findings {
            self.findings += 1;
            let FoundWords {
                title,
                code,
                detail,
                bars,
            } = heading::found(finding, self.text.language());
            let consequence = if bars {
                format!(" · {}", self.text.explain_bars())
            } else {
                String::new()
            };
            write!(
                self.out,
                "<div class=\"f\" id=\"f{}\"><strong>{title}</strong><span>{}</span><small>{code}{consequence} · <a href=\"#index\">{}</a></small></div>",
                self.findings,
                escape(&detail),
                self.text.explain_back()
            )?;
        }
        Ok(())
    }

    fn foot(&mut self) -> io::Result<()> {
        write!(
            self.out,
            "</main>\n<footer>{}</footer>\n</body>\n</html>\n",
            self.text.explain_footer(env!("CARGO_PKG_VERSION"))
        )
    }
}

const STYLE: &str = include_str!("page/style.css");
/// A list of all findings of a broken file would hide the file.
const INDEXED: usize = 12;
const TITLE_CHARACTERS: usize = 120;
/// A value that is longer says no more.
const VALUE_CHARACTERS: usize = 1_000;
