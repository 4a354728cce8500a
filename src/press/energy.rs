//! What an energy report tells of: the series that it names, each read once, and their values as
//! files.

use crate::config::report::{Attachment, Report};
use crate::format::csv::Dialect;
use crate::format::{Format, Shape, Writer};
use crate::market::calendar::UtcTime;
use crate::press::print::File;
use crate::press::{Desk, PressError, readable};
use crate::query::Values;
use crate::report::energy::{CHARTS_MOST, Energy};
use crate::report::span::day;
use crate::report::{Figures, Span};
use crate::series::Kind;
use crate::series::computed::is_computed;
use crate::series::rhythm::Border;
use crate::series::total::Total;
use crate::store::ledger::SeriesEntry;
use crate::store::read::is_meant;
use crate::text::Text;

/// Reads the series of a report.
pub(super) fn read(
    desk: &Desk<'_>,
    report: &Report,
    text: &Text,
    dialect: Dialect,
) -> Result<(Energy, Vec<File>), PressError> {
    let (asked, unfit) = asked(desk, report)?;
    let mut energy = Energy {
        name: report.name.clone(),
        span: desk.span,
        series: Vec::new(),
        unreadable: Vec::new(),
        silent: 0,
        unfit,
        left_out: 0,
        values_left_out: false,
    };
    let mut files = Files::begin(report, text, dialect)?;
    for series in asked {
        desk.wanted()?;
        if is_silent(&series, &desk.span) {
            energy.silent += 1;
        } else if energy.series.len() >= SERIES_MOST {
            energy.left_out += 1;
        } else {
            match of_series(desk, &series)? {
                Ok(Some((mut figures, values))) => {
                    energy.values_left_out |= files.add(&values)?;
                    if energy.series.len() >= CHARTS_MOST {
                        figures.points = Vec::new();
                    }
                    energy.series.push(figures);
                }
                Ok(None) => energy.silent += 1,
                Err(why) => energy.unreadable.push(why),
            }
        }
    }
    let name = format!("{}-{}", report.name, desk.span.file_name());
    Ok((energy, files.finish(&name)?))
}

/// The series that a report asks for, in its order, each once; and how many of them have no
/// intervals.
fn asked(desk: &Desk<'_>, report: &Report) -> Result<(Vec<SeriesEntry>, u64), PressError> {
    let all = desk.catalogue.series()?;
    let mut found: Vec<SeriesEntry> = Vec::new();
    let mut unfit = 0;
    let mut taken = std::collections::HashSet::new();
    let everything = [String::from("*")];
    let patterns = if report.series.is_empty() {
        &everything[..]
    } else {
        &report.series[..]
    };
    for pattern in patterns {
        for series in all.iter().filter(|series| is_meant(series, pattern)) {
            if !taken.insert(series.id) {
                continue;
            }
            match series.key.kind {
                Kind::Interval => found.push(series.clone()),
                Kind::Reading | Kind::Timeless => unfit += 1,
            }
        }
    }
    Ok((found, unfit))
}

/// Whether a series has no day in the period or the one before. Of one that is computed only reading
/// it tells, and whether it can be read.
fn is_silent(series: &SeriesEntry, span: &Span) -> bool {
    if is_computed(series.id) {
        return false;
    }
    let first = span.before().map_or(span.first, |before| before.first);
    // The last hours of a gas day stand in the next local day.
    series.last < day(first) || day(span.after) < series.first
}

/// The figures of a series, and its values; `None` if it has none here and in the period before.
fn of_series(
    desk: &Desk<'_>,
    series: &SeriesEntry,
) -> Result<Result<Option<(Figures, Values)>, String>, PressError> {
    let border = desk.catalogue.border(series)?;
    let period = desk.span.bounds(border);
    let values = match readable(desk.catalogue.values(series, period, None))? {
        Ok(values) => values,
        Err(why) => return Ok(Err(why)),
    };
    let before = total(desk, series, border, desk.span.before())?;
    if values.held.is_empty() && before.is_none_or(|before| before.values == 0) {
        return Ok(Ok(None));
    }
    let within = within(desk, series, period, &values);
    let mut figures = Figures::of(&series.key, border, &values.held, within);
    figures.before = before;
    figures.year_before = total(desk, series, border, desk.span.year_before())?;
    Ok(Ok(Some((figures, values))))
}

/// The part of a period in which a series should have values: it may begin within it, and nothing is
/// missing that has not ended yet.
pub(super) fn within(
    desk: &Desk<'_>,
    series: &SeriesEntry,
    (from, to): (UtcTime, UtcTime),
    values: &Values,
) -> (UtcTime, UtcTime) {
    let first = values.held.first().and_then(|first| first.start);
    let begins = first.filter(|_| day(desk.span.first) <= series.first);
    let from = begins.map_or(from, |begins| begins.max(from));
    (from, to.min(desk.now).max(from))
}

/// The total of another period. `None` if there is no such period, or it cannot be read.
pub(super) fn total(
    desk: &Desk<'_>,
    series: &SeriesEntry,
    border: Border,
    span: Option<Span>,
) -> Result<Option<Total>, PressError> {
    let Some((from, to)) = span.map(|span| span.bounds(border)) else {
        return Ok(None);
    };
    let held = readable(desk.catalogue.held(series, (from, to), None))?;
    Ok(held.ok().map(|held| Total::of(&held, from, to)))
}

/// The values of all series as files.
struct Files {
    writers: Vec<(Format, Writer<Vec<u8>>)>,
    written: usize,
}

impl Files {
    fn begin(report: &Report, text: &Text, dialect: Dialect) -> Result<Self, PressError> {
        let mut writers = Vec::new();
        for attachment in &report.attach {
            let format = match attachment {
                Attachment::Csv => Format::Csv,
                Attachment::Xlsx => Format::Xlsx,
                Attachment::Parquet => Format::Parquet,
                Attachment::Pdf => continue, // Made of the content.
            };
            if writers.iter().all(|(known, _)| *known != format) {
                let writer = Writer::new(format, dialect, Shape::Stored, Vec::new())?;
                writers.push((format, writer.in_zone(text.time_zone())));
            }
        }
        Ok(Self {
            writers,
            written: 0,
        })
    }

    /// Adds the values of a series; tells whether some found no room.
    fn add(&mut self, values: &Values) -> Result<bool, PressError> {
        if self.writers.is_empty() {
            return Ok(false);
        }
        let room = VALUES_MOST.saturating_sub(self.written);
        for record in values.records().take(room) {
            for (_, writer) in &mut self.writers {
                writer.write(&record)?;
            }
        }
        self.written += values.held.len().min(room);
        Ok(values.held.len() > room)
    }

    fn finish(self, name: &str) -> Result<Vec<File>, PressError> {
        let files = self.writers.into_iter().map(|(format, writer)| {
            Ok(File {
                name: format!("{name}.{}", format.extension()),
                media_type: format.media_type(),
                bytes: writer.finish()?,
            })
        });
        files.collect()
    }
}

/// More rows are no report; `export` gives all.
const SERIES_MOST: usize = 40;
/// A year of quarter hours, and some: about 10 MB as CSV, more than which many servers refuse.
const VALUES_MOST: usize = 50_000;
