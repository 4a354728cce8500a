//! What lies in the folder, and whether it still grows.

use std::collections::BTreeMap;
use std::fs::{self, DirEntry, File, Metadata};
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use crate::mail::MailError;
use crate::mail::folder::away::PLACES;
use crate::mail::folder::pattern;

/// What a file looks like from outside: while it is the same, the file is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Sight {
    device: u64,
    inode: u64,
    pub(super) size_bytes: u64,
    /// Seconds and nanoseconds.
    modified: (i64, i64),
}

impl Sight {
    fn of(metadata: &Metadata) -> Self {
        Self {
            device: metadata.dev(),
            inode: metadata.ino(),
            size_bytes: metadata.size(),
            modified: (metadata.mtime(), metadata.mtime_nsec()),
        }
    }

    /// Whether the path still shows the same file, unchanged.
    pub(super) fn is_still_at(self, path: &Path) -> io::Result<bool> {
        let metadata = fs::symlink_metadata(path)?;
        Ok(metadata.is_file() && Self::of(&metadata) == self)
    }

    /// Opens the file that was seen; `None` if something else lies there now, such as a link.
    pub(super) fn open(self, path: &Path) -> io::Result<Option<File>> {
        if !self.is_still_at(path)? {
            return Ok(None);
        }
        let file = File::open(path)?;
        Ok((Self::of(&file.metadata()?) == self).then_some(file))
    }
}

/// Files by their path below the folder.
pub(super) type Sights = BTreeMap<PathBuf, Sight>;

/// Looks at the files that are meant, in the order of their names; links are not followed.
///
/// # Errors
/// [`MailError::File`] if the folder cannot be listed; a folder in it that cannot is passed over.
pub(super) fn look(root: &Path, pattern: &str, recursive: bool) -> Result<Sights, MailError> {
    let mut sights = Sights::new();
    let mut folders = vec![(PathBuf::new(), 0)];
    while let Some((folder, depth)) = folders.pop() {
        let path = root.join(&folder);
        let entries = match fs::read_dir(&path).and_then(Iterator::collect::<io::Result<Vec<_>>>) {
            Ok(entries) => entries,
            Err(source) if folder.as_os_str().is_empty() => {
                return Err(MailError::File {
                    action: "listing the folder",
                    path: path.display().to_string(),
                    source,
                });
            }
            Err(error) => {
                tracing::warn!(folder = %path.display(), %error, "a folder cannot be listed; the rest goes on");
                continue;
            }
        };
        for entry in entries {
            let (name, below) = (entry.file_name(), folder.join(entry.file_name()));
            let name = name.to_string_lossy();
            let kind = entry.file_type();
            if pattern::is_temporary(&name) {
                continue;
            }
            if kind.as_ref().is_ok_and(fs::FileType::is_dir) {
                let is_ours = depth == 0 && PLACES.iter().any(|place| *place == name);
                if recursive && !is_ours && depth < MAX_DEPTH {
                    folders.push((below, depth + 1));
                }
            } else if sights.len() < MAX_FILES
                && pattern::fits(pattern, &name)
                && let Some(sight) = sight(&entry)
            {
                sights.insert(below, sight);
            }
        }
    }
    Ok(sights)
}

/// A file that holds something: an empty one is a transfer that has yet to begin.
fn sight(entry: &DirEntry) -> Option<Sight> {
    // Of a link this is the link itself, and no file.
    let metadata = entry.metadata().ok()?;
    (metadata.is_file() && metadata.len() > 0).then(|| Sight::of(&metadata))
}

/// Files of one look, some 20 MB of names: the rest follows at the next.
const MAX_FILES: usize = 100_000;

/// Folders in folders.
const MAX_DEPTH: u32 = 16;

#[cfg(test)]
mod tests {
    use super::*;

    fn names(sights: &Sights) -> Vec<&str> {
        sights.keys().filter_map(|path| path.to_str()).collect()
    }

    #[test]
    fn only_files_that_are_meant_are_seen() {
        let home = tempfile::tempdir().unwrap();
        let root = home.path();
        for folder in ["in", "done", "failed", "in/done"] {
            fs::create_dir(root.join(folder)).unwrap();
        }
        for file in [
            "b.edi",
            "a.EDI",
            "c.txt",
            ".d.edi",
            "e.edi.part",
            "in/f.edi",
            "done/g.edi",
            "in/done/h.edi",
        ] {
            fs::write(root.join(file), "x").unwrap();
        }
        fs::write(root.join("empty.edi"), "").unwrap();
        std::os::unix::fs::symlink("/etc/passwd", root.join("link.edi")).unwrap();
        std::os::unix::fs::symlink("/etc", root.join("linked")).unwrap();
        let flat = look(root, "*.edi", false).unwrap();
        assert_eq!(names(&flat), ["a.EDI", "b.edi"]);
        let deep = look(root, "*", true).unwrap();
        let all = ["a.EDI", "b.edi", "c.txt", "in/done/h.edi", "in/f.edi"];
        assert_eq!(names(&deep), all);
    }

    #[test]
    fn a_file_that_was_replaced_by_a_link_is_not_opened() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("a.edi");
        fs::write(&path, "x").unwrap();
        let sight = look(home.path(), "*", false).unwrap()[Path::new("a.edi")];
        assert!(sight.open(&path).unwrap().is_some());
        fs::remove_file(&path).unwrap();
        std::os::unix::fs::symlink("/etc/passwd", &path).unwrap();
        assert!(sight.open(&path).unwrap().is_none());
    }
}
