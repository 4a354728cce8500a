//! What the reader found in an interchange, as the CONTRL that says it to the sender.
//!
//! A finding of syntax becomes a code of 0085 at its place: UCI for UNA, UNB and UNZ, UCM for UNH
//! and UNT, UCS and UCD for what is between. What is right by syntax and wrong by content is an
//! APERAK's to say, and check digits are nobody's.

mod fault;

use std::collections::BTreeMap;

use crate::edifact::Finding;
use crate::edifact::scan::Segment;
use crate::message::contrl::report::fault::{
    Fault, InMessage, MAX_IDENTIFIER_BYTES, element, fault_of, service,
};
use crate::message::contrl::{
    Action, Contrl, ElementReport, MessageReport, SegmentReport, ServiceFault, SyntaxError,
};
use crate::message::mscons::{Interchange, Message};
use crate::message::reading::Syntax;

/// The CONTRL about an interchange: rejected with what is wrong, or received. `None` if it holds more
/// than is read: that is a bound of ours, and its syntax is not known.
///
/// One syntax error rejects the whole interchange. Of several at the same level, the first is told,
/// since UCI and UCM have room for one.
///
/// `file` is what the interchange was read from.
pub fn report(file: &[u8], interchange: &Interchange) -> Option<Contrl> {
    if interchange.is_too_much {
        return None;
    }
    let mut report = Report::default();
    if interchange.messages.is_empty() {
        report.interchange = Some(service(SyntaxError::NOTHING_INSIDE, None, None));
    }
    let syntax = Syntax::of(file, interchange);
    for finding in &interchange.findings {
        if let Some(fault) = fault_of(file, syntax, finding) {
            report.add(interchange, finding, fault);
        }
    }
    let is_rejected = report.interchange.is_some() || !report.messages.is_empty();
    let action = if is_rejected {
        Action::REJECTED
    } else {
        Action::RECEIVED
    };
    let messages = report.messages.into_iter().filter_map(|(n, gathered)| {
        let message = interchange.messages.get(n)?;
        Some(gathered.told(file, syntax, message))
    });
    Some(Contrl {
        action,
        fault: report.interchange,
        messages: messages.collect(),
        ..about(interchange)
    })
}

/// Why an interchange is rejected, other than by what a look into it finds.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Refusal {
    /// UNB 0004 is nobody we know.
    UnknownSender,
    /// UNB 0010 is not us.
    NotTheReceiver,
    /// UNB 0020 came before, with other bytes.
    Duplicate,
    /// UNB 0035 says test.
    Test,
}

/// The CONTRL that rejects an interchange for what no look into it tells.
pub fn rejection(interchange: &Interchange, refusal: Refusal) -> Contrl {
    let (error, place) = match refusal {
        Refusal::UnknownSender => (SyntaxError::UNKNOWN_SENDER, element(3)),
        Refusal::NotTheReceiver => (SyntaxError::NOT_THE_RECEIVER, element(4)),
        Refusal::Duplicate => (SyntaxError::DUPLICATE, element(6)),
        Refusal::Test => (SyntaxError::TEST_NOT_SUPPORTED, element(12)),
    };
    Contrl {
        action: Action::REJECTED,
        fault: Some(service(error, Some("UNB"), Some(place))),
        ..about(interchange)
    }
}

/// UCI keeps the order of the original's parties.
fn about(interchange: &Interchange) -> Contrl {
    let Interchange {
        sender,
        sender_qualifier,
        receiver,
        receiver_qualifier,
        reference,
        ..
    } = interchange;
    Contrl {
        interchange: reference.clone(),
        sender: (sender.clone(), sender_qualifier.clone()),
        receiver: (receiver.clone(), receiver_qualifier.clone()),
        ..Contrl::default()
    }
}

/// What is gathered, each level by itself.
#[derive(Default)]
struct Report {
    interchange: Option<ServiceFault>,
    /// By number of the message in the interchange.
    messages: BTreeMap<usize, Gathered>,
}

#[derive(Default)]
struct Gathered {
    fault: Option<ServiceFault>,
    /// By number of the segment in the message.
    segments: BTreeMap<u32, SegmentReport>,
}

impl Report {
    fn add(&mut self, interchange: &Interchange, finding: &Finding, fault: Fault) {
        match (fault, message_of(interchange, finding)) {
            (Fault::Interchange(fault), _) => {
                self.interchange.get_or_insert(fault);
            }
            (Fault::Message(fault), Some(number)) => {
                let gathered = self.messages.entry(number).or_default();
                gathered.add(finding.place.segment, fault);
            }
            // In no message that UCM could name: UCI must do.
            (Fault::Message(_), None) => {
                let fault = service(SyntaxError::INVALID_VALUE, None, None);
                self.interchange.get_or_insert(fault);
            }
        }
    }
}

impl Gathered {
    fn add(&mut self, segment: u32, fault: InMessage) {
        match fault {
            InMessage::Service(fault) => {
                self.fault.get_or_insert(fault);
            }
            InMessage::Segment(error) => {
                if let Some(report) = self.segment(segment) {
                    report.error.get_or_insert(error);
                }
            }
            InMessage::Element(error, position) => {
                let element = ElementReport { error, position };
                if let Some(report) = self.segment(segment)
                    && report.elements.len() < MAX_ELEMENTS
                    && !report.elements.contains(&element)
                {
                    report.elements.push(element);
                }
            }
        }
    }

    fn segment(&mut self, number: u32) -> Option<&mut SegmentReport> {
        let is_new = !self.segments.contains_key(&number);
        if is_new && self.segments.len() >= MAX_SEGMENTS {
            return None;
        }
        Some(self.segments.entry(number).or_insert(SegmentReport {
            number,
            ..SegmentReport::default()
        }))
    }

    fn told(self, file: &[u8], syntax: Syntax, message: &Message) -> MessageReport {
        let part = |unh: &Segment<'_>, c| {
            let text = syntax
                .charset
                .decode(&unh.component(2, c).unwrap_or_default());
            text.chars().take(MAX_IDENTIFIER_BYTES).collect()
        };
        let parts = |unh: &Segment<'_>| [0, 1, 2, 3, 4].map(|c| part(unh, c));
        let identifier = syntax.look(file, message.bytes.start, parts);
        let identifier = identifier.unwrap_or_default();
        MessageReport {
            reference: message.reference.clone(),
            identifier,
            action: Action::REJECTED,
            fault: self.fault,
            segments: self.segments.into_values().collect(),
        }
    }
}

/// The message that a finding is of: a reference may come twice, so that the place decides.
fn message_of(interchange: &Interchange, finding: &Finding) -> Option<usize> {
    let reference = finding.place.message.as_ref()?;
    let offset = usize::try_from(finding.place.offset_bytes).ok()?;
    let named = |is_at: &dyn Fn(&Message) -> bool| {
        let mut messages = interchange.messages.iter();
        let is_it = |message: &Message| message.reference == *reference && is_at(message);
        messages.position(is_it)
    };
    // What is missing at its end is found where the next segment stands.
    named(&|message| message.bytes.contains(&offset))
        .or_else(|| named(&|message| message.bytes.end == offset))
}

/// UCS: 999 a message.
const MAX_SEGMENTS: usize = 999;
/// UCD: 99 a segment.
const MAX_ELEMENTS: usize = 99;

#[cfg(test)]
mod tests;
