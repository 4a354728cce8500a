//! Maildir: `new` is read, what is durable moves to `cur` or is deleted.
//!
//! Source: D. J. Bernstein, "Using maildir format". `tmp` is never looked at.

use std::ffi::OsString;
use std::fs;
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use futures_util::stream::{FuturesUnordered, StreamExt};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::config::mailbox::Mailbox;
use crate::mail::visit::{Newest, Reached, Visit};
use crate::mail::{FetchedMail, Intake, IntakeError, MailError, Summary, may_release};
use crate::mailbox::{MailId, Outcome};

/// Reads what is new in a Maildir, in the order of the names, and hands it over.
///
/// # Errors
/// [`MailError::File`] if the directory is no Maildir; a single file that cannot be read is
/// counted as not given and tried again at the next poll.
pub async fn poll<I: Intake>(
    mailbox: &Mailbox,
    budget: Arc<Semaphore>,
    intake: &I,
    progress: &(dyn Fn(u64, u64) + Send + Sync),
) -> Result<Summary, MailError> {
    let mut summary = Summary::default();
    let path = mailbox.path.clone();
    let files = blocking(move || list(&path)).await?;
    let new = unsettled(mailbox, files, intake).await?;
    summary.announced = new.len() as u64;
    let mut under_way = FuturesUnordered::new();
    let mut first_error = None;
    let mut done = 0;
    for file in new {
        while under_way.len() >= FILES_UNDER_WAY {
            let Some(ended) = under_way.next().await else {
                break;
            };
            first_error = count(ended, &mut summary).or(first_error);
            done += 1;
            progress(done, summary.announced);
        }
        if first_error.is_some() || budget.is_closed() {
            break; // The store fails, or the gateway is stopping: what is in flight ends.
        }
        under_way.push(take(mailbox, file, Arc::clone(&budget), intake));
    }
    while let Some(ended) = under_way.next().await {
        first_error = count(ended, &mut summary).or(first_error);
        done += 1;
        progress(done, summary.announced);
    }
    first_error.map_or(Ok(summary), |error| Err(error.into()))
}

/// Counts and reads, and moves nothing. See [`crate::mail::visit::visit`].
pub(crate) async fn visit(
    mailbox: &Mailbox,
    newest: Newest,
    seen: &mut Visit,
) -> Result<(), MailError> {
    let path = mailbox.path.clone();
    let files = blocking(move || list(&path)).await?;
    seen.reached = Reached::Folder;
    seen.mails = files.len() as u64;
    let read = blocking(move || Ok(read_newest(files, newest))).await?;
    (seen.last_arrival, seen.newest) = read;
    Ok(())
}

/// When the newest file was written, and the newest mails, newest first.
fn read_newest(files: Vec<MailFile>, newest: Newest) -> (Option<i64>, Vec<Vec<u8>>) {
    use std::os::unix::fs::MetadataExt;
    let mut dated: Vec<(i64, PathBuf, u64)> = files
        .into_iter()
        .filter_map(|file| {
            let metadata = fs::metadata(&file.path).ok()?;
            Some((metadata.mtime(), file.path, metadata.len()))
        })
        .collect();
    dated.sort_unstable_by(|one, other| other.cmp(one));
    let last = dated.first().map(|(time, _, _)| *time);
    let listed = dated.into_iter().map(|(_, path, size)| (path, size));
    let read = newest
        .choose(listed)
        .into_iter()
        .filter_map(|(path, size)| {
            let (bytes, too_large) = read(&path, size).ok()?;
            too_large.is_none().then_some(bytes)
        });
    (last, read.collect())
}

/// A file of the Maildir.
#[derive(Clone, Debug)]
struct MailFile {
    folder: &'static str,
    path: PathBuf,
    /// The unique part of its name, before `:2,`; other bytes than UTF-8 escaped.
    unique: String,
}

/// How a file ended.
enum Ended {
    /// It is durable.
    Durable {
        outcome: Outcome,
        bytes: u64,
        is_deleted: bool,
    },
    /// It cannot be read; asked for again at the next poll.
    Unreadable,
    /// Somebody took it away meanwhile.
    Gone,
    /// The gateway is stopping.
    LeftAlone,
    /// It could not be stored.
    NotStored(IntakeError),
}

fn list(maildir: &Path) -> Result<Vec<MailFile>, MailError> {
    let mut files = Vec::new();
    for folder in ["cur", "new"] {
        let directory = maildir.join(folder);
        let failed = |source: io::Error| MailError::File {
            action: "listing (a Maildir is a directory with new, cur and tmp in it)",
            path: directory.display().to_string(),
            source,
        };
        for entry in fs::read_dir(&directory).map_err(failed)? {
            let entry = entry.map_err(failed)?;
            let is_file = entry.file_type().is_ok_and(|kind| kind.is_file());
            // Names that begin with a dot are no mails.
            if is_file && !entry.file_name().as_bytes().starts_with(b".") {
                let unique = unique(&entry.file_name());
                files.push(MailFile {
                    folder,
                    path: entry.path(),
                    unique,
                });
            }
        }
    }
    files.sort_by(|one, other| one.unique.cmp(&other.unique));
    Ok(files)
}

fn unique(name: &OsString) -> String {
    let bytes = name.as_bytes();
    let end = bytes
        .windows(3)
        .position(|window| window == b":2,")
        .unwrap_or(bytes.len());
    let unique = bytes.get(..end).unwrap_or(bytes);
    match std::str::from_utf8(unique) {
        Ok(text) => text.to_owned(),
        Err(_) => unique.escape_ascii().to_string(),
    }
}

/// The files that are not settled. Settled ones that a crash left in `new` are put right.
async fn unsettled<I: Intake>(
    mailbox: &Mailbox,
    files: Vec<MailFile>,
    intake: &I,
) -> Result<Vec<MailFile>, MailError> {
    let mut new = Vec::new();
    for batch in files.chunks(IDS_A_QUESTION) {
        let ids = batch.iter().map(MailFile::id).collect();
        let settled = intake.settled(ids).await?;
        for (file, settled) in batch.iter().zip(settled) {
            match (settled, file.folder) {
                (false, _) => new.push(file.clone()),
                // It comes back as a duplicate, and is deleted then.
                (true, "new") if mailbox.delete_after_fetch => new.push(file.clone()),
                (true, "new") => {
                    let (maildir, file) = (mailbox.path.clone(), file.clone());
                    drop(blocking(move || Ok(keep(&maildir, &file))).await?);
                }
                (true, _) => {}
            }
        }
    }
    Ok(new)
}

async fn take<I: Intake>(
    mailbox: &Mailbox,
    file: MailFile,
    budget: Arc<Semaphore>,
    intake: &I,
) -> Ended {
    let max_bytes = mailbox.max_mail_size.bytes();
    let Ok(permit) = permit(&budget, &file, max_bytes).await else {
        return Ended::LeftAlone;
    };
    let path = file.path.clone();
    let read = blocking(move || Ok(read(&path, max_bytes))).await;
    let (bytes, too_large_bytes) = match read {
        Ok(Ok(read)) => read,
        Ok(Err(error)) if error.kind() == io::ErrorKind::NotFound => return Ended::Gone,
        Ok(Err(error)) => {
            tracing::warn!(mailbox = %mailbox.name, file = %file.path.display(), %error, "a mail cannot be read; tried again at the next poll");
            return Ended::Unreadable;
        }
        Err(_) => return Ended::Unreadable,
    };
    let size = bytes.len() as u64;
    let mail = FetchedMail {
        id: file.id(),
        folder: String::new(),
        bytes,
        too_large_bytes,
        permit: Some(permit),
    };
    match intake.hand_over(mail).await {
        Ok(outcome) => {
            let is_deleted = release(mailbox, file, outcome).await;
            Ended::Durable {
                outcome,
                bytes: size,
                is_deleted,
            }
        }
        Err(error) => Ended::NotStored(error),
    }
}

/// Room for a file: as much of the budget as its size, or all of what a mail may have.
async fn permit(
    budget: &Arc<Semaphore>,
    file: &MailFile,
    max_bytes: u64,
) -> Result<OwnedSemaphorePermit, tokio::sync::AcquireError> {
    let path = file.path.clone();
    let size = blocking(move || Ok(fs::metadata(path).map_or(0, |metadata| metadata.len()))).await;
    let kib = size.unwrap_or(0).min(max_bytes) / 1024 + 1;
    let most = crate::mail::poll::BUDGET_KIB;
    let kib = usize::try_from(kib).unwrap_or(most).min(most);
    Arc::clone(budget)
        .acquire_many_owned(u32::try_from(kib).unwrap_or(u32::MAX))
        .await
}

/// The bytes of a mail; of one over the limit only its size.
fn read(path: &Path, max_bytes: u64) -> io::Result<(Vec<u8>, Option<u64>)> {
    use std::io::Read;
    let file = fs::File::open(path)?;
    let size = file.metadata()?.len();
    if size > max_bytes {
        return Ok((Vec::new(), Some(size)));
    }
    let mut bytes = Vec::with_capacity(usize::try_from(size).unwrap_or(0));
    // It may grow while it is read.
    file.take(max_bytes.saturating_add(1))
        .read_to_end(&mut bytes)?;
    let read = bytes.len() as u64;
    Ok(if read > max_bytes {
        (Vec::new(), Some(read))
    } else {
        (bytes, None)
    })
}

/// Deletes a mail that is durable, if that is wanted, or keeps it in `cur`. Whether it is deleted.
async fn release(mailbox: &Mailbox, file: MailFile, outcome: Outcome) -> bool {
    let is_deleted = mailbox.delete_after_fetch && may_release(mailbox, outcome);
    let (maildir, path) = (mailbox.path.clone(), file.path.clone());
    let released = blocking(move || {
        Ok(if is_deleted {
            fs::remove_file(&file.path)
        } else {
            keep(&maildir, &file)
        })
    });
    match released.await {
        Ok(Ok(())) => is_deleted,
        Ok(Err(error)) => {
            tracing::warn!(mailbox = %mailbox.name, file = %path.display(), %error, "a mail that is stored cannot be moved or deleted");
            false
        }
        Err(_) => false,
    }
}

/// Moves a mail from `new` to `cur`, as a mail reader that has seen it.
fn keep(maildir: &Path, file: &MailFile) -> io::Result<()> {
    let Some(name) = file.path.file_name().filter(|_| file.folder == "new") else {
        return Ok(());
    };
    let mut name = name.to_owned();
    if !name.as_bytes().windows(3).any(|window| window == b":2,") {
        name.push(":2,");
    }
    let kept = maildir.join("cur").join(name);
    if kept.exists() {
        return Err(io::Error::new(
            io::ErrorKind::AlreadyExists,
            "cur has a mail of this name",
        ));
    }
    fs::rename(&file.path, kept)
}

impl MailFile {
    fn id(&self) -> MailId {
        MailId::Maildir {
            name: self.unique.clone(),
        }
    }
}

/// Counts how a file ended; an error if the store failed.
fn count(ended: Ended, summary: &mut Summary) -> Option<IntakeError> {
    match ended {
        Ended::Durable {
            outcome,
            bytes,
            is_deleted,
        } => {
            summary.count(outcome);
            summary.bytes += bytes;
            summary.released += u64::from(is_deleted);
        }
        Ended::Unreadable | Ended::LeftAlone => summary.not_given += 1,
        Ended::Gone => summary.expunged += 1,
        Ended::NotStored(error) => return Some(error),
    }
    None
}

/// Runs file work off the async threads; a panic in it is an error of this piece of work.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, MailError> + Send + 'static,
) -> Result<T, MailError> {
    tokio::task::spawn_blocking(work)
        .await
        .unwrap_or_else(|panic| Err(IntakeError(panic.to_string()).into()))
}

/// Files that are read and stored at once: fills a flush, and bounds the threads.
const FILES_UNDER_WAY: usize = 64;
/// Mails asked about at once.
const IDS_A_QUESTION: usize = 1_000;
