//! `plot`: one series, drawn.

use std::io::Write;
use std::path::{Path, PathBuf};

use clap::ValueEnum;

use crate::chart::png::{Theme, png};
use crate::chart::{self, Dress, Frame, Point};
use crate::cli::args::Period;
use crate::cli::at_store::AtStore;
use crate::cli::call::Call;
use crate::cli::{Done, Failure, open, values};
use crate::config::Gateway;
use crate::market::unit;
use crate::query::Values;
use crate::series::peaks::peaks;

/// `plot`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Number, location or `location/obis` of one series
    series: String,
    #[command(flatten)]
    period: Period,
    /// What is drawn
    #[arg(long, value_enum, default_value_t = Kind::LoadProfile)]
    kind: Kind,
    /// The file; `.svg` or `.png` tells what it is; `-` is SVG on stdout
    #[arg(long, value_name = "FILE", default_value = "-")]
    out: PathBuf,
    /// Ground of a PNG; an SVG follows its reader
    #[arg(long, value_enum, default_value_t = Ground::Light)]
    theme: Ground,
    /// Width in pixels
    #[arg(long, default_value_t = 1200, value_parser = clap::value_parser!(u32).range(200..=10_000))]
    width: u32,
    /// Height in pixels
    #[arg(long, default_value_t = 420, value_parser = clap::value_parser!(u32).range(120..=10_000))]
    height: u32,
}

/// What is drawn.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
enum Kind {
    /// The values over time: a day, a week, a month, a year
    LoadProfile,
    /// A column a day, the time of day from top to bottom, colours for values
    HeatMap,
    /// The values from the greatest to the least
    Duration,
    /// The quarter hours (or hours) of the greatest power
    Peaks,
}

/// The ground of a PNG.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
enum Ground {
    /// White
    Light,
    /// Black
    Dark,
}

impl AtStore for Args {
    fn run(&self, call: &Call<'_>) -> Result<Done, Failure> {
        let zone = open::time_zone(call.config)?;
        let period = self.period.read(&zone)?;
        let catalogue = call.catalogue();
        let series = values::one_series(&catalogue, &self.series)?;
        let (from, to) = period.of(&series);
        let values = catalogue
            .values(&series, (from, to), period.as_of)
            .map_err(open::unread)?;
        let title = [series.key.location.as_str(), &series.key.obis].join(" ");
        let frame = Frame {
            title: title.trim(),
            unit: unit::of(series.key.unit.as_deref(), &series.key.obis),
            from,
            to,
            width: self.width,
            height: self.height,
            language: call.config.language,
            time_zone: &zone,
        };
        let svg = drawn(self.kind, &frame, &values)?;
        let bytes = if is_png(&self.out)? {
            png(&svg, self.theme.theme(), PNG_SCALE)?
        } else {
            svg.into_bytes()
        };
        let mut out = call.results();
        out.write_all(&bytes)?;
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

    fn check(&self, config: &Gateway) -> Result<(), Failure> {
        is_png(&self.out)?;
        open::existing(config)
    }
}

impl Ground {
    const fn theme(self) -> Theme {
        match self {
            Self::Light => Theme::Light,
            Self::Dark => Theme::Dark,
        }
    }
}

fn drawn(kind: Kind, frame: &Frame<'_>, values: &Values) -> Result<String, Failure> {
    let points = values.points();
    let needs_hours = || {
        Failure::Usage(
            "this kind is for intervals of an hour at most; the series has none; take --kind load-profile"
                .to_owned(),
        )
    };
    let is_short =
        |point: &Point| (1..=3600).contains(&(point.end.seconds() - point.start.seconds()));
    let is_of_hours = points.is_empty() || points.iter().any(is_short);
    match kind {
        Kind::LoadProfile => Ok(chart::load_profile(frame, &points)),
        Kind::Duration => Ok(chart::duration::duration(frame, &points, Dress::Document)),
        Kind::HeatMap | Kind::Peaks if !is_of_hours => Err(needs_hours()),
        Kind::HeatMap => Ok(chart::heat_map::heat_map(frame, &points, Dress::Document)),
        Kind::Peaks => {
            let power = unit::power_of(frame.unit);
            let peaks = peaks(&values.held, power.is_some(), PEAKS);
            let unit = power.unwrap_or(frame.unit);
            Ok(chart::peaks::peaks(
                &Frame {
                    unit,
                    ..frame.clone()
                },
                &peaks,
                Dress::Document,
            ))
        }
    }
}

/// Whether a file is a PNG, by its name.
fn is_png(out: &Path) -> Result<bool, Failure> {
    let ending = out.extension().map(std::ffi::OsStr::to_ascii_lowercase);
    match ending.as_ref().and_then(|ending| ending.to_str()) {
        Some("png") => Ok(true),
        Some("svg") => Ok(false),
        None if out.as_os_str() == "-" => Ok(false),
        Some(_) | None => Err(Failure::Usage(format!(
            "--out {} must end with .svg or .png, or be -",
            out.display()
        ))),
    }
}

/// A picture is sharp on screens of two pixels a point, and in print.
const PNG_SCALE: f32 = 2.0;
/// As many as fit on a page.
const PEAKS: usize = 10;
