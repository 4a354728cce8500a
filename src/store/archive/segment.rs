//! Segment files: their names, and the way through one from entry to entry.

use std::fs::{self, File};
use std::io;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use memchr::memmem;

use crate::store::StoreError;
use crate::store::archive::ArchivePlace;
use crate::store::archive::frame::{HEAD, Head, MAGIC};
use crate::store::ledger::Origin;

/// The file of a segment.
pub(super) fn path(directory: &Path, segment: u32) -> PathBuf {
    directory.join(format!("{segment:08}.seg"))
}

/// Numbers of the segments in a directory, in order.
pub(super) fn list(directory: &Path) -> Result<Vec<u32>, StoreError> {
    let read = || -> io::Result<Vec<u32>> {
        let mut segments = Vec::new();
        for file in fs::read_dir(directory)? {
            let name = file?.file_name();
            let number = name.to_str().and_then(|name| name.strip_suffix(".seg"));
            segments.extend(number.and_then(|number| number.parse::<u32>().ok()));
        }
        segments.sort_unstable();
        Ok(segments)
    };
    read().map_err(|source| StoreError::file("reading", directory, source))
}

/// A whole entry and where it stands.
#[derive(Debug)]
pub(super) struct Found {
    pub(super) place: ArchivePlace,
    head: Head,
    frame: Vec<u8>,
}

impl Found {
    /// Where the next entry begins.
    pub(super) fn end(&self) -> u64 {
        self.place.offset + length_u64(self.frame.len())
    }

    /// What it holds.
    pub(super) fn open(&self) -> Result<(Origin, Vec<u8>), &'static str> {
        self.head.open(self.place, &self.frame)
    }
}

/// Why there is no entry at a place.
#[derive(Debug)]
pub(super) enum Fault {
    /// The file could not be read.
    Unreadable(io::Error),
    /// It was read, and is no entry.
    Damaged(&'static str),
}

impl Fault {
    pub(super) fn into_error(self, path: &Path, from: u64, to: Option<u64>) -> StoreError {
        match self {
            Self::Unreadable(source) => StoreError::file("reading", path, source),
            Self::Damaged(why) => StoreError::ArchiveDamaged {
                path: path.display().to_string(),
                offset: from,
                detail: match to {
                    Some(to) => format!("{why}; the next whole entry begins at byte {to}"),
                    None => why.to_owned(),
                },
            },
        }
    }
}

/// Reads the entry at a place of a segment of this length, and checks it. `read_at` fills a buffer
/// with what stands behind an offset.
pub(super) fn read(
    mut read_at: impl FnMut(&mut [u8], u64) -> io::Result<()>,
    length: u64,
    place: ArchivePlace,
) -> Result<Found, Fault> {
    let left = length.saturating_sub(place.offset);
    let mut start = [0; HEAD];
    if left < length_u64(HEAD) {
        return Err(Fault::Damaged("the entry is cut off"));
    }
    read_at(&mut start, place.offset).map_err(Fault::Unreadable)?;
    let head = Head::parse(&start).map_err(Fault::Damaged)?;
    if left < length_u64(head.frame_len()) {
        return Err(Fault::Damaged("the entry is cut off"));
    }
    let mut frame = vec![0; head.frame_len()];
    read_at(&mut frame, place.offset).map_err(Fault::Unreadable)?;
    head.check(place, &frame).map_err(Fault::Damaged)?;
    Ok(Found { place, head, frame })
}

/// The whole entries of a segment in order; unreadable stretches between them are errors.
#[derive(Debug)]
pub(super) struct Walk {
    path: PathBuf,
    file: File,
    ahead: Ahead,
    segment: u32,
    length: u64,
    offset: u64,
    gave_up: bool,
}

impl Walk {
    /// A walk through a segment; `length` if less than the whole file counts.
    pub(super) fn new(
        directory: &Path,
        segment: u32,
        length: Option<u64>,
    ) -> Result<Self, StoreError> {
        let path = path(directory, segment);
        let open = || -> io::Result<(File, u64)> {
            let file = File::open(&path)?;
            let whole = file.metadata()?.len();
            Ok((file, length.map_or(whole, |length| length.min(whole))))
        };
        let (file, length) = open().map_err(|source| StoreError::file("reading", &path, source))?;
        Ok(Self {
            path,
            file,
            ahead: Ahead::default(),
            segment,
            length,
            offset: 0,
            gave_up: false,
        })
    }

    /// How many bytes of the segment count.
    pub(super) fn length(&self) -> u64 {
        self.length
    }

    /// Whether the search for a whole entry was ended by [`MAX_FALSE_STARTS`].
    pub(super) fn gave_up(&self) -> bool {
        self.gave_up
    }

    fn read(&mut self, offset: u64) -> Result<Found, Fault> {
        let place = ArchivePlace {
            segment: self.segment,
            offset,
        };
        let (ahead, file, length) = (&mut self.ahead, &self.file, self.length);
        let read_at = |to: &mut [u8], offset| ahead.read(file, length, to, offset);
        read(read_at, length, place)
    }

    /// The next whole entry at or behind an offset.
    fn search(&mut self, mut from: u64) -> io::Result<Option<u64>> {
        let mut window = vec![0; WINDOW];
        let mut false_starts = 0;
        while from < self.length {
            let size = usize::try_from(self.length - from).map_or(WINDOW, |left| left.min(WINDOW));
            let (seen, _) = window.split_at_mut(size);
            self.file.read_exact_at(seen, from)?;
            for at in memmem::find_iter(seen, MAGIC) {
                let offset = from + length_u64(at);
                match self.read(offset) {
                    Ok(_) => return Ok(Some(offset)),
                    Err(Fault::Unreadable(error)) => return Err(error),
                    Err(Fault::Damaged(_)) => false_starts += 1,
                }
                if false_starts == MAX_FALSE_STARTS {
                    self.gave_up = true;
                    return Ok(None);
                }
            }
            // A magic may lie across the border of two windows.
            let step = if size == WINDOW {
                size - MAGIC.len() + 1
            } else {
                size
            };
            from += length_u64(step);
        }
        Ok(None)
    }
}

impl Iterator for Walk {
    type Item = Result<Found, StoreError>;

    fn next(&mut self) -> Option<Self::Item> {
        let from = self.offset;
        if from >= self.length {
            return None;
        }
        let fault = match self.read(from) {
            Ok(found) => {
                self.offset = found.end();
                return Some(Ok(found));
            }
            Err(fault) => fault,
        };
        let (fault, next) = match fault {
            Fault::Unreadable(error) => (Fault::Unreadable(error), None),
            Fault::Damaged(why) => match self.search(from + 1) {
                Ok(next) => (Fault::Damaged(why), next),
                Err(error) => (Fault::Unreadable(error), None),
            },
        };
        self.offset = next.unwrap_or(self.length);
        Some(Err(fault.into_error(&self.path, from, next)))
    }
}

/// What was read of a file beyond what was asked for: an entry of a small mail has some hundred bytes.
#[derive(Debug, Default)]
struct Ahead {
    bytes: Vec<u8>,
    /// Where they stand.
    offset: u64,
}

impl Ahead {
    /// Fills `to` with what stands at an offset of a file of this length.
    fn read(&mut self, file: &File, length: u64, to: &mut [u8], offset: u64) -> io::Result<()> {
        if to.len() > WINDOW {
            return file.read_exact_at(to, offset);
        }
        if self.get(offset, to.len()).is_none() {
            let left = usize::try_from(length.saturating_sub(offset)).unwrap_or(usize::MAX);
            let mut bytes = std::mem::take(&mut self.bytes);
            bytes.resize(left.min(WINDOW), 0);
            file.read_exact_at(&mut bytes, offset)?;
            (self.bytes, self.offset) = (bytes, offset);
        }
        let known = self.get(offset, to.len());
        to.copy_from_slice(known.ok_or(io::ErrorKind::UnexpectedEof)?);
        Ok(())
    }

    fn get(&self, offset: u64, length: usize) -> Option<&[u8]> {
        let from = usize::try_from(offset.checked_sub(self.offset)?).ok()?;
        self.bytes.get(from..from.checked_add(length)?)
    }
}

/// A length in memory as an offset in a file.
pub(super) fn length_u64(length: usize) -> u64 {
    u64::try_from(length).unwrap_or(u64::MAX)
}

/// Bytes that are searched at a time.
const WINDOW: usize = 1 << 20;
/// Where damaged bytes are full of magics (a hostile payload), searching on would cost a checksum
/// over the rest of the segment for each.
const MAX_FALSE_STARTS: u32 = 1_000;
