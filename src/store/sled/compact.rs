//! The same records in a new database, without what has gathered in the old one.
//!
//! sled keeps what a leaf was before in its log until half of a segment is of no use any more, and
//! writes a leaf again with each tenth change. So the new database gets its keys first, in order and
//! without values: that makes its leaves, of eight keys each. Then each value is written once, and no
//! leaf is written again: its records lie in the log one behind the other, and nothing beside them.

use std::io;
use std::path::Path;

use crate::store::StoreError;
use crate::store::sled::database::Raw;
use crate::store::sled::records::Records;

/// Fills a new database in a directory with all records of another, and makes it durable but for its
/// settings. `go_on` is told now and then how many of how many steps are done.
pub(super) fn fill(
    new: &Path,
    records: &Records,
    go_on: &mut dyn FnMut(u64, u64) -> io::Result<()>,
) -> Result<(), StoreError> {
    let database = Raw::open(new, CACHE_BYTES)?;
    let of = 2 * records.count();
    let mut done = 0;
    let mut step = || {
        done += 1;
        if done % TELL == 0 {
            let gone_on = go_on(done, of);
            gone_on.map_err(|source| StoreError::file("filling", new, source))?;
        }
        Ok(())
    };
    records.each(&mut |key, _| {
        database.records.fill(key, &[])?;
        step()
    })?;
    records.each(&mut |key, value| {
        database.records.fill(key, value)?;
        step()
    })?;
    database.flush()?;
    if database.records.count() != records.count() {
        let what = "it has not all records of the old one".to_owned();
        return Err(StoreError::database(new, what));
    }
    database.close()
}

/// Each record is read twice, in order.
const CACHE_BYTES: u64 = 64 << 20;
/// Steps between two words of progress: some milliseconds.
const TELL: u64 = 100;
