//! A copy of the store in one file, while mails come in.
//!
//! Between two groups of mails the committer writes the database's records, packed, into a file
//! without a name, and notes how long the archive is. Mails wait for so long. Then all is sent off,
//! at the pace of whoever takes it: the archive only grows behind that length.

use std::fs::{self, File};
use std::io::{self, Read, Seek, Write};
use std::path::Path;
use std::sync::Arc;

use crate::clock;
use crate::ingest::{Ingest, IngestError};
use crate::market::calendar::UtcTime;
use crate::store::archive::{Archive, ArchivePlace};
use crate::store::data_dir::scratch_file;
use crate::store::ledger::Totals;
use crate::store::{Store, StoreError};
use crate::upkeep::manifest::{
    ARCHIVE, BACKEND, DATABASE, FORMAT, MANIFEST, MANIFEST_SUM, Manifest, PART_BYTES, Part,
    Summing, sum,
};
use crate::upkeep::{Progress, UpkeepError};

/// What the store was at one moment.
#[derive(Debug)]
pub struct Snapshot {
    /// The database's records, packed: parts one behind the other.
    database: File,
    /// Lengths of the parts.
    parts: Vec<u64>,
    totals: Totals,
    /// Where the archive ended.
    end: ArchivePlace,
}

/// Takes a snapshot between two groups of mails.
///
/// # Errors
/// [`IngestError`] if the store fails, or there is no room for the packed database in `data_dir`.
pub async fn snapshot(ingest: &Ingest, data_dir: &Path) -> Result<Snapshot, IngestError> {
    let (store, archive) = (Arc::clone(ingest.store()), Arc::clone(ingest.archive()));
    let directory = data_dir.to_owned();
    let begun = clock::monotonic();
    let taken = ingest.at_rest(move || take(&*store, &archive, &directory));
    let snapshot = taken.await??;
    tracing::debug!(took = ?begun.elapsed(), "a snapshot for a backup was taken");
    Ok(snapshot)
}

fn take(store: &dyn Store, archive: &Archive, directory: &Path) -> Result<Snapshot, StoreError> {
    let path = scratch_file(directory, clock::jitter());
    let failed = |source| StoreError::File {
        action: "writing",
        path: path.display().to_string(),
        source,
    };
    let database = File::create_new(&path).map_err(failed)?;
    let mut open = File::options().read(true).open(&path).map_err(failed)?;
    // Without a name it goes with the process, whatever ends it.
    fs::remove_file(&path).map_err(failed)?;
    let mut packer = Packer {
        file: database,
        raw: Vec::with_capacity(PART_BYTES),
        parts: Vec::new(),
    };
    store.dump(&mut |key, value| packer.record(key, value).map_err(failed))?;
    packer.pack().map_err(failed)?;
    open.rewind().map_err(failed)?;
    let totals = Totals {
        database_bytes: 0,
        ..store.totals()?
    };
    Ok(Snapshot {
        database: open,
        parts: packer.parts,
        totals,
        end: archive.end(),
    })
}

/// Packs records into parts.
struct Packer {
    file: File,
    raw: Vec<u8>,
    parts: Vec<u64>,
}

impl Packer {
    fn record(&mut self, key: &[u8], value: &[u8]) -> io::Result<()> {
        for length in [key.len(), value.len()] {
            let length = u32::try_from(length).map_err(io::Error::other)?;
            self.raw.extend_from_slice(&length.to_le_bytes());
        }
        self.raw.extend_from_slice(key);
        self.raw.extend_from_slice(value);
        if self.raw.len() < PART_BYTES {
            return Ok(());
        }
        self.pack()
    }

    fn pack(&mut self) -> io::Result<()> {
        let packed = zstd::bulk::compress(&self.raw, ZSTD_LEVEL)?;
        self.file.write_all(&packed)?;
        self.parts.push(packed.len() as u64);
        self.raw.clear();
        Ok(())
    }
}

/// Writes a snapshot as one file.
///
/// # Errors
/// [`UpkeepError`].
pub fn backup(
    snapshot: Snapshot,
    archive: &Archive,
    made: UtcTime,
    out: impl Write,
    progress: &Progress<'_>,
) -> Result<Manifest, UpkeepError> {
    let Snapshot {
        mut database,
        parts,
        totals,
        end,
    } = snapshot;
    let files = archive.files_before(end)?;
    let of = parts.iter().sum::<u64>() + files.iter().map(|(_, length)| length).sum::<u64>();
    let mut tar = Tar {
        builder: tar::Builder::new(out),
        made,
        parts: Vec::new(),
        progress,
        done: 0,
        of,
    };
    for (number, length) in (1..).zip(parts) {
        tar.part(&format!("{DATABASE}{number:06}.zst"), length, &mut database)?;
    }
    for (path, length) in files {
        let mut file = File::open(&path)?;
        tar.part(&archived(&path), length, &mut file)?;
    }
    let manifest = Manifest {
        format: FORMAT,
        program: env!("CARGO_PKG_VERSION").to_owned(),
        made: made.to_string(),
        backend: BACKEND.to_owned(),
        totals,
        parts: std::mem::take(&mut tar.parts),
    };
    let text = serde_json::to_vec_pretty(&manifest).map_err(io::Error::other)?;
    tar.append(MANIFEST, text.len() as u64, &mut text.as_slice())?;
    let sum = sum(&text);
    tar.append(MANIFEST_SUM, sum.len() as u64, &mut sum.as_bytes())?;
    tar.builder.into_inner()?.flush()?;
    Ok(manifest)
}

fn archived(path: &Path) -> String {
    let name = path.file_name().unwrap_or_default();
    format!("{ARCHIVE}{}", name.display())
}

/// The file that is being written.
struct Tar<'a, W: Write> {
    builder: tar::Builder<W>,
    made: UtcTime,
    parts: Vec<Part>,
    progress: &'a Progress<'a>,
    done: u64,
    of: u64,
}

impl<W: Write> Tar<'_, W> {
    /// Adds a part, and notes its sum.
    fn part(&mut self, name: &str, length: u64, bytes: &mut impl Read) -> io::Result<()> {
        let (done, of, progress) = (self.done, self.of, self.progress);
        let mut told = Telling {
            inner: Summing::new(bytes.take(length)),
            done,
            tell: &|done| progress(done, of),
        };
        self.append(name, length, &mut told)?;
        self.done += length;
        let part = told.inner.part(name);
        if part.bytes != length {
            // The header has promised more: what follows would not be where a reader looks.
            let what = format!("{name} is shorter than it was");
            return Err(io::Error::new(io::ErrorKind::UnexpectedEof, what));
        }
        self.parts.push(part);
        Ok(())
    }

    fn append(&mut self, name: &str, length: u64, bytes: &mut impl Read) -> io::Result<()> {
        let mut header = tar::Header::new_gnu();
        header.set_path(name)?;
        header.set_size(length);
        header.set_mode(0o600);
        header.set_mtime(u64::try_from(self.made.seconds()).unwrap_or(0));
        header.set_cksum();
        self.builder.append(&header, bytes)
    }
}

/// Reads through, and tells how far it is.
struct Telling<'a, R> {
    inner: R,
    done: u64,
    tell: &'a dyn Fn(u64) -> io::Result<()>,
}

impl<R: Read> Read for Telling<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        self.done += read as u64;
        (self.tell)(self.done)?;
        Ok(read)
    }
}

/// The blocks are packed already; this is for the ledgers, and mails wait for it.
const ZSTD_LEVEL: i32 = 1;
