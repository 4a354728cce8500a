//! The raw archive: append-only segment files with checksums. The truth from which all else is
//! rebuilt.
//!
//! Segments are `<data_dir>/archive/00000001.seg` and so on, an [`Entry`] behind the other.
//! Nothing is changed in place, and nothing is appended behind bytes that cannot be read.

mod frame;
mod rows;
mod segment;

use std::cmp::Ordering;
use std::fs::{self, File};
use std::io;
use std::os::unix::fs::FileExt;
use std::path::PathBuf;
use std::sync::atomic::{self, AtomicU64};
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde::{Deserialize, Serialize};

pub use frame::Entry;

use crate::store::StoreError;
use crate::store::data_dir::{ARCHIVE, DataDir};
use crate::store::disk::{Disk, RealDisk};
use crate::store::ledger::Origin;
use segment::{Fault, Walk, length_u64};

/// Where an entry stands.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
pub struct ArchivePlace {
    /// Number of the segment file.
    pub segment: u32,
    /// Offset in it, in bytes.
    pub offset: u64,
}

/// The archive of one data directory. One writer at a time, any number of readers.
#[derive(Debug)]
pub struct Archive {
    directory: PathBuf,
    disk: Box<dyn Disk>,
    sizes: Sizes,
    tail: Mutex<Tail>,
    bytes: AtomicU64,
    damage: Option<StoreError>,
    _data_dir: DataDir,
}

impl Archive {
    /// Opens or makes `<data_dir>/archive`.
    ///
    /// Changes nothing. A torn end of the last segment (a crash while appending) is told by
    /// [`Self::torn_end`], and cut off by the next [`Self::append`]. Where something whole stands
    /// behind unreadable bytes, nothing is ever cut: appending goes on in a new segment, and
    /// [`Self::damage`] tells.
    ///
    /// # Errors
    /// [`StoreError::File`].
    pub fn open(data_dir: &DataDir) -> Result<Self, StoreError> {
        Self::open_on(data_dir, Box::new(RealDisk), Sizes::default())
    }

    fn open_on(data_dir: &DataDir, disk: Box<dyn Disk>, sizes: Sizes) -> Result<Self, StoreError> {
        let mut archive = Self {
            directory: data_dir.subdirectory(ARCHIVE)?,
            disk,
            sizes,
            tail: Mutex::new(Tail::of_new(1)),
            bytes: AtomicU64::new(0),
            damage: None,
            _data_dir: data_dir.clone(),
        };
        let segments = segment::list(&archive.directory)?;
        if let Some(&last) = segments.last() {
            let (mut tail, damage) = archive.find_end(last)?;
            // Once here, instead of with the first mail. If it fails, that mail tells.
            let is_named = archive.disk.sync_names(&archive.directory).is_ok();
            tail.is_named = is_named && tail.segment == last;
            archive.tail = Mutex::new(tail);
            archive.damage = damage;
        }
        for segment in segments {
            let path = segment::path(&archive.directory, segment);
            let file =
                fs::metadata(&path).map_err(|source| StoreError::file("reading", &path, source))?;
            archive
                .bytes
                .fetch_add(file.len(), atomic::Ordering::Relaxed);
        }
        Ok(archive)
    }

    /// Where the next entry goes; a torn end is behind it, damage before it is told.
    fn find_end(&self, last: u32) -> Result<(Tail, Option<StoreError>), StoreError> {
        let mut walk = Walk::new(&self.directory, last, None)?;
        let mut end = 0;
        let mut damage = None;
        let mut is_torn = false;
        for found in &mut walk {
            match found {
                Ok(found) => {
                    end = found.end();
                    is_torn = false;
                }
                Err(error @ StoreError::ArchiveDamaged { .. }) => {
                    is_torn = damage.is_none();
                    damage = damage.or(Some(error));
                }
                Err(error) => return Err(error),
            }
        }
        if damage.is_none() {
            return Ok((Tail::behind(last, end), None));
        }
        if !is_torn || walk.gave_up() {
            return Ok((Tail::of_new(last.saturating_add(1)), damage));
        }
        let torn_bytes = walk.length().saturating_sub(end);
        Ok((
            Tail {
                torn_bytes,
                ..Tail::behind(last, end)
            },
            None,
        ))
    }

    /// The torn end of the last segment, as long as nothing was appended.
    pub fn torn_end(&self) -> Option<TornEnd> {
        let tail = self.tail();
        (tail.torn_bytes > 0).then(|| TornEnd {
            path: segment::path(&self.directory, tail.segment),
            place: ArchivePlace {
                segment: tail.segment,
                offset: tail.length,
            },
            bytes: tail.torn_bytes,
        })
    }

    /// Cuts a torn end off, so that nothing is ever appended behind it.
    fn cut_torn_end(&self, tail: &mut Tail) -> Result<(), StoreError> {
        if tail.torn_bytes == 0 {
            return Ok(());
        }
        let path = segment::path(&self.directory, tail.segment);
        let cut = |file: File| self.disk.truncate(&file, tail.length).map(|()| file);
        let file = self.disk.create(&path).and_then(cut);
        let file = file.map_err(|source| StoreError::file("cutting", &path, source))?;
        tail.file = Some(file);
        self.bytes
            .fetch_sub(tail.torn_bytes, atomic::Ordering::Relaxed);
        tail.torn_bytes = 0;
        Ok(())
    }

    /// What [`Self::open`] could not read in the last segment: for the log. Nothing was lost by
    /// opening, and everything else can be read.
    pub fn damage(&self) -> Option<&StoreError> {
        self.damage.as_ref()
    }

    /// Appends an entry. Not durable before [`Self::sync`], and not in the file before that either,
    /// unless there is more than memory should hold: a write for each of a group's entries would take
    /// longer than the entries take.
    ///
    /// # Errors
    /// [`StoreError::File`] (disk full): this entry is not appended; those before it are.
    /// [`StoreError::Unarchivable`] for more than 1 GiB.
    pub fn append(&self, entry: Entry) -> Result<ArchivePlace, StoreError> {
        let mut tail = self.tail();
        self.cut_torn_end(&mut tail)?;
        let length = length_u64(entry.len());
        if tail.length > 0 && tail.length + length > self.sizes.segment {
            if let Err(error) = self.sync_tail(&mut tail) {
                // Whoever appended before waits for a sync of his own: he must hear of it, too.
                tail.has_lost = true;
                return Err(error);
            }
            *tail = Tail::of_new(tail.segment.saturating_add(1));
        }
        let place = ArchivePlace {
            segment: tail.segment,
            offset: tail.length,
        };
        let frame = entry.at(place)?;
        if tail.unwritten.len() + frame.len() > self.sizes.unwritten {
            self.write_tail(&mut tail)?;
        }
        if frame.len() > self.sizes.unwritten {
            self.write(&mut tail, &frame, place.offset)?;
        } else {
            tail.unwritten.extend_from_slice(&frame);
        }
        tail.length += length;
        self.bytes.fetch_add(length, atomic::Ordering::Relaxed);
        Ok(place)
    }

    /// Writes what was appended and is not in the file yet. If that fails it is kept.
    fn write_tail(&self, tail: &mut Tail) -> Result<(), StoreError> {
        let offset = tail.written();
        let mut unwritten = std::mem::take(&mut tail.unwritten);
        let written = if unwritten.is_empty() {
            Ok(())
        } else {
            self.write(tail, &unwritten, offset)
        };
        if written.is_ok() {
            unwritten.clear();
        }
        tail.unwritten = unwritten;
        written
    }

    /// Writes at an offset of the last segment, behind which nothing stands.
    fn write(&self, tail: &mut Tail, bytes: &[u8], offset: u64) -> Result<(), StoreError> {
        let path = segment::path(&self.directory, tail.segment);
        let file = match tail.file.take() {
            Some(file) => file,
            None => (self.disk.create(&path))
                .map_err(|source| StoreError::file("opening", &path, source))?,
        };
        let written = self.disk.write(&file, bytes, offset);
        if written.is_err() {
            // If cutting fails as well, the next write overwrites what is left.
            let _ = self.disk.truncate(&file, offset);
        }
        tail.file = Some(file);
        written.map_err(|source| StoreError::file("writing", &path, source))
    }

    /// Makes everything appended so far durable (fdatasync, and the directory's when a file is new).
    ///
    /// # Errors
    /// [`StoreError::File`]: everything appended since the last sync is gone and must be appended
    /// again, since the system may have dropped it without writing, and would not say so twice.
    pub fn sync(&self) -> Result<(), StoreError> {
        let mut tail = self.tail();
        self.sync_tail(&mut tail)?;
        if std::mem::take(&mut tail.has_lost) {
            let source = io::Error::other("syncing the segment before it failed");
            let path = segment::path(&self.directory, tail.segment);
            return Err(StoreError::file("syncing", &path, source));
        }
        Ok(())
    }

    fn sync_tail(&self, tail: &mut Tail) -> Result<(), StoreError> {
        if tail.durable == tail.length {
            return Ok(());
        }
        let synced = self.write_tail(tail).and_then(|()| self.sync_written(tail));
        if synced.is_err() {
            let cut = match &tail.file {
                Some(file) => self.disk.truncate(file, tail.durable),
                None => Ok(()),
            };
            if cut.is_ok() {
                self.bytes
                    .fetch_sub(tail.length - tail.durable, atomic::Ordering::Relaxed);
            }
            // A file that is empty again can be begun anew; no other page of it is in doubt.
            let is_empty = cut.is_ok() && tail.durable == 0;
            *tail = Tail::of_new(tail.segment.saturating_add(u32::from(!is_empty)));
            return synced;
        }
        tail.durable = tail.length;
        tail.is_named = true;
        Ok(())
    }

    fn sync_written(&self, tail: &Tail) -> Result<(), StoreError> {
        let Some(file) = &tail.file else {
            return Ok(());
        };
        let mut synced = self.disk.sync(file);
        if synced.is_ok() && !tail.is_named {
            synced = self.disk.sync_names(&self.directory);
        }
        let path = segment::path(&self.directory, tail.segment);
        synced.map_err(|source| StoreError::file("syncing", &path, source))
    }

    /// Reads an entry, checksum checked. One that was just appended can be read at once.
    ///
    /// # Errors
    /// [`StoreError::ArchiveDamaged`] if no whole entry stands there.
    pub fn read(&self, place: ArchivePlace) -> Result<(Origin, Vec<u8>), StoreError> {
        {
            let mut tail = self.tail();
            if place.segment == tail.segment && place.offset >= tail.written() {
                self.write_tail(&mut tail)?;
            }
        }
        let path = segment::path(&self.directory, place.segment);
        let read = || -> Result<(Origin, Vec<u8>), Fault> {
            let file = File::open(&path).map_err(Fault::Unreadable)?;
            let length = file.metadata().map_err(Fault::Unreadable)?.len();
            let found = segment::read(|to, at| file.read_exact_at(to, at), length, place)?;
            found.open().map_err(Fault::Damaged)
        };
        read().map_err(|fault| fault.into_error(&path, place.offset, None))
    }

    /// All entries in order of arrival, one in memory at a time. What cannot be read comes as an
    /// error, and the walk goes on behind it where it can.
    pub fn entries(
        &self,
    ) -> impl Iterator<Item = Result<(ArchivePlace, Origin, Vec<u8>), StoreError>> + '_ {
        self.entries_before(self.end())
    }

    /// The entries before a place, as [`Self::entries`].
    pub fn entries_before(
        &self,
        end: ArchivePlace,
    ) -> impl Iterator<Item = Result<(ArchivePlace, Origin, Vec<u8>), StoreError>> + '_ {
        let (segments, failed) = match segment::list(&self.directory) {
            Ok(segments) => (segments, None),
            Err(error) => (Vec::new(), Some(Err(error))),
        };
        let segments = segments.into_iter().filter(move |&s| s <= end.segment);
        let found = segments.flat_map(move |segment| {
            // Behind the end an append may be under way.
            let length = (segment == end.segment).then_some(end.offset);
            let walk = Walk::new(&self.directory, segment, length);
            let (walk, failed) = match walk {
                Ok(walk) => (Some(walk), None),
                Err(error) => (None, Some(Err(error))),
            };
            failed.into_iter().chain(walk.into_iter().flatten())
        });
        failed.into_iter().chain(found).map(|found| {
            let found = found?;
            let (origin, bytes) = found.open().map_err(|why| {
                let path = segment::path(&self.directory, found.place.segment);
                Fault::Damaged(why).into_error(&path, found.place.offset, Some(found.end()))
            })?;
            Ok((found.place, origin, bytes))
        })
    }

    /// Where what is in the files ends: everything before is whole, and is never changed. All that
    /// was synced is before it.
    pub fn end(&self) -> ArchivePlace {
        let tail = self.tail();
        ArchivePlace {
            segment: tail.segment,
            offset: tail.written(),
        }
    }

    /// The segment file of a place.
    pub fn file(&self, place: ArchivePlace) -> PathBuf {
        segment::path(&self.directory, place.segment)
    }

    /// The segment files up to a place, in order, each with its length up to there.
    ///
    /// # Errors
    /// [`StoreError::File`].
    pub fn files_before(&self, end: ArchivePlace) -> Result<Vec<(PathBuf, u64)>, StoreError> {
        let mut files = Vec::new();
        for segment in segment::list(&self.directory)? {
            let path = segment::path(&self.directory, segment);
            let known = fs::metadata(&path);
            let known = known.map_err(|source| StoreError::file("reading", &path, source))?;
            match segment.cmp(&end.segment) {
                Ordering::Less => files.push((path, known.len())),
                Ordering::Equal => files.push((path, known.len().min(end.offset))),
                Ordering::Greater => {}
            }
        }
        Ok(files)
    }

    /// Bytes of all entries.
    pub fn bytes(&self) -> u64 {
        self.bytes.load(atomic::Ordering::Relaxed)
    }

    fn tail(&self) -> MutexGuard<'_, Tail> {
        // Each step leaves the tail valid: a panic in between costs one append.
        self.tail.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Bytes at the end of the archive that are no whole entry, with nothing behind them: what a crash
/// leaves of an append. No mail was confirmed for it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct TornEnd {
    /// The segment file.
    pub path: PathBuf,
    /// Where it begins.
    pub place: ArchivePlace,
    /// How many there are.
    pub bytes: u64,
}

/// The end of the archive: the segment that is appended to.
#[derive(Debug)]
struct Tail {
    segment: u32,
    /// Open once something was appended.
    file: Option<File>,
    /// Length of what is whole, and of what is not in the file yet.
    length: u64,
    /// Its end, which is not in the file yet.
    unwritten: Vec<u8>,
    /// Bytes behind it that are no entry, until they are cut off.
    torn_bytes: u64,
    /// Length of what is on the disk for sure.
    durable: u64,
    /// Whether the file's name is on the disk for sure.
    is_named: bool,
    /// Whether something appended before is gone, and its appender was not told yet.
    has_lost: bool,
}

impl Tail {
    fn of_new(segment: u32) -> Self {
        Self::behind(segment, 0)
    }

    fn behind(segment: u32, length: u64) -> Self {
        Self {
            segment,
            file: None,
            length,
            unwritten: Vec::new(),
            torn_bytes: 0,
            durable: length,
            is_named: false,
            has_lost: false,
        }
    }

    /// Length of what is in the file.
    fn written(&self) -> u64 {
        self.length - length_u64(self.unwritten.len())
    }
}

/// How large the archive's parts may be, in bytes.
#[derive(Clone, Copy, Debug)]
struct Sizes {
    /// A segment ends before it grows over this. It is opened, walked and copied as a whole: large
    /// enough to be few, small enough to be read at start in well under a second.
    segment: u64,
    /// What is appended and not written yet: several times a group of usual mails.
    unwritten: usize,
}

impl Default for Sizes {
    fn default() -> Self {
        Self {
            segment: 64 << 20,
            unwritten: 1 << 20,
        }
    }
}

#[cfg(test)]
mod tests;
