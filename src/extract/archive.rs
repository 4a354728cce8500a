//! Zip archives and gzip streams.

use std::cell::Cell;
use std::io::{self, BufRead, Cursor, Read, Seek, SeekFrom};

use flate2::bufread::GzDecoder;
use memchr::memmem;
use zip::read::ZipFileEntry;
use zip::result::ZipError;
use zip::{SUPPORTED_COMPRESSION_METHODS, ZipArchive, ZipReadOptions};

use crate::extract::bounds::Unpacking;
use crate::extract::head::{NAME_CHARS, display};
use crate::extract::walk::Walk;

/// Looks at each entry of a zip archive.
pub(crate) fn unzip(walk: &mut Walk<'_, '_>, name: &str, archive: &[u8], depth: usize) {
    if is_office_document(archive) {
        return;
    }
    // Before the directory is loaded, since it could fill the memory. Its own count may lie.
    let entries_most = walk.budget.bounds().parts;
    if memmem::find_iter(archive, DIRECTORY_ENTRY)
        .nth(entries_most)
        .is_some()
    {
        return walk.refuse(
            name,
            format!("an archive of more than {entries_most} entries"),
        );
    }
    let directory = match ZipArchive::new(Cursor::new(archive)) {
        Ok(directory) => directory,
        Err(error) => return walk.refuse(name, broken_zip(&error)),
    };
    if directory.has_duplicate_names() {
        walk.refuse(
            name,
            "several entries of one name, of which only the last can be seen",
        );
    }
    let mut packed_left = archive.len();
    for index in 0..directory.len() {
        if !walk.take_part(|| name.to_owned()) {
            return;
        }
        match directory.by_index_data(index) {
            Ok(entry) => {
                // Entries over the same bytes cost time again and again, whatever comes out.
                match packed_left.checked_sub(packed_bytes(&entry, archive)) {
                    Some(left) => packed_left = left,
                    None => return walk.refuse(name, "its entries overlap: looks like a bomb"),
                }
                unzip_entry(walk, name, archive, entry, depth);
            }
            Err(error) => walk.refuse(name, broken_zip(&error)),
        }
    }
}

/// Looks into a gzip stream, which may be several one after the other (RFC 1952 §2.2). Its piece
/// is called as the stream itself: there is but one.
pub(crate) fn gunzip(walk: &mut Walk<'_, '_>, name: &str, stream: &[u8], depth: usize) {
    if !walk.take_part(|| name.to_owned()) {
        return;
    }
    let taken = Cell::new(0);
    let members = Members(GzDecoder::new(Packed::new(stream, &taken)));
    look_at(walk, name, members, &taken, depth);
}

fn unzip_entry(
    walk: &mut Walk<'_, '_>,
    archive_name: &str,
    archive: &[u8],
    entry: ZipFileEntry<'_>,
    depth: usize,
) {
    if entry.is_dir() {
        return;
    }
    let name = match entry.name() {
        Ok(name) => display(&name, NAME_CHARS),
        Err(_) => display(&String::from_utf8_lossy(entry.name_raw()), NAME_CHARS),
    };
    let name = Walk::inside(archive_name, &name);
    if entry.encrypted() {
        return walk.refuse(
            &name,
            "password-protected: ask the sender to leave the password out",
        );
    }
    let method = entry.compression();
    if !SUPPORTED_COMPRESSION_METHODS.contains(&method) {
        return walk.refuse(
            &name,
            format!(
                "compressed in a way that is not supported ({method}): ask the sender for deflate"
            ),
        );
    }
    let taken = Cell::new(0);
    let mut reader = Packed::new(archive, &taken);
    match entry.with_reader(&mut reader, ZipReadOptions::default()) {
        Ok(file) => look_at(walk, &name, file, &taken, depth),
        Err(error) => walk.refuse(&name, broken_zip(&error)),
    }
}

/// How many bytes of the archive an entry takes, by its own word, but no more than there are.
fn packed_bytes(entry: &ZipFileEntry<'_>, archive: &[u8]) -> usize {
    usize::try_from(entry.compressed_size()).map_or(archive.len(), |size| size.min(archive.len()))
}

/// Looks at what comes out of an unpacker, which has taken so many bytes.
fn look_at(
    walk: &mut Walk<'_, '_>,
    name: &str,
    unpacker: impl Read,
    taken: &Cell<u64>,
    depth: usize,
) {
    match walk.budget.unpack(unpacker, taken) {
        Ok(bytes) => {
            walk.piece(name, &bytes, depth);
            walk.budget.let_go(&bytes);
        }
        Err(Unpacking::Bomb(reason)) => walk.refuse(name, reason),
        Err(Unpacking::Outgrown(reason)) => {
            walk.looked.has_outgrown = true;
            walk.refuse(name, reason);
        }
        Err(Unpacking::Broken(error)) => walk.refuse(
            name,
            format!("broken: {error}; ask the sender to send it again"),
        ),
    }
}

fn broken_zip(error: &ZipError) -> String {
    format!("broken: {error}; ask the sender to send it again")
}

/// Office documents are zip archives, too. They hold no EDIFACT, and their tables pack so well
/// that they would look like bombs.
fn is_office_document(archive: &[u8]) -> bool {
    // The first local header: its name stands at byte 30 (APPNOTE.TXT §4.3.7).
    let name = archive.get(30..).unwrap_or_default();
    OFFICE_FIRST_ENTRIES
        .iter()
        .any(|first| name.starts_with(first))
}

/// The members of a gzip stream as one. Bytes behind the last are padding or a mail's line end and
/// are passed over.
struct Members<'a>(GzDecoder<Packed<'a>>);

impl Read for Members<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            let read = self.0.read(buffer)?;
            let mut rest = self.0.get_ref().clone();
            if read > 0 || buffer.is_empty() || !rest.fill_buf()?.starts_with(GZIP_MAGIC) {
                return Ok(read);
            }
            self.0 = GzDecoder::new(rest);
        }
    }
}

/// Packed bytes that tell how many of them were taken.
#[derive(Clone)]
struct Packed<'a> {
    bytes: Cursor<&'a [u8]>,
    taken: &'a Cell<u64>,
}

impl<'a> Packed<'a> {
    fn new(bytes: &'a [u8], taken: &'a Cell<u64>) -> Self {
        Self {
            bytes: Cursor::new(bytes),
            taken,
        }
    }

    fn note(&self, taken: usize) {
        let taken = u64::try_from(taken).unwrap_or(u64::MAX);
        self.taken.set(self.taken.get().saturating_add(taken));
    }
}

impl Read for Packed<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.bytes.read(buffer)?;
        self.note(read);
        Ok(read)
    }
}

impl BufRead for Packed<'_> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        self.bytes.fill_buf()
    }

    fn consume(&mut self, bytes: usize) {
        self.note(bytes);
        self.bytes.consume(bytes);
    }
}

impl Seek for Packed<'_> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.bytes.seek(to)
    }
}

/// Begins each entry of the central directory (APPNOTE.TXT §4.3.12).
const DIRECTORY_ENTRY: &[u8] = b"PK\x01\x02";
const GZIP_MAGIC: &[u8] = b"\x1F\x8B\x08";
/// Of OOXML (ECMA-376 part 2) and `OpenDocument` (part 3 §3.3), whose first entry says what they are.
const OFFICE_FIRST_ENTRIES: [&[u8]; 3] = [
    b"[Content_Types].xml",
    b"_rels/.rels",
    b"mimetypeapplication/vnd.",
];
