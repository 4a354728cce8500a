//! The change of the key.

use crate::vault::key::{Key, KeySource};
use crate::vault::{Name, Vault, VaultError, file};

impl Vault {
    /// Makes a new key, and seals everything under it. Whenever it is cut off, the key file opens
    /// everything.
    ///
    /// # Errors
    /// [`VaultError::KeyIsGiven`] if the key is not in a key file; as [`Vault::write`].
    pub fn rotate_key(&self) -> Result<(), VaultError> {
        let KeySource::File(path) = &self.source else {
            let place = self.source.to_string();
            return Err(VaultError::KeyIsGiven { place });
        };
        let new = Key::generate()?;
        self.reseal(new, |new| {
            self.disk
                .replace(path, new.to_text().as_bytes())
                .map_err(|source| file("writing", path, source))
        })
    }

    /// Seals everything under a key that the gateway does not keep itself. Whenever it is cut off,
    /// the old or the new key opens everything; afterwards only the new one does.
    ///
    /// # Errors
    /// As [`Vault::write`].
    pub fn rotate_key_to(&self, new: Key) -> Result<(), VaultError> {
        self.reseal(new, |_| Ok(()))
    }

    /// Seals everything under both keys, then lets the new key take the old one's place, then seals
    /// under the new one alone.
    fn reseal(
        &self,
        new: Key,
        take_place: impl FnOnce(&Key) -> Result<(), VaultError>,
    ) -> Result<(), VaultError> {
        let mut keys = self.keys();
        let names = self.names()?;
        let Some(old) = keys.current.take() else {
            take_place(&new)?;
            keys.current = Some(new);
            return Ok(());
        };
        let done = self.seal_all(&old, &[&old, &new], &names);
        let done = done.and_then(|()| take_place(&new));
        if let Err(error) = done {
            // Whichever of the two the next start finds: it opens what is written until then.
            (keys.current, keys.other) = (Some(old), Some(new));
            return Err(error);
        }
        let done = self.seal_all(&new, &[&new], &names);
        (keys.current, keys.other) = (Some(new), None);
        done
    }

    pub(super) fn seal_all(
        &self,
        by: &Key,
        under: &[&Key],
        names: &[Name],
    ) -> Result<(), VaultError> {
        for name in names {
            if let Some(sealed) = self.sealed(name)? {
                let secret = self.unseal(by, name, &sealed)?;
                self.seal(under, name, secret.reveal())?;
            }
        }
        Ok(())
    }
}
