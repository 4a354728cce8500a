//! `export`: the values of many series, into one file.

use std::path::{Path, PathBuf};

use crate::cli::args::Period;
use crate::cli::at_store::AtStore;
use crate::cli::call::{Call, Unit};
use crate::cli::{Done, Failure, open};
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
    #[arg(long, value_enum, default_value_t = Format::Csv)]
    format: Format,
    /// The file; without it, or with `-`, stdout
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

impl AtStore for Args {
    fn run(&self, call: &Call<'_>) -> Result<Done, Failure> {
        let period = self.period.read(&open::time_zone(call.config)?)?;
        let found = read::find(call.store(), &self.pattern)?;
        if found.is_empty() {
            return Err(Failure::Usage(format!(
                "no series fits {:?}; `mscons-gateway series` lists them",
                self.pattern
            )));
        }
        let mut writer = Writer::stored(self.format, call.dialect(), call.results())?;
        let progress = call.progress(found.len() as u64, Unit::Things);
        let mut written = 0_u64;
        for series in &found {
            let values = query::values(call.store(), series, period.of(series), period.as_of)?;
            for record in values.records() {
                writer.write(&record)?;
                written += 1;
            }
            progress.one_more()?;
        }
        writer.finish()?;
        drop(progress);
        call.note(&format!("{written} values of {} series", found.len()));
        Ok(Done::Well)
    }

    fn out(&self) -> Option<&Path> {
        self.out.as_deref()
    }
}
