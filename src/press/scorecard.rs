//! What the scorecard of a partner tells of.

use std::collections::{BTreeMap, HashSet};

use crate::config::expect::Due;
use crate::expect::due::deadline;
use crate::expect::target::{Seen, Target};
use crate::market::calendar::{Day, UtcTime};
use crate::press::{Desk, PressError, post};
use crate::query::Span;
use crate::report::scorecard::{Delivery, Messages, Scorecard};
use crate::series::completeness::{Completeness, by_day};
use crate::series::merge::Held;
use crate::series::quality::Quality;
use crate::series::rhythm::{Border, Rhythm};
use crate::store::read;

/// Reads what a scorecard of this partner tells of.
pub(super) fn read(desk: &Desk<'_>, partner: &str) -> Result<Scorecard, PressError> {
    let plan = &desk.orders.plan;
    let began = post::began(desk.store)?;
    let mut targets = plan.targets(desk.store.series()?);
    targets.retain(|target| target.expect.is_some() && target.partner() == partner);
    let mut series = Vec::new();
    let mut days: BTreeMap<Day, Completeness> = BTreeMap::new();
    for target in targets.iter().take(TARGETS_MOST) {
        desk.wanted()?;
        let (delivery, of_days) = delivery(desk, target, began)?;
        for (day, completeness) in of_days {
            let sum = days.entry(day).or_insert(Completeness::NONE);
            *sum = sum.and(completeness);
        }
        series.push(delivery);
    }
    let (messages, is_all) = messages(desk, partner)?;
    Ok(Scorecard {
        partner: plan.partner_name(partner).to_owned(),
        id: partner.to_owned(),
        span: desk.span,
        series,
        days: days.into_iter().collect(),
        messages,
        began,
        is_cut: !is_all || targets.len() > TARGETS_MOST,
    })
}

/// How one series was delivered, and how complete its days are whose values are due.
fn delivery(
    desk: &Desk<'_>,
    target: &Target,
    began: Option<UtcTime>,
) -> Result<(Delivery, Vec<(Day, Completeness)>), PressError> {
    let border = target.border();
    let due = target.expect.as_ref().map(|expect| expect.due);
    let period = desk.span.bounds(border);
    let Seen { held, rhythm } = target.see(desk.store, period)?;
    let name = format!("{} {}", target.location, target.obis);
    let mut delivery = Delivery {
        name: name.trim().to_owned(),
        ..Delivery::default()
    };
    for one in held.iter().filter(|one| one.value.is_some()) {
        delivery.values += 1;
        delivery.substitutes += u64::from(one.quality == Quality::Substitute);
        delivery.corrected += u64::from(one.superseded > 0);
    }
    let (Some(rhythm), Some(due)) = (rhythm, due) else {
        return Ok((delivery, Vec::new()));
    };
    let within = (start(target, border, period, &held), period.1);
    let mut days = by_day(rhythm, border, &held, within);
    // Nobody is late before the time has come.
    days.retain(|(day, _)| deadline(due, *day) <= desk.now);
    for (day, completeness) in &days {
        let punctuality = &mut delivery.punctuality;
        if !completeness.is_complete() {
            punctuality.incomplete += 1;
            continue;
        }
        match was_complete(desk, target, rhythm, (*day, within.0), due, began)? {
            Some(true) => punctuality.on_time += 1,
            Some(false) => punctuality.late += 1,
            None => punctuality.unknown += 1,
        }
    }
    let of_all = days.iter().map(|(_, completeness)| *completeness);
    let sum = of_all.fold(Completeness::NONE, Completeness::and);
    delivery.completeness = (sum.expected > 0).then_some(sum);
    Ok((delivery, days))
}

/// Where a target should begin to have values: within the period, if it began there.
fn start(target: &Target, border: Border, (from, to): Span, held: &[Held]) -> UtcTime {
    let Some((first, _)) = target.span() else {
        return from;
    };
    let known = border.start_of(first);
    let begins = held.first().and_then(|held| held.start);
    match begins {
        Some(begins) if from <= known => begins.max(from),
        Some(_) | None => from.max(known.min(to)),
    }
}

/// Whether a day was complete when it was due, by what had arrived then. `None` if that was before
/// the gateway took in its first mail.
fn was_complete(
    desk: &Desk<'_>,
    target: &Target,
    rhythm: Rhythm,
    (day, from): (Day, UtcTime),
    due: Due,
    began: Option<UtcTime>,
) -> Result<Option<bool>, PressError> {
    let border = target.border();
    let due = deadline(due, day);
    if began.is_none_or(|began| due < began) {
        return Ok(None);
    }
    let bounds = (border.start_of(day).max(from), border.start_of(day.plus(1)));
    let mut held = Vec::new();
    for series in &target.series {
        let known = read::values(desk.store, series, bounds.0, bounds.1, Some(due))?;
        held.extend(known);
    }
    held.sort_by_key(|held| (held.start, held.end));
    let days = by_day(rhythm, border, &held, bounds);
    Ok(Some(days.iter().all(|(_, day)| day.is_complete())))
}

/// What the partner's messages were like; and whether all of them were read.
fn messages(desk: &Desk<'_>, partner: &str) -> Result<(Messages, bool), PressError> {
    let mut told = Messages::default();
    let mut hashes = HashSet::new();
    let period = desk.span.bounds(Border::Midnight);
    let is_all = post::messages(desk, period, &mut |_, message| {
        if message.reference.sender == partner {
            told.messages += 1;
            told.cancellations += u64::from(message.cancels.is_some());
            hashes.insert(message.interchange);
        }
    })?;
    for interchange in post::interchanges(desk.store, &hashes)? {
        told.interchanges += 1;
        told.with_findings += u64::from(interchange.findings > 0);
        told.findings += u64::from(interchange.findings);
        told.barred += u64::from(interchange.barred > 0);
    }
    Ok((told, is_all))
}

/// More series of one partner make no letter.
const TARGETS_MOST: usize = 400;
