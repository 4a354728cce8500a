//! sled itself, with what it must not do to us: it panics on some damage and when it is closed after
//! an error, keeps its lock for a while, does not open what it was writing when the disk was full,
//! and may sleep for ever in a flush that fails.

use std::any::Any;
use std::fmt;
use std::fs::{self, File};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::Duration;

use crate::store::StoreError;
use crate::store::disk::sync_dir;
use crate::store::sled::records::{Records, error_of};

/// A database in a directory, whatever form its records have.
#[derive(Debug)]
pub(super) struct Raw {
    pub(super) records: Records,
    pub(super) db: sled::Db,
    /// The log file, for a real fsync.
    pub(super) file: Arc<File>,
    path: PathBuf,
    _last: LastHandle,
}

/// The handle that is dropped last. With it sled writes and syncs what is left, and panics where it
/// cannot. Nothing is lost by that: what counts was synced before.
struct LastHandle(Option<sled::Db>);

impl Drop for LastHandle {
    fn drop(&mut self) {
        let db = self.0.take();
        if let Err(panic) = catch_unwind(AssertUnwindSafe(|| drop(db))) {
            tracing::warn!(what = %panic_text(&*panic), "the database was not closed in good order");
        }
    }
}

impl fmt::Debug for LastHandle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("LastHandle")
    }
}

impl Raw {
    /// Opens or makes the database. sled panics on some damage.
    pub(super) fn open(path: &Path, cache_bytes: u64) -> Result<Self, StoreError> {
        // Without this thread there is no garbage collection.
        Self::with(path, cache_bytes, Some(500))
    }

    /// Makes a database that is to be filled: nothing of it is moved by a garbage collection, which
    /// would come now and then and leave another size each time.
    pub(super) fn to_be_filled(path: &Path, cache_bytes: u64) -> Result<Self, StoreError> {
        Self::with(path, cache_bytes, None)
    }

    fn with(path: &Path, cache_bytes: u64, flush_ms: Option<u64>) -> Result<Self, StoreError> {
        let log = path.join("db");
        let is_new = !log.exists();
        let config = sled::Config::new()
            .path(path)
            .cache_capacity(cache_bytes)
            .flush_every_ms(flush_ms);
        let open = || -> Result<Self, StoreError> {
            remove_torn_snapshots(path)?;
            let db = patiently(&config).map_err(|error| error_of(path, &error))?;
            let file = File::open(&log)
                .and_then(|file| {
                    if is_new {
                        sync_dir(path)?;
                    }
                    Ok(Arc::new(file))
                })
                .map_err(|source| StoreError::file("opening", &log, source))?;
            Ok(Self {
                records: Records::new((*db).clone(), path.to_owned()),
                _last: LastHandle(Some(db.clone())),
                db,
                file,
                path: path.to_owned(),
            })
        };
        catch_unwind(AssertUnwindSafe(open))
            .unwrap_or_else(|panic| Err(StoreError::database(path, panic_text(&*panic))))
    }

    /// Returns when everything is on the disk.
    pub(super) fn flush(&self) -> Result<(), StoreError> {
        let flushed = flush_awake(&self.db);
        flushed.map_err(|error| error_of(&self.path, &error))?;
        let synced = self.file.sync_data();
        synced.map_err(|source| StoreError::file("syncing", &self.path, source))
    }

    /// Closes it, and returns when no thread of sled has its files any more.
    pub(super) fn close(self) -> Result<(), StoreError> {
        let path = self.path.clone();
        let log = path.join("db");
        drop(self);
        let failed = |source| StoreError::file("closing", &log, source);
        let file = File::open(&log).map_err(failed)?;
        let mut attempts = 0;
        while file.try_lock().is_err() {
            if attempts == LOCK_ATTEMPTS {
                return Err(StoreError::database(&path, "it is still in use".to_owned()));
            }
            attempts += 1;
            std::thread::sleep(LOCK_PAUSE);
        }
        Ok(())
    }
}

/// Removes what a full disk or a crash left of a snapshot that was being written. sled takes it for
/// a whole one, and for damage; the log holds everything that a snapshot does.
fn remove_torn_snapshots(directory: &Path) -> Result<(), StoreError> {
    let failed = |source| StoreError::file("cleaning", directory, source);
    for file in fs::read_dir(directory).map_err(failed)? {
        let path = file.map_err(failed)?.path();
        if path.extension().is_some_and(|end| end == "generating") {
            fs::remove_file(&path).map_err(failed)?;
        }
    }
    Ok(())
}

/// Opens, also where sled's own lock is still held: by a thread of an instance that was closed
/// just now, or by a child process between fork and exec. No other gateway can hold it, since the
/// data directory is ours.
fn patiently(config: &sled::Config) -> sled::Result<sled::Db> {
    let mut attempts = 0;
    loop {
        match config.open() {
            Err(sled::Error::Io(error))
                if attempts < LOCK_ATTEMPTS && error.to_string().contains("acquire lock") =>
            {
                attempts += 1;
                std::thread::sleep(LOCK_PAUSE);
            }
            opened => return opened,
        }
    }
}

/// Flushes. Where sled's own thread meets an error of the disk at the wrong moment, a flush that
/// waits for it is not woken; a second flush finds the error, and wakes the first.
pub(super) fn flush_awake(db: &sled::Db) -> sled::Result<usize> {
    let (done, is_done) = mpsc::channel::<()>();
    std::thread::scope(|scope| {
        scope.spawn(move || {
            if is_done.recv_timeout(WAKE_AFTER) == Err(RecvTimeoutError::Timeout) {
                // Its error is that of the first.
                drop(db.flush());
            }
        });
        let flushed = db.flush();
        drop(done);
        flushed
    })
}

/// What a panic said.
pub(super) fn panic_text(panic: &(dyn Any + Send)) -> String {
    let text = panic
        .downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| panic.downcast_ref::<&str>().copied());
    text.unwrap_or("a panic").to_owned()
}

/// Longer than a flush takes, unless the disk is overloaded.
const WAKE_AFTER: Duration = Duration::from_secs(5);
/// Two seconds in all: threads and forks let go within milliseconds.
const LOCK_ATTEMPTS: u32 = 200;
const LOCK_PAUSE: Duration = Duration::from_millis(10);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_snapshot_that_was_torn_while_it_was_written_does_not_keep_the_database_shut() {
        let home = tempfile::tempdir().unwrap();
        let open = || Raw::open(home.path(), 1 << 20);
        drop(open().unwrap());
        for (name, torn) in [
            ("snap.7FFFFFFFFFFFFFFE.generating", &b""[..]),
            ("snap.7FFFFFFFFFFFFFFF.generating", &[7; 100]),
        ] {
            fs::write(home.path().join(name), torn).unwrap();
            drop(open().unwrap());
            assert!(!home.path().join(name).exists());
        }
    }
}
