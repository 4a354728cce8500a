//! A piece of a file: its text as it stands, and its meaning.

use std::ops::Range;

use crate::edifact::Finding;
use crate::edifact::charset::Charset;
use crate::edifact::envelope::Start;
use crate::edifact::scan::Segment;
use crate::explain::segment::{self, Part};
use crate::explain::shown::printable;
use crate::explain::value::{Reader, Tone};
use crate::explain::words::Words;
use crate::text::Language;

/// A piece of the file.
#[derive(Debug)]
pub struct Piece<'f> {
    /// What it is.
    pub kind: PieceKind,
    /// Where it stands, in bytes, its terminator included.
    pub bytes: Range<usize>,
    /// Its number in its message (UNH = 1), or, outside of one, in its interchange (UNB = 1); 0 for
    /// what is no segment.
    pub number: u32,
    /// Its text as it stands, without line ends; of a long one the first 4,096 bytes.
    pub raw: String,
    /// What it is called; `None` if the dictionary does not have it.
    pub name: Option<&'static str>,
    /// Its values.
    pub parts: Vec<Part>,
    /// What is odd about it.
    pub findings: Vec<&'f Finding>,
}

/// What a piece of a file is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum PieceKind {
    /// UNA.
    ServiceCharacters,
    /// A segment.
    Segment,
    /// Bytes that belong to no interchange.
    Stray,
    /// A rest without a segment terminator.
    Rest,
}

impl Piece<'_> {
    /// A segment in words.
    pub(super) fn of_segment(
        bytes: &[u8],
        segment: &Segment<'_>,
        charset: Charset,
        language: Language,
        reader: &mut Reader,
    ) -> Self {
        let range = segment.offset..segment.end;
        let is_told = segment.text.len() <= MAX_TOLD_BYTES;
        Self {
            kind: PieceKind::Segment,
            raw: raw(bytes, &range, charset),
            bytes: range,
            number: 0,
            name: segment::name(segment.tag(), language),
            parts: if is_told {
                segment::parts(segment, charset, language, reader)
            } else {
                Vec::new()
            },
            findings: Vec::new(),
        }
    }

    /// The UNA of an interchange.
    pub(super) fn of_service_characters(bytes: &[u8], start: &Start, language: Language) -> Self {
        Self {
            parts: segment::service_characters(start.separators, language),
            ..Self::unread(
                PieceKind::ServiceCharacters,
                bytes,
                start.begin..start.unb,
                Charset::Ascii,
                language,
            )
        }
    }

    /// A piece whose content is not told.
    pub(super) fn unread(
        kind: PieceKind,
        bytes: &[u8],
        range: Range<usize>,
        charset: Charset,
        language: Language,
    ) -> Self {
        let name = match kind {
            PieceKind::ServiceCharacters => {
                Words::new("Trennzeichen-Vorgabe", "service string advice")
            }
            PieceKind::Segment => Words::new("Segment", "segment"),
            PieceKind::Stray => Words::new(
                "Bytes außerhalb von Übertragungsdateien",
                "bytes outside of interchanges",
            ),
            PieceKind::Rest => Words::new("Rest ohne Segmentende", "rest without a terminator"),
        };
        Self {
            kind,
            raw: raw(bytes, &range, charset),
            bytes: range,
            number: 0,
            name: Some(name.in_language(language)),
            parts: Vec::new(),
            findings: Vec::new(),
        }
    }

    /// What its qualifier makes of it: of a DTM that it is the start of an interval.
    pub fn sense(&self) -> Option<&str> {
        let first = self.parts.first()?;
        let is_qualifier = self.kind == PieceKind::Segment && !self.tag().starts_with("UN");
        let sense = first.meaning.as_str();
        let says_more = !sense.is_empty() && Some(sense) != self.name;
        (is_qualifier && first.tone == Tone::Plain && says_more).then_some(sense)
    }

    /// Whether something was found that keeps the message out of the store.
    pub fn is_barred(&self) -> bool {
        self.findings.iter().any(|found| found.code.bars_message())
    }

    /// Its tag as it stands: what is in front of the first character that is no letter or digit.
    pub fn tag(&self) -> &str {
        let end = self
            .raw
            .find(|character: char| !character.is_ascii_alphanumeric());
        self.raw.split_at(end.unwrap_or(self.raw.len())).0
    }
}

/// The beginning of a piece as it stands, without line ends.
fn raw(bytes: &[u8], range: &Range<usize>, charset: Charset) -> String {
    let end = range.end.min(range.start.saturating_add(MAX_RAW_BYTES));
    let text = bytes.get(range.start..end).unwrap_or_default();
    let is_text = |byte: &u8| !matches!(byte, b'\r' | b'\n');
    let text: Vec<u8> = text.iter().copied().filter(is_text).collect();
    printable(charset.decode(text.trim_ascii_end()))
}

/// What is shown of a piece: more than a person reads of one segment.
pub(super) const MAX_RAW_BYTES: usize = 4 << 10;
/// The longest segment that is read at all has so many bytes.
const MAX_TOLD_BYTES: usize = 64 << 10;
