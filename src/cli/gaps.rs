//! `gaps`: the intervals that are missing.

use std::path::Path;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::cli::args::Stretch;
use crate::cli::{Done, Failure, open, output};
use crate::clock;
use crate::config::Gateway;
use crate::expect::gaps::{Asked, find};
use crate::expect::{MissingRun, Plan, Target};
use crate::format::csv;
use crate::format::table::Table;
use crate::market::calendar::UtcTime;
use crate::store::read;

/// `gaps`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Location, OBIS code, `location/obis` or number; `*` stands for any characters
    #[arg(default_value = "*")]
    pattern: String,
    #[command(flatten)]
    stretch: Stretch,
    /// How they are printed
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,
    /// End with exit code 1 if anything is missing, for scripts
    #[arg(long)]
    fail: bool,
}

/// How gaps are printed.
#[derive(Clone, Copy, Debug, clap::ValueEnum)]
enum Format {
    /// Columns for people
    Table,
    /// One JSON list
    Json,
    /// CSV, in the configured dialect
    Csv,
}

/// What is said of one gap.
struct Row<'a> {
    target: &'a Target,
    run: MissingRun,
    partner_name: &'a str,
    late_seconds: Option<i64>,
}

pub(super) fn run(config: &Path, args: &Args) -> Result<Done, Failure> {
    let config = open::config(config)?;
    let zone = open::time_zone(&config)?;
    let (from, to) = args.stretch.read(&zone)?;
    let opened = open::existing_store(&config)?;
    let plan = open::plan(&config);
    let mut targets = plan.targets(opened.store.series()?);
    warn_of_idle_patterns(&plan, &targets);
    targets.retain(|target| is_meant(target, &args.pattern));
    if targets.is_empty() {
        open::nothing_found("no series fits");
    }
    let now = clock::now();
    let mut rows = Vec::new();
    for target in &targets {
        for run in find(&*opened.store, target, Asked { from, to }, now)? {
            rows.push(Row {
                target,
                run,
                partner_name: plan.partner_name(target.partner()),
                late_seconds: run.late_seconds(now),
            });
        }
    }
    if rows.is_empty() {
        open::nothing_found("nothing is missing");
    }
    print(&rows, args.format, &zone, &config)?;
    if args.fail && !rows.is_empty() {
        return Ok(Done::WithFailures);
    }
    Ok(Done::Well)
}

fn warn_of_idle_patterns(plan: &Plan, targets: &[Target]) {
    for expect in plan.idle_patterns(targets) {
        output::note(&format!(
            "[[expect]] location = {:?}, obis = {:?} fits no series of intervals",
            expect.location, expect.obis
        ));
    }
}

/// As [`read::find`], also for what has never arrived.
fn is_meant(target: &Target, pattern: &str) -> bool {
    let whole = format!("{}/{}", target.location, target.obis);
    let number = pattern.parse().ok();
    (target.series.iter()).any(|series| number == Some(series.id))
        || [&whole, &target.location, &target.obis]
            .iter()
            .any(|text| read::fits(pattern, text))
}

fn print(
    rows: &[Row<'_>],
    format: Format,
    zone: &TimeZone,
    config: &Gateway,
) -> Result<(), Failure> {
    let mut out = output::stdout();
    match format {
        Format::Table => {
            let cells = rows.iter().map(|row| row.for_people(zone)).collect();
            Table::new(&TABLE_NAMES, cells).write(&mut out)?;
        }
        Format::Json => {
            let list: Vec<serde_json::Value> = rows.iter().map(|row| row.json(zone)).collect();
            serde_json::to_writer_pretty(&mut out, &list)?;
        }
        Format::Csv => {
            let cells: Vec<Vec<String>> = rows.iter().map(|row| row.cells(zone)).collect();
            csv::list(&mut out, open::dialect(config), &NAMES, &cells)?;
        }
    }
    output::finish(out)?;
    Ok(())
}

impl Row<'_> {
    fn for_people(&self, zone: &TimeZone) -> Vec<String> {
        let time = |at| on_the_clock(at, zone, "%Y-%m-%d %H:%M %Z");
        vec![
            self.target.location.clone(),
            self.target.obis.clone(),
            time(self.run.start),
            time(self.run.end),
            self.run.intervals.to_string(),
            self.partner_name.to_owned(),
            self.run.due.map(time).unwrap_or_default(),
            self.late_seconds.map(late).unwrap_or_default(),
        ]
    }

    fn cells(&self, zone: &TimeZone) -> Vec<String> {
        vec![
            self.target.location.clone(),
            self.target.obis.clone(),
            rfc3339(self.run.start, zone),
            rfc3339(self.run.end, zone),
            self.run.intervals.to_string(),
            self.target.partner().to_owned(),
            self.partner_name.to_owned(),
            self.run
                .due
                .map(|due| rfc3339(due, zone))
                .unwrap_or_default(),
            self.late_seconds
                .map(|late| late.to_string())
                .unwrap_or_default(),
        ]
    }

    fn json(&self, zone: &TimeZone) -> serde_json::Value {
        let text = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        serde_json::json!({
            "location": text(&self.target.location),
            "obis": text(&self.target.obis),
            "start": rfc3339(self.run.start, zone),
            "end": rfc3339(self.run.end, zone),
            "intervals": self.run.intervals,
            "partner": text(self.target.partner()),
            "partner_name": text(self.partner_name),
            "due": self.run.due.map(|due| rfc3339(due, zone)),
            "late_seconds": self.late_seconds,
        })
    }
}

/// How long something is late: its two largest units.
fn late(seconds: i64) -> String {
    let (days, hours, minutes) = (seconds / 86_400, seconds / 3600 % 24, seconds / 60 % 60);
    match (days, hours) {
        (0, 0) => format!("{minutes}m"),
        (0, hours) => format!("{hours}h {minutes}m"),
        (days, hours) => format!("{days}d {hours}h"),
    }
}

/// Local time with its offset, so that both hours of autumn can be told apart.
fn rfc3339(at: UtcTime, zone: &TimeZone) -> String {
    on_the_clock(at, zone, "%Y-%m-%dT%H:%M:%S%:z")
}

fn on_the_clock(at: UtcTime, zone: &TimeZone, format: &str) -> String {
    let instant = Timestamp::from_second(at.seconds()).unwrap_or(Timestamp::MAX);
    instant.to_zoned(zone.clone()).strftime(format).to_string()
}

const TABLE_NAMES: [&str; 8] = [
    "location",
    "obis",
    "start",
    "end",
    "intervals",
    "partner",
    "due",
    "late",
];
/// The names in CSV, as in JSON.
const NAMES: [&str; 9] = [
    "location",
    "obis",
    "start",
    "end",
    "intervals",
    "partner",
    "partner_name",
    "due",
    "late_seconds",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lateness_is_told_in_its_two_largest_units() {
        for (seconds, expected) in [
            (0, "0m"),
            (3_599, "59m"),
            (3_660, "1h 1m"),
            (90_000, "1d 1h"),
            (8_640_000, "100d 0h"),
        ] {
            assert_eq!(late(seconds), expected);
        }
    }

    #[test]
    fn both_hours_of_autumn_are_told_apart() {
        let zone = TimeZone::get("Europe/Berlin").unwrap();
        let times = ["2026-10-25T00:30:00Z", "2026-10-25T01:30:00Z"];
        let times = times.map(|text| rfc3339(UtcTime::parse(text).unwrap(), &zone));
        assert_eq!(
            times,
            ["2026-10-25T02:30:00+02:00", "2026-10-25T02:30:00+01:00"]
        );
    }
}
