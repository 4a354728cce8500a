//! Bytes to columns in one pass.
//!
//! [`interchange`] drives the scanner and keeps the envelope, [`head`] the frame of a message;
//! [`state`] holds what the segments so far have said, [`place`] where it was measured; [`time`]
//! turns DTM into instants, [`usual`] those of the usual forms; [`record`] closes a QTY into a row,
//! whose qualifier, unit and status are a [`label`]. [`template`] is the short way for values that
//! look like one before them.
//!
//! ```
//! let file = mscons_gateway::message::mscons::read(b"UNB+UNOC:3+A:500+B:500+261124:0815+R1'\
//!     UNH+1+MSCONS:D:04B:UN:2.5'BGM+Z48+D1+9'UNS+D'NAD+DP'LOC+172+41373559241'LIN+1'\
//!     PIA+5+1-1?:1.29.0:SRW'QTY+220:2,5'DTM+163:202611222300?+00:303'\
//!     DTM+164:202611222315?+00:303'UNT+11+1'UNZ+1+R1'");
//! let interchange = &file.interchanges[0];
//! assert_eq!(interchange.columns.len(), 1);
//! assert!(interchange.findings.is_empty());
//! ```

pub(in crate::message) mod findings;
mod head;
mod interchange;
mod label;
mod place;
mod record;
mod run;
mod state;
mod template;
pub(crate) mod time;
mod usual;

use std::fmt::Write as _;

use memchr::memmem;

use crate::edifact::envelope::next_start;
use crate::edifact::scan::Scanner;
use crate::edifact::separators::Separators;
use crate::edifact::{Finding, FindingCode, Place};
use crate::message::mscons::{File, Interchange};
use findings::Budget;

/// Reads a file: any number of interchanges, with or without UNA.
///
/// Never fails: what can be read is given, and every oddity is a finding with its place. At most
/// 1,000 findings are kept; the last of them says how many more there were.
pub fn read(bytes: &[u8]) -> File {
    let mut reading = interchanges(bytes);
    let interchanges = reading.by_ref().collect();
    let (findings, left_out) = reading.finish();
    let mut file = File {
        interchanges,
        findings,
    };
    say_left_out(&mut file, left_out);
    file
}

/// Reads a file as [`read`] does, one interchange after the other: large files of many take no more
/// memory than the largest of them.
pub fn interchanges(bytes: &[u8]) -> Interchanges<'_> {
    Interchanges {
        bytes,
        scanner: Scanner::new(bytes, 0, Separators::DEFAULT),
        at: 0,
        findings: Vec::new(),
        budget: Budget::of_file(),
    }
}

/// The interchanges of a file, in order.
pub struct Interchanges<'a> {
    bytes: &'a [u8],
    scanner: Scanner<'a>,
    /// Behind the last interchange.
    at: usize,
    /// Findings outside of any interchange.
    findings: Vec<Finding>,
    budget: Budget,
}

impl Interchanges<'_> {
    /// Findings outside of any interchange, and how many findings of the file found no room. To be
    /// asked behind the last interchange.
    pub fn finish(mut self) -> (Vec<Finding>, u64) {
        self.stray(self.bytes.len());
        (self.findings, self.budget.left_out)
    }

    fn stray(&mut self, to: usize) {
        let stray = strays(self.bytes, self.at, to, &mut self.budget);
        self.findings.extend(stray);
    }
}

impl Iterator for Interchanges<'_> {
    type Item = Interchange;

    fn next(&mut self) -> Option<Interchange> {
        let start = next_start(self.bytes, self.at)?;
        self.stray(start.begin);
        let interchange =
            interchange::read(self.bytes, &start, &mut self.scanner, &mut self.budget);
        self.at = interchange.bytes.end.max(start.unb + 1);
        Some(interchange)
    }
}

/// Bytes between interchanges that are more than blanks.
fn strays(bytes: &[u8], from: usize, to: usize, budget: &mut Budget) -> Option<Finding> {
    let between = bytes.get(from..to)?;
    let text = between.strip_prefix(BOM).unwrap_or(between);
    let blanks = text.iter().take_while(|byte| BLANKS.contains(byte)).count();
    let offset = to - text.len() + blanks;
    if offset == to {
        return None;
    }
    let is_message = memmem::find(text, b"UNH+").is_some();
    let code = if is_message {
        FindingCode::MessageWithoutInterchange
    } else {
        FindingCode::StrayBytes
    };
    if !budget.take(code) {
        return None;
    }
    let detail = if is_message {
        "a message (UNH) stands outside of an interchange (UNB … UNZ)".to_owned()
    } else {
        format!("{} bytes that belong to no interchange", to - offset)
    };
    let place = Place {
        message: None,
        segment: 0,
        offset_bytes: offset as u64,
    };
    Some(Finding {
        code,
        place,
        detail,
    })
}

/// Tells in the file's last finding how many found no room.
fn say_left_out(file: &mut File, left_out: u64) {
    let of_interchanges = file
        .interchanges
        .iter_mut()
        .rev()
        .filter_map(|i| i.findings.last_mut());
    let last = of_interchanges.chain(file.findings.last_mut()).next();
    if let Some(last) = last
        && left_out > 0
    {
        // Writing into a `String` cannot fail.
        let _ = write!(last.detail, " (and {left_out} findings more)");
    }
}

const BOM: &[u8] = b"\xEF\xBB\xBF";
const BLANKS: &[u8] = b" \t\r\n\0";
