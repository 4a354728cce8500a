//! Puts files away that are done, or failed. Nothing is overwritten, and no link is followed.

use std::ffi::{OsStr, OsString};
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// Where a file goes, below the folder.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Place {
    /// Its content is stored.
    Done,
    /// A person must look at it.
    Failed,
}

/// The folders that files are put away to.
pub(super) const PLACES: [&str; 2] = [Place::Done.name(), Place::Failed.name()];

impl Place {
    const fn name(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Failed => "failed",
        }
    }
}

/// Moves a file (its path below `root`) to its place, with `reason` in a text file beside it. A
/// name that is taken there gets a number.
pub(super) fn put(root: &Path, file: &Path, place: Place, reason: Option<&str>) -> io::Result<()> {
    let folder = folder(root, place, file.parent())?;
    let name = file.file_name().ok_or(io::ErrorKind::InvalidInput)?;
    let (target, mut claim) = claim(&folder, name)?;
    let moved = explain(&target, reason).and_then(|()| {
        let from = root.join(file);
        match fs::rename(&from, &target) {
            // Another disk, or another share.
            Err(error) if error.kind() == io::ErrorKind::CrossesDevices => {
                io::copy(&mut File::open(&from)?, &mut claim)?;
                claim.sync_all()?;
                fs::remove_file(&from)
            }
            renamed => renamed,
        }
    });
    if moved.is_err() {
        drop(fs::remove_file(&target));
        drop(fs::remove_file(reason_file(&target)));
    }
    moved
}

/// The folder below a place that is like the file's own, made if it is missing.
fn folder(root: &Path, place: Place, below: Option<&Path>) -> io::Result<PathBuf> {
    let mut folder = root.to_owned();
    let below = below.into_iter().flatten();
    for name in [OsStr::new(place.name())].into_iter().chain(below) {
        folder.push(name);
        match fs::create_dir(&folder) {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(error),
            Ok(()) | Err(_) => {}
        }
        // A link here could lead anywhere.
        if !fs::symlink_metadata(&folder)?.is_dir() {
            let what = format!("{} is no folder; rename or remove it", folder.display());
            return Err(io::Error::new(io::ErrorKind::NotADirectory, what));
        }
    }
    Ok(folder)
}

/// Takes hold of a name that is free, by an empty file: `a.edi`, then `a.2.edi`.
fn claim(folder: &Path, name: &OsStr) -> io::Result<(PathBuf, File)> {
    for number in 1..MAX_NUMBER {
        let target = folder.join(numbered(name, number));
        match OpenOptions::new()
            .write(true)
            .create_new(true)
            .open(&target)
        {
            Ok(claim) => return Ok((target, claim)),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error),
        }
    }
    let what = format!(
        "{MAX_NUMBER} files of this name are in {}",
        folder.display()
    );
    Err(io::Error::new(io::ErrorKind::AlreadyExists, what))
}

fn numbered(name: &OsStr, number: u32) -> OsString {
    if number == 1 {
        return name.to_owned();
    }
    let path = Path::new(name);
    let mut numbered = path.file_stem().unwrap_or(name).to_owned();
    numbered.push(format!(".{number}"));
    if let Some(extension) = path.extension() {
        numbered.push(".");
        numbered.push(extension);
    }
    numbered
}

fn explain(target: &Path, reason: Option<&str>) -> io::Result<()> {
    let Some(reason) = reason else {
        return Ok(());
    };
    let mut file = File::create_new(reason_file(target))?;
    writeln!(file, "{reason}")
}

/// `a.edi.reason.txt` beside `a.edi`.
fn reason_file(target: &Path) -> PathBuf {
    let mut name = target.as_os_str().to_owned();
    name.push(".reason.txt");
    name.into()
}

/// Files of one name: the same report every quarter of an hour for a year is 35,000.
const MAX_NUMBER: u32 = 100_000;

#[cfg(test)]
mod tests {
    use super::*;

    fn root_with(files: &[(&str, &str)]) -> tempfile::TempDir {
        let home = tempfile::tempdir().unwrap();
        for (file, text) in files {
            let path = home.path().join(file);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        home
    }

    #[test]
    fn a_name_that_is_taken_gets_a_number_and_nothing_is_overwritten() {
        let home = root_with(&[("a.edi", "1"), ("done/a.edi", "old"), ("b/c", "2")]);
        let text = |file: &str| fs::read_to_string(home.path().join(file)).unwrap();
        put(home.path(), Path::new("a.edi"), Place::Done, None).unwrap();
        put(home.path(), Path::new("b/c"), Place::Done, None).unwrap();
        assert_eq!(
            (text("done/a.edi"), text("done/a.2.edi")),
            ("old".into(), "1".into())
        );
        assert_eq!(text("done/b/c"), "2");
        assert!(!home.path().join("a.edi").exists());
    }

    #[test]
    fn a_reason_stands_beside_what_failed() {
        let home = root_with(&[("a.edi", "1")]);
        put(home.path(), Path::new("a.edi"), Place::Failed, Some("why")).unwrap();
        let reason = home.path().join("failed/a.edi.reason.txt");
        assert_eq!(fs::read_to_string(reason).unwrap(), "why\n");
    }

    #[test]
    fn a_link_in_the_place_of_a_folder_is_refused_and_the_file_stays() {
        let (home, elsewhere) = (root_with(&[("a.edi", "1")]), tempfile::tempdir().unwrap());
        std::os::unix::fs::symlink(elsewhere.path(), home.path().join("done")).unwrap();
        let refused = put(home.path(), Path::new("a.edi"), Place::Done, None).unwrap_err();
        assert!(refused.to_string().contains("is no folder"), "{refused}");
        assert!(home.path().join("a.edi").exists());
        assert_eq!(fs::read_dir(elsewhere.path()).unwrap().count(), 0);
    }

    #[test]
    fn what_cannot_be_moved_leaves_no_empty_file_behind() {
        let home = root_with(&[]);
        put(
            home.path(),
            Path::new("gone.edi"),
            Place::Failed,
            Some("why"),
        )
        .unwrap_err();
        let left = fs::read_dir(home.path().join("failed")).unwrap().count();
        assert_eq!(left, 0);
    }
}
