//! Facts about a partner's data: what is odd, and where.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Where something was found.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
pub struct Place {
    /// UNH 0062 of the message, if it lies in one.
    pub message: Option<String>,
    /// Number of the segment in its message (UNH = 1); outside of a message, in its interchange
    /// (UNB = 1). 0: no segment.
    pub segment: u32,
    /// Offset from the start of the file, in bytes.
    pub offset_bytes: u64,
}

/// A fact about a partner's data.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct Finding {
    /// What was found.
    pub code: FindingCode,
    /// Where.
    pub place: Place,
    /// What stood there, and what was expected. For people.
    pub detail: String,
}

/// What can be found.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum FindingCode {
    /// Bytes between interchanges that are no interchange.
    StrayBytes,
    /// `UNH` without `UNB`: no interchange.
    MessageWithoutInterchange,
    /// UNA names characters that cannot separate.
    BadServiceCharacters,
    /// UNH is missing, or lacks its reference or its type.
    MessageHeadBroken,
    /// A rest without a segment terminator, or a message without UNT.
    Truncated,
    /// UNZ is missing.
    MissingUnz,
    /// UNT 0074 differs from the segments counted.
    SegmentCountWrong,
    /// UNT 0062 differs from UNH 0062.
    MessageReferenceDiffers,
    /// UNZ 0036 differs from the messages or groups counted, or UNE 0060 from the messages.
    MessageCountWrong,
    /// UNZ 0020 differs from UNB 0020.
    InterchangeReferenceDiffers,
    /// UNB 0001 names a charset that is not known.
    UnknownCharset,
    /// Bytes that the charset does not have.
    Undecodable,
    /// A tag that MSCONS does not have.
    UnknownSegment,
    /// A Prüfidentifikator that no version knows.
    UnknownPid,
    /// QTY 6060 is no number.
    BadNumber,
    /// DTM 2380 does not fit its format.
    BadTime,
    /// DTM+137 does not fit its format.
    BadDocumentDate,
    /// A check digit does not fit.
    CheckDigit,
    /// A segment or an identifier longer than the bound.
    SegmentTooLong,
    /// A message without any QTY where one is due.
    NoValues,
    /// A cancellation that does not say what it cancels.
    CancelsNothing,
    /// An interval whose end is not after its start.
    IntervalNotPositive,
    /// An interchange with more messages or values than the bound.
    TooMuch,
    /// A message lacks what it must say to be understood.
    Incomplete,
}

impl FindingCode {
    /// Whether a message with this finding cannot be taken into the store: it goes to quarantine
    /// as a whole, and the messages beside it go on.
    pub fn bars_message(self) -> bool {
        match self {
            Self::MessageHeadBroken
            | Self::Truncated
            | Self::MessageWithoutInterchange
            | Self::BadNumber
            | Self::BadTime
            | Self::SegmentTooLong
            | Self::CancelsNothing
            | Self::IntervalNotPositive
            | Self::TooMuch => true,
            Self::StrayBytes
            | Self::BadServiceCharacters
            | Self::MissingUnz
            | Self::SegmentCountWrong
            | Self::MessageReferenceDiffers
            | Self::MessageCountWrong
            | Self::InterchangeReferenceDiffers
            | Self::UnknownCharset
            | Self::Undecodable
            | Self::UnknownSegment
            | Self::UnknownPid
            | Self::BadDocumentDate
            | Self::CheckDigit
            | Self::NoValues
            | Self::Incomplete => false,
        }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Place {
            message,
            segment,
            offset_bytes,
        } = &self.place;
        write!(f, "byte {offset_bytes}, segment {segment}")?;
        if let Some(message) = message {
            write!(f, " of message {message}")?;
        }
        write!(f, ": {}", self.detail)
    }
}
