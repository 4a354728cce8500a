//! The sender: carries what the outbox holds.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use actix::{
    Actor, ActorContext, ActorFutureExt, AsyncContext, Context, Handler, ResponseFuture, WrapFuture,
};
use futures_util::future::join;
use tokio::sync::watch;
use tokio::task::AbortHandle;
use tokio::time::timeout;

use crate::actors::messages::{PollAccount, SendBy, Stop};
use crate::actors::tether::Tether;
use crate::ingest::Ingest;
use crate::oauth::Accounts;
use crate::outbox::{Courier, Routes};
use crate::store::outbox::Route;

/// Carries the mails of ours for as long as it lives.
pub struct SenderActor {
    ingest: Ingest,
    accounts: Accounts,
    routes: watch::Sender<Routes>,
    /// Changes when a Microsoft account works again.
    works: watch::Sender<u64>,
    is_stopping: Arc<AtomicBool>,
    work: Option<Work>,
    _tether: Option<Tether>,
}

struct Work {
    abort: AbortHandle,
    /// Closed when it has ended.
    ended: watch::Receiver<()>,
}

impl SenderActor {
    /// A sender by these servers.
    pub fn new(ingest: Ingest, accounts: Accounts, routes: Routes, tether: Option<Tether>) -> Self {
        Self {
            ingest,
            accounts,
            routes: watch::Sender::new(routes),
            works: watch::Sender::new(0),
            is_stopping: Arc::default(),
            work: None,
            _tether: tether,
        }
    }

    fn carry(&self, route: Route) -> impl Future<Output = ()> + Send + use<> {
        let server = self.routes.borrow().of(route).cloned();
        let courier = Courier::new(self.ingest.clone(), self.accounts.clone(), route, server);
        let courier = courier.until(Arc::clone(&self.is_stopping));
        courier.run(self.routes.subscribe(), self.works.subscribe())
    }
}

impl Actor for SenderActor {
    type Context = Context<Self>;

    fn started(&mut self, ctx: &mut Self::Context) {
        let both = join(self.carry(Route::Main), self.carry(Route::Alert));
        let (ends, ended) = watch::channel(());
        let work = tokio::spawn(async move {
            both.await;
            drop(ends);
        });
        let abort = work.abort_handle();
        self.work = Some(Work { abort, ended });
        ctx.spawn(work.into_actor(self).map(|ended, _, ctx| {
            if let Err(error) = ended
                && error.is_panic()
            {
                tracing::error!(%error, "sending failed by a fault of the gateway");
            }
            ctx.stop();
        }));
    }
}

impl Drop for SenderActor {
    fn drop(&mut self) {
        if let Some(work) = &self.work {
            work.abort.abort();
        }
    }
}

impl Handler<SendBy> for SenderActor {
    type Result = ();

    fn handle(&mut self, SendBy(routes): SendBy, _: &mut Self::Context) {
        self.routes.send_if_modified(|known| {
            let is_new = *known != routes;
            *known = routes;
            is_new
        });
    }
}

impl Handler<PollAccount> for SenderActor {
    type Result = ();

    fn handle(&mut self, _: PollAccount, _: &mut Self::Context) {
        self.works.send_modify(|works| *works += 1);
    }
}

impl Handler<Stop> for SenderActor {
    type Result = ResponseFuture<()>;

    fn handle(&mut self, _: Stop, _: &mut Self::Context) -> Self::Result {
        self.is_stopping.store(true, Ordering::Relaxed);
        // Whoever waits for something to send looks up.
        self.routes.send_replace(Routes::default());
        let work = self.work.take();
        Box::pin(async move {
            let Some(Work { abort, mut ended }) = work else {
                return;
            };
            let end = async { while ended.changed().await.is_ok() {} };
            if timeout(GRACE, end).await.is_err() {
                tracing::warn!("a mail was still being sent; the same mail goes again next time");
                abort.abort();
            }
        })
    }
}

/// How long the mail that is being sent may take to its end.
const GRACE: Duration = Duration::from_secs(8);
