//! The raw archive: append-only segment files with checksums. The truth from which all else is
//! rebuilt.

use std::path::Path;

use serde::{Deserialize, Serialize};

use super::StoreError;
use super::ledger::Origin;

/// Where an entry stands.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct ArchivePlace {
    /// Number of the segment file.
    pub segment: u32,
    /// Offset in it, in bytes.
    pub offset: u64,
}

/// An entry that is ready to be appended: compressed and with its checksum, made on any thread.
#[derive(Clone, Debug)]
pub struct Entry {
    frame: Vec<u8>,
}

impl Entry {
    /// Compresses bytes (zstd) and frames them together with where they came from.
    pub fn new(_origin: &Origin, _bytes: &[u8]) -> Self {
        todo!()
    }

    /// Bytes that it will take in the archive.
    pub fn len(&self) -> usize {
        self.frame.len()
    }

    /// Whether it is empty (it never is).
    pub fn is_empty(&self) -> bool {
        self.frame.is_empty()
    }
}

/// The archive of one data directory. One writer at a time, any number of readers.
#[derive(Debug)]
pub struct Archive {}

impl Archive {
    /// Opens or makes `<data_dir>/archive`. A torn last entry (a crash while appending) is cut off;
    /// damage before it is an error that names file and byte.
    ///
    /// # Errors
    /// [`StoreError`], here and below.
    pub fn open(_data_dir: &Path) -> Result<Self, StoreError> {
        todo!()
    }

    /// Appends an entry. Not durable before [`Self::sync`]. On an error (disk full) the file is
    /// cut back to its length before, so that the next append starts clean.
    pub fn append(&self, _entry: &Entry) -> Result<ArchivePlace, StoreError> {
        todo!()
    }

    /// Makes everything appended so far durable (fdatasync, and the directory's when a file is new).
    pub fn sync(&self) -> Result<(), StoreError> {
        todo!()
    }

    /// Reads an entry, checksum checked.
    pub fn read(&self, _place: ArchivePlace) -> Result<(Origin, Vec<u8>), StoreError> {
        todo!()
    }

    /// All entries in order of arrival, one in memory at a time. Damaged ones come as errors, and
    /// the walk goes on behind them where it can.
    pub fn entries(
        &self,
    ) -> impl Iterator<Item = Result<(ArchivePlace, Origin, Vec<u8>), StoreError>> + '_ {
        std::iter::empty()
    }

    /// Bytes on disk.
    pub fn bytes(&self) -> u64 {
        todo!()
    }
}
