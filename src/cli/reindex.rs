//! `reindex`: the database again, from the archive alone.

use std::path::Path;
use std::sync::Arc;

use crate::cli::call::Unit;
use crate::cli::{Done, Failure, open, output};
use crate::ingest::Validation;
use crate::ingest::reindex::reindex;
use crate::store::Store;
use crate::store::archive::Archive;
use crate::store::data_dir::DataDir;
use crate::store::sled::Rebuild;

pub(super) fn run(config: &Path) -> Result<Done, Failure> {
    let config = open::config(config)?;
    open::existing(&config)?;
    let directory = DataDir::open(&config.data_dir)?;
    let archive = Arc::new(Archive::open(&directory)?);
    let rebuild = Rebuild::start(&directory, config.store.cache.bytes())?;
    if let Err(error) = rebuild.carry_over() {
        output::complain(&format!(
            "what became of mails in the outbox cannot be read ({error}); `mscons-gateway outbox` shows those that are not known to be sent"
        ));
    }
    let store: Arc<dyn Store> = rebuild.store();
    let bar = output::progress(archive.bytes(), Unit::Bytes);
    let validation = Validation::of(&config.partner);
    let report = reindex(Arc::clone(&store), &archive, &validation, &|done| {
        bar.set_position(done);
    })?;
    bar.finish_and_clear();
    let totals = store.totals()?;
    drop(store);
    rebuild.finish()?;
    for damage in &report.damaged {
        output::complain(damage);
    }
    output::note(&format!(
        "{} archive entries read, {} damaged: {} messages, {} series, {} values, {} in quarantine",
        report.entries,
        report.damaged.len(),
        totals.messages,
        totals.series,
        totals.values,
        totals.quarantine,
    ));
    Ok(if report.damaged.is_empty() {
        Done::Well
    } else {
        Done::WithFailures
    })
}
