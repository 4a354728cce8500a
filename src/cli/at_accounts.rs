//! The commands that work with the Microsoft accounts, and with nothing else of the data directory:
//! here, or in the gateway that has the accounts. The database may be in any state.

use std::ops::Deref;
use std::path::{Path, PathBuf};

use clap::Subcommand;
use tokio::runtime::Handle;

use crate::cli::call::{Caller, wait_on};
use crate::cli::kept::{self, Kept};
use crate::cli::terminal::Terminal;
use crate::cli::{Done, Failure, accounts, connect, control, disconnect, open, rotate_key};
use crate::config::Gateway;
use crate::oauth::Accounts;

/// A command that works with the accounts.
#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Sign in to a Microsoft account from the terminal, by a code for any browser
    #[command(after_help = "Example:\n  mscons-gateway connect office")]
    Connect(connect::Args),
    /// List the Microsoft accounts: who signed in, until when the token is good, what is wrong
    #[command(
        long_about = "List the Microsoft accounts: who signed in, until when the token is good, what is wrong.\n\nAccounts that are no longer in the configuration are listed, too, while something of them is kept sealed. The exit code is 1 if an account that something signs in by waits for a person: for a sign-in, or for a fault to be put right.",
        after_help = "Example:\n  mscons-gateway accounts --format json"
    )]
    Accounts(accounts::Args),
    /// Forget the sign-in to a Microsoft account
    #[command(
        long_about = "Forget the sign-in to a Microsoft account.\n\nOf an account that is no longer in the configuration all is removed that is kept sealed.",
        after_help = "Example:\n  mscons-gateway disconnect office"
    )]
    Disconnect(disconnect::Args),
    /// Seal the kept secrets under a new key
    #[command(after_help = "Example:\n  mscons-gateway rotate-key")]
    RotateKey(rotate_key::Args),
}

impl Command {
    /// What it does.
    pub(super) fn work(&self) -> &dyn AtAccounts {
        match self {
            Self::Connect(args) => args,
            Self::Accounts(args) => args,
            Self::Disconnect(args) => args,
            Self::RotateKey(args) => args,
        }
    }
}

/// What a command does with the accounts.
pub(super) trait AtAccounts {
    /// Runs it.
    fn run(&self, call: &AccountsCall<'_>) -> Result<Done, Failure>;

    /// Whether it makes sense with this configuration, before anything is opened or made.
    fn check(&self, _config: &Gateway) -> Result<(), Failure> {
        Ok(())
    }

    /// The files that it reads.
    fn inputs(&self) -> &[PathBuf] {
        &[]
    }

    /// Where its accounts are.
    fn find(&self, config: &Gateway) -> Result<Kept, Failure> {
        kept::open(config)
    }
}

/// One call of such a command.
pub(super) struct AccountsCall<'a> {
    /// The configuration.
    pub(super) config: &'a Gateway,
    /// The accounts.
    pub(super) accounts: Accounts,
    /// Whose threads it waits on, if the command runs in a gateway.
    pub(super) runtime: Option<&'a Handle>,
    /// Whom it answers.
    pub(super) caller: &'a dyn Caller,
}

impl AccountsCall<'_> {
    /// Waits for work that may outlive the command, such as connections that are kept.
    pub(super) fn wait<T>(&self, work: impl Future<Output = T>) -> Result<T, Failure> {
        wait_on(self.runtime, work)
    }
}

/// What a call says, its caller hears.
impl<'a> Deref for AccountsCall<'a> {
    type Target = dyn Caller + 'a;

    fn deref(&self) -> &Self::Target {
        self.caller
    }
}

/// Runs one for the terminal that this process was started from.
pub(super) fn call(path: &Path, work: &dyn AtAccounts) -> Result<Done, Failure> {
    let config = open::config(path)?;
    work.check(&config)?;
    let terminal = Terminal::new(None, work.inputs())?;
    let done = match work.find(&config)? {
        Kept::Here(accounts, _held) => work.run(&AccountsCall {
            config: &config,
            accounts,
            runtime: None,
            caller: &terminal,
        }),
        Kept::Elsewhere(in_use) => control::call(&config, &terminal, in_use.into()),
    }?;
    terminal.finish()?;
    Ok(done)
}
