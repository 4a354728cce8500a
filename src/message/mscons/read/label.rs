//! Qualifier, unit and status of a row: numbered as they stand, decoded once.

use std::collections::HashMap;

use crate::edifact::charset::Charset;
use crate::edifact::separators::Separators;
use crate::series::Label;

/// The label of the open record as it stands in the bytes, and the numbers of those before.
///
/// Rows of a file share few labels: a comparison of some 20 bytes instead of decoding them.
pub(super) struct RawLabels {
    separators: Separators,
    /// Qualifier, unit and each STS, still escaped, each ended by a terminator. Where a segment was
    /// cut at its terminator, there is no unreleased one in it: the parts can be told apart.
    open: Vec<u8>,
    /// Those that were seen first: few labels are most of a file, and comparing is cheaper than
    /// hashing.
    first: Vec<(Box<[u8]>, u32)>,
    numbers: HashMap<Box<[u8]>, u32>,
}

impl RawLabels {
    pub(super) fn new(separators: Separators) -> Self {
        Self {
            separators,
            open: Vec::new(),
            first: Vec::new(),
            numbers: HashMap::new(),
        }
    }

    /// Opens the label of a QTY: 6063 and 6411.
    pub(super) fn open(&mut self, qualifier: &[u8], unit: &[u8]) {
        self.open.clear();
        self.add(qualifier);
        self.add(unit);
    }

    /// Adds a STS: everything behind its tag.
    pub(super) fn add(&mut self, part: &[u8]) {
        self.open.extend_from_slice(part);
        self.open.push(self.separators.terminator);
    }

    /// The number of the open label, if it was seen before.
    pub(super) fn known(&self) -> Option<u32> {
        let first = self.first.iter().find(|(label, _)| **label == *self.open);
        if let Some((_, number)) = first {
            return Some(*number);
        }
        self.numbers.get(self.open.as_slice()).copied()
    }

    /// The open label as text.
    pub(super) fn decoded(&self, charset: Charset) -> Label {
        let separators = self.separators;
        let text = |bytes: &[u8]| charset.decode(bytes).into_boxed_str();
        let plain = |raw: &[u8]| text(&separators.unescape(raw));
        let mut parts = separators.parts(&self.open, separators.terminator);
        let qualifier = plain(parts.next().unwrap_or_default());
        let unit = parts.next().filter(|unit| !unit.is_empty()).map(plain);
        let mut status: Vec<Box<str>> = parts.map(|raw| text(&self.status(raw))).collect();
        // Behind the last terminator there is nothing.
        status.pop();
        Label {
            qualifier,
            unit,
            status,
        }
    }

    /// Gives the open label its number.
    pub(super) fn learn(&mut self, number: u32) {
        let label = self.open.as_slice().into();
        if self.first.len() < MAX_FIRST {
            self.first.push((label, number));
        } else {
            self.numbers.insert(label, number);
        }
    }

    /// A STS as the record has it: elements joined by `+`, components by `:`, unescaped.
    fn status(&self, raw: &[u8]) -> Vec<u8> {
        let mut status = Vec::with_capacity(raw.len());
        for (n, element) in self.separators.elements(raw).enumerate() {
            if n > 0 {
                status.push(b'+');
            }
            for (c, component) in self.separators.components(element).enumerate() {
                if c > 0 {
                    status.push(b':');
                }
                status.extend_from_slice(&self.separators.unescape(component));
            }
        }
        status
    }
}

/// Qualifiers and kinds of status that stand beside each other.
const MAX_FIRST: usize = 8;

#[cfg(test)]
mod tests {
    use super::*;

    fn decoded(labels: &RawLabels) -> Label {
        labels.decoded(Charset::Latin1)
    }

    #[test]
    fn a_label_is_decoded_once_and_known_from_then_on() {
        let mut labels = RawLabels::new(Separators::DEFAULT);
        for (number, qualifier) in [(0, b"220"), (1, b"Z18"), (0, b"220")] {
            labels.open(qualifier, b"KWH");
            labels.add(b"Z34++ZA4");
            let known = labels.known();
            if known.is_none() {
                labels.learn(number);
            }
            assert_eq!(labels.known(), Some(number));
        }
        assert_eq!(labels.first.len(), 2);
    }

    #[test]
    fn each_status_is_kept_as_it_was_meant() {
        let mut labels = RawLabels::new(Separators::DEFAULT);
        labels.open(b"22?'0", b"");
        labels.add(b"Z34++ZA4+");
        labels.add(b"");
        labels.add(b"6+T2?::108??");
        let label = decoded(&labels);
        assert_eq!(&*label.qualifier, "22'0");
        assert_eq!(label.unit, None);
        let status: Vec<&str> = label.status.iter().map(|status| &**status).collect();
        assert_eq!(status, ["Z34++ZA4+", "", "6+T2::108?"]);
    }

    #[test]
    fn other_separators_are_written_as_the_usual_ones() {
        let mut labels = RawLabels::new(Separators::from_una(*b";|.!_~").unwrap());
        labels.open(b"220", b"");
        labels.add(b"6|T2;10+8!|");
        assert_eq!(&*decoded(&labels).status[0], "6+T2:10+8|");
    }
}
