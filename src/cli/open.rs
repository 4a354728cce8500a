//! Configuration and store, as the commands open them.

use std::path::Path;
use std::sync::{Arc, OnceLock};

use jiff::tz::TimeZone;

use crate::acknowledge::Terms;
use crate::cli::Failure;
use crate::config::mailbox::Mailbox;
use crate::config::{self, Gateway};
use crate::expect::Plan;
use crate::format::csv::Dialect;
use crate::ingest::{Ingest, Validation};
use crate::oauth::Accounts;
use crate::press::Press;
use crate::query::{QueryError, Virtuals};
use crate::series::computed::{Definition, Term};
use crate::store::archive::Archive;
use crate::store::data_dir::{Holding, holding};
use crate::store::{self, Store, StoreError};
use crate::text::Text;

/// The configuration with the environment laid over it. The default file may be missing: then
/// every key has its default.
pub(super) fn config(path: &Path) -> Result<Gateway, Failure> {
    let environment = environment();
    let loaded = if path == Path::new(DEFAULT_FILE) && !path.exists() {
        config::load_text(DEFAULT_FILE, "", &environment)
    } else {
        config::load(path, &environment)
    };
    loaded.map_err(|error| Failure::Usage(error.to_string()))
}

/// The environment, as far as it is text.
pub(super) fn environment() -> Vec<(String, String)> {
    std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
        .collect()
}

/// The time zone of the configuration; the check has made sure that it exists.
pub(super) fn time_zone(config: &Gateway) -> Result<TimeZone, Failure> {
    TimeZone::get(&config.time_zone).map_err(|error| Failure::Usage(format!("time_zone: {error}")))
}

/// The database and the archive of a data directory.
pub(super) struct Opened {
    pub(super) store: Arc<dyn Store>,
    pub(super) archive: Arc<Archive>,
    /// The virtual series of the configuration.
    pub(super) virtuals: Virtuals,
    validation: Validation,
    /// Who hears how what he sent was received.
    pub(super) terms: Terms,
    ingest: OnceLock<Ingest>,
    accounts: OnceLock<Accounts>,
}

impl Opened {
    /// The Microsoft accounts. There is one keeper for each: who asks again gets the same. Reads
    /// files.
    pub(super) fn accounts(&self, config: &Gateway) -> Accounts {
        let accounts = self.accounts.get_or_init(|| Accounts::open(config));
        accounts.clone()
    }

    /// The way in. There is one committer: who asks again gets the same.
    pub(super) fn ingest(&self) -> Result<Ingest, Failure> {
        if let Some(ingest) = self.ingest.get() {
            return Ok(ingest.clone());
        }
        let ingest = Ingest::start(Arc::clone(&self.store), Arc::clone(&self.archive))?;
        let ingest = ingest.validated_by(self.validation.clone());
        let ingest = ingest.with_terms(self.terms.clone());
        Ok(self.ingest.get_or_init(|| ingest).clone())
    }
}

/// Opens what the configuration names, for reading and writing.
pub(super) fn store(config: &Gateway) -> Result<Opened, StoreError> {
    let (store, archive) = store::open(&config.data_dir, config.store.cache.bytes())?;
    if let Some(damage) = archive.damage() {
        tracing::warn!(%damage, "something cannot be read; `mscons-gateway verify` tells more");
    }
    if let Some(torn) = archive.torn_end() {
        tracing::info!(file = %torn.path.display(), byte = torn.place.offset, bytes = torn.bytes, "a crash cut off the writing of an entry; the next mail takes its place");
    }
    Ok(Opened {
        store: Arc::new(store),
        archive: Arc::new(archive),
        virtuals: Virtuals::new(virtuals(config)),
        validation: Validation::of(&config.partner),
        terms: Terms::of_config(config),
        ingest: OnceLock::new(),
        accounts: OnceLock::new(),
    })
}

/// A data directory without a store is a wrong usage where there must be something to read.
pub(super) fn existing(config: &Gateway) -> Result<(), Failure> {
    let data_dir = config.data_dir.display();
    let what = if !config.data_dir.exists() {
        "does not exist"
    } else if !config.data_dir.is_dir() {
        "is no directory"
    } else if holding(&config.data_dir) == Holding::Nothing {
        "holds no store yet"
    } else {
        return Ok(());
    };
    Err(Failure::Usage(format!(
        "data_dir {data_dir} {what}; name the right configuration with --config, or fill it with `import` or `fetch`"
    )))
}

/// The mailboxes of the configuration, or the one of this name.
pub(super) fn mailboxes<'c>(
    config: &'c Gateway,
    name: Option<&str>,
) -> Result<Vec<&'c Mailbox>, Failure> {
    let Some(name) = name else {
        return Ok(config.mailbox.iter().collect());
    };
    if let Some(mailbox) = config.mailbox.iter().find(|mailbox| mailbox.name == name) {
        return Ok(vec![mailbox]);
    }
    let known: Vec<&str> = config.mailbox.iter().map(|one| one.name.as_str()).collect();
    let known = if known.is_empty() {
        NO_MAILBOX.to_owned()
    } else {
        format!("it has {}", known.join(", "))
    };
    Err(Failure::Usage(format!(
        "no mailbox is named {name:?} in the configuration; {known}"
    )))
}

/// What the configuration says should arrive.
pub(super) fn plan(config: &Gateway) -> Plan {
    Plan {
        expects: config.expect.clone(),
        partners: config.partner.clone(),
    }
}

/// The dialect of CSV that the configuration names.
pub(super) fn dialect(config: &Gateway) -> Dialect {
    let config::export::Csv {
        delimiter,
        decimal,
        bom,
    } = config.export.csv;
    Dialect {
        delimiter,
        decimal,
        bom,
    }
}

/// Who makes the reports of the configuration.
pub(super) fn press(config: &Gateway, opened: &Opened) -> Result<Press, Failure> {
    let text = Text::new(config.language).in_zone(time_zone(config)?);
    let virtuals = opened.virtuals.clone();
    Ok(Press::new(config, text, dialect(config), virtuals))
}

/// The virtual series of the configuration; the check has made sure that the factors are numbers.
pub(super) fn virtuals(config: &Gateway) -> Vec<Definition> {
    let term = |term: &config::virtual_series::Term| {
        Some(Term {
            series: term.series.clone(),
            factor: term.factor()?,
        })
    };
    let definitions = config.virtual_series.iter().map(|one| Definition {
        name: one.name.clone(),
        unit: one.unit.clone(),
        terms: one.terms.iter().filter_map(term).collect(),
    });
    definitions.collect()
}

/// A failure to read a series: what was asked for, or the store.
pub(super) fn unread(error: QueryError) -> Failure {
    match error {
        QueryError::Store(error) => error.into(),
        QueryError::Refused { .. } | QueryError::Virtual { .. } => {
            Failure::Usage(error.to_string())
        }
    }
}

/// For a configuration without a mailbox.
pub(super) const NO_MAILBOX: &str = "the configuration has no [[mailbox]]: `mscons-gateway init` writes one, docs/gateway.example.toml shows one";
/// The configuration file where none is named.
pub(super) const DEFAULT_FILE: &str = "gateway.toml";
