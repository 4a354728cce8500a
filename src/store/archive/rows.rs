//! What the rows of a load profile repeat is kept once.
//!
//! A row is what stands from one `QTY` up to the next. Where it differs from the row before in its
//! number alone, and begins when that one ended, its number is all that is kept of it:
//!
//! ```text
//! QTY+220:2.146'DTM+163:202611222300?+00:303'DTM+164:202611222315?+00:303'STS+Z34::ZA4'
//! ^head   ^number        ^start               ^end        ^tail
//! ```
//! Nothing is assumed about service characters, units, zones or line ends: a row either is, byte for
//! byte, what the one before it says, or it is kept as text. No other compression sees that times go
//! on: a quarter hour later costs it three references.

use memchr::memmem;
use serde::{Deserialize, Serialize};

use crate::market::calendar::{civil_from_days, days_from_civil};
use crate::market::quantity::Decimal;
use crate::market::quantity::digits::{self, Stop};

/// Bytes without their repeated rows.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Packed {
    /// What was no repeated row.
    pub(super) text: Vec<u8>,
    /// Where rows are to be put into it, in order.
    pub(super) runs: Vec<Run>,
    /// The numbers of all rows, in order.
    pub(super) numbers: Vec<Decimal>,
}

impl Packed {
    /// Bytes without any repeated row, as they are.
    pub(super) fn unrepeated(bytes: &[u8]) -> Self {
        Self {
            text: bytes.to_vec(),
            ..Self::default()
        }
    }
}

/// Rows that repeat the one before them.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub(super) struct Run {
    /// Bytes of the text between the run before and this one.
    text: u32,
    /// How many of them, at the end, are the row that is repeated.
    row: u16,
    /// How often it is repeated.
    rows: u32,
}

/// Takes the repeated rows out; `None` if there are none. Nothing may be over 4 GiB.
pub(super) fn pack(bytes: &[u8]) -> Option<Packed> {
    let mut packed = Packed::default();
    let (mut kept_to, mut at) = (0, 0);
    while let Some(begin) = find_row(bytes, at) {
        at = begin + ROW.len();
        let Some(end) = bytes.get(at..).and_then(|rest| {
            let near = rest.get(..MAX_ROW).unwrap_or(rest);
            memmem::find(near, ROW).map(|next| at + next)
        }) else {
            continue;
        };
        at = end;
        let Some(mut row) = bytes.get(begin..end).and_then(Row::read) else {
            continue;
        };
        let before = packed.numbers.len();
        (packed.numbers).reserve((bytes.len() - at) / (end - begin));
        while row.go_on()
            && let Some((number, length)) = bytes.get(at..).and_then(|rest| row.repeated(rest))
        {
            packed.numbers.push(number);
            at += length;
        }
        let rows = packed.numbers.len() - before;
        if rows > 0 {
            packed.runs.push(Run {
                text: u32::try_from(end - kept_to).unwrap_or(u32::MAX),
                row: u16::try_from(end - begin).unwrap_or(u16::MAX),
                rows: u32::try_from(rows).unwrap_or(u32::MAX),
            });
            (packed.text).extend_from_slice(bytes.get(kept_to..end).unwrap_or_default());
            kept_to = at;
        }
    }
    if packed.runs.is_empty() {
        return None;
    }
    (packed.text).extend_from_slice(bytes.get(kept_to..).unwrap_or_default());
    Some(packed)
}

/// How many rows are repeated.
pub(super) fn count(runs: &[Run]) -> usize {
    let rows = runs.iter().map(|run| run.rows as usize);
    rows.fold(0, usize::saturating_add)
}

/// Puts the rows back. `None` if they do not fit the text, or make more than `length` bytes.
pub(super) fn unpack(packed: &Packed, length: usize) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(length);
    let (mut text, mut numbers) = (packed.text.as_slice(), packed.numbers.as_slice());
    for run in &packed.runs {
        let (before, rest) = text.split_at_checked(run.text as usize)?;
        text = rest;
        bytes.extend_from_slice(before);
        let row = before.get(before.len().checked_sub(run.row.into())?..)?;
        let mut row = Row::read(row)?;
        let (own, rest) = numbers.split_at_checked(run.rows as usize)?;
        numbers = rest;
        for number in own {
            if !row.go_on() {
                return None;
            }
            row.write(*number, &mut bytes);
            if bytes.len() > length {
                return None;
            }
        }
    }
    bytes.extend_from_slice(text);
    (numbers.is_empty() && bytes.len() == length).then_some(bytes)
}

fn find_row(bytes: &[u8], from: usize) -> Option<usize> {
    Some(from + memmem::find(bytes.get(from..)?, ROW)?)
}

/// A row, as others may repeat it.
struct Row<'a> {
    head: &'a [u8],
    /// What stands behind the number, with its times.
    behind: Vec<u8>,
    /// The same of the row that comes next: what was just written is slow to be compared.
    coming: Vec<u8>,
    /// When that row ends, if there is one.
    end: Time,
    /// There is none behind the year 9999.
    is_coming: bool,
    /// Minutes from the beginning of a row to its end.
    minutes: i64,
    /// Where the times stand in it.
    start_at: usize,
    end_at: usize,
    /// What stands before the digits of a fraction.
    mark: u8,
    /// What ends the number.
    stop: Stop,
}

impl<'a> Row<'a> {
    /// `None` if it has not a number and two times.
    fn read(text: &'a [u8]) -> Option<Self> {
        let number_at = number_at(text)?;
        let (head, rest) = text.split_at_checked(number_at)?;
        let (number, behind) = rest.split_at_checked(number_length(rest))?;
        Decimal::parse(number)?;
        let (before_start, start, rest) = at_time(behind)?;
        let (before_end, end, _) = at_time(rest)?;
        let mark = number
            .iter()
            .find(|byte| !byte.is_ascii_digit() && **byte != b'-');
        let (start, end) = (Time::read(start)?, Time::read(end)?);
        let mut row = Self {
            head,
            behind: behind.to_vec(),
            coming: behind.to_vec(),
            end,
            is_coming: true,
            minutes: end.since(start),
            start_at: before_start.len(),
            end_at: before_start.len() + TIME + before_end.len(),
            mark: mark.copied().unwrap_or(b'.'),
            stop: Stop::at(*behind.first()?),
        };
        row.go_on();
        Some(row)
    }

    /// Goes to the next row; `false` if there is none.
    fn go_on(&mut self) -> bool {
        if !self.is_coming {
            return false;
        }
        std::mem::swap(&mut self.behind, &mut self.coming);
        self.end.write(&mut self.coming, self.start_at);
        self.is_coming = self.end.go_on(self.minutes);
        self.end.write(&mut self.coming, self.end_at);
        true
    }

    /// The number and the length of the row that begins here, if it repeats this one.
    fn repeated(&self, text: &[u8]) -> Option<(Decimal, usize)> {
        let rest = text.strip_prefix(self.head)?;
        let length = self.stop.length(rest)?;
        let behind = rest.get(length..)?.strip_prefix(self.behind.as_slice())?;
        // What is read has one spelling, but for the mark.
        let decimal = digits::number(rest, length)?;
        let scale = usize::from(decimal.scale());
        let is_other_mark = || rest.get(length - scale - 1) != Some(&self.mark);
        if scale > 0 && is_other_mark() {
            return None;
        }
        Some((decimal, text.len() - behind.len()))
    }

    /// Writes the row that repeats this one with a number.
    fn write(&self, number: Decimal, out: &mut Vec<u8>) {
        out.extend_from_slice(self.head);
        for byte in number.to_string().bytes() {
            out.push(if byte == b'.' { self.mark } else { byte });
        }
        out.extend_from_slice(&self.behind);
    }
}

/// A time of the row's own clock.
#[derive(Clone, Copy)]
struct Time {
    /// Days since 1970-01-01.
    day: i64,
    /// The same as `CCYYMMDD`.
    date: [u8; 8],
    /// Minutes since midnight.
    minute: i64,
}

impl Time {
    /// `None` for what is no time.
    fn read(digits: [u8; TIME]) -> Option<Self> {
        let number = |from: usize, to: usize| {
            let digits = digits.get(from..to).unwrap_or_default();
            digits
                .iter()
                .fold(0, |number, byte| number * 10 + i64::from(byte - b'0'))
        };
        let day = days_from_civil(number(0, 4), number(4, 6), number(6, 8));
        let time = Self::at(day, number(8, 10) * 60 + number(10, 12))?;
        // The 31st of February is another day, and so is the 25th hour.
        (time.digits() == digits).then_some(time)
    }

    /// So many minutes after the beginning of a day; `None` for years of more than four digits.
    fn at(day: i64, minutes: i64) -> Option<Self> {
        let day = day + minutes.div_euclid(DAY_MINUTES);
        let (year, month, of_month) = civil_from_days(day);
        (1..=9999).contains(&year).then(|| Self {
            day,
            date: eight_digits((year * 100 + month) * 100 + of_month),
            minute: minutes.rem_euclid(DAY_MINUTES),
        })
    }

    /// Minutes from another time to this one.
    fn since(self, other: Self) -> i64 {
        (self.day - other.day) * DAY_MINUTES + self.minute - other.minute
    }

    /// Goes on by so many minutes, where it stands: what was written piece by piece is slow to be
    /// copied as a whole. `false` if there is no such time.
    fn go_on(&mut self, minutes: i64) -> bool {
        let minute = self.minute + minutes;
        if (0..DAY_MINUTES).contains(&minute) {
            self.minute = minute;
            return true;
        }
        let other = Self::at(self.day, minute);
        *self = other.unwrap_or(*self);
        other.is_some()
    }

    /// Writes its digits at this place of a text.
    fn write(&self, text: &mut [u8], at: usize) {
        let clock = (usize::try_from(self.minute).ok()).and_then(|minute| CLOCK.get(minute));
        if let Some((date, text)) = text.get_mut(at..).and_then(<[u8]>::split_first_chunk_mut)
            && let (Some(to), Some(clock)) = (text.first_chunk_mut(), clock)
        {
            *date = self.date;
            *to = *clock;
        }
    }

    fn digits(self) -> [u8; TIME] {
        let mut digits = [0; TIME];
        self.write(&mut digits, 0);
        digits
    }
}

fn eight_digits(mut number: i64) -> [u8; 8] {
    let mut digits = [b'0'; 8];
    for digit in digits.iter_mut().rev() {
        *digit += (number % 10).to_le_bytes()[0];
        number /= 10;
    }
    digits
}

/// Where the number of a row begins: behind `QTY`, a separator, the qualifier and a separator.
fn number_at(text: &[u8]) -> Option<usize> {
    let rest = text.get(ROW.len() + 1..)?;
    let qualifier = rest.iter().take_while(|byte| byte.is_ascii_alphanumeric());
    Some(ROW.len() + 1 + qualifier.count() + 1)
}

fn number_length(text: &[u8]) -> usize {
    let is_of_number = |byte: &&u8| matches!(byte, b'0'..=b'9' | b'.' | b',' | b'-');
    text.iter().take_while(is_of_number).count()
}

/// What stands before the first time, the time, and what is behind it.
fn at_time(text: &[u8]) -> Option<(&[u8], [u8; TIME], &[u8])> {
    let mut run = 0;
    let last = text.iter().position(|byte| {
        run = if byte.is_ascii_digit() { run + 1 } else { 0 };
        run == TIME
    })?;
    let (before, rest) = text.split_at_checked(last + 1 - TIME)?;
    let (time, rest) = rest.split_first_chunk()?;
    Some((before, *time, rest))
}

/// How each row begins.
const ROW: &[u8] = b"QTY";
/// Longest row: usual ones have 85 bytes.
const MAX_ROW: usize = 512;
/// Digits of a time.
const TIME: usize = 12;
const DAY_MINUTES: i64 = 24 * 60;
/// `HHMM` of each minute of a day.
static CLOCK: [[u8; 4]; 24 * 60] = {
    let mut clock = [[0; 4]; _];
    let (mut rest, mut next) = (clock.as_mut_slice(), *b"0000");
    while let Some((minute, others)) = rest.split_first_mut() {
        *minute = next;
        (rest, next) = (others, a_minute_later(next));
    }
    clock
};

const fn a_minute_later(clock: [u8; 4]) -> [u8; 4] {
    match clock {
        [a, b'9', b'5', b'9'] => [a + 1, b'0', b'0', b'0'],
        [a, b, b'5', b'9'] => [a, b + 1, b'0', b'0'],
        [a, b, c, b'9'] => [a, b, c + 1, b'0'],
        [a, b, c, d] => [a, b, c, d + 1],
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::sample;

    fn comes_back(bytes: &[u8]) -> Packed {
        let packed = pack(bytes).unwrap_or_else(|| Packed::unrepeated(bytes));
        assert_eq!(count(&packed.runs), packed.numbers.len());
        assert_eq!(
            unpack(&packed, bytes.len()).as_deref(),
            Some(bytes),
            "{:?}",
            String::from_utf8_lossy(bytes)
        );
        packed
    }

    #[test]
    fn of_a_load_profile_one_row_is_left() {
        let file = sample::corpus(100_000);
        let packed = comes_back(&file);
        let rows = memmem::find_iter(&file, b"QTY").count();
        let left = memmem::find_iter(&packed.text, b"QTY").count();
        assert!(
            packed.numbers.len() + left == rows && left * 100 < rows,
            "{left} of {rows}"
        );
    }

    #[test]
    fn a_row_is_repeated_whatever_its_separators_and_line_ends_are() {
        let row = |number: &str, from: &str, to: &str| {
            format!("QTY|220;{number};KWH~\r\nDTM|163;{from};203~\r\nDTM|164;{to};203~\r\n")
        };
        let file = [
            row("1,5", "202602282330", "202602282345"),
            row("-0,25", "202602282345", "202603010000"),
            row("7", "202603010000", "202603010015"),
            row("7.5", "202603010015", "202603010030"),
            row("1,50", "202603010030", "202603010045"),
        ]
        .concat();
        // The other mark is another row, and the last has none behind it.
        assert_eq!(comes_back(file.as_bytes()).numbers.len(), 2);
    }

    #[test]
    fn rows_of_a_minute_are_repeated_through_day_and_year() {
        let stamp = |minute: i64| {
            let day = days_from_civil(2025, 12, 31) + minute / DAY_MINUTES;
            let (year, month, day) = civil_from_days(day);
            let (hour, minute) = (minute % DAY_MINUTES / 60, minute % 60);
            format!("{year}{month:02}{day:02}{hour:02}{minute:02}")
        };
        let row = |at: i64| {
            let (from, to) = (stamp(at), stamp(at + 1));
            format!("QTY+220:{at}'DTM+163:{from}:203'DTM+164:{to}:203'")
        };
        let file: String = (0..2 * DAY_MINUTES).map(row).collect();
        assert_eq!(comes_back(file.as_bytes()).numbers.len(), 2 * 24 * 60 - 1);
    }

    #[test]
    fn times_that_do_not_go_on_are_kept_as_they_are() {
        let row = |from: &str, to: &str| format!("QTY+220:1'DTM+163:{from}:203'DTM+164:{to}:203'");
        for (from, to) in [
            ("202602310000", "202602310015"),
            ("999912312345", "999912312400"),
            ("000001010000", "000001010015"),
            ("202611222315", "202611222315"),
        ] {
            comes_back(
                [row(from, to), row(to, to), row(to, from)]
                    .concat()
                    .as_bytes(),
            );
        }
        let file = [
            row("202611222300", "202611222315"),
            row("202611222330", "202611222345"),
        ];
        assert_eq!(comes_back(file.concat().as_bytes()).numbers, []);
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        let file = sample::corpus(10_000);
        let packed = comes_back(&file);
        assert_eq!(unpack(&packed, file.len() - 1), None);
        assert_eq!(unpack(&packed, file.len() + 1), None);
        let with = |run: Run| Packed {
            runs: vec![run],
            text: packed.text.clone(),
            numbers: packed.numbers.clone(),
        };
        let first = packed.runs[0];
        for run in [
            Run {
                text: u32::MAX,
                ..first
            },
            Run {
                row: u16::MAX,
                ..first
            },
            Run {
                rows: u32::MAX,
                ..first
            },
            Run { rows: 0, ..first },
            Run { row: 1, ..first },
        ] {
            assert_eq!(unpack(&with(run), file.len()), None, "{run:?}");
        }
    }

    proptest! {
        #[test]
        fn a_file_that_was_changed_anywhere_comes_back(
            changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..8),
            cut in any::<prop::sample::Index>(),
        ) {
            let mut file = sample::corpus(8_000);
            for (at, byte) in changes {
                let at = at.index(file.len());
                file[at] = byte;
            }
            comes_back(&file);
            comes_back(&file[cut.index(file.len())..]);
        }

        #[test]
        fn any_bytes_come_back(bytes in "(QTY|[0-9]{11,14}|[+:',.-]|[a-z0-9]){0,60}") {
            comes_back(bytes.as_bytes());
        }
    }
}
