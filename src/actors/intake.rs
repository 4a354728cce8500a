//! The way from a mailbox to the `MsconsActor`: what `mail` knows of all that follows.

use std::io::ErrorKind;
use std::sync::Arc;

use actix::Addr;

use crate::actors::messages::{Ingest, Settle};
use crate::actors::mscons::MsconsActor;
use crate::clock;
use crate::ingest::{Arrival, IngestError, Parcel, Settled};
use crate::mail::{FetchedMail, Intake, IntakeError};
use crate::mailbox::{Cursor, Listing, MailId, Outcome};
use crate::store::ledger::Announced;
use crate::store::{Store, StoreError};

/// Hands the mails of one mailbox to the `MsconsActor`.
#[derive(Clone)]
pub struct MailboxIntake {
    mailbox: Arc<str>,
    mscons: Addr<MsconsActor>,
    store: Arc<dyn Store>,
}

impl MailboxIntake {
    /// The intake of the mailbox with this name.
    pub fn new(mailbox: &str, mscons: Addr<MsconsActor>, store: Arc<dyn Store>) -> Self {
        Self {
            mailbox: mailbox.into(),
            mscons,
            store,
        }
    }

    /// What is noted of a folder, and nothing yet.
    fn of_folder(&self, folder: &str) -> Settled {
        Settled {
            mailbox: self.mailbox.to_string(),
            folder: folder.to_owned(),
            announced: None,
            ids: Vec::new(),
            forgets: Vec::new(),
        }
    }

    async fn note(&self, settled: Settled) -> Result<(), IntakeError> {
        let answer = self.mscons.send(Settle(settled)).await;
        answer
            .map_err(|_| stopping())?
            .map_err(|error| not_stored(&error))
    }

    /// Reads what is remembered, off the async threads.
    async fn ask<T: Send + 'static>(
        &self,
        question: impl FnOnce(&dyn Store, &str) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, IntakeError> {
        let (store, mailbox) = (Arc::clone(&self.store), Arc::clone(&self.mailbox));
        tokio::task::spawn_blocking(move || question(&*store, &mailbox))
            .await
            .map_err(|panic| IntakeError::passing(panic.to_string()))?
            .map_err(|error| not_stored(&error.into()))
    }
}

impl Intake for MailboxIntake {
    async fn hand_over(&self, mail: FetchedMail) -> Result<Outcome, IntakeError> {
        let FetchedMail {
            id,
            folder,
            bytes,
            too_large_bytes,
            permit,
        } = mail;
        // A file is of any kind, and its name tells which; everything else is a mail.
        let parcel = match (too_large_bytes, &id) {
            (Some(size), _) => Parcel::TooLarge(size),
            (None, MailId::File { path }) => Parcel::File(path.clone(), bytes),
            (
                None,
                MailId::Imap { .. }
                | MailId::Pop3 { .. }
                | MailId::Maildir { .. }
                | MailId::Ours { .. },
            ) => Parcel::Mail(bytes),
        };
        let arrival = Arrival {
            mailbox: self.mailbox.to_string(),
            folder,
            id,
            at: clock::now(),
        };
        let answer = self
            .mscons
            .send(Ingest {
                arrival,
                parcel,
                permit,
            })
            .await;
        answer
            .map_err(|_| stopping())?
            .map_err(|error| not_stored(&error))
    }

    async fn cursor(&self, folder: &str) -> Result<Option<Cursor>, IntakeError> {
        let folder = folder.to_owned();
        self.ask(move |store, mailbox| store.cursor(mailbox, &folder))
            .await
    }

    async fn settled(&self, ids: Vec<MailId>) -> Result<Vec<bool>, IntakeError> {
        self.ask(move |store, mailbox| store.settled(mailbox, &ids))
            .await
    }

    async fn announce(
        &self,
        folder: &str,
        validity: u32,
        present: Vec<u32>,
        next: u32,
    ) -> Result<(), IntakeError> {
        let announced = Some(Announced {
            validity,
            present,
            next,
        });
        self.note(Settled {
            announced,
            ..self.of_folder(folder)
        })
        .await
    }

    async fn settle(&self, folder: &str, ids: Vec<MailId>) -> Result<(), IntakeError> {
        self.note(Settled {
            ids,
            ..self.of_folder(folder)
        })
        .await
    }

    async fn forget_unlisted(&self, listed: Listing) -> Result<(), IntakeError> {
        let forgets = self
            .ask(move |store, mailbox| store.unlisted(mailbox, &listed))
            .await?;
        if forgets.is_empty() {
            return Ok(());
        }
        self.note(Settled {
            forgets,
            ..self.of_folder("")
        })
        .await
    }
}

fn stopping() -> IntakeError {
    not_stored(&IngestError::Stopping)
}

/// What the store could not do, and whether that passes by itself.
fn not_stored(error: &IngestError) -> IntakeError {
    let needs_a_person = match error {
        IngestError::Store(error) => match &**error {
            StoreError::DiskFull { .. } | StoreError::NotWritable { .. } => false,
            StoreError::File { source, .. } => source.kind() != ErrorKind::StorageFull,
            StoreError::InUse { .. }
            | StoreError::Database { .. }
            | StoreError::OtherFormat { .. }
            | StoreError::DatabaseMissing { .. }
            | StoreError::ArchiveDamaged { .. }
            | StoreError::Unarchivable { .. }
            | StoreError::Damaged { .. }
            | StoreError::HalfRestored { .. }
            | StoreError::NotEmpty { .. } => true,
        },
        IngestError::Stopping
        | IngestError::NoSuchEntry(_)
        | IngestError::NothingToRetry(..)
        | IngestError::NoSuchMail(_)
        | IngestError::Refused { .. }
        | IngestError::Unwritable(_) => false,
    };
    IntakeError {
        what: error.to_string(),
        needs_a_person,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_disk_that_takes_no_writes_passes_by_itself_and_a_broken_database_does_not() {
        let path = || "data".to_owned();
        let writing = |kind: ErrorKind| StoreError::File {
            action: "writing",
            path: path(),
            source: kind.into(),
        };
        let what = "x".to_owned();
        for (error, needs_a_person) in [
            (
                StoreError::DiskFull {
                    path: path(),
                    what: what.clone(),
                },
                false,
            ),
            (
                StoreError::NotWritable {
                    path: path(),
                    what: what.clone(),
                },
                false,
            ),
            (writing(ErrorKind::StorageFull), false),
            (writing(ErrorKind::PermissionDenied), true),
            (StoreError::Database { path: path(), what }, true),
        ] {
            let told = not_stored(&error.into());
            assert_eq!(told.needs_a_person, needs_a_person, "{told}");
        }
    }
}
