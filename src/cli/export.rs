//! `export`: the values of many series, into one file.

use std::path::{Path, PathBuf};

use crate::cli::args::{CsvArgs, FormatArg, Period, ResolutionArg};
use crate::cli::at_store::AtStore;
use crate::cli::call::{Call, Unit};
use crate::cli::{Done, Failure, open, output, values};
use crate::config::Gateway;
use crate::format::{Format, Writer};

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

impl AtStore for Args {
    fn run(&self, call: &Call<'_>) -> Result<Done, Failure> {
        let zone = open::time_zone(call.config)?;
        let period = self.period.read(&zone)?;
        let format = self.format.0;
        let dialect = self.csv.over(call.dialect(), format)?;
        let catalogue = call.catalogue();
        let found = catalogue.find(&self.pattern)?;
        if found.is_empty() {
            return Err(Failure::Usage(format!(
                "no series fits {:?}; `mscons-gateway series` lists them",
                self.pattern
            )));
        }
        let shape = values::shape(self.resolution);
        let mut writer = Writer::new(format, dialect, shape, call.results())?.in_zone(&zone);
        let resolution = self.resolution.map(ResolutionArg::resolution);
        let progress = call.progress(found.len() as u64, Unit::Things);
        let (mut written, mut left_out) = (0_u64, 0_usize);
        for series in &found {
            let asked = (period.of(series), period.as_of);
            match values::write(&catalogue, series, asked, resolution, &mut writer) {
                Ok(values) => written += values,
                // Among many series some have no sums; the others are what was asked for.
                Err(Failure::Usage(why)) if found.len() > 1 => {
                    call.note(&format!("left out: {why}"));
                    left_out += 1;
                }
                Err(failure) => return Err(failure),
            }
            progress.one_more()?;
        }
        writer.finish()?;
        drop(progress);
        let series = found.len() - left_out;
        call.note(&format!("{written} values of {series} series"));
        Ok(Done::Well)
    }

    fn out(&self) -> Option<&Path> {
        self.out.as_deref()
    }

    fn check(&self, config: &Gateway) -> Result<(), Failure> {
        open::existing(config)?;
        output::refuse_terminal(self.format.0, self.out())
    }
}
