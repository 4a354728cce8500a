//! The actors: state, timers, messages, supervision. The work is in plain functions elsewhere.
//!
//! ```text
//! Supervisor ─┬─ MsconsActor            parses and persists (crate::ingest)
//!             └─ MailboxPollerActor …   one a mailbox         (crate::mail)
//! ```
//!
//! A panic in a handler kills an actix actor silently, and actix's own supervisor does not see it:
//! ours does, through a [`tether::Tether`]. Work that may panic runs in tasks of its own.

pub mod intake;
pub mod messages;
pub mod mscons;
pub mod poller;
pub mod supervisor;
pub mod tether;

pub use messages::{Poll, PollNow, Reload, Stop};
pub use supervisor::Supervisor;
