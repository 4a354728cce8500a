//! Configuration and store, as the commands open them.

use std::io::IsTerminal;
use std::path::Path;
use std::sync::Arc;

use jiff::tz::TimeZone;

use crate::cli::{Failure, output};
use crate::config::{self, Gateway};
use crate::expect::Plan;
use crate::format::csv::Dialect;
use crate::ingest::Ingest;
use crate::store::archive::Archive;
use crate::store::{self, Store};

/// The configuration with the environment laid over it. The default file may be missing: then
/// every key has its default.
pub(super) fn config(path: &Path) -> Result<Gateway, Failure> {
    let environment: Vec<(String, String)> = std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
        .collect();
    let loaded = if path == Path::new(DEFAULT_FILE) && !path.exists() {
        config::load_text(DEFAULT_FILE, "", &environment)
    } else {
        config::load(path, &environment)
    };
    loaded.map_err(|error| Failure::Usage(error.to_string()))
}

/// The time zone of the configuration; the check has made sure that it exists.
pub(super) fn time_zone(config: &Gateway) -> Result<TimeZone, Failure> {
    TimeZone::get(&config.time_zone).map_err(|error| Failure::Usage(format!("time_zone: {error}")))
}

/// The database and the archive of a data directory.
pub(super) struct Opened {
    pub(super) store: Arc<dyn Store>,
    pub(super) archive: Arc<Archive>,
}

impl Opened {
    /// The way in.
    pub(super) fn ingest(&self) -> Result<Ingest, Failure> {
        Ok(Ingest::start(
            Arc::clone(&self.store),
            Arc::clone(&self.archive),
        )?)
    }
}

/// Opens what the configuration names, for reading and writing.
pub(super) fn store(config: &Gateway) -> Result<Opened, Failure> {
    let (store, archive) = store::open(&config.data_dir, config.store.cache.bytes())?;
    Ok(Opened {
        store: Arc::new(store),
        archive: Arc::new(archive),
    })
}

/// Opens what the configuration names; a data directory that is not there is a wrong usage, since
/// there is nothing to read in it.
pub(super) fn existing_store(config: &Gateway) -> Result<Opened, Failure> {
    if !config.data_dir.is_dir() {
        return Err(Failure::Usage(format!(
            "data_dir {} does not exist; name the right configuration with --config, or fill it with `import` or `fetch`",
            config.data_dir.display()
        )));
    }
    store(config)
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

/// Says on a terminal that nothing was found, so that silence is not mistaken for success.
pub(super) fn nothing_found(what: &str) {
    if std::io::stderr().is_terminal() {
        output::note(what);
    }
}

/// The configuration file where none is named.
pub(super) const DEFAULT_FILE: &str = "gateway.toml";
