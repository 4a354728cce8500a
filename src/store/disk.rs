//! The few ways in which the store changes files of its own, so that tests can make each one fail.

use std::fmt::Debug;
use std::fs::{File, OpenOptions};
use std::io;
use std::os::unix::fs::FileExt;
use std::path::Path;

/// What the store does to its files, beside reading them.
pub(super) trait Disk: Debug + Send + Sync {
    /// Makes a file, or takes the one that is there, for reading and writing.
    fn create(&self, path: &Path) -> io::Result<File> {
        OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(path)
    }

    /// Writes all bytes at an offset.
    fn write(&self, file: &File, bytes: &[u8], offset: u64) -> io::Result<()> {
        file.write_all_at(bytes, offset)
    }

    /// Returns when the file's bytes and length are on the disk.
    fn sync(&self, file: &File) -> io::Result<()> {
        file.sync_data()
    }

    /// Returns when the names in a directory are on the disk.
    fn sync_names(&self, directory: &Path) -> io::Result<()> {
        sync_dir(directory)
    }

    /// Cuts a file.
    fn truncate(&self, file: &File, length: u64) -> io::Result<()> {
        file.set_len(length)
    }
}

/// The disk itself.
#[derive(Debug)]
pub(super) struct RealDisk;

impl Disk for RealDisk {}

/// Returns when the names in a directory are on the disk.
pub(super) fn sync_dir(directory: &Path) -> io::Result<()> {
    File::open(directory)?.sync_all()
}

#[cfg(test)]
pub(super) mod failing {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    /// A disk whose n-th change fails (from 0), once; a write leaves half of its bytes behind.
    #[derive(Clone, Debug)]
    pub(crate) struct FailingDisk {
        left: Arc<AtomicUsize>,
    }

    impl FailingDisk {
        pub(crate) fn new(at: usize) -> Self {
            Self {
                left: Arc::new(AtomicUsize::new(at)),
            }
        }

        /// Whether the failure is still to come.
        pub(crate) fn is_pending(&self) -> bool {
            self.left.load(Ordering::SeqCst) != usize::MAX
        }

        fn step(&self) -> io::Result<()> {
            let left = self.left.load(Ordering::SeqCst);
            if left == usize::MAX {
                return Ok(());
            }
            self.left.store(left.wrapping_sub(1), Ordering::SeqCst);
            if left == 0 {
                return Err(io::ErrorKind::StorageFull.into());
            }
            Ok(())
        }
    }

    impl Disk for FailingDisk {
        fn create(&self, path: &Path) -> io::Result<File> {
            self.step()?;
            RealDisk.create(path)
        }

        fn write(&self, file: &File, bytes: &[u8], offset: u64) -> io::Result<()> {
            if let Err(error) = self.step() {
                RealDisk.write(file, &bytes[..bytes.len() / 2], offset)?;
                return Err(error);
            }
            RealDisk.write(file, bytes, offset)
        }

        fn sync(&self, file: &File) -> io::Result<()> {
            self.step()?;
            RealDisk.sync(file)
        }

        fn sync_names(&self, directory: &Path) -> io::Result<()> {
            self.step()?;
            RealDisk.sync_names(directory)
        }

        fn truncate(&self, file: &File, length: u64) -> io::Result<()> {
            self.step()?;
            RealDisk.truncate(file, length)
        }
    }
}
