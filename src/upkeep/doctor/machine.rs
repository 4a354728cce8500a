//! The machine itself: disk, store, clock.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::clock;
use crate::market::calendar::UtcTime;
use crate::store::archive::Archive;
use crate::store::data_dir::{Holding, holding};
use crate::store::{self, Store, StoreError};
use crate::upkeep::doctor::{Check, Verdict};

/// Whether a file in the data directory can be written and synced, how fast, and how much room
/// there is. Where the directory is not there yet, the one is tried in which it will be made.
#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "the system's kinds of error are open; some have a remedy of their own"
)]
pub fn disk(data_dir: &Path) -> Vec<Check> {
    let place = existing(data_dir);
    let tried = format!("writing a file in {} and syncing it", place.display());
    let written = match write_and_sync(&place) {
        Ok(took) => {
            let said = format!("written and synced in {} ms", took.as_millis());
            let check = Check::ok("disk", tried, said);
            if took > SLOW {
                check.but(Verdict::Warning, SLOW_DISK)
            } else {
                check
            }
        }
        Err(error) => {
            let advice = match error.kind() {
                io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
                    "make room: nothing can be stored, and so no mail is released".to_owned()
                }
                io::ErrorKind::PermissionDenied => format!(
                    "let the gateway's user write there (chown), or name another data_dir than {}",
                    data_dir.display()
                ),
                io::ErrorKind::ReadOnlyFilesystem => {
                    "the file system is mounted read-only: mount it for writing, in a container give the directory as a volume".to_owned()
                }
                _ => "a disk that cannot be synced cannot hold anything durably: look into the system's log (dmesg)".to_owned(),
            };
            Check::ok("disk", tried, error.to_string()).but(Verdict::Fault, advice)
        }
    };
    vec![written, room(&place)]
}

fn room(place: &Path) -> Check {
    let tried = format!("the free room of {}", place.display());
    let statistics = match rustix::fs::statvfs(place) {
        Ok(statistics) => statistics,
        Err(error) => {
            let check = Check::ok("room", tried, error.to_string());
            return check.but(Verdict::Warning, "look at it with df");
        }
    };
    let free = statistics.f_bavail.saturating_mul(statistics.f_frsize);
    let check = Check::ok("room", tried, format!("{} MiB are free", free >> 20));
    if free < ROOM_LEAST {
        check.but(
            Verdict::Fault,
            "make room: the database needs some to work at all",
        )
    } else if free < ROOM_GOOD {
        check.but(Verdict::Warning, "make room before it is used up")
    } else if statistics.f_files > 0 && statistics.f_favail == 0 {
        check.but(
            Verdict::Fault,
            "there is room, but no file can be made: the inodes are used up",
        )
    } else {
        check
    }
}

/// How the store is. Where there is none, none is made.
///
/// # Errors
/// [`StoreError::InUse`]: only who has it can tell, by [`open_store`].
pub fn store(data_dir: &Path, cache_bytes: u64) -> Result<Check, StoreError> {
    let place = data_dir.display();
    let check = |said: String| Check::ok("store", format!("opening the store in {place}"), said);
    if data_dir.exists() && !data_dir.is_dir() {
        let said = "it is no directory".to_owned();
        return Ok(check(said).but(Verdict::Fault, "name a directory as data_dir"));
    }
    match holding(data_dir) {
        Holding::Nothing => {
            let said = "there is none yet: the first run, fetch or import makes it".to_owned();
            return Ok(check(said));
        }
        Holding::ArchiveAlone => {
            let said = "the archive is there, the database is not".to_owned();
            let advice = "run mscons-gateway reindex: it builds the database from the archive";
            return Ok(check(said).but(Verdict::Fault, advice));
        }
        Holding::DatabaseAlone => {
            let said = "the database is there, the archive is not".to_owned();
            return Ok(check(said).but(Verdict::Fault, NO_ARCHIVE));
        }
        Holding::Store => {}
    }
    match store::open(data_dir, cache_bytes) {
        Ok((store, archive)) => Ok(open_store(data_dir, &store, &archive)),
        Err(in_use @ StoreError::InUse { .. }) => Err(in_use),
        Err(error) => Ok(check(with_source(&error)).but(Verdict::Fault, remedy(&error))),
    }
}

/// How a store is that is open.
pub fn open_store(data_dir: &Path, store: &dyn Store, archive: &Archive) -> Check {
    let tried = format!("reading the store in {}", data_dir.display());
    let totals = match store.totals() {
        Ok(totals) => totals,
        Err(error) => {
            let check = Check::ok("store", tried, with_source(&error));
            return check.but(Verdict::Fault, remedy(&error));
        }
    };
    let said = format!(
        "{} mails, {} series, {} in quarantine, {} MiB of database and {} MiB of archive",
        totals.mails,
        totals.series,
        totals.quarantine,
        totals.database_bytes >> 20,
        archive.bytes() >> 20
    );
    let check = Check::ok("store", tried, said);
    if totals.quarantine > 0 {
        let advice = "look at what was not understood: mscons-gateway quarantine";
        check.but(Verdict::Warning, advice)
    } else {
        check
    }
}

fn remedy(error: &StoreError) -> &'static str {
    match error {
        StoreError::InUse { .. } => "stop the other process, or give this one its own data_dir",
        StoreError::File { .. } | StoreError::NotWritable { .. } => {
            "let the gateway's user read and write all of data_dir (chown -R)"
        }
        StoreError::HalfRestored { .. } => "run mscons-gateway restore again, with the same backup",
        StoreError::NotEmpty { .. } => "name an empty directory",
        StoreError::DiskFull { .. } => "make room on the disk",
        StoreError::Database { .. }
        | StoreError::OtherFormat { .. }
        | StoreError::DatabaseMissing { .. }
        | StoreError::Damaged { .. } => {
            "run mscons-gateway reindex: it builds the database again from the archive"
        }
        StoreError::ArchiveDamaged { .. } | StoreError::Unarchivable { .. } => {
            "restore the file from a backup, and look at the disk (dmesg, smartctl)"
        }
    }
}

fn with_source(error: &StoreError) -> String {
    match std::error::Error::source(error) {
        Some(source) if !error.to_string().contains(&source.to_string()) => {
            format!("{error}: {source}")
        }
        Some(_) | None => error.to_string(),
    }
}

/// Whether the clock can be right. `witnesses` are instants that have been, in seconds since 1970,
/// and what tells of them: the newest mail by its server's clock, …
pub fn clock(now: UtcTime, time_zone: &str, data_dir: &Path, witnesses: &[(String, i64)]) -> Check {
    let tried = "this machine's clock".to_owned();
    let Ok(zone) = jiff::tz::TimeZone::get(time_zone) else {
        let said = format!("the time zone {time_zone:?} is not known");
        let check = Check::ok("clock", tried, said);
        return check.but(Verdict::Fault, "write time_zone = \"Europe/Berlin\"");
    };
    let shown = |seconds: i64| {
        jiff::Timestamp::from_second(seconds).map_or_else(
            |_| seconds.to_string(),
            |time| time.to_zoned(zone.clone()).to_string(),
        )
    };
    let lock = data_dir.join("lock");
    let written = fs::metadata(&lock).ok().map(|file| {
        use std::os::unix::fs::MetadataExt;
        (lock.display().to_string(), file.mtime())
    });
    let later = witnesses
        .iter()
        .chain(&written)
        .filter(|(_, seen)| seen.saturating_sub(now.seconds()) > SKEW_SECONDS)
        .max_by_key(|(_, seen)| *seen);
    let check = Check::ok("clock", tried, format!("it is {}", shown(now.seconds())));
    match later {
        Some((what, seen)) => {
            let said = format!("{}, but {what} is of {}", check.said, shown(*seen));
            Check { said, ..check }.but(Verdict::Warning, SET_CLOCK)
        }
        None => check,
    }
}

/// The directory itself, or the nearest above it that is there.
fn existing(path: &Path) -> PathBuf {
    let above = path.ancestors().find(|above| above.is_dir());
    above
        .filter(|above| !above.as_os_str().is_empty())
        .map_or_else(|| PathBuf::from("."), Path::to_owned)
}

/// How long it takes to make a small file durable.
fn write_and_sync(place: &Path) -> io::Result<Duration> {
    let path = place.join(format!(".doctor-{}", std::process::id()));
    let begun = clock::monotonic();
    let written = File::create_new(&path).and_then(|mut file| {
        file.write_all(b"mscons-gateway doctor")?;
        file.sync_all()
    });
    let took = begun.elapsed();
    let removed = fs::remove_file(&path);
    written.and(removed).map(|()| took)
}

const NO_ARCHIVE: &str = "restore the archive from a backup, into an empty data_dir (mscons-gateway restore): without it nothing can be built again, and nothing of quarantine be tried again";
const SET_CLOCK: &str = "one of them is wrong: let the machine set its clock by itself (timedatectl set-ntp true); arrival times decide which of two words about a value is the newer one";
const SLOW_DISK: &str = "each group of mails waits for that: if it stays so slow, put data_dir on a local disk (no network share, no SD card)";
/// A spinning disk takes some 30 ms, one under load a few times that.
const SLOW: Duration = Duration::from_millis(500);
/// The database writes segments of 512 KiB, and copies while it cleans up.
const ROOM_LEAST: u64 = 32 << 20;
/// Some months of a usual gateway.
const ROOM_GOOD: u64 = 1 << 30;
/// Mail servers are minutes apart, not a quarter of an hour.
const SKEW_SECONDS: i64 = 900;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::data_dir::DataDir;

    #[test]
    fn a_disk_is_tried_where_the_data_will_be_and_left_as_it_was() {
        let home = tempfile::tempdir().unwrap();
        let checks = disk(&home.path().join("not/yet/there"));
        assert!(checks[0].tried.contains(home.path().to_str().unwrap()));
        assert_ne!(checks[0].verdict, Verdict::Fault, "{checks:?}");
        assert_eq!(fs::read_dir(home.path()).unwrap().count(), 0);
    }

    #[test]
    fn a_directory_that_cannot_be_written_is_a_fault() {
        let checks = disk(Path::new("/proc/self"));
        assert_eq!(checks[0].verdict, Verdict::Fault, "{checks:?}");
        assert!(!checks[0].advice.is_empty());
    }

    #[test]
    fn a_store_is_missing_in_use_open_or_damaged() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("data");
        let look = || store(&path, 1 << 20).unwrap();
        assert!(look().said.contains("none yet"));
        assert!(!path.exists());
        fs::create_dir(&path).unwrap();
        assert!(look().said.contains("none yet"));
        assert_eq!(
            fs::read_dir(&path).unwrap().count(),
            0,
            "doctor made something"
        );

        drop(crate::store::open(&path, 1 << 20).unwrap());
        assert!(look().said.starts_with("0 mails"));
        let held = DataDir::open(&path).unwrap();
        let used = store(&path, 1 << 20).unwrap_err();
        assert!(matches!(used, StoreError::InUse { .. }), "{used}");
        drop(held);

        let is_fault = |said: &str, advice: &str| {
            let found = look();
            assert_eq!(found.verdict, Verdict::Fault, "{found:?}");
            assert!(found.said.contains(said), "{found:?}");
            assert!(found.advice.contains(advice), "{found:?}");
        };
        fs::remove_dir_all(path.join("sled")).unwrap();
        fs::write(path.join("sled"), "no directory").unwrap();
        is_fault("sled", "data_dir");
        fs::remove_dir_all(&path).unwrap();
        fs::create_dir_all(path.join("archive")).unwrap();
        fs::write(path.join("archive/00000001.seg"), "x").unwrap();
        is_fault("the archive is there, the database is not", "reindex");
        fs::rename(path.join("archive"), path.join("sled")).unwrap();
        is_fault("the database is there, the archive is not", "restore");
        fs::remove_dir_all(&path).unwrap();
        fs::write(&path, "a file").unwrap();
        is_fault("no directory", "data_dir");
    }

    #[test]
    fn a_clock_behind_the_newest_mail_is_wrong() {
        let nowhere = Path::new("/nowhere");
        let now = UtcTime::from_seconds(1_600_000_000);
        let mail = |seconds| [("the newest mail of metering".to_owned(), seconds)];
        let right = clock(now, "Europe/Berlin", nowhere, &mail(1_600_000_600));
        assert_eq!(right.verdict, Verdict::Ok, "{right:?}");
        let behind = clock(now, "Europe/Berlin", nowhere, &mail(1_600_100_000));
        assert_eq!(behind.verdict, Verdict::Warning);
        assert!(
            behind.said.contains("2020-09-13T14:26:40+02:00"),
            "{behind:?}"
        );
        let nowhere = clock(now, "Europe/Atlantis", nowhere, &[]);
        assert_eq!(nowhere.verdict, Verdict::Fault);
    }
}
