//! The committer: one thread that makes many mails durable with one flush.
//!
//! Order of a group: every piece appended to the archive, archive synced, every mail's batch
//! applied, database flushed, every sender answered. A mail that waits alone is committed at once;
//! under load a group waits a moment for the mails that are being digested. What a server announces
//! is no reason to flush: it becomes durable with the first mail behind it.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::sync::{OwnedSemaphorePermit, mpsc, oneshot, watch};

use crate::clock;
use crate::ingest::IngestError;
use crate::ingest::clerk::{Clerk, Prepared, Subjects};
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

impl Settled {
    /// Whether it can become durable with the mails that it announces: until one of them is settled,
    /// they are announced again.
    fn can_wait(&self) -> bool {
        let announces = |announced: &Announced| !announced.present.is_empty();
        self.announced.as_ref().is_some_and(announces)
            && self.ids.is_empty()
            && self.forgets.is_empty()
    }
}

pub(super) type Answer<T> = oneshot::Sender<Result<T, IngestError>>;

/// A mail that is to be made durable.
pub(super) struct TakeIn {
    /// Everything it brings.
    pub(super) digest: Box<Digest>,
    /// Dropped when the order arrives.
    pub(super) coming: Option<Coming>,
    /// Bounds what is in the committer's hands; dropped when it is durable.
    pub(super) in_hand: Option<OwnedSemaphorePermit>,
    /// Told when it is durable.
    pub(super) answer: Answer<Outcome>,
}

impl TakeIn {
    pub(super) fn held_by(self, in_hand: OwnedSemaphorePermit) -> Self {
        let in_hand = Some(in_hand);
        Self { in_hand, ..self }
    }
}

impl From<TakeIn> for Order {
    fn from(mail: TakeIn) -> Self {
        Self::TakeIn(mail)
    }
}

/// What the committer can be asked for.
pub(super) enum Order {
    /// Make a mail durable.
    TakeIn(TakeIn),
    /// Settle mails that never came.
    Settle {
        /// Which.
        settled: Settled,
        /// Told when it is durable, or at once if it can wait.
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

/// An order, and the runtime in which its answer is awaited.
struct Submitted {
    order: Order,
    runtime: Option<Handle>,
}

/// The committer's address. The thread ends when the last address is dropped and all that was
/// submitted before is done.
#[derive(Clone)]
pub struct Committer {
    orders: mpsc::Sender<Submitted>,
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
    /// Starts the thread. `dispatched` changes when there is something new to send.
    ///
    /// # Errors
    /// [`IngestError::Store`] if the store cannot be read or the system has no thread to give.
    pub fn start(
        store: Arc<dyn Store>,
        archive: Arc<Archive>,
        dispatched: watch::Sender<u64>,
    ) -> Result<Self, IngestError> {
        let (orders, inbox) = mpsc::channel(MAX_WAITING);
        let mut desk = Desk {
            clerk: Clerk::new(store, archive)?,
            dispatched,
        };
        let coming = Arc::new(AtomicUsize::new(0));
        let expected = Arc::clone(&coming);
        // Of its own: flushing blocks, and the thread must not end with the runtime of others.
        std::thread::Builder::new()
            .name("committer".to_owned())
            .spawn(move || run(&mut desk, inbox, &expected))
            .map_err(|source| StoreError::File {
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
    pub(super) async fn submit(&self, order: impl Into<Order>) -> Result<(), IngestError> {
        let submitted = Submitted {
            order: order.into(),
            runtime: Handle::try_current().ok(),
        };
        self.orders
            .send(submitted)
            .await
            .map_err(|_| IngestError::Stopping)
    }
}

/// What the thread works with.
struct Desk {
    clerk: Clerk,
    /// Counts what is new to be sent.
    dispatched: watch::Sender<u64>,
}

/// Serves orders until every address is gone.
fn run(desk: &mut Desk, mut inbox: mpsc::Receiver<Submitted>, coming: &AtomicUsize) {
    let mut group = Group::default();
    while let Some(first) = inbox.blocking_recv() {
        let begun = clock::monotonic();
        group.add(desk, first);
        while !group.is_full() {
            match inbox.try_recv() {
                Ok(other) => group.add(desk, other),
                Err(_) if begun.elapsed() >= group.patience(coming) => break,
                // Being woken by each mail would take longer than a mail takes.
                Err(_) => std::thread::sleep(LOOK_AGAIN),
            }
        }
        if group.is_awaited() || group.is_full() {
            std::mem::take(&mut group).finish(desk);
        }
    }
    group.finish(desk);
}

/// What is told to whom once the group is durable.
enum Reply {
    Outcome(Answer<Outcome>, Outcome, Option<OwnedSemaphorePermit>),
    Done(Answer<()>),
    Numbers(Answer<Vec<u64>>, Vec<u64>),
    /// Nobody waits.
    None,
}

impl Reply {
    fn send(self, result: Result<(), IngestError>) {
        // Whoever asked may be gone: a poll that was cut off. The work is done all the same.
        match self {
            Self::Outcome(answer, outcome, in_hand) => {
                drop(in_hand);
                drop(answer.send(result.map(|()| outcome)));
            }
            Self::Done(answer) => drop(answer.send(result)),
            Self::Numbers(answer, numbers) => drop(answer.send(result.map(|()| numbers))),
            Self::None => {}
        }
    }
}

/// Mails that share one flush.
#[derive(Default)]
struct Group {
    members: Vec<(Prepared, Reply)>,
    subjects: Subjects,
    bytes: usize,
    /// Whether it brings something to be sent.
    dispatches: bool,
    /// Where its answers are awaited.
    runtime: Option<Handle>,
}

/// What is told to whom. Told when it is dropped: also if a runtime ends before it comes to it.
struct Told {
    replies: Vec<Reply>,
    result: Result<(), IngestError>,
}

impl Told {
    /// Tells as one piece of work where the answers are awaited. From here each answer would wake
    /// whoever waits, who would sleep again before the next.
    fn tell(self, runtime: Option<&Handle>) {
        if let Some(runtime) = runtime {
            runtime.spawn(async move { drop(self) });
        }
    }
}

impl Drop for Told {
    fn drop(&mut self) {
        for reply in self.replies.drain(..) {
            reply.send(self.result.clone());
        }
    }
}

impl Group {
    fn is_full(&self) -> bool {
        self.members.len() >= MAX_MAILS || self.bytes >= MAX_BYTES
    }

    /// How long it stays open, from its first order on.
    fn patience(&self, coming: &AtomicUsize) -> Duration {
        if coming.load(Ordering::Relaxed) > 0 {
            PATIENCE
        } else if self.members.len() >= CROWD {
            PATIENCE_OF_A_CROWD
        } else {
            Duration::ZERO
        }
    }

    /// Whether anybody waits until it is durable.
    fn is_awaited(&self) -> bool {
        let mut replies = self.members.iter().map(|(_, reply)| reply);
        replies.any(|reply| !matches!(reply, Reply::None))
    }

    fn add(&mut self, desk: &mut Desk, Submitted { order, runtime }: Submitted) {
        self.join(desk, order);
        self.runtime = runtime;
    }

    /// Decides about an order and lets it join; one that cannot be decided is answered at once.
    fn join(&mut self, desk: &mut Desk, order: Order) {
        let clerk = &mut desk.clerk;
        match order {
            Order::TakeIn(mail) => self.take_in(desk, mail),
            Order::Settle { settled, answer } => {
                let reply = if settled.can_wait() {
                    drop(answer.send(Ok(())));
                    Reply::None
                } else {
                    Reply::Done(answer)
                };
                self.members.push((Prepared::settling(settled), reply));
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
                std::mem::take(self).finish(desk);
                // Whoever waits hears of a panic by the end of his channel.
                let _ = catch_unwind(AssertUnwindSafe(work));
            }
            Order::Dispatch { drafts, answer } => match guarded(|| clerk.dispatching(drafts)) {
                Ok(prepared) => {
                    let numbers = prepared.outbox().iter().map(|(number, _)| *number);
                    let reply = Reply::Numbers(answer, numbers.collect());
                    self.dispatches = true;
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
                    std::mem::take(self).finish(desk);
                }
                match guarded(|| desk.clerk.stepping(number, step)) {
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

    /// Decides about a mail.
    fn take_in(&mut self, desk: &mut Desk, mail: TakeIn) {
        let TakeIn {
            digest,
            coming,
            in_hand,
            answer,
        } = mail;
        drop(coming);
        if digest.report.is_some() || self.subjects.concern(&digest) {
            // It speaks of the same messages as a mail of this group, or of a mail of ours that the
            // group may change: those first.
            std::mem::take(self).finish(desk);
        }
        self.bytes += digest.pieces_bytes();
        let is_heard = digest.is_heard();
        match guarded(|| desk.clerk.prepare(*digest, &|number| self.concerns(number))) {
            Ok((prepared, subjects)) => {
                self.subjects.extend(subjects);
                self.dispatches |= is_heard;
                let reply = Reply::Outcome(answer, prepared.outcome, in_hand);
                self.members.push((prepared, reply));
            }
            Err(error) => drop(answer.send(Err(error))),
        }
    }

    /// Whether something happens to this mail of ours.
    fn concerns(&self, number: u64) -> bool {
        let mut mails = self.members.iter().flat_map(|(member, _)| member.outbox());
        mails.any(|(other, _)| *other == number)
    }

    /// Makes the group durable and answers everyone.
    fn finish(self, desk: &mut Desk) {
        if self.members.is_empty() {
            return; // Nothing of it could be decided.
        }
        let (prepared, replies): (Vec<_>, Vec<_>) = self.members.into_iter().unzip();
        let begun = clock::monotonic();
        let result = guarded(|| desk.clerk.commit(&prepared));
        metrics::committed(begun.elapsed());
        let mails = replies.len();
        match &result {
            Ok(()) => tracing::debug!(mails, "a group of mails is durable"),
            Err(error) => {
                tracing::error!(%error, mails, "a commit failed; the mails stay where they are");
            }
        }
        let has_news = self.dispatches && result.is_ok();
        Told { replies, result }.tell(self.runtime.as_ref());
        if has_news {
            desk.dispatched.send_modify(|dispatched| *dispatched += 1);
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

/// How long a group waits for mails that are being digested: a whole group comes in this time, and
/// nobody notices it.
const PATIENCE: Duration = Duration::from_millis(50);
/// So many are no chance: more are on their way, though no other is being digested at this moment.
const CROWD: usize = 16;
/// How long a group waits for them: a flush takes as much of the processor as four mails.
const PATIENCE_OF_A_CROWD: Duration = Duration::from_millis(5);
/// How long it sleeps meanwhile.
const LOOK_AGAIN: Duration = Duration::from_micros(500);
/// Orders that may wait: two full groups, so that the thread never runs dry under load.
const MAX_WAITING: usize = 2 * MAX_MAILS;
/// Mails that share a flush. A flush takes 0.1 to 10 ms; by 256 mails its cost is spread thin.
const MAX_MAILS: usize = 256;
/// Bytes of a group: bounds the time until the first of it is answered.
const MAX_BYTES: usize = 16 << 20;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_group_waits_for_what_is_coming_and_a_crowd_for_more() {
        let settled = || Settled {
            mailbox: "metering".to_owned(),
            folder: "INBOX".to_owned(),
            announced: None,
            ids: Vec::new(),
            forgets: Vec::new(),
        };
        let patience = |members: usize, coming: usize| {
            let members = (0..members).map(|_| (Prepared::settling(settled()), Reply::None));
            let group = Group {
                members: members.collect(),
                ..Group::default()
            };
            group.patience(&AtomicUsize::new(coming))
        };
        assert_eq!(patience(1, 0), Duration::ZERO);
        assert_eq!(patience(CROWD - 1, 0), Duration::ZERO);
        assert_eq!(patience(CROWD, 0), PATIENCE_OF_A_CROWD);
        assert_eq!(patience(1, 1), PATIENCE);
    }

    #[test]
    fn an_answer_comes_also_if_the_runtime_has_ended() {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .build()
            .unwrap();
        let handle = runtime.handle().clone();
        let answer_by = |runtime: Option<&Handle>| {
            let (answer, answered) = oneshot::channel();
            let told = Told {
                replies: vec![Reply::Done(answer)],
                result: Ok(()),
            };
            told.tell(runtime);
            answered
        };
        let (before, nowhere) = (answer_by(Some(&handle)), answer_by(None));
        drop(runtime);
        for mut answered in [before, nowhere, answer_by(Some(&handle))] {
            assert!(matches!(answered.try_recv(), Ok(Ok(()))));
        }
    }
}
