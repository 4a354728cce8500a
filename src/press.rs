//! The press: reads what a report tells of, prints it, and puts it into the outbox, once a firing.
//!
//! [`firing`] tells what is due and what was done; [`energy`], [`digest`] and [`scorecard`] read;
//! `report` makes words and charts of it; [`print`] makes mails of these.

mod digest;
mod energy;
pub mod firing;
mod post;
pub mod print;
mod scorecard;

use std::sync::{Arc, PoisonError, RwLock};

use crate::config::Gateway;
use crate::config::report::{Report, Template};
use crate::expect::Plan;
use crate::format::csv::Dialect;
use crate::market::calendar::UtcTime;
use crate::query::{Catalogue, QueryError, Virtuals};
use crate::report::Span;
use crate::report::html::Unwritable;
use crate::report::pdf::Unprintable;
use crate::store::{Store, StoreError};
use crate::text::Text;

pub use print::Made;

/// What the reports of a gateway are made by. Cloning shares it.
#[derive(Clone)]
pub struct Press {
    text: Text,
    dialect: Dialect,
    virtuals: Virtuals,
    orders: Arc<RwLock<Arc<Orders>>>,
}

/// What the configuration orders; a reload changes it.
#[derive(Debug, Default)]
struct Orders {
    reports: Vec<Report>,
    plan: Plan,
    /// Who sends; empty where nothing is sent.
    sender: String,
}

impl Orders {
    fn of(config: &Gateway) -> Self {
        let is_sending = config.smtp.is_on();
        Self {
            reports: config.report.clone(),
            plan: Plan {
                expects: config.expect.clone(),
                partners: config.partner.clone(),
            },
            sender: if is_sending {
                config.smtp.sender.clone()
            } else {
                String::new()
            },
        }
    }
}

/// Why a report could not be made.
#[derive(Debug, thiserror::Error)]
pub enum PressError {
    /// The store cannot be read.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A day out of any calendar.
    #[error("there is no such period before that day")]
    NoPeriod,
    /// It is not wanted any more.
    #[error("the report was given up: the gateway stops")]
    GivenUp,
    /// Nothing is sent.
    #[error("nothing is sent without a server; give [smtp] a host")]
    NoServer,
    /// Nobody gets it.
    #[error("the report has no recipients; add them to its [[report]]")]
    NoRecipients,
    /// It has no place in a file.
    #[error("the values cannot be written as a file: {0}")]
    File(#[from] std::io::Error),
    /// It is no HTML.
    #[error(transparent)]
    Html(#[from] Unwritable),
    /// It is no PDF.
    #[error(transparent)]
    Pdf(#[from] Unprintable),
    /// A chart cannot be painted.
    #[error(transparent)]
    Picture(#[from] crate::chart::png::Unpaintable),
    /// The outbox does not take it.
    #[error(transparent)]
    Outbox(#[from] crate::ingest::IngestError),
    /// It is no mail.
    #[error(transparent)]
    Mail(#[from] crate::mail::compose::ComposeError),
}

impl Press {
    /// What a configuration orders, in a language and on the clock of a zone.
    pub fn new(config: &Gateway, text: Text, dialect: Dialect, virtuals: Virtuals) -> Self {
        Self {
            text,
            dialect,
            virtuals,
            orders: Arc::new(RwLock::new(Arc::new(Orders::of(config)))),
        }
    }

    /// From now on another configuration orders.
    pub fn replace(&self, config: &Gateway) {
        let mut orders = self.orders.write().unwrap_or_else(PoisonError::into_inner);
        *orders = Arc::new(Orders::of(config));
    }

    /// The reports that there are: those of the configuration, and the digest, which needs none.
    pub fn reports(&self) -> Vec<Report> {
        let mut reports = self.orders().reports.clone();
        if reports.iter().all(|report| report.name != DIGEST) {
            reports.push(Report {
                name: DIGEST.to_owned(),
                template: Template::Digest,
                ..Report::default()
            });
        }
        reports
    }

    /// The report of a name.
    pub fn report(&self, name: &str) -> Option<Report> {
        let mut reports = self.reports().into_iter();
        reports.find(|report| report.name == name)
    }

    /// The language and the clock of the reports.
    pub fn text(&self) -> &Text {
        &self.text
    }

    /// Makes a report as of an instant. Reads the store and paints: it blocks. `go_on` is asked now
    /// and then.
    ///
    /// # Errors
    /// [`PressError`].
    pub fn make(
        &self,
        store: &dyn Store,
        report: &Report,
        at: UtcTime,
        go_on: &dyn Fn() -> bool,
    ) -> Result<Made, PressError> {
        let today = self.text.zoned(at.seconds()).date();
        let span = Span::of(report.period, report.template, today).ok_or(PressError::NoPeriod)?;
        let desk = Desk {
            store,
            catalogue: Catalogue::new(store, &self.virtuals),
            orders: &self.orders(),
            span,
            now: at,
            go_on,
        };
        let text = &self.text;
        let (content, files) = match report.template {
            Template::Energy => {
                let (energy, files) = energy::read(&desk, report, text, self.dialect)?;
                (crate::report::energy::content(&energy, text), files)
            }
            Template::Digest => {
                let digest = digest::read(&desk, report)?;
                (crate::report::digest::content(&digest, text), Vec::new())
            }
            Template::Scorecard => {
                let card = scorecard::read(&desk, &report.partner)?;
                (crate::report::scorecard::content(&card, text), Vec::new())
            }
        };
        Made::new(report, &span, content, files, text)
    }

    fn orders(&self) -> Arc<Orders> {
        Arc::clone(&self.orders.read().unwrap_or_else(PoisonError::into_inner))
    }
}

/// What a report is read from.
struct Desk<'a> {
    store: &'a dyn Store,
    catalogue: Catalogue<'a>,
    orders: &'a Orders,
    span: Span,
    now: UtcTime,
    go_on: &'a dyn Fn() -> bool,
}

impl Desk<'_> {
    /// An error if the report is not wanted any more.
    fn wanted(&self) -> Result<(), PressError> {
        if (self.go_on)() {
            Ok(())
        } else {
            Err(PressError::GivenUp)
        }
    }
}

/// What was read of a series, or why it cannot be: that is said in the report.
fn readable<T>(read: Result<T, QueryError>) -> Result<Result<T, String>, StoreError> {
    match read {
        Ok(read) => Ok(Ok(read)),
        Err(QueryError::Store(error)) => Err(error),
        Err(error @ (QueryError::Refused { .. } | QueryError::Virtual { .. })) => {
            Ok(Err(error.to_string()))
        }
    }
}

/// The report that needs no configuration.
pub const DIGEST: &str = "digest";
