//! The data directory and its lock: one process at a time.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use crate::store::StoreError;
use crate::store::disk::sync_dir;

/// A data directory that this process has to itself.
///
/// [`Archive`](super::archive::Archive) and [`SledStore`](super::sled::SledStore) keep a clone;
/// the lock ends with the last one. The system takes it back from a process that is killed.
#[derive(Clone, Debug)]
pub struct DataDir {
    path: PathBuf,
    _lock: Arc<File>,
}

impl DataDir {
    /// Takes a data directory; makes it if it is missing.
    ///
    /// # Errors
    /// [`StoreError::InUse`] with the number of the process that has it; [`StoreError::File`] if
    /// it cannot be made or locked.
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        let data_dir = Self::lock(path)?;
        if path.join(RESTORING).exists() {
            let path = path.display().to_string();
            return Err(StoreError::HalfRestored { path });
        }
        data_dir.remove_scratch_files()?;
        Ok(data_dir)
    }

    /// Takes a data directory in which nothing is, to restore a backup into it; makes it if it is
    /// missing. What a restore that was cut off has left is removed.
    ///
    /// # Errors
    /// As [`Self::open`]; [`StoreError::NotEmpty`].
    pub fn open_empty(path: &Path) -> Result<Self, StoreError> {
        let data_dir = Self::lock(path)?;
        if path.join(RESTORING).exists() {
            // Nobody can have opened it since.
            for left in [ARCHIVE, SLED, RESTORING] {
                remove_dir(&path.join(left))?;
            }
        }
        let failed = |source| StoreError::file("reading", path, source);
        for entry in fs::read_dir(path).map_err(failed)? {
            let name = entry.map_err(failed)?.file_name();
            if !NOTHING.iter().any(|nothing| name == *nothing) {
                return Err(StoreError::NotEmpty {
                    path: path.display().to_string(),
                    found: name.display().to_string(),
                });
            }
        }
        Ok(data_dir)
    }

    fn lock(path: &Path) -> Result<Self, StoreError> {
        make_dir(path)?;
        let file = path.join(LOCK_FILE);
        let failed = |source: io::Error| {
            if source.kind() == io::ErrorKind::ReadOnlyFilesystem {
                return StoreError::not_writable(path, &source);
            }
            forbidden_or("locking", path, &file, source)
        };
        let mut lock = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(&file)
            .map_err(failed)?;
        let mut attempts = 0;
        loop {
            match lock.try_lock() {
                Ok(()) => break,
                Err(TryLockError::WouldBlock) => {
                    let holder = holder(&mut lock);
                    // A child process holds what its parent had open, from fork to exec: of our
                    // own lock, closed just now, that is a matter of milliseconds.
                    if holder != Some(std::process::id()) || attempts == OWN_LOCK_ATTEMPTS {
                        let path = path.display().to_string();
                        let holder = holder.map(|pid| format!(" (process {pid})"));
                        return Err(StoreError::InUse {
                            path,
                            holder: holder.unwrap_or_default(),
                        });
                    }
                    attempts += 1;
                    std::thread::sleep(OWN_LOCK_PAUSE);
                }
                Err(TryLockError::Error(source)) => return Err(failed(source)),
            }
        }
        lock.set_len(0)
            .and_then(|()| lock.rewind())
            .map_err(failed)?;
        write!(lock, "{}", std::process::id()).map_err(failed)?;
        Ok(Self {
            path: path.to_owned(),
            _lock: Arc::new(lock),
        })
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Removes the scratch files of a process that was killed.
    fn remove_scratch_files(&self) -> Result<(), StoreError> {
        let failed = |source| StoreError::file("cleaning", &self.path, source);
        for entry in fs::read_dir(&self.path).map_err(failed)? {
            let name = entry.map_err(failed)?.file_name();
            let is_scratch = name
                .to_str()
                .and_then(|name| name.strip_prefix(SCRATCH))
                .is_some_and(|name| name.ends_with(SCRATCH_END));
            if is_scratch {
                fs::remove_file(self.path.join(name)).map_err(failed)?;
            }
        }
        Ok(())
    }

    /// A directory in it; made, and durable by name, if it is missing.
    ///
    /// # Errors
    /// [`StoreError::File`].
    pub(super) fn subdirectory(&self, name: &str) -> Result<PathBuf, StoreError> {
        let path = self.path.join(name);
        make_dir(&path)?;
        Ok(path)
    }
}

/// What a data directory holds, by the names in it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Holding {
    /// No store: the directory is not there, is empty, or holds other things.
    Nothing,
    /// An archive with something in it, and no database.
    ArchiveAlone,
    /// A database, and no archive.
    DatabaseAlone,
    /// A store, whole or damaged.
    Store,
}

/// What a data directory holds. It is looked at, and nothing is made, locked or opened.
pub fn holding(path: &Path) -> Holding {
    let is_there = |name: &str| path.join(name).exists();
    // A store that is being made has its archive's directory first.
    let has_segments = || {
        let mut entries = fs::read_dir(path.join(ARCHIVE)).into_iter().flatten();
        entries.next().is_some()
    };
    // One that was being replaced is there, too: the next opening ends that.
    match (is_there(ARCHIVE), is_there(SLED) || is_there(SLED_OLD)) {
        _ if is_there(RESTORING) => Holding::Store,
        (true, true) => Holding::Store,
        (true, false) if has_segments() => Holding::ArchiveAlone,
        (_, false) => Holding::Nothing,
        (false, true) => Holding::DatabaseAlone,
    }
}

/// Removes a directory with all that is in it, if it is there.
pub(super) fn remove_dir(path: &Path) -> Result<(), StoreError> {
    match fs::remove_dir_all(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            Err(StoreError::file("removing", path, error))
        }
        Ok(()) | Err(_) => Ok(()),
    }
}

/// Moves a file or directory, durably.
pub(super) fn rename(from: &Path, to: &Path) -> Result<(), StoreError> {
    let parent = to.parent().unwrap_or(to);
    fs::rename(from, to)
        .and_then(|()| sync_dir(parent))
        .map_err(|source| StoreError::file("moving", from, source))
}

/// How much room a disk has.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Room {
    /// Bytes that this process may still write.
    pub free_bytes: u64,
    /// Bytes in all.
    pub total_bytes: u64,
}

/// How much room is on the disk of a directory.
///
/// # Errors
/// What the system says.
pub fn room(path: &Path) -> io::Result<Room> {
    let found = rustix::fs::statvfs(path)?;
    Ok(Room {
        free_bytes: found.f_bavail.saturating_mul(found.f_frsize),
        total_bytes: found.f_blocks.saturating_mul(found.f_frsize),
    })
}

/// Writes a small file of its own kind in the data directory: after a crash it is there as it was
/// before, or as it is now.
///
/// # Errors
/// What the system says.
pub fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let written = path.with_extension("new");
    let mut file = File::create(&written)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    fs::rename(&written, path)?;
    path.parent().map_or(Ok(()), sync_dir)
}

/// The path of a scratch file in a data directory. One that is left behind is removed when the
/// directory is opened.
pub fn scratch_file(data_dir: &Path, random: u32) -> PathBuf {
    data_dir.join(format!("{SCRATCH}{random:08x}{SCRATCH_END}"))
}

fn make_dir(path: &Path) -> Result<(), StoreError> {
    if path.is_dir() {
        return Ok(());
    }
    let made = || -> io::Result<()> {
        fs::create_dir_all(path)?;
        match path.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => sync_dir(parent),
            Some(_) | None => sync_dir(Path::new(".")),
        }
    };
    made().map_err(|source| forbidden_or("making", path, path, source))
}

/// A directory in which this user may not write, or what failed otherwise.
fn forbidden_or(
    action: &'static str,
    directory: &Path,
    file: &Path,
    source: io::Error,
) -> StoreError {
    if source.kind() == io::ErrorKind::PermissionDenied {
        StoreError::not_writable(directory, &source)
    } else {
        StoreError::file(action, file, source)
    }
}

/// The process that the lock file names.
fn holder(lock: &mut File) -> Option<u32> {
    let mut text = String::new();
    lock.seek(SeekFrom::Start(0)).ok()?;
    lock.take(MAX_PID_DIGITS).read_to_string(&mut text).ok()?;
    text.trim().parse().ok()
}

const LOCK_FILE: &str = "lock";
/// How the names of scratch files begin and end: the database of a backup, before it loses its name.
const SCRATCH: &str = "backup-";
const SCRATCH_END: &str = ".tmp";
/// The archive's directory in the data directory.
pub(super) const ARCHIVE: &str = "archive";
/// The database's directory in the data directory.
pub(super) const SLED: &str = "sled";
/// Where the database is put aside while another one takes its place.
pub(super) const SLED_OLD: &str = "sled.old";
/// Where a backup is restored before any of it counts. As long as it is there, nothing counts.
pub(super) const RESTORING: &str = "restoring";
/// What may be in a directory in which nothing is: ours, and that of a file system's root.
const NOTHING: [&str; 5] = [
    LOCK_FILE,
    "control.sock",
    "lost+found",
    "secrets",
    "secret.key",
];
/// A second in all.
const OWN_LOCK_ATTEMPTS: u32 = 100;
const OWN_LOCK_PAUSE: Duration = Duration::from_millis(10);
/// A `u32` has 10 digits.
const MAX_PID_DIGITS: u64 = 16;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_open_is_refused_and_names_the_process() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("new/data");
        let first = DataDir::open(&path).unwrap();
        let error = DataDir::open(&path).unwrap_err();
        let expected = format!("(process {})", std::process::id());
        assert!(matches!(error, StoreError::InUse { .. }), "{error}");
        assert!(error.to_string().contains(&expected), "{error}");

        let clone = first.clone();
        drop(first);
        DataDir::open(&path).unwrap_err();
        drop(clone);
        DataDir::open(&path).unwrap();
    }

    #[test]
    fn a_file_is_replaced_as_a_whole_and_the_disk_has_room() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("state.json");
        for text in ["first, and longer", "second"] {
            replace(&path, text.as_bytes()).unwrap();
            assert_eq!(fs::read_to_string(&path).unwrap(), text);
        }
        assert_eq!(fs::read_dir(home.path()).unwrap().count(), 1);
        let room = room(home.path()).unwrap();
        assert!(0 < room.total_bytes && room.free_bytes <= room.total_bytes);
        assert!(super::room(&home.path().join("nowhere")).is_err());
    }

    #[test]
    fn what_a_directory_holds_is_told_without_making_anything() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("data");
        assert_eq!(holding(&path), Holding::Nothing);
        fs::create_dir_all(path.join(ARCHIVE)).unwrap();
        fs::write(path.join("notes.txt"), "x").unwrap();
        assert_eq!(holding(&path), Holding::Nothing);
        fs::write(path.join("archive/000001.seg"), "x").unwrap();
        assert_eq!(holding(&path), Holding::ArchiveAlone);
        fs::create_dir(path.join(SLED_OLD)).unwrap();
        assert_eq!(holding(&path), Holding::Store);
        fs::rename(path.join(SLED_OLD), path.join(SLED)).unwrap();
        assert_eq!(holding(&path), Holding::Store);
        fs::remove_dir_all(path.join(ARCHIVE)).unwrap();
        assert_eq!(holding(&path), Holding::DatabaseAlone);
        fs::create_dir(path.join(RESTORING)).unwrap();
        assert_eq!(holding(&path), Holding::Store);
        assert!(!path.join(LOCK_FILE).exists());
    }

    #[test]
    fn what_a_killed_process_left_of_a_backup_is_removed_and_nothing_else() {
        let home = tempfile::tempdir().unwrap();
        let left = scratch_file(home.path(), 0xBEEF);
        let kept = ["backup-2026-11-24.tar", "notes.tmp"].map(|name| home.path().join(name));
        for file in kept.iter().chain([&left]) {
            fs::write(file, "x").unwrap();
        }
        DataDir::open(home.path()).unwrap();
        assert!(!left.exists() && kept.iter().all(|file| file.exists()));
    }

    #[test]
    fn a_lock_file_left_by_a_killed_process_is_no_obstacle() {
        let home = tempfile::tempdir().unwrap();
        fs::write(home.path().join(LOCK_FILE), "4294967295 and more").unwrap();
        DataDir::open(home.path()).unwrap();
        let text = fs::read_to_string(home.path().join(LOCK_FILE)).unwrap();
        assert_eq!(text, std::process::id().to_string());
    }
}
