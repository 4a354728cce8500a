//! `values`: one series, read.

use crate::cli::args::Period;
use crate::cli::at_store::AtStore;
use crate::cli::call::Call;
use crate::cli::{Done, Failure, open};
use crate::format::{Format, Writer};
use crate::query;
use crate::store::ledger::SeriesEntry;
use crate::store::{Store, read};

/// `values`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Number, location or `location/obis` of one series
    series: String,
    #[command(flatten)]
    period: Period,
    /// How the values are printed
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,
}

impl AtStore for Args {
    fn run(&self, call: &Call<'_>) -> Result<Done, Failure> {
        let period = self.period.read(&open::time_zone(call.config)?)?;
        let series = one_series(call.store(), &self.series)?;
        let values = query::values(call.store(), &series, period.of(&series), period.as_of)?;
        if values.held.is_empty() {
            call.nothing_found("the series has no values in this period");
        }
        let mut writer = Writer::stored(self.format, call.dialect(), call.results())?;
        for record in values.records() {
            writer.write(&record)?;
        }
        writer.finish()?;
        Ok(Done::Well)
    }
}

/// The one series that is meant; otherwise what is wrong with the name.
pub(super) fn one_series(store: &dyn Store, name: &str) -> Result<SeriesEntry, Failure> {
    let mut found = read::find(store, name)?;
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
