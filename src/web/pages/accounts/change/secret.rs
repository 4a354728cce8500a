//! The client secret of an account, in the vault.

use std::sync::Arc;

use crate::oauth::OauthError;
use crate::oauth::app::secret_name;
use crate::vault::{Name, Plain, VaultError};
use crate::web::Context;
use crate::web::pages::accounts::form::Wanted;

/// A secret that was changed before the file is.
pub(super) enum Before {
    /// None was.
    Unchanged,
    /// What was kept under this name.
    Was(Name, Option<Plain>),
}

impl Before {
    /// The file stays as it was, and so shall the secret.
    pub(super) fn put_back(self, context: &Context) {
        let Self::Was(name, was) = self else { return };
        let put = context.accounts.vault().and_then(|vault| {
            let put = match was {
                Some(was) => vault.write(&name, was.reveal()),
                None => vault.remove(&name),
            };
            Ok(put.map_err(Arc::new)?)
        });
        if let Err(error) = put {
            tracing::error!(secret = name.as_str(), %error, "a secret was changed, and the file was not");
        }
    }
}

/// Keeps what is wanted, before the file is written.
pub(super) fn keep(context: &Context, wanted: &Wanted) -> Result<Before, OauthError> {
    if !wanted.changes_secret() {
        return Ok(Before::Unchanged);
    }
    let (name, vault) = (secret_name(&wanted.name)?, context.accounts.vault()?);
    let was = match vault.read(&name) {
        // Entering it again is the remedy.
        Err(VaultError::Damaged { .. }) => None,
        read => read.map_err(Arc::new)?,
    };
    let kept = match &wanted.secret {
        Some(secret) => vault.write(&name, secret.as_bytes()),
        None => vault.remove(&name),
    };
    kept.map_err(Arc::new)?;
    Ok(Before::Was(name, was))
}

/// Whether one is kept for an account.
pub(super) fn is_sealed(context: &Context, account: &str) -> Result<bool, OauthError> {
    let names = context.accounts.vault()?.names().map_err(Arc::new)?;
    Ok(names.contains(&secret_name(account)?))
}
