//! A message of a letter, told by the one before it.
//! ```text
//! message = flags:8 [reference:next] length [kind:word version:word] [pid] [date] [values]
//!           [offset] [document:next] [arrived cancels sender receiver interchange]
//! pid     = 0 | number + 1
//! date    = 0 | 1 signed             distance from the one before it
//! offset  = signed                   distance from the end of the one before it
//! ```
//! What is in brackets stands there if its flag says that it is not what was to be expected.

use crate::store::ledger::{InterchangeRecord, MessageRecord, MessageReference};
use crate::store::sled::bytes::{Reader, Writer, successor};

/// What the next message is told by.
#[derive(Clone, Debug)]
pub(super) struct Before {
    /// Names of the interchange.
    sender: String,
    receiver: String,
    interchange: String,
    /// When the mail arrived.
    arrived: i64,
    reference: String,
    kind: String,
    version: String,
    document: String,
    pid: Option<u32>,
    date: Option<i64>,
    values: u64,
    end: u64,
}

impl Before {
    /// What the first message is told by.
    pub(super) fn first(interchange: &InterchangeRecord, arrived: i64) -> Self {
        Self {
            sender: interchange.sender.clone(),
            receiver: interchange.receiver.clone(),
            interchange: interchange.reference.clone(),
            arrived,
            reference: "0".to_owned(),
            kind: String::new(),
            version: String::new(),
            document: interchange.reference.clone(),
            pid: None,
            date: Some(arrived),
            values: 0,
            end: 0,
        }
    }

    /// Writes a message; it is the one before the next.
    pub(super) fn write(
        &mut self,
        out: &mut Writer,
        message: &MessageRecord,
        phrase: &mut dyn FnMut(&str) -> Option<u32>,
    ) {
        let is_next = |before: &str, text: &str| successor(before).as_deref() == Some(text);
        let reference = &message.reference.message;
        let others = [
            (REFERENCE, !is_next(&self.reference, reference)),
            (
                KIND,
                self.kind != message.kind || self.version != message.version,
            ),
            (PID, self.pid != message.pid),
            (DATE, self.date != message.document_date),
            (VALUES, self.values != message.values),
            (OFFSET, self.end != message.offset_bytes),
            (DOCUMENT, !is_next(&self.document, &message.document)),
            (UNUSUAL, !self.is_usual(message)),
        ];
        let flags = others.iter().filter(|(_, is_other)| *is_other);
        let flags = flags.fold(0, |flags, (flag, _)| flags | flag);
        out.byte(flags);
        if flags & REFERENCE != 0 {
            out.next_text(&self.reference, reference);
        }
        out.number(message.length_bytes);
        if flags & KIND != 0 {
            out.word(&message.kind, phrase);
            out.word(&message.version, phrase);
        }
        if flags & PID != 0 {
            out.number(message.pid.map_or(0, |pid| u64::from(pid) + 1));
        }
        if flags & DATE != 0 {
            out.byte(message.document_date.is_some().into());
            if let Some(date) = message.document_date {
                out.signed(date.wrapping_sub(self.date.unwrap_or(self.arrived)));
            }
        }
        if flags & VALUES != 0 {
            out.number(message.values);
        }
        if flags & OFFSET != 0 {
            let distance = message.offset_bytes.wrapping_sub(self.end);
            out.signed(distance.cast_signed());
        }
        if flags & DOCUMENT != 0 {
            out.next_text(&self.document, &message.document);
        }
        if flags & UNUSUAL != 0 {
            self.write_unusual(out, message);
        }
        self.follow(message);
    }

    fn is_usual(&self, message: &MessageRecord) -> bool {
        let MessageReference {
            sender,
            receiver,
            interchange,
            message: _,
        } = &message.reference;
        message.arrived == self.arrived
            && message.cancels.is_none()
            && (sender, receiver, interchange) == (&self.sender, &self.receiver, &self.interchange)
    }

    fn write_unusual(&self, out: &mut Writer, message: &MessageRecord) {
        let MessageReference {
            sender,
            receiver,
            interchange,
            message: _,
        } = &message.reference;
        out.signed(message.arrived.wrapping_sub(self.arrived));
        out.byte(message.cancels.is_some().into());
        if let Some(cancels) = &message.cancels {
            out.text(cancels);
        }
        out.next_text(&self.sender, sender);
        out.next_text(&self.receiver, receiver);
        out.next_text(&self.interchange, interchange);
    }

    /// Reads the next message, but for what it has from its interchange; `None` if the bytes are
    /// none.
    pub(super) fn read(&mut self, input: &mut Reader<'_>) -> Option<MessageRecord> {
        let flags = input.byte()?;
        let is_other = |flag| flags & flag != 0;
        let reference = if is_other(REFERENCE) {
            input.next_text(&self.reference)?
        } else {
            successor(&self.reference)?
        };
        let length_bytes = input.number()?;
        let (kind, version) = if is_other(KIND) {
            (input.word()?.to_owned(), input.word()?.to_owned())
        } else {
            (self.kind.clone(), self.version.clone())
        };
        let pid = if is_other(PID) {
            let pid = input.number()?.checked_sub(1);
            pid.map(u32::try_from).transpose().ok()?
        } else {
            self.pid
        };
        let document_date = match is_other(DATE) {
            false => self.date,
            true if input.byte()? == 0 => None,
            true => {
                let from = self.date.unwrap_or(self.arrived);
                Some(from.wrapping_add(input.signed()?))
            }
        };
        let values = if is_other(VALUES) {
            input.number()?
        } else {
            self.values
        };
        let offset_bytes = if is_other(OFFSET) {
            self.end.wrapping_add(input.signed()?.cast_unsigned())
        } else {
            self.end
        };
        let document = if is_other(DOCUMENT) {
            input.next_text(&self.document)?
        } else {
            successor(&self.document)?
        };
        let mut message = MessageRecord {
            interchange: [0; 32],
            mail: 0,
            reference: MessageReference {
                sender: self.sender.clone(),
                receiver: self.receiver.clone(),
                interchange: self.interchange.clone(),
                message: reference,
            },
            kind,
            version,
            document,
            pid,
            document_date,
            arrived: self.arrived,
            cancels: None,
            values,
            offset_bytes,
            length_bytes,
            cancelled_by: None,
        };
        if is_other(UNUSUAL) {
            self.read_unusual(input, &mut message)?;
        }
        self.follow(&message);
        Some(message)
    }

    fn read_unusual(&self, input: &mut Reader<'_>, message: &mut MessageRecord) -> Option<()> {
        message.arrived = self.arrived.wrapping_add(input.signed()?);
        if input.byte()? != 0 {
            message.cancels = Some(input.text()?.to_owned());
        }
        let reference = &mut message.reference;
        reference.sender = input.next_text(&self.sender)?;
        reference.receiver = input.next_text(&self.receiver)?;
        reference.interchange = input.next_text(&self.interchange)?;
        Some(())
    }

    fn follow(&mut self, message: &MessageRecord) {
        self.reference.clone_from(&message.reference.message);
        self.kind.clone_from(&message.kind);
        self.version.clone_from(&message.version);
        self.document.clone_from(&message.document);
        self.pid = message.pid;
        self.date = message.document_date;
        self.values = message.values;
        self.end = message.offset_bytes.wrapping_add(message.length_bytes);
    }
}

const REFERENCE: u8 = 1;
const KIND: u8 = 1 << 1;
const PID: u8 = 1 << 2;
const DATE: u8 = 1 << 3;
const VALUES: u8 = 1 << 4;
const OFFSET: u8 = 1 << 5;
const DOCUMENT: u8 = 1 << 6;
const UNUSUAL: u8 = 1 << 7;
