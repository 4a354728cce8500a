//! `export`: the values of many series, into one file.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use crate::cli::args::{CsvArgs, FormatArg, Period, ResolutionArg};
use crate::cli::{Done, Failure, open, output, values};
use crate::format::{Format, Writer};
use crate::query::Catalogue;

/// `export`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Which series; `*` stands for any characters
    #[arg(default_value = "*")]
    pattern: String,
    #[command(flatten)]
    period: Period,
    /// By hour, day, month …: amounts summed, of powers the greatest, with the share that is there
    #[arg(long, value_enum)]
    resolution: Option<ResolutionArg>,
    /// Format of the file
    #[arg(long, value_enum, default_value_t = FormatArg(Format::Csv))]
    format: FormatArg,
    #[command(flatten)]
    csv: CsvArgs,
    /// The file; without it, or with `-`, stdout
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

pub(super) fn run(config: &Path, args: &Args) -> Result<Done, Failure> {
    let config = open::config(config)?;
    let zone = open::time_zone(&config)?;
    let period = args.period.read(&zone)?;
    let format = args.format.0;
    let dialect = args.csv.over(open::dialect(&config), format)?;
    let out = args.out.as_deref().filter(|path| path.as_os_str() != "-");
    if out.is_none() && format.is_binary() {
        output::refuse_terminal(format.name())?;
    }
    let opened = open::existing_store(&config)?;
    let virtuals = open::virtuals(&config);
    let catalogue = Catalogue::new(&*opened.store, &virtuals);
    let found = catalogue.find(&args.pattern)?;
    if found.is_empty() {
        return Err(Failure::Usage(format!(
            "no series fits {:?}; `mscons-gateway series` lists them",
            args.pattern
        )));
    }
    let sink: Box<dyn Write + Send> = match out {
        Some(path) => Box::new(BufWriter::new(create(path)?)),
        None => Box::new(output::stdout()),
    };
    let shape = values::shape(args.resolution);
    let mut writer = Writer::new(format, dialect, shape, sink)?.in_zone(&zone);
    let resolution = args.resolution.map(ResolutionArg::resolution);
    let bar = output::progress(found.len() as u64, "series");
    let (mut written, mut left_out) = (0_u64, 0_usize);
    for series in &found {
        let asked = (period.of(series), period.as_of);
        match values::write(&catalogue, series, asked, resolution, &mut writer) {
            Ok(values) => written += values,
            // Among many series some have no sums; the others are what was asked for.
            Err(Failure::Usage(why)) if found.len() > 1 => {
                output::note(&format!("left out: {why}"));
                left_out += 1;
            }
            Err(failure) => return Err(failure),
        }
        bar.inc(1);
    }
    writer.finish()?;
    bar.finish_and_clear();
    output::note(&format!(
        "{written} values of {} series",
        found.len() - left_out
    ));
    Ok(Done::Well)
}

fn create(path: &Path) -> Result<File, Failure> {
    File::create(path).map_err(|error: io::Error| {
        Failure::Usage(format!("{} cannot be written: {error}", path.display()))
    })
}
