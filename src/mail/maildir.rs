//! Maildir: `new` is read, what is durable moves to `cur` or is deleted.
//!
//! Source: D. J. Bernstein, "Using maildir format". `tmp` is never looked at.

use std::collections::VecDeque;
use std::ffi::OsString;
use std::fs;
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use tokio::sync::Semaphore;

use crate::config::mailbox::Mailbox;
use crate::mail::files::{self, blocking};
use crate::mail::visit::{Newest, Reached, Visit};
use crate::mail::{FetchedMail, Intake, IntakeError, MailError, Summary, may_release};
use crate::mailbox::{Listing, MailId, Outcome};

/// Reads what is new in a Maildir, in the order of the names, and hands it over.
///
/// After a crash between "durable" and "deleted" mails that should be gone are still there, and known
/// as settled. So the first poll of a process that deletes (`swept` is false) reads the newest of
/// them again; they come back as duplicates, and are deleted.
///
/// # Errors
/// [`MailError::File`] if the directory is no Maildir; a single file that cannot be read is
/// counted as not given and tried again at the next poll.
pub async fn poll<I: Intake>(
    mailbox: &Mailbox,
    swept: &mut bool,
    budget: Arc<Semaphore>,
    intake: &I,
    progress: &(dyn Fn(u64, u64) + Send + Sync),
) -> Result<Summary, MailError> {
    let mut summary = Summary::default();
    let path = mailbox.path.clone();
    let files = blocking(move || list(&path)).await?;
    let mut listing = Listing::default();
    for file in &files {
        listing.add(&file.id());
    }
    if let Some(listing) = listing.complete() {
        intake.forget_unlisted(listing).await?;
    }
    let sweeps = mailbox.delete_after_fetch && !*swept;
    let new = unsettled(mailbox, files, sweeps, intake).await?;
    summary.announced = new.len() as u64;
    let (mut first_error, mut done) = (None, 0);
    let take = |file| take(mailbox, file, Arc::clone(&budget), intake);
    files::each(new, &budget, take, |ended| {
        first_error = count(ended, &mut summary).or(first_error.take());
        done += 1;
        progress(done, summary.announced);
        first_error.is_none()
    })
    .await;
    *swept |= sweeps && first_error.is_none() && !budget.is_closed();
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
    let read = blocking(move || {
        let unreadable = files::unreadable(files.iter().map(|file| file.path.as_path()));
        let (last_arrival, newest) = read_newest(files, newest);
        Ok((unreadable, last_arrival, newest))
    });
    (seen.unreadable, seen.last_arrival, seen.newest) = read.await?;
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
            let (bytes, too_large) = files::read(fs::File::open(path).ok()?, size).ok()?;
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
    sweeps: bool,
    intake: &I,
) -> Result<Vec<MailFile>, MailError> {
    let (mut new, mut old) = (Vec::new(), VecDeque::new());
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
                (true, _) if sweeps => {
                    old.push_back(file.clone());
                    if old.len() > SWEPT {
                        old.pop_front();
                    }
                }
                (true, _) => {}
            }
        }
    }
    new.extend(old);
    Ok(new)
}

async fn take<I: Intake>(
    mailbox: &Mailbox,
    file: MailFile,
    budget: Arc<Semaphore>,
    intake: &I,
) -> Ended {
    let max_bytes = mailbox.max_mail_size.bytes();
    let path = file.path.clone();
    let size = blocking(move || Ok(fs::metadata(path).map_or(0, |metadata| metadata.len()))).await;
    let Ok(permit) = files::permit(&budget, size.unwrap_or(0), max_bytes).await else {
        return Ended::LeftAlone;
    };
    let path = file.path.clone();
    let open_and_read = move || fs::File::open(&path).and_then(|file| files::read(file, max_bytes));
    let read = blocking(move || Ok(open_and_read())).await;
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
        bytes: bytes.into(),
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

/// Settled mails that are read again: as many as for IMAP, where a crash leaves half as many.
const SWEPT: usize = 2_000;
/// Mails asked about at once.
const IDS_A_QUESTION: usize = 1_000;
