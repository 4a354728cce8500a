//! `gaps`: the intervals that are missing.

use std::io::Write;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::cli::args::{RowFormatArg, Stretch};
use crate::cli::at_store::AtStore;
use crate::cli::call::Call;
use crate::cli::{Done, Failure, open};
use crate::clock;
use crate::expect::gaps::{Asked, find};
use crate::expect::{MissingRun, Plan, Target};
use crate::format::rows::{Cell, RowFormat, Rows};
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
    #[arg(long, value_enum, default_value_t = RowFormatArg::Table)]
    format: RowFormatArg,
    /// End with exit code 1 if anything is missing, for scripts
    #[arg(long)]
    fail: bool,
}

/// What is said of one gap.
struct Row<'a> {
    target: &'a Target,
    run: MissingRun,
    partner_name: &'a str,
    late_seconds: Option<i64>,
}

impl AtStore for Args {
    fn run(&self, call: &Call<'_>) -> Result<Done, Failure> {
        let zone = open::time_zone(call.config)?;
        let (from, to) = self.stretch.read(&zone)?;
        let plan = open::plan(call.config);
        let mut targets = plan.targets(call.store().series()?);
        warn_of_idle_patterns(call, &plan, &targets);
        targets.retain(|target| is_meant(target, &self.pattern));
        if targets.is_empty() && self.pattern != "*" {
            return Err(Failure::Usage(format!(
                "no series fits {:?}, and no [[expect]]; `mscons-gateway series` lists them",
                self.pattern
            )));
        }
        let now = clock::now();
        let mut rows = Vec::new();
        for target in &targets {
            for run in find(call.store(), target, Asked { from, to }, now)? {
                rows.push(Row {
                    target,
                    run,
                    partner_name: plan.partner_name(target.partner()),
                    late_seconds: run.late_seconds(now),
                });
            }
        }
        if rows.is_empty() {
            call.nothing_found("nothing is missing");
        }
        print(call, &rows, self.format.format(), &zone)?;
        if self.fail && !rows.is_empty() {
            return Ok(Done::WithFailures);
        }
        Ok(Done::Well)
    }
}

fn warn_of_idle_patterns(call: &Call<'_>, plan: &Plan, targets: &[Target]) {
    for expect in plan.idle_patterns(targets) {
        call.note(&format!(
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

/// For people in local time and few columns, else every field.
fn print(
    call: &Call<'_>,
    rows: &[Row<'_>],
    format: RowFormat,
    zone: &TimeZone,
) -> Result<(), Failure> {
    if format == RowFormat::Table {
        let mut out = call.results();
        let cells = rows.iter().map(|row| row.for_people(zone)).collect();
        Table::new(&TABLE_NAMES, cells).write(&mut out)?;
        return Ok(out.flush()?);
    }
    let mut out = Rows::new(format, call.dialect(), &NAMES, call.results())?;
    for row in rows {
        out.write(&row.cells(zone))?;
    }
    Ok(out.finish()?)
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

    fn cells(&self, zone: &TimeZone) -> [Cell; NAMES.len()] {
        let text = |text: &str| Cell::from((!text.is_empty()).then_some(text));
        let time = |at| Cell::Text(rfc3339(at, zone));
        let late = self.late_seconds.and_then(|late| u64::try_from(late).ok());
        [
            text(&self.target.location),
            text(&self.target.obis),
            time(self.run.start),
            time(self.run.end),
            self.run.intervals.into(),
            text(self.target.partner()),
            text(self.partner_name),
            self.run.due.map(time).into(),
            late.into(),
        ]
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
