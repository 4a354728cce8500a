//! A data directory from a backup: filled where nothing counts, then put in place.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use crate::store::StoreError;
use crate::store::data_dir::{ARCHIVE, DataDir, RESTORING, SLED, remove_dir, rename};
use crate::store::disk::sync_dir;
use crate::store::sled::Load;

/// A restore under way. Dropped before [`Self::finish`] it leaves nothing.
///
/// All lies in `<data_dir>/restoring`, since the data directory itself may be a mount point. As
/// long as that is there the data directory cannot be opened, so that half a restore never counts.
#[derive(Debug)]
pub struct Restore {
    data_dir: DataDir,
}

impl Restore {
    /// Begins in a data directory in which nothing is; it is made if it is missing.
    ///
    /// # Errors
    /// [`StoreError::NotEmpty`], [`StoreError::InUse`], [`StoreError::File`].
    pub fn begin(path: &Path) -> Result<Self, StoreError> {
        let data_dir = DataDir::open_empty(path)?;
        data_dir.subdirectory(RESTORING)?;
        let restore = Self { data_dir };
        restore.data_dir.subdirectory(&inside(ARCHIVE))?;
        Ok(restore)
    }

    /// Writes a file of the archive, durably.
    ///
    /// # Errors
    /// What the disk or the bytes' source says.
    pub fn archive_file(&self, name: &str, bytes: &mut impl io::Read) -> io::Result<()> {
        let mut file = File::create(self.path(ARCHIVE).join(name))?;
        io::copy(bytes, &mut file)?;
        file.sync_all()
    }

    /// The database to fill.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn database(&self, cache_bytes: u64) -> Result<Load, StoreError> {
        Load::begin(&self.data_dir, &inside(SLED), cache_bytes)
    }

    /// Puts everything in place. The database must be closed.
    ///
    /// # Errors
    /// [`StoreError::File`]: then the data directory cannot be opened, and a restore begins anew.
    pub fn finish(self) -> Result<(), StoreError> {
        let archive = self.path(ARCHIVE);
        sync_dir(&archive).map_err(|source| StoreError::file("syncing", &archive, source))?;
        for part in [ARCHIVE, SLED] {
            rename(&self.path(part), &self.data_dir.path().join(part))?;
        }
        Ok(()) // What is left is an empty directory: dropping removes it.
    }

    fn path(&self, part: &str) -> PathBuf {
        self.data_dir.path().join(RESTORING).join(part)
    }
}

impl Drop for Restore {
    fn drop(&mut self) {
        let _ = remove_dir(&self.data_dir.path().join(RESTORING));
        let _ = sync_dir(self.data_dir.path());
    }
}

fn inside(part: &str) -> String {
    format!("{RESTORING}/{part}")
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn begun(path: &Path) -> Restore {
        let restore = Restore::begin(path).unwrap();
        restore
            .archive_file("00000001.seg", &mut &b"bytes"[..])
            .unwrap();
        restore.database(1 << 20).unwrap().finish().unwrap();
        restore
    }

    fn names(path: &Path) -> Vec<String> {
        let name = |entry: io::Result<fs::DirEntry>| entry.unwrap().file_name();
        let names = fs::read_dir(path).unwrap().map(name);
        let mut names: Vec<_> = names.map(|name| name.into_string().unwrap()).collect();
        names.sort();
        names
    }

    #[test]
    fn a_finished_restore_can_be_opened_and_one_that_failed_leaves_nothing() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("data");
        drop(begun(&path));
        assert_eq!(names(&path), ["lock"]);
        begun(&path).finish().unwrap();
        assert_eq!(names(&path), ["archive", "lock", "sled"]);
        DataDir::open(&path).unwrap();
        let error = Restore::begin(&path).unwrap_err();
        assert!(matches!(error, StoreError::NotEmpty { .. }), "{error}");
    }

    #[test]
    fn half_a_restore_counts_for_nothing_and_the_next_begins_anew() {
        for steps in 0..=2 {
            let home = tempfile::tempdir().unwrap();
            let restore = begun(home.path());
            for part in [ARCHIVE, SLED].iter().take(steps) {
                fs::rename(restore.path(part), home.path().join(part)).unwrap();
            }
            // As after a power cut: nothing is tidied up, and nobody has the lock.
            std::mem::forget(restore);
            let left = tempfile::tempdir().unwrap();
            for name in names(home.path()) {
                fs::rename(home.path().join(&name), left.path().join(&name)).unwrap();
            }
            let _ = fs::remove_file(left.path().join("lock"));
            let error = DataDir::open(left.path()).unwrap_err();
            assert!(matches!(error, StoreError::HalfRestored { .. }), "{error}");
            begun(left.path()).finish().unwrap();
            assert_eq!(names(left.path()), ["archive", "lock", "sled"], "{steps}");
        }
    }
}
