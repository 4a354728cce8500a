//! `/series/{id}`: one series over a period, as chart, facts, gaps and table.

mod draw;
mod peaks;
pub(crate) mod resolutions;
mod table;

use actix_web::HttpResponse;
use actix_web::http::header;
use actix_web::web::{Data, Path, Query};
use askama::Template;
use jiff::ToSpan;
use jiff::civil::Date;

use crate::chart::legend::quality_name;
use crate::chart::measure::Measure;
use crate::market::calendar::{Day, UtcTime, legal_day};
use crate::market::quantity::Decimal;
use crate::series::Kind;
use crate::series::completeness::by_day;
use crate::series::merge::Held;
use crate::series::resample::{Resolution, Share};
use crate::series::rhythm::{Border, Rhythm};
use crate::series::total::{Sum, Total};
use crate::store::ledger::SeriesEntry;
use crate::text::{Text, shorten, with_unit};
use crate::web::Context;
use crate::web::facts::{Facts, difference, expected};
use crate::web::pages::{CELL_CHARACTERS, PageError, Shell, Tab, render, show};
use crate::web::period::{
    BadPeriod, Period, Query as Address, Unit, in_address, instant, midnight,
};
use crate::web::strip::Strip;

pub(crate) use draw::small_chart;
use table::{Table, table};

/// What the page is made of.
struct Shown {
    entry: SeriesEntry,
    period: Period,
    as_of: Option<UtcTime>,
    /// As received.
    held: Vec<Held>,
    /// By the resolution that is asked for.
    resampled: Option<Vec<Held>>,
    shares: Vec<Share>,
    resolution: Option<Resolution>,
    page: usize,
    quarantine: u64,
}

#[derive(Template)]
#[template(path = "series.html", config = "src/web/askama.toml")]
struct SeriesPage<'a> {
    shell: Shell<'a>,
    location: String,
    what: String,
    chips: Vec<String>,
    is_timeless: bool,
    period: String,
    units: Vec<UnitLink>,
    previous: String,
    next: String,
    form: Form,
    as_of_note: String,
    as_of_end: String,
    charts: draw::Inlined,
    further: Vec<(String, draw::Inlined)>,
    peaks: Vec<peaks::Row>,
    resolutions: Vec<UnitLink>,
    facts: Vec<Fact>,
    strip: Option<Strip>,
    gaps: Vec<String>,
    gaps_title: String,
    gaps_more: String,
    table: Table,
    downloads: Vec<(&'static str, String)>,
}

struct UnitLink {
    href: String,
    label: String,
    is_current: bool,
}

struct Form {
    action: String,
    from: String,
    to: String,
    as_of: String,
}

struct Fact {
    name: String,
    value: String,
    note: String,
    is_warning: bool,
}

/// The handler of the page.
pub(crate) async fn page(
    context: Data<Context>,
    id: Path<u32>,
    address: Query<Address>,
) -> HttpResponse {
    show(context, move |context| {
        let shown = gather(context, *id, &address)?;
        render(&view(&shown, &context.text))
    })
    .await
}

/// The handler of the chart as a file.
pub(crate) async fn chart(
    context: Data<Context>,
    id: Path<u32>,
    address: Query<Address>,
) -> HttpResponse {
    let mut answer = show(context, move |context| {
        let shown = gather(context, *id, &address)?;
        Ok(draw::document(&shown, &context.text))
    })
    .await;
    if answer.status().is_success() {
        let svg = header::HeaderValue::from_static("image/svg+xml");
        answer.headers_mut().insert(header::CONTENT_TYPE, svg);
    }
    answer
}

fn gather(context: &Context, id: u32, address: &Address) -> Result<Shown, PageError> {
    let entry = entry(context, id)?;
    let zone = context.text.time_zone();
    let period = Period::read(address, usual(&entry), zone)?;
    let as_of = as_of(address, &context.text)?;
    let held = context
        .catalogue()
        .held(&entry, (period.from, period.to), as_of)?;
    let resolution = address.resolution()?;
    let (mut resampled, mut shares) = (None, Vec::new());
    if let Some(resolution) = resolution {
        let period = (period.from, period.to);
        let read = (context.catalogue()).resampled(&entry, resolution, period, as_of)?;
        let (rows, of_rows) = read.rows.into_iter().unzip();
        (resampled, shares) = (Some(rows), of_rows);
    }
    let quarantine = context.store.totals()?.quarantine;
    Ok(Shown {
        entry,
        period,
        as_of,
        held,
        resampled,
        shares,
        resolution,
        page: address.page.unwrap_or(1),
        quarantine,
    })
}

/// The series with this number.
///
/// # Errors
/// [`PageError::NoSeries`] if there is none.
pub(crate) fn entry(context: &Context, id: u32) -> Result<SeriesEntry, PageError> {
    let series = context.catalogue().series()?;
    series
        .into_iter()
        .find(|entry| entry.id == id)
        .ok_or(PageError::NoSeries(id))
}

/// The moment whose knowledge is asked for.
///
/// # Errors
/// [`BadPeriod`] if it is none.
pub(crate) fn as_of(address: &Address, text: &Text) -> Result<Option<UtcTime>, BadPeriod> {
    let given = address.as_of.as_deref().filter(|as_of| !as_of.is_empty());
    given
        .map(|as_of| instant(as_of, text.time_zone()))
        .transpose()
}

/// From the start of the first day of a series to the end of its last one.
pub(crate) fn known(entry: &SeriesEntry, text: &Text) -> (UtcTime, UtcTime) {
    let zone = text.time_zone();
    let first = day_date(entry.first);
    let after = day_date(entry.last).tomorrow().unwrap_or(Date::MAX);
    let start = midnight(first, zone).unwrap_or(UtcTime::from_seconds(0));
    (start, midnight(after, zone).unwrap_or(start))
}

/// A day as a date of the calendar; the nearest one there is.
pub(crate) fn day_date(day: Day) -> Date {
    let epoch = Date::constant(1970, 1, 1);
    epoch.saturating_add(i64::from(day.number()).days())
}

/// The period that shows such a series best: its last day or week if it has many values a day,
/// its last month if it has one, its last year if it has fewer.
fn usual(entry: &SeriesEntry) -> (Unit, Date) {
    let days = i64::from(entry.last.number()) - i64::from(entry.first.number()) + 1;
    let days = u64::try_from(days).unwrap_or(1).max(1);
    let unit = match entry.values / days {
        0 => Unit::Year,
        1..=9 => Unit::Month,
        _ if days <= 2 => Unit::Day,
        _ => Unit::Week,
    };
    (unit, day_date(entry.last))
}

fn view<'a>(shown: &Shown, text: &'a Text) -> SeriesPage<'a> {
    let Shown {
        entry,
        period,
        as_of,
        ..
    } = shown;
    let measure = Measure::of(&entry.key, text);
    let facts = facts_of(shown, text);
    let zone = text.time_zone();
    let of_as_of = as_of.map_or_else(String::new, |at| format!("&as_of={}", in_address(at)));
    let suffix = format!("{of_as_of}{}", resolutions::suffix(shown.resolution));
    let base = format!("/series/{}", entry.id);
    let link = |period: &Period| format!("{base}?{}{suffix}", period.query());
    let location = shorten(&entry.key.location, CELL_CHARACTERS);
    let location = if location.is_empty() {
        text.series_without_location()
    } else {
        location
    };
    let shown_gaps = facts.gaps.iter().take(MOST_GAPS);
    let hidden_gaps = facts.gaps.len().saturating_sub(MOST_GAPS);
    SeriesPage {
        shell: Shell::new(text, Tab::Series, location.clone(), shown.quarantine),
        location,
        chips: chips(entry, &measure),
        is_timeless: is_timeless(entry),
        period: period.name(text),
        units: units(period, text, &link),
        previous: period
            .previous(zone)
            .map_or_else(String::new, |period| link(&period)),
        next: period
            .next(zone)
            .map_or_else(String::new, |period| link(&period)),
        form: Form {
            action: base.clone(),
            from: local(period.from, text),
            to: local(period.to, text),
            as_of: as_of.map_or_else(String::new, |at| local(at, text)),
        },
        as_of_note: as_of.map_or_else(String::new, |at| {
            text.as_of_note(&text.date_time(at.seconds()))
        }),
        as_of_end: format!("{base}?{}", period.query()),
        charts: draw::inline(shown, text),
        further: draw::further(shown, text),
        peaks: peaks::rows(shown, &measure, text),
        resolutions: resolutions::links(
            shown,
            &format!("{base}?{}{of_as_of}", period.query()),
            text,
        ),
        facts: facts_shown(entry, &facts, &measure, text),
        strip: strip(shown, text),
        gaps: shown_gaps.map(|gap| gap_line(*gap, text)).collect(),
        gaps_title: text.gaps_found(u64::try_from(facts.gaps.len()).unwrap_or(u64::MAX)),
        gaps_more: match u64::try_from(hidden_gaps).unwrap_or(u64::MAX) {
            0 => String::new(),
            hidden => text.gaps_more(hidden),
        },
        table: table_of(shown, &measure, &link(period), text),
        downloads: downloads(entry, period, &base, &suffix),
        what: measure.name,
    }
}

/// The values as they are asked for: as received, or by some resolution.
fn table_of(shown: &Shown, measure: &Measure, address: &str, text: &Text) -> Table {
    let Shown { entry, page, .. } = shown;
    let held = shown.resampled.as_ref().unwrap_or(&shown.held);
    let mut table = table(held, entry, measure, *page, address, text);
    table.show_shares(&shown.shares, *page);
    table
}

/// How complete the days of the period are; `None` where that is one day only, or nothing has a
/// rhythm.
fn strip(shown: &Shown, text: &Text) -> Option<Strip> {
    let Shown {
        entry,
        period,
        held,
        ..
    } = shown;
    let within = (period.from, period.to);
    let should =
        expected(held, within, known(entry, text)).filter(|_| entry.key.kind == Kind::Interval)?;
    let (rhythm, border) = (Rhythm::of(held)?, Border::of_obis(&entry.key.obis));
    let days = by_day(rhythm, border, held, should);
    let last = UtcTime::from_seconds(period.to.seconds().saturating_sub(1));
    let span = (
        border.day_of(period.from).max(legal_day(period.from)),
        legal_day(last).plus(1),
    );
    (span.1.number() - span.0.number() > 1).then(|| Strip::of(&days, span, text))
}

/// The values' facts, with the gaps between where values should be.
fn facts_of(shown: &Shown, text: &Text) -> Facts {
    let Shown {
        entry,
        period,
        held,
        ..
    } = shown;
    let expected = match entry.key.kind {
        Kind::Interval => expected(held, (period.from, period.to), known(entry, text)),
        Kind::Reading | Kind::Timeless => None,
    };
    Facts::of(held, expected)
}

fn is_timeless(entry: &SeriesEntry) -> bool {
    match entry.key.kind {
        Kind::Timeless => true,
        Kind::Interval | Kind::Reading => false,
    }
}

fn chips(entry: &SeriesEntry, measure: &Measure) -> Vec<String> {
    [
        entry.key.obis.as_str(),
        entry.key.device.as_deref().unwrap_or_default(),
        &measure.unit,
    ]
    .into_iter()
    .filter(|chip| !chip.is_empty())
    .map(|chip| shorten(chip, CELL_CHARACTERS))
    .collect()
}

fn units(period: &Period, text: &Text, link: &dyn Fn(&Period) -> String) -> Vec<UnitLink> {
    let current = period.calendar.map(|(unit, _)| unit);
    let named = |unit| match unit {
        Unit::Day => text.period_day(),
        Unit::Week => text.period_week(),
        Unit::Month => text.period_month(),
        Unit::Year => text.period_year(),
    };
    Unit::ALL
        .into_iter()
        .filter_map(|unit| {
            let around = Period::around(unit, period.day(text), text.time_zone()).ok()?;
            Some(UnitLink {
                href: link(&around),
                label: named(unit),
                is_current: current == Some(unit),
            })
        })
        .collect()
}

fn facts_shown(entry: &SeriesEntry, facts: &Facts, measure: &Measure, text: &Text) -> Vec<Fact> {
    let with_unit = |number: &str| with_unit(number, &measure.unit);
    let number = |value: Decimal| with_unit(&text.decimal(value.mantissa().into(), value.scale()));
    let sum = |sum: Sum| with_unit(&text.decimal(sum.mantissa(), sum.scale()));
    let mut shown = Vec::new();
    if let Some((total, amount)) = facts.total.and_then(|total| Some((total, total.sum?)))
        && measure.is_amount
    {
        let note = match (total.overlapping, total.is_complete()) {
            (1.., _) => text.fact_overlapping(),
            (0, false) => text.fact_incomplete(),
            (0, true) => String::new(),
        };
        shown.push(Fact::noted(text.fact_sum(), sum(amount), note));
    }
    let both = facts.first.zip(facts.last).filter(|_| facts.values > 1);
    if let (Kind::Reading, Some((first, last))) = (entry.key.kind, both) {
        shown.push(Fact::plain(text.fact_first(), number(first)));
        shown.push(Fact::plain(text.fact_last(), number(last)));
        if let Some(difference) = difference(first, last) {
            shown.push(Fact::plain(text.fact_difference(), sum(difference)));
        }
    } else if let Some((low, high)) = facts.low.zip(facts.high) {
        shown.push(Fact::plain(text.fact_low(), number(low)));
        shown.push(Fact::plain(text.fact_high(), number(high)));
    }
    if let Some(total) = facts.total {
        shown.push(coverage(&total, facts.gaps.len(), text));
    }
    if let Some(worst) = facts.worst {
        shown.push(Fact::plain(text.fact_quality(), quality_name(worst, text)));
    }
    shown.push(Fact::plain(text.fact_values(), text.count(facts.values)));
    if facts.corrected > 0 {
        shown.push(Fact::plain(
            text.fact_corrected(),
            text.count(facts.corrected),
        ));
    }
    shown
}

fn coverage(total: &Total, gaps: usize, text: &Text) -> Fact {
    let share = with_unit(&text.permille_as_percent(total.covered_permille()), "%");
    if total.is_complete() {
        let complete = Fact::plain(text.fact_coverage(), share);
        return Fact {
            note: text.gaps_none(),
            ..complete
        };
    }
    let note = match u64::try_from(gaps).unwrap_or(u64::MAX) {
        0 => text.fact_incomplete(),
        gaps => text.gaps_found(gaps),
    };
    Fact::noted(text.fact_coverage(), share, note)
}

impl Fact {
    fn plain(name: String, value: String) -> Self {
        Self {
            name,
            value,
            note: String::new(),
            is_warning: false,
        }
    }

    /// A fact with something to mind, if the note is not empty.
    fn noted(name: String, value: String, note: String) -> Self {
        Self {
            is_warning: !note.is_empty(),
            name,
            value,
            note,
        }
    }
}

pub(crate) fn gap_line((from, to): (UtcTime, UtcTime), text: &Text) -> String {
    let is_same_day = text.zoned(from.seconds()).date() == text.zoned(to.seconds()).date();
    let to = if is_same_day {
        text.time_of(to.seconds())
    } else {
        text.date_time(to.seconds())
    };
    text.period_range(&text.date_time(from.seconds()), &to)
}

fn downloads(
    entry: &SeriesEntry,
    period: &Period,
    base: &str,
    suffix: &str,
) -> Vec<(&'static str, String)> {
    let query = if is_timeless(entry) {
        format!("?{}", suffix.trim_start_matches('&'))
    } else {
        format!(
            "?from={}&to={}{suffix}",
            in_address(period.from),
            in_address(period.to)
        )
    };
    let mut links: Vec<(&'static str, String)> = [
        ("CSV", "csv"),
        ("XLSX", "xlsx"),
        ("JSON", "json"),
        ("NDJSON", "ndjson"),
        ("Parquet", "parquet"),
    ]
    .map(|(name, extension)| (name, format!("{base}/values.{extension}{query}")))
    .to_vec();
    if !is_timeless(entry) {
        links.push(("SVG", format!("{base}/chart.svg{query}")));
    }
    links
}

/// An instant for a form: `2026-11-24T06:00`, local.
fn local(at: UtcTime, text: &Text) -> String {
    text.zoned(at.seconds())
        .strftime("%Y-%m-%dT%H:%M")
        .to_string()
}

/// More gaps than a person reads; the chart shows all.
const MOST_GAPS: usize = 20;

#[cfg(test)]
mod tests;
