//! `export`: the values of many series, into one file.

mod mscons;

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use clap::ValueEnum;
use clap::builder::PossibleValue;

use crate::cli::args::Period;
use crate::cli::{Done, Failure, open, output};
use crate::format::{Format, Writer};
use crate::query;
use crate::store::read;

/// `export`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Which series; `*` stands for any characters
    #[arg(default_value = "*")]
    pattern: String,
    #[command(flatten)]
    period: Period,
    /// Format of the file
    #[arg(long, value_enum, default_value_t = Target::Values(Format::Csv))]
    format: Target,
    /// The file; without it, or with `-`, stdout
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

/// What is written.
#[derive(Clone, Copy, Debug)]
enum Target {
    /// Values as records.
    Values(Format),
    /// Messages, as the market sends them.
    Mscons,
}

impl ValueEnum for Target {
    fn value_variants<'a>() -> &'a [Self] {
        &[
            Self::Values(Format::Table),
            Self::Values(Format::Csv),
            Self::Values(Format::Json),
            Self::Values(Format::Ndjson),
            Self::Mscons,
        ]
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        match self {
            Self::Values(format) => format.to_possible_value(),
            Self::Mscons => {
                let help = "MSCONS 2.5: load profiles, amounts and meter readings";
                Some(PossibleValue::new("mscons").help(help))
            }
        }
    }
}

pub(super) fn run(config: &Path, args: &Args) -> Result<Done, Failure> {
    let config = open::config(config)?;
    let period = args.period.read(&open::time_zone(&config)?)?;
    let opened = open::existing_store(&config)?;
    let found = read::find(&*opened.store, &args.pattern)?;
    if found.is_empty() {
        return Err(Failure::Usage(format!(
            "no series fits {:?}; `mscons-gateway series` lists them",
            args.pattern
        )));
    }
    let sink: Box<dyn Write> = match &args.out {
        Some(path) if path.as_os_str() != "-" => Box::new(BufWriter::new(create(path)?)),
        _ => Box::new(output::stdout()),
    };
    let format = match args.format {
        Target::Values(format) => format,
        Target::Mscons => return mscons::write(&*opened.store, &found, period, sink),
    };
    let mut writer = Writer::stored(format, open::dialect(&config), sink)?;
    let bar = output::progress(found.len() as u64, "series");
    let mut written = 0_u64;
    for series in &found {
        let values = query::values(&*opened.store, series, period.of(series), period.as_of)?;
        for record in values.records() {
            writer.write(&record)?;
            written += 1;
        }
        bar.inc(1);
    }
    writer.finish()?;
    bar.finish_and_clear();
    output::note(&format!("{written} values of {} series", found.len()));
    Ok(Done::Well)
}

fn create(path: &Path) -> Result<File, Failure> {
    File::create(path).map_err(|error: io::Error| {
        Failure::Usage(format!("{} cannot be written: {error}", path.display()))
    })
}
