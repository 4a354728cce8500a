//! What the actors say to each other: orders and facts.

use std::sync::Arc;

use actix::Message;
use tokio::sync::OwnedSemaphorePermit;

use crate::config::Gateway;
use crate::ingest::{Arrival, IngestError, Parcel, Settled};
use crate::mail::Summary;
use crate::mailbox::Outcome;
use crate::outbox::Routes;

/// Take this mail in; the answer comes when it is durable.
#[derive(Debug, Message)]
#[rtype(result = "Result<Outcome, IngestError>")]
pub struct Ingest {
    /// Where it came from.
    pub arrival: Arrival,
    /// What came.
    pub parcel: Parcel,
    /// Bounds the bytes in flight; dropped when the mail is durable.
    pub permit: Option<OwnedSemaphorePermit>,
}

/// Settle mails that never came, or note what is announced; the answer is that of
/// [`crate::ingest::Ingest::settle`].
#[derive(Debug, Message)]
#[rtype(result = "Result<(), IngestError>")]
pub struct Settle(pub Settled);

/// Poll now, whatever the timer says.
#[derive(Clone, Copy, Debug, Message)]
#[rtype(result = "()")]
pub struct PollNow;

/// A Microsoft account works again: poll the mailboxes that sign in by it.
#[derive(Clone, Debug, Message)]
#[rtype(result = "()")]
pub struct PollAccount {
    /// Its name.
    pub account: String,
}

/// These are the servers that mails go by, from now on.
#[derive(Clone, Debug, Message)]
#[rtype(result = "()")]
pub struct SendBy(pub Routes);

/// Poll now, and tell how it went: what it did, or why it failed.
#[derive(Clone, Debug, Message)]
#[rtype(result = "Result<Summary, String>")]
pub struct Poll {
    /// Name of the mailbox.
    pub mailbox: String,
}

/// Do the next round.
#[derive(Clone, Copy, Debug, Message)]
#[rtype(result = "()")]
pub struct Tick;

/// Finish what is in flight, then end. The answer comes when it is done.
#[derive(Clone, Copy, Debug, Message)]
#[rtype(result = "()")]
pub struct Stop;

/// The configuration has changed.
#[derive(Clone, Debug, Message)]
#[rtype(result = "()")]
pub struct Reload(pub Arc<Gateway>);

/// Which child of the supervisor.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub enum ChildId {
    /// The `MsconsActor`.
    Mscons,
    /// The poller of the mailbox with this name.
    Poller(String),
    /// The `Scheduler`.
    Scheduler,
    /// The `SenderActor`.
    Sender,
    /// The `TokenActor`.
    Token,
}

/// A child's actor is gone, whatever ended it.
#[derive(Clone, Debug, Message)]
#[rtype(result = "()")]
pub struct ChildEnded {
    /// Which.
    pub child: ChildId,
    /// Which life of it: one that was replaced meanwhile does not count.
    pub life: u64,
}
