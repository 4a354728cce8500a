//! The committer: one thread that makes many mails durable with one flush.
//!
//! Order of a group: every piece appended to the archive, archive synced, every mail's batch
//! applied, database flushed, every sender answered. A mail that waits alone is committed at once;
//! under load a group waits a moment for the mails that are being digested.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::runtime;
use tokio::sync::{mpsc, oneshot};
use tokio::time::sleep;

use crate::clock;
use crate::ingest::IngestError;
use crate::ingest::clerk::{Clerk, Prepared};
use crate::ingest::digest::Digest;
use crate::ingest::dispatch::Draft;
use crate::mailbox::{MailId, Mark, Outcome};
use crate::metrics;
use crate::store::archive::Archive;
use crate::store::ledger::{Announced, MailRecord};
use crate::store::outbox::Step;
use crate::store::{Store, StoreError};

/// What is noted of a mailbox although nothing of it was taken in.
#[derive(Clone, Debug)]
pub struct Settled {
    /// Name of the mailbox.
    pub mailbox: String,
    /// Folder (IMAP).
    pub folder: String,
    /// UIDs that the server announced (IMAP).
    pub announced: Option<Announced>,
    /// Their identities.
    pub ids: Vec<MailId>,
    /// Settled mails that the server does not list any more (POP3, Maildir).
    pub forgets: Vec<Mark>,
}

type Answer<T> = oneshot::Sender<Result<T, IngestError>>;

/// What the committer can be asked for.
pub(super) enum Order {
    /// Make a mail durable.
    TakeIn {
        /// Everything it brings.
        digest: Box<Digest>,
        /// Dropped when the order arrives.
        coming: Option<Coming>,
        /// Told when it is durable.
        answer: Answer<Outcome>,
    },
    /// Settle mails that never came.
    Settle {
        /// Which.
        settled: Settled,
        /// Told when it is durable.
        answer: Answer<()>,
    },
    /// Have a mail fetched again of which quarantine holds no bytes.
    FetchAgain {
        /// The mail.
        mail: Box<MailRecord>,
        /// Number of its entry.
        number: u64,
        /// Told when it is durable.
        answer: Answer<()>,
    },
    /// Run something while nothing is half done. It answers by itself.
    AtRest(Box<dyn FnOnce() + Send>),
    /// Put mails of ours into the outbox.
    Dispatch {
        /// The mails.
        drafts: Vec<Draft>,
        /// Told their numbers when they are durable.
        answer: Answer<Vec<u64>>,
    },
    /// Take a mail of ours one step further.
    Step {
        /// Its number.
        number: u64,
        /// The step.
        step: Step,
        /// Told when it is durable.
        answer: Answer<()>,
    },
    /// Take an entry out of quarantine.
    Drop {
        /// Its number.
        number: u64,
        /// Told when it is durable.
        answer: Answer<()>,
    },
}

/// The committer's address. The thread ends when the last address is dropped and all that was
/// submitted before is done.
#[derive(Clone)]
pub struct Committer {
    orders: mpsc::Sender<Order>,
    coming: Arc<AtomicUsize>,
}

/// A mail that is being digested: as long as there are any, it is worth waiting for them.
pub(super) struct Coming(Arc<AtomicUsize>);

impl Drop for Coming {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Committer {
    /// Starts the thread.
    ///
    /// # Errors
    /// [`IngestError::Store`] if the store cannot be read or the system has no thread to give.
    pub fn start(store: Arc<dyn Store>, archive: Arc<Archive>) -> Result<Self, IngestError> {
        let (orders, inbox) = mpsc::channel(MAX_WAITING);
        let mut clerk = Clerk::new(store, archive)?;
        let coming = Arc::new(AtomicUsize::new(0));
        let expected = Arc::clone(&coming);
        // Of its own: flushing blocks, and the thread must not end with the runtime of others.
        let start = || {
            let runtime = runtime::Builder::new_current_thread().enable_time().build();
            let runtime = runtime?;
            std::thread::Builder::new()
                .name("committer".to_owned())
                .spawn(move || runtime.block_on(run(&mut clerk, inbox, &expected)))
        };
        start().map_err(|source| StoreError::File {
            action: "starting a thread for",
            path: "the committer".to_owned(),
            source,
        })?;
        Ok(Self { orders, coming })
    }

    /// Notes that a mail will be submitted soon.
    pub(super) fn expect(&self) -> Coming {
        self.coming.fetch_add(1, Ordering::Relaxed);
        Coming(Arc::clone(&self.coming))
    }

    /// Hands an order in; waits while too many are waiting.
    pub(super) async fn submit(&self, order: Order) -> Result<(), IngestError> {
        self.orders
            .send(order)
            .await
            .map_err(|_| IngestError::Stopping)
    }
}

/// Serves orders until every address is gone.
async fn run(clerk: &mut Clerk, mut inbox: mpsc::Receiver<Order>, coming: &AtomicUsize) {
    while let Some(first) = inbox.recv().await {
        let mut group = Group::default();
        let mut patience = pin!(sleep(PATIENCE));
        let mut next = Some(first);
        while let Some(order) = next {
            group.add(clerk, order);
            if group.is_full() {
                break;
            }
            next = match inbox.try_recv() {
                Ok(order) => Some(order),
                Err(_) if coming.load(Ordering::Relaxed) == 0 => None,
                Err(_) => tokio::select! {
                    order = inbox.recv() => order,
                    () = &mut patience => None,
                },
            };
        }
        group.finish(clerk);
    }
}

/// What is told to whom once the group is durable.
enum Reply {
    Outcome(Answer<Outcome>, Outcome),
    Done(Answer<()>),
    Numbers(Answer<Vec<u64>>, Vec<u64>),
}

impl Reply {
    fn send(self, result: Result<(), IngestError>) {
        // Whoever asked may be gone: a poll that was cut off. The work is done all the same.
        match self {
            Self::Outcome(answer, outcome) => drop(answer.send(result.map(|()| outcome))),
            Self::Done(answer) => drop(answer.send(result)),
            Self::Numbers(answer, numbers) => drop(answer.send(result.map(|()| numbers))),
        }
    }
}

/// Mails that share one flush.
#[derive(Default)]
struct Group {
    members: Vec<(Prepared, Reply)>,
    bytes: usize,
}

impl Group {
    fn is_full(&self) -> bool {
        self.members.len() >= MAX_MAILS || self.bytes >= MAX_BYTES
    }

    /// Decides about an order and lets it join; one that cannot be decided is answered at once.
    fn add(&mut self, clerk: &mut Clerk, order: Order) {
        match order {
            Order::TakeIn {
                digest,
                coming,
                answer,
            } => {
                drop(coming);
                let concerns = |(member, _): &(Prepared, Reply)| member.concerns(&digest);
                if digest.report.is_some() || self.members.iter().any(concerns) {
                    // It speaks of the same messages as a mail of this group, or of a mail of ours
                    // that the group may change: those first.
                    std::mem::take(self).finish(clerk);
                }
                self.bytes += digest
                    .pieces
                    .iter()
                    .map(|piece| piece.size_bytes)
                    .sum::<usize>();
                match guarded(|| clerk.prepare(*digest, &|number| self.concerns(number))) {
                    Ok(prepared) => {
                        let outcome = prepared.outcome;
                        self.members
                            .push((prepared, Reply::Outcome(answer, outcome)));
                    }
                    Err(error) => drop(answer.send(Err(error))),
                }
            }
            Order::Settle { settled, answer } => {
                self.members
                    .push((Prepared::settling(settled), Reply::Done(answer)));
            }
            Order::FetchAgain {
                mail,
                number,
                answer,
            } => {
                self.members
                    .push((Prepared::reopening(&mail, number), Reply::Done(answer)));
            }
            Order::AtRest(work) => {
                std::mem::take(self).finish(clerk);
                // Whoever waits hears of a panic by the end of his channel.
                let _ = catch_unwind(AssertUnwindSafe(work));
            }
            Order::Dispatch { drafts, answer } => match guarded(|| clerk.dispatching(drafts)) {
                Ok(prepared) => {
                    let numbers = prepared.outbox().iter().map(|(number, _)| *number);
                    let reply = Reply::Numbers(answer, numbers.collect());
                    self.members.push((prepared, reply));
                }
                Err(error) => drop(answer.send(Err(error))),
            },
            Order::Step {
                number,
                step,
                answer,
            } => {
                if self.concerns(number) {
                    // What the group does to it comes first.
                    std::mem::take(self).finish(clerk);
                }
                match guarded(|| clerk.stepping(number, step)) {
                    Ok(prepared) => self.members.push((prepared, Reply::Done(answer))),
                    Err(error) => drop(answer.send(Err(error))),
                }
            }
            Order::Drop { number, answer } => match guarded(|| clerk.dropping(number)) {
                Ok(prepared) => self.members.push((prepared, Reply::Done(answer))),
                Err(error) => drop(answer.send(Err(error))),
            },
        }
    }

    /// Whether something happens to this mail of ours.
    fn concerns(&self, number: u64) -> bool {
        let mut mails = self.members.iter().flat_map(|(member, _)| member.outbox());
        mails.any(|(other, _)| *other == number)
    }

    /// Makes the group durable and answers everyone.
    fn finish(self, clerk: &mut Clerk) {
        if self.members.is_empty() {
            return; // Nothing of it could be decided.
        }
        let (prepared, replies): (Vec<_>, Vec<_>) = self.members.into_iter().unzip();
        let begun = clock::monotonic();
        let result = guarded(|| clerk.commit(&prepared));
        metrics::committed(begun.elapsed());
        let mails = replies.len();
        match &result {
            Ok(()) => tracing::debug!(mails, "a group of mails is durable"),
            Err(error) => {
                tracing::error!(%error, mails, "a commit failed; the mails stay where they are");
            }
        }
        for reply in replies {
            reply.send(result.clone());
        }
    }
}

/// Runs a step of the commit; a panic (sled has some) is an error of this step, not the end.
fn guarded<T>(step: impl FnOnce() -> Result<T, IngestError>) -> Result<T, IngestError> {
    catch_unwind(AssertUnwindSafe(step)).unwrap_or_else(|panic| {
        let what = crate::ingest::panic_text(&*panic);
        Err(StoreError::Database {
            path: "data_dir".to_owned(),
            what,
        }
        .into())
    })
}

/// How long a group waits for mails that are being digested: some dozens come in this time, and
/// nobody notices it.
const PATIENCE: Duration = Duration::from_millis(10);
/// Orders that may wait: two full groups, so that the thread never runs dry under load.
const MAX_WAITING: usize = 2 * MAX_MAILS;
/// Mails that share a flush. A flush takes 0.1 to 10 ms; by 256 mails its cost is spread thin.
const MAX_MAILS: usize = 256;
/// Bytes of a group: bounds the time until the first of it is answered.
const MAX_BYTES: usize = 16 << 20;
