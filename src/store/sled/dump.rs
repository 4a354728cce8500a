//! A database from the records of another one.

use sled::Batch;

use crate::store::data_dir::DataDir;
use crate::store::ledger::Totals;
use crate::store::sled::SledStore;
use crate::store::sled::raw::Raw;
use crate::store::{Store, StoreError};

/// A database that is filled with what [`Store::dump`] gave.
#[derive(Debug)]
pub struct Load {
    data_dir: DataDir,
    /// Its directory, in the data directory.
    name: String,
    cache_bytes: u64,
    database: Raw,
    batch: Batch,
    bytes: usize,
}

impl Load {
    /// Begins an empty database in a directory of the data directory.
    ///
    /// # Errors
    /// [`StoreError`], here and below.
    pub(in crate::store) fn begin(
        data_dir: &DataDir,
        name: &str,
        cache_bytes: u64,
    ) -> Result<Self, StoreError> {
        Ok(Self {
            data_dir: data_dir.clone(),
            name: name.to_owned(),
            cache_bytes,
            database: Raw::open(&data_dir.subdirectory(name)?, cache_bytes)?,
            batch: Batch::default(),
            bytes: 0,
        })
    }

    /// Adds a record.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn record(&mut self, key: &[u8], value: &[u8]) -> Result<(), StoreError> {
        self.batch.insert(key, value);
        self.bytes += key.len() + value.len();
        if self.bytes < BATCH_BYTES {
            return Ok(());
        }
        self.apply()
    }

    fn apply(&mut self) -> Result<(), StoreError> {
        let batch = std::mem::take(&mut self.batch);
        self.bytes = 0;
        let records = &self.database.records;
        let applied = records.apply(batch);
        applied.map_err(|error| records.failed(&error))
    }

    /// Makes it durable, opens it as it will be opened, and closes it.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn finish(mut self) -> Result<Totals, StoreError> {
        self.apply()?;
        self.database.flush()?;
        self.database.close()?;
        SledStore::open_in(&self.data_dir, &self.name, self.cache_bytes)?.totals()
    }
}

/// Bytes that are applied together.
const BATCH_BYTES: usize = 1 << 20;
