//! Starts the others, watches them, starts them again, and stops them in order.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use actix::{
    Actor, ActorFutureExt, Addr, AsyncContext, Context, Handler, ResponseFuture, WrapFuture,
};

use crate::actors::duties::Duties;
use crate::actors::intake::MailboxIntake;
use crate::actors::messages::{
    ChildEnded, ChildId, Poll, PollAccount, PollNow, Reload, SendBy, Stop,
};
use crate::actors::mscons::MsconsActor;
use crate::actors::poller::MailboxPollerActor;
use crate::actors::scheduler::Scheduler;
use crate::actors::sender::SenderActor;
use crate::actors::tether::Tether;
use crate::actors::token::TokenActor;
use crate::clock;
use crate::config::mailbox::{Auth, Mailbox};
use crate::health::Health;
use crate::ingest::Ingest;
use crate::mail::Summary;
use crate::metrics;
use crate::net::backoff;
use crate::oauth::Accounts;
use crate::outbox::Routes;
use crate::text::{Language, Text};

type Poller = Addr<MailboxPollerActor<MailboxIntake>>;

/// Owns all other actors.
pub struct Supervisor {
    ingest: Ingest,
    health: Health,
    mailboxes: Vec<Arc<Mailbox>>,
    mscons: Option<Addr<MsconsActor>>,
    duties: Option<Duties>,
    scheduler: Option<Addr<Scheduler>>,
    accounts: Accounts,
    /// What is wrong with an account is said in this language.
    text: Text,
    token: Option<Addr<TokenActor>>,
    routes: Routes,
    sender: Option<Addr<SenderActor>>,
    pollers: HashMap<String, Poller>,
    /// Pollers that were told to stop, and have not ended yet.
    retiring: HashMap<String, Poller>,
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
            duties: None,
            scheduler: None,
            accounts: Accounts::none(),
            text: Text::new(Language::En),
            token: None,
            routes: Routes::default(),
            sender: None,
            pollers: HashMap::new(),
            retiring: HashMap::new(),
            lives: HashMap::new(),
            stopping: false,
        }
    }

    /// The same with duties, for which it starts a scheduler.
    #[must_use]
    pub fn with_duties(self, duties: Duties) -> Self {
        Self {
            duties: Some(duties),
            ..self
        }
    }

    /// The same with Microsoft accounts, by which mailboxes sign in.
    #[must_use]
    pub fn with_accounts(self, accounts: Accounts, text: Text) -> Self {
        Self {
            accounts,
            text,
            ..self
        }
    }

    /// The same with servers that mails of ours go by.
    #[must_use]
    pub fn with_routes(self, routes: Routes) -> Self {
        Self { routes, ..self }
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

    fn start(&mut self, child: &ChildId, ctx: &mut Context<Self>) {
        match child {
            ChildId::Mscons => {
                let tether = self.tether(ChildId::Mscons, ctx);
                let mscons = MsconsActor::new(self.ingest.clone(), Some(tether)).start();
                self.mscons = Some(mscons);
                self.health.store_ready(true);
                // The pollers speak to the new one.
                for mailbox in self.mailboxes.clone() {
                    self.replace_poller(&mailbox.name, ctx);
                }
            }
            ChildId::Poller(name) => {
                self.pollers.remove(name);
                self.start_poller(name, ctx);
            }
            ChildId::Scheduler => {
                if let Some(duties) = self.duties.clone() {
                    let tether = self.tether(ChildId::Scheduler, ctx);
                    self.scheduler = Some(Scheduler::new(duties, Some(tether)).start());
                }
            }
            ChildId::Sender => {
                let tether = Some(self.tether(ChildId::Sender, ctx));
                let (ingest, accounts) = (self.ingest.clone(), self.accounts.clone());
                let sender = SenderActor::new(ingest, accounts, self.routes.clone(), tether);
                self.sender = Some(sender.start());
            }
            ChildId::Token => {
                let tether = Some(self.tether(ChildId::Token, ctx));
                let (accounts, text) = (self.accounts.clone(), self.text.clone());
                let works = ctx.address().recipient();
                self.token = Some(TokenActor::new(accounts, text, works, tether).start());
            }
        }
    }

    /// Lets `/readyz` tell what does not work until the child is back.
    fn note_end(&self, child: &ChildId) {
        match child {
            ChildId::Mscons => self.health.store_ready(false),
            ChildId::Poller(name) => {
                let error = "its poller ended by a fault of the gateway; it is started again";
                self.health.mailbox_failed(name, error, true, clock::now());
            }
            // Mails come in without it; the log and the metric of restarts tell.
            // Without the next, mails of ours wait; without the last, pollers ask for tokens
            // themselves.
            ChildId::Scheduler | ChildId::Sender | ChildId::Token => {}
        }
    }

    /// Starts a poller for a mailbox of the configuration, unless an old one is still ending: then
    /// the new one begins after it. There is one connection a mailbox.
    fn start_poller(&mut self, name: &str, ctx: &mut Context<Self>) {
        if self.stopping || self.retiring.contains_key(name) {
            return;
        }
        let mailbox = self.mailboxes.iter().find(|m| m.name == name).cloned();
        let (Some(mailbox), Some(mscons)) = (mailbox, self.mscons.clone()) else {
            return;
        };
        let tether = self.tether(ChildId::Poller(name.to_owned()), ctx);
        let store = Arc::clone(self.ingest.store());
        let intake = MailboxIntake::new(name, mscons, store);
        let health = self.health.clone();
        let accounts = self.accounts.clone();
        let poller = MailboxPollerActor::new(mailbox, intake, health, accounts, Some(tether));
        let poller = poller.start();
        self.pollers.insert(name.to_owned(), poller);
    }

    /// Ends the poller of a mailbox. If the configuration has the mailbox then, a new one begins.
    fn replace_poller(&mut self, name: &str, ctx: &mut Context<Self>) {
        let Some(old) = self.pollers.remove(name) else {
            self.start_poller(name, ctx);
            return;
        };
        // From here on its end is no surprise.
        let life = self.lives.entry(ChildId::Poller(name.to_owned()));
        *life.or_insert(0) += 1;
        let (name, stop) = (name.to_owned(), old.send(Stop));
        self.retiring.insert(name.clone(), old);
        ctx.spawn(stop.into_actor(self).map(move |_, supervisor, ctx| {
            supervisor.retiring.remove(&name);
            supervisor.start_poller(&name, ctx);
        }));
    }
}

impl Actor for Supervisor {
    type Context = Context<Self>;

    fn started(&mut self, ctx: &mut Self::Context) {
        self.start(&ChildId::Mscons, ctx);
        self.start(&ChildId::Scheduler, ctx);
        self.start(&ChildId::Token, ctx);
        self.start(&ChildId::Sender, ctx);
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
            ChildId::Scheduler => ("scheduler", ""),
            ChildId::Sender => ("sender", ""),
            ChildId::Token => ("token", ""),
        };
        let attempt = u32::try_from(life).unwrap_or(u32::MAX);
        let delay = backoff::delay(backoff::Cause::Transient, attempt, clock::jitter());
        tracing::error!(actor = kind, name, restart_in = ?delay, "an actor ended; it is started again");
        metrics::actor_restarted(kind);
        self.note_end(&ended.child);
        ctx.run_later(delay, move |supervisor, ctx| {
            let is_replaced = supervisor.lives.get(&ended.child) != Some(&ended.life);
            if !supervisor.stopping && !is_replaced {
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

impl Handler<PollAccount> for Supervisor {
    type Result = ();

    fn handle(&mut self, works: PollAccount, _: &mut Self::Context) {
        if let Some(sender) = &self.sender {
            drop(sender.try_send(works.clone()));
        }
        // An empty name is the only account.
        let signs_in = |mailbox: &&Arc<Mailbox>| {
            mailbox.auth == Auth::Microsoft
                && (mailbox.account == works.account || mailbox.account.is_empty())
        };
        for mailbox in self.mailboxes.iter().filter(signs_in) {
            if let Some(poller) = self.pollers.get(&mailbox.name) {
                drop(poller.try_send(works.clone()));
            }
        }
    }
}

impl Handler<Poll> for Supervisor {
    type Result = ResponseFuture<Result<Summary, String>>;

    fn handle(&mut self, poll: Poll, _: &mut Self::Context) -> Self::Result {
        let poller = self.pollers.get(&poll.mailbox).cloned();
        Box::pin(async move {
            let poller = poller.ok_or("the running gateway does not poll it now; SIGHUP makes it read a changed configuration")?;
            let answer = poller.send(poll).await;
            answer.unwrap_or_else(|_| Err(ENDED.to_owned()))
        })
    }
}

impl Handler<Reload> for Supervisor {
    type Result = ();

    fn handle(&mut self, reload: Reload, ctx: &mut Self::Context) {
        let wanted: Vec<Arc<Mailbox>> = reload.0.mailbox.iter().cloned().map(Arc::new).collect();
        let before = std::mem::replace(&mut self.mailboxes, wanted.clone());
        let names: Vec<&str> = wanted.iter().map(|mailbox| mailbox.name.as_str()).collect();
        self.health.set_mailboxes(&wanted);
        self.ingest.validation().set(&reload.0.partner);
        if let Some(duties) = &self.duties {
            duties.reload(&reload.0);
        }
        self.routes = Routes::of_config(&reload.0);
        if let Some(sender) = &self.sender {
            // One that is full or gone is started again with them.
            drop(sender.try_send(SendBy(self.routes.clone())));
        }
        let changed = wanted.iter().filter(|new| !before.contains(new));
        let gone = before
            .iter()
            .filter(|old| !names.contains(&old.name.as_str()));
        let is_new = |new: &&Arc<Mailbox>| before.iter().all(|old| old.name != new.name);
        wanted
            .iter()
            .filter(is_new)
            .for_each(|new| metrics::mailbox_added(&new.name));
        gone.clone()
            .for_each(|old| metrics::mailbox_removed(&old.name));
        for mailbox in changed.chain(gone) {
            self.replace_poller(&mailbox.name, ctx);
        }
    }
}

impl Handler<Stop> for Supervisor {
    type Result = ResponseFuture<()>;

    fn handle(&mut self, _: Stop, _: &mut Self::Context) -> Self::Result {
        self.stopping = true;
        if let Some(duties) = &self.duties {
            duties.stop();
        }
        let all = self.pollers.drain().chain(self.retiring.drain());
        let pollers: Vec<Poller> = all.map(|(_, poller)| poller).collect();
        let token = self.token.take();
        let sender = self.sender.take();
        Box::pin(async move {
            let stops = pollers.iter().map(|poller| poller.send(Stop));
            let all = futures_util::future::join_all(stops);
            let sent = async {
                if let Some(sender) = sender {
                    // It bounds its end itself.
                    let _ = sender.send(Stop).await;
                }
            };
            let (ended, ()) = futures_util::join!(tokio::time::timeout(GRACE, all), sent);
            if ended.is_err() {
                tracing::warn!("some mails were still in flight; they are fetched again next time");
            }
            // They may have needed a token to the last.
            if let Some(token) = token
                && tokio::time::timeout(TOKEN_GRACE, token.send(Stop))
                    .await
                    .is_err()
            {
                tracing::warn!(
                    "Microsoft had not answered yet; a new token is asked for next time"
                );
            }
        })
    }
}

/// Why a poll that was asked for has no result.
const ENDED: &str = "its poller ended; it is started again, or the gateway is stopping";
/// How long the pollers may finish what is in flight: with the next below the 10 s that a service
/// manager waits.
const GRACE: Duration = Duration::from_secs(8);
/// How long an answer of Microsoft that is under way is waited for, to be stored.
const TOKEN_GRACE: Duration = Duration::from_secs(1);

#[cfg(test)]
mod tests;
