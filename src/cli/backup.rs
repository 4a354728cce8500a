//! `backup`: the store in one file, also while the gateway runs.

use std::path::{Path, PathBuf};

use crate::cli::at_store::AtStore;
use crate::cli::call::{Call, Unit, wait};
use crate::cli::{Done, Failure};
use crate::clock;
use crate::upkeep::backup::{backup, snapshot};

/// `backup`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The file, there whole or not at all; `-` is stdout
    file: PathBuf,
}

impl AtStore for Args {
    fn run(&self, call: &Call<'_>) -> Result<Done, Failure> {
        let ingest = call.opened.ingest()?;
        let made = clock::now();
        let snapshot = wait(snapshot(&ingest, &call.config.data_dir))??;
        let progress = call.progress(0, Unit::Bytes);
        let tell = |done, of| progress.at_of(done, of);
        let manifest = backup(snapshot, call.archive(), made, call.results(), &tell)?;
        drop(progress);
        call.note(&format!(
            "{} messages, {} series, {} values, {} in quarantine; `mscons-gateway restore` makes a store of it",
            manifest.totals.messages,
            manifest.totals.series,
            manifest.totals.values,
            manifest.totals.quarantine,
        ));
        Ok(Done::Well)
    }

    fn out(&self) -> Option<&Path> {
        Some(&self.file)
    }
}
