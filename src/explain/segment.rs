//! A segment in words: its name, and each of its values with its name and meaning.

use crate::edifact::charset::Charset;
use crate::edifact::scan::Segment;
use crate::edifact::separators::Separators;
use crate::explain::dictionary::{self, Element, SegmentKind};
use crate::explain::shown::printable;
use crate::explain::value::{At, Reader, Tone};
use crate::explain::words::Words;
use crate::text::Language;

/// A value of a segment.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Part {
    /// Number of the data element; empty if the dictionary does not have it.
    pub id: &'static str,
    /// What it is called.
    pub name: String,
    /// The value, unescaped and decoded.
    pub value: String,
    /// What it means; empty if it speaks for itself.
    pub meaning: String,
    /// How it stands with it.
    pub tone: Tone,
}

/// What a segment is called; `None` if the dictionary does not have it.
pub(super) fn name(tag: &[u8], language: Language) -> Option<&'static str> {
    dictionary::segment(tag).map(|kind| kind.name.in_language(language))
}

/// The values of a segment in the order in which they stand, the empty ones left out.
pub(super) fn parts(
    segment: &Segment<'_>,
    charset: Charset,
    language: Language,
    reader: &mut Reader,
) -> Vec<Part> {
    reader.note(segment, charset);
    let kind = dictionary::segment(segment.tag());
    let separators = segment.separators;
    let mut parts = Vec::new();
    for (n, element) in separators.elements(segment.text).enumerate().skip(1) {
        for (c, component) in separators.components(element).enumerate() {
            if component.is_empty() {
                continue;
            }
            if parts.len() == MAX_PARTS {
                parts.push(left_out(language));
                return parts;
            }
            let value = printable(charset.decode(&separators.unescape(component)));
            let at = At {
                segment,
                charset,
                element: n,
                component: c,
            };
            parts.push(match element_of(kind, n, c) {
                Some(known) => known_part(known, value, &at, language, reader),
                None => unknown_part(value, &at, language),
            });
        }
    }
    parts
}

fn element_of(kind: Option<&'static SegmentKind>, n: usize, c: usize) -> Option<&'static Element> {
    kind?.elements.get(n.checked_sub(1)?)?.get(c)
}

fn known_part(
    element: &'static Element,
    value: String,
    at: &At<'_>,
    language: Language,
    reader: &mut Reader,
) -> Part {
    let meaning = reader.meaning(element, &value, at);
    Part {
        id: element.id,
        name: element.name.in_language(language).to_owned(),
        value,
        meaning: meaning.text,
        tone: meaning.tone,
    }
}

/// A value that the dictionary has no place for: named by where it stands.
fn unknown_part(value: String, at: &At<'_>, language: Language) -> Part {
    let element = Words::new("Element", "element").in_language(language);
    Part {
        id: "",
        name: match at.component {
            0 => format!("{element} {}", at.element),
            component => format!("{element} {}:{}", at.element, component + 1),
        },
        value,
        meaning: NOT_DESCRIBED.in_language(language).to_owned(),
        tone: Tone::Unknown,
    }
}

fn left_out(language: Language) -> Part {
    Part {
        id: "",
        name: "…".to_owned(),
        value: String::new(),
        meaning: MORE_PARTS.in_language(language).to_owned(),
        tone: Tone::Plain,
    }
}

/// The six characters of a UNA.
pub(super) fn service_characters(separators: Separators, language: Language) -> Vec<Part> {
    let Separators {
        component,
        element,
        decimal,
        release,
        terminator,
    } = separators;
    let characters = [
        (
            Words::new("Trennzeichen der Komponenten", "component separator"),
            Some(component),
        ),
        (
            Words::new("Trennzeichen der Elemente", "element separator"),
            Some(element),
        ),
        (Words::new("Dezimalzeichen", "decimal mark"), Some(decimal)),
        (Words::new("Freigabezeichen", "release character"), release),
        (
            Words::new("Segment-Endezeichen", "segment terminator"),
            Some(terminator),
        ),
    ];
    let part = |(name, character): (Words, Option<u8>)| Part {
        id: "",
        name: name.in_language(language).to_owned(),
        value: character.map_or_else(String::new, |byte| printable(char::from(byte).into())),
        meaning: match character {
            Some(_) => String::new(),
            None => Words::new("keines", "none")
                .in_language(language)
                .to_owned(),
        },
        tone: Tone::Plain,
    };
    characters.into_iter().map(part).collect()
}

/// The longest segment of the standards has some 60 values.
const MAX_PARTS: usize = 120;
const NOT_DESCRIBED: Words = Words::new("nicht beschrieben", "not described");
const MORE_PARTS: Words = Words::new(
    "weitere Werte dieses Segments",
    "more values of this segment",
);
