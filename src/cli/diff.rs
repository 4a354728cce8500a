//! `diff`: what changed since a time, and by which message.

use crate::cli::args::{Period, RowFormatArg, read_time};
use crate::cli::at_store::AtStore;
use crate::cli::call::{Call, Unit};
use crate::cli::{Done, Failure, open};
use crate::format::rows::{Cell, Rows};
use crate::market::calendar::UtcTime;
use crate::query::{self, Changed};
use crate::series::merge::Held;
use crate::store::ledger::SeriesEntry;
use crate::store::read;

/// `diff`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Which series; `*` stands for any characters
    #[arg(default_value = "*")]
    pattern: String,
    #[command(flatten)]
    period: Period,
    /// Compare with what was known at this later time; without it, with what is known now
    #[arg(long, value_name = "TIME")]
    and: Option<String>,
    /// How the changes are printed
    #[arg(long, value_enum, default_value_t = RowFormatArg::Table)]
    format: RowFormatArg,
}

impl AtStore for Args {
    fn run(&self, call: &Call<'_>) -> Result<Done, Failure> {
        let zone = open::time_zone(call.config)?;
        let period = self.period.read(&zone)?;
        let until = self.and.as_deref();
        let until = until
            .map(|text| read_time("--and", text, &zone))
            .transpose()?;
        let then = period.as_of.ok_or_else(|| {
            Failure::Usage("diff needs --as-of TIME: what changed since then".to_owned())
        })?;
        if until.is_some_and(|until| until <= then) {
            return Err(Failure::Usage("--and must be after --as-of".to_owned()));
        }
        let found = read::find(call.store(), &self.pattern)?;
        if found.is_empty() {
            return Err(Failure::Usage(format!(
                "no series fits {:?}; `mscons-gateway series` lists them",
                self.pattern
            )));
        }
        let mut rows = Rows::new(self.format.format(), call.dialect(), NAMES, call.results())?;
        let progress = call.progress(found.len() as u64, Unit::Things);
        let mut changes = 0;
        for series in &found {
            let bounds = period.of(series);
            for changed in query::changes(call.store(), series, bounds, then, until)? {
                rows.write(&cells(series, &changed))?;
                changes += 1;
            }
            progress.one_more()?;
        }
        rows.finish()?;
        drop(progress);
        call.note(&format!("{changes} changes in {} series", found.len()));
        Ok(Done::Well)
    }
}

fn cells(series: &SeriesEntry, changed: &Changed) -> [Cell; NAMES.len()] {
    let change = &changed.change;
    let (start, end) = change.interval();
    let time = |time: Option<UtcTime>| Cell::from(time.map(|time| Cell::Text(time.to_string())));
    let decimal = |digits: Option<String>| Cell::from(digits.map(Cell::Decimal));
    let value = |held: &Option<Held>| {
        let value = held.as_ref().and_then(|held| held.value);
        decimal(value.map(|value| value.to_string()))
    };
    let quality = |held: &Option<Held>| Cell::from(held.as_ref().map(|held| held.quality.name()));
    [
        series.key.location.as_str().into(),
        series.key.device.as_deref().into(),
        series.key.obis.as_str().into(),
        time(start),
        time(end),
        series.key.unit.as_deref().into(),
        value(&change.before),
        value(&change.after),
        decimal(change.difference().map(|difference| difference.to_string())),
        quality(&change.before),
        quality(&change.after),
        changed.source.into(),
        changed.document.as_str().into(),
    ]
}

/// The names of the columns.
const NAMES: &[&str] = &[
    "location",
    "device",
    "obis",
    "start",
    "end",
    "unit",
    "old",
    "new",
    "difference",
    "old_quality",
    "quality",
    "source",
    "document",
];
