//! The pages: `x.rs` makes ready fields of data, `x.html` beside it sets them.

pub mod error;
pub mod messages;
pub mod quarantine;
pub mod series;
pub mod series_list;
pub mod status;

use actix_web::HttpResponse;
use actix_web::http::header;
use actix_web::web::Data;
use askama::Template;

use crate::store::StoreError;
use crate::text::Text;
use crate::web::Context;
use crate::web::assets;
use crate::web::period::BadPeriod;

/// What surrounds every page.
pub struct Shell<'a> {
    /// The sentences.
    pub text: &'a Text,
    /// Title of the page.
    pub title: String,
    /// The pages that can be gone to.
    pub tabs: Vec<TabLink>,
    /// Name of the time zone.
    pub zone: String,
    /// Version of the program.
    pub version: &'static str,
    /// Address of the style sheet.
    pub style: String,
}

/// A link of the navigation.
pub struct TabLink {
    /// Where it leads.
    pub href: &'static str,
    /// What it is called.
    pub label: String,
    /// Whether this page is shown.
    pub is_current: bool,
    /// How many entries wait there; empty for none.
    pub badge: String,
}

/// The pages of the navigation.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Tab {
    /// `/`
    Status,
    /// `/series`
    Series,
    /// `/messages`
    Messages,
    /// `/quarantine`
    Quarantine,
    /// Errors.
    None,
}

impl<'a> Shell<'a> {
    /// What surrounds a page of this title; `quarantine` counts what waits for a person.
    pub fn new(text: &'a Text, current: Tab, title: String, quarantine: u64) -> Self {
        let link = |tab, href, label| TabLink {
            href,
            label,
            is_current: tab == current,
            badge: match tab {
                Tab::Quarantine if quarantine > 0 => text.count(quarantine),
                Tab::Quarantine | Tab::Status | Tab::Series | Tab::Messages | Tab::None => String::new(),
            },
        };
        Self {
            tabs: vec![
                link(Tab::Status, "/", text.nav_status()),
                link(Tab::Series, "/series", text.nav_series()),
                link(Tab::Messages, "/messages", text.nav_messages()),
                link(Tab::Quarantine, "/quarantine", text.nav_quarantine()),
            ],
            zone: text.time_zone().iana_name().unwrap_or("UTC").to_owned(),
            version: env!("CARGO_PKG_VERSION"),
            style: assets::style_address(),
            text,
            title,
        }
    }
}

/// Why a page cannot be shown.
#[derive(Debug)]
pub enum PageError {
    /// There is nothing at this address.
    NotFound,
    /// No series has this number.
    NoSeries(u32),
    /// The period cannot be read.
    BadPeriod,
    /// The store cannot be read, or the reading failed.
    Failed(String),
}

impl From<StoreError> for PageError {
    fn from(error: StoreError) -> Self {
        Self::Failed(error.to_string())
    }
}

impl From<BadPeriod> for PageError {
    fn from(_: BadPeriod) -> Self {
        Self::BadPeriod
    }
}

/// Runs a page's work where it may block, and answers with the page or with an error page.
pub async fn show<W>(context: Data<Context>, work: W) -> HttpResponse
where
    W: FnOnce(&Context) -> Result<String, PageError> + Send + 'static,
{
    let shared = context.clone();
    // A panic in the work comes back as an error of `block`: the worker lives.
    let page = match actix_web::web::block(move || work(&shared)).await {
        Ok(page) => page,
        Err(_) => Err(PageError::Failed("reading for a page panicked".to_owned())),
    };
    match page {
        Ok(page) => html(actix_web::http::StatusCode::OK, page),
        Err(error) => error::answer(&context.text, &error),
    }
}

fn html(status: actix_web::http::StatusCode, page: String) -> HttpResponse {
    HttpResponse::build(status)
        .insert_header((header::CONTENT_TYPE, "text/html; charset=utf-8"))
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .body(page)
}

fn render(page: &impl Template) -> Result<String, PageError> {
    page.render().map_err(|error| PageError::Failed(error.to_string()))
}

/// Most characters that are shown of a text from a mail, in a cell of a table.
const CELL_CHARACTERS: usize = 120;
