//! A file that a command writes: it is there whole, or not at all.

use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// A file under a temporary name beside its own; what was there before stays until
/// [`Self::finish`].
#[derive(Debug)]
pub(super) struct OutFile {
    file: File,
    path: PathBuf,
    /// `None` for what is no file, such as a pipe: it is written as it is.
    part: Option<PathBuf>,
}

impl OutFile {
    /// Begins a file.
    ///
    /// # Errors
    /// With the path, if it cannot be written.
    pub(super) fn begin(path: &Path) -> io::Result<Self> {
        let is_special = fs::metadata(path).is_ok_and(|known| !known.is_file());
        // What a link names is replaced, not the link.
        let path = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
        let part = (!is_special).then(|| beside(&path));
        let file = File::create(part.as_deref().unwrap_or(&path));
        let file = file.map_err(|error| failed(&path, &error))?;
        Ok(Self { file, path, part })
    }

    /// Puts the file in its place, durably.
    ///
    /// # Errors
    /// With the path: then what was there before is still there.
    pub(super) fn finish(mut self) -> io::Result<()> {
        let Some(part) = self.part.take() else {
            return Ok(());
        };
        let placed = self
            .file
            .sync_all()
            .and_then(|()| fs::rename(&part, &self.path))
            .and_then(|()| File::open(directory(&self.path))?.sync_all());
        if placed.is_err() {
            self.part = Some(part);
        }
        placed.map_err(|error| failed(&self.path, &error))
    }
}

impl Write for OutFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file
            .write(bytes)
            .map_err(|error| failed(&self.path, &error))
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

impl Drop for OutFile {
    /// What was not finished is half a file: nobody shall take it for a whole one.
    fn drop(&mut self) {
        if let Some(part) = &self.part {
            let _ = fs::remove_file(part);
        }
    }
}

/// `november.csv` is written as `.november.csv.part`.
fn beside(path: &Path) -> PathBuf {
    let mut name = OsString::from(".");
    name.push(path.file_name().unwrap_or_default());
    name.push(".part");
    path.with_file_name(name)
}

fn directory(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        Some(_) | None => Path::new("."),
    }
}

fn failed(path: &Path, error: &io::Error) -> io::Error {
    let folder = directory(path);
    let remedy = if error.kind() == io::ErrorKind::NotFound && !folder.is_dir() {
        format!("; make the folder {} first", folder.display())
    } else {
        String::new()
    };
    let what = format!("{} cannot be written: {error}{remedy}", path.display());
    io::Error::new(error.kind(), what)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_appears_when_it_is_whole_and_replaces_what_was_there() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("november.csv");
        fs::write(&path, "old").unwrap();
        let mut file = OutFile::begin(&path).unwrap();
        file.write_all(b"new").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"old");
        file.finish().unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"new");
        assert_eq!(fs::read_dir(home.path()).unwrap().count(), 1);
    }

    #[test]
    fn of_a_file_that_was_not_finished_nothing_is_left() {
        let home = tempfile::tempdir().unwrap();
        let mut file = OutFile::begin(&home.path().join("half.csv")).unwrap();
        file.write_all(b"half").unwrap();
        drop(file);
        assert_eq!(fs::read_dir(home.path()).unwrap().count(), 0);
    }

    #[test]
    fn a_file_that_cannot_be_written_is_named() {
        let error = OutFile::begin(Path::new("/nowhere/x.csv")).unwrap_err();
        let said = error.to_string();
        assert!(said.contains("/nowhere/x.csv cannot be written"), "{said}");
        assert!(said.ends_with("make the folder /nowhere first"), "{said}");
    }
}
