//! The pages: `x.rs` makes ready fields of data, `x.html` beside it sets them.

pub(crate) mod accounts;
pub(crate) mod error;
pub(crate) mod gaps;
pub(crate) mod login;
pub(crate) mod messages;
pub(crate) mod outbox;
pub(crate) mod quarantine;
pub(crate) mod reports;
pub(crate) mod requests;
pub(crate) mod series;
pub(crate) mod series_list;
pub(crate) mod status;

use actix_web::HttpResponse;
use actix_web::http::header;
use actix_web::web::Data;
use askama::Template;

use crate::query::QueryError;
use crate::store::StoreError;
use crate::text::Text;
use crate::web::Context;
use crate::web::assets;
use crate::web::period::BadPeriod;

/// What surrounds every page.
pub(crate) struct Shell<'a> {
    /// The sentences.
    pub(crate) text: &'a Text,
    /// Title of the page.
    pub(crate) title: String,
    /// The pages that can be gone to.
    pub(crate) tabs: Vec<TabLink>,
    /// Name of the time zone.
    pub(crate) zone: String,
    /// Version of the program.
    pub(crate) version: &'static str,
    /// Address of the style sheet.
    pub(crate) style: String,
    /// What makes a form one of the administrator's session; empty where nobody is logged in, or
    /// the page does not care.
    pub(crate) form_token: &'a str,
}

/// A link of the navigation.
pub(crate) struct TabLink {
    /// Where it leads.
    pub(crate) href: &'static str,
    /// What it is called.
    pub(crate) label: String,
    /// Whether this page is shown.
    pub(crate) is_current: bool,
    /// How many entries wait there; empty for none.
    pub(crate) badge: String,
}

/// The way through a list that has several pages.
pub(crate) struct Pager {
    /// `Seite 2 von 7`; empty if there is one only.
    pub(crate) page: String,
    /// Where the page before is; empty for none.
    pub(crate) previous: String,
    /// Where the next page is; empty for none.
    pub(crate) next: String,
}

impl Pager {
    /// On page `page` of `pages`, from 1; `link` is the address of a page.
    pub(crate) fn new(
        page: usize,
        pages: usize,
        link: impl Fn(usize) -> String,
        text: &Text,
    ) -> Self {
        let name = || text.page_of(&page.to_string(), &pages.to_string());
        let neighbour = |page| {
            if (1..=pages).contains(&page) {
                link(page)
            } else {
                String::new()
            }
        };
        Self {
            page: (pages > 1).then(name).unwrap_or_default(),
            previous: neighbour(page - 1),
            next: neighbour(page + 1),
        }
    }
}

/// The pages of the navigation.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Tab {
    /// `/`
    Status,
    /// `/series`
    Series,
    /// `/gaps`
    Gaps,
    /// `/messages`
    Messages,
    /// `/quarantine`
    Quarantine,
    /// `/reports`
    Reports,
    /// `/outbox`
    Outbox,
    /// `/settings`
    Settings,
    /// Errors.
    None,
}

impl<'a> Shell<'a> {
    /// What surrounds a page of this title; `quarantine` counts what waits for a person.
    pub(crate) fn new(text: &'a Text, current: Tab, title: String, quarantine: u64) -> Self {
        let link = |tab, href, label| TabLink {
            href,
            label,
            is_current: tab == current,
            badge: match tab {
                Tab::Quarantine if quarantine > 0 => text.count(quarantine),
                Tab::Quarantine
                | Tab::Status
                | Tab::Series
                | Tab::Gaps
                | Tab::Messages
                | Tab::Reports
                | Tab::Outbox
                | Tab::Settings
                | Tab::None => String::new(),
            },
        };
        Self {
            tabs: vec![
                link(Tab::Status, "/", text.nav_status()),
                link(Tab::Series, "/series", text.nav_series()),
                link(Tab::Gaps, "/gaps", text.nav_gaps()),
                link(Tab::Messages, "/messages", text.nav_messages()),
                link(Tab::Quarantine, "/quarantine", text.nav_quarantine()),
                link(Tab::Reports, "/reports", text.nav_reports()),
                link(Tab::Outbox, "/outbox", text.nav_outbox()),
                link(Tab::Settings, "/settings", text.nav_settings()),
            ],
            zone: text.time_zone().iana_name().unwrap_or("UTC").to_owned(),
            version: env!("CARGO_PKG_VERSION"),
            style: assets::style_address(),
            form_token: "",
            text,
            title,
        }
    }

    /// The same for the administrator, who can log out.
    pub(crate) fn of(self, form_token: &'a str) -> Self {
        Self { form_token, ..self }
    }
}

/// Why a page cannot be shown.
#[derive(Debug)]
pub(crate) enum PageError {
    /// There is nothing at this address.
    NotFound,
    /// No series has this number.
    NoSeries(u32),
    /// What stands behind the question mark of the address cannot be read.
    BadAddress,
    /// The period cannot be read.
    BadPeriod,
    /// The series is not as its definition, or the resolution, wants it.
    Unreadable(QueryError),
    /// The store cannot be read, or the reading failed.
    Failed(String),
    /// Somebody did not get in, or not further.
    Door(DoorError),
}

/// Why somebody does not get in, or not further.
#[derive(Debug)]
pub(crate) enum DoorError {
    /// A form that this page did not make for this session.
    Forged,
    /// A form that cannot be read.
    BadForm,
    /// A form that is too large.
    TooLarge,
    /// The link that sets the password serves no more.
    LinkOver,
    /// Nobody can log in.
    Closed,
    /// Microsoft sent somebody who is not logged in.
    NoSession,
    /// A login holds under this address alone.
    Elsewhere(String),
}

impl From<DoorError> for PageError {
    fn from(error: DoorError) -> Self {
        Self::Door(error)
    }
}

impl From<StoreError> for PageError {
    fn from(error: StoreError) -> Self {
        Self::Failed(error.to_string())
    }
}

impl From<QueryError> for PageError {
    fn from(error: QueryError) -> Self {
        match error {
            QueryError::Store(error) => error.into(),
            QueryError::Refused { .. } | QueryError::Virtual { .. } => Self::Unreadable(error),
        }
    }
}

impl From<BadPeriod> for PageError {
    fn from(_: BadPeriod) -> Self {
        Self::BadPeriod
    }
}

/// Runs a page's work where it may block, and answers with the page or with an error page.
pub(crate) async fn show<W>(context: Data<Context>, work: W) -> HttpResponse
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
    page.render()
        .map_err(|error| PageError::Failed(error.to_string()))
}

/// Most characters that are shown of a text from a mail, in a cell of a table.
const CELL_CHARACTERS: usize = 120;
