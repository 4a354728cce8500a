//! What a hostile sender makes. Each is made anew; none is stored.

use std::fmt::Write as _;
use std::io::{Cursor, Write as _};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use flate2::Compression;
use flate2::write::GzEncoder;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

/// `UNB` of an interchange with this reference.
fn unb(reference: &str) -> String {
    format!("UNB+UNOC:3+9905048000007:500+9985046000001:500+261124:0815+{reference}'")
}

/// A message with one value, and something else before it.
fn message(number: usize, more: &str) -> String {
    format!(
        "UNH+{number}+MSCONS:D:04B:UN:2.5'BGM+Z48+D{number}+9'DTM+137:202611240815?+00:303'UNS+D'\
         {more}NAD+DP'LOC+172+41373559241'LIN+1'PIA+5+1-1?:1.29.0:SRW'QTY+220:1'\
         DTM+163:202611222300?+00:303'DTM+164:202611222315?+00:303'UNT+12+{number}'"
    )
}

/// An interchange of so many messages that say nothing.
pub(crate) fn empty_messages(count: usize) -> Vec<u8> {
    let mut text = unb("R1");
    for number in 0..count {
        write!(text, "UNH+{number}+MSCONS:D:04B:UN:2.5'UNT+2+{number}'").unwrap();
    }
    write!(text, "UNZ+{count}+R1'").unwrap();
    text.into_bytes()
}

/// So many interchanges without a message.
pub(crate) fn interchanges(count: usize) -> Vec<u8> {
    let mut text = String::new();
    for number in 0..count {
        write!(text, "UNB+UNOC:3+A+B+261124:0815+{number}'UNZ+0+{number}'").unwrap();
    }
    text.into_bytes()
}

/// An interchange with one message, which has this before its value.
pub(crate) fn with(more: &str) -> Vec<u8> {
    [unb("R1"), message(1, more), "UNZ+1+R1'".to_owned()]
        .concat()
        .into_bytes()
}

/// Text that packs as real files do, about 100 times.
pub(crate) fn text(length: usize) -> String {
    let mut seed = 1_u32;
    let mut next = || {
        seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        char::from(b'A' + u8::try_from(seed >> 28).unwrap())
    };
    let block: String = (0..10_000).map(|_| next()).collect();
    let mut text = block.repeat(length / block.len() + 1);
    text.truncate(length);
    text
}

/// Digits that do not pack beyond their own entropy.
pub(crate) fn digits(length: usize) -> String {
    let mut seed = 1_u64;
    let mut next = || {
        seed = seed
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        char::from(b'0' + u8::try_from((seed >> 33) % 10).unwrap())
    };
    (0..length).map(|_| next()).collect()
}

/// A mail whose body is this.
pub(crate) fn plain(body: &[u8]) -> Vec<u8> {
    [b"From: a@b.example\r\nSubject: x\r\n\r\n", body].concat()
}

/// A mail with this as its attachment.
pub(crate) fn attached(bytes: &[u8]) -> Vec<u8> {
    let mut mail = b"From: a@b.example\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\n\
        Content-Type: application/octet-stream; name=file\r\n\
        Content-Transfer-Encoding: base64\r\n\r\n"
        .to_vec();
    let mut encoded = STANDARD.encode(bytes);
    encoded.push_str("\r\n--x--\r\n");
    mail.extend(encoded.into_bytes());
    mail
}

pub(crate) fn zipped(entries: &[(&str, &[u8])]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in entries {
        zip.start_file(*name, SimpleFileOptions::default()).unwrap();
        zip.write_all(bytes).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

pub(crate) fn gzipped(bytes: &[u8]) -> Vec<u8> {
    let mut gzip = GzEncoder::new(Vec::new(), Compression::default());
    gzip.write_all(bytes).unwrap();
    gzip.finish().unwrap()
}

/// A zip whose only entry states another size, in both its headers (APPNOTE.TXT 4.3.7, 4.3.12).
pub(crate) fn lying_zip(bytes: &[u8], stated: u32) -> Vec<u8> {
    let mut zip = zipped(&[("a.edi", bytes)]);
    let directory = directory(&zip);
    for at in [22, directory + 24] {
        zip[at..at + 4].copy_from_slice(&stated.to_le_bytes());
    }
    zip
}

/// A zip of so many entries over the same packed bytes.
pub(crate) fn overlapping_zip(bytes: &[u8], entries: u16) -> Vec<u8> {
    let zip = zipped(&[("00000", bytes)]);
    let begin = directory(&zip);
    let end = memchr::memmem::rfind(&zip, b"PK\x05\x06").unwrap();
    let (entry, mut tail) = (&zip[begin..end], zip[end..].to_vec());
    let mut bomb = zip[..begin].to_vec();
    for number in 0..entries {
        let mut entry = entry.to_vec();
        // The name stands behind 46 bytes.
        entry[46..51].copy_from_slice(format!("{number:05}").as_bytes());
        bomb.extend(entry);
    }
    let size = u32::try_from(entry.len()).unwrap() * u32::from(entries);
    for at in [8, 10] {
        tail[at..at + 2].copy_from_slice(&entries.to_le_bytes());
    }
    tail[12..16].copy_from_slice(&size.to_le_bytes());
    bomb.extend(tail);
    bomb
}

/// Where the central directory begins.
fn directory(zip: &[u8]) -> usize {
    memchr::memmem::find(zip, b"PK\x01\x02").unwrap()
}

/// Multiparts inside each other.
pub(crate) fn nested_parts(depth: usize) -> Vec<u8> {
    let mut mail = "From: a@b.example\r\n".to_owned();
    for level in 0..depth {
        write!(
            mail,
            "Content-Type: multipart/mixed; boundary=b{level}\r\n\r\n--b{level}\r\n"
        )
        .unwrap();
    }
    mail.into_bytes()
}

/// Mails inside each other.
pub(crate) fn nested_mails(depth: usize) -> Vec<u8> {
    "From: a@b.example\r\nContent-Type: message/rfc822\r\n\r\n"
        .repeat(depth)
        .into_bytes()
}

/// So many parts, the last with a message in it.
pub(crate) fn parts(count: usize) -> Vec<u8> {
    let mut mail =
        "From: a@b.example\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n".to_owned();
    mail += &"--x\r\n\r\nHello\r\n".repeat(count);
    mail += "--x--\r\n";
    mail.into_bytes()
}

/// A mail with a good interchange behind these header fields.
pub(crate) fn behind(fields: &str) -> Vec<u8> {
    let good = String::from_utf8(with("")).unwrap();
    format!("From: a@b.example\r\n{fields}\r\n{good}\r\n").into_bytes()
}

/// A good interchange in quoted-printable, behind and between soft line breaks.
pub(crate) fn soft_breaks(count: usize) -> Vec<u8> {
    let mut mail =
        "From: a@b.example\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n".to_owned();
    mail += &"=\r\n".repeat(count);
    for byte in with("") {
        write!(mail, "={byte:02X}=\r\n").unwrap();
    }
    mail.into_bytes()
}
