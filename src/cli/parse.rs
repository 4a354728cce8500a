//! `parse`: what is in a file, with nothing stored.

use std::io::Write;
use std::path::PathBuf;

use clap::ValueEnum;

use super::{Done, Failure, output};
use crate::clock;
use crate::extract::{Bounds, candidates_in_file};
use crate::format::{self, Record};
use crate::message::mscons::{self, Interchange};

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
    let mut out = output::stdout();
    let mut writer = Writer::new(args.format, &mut out)?;
    let mut counts = Counts::default();
    let mut failed = false;
    for path in &args.files {
        let name = path.display().to_string();
        match super::import::read_file(path) {
            Ok(bytes) => failed |= !parse_file(&name, &bytes, &mut writer, &mut counts)?,
            Err(error) => {
                output::complain(&format!("{name}: {error}"));
                failed = true;
            }
        }
    }
    writer.finish(&counts)?;
    output::finish(out)?;
    Ok(if failed { Done::WithFailures } else { Done::Well })
}

/// Whether everything in the file was understood.
fn parse_file(
    name: &str,
    bytes: &[u8],
    writer: &mut Writer<'_>,
    counts: &mut Counts,
) -> Result<bool, Failure> {
    let extract = candidates_in_file(name, bytes, &Bounds::default());
    let mut is_good = extract.refused.is_empty();
    for refused in &extract.refused {
        output::complain(&format!("{}: {}", refused.name, refused.reason));
    }
    if extract.candidates.is_empty() && extract.refused.is_empty() {
        output::complain(&format!("{name}: holds no EDIFACT (no UNA or UNB was found)"));
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
            write_records(interchange, writer)?;
        }
    }
    Ok(is_good)
}

fn write_records(interchange: &Interchange, writer: &mut Writer<'_>) -> Result<(), Failure> {
    for message in &interchange.messages {
        for group in &message.groups {
            for row in group.rows.clone().filter_map(|at| interchange.columns.row(at)) {
                let Some(label) = interchange.labels.get(row.label) else { continue };
                writer.write(&Record {
                    sender: &interchange.sender,
                    receiver: &interchange.receiver,
                    interchange: &interchange.reference,
                    message: &message.reference,
                    document: &message.document,
                    pid: message.pid,
                    location: group.location.as_deref(),
                    device: group.device.as_deref(),
                    obis: group.obis.as_deref(),
                    start: row.start,
                    end: row.end,
                    value: row.value,
                    label,
                    stored: None,
                })?;
            }
        }
    }
    Ok(())
}
