//! Long runs of values, which a page folds.

use std::ops::Range;

use crate::edifact::envelope::next_start;
use crate::edifact::scan::Scanner;
use crate::edifact::separators::Separators;
use crate::message::mscons::File;

/// Values that are folded: the first few of a line are shown, the others are not.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Fold {
    /// Where they stand, in bytes.
    pub(super) bytes: Range<usize>,
    /// How many there are.
    pub(super) values: u64,
}

/// The folds of a file, in its order. A run is QTY and what belongs to them (DTM, STS), up to the
/// next segment of another kind.
pub(super) fn folds(bytes: &[u8], file: &File) -> Vec<Fold> {
    let mut folds = Vec::new();
    let mut scanner = Scanner::new(bytes, 0, Separators::DEFAULT);
    for interchange in &file.interchanges {
        let end = interchange.bytes.end;
        let Some(start) = next_start(bytes, interchange.bytes.start) else {
            continue;
        };
        scanner.go_on(start.unb, start.separators);
        let mut run = Run::default();
        let mut told = start.unb;
        while told < end {
            let Some(segment) = scanner.next().filter(|segment| segment.offset < end) else {
                break;
            };
            told = segment.end;
            match segment.tag() {
                b"QTY" => run.add(segment.offset),
                b"DTM" | b"STS" => {}
                _ => folds.extend(run.end(segment.offset)),
            }
        }
        folds.extend(run.end(end));
    }
    folds
}

/// The run under way.
#[derive(Default)]
struct Run {
    values: u64,
    /// Where the first folded one begins.
    from: usize,
}

impl Run {
    fn add(&mut self, at: usize) {
        self.values += 1;
        if self.values == SHOWN + 1 {
            self.from = at;
        }
    }

    fn end(&mut self, at: usize) -> Option<Fold> {
        let Self { values, from } = std::mem::take(self);
        let values = values.saturating_sub(SHOWN);
        (values >= FEWEST_FOLDED).then_some(Fold {
            bytes: from..at,
            values,
        })
    }
}

/// Values of a run that are shown.
const SHOWN: u64 = 4;
/// Fewer are not worth a fold.
const FEWEST_FOLDED: u64 = 4;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::mscons;

    #[test]
    fn the_values_behind_the_first_few_of_each_line_are_folded() {
        let line = |values: usize| format!("LIN+1'{}", "QTY+220:1'STS+Z32++Z92'".repeat(values));
        let text = format!(
            "UNB+UNOC:3+A+B+261124:0815+R1'UNH+1+MSCONS:D:04B:UN:2.5'{}{}{}UNT+9+1'UNZ+1+R1'",
            line(96),
            line(5),
            line(8),
        );
        let file = mscons::read(text.as_bytes());
        let folds = folds(text.as_bytes(), &file);
        let values: Vec<u64> = folds.iter().map(|fold| fold.values).collect();
        assert_eq!(values, [92, 4]);
        for fold in folds {
            let folded = &text[fold.bytes];
            assert!(folded.starts_with("QTY") && folded.ends_with("STS+Z32++Z92'"));
        }
    }
}
