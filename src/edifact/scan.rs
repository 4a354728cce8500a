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
    /// Whether there is a line end anywhere: most files have none, and need no cleaning.
    has_line_ends: bool,
    scratch: Vec<u8>,
}

/// A segment: its text without terminator, line ends and leading blanks, still escaped.
#[derive(Clone, Copy, Debug)]
pub struct Segment<'s> {
    /// The text from the tag on.
    pub text: &'s [u8],
    /// Where its tag stands, in bytes from the start of the file.
    pub offset: usize,
    /// Where it ends, its terminator included.
    pub end: usize,
    separators: Separators,
}

impl<'a> Scanner<'a> {
    /// A scanner of `bytes` from `at` on.
    pub fn new(bytes: &'a [u8], at: usize, separators: Separators) -> Self {
        Self::of_file(bytes, at, separators, has_line_ends(bytes))
    }

    /// The same, where it is known whether the file has line ends: asked once a file, not once an
    /// interchange, so that a file of many costs no more than its length.
    pub fn of_file(
        bytes: &'a [u8],
        at: usize,
        separators: Separators,
        has_line_ends: bool,
    ) -> Self {
        Self {
            bytes,
            at,
            separators,
            has_line_ends,
            scratch: Vec::new(),
        }
    }

    /// The next segment; `None` at the end, or if the rest has no terminator.
    #[expect(
        clippy::should_implement_trait,
        reason = "the segment borrows the scanner's scratch"
    )]
    pub fn next(&mut self) -> Option<Segment<'_>> {
        let end = self.terminator_from(self.at)?;
        let begin = self.begin(self.at, end);
        self.at = end + 1;
        let raw = self.bytes.get(begin..end)?;
        let text = if self.has_line_ends && memchr2(b'\r', b'\n', raw).is_some() {
            let terminator = self.separators.terminator;
            self.scratch.clear();
            self.scratch.extend(
                raw.iter()
                    .copied()
                    .filter(|&byte| !is_line_end(byte) || byte == terminator),
            );
            self.scratch.as_slice()
        } else {
            raw
        };
        Some(Segment {
            text,
            offset: begin,
            end: end + 1,
            separators: self.separators,
        })
    }

    /// The rest without terminator: where it begins, if anything but blanks is left.
    pub fn rest(&self) -> Option<usize> {
        let begin = self.begin(self.at, self.bytes.len());
        (begin < self.bytes.len()).then_some(begin)
    }

    /// All that is left behind the blanks before the next segment, and where it begins.
    pub fn upcoming(&self) -> (usize, &'a [u8]) {
        let begin = self.begin(self.at, self.bytes.len());
        (begin, self.bytes.get(begin..).unwrap_or_default())
    }

    /// Goes on from `at`, which must be where a segment begins.
    pub fn skip_to(&mut self, at: usize) {
        self.at = at;
    }

    /// The first terminator from `from` on that no release character makes data.
    fn terminator_from(&self, from: usize) -> Option<usize> {
        let mut from = from;
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
            } else if !is_line_end(byte) {
                break;
            }
        }
        count % 2 == 1
    }

    /// Skips what may stand before a tag: line ends, blanks, tabs, NULs.
    fn begin(&self, from: usize, end: usize) -> usize {
        let text = self.bytes.get(from..end).unwrap_or_default();
        let blanks = text.iter().take_while(|&&byte| is_blank(byte)).count();
        from + blanks
    }
}

impl<'s> Segment<'s> {
    /// The tag: everything before the first element separator.
    pub fn tag(&self) -> &'s [u8] {
        let end = memchr(self.separators.element, self.text).unwrap_or(self.text.len());
        self.text.get(..end).unwrap_or_default()
    }

    /// Everything behind the tag and its separator, still escaped.
    pub fn body(&self) -> &'s [u8] {
        let begin = memchr(self.separators.element, self.text).map_or(self.text.len(), |at| at + 1);
        self.text.get(begin..).unwrap_or_default()
    }

    /// Element `n` (1 is the first behind the tag), still escaped; `None` if it is not there.
    pub fn element(&self, n: usize) -> Option<&'s [u8]> {
        self.split(self.text, self.separators.element).nth(n)
    }

    /// Component `c` (from 0) of element `n`, unescaped; `None` if it is not there.
    pub fn component(&self, n: usize, c: usize) -> Option<Cow<'s, [u8]>> {
        let component = self
            .split(self.element(n)?, self.separators.component)
            .nth(c)?;
        Some(self.unescape(component))
    }

    /// Whether components, elements and releases are marked by `:`, `+` and `?`.
    pub fn has_usual_separators(&self) -> bool {
        let Separators {
            component,
            element,
            release,
            ..
        } = self.separators;
        component == b':' && element == b'+' && release == Some(b'?')
    }

    /// The components of an element, unescaped.
    pub fn components(&self, element: &'s [u8]) -> impl Iterator<Item = Cow<'s, [u8]>> {
        let this = *self;
        this.split(element, self.separators.component)
            .map(move |part| this.unescape(part))
    }

    /// Removes the release characters: `?X` is `X`. One at the very end stays.
    pub fn unescape(&self, text: &'s [u8]) -> Cow<'s, [u8]> {
        let Some(release) = self.separators.release else {
            return Cow::Borrowed(text);
        };
        if memchr(release, text).is_none() {
            return Cow::Borrowed(text);
        }
        let mut plain = Vec::with_capacity(text.len());
        let mut bytes = text.iter().copied();
        while let Some(byte) = bytes.next() {
            plain.push(if byte == release {
                bytes.next().unwrap_or(release)
            } else {
                byte
            });
        }
        Cow::Owned(plain)
    }

    /// The elements behind the tag, each as its components, still escaped.
    pub fn elements(&self) -> impl Iterator<Item = &'s [u8]> {
        self.split(self.text, self.separators.element).skip(1)
    }

    /// Splits at a separator that no release character makes data.
    fn split(&self, text: &'s [u8], separator: u8) -> Split<'s> {
        Split {
            rest: Some(text),
            separator,
            release: self.separators.release,
        }
    }
}

/// The parts of a text between separators, still escaped.
struct Split<'s> {
    rest: Option<&'s [u8]>,
    separator: u8,
    release: Option<u8>,
}

impl<'s> Iterator for Split<'s> {
    type Item = &'s [u8];

    fn next(&mut self) -> Option<&'s [u8]> {
        let text = self.rest?;
        let mut at = 0;
        while let Some(&byte) = text.get(at) {
            if Some(byte) == self.release {
                at += 2;
            } else if byte == self.separator {
                self.rest = text.get(at + 1..);
                return text.get(..at);
            } else {
                at += 1;
            }
        }
        self.rest = None;
        Some(text)
    }
}

/// Whether there is a line end anywhere.
pub fn has_line_ends(bytes: &[u8]) -> bool {
    memchr2(b'\r', b'\n', bytes).is_some()
}

/// CR and LF are never data (ISO 9735 has no line ends; senders and mail put them in anywhere).
fn is_line_end(byte: u8) -> bool {
    byte == b'\r' || byte == b'\n'
}

fn is_blank(byte: u8) -> bool {
    matches!(byte, b'\r' | b'\n' | b' ' | b'\t' | 0)
}

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
        let separators = Separators::from_una(*b":+.? \n");
        let mut scanner = Scanner::new(b"A+1\r\nB+2\n", 0, separators);
        assert_eq!(scanner.next().unwrap().text, b"A+1");
        assert_eq!(scanner.next().unwrap().text, b"B+2");
    }

    #[test]
    fn without_a_release_character_nothing_is_released() {
        let separators = Separators::from_una(*b":+.  '");
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
