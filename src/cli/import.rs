//! `import`: files that a person gives, through the same door as mails.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use futures_util::stream::{self, StreamExt};

use crate::cli::{Done, Failure, open, output};
use crate::clock;
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

pub(super) fn run(config: &Path, args: &Args) -> Result<Done, Failure> {
    let config = open::config(config)?;
    let mut summary = Summary::default();
    let mut files = Vec::new();
    for path in &args.paths {
        gather(path, &mut files, &mut summary);
    }
    let opened = open::store(&config)?;
    let ingest = opened.ingest()?;
    let bar = output::progress(files.len() as u64, "files");
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?;
    runtime.block_on(async {
        let mut answers = stream::iter(files)
            .map(|path| {
                let ingest = ingest.clone();
                async move { (take_in(&ingest, &path).await, path) }
            })
            .buffer_unordered(FILES_AT_ONCE);
        while let Some((answer, path)) = answers.next().await {
            summary.count(answer, &path);
            bar.inc(1);
        }
    });
    bar.finish_and_clear();
    summary.report();
    Ok(if summary.failed + summary.quarantined > 0 {
        Done::WithFailures
    } else {
        Done::Well
    })
}

/// Reads a file or stdin, up to the bound on one file.
pub(super) fn read_file(path: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    if path.as_os_str() == "-" {
        io::stdin()
            .lock()
            .take(MAX_FILE_BYTES + 1)
            .read_to_end(&mut bytes)?;
    } else {
        File::open(path)?
            .take(MAX_FILE_BYTES + 1)
            .read_to_end(&mut bytes)?;
    }
    if bytes.len() as u64 > MAX_FILE_BYTES {
        return Err(io::Error::new(
            io::ErrorKind::FileTooLarge,
            format!("larger than {} MiB; split it", MAX_FILE_BYTES >> 20),
        ));
    }
    Ok(bytes)
}

/// The files of a path: itself, or all below it in the order of their names.
fn gather(path: &Path, files: &mut Vec<PathBuf>, summary: &mut Summary) {
    if path.as_os_str() == "-" || !path.is_dir() {
        files.push(path.to_owned());
        return;
    }
    match fs::read_dir(path) {
        Ok(entries) => {
            let mut below: Vec<PathBuf> = entries
                .filter_map(|entry| Some(entry.ok()?.path()))
                .collect();
            below.sort();
            // A link to a folder could lead in a circle.
            for path in below
                .iter()
                .filter(|path| path.is_file() || !path.is_symlink())
            {
                gather(path, files, summary);
            }
        }
        Err(error) => {
            output::complain(&format!("{}: {error}", path.display()));
            summary.failed += 1;
        }
    }
}

async fn take_in(ingest: &Ingest, path: &Path) -> Result<Outcome, String> {
    let owned = path.to_owned();
    let bytes = tokio::task::spawn_blocking(move || read_file(&owned))
        .await
        .map_err(|panic| panic.to_string())?
        .map_err(|error| error.to_string())?;
    let name = path.display().to_string();
    let arrival = Arrival {
        mailbox: String::new(),
        folder: String::new(),
        id: MailId::File { path: name.clone() },
        at: clock::now(),
    };
    let answer = ingest.take_in(arrival, Parcel::File(name, bytes)).await;
    answer.map_err(|error: IngestError| error.to_string())
}

impl Summary {
    fn count(&mut self, answer: Result<Outcome, String>, path: &Path) {
        match answer {
            Ok(Outcome::Stored) => self.stored += 1,
            Ok(Outcome::Duplicate) => self.duplicates += 1,
            Ok(Outcome::Quarantined) => {
                self.quarantined += 1;
                output::complain(&format!(
                    "{}: something in it was not understood; `mscons-gateway quarantine` tells what",
                    path.display()
                ));
            }
            Ok(Outcome::Irrelevant | Outcome::TooLarge) => {
                self.irrelevant += 1;
                output::complain(&format!("{}: holds no EDIFACT", path.display()));
            }
            Err(error) => {
                self.failed += 1;
                output::complain(&format!("{}: {error}", path.display()));
            }
        }
    }

    fn report(&self) {
        output::note(&format!(
            "{} stored, {} known already, {} in quarantine, {} without EDIFACT, {} failed",
            self.stored, self.duplicates, self.quarantined, self.irrelevant, self.failed
        ));
    }
}

/// Files under way at once: enough to fill a flush, and bounds the memory.
const FILES_AT_ONCE: usize = 64;
/// The largest file that is read: five times the largest mail that a server lets through.
const MAX_FILE_BYTES: u64 = 512 << 20;
