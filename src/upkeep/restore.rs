//! A store from a backup: nothing of it counts before all of it is found to be whole.

use std::io::{self, Read};
use std::path::Path;

use crate::store::StoreError;
use crate::store::ledger::Totals;
use crate::store::restore::Restore;
use crate::store::sled::Load;
use crate::upkeep::UpkeepError;
use crate::upkeep::manifest::{
    ARCHIVE, BACKEND, DATABASE, FORMAT, MANIFEST, MANIFEST_SUM, Manifest, PART_BYTES, Part,
    Summing, sum,
};

/// A store that was made from a backup.
#[derive(Debug)]
pub struct Restored {
    /// What the backup says of itself.
    pub manifest: Manifest,
    /// Whether its database is of another version of this program: all is in place, and `reindex`
    /// must be run before the store can be opened.
    pub needs_reindex: bool,
}

/// Makes a store in `data_dir`, which must be empty or missing, from a backup.
///
/// # Errors
/// [`UpkeepError`]: nothing of it counts then. [`UpkeepError::Damaged`] names the part.
pub fn restore(
    backup: impl Read,
    data_dir: &Path,
    cache_bytes: u64,
    progress: &dyn Fn(u64),
) -> Result<Restored, UpkeepError> {
    let restore = Restore::begin(data_dir)?;
    let mut unpacked = Unpacked {
        database: restore.database(cache_bytes)?,
        restore: &restore,
        parts: Vec::new(),
        manifest: None,
        last: "its beginning".to_owned(),
    };
    let mut tar = tar::Archive::new(backup);
    let entries = tar.entries().map_err(|error| unpacked.cut(&error))?;
    let mut done = 0;
    for entry in entries {
        let mut entry = entry.map_err(|error| unpacked.cut(&error))?;
        let name = entry.path().map(|path| path.display().to_string());
        let name = name.map_err(|error| unpacked.cut(&error))?;
        let size = entry.header().entry_size();
        let size = size.map_err(|error| unpacked.cut(&error))?;
        unpacked.member(&name, size, &mut entry)?;
        unpacked.last = name;
        done += size;
        progress(done);
    }
    let restored = unpacked.finish()?;
    restore.finish()?;
    Ok(restored)
}

/// What of a backup was unpacked so far.
struct Unpacked<'a> {
    database: Load,
    restore: &'a Restore,
    parts: Vec<Part>,
    /// The manifest, and its sum.
    manifest: Option<(Vec<u8>, Option<Vec<u8>>)>,
    /// The member that was read last.
    last: String,
}

impl Unpacked<'_> {
    fn member(&mut self, name: &str, size: u64, bytes: &mut impl Read) -> Result<(), UpkeepError> {
        if let Some((_, sum @ None)) = &mut self.manifest
            && name == MANIFEST_SUM
        {
            *sum = Some(small(name, size, bytes)?);
            return Ok(());
        }
        if self.manifest.is_some() {
            return Err(damaged(name, "nothing may stand behind the manifest"));
        }
        if name == MANIFEST {
            self.manifest = Some((small(name, size, bytes)?, None));
            return Ok(());
        }
        let mut summing = Summing::new(bytes);
        if name.starts_with(DATABASE) {
            let packed = small(name, size, &mut summing)?;
            self.records(name, &packed)?;
        } else if let Some(file) = name.strip_prefix(ARCHIVE).filter(|file| is_segment(file)) {
            self.restore
                .archive_file(file, &mut summing)
                .map_err(|error| damaged(name, &error.to_string()))?;
        } else {
            return Err(damaged(name, "no backup of ours has such a part"));
        }
        let part = summing.part(name);
        if part.bytes != size {
            return Err(damaged(name, CUT_OFF));
        }
        self.parts.push(part);
        Ok(())
    }

    /// Takes over the records of a part of the database.
    fn records(&mut self, name: &str, packed: &[u8]) -> Result<(), UpkeepError> {
        let raw = zstd::bulk::decompress(packed, MAX_SMALL)
            .map_err(|error| damaged(name, &error.to_string()))?;
        let mut rest = raw.as_slice();
        while !rest.is_empty() {
            let (key, value, behind) =
                record(rest).ok_or_else(|| damaged(name, "a record is longer than the part"))?;
            self.database.record(key, value)?;
            rest = behind;
        }
        Ok(())
    }

    /// Checks everything against the manifest.
    fn finish(self) -> Result<Restored, UpkeepError> {
        let Some((text, Some(known))) = self.manifest else {
            return Err(damaged(
                &format!("behind {}", self.last),
                "it is cut off: the manifest at its end is missing",
            ));
        };
        if sum(&text).as_bytes() != known {
            return Err(damaged(MANIFEST, "its SHA-256 differs"));
        }
        let manifest: Manifest = serde_json::from_slice(&text)
            .map_err(|error| UpkeepError::Unknown(error.to_string()))?;
        if manifest.format != FORMAT || manifest.backend != BACKEND {
            return Err(UpkeepError::Unknown(format!(
                "its form is {} of {}, this program knows {FORMAT} of {BACKEND}",
                manifest.format, manifest.backend
            )));
        }
        for (number, told) in manifest.parts.iter().enumerate() {
            match self.parts.get(number) {
                Some(part) if part == told => {}
                Some(part) if part.name == told.name => {
                    return Err(damaged(&told.name, "its SHA-256 differs"));
                }
                Some(_) | None => return Err(damaged(&told.name, "it is missing")),
            }
        }
        if let Some(more) = self.parts.get(manifest.parts.len()) {
            return Err(damaged(&more.name, "the manifest does not know it"));
        }
        let needs_reindex = match self.database.finish() {
            Ok(totals) => {
                let totals = Totals {
                    database_bytes: 0,
                    ..totals
                };
                if totals != manifest.totals {
                    return Err(damaged(MANIFEST, "it counts what the database has not"));
                }
                false
            }
            Err(StoreError::OtherFormat { .. }) => true,
            Err(error) => return Err(error.into()),
        };
        Ok(Restored {
            manifest,
            needs_reindex,
        })
    }

    /// The file cannot be followed any further.
    fn cut(&self, error: &io::Error) -> UpkeepError {
        damaged(&format!("behind {}", self.last), &error.to_string())
    }
}

/// Key, value, and what follows.
fn record(bytes: &[u8]) -> Option<(&[u8], &[u8], &[u8])> {
    let (key, rest) = length(bytes)?;
    let (value, rest) = length(rest)?;
    let (key, rest) = rest.split_at_checked(key)?;
    let (value, rest) = rest.split_at_checked(value)?;
    Some((key, value, rest))
}

fn length(bytes: &[u8]) -> Option<(usize, &[u8])> {
    let (length, rest) = bytes.split_first_chunk()?;
    Some((usize::try_from(u32::from_le_bytes(*length)).ok()?, rest))
}

/// Reads a member that must fit into memory.
fn small(name: &str, size: u64, bytes: &mut impl Read) -> Result<Vec<u8>, UpkeepError> {
    if size > MAX_SMALL as u64 {
        return Err(damaged(name, "it is too large"));
    }
    let mut read = Vec::new();
    bytes
        .take(size)
        .read_to_end(&mut read)
        .map_err(|error| damaged(name, &error.to_string()))?;
    if read.len() as u64 == size {
        Ok(read)
    } else {
        Err(damaged(name, CUT_OFF))
    }
}

/// `00000001.seg`.
fn is_segment(file: &str) -> bool {
    let number = file.strip_suffix(".seg").unwrap_or_default();
    number.len() >= 8 && number.bytes().all(|byte| byte.is_ascii_digit())
}

fn damaged(part: &str, detail: &str) -> UpkeepError {
    UpkeepError::Damaged {
        part: part.to_owned(),
        detail: detail.to_owned(),
    }
}

const CUT_OFF: &str = "it is cut off";
/// A part of the database with its last record (a value is below 128 KiB). A manifest has 150
/// bytes a part, that is enough for one of 7 TB.
const MAX_SMALL: usize = 2 * PART_BYTES;
