//! The whole program, tested from outside: one binary, one link.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that cannot go on shall say so at once"
)]

mod accounts;
mod acknowledgement;
mod ahb;
mod alert;
mod answering;
mod architecture;
mod cli;
mod crash;
mod disk_faults;
mod docs;
mod doctor;
mod every_command;
mod expect;
mod explain;
mod extract;
mod faults;
mod first_steps;
mod folder;
mod fuzz;
mod hostile;
mod hostile_input;
mod imap;
mod ingest;
mod laws;
mod maildir;
mod oauth;
mod outbox;
mod parse;
mod pop3;
mod reading;
mod reference;
mod report;
mod request;
mod run;
mod settings;
mod smtp;
mod store;
mod support;
mod upkeep;
mod web;
mod wrong_use;
