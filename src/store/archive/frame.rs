//! One entry of a segment file as bytes.
//!
//! | offset | bytes | what |
//! |---|---|---|
//! | 0 | 8 | [`MAGIC`] |
//! | 8 | 4 | CRC-32 of the place (segment, offset) and of everything from here on |
//! | 12 | 4 | length of the header |
//! | 16 | 4 | length of the payload |
//! | 20 | 4 | length of the bytes unpacked |
//! | 24 | | header: [`Origin`], postcard; then the payload, zstd |
//!
//! Numbers are little-endian. The place is part of the checksum, so that an entry counts only where
//! it was appended: bytes that look like an entry inside of another's payload are none.

use std::cell::RefCell;
use std::io;

use crc32fast::Hasher;
use zstd::bulk::Compressor;

use crate::store::StoreError;
use crate::store::archive::ArchivePlace;
use crate::store::ledger::Origin;

/// An entry that is ready to be appended: compressed and with its checksum, made on any thread.
#[derive(Clone, Debug)]
pub struct Entry {
    name: String,
    frame: Result<Frame, String>,
}

/// A frame whose place is not known yet.
#[derive(Clone, Debug)]
struct Frame {
    /// All of it; the checksum is filled in with the place.
    bytes: Vec<u8>,
    /// Of the bytes behind the checksum.
    checksum: Hasher,
}

impl Entry {
    /// Compresses bytes (zstd) and frames them together with where they came from.
    ///
    /// More than 1 GiB cannot be kept: appending such an entry is an error.
    pub fn new(origin: &Origin, bytes: &[u8]) -> Self {
        Self {
            name: origin.name.clone(),
            frame: frame(origin, bytes),
        }
    }

    /// Bytes that it will take in the archive.
    pub fn len(&self) -> usize {
        self.frame.as_ref().map_or(0, |frame| frame.bytes.len())
    }

    /// Whether it is empty (it never is, unless it cannot be kept).
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The frame as it stands at a place.
    ///
    /// # Errors
    /// [`StoreError::Unarchivable`].
    pub(super) fn at(self, place: ArchivePlace) -> Result<Vec<u8>, StoreError> {
        let name = self.name;
        let frame = self.frame;
        let frame = frame.map_err(|detail| StoreError::Unarchivable { name, detail })?;
        let mut checksum = place_checksum(place);
        checksum.combine(&frame.checksum);
        let mut bytes = frame.bytes;
        if let Some(field) = bytes.get_mut(MAGIC.len()..BODY) {
            field.copy_from_slice(&checksum.finalize().to_le_bytes());
        }
        Ok(bytes)
    }
}

/// Compresses into a buffer, and gives the length. The compressor is the thread's own: making one
/// takes longer than 8 KB take.
fn compress(bytes: &[u8], into: &mut [u8]) -> io::Result<usize> {
    thread_local! {
        static COMPRESSOR: RefCell<Option<Compressor<'static>>> = const { RefCell::new(None) };
    }
    COMPRESSOR.with_borrow_mut(|kept| {
        let compressor = match kept {
            Some(compressor) => compressor,
            None => kept.insert(Compressor::new(ZSTD_LEVEL)?),
        };
        compressor.compress_to_buffer(bytes, into)
    })
}

fn frame(origin: &Origin, bytes: &[u8]) -> Result<Frame, String> {
    let header = postcard::to_stdvec(origin).map_err(|error| error.to_string())?;
    let too_many = || format!("{} bytes are too many", bytes.len());
    if bytes.len() > MAX_BYTES {
        return Err(too_many());
    }
    // Compressed where it will stand: large pieces cost memory once. Zeros that the system gives
    // cost nothing until they are written over.
    let begin = HEAD + header.len();
    let mut frame = vec![0; begin + zstd::zstd_safe::compress_bound(bytes.len())];
    let (start, room) = frame.split_at_mut(begin);
    let payload = compress(bytes, room);
    let payload = payload.map_err(|error| format!("compressing it failed: {error}"))?;
    let lengths = Lengths {
        header: header.len(),
        payload,
        bytes: bytes.len(),
    };
    let words = lengths
        .to_words()
        .ok_or_else(too_many)?
        .map(u32::to_le_bytes);
    let parts = [MAGIC.as_slice(), &[0; 4], words.as_flattened(), &header];
    let written = parts.concat();
    start.copy_from_slice(&written);
    frame.truncate(begin + payload);
    frame.shrink_to_fit();
    let mut checksum = Hasher::new();
    checksum.update(frame.get(BODY..).unwrap_or_default());
    Ok(Frame {
        bytes: frame,
        checksum,
    })
}

/// The first [`HEAD`] bytes of a frame.
#[derive(Clone, Copy, Debug)]
pub(super) struct Head {
    checksum: u32,
    lengths: Lengths,
}

impl Head {
    /// Reads the head of a frame, or tells why it is none.
    pub(super) fn parse(bytes: &[u8; HEAD]) -> Result<Self, &'static str> {
        let Some(rest) = bytes.strip_prefix(MAGIC.as_slice()) else {
            return Err("no entry begins here");
        };
        let mut words = rest.chunks_exact(4).map(word);
        let mut next = || words.next().unwrap_or_default();
        let checksum = next();
        let lengths = Lengths::from_words([next(), next(), next()])
            .ok_or("the entry claims an impossible length")?;
        Ok(Self { checksum, lengths })
    }

    /// Length of the frame, head included.
    pub(super) fn frame_len(self) -> usize {
        HEAD + self.lengths.header + self.lengths.payload
    }

    /// Whether the frame is whole, and stands where it was written.
    pub(super) fn check(self, place: ArchivePlace, frame: &[u8]) -> Result<(), &'static str> {
        let mut checksum = place_checksum(place);
        checksum.update(frame.get(BODY..).unwrap_or_default());
        if frame.len() != self.frame_len() {
            Err("the entry is cut off")
        } else if checksum.finalize() == self.checksum {
            Ok(())
        } else {
            Err("the checksum differs")
        }
    }

    /// What a frame holds, checked.
    pub(super) fn open(
        self,
        place: ArchivePlace,
        frame: &[u8],
    ) -> Result<(Origin, Vec<u8>), &'static str> {
        self.check(place, frame)?;
        let (header, payload) = frame
            .get(HEAD..)
            .and_then(|rest| rest.split_at_checked(self.lengths.header))
            .ok_or("the entry is cut off")?;
        let origin = postcard::from_bytes(header).map_err(|_| "the origin cannot be read")?;
        let bytes = zstd::bulk::decompress(payload, self.lengths.bytes)
            .map_err(|_| "the payload cannot be unpacked")?;
        if bytes.len() == self.lengths.bytes {
            Ok((origin, bytes))
        } else {
            Err("the payload is shorter than it claims")
        }
    }
}

/// Lengths of the parts of a frame, within their bounds.
#[derive(Clone, Copy, Debug)]
struct Lengths {
    header: usize,
    payload: usize,
    bytes: usize,
}

impl Lengths {
    fn to_words(self) -> Option<[u32; 3]> {
        let word = |length| u32::try_from(length).ok();
        let words = [word(self.header)?, word(self.payload)?, word(self.bytes)?];
        Self::from_words(words).map(|_| words)
    }

    fn from_words(words: [u32; 3]) -> Option<Self> {
        let [header, payload, bytes] = words.map(|word| usize::try_from(word).ok());
        let lengths = Self {
            header: header?,
            payload: payload?,
            bytes: bytes?,
        };
        let is_possible = lengths.header <= MAX_HEADER
            && lengths.bytes <= MAX_BYTES
            && lengths.payload <= zstd::zstd_safe::compress_bound(lengths.bytes);
        is_possible.then_some(lengths)
    }
}

fn place_checksum(place: ArchivePlace) -> Hasher {
    let mut checksum = Hasher::new();
    checksum.update(&place.segment.to_le_bytes());
    checksum.update(&place.offset.to_le_bytes());
    checksum
}

fn word(bytes: &[u8]) -> u32 {
    bytes.try_into().map_or(0, u32::from_le_bytes)
}

/// Begins each entry; the last byte is the version of the format.
pub(super) const MAGIC: &[u8; 8] = b"\xF5MSCONS\x01";
/// Bytes of a frame before its header.
pub(super) const HEAD: usize = BODY + 12;
/// Where the bytes under the checksum begin.
const BODY: usize = MAGIC.len() + 4;
/// Level 1: higher ones cost time and gain nothing (ratio 8.0 at 1 and 3 for 8 KB of MSCONS).
const ZSTD_LEVEL: i32 = 1;
/// Largest piece that is kept: twice the default bound on what one mail may unpack to.
const MAX_BYTES: usize = 1 << 30;
/// An origin has some 300 bytes; names of archives in archives have up to 64 KiB each, 8 deep.
const MAX_HEADER: usize = 1 << 20;

#[cfg(test)]
pub(super) mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::extract;
    use crate::mailbox::MailId;

    pub(crate) fn origin(name: &str) -> Origin {
        Origin {
            mailbox: "metering".to_owned(),
            folder: "INBOX".to_owned(),
            id: MailId::Imap {
                validity: 7,
                uid: 4711,
            },
            arrived: 1_764_000_000,
            size_bytes: 12_280,
            head: extract::Head::default(),
            name: name.to_owned(),
        }
    }

    const PLACE: ArchivePlace = ArchivePlace {
        segment: 3,
        offset: 1_000,
    };

    fn open(place: ArchivePlace, frame: &[u8]) -> Result<(Origin, Vec<u8>), &'static str> {
        let head = frame.first_chunk().ok_or("too short")?;
        Head::parse(head)?.open(place, frame)
    }

    #[test]
    fn an_entry_counts_only_where_it_was_appended() {
        let frame = Entry::new(&origin("a.edi"), b"UNB").at(PLACE).unwrap();
        assert_eq!(open(PLACE, &frame), Ok((origin("a.edi"), b"UNB".to_vec())));
        let elsewhere = ArchivePlace {
            offset: 1_001,
            ..PLACE
        };
        assert_eq!(open(elsewhere, &frame), Err("the checksum differs"));
    }

    #[test]
    fn a_flip_of_any_bit_is_noticed() {
        let frame = Entry::new(&origin("a.edi"), b"UNB+UNOC:3'UNZ'")
            .at(PLACE)
            .unwrap();
        for bit in 0..frame.len() * 8 {
            let mut damaged = frame.clone();
            damaged[bit / 8] ^= 1 << (bit % 8);
            assert!(open(PLACE, &damaged).is_err(), "bit {bit}");
        }
    }

    #[test]
    fn what_cannot_be_kept_is_refused_with_its_name() {
        let mut from = origin("a.edi");
        from.head.subject = "x".repeat(MAX_HEADER);
        let entry = Entry::new(&from, b"UNB");
        assert!(entry.is_empty());
        let error = entry.at(PLACE).unwrap_err().to_string();
        assert!(error.starts_with("a.edi cannot be archived"), "{error}");
    }

    proptest! {
        #[test]
        fn any_bytes_come_back(bytes: Vec<u8>, name: String) {
            let frame = Entry::new(&origin(&name), &bytes).at(PLACE).unwrap();
            prop_assert_eq!(open(PLACE, &frame), Ok((origin(&name), bytes)));
        }

        #[test]
        fn no_bytes_make_it_panic(mut bytes in proptest::collection::vec(any::<u8>(), 24..200)) {
            bytes[..MAGIC.len()].copy_from_slice(MAGIC);
            prop_assert!(open(PLACE, &bytes).is_err());
        }
    }
}
