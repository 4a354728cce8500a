//! A mail's content to durable records.
//!
//! [`digest()`] is pure and runs on any thread: mail bytes to a [`Digest`], everything that can be
//! said of them without looking into the store. [`commit`] is the one committer thread: it decides
//! what is new, what is a duplicate and what contradicts, and makes many mails durable with one
//! flush. [`Ingest`] puts the two together; actors, `import` and `reindex` all enter there.

mod answer;
mod arrivals;
pub mod barred;
pub mod blocks;
mod bounce;
mod clerk;
pub mod commit;
pub mod digest;
pub mod dispatch;
pub mod quarantine;
pub mod reindex;
pub mod validation;
mod workers;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use tokio::runtime;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot, watch};

use crate::acknowledge::{Terms, TermsNow};
use crate::extract::Bounds;
use crate::mailbox::{MailId, Outcome};
use crate::market::calendar::UtcTime;
use crate::store::archive::Archive;
use crate::store::outbox::{Refused, Step};
use crate::store::{Store, StoreError};

use arrivals::Arrivals;
use commit::{Answer, Coming, TakeIn};
pub use commit::{Committer, Settled};
pub use digest::{Arrival, Digest, Parcel, digest};
pub use dispatch::Draft;
use quarantine::Again;
pub use validation::Validation;
use workers::Workers;

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
    /// No mail of ours has this number.
    #[error("the outbox has no mail {0}; `mscons-gateway outbox` lists them")]
    NoSuchMail(u64),
    /// A mail of ours is not where this step begins.
    #[error("mail {number} of the outbox: {refused}")]
    Refused {
        /// Its number.
        number: u64,
        /// How far it is.
        refused: Refused,
    },
    /// A mail of ours cannot be written. Nothing of it is kept.
    #[error("{0}")]
    Unwritable(String),
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
    committer: Committer,
    bounds: Arc<Bounds>,
    /// As many digests at once as there are cores.
    workers: Workers,
    /// KiB of what is digested and not durable yet, as it was before it was packed.
    in_hand: Arc<Semaphore>,
    arrivals: Arc<Arrivals>,
    validation: Validation,
    /// What is told to whom of what comes from mailboxes.
    terms: Terms,
    /// Counts what is new to be sent.
    dispatched: watch::Sender<u64>,
}

impl Ingest {
    /// Starts the committer thread.
    ///
    /// # Errors
    /// [`IngestError::Store`] if the thread cannot be started or the store cannot be read.
    pub fn start(store: Arc<dyn Store>, archive: Arc<Archive>) -> Result<Self, IngestError> {
        let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        let dispatched = watch::Sender::new(0);
        let committer =
            Committer::start(Arc::clone(&store), Arc::clone(&archive), dispatched.clone())?;
        // A record that cannot be read is a matter of `verify`.
        let newest = store
            .mails(u64::MAX, 1)
            .ok()
            .and_then(|mut mails| mails.pop());
        let newest = newest.map(|(_, mail)| UtcTime::from_seconds(mail.arrived));
        Ok(Self {
            arrivals: Arc::new(Arrivals::behind(newest)),
            validation: Validation::default(),
            store,
            archive,
            committer,
            bounds: Arc::new(Bounds::default()),
            workers: Workers::new(cores),
            in_hand: Arc::new(Semaphore::new(IN_HAND_KIB)),
            terms: Terms::default(),
            dispatched,
        })
    }

    /// The same with messages put before the rules of the market.
    #[must_use]
    pub fn validated_by(self, validation: Validation) -> Self {
        Self { validation, ..self }
    }

    /// Whose messages are put before the rules of the market.
    pub fn validation(&self) -> &Validation {
        &self.validation
    }

    /// The same, with partners who hear how what they sent was received.
    #[must_use]
    pub fn with_terms(self, terms: Terms) -> Self {
        Self { terms, ..self }
    }

    /// What is agreed with whom, now.
    pub fn terms(&self) -> TermsNow {
        self.terms.current()
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
    /// Memory: mails that are small, and unpack to little, are digested side by side; of large ones
    /// one is digested and made durable after the other.
    ///
    /// The time of arrival never goes back by a clock that does (`arrivals`).
    ///
    /// What comes from a mailbox is acknowledged where that is agreed; what a person gives is not.
    ///
    /// # Errors
    /// [`IngestError`]: not durable, do not release the mail, try again.
    pub async fn take_in(&self, arrival: Arrival, parcel: Parcel) -> Result<Outcome, IngestError> {
        let terms = self.terms_for(&arrival);
        let arrival = Arrival {
            at: self.arrivals.stamp(arrival.at),
            ..arrival
        };
        let (answer, answered) = oneshot::channel();
        let mail = Undigested {
            coming: self.committer.expect(),
            arrival,
            parcel,
            terms,
            answer,
        };
        if size_of(&mail.parcel) <= LIGHT_BYTES {
            let (this, runtime) = (self.clone(), runtime::Handle::current());
            self.workers.run(move || this.digest_light(mail, &runtime));
        } else {
            self.clone().digest_large(mail).await;
        }
        answered.await.map_err(|_| IngestError::Stopping)?
    }

    /// Digests a mail on this thread and submits it; waits while too much is waiting. One that
    /// unpacks to much is put off.
    fn digest_light(self, mail: Undigested, runtime: &runtime::Handle) {
        let bounds = Bounds {
            unpacked_bytes: LIGHT_BYTES,
            ..(*self.bounds).clone()
        };
        let digest = mail.digest(&bounds, &self.validation);
        if digest.has_outgrown {
            runtime.spawn(self.digest_large(mail));
            return;
        }
        let order = mail.into_order(digest);
        let submitted = async {
            let kib = order.digest.pieces_bytes() / 1024;
            let in_hand = self.in_hand(kib.min(LIGHT_KIB)).await?;
            self.committer.submit(order.held_by(in_hand)).await
        };
        // Whoever waits hears of a stop by the end of his channel.
        let _ = runtime.block_on(submitted);
    }

    /// Digests a large mail and submits it when no other large one is under way.
    async fn digest_large(self, mail: Undigested) {
        let Ok(in_hand) = self.in_hand(LARGE_KIB).await else {
            return;
        };
        let (bounds, validation) = (Arc::clone(&self.bounds), self.validation.clone());
        let digesting = tokio::task::spawn_blocking(move || {
            let digest = mail.digest(&bounds, &validation);
            mail.into_order(digest)
        });
        if let Ok(order) = digesting.await {
            let _ = self.committer.submit(order.held_by(in_hand)).await;
        }
    }

    /// Nobody waits for an answer to a file that a person gives.
    fn terms_for(&self, arrival: &Arrival) -> TermsNow {
        if arrival.mailbox.is_empty() {
            TermsNow::default()
        } else {
            self.terms.current()
        }
    }

    async fn in_hand(&self, kib: usize) -> Result<OwnedSemaphorePermit, IngestError> {
        let kib = u32::try_from(kib.max(1)).unwrap_or(u32::MAX);
        let permit = Arc::clone(&self.in_hand).acquire_many_owned(kib).await;
        permit.map_err(|_| IngestError::Stopping)
    }

    /// Commits what was digested before; answers when it is durable.
    ///
    /// # Errors
    /// [`IngestError`].
    pub async fn commit(&self, digest: Digest) -> Result<Outcome, IngestError> {
        let (answer, answered) = oneshot::channel();
        let order = TakeIn {
            digest: Box::new(digest),
            coming: None,
            in_hand: None,
            answer,
        };
        self.committer.submit(order).await?;
        answered.await.map_err(|_| IngestError::Stopping)?
    }

    /// Settles mails that never came, or notes what a server announces; answers when it is durable, or
    /// at once where it becomes so with the mails that are announced.
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
            let Self {
                store,
                archive,
                bounds,
                validation,
                terms,
                ..
            } = &this;
            quarantine::again(&**store, archive, number, bounds, (validation, terms))
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

    /// Puts mails of ours into the outbox, all or none; gives their numbers when they are durable.
    ///
    /// # Errors
    /// [`IngestError::Unwritable`] if one of them cannot be written, else [`IngestError`].
    pub async fn dispatch(&self, drafts: Vec<Draft>) -> Result<Vec<u64>, IngestError> {
        let (answer, answered) = oneshot::channel();
        let order = commit::Order::Dispatch { drafts, answer };
        self.committer.submit(order).await?;
        answered.await.map_err(|_| IngestError::Stopping)?
    }

    /// Takes a mail of ours one step further; answers when that is durable.
    ///
    /// # Errors
    /// [`IngestError::NoSuchMail`], [`IngestError::Refused`], else [`IngestError`].
    pub async fn step(&self, number: u64, step: Step) -> Result<(), IngestError> {
        let wakes = step == Step::Retry;
        let (answer, answered) = oneshot::channel();
        let order = commit::Order::Step {
            number,
            step,
            answer,
        };
        self.committer.submit(order).await?;
        answered.await.map_err(|_| IngestError::Stopping)??;
        if wakes {
            self.dispatched.send_modify(|dispatched| *dispatched += 1);
        }
        Ok(())
    }

    /// Changes whenever there is something new to send.
    pub fn dispatches(&self) -> watch::Receiver<u64> {
        self.dispatched.subscribe()
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

/// A mail on its way to the committer.
struct Undigested {
    arrival: Arrival,
    parcel: Parcel,
    terms: TermsNow,
    coming: Coming,
    answer: Answer<Outcome>,
}

impl Undigested {
    fn digest(&self, bounds: &Bounds, validation: &Validation) -> Digest {
        let agreed = (validation, &self.terms);
        digest_safely(&self.arrival, &self.parcel, bounds, agreed)
    }

    /// The mail itself is not needed any more.
    fn into_order(self, digest: Digest) -> TakeIn {
        TakeIn {
            digest: Box::new(digest),
            coming: Some(self.coming),
            in_hand: None,
            answer: self.answer,
        }
    }
}

fn size_of(parcel: &Parcel) -> u64 {
    match parcel {
        Parcel::Mail(bytes) | Parcel::File(_, bytes) => bytes.len() as u64,
        Parcel::TooLarge(_) => 0,
    }
}

/// [`digest()`], with a panic turned into a quarantined mail.
pub(crate) fn digest_safely(
    arrival: &Arrival,
    parcel: &Parcel,
    bounds: &Bounds,
    agreed: (&Validation, &TermsNow),
) -> Digest {
    unreadable_at_panic(arrival, parcel, || digest(arrival, parcel, bounds, agreed))
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

/// A mail of so many bytes, unpacked or not, is digested beside others: some hundred times what a
/// usual one has.
const LIGHT_BYTES: u64 = 8 << 20;
/// In the committer's hands at once: twice what it makes durable at once.
const IN_HAND_KIB: usize = 32 << 10;
/// What a large mail takes of it, whatever its size: no second large one fits beside it.
const LARGE_KIB: usize = 24 << 10;
/// What any other takes at most: it goes on beside a large one.
const LIGHT_KIB: usize = IN_HAND_KIB - LARGE_KIB;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::ledger::Announced;

    fn arrival(uid: u32) -> Arrival {
        Arrival {
            mailbox: "metering".to_owned(),
            folder: "INBOX".to_owned(),
            id: MailId::Imap { validity: 7, uid },
            at: UtcTime::from_seconds(1_700_000_000),
        }
    }

    fn announcing(present: &[u32], next: u32) -> Settled {
        Settled {
            mailbox: "metering".to_owned(),
            folder: "INBOX".to_owned(),
            announced: Some(Announced {
                validity: 7,
                present: present.to_vec(),
                next,
            }),
            ids: Vec::new(),
            forgets: Vec::new(),
        }
    }

    #[tokio::test]
    async fn what_is_announced_becomes_durable_with_the_first_mail() {
        let home = tempfile::tempdir().unwrap();
        let (store, archive) = crate::store::open(home.path(), 1 << 20).unwrap();
        let ingest = Ingest::start(Arc::new(store), Arc::new(archive)).unwrap();
        let cursor = || ingest.cursor("metering", "INBOX").unwrap();

        ingest.settle(announcing(&[2, 5], 9)).await.unwrap();
        assert_eq!(cursor(), None);
        let mail = Parcel::Mail(crate::sample::load_profile_mail(0).bytes.into());
        ingest.take_in(arrival(5), mail).await.unwrap();
        let settled: Vec<u32> = (1..12)
            .filter(|uid| cursor().unwrap().is_settled(*uid))
            .collect();
        assert_eq!(settled, [1, 3, 4, 5, 6, 7, 8]);

        // With nothing to come behind it, it is noted at once.
        ingest.settle(announcing(&[], 20)).await.unwrap();
        assert_eq!(cursor().unwrap().next, 20);
    }

    #[tokio::test]
    async fn a_mail_that_makes_the_parser_panic_is_quarantined_with_its_bytes() {
        let home = tempfile::tempdir().unwrap();
        let (store, archive) = crate::store::open(home.path(), 1 << 20).unwrap();
        let ingest = Ingest::start(Arc::new(store), Arc::new(archive)).unwrap();
        let arrived = arrival(1);
        let bytes = b"Subject: x\r\n\r\nUNB+UNOC:3+a+b'".to_vec();
        let parcel = Parcel::Mail(bytes.clone().into());
        let digest = unreadable_at_panic(&arrived, &parcel, || panic!("index out of bounds"));
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

        let fine = Parcel::Mail(crate::sample::load_profile_mail(0).bytes.into());
        let outcome = ingest.take_in(arrival(2), fine).await.unwrap();
        assert_eq!(outcome, Outcome::Stored);
    }
}
