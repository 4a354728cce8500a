//! The commands that work on the store: here, or in the gateway that has it open.

use std::path::{Path, PathBuf};

use clap::Subcommand;

use crate::cli::call::{Call, Caller};
use crate::cli::terminal::Terminal;
use crate::cli::{
    Done, Failure, backup, compact, control, diff, export, fetch, gaps, import, messages, open,
    outbox, plot, quarantine, report, request, requests, series, values, verify,
};
use crate::config::Gateway;
use crate::store::StoreError;

/// A command that works on the store.
#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Poll every mailbox once, then end
    #[command(after_help = "Example:\n  mscons-gateway fetch --mailbox metering")]
    Fetch(fetch::Args),
    /// Take files in: EDIFACT, mails, mbox, zip, gz, folders, Maildirs; `-` is stdin
    #[command(after_help = "Example:\n  mscons-gateway import ~/old-mails/ MSCONS_TL_2026-11.zip")]
    Import(import::Args),
    /// List the series
    #[command(after_help = "Example:\n  mscons-gateway series '5012*'")]
    Series(series::Args),
    /// Read the values of one series
    #[command(
        after_help = "Example:\n  mscons-gateway values 50120962218/1-1:1.29.0 --from 2026-11-01 --to 2026-12-01 --resolution day"
    )]
    Values(values::Args),
    /// Write the values of many series to a file
    #[command(
        after_help = "Example:\n  mscons-gateway export '5012*' --from 2026-11-01 --to 2026-12-01 --format xlsx --out november.xlsx"
    )]
    Export(export::Args),
    /// Show what changed since a time: old value, new value, difference, and by which message
    #[command(
        after_help = "Example:\n  mscons-gateway diff '5012*' --from 2026-11-01 --to 2026-12-01 --as-of 2026-12-02"
    )]
    Diff(diff::Args),
    /// List the intervals that are missing, with who should have sent them and how late they are
    #[command(
        long_about = "List the intervals that are missing, with who should have sent them and how late they are.\n\nNeighbouring ones are one line. Without --to, a series that an [[expect]] names is looked at up to the last delivery day that is due, any other one up to its last value; nothing is missing that has not ended yet. The exit code is 0, also with gaps, unless --fail is given.",
        after_help = "Example:\n  mscons-gateway gaps '5012*' --from 2026-11-01 --to 2026-12-01 --fail"
    )]
    Gaps(gaps::Args),
    /// Draw a series as SVG or PNG: load profile, heat map, duration curve, peaks
    #[command(
        after_help = "Example:\n  mscons-gateway plot 50120962218/1-1:1.29.0 --from 2026-11-02 --to 2026-11-09 --kind heat-map --out week.png"
    )]
    Plot(plot::Args),
    /// List the messages that were taken in, newest first
    #[command(after_help = "Example:\n  mscons-gateway messages --limit 10 --format json")]
    Messages(messages::Args),
    /// Look at what was not understood, try it again, or drop it
    #[command(after_help = "Example:\n  mscons-gateway quarantine")]
    Quarantine(quarantine::Args),
    /// Ask a partner for data: by ORDERS, or by a mail in words
    #[command(
        after_help = "Example:\n  mscons-gateway request --partner 9905048000007 --location 41373559241 --from 2026-11-01 --to 2026-12-01 --dry-run"
    )]
    Request(request::Args),
    /// List what was asked for, and what came of it
    #[command(after_help = "Example:\n  mscons-gateway requests --limit 10")]
    Requests(requests::Args),
    /// List the reports, look at one, or send one
    #[command(after_help = "Example:\n  mscons-gateway report preview digest --out digest.pdf")]
    Report(report::Args),
    /// Look at the mails that the gateway sends, send them again, or do not
    #[command(after_help = "Example:\n  mscons-gateway outbox --open")]
    Outbox(outbox::Args),
    /// Read everything that is kept, and say what is damaged
    #[command(after_help = "Example:\n  mscons-gateway verify --format json")]
    Verify(verify::Args),
    /// Copy everything that is kept into one file, also while the gateway runs
    #[command(after_help = "Example:\n  mscons-gateway backup /backup/mscons-2026-11-24.tar")]
    Backup(backup::Args),
    /// Make the database smaller, also while the gateway runs
    #[command(
        long_about = "Make the database smaller, also while the gateway runs.\n\nThe database is written anew beside its place and then put there; all records stay. That needs as much room again as it has then, and mails wait meanwhile. Worth it after many corrections, or when the database has grown much faster than what came.",
        after_help = "Example:\n  mscons-gateway compact"
    )]
    Compact(compact::Args),
}

/// What a command does with the store.
pub(super) trait AtStore {
    /// Runs it.
    fn run(&self, call: &Call<'_>) -> Result<Done, Failure>;

    /// Runs it where the database cannot be opened.
    fn without_database(
        &self,
        _config: &Gateway,
        _caller: &dyn Caller,
        error: StoreError,
    ) -> Result<Done, Failure> {
        Err(error.into())
    }

    /// Does what it can without a store, where that is all there is to do: nothing is opened or made.
    fn without_store(
        &self,
        _config: &Gateway,
        _caller: &dyn Caller,
    ) -> Result<Option<Done>, Failure> {
        Ok(None)
    }

    /// The file that its results go to; stdout if there is none, or it is `-`.
    fn out(&self) -> Option<&Path> {
        None
    }

    /// The files that it reads.
    fn inputs(&self) -> &[PathBuf] {
        &[]
    }

    /// Whether it makes sense with this configuration, before anything is opened or made.
    fn check(&self, config: &Gateway) -> Result<(), Failure> {
        open::existing(config)
    }
}

impl Command {
    /// Runs it for the terminal that this process was started from.
    pub(super) fn call(&self, config: &Path) -> Result<Done, Failure> {
        let config = open::config(config)?;
        let work = self.work();
        work.check(&config)?;
        let terminal = Terminal::new(work.out(), work.inputs())?;
        if let Some(done) = work.without_store(&config, &terminal)? {
            terminal.finish()?;
            return Ok(done);
        }
        let done = match open::store(&config) {
            Ok(opened) => work.run(&Call {
                config: &config,
                opened: &opened,
                gateway: None,
                runtime: None,
                is_older: false,
                caller: &terminal,
            }),
            Err(in_use @ StoreError::InUse { .. }) => {
                control::call(&config, &terminal, in_use.into())
            }
            Err(error) => work.without_database(&config, &terminal, error),
        }?;
        terminal.finish()?;
        Ok(done)
    }

    /// What it does.
    pub(super) fn work(&self) -> &dyn AtStore {
        match self {
            Self::Fetch(args) => args,
            Self::Import(args) => args,
            Self::Series(args) => args,
            Self::Values(args) => args,
            Self::Export(args) => args,
            Self::Diff(args) => args,
            Self::Gaps(args) => args,
            Self::Plot(args) => args,
            Self::Messages(args) => args,
            Self::Quarantine(args) => args,
            Self::Request(args) => args,
            Self::Requests(args) => args,
            Self::Report(args) => args,
            Self::Outbox(args) => args,
            Self::Verify(args) => args,
            Self::Backup(args) => args,
            Self::Compact(args) => args,
        }
    }
}
