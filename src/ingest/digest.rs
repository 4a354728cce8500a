//! Mail bytes to everything that can be said of them without looking into the store. Pure.

use std::collections::{BTreeMap, HashSet};

use bytes::Bytes;
use sha2::{Digest as _, Sha256};

use crate::acknowledge::{Heard, TermsNow, heard, is_answered};
use crate::edifact::{Finding, FindingCode};
use crate::extract::report::{self, Report};
use crate::extract::{self, Bounds, Head, Looked, Refused};
use crate::ingest::answer;
use crate::ingest::barred::{Barred, MAX_REASONS};
use crate::ingest::blocks::blocks_of;
use crate::ingest::validation::{Examination, Validation};
use crate::mailbox::MailId;
use crate::market::calendar::UtcTime;
use crate::message::ahb::Effort;
use crate::message::aperak::Fault;
use crate::message::message_type::MessageType;
use crate::message::mscons;
use crate::message::orders::wanted::is_for_values;
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
    Mail(Bytes),
    /// A file of any kind, by name.
    File(String, Bytes),
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
    /// What it says of a mail that could not be delivered.
    pub report: Option<Report>,
    /// Set for a mail that was not loaded.
    pub too_large: bool,
    /// Whether wider bounds would let more of it be unpacked.
    pub has_outgrown: bool,
    /// Set when this is a quarantine entry tried again: its number and its mail.
    pub replays: Option<Replay>,
}

impl Digest {
    /// Bytes of its pieces, before they were packed.
    pub(super) fn pieces_bytes(&self) -> usize {
        self.pieces.iter().map(|piece| piece.size_bytes).sum()
    }

    /// Whether something is to be told to its sender, or a request of his to be answered.
    pub(super) fn is_heard(&self) -> bool {
        let asks = |piece: &Piece| piece.messages.iter().any(|message| message.asks);
        let is_heard = |piece: &Piece| piece.heard.is_some() || asks(piece);
        self.pieces.iter().any(is_heard)
    }
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
    /// How many bytes it has. They themselves are in `storage`: packed, since mails wait.
    pub size_bytes: usize,
    /// Ready to be archived, or archived already.
    pub storage: Storage,
    /// UNB of an interchange.
    pub envelope: Option<Envelope>,
    /// Its messages that can be stored.
    pub messages: Vec<NewMessage>,
    /// What cannot be stored.
    pub barred: Barred,
    /// How many findings there are.
    pub findings: u32,
    /// What is to be told to its sender.
    pub heard: Option<Box<Heard>>,
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

/// Digests a mail or a file. One candidate of it is in memory at a time. What is agreed with partners
/// says whose messages are put before the rules of the market, and what is acknowledged.
pub fn digest(
    arrival: &Arrival,
    parcel: &Parcel,
    bounds: &Bounds,
    (validation, terms): (&Validation, &TermsNow),
) -> Digest {
    let mut gathering = Gathering {
        validation,
        effort: Effort::default(),
        digest: empty(arrival, parcel, Head::default()),
        terms,
        heard: 0,
        hashes: HashSet::new(),
        messages: 0,
        barred: 0,
        refused: None,
    };
    let mut take = |head: &Head, name: &str, bytes: &[u8]| gathering.candidate(head, name, bytes);
    let (looked, bytes) = match parcel {
        Parcel::Mail(bytes) => {
            let looked = extract::each_in_mail(bytes, bounds, &mut take);
            if looked.is_report {
                gathering.digest.report = report::read(bytes);
            }
            (looked, bytes)
        }
        Parcel::File(name, bytes) => (extract::each_in_file(name, bytes, bounds, &mut take), bytes),
        Parcel::TooLarge(_) => return gathering.digest,
    };
    let Looked {
        head,
        refused,
        has_outgrown,
        ..
    } = looked;
    let Gathering {
        mut digest,
        heard,
        refused: more,
        ..
    } = gathering;
    if heard >= MAX_HEARD {
        let mailbox = &arrival.mailbox;
        tracing::warn!(mailbox, id = ?arrival.id, most = MAX_HEARD, "a mail holds more than is acknowledged and answered of one mail; nothing is said of the rest");
    }
    digest.head = head;
    digest.has_outgrown = has_outgrown;
    let refused = refused.into_iter().chain(more);
    let reasons: Vec<String> = refused
        .map(|refused| format!("{}: {}", refused.name, refused.reason))
        .collect();
    if !reasons.is_empty() {
        // The whole mail is kept, so that a later version or wider bounds can try again.
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
        report: None,
        too_large: matches!(parcel, Parcel::TooLarge(_)),
        has_outgrown: false,
        replays: None,
    }
}

/// A piece that is the whole mail or file, and none of it understood.
fn whole(digest: &Digest, bytes: &[u8], reasons: Vec<String>) -> Piece {
    let mut piece = piece(digest, &digest.head, WHOLE_MAIL, bytes);
    piece.barred.add("", || reasons);
    piece
}

/// A digest that grows by one candidate after the other.
struct Gathering<'a> {
    validation: &'a Validation,
    effort: Effort,
    digest: Digest,
    terms: &'a TermsNow,
    /// Pieces with something to be told, and requests that are answered.
    heard: usize,
    /// Of its pieces: the same file twice counts once.
    hashes: HashSet<Hash>,
    /// Messages of its pieces.
    messages: usize,
    /// Pieces with something barred.
    barred: usize,
    /// Set when a bound is met: where, and which.
    refused: Option<Refused>,
}

impl<'a> Gathering<'a> {
    /// Takes a candidate's interchanges, each as a piece; a candidate without any is a piece by
    /// itself.
    fn candidate(&mut self, head: &Head, name: &str, bytes: &[u8]) {
        if self.refused.is_some() {
            return;
        }
        let mut reading = mscons::interchanges(bytes);
        let mut count = 0_usize;
        for interchange in reading.by_ref() {
            count += 1;
            let own = bytes.get(interchange.bytes.clone()).unwrap_or_default();
            let arrived = self.digest.arrival.at;
            let terms = self.terms_with_room();
            self.piece(head, name, own, |piece, examine| {
                let mut examined = Vec::with_capacity(interchange.messages.len());
                for message in &interchange.messages {
                    examined.push(if message.is_barred {
                        Examination::Passed(None)
                    } else {
                        examine(bytes, &interchange, message)
                    });
                }
                let refused = refused(&examined);
                piece.heard = terms
                    .and_then(|terms| heard(bytes, &interchange, &refused, terms, arrived))
                    .map(Box::new);
                let answers = terms.filter(|terms| {
                    has_requests(&interchange) && is_answered(bytes, &interchange, terms)
                });
                fill(
                    piece,
                    bytes,
                    interchange,
                    examined,
                    (arrived, answers.is_some()),
                );
            });
            if self.refused.is_some() {
                return;
            }
        }
        let (findings, left_out) = reading.finish();
        if let Some(piece) = self.digest.pieces.last_mut().filter(|_| left_out > 0) {
            piece.barred.say_more(left_out);
        }
        if count == 0 {
            let mut reasons = texts(&findings);
            if reasons.is_empty() {
                reasons.push("no interchange (UNB … UNZ) was found in it".to_owned());
            }
            self.piece(head, name, bytes, |piece, _| {
                piece.barred.add("", || reasons);
            });
        } else if findings.iter().any(|finding| finding.code.bars_message()) {
            // A message beside the interchanges, in none of them, or one interchange too many: the
            // file as it came is kept.
            let reasons = texts(&findings);
            self.piece(head, name, bytes, |piece, _| {
                piece.barred.add("", || reasons);
            });
        }
    }

    /// Adds a piece, unless it is there or there is no room. `fill` is given what puts a message of
    /// an interchange before the rules.
    fn piece(
        &mut self,
        head: &Head,
        name: &str,
        bytes: &[u8],
        fill: impl FnOnce(&mut Piece, &mut Examine<'_>),
    ) {
        if let Some(reason) = self.has_no_room() {
            let name = name.to_owned();
            self.refused = Some(Refused { name, reason });
            return;
        }
        let mut piece = piece(&self.digest, head, name, bytes);
        if self.hashes.insert(piece.hash) {
            let (validation, effort) = (self.validation, &mut self.effort);
            fill(&mut piece, &mut |file, interchange, message| {
                validation.examine(file, interchange, message, effort)
            });
            self.messages += piece.messages.len();
            self.barred += usize::from(piece.barred.count() > 0);
            let asks = piece.messages.iter().filter(|message| message.asks).count();
            self.heard += usize::from(piece.heard.is_some()) + asks;
            self.digest.pieces.push(piece);
        }
    }

    /// The terms, as long as not too much of this mail is acknowledged.
    fn terms_with_room(&self) -> Option<&'a TermsNow> {
        (self.heard < MAX_HEARD).then_some(self.terms)
    }

    /// Which bound is met.
    fn has_no_room(&self) -> Option<String> {
        let bounds = [
            (self.digest.pieces.len(), MAX_PIECES, "interchanges"),
            (self.messages, MAX_MESSAGES, "messages"),
            (
                self.barred,
                MAX_BARRED,
                "interchanges with something that cannot be stored",
            ),
        ];
        let met = bounds.into_iter().find(|(count, most, _)| count >= most)?;
        let (_, most, what) = met;
        Some(format!(
            "{most} {what} in one mail are the most that is taken in: the rest was not looked at; ask the sender for smaller mails"
        ))
    }
}

fn piece(digest: &Digest, head: &Head, name: &str, bytes: &[u8]) -> Piece {
    let origin = Origin {
        mailbox: digest.arrival.mailbox.clone(),
        folder: digest.arrival.folder.clone(),
        id: digest.arrival.id.clone(),
        arrived: digest.arrival.at.seconds(),
        size_bytes: digest.size_bytes,
        head: head.clone(),
        name: name.to_owned(),
    };
    Piece {
        name: name.to_owned(),
        hash: Sha256::digest(bytes).into(),
        size_bytes: bytes.len(),
        storage: Storage::New(Entry::new(&origin, bytes)),
        envelope: None,
        messages: Vec::new(),
        barred: Barred::default(),
        findings: 0,
        heard: None,
    }
}

/// Puts a message of an interchange of a file before the rules of the market.
type Examine<'e> = dyn FnMut(&[u8], &mscons::Interchange, &mscons::Message) -> Examination + 'e;

/// What is told of the messages that are not stored, by their index.
fn refused(examined: &[Examination]) -> BTreeMap<usize, Vec<Fault>> {
    let refused = examined.iter().enumerate();
    let refused = refused.filter_map(|(index, examination)| match examination {
        Examination::Refused { faults, .. } => Some((index, faults.clone())),
        Examination::Passed(_) => None,
    });
    refused.collect()
}

/// Fills a piece with what its interchange says, which was read from this file. `examined` is that of
/// each message.
fn fill(
    piece: &mut Piece,
    file: &[u8],
    mut interchange: mscons::Interchange,
    examined: Vec<Examination>,
    (arrived, answers): (UtcTime, bool),
) {
    let mut room = MAX_HEARD;
    piece.findings = u32::try_from(interchange.findings.len()).unwrap_or(u32::MAX);
    piece.envelope = Some(Envelope {
        sender: interchange.sender.clone(),
        receiver: interchange.receiver.clone(),
        reference: interchange.reference.clone(),
        application: interchange.application.clone(),
    });
    if interchange.is_test {
        piece.barred.add("", || vec![TEST_INTERCHANGE.to_owned()]);
        return;
    }
    let messages = std::mem::take(&mut interchange.messages);
    if messages.is_empty() {
        let mut findings = std::mem::take(&mut interchange.findings);
        if interchange.is_too_much {
            // Why it is: not what was odd before.
            findings.retain(|finding| finding.code == FindingCode::TooMuch);
        }
        let mut reasons = texts(&findings);
        if !interchange.is_too_much {
            reasons.push("the interchange holds no message".to_owned());
        }
        piece.barred.add("", || reasons);
    }
    for (message, examined) in messages.into_iter().zip(examined) {
        if message.is_barred {
            let reasons = || reasons_of(&interchange, &message);
            piece.barred.add(&message.reference, reasons);
            continue;
        }
        match examined {
            Examination::Refused { reasons, .. } => {
                piece.barred.add(&message.reference, || reasons);
            }
            Examination::Passed(examined) => {
                let reply = answer::reply(file, &interchange, &message);
                let asks = answers && room > 0 && is_request(&message);
                room -= usize::from(asks);
                let message = new_message(&interchange, message, piece.hash, arrived);
                piece.messages.push(NewMessage {
                    reply,
                    examined,
                    asks,
                    ..message
                });
            }
        }
    }
}

fn has_requests(interchange: &mscons::Interchange) -> bool {
    interchange.messages.iter().any(is_request)
}

/// Whether it is a request that values can answer.
fn is_request(message: &mscons::Message) -> bool {
    message.kind == MessageType::Orders.name() && is_for_values(message.pid)
}

/// Why a message is barred.
fn reasons_of(interchange: &mscons::Interchange, message: &mscons::Message) -> Vec<String> {
    let own = interchange.findings.iter().filter(|finding| {
        let offset = usize::try_from(finding.place.offset_bytes).unwrap_or(usize::MAX);
        // Inclusive: what is missing at a message's end is found behind it.
        finding.code.bars_message() && (message.bytes.start..=message.bytes.end).contains(&offset)
    });
    let mut reasons: Vec<String> = own.map(ToString::to_string).collect();
    if reasons.is_empty() {
        reasons.push("its findings are beyond those that are kept of a file".to_owned());
    }
    reasons
}

fn new_message(
    interchange: &mscons::Interchange,
    message: mscons::Message,
    hash: Hash,
    arrived: UtcTime,
) -> NewMessage {
    let blocks = if message.is_cancellation {
        Vec::new()
    } else {
        blocks_of(interchange, &message, arrived)
    };
    let qualifiers = qualifiers_of(interchange, &message);
    let record = MessageRecord {
        interchange: hash,
        mail: 0,
        reference: MessageReference {
            sender: interchange.sender.clone(),
            receiver: interchange.receiver.clone(),
            interchange: interchange.reference.clone(),
            message: message.reference,
        },
        kind: message.kind,
        version: message.version,
        document: message.document,
        pid: message.pid,
        document_date: message.document_date.map(UtcTime::seconds),
        arrived: arrived.seconds(),
        cancels: message.cancels.filter(|_| message.is_cancellation),
        values: blocks.iter().map(|block| u64::from(block.values)).sum(),
        offset_bytes: message.bytes.start.saturating_sub(interchange.bytes.start) as u64,
        length_bytes: message.bytes.len() as u64,
        cancelled_by: None,
    };
    NewMessage {
        record,
        blocks,
        qualifiers,
        reply: None,
        examined: None,
        asks: false,
    }
}

/// How many rows of a message have which qualifier.
fn qualifiers_of(
    interchange: &mscons::Interchange,
    message: &mscons::Message,
) -> Vec<(Box<str>, u64)> {
    let mut counts: Vec<(Box<str>, u64)> = Vec::new();
    let rows = message.groups.iter().map(|group| group.rows.clone());
    for stretch in rows.flat_map(|rows| interchange.columns.stretches(rows)) {
        let Some(label) = interchange.labels.get(stretch.label) else {
            continue;
        };
        let known = counts
            .iter()
            .position(|(qualifier, _)| *qualifier == label.qualifier);
        let rows = stretch.rows.len() as u64;
        if let Some((_, count)) = known.and_then(|known| counts.get_mut(known)) {
            *count += rows;
        } else if counts.len() < MAX_QUALIFIERS {
            counts.push((label.qualifier.clone(), rows));
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
/// Interchanges of one mail: the rule of the market is one, and as many archive entries are looked
/// at. Each has records of its own, and those of a mail are made durable together.
const MAX_PIECES: usize = 10_000;
/// Messages of one mail; one interchange has half as many at most.
const MAX_MESSAGES: usize = 20_000;
/// Interchanges of one mail that are acknowledged, and requests that are answered. The rule of the market is one a mail, and whoever
/// sends a mail in a partner's name must not make thousands of it.
const MAX_HEARD: usize = 100;
/// Interchanges of one mail that go to quarantine, each with its reasons: a person reads some.
const MAX_BARRED: usize = 1_000;
