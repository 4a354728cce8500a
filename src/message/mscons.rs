//! MSCONS: metered services consumption report.
//!
//! Model and front door; the rules are those of the German market (BDEW MSCONS MIG 2.4c and 2.5,
//! older versions as far as they are met) and of the Swiss use of versions 1.6 and 2.2e.

pub mod kind;
pub mod read;
mod rules;
pub mod write;

use std::ops::Range;
use std::sync::Arc;

use crate::edifact::Finding;
use crate::market::calendar::UtcTime;
use crate::series::{Columns, Labels};

pub use read::{Interchanges, interchanges, read};

/// Everything that was read from a file: its interchanges, their values, and what is odd.
#[derive(Clone, Debug, Default)]
pub struct File {
    /// The interchanges in file order.
    pub interchanges: Vec<Interchange>,
    /// Findings outside of any interchange.
    pub findings: Vec<Finding>,
}

/// One interchange: UNB to UNZ.
#[derive(Clone, Debug, Default)]
pub struct Interchange {
    /// Where it stands in the file, UNA and UNZ included, in bytes.
    pub bytes: Range<usize>,
    /// UNB 0004 and its qualifier 0007.
    pub sender: String,
    /// UNB 0007 beside the sender (`500` BDEW, `502` DVGW, `14` GS1, …).
    pub sender_qualifier: String,
    /// UNB 0010.
    pub receiver: String,
    /// UNB 0007 beside the receiver.
    pub receiver_qualifier: String,
    /// UNB 0020.
    pub reference: String,
    /// UNB 0026 (`EM`, `TL`, `VL`).
    pub application: String,
    /// UNB S004, UTC as the market means it; `None` if it cannot be read.
    pub prepared: Option<UtcTime>,
    /// UNB 0035 = 1.
    pub is_test: bool,
    /// Its messages in order, of whatever type.
    pub messages: Vec<Message>,
    /// The values of all its MSCONS messages, in file order.
    pub columns: Columns,
    /// What the rows' labels mean.
    pub labels: Labels,
    /// All findings of the interchange and its messages, in file order.
    pub findings: Vec<Finding>,
    /// Whether it has more messages or values than are read: then none of them is here.
    pub is_too_much: bool,
}

/// One message: UNH to UNT.
#[derive(Clone, Debug, Default)]
pub struct Message {
    /// Where it stands in the file, in bytes.
    pub bytes: Range<usize>,
    /// UNH 0062.
    pub reference: String,
    /// UNH 0065 (`MSCONS`, `ORDERS`, …).
    pub kind: String,
    /// UNH 0057 (`2.5`), or 0054 if 0057 is empty.
    pub version: String,
    /// BGM 1001 (`7`, `Z48`, …).
    pub name_code: String,
    /// BGM 1004.
    pub document: String,
    /// Whether BGM 1225 is `1`, or the Prüfidentifikator is 13006.
    pub is_cancellation: bool,
    /// RFF+ACW: BGM 1004 of the message that is cancelled.
    pub cancels: Option<String>,
    /// RFF+AGI: BGM 1004 of the ORDERS that this answers.
    pub answers: Option<String>,
    /// DTM+137.
    pub document_date: Option<UtcTime>,
    /// RFF+Z13, if it is five digits.
    pub pid: Option<u32>,
    /// What it speaks of, in file order. Rows of [`Interchange::columns`].
    pub groups: Vec<Group>,
    /// Whether a finding bars it from the store (`FindingCode::bars_message`).
    pub is_barred: bool,
}

/// Rows that share location, device and OBIS code: the values of one LIN, as a rule. Equal names of
/// an interchange are one text.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Group {
    /// As `location` of the record: the place, or a transfer series joined by `/`.
    pub location: Option<Arc<str>>,
    /// RFF+MG.
    pub device: Option<Arc<str>>,
    /// PIA 7140, unescaped.
    pub obis: Option<Arc<str>>,
    /// DTM+293 of the series, or of SG1 in 13013.
    pub version: Option<UtcTime>,
    /// Its rows in [`Interchange::columns`].
    pub rows: Range<usize>,
}

impl Group {
    /// Whether the rows of both belong to the same series and version.
    fn names_the_same(&self, other: &Self) -> bool {
        let Self {
            location,
            device,
            obis,
            version,
            rows: _,
        } = self;
        *location == other.location
            && *device == other.device
            && *obis == other.obis
            && *version == other.version
    }
}
