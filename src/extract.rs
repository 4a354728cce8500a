//! The EDIFACT in a mail: attachments, archives, nested mails, the body itself.
//!
//! Candidates are found by their content, never by file name or media type.

pub mod archive;
pub mod bounds;
pub mod mime;

use serde::{Deserialize, Serialize};

pub use bounds::Bounds;

/// What a mail says of itself, for provenance. Strings are from a stranger: bounded, never trusted.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
pub struct Head {
    /// `Message-ID` without angle brackets.
    pub message_id: String,
    /// Address of `From`.
    pub from: String,
    /// `Subject`, decoded, at most 500 characters.
    pub subject: String,
}

/// A piece of a mail that holds EDIFACT.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Candidate {
    /// How a person finds it: `MSCONS.zip/a.edi`, `body`, …
    pub name: String,
    /// The bytes, unpacked and transfer-decoded, charset untouched.
    pub bytes: Vec<u8>,
}

/// A piece that could not be looked into.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct Refused {
    /// How a person finds it.
    pub name: String,
    /// Why, and which bound: for people.
    pub reason: String,
}

/// What a mail holds.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Extract {
    /// What it says of itself.
    pub head: Head,
    /// Its EDIFACT, in the order of the mail.
    pub candidates: Vec<Candidate>,
    /// What could not be looked into (bombs, broken archives, too deep).
    pub refused: Vec<Refused>,
}

/// Finds the EDIFACT of a mail (RFC 5322 bytes).
pub fn candidates(_mail: &[u8], _bounds: &Bounds) -> Extract {
    todo!()
}

/// Finds the EDIFACT in the bytes of a file of any kind: EDIFACT itself, zip, gz, a mail, an mbox.
pub fn candidates_in_file(_name: &str, _bytes: &[u8], _bounds: &Bounds) -> Extract {
    todo!()
}
