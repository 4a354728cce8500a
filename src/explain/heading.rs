//! What stands above an interchange, a message, a finding.

use crate::edifact::Finding;
use crate::explain::Source;
use crate::explain::codes::pid::use_case;
use crate::explain::finding;
use crate::explain::shown::{cut, printable};
use crate::explain::words::Words;
use crate::message::mscons::{Interchange, Message};
use crate::text::{Language, Text};

/// A heading and what belongs to it.
pub(super) struct Heading {
    pub(super) title: String,
    pub(super) facts: Vec<String>,
}

/// `Übertragungsdatei R1`, from whom to whom, when.
pub(super) fn interchange(interchange: &Interchange, text: &Text) -> Heading {
    let mut facts =
        vec![text.explain_from_to(&name(&interchange.sender), &name(&interchange.receiver))];
    facts.extend(interchange.prepared.map(|at| text.instant(at.seconds())));
    if interchange.is_test {
        facts.push(text.explain_test());
    }
    Heading {
        title: text.explain_interchange(&name(&interchange.reference)),
        facts,
    }
}

/// `Nachricht 1`, its type, use case and document.
pub(super) fn message(message: &Message, text: &Text) -> Heading {
    if message.kind.is_empty() {
        return Heading {
            title: text.explain_headless(),
            facts: Vec::new(),
        };
    }
    let mut facts = vec![name(&format!("{} {}", message.kind, message.version))];
    facts.extend(message.pid.map(|pid| {
        let words = use_case(pid).map(|words| words.in_language(text.language()));
        format!("{pid} {}", words.unwrap_or_default())
    }));
    if !message.document.is_empty() {
        facts.push(name(&message.document));
    }
    Heading {
        title: text.explain_message(&name(&message.reference)),
        facts,
    }
}

/// How many interchanges, messages and values there are.
pub(super) fn counts(sources: &[Source<'_>], text: &Text) -> Vec<String> {
    let (mut interchanges, mut messages, mut values) = (0, 0, 0);
    for interchange in sources.iter().flat_map(|source| &source.file.interchanges) {
        interchanges += 1;
        messages += interchange.messages.len() as u64;
        values += interchange.columns.len() as u64;
    }
    let mut counts = vec![
        text.explain_interchanges(interchanges),
        text.explain_messages(messages),
    ];
    if values > 0 {
        counts.push(text.explain_values(values));
    }
    counts
}

/// A finding in words.
pub(super) struct FoundWords {
    pub(super) title: &'static str,
    /// Its name in records.
    pub(super) code: &'static str,
    pub(super) detail: String,
    /// Whether it keeps the message out of the store.
    pub(super) bars: bool,
}

/// A finding in a language.
pub(super) fn found(found: &Finding, language: Language) -> FoundWords {
    FoundWords {
        title: finding::title(found.code).in_language(language),
        code: finding::name(found.code),
        detail: finding::detail(found, language),
        bars: found.code.bars_message(),
    }
}

/// Where a finding is: `Nachricht 1, Segment 12, Byte 276`.
pub(super) fn place(finding: &Finding, text: &Text) -> String {
    let place = &finding.place;
    let message = place.message.as_ref();
    let mut parts: Vec<String> = message
        .map(|message| text.explain_message(&name(message)))
        .into_iter()
        .collect();
    if place.segment > 0 {
        parts.push(text.explain_segment(&place.segment.to_string()));
    }
    parts.push(byte(place.offset_bytes, text));
    parts.join(", ")
}

/// `Byte 276`. No sentence, since each piece has one.
pub(super) fn byte(offset: u64, text: &Text) -> String {
    let word = Words::new("Byte", "byte").in_language(text.language());
    format!("{word} {offset}")
}

/// A name from the file.
fn name(name: &str) -> String {
    cut(&printable(name.to_owned()), NAME_CHARACTERS)
}

const NAME_CHARACTERS: usize = 80;
