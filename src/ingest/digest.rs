//! Mail bytes to everything that can be said of them without looking into the store. Pure.

use std::sync::Arc;

use sha2::{Digest as _, Sha256};

use crate::edifact::Finding;
use crate::extract::{self, Bounds, Candidate, Extract, Head};
use crate::ingest::blocks::blocks_of;
use crate::mailbox::MailId;
use crate::market::calendar::UtcTime;
use crate::message::mscons;
use crate::store::archive::{ArchivePlace, Entry};
use crate::store::ledger::{Hash, MessageRecord, MessageReference, NewMessage, Origin};

/// Where a mail came from, and when.
#[derive(Clone, Debug)]
pub struct Arrival {
    /// Name of the mailbox in the configuration; empty for files given by a person.
    pub mailbox: String,
    /// Folder (IMAP); empty otherwise.
    pub folder: String,
    /// Its identity at the server.
    pub id: MailId,
    /// When it was taken in.
    pub at: UtcTime,
}

/// What came.
#[derive(Clone, Debug)]
pub enum Parcel {
    /// A mail (RFC 5322).
    Mail(Vec<u8>),
    /// A file of any kind, by name.
    File(String, Vec<u8>),
    /// A mail over the limit that was not loaded: its size in bytes.
    TooLarge(u64),
}

/// Everything that one mail brings, before the store has been asked what of it is new.
#[derive(Clone, Debug)]
pub struct Digest {
    /// Where it came from.
    pub arrival: Arrival,
    /// Size in bytes.
    pub size_bytes: u64,
    /// What the mail says of itself.
    pub head: Head,
    /// Its pieces, in order.
    pub pieces: Vec<Piece>,
    /// Set for a mail that was not loaded.
    pub too_large: bool,
    /// Set when this is a quarantine entry tried again: its number and its mail.
    pub replays: Option<Replay>,
}

/// A quarantine entry that is tried again.
#[derive(Clone, Copy, Debug)]
pub struct Replay {
    /// Number of the entry; `None` on a reindex.
    pub entry: Option<u64>,
    /// Sequence of the mail that brought it; `None` on a reindex.
    pub mail: Option<u64>,
}

/// A piece of a mail that goes into the archive: an interchange, or something that is none.
#[derive(Clone, Debug)]
pub struct Piece {
    /// How a person finds it: `MSCONS.zip/a.edi`.
    pub name: String,
    /// SHA-256 of its bytes.
    pub hash: Hash,
    /// The bytes.
    pub bytes: Arc<[u8]>,
    /// Ready to be archived, or archived already.
    pub storage: Storage,
    /// UNB of an interchange.
    pub envelope: Option<Envelope>,
    /// Its messages that can be stored.
    pub messages: Vec<NewMessage>,
    /// What cannot be stored: UNH 0062 (empty: all of it) and why.
    pub barred: Vec<(String, Vec<String>)>,
    /// How many findings there are.
    pub findings: u32,
}

/// Whether a piece is in the archive.
#[derive(Clone, Debug)]
pub enum Storage {
    /// Not yet.
    New(Entry),
    /// Here.
    Archived(ArchivePlace),
}

/// What an interchange says on its envelope.
#[derive(Clone, Debug)]
pub struct Envelope {
    /// UNB 0004.
    pub sender: String,
    /// UNB 0010.
    pub receiver: String,
    /// UNB 0020.
    pub reference: String,
    /// UNB 0026.
    pub application: String,
}

/// Digests a mail or a file.
pub fn digest(arrival: &Arrival, parcel: &Parcel, bounds: &Bounds) -> Digest {
    let (extract, bytes) = match parcel {
        Parcel::Mail(bytes) => (extract::candidates(bytes, bounds), bytes.as_slice()),
        Parcel::File(name, bytes) => (
            extract::candidates_in_file(name, bytes, bounds),
            bytes.as_slice(),
        ),
        Parcel::TooLarge(_) => return empty(arrival, parcel, Head::default()),
    };
    let Extract {
        head,
        candidates,
        refused,
    } = extract;
    let mut digest = empty(arrival, parcel, head);
    for candidate in candidates {
        let pieces = pieces_of(candidate, &digest);
        digest.pieces.extend(pieces);
    }
    if !refused.is_empty() {
        // The whole mail is kept, so that a later version or wider bounds can try again.
        let reasons = refused
            .into_iter()
            .map(|r| format!("{}: {}", r.name, r.reason))
            .collect();
        let piece = whole(&digest, bytes, reasons);
        digest.pieces.push(piece);
    }
    digest
}

/// The digest of a mail that could not be digested: the whole of it goes to quarantine.
pub fn unreadable(arrival: &Arrival, parcel: &Parcel, reason: String) -> Digest {
    let mut digest = empty(arrival, parcel, Head::default());
    if let Parcel::Mail(bytes) | Parcel::File(_, bytes) = parcel {
        let piece = whole(&digest, bytes, vec![reason]);
        digest.pieces.push(piece);
    }
    digest
}

fn empty(arrival: &Arrival, parcel: &Parcel, head: Head) -> Digest {
    let size_bytes = match parcel {
        Parcel::Mail(bytes) | Parcel::File(_, bytes) => bytes.len() as u64,
        Parcel::TooLarge(size) => *size,
    };
    Digest {
        arrival: arrival.clone(),
        size_bytes,
        head,
        pieces: Vec::new(),
        too_large: matches!(parcel, Parcel::TooLarge(_)),
        replays: None,
    }
}

/// A piece that is the whole mail or file, and none of it understood.
fn whole(digest: &Digest, bytes: &[u8], reasons: Vec<String>) -> Piece {
    piece(digest, WHOLE_MAIL, bytes, |piece| {
        piece.barred.push((String::new(), reasons));
    })
}

/// A candidate's interchanges, each a piece; a candidate without any is a piece by itself.
fn pieces_of(candidate: Candidate, digest: &Digest) -> Vec<Piece> {
    let Candidate { name, bytes } = candidate;
    let file = mscons::read(&bytes);
    if file.interchanges.is_empty() {
        let reasons = if file.findings.is_empty() {
            vec!["no interchange (UNB … UNZ) was found in it".to_owned()]
        } else {
            texts(&file.findings)
        };
        return vec![piece(digest, &name, &bytes, |piece| {
            piece.barred.push((String::new(), reasons));
        })];
    }
    let mut pieces: Vec<Piece> = file
        .interchanges
        .iter()
        .map(|interchange| {
            let own = bytes.get(interchange.bytes.clone()).unwrap_or_default();
            piece(digest, &name, own, |piece| {
                fill(piece, interchange, digest.arrival.at);
            })
        })
        .collect();
    if file
        .findings
        .iter()
        .any(|finding| finding.code.bars_message())
    {
        // A message beside the interchanges, in none of them: the file as it came is kept.
        pieces.push(piece(digest, &name, &bytes, |piece| {
            piece.barred.push((String::new(), texts(&file.findings)));
        }));
    }
    pieces
}

fn piece(digest: &Digest, name: &str, bytes: &[u8], fill: impl FnOnce(&mut Piece)) -> Piece {
    let origin = Origin {
        mailbox: digest.arrival.mailbox.clone(),
        folder: digest.arrival.folder.clone(),
        id: digest.arrival.id.clone(),
        arrived: digest.arrival.at.seconds(),
        size_bytes: digest.size_bytes,
        head: digest.head.clone(),
        name: name.to_owned(),
    };
    let mut piece = Piece {
        name: name.to_owned(),
        hash: Sha256::digest(bytes).into(),
        bytes: bytes.into(),
        storage: Storage::New(Entry::new(&origin, bytes)),
        envelope: None,
        messages: Vec::new(),
        barred: Vec::new(),
        findings: 0,
    };
    fill(&mut piece);
    piece
}

/// Fills a piece with what its interchange says.
fn fill(piece: &mut Piece, interchange: &mscons::Interchange, arrived: UtcTime) {
    piece.findings = u32::try_from(interchange.findings.len()).unwrap_or(u32::MAX);
    piece.envelope = Some(Envelope {
        sender: interchange.sender.clone(),
        receiver: interchange.receiver.clone(),
        reference: interchange.reference.clone(),
        application: interchange.application.clone(),
    });
    if interchange.is_test {
        piece
            .barred
            .push((String::new(), vec![TEST_INTERCHANGE.to_owned()]));
        return;
    }
    if interchange.messages.is_empty() {
        let mut reasons = texts(&interchange.findings);
        reasons.push("the interchange holds no message".to_owned());
        piece.barred.push((String::new(), reasons));
    }
    for message in &interchange.messages {
        if message.is_barred {
            let own = interchange.findings.iter().filter(|finding| {
                let offset = usize::try_from(finding.place.offset_bytes).unwrap_or(usize::MAX);
                // Inclusive: what is missing at a message's end is found behind it.
                finding.code.bars_message()
                    && (message.bytes.start..=message.bytes.end).contains(&offset)
            });
            let mut reasons: Vec<String> = own.map(ToString::to_string).collect();
            if reasons.is_empty() {
                reasons.push("its findings are beyond those that are kept of a file".to_owned());
            }
            piece.barred.push((message.reference.clone(), reasons));
        } else {
            piece
                .messages
                .push(new_message(interchange, message, piece.hash, arrived));
        }
    }
}

fn new_message(
    interchange: &mscons::Interchange,
    message: &mscons::Message,
    hash: Hash,
    arrived: UtcTime,
) -> NewMessage {
    let blocks = if message.is_cancellation {
        Vec::new()
    } else {
        blocks_of(interchange, message, arrived)
    };
    let record = MessageRecord {
        interchange: hash,
        mail: 0,
        reference: MessageReference {
            sender: interchange.sender.clone(),
            receiver: interchange.receiver.clone(),
            interchange: interchange.reference.clone(),
            message: message.reference.clone(),
        },
        kind: message.kind.clone(),
        version: message.version.clone(),
        document: message.document.clone(),
        pid: message.pid,
        document_date: message.document_date.map(UtcTime::seconds),
        arrived: arrived.seconds(),
        cancels: message.cancels.clone().filter(|_| message.is_cancellation),
        values: blocks.iter().map(|block| u64::from(block.values)).sum(),
        offset_bytes: message.bytes.start.saturating_sub(interchange.bytes.start) as u64,
        length_bytes: message.bytes.len() as u64,
        cancelled_by: None,
    };
    NewMessage {
        record,
        blocks,
        qualifiers: qualifiers_of(interchange, message),
    }
}

/// How many rows of a message have which qualifier.
fn qualifiers_of(
    interchange: &mscons::Interchange,
    message: &mscons::Message,
) -> Vec<(Box<str>, u64)> {
    let mut counts: Vec<(Box<str>, u64)> = Vec::new();
    for row in message.groups.iter().flat_map(|group| group.rows.clone()) {
        let Some(row) = interchange.columns.row(row) else {
            continue;
        };
        let Some(label) = interchange.labels.get(row.label) else {
            continue;
        };
        let known = counts
            .iter()
            .position(|(qualifier, _)| *qualifier == label.qualifier);
        if let Some((_, count)) = known.and_then(|known| counts.get_mut(known)) {
            *count += 1;
        } else if counts.len() < MAX_QUALIFIERS {
            counts.push((label.qualifier.clone(), 1));
        }
    }
    counts
}

fn texts(findings: &[Finding]) -> Vec<String> {
    findings
        .iter()
        .take(MAX_REASONS)
        .map(ToString::to_string)
        .collect()
}

/// Qualifiers counted of one message: the code list has a dozen.
const MAX_QUALIFIERS: usize = 32;
/// Name of a piece that is the whole mail.
const WHOLE_MAIL: &str = "mail";
/// UNB 0035 = 1: the sender tries something out; its values must not stand among true ones.
const TEST_INTERCHANGE: &str = "a test interchange (UNB 0035 = 1): its values are not stored";
/// Reasons kept of one quarantine entry: enough for a person, bounded for a hostile file.
const MAX_REASONS: usize = 100;
