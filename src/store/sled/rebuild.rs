//! A new database in place of the old one: filled beside it, then swapped in.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::store::data_dir::{DataDir, SLED, SLED_OLD, remove_dir, rename};
use crate::store::disk::sync_dir;
use crate::store::keys::{self, Kind};
use crate::store::ledger::Batch;
use crate::store::sled::database::Database;
use crate::store::sled::raw::Raw;
use crate::store::sled::records::{damaged, decode};
use crate::store::sled::{SledStore, compact};
use crate::store::{Store, StoreError};

/// A database that is filled while the old one, if any, stays as it is.
///
/// The old one must not be open. A crash at any time leaves the old one or the new one.
#[derive(Debug)]
pub struct Rebuild {
    data_dir: DataDir,
    store: Arc<SledStore>,
}

impl Rebuild {
    /// Begins an empty database beside the old one; what an interrupted rebuild left is removed.
    ///
    /// # Errors
    /// [`StoreError`], here and below.
    pub fn start(data_dir: &DataDir, cache_bytes: u64) -> Result<Self, StoreError> {
        finish_swap(data_dir)?;
        remove_dir(&data_dir.path().join(NEW))?;
        Ok(Self {
            data_dir: data_dir.clone(),
            store: Arc::new(SledStore::open_in(data_dir, NEW, cache_bytes)?),
        })
    }

    /// The database to fill.
    pub fn store(&self) -> Arc<SledStore> {
        Arc::clone(&self.store)
    }

    /// Takes over from the old database, if there is one, what no archive tells: what became of
    /// mails of ours, and which requests of others wait for an answer.
    ///
    /// # Errors
    /// [`StoreError`] if the old one cannot be read; what was read until then is taken over.
    pub fn carry_over(&self) -> Result<(), StoreError> {
        let [current, ..] = places(&self.data_dir);
        if !is_made(&current) {
            return Ok(());
        }
        // Whatever form the other records have, these have always been what they are.
        let old = Raw::open(&current, CARRYING_CACHE)?.records;
        let mut asked = Batch::of_mailbox("", "");
        for pair in old.scan(&keys::prefix(Kind::Asked)) {
            let (key, value) = pair?;
            asked.asked.push(decode(&key, &value)?);
        }
        self.store.apply(&asked, self.store.next_sequence()?)?;
        let mut batch = Batch::of_mailbox("", "");
        for pair in old.scan(&keys::prefix(Kind::Outbox)) {
            let (key, value) = pair?;
            let number = keys::number(&key).ok_or_else(|| damaged(&key, "the key is short"))?;
            batch.outbox.push((number, decode(&key, &value)?));
            let request = old.get(&keys::numbered(Kind::Request, number))?;
            batch
                .requests
                .extend(request.map(|request| (number, request)));
            if batch.outbox.len() == CARRIED_AT_ONCE {
                let full = std::mem::replace(&mut batch, Batch::of_mailbox("", ""));
                self.store.apply(&full, self.store.next_sequence()?)?;
            }
        }
        self.store.apply(&batch, self.store.next_sequence()?)
    }

    /// Makes the new database durable and puts it in place of the old one, which is removed.
    ///
    /// # Errors
    /// [`StoreError`]; one of the two databases is in place then. Also if someone still has
    /// [`Self::store`]: an open database cannot be moved.
    pub fn finish(self) -> Result<(), StoreError> {
        self.store.flush()?;
        let [current, new, old] = places(&self.data_dir);
        if Arc::into_inner(self.store).is_none() {
            let what = "it is still being filled".to_owned();
            return Err(StoreError::database(&new, what));
        }
        put_in_place(&current, &new, &old)
    }
}

/// Makes a closed new database durable and puts it in place of the old one, which is removed.
fn put_in_place(current: &Path, new: &Path, old: &Path) -> Result<(), StoreError> {
    // sled itself syncs neither its settings nor what it writes when it is closed.
    sync_files(new).map_err(|source| StoreError::file("syncing", new, source))?;
    if current.exists() {
        rename(current, old)?;
    }
    rename(new, current)?;
    remove_dir(old)
}

/// Makes the database anew from its own records, and puts that in its place.
pub(super) fn compact(
    data_dir: &DataDir,
    database: &Database,
    go_on: &mut dyn FnMut(u64, u64) -> io::Result<()>,
) -> Result<(), StoreError> {
    let [current, new, old] = places(data_dir);
    remove_dir(&new)?;
    let path = data_dir.subdirectory(NEW)?;
    let filled = database.replace(
        |open| compact::fill(&path, open, go_on),
        || {
            put_in_place(&current, &new, &old)
                .or_else(|error| finish_swap(data_dir).and(Err(error)))
        },
    );
    match filled {
        // What is left of one that failed is of no use, unless the swap had begun.
        Err(error) if current.exists() => remove_dir(&new).and(Err(error)),
        filled => filled,
    }
}

/// Finishes a swap that a crash interrupted: an old database that is put aside means that the new
/// one is whole. If that is gone all the same, the old one takes its place again.
pub(super) fn finish_swap(data_dir: &DataDir) -> Result<(), StoreError> {
    let [current, new, old] = places(data_dir);
    if !old.exists() {
        return Ok(());
    }
    if !current.exists() {
        if !new.exists() {
            return rename(&old, &current);
        }
        rename(&new, &current)?;
    }
    remove_dir(&old)
}

/// Makes an empty database if there is none. sled cannot open what a crash leaves of a database that
/// was being made, so it is made beside its place, too.
pub(super) fn make_if_missing(data_dir: &DataDir, cache_bytes: u64) -> Result<(), StoreError> {
    let [current, ..] = places(data_dir);
    if is_made(&current) {
        return Ok(());
    }
    Rebuild::start(data_dir, cache_bytes)?.finish()
}

fn is_made(database: &Path) -> bool {
    FIRST_FILES.iter().any(|name| database.join(name).exists())
}

/// Returns when all files of a directory are on the disk, in whatever depth.
fn sync_files(directory: &Path) -> io::Result<()> {
    for entry in fs::read_dir(directory)? {
        let path = entry?.path();
        if path.is_dir() {
            sync_files(&path)?;
        } else {
            File::open(&path)?.sync_all()?;
        }
    }
    sync_dir(directory)
}

fn places(data_dir: &DataDir) -> [PathBuf; 3] {
    [SLED, NEW, SLED_OLD].map(|name| data_dir.path().join(name))
}

/// What a database has from its beginning: settings and log.
const FIRST_FILES: [&str; 2] = ["conf", "db"];
/// For reading each record once.
const CARRYING_CACHE: u64 = 16 << 20;
const CARRIED_AT_ONCE: usize = 1_000;
const NEW: &str = "sled.new";

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::mailbox::MailId;

    const CACHE: u64 = 1 << 20;

    fn mark(store: &SledStore, uidl: &str) {
        let mut batch = Batch::of_mailbox("m", "");
        batch.settles.push(id(uidl));
        store.apply(&batch, store.next_sequence().unwrap()).unwrap();
        store.flush().unwrap();
    }

    fn id(uidl: &str) -> MailId {
        MailId::Pop3 {
            uidl: uidl.to_owned(),
        }
    }

    fn marks(data_dir: &DataDir) -> Vec<bool> {
        let store = SledStore::open(data_dir, CACHE).unwrap();
        store.settled("m", &[id("old"), id("new")]).unwrap()
    }

    fn begun() -> (tempfile::TempDir, DataDir, Rebuild) {
        let home = tempfile::tempdir().unwrap();
        let data_dir = DataDir::open(home.path()).unwrap();
        mark(&SledStore::open(&data_dir, CACHE).unwrap(), "old");
        let rebuild = Rebuild::start(&data_dir, CACHE).unwrap();
        mark(&rebuild.store(), "new");
        (home, data_dir, rebuild)
    }

    #[test]
    fn a_finished_rebuild_takes_the_place_of_the_old_database() {
        let (home, data_dir, rebuild) = begun();
        rebuild.finish().unwrap();
        assert_eq!(marks(&data_dir), [false, true]);
        let left = fs::read_dir(home.path()).unwrap().count();
        assert_eq!(left, 2, "the lock and the database");
    }

    #[test]
    fn a_database_that_is_still_being_filled_takes_no_place() {
        let (_home, data_dir, rebuild) = begun();
        let filling = rebuild.store();
        rebuild.finish().unwrap_err();
        drop(filling);
        assert_eq!(marks(&data_dir), [true, false]);
    }

    #[test]
    fn an_interrupted_rebuild_leaves_the_old_database_and_the_next_begins_empty() {
        let (_home, data_dir, rebuild) = begun();
        drop(rebuild);
        assert_eq!(marks(&data_dir), [true, false]);
        let again = Rebuild::start(&data_dir, CACHE).unwrap();
        assert_eq!(again.store().settled("m", &[id("new")]).unwrap(), [false]);
    }

    #[test]
    fn a_swap_that_was_interrupted_at_any_step_is_finished() {
        for steps in 1..=2 {
            let (_home, data_dir, rebuild) = begun();
            drop(rebuild);
            let [current, new, old] = places(&data_dir);
            fs::rename(&current, &old).unwrap();
            if steps == 2 {
                fs::rename(&new, &current).unwrap();
            }
            assert_eq!(marks(&data_dir), [false, true], "{steps}");
            assert!(!old.exists());
        }
    }

    #[test]
    fn an_old_database_that_was_put_aside_for_one_that_is_gone_takes_its_place_again() {
        let (_home, data_dir, rebuild) = begun();
        drop(rebuild);
        let [current, new, old] = places(&data_dir);
        fs::rename(&current, &old).unwrap();
        fs::remove_dir_all(&new).unwrap();
        assert_eq!(marks(&data_dir), [true, false]);
        assert!(!old.exists());
    }
}
