//! What a message says of a mail of ours. Pure.

use crate::message::aperak::{Aperak, Fault};
use crate::message::contrl::{Action, Contrl};
use crate::message::incoming::{self, Incoming};
use crate::message::mscons::{Interchange, Message};
use crate::message::ordrsp::Ordrsp;
use crate::store::request::{NewReply, Reply};

/// What a message of this interchange says of a mail of ours, if it names one.
///
/// `file` is what both were read from.
pub(super) fn reply(file: &[u8], interchange: &Interchange, message: &Message) -> Option<NewReply> {
    if let Some(reference) = &message.answers {
        return Some(NewReply {
            reference: reference.clone(),
            reply: Reply::Values,
            text: String::new(),
        });
    }
    let (incoming, _) = incoming::read(file, interchange, message)?;
    let (reply, text) = match &incoming {
        Incoming::Orders(_) => return None,
        Incoming::Ordrsp(ordrsp) => of_ordrsp(ordrsp),
        Incoming::Contrl(contrl) => of_contrl(contrl),
        Incoming::Aperak(aperak) => of_aperak(aperak),
    }?;
    // Document and interchange of ours have one number; of several documents, each has another behind
    // it.
    let reference = incoming.answers().or(incoming.interchange())?;
    let reference = reference
        .split_once(OF_SEVERAL)
        .map_or(reference, |(ours, _)| ours);
    Some(NewReply {
        reference: reference.to_owned(),
        reply,
        text: bounded(&text),
    })
}

fn of_ordrsp(ordrsp: &Ordrsp) -> Option<(Reply, String)> {
    let reply = if ordrsp.is_refusal()? {
        Reply::Refused
    } else {
        Reply::Accepted
    };
    let decisions = ordrsp.decisions.iter();
    let codes = decisions.map(|decision| format!("{} {}", decision.code, decision.tree));
    let words: Vec<String> = codes.chain(ordrsp.texts.iter().cloned()).collect();
    Some((reply, words.join("; ")))
}

fn of_contrl(contrl: &Contrl) -> Option<(Reply, String)> {
    match contrl.action {
        Action::RECEIVED => Some((Reply::Received, String::new())),
        Action::REJECTED => {
            let of_envelope = contrl.fault.iter().map(|fault| fault.error.0.to_string());
            let messages = contrl.messages.iter();
            let of_messages = messages.flat_map(|message| {
                let own = message.fault.iter().map(|fault| fault.error.0.to_string());
                let segments = message.segments.iter().flat_map(|segment| {
                    let elements = segment.elements.iter().map(|element| element.error);
                    let errors = segment.error.into_iter().chain(elements);
                    errors.map(|error| format!("{} at segment {}", error.0, segment.number))
                });
                own.chain(segments)
            });
            let words: Vec<String> = of_envelope.chain(of_messages).take(MOST_CODES).collect();
            Some((Reply::Rejected, words.join("; ")))
        }
        _ => None,
    }
}

fn of_aperak(aperak: &Aperak) -> Option<(Reply, String)> {
    if aperak.is_acceptance()? {
        return Some((Reply::Accepted, String::new()));
    }
    let faults = aperak.faults.iter().take(MOST_CODES);
    let words: Vec<String> = faults.map(of_fault).collect();
    Some((Reply::Refused, words.join("; ")))
}

/// Its code, what stood there, where, and in which of several documents.
fn of_fault(fault: &Fault) -> String {
    let mut words = vec![fault.code.as_str()];
    words.extend(fault.content.iter().map(String::as_str));
    if !fault.place.is_empty() {
        words.push("at");
        words.extend(fault.place.iter().map(String::as_str));
    }
    let document = fault.document.as_deref();
    if let Some(document) = document.filter(|document| document.contains(OF_SEVERAL)) {
        words.extend(["in", document]);
    }
    words.join(" ")
}

fn bounded(text: &str) -> String {
    text.chars().take(MOST_CHARACTERS).collect()
}

/// What stands between our number and which of several documents it is.
const OF_SEVERAL: char = '-';
/// A person reads some.
const MOST_CODES: usize = 20;
const MOST_CHARACTERS: usize = 1_000;
