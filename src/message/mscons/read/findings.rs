//! Findings as they are gathered: bounded, with the place of the segment under way.

use std::fmt::Write as _;

use crate::edifact::{Finding, FindingCode, Place};

/// Gathers findings up to a bound.
#[derive(Debug)]
pub(super) struct Findings {
    kept: Vec<Finding>,
    room: usize,
    left_out: u64,
    /// UNH 0062 of the message under way.
    pub(super) message: Option<String>,
    /// Number of the segment under way.
    pub(super) segment: u32,
    /// Where the segment under way stands.
    pub(super) offset: usize,
    /// Whether a finding since the last [`Self::begin_message`] bars the message.
    pub(super) is_barred: bool,
}

impl Findings {
    pub(super) fn new(room: usize) -> Self {
        let kept = Vec::new();
        Self {
            kept,
            room,
            left_out: 0,
            message: None,
            segment: 0,
            offset: 0,
            is_barred: false,
        }
    }

    pub(super) fn begin_message(&mut self, reference: &str) {
        self.message = Some(reference.to_owned());
        self.is_barred = false;
    }

    /// Adds a finding at the segment under way. `detail` is made only if there is room.
    pub(super) fn add(&mut self, code: FindingCode, detail: impl FnOnce() -> String) {
        self.is_barred |= code.bars_message();
        self.note(code, detail);
    }

    /// Adds a finding that does not bar the message, whatever its kind.
    pub(super) fn note(&mut self, code: FindingCode, detail: impl FnOnce() -> String) {
        if self.kept.len() >= self.room {
            self.left_out += 1;
            return;
        }
        let place = Place {
            message: self.message.clone(),
            segment: self.segment,
            offset_bytes: self.offset as u64,
        };
        self.kept.push(Finding {
            code,
            place,
            detail: detail(),
        });
    }

    pub(super) fn finish(mut self) -> Vec<Finding> {
        if self.left_out > 0
            && let Some(last) = self.kept.last_mut()
        {
            // Writing into a `String` cannot fail.
            let _ = write!(last.detail, " (and {} findings more)", self.left_out);
        }
        self.kept
    }
}

/// A piece of a partner's data in a text for people: bounded, and nothing that moves a cursor.
pub(super) fn shown(bytes: &[u8]) -> String {
    let start = bytes.get(..bytes.len().min(MAX_SHOWN)).unwrap_or_default();
    let more = if bytes.len() > MAX_SHOWN { "…" } else { "" };
    format!("\"{}{more}\"", start.escape_ascii())
}

const MAX_SHOWN: usize = 40;
