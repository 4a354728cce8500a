//! Values that look like one before them.
//!
//! The values of a load profile are written with the same bytes but for the digits of the number
//! and of the two times. So a value that was read the general way becomes a [`Template`]: the
//! bytes between the digits, and what they mean. A value that fits one is read by comparing, and
//! by its digits alone; everything else goes the general way. Nothing is assumed about service
//! characters, zones, units, status or line ends: they are what they were the last time.
//!
//! ```text
//! QTY+220:2.146'DTM+163:202611222300?+00:303'DTM+164:202611222315?+00:303'STS+Z34::ZA4'
//! ^head   ^number        ^start               ^end        ^tail
//! ```

use crate::edifact::separators::Separators;
use crate::market::calendar::{DAY_SECONDS, UtcTime, days_from_civil, month_length};
use crate::market::quantity::Decimal;
use crate::series::{Row, Value};

/// The templates of an interchange, the one that fitted last first.
pub(super) struct Templates {
    separators: Separators,
    known: Vec<Template>,
    /// How many values may still be looked at before one must fit: a file of which none ever fits
    /// shall not pay for trying.
    trials: u32,
    last_day: Day,
}

/// The bytes of a value between its digits, and what they mean.
#[derive(Eq, PartialEq)]
struct Template {
    /// `QTY+220:`
    head: Box<[u8]>,
    /// `'DTM+163:`
    before_start: Box<[u8]>,
    /// `?+00:303'DTM+164:`
    before_end: Box<[u8]>,
    /// `?+00:303'STS+Z34::ZA4'` and line ends, up to the next QTY.
    tail: Box<[u8]>,
    /// UTC less what the digits of the time say, in seconds.
    start_shift: i64,
    end_shift: i64,
    label: u32,
    segments: u32,
}

/// A value whose times are instants by themselves.
#[derive(Clone, Copy)]
pub(super) struct Alike {
    pub(super) start: UtcTime,
    pub(super) end: UtcTime,
    pub(super) number: Decimal,
    pub(super) label: u32,
    /// How many segments it has.
    pub(super) segments: u32,
}

impl Alike {
    pub(super) fn row(self) -> Row<'static> {
        Row {
            start: Some(self.start),
            end: Some(self.end),
            value: Value::Number(self.number),
            label: self.label,
        }
    }
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
            known: Vec::new(),
            trials: if is_plain { MAX_TRIALS } else { 0 },
            last_day: Day::default(),
        }
    }

    /// Whether there is none.
    pub(super) fn is_empty(&self) -> bool {
        self.known.is_empty()
    }

    /// Learns from a value that was read the general way: its bytes from its QTY up to the segment
    /// that closed it.
    pub(super) fn learn(&mut self, raw: &[u8], value: Alike) {
        // What the charset may not have is looked at each time.
        if self.trials == 0 || raw.len() > MAX_BYTES || !raw.is_ascii() {
            return;
        }
        self.trials -= 1;
        if let Some(template) = Template::of(raw, self.separators, value)
            && !self.known.contains(&template)
        {
            self.known.truncate(MAX_TEMPLATES - 1);
            self.known.insert(0, template);
        }
    }

    /// The value that begins here, and its length in bytes, if it fits a template and another
    /// value follows: what follows the last one may belong to it.
    pub(super) fn read(&mut self, text: &[u8]) -> Option<(Alike, usize)> {
        // Asked before each segment, and a value begins with one of four.
        if !text.starts_with(b"QTY") {
            return None;
        }
        let day = &mut self.last_day;
        let (at, found) = (self.known.iter().enumerate())
            .find_map(|(at, template)| Some((at, template.read(text, day)?)))?;
        // Each hit pays for one more miss.
        self.trials = (self.trials + 1).min(MAX_TRIALS);
        if at > 0 {
            self.known.swap(0, at);
        }
        Some(found)
    }
}

impl Template {
    /// `None` if the value is not of the usual form.
    fn of(raw: &[u8], separators: Separators, value: Alike) -> Option<Self> {
        let Separators {
            component,
            element,
            terminator,
            ..
        } = separators;
        let mut cutter = Cutter { rest: raw };
        // A line that is wrapped inside a segment is wrapped elsewhere the next time.
        let is_in_segment = |byte: u8| byte != terminator && !is_line_end(byte);

        let head = cutter.cut(|c| {
            c.pass(b"QTY")?;
            c.pass(&[element])?;
            c.pass_while(|byte| byte.is_ascii_alphanumeric());
            c.pass(&[component])
        })?;
        cutter.pass_while(is_of_number);
        let before_start = cutter.cut(|c| {
            c.pass_while(|byte| byte == component || byte.is_ascii_alphanumeric());
            c.pass(&[terminator])?;
            c.pass_while(is_line_end);
            c.pass(b"DTM")?;
            c.pass(&[element])?;
            c.pass(b"163")?;
            c.pass(&[component])
        })?;
        let start = *cutter.rest.first_chunk()?;
        cutter.rest = cutter.rest.get(start.len()..)?;
        let before_end = cutter.cut(|c| {
            c.pass_while(is_in_segment);
            c.pass(&[terminator])?;
            c.pass_while(is_line_end);
            c.pass(b"DTM")?;
            c.pass(&[element])?;
            c.pass(b"164")?;
            c.pass(&[component])
        })?;
        let end = *cutter.rest.first_chunk()?;
        cutter.rest = cutter.rest.get(end.len()..)?;
        let tail = cutter.rest;
        // Whether a terminator in here is released does not matter: the bytes mean what they meant.
        loop {
            cutter.pass_while(is_in_segment);
            cutter.pass(&[terminator])?;
            cutter.pass_while(is_line_end);
            if cutter.rest.is_empty() {
                break;
            }
            cutter.pass(b"STS")?;
            cutter.pass(&[element])?;
        }

        let mut day = Day::default();
        Some(Self {
            head: head.into(),
            before_start: before_start.into(),
            before_end: before_end.into(),
            tail: tail.into(),
            start_shift: value.start.seconds() - day.seconds(start)?,
            end_shift: value.end.seconds() - day.seconds(end)?,
            label: value.label,
            segments: value.segments,
        })
    }

    fn read(&self, text: &[u8], day: &mut Day) -> Option<(Alike, usize)> {
        let rest = text.strip_prefix(&*self.head)?;
        let digits = rest.iter().take_while(|byte| is_of_number(**byte)).count();
        let (number, rest) = rest.split_at_checked(digits)?;
        let rest = rest.strip_prefix(&*self.before_start)?;
        let (start, rest) = rest.split_first_chunk()?;
        let rest = rest.strip_prefix(&*self.before_end)?;
        let (end, rest) = rest.split_first_chunk()?;
        let rest = rest.strip_prefix(&*self.tail)?;
        // The heads of all templates begin so: the next value.
        if rest.get(..4)? != self.head.get(..4)? {
            return None;
        }
        let value = Alike {
            number: Decimal::parse(number)?,
            start: UtcTime::from_seconds(day.seconds(*start)? + self.start_shift),
            end: UtcTime::from_seconds(day.seconds(*end)? + self.end_shift),
            label: self.label,
            segments: self.segments,
        };
        (value.start < value.end).then_some((value, text.len() - rest.len()))
    }
}

/// Cuts a value into its parts.
struct Cutter<'a> {
    rest: &'a [u8],
}

impl<'a> Cutter<'a> {
    /// What is passed by `pass`.
    fn cut(&mut self, pass: impl FnOnce(&mut Self) -> Option<()>) -> Option<&'a [u8]> {
        let before = self.rest;
        pass(self)?;
        before.get(..before.len() - self.rest.len())
    }

    fn pass(&mut self, literal: &[u8]) -> Option<()> {
        self.rest = self.rest.strip_prefix(literal)?;
        Some(())
    }

    fn pass_while(&mut self, passes: impl Fn(u8) -> bool) {
        while let [byte, rest @ ..] = self.rest
            && passes(*byte)
        {
            self.rest = rest;
        }
    }
}

/// The day that was read last: the next value is of the same day, nearly always.
struct Day {
    digits: [u8; 8],
    begin: i64,
}

impl Default for Day {
    fn default() -> Self {
        Self {
            digits: *b"19700101",
            begin: 0,
        }
    }
}

impl Day {
    /// `CCYYMMDDHHMM` to seconds since 1970-01-01T00:00 on its own clock. `None` for what is no
    /// time, and for 24:00.
    fn seconds(&mut self, digits: [u8; 12]) -> Option<i64> {
        let [date @ .., h1, h2, m1, m2] = digits;
        if date != self.digits {
            let [y1, y2, y3, y4, n1, n2, d1, d2] = date;
            let year = pair(y1, y2)? * 100 + pair(y3, y4)?;
            let (month, day) = (pair(n1, n2)?, pair(d1, d2)?);
            if !(1..=12).contains(&month) || !(1..=month_length(year, month)).contains(&day) {
                return None;
            }
            self.begin = days_from_civil(year, month, day) * DAY_SECONDS;
            self.digits = date;
        }
        let (hour, minute) = (pair(h1, h2)?, pair(m1, m2)?);
        (hour < 24 && minute < 60).then_some(self.begin + hour * 3600 + minute * 60)
    }
}

/// Two digits.
fn pair(tens: u8, ones: u8) -> Option<i64> {
    let (tens, ones) = (tens.wrapping_sub(b'0'), ones.wrapping_sub(b'0'));
    (tens < 10 && ones < 10).then(|| i64::from(tens * 10 + ones))
}

fn is_of_number(byte: u8) -> bool {
    matches!(byte, b'0'..=b'9' | b',' | b'.' | b'-')
}

fn is_line_end(byte: u8) -> bool {
    matches!(byte, b'\r' | b'\n')
}

/// True and substitute values, a few kinds of status: more do not stand beside each other.
const MAX_TEMPLATES: usize = 8;
/// Values looked at in vain before an interchange is left to the general way.
const MAX_TRIALS: u32 = 64;
/// A value of the usual form has some 90 bytes.
const MAX_BYTES: usize = 512;
