//! The actor that parses and persists: it owns the way into the store.

use actix::{Actor, Context, Handler, ResponseFuture};

use crate::actors::messages::{Ingest, Settle};
use crate::actors::tether::Tether;
use crate::ingest::{self, IngestError};
use crate::mailbox::Outcome;

/// Parses and persists. Worker threads and the committer are behind [`ingest::Ingest`].
pub struct MsconsActor {
    ingest: ingest::Ingest,
    _tether: Option<Tether>,
}

impl MsconsActor {
    /// An actor that takes mails in through `ingest`.
    pub fn new(ingest: ingest::Ingest, tether: Option<Tether>) -> Self {
        Self {
            ingest,
            _tether: tether,
        }
    }
}

impl Actor for MsconsActor {
    type Context = Context<Self>;

    fn started(&mut self, ctx: &mut Self::Context) {
        // The bound on work is the permit that each mail carries; the queue only passes it on.
        ctx.set_mailbox_capacity(QUEUE);
    }
}

impl Handler<Ingest> for MsconsActor {
    type Result = ResponseFuture<Result<Outcome, IngestError>>;

    fn handle(&mut self, order: Ingest, _: &mut Self::Context) -> Self::Result {
        let ingest = self.ingest.clone();
        Box::pin(async move {
            let Ingest {
                arrival,
                parcel,
                permit,
            } = order;
            let outcome = ingest.take_in(arrival, parcel).await;
            drop(permit);
            outcome
        })
    }
}

impl Handler<Settle> for MsconsActor {
    type Result = ResponseFuture<Result<(), IngestError>>;

    fn handle(&mut self, order: Settle, _: &mut Self::Context) -> Self::Result {
        let ingest = self.ingest.clone();
        Box::pin(async move { ingest.settle(order.0).await })
    }
}

/// Messages that may wait in the actor's queue.
const QUEUE: usize = 256;
