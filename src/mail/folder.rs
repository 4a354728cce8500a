//! A folder of files: an AS4 gateway or a person drops them, and they are taken when they have
//! stopped growing.
//!
//! A poll looks twice: what is the same both times is read, made durable, and put away to `done`
//! or `failed` ([`away`]), or deleted. Nothing is remembered of a file: one that a crash left
//! between "durable" and "put away" is read again, found to be a duplicate, and put away.

mod away;
mod look;
mod pattern;

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Semaphore;

use crate::config::mailbox::Mailbox;
use crate::mail::files::{self, blocking};
use crate::mail::folder::away::Place;
use crate::mail::folder::look::{Sight, Sights};
use crate::mail::visit::{Reached, Visit};
use crate::mail::{FetchedMail, Intake, IntakeError, MailError, Summary, may_release};
use crate::mailbox::{MailId, Outcome};

/// Files that are durable, but could not be put away: only that is tried again.
#[derive(Debug, Default)]
pub(crate) struct Stuck(BTreeMap<PathBuf, (Sight, Outcome)>);

/// Takes the files of a folder in, in the order of their names.
///
/// # Errors
/// [`MailError::File`] if the folder cannot be listed, or a file that is stored cannot be put away;
/// all others are taken all the same. A file that cannot be read for want of rights goes to
/// `failed`; for another reason it is counted as not given, and tried again at the next poll.
pub(crate) async fn poll<I: Intake>(
    mailbox: &Mailbox,
    stuck: &mut Stuck,
    budget: Arc<Semaphore>,
    intake: &I,
    progress: &(dyn Fn(u64, u64) + Send + Sync),
) -> Result<Summary, MailError> {
    let Stuck(stuck) = stuck;
    let mut summary = Summary::default();
    let mut sights = quiet(mailbox).await?;
    stuck.retain(|path, (sight, _)| sights.get(path) == Some(sight));
    sights.retain(|path, _| !stuck.contains_key(path));
    let (mut failure, mut fault) = (None, None);
    for (path, (sight, outcome)) in std::mem::take(stuck) {
        let file = Dropped { path, sight };
        match put_away(mailbox, &file, outcome).await {
            Ok(is_released) => summary.released += u64::from(is_released),
            Err(error) => {
                fault.get_or_insert(error);
                stuck.insert(file.path, (sight, outcome));
            }
        }
    }
    summary.announced = sights.len() as u64;
    let files = sights.into_iter();
    let files = files.map(|(path, sight)| Dropped { path, sight }).collect();
    let take = |file| take(mailbox, file, Arc::clone(&budget), intake);
    files::each(files, &budget, take, |taken| {
        match taken {
            Taken::Durable {
                file,
                outcome,
                away,
            } => {
                summary.count(outcome);
                summary.bytes += file.sight.size_bytes;
                match away {
                    Ok(is_released) => summary.released += u64::from(is_released),
                    Err(error) => {
                        fault.get_or_insert(error);
                        stuck.insert(file.path, (file.sight, outcome));
                    }
                }
            }
            Taken::NotGiven => summary.not_given += 1,
            Taken::Gone => summary.expunged += 1,
            Taken::NotStored(error) => {
                failure.get_or_insert(error);
            }
        }
        progress(summary.done(), summary.announced);
        failure.is_none()
    })
    .await;
    match (failure, fault) {
        (Some(failure), _) => Err(failure.into()),
        (None, Some(fault)) => Err(fault),
        (None, None) => Ok(summary),
    }
}

/// A file that has stopped growing.
#[derive(Clone, Debug)]
struct Dropped {
    /// Below the folder.
    path: PathBuf,
    sight: Sight,
}

/// How a file ended.
enum Taken {
    /// It is durable; whether it was put away or deleted.
    Durable {
        file: Dropped,
        outcome: Outcome,
        away: Result<bool, MailError>,
    },
    /// It cannot be read, or changed again.
    NotGiven,
    /// Somebody took it away meanwhile.
    Gone,
    /// It could not be stored.
    NotStored(IntakeError),
}

/// Visits the folder: counts the files that are there. See [`crate::mail::visit::visit`].
pub(crate) async fn visit(mailbox: &Mailbox, seen: &mut Visit) -> Result<(), MailError> {
    let sights = look(mailbox).await?;
    seen.reached = Reached::Folder;
    seen.mails = sights.len() as u64;
    let paths: Vec<PathBuf> = sights.keys().map(|path| mailbox.path.join(path)).collect();
    let count = move || Ok(files::unreadable(paths.iter().map(PathBuf::as_path)));
    seen.unreadable = blocking(count).await?;
    Ok(())
}

async fn look(mailbox: &Mailbox) -> Result<Sights, MailError> {
    let (path, pattern) = (mailbox.path.clone(), mailbox.pattern.clone());
    let recursive = mailbox.recursive;
    blocking(move || look::look(&path, &pattern, recursive)).await
}

/// The files that look the same twice.
async fn quiet(mailbox: &Mailbox) -> Result<Sights, MailError> {
    let before = look(mailbox).await?;
    if before.is_empty() {
        return Ok(before);
    }
    tokio::time::sleep(LOOK_GAP).await;
    let mut sights = look(mailbox).await?;
    sights.retain(|path, sight| before.get(path) == Some(sight));
    Ok(sights)
}

async fn take<I: Intake>(
    mailbox: &Mailbox,
    file: Dropped,
    budget: Arc<Semaphore>,
    intake: &I,
) -> Taken {
    let max_bytes = mailbox.max_mail_size.bytes();
    let Ok(permit) = files::permit(&budget, file.sight.size_bytes, max_bytes).await else {
        return Taken::NotGiven; // The gateway is stopping.
    };
    let (path, sight) = (mailbox.path.join(&file.path), file.sight);
    let read = blocking(move || {
        Ok(match sight.open(&path) {
            Ok(Some(file)) => files::read(file, max_bytes).map(Some),
            Ok(None) => Ok(None),
            Err(error) => Err(error),
        })
    });
    let (bytes, too_large_bytes) = match read.await {
        Ok(Ok(Some(read))) => read,
        Ok(Err(error)) => return unreadable(mailbox, &file, error).await,
        // It changes again: the next poll takes it.
        Ok(Ok(None)) | Err(_) => return Taken::NotGiven,
    };
    let mail = FetchedMail {
        id: MailId::File {
            path: shown(&file.path),
        },
        folder: String::new(),
        bytes: bytes.into(),
        too_large_bytes,
        permit: Some(permit),
    };
    match intake.hand_over(mail).await {
        Ok(outcome) => {
            let away = put_away(mailbox, &file, outcome).await;
            Taken::Durable {
                file,
                outcome,
                away,
            }
        }
        Err(error) => Taken::NotStored(error),
    }
}

/// A file that cannot be read must not be tried for ever if only a person can help.
async fn unreadable(mailbox: &Mailbox, file: &Dropped, error: io::Error) -> Taken {
    if error.kind() == io::ErrorKind::NotFound {
        return Taken::Gone;
    }
    tracing::warn!(mailbox = mailbox.name, file = %file.path.display(), %error, "a file cannot be read; the rest goes on");
    if error.kind() == io::ErrorKind::PermissionDenied {
        let reason = format!(
            "The file cannot be read: {error}. Give the gateway's user the right to read it, and put it back."
        );
        let moved = move_to(mailbox, file, Place::Failed, Some(reason)).await;
        if let Err(error) = moved {
            tracing::warn!(mailbox = mailbox.name, %error, "it stays where it is");
        }
    }
    Taken::NotGiven
}

/// Puts a file away whose content is durable. `false` if it was changed meanwhile: then it stays,
/// and is taken again.
async fn put_away(mailbox: &Mailbox, file: &Dropped, outcome: Outcome) -> Result<bool, MailError> {
    if !may_release(mailbox, outcome) {
        let reason = reason(mailbox, outcome);
        return move_to(mailbox, file, Place::Failed, Some(reason)).await;
    }
    if !mailbox.delete_after_fetch {
        return move_to(mailbox, file, Place::Done, None).await;
    }
    file_work(mailbox, file, "deleting", |root, path| {
        fs::remove_file(root.join(path))
    })
    .await
}

async fn move_to(
    mailbox: &Mailbox,
    file: &Dropped,
    place: Place,
    reason: Option<String>,
) -> Result<bool, MailError> {
    file_work(mailbox, file, "putting away", move |root, path| {
        away::put(root, path, place, reason.as_deref())
    })
    .await
}

/// Does something to a file if it is still the one that was read; one that is gone is done.
async fn file_work(
    mailbox: &Mailbox,
    file: &Dropped,
    action: &'static str,
    work: impl FnOnce(&Path, &Path) -> io::Result<()> + Send + 'static,
) -> Result<bool, MailError> {
    let (root, file) = (mailbox.path.clone(), file.clone());
    blocking(move || {
        let path = root.join(&file.path);
        let worked = match file.sight.is_still_at(&path) {
            Ok(true) => work(&root, &file.path).map(|()| true),
            Ok(false) => Ok(false),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
            Err(error) => Err(error),
        };
        worked.map_err(|source| MailError::File {
            action,
            path: path.display().to_string(),
            source,
        })
    })
    .await
}

/// Why a file is not done, for the person who finds it.
fn reason(mailbox: &Mailbox, outcome: Outcome) -> String {
    match outcome {
        Outcome::Quarantined => {
            "Something in this file could not be understood, or contradicts what is stored, and is in quarantine; the rest is stored. `mscons-gateway quarantine` says what and why. To try again, use `mscons-gateway quarantine retry`.".to_owned()
        }
        Outcome::Irrelevant => {
            "No EDIFACT was found in this file. If there should be some, look whether it is the right file.".to_owned()
        }
        Outcome::TooLarge => format!(
            "The file is larger than max_mail_size ({}) of mailbox {}. Raise it, and put the file back.",
            mailbox.max_mail_size, mailbox.name
        ),
        Outcome::Stored | Outcome::Duplicate => "Its content is stored.".to_owned(),
    }
}

/// The path as text; other bytes than UTF-8 escaped.
fn shown(path: &Path) -> String {
    path.to_str().map_or_else(
        || {
            path.as_os_str()
                .as_encoded_bytes()
                .escape_ascii()
                .to_string()
        },
        str::to_owned,
    )
}

/// Between the two looks: longer than a copy over a share pauses. Writers that pause for longer
/// write under a temporary name.
const LOOK_GAP: Duration = Duration::from_secs(3);
