//! Values that look like one before them.
//!
//! The values of a load profile are written with the same bytes but for the digits of the number
//! and of the two times. So a value that was read the general way becomes a [`Template`]: the
//! bytes between the digits, and what they mean. A value that fits one is read by comparing, and
//! by its digits alone; everything else goes the general way. Nothing is assumed about service
//! characters, zones, units, status, line ends or the order of the segments: they are what they
//! were the last time.
//!
//! ```text
//! QTY+220:2.146'DTM+163:202611222300?+00:303'DTM+164:202611222315?+00:303'STS+Z34::ZA4'
//! ^head   ^number
//!              ^rest    ^start               ^end                                     ^
//! ```

mod form;
mod literal;
mod stamp;
mod unwrapped;

use crate::edifact::separators::Separators;
use crate::market::calendar::UtcTime;
use crate::market::quantity::digits::{self, Stop};
use crate::message::mscons::read::time::Moment;
use crate::series::Measured;
use form::is_of_number;
use literal::{Literal, Window};
use stamp::{DIGITS, Days, Zone};
use unwrapped::Unwrapped;

/// The templates of an interchange.
pub(super) struct Templates {
    separators: Separators,
    kinds: Kinds,
    /// How many values may still be learned from before one must fit: a file of which none ever
    /// fits shall not pay for trying.
    trials: u32,
    days: Days,
    /// Of a file whose lines are wrapped inside segments.
    unwrapped: Option<Unwrapped>,
}

/// Each kind of value once.
#[derive(Default)]
struct Kinds {
    known: Vec<Kind>,
    /// The one that fitted last, and the one that should be next.
    last: usize,
    expected: usize,
}

struct Kind {
    template: Template,
    /// Which one fitted after it: qualifiers, kinds of status and orders of segments take turns.
    next: usize,
}

/// The bytes of a value between its digits, and what they mean.
#[derive(Eq, PartialEq)]
struct Template {
    /// `QTY+220:`, the first byte the lowest, and which of these bytes count.
    head: u64,
    head_mask: u64,
    head_length: usize,
    /// What ends the number.
    stop: Stop,
    /// `'DTM+163:` and on, up to the next segment.
    rest: Literal,
    /// How the segments begin that close a value; QTY, the usual one, first.
    closing: [u32; 5],
    start: Stamp,
    end: Stamp,
    label: u32,
    segments: u32,
}

/// Where the digits of a time stand in the rest, and what they are reckoned in.
#[derive(Clone, Copy, Eq, PartialEq)]
struct Stamp {
    at: usize,
    zone: Zone,
}

/// A value that was read the general way, and that others may look like.
#[derive(Clone, Copy)]
pub(super) struct Alike {
    /// What its times say.
    pub(super) start: Moment,
    pub(super) end: Moment,
    pub(super) label: u32,
}

/// How far values were read.
#[derive(Clone, Copy, Default)]
pub(super) struct Stretch {
    pub(super) bytes: usize,
    pub(super) segments: u32,
}

impl Templates {
    pub(super) fn new(separators: Separators) -> Self {
        // Digits must not be taken for separators.
        let Separators {
            component,
            element,
            release,
            terminator,
            ..
        } = separators;
        let is_plain = [component, element, terminator]
            .into_iter()
            .chain(release)
            .all(|byte| byte.is_ascii_punctuation() && !is_of_number(byte));
        Self {
            separators,
            kinds: Kinds::default(),
            trials: if is_plain { MAX_TRIALS } else { 0 },
            days: Days::default(),
            unwrapped: None,
        }
    }

    /// Whether a QTY stands here.
    pub(super) fn is_value(&self, text: &[u8]) -> bool {
        text.first_chunk() == Some(&[b'Q', b'T', b'Y', self.separators.element])
    }

    /// Learns from a value that was read the general way: its bytes from its QTY up to the segment
    /// that closed it, and how many segments these are.
    pub(super) fn learn(&mut self, raw: &[u8], segments: u32, value: Alike) {
        // What the charset may not have is looked at each time.
        if self.trials == 0 || raw.len() > MAX_BYTES || !raw.is_ascii() {
            return;
        }
        self.trials -= 1;
        if self.unwrapped.is_none() && unwrapped::is_wrapped(raw, self.separators.terminator) {
            self.kinds.forget();
            self.unwrapped = Some(Unwrapped::default());
        }
        let text = match &mut self.unwrapped {
            Some(unwrapped) => unwrapped.all_of(raw),
            None => raw,
        };
        if let Some(template) = Template::of(text, self.separators, segments, value) {
            self.kinds.add(template);
        }
    }

    /// Reads values as long as each fits a template and the next segment closes it, and gives
    /// their rows; `most` at most. A file with wrapped lines is read a piece at a time.
    pub(super) fn read(&mut self, text: &[u8], rows: &mut Vec<Measured>, most: usize) -> Stretch {
        let Some(mut unwrapped) = self.unwrapped.take() else {
            return self.read_plain(text, rows, most);
        };
        let mut read = self.read_plain(unwrapped.begin_of(text), rows, most);
        read.bytes = unwrapped.was_read(read.bytes);
        self.unwrapped = Some(unwrapped);
        read
    }

    fn read_plain(&mut self, text: &[u8], rows: &mut Vec<Measured>, most: usize) -> Stretch {
        // A value has more bytes than its template has.
        let least = self
            .kinds
            .expected()
            .map_or(1, |template| template.rest.length);
        rows.reserve(most.min(text.len() / least));
        let mut read = Stretch::default();
        while rows.len() < most
            && let Some(rest) = text.get(read.bytes..)
            && let Some(template) = self.kinds.expected()
        {
            let before = rows.len();
            let most = if self.kinds.follows_itself() {
                most
            } else {
                before + 1
            };
            read.bytes += template.read(rest, &mut self.days, rows, most);
            let values = u32::try_from(rows.len() - before).unwrap_or(u32::MAX);
            if values > 0 {
                let segments = template.segments.saturating_mul(values);
                read.segments = read.segments.saturating_add(segments);
                self.kinds.was_right();
            } else if !self.kinds.expect_another(rest) {
                break;
            }
        }
        // Each hit pays for one more miss.
        let hits = u32::try_from(rows.len()).unwrap_or(MAX_TRIALS);
        self.trials = self.trials.saturating_add(hits).min(MAX_TRIALS);
        read
    }
}

impl Kinds {
    fn forget(&mut self) {
        self.known.clear();
        (self.last, self.expected) = (0, 0);
    }

    fn add(&mut self, template: Template) {
        if self.known.iter().any(|kind| kind.template == template) {
            return;
        }
        if self.known.len() == MAX_KINDS {
            self.forget();
        }
        let next = self.known.len();
        self.known.push(Kind { template, next });
    }

    fn expected(&self) -> Option<&Template> {
        self.known.get(self.expected).map(|kind| &kind.template)
    }

    /// Whether the expected kind was followed by itself the last time.
    fn follows_itself(&self) -> bool {
        let kind = self.known.get(self.expected);
        kind.is_some_and(|kind| kind.next == self.expected)
    }

    /// The value was of the kind that was expected.
    fn was_right(&mut self) {
        self.last = self.expected;
        self.expected = self.known.get(self.last).map_or(0, |kind| kind.next);
    }

    /// Expects the kind that the value here has, now and after a value like the last one. Whether
    /// it is another than was expected.
    #[cold]
    fn expect_another(&mut self, text: &[u8]) -> bool {
        let fitting = self.known.iter().position(|kind| kind.template.fits(text));
        let Some(at) = fitting.filter(|at| *at != self.expected) else {
            return false;
        };
        if let Some(last) = self.known.get_mut(self.last) {
            last.next = at;
        }
        self.expected = at;
        true
    }
}

impl Template {
    /// Reads the values here and adds their rows, as long as they fit and there are no more than
    /// `most`: their length in bytes.
    fn read(&self, text: &[u8], days: &mut Days, rows: &mut Vec<Measured>, most: usize) -> usize {
        let mut at = 0;
        while rows.len() < most
            && let Some((row, length)) = text.get(at..).and_then(|rest| self.row(rest, days))
        {
            rows.push(row);
            at += length;
        }
        at
    }

    /// The row of the value here, if it fits, and its length in bytes. `None` also if its digits
    /// must be looked at more closely.
    #[inline]
    fn row(&self, text: &[u8], days: &mut Days) -> Option<(Measured, usize)> {
        let (number, rest) = self.parts(text)?;
        let times = [self.start.digits(rest)?, self.end.digits(rest)?];
        let [start, end] = days.seconds(times, [self.start.zone, self.end.zone])?;
        if start >= end {
            return None;
        }
        let row = Measured {
            start: UtcTime::from_seconds(start),
            end: UtcTime::from_seconds(end),
            number: digits::number(text.get(self.head_length..)?, number)?,
            label: self.label,
        };
        Some((row, self.head_length + number + self.rest.length))
    }

    fn fits(&self, text: &[u8]) -> bool {
        self.parts(text).is_some()
    }

    /// If the bytes between the digits fit, and the value is closed behind them: the length of the
    /// number, and what follows the number.
    #[expect(
        clippy::inline_always,
        reason = "a call costs a tenth of reading a value"
    )]
    #[inline(always)]
    fn parts<'t>(&self, text: &'t [u8]) -> Option<(usize, &'t Window)> {
        let head = u64::from_le_bytes(*text.first_chunk()?);
        if head & self.head_mask != self.head {
            return None;
        }
        let text = text.get(self.head_length..)?;
        let number = self.stop.length(text)?;
        let rest = self.rest.fit(text.get(number..)?)?;
        let next = text.get(number + self.rest.length..)?.first_chunk()?;
        let next = u32::from_le_bytes(*next);
        let [quantity, others @ ..] = &self.closing;
        (next == *quantity || others.contains(&next)).then_some((number, rest))
    }
}

impl Stamp {
    #[inline]
    fn digits(self, text: &Window) -> Option<&[u8; DIGITS]> {
        text.get(self.at..)?.first_chunk()
    }
}

/// Qualifiers, kinds of status and orders of segments that stand beside each other.
const MAX_KINDS: usize = 16;
/// Values looked at in vain before no more is learned.
const MAX_TRIALS: u32 = 64;
/// A value of the usual form has some 90 bytes.
const MAX_BYTES: usize = 512;
