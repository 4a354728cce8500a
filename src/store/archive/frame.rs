//! One entry of a segment file as bytes.
//!
//! | offset | bytes | what |
//! |---|---|---|
//! | 0 | 7 | [`MAGIC`] |
//! | 7 | 1 | [`Form`] |
//! | 8 | 4 | CRC-32 of the place (segment, offset) and of everything from here on |
//! | 12 | 4 | length of the header |
//! | 16 | 4 | length of the payload |
//! | 20 | 4 | length of the bytes unpacked |
//! | 24 | | header, then payload |
//!
//! | form | header | payload |
//! |---|---|---|
//! | 1 | [`Origin`], postcard | the bytes, zstd |
//! | 2 | origin, runs of [`rows`], their text; zstd with [`FIRST_DICTIONARY`] | the numbers of the rows, packed |
//! | 3 | the same with [`DICTIONARY`] | the same |
//!
//! Numbers are little-endian. The place is part of the checksum, so that an entry counts only where
//! it was appended: bytes that look like an entry inside of another's payload are none.

use std::cell::RefCell;
use std::io;

use crc32fast::Hasher;
use zstd::bulk::{Compressor, Decompressor};

use crate::series::block::{pack_numbers, unpack_numbers};
use crate::store::StoreError;
use crate::store::archive::ArchivePlace;
use crate::store::archive::rows::{self, Packed, Run};
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
    /// Packs bytes and frames them together with where they came from.
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
        if let Some(field) = bytes.get_mut(BODY - 4..BODY) {
            field.copy_from_slice(&checksum.finalize().to_le_bytes());
        }
        Ok(bytes)
    }
}

/// How an entry is packed.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Form {
    /// As it is: large ones, of which no copy is made.
    Plain = 1,
    /// Without what the rows of its load profiles repeat, as it was written at first.
    FirstRows = 2,
    /// The same, as it is written now.
    Rows = 3,
}

impl Form {
    fn of(byte: u8) -> Option<Self> {
        [Self::Plain, Self::FirstRows, Self::Rows]
            .into_iter()
            .find(|form| *form as u8 == byte)
    }

    /// What its header is compressed with; empty for none.
    fn dictionary(self) -> &'static [u8] {
        match self {
            Self::Plain => b"",
            Self::FirstRows => FIRST_DICTIONARY,
            Self::Rows => DICTIONARY,
        }
    }
}

fn frame(origin: &Origin, bytes: &[u8]) -> Result<Frame, String> {
    let too_many = || format!("{} bytes are too many", bytes.len());
    if bytes.len() > MAX_BYTES {
        return Err(too_many());
    }
    let framed = match frame_rows(origin, bytes)? {
        None => frame_plain(origin, bytes)?,
        framed => framed,
    };
    let mut frame = framed.ok_or_else(too_many)?;
    frame.shrink_to_fit();
    let mut checksum = Hasher::new();
    checksum.update(frame.get(BODY..).unwrap_or_default());
    Ok(Frame {
        bytes: frame,
        checksum,
    })
}

/// `None` for what is over a bound.
fn frame_plain(origin: &Origin, bytes: &[u8]) -> Result<Option<Vec<u8>>, String> {
    let header = postcard::to_stdvec(origin).map_err(|error| error.to_string())?;
    // Compressed where it will stand: large pieces cost memory once. Zeros that the system gives
    // cost nothing until they are written over.
    let begin = HEAD + header.len();
    let mut frame = vec![0; begin + zstd::zstd_safe::compress_bound(bytes.len())];
    let (start, room) = frame.split_at_mut(begin);
    let payload = compress(Form::Plain, bytes, room)?;
    start
        .get_mut(HEAD..)
        .unwrap_or_default()
        .copy_from_slice(&header);
    let lengths = Lengths {
        header: header.len(),
        payload,
        bytes: bytes.len(),
    };
    frame.truncate(begin + payload);
    Ok(lengths.write(Form::Plain, &mut frame).then_some(frame))
}

/// `None` for what is over a bound.
fn frame_rows(origin: &Origin, bytes: &[u8]) -> Result<Option<Vec<u8>>, String> {
    if bytes.len() > MAX_ROWS_BYTES {
        return Ok(None);
    }
    let packed = match rows::pack(bytes) {
        Some(packed) => packed,
        // The dictionary helps where little comes before: no copy is made of what is long.
        None if bytes.len() > MAX_TEXT_ALONE => return Ok(None),
        None => Packed::unrepeated(bytes),
    };
    let header = Vec::with_capacity(packed.text.len() + USUAL_ORIGIN);
    let mut header =
        postcard::to_extend(&(origin, &packed.runs), header).map_err(|error| error.to_string())?;
    if header.len() > MAX_HEADER {
        return Ok(None);
    }
    header.extend_from_slice(&packed.text);
    let numbers = pack_numbers(&packed.numbers);
    let bound = zstd::zstd_safe::compress_bound(header.len());
    let mut frame = vec![0; HEAD + bound];
    let room = frame.get_mut(HEAD..).unwrap_or_default();
    let length = compress(Form::Rows, &header, room)?;
    frame.truncate(HEAD + length);
    frame.extend_from_slice(&numbers);
    let lengths = Lengths {
        header: length,
        payload: numbers.len(),
        bytes: bytes.len(),
    };
    Ok(lengths.write(Form::Rows, &mut frame).then_some(frame))
}

/// Opens what [`frame_rows`] framed.
fn open_rows(
    form: Form,
    header: &[u8],
    payload: &[u8],
    length: usize,
) -> Result<(Origin, Vec<u8>), &'static str> {
    let unpacked = zstd::zstd_safe::get_frame_content_size(header)
        .ok()
        .flatten();
    let unpacked = unpacked
        .and_then(|bytes| usize::try_from(bytes).ok())
        .filter(|bytes| *bytes <= MAX_ROWS_HEADER)
        .ok_or("the entry claims an impossible length")?;
    let header = decompress(form, header, unpacked)?;
    let read = postcard::take_from_bytes::<(Origin, Vec<Run>)>(&header);
    let ((origin, runs), text) = read.map_err(|_| "the origin cannot be read")?;
    let count = rows::count(&runs);
    // Each row has its two times at least.
    if count > length {
        return Err("the entry claims an impossible number of rows");
    }
    let numbers = unpack_numbers(payload, count).map_err(|_| "the numbers cannot be unpacked")?;
    let packed = Packed {
        text: text.to_vec(),
        runs,
        numbers,
    };
    let bytes = rows::unpack(&packed, length).ok_or("the rows do not fit their text")?;
    Ok((origin, bytes))
}

/// Compresses into a buffer, and gives the length. The compressors are the thread's own: making one
/// takes longer than 8 KB take.
fn compress(form: Form, bytes: &[u8], into: &mut [u8]) -> Result<usize, String> {
    thread_local! {
        static PLAIN: RefCell<Option<Compressor<'static>>> = const { RefCell::new(None) };
        static ROWS: RefCell<Option<Compressor<'static>>> = const { RefCell::new(None) };
    }
    let compressor = if form == Form::Plain { &PLAIN } else { &ROWS };
    let length = compressor.with_borrow_mut(|kept| {
        let compressor = match kept {
            Some(compressor) => compressor,
            None => kept.insert(Compressor::with_dictionary(ZSTD_LEVEL, form.dictionary())?),
        };
        compressor.compress_to_buffer(bytes, into)
    });
    length.map_err(|error: io::Error| format!("compressing it failed: {error}"))
}

fn decompress(form: Form, bytes: &[u8], length: usize) -> Result<Vec<u8>, &'static str> {
    thread_local! {
        static FIRST: RefCell<Option<Decompressor<'static>>> = const { RefCell::new(None) };
        static ROWS: RefCell<Option<Decompressor<'static>>> = const { RefCell::new(None) };
    }
    let decompressor = if form == Form::FirstRows {
        &FIRST
    } else {
        &ROWS
    };
    let unpacked = decompressor.with_borrow_mut(|kept| {
        let decompressor = match kept {
            Some(decompressor) => decompressor,
            None => kept.insert(Decompressor::with_dictionary(form.dictionary())?),
        };
        decompressor.decompress(bytes, length)
    });
    unpacked.map_err(|_| "the header cannot be unpacked")
}

/// The first [`HEAD`] bytes of a frame.
#[derive(Clone, Copy, Debug)]
pub(super) struct Head {
    form: Form,
    checksum: u32,
    lengths: Lengths,
}

impl Head {
    /// Reads the head of a frame, or tells why it is none.
    pub(super) fn parse(bytes: &[u8; HEAD]) -> Result<Self, &'static str> {
        let Some((form, rest)) = bytes
            .strip_prefix(MAGIC.as_slice())
            .and_then(<[u8]>::split_first)
        else {
            return Err("no entry begins here");
        };
        let form = Form::of(*form).ok_or("the entry has a form that this version does not know")?;
        let mut words = rest.chunks_exact(4).map(word);
        let mut next = || words.next().unwrap_or_default();
        let checksum = next();
        let lengths = Lengths::from_words(form, [next(), next(), next()])
            .ok_or("the entry claims an impossible length")?;
        Ok(Self {
            form,
            checksum,
            lengths,
        })
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
        if self.form != Form::Plain {
            return open_rows(self.form, header, payload, self.lengths.bytes);
        }
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
    /// Writes the head of a frame, but for its checksum. Nothing is written, and `false` given, if
    /// a length is over its bound.
    fn write(self, form: Form, frame: &mut [u8]) -> bool {
        let words = [self.header, self.payload, self.bytes].map(u32::try_from);
        let [Ok(header), Ok(payload), Ok(bytes)] = words else {
            return false;
        };
        let words = [header, payload, bytes];
        let Some(head) = frame.first_chunk_mut::<HEAD>() else {
            return false;
        };
        let lengths = words.map(u32::to_le_bytes);
        let parts = [
            MAGIC.as_slice(),
            &[form as u8],
            &[0; 4],
            lengths.as_flattened(),
        ];
        for (to, from) in head.iter_mut().zip(parts.concat()) {
            *to = from;
        }
        Self::from_words(form, words).is_some()
    }

    fn from_words(form: Form, words: [u32; 3]) -> Option<Self> {
        let [header, payload, bytes] = words.map(|word| usize::try_from(word).ok());
        let lengths = Self {
            header: header?,
            payload: payload?,
            bytes: bytes?,
        };
        let bound = zstd::zstd_safe::compress_bound;
        let (header, bytes) = match form {
            Form::Plain => (MAX_HEADER, MAX_BYTES),
            Form::FirstRows | Form::Rows => (bound(MAX_ROWS_HEADER), MAX_ROWS_BYTES),
        };
        let is_possible = lengths.bytes <= bytes
            && lengths.header <= header
            && lengths.payload <= bound(lengths.bytes);
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

/// Begins each entry.
pub(super) const MAGIC: &[u8; 7] = b"\xF5MSCONS";
/// Bytes of a frame before its header.
pub(super) const HEAD: usize = BODY + 12;
/// Where the bytes under the checksum begin.
const BODY: usize = MAGIC.len() + 1 + 4;
/// Level 1: higher ones cost time and gain nothing (ratio 8.0 at 1 and 3 for 8 KB of MSCONS).
const ZSTD_LEVEL: i32 = 1;
/// Largest piece that is kept: twice the default bound on what one mail may unpack to.
const MAX_BYTES: usize = 1 << 30;
/// An origin has some 300 bytes; names of archives in archives have up to 64 KiB each, 8 deep.
const MAX_HEADER: usize = 1 << 20;
/// Larger pieces are not copied once more.
const MAX_ROWS_BYTES: usize = 8 << 20;
/// Nor are those that have no row.
const MAX_TEXT_ALONE: usize = 256 << 10;
/// Origin, runs and text.
const MAX_ROWS_HEADER: usize = MAX_ROWS_BYTES + MAX_HEADER;
/// Bytes of a usual origin and its runs.
const USUAL_ORIGIN: usize = 512;
/// What messages have in common, the most common last, which is nearest. It is part of the format:
/// what was packed with it can be read with nothing else.
const FIRST_DICTIONARY: &[u8] = include_bytes!("dictionary.edi");
/// The same text, and how frequent its bytes, lengths and distances are: zstd need not find that out
/// for each entry, nor write it down.
const DICTIONARY: &[u8] = include_bytes!("dictionary.zstd");

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

    #[test]
    fn a_mail_with_a_day_of_quarter_hours_takes_a_twentieth() {
        let mail = crate::sample::load_profile_mail(0);
        let found = extract::candidates(&mail.bytes, &extract::Bounds::default());
        let file = &found.candidates[0].bytes;
        let mut from = origin("MSCONS_TL_9905048000007_9985046000001_20250102_MB00000007.edi");
        from.head = found.head;
        let frame = Entry::new(&from, file).at(PLACE).unwrap();
        assert!(file.len() > 8_000, "{}", file.len());
        assert!(frame.len() * 20 < file.len() + 2_000, "{}", frame.len());
        assert_eq!(open(PLACE, &frame), Ok((from, file.clone())));
    }

    #[test]
    fn no_copy_is_made_of_what_is_long_and_has_no_rows() {
        let form = |bytes: &[u8]| {
            let frame = Entry::new(&origin("a.edi"), bytes).at(PLACE).unwrap();
            assert!(open(PLACE, &frame) == Ok((origin("a.edi"), bytes.to_vec())));
            Head::parse(frame.first_chunk().unwrap()).unwrap().form
        };
        let text = vec![b'='; MAX_TEXT_ALONE + 1];
        let rows = crate::sample::corpus(text.len());
        assert_eq!(form(&text), Form::Plain);
        assert_eq!(form(&text[1..]), Form::Rows);
        assert_eq!(form(&[rows, text].concat()), Form::Rows);
    }

    #[test]
    fn what_is_large_comes_back_too() {
        let bytes = b"UNB+UNOC:3'".repeat(MAX_ROWS_BYTES / 10);
        let frame = Entry::new(&origin("a.edi"), &bytes).at(PLACE).unwrap();
        assert!(open(PLACE, &frame) == Ok((origin("a.edi"), bytes)));
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
            bytes[MAGIC.len()] = 1 + bytes[MAGIC.len()] % 3;
            prop_assert!(open(PLACE, &bytes).is_err());
        }
    }
}
