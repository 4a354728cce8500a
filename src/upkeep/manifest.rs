//! What a backup consists of.
//!
//! A backup is a tar file. Its members, in this order:
//!
//! | member | what |
//! |---|---|
//! | `database/000001.zst` … | records of the database: lengths of key and value (u32, little-endian), key, value; zstd |
//! | `archive/00000001.seg` … | the segment files of the raw archive, as they are |
//! | `manifest.json` | [`Manifest`] |
//! | `manifest.sha256` | SHA-256 of the manifest, in hex |
//!
//! The manifest comes last because only then all sums are known: so a file that was cut off has
//! none.

use std::io::{self, Read};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::store::ledger::Totals;

/// What is in a backup.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct Manifest {
    /// Version of the form of backups.
    pub format: u32,
    /// Version of the program that wrote it.
    pub program: String,
    /// When, RFC 3339 in UTC.
    pub made: String,
    /// Which backend the records are of.
    pub backend: String,
    /// What the database counts.
    pub totals: Totals,
    /// All other members, in order.
    pub parts: Vec<Part>,
}

/// A member of a backup.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct Part {
    /// Its name in the tar file.
    pub name: String,
    /// Its length.
    pub bytes: u64,
    /// SHA-256 of its bytes, in hex.
    pub sha256: String,
}

/// Reads through, and takes note of what was read.
#[derive(Debug)]
pub(super) struct Summing<R> {
    inner: R,
    bytes: u64,
    hash: Sha256,
}

impl<R: Read> Summing<R> {
    pub(super) fn new(inner: R) -> Self {
        Self {
            inner,
            bytes: 0,
            hash: Sha256::new(),
        }
    }

    /// What was read, as a part of this name.
    pub(super) fn part(self, name: &str) -> Part {
        Part {
            name: name.to_owned(),
            bytes: self.bytes,
            sha256: hex(&self.hash.finalize()),
        }
    }
}

impl<R: Read> Read for Summing<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        self.hash.update(buffer.get(..read).unwrap_or_default());
        self.bytes += read as u64;
        Ok(read)
    }
}

/// SHA-256 in hex.
pub(super) fn sum(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

/// Bytes in hex.
pub(super) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing into a `String` cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// The form that this program writes and reads.
pub(super) const FORMAT: u32 = 1;
/// The backend that this program has.
pub(super) const BACKEND: &str = "sled";
/// The manifest's name.
pub(super) const MANIFEST: &str = "manifest.json";
/// The name of its sum.
pub(super) const MANIFEST_SUM: &str = "manifest.sha256";
/// The folders of the parts.
pub(super) const DATABASE: &str = "database/";
/// As above.
pub(super) const ARCHIVE: &str = "archive/";
/// Unpacked bytes of a database part, beside its last record: each is unpacked in memory.
pub(super) const PART_BYTES: usize = 8 << 20;
