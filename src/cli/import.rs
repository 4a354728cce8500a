//! `import`: files that a person gives, through the same door as mails.

use std::io;
use std::path::PathBuf;

use futures_util::FutureExt;
use futures_util::stream::{FuturesUnordered, StreamExt};

use crate::cli::at_store::AtStore;
use crate::cli::call::{Call, Unit, wait};
use crate::cli::inputs::Input;
use crate::cli::{Done, Failure};
use crate::clock;
use crate::config::Gateway;
use crate::ingest::{Arrival, Ingest, IngestError, Parcel};
use crate::mailbox::{MailId, Outcome};

/// `import`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Files, folders and Maildirs; `-` is stdin
    #[arg(required = true)]
    paths: Vec<PathBuf>,
}

#[derive(Default)]
struct Summary {
    stored: u64,
    duplicates: u64,
    quarantined: u64,
    irrelevant: u64,
    failed: u64,
}

impl AtStore for Args {
    fn run(&self, call: &Call<'_>) -> Result<Done, Failure> {
        let ingest = call.opened.ingest()?;
        let progress = call.progress(0, Unit::Things);
        let mut summary = Summary::default();
        let mut done = 0;
        wait(async {
            let (mut inputs, mut bytes) = (call.inputs(), 0);
            let mut under_way = FuturesUnordered::new();
            loop {
                let has_room = under_way.len() < FILES_AT_ONCE && bytes < BYTES_AT_ONCE;
                if (has_room || under_way.is_empty())
                    && let Some(input) = inputs.next()
                {
                    let input = input?;
                    let size = input.bytes.as_ref().map_or(0, Vec::len);
                    bytes += size;
                    under_way.push(take_in(&ingest, input).map(move |answer| (size, answer)));
                    continue;
                }
                let Some((size, (name, of, outcome))) = under_way.next().await else {
                    return Ok::<(), io::Error>(());
                };
                bytes -= size;
                summary.count(call, outcome, &name);
                done += 1;
                progress.at_of(done, of)?;
            }
        })??;
        drop(progress);
        summary.report(call);
        Ok(if summary.failed + summary.quarantined > 0 {
            Done::WithFailures
        } else {
            Done::Well
        })
    }

    fn inputs(&self) -> &[PathBuf] {
        &self.paths
    }

    /// A store is made where there is none.
    fn check(&self, _: &Gateway) -> Result<(), Failure> {
        Ok(())
    }
}

/// Name of a file, how many there are, and what became of it.
async fn take_in(ingest: &Ingest, input: Input) -> (String, u64, Result<Outcome, String>) {
    let Input { name, bytes, of } = input;
    let outcome = match bytes {
        Ok(bytes) => {
            let id = MailId::File { path: name.clone() };
            let arrival = Arrival {
                mailbox: String::new(),
                folder: String::new(),
                id,
                at: clock::now(),
            };
            let parcel = Parcel::File(name.clone(), bytes.into());
            let answer = ingest.take_in(arrival, parcel).await;
            answer.map_err(|error: IngestError| error.to_string())
        }
        Err(error) => Err(error),
    };
    (name, of, outcome)
}

impl Summary {
    fn count(&mut self, call: &Call<'_>, outcome: Result<Outcome, String>, name: &str) {
        match outcome {
            Ok(Outcome::Stored) => self.stored += 1,
            Ok(Outcome::Duplicate) => self.duplicates += 1,
            Ok(Outcome::Quarantined) => {
                self.quarantined += 1;
                call.complain(&format!(
                    "{name}: something in it was not understood; `mscons-gateway quarantine` tells what"
                ));
            }
            Ok(Outcome::Irrelevant | Outcome::TooLarge) => {
                self.irrelevant += 1;
                call.complain(&format!("{name}: holds no EDIFACT"));
            }
            Err(error) => {
                self.failed += 1;
                call.complain(&format!("{name}: {error}"));
            }
        }
    }

    fn report(&self, call: &Call<'_>) {
        call.note(&format!(
            "{} stored, {} known already, {} in quarantine, {} without EDIFACT, {} failed",
            self.stored, self.duplicates, self.quarantined, self.irrelevant, self.failed
        ));
    }
}

/// Files under way at once: enough to fill a flush.
const FILES_AT_ONCE: usize = 64;
/// Bytes of files under way at once, and one file more: bounds the memory.
const BYTES_AT_ONCE: usize = 32 << 20;
