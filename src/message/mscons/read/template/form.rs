//! What a value of the usual form has where: how a template is made of one.

use std::ops::Range;

use crate::edifact::separators::Separators;
use crate::market::quantity::digits::Stop;
use crate::message::mscons::read::template::literal::Literal;
use crate::message::mscons::read::template::stamp::{DIGITS, Days, Zone};
use crate::message::mscons::read::template::{Alike, Stamp, Template};
use crate::message::mscons::read::time::Moment;

impl Template {
    /// `None` if the value is not of the usual form: a QTY, its two times, and STS, in any order.
    pub(super) fn of(
        text: &[u8],
        separators: Separators,
        segments: u32,
        value: Alike,
    ) -> Option<Self> {
        let Separators {
            component,
            element,
            terminator,
            ..
        } = separators;
        let mut cutter = Cutter { text, at: 0 };
        cutter.pass(b"QTY")?;
        cutter.pass(&[element])?;
        cutter.pass_while(|byte| byte.is_ascii_alphanumeric());
        cutter.pass(&[component])?;
        let head_length = cutter.at;
        cutter.pass_while(is_of_number);
        let rest = cutter.rest();
        let mut cutter = Cutter { text: rest, at: 0 };
        cutter.pass_while(|byte| byte == component || byte.is_ascii_alphanumeric());
        let (mut start, mut end) = (None, None);
        loop {
            // Whether a terminator in here is released does not matter: the bytes mean what they
            // meant.
            cutter.pass_while(|byte| byte != terminator && !is_line_end(byte));
            cutter.pass(&[terminator])?;
            cutter.pass_while(is_line_end);
            if cutter.rest().is_empty() {
                break;
            }
            if cutter
                .pass(b"STS")
                .and_then(|()| cutter.pass(&[element]))
                .is_some()
            {
                continue;
            }
            cutter.pass(b"DTM")?;
            cutter.pass(&[element])?;
            let (stamp, moment) = if cutter.pass(b"163").is_some() {
                (&mut start, value.start)
            } else {
                cutter.pass(b"164")?;
                (&mut end, value.end)
            };
            cutter.pass(&[component])?;
            // A second time of the same kind does not count.
            if stamp.is_some() {
                return None;
            }
            *stamp = Some(Stamp::of(rest, cutter.at, moment)?);
        }
        let (start, end) = (start?, end?);
        let closing = [b"QTY", b"UNT", b"LIN", b"LOC", b"NAD"];
        let mut head = [0; 8];
        head.get_mut(..head_length)?
            .copy_from_slice(text.get(..head_length)?);
        Some(Self {
            head: u64::from_le_bytes(head),
            head_mask: u64::MAX >> (8 * (8 - head_length)),
            head_length,
            stop: Stop::at(*rest.first()?),
            rest: Literal::with_gaps(rest, &[start.place(), end.place()])?,
            closing: closing.map(|[a, b, c]| u32::from_le_bytes([*a, *b, *c, element])),
            start,
            end,
            label: value.label,
            segments,
        })
    }
}

impl Stamp {
    /// What the digits here mean, where they are this moment.
    fn of(text: &[u8], at: usize, moment: Moment) -> Option<Self> {
        let digits = text.get(at..)?.first_chunk()?;
        let local = Days::default().local_seconds(digits)?;
        let zone = match moment {
            Moment::Utc(time) => Zone::Shift(time.seconds() - local),
            Moment::Local(seconds) if seconds == local => Zone::Legal,
            Moment::Local(_) | Moment::Day(_) | Moment::Month(..) | Moment::Year(_) => return None,
        };
        Some(Self { at, zone })
    }

    fn place(self) -> Range<usize> {
        self.at..self.at + DIGITS
    }
}

/// Cuts a value into its parts.
struct Cutter<'a> {
    text: &'a [u8],
    at: usize,
}

impl<'a> Cutter<'a> {
    fn rest(&self) -> &'a [u8] {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn pass(&mut self, literal: &[u8]) -> Option<()> {
        self.rest().strip_prefix(literal)?;
        self.at += literal.len();
        Some(())
    }

    fn pass_while(&mut self, passes: impl Fn(u8) -> bool) {
        self.at += self.rest().iter().take_while(|byte| passes(**byte)).count();
    }
}

pub(super) fn is_of_number(byte: u8) -> bool {
    matches!(byte, b'0'..=b'9' | b',' | b'.' | b'-')
}

fn is_line_end(byte: u8) -> bool {
    matches!(byte, b'\r' | b'\n')
}
