//! `/series`: all series, with a search.

use actix_web::HttpResponse;
use actix_web::web::{Data, Query};
use askama::Template;
use serde::Deserialize;

use crate::chart::measure::Measure;
use crate::series::Kind;
use crate::series::computed::is_computed;
use crate::store::StoreError;
use crate::store::ledger::SeriesEntry;
use crate::text::{Text, shorten};
use crate::web::Context;
use crate::web::pages::series::day_date;
use crate::web::pages::{CELL_CHARACTERS, Pager, Shell, Tab, render, show};

#[derive(Template)]
#[template(path = "series_list.html", config = "src/web/askama.toml")]
struct SeriesListPage<'a> {
    shell: Shell<'a>,
    search: String,
    found: String,
    rows: Vec<Row>,
    pager: Pager,
}

struct Row {
    href: String,
    location: String,
    device: String,
    what: String,
    obis: String,
    unit: String,
    kind: String,
    from: String,
    to: String,
    values: String,
}

/// What the address says.
#[derive(Clone, Debug, Default, Deserialize)]
pub(crate) struct Address {
    /// What is searched for.
    q: Option<String>,
    /// Page of the list, from 1.
    page: Option<usize>,
}

/// The handler.
pub(crate) async fn page(context: Data<Context>, address: Query<Address>) -> HttpResponse {
    show(context, move |context| {
        let series = gather(context, address.q.as_deref().unwrap_or_default())?;
        let quarantine = context.store.totals()?.quarantine;
        render(&view(&series, &address, quarantine, &context.text))
    })
    .await
}

fn gather(context: &Context, search: &str) -> Result<Vec<SeriesEntry>, StoreError> {
    let catalogue = context.catalogue();
    match shorten(search.trim(), CELL_CHARACTERS) {
        search if search.is_empty() => catalogue.series(),
        search if search.contains('*') => catalogue.find(&search),
        // Whoever types a part means everything that has it.
        search => catalogue.find(&format!("*{search}*")),
    }
}

fn view<'a>(
    series: &[SeriesEntry],
    address: &Address,
    quarantine: u64,
    text: &'a Text,
) -> SeriesListPage<'a> {
    let pages = series.len().div_ceil(SERIES_A_PAGE).max(1);
    let page = address.page.unwrap_or(1).clamp(1, pages);
    let search = shorten(
        address.q.as_deref().unwrap_or_default().trim(),
        CELL_CHARACTERS,
    );
    let link = |page: usize| {
        let encoded = form_urlencoded(&search);
        format!("/series?q={encoded}&page={page}")
    };
    SeriesListPage {
        shell: Shell::new(text, Tab::Series, text.series_title(), quarantine),
        found: text.series_found(u64::try_from(series.len()).unwrap_or(u64::MAX)),
        rows: series
            .iter()
            .skip((page - 1) * SERIES_A_PAGE)
            .take(SERIES_A_PAGE)
            .map(|entry| row(entry, text))
            .collect(),
        pager: Pager::new(page, pages, link, text),
        search,
    }
}

fn row(entry: &SeriesEntry, text: &Text) -> Row {
    let cell = |from_mail: &str| shorten(from_mail, CELL_CHARACTERS);
    let measure = Measure::of(&entry.key, text);
    let day = |day| match entry.key.kind {
        Kind::Interval | Kind::Reading => text.date(day_date(day)),
        Kind::Timeless => "–".to_owned(),
    };
    Row {
        href: format!("/series/{}", entry.id),
        location: match entry.key.location.as_str() {
            "" => text.series_without_location(),
            location => cell(location),
        },
        device: cell(entry.key.device.as_deref().unwrap_or_default()),
        what: measure.name,
        obis: cell(&entry.key.obis),
        unit: cell(&measure.unit),
        kind: match entry.key.kind {
            Kind::Interval if is_computed(entry.id) => text.kind_virtual(),
            Kind::Interval => text.kind_interval(),
            Kind::Reading => text.kind_reading(),
            Kind::Timeless => text.kind_timeless(),
        },
        from: day(entry.first),
        to: day(entry.last),
        values: text.count(entry.values),
    }
}

/// A text as part of an address (`application/x-www-form-urlencoded`).
pub(crate) fn form_urlencoded(text: &str) -> String {
    use std::fmt::Write as _;
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'*' => {
                encoded.push(char::from(byte));
            }
            other => {
                let _ = write!(encoded, "%{other:02X}");
            }
        }
    }
    encoded
}

/// A page that still loads at once on a phone.
const SERIES_A_PAGE: usize = 100;
