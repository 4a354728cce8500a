//! Pages, health and metrics over HTTP.
//!
//! A page is a pure `view` from data to ready fields, a template beside it, and a thin handler that
//! asks the store. Nothing needs JavaScript; nothing is loaded from elsewhere. Reading is open to
//! who reaches the pages; what changes something is for the administrator ([`Administrator`]).

pub mod administrator;
mod api;
mod assets;
mod door;
mod download;
mod facts;
mod gallery;
mod pages;
mod period;
mod probes;
mod server;
pub mod settings;
mod sign_ins;
mod strip;

use std::sync::Arc;

use jiff::tz::TimeZone;

use crate::config::Current;
use crate::expect::Watch;
use crate::format::csv::Dialect;
use crate::health::Health;
use crate::ingest::Ingest;
use crate::metrics;
use crate::oauth::Accounts;
use crate::press::Press;
use crate::query::{Catalogue, Virtuals};
use crate::store::archive::Archive;
use crate::store::ledger::Totals;
use crate::store::{Store, StoreError};
use crate::text::Text;

pub use administrator::Administrator;
pub use server::Listeners;
pub use settings::Settings;

/// All that a request can reach: what is shown, and how.
#[derive(Clone)]
pub struct Context {
    /// The store that is read.
    pub store: Arc<dyn Store>,
    /// The raw bytes of what is in quarantine.
    pub archive: Arc<Archive>,
    /// How mailboxes and store are.
    pub health: Health,
    /// The language.
    pub text: Arc<Text>,
    /// The clock of the pages.
    pub time_zone: TimeZone,
    /// The metrics.
    pub metrics: metrics::Handle,
    /// What should arrive, and what of it is late.
    pub watch: Watch,
    /// How CSV is written.
    pub dialect: Dialect,
    /// Series that are made of others.
    pub virtuals: Virtuals,
    /// Who makes the reports.
    pub press: Press,
    /// The Microsoft accounts, and the vault.
    pub accounts: Accounts,
    /// Who may change something.
    pub administrator: Administrator,
    /// Where the configuration stands.
    pub settings: Settings,
    /// The configuration that holds.
    pub config: Current,
    /// The way in for mails of ours, and for what is changed of them.
    pub ingest: Ingest,
}

impl Context {
    /// All series, stored and virtual.
    pub(crate) fn catalogue(&self) -> Catalogue<'_> {
        Catalogue::new(self.store.as_ref(), &self.virtuals)
    }

    /// Counts of everything, the archive's bytes with them.
    pub(crate) fn totals(&self) -> Result<Totals, StoreError> {
        let totals = self.store.totals()?;
        Ok(Totals {
            archive_bytes: self.archive.bytes(),
            ..totals
        })
    }
}
