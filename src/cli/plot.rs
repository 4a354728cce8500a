//! `plot`: one series, drawn.

use std::io::Write;
use std::path::{Path, PathBuf};

use crate::chart::{self, Frame};
use crate::cli::args::Period;
use crate::cli::at_store::AtStore;
use crate::cli::call::Call;
use crate::cli::{Done, Failure, open};
use crate::query;

/// `plot`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Number, location or `location/obis` of one series
    series: String,
    #[command(flatten)]
    period: Period,
    /// The SVG file; `-` is stdout
    #[arg(long, value_name = "FILE", default_value = "-")]
    out: PathBuf,
    /// Width in pixels
    #[arg(long, default_value_t = 1200, value_parser = clap::value_parser!(u32).range(200..=10_000))]
    width: u32,
    /// Height in pixels
    #[arg(long, default_value_t = 420, value_parser = clap::value_parser!(u32).range(120..=10_000))]
    height: u32,
}

impl AtStore for Args {
    fn run(&self, call: &Call<'_>) -> Result<Done, Failure> {
        let zone = open::time_zone(call.config)?;
        let period = self.period.read(&zone)?;
        let series = crate::cli::values::one_series(call.store(), &self.series)?;
        let (from, to) = period.of(&series);
        let values = query::values(call.store(), &series, (from, to), period.as_of)?;
        let title = format!("{} {}", series.key.location, series.key.obis);
        let frame = Frame {
            title: &title,
            unit: series.key.unit.as_deref().unwrap_or_default(),
            from,
            to,
            width: self.width,
            height: self.height,
            language: call.config.language,
            time_zone: &zone,
        };
        let svg = chart::load_profile(&frame, &values.points());
        let mut out = call.results();
        out.write_all(svg.as_bytes())?;
        out.flush()?;
        if self.out.as_os_str() != "-" {
            call.note(&format!(
                "{} values drawn to {}",
                values.held.len(),
                self.out.display()
            ));
        }
        Ok(Done::Well)
    }

    fn out(&self) -> Option<&Path> {
        Some(&self.out)
    }
}
