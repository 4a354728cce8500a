//! The whole program, tested from outside: one binary, one link.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that cannot go on shall say so at once"
)]

mod architecture;
mod cli;
mod crash;
mod docs;
mod doctor;
mod extract;
mod healthcheck;
mod imap;
mod ingest;
mod init;
mod laws;
mod maildir;
mod parse;
mod pop3;
mod run;
mod store;
mod support;
mod web;
