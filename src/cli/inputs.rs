//! The files that a command line names, found and read.

use std::collections::VecDeque;
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

/// A file that was read, or why it could not be.
#[derive(Debug)]
pub(super) struct Input {
    /// Its path, as it was found.
    pub(super) name: String,
    /// Its bytes.
    pub(super) bytes: Result<Vec<u8>, String>,
    /// How many files there are in all.
    pub(super) of: u64,
}

/// Files, found at once and read one after the other.
#[derive(Debug)]
pub(super) struct Inputs {
    found: VecDeque<Result<PathBuf, (PathBuf, io::Error)>>,
    of: u64,
}

impl Inputs {
    /// The files of these paths: themselves, or all below them in the order of their names.
    pub(super) fn of(paths: &[PathBuf]) -> Self {
        let mut found = VecDeque::new();
        for path in paths {
            gather(path, &mut found);
        }
        Self {
            of: found.len() as u64,
            found,
        }
    }
}

impl Iterator for Inputs {
    type Item = Input;

    fn next(&mut self) -> Option<Input> {
        let found = self.found.pop_front()?;
        let (path, read) = match found {
            Ok(path) => {
                let read = read_file(&path);
                (path, read)
            }
            Err((path, error)) => (path, Err(error)),
        };
        Some(Input {
            name: path.display().to_string(),
            bytes: read.map_err(|error| error.to_string()),
            of: self.of,
        })
    }
}

fn gather(path: &Path, found: &mut VecDeque<Result<PathBuf, (PathBuf, io::Error)>>) {
    if path.as_os_str() == "-" || !path.is_dir() {
        found.push_back(Ok(path.to_owned()));
        return;
    }
    match fs::read_dir(path) {
        Ok(entries) => {
            let mut below: Vec<PathBuf> = entries
                .filter_map(|entry| Some(entry.ok()?.path()))
                .collect();
            below.sort();
            // A link to a folder could lead in a circle.
            for path in below
                .iter()
                .filter(|path| path.is_file() || !path.is_symlink())
            {
                gather(path, found);
            }
        }
        Err(error) => found.push_back(Err((path.to_owned(), error))),
    }
}

/// Reads a file or stdin, up to the bound on one file.
pub(super) fn read_file(path: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    if path.as_os_str() == "-" {
        io::stdin()
            .lock()
            .take(MAX_FILE_BYTES + 1)
            .read_to_end(&mut bytes)?;
    } else {
        let file = File::open(path)?;
        // Growing by steps would leave copies behind.
        let size = file.metadata()?.len().min(MAX_FILE_BYTES);
        bytes.reserve_exact(usize::try_from(size).unwrap_or(0));
        file.take(MAX_FILE_BYTES + 1).read_to_end(&mut bytes)?;
    }
    if bytes.len() as u64 > MAX_FILE_BYTES {
        return Err(io::Error::new(
            io::ErrorKind::FileTooLarge,
            format!("larger than {} MiB; split it", MAX_FILE_BYTES >> 20),
        ));
    }
    Ok(bytes)
}

/// The largest file that is read: five times the largest mail that a server lets through.
pub(super) const MAX_FILE_BYTES: u64 = 512 << 20;
