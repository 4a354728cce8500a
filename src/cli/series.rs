//! `series`: which series there are.

use std::io::Write;

use crate::cli::args::ListFormat;
use crate::cli::at_store::AtStore;
use crate::cli::call::Call;
use crate::cli::{Done, Failure};
use crate::format::table::Table;
use crate::series::computed::is_computed;
use crate::store::ledger::SeriesEntry;

/// `series`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Location, OBIS code, `location/obis` or number; `*` stands for any characters
    #[arg(default_value = "*")]
    pattern: String,
    /// How they are printed
    #[arg(long, value_enum, default_value_t = ListFormat::Table)]
    format: ListFormat,
}

impl AtStore for Args {
    fn run(&self, call: &Call<'_>) -> Result<Done, Failure> {
        let found = call.catalogue().find(&self.pattern)?;
        if found.is_empty() {
            call.nothing_found("no series fits");
        }
        let mut out = call.results();
        match self.format {
            ListFormat::Table => table(&found).write(&mut out)?,
            ListFormat::Json => {
                let list: Vec<serde_json::Value> = found.iter().map(json).collect();
                serde_json::to_writer_pretty(&mut out, &list)?;
            }
        }
        out.flush()?;
        Ok(Done::Well)
    }
}

fn table(found: &[SeriesEntry]) -> Table {
    let header = [
        "number",
        "location",
        "obis",
        "device",
        "unit",
        "kind",
        "first day",
        "last day",
        "values",
    ];
    let rows = found.iter().map(|series| {
        vec![
            series.id.to_string(),
            series.key.location.clone(),
            series.key.obis.clone(),
            series.key.device.clone().unwrap_or_default(),
            series.key.unit.clone().unwrap_or_default(),
            kind(series).to_owned(),
            series.first.to_string(),
            series.last.to_string(),
            series.values.to_string(),
        ]
    });
    Table::new(&header, rows.collect())
}

/// How its values stand in time, or that they are computed.
fn kind(series: &SeriesEntry) -> &'static str {
    if is_computed(series.id) {
        "virtual"
    } else {
        series.key.kind.name()
    }
}

fn json(series: &SeriesEntry) -> serde_json::Value {
    serde_json::json!({
        "number": series.id,
        "location": series.key.location,
        "obis": series.key.obis,
        "device": series.key.device,
        "unit": series.key.unit,
        "kind": series.key.kind.name(),
        "virtual": is_computed(series.id),
        "first": series.first.to_string(),
        "last": series.last.to_string(),
        "values": series.values,
    })
}
