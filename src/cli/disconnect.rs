//! `disconnect`: forgets the sign-in to a Microsoft account.

use crate::cli::accounts::named;
use crate::cli::at_accounts::{AccountsCall, AtAccounts};
use crate::cli::{Done, Failure};

/// `disconnect`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Name of the account: of the configuration, or of one that was removed from it
    account: String,
}

impl AtAccounts for Args {
    fn run(&self, call: &AccountsCall<'_>) -> Result<Done, Failure> {
        let (accounts, name) = (&call.accounts, &self.account);
        if accounts.unconfigured()?.contains(name) {
            accounts.remove_unconfigured(name)?;
            call.note(&format!(
                "{name}: it is not in the configuration, and nothing of it is kept here any more; {AT_MICROSOFT}"
            ));
            return Ok(Done::Well);
        }
        named(call.config, Some(name))?;
        let Ok(keeper) = accounts.keeper(name) else {
            accounts.forget(name)?;
            call.note(&format!(
                "{name}: what was kept of its sign-in is removed; {AT_MICROSOFT}"
            ));
            return Ok(Done::Well);
        };
        let was_connected = keeper.status().connected.is_some();
        // Also what an earlier flow of the account has left.
        call.wait(keeper.disconnect())??;
        if was_connected {
            call.note(&format!(
                "{name}: the sign-in is forgotten here; {AT_MICROSOFT}"
            ));
        } else {
            call.note(&format!("{name}: nobody was signed in"));
        }
        Ok(Done::Well)
    }
}

const AT_MICROSOFT: &str = "Microsoft forgets it when its sessions are revoked there";
