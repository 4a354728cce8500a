//! `values`: one series, read.

use std::io::Write;
use std::path::Path;

use crate::cli::args::{CsvArgs, FormatArg, Period, ResolutionArg};
use crate::cli::{Done, Failure, open, output};
use crate::format::{Format, Shape, Writer};
use crate::market::calendar::UtcTime;
use crate::query::{Catalogue, Span};
use crate::series::resample::Resolution;
use crate::store::ledger::SeriesEntry;

/// `values`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Number, location or `location/obis` of one series
    series: String,
    #[command(flatten)]
    period: Period,
    /// By hour, day, month …: amounts summed, of powers the greatest, with the share that is there
    #[arg(long, value_enum)]
    resolution: Option<ResolutionArg>,
    /// How the values are printed
    #[arg(long, value_enum, default_value_t = FormatArg(Format::Table))]
    format: FormatArg,
    #[command(flatten)]
    csv: CsvArgs,
}

pub(super) fn run(config: &Path, args: &Args) -> Result<Done, Failure> {
    let config = open::config(config)?;
    let zone = open::time_zone(&config)?;
    let period = args.period.read(&zone)?;
    let format = args.format.0;
    let dialect = args.csv.over(open::dialect(&config), format)?;
    if format.is_binary() {
        output::refuse_terminal(format.name())?;
    }
    let opened = open::existing_store(&config)?;
    let virtuals = open::virtuals(&config);
    let catalogue = Catalogue::new(&*opened.store, &virtuals);
    let series = one_series(&catalogue, &args.series)?;
    let span = period.of(&series);
    let shape = shape(args.resolution);
    let mut writer = Writer::new(format, dialect, shape, output::stdout())?.in_zone(&zone);
    let resolution = args.resolution.map(ResolutionArg::resolution);
    let written = write(
        &catalogue,
        &series,
        (span, period.as_of),
        resolution,
        &mut writer,
    )?;
    if written == 0 {
        open::nothing_found("the series has no values in this period");
    }
    writer.finish()?;
    Ok(Done::Well)
}

/// The fields that the output has.
pub(super) fn shape(resolution: Option<ResolutionArg>) -> Shape {
    if resolution.is_some() {
        Shape::Resampled
    } else {
        Shape::Stored
    }
}

/// Writes the values of a series; how many they are.
pub(super) fn write<W: Write + Send>(
    catalogue: &Catalogue<'_>,
    series: &SeriesEntry,
    (span, as_of): (Span, Option<UtcTime>),
    resolution: Option<Resolution>,
    writer: &mut Writer<W>,
) -> Result<u64, Failure> {
    let mut written = 0;
    if let Some(resolution) = resolution {
        let resampled = catalogue.resampled(series, resolution, span, as_of);
        for record in resampled.map_err(open::unread)?.records() {
            writer.write(&record)?;
            written += 1;
        }
    } else {
        let values = catalogue.values(series, span, as_of);
        for record in values.map_err(open::unread)?.records() {
            writer.write(&record)?;
            written += 1;
        }
    }
    Ok(written)
}

/// The one series that is meant; otherwise what is wrong with the name.
pub(super) fn one_series(catalogue: &Catalogue<'_>, name: &str) -> Result<SeriesEntry, Failure> {
    let mut found = catalogue.find(name)?;
    match (found.pop(), found.as_slice()) {
        (Some(series), []) => Ok(series),
        (None, _) => Err(Failure::Usage(format!(
            "no series fits {name:?}; `mscons-gateway series` lists them"
        ))),
        (Some(last), others) => {
            let named: Vec<String> = others
                .iter()
                .chain([&last])
                .take(SHOWN)
                .map(|s| format!("{} = {}/{}", s.id, s.key.location, s.key.obis))
                .collect();
            Err(Failure::Usage(format!(
                "{} series fit {name:?}; name one by its number: {}{}",
                others.len() + 1,
                named.join(", "),
                if others.len() >= SHOWN { ", …" } else { "" },
            )))
        }
    }
}

/// Series that are named when several fit.
const SHOWN: usize = 8;
