//! Bytes to columns in one pass.
//!
//! [`interchange`] drives the scanner and keeps the envelope; [`state`] holds what the segments so
//! far have said; [`time`] turns DTM into instants; [`record`] closes a QTY into a row. [`template`] is the short
//! way for values that look like one before them.
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

mod findings;
mod interchange;
mod record;
mod state;
mod template;
mod time;

use memchr::memmem;

use crate::edifact::envelope::next_start;
use crate::edifact::scan;
use crate::edifact::{Finding, FindingCode, Place};
use crate::message::mscons::File;
use findings::Findings;

/// Reads a file: any number of interchanges, with or without UNA.
///
/// Never fails: what can be read is given, and every oddity is a finding with its place.
pub fn read(bytes: &[u8]) -> File {
    let mut file = File::default();
    let mut budget = MAX_FINDINGS;
    let mut at = 0;
    let has_line_ends = scan::has_line_ends(bytes);
    while let Some(start) = next_start(bytes, at) {
        strays(bytes, at, start.begin, &mut file.findings);
        let findings = Findings::new(budget);
        let interchange = interchange::read(bytes, start, has_line_ends, findings);
        budget = budget.saturating_sub(interchange.findings.len());
        at = interchange.bytes.end.max(start.unb + 3);
        file.interchanges.push(interchange);
    }
    strays(bytes, at, bytes.len(), &mut file.findings);
    file
}

/// Notes bytes between interchanges that are more than blanks.
fn strays(bytes: &[u8], from: usize, to: usize, findings: &mut Vec<Finding>) {
    let between = bytes.get(from..to).unwrap_or_default();
    let between_trimmed = between.strip_prefix(BOM).unwrap_or(between);
    let Some(first) = between_trimmed
        .iter()
        .position(|byte| !BLANKS.contains(byte))
    else {
        return;
    };
    if findings.len() >= MAX_FINDINGS {
        return;
    }
    let offset = from + (between.len() - between_trimmed.len()) + first;
    let (code, detail) = if memmem::find(between, b"UNH+").is_some() {
        let what = "a message (UNH) stands outside of an interchange (UNB … UNZ)";
        (FindingCode::MessageWithoutInterchange, what.to_owned())
    } else {
        (
            FindingCode::StrayBytes,
            format!("{} bytes that belong to no interchange", to - offset),
        )
    };
    let place = Place {
        message: None,
        segment: 0,
        offset_bytes: offset as u64,
    };
    findings.push(Finding {
        code,
        place,
        detail,
    });
}

/// Findings kept of a file: a person reads some dozens; a hostile file could make millions.
const MAX_FINDINGS: usize = 1_000;
const BOM: &[u8] = b"\xEF\xBB\xBF";
const BLANKS: &[u8] = b" \t\r\n\0";
