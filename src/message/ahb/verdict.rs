//! What the rules said of a message.

use std::fmt;

use edi_energy::Pruefidentifikator;

use crate::edifact::Place;
use crate::message::ahb::case::{Case, Head};

/// What the rules said of a message, and which rules that were.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Verdict {
    /// What was asked.
    pub basis: Basis,
    /// What was found, in the order of the segments: 100 at most.
    pub remarks: Vec<Remark>,
    /// How many found no room.
    pub left_out: u64,
}

/// The rules that a message was put before.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Basis {
    /// How many rules of the AHB: each segment, group and data element of its column is one.
    pub rules: usize,
    /// The Prüfidentifikator of the column; 0 if there is none.
    pub pid: u32,
    /// `MSCONS 2.5, AHB 3.2`; empty if nothing was asked, not even the MIG.
    pub book: String,
    /// Why not more was asked; empty if all was.
    pub lack: String,
}

/// What a rule says of a message.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Remark {
    /// The rule's name: `AHB-13018-00030-QTY-6063-CODE`.
    pub rule: String,
    /// Whether the message is wrong by it; else it is a warning.
    pub is_error: bool,
    /// The first place.
    pub place: Place,
    /// At how many places of the message.
    pub times: u64,
    /// What stands there, and what the rule wants.
    pub detail: String,
}

impl Verdict {
    pub(super) fn unchecked(lack: String) -> Self {
        Self {
            basis: Basis {
                lack,
                ..Basis::default()
            },
            ..Self::default()
        }
    }

    pub(super) fn new(case: &Case, head: &Head) -> Self {
        let book = case.book();
        let lack = match (case.column, head.pid) {
            (Some(_), _) => String::new(),
            (None, Some(pid)) => format!("{book} has no Prüfidentifikator {pid}: its MIG alone"),
            (None, None) => format!("no Prüfidentifikator: the MIG of {book} alone"),
        };
        Self {
            basis: Basis {
                rules: case.count(),
                pid: case.column.map_or(0, Pruefidentifikator::as_u32),
                book,
                lack,
            },
            ..Self::default()
        }
    }

    /// Adds a remark; the same again is counted at the first.
    pub(super) fn add(&mut self, mut remark: Remark) {
        if remark.detail.chars().count() > MOST_CHARACTERS {
            remark.detail = remark.detail.chars().take(MOST_CHARACTERS).collect();
            remark.detail.push('…');
        }
        let is_same =
            |known: &&mut Remark| known.rule == remark.rule && known.detail == remark.detail;
        if let Some(known) = self.remarks.iter_mut().find(is_same) {
            known.times += remark.times;
        } else if self.remarks.len() < MOST_REMARKS {
            self.remarks.push(remark);
        } else {
            self.left_out += 1;
        }
    }

    /// Whether a rule is broken.
    pub fn has_errors(&self) -> bool {
        self.remarks.iter().any(|remark| remark.is_error)
    }
}

impl Remark {
    /// The code by which an APERAK tells it (ERC), where one is clear.
    ///
    /// Source: BDEW APERAK AHB 1.1.
    pub fn aperak_code(&self) -> Option<&'static str> {
        let ends = |ends: &[&str]| ends.iter().any(|end| self.rule.ends_with(end));
        if ends(&["-MISSING", "-REQUIRED", "-PAKET-MIN"]) {
            Some("Z29")
        } else if ends(&["-CODE"]) {
            Some("Z39")
        } else if ends(&["-MAX"]) {
            Some("Z40")
        } else if ends(&["-FORMAT"])
            || self.rule.starts_with("FMT-")
            || self.rule == "SEM-DTM-VALUE"
        {
            Some("Z35")
        } else {
            None
        }
    }
}

impl fmt::Display for Basis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            rules,
            pid,
            book,
            lack,
        } = self;
        if lack.is_empty() {
            write!(f, "checked: {rules} AHB rules of {pid} ({book})")
        } else {
            write!(f, "checked: {rules} AHB rules ({lack})")
        }
    }
}

impl fmt::Display for Remark {
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
        write!(f, ": {}: {}", self.rule, self.detail)?;
        if self.times > 1 {
            write!(f, " ({} times)", self.times)?;
        }
        Ok(())
    }
}

/// Remarks kept of a message: a person reads some.
const MOST_REMARKS: usize = 100;
/// Of a remark: a rule can name dozens of codes.
const MOST_CHARACTERS: usize = 600;
