//! `/gaps`: what is overdue, and how complete each series is.

use std::sync::Arc;

use actix_web::HttpResponse;
use actix_web::web::{Data, Query};
use askama::Template;
use serde::Deserialize;

use crate::clock;
use crate::expect::gaps::{Asked, look};
use crate::expect::overdue::{Overdue, survey};
use crate::expect::{MissingRun, Plan, Survey, Target};
use crate::market::calendar::{Day, UtcTime, legal_day};
use crate::series::completeness::Completeness;
use crate::store::read;
use crate::text::{Text, shorten};
use crate::web::Context;
use crate::web::pages::series::{day_date, gap_line};
use crate::web::pages::series_list::form_urlencoded;
use crate::web::pages::{CELL_CHARACTERS, PageError, Pager, Shell, Tab, render, show};
use crate::web::period::{Period, Query as PeriodQuery, Unit};
use crate::web::strip::Strip;

/// What the address says.
#[derive(Clone, Debug, Default, Deserialize)]
pub(crate) struct Address {
    /// What is searched for.
    q: Option<String>,
    /// `month` or `year`.
    unit: Option<String>,
    /// A day in the period.
    at: Option<String>,
    /// Page of the list, from 1.
    page: Option<usize>,
}

/// What the page is made of.
struct Shown {
    plan: Arc<Plan>,
    survey: Arc<Survey>,
    search: String,
    period: Period,
    page: usize,
    pages: usize,
    looked_at: Vec<(Target, Seen)>,
    quarantine: u64,
}

/// One target over the period.
struct Seen {
    days: Vec<(Day, Completeness)>,
    missing: Vec<MissingRun>,
}

#[derive(Template)]
#[template(path = "gaps.html", config = "src/web/askama.toml")]
struct GapsPage<'a> {
    shell: Shell<'a>,
    has_expectations: bool,
    surveyed: String,
    overdue: Vec<Late>,
    overdue_more: String,
    search: String,
    unit: &'static str,
    at: String,
    period: String,
    units: Vec<(String, String, bool)>,
    previous: String,
    next: String,
    rows: Vec<Row>,
    pager: Pager,
}

/// An overdue series.
struct Late {
    place: Place,
    since: String,
    missing: String,
    runs: Vec<String>,
    more: String,
    /// Where it can be asked for.
    ask: String,
}

/// A series over the period.
struct Row {
    place: Place,
    strip: Strip,
    runs: Vec<String>,
    more: String,
}

/// Which series it is.
struct Place {
    /// Empty if it has never arrived.
    href: String,
    location: String,
    obis: String,
    partner: String,
}

/// The handler.
pub(crate) async fn page(context: Data<Context>, address: Query<Address>) -> HttpResponse {
    show(context, move |context| {
        let shown = gather(context, &address, clock::now())?;
        render(&view(&shown, &context.text))
    })
    .await
}

fn gather(context: &Context, address: &Address, now: UtcTime) -> Result<Shown, PageError> {
    let store = context.store.as_ref();
    let plan = context.watch.plan();
    let survey = match context.watch.survey() {
        Some(survey) => survey,
        None => Arc::new(survey(store, &plan, now)?),
    };
    let search = shorten(
        address.q.as_deref().unwrap_or_default().trim(),
        CELL_CHARACTERS,
    );
    let mut targets = plan.targets(store.series()?);
    let newest = targets
        .iter()
        .filter_map(Target::span)
        .map(|span| span.1)
        .max();
    targets.retain(|target| is_meant(target, &search));
    let zone = context.text.time_zone();
    let asked = PeriodQuery {
        unit: address.unit.clone(),
        at: address.at.clone(),
        ..PeriodQuery::default()
    };
    let last = day_date(newest.unwrap_or_else(|| legal_day(now)));
    let period = if address.unit.is_none() && address.at.is_none() {
        Period::around(Unit::Month, last, zone)?
    } else {
        Period::read(&asked, (Unit::Month, last), zone)?
    };
    let pages = targets.len().div_ceil(TARGETS_A_PAGE).max(1);
    let page = address.page.unwrap_or(1).clamp(1, pages);
    let mut looked_at = Vec::new();
    for target in targets
        .into_iter()
        .skip((page - 1) * TARGETS_A_PAGE)
        .take(TARGETS_A_PAGE)
    {
        let asked = Asked::within(&target, delivery_days(&target, &period, &context.text), now);
        let seen = look(store, &target, asked, now)?.map(|look| Seen {
            days: look.days(&target),
            missing: look.missing(&target),
        });
        let nothing = Seen {
            days: Vec::new(),
            missing: Vec::new(),
        };
        looked_at.push((target, seen.unwrap_or(nothing)));
    }
    Ok(Shown {
        plan,
        survey,
        search,
        period,
        page,
        pages,
        looked_at,
        quarantine: store.totals()?.quarantine,
    })
}

/// The delivery days of a period: those of gas begin at six.
fn delivery_days(target: &Target, period: &Period, text: &Text) -> (UtcTime, UtcTime) {
    let (first, behind) = days_of(period, text);
    let border = target.border();
    (border.start_of(first), border.start_of(behind))
}

fn days_of(period: &Period, text: &Text) -> (Day, Day) {
    let day = |at: UtcTime| {
        let date = text.zoned(at.seconds()).date().to_string();
        Day::parse(&date).unwrap_or_else(|| legal_day(at))
    };
    (day(period.from), day(period.to))
}

fn is_meant(target: &Target, search: &str) -> bool {
    let pattern = if search.contains('*') {
        search.to_owned()
    } else {
        format!("*{search}*")
    };
    read::fits(&pattern, &format!("{}/{}", target.location, target.obis))
}

fn view<'a>(shown: &Shown, text: &'a Text) -> GapsPage<'a> {
    let Shown {
        plan,
        survey,
        search,
        period,
        ..
    } = shown;
    let zone = text.time_zone();
    let encoded = form_urlencoded(search);
    let link = |period: &Period| format!("/gaps?q={encoded}&{}", period.query());
    let walk = |period: Option<Period>| period.map_or_else(String::new, |period| link(&period));
    let units = [
        (Unit::Month, text.period_month()),
        (Unit::Year, text.period_year()),
    ];
    let current = period.calendar.map(|(unit, _)| unit);
    let hidden = survey.overdue.len().saturating_sub(OVERDUE_MOST);
    let span = days_of(period, text);
    GapsPage {
        shell: Shell::new(text, Tab::Gaps, text.gaps_title(), shown.quarantine),
        has_expectations: !plan.expects.is_empty(),
        surveyed: text.gaps_surveyed(&text.date_time(survey.at.seconds())),
        overdue: (survey.overdue.iter().take(OVERDUE_MOST))
            .map(|overdue| late(overdue, plan, text))
            .collect(),
        overdue_more: more(hidden, text),
        unit: current.map_or("month", Unit::word),
        at: period.day(text).to_string(),
        period: period.name(text),
        units: units
            .into_iter()
            .filter_map(|(unit, label)| {
                let around = Period::around(unit, period.day(text), zone).ok()?;
                Some((link(&around), label, current == Some(unit)))
            })
            .collect(),
        previous: walk(period.previous(zone)),
        next: walk(period.next(zone)),
        rows: (shown.looked_at.iter())
            .map(|(target, seen)| row(target, seen, span, plan, text))
            .collect(),
        pager: Pager::new(
            shown.page,
            shown.pages,
            |page| format!("{}&page={page}", link(period)),
            text,
        ),
        search: search.clone(),
    }
}

fn late(overdue: &Overdue, plan: &Plan, text: &Text) -> Late {
    let shown = overdue.runs.iter().take(RUNS_MOST);
    let all = usize::try_from(overdue.gaps).unwrap_or(usize::MAX);
    Late {
        place: place(&overdue.target, plan, text),
        since: text.gaps_overdue_since(&text.date_time(overdue.since.seconds())),
        missing: text.gaps_values_missing(overdue.intervals),
        runs: shown
            .map(|run| gap_line((run.start, run.end), text))
            .collect(),
        more: more(all.saturating_sub(RUNS_MOST), text),
        ask: ask(overdue),
    }
}

/// The form that asks for what is late, filled in.
fn ask(overdue: &Overdue) -> String {
    let (Some(first), Some(last)) = (overdue.runs.first(), overdue.runs.last()) else {
        return "/requests/new".to_owned();
    };
    let target = &overdue.target;
    let partner = target.expect.as_ref().map_or("", |expect| &expect.partner);
    let (from, to) = (first.start.to_string(), last.end.to_string());
    let fields = [
        ("partner", partner),
        ("location", &target.location),
        ("obis", &target.obis),
        ("from", &from),
        ("to", &to),
    ];
    let fields = fields.map(|(name, text)| format!("{name}={}", form_urlencoded(text)));
    format!("/requests/new?{}", fields.join("&"))
}

fn row(target: &Target, seen: &Seen, span: (Day, Day), plan: &Plan, text: &Text) -> Row {
    let shown = seen.missing.iter().take(RUNS_MOST);
    Row {
        place: place(target, plan, text),
        strip: Strip::of(&seen.days, span, text),
        runs: shown
            .map(|run| gap_line((run.start, run.end), text))
            .collect(),
        more: more(seen.missing.len().saturating_sub(RUNS_MOST), text),
    }
}

fn place(target: &Target, plan: &Plan, text: &Text) -> Place {
    let cell = |from_mail: &str| shorten(from_mail, CELL_CHARACTERS);
    Place {
        href: match target.newest() {
            Some(series) => format!("/series/{}", series.id),
            None => String::new(),
        },
        location: match target.location.as_str() {
            "" => text.series_without_location(),
            location => cell(location),
        },
        obis: cell(&target.obis),
        partner: cell(plan.partner_name(target.partner())),
    }
}

fn more(hidden: usize, text: &Text) -> String {
    match u64::try_from(hidden).unwrap_or(u64::MAX) {
        0 => String::new(),
        hidden => text.gaps_more(hidden),
    }
}

/// A year of so many series of quarter hours is read in well under a second.
const TARGETS_A_PAGE: usize = 25;
/// More than a person works off at once; the command `gaps` lists all.
const OVERDUE_MOST: usize = 100;
/// Runs that are shown of one series; its own page has more.
const RUNS_MOST: usize = 5;
