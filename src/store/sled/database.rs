//! The open database: readers, the writer, the fsync, and what follows when a write fails.

use std::fs;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock, RwLockReadGuard};

use crate::store::StoreError;
use crate::store::disk::Disk;
use crate::store::sled::draft::Draft;
use crate::store::sled::format;
use crate::store::sled::index::Index;
use crate::store::sled::lookup::{Letters, Recent};
use crate::store::sled::raw::{Raw, flush_awake, panic_text};
use crate::store::sled::records::{Records, is_full, is_read_only};

/// A database in a directory. A reader sees all of a batch or nothing of it: reading and writing
/// exclude each other, and neither takes long.
#[derive(Debug)]
pub(super) struct Database {
    path: PathBuf,
    cache_bytes: u64,
    disk: Box<dyn Disk>,
    state: RwLock<State>,
    flushing: Mutex<()>,
    /// How many need that blocks stay where they are.
    unmerged: AtomicUsize,
}

/// Blocks stay where they are while it is there.
#[derive(Debug)]
pub(super) struct Unmerged<'a>(&'a AtomicUsize);

impl Drop for Unmerged<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

/// Whether the database can be used.
#[derive(Debug)]
enum State {
    Open(Box<Open>),
    Closed(Closed),
}

/// Why it cannot.
#[derive(Debug)]
enum Closed {
    /// The disk was full. What was not durable is gone; opening again goes on from what is.
    Full(String),
    /// The file system took no writes any more, as [`Closed::Full`].
    ReadOnly(String),
    /// A write or sync failed otherwise. What the system would read back may not be what is on the
    /// disk, and nothing may be built on that: a person must look.
    Failed(String),
}

/// What an open database consists of.
#[derive(Debug)]
pub(super) struct Open {
    pub(super) records: Records,
    pub(super) index: Index,
    recent: Recent,
    /// How often something was written.
    changes: u64,
    raw: Raw,
}

impl Database {
    pub(super) fn open(
        path: PathBuf,
        cache_bytes: u64,
        disk: Box<dyn Disk>,
    ) -> Result<Self, StoreError> {
        Ok(Self {
            state: RwLock::new(State::Open(Box::new(Open::new(&path, cache_bytes)?))),
            path,
            cache_bytes,
            disk,
            flushing: Mutex::new(()),
            unmerged: AtomicUsize::new(0),
        })
    }

    /// Has blocks stay where they are until what this gives is dropped, for who reads all of them in
    /// several steps.
    pub(super) fn without_merging(&self) -> Unmerged<'_> {
        self.unmerged.fetch_add(1, Ordering::SeqCst);
        Unmerged(&self.unmerged)
    }

    /// Runs something that reads.
    pub(super) fn read<T>(
        &self,
        read: impl FnOnce(&Open) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let state = self.state()?;
        match &*state {
            State::Open(open) => self.guarded(|| read(open)),
            State::Closed(closed) => Err(closed.error(&self.path)),
        }
    }

    /// Runs something that gathers writes, and makes them visible: all of them, or none.
    ///
    /// `sequence` is the first number that it may give away; `None` if it gives none.
    pub(super) fn write<T>(
        &self,
        sequence: Option<u64>,
        gather: impl FnOnce(&mut Draft<'_>) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        drop(self.state()?);
        let mut state = self.state.write().unwrap_or_else(PoisonError::into_inner);
        let open = match &mut *state {
            State::Open(open) => open,
            State::Closed(closed) => return Err(closed.error(&self.path)),
        };
        let next = open.index.counts.next_sequence;
        let sequence = sequence.unwrap_or(next);
        if sequence < next {
            return Err(self.failed(format!("number {sequence} is taken, the next is {next}")));
        }
        let (answer, writes, news) = self.guarded(|| {
            let may_merge = self.unmerged.load(Ordering::SeqCst) == 0;
            let mut draft = Draft::new(open.letters(), sequence, may_merge);
            let answer = gather(&mut draft)?;
            let (writes, news) = draft.finish()?;
            Ok((answer, writes, news))
        })?;
        let closed = match catch_unwind(AssertUnwindSafe(|| open.records.apply(writes))) {
            Ok(Ok(())) => {
                open.index.follow(news);
                open.changes += 1;
                return Ok(answer);
            }
            Ok(Err(error)) => Closed::after(&error),
            Err(panic) => Closed::Failed(panic_text(&*panic)),
        };
        let error = closed.error(&self.path);
        *state = State::Closed(closed);
        Err(error)
    }

    /// Returns when everything written so far is on the disk.
    pub(super) fn flush(&self) -> Result<(), StoreError> {
        // sled 0.34 can hang when several threads wait for a flush.
        let _alone = self.flushing.lock().unwrap_or_else(PoisonError::into_inner);
        let (db, file) = self.read(|open| Ok((open.raw.db.clone(), Arc::clone(&open.raw.file))))?;
        let closed = match catch_unwind(AssertUnwindSafe(|| flush_awake(&db))) {
            Ok(Ok(_)) => match self.disk.sync(&file) {
                Ok(()) => return Ok(()),
                Err(error) => Closed::Failed(format!("syncing failed: {error}")),
            },
            Ok(Err(error)) => Closed::after(&error),
            Err(panic) => Closed::Failed(panic_text(&*panic)),
        };
        drop(db);
        let error = closed.error(&self.path);
        *self.state.write().unwrap_or_else(PoisonError::into_inner) = State::Closed(closed);
        Err(error)
    }

    /// Puts another database in the place of this one: `fill` writes it from this one's records,
    /// `swap` moves it. Nothing is written meanwhile. Where `swap` fails, what is in place then is
    /// opened.
    pub(super) fn replace(
        &self,
        fill: impl FnOnce(&Open) -> Result<(), StoreError>,
        swap: impl FnOnce() -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        // Who flushes has a handle.
        let _alone = self.flushing.lock().unwrap_or_else(PoisonError::into_inner);
        let changes = self.read(|open| {
            fill(open)?;
            Ok(open.changes)
        })?;
        let mut state = self.state.write().unwrap_or_else(PoisonError::into_inner);
        match &*state {
            State::Open(open) if open.changes == changes => {}
            State::Open(_) => return Err(self.failed("it was written meanwhile".to_owned())),
            State::Closed(closed) => return Err(closed.error(&self.path)),
        }
        let closed = State::Closed(Closed::Failed("it was not opened again".to_owned()));
        let swapped = match std::mem::replace(&mut *state, closed) {
            State::Open(open) => open.close().and_then(|()| swap()),
            State::Closed(_) => Ok(()),
        };
        // Opening makes what is not there: an empty database would look as if nothing had ever come.
        if self.path.join("db").exists() {
            match Open::new(&self.path, self.cache_bytes) {
                Ok(open) => *state = State::Open(Box::new(open)),
                Err(error) => {
                    *state = State::Closed(Closed::Failed(error.to_string()));
                    return swapped.and(Err(error));
                }
            }
        }
        swapped
    }

    /// Bytes on disk.
    pub(super) fn bytes(&self) -> Result<u64, StoreError> {
        directory_bytes(&self.path)
            .map_err(|source| StoreError::file("measuring", &self.path, source))
    }

    /// The state; a database that was closed since the disk took no writes is opened again.
    fn state(&self) -> Result<RwLockReadGuard<'_, State>, StoreError> {
        let state = self.state.read().unwrap_or_else(PoisonError::into_inner);
        if !state.may_open_again() {
            return Ok(state);
        }
        drop(state);
        let mut state = self.state.write().unwrap_or_else(PoisonError::into_inner);
        if state.may_open_again() {
            *state = State::Open(Box::new(Open::new(&self.path, self.cache_bytes)?));
        }
        drop(state);
        Ok(self.state.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Turns a panic of sled into an error.
    fn guarded<T>(&self, step: impl FnOnce() -> Result<T, StoreError>) -> Result<T, StoreError> {
        catch_unwind(AssertUnwindSafe(step))
            .unwrap_or_else(|panic| Err(self.failed(panic_text(&*panic))))
    }

    fn failed(&self, what: String) -> StoreError {
        StoreError::database(&self.path, what)
    }
}

impl State {
    /// Whether it is closed for a reason that passes.
    fn may_open_again(&self) -> bool {
        match self {
            Self::Closed(Closed::Full(_) | Closed::ReadOnly(_)) => true,
            Self::Open(_) | Self::Closed(Closed::Failed(_)) => false,
        }
    }
}

impl Closed {
    fn after(error: &sled::Error) -> Self {
        if is_full(error) {
            Self::Full(error.to_string())
        } else if is_read_only(error) {
            Self::ReadOnly(error.to_string())
        } else {
            Self::Failed(error.to_string())
        }
    }

    fn error(&self, path: &Path) -> StoreError {
        match self {
            Self::Full(why) => StoreError::DiskFull {
                path: path.display().to_string(),
                what: why.clone(),
            },
            Self::ReadOnly(why) => StoreError::not_writable(path, why),
            Self::Failed(why) => StoreError::database(
                path,
                format!("{why}; look at the disk, then start the gateway again"),
            ),
        }
    }
}

impl Open {
    fn close(self) -> Result<(), StoreError> {
        let Self { records, raw, .. } = self;
        drop(records);
        raw.close()
    }

    /// What mails brought.
    pub(super) fn letters(&self) -> Letters<'_> {
        Letters {
            records: &self.records,
            index: &self.index,
            recent: &self.recent,
        }
    }

    fn new(path: &Path, cache_bytes: u64) -> Result<Self, StoreError> {
        let raw = Raw::open(path, cache_bytes)?;
        format::check(&raw.records, path)?;
        let records = raw.records.clone();
        let index = catch_unwind(AssertUnwindSafe(|| Index::load(&records)))
            .unwrap_or_else(|panic| Err(StoreError::database(path, panic_text(&*panic))))?;
        Ok(Self {
            records,
            index,
            recent: Recent::default(),
            changes: 0,
            raw,
        })
    }
}

fn directory_bytes(directory: &Path) -> io::Result<u64> {
    let mut bytes = 0;
    for file in fs::read_dir(directory)? {
        let file = file?;
        bytes += match file.metadata() {
            Ok(known) if known.is_dir() => directory_bytes(&file.path())?,
            Ok(known) => known.len(),
            // sled replaces its snapshots.
            Err(error) if error.kind() == io::ErrorKind::NotFound => 0,
            Err(error) => return Err(error),
        };
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mailbox::MailId;
    use crate::store::disk::failing::FailingDisk;
    use crate::store::keys;
    use crate::store::ledger::Batch;

    fn id(uidl: &str) -> MailId {
        MailId::Pop3 {
            uidl: uidl.to_owned(),
        }
    }

    fn settle(database: &Database, uidl: &str) -> Result<(), StoreError> {
        let mut batch = Batch::of_mailbox("m", "");
        batch.settles.push(id(uidl));
        database.write(None, |draft| draft.add(&batch))
    }

    fn is_settled(database: &Database, uidl: &str) -> Result<bool, StoreError> {
        let key = keys::settled("m", &id(uidl)).unwrap();
        database.read(|open| open.records.contains(&key))
    }

    fn database(disk: &FailingDisk) -> (tempfile::TempDir, Database) {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().to_owned();
        let database = Database::open(path, 1 << 20, Box::new(disk.clone())).unwrap();
        (home, database)
    }

    #[test]
    fn after_a_sync_that_failed_nothing_is_built_on_what_may_not_be_on_the_disk() {
        let disk = FailingDisk::new(1);
        let (_home, database) = database(&disk);
        settle(&database, "1").unwrap();
        database.flush().unwrap();
        settle(&database, "2").unwrap();
        database.flush().unwrap_err();
        assert!(!disk.is_pending());
        // The disk is well again; what failed was not made good by that.
        let error = settle(&database, "3").unwrap_err().to_string();
        assert!(error.contains("syncing failed"), "{error}");
        is_settled(&database, "1").unwrap_err();
        database.flush().unwrap_err();
    }

    #[test]
    fn after_a_disk_that_took_no_writes_it_goes_on_from_what_is_durable() {
        for passing in [Closed::Full, Closed::ReadOnly] {
            let (_home, database) = database(&FailingDisk::new(usize::MAX));
            settle(&database, "1").unwrap();
            database.flush().unwrap();
            *database.state.write().unwrap() = State::Closed(passing("no writes".to_owned()));
            assert!(is_settled(&database, "1").unwrap());
            settle(&database, "2").unwrap();
            database.flush().unwrap();
            assert!(is_settled(&database, "2").unwrap());
        }
    }

    #[test]
    fn a_panic_is_an_error_and_the_next_reader_is_served() {
        let (_home, database) = database(&FailingDisk::new(usize::MAX));
        let panicking = database.read::<()>(|_| panic!("tried to serialize Uninitialized"));
        let error = panicking.unwrap_err().to_string();
        assert!(
            error.contains("tried to serialize Uninitialized"),
            "{error}"
        );
        assert!(!is_settled(&database, "1").unwrap());
    }
}
