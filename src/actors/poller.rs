//! One mailbox: polls by timer and when the server reports news, one poll at a time.

use std::sync::Arc;
use std::time::Duration;

use actix::{
    Actor, ActorContext, ActorFutureExt, AsyncContext, Context, Handler, ResponseFuture, WrapFuture,
};
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinError;

use super::messages::{PollNow, Stop};
use super::tether::Tether;
use crate::clock;
use crate::config::mailbox::Mailbox;
use crate::health::Health;
use crate::mail::poll::{BUDGET_KIB, Session, Summary};
use crate::mail::{self, Intake, MailError};
use crate::metrics::{self, PollResult, Release};
use crate::net::backoff::{self, Cause};

/// Polls one mailbox for as long as it lives.
pub struct MailboxPollerActor<I> {
    mailbox: Arc<Mailbox>,
    intake: I,
    health: Health,
    /// Bounds the bytes in flight; closing it ends a poll under way after what it has fetched.
    budget: Arc<Semaphore>,
    /// The connection between polls; `None` while a poll or a wait has it.
    session: Option<Session>,
    /// Failed polls since the last good one.
    failures: u32,
    /// Says whether a poll is under way; `Stop` waits for `false`.
    busy: watch::Sender<bool>,
    stopping: bool,
    _tether: Option<Tether>,
}

/// What a poll leaves behind: the connection, how it went, how long it took.
type Polled = Result<(Session, Result<Summary, MailError>, Duration), JoinError>;

impl<I: Intake + Unpin> MailboxPollerActor<I> {
    /// An actor for this mailbox.
    pub fn new(mailbox: Arc<Mailbox>, intake: I, health: Health, tether: Option<Tether>) -> Self {
        Self {
            mailbox,
            intake,
            health,
            budget: Arc::new(Semaphore::new(BUDGET_KIB)),
            session: Some(Session::default()),
            failures: 0,
            busy: watch::Sender::new(false),
            stopping: false,
            _tether: tether,
        }
    }

    /// Notes how a poll went and says when the next one is.
    fn polled(&mut self, polled: Polled, ctx: &mut Context<Self>) {
        self.busy.send_replace(false);
        let name = &self.mailbox.name;
        let next = match polled {
            Ok((session, Ok(summary), took)) => {
                self.failures = 0;
                self.session = Some(session);
                metrics::polled(name, PollResult::Ok, took);
                metrics::mails_fetched(name, summary.durable, summary.bytes);
                let action = if self.mailbox.move_to.is_empty() {
                    Release::Deleted
                } else {
                    Release::Moved
                };
                metrics::mails_released(name, action, summary.released);
                metrics::mailbox_up(name, true);
                metrics::mailbox_last_success(name, clock::now().seconds());
                self.health.mailbox_polled(name, &summary, clock::now());
                tracing::info!(mailbox = %name, announced = summary.announced, durable = summary.durable, released = summary.released, ?took, "polled");
                self.mailbox.poll_interval.duration()
            }
            Ok((_, Err(error), took)) => {
                let transient = error.is_transient();
                let result = if transient {
                    PollResult::Transient
                } else {
                    PollResult::Permanent
                };
                metrics::polled(name, result, took);
                self.failed(&error.to_string(), transient, error.cause())
            }
            Err(panic) => {
                metrics::polled(name, PollResult::Panic, Duration::ZERO);
                self.failed(&format!("the poll failed: {panic}"), true, Cause::Transient)
            }
        };
        if self.stopping {
            ctx.stop();
        } else {
            self.rest(next, ctx);
        }
    }

    fn failed(&mut self, error: &str, transient: bool, cause: Cause) -> Duration {
        metrics::mailbox_up(&self.mailbox.name, false);
        self.failures = self.failures.saturating_add(1);
        self.session = Some(Session::default());
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
        let (mailbox, session) = (Arc::clone(&self.mailbox), self.session.take());
        let failed_before = self.failures > 0;
        let rest = tokio::spawn(async move {
            let mut session = session.unwrap_or_default();
            let timer = tokio::time::sleep(delay);
            tokio::pin!(timer);
            if !failed_before {
                // Ends at once where the server reports nothing by itself.
                let news = mail::poll::wait_for_news(&mailbox, &mut session);
                match tokio::time::timeout(delay, news).await {
                    Ok(Ok(true)) => return session,
                    Ok(Ok(false)) | Err(_) => {}
                    Ok(Err(error)) => {
                        tracing::debug!(mailbox = %mailbox.name, %error, "the connection ended while waiting for news");
                        return Session::default();
                    }
                }
            }
            timer.await;
            session
        });
        ctx.spawn(rest.into_actor(self).map(|rested, actor, ctx| {
            if actor.session.is_none() {
                actor.session = Some(rested.unwrap_or_default());
                ctx.notify(PollNow);
            }
        }));
    }
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
        if *self.busy.borrow() || self.stopping {
            return; // The poll under way will see the new mail, too.
        }
        self.busy.send_replace(true);
        // A wait for news that still has the connection loses it: this poll makes its own.
        let mut session = self.session.take().unwrap_or_default();
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

impl<I: Intake + Unpin> Handler<Stop> for MailboxPollerActor<I> {
    type Result = ResponseFuture<()>;

    fn handle(&mut self, _: Stop, ctx: &mut Self::Context) -> Self::Result {
        self.stopping = true;
        self.budget.close();
        let mut busy = self.busy.subscribe();
        if !*busy.borrow() {
            ctx.stop();
        }
        Box::pin(async move {
            // An error means that the actor is gone: then nothing is in flight any more.
            drop(busy.wait_for(|busy| !busy).await);
        })
    }
}
