//! What a finding is by the codes of 0085, and where in its segment.

use crate::edifact::charset::Charset;
use crate::edifact::scan::Segment;
use crate::edifact::{Finding, FindingCode};
use crate::message::contrl::{Position, ServiceFault, SyntaxError};
use crate::message::reading::Syntax;

/// A fault, and the level that tells it.
pub(super) enum Fault {
    /// In UNA, UNB or UNZ.
    Interchange(ServiceFault),
    /// In a message.
    Message(InMessage),
}

/// A fault of a message.
pub(super) enum InMessage {
    /// In UNH or UNT.
    Service(ServiceFault),
    /// A segment between them.
    Segment(SyntaxError),
    /// An element or component of one.
    Element(SyntaxError, Position),
}

/// What a finding is by the codes of 0085; `None` if it is no fault of syntax.
pub(super) fn fault_of(file: &[u8], syntax: Syntax, finding: &Finding) -> Option<Fault> {
    let is_in_message = finding.place.message.is_some();
    let find = |look: Look| in_segment(file, syntax, finding, look);
    Some(match finding.code {
        FindingCode::BadServiceCharacters => {
            of_interchange(SyntaxError::BAD_SERVICE_CHARACTER, "UNA", None)
        }
        FindingCode::UnknownCharset => of_interchange(
            SyntaxError::UNSUPPORTED_SYNTAX,
            "UNB",
            Some(SYNTAX_IDENTIFIER),
        ),
        // UCM names a message by its reference and type: without them, UCI must do.
        FindingCode::MessageHeadBroken => {
            Fault::Interchange(service(SyntaxError::MISSING, None, None))
        }
        FindingCode::Truncated if is_in_message => of_message(SyntaxError::MISSING, "UNT", None),
        FindingCode::Truncated | FindingCode::MissingUnz => {
            of_interchange(SyntaxError::MISSING, "UNZ", None)
        }
        FindingCode::SegmentCountWrong => {
            of_message(SyntaxError::COUNT_WRONG, "UNT", Some(element(2)))
        }
        FindingCode::MessageReferenceDiffers => {
            of_message(SyntaxError::REFERENCES_DIFFER, "UNT", Some(element(3)))
        }
        FindingCode::MessageCountWrong => {
            find(|_, _| (SyntaxError::COUNT_WRONG, Some(element(2))))?
        }
        FindingCode::InterchangeReferenceDiffers => {
            of_interchange(SyntaxError::REFERENCES_DIFFER, "UNZ", Some(element(3)))
        }
        FindingCode::UnknownSegment => {
            Fault::Message(InMessage::Segment(SyntaxError::NOT_SUPPORTED_HERE))
        }
        FindingCode::BadTime | FindingCode::BadDocumentDate => {
            Fault::Message(InMessage::Element(SyntaxError::INVALID_VALUE, VALUE))
        }
        FindingCode::BadNumber => find(|qty, _| (number_error(qty), Some(VALUE)))?,
        FindingCode::SegmentTooLong => {
            find(|segment, _| (SyntaxError::TOO_LONG, longest(segment)))?
        }
        FindingCode::Undecodable => find(|segment, charset| {
            let position = first(segment, |bytes| !charset.has(bytes));
            (SyntaxError::INVALID_CHARACTERS, position)
        })?,
        FindingCode::StrayBytes
        | FindingCode::MessageWithoutInterchange
        | FindingCode::UnknownPid
        | FindingCode::CheckDigit
        | FindingCode::NoValues
        | FindingCode::CancelsNothing
        | FindingCode::IntervalNotPositive
        | FindingCode::TooMuch
        | FindingCode::Incomplete => return None,
    })
}

/// What is wrong in a segment, and where.
type Look = fn(&Segment<'_>, Charset) -> (SyntaxError, Option<Position>);

/// A fault whose place only a look at its segment tells.
fn in_segment(file: &[u8], syntax: Syntax, finding: &Finding, look: Look) -> Option<Fault> {
    let offset = usize::try_from(finding.place.offset_bytes).ok()?;
    syntax.look(file, offset, |segment| {
        let (error, position) = look(segment, syntax.charset);
        match segment.tag() {
            b"UNB" => of_interchange(error, "UNB", position),
            b"UNZ" => of_interchange(error, "UNZ", position),
            // UCI has no tag for groups, which the market does not use.
            b"UNG" | b"UNE" => Fault::Interchange(service(error, None, None)),
            b"UNH" => of_message(error, "UNH", position),
            b"UNT" => of_message(error, "UNT", position),
            _ => Fault::Message(match position {
                Some(position) => InMessage::Element(error, position),
                None => InMessage::Segment(SyntaxError::TOO_MANY_PARTS),
            }),
        }
    })
}

/// What is wrong with QTY 6060: letters, or too many digits.
fn number_error(segment: &Segment<'_>) -> SyntaxError {
    let number = segment.component(1, 1).unwrap_or_default();
    let is_of_numbers = |byte: &u8| byte.is_ascii_digit() || b"+-.,".contains(byte);
    if !number.iter().all(is_of_numbers) {
        SyntaxError::WRONG_KIND_OF_CHARACTERS
    } else if number.len() > MAX_DIGITS {
        SyntaxError::TOO_LONG
    } else {
        SyntaxError::INVALID_VALUE
    }
}

/// The first component of a segment that is of a kind.
fn first(segment: &Segment<'_>, is_it: impl Fn(&[u8]) -> bool) -> Option<Position> {
    let separators = segment.separators;
    let mut elements = separators.elements(segment.text).enumerate();
    elements.find_map(|(element, text)| {
        let component = separators.components(text).position(&is_it)?;
        Some(Position {
            element: counted(element),
            component: Some(counted(component)),
        })
    })
}

/// A place counted from 1. S011 has three digits.
fn counted(place: usize) -> u16 {
    u16::try_from(place.saturating_add(1)).map_or(999, |count| count.min(999))
}

/// The first component that is longer than an identifier may be; `None` if the segment is too long
/// by their number.
fn longest(segment: &Segment<'_>) -> Option<Position> {
    first(segment, |component| component.len() > MAX_IDENTIFIER_BYTES)
}

fn of_interchange(error: SyntaxError, tag: &str, position: Option<Position>) -> Fault {
    Fault::Interchange(service(error, Some(tag), position))
}

fn of_message(error: SyntaxError, tag: &str, position: Option<Position>) -> Fault {
    Fault::Message(InMessage::Service(service(error, Some(tag), position)))
}

/// A fault of a segment of the envelope.
pub(super) fn service(
    error: SyntaxError,
    tag: Option<&str>,
    position: Option<Position>,
) -> ServiceFault {
    ServiceFault {
        error,
        tag: tag.map(str::to_owned),
        position,
    }
}

/// An element as a whole.
pub(super) const fn element(element: u16) -> Position {
    Position {
        element,
        component: None,
    }
}

/// Where UNB 0001 stands.
const SYNTAX_IDENTIFIER: Position = Position {
    element: 2,
    component: Some(1),
};
/// Where QTY 6060 and DTM 2380 stand: the second component of the first element.
const VALUE: Position = Position {
    element: 2,
    component: Some(2),
};
/// Digits of QTY 6060 that are read.
const MAX_DIGITS: usize = 18;
/// What the reader takes of an identifier.
pub(super) const MAX_IDENTIFIER_BYTES: usize = 256;
