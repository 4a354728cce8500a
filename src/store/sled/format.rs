//! Which form the records have: a number in the database, beside them.
//!
//! One number for all: whoever changes what any record or key looks like raises it. Another number is
//! refused when the database is opened, and `reindex` makes the records anew.

use std::path::Path;

use sled::Batch;

use crate::store::StoreError;
use crate::store::keys::{self, Kind};
use crate::store::sled::records::{Records, put};

/// The form that this program reads and writes.
const FORMAT: u32 = 4;
/// What has no number.
const FIRST: u32 = 1;

/// Whether the records have the form of this program. An empty database gets its number.
pub(super) fn check(records: &Records, path: &Path) -> Result<(), StoreError> {
    let key = keys::prefix(Kind::Format);
    let found = match records.get(&key)? {
        Some(found) => found,
        None if records.is_empty() => {
            let mut writes = Batch::default();
            put(&mut writes, key.to_vec(), &FORMAT)?;
            let written = records.apply(writes);
            written.map_err(|error| records.failed(&error))?;
            FORMAT
        }
        None => FIRST,
    };
    if found == FORMAT {
        return Ok(());
    }
    Err(StoreError::OtherFormat {
        path: path.display().to_string(),
        found,
        known: FORMAT,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::data_dir::DataDir;
    use crate::store::sled::raw::Raw;
    use crate::store::sled::{Rebuild, SledStore};

    #[test]
    fn a_database_of_another_version_is_refused_and_can_be_rebuilt() {
        let home = tempfile::tempdir().unwrap();
        let data_dir = DataDir::open(home.path()).unwrap();
        drop(SledStore::open(&data_dir, 1 << 20).unwrap());
        let path = home.path().join("sled");
        for (number, found) in [(None, "format 1"), (Some(FORMAT + 1), "format 5")] {
            let raw = Raw::open(&path, 1 << 20).unwrap();
            let mut writes = Batch::default();
            let key = keys::prefix(Kind::Format).to_vec();
            match number {
                None => {
                    writes.remove(key);
                    put(&mut writes, keys::numbered(Kind::Letters, 7), "older").unwrap();
                }
                Some(number) => put(&mut writes, key, &number).unwrap(),
            }
            raw.records.apply(writes).unwrap();
            raw.flush().unwrap();
            raw.close().unwrap();
            let error = SledStore::open(&data_dir, 1 << 20).unwrap_err().to_string();
            assert!(
                error.contains(found) && error.contains("`mscons-gateway reindex`"),
                "{error}"
            );
        }
        let rebuild = Rebuild::start(&data_dir, 1 << 20).unwrap();
        rebuild.carry_over().unwrap();
        rebuild.finish().unwrap();
        SledStore::open(&data_dir, 1 << 20).unwrap();
    }
}
