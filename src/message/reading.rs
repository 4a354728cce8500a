//! The segments of one message of a file that was read: what the readers of small messages share.
//!
//! The envelope and its counts were read before ([`mscons::read`](crate::message::mscons::read)),
//! whatever the type of the message.

use std::ops::Range;

use crate::edifact::charset::Charset;
use crate::edifact::envelope::next_start;
use crate::edifact::scan::{Scanner, Segment};
use crate::edifact::separators::Separators;
use crate::edifact::{Finding, FindingCode};
use crate::market::calendar::UtcTime;
use crate::message::mscons::read::findings::{At, Budget, Findings, shown};
use crate::message::mscons::read::time::{Clock, Dtm};
use crate::message::mscons::{Interchange, Message};

/// Reads a message's segments, UNH and UNT included, in order: `take` sees each of them, and
/// findings are gathered on the way.
///
/// `file` is what interchange and message were read from.
pub(in crate::message) fn each_segment(
    file: &[u8],
    interchange: &Interchange,
    message: &Message,
    mut take: impl FnMut(&Segment<'_>, &mut Notes),
) -> Vec<Finding> {
    let syntax = Syntax::of(file, interchange);
    let mut scanner = syntax.scanner(file, message.bytes.clone());
    let mut notes = Notes {
        charset: syntax.charset,
        clock: Clock::default(),
        findings: Findings::new(Budget::of_file()),
        parts: 0,
    };
    let mut number = 0_u32;
    while let Some(segment) = scanner.next() {
        if segment.text.is_empty() {
            continue;
        }
        number = number.saturating_add(1);
        let offset = segment.offset;
        notes.findings.go_to(At { number, offset });
        if number == 1 {
            notes.findings.begin_message();
            notes.findings.name_message(&message.reference);
        }
        if segment.text.len() <= MAX_SEGMENT_BYTES {
            take(&segment, &mut notes);
        }
    }
    notes.findings.finish().0
}

/// How an interchange is written: what is needed to look at its segments again.
#[derive(Clone, Copy, Debug)]
pub(in crate::message) struct Syntax {
    separators: Separators,
    /// UNB 0001.
    pub(in crate::message) charset: Charset,
}

impl Syntax {
    /// Of an interchange of this file; the usual one, if the file is another.
    pub(in crate::message) fn of(file: &[u8], interchange: &Interchange) -> Self {
        let mut syntax = Self {
            separators: Separators::DEFAULT,
            charset: Charset::Latin1,
        };
        if let Some(start) = next_start(file, interchange.bytes.start) {
            syntax.separators = start.separators;
            let charset = |unb: &Segment<'_>| Charset::from_code(&unb.component(1, 0)?);
            let known = syntax.look(file, start.unb, charset).flatten();
            syntax.charset = known.unwrap_or(syntax.charset);
        }
        syntax
    }

    /// A scanner of a part of the file.
    pub(in crate::message) fn scanner<'f>(
        &self,
        file: &'f [u8],
        part: Range<usize>,
    ) -> Scanner<'f> {
        let until = file.get(..part.end).unwrap_or(file);
        Scanner::new(until, part.start, self.separators)
    }

    /// Looks at the segment that begins here; `None` if none ends behind it.
    pub(in crate::message) fn look<T>(
        &self,
        file: &[u8],
        offset: usize,
        look: impl FnOnce(&Segment<'_>) -> T,
    ) -> Option<T> {
        // A scanner looks for line ends as far as it may: of a large file, only what is needed.
        let mut length = MAX_SEGMENT_BYTES;
        loop {
            let end = offset.saturating_add(length);
            if let Some(segment) = self.scanner(file, offset..end).next() {
                return Some(look(&segment));
            }
            if end >= file.len() {
                return None;
            }
            length = length.saturating_mul(8);
        }
    }
}

/// What is known while a message is read.
pub(in crate::message) struct Notes {
    charset: Charset,
    clock: Clock,
    findings: Findings,
    /// Faults, segments and elements so far.
    parts: usize,
}

impl Notes {
    /// A component as text; empty if it is not there, and cut if it is longer than any of the
    /// standard's.
    pub(in crate::message) fn text(&mut self, segment: &Segment<'_>, n: usize, c: usize) -> String {
        let bytes = segment.component(n, c).unwrap_or_default();
        let text = self.charset.decode(&bytes);
        if bytes.len() <= MAX_TEXT_CHARACTERS {
            return text;
        }
        self.findings.add(FindingCode::SegmentTooLong, || {
            let length = bytes.len();
            format!(
                "an identifier of {length} bytes; {MAX_TEXT_CHARACTERS} are the most that is read"
            )
        });
        text.chars().take(MAX_TEXT_CHARACTERS).collect()
    }

    /// A component as text, if it is there and not empty.
    pub(in crate::message) fn given(
        &mut self,
        segment: &Segment<'_>,
        n: usize,
        c: usize,
    ) -> Option<String> {
        Some(self.text(segment, n, c)).filter(|text| !text.is_empty())
    }

    /// The texts of an element (FTX C108), without those that are empty at its end.
    pub(in crate::message) fn texts(&mut self, segment: &Segment<'_>, n: usize) -> Vec<String> {
        let mut texts: Vec<String> = (0..MAX_TEXTS).map(|c| self.text(segment, n, c)).collect();
        let given = texts.iter().rposition(|text| !text.is_empty());
        texts.truncate(given.map_or(0, |last| last + 1));
        texts
    }

    /// The number of a component; `None`, and a finding, if there is none.
    pub(in crate::message) fn number(
        &mut self,
        segment: &Segment<'_>,
        n: usize,
        c: usize,
    ) -> Option<u32> {
        let text = self.given(segment, n, c)?;
        let number = text.parse().ok();
        if number.is_none() {
            self.findings.add(FindingCode::BadNumber, || {
                format!("{} is no number", shown(text.as_bytes()))
            });
        }
        number
    }

    /// The instant of a DTM; `None`, and a finding, if it does not fit its format.
    pub(in crate::message) fn time(&mut self, segment: &Segment<'_>) -> Option<UtcTime> {
        let dtm = Dtm::of(segment);
        let moment = self.clock.moment(&dtm);
        let time = moment.and_then(|moment| self.clock.instant(moment, false, None));
        if time.is_none() {
            self.findings.add(FindingCode::BadTime, || {
                format!(
                    "{} is no time of the format {}",
                    shown(dtm.text()),
                    shown(dtm.format())
                )
            });
        }
        time
    }

    /// Whether there is room for one more part of the message: a fault, a segment, an element. The
    /// first that finds none is noted.
    pub(in crate::message) fn has_room(&mut self) -> bool {
        if self.parts == MAX_PARTS {
            self.findings.add(FindingCode::TooMuch, || {
                format!("more than {MAX_PARTS} parts in a message; the rest is left out")
            });
        }
        self.parts = self.parts.saturating_add(1);
        self.parts <= MAX_PARTS
    }

    /// Notes what the message does not say, at the segment under way.
    pub(in crate::message) fn misses(&mut self, what: &str) {
        self.findings.add(FindingCode::Incomplete, || {
            format!("the message has no {what}")
        });
    }
}

/// The longest segment that is read, as everywhere.
const MAX_SEGMENT_BYTES: usize = 64 << 10;
/// FTX 4440, the longest text of these messages: an..512.
const MAX_TEXT_CHARACTERS: usize = 512;
/// Faults, segments and elements of a message that are kept: nobody reads more, and a hostile file
/// could hold millions.
const MAX_PARTS: usize = 2_000;
/// FTX C108 has five texts.
const MAX_TEXTS: usize = 5;
