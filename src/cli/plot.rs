//! `plot`: one series, drawn.

use std::fs;
use std::path::{Path, PathBuf};

use crate::chart::{self, Frame};
use crate::cli::args::Period;
use crate::cli::{Done, Failure, open, output, values};
use crate::query::Catalogue;

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

pub(super) fn run(config: &Path, args: &Args) -> Result<Done, Failure> {
    let config = open::config(config)?;
    let zone = open::time_zone(&config)?;
    let period = args.period.read(&zone)?;
    let opened = open::existing_store(&config)?;
    let virtuals = open::virtuals(&config);
    let catalogue = Catalogue::new(&*opened.store, &virtuals);
    let series = values::one_series(&catalogue, &args.series)?;
    let (from, to) = period.of(&series);
    let values = catalogue
        .values(&series, (from, to), period.as_of)
        .map_err(open::unread)?;
    let title = format!("{} {}", series.key.location, series.key.obis);
    let frame = Frame {
        title: &title,
        unit: series.key.unit.as_deref().unwrap_or_default(),
        from,
        to,
        width: args.width,
        height: args.height,
        language: config.language,
        time_zone: &zone,
    };
    let svg = chart::load_profile(&frame, &values.points());
    if args.out.as_os_str() == "-" {
        let mut out = output::stdout();
        std::io::Write::write_all(&mut out, svg.as_bytes())?;
        output::finish(out)?;
    } else {
        fs::write(&args.out, svg).map_err(|error| {
            Failure::Usage(format!("{} cannot be written: {error}", args.out.display()))
        })?;
        output::note(&format!(
            "{} values drawn to {}",
            values.held.len(),
            args.out.display()
        ));
    }
    Ok(Done::Well)
}
