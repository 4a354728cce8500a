//! Secrets at rest: one sealed file for each, under one key.
//!
//! Files and no database, so that what makes the database anew loses no sign-in. A file is replaced
//! as a whole, and is on the disk when [`Vault::write`] returns. Who copies the files has nothing
//! without the key; who changes them is noticed.
//!
//! The caller holds the lock of the data directory: one process at a time.

mod disk;
pub mod key;
mod rotate;
mod sealed;
mod secret;

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::vault::disk::{Disk, RealDisk};
use crate::vault::key::{Key, KeySource};

pub use secret::{Name, Plain};

/// The sealed secrets of a data directory.
pub struct Vault {
    directory: PathBuf,
    source: KeySource,
    disk: Box<dyn Disk>,
    keys: Mutex<Keys>,
}

/// What seals.
#[derive(Default)]
struct Keys {
    /// The key; `None` before the first secret.
    current: Option<Key>,
    /// The key that a change was under way to, or from, when it failed: until the next start
    /// secrets are sealed under both.
    other: Option<Key>,
}

/// Why a secret could not be kept or read. No secret and no key is in it.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum VaultError {
    /// A file could not be written or read.
    #[error("{action} {path} failed: {source}")]
    File {
        /// What was tried.
        action: &'static str,
        /// The file.
        path: String,
        /// What the system said.
        source: io::Error,
    },
    /// There are sealed secrets, and no key.
    #[error(
        "{directory} holds sealed secrets, but their key is missing: {place} does not exist. Put the key back from where it is kept; if it is lost, remove {directory} and enter the secrets again"
    )]
    NoKey {
        /// Where the key should be.
        place: String,
        /// Where the secrets are.
        directory: String,
    },
    /// The key is not the one that sealed.
    #[error(
        "the key in {place} did not seal {name}: it is the key of another gateway, or an old one. Put the right key back; if it is lost, remove {directory} and enter the secrets again"
    )]
    WrongKey {
        /// Where the key is from.
        place: String,
        /// The first secret that it does not open.
        name: Name,
        /// Where the secrets are.
        directory: String,
    },
    /// What stands where the key should be is none.
    #[error("{place} holds no key: {what}; `openssl rand -base64 32` makes one")]
    BadKey {
        /// Where it is from.
        place: String,
        /// What is wrong.
        what: &'static str,
    },
    /// Others than its owner can read the key file.
    #[error("{path} can be read by others (mode {mode:03o}): run `chmod 600 {path}`")]
    KeyIsOpen {
        /// The file.
        path: String,
        /// Its permissions.
        mode: u32,
    },
    /// The key is not ours to change.
    #[error("{place} is not the gateway's to change: give it a new key to change to")]
    KeyIsGiven {
        /// Where it is from.
        place: String,
    },
    /// A sealed file was changed, or is not whole.
    #[error(
        "the sealed secret {name} is damaged ({what}); enter it again, or disconnect the account whose sign-in it is, and connect it anew"
    )]
    Damaged {
        /// Its name.
        name: Name,
        /// What was noticed.
        what: &'static str,
    },
    /// No secret is that large.
    #[error("the secret {name} has more than {SECRET_BYTES} bytes")]
    TooLarge {
        /// Its name.
        name: Name,
    },
    /// The system gives no random bytes, or the cipher refused its work.
    #[error("the system gives no random numbers: nothing can be sealed")]
    NoRandomness,
}

impl Vault {
    /// The secrets in a directory, which need not exist yet. No key is made before the first secret
    /// is written, and none if there are secrets already.
    ///
    /// # Errors
    /// [`VaultError::NoKey`], [`VaultError::WrongKey`], [`VaultError::BadKey`],
    /// [`VaultError::KeyIsOpen`], [`VaultError::File`].
    pub fn open(directory: &Path, source: KeySource) -> Result<Self, VaultError> {
        Self::on(Box::new(RealDisk), directory, source)
    }

    fn on(disk: Box<dyn Disk>, directory: &Path, source: KeySource) -> Result<Self, VaultError> {
        let current = source.read()?;
        let vault = Self {
            directory: directory.to_owned(),
            source,
            disk,
            keys: Mutex::new(Keys {
                current,
                other: None,
            }),
        };
        vault.check()?;
        Ok(vault)
    }

    /// Reads a secret; `None` if there is none of this name.
    ///
    /// # Errors
    /// [`VaultError::WrongKey`], [`VaultError::Damaged`], [`VaultError::File`].
    pub fn read(&self, name: &Name) -> Result<Option<Plain>, VaultError> {
        let keys = self.keys();
        let Some(sealed) = self.sealed(name)? else {
            return Ok(None);
        };
        let key = keys.current.as_ref().ok_or_else(|| self.no_key())?;
        self.unseal(key, name, &sealed).map(Some)
    }

    /// Seals a secret, in place of one of the same name. It is on the disk when this returns; after
    /// an error the one before is still there.
    ///
    /// # Errors
    /// [`VaultError::TooLarge`], [`VaultError::NoKey`], [`VaultError::File`].
    pub fn write(&self, name: &Name, secret: &[u8]) -> Result<(), VaultError> {
        let mut keys = self.keys();
        let Keys { current, other } = &mut *keys;
        let current = match current {
            Some(key) => &*key,
            None => current.insert(self.first_key()?),
        };
        let under: Vec<&Key> = std::iter::once(current).chain(other.as_ref()).collect();
        self.seal(&under, name, secret)
    }

    /// Removes a secret, if there is one of this name.
    ///
    /// # Errors
    /// [`VaultError::File`].
    pub fn remove(&self, name: &Name) -> Result<(), VaultError> {
        let _keys = self.keys();
        let path = self.path(name);
        self.disk
            .remove(&path)
            .map_err(|source| file("removing", &path, source))
    }

    /// The names of all secrets, in order.
    ///
    /// # Errors
    /// [`VaultError::File`].
    pub fn names(&self) -> Result<Vec<Name>, VaultError> {
        names(&self.directory)
    }

    /// Whether the key is the one that sealed. Ends a change of the key file that was cut off.
    fn check(&self) -> Result<(), VaultError> {
        let keys = self.keys();
        let names = self.names()?;
        let Some(key) = &keys.current else {
            return if names.is_empty() {
                Ok(())
            } else {
                Err(self.no_key())
            };
        };
        let mut of_two_keys = Vec::new();
        for name in names {
            // One that is damaged is noticed where it is needed, and hinders none of the others.
            let Ok(Some(sealed)) = self.sealed(&name) else {
                continue;
            };
            let Some(sealings) = sealed::decode(&sealed) else {
                continue;
            };
            if sealings.iter().all(|sealing| sealing.key != key.id()) {
                return Err(self.wrong_key(&name));
            }
            if sealings.len() > 1 {
                of_two_keys.push(name);
            }
        }
        if !matches!(self.source, KeySource::File(_)) {
            return Ok(());
        }
        if let Err(error) = self.seal_all(key, &[key], &of_two_keys) {
            // They open as they are; the next start tries again.
            tracing::warn!(%error, "secrets are still sealed under the old key, too");
        }
        Ok(())
    }

    /// The key for the first secret.
    fn first_key(&self) -> Result<Key, VaultError> {
        let KeySource::File(path) = &self.source else {
            return Err(self.no_key());
        };
        if let Some(made) = self.source.read()? {
            // Made by an attempt that failed afterwards; it may not be on the disk yet.
            let failed = |source| file("writing", path, source);
            self.disk.settle(path).map_err(failed)?;
            return Ok(made);
        }
        if !self.names()?.is_empty() {
            return Err(self.no_key());
        }
        let key = Key::generate()?;
        self.disk
            .create(path, key.to_text().as_bytes())
            .map_err(|source| file("making", path, source))?;
        Ok(key)
    }

    fn seal(&self, under: &[&Key], name: &Name, secret: &[u8]) -> Result<(), VaultError> {
        if secret.len() > SECRET_BYTES {
            return Err(VaultError::TooLarge { name: name.clone() });
        }
        let sealings: Vec<sealed::Sealing> = under
            .iter()
            .map(|key| key.seal(name, secret))
            .collect::<Result<_, _>>()?;
        self.disk
            .make_directory(&self.directory)
            .map_err(|source| file("making", &self.directory, source))?;
        let path = self.path(name);
        self.disk
            .replace(&path, &sealed::encode(&sealings))
            .map_err(|source| file("writing", &path, source))
    }

    fn unseal(&self, key: &Key, name: &Name, sealed: &[u8]) -> Result<Plain, VaultError> {
        let damaged = |what| VaultError::Damaged {
            name: name.clone(),
            what,
        };
        let sealings = sealed::decode(sealed).ok_or_else(|| damaged("it is not whole"))?;
        let sealing = sealings.iter().find(|sealing| sealing.key == key.id());
        let sealing = sealing.ok_or_else(|| self.wrong_key(name))?;
        key.unseal(name, sealing)
            .ok_or_else(|| damaged("it was changed, or is another one's"))
    }

    /// The bytes of a sealed file.
    fn sealed(&self, name: &Name) -> Result<Option<Vec<u8>>, VaultError> {
        let path = self.path(name);
        match disk::read(&path, sealed::FILE_BYTES) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(source) => Err(file("reading", &path, source)),
        }
    }

    fn path(&self, name: &Name) -> PathBuf {
        self.directory.join(format!("{name}{SUFFIX}"))
    }

    fn no_key(&self) -> VaultError {
        VaultError::NoKey {
            place: self.source.to_string(),
            directory: self.directory.display().to_string(),
        }
    }

    fn wrong_key(&self, name: &Name) -> VaultError {
        VaultError::WrongKey {
            place: self.source.to_string(),
            name: name.clone(),
            directory: self.directory.display().to_string(),
        }
    }

    fn keys(&self) -> MutexGuard<'_, Keys> {
        // A panic leaves keys that are one of the two, or none: both are states of their own.
        self.keys.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Vault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Vault")
            .field("directory", &self.directory)
            .field("key", &format_args!("{}", self.source))
            .finish_non_exhaustive()
    }
}

fn file(action: &'static str, path: &Path, source: io::Error) -> VaultError {
    VaultError::File {
        action,
        path: path.display().to_string(),
        source,
    }
}

/// The names of all secrets in a directory, in order; none where there is no such directory. Needs
/// no key.
///
/// # Errors
/// [`VaultError::File`].
pub fn names(directory: &Path) -> Result<Vec<Name>, VaultError> {
    let failed = |source| file("reading", directory, source);
    let entries = match std::fs::read_dir(directory) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(failed(error)),
    };
    let mut names = Vec::new();
    for entry in entries {
        let found = entry.map_err(failed)?.file_name();
        let name = found.to_str().and_then(|name| name.strip_suffix(SUFFIX));
        names.extend(name.and_then(Name::new));
    }
    names.sort();
    Ok(names)
}

/// Where the secrets of a data directory are.
pub fn directory(data_dir: &Path) -> PathBuf {
    data_dir.join("secrets")
}

/// Refresh tokens of Microsoft have 2 KiB; a state around one is no ten times as long.
const SECRET_BYTES: usize = 64 << 10;
const SUFFIX: &str = ".sealed";

#[cfg(test)]
mod tests;
