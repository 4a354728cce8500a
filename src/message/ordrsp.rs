//! ORDRSP: what is answered to an ORDERS, other than by its values: mostly that there are none.
//!
//! Source: BDEW ORDRSP MIG 1.4c (D.10A) and AHB 1.1b. A request for values that is granted has no
//! ORDRSP: the MSCONS that names it in RFF+AGI is its answer.

use crate::edifact::Finding;
use crate::edifact::scan::Segment;
use crate::edifact::write::{Segments, WriteError, minute};
use crate::market::calendar::UtcTime;
use crate::message::message_type::MessageType;
use crate::message::mscons::{Interchange, Message};
use crate::message::orders::Contact;
use crate::message::reading::{Notes, each_segment};
use crate::message::transfer::Transfer;

/// One ORDRSP. What it does not say is empty.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Ordrsp {
    /// BGM 1001, as the ORDERS has it.
    pub name_code: String,
    /// BGM 1004.
    pub document: String,
    /// DTM+137, to the minute.
    pub date: Option<UtcTime>,
    /// IMD 7081, as the ORDERS has it.
    pub item: Option<String>,
    /// RFF+ON: BGM 1004 of the ORDERS that this answers.
    pub answers: Option<String>,
    /// RFF+Z13: the Prüfidentifikator, which says whether it refuses.
    pub pid: Option<u32>,
    /// AJT: why.
    pub decisions: Vec<Decision>,
    /// FTX 4440: texts for people.
    pub texts: Vec<String>,
    /// Whom to ask at the sender.
    pub contact: Contact,
}

/// Which step of which decision tree (EBD), or which code of which code list, the answer is.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Decision {
    /// AJT 4465: `A01`, … of trees, `Z15`, … of code lists.
    pub code: String,
    /// AJT 1082: the tree, `E_0442`, or the code list, `S_0077`, …
    pub tree: String,
}

impl Ordrsp {
    /// Whether it refuses what was asked for; `None` if its Prüfidentifikator is not known.
    pub fn is_refusal(&self) -> Option<bool> {
        let pid = self.pid?;
        if REFUSALS.contains(&pid) {
            Some(true)
        } else if OTHERS.contains(&pid) {
            Some(false)
        } else {
            None
        }
    }
}

/// Writes an interchange of these messages, in their order.
///
/// # Errors
/// [`WriteError`]: a text that UNOC does not have, or no message.
pub fn write(transfer: &Transfer, messages: &[Ordrsp]) -> Result<Vec<u8>, WriteError> {
    transfer.write(MessageType::Ordrsp, messages, |ordrsp, segments| {
        body(transfer, ordrsp, segments);
    })
}

/// Reads an ORDRSP. Never fails; what cannot be read is a finding.
///
/// `file` is what interchange and message were read from.
pub fn read(file: &[u8], interchange: &Interchange, message: &Message) -> (Ordrsp, Vec<Finding>) {
    let mut ordrsp = Ordrsp {
        name_code: message.name_code.clone(),
        document: message.document.clone(),
        date: message.document_date,
        pid: message.pid,
        ..Ordrsp::default()
    };
    let findings = each_segment(file, interchange, message, |segment, notes| {
        take(&mut ordrsp, segment, notes);
    });
    (ordrsp, findings)
}

fn body(transfer: &Transfer, ordrsp: &Ordrsp, segments: &mut Segments) {
    segments.segment("BGM", &[&[&ordrsp.name_code], &[&ordrsp.document]]);
    if let Some(date) = ordrsp.date {
        segments.segment("DTM", &[&["137", &minute(date), "303"]]);
    }
    if let Some(item) = &ordrsp.item {
        segments.segment("IMD", &[&[], &[item]]);
    }
    if let Some(document) = &ordrsp.answers {
        segments.segment("RFF", &[&["ON", document]]);
    }
    if let Some(pid) = ordrsp.pid {
        segments.segment("RFF", &[&["Z13", &pid.to_string()]]);
    }
    for Decision { code, tree } in &ordrsp.decisions {
        segments.segment("AJT", &[&[code], &[tree]]);
    }
    if !ordrsp.texts.is_empty() {
        let texts: Vec<&str> = ordrsp.texts.iter().map(String::as_str).collect();
        segments.segment("FTX", &[&["AAP"], &[], &[], &texts]);
    }
    Transfer::write_party(transfer.sender(), "MS", segments);
    ordrsp.contact.write(segments);
    Transfer::write_party(transfer.receiver(), "MR", segments);
    segments.segment("UNS", &[&["S"]]);
}

fn take(ordrsp: &mut Ordrsp, segment: &Segment<'_>, notes: &mut Notes) {
    match segment.tag() {
        b"IMD" => ordrsp.item = ordrsp.item.take().or_else(|| notes.given(segment, 2, 0)),
        b"RFF" if segment.component(1, 0).as_deref() == Some(b"ON") => {
            ordrsp.answers = notes.given(segment, 1, 1);
        }
        b"AJT" if notes.has_room() => ordrsp.decisions.push(Decision {
            code: notes.text(segment, 1, 0),
            tree: notes.text(segment, 2, 0),
        }),
        b"FTX" if segment.component(1, 0).as_deref() == Some(b"AAP") => {
            ordrsp.texts = notes.texts(segment, 4);
        }
        b"CTA" | b"COM" => ordrsp.contact.take(segment, notes),
        b"UNT" if ordrsp.answers.is_none() => notes.misses("RFF+ON"),
        _ => {}
    }
}

/// The Prüfidentifikatoren by which an ORDRSP refuses.
const REFUSALS: [u32; 20] = [
    19_002, 19_004, 19_006, 19_007, 19_010, 19_012, 19_014, 19_016, 19_101, 19_102, 19_103, 19_104,
    19_110, 19_114, 19_117, 19_119, 19_123, 19_129, 19_204, 19_301,
];

/// Those by which it confirms, or tells how something stands.
const OTHERS: [u32; 19] = [
    19_001, 19_003, 19_005, 19_009, 19_011, 19_013, 19_015, 19_116, 19_118, 19_120, 19_121, 19_124,
    19_127, 19_128, 19_130, 19_131, 19_132, 19_133, 19_302,
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_refuses_is_told_from_what_does_not() {
        let answer = |pid| Ordrsp {
            pid,
            ..Ordrsp::default()
        };
        for pid in [19_007, 19_102, 19_103, 19_114] {
            assert_eq!(answer(Some(pid)).is_refusal(), Some(true), "{pid}");
        }
        assert_eq!(answer(Some(19_011)).is_refusal(), Some(false));
        assert_eq!(answer(Some(13_017)).is_refusal(), None);
        assert_eq!(answer(None).is_refusal(), None);
    }
}
