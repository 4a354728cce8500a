//! Requests for data as they are kept, and what came in answer to mails of ours.

use serde::{Deserialize, Serialize};

use crate::store::ledger::Hash;

/// A request for data. Its number is that of the mail that asks.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct RequestRecord {
    /// `id` of the `[[partner]]` that is asked.
    pub partner: String,
    /// Market or metering location.
    pub location: String,
    /// OBIS code; empty: all of the location.
    pub obis: String,
    /// From when, seconds UTC.
    pub from: i64,
    /// Until when, seconds UTC, exclusive; the same as `from` for an instant.
    pub to: i64,
    /// Prüfidentifikator of the ORDERS; `None` if it was asked in words.
    pub pid: Option<u32>,
    /// When, seconds UTC.
    pub asked: i64,
    /// Whether the gateway asked by itself.
    pub by_itself: bool,
}

/// A request of somebody else's that waits for our answer.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct AskedRecord {
    /// SHA-256 of the interchange that it came in.
    pub interchange: Hash,
    /// UNH 0062.
    pub message: String,
    /// When it arrived, seconds UTC.
    pub arrived: i64,
}

/// What a message says of a mail of ours.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct ReplyRecord {
    /// When it arrived, seconds UTC.
    pub arrived: i64,
    /// What it says.
    pub reply: Reply,
    /// Its codes and words, for a person.
    pub text: String,
}

/// What is said of a mail of ours.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Reply {
    /// Its syntax is well (CONTRL 7).
    Received,
    /// Its syntax is not (CONTRL 4).
    Rejected,
    /// Its content is accepted (APERAK 312, or an ORDRSP that grants).
    Accepted,
    /// Its content is refused (APERAK 313, or an ORDRSP that refuses).
    Refused,
    /// Here are the values (MSCONS with RFF+AGI).
    Values,
}

impl Reply {
    /// Whether the partner does not take what it was sent.
    pub fn is_no(self) -> bool {
        match self {
            Self::Rejected | Self::Refused => true,
            Self::Received | Self::Accepted | Self::Values => false,
        }
    }
}

/// What a message says of a mail of ours, and of which.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct NewReply {
    /// UNB 0020 or BGM 1004 of ours: they are the same.
    pub reference: String,
    /// What it says.
    pub reply: Reply,
    /// Its codes and words.
    pub text: String,
}
