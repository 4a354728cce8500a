//! Zip archives and gzip streams.

use std::io::{Cursor, Read};

use flate2::bufread::GzDecoder;
use memchr::memmem;
use zip::read::ZipFileEntry;
use zip::result::ZipError;
use zip::{SUPPORTED_COMPRESSION_METHODS, ZipArchive, ZipReadOptions};

use crate::extract::bounds::Unpacking;
use crate::extract::head::{NAME_CHARS, display};
use crate::extract::walk::Walk;

/// Looks at each entry of a zip archive.
pub(crate) fn unzip(walk: &mut Walk<'_>, name: &str, archive: &[u8], depth: usize) {
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
        if !walk.take_part(name) {
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
pub(crate) fn gunzip(walk: &mut Walk<'_>, name: &str, stream: &[u8], depth: usize) {
    if !walk.take_part(name) {
        return;
    }
    match unpack(walk, Members(GzDecoder::new(stream)), stream.len()) {
        Ok(bytes) => walk.piece(name, bytes.into(), depth),
        Err(reason) => walk.refuse(name, reason),
    }
}

fn unzip_entry(
    walk: &mut Walk<'_>,
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
    let mut reader = Cursor::new(archive);
    let packed_bytes = packed_bytes(&entry, archive);
    match entry.with_reader(&mut reader, ZipReadOptions::default()) {
        Ok(file) => match unpack(walk, file, packed_bytes) {
            Ok(bytes) => walk.piece(&name, bytes.into(), depth),
            Err(reason) => walk.refuse(&name, reason),
        },
        Err(error) => walk.refuse(&name, broken_zip(&error)),
    }
}

/// How many bytes of the archive an entry takes, by its own word, but no more than there are.
fn packed_bytes(entry: &ZipFileEntry<'_>, archive: &[u8]) -> usize {
    usize::try_from(entry.compressed_size()).map_or(archive.len(), |size| size.min(archive.len()))
}

fn unpack(walk: &mut Walk<'_>, unpacker: impl Read, packed: usize) -> Result<Vec<u8>, String> {
    let packed = u64::try_from(packed).unwrap_or(u64::MAX);
    walk.budget
        .unpack(unpacker, packed)
        .map_err(|stopped| match stopped {
            Unpacking::Bound(reason) => reason,
            Unpacking::Broken(error) => format!("broken: {error}; ask the sender to send it again"),
        })
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
struct Members<'a>(GzDecoder<&'a [u8]>);

impl Read for Members<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        loop {
            let read = self.0.read(buffer)?;
            let rest = *self.0.get_ref();
            if read > 0 || buffer.is_empty() || !rest.starts_with(GZIP_MAGIC) {
                return Ok(read);
            }
            self.0 = GzDecoder::new(rest);
        }
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
