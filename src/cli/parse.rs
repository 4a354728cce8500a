//! `parse`: what is in a file, with nothing stored.

use std::io::{BufWriter, StdoutLock, Write};
use std::path::PathBuf;

use clap::ValueEnum;

use crate::cli::{Done, Failure, output};
use crate::clock;
use crate::extract::{Bounds, candidates_in_file};
use crate::format::csv::Dialect;
use crate::format::{Format, Writer};
use crate::message::mscons;
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

/// Whether everything in the file was understood.
fn parse_file(
    name: &str,
    bytes: &[u8],
    sink: &mut Sink,
    counts: &mut Counts,
) -> Result<bool, Failure> {
    let extract = candidates_in_file(name, bytes, &Bounds::default());
    let mut is_good = extract.refused.is_empty();
    for refused in &extract.refused {
        output::complain(&format!("{}: {}", refused.name, refused.reason));
    }
    if extract.candidates.is_empty() && extract.refused.is_empty() {
        output::complain(&format!(
            "{name}: holds no EDIFACT (no UNA or UNB was found)"
        ));
        is_good = false;
    }
    for candidate in &extract.candidates {
        let begun = clock::monotonic();
        let file = mscons::read(&candidate.bytes);
        counts.parse_seconds += begun.elapsed().as_secs_f64();
        counts.bytes += candidate.bytes.len() as u64;
        counts.interchanges += file.interchanges.len() as u64;
        let findings = file.findings.iter();
        for finding in findings.chain(file.interchanges.iter().flat_map(|i| &i.findings)) {
            counts.findings += 1;
            is_good &= !finding.code.bars_message();
            output::complain(&format!("{}: {finding}", candidate.name));
        }
        for interchange in &file.interchanges {
            counts.messages += interchange.messages.len() as u64;
            counts.values += interchange.columns.len() as u64;
            if let Some(writer) = sink {
                for record in query::parsed(interchange) {
                    writer.write(&record)?;
                }
            }
        }
    }
    Ok(is_good)
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
