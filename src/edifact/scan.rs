//! Bytes to segments, one pass, no allocation a segment.
//!
//! ```
//! use mscons_gateway::edifact::{scan::Scanner, separators::Separators};
//!
//! let mut scanner = Scanner::new(b"BGM+7+D?'1+9'\r\nUNS+D'", 0, Separators::DEFAULT);
//! let bgm = scanner.next().unwrap();
//! assert_eq!(bgm.tag(), b"BGM");
//! assert_eq!(bgm.component(2, 0).as_deref(), Some(&b"D'1"[..]));
//! let uns = scanner.next().unwrap();
//! assert_eq!((uns.tag(), uns.offset), (&b"UNS"[..], 15));
//! assert!(scanner.next().is_none());
//! ```

use std::borrow::Cow;

use memchr::{memchr, memchr2};

use crate::edifact::separators::Separators;

/// Cuts bytes into segments.
#[derive(Debug)]
pub struct Scanner<'a> {
    bytes: &'a [u8],
    at: usize,
    separators: Separators,
    /// From here on it is not known whether there are line ends. Most files have none, and a segment
    /// without one needs no cleaning.
    without_line_ends: usize,
    scratch: Vec<u8>,
}

/// A segment: its text without terminator, line ends and leading blanks, still escaped. (One of more
/// than a MiB keeps its line ends.)
#[derive(Clone, Copy, Debug)]
pub struct Segment<'s> {
    /// The text from the tag on.
    pub text: &'s [u8],
    /// Where its tag stands, in bytes from the start of the file.
    pub offset: usize,
    /// Where it ends, its terminator included.
    pub end: usize,
    /// The service characters of its interchange.
    pub separators: &'s Separators,
}

impl<'a> Scanner<'a> {
    /// A scanner of `bytes` from `at` on.
    pub fn new(bytes: &'a [u8], at: usize, separators: Separators) -> Self {
        Self {
            bytes,
            at,
            separators,
            without_line_ends: at,
            scratch: Vec::new(),
        }
    }

    /// Goes on with another interchange of the file, which begins at or behind the last segment.
    pub fn go_on(&mut self, at: usize, separators: Separators) {
        self.at = at;
        self.separators = separators;
    }

    /// The next segment; `None` at the end, or if the rest has no terminator.
    #[expect(
        clippy::should_implement_trait,
        reason = "the segment borrows the scanner's scratch"
    )]
    pub fn next(&mut self) -> Option<Segment<'_>> {
        let end = self.terminator()?;
        let begin = self.begin(end);
        self.at = end + 1;
        let raw = self.bytes.get(begin..end)?;
        let text = if self.has_line_end(begin, end) && raw.len() <= MAX_CLEANED_BYTES {
            self.clean(raw);
            self.scratch.as_slice()
        } else {
            raw
        };
        Some(Segment {
            text,
            offset: begin,
            end: end + 1,
            separators: &self.separators,
        })
    }

    /// The rest without terminator: where it begins, if anything but blanks is left.
    pub fn rest(&self) -> Option<usize> {
        let begin = self.begin(self.bytes.len());
        (begin < self.bytes.len()).then_some(begin)
    }

    /// All that is left behind the blanks before the next segment, and where it begins.
    pub fn upcoming(&self) -> (usize, &'a [u8]) {
        let begin = self.begin(self.bytes.len());
        (begin, self.bytes.get(begin..).unwrap_or_default())
    }

    /// Goes on from `at`, which must be where a segment begins, and not behind the scanner.
    pub fn skip_to(&mut self, at: usize) {
        self.at = at;
    }

    /// Copies a segment without its line ends.
    fn clean(&mut self, raw: &[u8]) {
        self.scratch.clear();
        let mut rest = raw;
        while let Some((before, [line_end, behind @ ..])) =
            memchr2(b'\r', b'\n', rest).and_then(|at| rest.split_at_checked(at))
        {
            self.scratch.extend_from_slice(before);
            if !self.separators.drops(*line_end) {
                self.scratch.push(*line_end);
            }
            rest = behind;
        }
        self.scratch.extend_from_slice(rest);
    }

    /// The first terminator that no release character makes data.
    fn terminator(&self) -> Option<usize> {
        let mut from = self.at;
        loop {
            let hit = from + memchr(self.separators.terminator, self.bytes.get(from..)?)?;
            match self.separators.release {
                Some(release) if self.is_released(hit, release) => from = hit + 1,
                Some(_) | None => return Some(hit),
            }
        }
    }

    /// Whether an odd number of release characters stands before this place. Line ends between
    /// do not count: senders wrap lines anywhere.
    fn is_released(&self, at: usize, release: u8) -> bool {
        let mut count = 0_usize;
        for &byte in self.bytes.get(self.at..at).unwrap_or_default().iter().rev() {
            if byte == release {
                count += 1;
            } else if !self.separators.drops(byte) {
                break;
            }
        }
        count % 2 == 1
    }

    /// Skips what may stand before a tag: line ends, blanks, tabs, NULs.
    fn begin(&self, end: usize) -> usize {
        let text = self.bytes.get(self.at..end).unwrap_or_default();
        let is_blank = |byte: &u8| matches!(byte, b'\r' | b'\n' | b' ' | b'\t' | 0);
        self.at + text.iter().take_while(|byte| is_blank(byte)).count()
    }

    /// Whether a line ends in a segment. Looks some segments ahead, so that not each is searched.
    fn has_line_end(&mut self, begin: usize, end: usize) -> bool {
        if end <= self.without_line_ends {
            return false;
        }
        let from = self.without_line_ends.max(begin);
        let ahead = end.max(from + LOOKED_AHEAD_BYTES).min(self.bytes.len());
        let text = self.bytes.get(from..ahead).unwrap_or_default();
        let found = memchr2(b'\r', b'\n', text);
        self.without_line_ends = found.map_or(ahead, |at| from + at);
        self.without_line_ends < end
    }
}

impl<'s> Segment<'s> {
    /// The tag: everything before the first element separator.
    pub fn tag(&self) -> &'s [u8] {
        self.text.get(..self.tag_length()).unwrap_or_default()
    }

    /// Everything behind the tag and its separator, still escaped.
    pub fn body(&self) -> &'s [u8] {
        self.text.get(self.tag_length() + 1..).unwrap_or_default()
    }

    /// Element `n` (1 is the first behind the tag), still escaped; `None` if it is not there.
    pub fn element(&self, n: usize) -> Option<&'s [u8]> {
        let Separators { element, .. } = *self.separators;
        self.separators.nth_part(self.text, element, n)
    }

    /// Component `c` (from 0) of element `n`, unescaped; `None` if it is not there.
    pub fn component(&self, n: usize, c: usize) -> Option<Cow<'s, [u8]>> {
        let Separators { component, .. } = *self.separators;
        let part = self.separators.nth_part(self.element(n)?, component, c)?;
        Some(self.separators.unescape(part))
    }

    fn tag_length(&self) -> usize {
        let element = self.separators.element;
        match self.text {
            // Nearly all tags have three letters: no search.
            [a, b, c, d, ..] if *d == element && ![a, b, c].contains(&&element) => 3,
            text => memchr(element, text).unwrap_or(text.len()),
        }
    }
}

/// A longer segment keeps its line ends: nobody reads one that long, and its copy would cost as much
/// memory as the file.
const MAX_CLEANED_BYTES: usize = 1 << 20;

/// How far line ends are searched for: some dozen segments, so that what is skipped is not searched.
const LOOKED_AHEAD_BYTES: usize = 1 << 10;

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(bytes: &[u8]) -> Vec<String> {
        let mut scanner = Scanner::new(bytes, 0, Separators::DEFAULT);
        let mut texts = Vec::new();
        while let Some(segment) = scanner.next() {
            texts.push(String::from_utf8_lossy(segment.text).into_owned());
        }
        texts
    }

    #[test]
    fn a_released_terminator_is_data_and_an_even_number_of_releases_is_not() {
        assert_eq!(texts(b"A+?''B+??'C+???''"), ["A+?'", "B+??", "C+???'"]);
    }

    #[test]
    fn line_ends_are_dropped_wherever_they_stand() {
        assert_eq!(
            texts(b"\r\nQT\nY+22\r\n0:1'\r\n\t DTM+1?\r\n''"),
            ["QTY+220:1", "DTM+1?'"]
        );
    }

    #[test]
    fn a_rest_without_terminator_is_no_segment() {
        let mut scanner = Scanner::new(b"A' \n", 0, Separators::DEFAULT);
        scanner.next().unwrap();
        assert!(scanner.next().is_none());
        assert_eq!(scanner.rest(), None);
        let mut scanner = Scanner::new(b"A'  B+1?'", 0, Separators::DEFAULT);
        scanner.next().unwrap();
        assert!(scanner.next().is_none());
        assert_eq!(scanner.rest(), Some(4));
    }

    #[test]
    fn a_line_end_can_be_the_terminator() {
        let separators = Separators::from_una(*b":+.? \n").unwrap();
        let mut scanner = Scanner::new(b"A+1\r\nB+2\n", 0, separators);
        assert_eq!(scanner.next().unwrap().text, b"A+1");
        assert_eq!(scanner.next().unwrap().text, b"B+2");
    }

    #[test]
    fn a_terminator_that_is_a_line_end_can_be_released_once() {
        let separators = Separators::from_una(*b":+.? \n").unwrap();
        let mut scanner = Scanner::new(b"A+1?\r\n\nB+2\n", 0, separators);
        assert_eq!(scanner.next().unwrap().text, b"A+1?\n");
        assert_eq!(scanner.next().unwrap().text, b"B+2");
    }

    #[test]
    fn without_a_release_character_nothing_is_released() {
        let separators = Separators::from_una(*b":+.  '").unwrap();
        let mut scanner = Scanner::new(b"A+?'B'", 0, separators);
        assert_eq!(
            scanner.next().unwrap().component(1, 0).as_deref(),
            Some(&b"?"[..])
        );
    }

    #[test]
    fn elements_and_components_are_found_lazily() {
        let mut scanner = Scanner::new(b"PIA+5+1-1?:1.29.0:SRW++'", 0, Separators::DEFAULT);
        let pia = scanner.next().unwrap();
        assert_eq!(pia.component(2, 0).as_deref(), Some(&b"1-1:1.29.0"[..]));
        assert_eq!(pia.component(2, 1).as_deref(), Some(&b"SRW"[..]));
        assert_eq!(pia.component(3, 0).as_deref(), Some(&b""[..]));
        assert_eq!(pia.component(9, 0), None);
    }
}
