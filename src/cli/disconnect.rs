//! `disconnect`: forgets the sign-in to a Microsoft account.

use crate::cli::accounts::named;
use crate::cli::at_store::AtStore;
use crate::cli::call::Call;
use crate::cli::{Done, Failure};
use crate::config::Gateway;

/// `disconnect`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Name of the account in the configuration
    account: String,
}

impl AtStore for Args {
    fn run(&self, call: &Call<'_>) -> Result<Done, Failure> {
        let account = named(call.config, Some(&self.account))?;
        let keeper = call.accounts().keeper(&account.name)?;
        let was_connected = keeper.status().connected.is_some();
        // Also what an earlier flow of the account has left.
        call.wait(keeper.disconnect())??;
        if !was_connected {
            call.note(&format!("{}: nobody was signed in", account.name));
            return Ok(Done::Well);
        }
        call.note(&format!(
            "{}: the sign-in is forgotten here; Microsoft forgets it when its sessions are revoked there",
            account.name
        ));
        Ok(Done::Well)
    }

    fn check(&self, config: &Gateway) -> Result<(), Failure> {
        named(config, Some(&self.account)).map(drop)
    }
}
