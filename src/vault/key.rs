//! The key: where it comes from, and what it does.

use std::fmt;
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chacha20poly1305::aead::{Aead, Payload};
use chacha20poly1305::{KeyInit, XChaCha20Poly1305, XNonce};
use ring::rand::{SecureRandom, SystemRandom};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use crate::config::secret::Secret;
use crate::config::secrets::Secrets;
use crate::vault::sealed::Sealing;
use crate::vault::{Name, Plain, VaultError, disk, file};

/// A key of XChaCha20-Poly1305; wiped from memory when it is dropped, and printed as `***`.
pub struct Key(Zeroizing<[u8; 32]>);

impl Key {
    /// A new one.
    ///
    /// # Errors
    /// [`VaultError::NoRandomness`].
    pub fn generate() -> Result<Self, VaultError> {
        let mut bytes = Zeroizing::new([0; 32]);
        fill(&mut bytes[..])?;
        Ok(Self(bytes))
    }

    /// Reads 32 bytes in base64 or hex, with white space around them.
    ///
    /// # Errors
    /// What is wrong. Nothing of the text is in it.
    pub fn parse(text: &str) -> Result<Self, &'static str> {
        let text = text.trim();
        let bytes = match text.len() {
            0 => return Err("it is empty"),
            64 => from_hex(text),
            _ => STANDARD.decode(text).ok().map(Zeroizing::new),
        };
        let bytes = bytes.ok_or("it is neither base64 nor hex")?;
        let bytes: [u8; 32] = bytes[..].try_into().map_err(|_| "it is not 32 bytes")?;
        Ok(Self(Zeroizing::new(bytes)))
    }

    /// As [`Key::parse`] reads it, with a line end.
    pub(super) fn to_text(&self) -> Zeroizing<String> {
        let mut text = Zeroizing::new(STANDARD.encode(&self.0[..]));
        text.push('\n');
        text
    }

    /// Tells keys apart, and nothing of the key.
    pub(super) fn id(&self) -> [u8; 8] {
        let hash: [u8; 32] = Sha256::new()
            .chain_update(KEY_ID)
            .chain_update(&self.0[..])
            .finalize()
            .into();
        let mut id = [0; 8];
        id.iter_mut().zip(hash).for_each(|(id, byte)| *id = byte);
        id
    }

    pub(super) fn seal(&self, name: &Name, secret: &[u8]) -> Result<Sealing, VaultError> {
        let mut nonce = [0; 24];
        fill(&mut nonce)?;
        let payload = Payload {
            msg: secret,
            aad: &bound(name),
        };
        let ciphertext = self
            .cipher()
            .encrypt(&XNonce::from(nonce), payload)
            .map_err(|_| VaultError::NoRandomness)?;
        Ok(Sealing {
            key: self.id(),
            nonce,
            ciphertext,
        })
    }

    /// `None` if it is not what was sealed under this name.
    pub(super) fn unseal(&self, name: &Name, sealing: &Sealing) -> Option<Plain> {
        let payload = Payload {
            msg: &sealing.ciphertext,
            aad: &bound(name),
        };
        let secret = self.cipher().decrypt(&XNonce::from(sealing.nonce), payload);
        secret.ok().map(Plain::from)
    }

    fn cipher(&self) -> XChaCha20Poly1305 {
        XChaCha20Poly1305::new((&*self.0).into())
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

/// Where the key comes from. Prints as the place, not as the key.
#[derive(Clone)]
pub enum KeySource {
    /// From configuration or environment (`secrets.key`).
    Given(Secret),
    /// A credential that systemd laid there; its permissions are systemd's.
    Credential(PathBuf),
    /// A file of ours, made at first use.
    File(PathBuf),
}

impl KeySource {
    /// By configuration; `credentials` is what `$CREDENTIALS_DIRECTORY` names, if it is set.
    pub fn of(secrets: &Secrets, data_dir: &Path, credentials: Option<&Path>) -> Self {
        if secrets.key != Secret::Empty {
            return Self::Given(secrets.key.clone());
        }
        let credential = credentials.map(|directory| directory.join(CREDENTIAL));
        if let Some(credential) = credential.filter(|path| path.exists()) {
            return Self::Credential(credential);
        }
        let file = secrets.key_file.clone();
        Self::File(file.unwrap_or_else(|| data_dir.join(KEY_FILE)))
    }

    /// The one that this process finds by a configuration: it knows whether systemd laid one there.
    pub fn found(secrets: &Secrets, data_dir: &Path) -> Self {
        let credentials = std::env::var_os("CREDENTIALS_DIRECTORY").map(PathBuf::from);
        Self::of(secrets, data_dir, credentials.as_deref())
    }

    /// Whether what stands there is a key, if anything does. Reads a file.
    ///
    /// # Errors
    /// [`VaultError::BadKey`], [`VaultError::KeyIsOpen`], [`VaultError::File`].
    pub fn check(&self) -> Result<(), VaultError> {
        self.read().map(drop)
    }

    /// Reads the key; `None` if there is no key file.
    pub(super) fn read(&self) -> Result<Option<Key>, VaultError> {
        let bad = |what| VaultError::BadKey {
            place: self.to_string(),
            what,
        };
        let (Self::Credential(path) | Self::File(path)) = self else {
            let Self::Given(key) = self else {
                return Ok(None);
            };
            return Key::parse(key.reveal()).map(Some).map_err(bad);
        };
        let bytes = match disk::read(path, KEY_FILE_BYTES) {
            Ok(bytes) => Zeroizing::new(bytes),
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(source) => return Err(file("reading", path, source)),
        };
        if let Self::File(path) = self {
            check_owner_alone_reads(path)?;
        }
        let text = std::str::from_utf8(&bytes).map_err(|_| bad("it is no text"))?;
        Key::parse(text).map(Some).map_err(bad)
    }
}

impl fmt::Display for KeySource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Given(_) => f.write_str("secrets.key"),
            Self::Credential(path) => write!(f, "the credential {}", path.display()),
            Self::File(path) => write!(f, "{}", path.display()),
        }
    }
}

impl fmt::Debug for KeySource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "KeySource({self})")
    }
}

/// Whether nobody but its owner can read the file of a key.
///
/// # Errors
/// [`VaultError::KeyIsOpen`], [`VaultError::File`].
pub fn check_owner_alone_reads(path: &Path) -> Result<(), VaultError> {
    let data = path.metadata();
    let data = data.map_err(|source| file("reading", path, source))?;
    let mode = data.permissions().mode() & 0o777;
    if mode & 0o077 != 0 {
        let path = path.display().to_string();
        return Err(VaultError::KeyIsOpen { path, mode });
    }
    Ok(())
}

fn fill(bytes: &mut [u8]) -> Result<(), VaultError> {
    SystemRandom::new()
        .fill(bytes)
        .map_err(|_| VaultError::NoRandomness)
}

/// What a sealing is bound to, beside its key.
fn bound(name: &Name) -> Vec<u8> {
    [BINDING, name.as_str().as_bytes()].concat()
}

fn from_hex(text: &str) -> Option<Zeroizing<Vec<u8>>> {
    let digit = |byte: u8| {
        char::from(byte)
            .to_digit(16)
            .and_then(|digit| u8::try_from(digit).ok())
    };
    let mut bytes = Zeroizing::new(Vec::with_capacity(32));
    for pair in text.as_bytes().chunks_exact(2) {
        let [high, low] = pair else { return None };
        bytes.push(digit(*high)? << 4 | digit(*low)?);
    }
    Some(bytes)
}

/// So that the id is no hash that the key has elsewhere.
const KEY_ID: &[u8] = b"mscons-gateway key id\0";
/// So that what was sealed here opens nowhere else.
const BINDING: &[u8] = b"mscons-gateway secret 1\0";
/// In the data directory.
const KEY_FILE: &str = "secret.key";
/// In `$CREDENTIALS_DIRECTORY`, as the unit file's `LoadCredential` names it.
const CREDENTIAL: &str = "mscons-gateway.key";
/// A key has 44 or 64 characters.
const KEY_FILE_BYTES: u64 = 1024;
