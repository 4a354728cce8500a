//! Many values at once: those that look like one before them, on their way to the columns.

use crate::edifact::scan::Scanner;
use crate::message::mscons::read::findings::At;
use crate::message::mscons::read::state::{MAX_VALUES, Reader};
use crate::message::mscons::read::template::Stretch;
use crate::series::Measured;

/// Rows on their way from the templates to the columns.
#[derive(Default)]
pub(super) struct Run {
    rows: Vec<Measured>,
    /// Whether the columns have room for the rest of the file.
    has_room: bool,
}

impl Reader<'_> {
    /// Takes the values that come and look like one before, as long as they do; gives the number
    /// of their segments.
    pub(super) fn take_alike(&mut self, scanner: &mut Scanner<'_>) -> u32 {
        let (begin, text) = scanner.upcoming();
        // Asked before each segment, and a value begins with one of four.
        if text.first() != Some(&b'Q') || !self.is_mscons() {
            return 0;
        }
        if self.templates.is_value(text) {
            self.learn_until(begin);
        }
        let mut taken = Stretch::default();
        while let Some(rest) = text.get(taken.bytes..) {
            let room = MAX_VALUES.saturating_sub(self.out.columns.len());
            self.run.rows.clear();
            let read = self
                .templates
                .read(rest, &mut self.run.rows, room.min(MAX_RUN));
            if self.run.rows.is_empty() {
                break;
            }
            if taken.bytes == 0 {
                self.begin_value();
                self.make_room(rest.len().saturating_mul(self.run.rows.len()) / read.bytes);
            }
            self.previous_start = self.run.rows.last().map(|row| row.start);
            self.out.columns.extend(&self.run.rows);
            self.values_of_line += i64::try_from(self.run.rows.len()).unwrap_or(i64::MAX);
            taken.bytes += read.bytes;
            taken.segments = taken.segments.saturating_add(read.segments);
        }
        if taken.bytes > 0 {
            let offset = begin + taken.bytes;
            scanner.skip_to(offset);
            let number = self.findings.here().number.saturating_add(taken.segments);
            self.findings.go_to(At { number, offset });
        }
        taken.segments
    }

    /// Learns from the open value, which ends here.
    fn learn_until(&mut self, end: usize) {
        if let Some(value) = self.alike() {
            let At { number, offset } = self.record.at;
            let raw = self.bytes.get(offset..end).unwrap_or_default();
            let segments = self.findings.here().number.saturating_sub(number) + 1;
            self.templates.learn(raw, segments, value);
        }
    }

    /// Makes room for the rest of a file that goes on like this, once.
    fn make_room(&mut self, rows: usize) {
        if !self.run.has_room {
            self.run.has_room = true;
            // Numbers are not equally long, and a row too many would have all of them copied.
            let rows = rows + rows / 32;
            self.out.columns.reserve(rows.min(MAX_VALUES));
        }
    }
}

/// Values taken at once: their rows stay in the fastest memory of a processor.
const MAX_RUN: usize = 256;
