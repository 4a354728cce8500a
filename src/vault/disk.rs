//! The few ways in which the vault changes files, so that tests can make each step fail.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

/// What the vault does to its files, beside reading them.
pub(super) trait Disk: Send + Sync {
    /// Called before each step that can fail, with its name.
    fn step(&self, step: Step) -> io::Result<()>;

    /// Puts a file in place of another, or of none: whole, for its owner alone, and on the disk.
    fn replace(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        let part = self.write_part(path, bytes)?;
        self.step(Step::Place)?;
        fs::rename(&part, path)?;
        self.step(Step::SyncNames)?;
        sync_names(path)
    }

    /// The same for a file that must not be there yet.
    fn create(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        let part = self.write_part(path, bytes)?;
        self.step(Step::Place)?;
        // Unlike a rename it fails where something is, also if that came a moment ago.
        fs::hard_link(&part, path)?;
        fs::remove_file(&part)?;
        self.step(Step::SyncNames)?;
        sync_names(path)
    }

    /// Returns when a file and its name are on the disk.
    fn settle(&self, path: &Path) -> io::Result<()> {
        self.step(Step::Sync)?;
        File::open(path)?.sync_all()?;
        self.step(Step::SyncNames)?;
        sync_names(path)
    }

    /// Removes a file, if it is there.
    fn remove(&self, path: &Path) -> io::Result<()> {
        self.step(Step::Place)?;
        match fs::remove_file(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            removed => removed?,
        }
        self.step(Step::SyncNames)?;
        sync_names(path)
    }

    /// Makes a directory for its owner alone, unless it is there.
    fn make_directory(&self, path: &Path) -> io::Result<()> {
        if path.is_dir() {
            return Ok(());
        }
        self.step(Step::Place)?;
        DirBuilder::new().recursive(true).mode(0o700).create(path)?;
        self.step(Step::SyncNames)?;
        sync_names(path)
    }

    /// Writes beside the place of a file what shall be there.
    fn write_part(&self, path: &Path, bytes: &[u8]) -> io::Result<PathBuf> {
        let mut part = path.as_os_str().to_owned();
        part.push(".part");
        let part = PathBuf::from(part);
        // One that was left by a crash may have other permissions.
        match fs::remove_file(&part) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            Ok(()) | Err(_) => {}
        }
        self.step(Step::Create)?;
        let mut file = OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(&part)?;
        if let Err(error) = self.step(Step::Write) {
            file.write_all(bytes.get(..bytes.len() / 2).unwrap_or_default())?;
            return Err(error);
        }
        file.write_all(bytes)?;
        self.step(Step::Sync)?;
        file.sync_all()?;
        Ok(part)
    }
}

/// A step that can fail.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Step {
    /// A new file.
    Create,
    /// Its bytes.
    Write,
    /// Its bytes to the disk.
    Sync,
    /// Its name in its place, a name gone, or a directory made.
    Place,
    /// Names to the disk.
    SyncNames,
}

/// The disk itself.
pub(super) struct RealDisk;

impl Disk for RealDisk {
    fn step(&self, _: Step) -> io::Result<()> {
        Ok(())
    }
}

/// Reads a file that is not longer than that.
pub(super) fn read(path: &Path, most_bytes: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    File::open(path)?
        .take(most_bytes + 1)
        .read_to_end(&mut bytes)?;
    if u64::try_from(bytes.len()).is_ok_and(|read| read <= most_bytes) {
        return Ok(bytes);
    }
    let what = format!("it is larger than {most_bytes} bytes");
    Err(io::Error::new(io::ErrorKind::FileTooLarge, what))
}

/// Returns when the name of a file is on the disk.
fn sync_names(path: &Path) -> io::Result<()> {
    let parent = path
        .parent()
        .filter(|parent| !parent.as_os_str().is_empty());
    File::open(parent.unwrap_or(Path::new(".")))?.sync_all()
}
