//! The actors: state, timers, messages, supervision. The work is in plain functions elsewhere.
//!
//! ```text
//! Supervisor ─┬─ MsconsActor            parses and persists (crate::ingest)
//!             ├─ MailboxPollerActor …   one a mailbox         (crate::mail)
//!             ├─ SenderActor            mails of ours         (crate::outbox)
//!             ├─ TokenActor             Microsoft accounts    (crate::oauth)
//!             └─ Scheduler              late values, alerts   (crate::expect, crate::alert)
//! ```
//!
//! A panic in a handler kills an actix actor silently, and actix's own supervisor does not see it:
//! ours does, through a [`tether::Tether`]. Work that may panic runs in tasks of its own.

pub mod duties;
pub mod intake;
pub mod messages;
pub mod mscons;
pub mod poller;
pub mod scheduler;
pub mod sender;
pub mod supervisor;
pub mod tether;
pub mod token;

pub use duties::Duties;
pub use messages::{Poll, PollNow, Reload, Stop};
pub use supervisor::Supervisor;
