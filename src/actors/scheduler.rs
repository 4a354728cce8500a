//! Does the rounds: one after the other, never two at once.

use std::time::Duration;

use actix::{Actor, ActorFutureExt, AsyncContext, Context, Handler, WrapFuture};
use tokio::task::JoinHandle;

use crate::actors::duties::Duties;
use crate::actors::messages::Tick;
use crate::actors::tether::Tether;
use crate::clock::{self, Moment};

/// Does the rounds for as long as it lives, and delivers alerts beside them.
pub struct Scheduler {
    duties: Duties,
    delivery: Option<JoinHandle<()>>,
    /// When the last round began.
    last: Option<Moment>,
    _tether: Option<Tether>,
}

impl Scheduler {
    /// A scheduler of these duties.
    pub fn new(duties: Duties, tether: Option<Tether>) -> Self {
        Self {
            duties,
            delivery: None,
            last: None,
            _tether: tether,
        }
    }
}

impl Actor for Scheduler {
    type Context = Context<Self>;

    fn started(&mut self, ctx: &mut Self::Context) {
        self.delivery = Some(tokio::spawn(self.duties.clone().deliver()));
        ctx.notify(Tick);
    }
}

impl Drop for Scheduler {
    fn drop(&mut self) {
        // The next one delivers: two would send an alert twice.
        if let Some(delivery) = self.delivery.take() {
            delivery.abort();
        }
    }
}

impl Handler<Tick> for Scheduler {
    type Result = ();

    fn handle(&mut self, _: Tick, ctx: &mut Self::Context) {
        if self.delivery.as_ref().is_none_or(JoinHandle::is_finished) {
            tracing::error!("the delivery of alerts ended by a fault; it begins again");
            self.delivery = Some(tokio::spawn(self.duties.clone().deliver()));
        }
        let begins = clock::moment();
        if let Some(jump) = self.last.and_then(|last| last.jump_to(&begins)) {
            self.duties.clock_was_set(jump);
        }
        self.last = Some(begins);
        let duties = self.duties.clone();
        let round = tokio::task::spawn_blocking(move || duties.round(clock::now()));
        ctx.spawn(round.into_actor(self).map(|ended, _, ctx| {
            if let Err(panic) = ended {
                tracing::error!(%panic, "a round of the scheduler failed; the next one comes all the same");
            }
            ctx.notify_later(Tick, EVERY);
        }));
    }
}

/// A round without a survey reads a few numbers; an alert is to the minute.
const EVERY: Duration = Duration::from_secs(2);
