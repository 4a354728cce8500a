//! `export`: the values of many series, into one file.

mod mscons;

use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use clap::ValueEnum;
use clap::builder::PossibleValue;

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
    #[arg(long, value_enum, default_value_t = Target::Values(FormatArg(Format::Csv)))]
    format: Target,
    #[command(flatten)]
    csv: CsvArgs,
    /// The file; without it, or with `-`, stdout
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

/// What is written.
#[derive(Clone, Copy, Debug)]
enum Target {
    /// Values as records.
    Values(FormatArg),
    /// Messages, as the market sends them.
    Mscons,
}

impl ValueEnum for Target {
    fn value_variants<'a>() -> &'a [Self] {
        static ALL: LazyLock<Vec<Target>> = LazyLock::new(|| {
            let values = FormatArg::value_variants().iter().copied();
            values.map(Target::Values).chain([Target::Mscons]).collect()
        });
        &ALL
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

impl AtStore for Args {
    fn run(&self, call: &Call<'_>) -> Result<Done, Failure> {
        let zone = open::time_zone(call.config)?;
        let period = self.period.read(&zone)?;
        let catalogue = call.catalogue();
        let found = catalogue.find(&self.pattern)?;
        if found.is_empty() {
            return Err(Failure::Usage(format!(
                "no series fits {:?}; `mscons-gateway series` lists them",
                self.pattern
            )));
        }
        let format = match self.format {
            Target::Values(FormatArg(format)) => format,
            Target::Mscons => return mscons::write(call, &found, period),
        };
        let dialect = self.csv.over(call.dialect(), format)?;
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
        match self.format {
            Target::Values(FormatArg(format)) => output::refuse_terminal(format, self.out()),
            Target::Mscons if self.resolution.is_some() => Err(Failure::Usage(
                "--format mscons writes values as they were received; leave out --resolution"
                    .to_owned(),
            )),
            Target::Mscons => self.csv.refuse(),
        }
    }
}
