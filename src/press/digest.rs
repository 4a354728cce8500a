//! What the Monday digest tells of.

use std::collections::{BTreeMap, HashMap, HashSet};

use crate::config::report::Report;
use crate::expect::gaps::{Asked, look};
use crate::expect::overdue::{Overdue, survey_while};
use crate::market::calendar::{Day, UtcTime};
use crate::market::unit::{self, Nature};
use crate::press::energy::{total, within};
use crate::press::{Desk, PressError, post, readable};
use crate::query::{Span, changes};
use crate::report::Figures;
use crate::report::digest::{Came, Correction, Digest, Late, Waiting};
use crate::report::figures::{name, whole};
use crate::report::span::day;
use crate::series::Kind;
use crate::series::completeness::Completeness;
use crate::series::computed::is_computed;
use crate::series::merge::Held;
use crate::series::rhythm::Border;
use crate::series::total::Sum;
use crate::store::ledger::SeriesEntry;
use crate::store::read::is_meant;

/// Reads what a digest tells of.
pub(super) fn read(desk: &Desk<'_>, report: &Report) -> Result<Digest, PressError> {
    let period = desk.span.bounds(Border::Midnight);
    let (came, sequences, is_all) = came(desk, period)?;
    let series = desk.store.series()?;
    let looked = days(desk, &series)?;
    let late = late(desk)?;
    let (corrections, corrected, all_corrections) = corrections(desk, &series, &sequences)?;
    let totals = desk.store.totals()?;
    Ok(Digest {
        span: desk.span,
        came,
        series: looked.series,
        with_gaps: looked.with_gaps,
        is_cut: !is_all || !all_corrections || looked.is_cut,
        days: looked.by_day.into_iter().collect(),
        late_series: u64::try_from(late.len()).unwrap_or(u64::MAX),
        late,
        corrections,
        corrected,
        waiting: Waiting {
            quarantine: totals.quarantine,
            unsent: totals.outbox.for_a_person(),
        },
        main: main(desk, report)?,
    })
}

/// What came, by which messages, and whether that is all.
fn came(desk: &Desk<'_>, period: Span) -> Result<(Came, HashSet<u64>, bool), PressError> {
    // A gateway that is new tells of what it has: an empty week before it was there helps nobody.
    let began = post::began(desk.store)?;
    let since = began.filter(|began| period.1 <= *began);
    let period = since.map_or(period, |since| {
        (since, UtcTime::from_seconds(desk.now.seconds() + 1))
    });
    let (mails, all_mails) = post::mails(desk, period)?;
    let mut came = Came {
        mails,
        since,
        ..Came::default()
    };
    let mut sequences = HashSet::new();
    let mut senders: HashMap<String, u64> = HashMap::new();
    let all_messages = post::messages(desk, period, &mut |sequence, message| {
        sequences.insert(sequence);
        came.messages += 1;
        came.values += message.values;
        came.cancellations += u64::from(message.cancels.is_some());
        // A stranger could name as many senders as it likes.
        if senders.len() < SENDERS_MOST || senders.contains_key(&message.reference.sender) {
            *senders.entry(message.reference.sender.clone()).or_default() += 1;
        }
    })?;
    let mut senders: Vec<(String, u64)> = senders
        .into_iter()
        .map(|(id, messages)| (desk.orders.plan.partner_name(&id).to_owned(), messages))
        .collect();
    senders.sort_by(|one, other| other.1.cmp(&one.1).then_with(|| one.0.cmp(&other.0)));
    came.senders = senders;
    Ok((came, sequences, all_mails && all_messages))
}

/// How complete what was looked at is.
#[derive(Default)]
struct Look {
    by_day: BTreeMap<Day, Completeness>,
    series: u64,
    with_gaps: u64,
    is_cut: bool,
}

fn days(desk: &Desk<'_>, series: &[SeriesEntry]) -> Result<Look, PressError> {
    let mut looked = Look::default();
    let targets = desk.orders.plan.targets(series.to_vec());
    looked.is_cut = targets.len() > TARGETS_MOST;
    for target in targets.iter().take(TARGETS_MOST) {
        desk.wanted()?;
        let period = desk.span.bounds(target.border());
        let asked = Asked::within(target, period, desk.now);
        let Some(look) = look(desk.store, target, asked, desk.now)? else {
            continue;
        };
        let of_target = look.days(target);
        // One that nobody expects, and that has no value here, may have ended.
        if target.expect.is_none() && whole(&of_target).present == 0 {
            continue;
        }
        let mut has_gaps = false;
        let mut has_days = false;
        for (day, completeness) in of_target {
            has_days = true;
            has_gaps |= !completeness.is_complete();
            let sum = looked.by_day.entry(day).or_insert(Completeness::NONE);
            *sum = sum.and(completeness);
        }
        looked.series += u64::from(has_days);
        looked.with_gaps += u64::from(has_gaps);
    }
    Ok(looked)
}

fn late(desk: &Desk<'_>) -> Result<Vec<Late>, PressError> {
    let plan = &desk.orders.plan;
    let survey = survey_while(desk.store, plan, desk.now, || (desk.go_on)())?;
    let survey = survey.ok_or(PressError::GivenUp)?;
    let late = |overdue: &Overdue| {
        let (location, obis) = (&overdue.target.location, &overdue.target.obis);
        let partner = overdue.target.partner();
        Late {
            series: format!("{location} {obis}").trim().to_owned(),
            partner: plan.partner_name(partner).to_owned(),
            missing: overdue.intervals,
            since: overdue.since,
        }
    };
    Ok(survey.overdue.iter().map(late).collect())
}

/// What of known values these messages changed, the series with most of them first; how many values
/// in all; and whether every series was looked at.
fn corrections(
    desk: &Desk<'_>,
    series: &[SeriesEntry],
    messages: &HashSet<u64>,
) -> Result<(Vec<Correction>, u64, bool), PressError> {
    let mut corrections = Vec::new();
    let (from, to) = desk.span.bounds(Border::Midnight);
    let known_from = UtcTime::from_seconds(from.seconds() - CORRECTED_SECONDS);
    let alive: Vec<&SeriesEntry> = series
        .iter()
        .filter(|one| one.key.kind == Kind::Interval && !messages.is_empty())
        .filter(|one| day(desk.span.first).plus(-CORRECTED_DAYS) <= one.last)
        .collect();
    for series in alive.iter().take(TARGETS_MOST) {
        desk.wanted()?;
        let held = readable(desk.catalogue.held(series, (known_from, to), None))?;
        let is_corrected = |one: &&Held| one.superseded > 0 && messages.contains(&one.source);
        let values = held.map_or(0, |held| held.iter().filter(is_corrected).count());
        let values = u64::try_from(values).unwrap_or(u64::MAX);
        if values > 0 {
            corrections.push(correction(desk, series, (known_from, to), (from, values))?);
        }
    }
    corrections.sort_by_key(|one| std::cmp::Reverse(one.values));
    let values = corrections.iter().map(|one| one.values).sum();
    Ok((corrections, values, alive.len() <= TARGETS_MOST))
}

/// So many values of a series were corrected since then. By how much is told where all of them were
/// known before.
fn correction(
    desk: &Desk<'_>,
    series: &SeriesEntry,
    (known_from, to): Span,
    (from, values): (UtcTime, u64),
) -> Result<Correction, PressError> {
    let then = UtcTime::from_seconds(from.seconds() - 1);
    let until = UtcTime::from_seconds(to.seconds() - 1);
    let changes = changes(desk.store, series, (known_from, to), then, Some(until))?;
    let (mut known, mut sum) = (0, Some(Sum::ZERO));
    for change in changes.iter().map(|changed| &changed.change) {
        let before = change.before.as_ref().and_then(|held| held.value);
        if before.is_some() {
            known += 1;
            sum = sum
                .zip(change.difference())
                .and_then(|(sum, more)| sum.and(more));
        }
    }
    let unit = unit::of(series.key.unit.as_deref(), &series.key.obis);
    let is_told = known == values && unit::nature(unit) == Nature::Amount;
    Ok(Correction {
        series: name(&series.key),
        values,
        difference: sum.filter(|_| is_told),
        unit: unit.to_owned(),
    })
}

/// The series of the most energy, with the period before: of those that the report names, or else of
/// all; power goes before gas.
fn main(desk: &Desk<'_>, report: &Report) -> Result<Option<Figures>, PressError> {
    let (first, after) = (day(desk.span.first), day(desk.span.after));
    let mut all = desk.catalogue.series()?;
    all.retain(|one| {
        let is_named = report.series.iter().any(|pattern| is_meant(one, pattern));
        let is_wanted = is_named || report.series.is_empty() && !is_computed(one.id);
        let is_alive = is_computed(one.id) || first <= one.last && one.first < after;
        let unit = unit::of(one.key.unit.as_deref(), &one.key.obis);
        is_wanted && is_alive && one.key.kind == Kind::Interval && unit == "kWh"
    });
    let mut best: Option<(bool, Sum, &SeriesEntry)> = None;
    for one in all.iter().take(CANDIDATES_MOST) {
        desk.wanted()?;
        let border = desk.catalogue.border(one)?;
        let is_power = border == Border::Midnight;
        let sum = total(desk, one, border, Some(desk.span))?.and_then(|total| total.sum);
        let Some(sum) = sum else { continue };
        let is_better = best.is_none_or(|(power, most, _)| match (power, is_power) {
            (false, true) => true,
            (true, false) => false,
            (_, _) => most.is_less(sum),
        });
        if is_better {
            best = Some((is_power, sum, one));
        }
    }
    let Some((_, _, series)) = best else {
        return Ok(None);
    };
    let border = desk.catalogue.border(series)?;
    let period = desk.span.bounds(border);
    let Ok(values) = readable(desk.catalogue.values(series, period, None))? else {
        return Ok(None);
    };
    let within = within(desk, series, period, &values);
    let mut figures = Figures::of(&series.key, border, &values.held, within);
    figures.before = total(desk, series, border, desk.span.before())?;
    Ok(Some(figures))
}

/// More partners than anyone has.
const SENDERS_MOST: usize = 1_000;
/// More series are no digest: it says that it is cut.
const TARGETS_MOST: usize = 400;
/// So many series are added up to find the one of the most energy.
const CANDIDATES_MOST: usize = 60;
/// Corrections come until the end of the month after the delivery.
const CORRECTED_DAYS: i32 = 62;
const CORRECTED_SECONDS: i64 = CORRECTED_DAYS as i64 * 86_400;
