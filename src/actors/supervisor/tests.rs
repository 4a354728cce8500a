//! Children that panic, and stop.

use std::fs;
use std::marker::PhantomData;

use actix::{Message, MessageResult};
use metrics_exporter_prometheus::PrometheusBuilder;

use super::*;
use crate::alert::Desk;
use crate::config::Gateway;
use crate::config::mailbox::Protocol;
use crate::expect::Watch;
use crate::format::csv::Dialect;
use crate::mail::Intake;
use crate::press::Press;
use crate::query::Virtuals;
use crate::sample;
use crate::store::Store;
use crate::text::Language;

/// A fault in a handler.
#[derive(Message)]
#[rtype(result = "()")]
struct Panic;

impl<I: Intake + Unpin> Handler<Panic> for MailboxPollerActor<I> {
    type Result = ();

    fn handle(&mut self, _: Panic, _: &mut Self::Context) {
        panic!("on purpose");
    }
}

impl Handler<Panic> for MsconsActor {
    type Result = ();

    fn handle(&mut self, _: Panic, _: &mut Self::Context) {
        panic!("on purpose");
    }
}

/// Which actor is the child of this kind?
#[derive(Message)]
#[rtype(result = "Option<Addr<A>>")]
struct The<A: Actor>(PhantomData<fn() -> A>);

macro_rules! only_child {
    ($actor:ty, $field:ident) => {
        impl Handler<Panic> for $actor {
            type Result = ();

            fn handle(&mut self, _: Panic, _: &mut Self::Context) {
                panic!("on purpose");
            }
        }

        impl Handler<The<$actor>> for Supervisor {
            type Result = MessageResult<The<$actor>>;

            fn handle(&mut self, _: The<$actor>, _: &mut Self::Context) -> Self::Result {
                MessageResult(self.$field.clone())
            }
        }
    };
}

only_child!(Scheduler, scheduler);
only_child!(TokenActor, token);
only_child!(SenderActor, sender);

#[derive(Message)]
#[rtype(result = "(Addr<MsconsActor>, Poller)")]
struct Children;

impl Handler<Children> for Supervisor {
    type Result = MessageResult<Children>;

    fn handle(&mut self, _: Children, _: &mut Self::Context) -> Self::Result {
        let mscons = self.mscons.clone().unwrap();
        MessageResult((mscons, self.pollers.get("mails").cloned().unwrap()))
    }
}

/// A gateway with one Maildir.
struct World {
    home: tempfile::TempDir,
    health: Health,
    store: Arc<dyn Store>,
    supervisor: Addr<Supervisor>,
    delivered: u32,
}

impl World {
    fn new() -> Self {
        let home = tempfile::tempdir().unwrap();
        let maildir = home.path().join("mails");
        for part in ["new", "cur", "tmp"] {
            fs::create_dir_all(maildir.join(part)).unwrap();
        }
        let mailbox = Mailbox {
            name: "mails".to_owned(),
            protocol: Protocol::Maildir,
            path: maildir,
            ..Mailbox::default()
        };
        let (store, archive) = crate::store::open(&home.path().join("data"), 1 << 20).unwrap();
        let ingest = Ingest::start(Arc::new(store), Arc::new(archive)).unwrap();
        let health = Health::new(clock::now());
        health.set_mailboxes(std::slice::from_ref(&mailbox));
        let store = Arc::clone(ingest.store());
        let config = Gateway {
            data_dir: home.path().join("data"),
            mailbox: vec![mailbox.clone()],
            ..Gateway::default()
        };
        let desk = Desk::open(&config.data_dir, Text::new(Language::En));
        let (watch, of) = (Watch::default(), ingest.clone());
        let press = Press::new(
            &config,
            Text::new(Language::De),
            Dialect::default(),
            Virtuals::default(),
        );
        let accounts = Accounts::none();
        let duties = Duties::new(&config, of, health.clone(), watch, desk, accounts, press);
        let supervisor = Supervisor::new(ingest, health.clone(), vec![mailbox])
            .with_duties(duties)
            .start();
        Self {
            home,
            health,
            store,
            supervisor,
            delivered: 0,
        }
    }

    async fn children(&self) -> (Addr<MsconsActor>, Poller) {
        self.supervisor.send(Children).await.unwrap()
    }

    /// Delivers a mail, asks for a poll, and waits until the mail is stored.
    async fn takes_mails(&mut self) {
        let mail = sample::load_profile_mail(self.delivered);
        let file = format!("mails/new/{}", self.delivered);
        fs::write(self.home.path().join(file), mail.bytes).unwrap();
        self.delivered += 1;
        for _ in 0..ATTEMPTS {
            self.supervisor.send(PollNow).await.unwrap();
            if self.store.totals().unwrap().mails == u64::from(self.delivered) {
                return;
            }
            tokio::time::sleep(STEP).await;
        }
        panic!("the mail was not taken in");
    }

    async fn until_ready(&self, is_ready: bool) {
        for _ in 0..ATTEMPTS {
            let reasons = self.health.snapshot().reasons_not_ready(at_leisure());
            if reasons.is_empty() == is_ready {
                return;
            }
            tokio::time::sleep(STEP).await;
        }
        panic!("ready never was {is_ready}");
    }
}

/// A time at which every grace is over.
fn at_leisure() -> crate::market::calendar::UtcTime {
    let later = clock::now().seconds() + 2 * crate::health::GRACE_SECONDS;
    crate::market::calendar::UtcTime::from_seconds(later)
}

#[actix::test]
async fn a_poller_that_panics_is_started_again_and_readyz_tells() {
    let recorder = PrometheusBuilder::new().build_recorder();
    let _counting = ::metrics::set_default_local_recorder(&recorder);
    let mut world = World::new();
    world.takes_mails().await;
    let (mscons, poller) = world.children().await;
    poller.send(Panic).await.unwrap_err();
    world.until_ready(false).await;
    world.until_ready(true).await;
    world.takes_mails().await;
    let (same, other) = world.children().await;
    assert!(same == mscons && other != poller);
    let page = recorder.handle().render();
    let line = "mscons_gateway_actor_restarts_total{actor=\"poller\"} 1";
    assert!(page.contains(line), "{page}");
}

#[actix::test]
async fn a_mscons_actor_that_panics_is_started_again_with_pollers_that_know_the_new_one() {
    let mut world = World::new();
    world.takes_mails().await;
    let (mscons, poller) = world.children().await;
    mscons.send(Panic).await.unwrap_err();
    world.until_ready(false).await;
    world.until_ready(true).await;
    world.takes_mails().await;
    let (other, successor) = world.children().await;
    assert!(other != mscons && successor != poller);
}

/// Mails come in while a child is gone, and it comes back.
async fn is_started_again<A>()
where
    A: Handler<Panic> + Actor<Context = Context<A>>,
    Supervisor: Handler<The<A>>,
{
    let mut world = World::new();
    let the = || world.supervisor.send(The(PhantomData));
    let first: Addr<A> = the().await.unwrap().unwrap();
    first.send(Panic).await.unwrap_err();
    world.takes_mails().await;
    for _ in 0..ATTEMPTS {
        let successor = world.supervisor.send(The(PhantomData)).await.unwrap();
        if successor.is_some_and(|successor: Addr<A>| successor != first) {
            return;
        }
        tokio::time::sleep(STEP).await;
    }
    panic!("it was not started again");
}

#[actix::test]
async fn a_scheduler_that_panics_is_started_again_and_mails_come_in_meanwhile() {
    is_started_again::<Scheduler>().await;
}

#[actix::test]
async fn a_token_actor_that_panics_is_started_again_and_mails_come_in_meanwhile() {
    is_started_again::<TokenActor>().await;
}

#[actix::test]
async fn a_sender_that_panics_is_started_again_and_mails_come_in_meanwhile() {
    is_started_again::<SenderActor>().await;
}

#[actix::test]
async fn a_child_that_is_stopped_with_the_gateway_is_not_started_again() {
    let mut world = World::new();
    world.takes_mails().await;
    let (_, poller) = world.children().await;
    world.supervisor.send(Stop).await.unwrap();
    assert!(!poller.connected());
    assert!(
        world
            .health
            .snapshot()
            .reasons_not_ready(at_leisure())
            .is_empty()
    );
}

const STEP: Duration = Duration::from_millis(10);
/// Half a minute: a restart waits for a second at most.
const ATTEMPTS: u32 = 3_000;
