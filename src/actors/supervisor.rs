//! Starts the others, watches them, starts them again, and stops them in order.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use actix::{Actor, Addr, AsyncContext, Context, Handler, ResponseFuture};

use super::intake::MailboxIntake;
use super::messages::{ChildEnded, ChildId, PollNow, Reload, Stop};
use super::mscons::MsconsActor;
use super::poller::MailboxPollerActor;
use super::tether::Tether;
use crate::clock;
use crate::config::mailbox::Mailbox;
use crate::health::Health;
use crate::ingest::Ingest;
use crate::metrics;
use crate::net::backoff;

type Poller = Addr<MailboxPollerActor<MailboxIntake>>;

/// Owns all other actors.
pub struct Supervisor {
    ingest: Ingest,
    health: Health,
    mailboxes: Vec<Arc<Mailbox>>,
    mscons: Option<Addr<MsconsActor>>,
    pollers: HashMap<String, Poller>,
    /// How often each child was started; tells a late report of an earlier life.
    lives: HashMap<ChildId, u64>,
    stopping: bool,
}

impl Supervisor {
    /// A supervisor for these mailboxes; it starts them when it is started.
    pub fn new(ingest: Ingest, health: Health, mailboxes: Vec<Mailbox>) -> Self {
        Self {
            ingest,
            health,
            mailboxes: mailboxes.into_iter().map(Arc::new).collect(),
            mscons: None,
            pollers: HashMap::new(),
            lives: HashMap::new(),
            stopping: false,
        }
    }

    fn tether(&mut self, child: ChildId, ctx: &Context<Self>) -> Tether {
        let life = self.lives.entry(child.clone()).or_insert(0);
        *life += 1;
        Tether {
            child,
            life: *life,
            supervisor: ctx.address().recipient(),
        }
    }

    fn start(&mut self, child: &ChildId, ctx: &Context<Self>) {
        match child {
            ChildId::Mscons => {
                let tether = self.tether(ChildId::Mscons, ctx);
                let mscons = MsconsActor::new(self.ingest.clone(), Some(tether)).start();
                self.mscons = Some(mscons);
                // The pollers speak to the new one.
                for mailbox in self.mailboxes.clone() {
                    self.replace_poller(&mailbox, ctx);
                }
            }
            ChildId::Poller(name) => {
                if let Some(mailbox) = self.mailboxes.iter().find(|m| m.name == *name).cloned() {
                    self.replace_poller(&mailbox, ctx);
                }
            }
        }
    }

    fn replace_poller(&mut self, mailbox: &Arc<Mailbox>, ctx: &Context<Self>) {
        let Some(mscons) = self.mscons.clone() else {
            return;
        };
        if let Some(old) = self.pollers.remove(&mailbox.name) {
            stop_soon(old);
        }
        let tether = self.tether(ChildId::Poller(mailbox.name.clone()), ctx);
        let store = Arc::clone(self.ingest.store());
        let intake = MailboxIntake::new(&mailbox.name, mscons, store);
        let health = self.health.clone();
        let poller =
            MailboxPollerActor::new(Arc::clone(mailbox), intake, health, Some(tether)).start();
        self.pollers.insert(mailbox.name.clone(), poller);
    }
}

impl Actor for Supervisor {
    type Context = Context<Self>;

    fn started(&mut self, ctx: &mut Self::Context) {
        self.start(&ChildId::Mscons, ctx);
    }
}

impl Handler<ChildEnded> for Supervisor {
    type Result = ();

    fn handle(&mut self, ended: ChildEnded, ctx: &mut Self::Context) {
        let life = self.lives.get(&ended.child).copied().unwrap_or(0);
        if self.stopping || life != ended.life {
            return;
        }
        let (kind, name) = match &ended.child {
            ChildId::Mscons => ("mscons", ""),
            ChildId::Poller(name) => ("poller", name.as_str()),
        };
        let attempt = u32::try_from(life).unwrap_or(u32::MAX);
        let delay = backoff::delay(backoff::Cause::Transient, attempt, clock::jitter());
        tracing::error!(actor = kind, name, restart_in = ?delay, "an actor ended; it is started again");
        metrics::actor_restarted(kind);
        ctx.run_later(delay, move |supervisor, ctx| {
            if !supervisor.stopping {
                supervisor.start(&ended.child, ctx);
            }
        });
    }
}

impl Handler<PollNow> for Supervisor {
    type Result = ();

    fn handle(&mut self, _: PollNow, _: &mut Self::Context) {
        for poller in self.pollers.values() {
            // A full queue means that a poll is asked for already.
            drop(poller.try_send(PollNow));
        }
    }
}

impl Handler<Reload> for Supervisor {
    type Result = ();

    fn handle(&mut self, reload: Reload, ctx: &mut Self::Context) {
        let wanted: Vec<Arc<Mailbox>> = reload.0.mailbox.iter().cloned().map(Arc::new).collect();
        let before = std::mem::replace(&mut self.mailboxes, wanted.clone());
        let names: Vec<&str> = wanted.iter().map(|mailbox| mailbox.name.as_str()).collect();
        self.health.set_mailboxes(&wanted);
        for gone in before
            .iter()
            .filter(|old| !names.contains(&old.name.as_str()))
        {
            self.lives
                .entry(ChildId::Poller(gone.name.clone()))
                .and_modify(|life| *life += 1);
            if let Some(poller) = self.pollers.remove(&gone.name) {
                stop_soon(poller);
            }
        }
        for mailbox in wanted.iter().filter(|new| !before.contains(new)) {
            self.replace_poller(mailbox, ctx);
        }
    }
}

impl Handler<Stop> for Supervisor {
    type Result = ResponseFuture<()>;

    fn handle(&mut self, _: Stop, _: &mut Self::Context) -> Self::Result {
        self.stopping = true;
        let pollers: Vec<Poller> = self.pollers.drain().map(|(_, poller)| poller).collect();
        Box::pin(async move {
            let stops = pollers.iter().map(|poller| poller.send(Stop));
            let all = futures_util::future::join_all(stops);
            if tokio::time::timeout(GRACE, all).await.is_err() {
                tracing::warn!("some mails were still in flight; they are fetched again next time");
            }
        })
    }
}

/// Stops a poller that is replaced or gone from the configuration, without waiting for it.
fn stop_soon(poller: Poller) {
    actix::spawn(async move {
        // An error means that it is gone already.
        let _ = poller.send(Stop).await;
    });
}

/// How long the pollers may finish what is in flight: below the 10 s that a service manager waits.
const GRACE: Duration = Duration::from_secs(8);
