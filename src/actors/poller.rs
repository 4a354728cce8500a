//! One mailbox: polls by timer and when the server reports news, one poll at a time.

use std::sync::Arc;
use std::time::Duration;

use actix::{
    Actor, ActorContext, ActorFutureExt, AsyncContext, Context, Handler, ResponseFuture, WrapFuture,
};
use tokio::sync::{Semaphore, oneshot, watch};
use tokio::task::JoinError;

use crate::actors::messages::{Poll, PollAccount, PollNow, Stop};
use crate::actors::tether::Tether;
use crate::clock;
use crate::config::mailbox::{Mailbox, Protocol};
use crate::health::{AccountTrouble, Health};
use crate::mail::credential::{self, SignIn};
use crate::mail::poll::{BUDGET_KIB, Session, Summary};
use crate::mail::{self, Intake, MailError};
use crate::metrics::{self, PollResult, Release};
use crate::net::backoff::{self, Cause};
use crate::net::connections::Connections;
use crate::oauth::Accounts;

/// Polls one mailbox for as long as it lives.
pub struct MailboxPollerActor<I> {
    mailbox: Arc<Mailbox>,
    intake: I,
    health: Health,
    /// Bounds the bytes in flight; closing it ends a poll under way after what it has fetched.
    budget: Arc<Semaphore>,
    accounts: Accounts,
    /// The connection; `None` while a poll or a wait has it. So there is never a second one.
    session: Option<Session>,
    connections: Connections,
    /// Dropping it ends the wait for news or the timer.
    wait: Option<oneshot::Sender<()>>,
    /// Failed polls since the last good one.
    failures: u32,
    /// Waits in a row that ended early, with the connection.
    interruptions: u32,
    /// Who is told how the poll under way goes.
    waiting: Vec<Told>,
    /// Who is told of the next one: that under way may have begun before their mail came.
    asked: Vec<Told>,
    /// It was asked to poll while it did.
    again: bool,
    /// The last poll failed for its Microsoft account.
    lacks_account: bool,
    /// By which sign-in of its account the last poll went.
    sign_in: Option<SignIn>,
    stopping: bool,
    /// Goes with the actor: who waits for its end, waits for this.
    life: watch::Sender<()>,
    _tether: Option<Tether>,
}

/// Told how a poll went.
type Told = oneshot::Sender<Result<Summary, String>>;

/// What a poll leaves behind: the connection, how it went, how long it took.
type Polled = Result<(Session, Result<Summary, MailError>, Duration), JoinError>;

/// What a wait leaves behind.
struct Rested {
    session: Session,
    /// Set if it ended early, with the connection: after so long.
    interrupted_after: Option<Duration>,
}

impl<I: Intake + Unpin> MailboxPollerActor<I> {
    /// An actor for this mailbox.
    pub fn new(
        mailbox: Arc<Mailbox>,
        intake: I,
        health: Health,
        accounts: Accounts,
        tether: Option<Tether>,
    ) -> Self {
        let (name, told) = (mailbox.name.clone(), health.clone());
        let connections = Connections::told(move |open| {
            metrics::mailbox_connections(&name, open);
            told.mailbox_connections(&name, open);
        });
        Self {
            mailbox,
            intake,
            health,
            budget: Arc::new(Semaphore::new(BUDGET_KIB)),
            session: Some(Session::new(connections.clone(), accounts.clone())),
            accounts,
            connections,
            wait: None,
            failures: 0,
            interruptions: 0,
            waiting: Vec::new(),
            asked: Vec::new(),
            again: false,
            lacks_account: false,
            sign_in: None,
            stopping: false,
            life: watch::Sender::new(()),
            _tether: tether,
        }
    }

    fn new_session(&self) -> Session {
        Session::new(self.connections.clone(), self.accounts.clone())
    }

    /// Notes how a poll went and says when the next one is.
    fn polled(&mut self, polled: Polled, ctx: &mut Context<Self>) {
        self.answer(&polled);
        let is_good = matches!(polled, Ok((_, Ok(_), _)));
        let mut again = std::mem::take(&mut self.again) && !is_good;
        self.lacks_account = false;
        let name = &self.mailbox.name;
        let next = match polled {
            Ok((session, Ok(summary), took)) => {
                self.failures = 0;
                self.sign_in = session.sign_in;
                again |= session.is_out_of_date(&self.mailbox);
                self.session = Some(session);
                metrics::polled(name, PollResult::Ok, took);
                metrics::mails_fetched(name, summary.durable, summary.bytes);
                let keeps = self.mailbox.protocol == Protocol::Folder;
                let keeps = keeps && !self.mailbox.delete_after_fetch;
                let action = if self.mailbox.move_to.is_empty() && !keeps {
                    Release::Deleted
                } else {
                    Release::Moved
                };
                metrics::mails_released(name, action, summary.released);
                metrics::mailbox_up(name, true);
                metrics::mailbox_last_success(name, clock::now().seconds());
                self.health.mailbox_polled(name, &summary, clock::now());
                self.health.store_fault(None);
                tracing::info!(mailbox = %name, announced = summary.announced, durable = summary.durable, released = summary.released, ?took, "polled");
                self.mailbox.poll_interval.duration()
            }
            Ok((session, Err(error), took)) => {
                self.session = Some(session);
                let transient = error.is_transient();
                let result = if transient {
                    PollResult::Transient
                } else {
                    PollResult::Permanent
                };
                metrics::polled(name, result, took);
                if let MailError::Intake(fault) = &error
                    && fault.needs_a_person
                {
                    self.health.store_fault(Some(fault.what.clone()));
                }
                let delay = self.failed(&error.to_string(), transient, error.cause());
                self.lacks_account = error.is_of_account();
                if let MailError::NeedsSignIn(account) | MailError::Account(account) = &error {
                    let trouble = AccountTrouble {
                        needs_sign_in: account.needs_sign_in,
                        meaning: account.error.meaning(),
                    };
                    self.health.mailbox_account(&self.mailbox.name, trouble);
                }
                delay
            }
            Err(panic) => {
                self.session = Some(self.new_session());
                metrics::polled(name, PollResult::Panic, Duration::ZERO);
                self.failed(&format!("the poll failed: {panic}"), true, Cause::Transient)
            }
        };
        if self.stopping {
            self.leave(ctx);
        } else if self.asked.is_empty() && !again {
            self.rest(next, ctx);
        } else {
            ctx.notify(PollNow);
        }
    }

    /// Tells who waits how the poll went.
    fn answer(&mut self, polled: &Polled) {
        let result = match polled {
            Ok((_, Ok(summary), _)) => Ok(*summary),
            Ok((_, Err(error), _)) => Err(error.to_string()),
            Err(panic) => Err(panic.to_string()),
        };
        for told in self.waiting.drain(..) {
            drop(told.send(result.clone()));
        }
    }

    fn failed(&mut self, error: &str, transient: bool, cause: Cause) -> Duration {
        metrics::mailbox_up(&self.mailbox.name, false);
        self.failures = self.failures.saturating_add(1);
        let delay = backoff::delay(cause, self.failures, clock::jitter());
        tracing::warn!(mailbox = %self.mailbox.name, error, retry_in = ?delay, "poll failed");
        self.health
            .mailbox_failed(&self.mailbox.name, error, transient, clock::now());
        delay
    }

    /// Waits for the timer, or for news where the server reports them (IMAP IDLE).
    fn rest(&mut self, delay: Duration, ctx: &mut Context<Self>) {
        self.health
            .mailbox_rests(&self.mailbox.name, clock::now(), delay);
        let (wait, ended) = oneshot::channel();
        self.wait = Some(wait);
        let mailbox = Arc::clone(&self.mailbox);
        let mut session = self.session.take().unwrap_or_else(|| self.new_session());
        let wants_news = self.failures == 0;
        let rest = tokio::spawn(async move {
            let begun = clock::monotonic();
            let waited = tokio::select! {
                waited = wait_for_news(&mailbox, &mut session, wants_news) => waited,
                () = tokio::time::sleep(delay) => Ok(()),
                // Nobody sends: the other end was dropped.
                _ = ended => Ok(()),
            };
            let interrupted_after = waited.err().map(|error| {
                tracing::debug!(mailbox = %mailbox.name, %error, "the connection ended while waiting for news");
                begun.elapsed()
            });
            Rested {
                session,
                interrupted_after,
            }
        });
        ctx.spawn(
            rest.into_actor(self)
                .map(|rested, actor, ctx| actor.rested(rested, ctx)),
        );
    }

    /// Polls after a wait. A server that ends each connection soon is not asked all the time.
    fn rested(&mut self, rested: Result<Rested, JoinError>, ctx: &mut Context<Self>) {
        let Rested {
            session,
            interrupted_after,
        } = rested.unwrap_or_else(|_| Rested {
            session: self.new_session(),
            interrupted_after: Some(Duration::ZERO),
        });
        self.session = Some(session);
        if self.stopping {
            self.leave(ctx);
            return;
        }
        let Some(after) = interrupted_after.filter(|_| self.asked.is_empty()) else {
            self.interruptions = 0;
            ctx.notify(PollNow);
            return;
        };
        if after > STEADY {
            self.interruptions = 0;
        }
        self.interruptions = self.interruptions.saturating_add(1);
        let delay = backoff::delay(Cause::Transient, self.interruptions, clock::jitter());
        self.rest(delay, ctx);
    }

    /// Says goodbye to the server, and ends.
    fn leave(&mut self, ctx: &mut Context<Self>) {
        let Some(session) = self.session.take() else {
            return; // A poll or a wait has it, and comes here when it ends.
        };
        let goodbye = tokio::spawn(session.close());
        ctx.spawn(goodbye.into_actor(self).map(|_, _, ctx| ctx.stop()));
    }
}

/// Ends when the server has news; never where it reports nothing by itself.
async fn wait_for_news(
    mailbox: &Mailbox,
    session: &mut Session,
    is_wanted: bool,
) -> Result<(), MailError> {
    if is_wanted && mail::poll::wait_for_news(mailbox, session).await? {
        return Ok(());
    }
    std::future::pending().await
}

impl<I: Intake + Unpin> Actor for MailboxPollerActor<I> {
    type Context = Context<Self>;

    fn started(&mut self, ctx: &mut Self::Context) {
        metrics::mailbox_up(&self.mailbox.name, false);
        ctx.notify(PollNow);
    }
}

impl<I: Intake + Unpin> Handler<PollNow> for MailboxPollerActor<I> {
    type Result = ();

    fn handle(&mut self, _: PollNow, ctx: &mut Self::Context) {
        if self.stopping {
            return;
        }
        let Some(mut session) = self.session.take() else {
            // A wait ends now, and polls. A poll under way will see the new mail, too, unless it
            // fails.
            self.again = self.wait.take().is_none();
            return;
        };
        self.waiting.append(&mut self.asked);
        let (mailbox, intake) = (Arc::clone(&self.mailbox), self.intake.clone());
        let budget = Arc::clone(&self.budget);
        let poll = tokio::spawn(async move {
            let begun = clock::monotonic();
            let result = mail::poll(&mailbox, &mut session, budget, &intake, &|_, _| {}).await;
            (session, result, begun.elapsed())
        });
        ctx.spawn(
            poll.into_actor(self)
                .map(|polled, actor, ctx| actor.polled(polled, ctx)),
        );
    }
}

impl<I: Intake + Unpin> Handler<PollAccount> for MailboxPollerActor<I> {
    type Result = ();

    /// Who rests for another reason, such as a server that asked to come back later, rests on.
    fn handle(&mut self, _: PollAccount, ctx: &mut Self::Context) {
        let is_polling = self.session.is_none() && self.wait.is_none();
        let now = credential::sign_in(&self.mailbox, &self.accounts);
        let is_another = self.sign_in.is_some() && self.sign_in != now;
        if self.lacks_account || is_polling || is_another {
            ctx.notify(PollNow);
        }
    }
}

impl<I: Intake + Unpin> Handler<Poll> for MailboxPollerActor<I> {
    type Result = ResponseFuture<Result<Summary, String>>;

    fn handle(&mut self, _: Poll, ctx: &mut Self::Context) -> Self::Result {
        let (told, polled) = oneshot::channel();
        self.asked.push(told);
        ctx.notify(PollNow);
        Box::pin(async move {
            let stopping = || Err("the gateway is stopping".to_owned());
            polled.await.unwrap_or_else(|_| stopping())
        })
    }
}

impl<I: Intake + Unpin> Handler<Stop> for MailboxPollerActor<I> {
    type Result = ResponseFuture<()>;

    fn handle(&mut self, _: Stop, ctx: &mut Self::Context) -> Self::Result {
        self.stopping = true;
        self.budget.close();
        self.wait = None;
        self.leave(ctx);
        let mut life = self.life.subscribe();
        Box::pin(async move {
            // An error means that the actor is gone: nothing is in flight any more.
            drop(life.changed().await);
        })
    }
}

/// A connection that lived so long ended for no reason that would return at once.
const STEADY: Duration = Duration::from_mins(1);

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;
    use std::sync::atomic::{AtomicBool, Ordering};

    use actix::Addr;
    use tokio::sync::Notify;

    use crate::health::MailboxState;
    use crate::mail::{FetchedMail, IntakeError};
    use crate::mailbox::{Cursor, MailId, Outcome};

    use super::*;

    /// A store that is broken, or works.
    #[derive(Clone)]
    struct Store {
        works: Arc<AtomicBool>,
        /// Told each time that it is asked what is settled.
        asked: Arc<Notify>,
        /// Each such question takes one.
        answers: Arc<Semaphore>,
    }

    impl Store {
        /// A broken one, with so many answers.
        fn broken(answers: usize) -> Self {
            Self {
                works: Arc::default(),
                asked: Arc::default(),
                answers: Arc::new(Semaphore::new(answers)),
            }
        }

        fn answer<T>(&self, answer: T) -> Result<T, IntakeError> {
            if self.works.load(Ordering::SeqCst) {
                return Ok(answer);
            }
            Err(IntakeError {
                what: "the database failed".to_owned(),
                needs_a_person: true,
            })
        }
    }

    impl Intake for Store {
        async fn hand_over(&self, _: FetchedMail) -> Result<Outcome, IntakeError> {
            self.answer(Outcome::Stored)
        }

        async fn cursor(&self, _: &str) -> Result<Option<Cursor>, IntakeError> {
            self.answer(None)
        }

        async fn announce(&self, _: &str, _: u32, _: Vec<u32>, _: u32) -> Result<(), IntakeError> {
            self.answer(())
        }

        async fn settled(&self, ids: Vec<MailId>) -> Result<Vec<bool>, IntakeError> {
            self.asked.notify_one();
            self.answers.acquire().await.unwrap().forget();
            self.answer(vec![false; ids.len()])
        }

        async fn settle(&self, _: &str, _: Vec<MailId>) -> Result<(), IntakeError> {
            self.answer(())
        }
    }

    async fn until(health: &Health, reasons: &[&str]) {
        for _ in 0..3_000 {
            if health.snapshot().reasons_not_ready(clock::now()) == reasons {
                return;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("{:?}", health.snapshot());
    }

    /// A poller of a Maildir with one mail in it.
    fn poller(home: &Path, store: Store) -> (Addr<MailboxPollerActor<Store>>, Health) {
        for part in ["new", "cur", "tmp"] {
            fs::create_dir(home.join(part)).unwrap();
        }
        fs::write(home.join("new/1"), "a mail").unwrap();
        let mailbox = Mailbox {
            name: "mails".to_owned(),
            protocol: Protocol::Maildir,
            path: home.to_owned(),
            ..Mailbox::default()
        };
        let health = Health::new(clock::now());
        health.store_ready(true);
        health.set_mailboxes(std::slice::from_ref(&mailbox));
        let told = health.clone();
        let poller =
            MailboxPollerActor::new(Arc::new(mailbox), store, told, Accounts::none(), None);
        (poller.start(), health)
    }

    #[actix::test]
    async fn a_broken_store_shows_at_once_and_no_more_when_it_works() {
        let (home, store) = (tempfile::tempdir().unwrap(), Store::broken(1_000));
        let works = Arc::clone(&store.works);
        let (poller, health) = poller(home.path(), store);
        let fault = "mailbox mails: the mail could not be stored: the database failed";
        until(&health, &["store: the database failed", fault]).await;
        works.store(true, Ordering::SeqCst);
        poller.send(PollNow).await.unwrap();
        until(&health, &[]).await;
    }

    #[actix::test]
    async fn a_poll_that_is_asked_for_while_one_fails_follows_without_a_rest() {
        let (home, store) = (tempfile::tempdir().unwrap(), Store::broken(0));
        let (poller, health) = poller(home.path(), store.clone());
        store.asked.notified().await;
        poller.send(PollNow).await.unwrap();
        store.answers.add_permits(1);
        // The second poll has begun, and the first one has failed.
        store.asked.notified().await;
        let mailbox = health.snapshot().mailboxes.remove(0);
        assert!(matches!(mailbox.state, MailboxState::Down { .. }));
        assert_eq!(mailbox.next_poll, None, "it has not rested");
        store.works.store(true, Ordering::SeqCst);
        store.answers.add_permits(1_000);
        until(&health, &[]).await;
    }
}
