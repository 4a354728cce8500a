//! `restore`: the store from a backup.

use std::fs::File;
use std::io::{self, BufReader, Read};
use std::path::{Path, PathBuf};

use crate::cli::call::Unit;
use crate::cli::{Done, Failure, open, output};
use crate::store::StoreError;
use crate::upkeep::{Restored, UpkeepError, restore};

/// `restore`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The backup; `-` is stdin
    file: PathBuf,
}

/// Restores into the data directory of the configuration, which must be empty or missing.
pub(super) fn run(config: &Path, args: &Args) -> Result<Done, Failure> {
    let config = open::config(config)?;
    let (bytes, of): (Box<dyn Read>, u64) = if args.file.as_os_str() == "-" {
        (Box::new(io::stdin()), 0)
    } else {
        let failed =
            |error| Failure::Usage(format!("{} cannot be read: {error}", args.file.display()));
        let file = File::open(&args.file).map_err(failed)?;
        let length = file.metadata().map_err(failed)?.len();
        (Box::new(BufReader::with_capacity(1 << 16, file)), length)
    };
    let bar = output::progress(of, Unit::Bytes);
    let restored = restore(
        bytes,
        &config.data_dir,
        config.store.cache.bytes(),
        &|done| {
            bar.set_position(done);
        },
    );
    bar.finish_and_clear();
    let Restored {
        manifest,
        needs_reindex,
    } = restored.map_err(|error| {
        if let UpkeepError::Store(StoreError::NotEmpty { .. }) = error {
            Failure::Usage(error.to_string())
        } else {
            Failure::Failed(error.into())
        }
    })?;
    output::note(&format!(
        "restored the backup of {}: {} messages, {} series, {} values, {} in quarantine",
        manifest.made,
        manifest.totals.messages,
        manifest.totals.series,
        manifest.totals.values,
        manifest.totals.quarantine,
    ));
    if needs_reindex {
        output::complain(
            "the database in this backup is of another version of this program; run `mscons-gateway reindex` now, it builds it again from the archive",
        );
    }
    Ok(Done::Well)
}
