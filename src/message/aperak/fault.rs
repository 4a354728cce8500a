//! What is wrong with a message's content: the codes of ERC 9321, and where.

use crate::edifact::charset::Charset;
use crate::edifact::scan::Segment;
use crate::edifact::{Finding, FindingCode};
use crate::message::mscons::{Interchange, Message};
use crate::message::reading::Syntax;

/// A fault of a message (SG4).
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Fault {
    /// ERC 9321: [`ErrorCode::code`] of those that are known.
    pub code: String,
    /// FTX+ABO: what stood there, in at most two texts; of an interval, begin and end.
    pub content: Vec<String>,
    /// RFF+ACW: UNH 0062 of the message.
    pub message: Option<String>,
    /// RFF+AGO: BGM 1004 of the message.
    pub document: Option<String>,
    /// FTX+AAO: a description for people.
    pub description: Vec<String>,
    /// FTX+Z02: name and text of the segment that is wrong, as the AHB has them.
    pub place: Vec<String>,
    /// RFF+Z08: the grid operator who has the object now (`Z16`).
    pub next_operator: Option<String>,
}

/// In which order faults are looked for. Only those of the first kind that has any are told.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum ErrorKind {
    /// The message is not as the AHB wants it.
    Content,
    /// It cannot be assigned to an object.
    Assignment,
    /// The object's properties do not allow it.
    Property,
}

/// What is wrong (ERC 9321; APERAK MIG 2.2).
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum ErrorCode {
    /// `Z10`: id unknown.
    IdUnknown,
    /// `Z17`: the sender is not assigned to the object at that time.
    SenderNotAssigned,
    /// `Z18`: the receiver is not assigned to the object at that time.
    ReceiverNotAssigned,
    /// `Z19`: meter number not known at that time.
    DeviceUnknown,
    /// `Z20`: OBIS code not known at that time.
    ObisUnknown,
    /// `Z29`: a required item is missing.
    Missing,
    /// `Z30`: series incomplete.
    SeriesIncomplete,
    /// `Z31`: the receiver refuses the case.
    Refused,
    /// `Z34`: interval negative or zero.
    IntervalNotPositive,
    /// `Z35`: format not kept.
    Format,
    /// `Z37`: the sender may not send this case.
    NotTheSendersToSend,
    /// `Z39`: code not allowed.
    CodeNotAllowed,
    /// `Z41`: time implausible.
    ImplausibleTime,
    /// `Z42`: configuration id not known at that time.
    ConfigurationUnknown,
    /// `Z43`: the case is not allowed for an object of this property.
    NotAllowedForProperty,
    /// `Z44`: the object has another property than the case says.
    OtherProperty,
}

impl ErrorCode {
    /// ERC 9321.
    pub fn code(self) -> &'static str {
        let (code, _) = self.entry();
        code
    }

    /// Which kind of fault it is.
    pub fn kind(self) -> ErrorKind {
        let (_, kind) = self.entry();
        kind
    }

    fn entry(self) -> (&'static str, ErrorKind) {
        match self {
            Self::IdUnknown => ("Z10", ErrorKind::Assignment),
            Self::SenderNotAssigned => ("Z17", ErrorKind::Assignment),
            Self::ReceiverNotAssigned => ("Z18", ErrorKind::Assignment),
            Self::DeviceUnknown => ("Z19", ErrorKind::Assignment),
            Self::ObisUnknown => ("Z20", ErrorKind::Assignment),
            Self::Missing => ("Z29", ErrorKind::Content),
            Self::SeriesIncomplete => ("Z30", ErrorKind::Content),
            Self::Refused => ("Z31", ErrorKind::Content),
            Self::IntervalNotPositive => ("Z34", ErrorKind::Content),
            Self::Format => ("Z35", ErrorKind::Content),
            Self::NotTheSendersToSend => ("Z37", ErrorKind::Content),
            Self::CodeNotAllowed => ("Z39", ErrorKind::Content),
            Self::ImplausibleTime => ("Z41", ErrorKind::Content),
            Self::ConfigurationUnknown => ("Z42", ErrorKind::Assignment),
            Self::NotAllowedForProperty => ("Z43", ErrorKind::Property),
            Self::OtherProperty => ("Z44", ErrorKind::Property),
        }
    }
}

impl Fault {
    /// A fault, without what stood there and where.
    pub fn new(code: ErrorCode) -> Self {
        Self {
            code: code.code().to_owned(),
            ..Self::default()
        }
    }

    /// The kind of its code; `None` if that is none of ours.
    pub fn kind(&self) -> Option<ErrorKind> {
        let known = ALL.into_iter().find(|known| known.code() == self.code);
        known.map(ErrorCode::kind)
    }

    /// With what stood there (FTX+ABO).
    #[must_use]
    pub fn with_content<T: Into<String>>(mut self, texts: impl IntoIterator<Item = T>) -> Self {
        self.content = texts.into_iter().take(2).map(fitted).collect();
        self
    }

    /// With the name of the segment that is wrong, and its text (FTX+Z02). The AHB wants it of
    /// `Z29`, `Z35`, `Z39` and `Z41`.
    #[must_use]
    pub fn at(mut self, name: &str, segment: &str) -> Self {
        self.place = vec![fitted(name), fitted(segment)];
        self
    }
}

/// What is wrong with the content of a message, by what the reader found in it. Empty if there is
/// nothing: then it can be accepted, as far as the message itself tells.
///
/// To be asked of an interchange that has no syntax error. A message that is barred for what found no
/// room among the findings is refused without more (`Z31`).
///
/// `file` is what interchange and message were read from.
pub fn faults(file: &[u8], interchange: &Interchange, message: &Message) -> Vec<Fault> {
    let is_of_message = |finding: &&Finding| {
        let offset = usize::try_from(finding.place.offset_bytes).unwrap_or(usize::MAX);
        finding.place.message.is_some() && message.bytes.contains(&offset)
    };
    let syntax = Syntax::of(file, interchange);
    let findings = interchange.findings.iter().filter(is_of_message);
    let mut faults: Vec<Fault> = findings
        .filter_map(|finding| fault_of(file, syntax, message, finding))
        .take(MAX_FAULTS)
        .collect();
    if faults.is_empty() && message.is_barred {
        faults.push(Fault::new(ErrorCode::Refused));
    }
    faults
}

fn fault_of(file: &[u8], syntax: Syntax, message: &Message, finding: &Finding) -> Option<Fault> {
    let offset = usize::try_from(finding.place.offset_bytes).ok()?;
    Some(match finding.code {
        FindingCode::NoValues => Fault::new(ErrorCode::Missing).at("Mengenangaben", "QTY"),
        FindingCode::CancelsNothing => {
            Fault::new(ErrorCode::Missing).at("Referenzangaben", "RFF+ACW")
        }
        FindingCode::UnknownPid => {
            let segment = syntax.look(file, offset, |segment| plain(segment, syntax.charset))?;
            Fault::new(ErrorCode::CodeNotAllowed)
                .with_content([segment.clone()])
                .at("Prüfidentifikator", &segment)
        }
        FindingCode::IntervalNotPositive => Fault::new(ErrorCode::IntervalNotPositive)
            .with_content(interval_at(file, syntax, message, offset)),
        // What is wrong by syntax is CONTRL's to say; check digits refuse nothing.
        FindingCode::StrayBytes
        | FindingCode::MessageWithoutInterchange
        | FindingCode::BadServiceCharacters
        | FindingCode::MessageHeadBroken
        | FindingCode::Truncated
        | FindingCode::MissingUnz
        | FindingCode::SegmentCountWrong
        | FindingCode::MessageReferenceDiffers
        | FindingCode::MessageCountWrong
        | FindingCode::InterchangeReferenceDiffers
        | FindingCode::UnknownCharset
        | FindingCode::Undecodable
        | FindingCode::UnknownSegment
        | FindingCode::BadNumber
        | FindingCode::BadTime
        | FindingCode::BadDocumentDate
        | FindingCode::CheckDigit
        | FindingCode::SegmentTooLong
        | FindingCode::TooMuch
        | FindingCode::Incomplete => return None,
    })
}

/// Begin and end of the interval that the value at a place has: its own, or that of its location.
fn interval_at(file: &[u8], syntax: Syntax, message: &Message, value: usize) -> Vec<String> {
    let mut scanner = syntax.scanner(file, message.bytes.clone());
    let (mut start, mut end) = (None, None);
    // DTM behind another value are of that.
    let mut counts = true;
    while let Some(segment) = scanner.next() {
        if segment.offset > value && !matches!(segment.tag(), b"DTM" | b"STS") {
            break;
        }
        let qualifier = segment.component(1, 0).unwrap_or_default();
        match (segment.tag(), &*qualifier) {
            (b"LOC", _) => (start, end, counts) = (None, None, true),
            (b"QTY", _) => counts = segment.offset == value,
            (b"DTM", b"163") if counts => start = Some(plain(&segment, syntax.charset)),
            (b"DTM", b"164") if counts => end = Some(plain(&segment, syntax.charset)),
            _ => {}
        }
    }
    start.into_iter().chain(end).collect()
}

/// A segment as people read it, without release characters.
fn plain(segment: &Segment<'_>, charset: Charset) -> String {
    charset.decode(&segment.separators.unescape(segment.text))
}

/// A text that fits FTX 4440: what UNOC does not have is a question mark there.
fn fitted(text: impl Into<String>) -> String {
    let text: String = text.into();
    let is_strange = |character: char| character.is_control() || u32::from(character) > 0xFF;
    let characters = text.chars().take(MAX_TEXT);
    characters
        .map(|character| {
            if is_strange(character) {
                '?'
            } else {
                character
            }
        })
        .collect()
}

/// Every code.
const ALL: [ErrorCode; 16] = [
    ErrorCode::IdUnknown,
    ErrorCode::SenderNotAssigned,
    ErrorCode::ReceiverNotAssigned,
    ErrorCode::DeviceUnknown,
    ErrorCode::ObisUnknown,
    ErrorCode::Missing,
    ErrorCode::SeriesIncomplete,
    ErrorCode::Refused,
    ErrorCode::IntervalNotPositive,
    ErrorCode::Format,
    ErrorCode::NotTheSendersToSend,
    ErrorCode::CodeNotAllowed,
    ErrorCode::ImplausibleTime,
    ErrorCode::ConfigurationUnknown,
    ErrorCode::NotAllowedForProperty,
    ErrorCode::OtherProperty,
];
/// FTX 4440: an..512.
const MAX_TEXT: usize = 512;
/// Faults of one message that are told: the first tells the sender what to look at.
const MAX_FAULTS: usize = 20;
