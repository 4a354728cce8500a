//! Where the Microsoft accounts are, for a command that needs nothing else of the data directory.

use crate::cli::Failure;
use crate::config::Gateway;
use crate::oauth::Accounts;
use crate::store::StoreError;
use crate::store::data_dir::DataDir;

/// Who has the accounts: two processes must not renew one refresh token.
pub(super) enum Kept {
    /// This process, for as long as it has the data directory.
    Here(Accounts, Option<DataDir>),
    /// A running gateway, or another command.
    Elsewhere(StoreError),
}

/// Takes the accounts of a configuration. Nothing is made where no data directory is.
pub(super) fn open(config: &Gateway) -> Result<Kept, Failure> {
    if !config.data_dir.is_dir() {
        // So nobody has signed in: what is left are applications that sign in by themselves.
        return Ok(Kept::Here(Accounts::open(config), None));
    }
    make(config)
}

/// The same for what is about to keep something: makes the data directory if it is missing.
pub(super) fn make(config: &Gateway) -> Result<Kept, Failure> {
    match DataDir::open(&config.data_dir) {
        Ok(data_dir) => Ok(Kept::Here(Accounts::open(config), Some(data_dir))),
        Err(in_use @ StoreError::InUse { .. }) => Ok(Kept::Elsewhere(in_use)),
        Err(error) => Err(error.into()),
    }
}
