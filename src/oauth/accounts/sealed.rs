//! What is sealed of accounts, whether the configuration has them or not.

use std::sync::Arc;

use crate::oauth::accounts::{Account, locked};
use crate::oauth::app::{account_of, sign_in_name};
use crate::oauth::{Accounts, OauthError};
use crate::vault;

impl Accounts {
    /// The names of the accounts of which something is sealed here, though the configuration does
    /// not have them: they were removed or renamed. Reads a directory, and needs no key.
    ///
    /// # Errors
    /// [`OauthError::Vault`].
    pub fn unconfigured(&self) -> Result<Vec<String>, OauthError> {
        let Some((directory, _)) = &self.shared.place else {
            return Ok(Vec::new());
        };
        let configured = self.names();
        let sealed = vault::names(directory).map_err(Arc::new)?;
        let of = sealed.iter().filter_map(account_of);
        let left = of.filter(|name| !configured.iter().any(|known| known == name));
        let mut names: Vec<String> = left.map(str::to_owned).collect();
        names.dedup();
        Ok(names)
    }

    /// Removes all that is sealed of an account that the configuration does not have. Blocks.
    ///
    /// # Errors
    /// [`OauthError::Vault`].
    pub fn remove_unconfigured(&self, name: &str) -> Result<(), OauthError> {
        let vault = self.vault()?;
        let sealed = vault.names().map_err(Arc::new)?;
        for one in sealed.iter().filter(|one| account_of(one) == Some(name)) {
            vault.remove(one).map_err(Arc::new)?;
        }
        Ok(())
    }

    /// Removes the sign-in of an account that cannot be opened, such as by what is sealed of it,
    /// and tries to open it anew. Blocks.
    ///
    /// # Errors
    /// [`OauthError::Vault`].
    pub fn forget(&self, name: &str) -> Result<(), OauthError> {
        let (sealed, vault) = (sign_in_name(name)?, self.vault()?);
        let _changing = locked(&self.shared.changing);
        let all = locked(&self.shared.all).clone();
        let old = all.iter().find(|account| account.settings.name == name);
        // What is not stored yet must not come back afterwards.
        drop(old.and_then(Account::retire));
        let removed = vault.remove(&sealed).map_err(Arc::new);
        if let Some(old) = old {
            let forgotten = Account {
                unstored: None,
                ..old.clone()
            };
            self.put(self.in_place_of(Some(&forgotten), &old.settings, old.uses));
        }
        Ok(removed?)
    }
}
