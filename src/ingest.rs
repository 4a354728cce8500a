//! A mail's content to durable records.
//!
//! [`digest()`] is pure and runs on any thread: mail bytes to a [`Digest`], everything that can be
//! said of them without looking into the store. [`commit`] is the one committer thread: it decides
//! what is new, what is a duplicate and what contradicts, and makes many mails durable with one
//! flush. [`Ingest`] puts the two together; actors, `import` and `reindex` all enter there.

pub mod blocks;
mod clerk;
pub mod commit;
pub mod digest;
pub mod quarantine;
pub mod reindex;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use tokio::sync::{Semaphore, oneshot};

use crate::extract::Bounds;
use crate::mailbox::{MailId, Outcome};
use crate::store::archive::Archive;
use crate::store::{Store, StoreError};

pub use commit::{Committer, Settled};
pub use digest::{Arrival, Digest, Parcel, digest};
use quarantine::Again;

/// Why something could not be made durable. Nothing is lost: the mail stays where it is.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum IngestError {
    /// Archive or database failed.
    #[error("{0}")]
    Store(Arc<StoreError>),
    /// The committer is gone: the gateway is stopping.
    #[error("the gateway is stopping")]
    Stopping,
    /// No quarantine entry has this number.
    #[error("no quarantine entry has number {0}; `mscons-gateway quarantine` lists them")]
    NoSuchEntry(u64),
    /// The entry has no bytes to try again.
    #[error("quarantine entry {0} holds no bytes ({1}); it can only be dropped")]
    NothingToRetry(u64, String),
}

impl From<StoreError> for IngestError {
    fn from(error: StoreError) -> Self {
        Self::Store(Arc::new(error))
    }
}

/// The way in: digests on worker threads, commits on the committer's. Cheap to clone.
#[derive(Clone)]
pub struct Ingest {
    store: Arc<dyn Store>,
    archive: Arc<Archive>,
    committer: Arc<Committer>,
    bounds: Arc<Bounds>,
    /// As many digests at once as there are cores; the rest waits here, not in threads.
    workers: Arc<Semaphore>,
}

impl Ingest {
    /// Starts the committer thread.
    ///
    /// # Errors
    /// [`IngestError::Store`] if the thread cannot be started or the store cannot be read.
    pub fn start(store: Arc<dyn Store>, archive: Arc<Archive>) -> Result<Self, IngestError> {
        let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        let committer = Arc::new(Committer::start(Arc::clone(&store), Arc::clone(&archive))?);
        Ok(Self {
            store,
            archive,
            committer,
            bounds: Arc::new(Bounds::default()),
            workers: Arc::new(Semaphore::new(cores)),
        })
    }

    /// The database, for readers.
    pub fn store(&self) -> &Arc<dyn Store> {
        &self.store
    }

    /// The raw archive, for readers.
    pub fn archive(&self) -> &Arc<Archive> {
        &self.archive
    }

    /// Takes a mail in; answers when it is durable. A panic while it is digested puts the whole
    /// mail into quarantine and touches nothing else.
    ///
    /// # Errors
    /// [`IngestError`]: not durable, do not release the mail, try again.
    pub async fn take_in(&self, arrival: Arrival, parcel: Parcel) -> Result<Outcome, IngestError> {
        let coming = self.committer.expect();
        let worker = self
            .workers
            .acquire()
            .await
            .map_err(|_| IngestError::Stopping)?;
        let bounds = Arc::clone(&self.bounds);
        let digest = tokio::task::spawn_blocking(move || digest_safely(&arrival, &parcel, &bounds))
            .await
            .map_err(|_| IngestError::Stopping)?;
        drop(worker);
        self.submit(digest, Some(coming)).await
    }

    /// Commits what was digested before; answers when it is durable.
    ///
    /// # Errors
    /// [`IngestError`].
    pub async fn commit(&self, digest: Digest) -> Result<Outcome, IngestError> {
        self.submit(digest, None).await
    }

    async fn submit(
        &self,
        digest: Digest,
        coming: Option<commit::Coming>,
    ) -> Result<Outcome, IngestError> {
        let (answer, answered) = oneshot::channel();
        self.committer
            .submit(commit::Order::TakeIn {
                digest: Box::new(digest),
                coming,
                answer,
            })
            .await?;
        answered.await.map_err(|_| IngestError::Stopping)?
    }

    /// Settles mails that never came; answers when it is durable.
    ///
    /// # Errors
    /// [`IngestError`].
    pub async fn settle(&self, settled: Settled) -> Result<(), IngestError> {
        let (answer, answered) = oneshot::channel();
        self.committer
            .submit(commit::Order::Settle { settled, answer })
            .await?;
        answered.await.map_err(|_| IngestError::Stopping)?
    }

    /// Tries a quarantine entry again with today's rules; the entry goes if it was understood, or
    /// comes back with today's reasons. A mail that was too large is fetched again at the next
    /// poll: then the outcome is [`Outcome::TooLarge`].
    ///
    /// # Errors
    /// [`IngestError`].
    pub async fn retry(&self, number: u64) -> Result<Outcome, IngestError> {
        let this = self.clone();
        let again = tokio::task::spawn_blocking(move || {
            quarantine::again(&*this.store, &this.archive, number, &this.bounds)
        });
        match again.await.map_err(|_| IngestError::Stopping)?? {
            Again::Digest(digest) => self.commit(*digest).await,
            Again::Fetch(mail) => {
                let (answer, answered) = oneshot::channel();
                let order = commit::Order::FetchAgain {
                    mail,
                    number,
                    answer,
                };
                self.committer.submit(order).await?;
                answered.await.map_err(|_| IngestError::Stopping)??;
                Ok(Outcome::TooLarge)
            }
        }
    }

    /// Takes an entry out of quarantine for good; its bytes stay in the archive.
    ///
    /// # Errors
    /// [`IngestError`].
    pub async fn drop_from_quarantine(&self, number: u64) -> Result<(), IngestError> {
        let (answer, answered) = oneshot::channel();
        self.committer
            .submit(commit::Order::Drop { number, answer })
            .await?;
        answered.await.map_err(|_| IngestError::Stopping)?
    }

    /// Runs something on the committer's thread, between two groups of mails: database and archive
    /// say the same then, and nothing changes. Mails wait meanwhile.
    ///
    /// # Errors
    /// [`IngestError::Stopping`] if it panics, or the gateway stops.
    pub async fn at_rest<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, IngestError> {
        let (answer, answered) = oneshot::channel();
        let work = Box::new(move || drop(answer.send(work())));
        self.committer.submit(commit::Order::AtRest(work)).await?;
        answered.await.map_err(|_| IngestError::Stopping)
    }

    /// Which UIDs of an IMAP folder are settled.
    ///
    /// # Errors
    /// [`IngestError`].
    pub fn cursor(
        &self,
        mailbox: &str,
        folder: &str,
    ) -> Result<Option<crate::mailbox::Cursor>, IngestError> {
        Ok(self.store.cursor(mailbox, folder)?)
    }

    /// Which of these mails are settled, in the same order.
    ///
    /// # Errors
    /// [`IngestError`].
    pub fn settled(&self, mailbox: &str, ids: &[MailId]) -> Result<Vec<bool>, IngestError> {
        Ok(self.store.settled(mailbox, ids)?)
    }
}

/// [`digest()`], with a panic turned into a quarantined mail.
pub(crate) fn digest_safely(arrival: &Arrival, parcel: &Parcel, bounds: &Bounds) -> Digest {
    unreadable_at_panic(arrival, parcel, || digest(arrival, parcel, bounds))
}

fn unreadable_at_panic(
    arrival: &Arrival,
    parcel: &Parcel,
    digest: impl FnOnce() -> Digest,
) -> Digest {
    match catch_unwind(AssertUnwindSafe(digest)) {
        Ok(digest) => digest,
        Err(panic) => {
            let said = panic_text(&*panic);
            tracing::error!(mailbox = %arrival.mailbox, id = ?arrival.id, said, "a mail made the parser panic; it is in quarantine");
            digest::unreadable(
                arrival,
                parcel,
                format!("the parser failed on this mail: {said}"),
            )
        }
    }
}

/// What a panic said, as far as it is text.
fn panic_text(panic: &(dyn std::any::Any + Send)) -> String {
    panic
        .downcast_ref::<&str>()
        .map(|text| (*text).to_owned())
        .or_else(|| panic.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "no reason given".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::market::calendar::UtcTime;

    #[tokio::test]
    async fn a_mail_that_makes_the_parser_panic_is_quarantined_with_its_bytes() {
        let home = tempfile::tempdir().unwrap();
        let (store, archive) = crate::store::open(home.path(), 1 << 20).unwrap();
        let ingest = Ingest::start(Arc::new(store), Arc::new(archive)).unwrap();
        let arrival = Arrival {
            mailbox: "metering".to_owned(),
            folder: "INBOX".to_owned(),
            id: MailId::Imap {
                validity: 7,
                uid: 1,
            },
            at: UtcTime::from_seconds(1_700_000_000),
        };
        let bytes = b"Subject: x\r\n\r\nUNB+UNOC:3+a+b'".to_vec();
        let parcel = Parcel::Mail(bytes.clone());
        let digest = unreadable_at_panic(&arrival, &parcel, || panic!("index out of bounds"));
        let outcome = ingest.commit(digest).await.unwrap();
        assert_eq!(outcome, Outcome::Quarantined);

        let entries = ingest.store().quarantine().unwrap();
        let (_, entry) = entries.first().unwrap();
        let reason = "the parser failed on this mail: index out of bounds";
        assert_eq!(entry.reasons, [reason]);
        assert_eq!(
            ingest.archive().read(entry.place.unwrap()).unwrap().1,
            bytes
        );
        // The mail is settled: it does not come again and again.
        let cursor = ingest.cursor("metering", "INBOX").unwrap().unwrap();
        assert!(cursor.is_settled(1));

        let fine = Parcel::Mail(crate::sample::load_profile_mail(0).bytes);
        let next = MailId::Imap {
            validity: 7,
            uid: 2,
        };
        let arrival = Arrival {
            id: next,
            ..arrival
        };
        assert_eq!(
            ingest.take_in(arrival, fine).await.unwrap(),
            Outcome::Stored
        );
    }
}
