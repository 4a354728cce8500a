//! Records as values of the one tree: a version byte and postcard; long ones in parts.

use std::io;
use std::path::{Path, PathBuf};

use serde::Serialize;
use serde::de::DeserializeOwned;
use sled::{Batch, IVec, Tree};

use crate::store::keys;
use crate::store::{Each, StoreError};

/// The records of one database.
#[derive(Clone, Debug)]
pub(super) struct Records {
    tree: Tree,
    /// The database's directory, for errors.
    path: PathBuf,
}

impl Records {
    pub(super) fn new(tree: Tree, path: PathBuf) -> Self {
        Self { tree, path }
    }

    /// The record of a key.
    pub(super) fn get<T: DeserializeOwned>(&self, key: &[u8]) -> Result<Option<T>, StoreError> {
        let value = self.value(key)?;
        value.map(|value| decode(key, &value)).transpose()
    }

    /// The bytes of the record of a key.
    pub(super) fn value(&self, key: &[u8]) -> Result<Option<IVec>, StoreError> {
        let value = self.tree.get(key).map_err(|error| self.failed(&error))?;
        value.map(|value| self.whole(key, value)).transpose()
    }

    /// The bytes of a record that must be there.
    pub(super) fn existing(&self, key: &[u8]) -> Result<IVec, StoreError> {
        let value = self.value(key)?;
        value.ok_or_else(|| damaged(key, "it is missing"))
    }

    /// Whether there is a record of a key.
    pub(super) fn contains(&self, key: &[u8]) -> Result<bool, StoreError> {
        (self.tree.contains_key(key)).map_err(|error| self.failed(&error))
    }

    /// The bytes of all records with a prefix, in the order of their keys; also backwards.
    pub(super) fn scan(
        &self,
        prefix: &[u8],
    ) -> impl DoubleEndedIterator<Item = Result<(IVec, IVec), StoreError>> + '_ {
        self.complete(self.tree.scan_prefix(prefix))
    }

    /// The bytes of all records from a key up to, not including, another; also backwards.
    pub(super) fn range(
        &self,
        from: Vec<u8>,
        to: Vec<u8>,
    ) -> impl DoubleEndedIterator<Item = Result<(IVec, IVec), StoreError>> + '_ {
        self.complete(self.tree.range(from..to))
    }

    fn complete(
        &self,
        pairs: sled::Iter,
    ) -> impl DoubleEndedIterator<Item = Result<(IVec, IVec), StoreError>> + '_ {
        pairs.map(|pair| {
            let (key, value) = pair.map_err(|error| self.failed(&error))?;
            let whole = self.whole(&key, value)?;
            Ok((key, whole))
        })
    }

    /// Gives every key and value as the tree holds them, parts apart.
    pub(super) fn each(&self, each: &mut Each<'_>) -> Result<(), StoreError> {
        for pair in &self.tree {
            let (key, value) = pair.map_err(|error| self.failed(&error))?;
            each(&key, &value)?;
        }
        Ok(())
    }

    /// A value with its parts put together.
    fn whole(&self, key: &[u8], value: IVec) -> Result<IVec, StoreError> {
        let Some(parts) = parts_of(&value) else {
            return Ok(value);
        };
        let mut whole = Vec::new();
        for number in 0..parts {
            let part = self.tree.get(keys::part(key, number));
            let part = part.map_err(|error| self.failed(&error))?;
            whole.extend_from_slice(&part.ok_or_else(|| damaged(key, "a part is missing"))?);
        }
        Ok(whole.into())
    }

    /// Adds the removal of a key to a batch.
    pub(super) fn remove(&self, batch: &mut Batch, key: &[u8]) -> Result<(), StoreError> {
        let value = self.tree.get(key).map_err(|error| self.failed(&error))?;
        for number in 0..value.as_deref().and_then(parts_of).unwrap_or(0) {
            batch.remove(keys::part(key, number));
        }
        batch.remove(key);
        Ok(())
    }

    /// Whether there is no record at all.
    pub(super) fn is_empty(&self) -> bool {
        self.tree.is_empty()
    }

    /// How many keys there are, parts as well: reads all.
    pub(super) fn count(&self) -> u64 {
        self.tree.len() as u64
    }

    /// Writes a key alone, without any atomicity: for a database that is being filled.
    pub(super) fn fill(&self, key: &[u8], value: &[u8]) -> Result<(), StoreError> {
        let filled = self.tree.insert(key, value);
        filled.map(drop).map_err(|error| self.failed(&error))
    }

    /// Makes all of a batch visible, or nothing.
    pub(super) fn apply(&self, batch: Batch) -> Result<(), sled::Error> {
        self.tree.apply_batch(batch)
    }

    pub(super) fn failed(&self, error: &sled::Error) -> StoreError {
        error_of(&self.path, error)
    }
}

/// What sled said, with the directory and what to do.
pub(super) fn error_of(path: &Path, error: &sled::Error) -> StoreError {
    if is_full(error) {
        StoreError::DiskFull {
            path: path.display().to_string(),
            what: error.to_string(),
        }
    } else if is_read_only(error) {
        StoreError::not_writable(path, error)
    } else {
        StoreError::database(path, error.to_string())
    }
}

/// Whether nothing can be written to the file system.
pub(super) fn is_read_only(error: &sled::Error) -> bool {
    matches!(error, sled::Error::Io(error) if error.kind() == io::ErrorKind::ReadOnlyFilesystem)
}

/// Whether there was no room on the disk.
pub(super) fn is_full(error: &sled::Error) -> bool {
    matches!(error, sled::Error::Io(error) if matches!(
        error.kind(),
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded
    ))
}

/// Adds a record to a batch.
pub(super) fn put<T: Serialize + ?Sized>(
    batch: &mut Batch,
    key: Vec<u8>,
    record: &T,
) -> Result<(), StoreError> {
    let value = postcard::to_extend(record, vec![VERSION])
        .map_err(|error| damaged(&key, &error.to_string()))?;
    put_value(batch, key, value);
    Ok(())
}

/// Adds a record that is bytes already to a batch.
pub(super) fn put_body(batch: &mut Batch, key: Vec<u8>, body: &[u8]) {
    put_value(batch, key, [&[VERSION], body].concat());
}

fn put_value(batch: &mut Batch, key: Vec<u8>, value: Vec<u8>) {
    in_parts(key, value, |key, value| batch.insert(key, value));
}

/// The pairs of key and value as which the tree has a record that is bytes.
pub(super) fn pairs(key: Vec<u8>, body: &[u8]) -> Vec<(Vec<u8>, Vec<u8>)> {
    let mut pairs = Vec::new();
    let value = [&[VERSION], body].concat();
    in_parts(key, value, |key, value| pairs.push((key, value)));
    pairs
}

fn in_parts(key: Vec<u8>, value: Vec<u8>, mut put: impl FnMut(Vec<u8>, Vec<u8>)) {
    if value.len() <= PART_BYTES {
        put(key, value);
        return;
    }
    // An earlier, longer value leaves parts behind that nothing reads: only cursors are ever
    // rewritten while long, and they grow again.
    let mut parts = 0_u32;
    for part in value.chunks(PART_BYTES) {
        put(keys::part(&key, parts), part.to_vec());
        parts += 1;
    }
    put(key, [&[IN_PARTS], parts.to_be_bytes().as_slice()].concat());
}

/// Reads a record.
pub(super) fn decode<'a, T: serde::Deserialize<'a>>(
    key: &[u8],
    value: &'a [u8],
) -> Result<T, StoreError> {
    postcard::from_bytes(body(key, value)?).map_err(|error| damaged(key, &error.to_string()))
}

/// A record without its version.
pub(super) fn body<'a>(key: &[u8], value: &'a [u8]) -> Result<&'a [u8], StoreError> {
    match value.split_first() {
        Some((&VERSION, record)) => Ok(record),
        Some((version, _)) => Err(damaged(
            key,
            &format!("its version is {version}, this program knows {VERSION}"),
        )),
        None => Err(damaged(key, "it is empty")),
    }
}

pub(super) fn damaged(key: &[u8], detail: &str) -> StoreError {
    let kind = key.first().copied().map_or('?', char::from);
    StoreError::Damaged {
        what: format!("record {kind:?} {}", Hex(key.get(1..).unwrap_or_default())),
        detail: detail.to_owned(),
    }
}

fn parts_of(value: &[u8]) -> Option<u32> {
    let (&IN_PARTS, parts) = value.split_first()? else {
        return None;
    };
    parts.try_into().ok().map(u32::from_be_bytes)
}

/// Bytes as people compare them.
struct Hex<'a>(&'a [u8]);

impl std::fmt::Display for Hex<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

/// Version of the records' form: the first byte of each.
const VERSION: u8 = 1;
/// First byte of a value that stands in parts; the number of parts follows.
const IN_PARTS: u8 = 0;
/// Largest value in the tree. sled 0.34 writes what is over 128 KiB to a file of its own, which
/// nothing ever syncs, and what it writes is a whole leaf: at most 17 values at a time.
const PART_BYTES: usize = 7 << 10;

#[cfg(test)]
mod tests {
    use super::*;

    fn records() -> Records {
        let db = sled::Config::new().temporary(true).open().unwrap();
        Records::new((*db).clone(), PathBuf::from("db"))
    }

    fn write(records: &Records, key: &[u8], record: &[u8]) {
        let mut batch = Batch::default();
        put(&mut batch, key.to_vec(), record).unwrap();
        records.apply(batch).unwrap();
    }

    #[test]
    fn a_record_of_any_length_comes_back_and_leaves_nothing_when_removed() {
        let records = records();
        for length in [0, 1, PART_BYTES - 4, PART_BYTES, PART_BYTES + 1, 300_000] {
            let record = vec![7_u8; length];
            write(&records, b"mx", &record);
            write(&records, b"my", &[1]);
            assert_eq!(
                records.get(b"mx").unwrap(),
                Some(record.clone()),
                "{length}"
            );
            let scanned: Vec<_> = records.scan(b"m").map(Result::unwrap).collect();
            assert_eq!(scanned.len(), 2);
            assert_eq!(decode::<Vec<u8>>(b"mx", &scanned[0].1).unwrap(), record);

            let mut batch = Batch::default();
            records.remove(&mut batch, b"mx").unwrap();
            records.remove(&mut batch, b"my").unwrap();
            records.apply(batch).unwrap();
            assert!(records.tree.is_empty(), "{length}");
        }
    }

    #[test]
    fn a_full_leaf_of_the_largest_values_stays_in_the_log() {
        let home = tempfile::tempdir().unwrap();
        let db = sled::open(home.path()).unwrap();
        // Scattered, so that leaves fill up to where they split.
        for key in (0..2_000_u32).map(|key| key * 619 % 997) {
            db.insert(numbered(key), vec![7_u8; PART_BYTES]).unwrap();
        }
        db.flush().unwrap();
        let blobs = std::fs::read_dir(home.path().join("blobs")).unwrap();
        assert_eq!(blobs.count(), 0);
    }

    fn numbered(number: u32) -> Vec<u8> {
        keys::part(&[b'b'; 40], number)
    }

    #[test]
    fn a_record_of_another_version_is_refused_with_its_key() {
        let error = decode::<u8>(&[b'm', 0, 0xAB], &[9, 1]).unwrap_err();
        let text = error.to_string();
        assert!(
            text.contains("record 'm' 00ab") && text.contains("version is 9"),
            "{text}"
        );
    }
}
