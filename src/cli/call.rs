//! A call of a command that works on the store: what it works with, and whom it answers.
//!
//! A command neither opens the store nor prints. It gets both from its [`Call`], and so it does
//! not know whether it runs in the process that was started for it, or in the gateway that has
//! the store open ([`crate::cli::control`]).

use std::cell::Cell;
use std::io::{self, BufWriter, Write};
use std::ops::Deref;
use std::time::{Duration, Instant};

use actix::Addr;
use serde::{Deserialize, Serialize};
use tokio::runtime::Handle;

use crate::actors::Supervisor;
use crate::cli::Failure;
use crate::cli::inputs::Input;
use crate::cli::open::Opened;
use crate::clock;
use crate::config::Gateway;
use crate::format::csv::Dialect;
use crate::oauth::Accounts;
use crate::query::Catalogue;
use crate::store::Store;
use crate::store::archive::Archive;

/// What a command says while it works.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub(super) enum Said<'a> {
    /// The next bytes of its results.
    Results(&'a [u8]),
    /// A line for the person: what is wrong, or what is worth knowing beside the results.
    Line(&'a str),
    /// How far it is.
    Progress(Progress),
    /// What it told its progress of is done.
    NoProgress,
}

/// How far a command is.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub(super) struct Progress {
    pub(super) done: u64,
    pub(super) of: u64,
    pub(super) unit: Unit,
}

/// What progress is counted in.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub(super) enum Unit {
    /// Bytes.
    Bytes,
    /// Files, series, mails.
    Things,
}

/// Whom a command answers: a terminal, however far away.
pub(super) trait Caller {
    /// Takes what the command says.
    fn hear(&self, said: Said<'_>) -> io::Result<()>;

    /// The next of the files that the command line names; `None` behind the last.
    fn next_input(&self) -> io::Result<Option<Input>>;

    /// Whether a person reads along.
    fn is_person(&self) -> bool;
}

impl dyn Caller + '_ {
    /// Where the results go.
    pub(super) fn results(&self) -> BufWriter<Results<'_>> {
        BufWriter::with_capacity(RESULT_BYTES, Results(self))
    }

    /// Says something beside the results.
    pub(super) fn note(&self, what: &str) {
        // Who does not hear it does not get the results either: their writing fails.
        let _ = self.hear(Said::Line(what));
    }

    /// Says what is wrong.
    pub(super) fn complain(&self, what: &str) {
        self.note(&complaint(what));
    }

    /// Says to a person that nothing was found, so that silence is not mistaken for success.
    pub(super) fn nothing_found(&self, what: &str) {
        if self.is_person() {
            self.note(what);
        }
    }

    /// Tells how far the command is; over when dropped.
    pub(super) fn progress(&self, of: u64, unit: Unit) -> Told<'_> {
        Told {
            caller: self,
            last: Cell::new(Progress { done: 0, of, unit }),
            at: Cell::new(None),
        }
    }

    /// The files that the command line names, one after the other.
    pub(super) fn inputs(&self) -> impl Iterator<Item = io::Result<Input>> + '_ {
        std::iter::from_fn(|| self.next_input().transpose())
    }
}

/// One call of a command.
pub(super) struct Call<'a> {
    /// The configuration.
    pub(super) config: &'a Gateway,
    /// The open store.
    pub(super) opened: &'a Opened,
    /// The running gateway, if the command runs in it.
    pub(super) gateway: Option<&'a Addr<Supervisor>>,
    /// Whose threads it waits on, if the command runs in a gateway: what it begins there goes on.
    pub(super) runtime: Option<&'a Handle>,
    /// The gateway that it runs in goes by another configuration than who calls.
    pub(super) is_older: bool,
    /// Whom it answers.
    pub(super) caller: &'a dyn Caller,
}

impl Call<'_> {
    /// The database.
    pub(super) fn store(&self) -> &dyn Store {
        &*self.opened.store
    }

    /// The series to read, the virtual ones too.
    pub(super) fn catalogue(&self) -> Catalogue<'_> {
        Catalogue::new(self.store(), &self.opened.virtuals)
    }

    /// The raw archive.
    pub(super) fn archive(&self) -> &Archive {
        &self.opened.archive
    }

    /// The Microsoft accounts.
    pub(super) fn accounts(&self) -> Accounts {
        self.opened.accounts(self.config)
    }

    /// Waits for work that may outlive the command, such as connections that are kept.
    pub(super) fn wait<T>(&self, work: impl Future<Output = T>) -> Result<T, Failure> {
        wait_on(self.runtime, work)
    }

    /// The dialect of CSV that the configuration names.
    pub(super) fn dialect(&self) -> Dialect {
        crate::cli::open::dialect(self.config)
    }
}

/// What a call says, its caller hears.
impl<'a> Deref for Call<'a> {
    type Target = dyn Caller + 'a;

    fn deref(&self) -> &Self::Target {
        self.caller
    }
}

/// Waits for work on the threads of a gateway, or of this command where there is none.
pub(super) fn wait_on<T>(
    runtime: Option<&Handle>,
    work: impl Future<Output = T>,
) -> Result<T, Failure> {
    match runtime {
        Some(runtime) => Ok(runtime.block_on(work)),
        None => wait(work),
    }
}

/// Waits for what the store's committer does.
pub(super) fn wait<T>(work: impl Future<Output = T>) -> Result<T, Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    Ok(runtime.block_on(work))
}

/// What is wrong, as a line.
pub(super) fn complaint(what: &str) -> String {
    format!("mscons-gateway: {what}")
}

/// The results of a command.
pub(super) struct Results<'a>(&'a dyn Caller);

impl Write for Results<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        // Behind a socket a piece must fit into a frame.
        let (piece, _) = bytes.split_at(bytes.len().min(RESULT_BYTES));
        self.0.hear(Said::Results(piece))?;
        Ok(piece.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Tells how far a command is, some times a second.
pub(super) struct Told<'a> {
    caller: &'a dyn Caller,
    last: Cell<Progress>,
    at: Cell<Option<Instant>>,
}

impl Told<'_> {
    /// So much is done. An error means that nobody listens any more.
    pub(super) fn at(&self, done: u64) -> io::Result<()> {
        self.at_of(done, self.last.get().of)
    }

    /// One more is done.
    pub(super) fn one_more(&self) -> io::Result<()> {
        self.at(self.last.get().done.saturating_add(1))
    }

    /// So much of so much is done.
    pub(super) fn at_of(&self, done: u64, of: u64) -> io::Result<()> {
        let progress = Progress {
            done,
            of,
            ..self.last.get()
        };
        self.last.set(progress);
        if self.at.get().is_some_and(|at| at.elapsed() < TELL_EVERY) {
            return Ok(());
        }
        self.at.set(Some(clock::monotonic()));
        self.caller.hear(Said::Progress(progress))
    }
}

impl Drop for Told<'_> {
    fn drop(&mut self) {
        let _ = self.caller.hear(Said::NoProgress);
    }
}

/// Bytes of results that are handed over at once.
pub(super) const RESULT_BYTES: usize = 1 << 16;
/// For who has changed the configuration, and not told the gateway.
pub(super) const OLDER: &str = "the running gateway goes by an older configuration than this file (or another environment): SIGHUP makes it read the file";
/// Smooth for the eye, and nothing for the socket.
const TELL_EVERY: Duration = Duration::from_millis(100);
