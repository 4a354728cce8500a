//! CONTRL: what is said of the syntax of an interchange.
//!
//! Source: ISO 9735 part 4; BDEW CONTRL MIG 2.0b. [`Contrl`] is what one says, written and read
//! alike; [`report`] makes ours from what the reader found.

pub mod report;

use crate::edifact::Finding;
use crate::edifact::scan::Segment;
use crate::edifact::write::{Segments, WriteError};
use crate::message::message_type::MessageType;
use crate::message::mscons::{Interchange, Message};
use crate::message::reading::{Notes, each_segment};
use crate::message::transfer::Transfer;

pub use report::{Refusal, rejection, report};

/// One CONTRL: what is said of one interchange.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Contrl {
    /// UCI 0020: the reference of that interchange.
    pub interchange: String,
    /// UCI S002: who sent it, code and qualifier. That is the receiver of the CONTRL.
    pub sender: (String, String),
    /// UCI S003: who received it.
    pub receiver: (String, String),
    /// UCI 0083.
    pub action: Action,
    /// What is wrong with UNA, UNB or UNZ.
    pub fault: Option<ServiceFault>,
    /// The messages with something wrong (UCM).
    pub messages: Vec<MessageReport>,
}

/// What is said of one message (UCM).
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct MessageReport {
    /// UNH 0062 of that message.
    pub reference: String,
    /// UNH S009: 0065, 0052, 0054, 0051, 0057.
    pub identifier: [String; 5],
    /// UCM 0083.
    pub action: Action,
    /// What is wrong with UNH or UNT.
    pub fault: Option<ServiceFault>,
    /// The segments with something wrong (UCS), in order.
    pub segments: Vec<SegmentReport>,
}

/// What is said of one segment (UCS).
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct SegmentReport {
    /// UCS 0096: its number in the message, UNH = 1.
    pub number: u32,
    /// UCS 0085: what is wrong with it as a whole.
    pub error: Option<SyntaxError>,
    /// What is wrong in it (UCD).
    pub elements: Vec<ElementReport>,
}

/// What is wrong with one element or component (UCD).
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct ElementReport {
    /// UCD 0085.
    pub error: SyntaxError,
    /// UCD S011.
    pub position: Position,
}

/// What is wrong with a segment of the envelope.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct ServiceFault {
    /// 0085.
    pub error: SyntaxError,
    /// 0013: the segment's tag; `None` where none can be named.
    pub tag: Option<String>,
    /// S011: where in it.
    pub position: Option<Position>,
}

/// Where in a segment (S011).
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Position {
    /// 0098: the element's number. The tag counts: it is 1, and the first element behind it 2.
    pub element: u16,
    /// 0104: the component's number in it, from 1; `None` if it is all of the element.
    pub component: Option<u16>,
}

/// What is done with an interchange or message (0083).
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Action(pub u32);

impl Action {
    /// This level and all below are rejected.
    pub const REJECTED: Self = Self(4);
    /// Received, without a syntax error.
    pub const RECEIVED: Self = Self(7);
}

/// What is wrong (0085). Others than these are read, and not written.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct SyntaxError(pub u32);

impl SyntaxError {
    /// Syntax version or level not supported.
    pub const UNSUPPORTED_SYNTAX: Self = Self(2);
    /// We are not the receiver.
    pub const NOT_THE_RECEIVER: Self = Self(7);
    /// A value that does not fit its specification, also a bad format of a date.
    pub const INVALID_VALUE: Self = Self(12);
    /// Something required is missing.
    pub const MISSING: Self = Self(13);
    /// The segment has no place here.
    pub const NOT_SUPPORTED_HERE: Self = Self(15);
    /// Too many elements or components.
    pub const TOO_MANY_PARTS: Self = Self(16);
    /// UNA names a character that cannot be a service character.
    pub const BAD_SERVICE_CHARACTER: Self = Self(20);
    /// Characters that the charset of UNB does not have.
    pub const INVALID_CHARACTERS: Self = Self(21);
    /// The sender is not known.
    pub const UNKNOWN_SENDER: Self = Self(23);
    /// Test files are not taken.
    pub const TEST_NOT_SUPPORTED: Self = Self(25);
    /// Its reference came before.
    pub const DUPLICATE: Self = Self(26);
    /// References of head and end differ.
    pub const REFERENCES_DIFFER: Self = Self(28);
    /// A count at the end is wrong.
    pub const COUNT_WRONG: Self = Self(29);
    /// An interchange without a message.
    pub const NOTHING_INSIDE: Self = Self(32);
    /// Letters in a number.
    pub const WRONG_KIND_OF_CHARACTERS: Self = Self(37);
    /// Longer than the element may be.
    pub const TOO_LONG: Self = Self(39);
}

/// Writes an interchange with this CONTRL.
///
/// # Errors
/// [`WriteError`]: the interchange that it answers has a reference or code that UNOC does not have.
pub fn write(transfer: &Transfer, contrl: &Contrl) -> Result<Vec<u8>, WriteError> {
    transfer.write(MessageType::Contrl, &[contrl], |contrl, segments| {
        let (sender, receiver) = (&contrl.sender, &contrl.receiver);
        let action = contrl.action.0.to_string();
        let answered: [&[&str]; 4] = [
            &[&contrl.interchange],
            &[&sender.0, &sender.1],
            &[&receiver.0, &receiver.1],
            &[&action],
        ];
        write_fault("UCI", &answered, contrl.fault.as_ref(), segments);
        for message in &contrl.messages {
            write_message(message, segments);
        }
    })
}

/// Reads a CONTRL. Never fails; what cannot be read is a finding.
///
/// `file` is what interchange and message were read from.
pub fn read(file: &[u8], interchange: &Interchange, message: &Message) -> (Contrl, Vec<Finding>) {
    let mut contrl = Contrl::default();
    let mut has_uci = false;
    let findings = each_segment(file, interchange, message, |segment, notes| {
        match segment.tag() {
            b"UCI" => {
                has_uci = true;
                take_uci(&mut contrl, segment, notes);
            }
            b"UCM" if notes.has_room() => {
                contrl.messages.push(ucm(segment, notes));
            }
            b"UCS" | b"UCD" => take_details(&mut contrl, segment, notes),
            b"UNT" if !has_uci => notes.misses("UCI"),
            _ => {}
        }
    });
    (contrl, findings)
}

fn write_message(message: &MessageReport, segments: &mut Segments) {
    let identifier: Vec<&str> = message.identifier.iter().map(String::as_str).collect();
    let action = message.action.0.to_string();
    let answered: [&[&str]; 3] = [&[&message.reference], &identifier, &[&action]];
    write_fault("UCM", &answered, message.fault.as_ref(), segments);
    for segment in &message.segments {
        let (number, error) = (segment.number.to_string(), written(segment.error));
        segments.segment("UCS", &[&[&number], &[&error]]);
        for element in &segment.elements {
            let [place, component] = element.position.written();
            let error = element.error.0.to_string();
            segments.segment("UCD", &[&[&error], &[&place, &component]]);
        }
    }
}

/// A UCI or UCM: what it is about, and what is wrong with its service segments.
fn write_fault(
    tag: &str,
    about: &[&[&str]],
    fault: Option<&ServiceFault>,
    segments: &mut Segments,
) {
    let error = written(fault.map(|fault| fault.error));
    let service = fault.and_then(|fault| fault.tag.as_deref());
    let position = fault.and_then(|fault| fault.position);
    let [element, component] = position.map_or_else(Default::default, Position::written);
    let fault: [&[&str]; 3] = [
        &[&error],
        &[service.unwrap_or_default()],
        &[&element, &component],
    ];
    segments.segment(tag, &[about, &fault].concat());
}

fn written(error: Option<SyntaxError>) -> String {
    error.map_or_else(String::new, |SyntaxError(code)| code.to_string())
}

impl Position {
    /// 0098 and 0104.
    fn written(self) -> [String; 2] {
        let component = self.component.map(|component| component.to_string());
        [self.element.to_string(), component.unwrap_or_default()]
    }

    /// S011 of an element; `None` if it is not there.
    fn of(segment: &Segment<'_>, n: usize, notes: &mut Notes) -> Option<Self> {
        let element = notes.number(segment, n, 0)?;
        let component = notes.number(segment, n, 1);
        Some(Self {
            element: u16::try_from(element).unwrap_or(u16::MAX),
            component: component.map(|number| u16::try_from(number).unwrap_or(u16::MAX)),
        })
    }
}

fn take_uci(contrl: &mut Contrl, segment: &Segment<'_>, notes: &mut Notes) {
    contrl.interchange = notes.text(segment, 1, 0);
    contrl.sender = (notes.text(segment, 2, 0), notes.text(segment, 2, 1));
    contrl.receiver = (notes.text(segment, 3, 0), notes.text(segment, 3, 1));
    contrl.action = action(segment, 4, "UCI 0083", notes);
    contrl.fault = fault(segment, 5, notes);
    if contrl.interchange.is_empty() {
        notes.misses("UCI 0020");
    }
}

fn ucm(segment: &Segment<'_>, notes: &mut Notes) -> MessageReport {
    MessageReport {
        reference: notes.text(segment, 1, 0),
        identifier: [0, 1, 2, 3, 4].map(|c| notes.text(segment, 2, c)),
        action: action(segment, 3, "UCM 0083", notes),
        fault: fault(segment, 4, notes),
        segments: Vec::new(),
    }
}

/// UCS and UCD, of the UCM before them.
fn take_details(contrl: &mut Contrl, segment: &Segment<'_>, notes: &mut Notes) {
    let Some(message) = contrl.messages.last_mut() else {
        notes.misses("UCM");
        return;
    };
    if segment.tag() == b"UCS" {
        if notes.has_room() {
            message.segments.push(SegmentReport {
                number: notes.number(segment, 1, 0).unwrap_or_default(),
                error: notes.number(segment, 2, 0).map(SyntaxError),
                elements: Vec::new(),
            });
        }
        return;
    }
    let Some(report) = message.segments.last_mut() else {
        notes.misses("UCS");
        return;
    };
    if notes.has_room() {
        report.elements.push(ElementReport {
            error: SyntaxError(notes.number(segment, 1, 0).unwrap_or_default()),
            position: Position::of(segment, 2, notes).unwrap_or_default(),
        });
    }
}

fn action(segment: &Segment<'_>, n: usize, name: &str, notes: &mut Notes) -> Action {
    let code = notes.number(segment, n, 0);
    if code.is_none() {
        notes.misses(name);
    }
    code.map(Action).unwrap_or_default()
}

/// 0085, 0013 and S011, from element `n` on.
fn fault(segment: &Segment<'_>, n: usize, notes: &mut Notes) -> Option<ServiceFault> {
    Some(ServiceFault {
        error: SyntaxError(notes.number(segment, n, 0)?),
        tag: notes.given(segment, n + 1, 0),
        position: Position::of(segment, n + 2, notes),
    })
}

#[cfg(test)]
mod tests;
