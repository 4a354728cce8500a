//! The records of the ledgers: mails, interchanges, messages, cancellations, quarantine.

use serde::{Deserialize, Serialize};

use crate::mailbox::{MailId, Mark, Outcome};
use crate::market::calendar::Day;
use crate::series::Key;
use crate::store::archive::ArchivePlace;
use crate::store::outbox::{OutboxRecord, Undone};
use crate::store::request::{AskedRecord, NewReply, RequestRecord};

/// SHA-256 of an interchange's bytes, UNA and UNZ included.
pub type Hash = [u8; 32];

/// What names a message for ever: the same again is a duplicate, or a conflict.
#[derive(Clone, Debug, Deserialize, Eq, Hash, PartialEq, Serialize)]
pub struct MessageReference {
    /// UNB 0004.
    pub sender: String,
    /// UNB 0010.
    pub receiver: String,
    /// UNB 0020.
    pub interchange: String,
    /// UNH 0062.
    pub message: String,
}

/// A mail that was taken in.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct MailRecord {
    /// Name of the mailbox in the configuration; empty for files given by a person.
    pub mailbox: String,
    /// Folder (IMAP); empty otherwise.
    pub folder: String,
    /// Its identity at the server.
    pub id: MailId,
    /// When it was taken in, seconds UTC.
    pub arrived: i64,
    /// Size as fetched, in bytes.
    pub size_bytes: u64,
    /// `Message-ID`, `From`, `Subject`, bounded.
    pub head: crate::extract::Head,
    /// Hashes of its interchanges, duplicates included.
    pub interchanges: Vec<Hash>,
    /// What became of it.
    pub outcome: Outcome,
}

/// An interchange that was taken in.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct InterchangeRecord {
    /// Sequence of the mail that brought it first.
    pub mail: u64,
    /// Where its bytes are.
    pub place: ArchivePlace,
    /// UNB 0004.
    pub sender: String,
    /// UNB 0010.
    pub receiver: String,
    /// UNB 0020.
    pub reference: String,
    /// UNB 0026.
    pub application: String,
    /// How often it came again.
    pub duplicates: u32,
    /// How many findings it has.
    pub findings: u32,
    /// How many of its messages (or all of it) went to quarantine.
    pub barred: u32,
}

/// A message that was taken in.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct MessageRecord {
    /// The interchange it came in.
    pub interchange: Hash,
    /// Sequence of its mail.
    pub mail: u64,
    /// UNB 0004, UNB 0010, UNB 0020, UNH 0062.
    pub reference: MessageReference,
    /// UNH 0065 (`MSCONS`, …).
    pub kind: String,
    /// UNH 0057.
    pub version: String,
    /// BGM 1004.
    pub document: String,
    /// Prüfidentifikator.
    pub pid: Option<u32>,
    /// DTM+137, seconds UTC.
    pub document_date: Option<i64>,
    /// When it arrived, seconds UTC.
    pub arrived: i64,
    /// RFF+ACW of a cancellation.
    pub cancels: Option<String>,
    /// How many values it brought.
    pub values: u64,
    /// Where it stands in its interchange, in bytes.
    pub offset_bytes: u64,
    /// How long it is, in bytes.
    pub length_bytes: u64,
    /// Sequence of the message that cancelled it, if one did. Filled on reading.
    #[serde(skip)]
    pub cancelled_by: Option<u64>,
}

/// Something that was not understood, or must not count.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct QuarantineRecord {
    /// Sequence of the mail that brought it.
    pub mail: u64,
    /// When, seconds UTC.
    pub arrived: i64,
    /// Mailbox, for people and metrics.
    pub mailbox: String,
    /// The piece of the mail: `MSCONS.zip/a.edi`.
    pub name: String,
    /// UNH 0062 of the messages concerned; empty: all of it.
    pub messages: Vec<String>,
    /// Why: findings with their places, or one line.
    pub reasons: Vec<String>,
    /// Where the bytes are; `None` if there are none (a bomb, a mail too large).
    pub place: Option<ArchivePlace>,
}

/// Everything that one mail brings, ready to be applied.
#[derive(Clone, Debug)]
pub struct Batch {
    /// Name of the mailbox; empty for files given by a person.
    pub mailbox: String,
    /// Folder (IMAP); empty otherwise.
    pub folder: String,
    /// The mail that the records below name as theirs.
    pub mail: MailSlot,
    /// New interchanges.
    pub interchanges: Vec<NewInterchange>,
    /// Hashes of interchanges that are known already: their `duplicates` is raised.
    pub duplicates: Vec<Hash>,
    /// New quarantine entries.
    pub quarantine: Vec<NewQuarantine>,
    /// UIDs that the server announced, taken note of before `settles`.
    pub announced: Option<Announced>,
    /// Mails of `mailbox` and `folder` that are settled with this batch.
    pub settles: Vec<MailId>,
    /// Settled mails of `mailbox` and `folder` that are to be fetched again.
    pub reopens: Vec<MailId>,
    /// Settled mails of `mailbox` that no listing has any more.
    pub forgets: Vec<Mark>,
    /// Quarantine entries that this batch resolves: dropped, or understood at another try.
    pub resolves: Vec<u64>,
    /// Mails of ours by their numbers, new or as they are now. One that is new has a number above
    /// all others.
    pub outbox: Vec<(u64, OutboxRecord)>,
    /// Requests by the numbers of the mails that ask.
    pub requests: Vec<(u64, RequestRecord)>,
    /// Requests of others that wait for an answer, other than those of `interchanges`.
    pub asked: Vec<AskedRecord>,
}

impl Batch {
    /// A batch that changes nothing yet, for mails of this mailbox and folder.
    pub fn of_mailbox(mailbox: &str, folder: &str) -> Self {
        Self {
            mailbox: mailbox.to_owned(),
            folder: folder.to_owned(),
            mail: MailSlot::None,
            interchanges: Vec::new(),
            duplicates: Vec::new(),
            quarantine: Vec::new(),
            announced: None,
            settles: Vec::new(),
            reopens: Vec::new(),
            forgets: Vec::new(),
            resolves: Vec::new(),
            outbox: Vec::new(),
            requests: Vec::new(),
            asked: Vec::new(),
        }
    }
}

/// UIDs of an IMAP folder that the server announced ([`crate::mailbox::Cursor::announce`]).
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Announced {
    /// UIDVALIDITY of the folder; another one than the cursor's begins a new cursor.
    pub validity: u32,
    /// UIDs that exist, in ascending order: open until they are settled.
    pub present: Vec<u32>,
    /// Those below this one that are not in `present` are gone.
    pub next: u32,
}

/// The mail of a batch.
#[derive(Clone, Debug)]
pub enum MailSlot {
    /// A new mail; `interchanges` and `outcome` are final. It takes the batch's sequence.
    New(Box<MailRecord>),
    /// A mail that is known: something from quarantine is tried again.
    Known(u64),
    /// None: mails are settled that never came, or quarantine entries dropped.
    None,
}

/// An interchange with its messages. Its bytes are in the archive already.
#[derive(Clone, Debug)]
pub struct NewInterchange {
    /// SHA-256 of its bytes.
    pub hash: Hash,
    /// The record but for `mail`, which `apply` fills in.
    pub record: InterchangeRecord,
    /// Its messages, numbered in this order.
    pub messages: Vec<NewMessage>,
}

/// A message with its blocks.
#[derive(Clone, Debug)]
pub struct NewMessage {
    /// The record but for `mail`, which `apply` fills in.
    pub record: MessageRecord,
    /// What it says, a block for each series and local day.
    pub blocks: Vec<NewBlock>,
    /// How many values have which qualifier (QTY 6063): counted, not stored.
    pub qualifiers: Vec<(Box<str>, u64)>,
    /// What it says of a mail of ours.
    pub reply: Option<NewReply>,
    /// What the rules of the market said of it, if they were asked.
    pub examined: Option<Examined>,
    /// Whether it is a request that is to be answered.
    pub asks: bool,
}

/// What the rules of the market said of a message.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
pub struct Examined {
    /// How many rules of the AHB were asked; 0: it has none.
    pub rules: u32,
    /// Which: `checked: 99 AHB rules of 13018 (MSCONS 2.5, AHB 3.2)`.
    pub basis: String,
    /// What they said, errors first.
    pub remarks: Vec<NotedRemark>,
    /// How many remarks found no room.
    pub left_out: u64,
}

/// What a rule said of a message.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct NotedRemark {
    /// The rule's name.
    pub rule: String,
    /// Whether the message is wrong by it; else it is a warning.
    pub is_error: bool,
    /// Number of the first segment concerned (UNH = 1).
    pub segment: u32,
    /// Where that stands in the interchange, in bytes.
    pub offset_bytes: u64,
    /// At how many places of the message.
    pub times: u64,
    /// What stands there, and what the rule wants.
    pub detail: String,
}

impl Examined {
    /// How many errors and warnings are kept.
    pub fn counts(&self) -> (usize, usize) {
        let errors = self.remarks.iter().filter(|remark| remark.is_error).count();
        (errors, self.remarks.len() - errors)
    }
}

/// An encoded block and where it belongs.
#[derive(Clone, Debug)]
pub struct NewBlock {
    /// The series.
    pub key: Key,
    /// The local day of German legal time in which its values start.
    pub day: Day,
    /// [`crate::series::Block::encode`].
    pub bytes: Vec<u8>,
    /// How many values it has.
    pub values: u32,
}

/// A quarantine entry with its bytes, if they are not archived already.
#[derive(Clone, Debug)]
pub struct NewQuarantine {
    /// The record but for `mail`, which `apply` fills in.
    pub record: QuarantineRecord,
}

/// A series as it is listed.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct SeriesEntry {
    /// Its number in the store.
    pub id: u32,
    /// Its identity.
    pub key: Key,
    /// The first local day with a block.
    pub first: Day,
    /// The last local day with a block.
    pub last: Day,
    /// How many values were received, corrections included.
    pub values: u64,
}

/// Counts of everything.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
pub struct Totals {
    /// Mails taken in.
    pub mails: u64,
    /// Interchanges, each once.
    pub interchanges: u64,
    /// Messages, each once.
    pub messages: u64,
    /// Series.
    pub series: u64,
    /// Values received, corrections included.
    pub values: u64,
    /// Entries in quarantine.
    pub quarantine: u64,
    /// Interchanges that came again.
    pub duplicates: u64,
    /// Mails of ours that have not ended.
    pub outbox: Undone,
    /// Bytes of the database on disk.
    pub database_bytes: u64,
    /// Bytes of the archive on disk; 0 from the database itself, which does not know the archive.
    pub archive_bytes: u64,
}

/// What one mail leaves in the archive: enough to take it in again from nothing.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct Origin {
    /// Name of the mailbox.
    pub mailbox: String,
    /// Folder (IMAP).
    pub folder: String,
    /// Identity at the server.
    pub id: MailId,
    /// When it was taken in, seconds UTC.
    pub arrived: i64,
    /// Size of the mail in bytes.
    pub size_bytes: u64,
    /// What the mail says of itself.
    pub head: crate::extract::Head,
    /// The piece of the mail: `MSCONS.zip/a.edi`.
    pub name: String,
}
