//! The embedded backend: sled 0.34, one tree, a prefix byte for each kind of record.

use std::path::Path;

use super::StoreError;

/// The embedded database.
#[derive(Debug)]
pub struct SledStore {}

impl SledStore {
    /// Opens or makes `<data_dir>/sled`.
    ///
    /// # Errors
    /// [`StoreError::InUse`] if another process has it; [`StoreError::Database`] if it is corrupt,
    /// also where sled would panic.
    pub fn open(_data_dir: &Path) -> Result<Self, StoreError> {
        todo!()
    }
}
