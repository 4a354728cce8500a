//! `mscons-gateway`: metered energy data by mail, from a mailbox to a durable time series.
//!
//! The crate is one program; this library exists for its binary, its tests and its benches.
//! There is no promise of a stable Rust interface.
//!
//! The modules in the order in which a mail passes them (`docs/ARCHITECTURE.md` has the map):

// The core: pure. No I/O, async, clock or randomness. Same bytes in, same values out.
pub mod access;
pub mod chart;
pub mod config;
pub mod edifact;
pub mod explain;
pub mod extract;
pub mod format;
pub mod mailbox;
pub mod market;
pub mod message;
pub mod report;
pub mod sample;
pub mod series;
pub mod text;

// The edges: one kind of outside each.
pub mod clock;
pub mod health;
pub mod mail;
pub mod metrics;
pub mod net;
pub mod oauth;
pub mod store;
pub mod vault;

// The work: what the product does, as functions.
pub mod acknowledge;
pub mod alert;
pub mod expect;
pub mod ingest;
pub mod outbox;
pub mod post;
pub mod press;
pub mod query;
pub mod request;
pub mod upkeep;

// The shells: translate, call the work, translate back.
pub mod actors;
pub mod cli;
pub mod web;
