//! `values`: one series, read.

use std::io::Write;

use crate::cli::args::{CsvArgs, FormatArg, Period, ResolutionArg};
use crate::cli::at_store::AtStore;
use crate::cli::call::Call;
use crate::cli::{Done, Failure, open, output};
use crate::config::Gateway;
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

impl AtStore for Args {
    fn run(&self, call: &Call<'_>) -> Result<Done, Failure> {
        let zone = open::time_zone(call.config)?;
        let period = self.period.read(&zone)?;
        let format = self.format.0;
        let dialect = self.csv.over(call.dialect(), format)?;
        let catalogue = call.catalogue();
        let series = one_series(&catalogue, &self.series)?;
        let asked = (period.of(&series), period.as_of);
        let shape = shape(self.resolution);
        let mut writer = Writer::new(format, dialect, shape, call.results())?.in_zone(&zone);
        let resolution = self.resolution.map(ResolutionArg::resolution);
        if write(&catalogue, &series, asked, resolution, &mut writer)? == 0 {
            call.nothing_found("the series has no values in this period");
        }
        writer.finish()?;
        Ok(Done::Well)
    }

    fn check(&self, config: &Gateway) -> Result<(), Failure> {
        open::existing(config)?;
        output::refuse_terminal(self.format.0, None)
    }
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
pub(super) fn write<W: Write>(
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
