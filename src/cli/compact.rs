//! `compact`: the database anew, without what has gathered in it.

use std::io;
use std::sync::{Arc, mpsc};

use crate::cli::at_store::AtStore;
use crate::cli::call::{Call, Unit, wait};
use crate::cli::{Done, Failure};
use crate::store::Compacted;

/// `compact`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {}

impl AtStore for Args {
    fn run(&self, call: &Call<'_>) -> Result<Done, Failure> {
        let ingest = call.opened.ingest()?;
        let store = Arc::clone(ingest.store());
        let (tell, told) = mpsc::channel();
        let work = ingest.at_rest(move || {
            store.compact(&mut |done, of| {
                let told = tell.send((done, of));
                told.map_err(|_| io::Error::other("nobody waits for it any more"))
            })
        });
        let progress = call.progress(0, Unit::Things);
        let compacted = std::thread::scope(|scope| {
            let working = scope.spawn(|| wait(work));
            while let Ok((done, of)) = told.recv() {
                if progress.at_of(done, of).is_err() {
                    break;
                }
            }
            drop(told);
            working.join()
        });
        drop(progress);
        let compacted = compacted.map_err(|_| io::Error::other("the work panicked"))?;
        let Compacted {
            bytes_before,
            bytes_after,
        } = compacted???;
        call.note(&format!(
            "the database had {bytes_before} bytes, and has {bytes_after} now"
        ));
        Ok(Done::Well)
    }
}
