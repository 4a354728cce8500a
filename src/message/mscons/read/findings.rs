//! Findings as they are gathered: bounded, with the place of the segment under way.

use crate::edifact::{Finding, FindingCode, Place};

/// Gathers the findings of an interchange, as far as the file's budget goes.
#[derive(Debug)]
pub(in crate::message) struct Findings {
    kept: Vec<Finding>,
    budget: Budget,
    /// UNH 0062 of the message under way.
    message: Option<String>,
    /// Segments of the interchange before that message.
    before_message: u32,
    /// The segment under way.
    at: At,
    is_barred: bool,
}

/// A segment's place: its number in the interchange (UNB = 1) and its offset in the file.
#[derive(Clone, Copy, Debug, Default)]
pub(in crate::message) struct At {
    pub(in crate::message) number: u32,
    pub(in crate::message) offset: usize,
}

/// How many findings of a file are still kept.
///
/// A part of the room is for those that bar a message: a flood of harmless ones must not hide why a
/// message was refused.
#[derive(Clone, Copy, Debug)]
pub(in crate::message) struct Budget {
    room: usize,
    /// How many found no room.
    pub(in crate::message) left_out: u64,
}

impl Budget {
    /// The budget of a file.
    pub(in crate::message) fn of_file() -> Self {
        Self {
            room: MAX_FINDINGS,
            left_out: 0,
        }
    }

    /// Takes room for one finding, if there is some.
    pub(in crate::message) fn take(&mut self, code: FindingCode) -> bool {
        let kept_free = if code.bars_message() {
            0
        } else {
            ROOM_OF_BARRING
        };
        let is_kept = self.room > kept_free;
        if is_kept {
            self.room -= 1;
        } else {
            self.left_out += 1;
        }
        is_kept
    }
}

impl Findings {
    pub(in crate::message) fn new(budget: Budget) -> Self {
        Self {
            kept: Vec::new(),
            budget,
            message: None,
            before_message: 0,
            at: At::default(),
            is_barred: false,
        }
    }

    /// Takes note of the segment that comes.
    pub(in crate::message) fn go_to(&mut self, at: At) {
        self.at = at;
    }

    /// The segment under way.
    pub(in crate::message) fn here(&self) -> At {
        self.at
    }

    /// The segment under way begins a message.
    pub(in crate::message) fn begin_message(&mut self) {
        self.message = None;
        self.before_message = self.at.number.saturating_sub(1);
        self.is_barred = false;
    }

    /// The message under way has this UNH 0062, if it has one.
    pub(in crate::message) fn name_message(&mut self, reference: &str) {
        self.message = (!reference.is_empty()).then(|| reference.to_owned());
    }

    /// The message ends: whether a finding bars it.
    pub(in crate::message) fn end_message(&mut self) -> bool {
        self.message = None;
        self.before_message = 0;
        std::mem::take(&mut self.is_barred)
    }

    /// Number of the segment under way in its message (UNH = 1).
    pub(in crate::message) fn segment(&self) -> u32 {
        self.at.number.saturating_sub(self.before_message)
    }

    /// Adds a finding at the segment under way. `detail` is made only if there is room.
    pub(in crate::message) fn add(&mut self, code: FindingCode, detail: impl FnOnce() -> String) {
        self.is_barred |= code.bars_message();
        if !self.budget.take(code) {
            return;
        }
        let place = Place {
            message: self.message.clone(),
            segment: if self.message.is_some() {
                self.segment()
            } else {
                self.at.number
            },
            offset_bytes: self.at.offset as u64,
        };
        self.kept.push(Finding {
            code,
            place,
            detail: detail(),
        });
    }

    /// Adds a finding at an earlier segment of the message under way.
    pub(in crate::message) fn add_at(
        &mut self,
        at: At,
        code: FindingCode,
        detail: impl FnOnce() -> String,
    ) {
        let here = std::mem::replace(&mut self.at, at);
        self.add(code, detail);
        self.at = here;
    }

    /// What was found, and what is left of the budget.
    pub(in crate::message) fn finish(self) -> (Vec<Finding>, Budget) {
        (self.kept, self.budget)
    }
}

/// A piece of a partner's data in a text for people: bounded, and nothing that moves a cursor.
pub(in crate::message) fn shown(bytes: &[u8]) -> String {
    let start = bytes.get(..bytes.len().min(MAX_SHOWN)).unwrap_or_default();
    let more = if bytes.len() > MAX_SHOWN { "…" } else { "" };
    format!("\"{}{more}\"", start.escape_ascii())
}

/// Findings kept of a file: a person reads some dozens; a hostile file could make millions.
const MAX_FINDINGS: usize = 1_000;
/// How many of them are kept free for those that bar a message.
const ROOM_OF_BARRING: usize = 250;
const MAX_SHOWN: usize = 40;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn harmless_findings_leave_room_for_those_that_bar() {
        let mut budget = Budget::of_file();
        let harmless = (0..2_000)
            .filter(|_| budget.take(FindingCode::CheckDigit))
            .count();
        let barring = (0..2_000)
            .filter(|_| budget.take(FindingCode::BadTime))
            .count();
        assert_eq!((harmless, barring), (750, 250));
        assert_eq!(budget.left_out, 3_000);
    }

    #[test]
    fn a_finding_that_is_left_out_bars_all_the_same() {
        let mut budget = Budget::of_file();
        while budget.take(FindingCode::BadTime) {}
        let mut findings = Findings::new(budget);
        findings.begin_message();
        findings.add(FindingCode::BadTime, String::new);
        assert!(findings.end_message());
        assert!(findings.finish().0.is_empty());
    }
}
