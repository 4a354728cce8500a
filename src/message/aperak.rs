//! APERAK: what is said of the content of a message: accepted, or what is wrong with it.
//!
//! Source: BDEW APERAK MIG 2.2 (D.07B) and AHB 1.1. [`Aperak`] is what one says, written and read
//! alike; [`fault`] has its codes, and makes faults from what the reader found.

pub mod fault;

use crate::edifact::Finding;
use crate::edifact::scan::Segment;
use crate::edifact::write::{Segments, WriteError, minute};
use crate::market::calendar::UtcTime;
use crate::message::message_type::MessageType;
use crate::message::mscons::{Interchange, Message};
use crate::message::reading::{Notes, each_segment};
use crate::message::transfer::Transfer;

pub use fault::{ErrorCode, ErrorKind, Fault, faults};

/// One APERAK: what is said of one message (Geschäftsvorfall). What it does not say is empty.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Aperak {
    /// BGM 1001: `312` accepted, `313` refused.
    pub name_code: String,
    /// BGM 1004: at most 35 characters.
    pub document: String,
    /// DTM+137, to the minute.
    pub date: Option<UtcTime>,
    /// RFF+ACE: UNB 0020 of the interchange that it speaks of.
    pub interchange: Option<String>,
    /// DTM+171: UNB S004 of that interchange.
    pub prepared: Option<UtcTime>,
    /// RFF+AGO before the faults: BGM 1004 of the message that is accepted.
    pub accepts: Option<String>,
    /// What is wrong (SG4).
    pub faults: Vec<Fault>,
}

impl Aperak {
    /// The APERAK that accepts a message (312), under our number, made at this time.
    pub fn accepting(
        interchange: &Interchange,
        message: &Message,
        document: &str,
        date: UtcTime,
    ) -> Self {
        Self {
            name_code: ACCEPTED.to_owned(),
            accepts: given(&message.document),
            ..Self::about(interchange, document, date)
        }
    }

    /// The APERAK that refuses a message (313), under our number, made at this time.
    ///
    /// Faults of content are told alone; only where there are none, those of assignment, and then
    /// those of properties (APERAK AHB 1.1, order of checks). Each names message and document.
    pub fn refusing(
        interchange: &Interchange,
        message: &Message,
        faults: Vec<Fault>,
        document: &str,
        date: UtcTime,
    ) -> Self {
        let first = faults.iter().filter_map(Fault::kind).min();
        let faults = faults
            .into_iter()
            .filter(|fault| fault.kind() == first)
            .map(|fault| Fault {
                message: given(&message.reference),
                document: given(&message.document),
                ..fault
            });
        Self {
            name_code: REFUSED.to_owned(),
            faults: faults.collect(),
            ..Self::about(interchange, document, date)
        }
    }

    fn about(interchange: &Interchange, document: &str, date: UtcTime) -> Self {
        Self {
            document: document.to_owned(),
            date: Some(date),
            interchange: given(&interchange.reference),
            prepared: interchange.prepared,
            ..Self::default()
        }
    }

    /// Whether it accepts a message, or refuses it; `None` if it says neither.
    pub fn is_acceptance(&self) -> Option<bool> {
        match &*self.name_code {
            ACCEPTED => Some(true),
            REFUSED => Some(false),
            _ => None,
        }
    }

    /// BGM 1004 of the message that it speaks of.
    pub fn answers(&self) -> Option<&str> {
        let of_fault = self
            .faults
            .iter()
            .find_map(|fault| fault.document.as_deref());
        self.accepts.as_deref().or(of_fault)
    }
}

/// What a message says, if it says it.
fn given(text: &str) -> Option<String> {
    Some(text.to_owned()).filter(|text| !text.is_empty())
}

/// Writes an interchange of these messages, in their order.
///
/// # Errors
/// [`WriteError`]: a text that UNOC does not have, or no message.
pub fn write(transfer: &Transfer, messages: &[Aperak]) -> Result<Vec<u8>, WriteError> {
    transfer.write(MessageType::Aperak, messages, |aperak, segments| {
        segments.segment("BGM", &[&[&aperak.name_code], &[&aperak.document]]);
        if let Some(date) = aperak.date {
            segments.segment("DTM", &[&["137", &minute(date), "303"]]);
        }
        write_reference("ACE", aperak.interchange.as_ref(), segments);
        if let Some(prepared) = aperak.prepared {
            segments.segment("DTM", &[&["171", &minute(prepared), "303"]]);
        }
        write_reference("AGO", aperak.accepts.as_ref(), segments);
        Transfer::write_party(transfer.sender(), "MS", segments);
        Transfer::write_party(transfer.receiver(), "MR", segments);
        for fault in &aperak.faults {
            write_fault(fault, segments);
        }
    })
}

/// Reads an APERAK. Never fails; what cannot be read is a finding.
///
/// `file` is what interchange and message were read from.
pub fn read(file: &[u8], interchange: &Interchange, message: &Message) -> (Aperak, Vec<Finding>) {
    let mut aperak = Aperak {
        name_code: message.name_code.clone(),
        document: message.document.clone(),
        date: message.document_date,
        ..Aperak::default()
    };
    let findings = each_segment(file, interchange, message, |segment, notes| {
        match segment.tag() {
            b"ERC" if notes.has_room() => aperak.faults.push(Fault {
                code: notes.text(segment, 1, 0),
                ..Fault::default()
            }),
            b"UNT" => {
                if aperak.interchange.is_none() {
                    notes.misses("RFF+ACE");
                }
                if aperak.is_acceptance().is_none() {
                    notes.misses("312 or 313 in BGM 1001");
                }
            }
            _ => match aperak.faults.last_mut() {
                Some(fault) => take_of_fault(fault, segment, notes),
                None => take_of_head(&mut aperak, segment, notes),
            },
        }
    });
    (aperak, findings)
}

/// SG4 and SG5.
fn write_fault(fault: &Fault, segments: &mut Segments) {
    segments.segment("ERC", &[&[&fault.code]]);
    write_texts("ABO", &fault.content, segments);
    write_reference("ACW", fault.message.as_ref(), segments);
    write_reference("AGO", fault.document.as_ref(), segments);
    write_texts("AAO", &fault.description, segments);
    write_texts("Z02", &fault.place, segments);
    write_reference("Z08", fault.next_operator.as_ref(), segments);
}

fn write_reference(qualifier: &str, reference: Option<&String>, segments: &mut Segments) {
    if let Some(reference) = reference {
        segments.segment("RFF", &[&[qualifier, reference]]);
    }
}

fn write_texts(qualifier: &str, texts: &[String], segments: &mut Segments) {
    if !texts.is_empty() {
        let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
        segments.segment("FTX", &[&[qualifier], &[], &[], &texts]);
    }
}

fn take_of_head(aperak: &mut Aperak, segment: &Segment<'_>, notes: &mut Notes) {
    let qualifier = segment.component(1, 0).unwrap_or_default();
    match (segment.tag(), &*qualifier) {
        (b"RFF", b"ACE") => aperak.interchange = notes.given(segment, 1, 1),
        (b"RFF", b"AGO") => aperak.accepts = notes.given(segment, 1, 1),
        (b"DTM", b"171") => aperak.prepared = notes.time(segment),
        _ => {}
    }
}

fn take_of_fault(fault: &mut Fault, segment: &Segment<'_>, notes: &mut Notes) {
    let qualifier = segment.component(1, 0).unwrap_or_default();
    match (segment.tag(), &*qualifier) {
        (b"RFF", b"ACW") => fault.message = notes.given(segment, 1, 1),
        (b"RFF", b"AGO") => fault.document = notes.given(segment, 1, 1),
        (b"RFF", b"Z08") => fault.next_operator = notes.given(segment, 1, 1),
        (b"FTX", b"ABO") => fault.content = notes.texts(segment, 4),
        (b"FTX", b"AAO") => fault.description = notes.texts(segment, 4),
        (b"FTX", b"Z02") => fault.place = notes.texts(segment, 4),
        _ => {}
    }
}

/// BGM 1001: Anerkennungsmeldung.
const ACCEPTED: &str = "312";
/// BGM 1001: Anwendungssystemfehlermeldung.
const REFUSED: &str = "313";

#[cfg(test)]
mod tests;
