//! The control socket: commands beside a running gateway.
//!
//! The gateway has the store to itself. A command that finds it so hands its command line to the
//! gateway over `<data_dir>/control.sock`; the gateway runs the same function that the command
//! would have run, and what that says ([`Said`]) comes back to the terminal. Files stay with the
//! client: it reads those that the command line names, and writes the results.
//!
//! ```text
//! client                            gateway
//!   greeting ──────────────────────►          both say their version
//!            ◄────────────────────── greeting
//!   Request  ──────────────────────►          command line, and how to write for this person
//!            ◄────────────────────── Said …   results, lines, progress
//!            ◄────────────────────── NextInput
//!   Given …  ──────────────────────►          the bytes of a file
//!            ◄────────────────────── Ended
//! ```
//!
//! Each is a frame ([`frame`]). The socket's file has mode 0600: who may read the data directory's
//! owner's files may use it, and nobody else.

mod client;
mod frame;
mod server;

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::cli::Ended;
use crate::cli::call::Said;
use crate::config::export::Csv;
use crate::config::fingerprint::Fingerprint;
use crate::text::Language;

pub(super) use client::call;
pub(super) use server::Server;

/// What a client wants.
#[derive(Debug, Deserialize, Serialize)]
struct Request {
    /// Its command line, program name included.
    arguments: Vec<Vec<u8>>,
    /// Whether a person reads along.
    is_person: bool,
    /// The client's configuration, as far as it concerns how things are written.
    language: Language,
    time_zone: String,
    csv: Csv,
    /// What of the client's configuration the gateway has a copy of that may be older.
    fingerprint: Fingerprint,
}

/// What the gateway tells.
#[derive(Debug, Deserialize, Serialize)]
enum Told<'a> {
    /// What the command says.
    #[serde(borrow)]
    Said(Said<'a>),
    /// The command wants the next file.
    NextInput,
    /// The command is done.
    Ended(Ended),
}

/// What the client answers to [`Told::NextInput`].
#[derive(Debug, Deserialize, Serialize)]
enum Given<'a> {
    /// A piece of the file; more follows.
    Piece(&'a [u8]),
    /// That was all of it.
    File { name: &'a str, of: u64 },
    /// It could not be read.
    Unreadable {
        name: &'a str,
        of: u64,
        error: &'a str,
    },
    /// There are no more files.
    NoMore,
}

/// The socket of a data directory.
fn socket(data_dir: &Path) -> PathBuf {
    data_dir.join("control.sock")
}
