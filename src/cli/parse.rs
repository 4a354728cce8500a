//! `parse`: what is in a file, with nothing stored.

use std::collections::HashSet;
use std::io::{BufWriter, StdoutLock, Write};
use std::path::PathBuf;

use clap::ValueEnum;
use sha2::{Digest, Sha256};

use crate::cli::{Done, Failure, output};
use crate::clock;
use crate::edifact::Finding;
use crate::extract::{Bounds, each_in_file};
use crate::format::csv::Dialect;
use crate::format::{Format, Writer};
use crate::message::mscons::{self, Interchange};
use crate::query;

/// `parse`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Files: EDIFACT, mails, mbox, zip, gz; `-` is stdin
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// How the values are printed
    #[arg(long, value_enum, default_value_t = Output::Table)]
    format: Output,
}

/// How the values are printed.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum Output {
    /// Columns for people
    Table,
    /// One JSON list
    Json,
    /// One JSON object a line
    Ndjson,
    /// CSV
    Csv,
    /// Counts, findings and speed only
    Summary,
}

impl Output {
    fn format(self) -> Option<Format> {
        Some(match self {
            Self::Table => Format::Table,
            Self::Json => Format::Json,
            Self::Ndjson => Format::Ndjson,
            Self::Csv => Format::Csv,
            Self::Summary => return None,
        })
    }
}

/// Where the values go; nowhere for a summary.
type Sink = Option<Writer<BufWriter<StdoutLock<'static>>>>;

#[derive(Default)]
struct Counts {
    bytes: u64,
    interchanges: u64,
    messages: u64,
    values: u64,
    findings: u64,
    parse_seconds: f64,
}

/// Parses and prints. Findings go to stderr with file, byte and segment; a file that cannot be
/// read, or a message that could not be stored, makes the exit code 1.
pub(super) fn run(args: &Args) -> Result<Done, Failure> {
    let writer = |format| Writer::parsed(format, Dialect::default(), output::stdout());
    let mut sink: Sink = args.format.format().map(writer).transpose()?;
    let mut counts = Counts::default();
    let mut failed = false;
    for path in &args.files {
        let name = path.display().to_string();
        if path.is_dir() {
            output::complain(&format!(
                "{name}: is a folder; name its files ({name}/*), or take it in with `import`"
            ));
            failed = true;
            continue;
        }
        match crate::cli::inputs::read_file(path) {
            Ok(bytes) => failed |= !parse_file(&name, &bytes, &mut sink, &mut counts)?,
            Err(error) => {
                output::complain(&format!("{name}: {error}"));
                failed = true;
            }
        }
    }
    if let Some(writer) = sink {
        writer.finish()?;
    } else {
        let mut out = output::stdout();
        summarise(&counts, &mut out)?;
        output::finish(out)?;
    }
    Ok(if failed {
        Done::WithFailures
    } else {
        Done::Well
    })
}

/// Whether everything in the file was understood. One candidate, and one interchange of it, is in
/// memory at a time.
fn parse_file(
    name: &str,
    bytes: &[u8],
    sink: &mut Sink,
    counts: &mut Counts,
) -> Result<bool, Failure> {
    let mut parsing = Parsing {
        sink,
        counts,
        known: HashSet::new(),
        is_good: true,
    };
    let mut result = Ok(());
    let looked = each_in_file(name, bytes, &Bounds::default(), &mut |_, name, bytes| {
        if result.is_ok() {
            result = parsing.candidate(name, bytes);
        }
    });
    result?;
    let Parsing {
        known, mut is_good, ..
    } = parsing;
    is_good &= looked.refused.is_empty();
    for refused in &looked.refused {
        output::complain(&format!("{}: {}", refused.name, refused.reason));
    }
    if known.is_empty() && looked.refused.is_empty() {
        output::complain(&format!(
            "{name}: holds no EDIFACT (no UNA or UNB was found)"
        ));
        is_good = false;
    }
    Ok(is_good)
}

/// A file that is being parsed.
struct Parsing<'a> {
    sink: &'a mut Sink,
    counts: &'a mut Counts,
    /// SHA-256 of its candidates: the same file twice in a mail counts once.
    known: HashSet<[u8; 32]>,
    is_good: bool,
}

impl Parsing<'_> {
    fn candidate(&mut self, name: &str, bytes: &[u8]) -> Result<(), Failure> {
        if !self.known.insert(Sha256::digest(bytes).into()) {
            return Ok(());
        }
        self.counts.bytes += bytes.len() as u64;
        let mut reading = mscons::interchanges(bytes);
        loop {
            let begun = clock::monotonic();
            let interchange = reading.next();
            self.counts.parse_seconds += begun.elapsed().as_secs_f64();
            let Some(interchange) = interchange else {
                break;
            };
            self.interchange(name, &interchange)?;
        }
        let (findings, left_out) = reading.finish();
        self.findings(name, &findings);
        if left_out > 0 {
            self.counts.findings += left_out;
            output::complain(&format!("{name}: {left_out} findings more"));
        }
        Ok(())
    }

    fn interchange(&mut self, name: &str, interchange: &Interchange) -> Result<(), Failure> {
        self.findings(name, &interchange.findings);
        self.counts.interchanges += 1;
        self.counts.messages += interchange.messages.len() as u64;
        self.counts.values += interchange.columns.len() as u64;
        if let Some(writer) = self.sink {
            for record in query::parsed(interchange) {
                writer.write(&record)?;
            }
        }
        Ok(())
    }

    fn findings(&mut self, name: &str, findings: &[Finding]) {
        for finding in findings {
            self.counts.findings += 1;
            self.is_good &= !finding.code.bars_message();
            output::complain(&format!("{name}: {finding}"));
        }
    }
}

fn summarise(counts: &Counts, out: &mut impl Write) -> std::io::Result<()> {
    let Counts {
        bytes,
        interchanges,
        messages,
        values,
        findings,
        parse_seconds,
    } = counts;
    writeln!(
        out,
        "{bytes} bytes, {interchanges} interchanges, {messages} messages, {values} values, {findings} findings"
    )?;
    if *parse_seconds > 0.0 {
        let rate = |count: u64| approximate(count) / parse_seconds / 1e6;
        writeln!(
            out,
            "parsed at {:.0} MB/s, {:.1} million values/s",
            rate(*bytes),
            rate(*values)
        )?;
    }
    Ok(())
}

/// A count as a float, for a rate: exact below 2^53.
#[expect(clippy::cast_precision_loss, reason = "a rate has three digits")]
fn approximate(count: u64) -> f64 {
    count as f64
}
