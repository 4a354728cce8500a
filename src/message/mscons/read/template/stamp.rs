//! `CCYYMMDDHHMM` at a known place, in a zone that is known, too.

use crate::market::calendar::{DAY_SECONDS, LegalClock, days_from_civil, month_length};

/// What the digits of a time are reckoned in.
#[derive(Clone, Copy, Eq, PartialEq)]
pub(super) enum Zone {
    /// UTC less what the digits say, in seconds.
    Shift(i64),
    /// German legal time.
    Legal,
}

/// Reads stamps. Remembers the day that was read last: the next value is of the same day, nearly
/// always.
pub(super) struct Days {
    /// `CCYYMMDD`, the first digit the lowest byte.
    date: u64,
    midnight: i64,
    legal: LegalClock,
}

impl Default for Days {
    fn default() -> Self {
        Self {
            date: u64::from_le_bytes(*b"19700101"),
            midnight: 0,
            legal: LegalClock::default(),
        }
    }
}

impl Days {
    /// Seconds since the epoch. `None` for what is no time, for what the general way must look at
    /// more closely (24:00, the ends of the calendar), and for an hour that exists twice.
    #[inline]
    pub(super) fn seconds(
        &mut self,
        [start, end]: [&[u8; DIGITS]; 2],
        zones: [Zone; 2],
    ) -> Option<[i64; 2]> {
        let [first, second] = seconds_of_days([clock(start), clock(end)])?;
        let first = self.midnight(start)? + first;
        let second = self.midnight(end)? + second;
        let [zone, zone_of_end] = zones;
        Some([
            self.in_zone(first, zone)?,
            self.in_zone(second, zone_of_end)?,
        ])
    }

    /// Seconds since 1970-01-01T00:00 on the stamp's own clock.
    pub(super) fn local_seconds(&mut self, stamp: &[u8; DIGITS]) -> Option<i64> {
        let [seconds, _] = seconds_of_days([clock(stamp); 2])?;
        Some(self.midnight(stamp)? + seconds)
    }

    #[inline]
    fn in_zone(&mut self, local: i64, zone: Zone) -> Option<i64> {
        match zone {
            Zone::Shift(shift) => Some(local + shift),
            Zone::Legal => {
                let time = self.legal.time(local)?;
                time.second.is_none().then(|| time.first.seconds())
            }
        }
    }

    #[inline]
    fn midnight(&mut self, stamp: &[u8; DIGITS]) -> Option<i64> {
        let date = u64::from_le_bytes(*stamp.first_chunk()?);
        if date != self.date {
            self.midnight = midnight(date)?;
            self.date = date;
        }
        Some(self.midnight)
    }
}

fn clock(stamp: &[u8; DIGITS]) -> [u8; 4] {
    stamp.last_chunk().copied().unwrap_or_default()
}

#[cold]
fn midnight(date: u64) -> Option<i64> {
    let [y1, y2, y3, y4, m1, m2, d1, d2] = date.to_le_bytes();
    let year = pair(y1, y2)? * 100 + pair(y3, y4)?;
    let (month, day) = (pair(m1, m2)?, pair(d1, d2)?);
    let is_date = (2..9999).contains(&year)
        && (1..=12).contains(&month)
        && (1..=month_length(year, month)).contains(&day);
    is_date.then(|| days_from_civil(year, month, day) * DAY_SECONDS)
}

/// Two `HHMM` at once.
#[inline]
fn seconds_of_days([start, end]: [[u8; 4]; 2]) -> Option<[i64; 2]> {
    let [start, end] = [start, end].map(|clock| u64::from(u32::from_le_bytes(clock)));
    let digits = (start | end << 32) ^ repeated(*b"0000");
    // A byte that is too large sets its highest bit, or has it set.
    let beyond = |bytes: u64, most: [u8; 4]| {
        let room = repeated(most.map(|most| 0x7F - most));
        (bytes | bytes.wrapping_add(room)) & repeated([0x80; 4]) != 0
    };
    let pairs = digits.wrapping_mul(10).wrapping_add(digits >> 8) & repeated([0xFF, 0, 0xFF, 0]);
    if beyond(digits, [9; 4]) || beyond(pairs, [23, 0, 59, 0]) {
        return None;
    }
    // Hours and minutes are in the first and third byte of each half.
    let seconds = |half: u64| (half & 0xFF) * 3600 + (half >> 16 & 0xFF) * 60;
    Some([seconds(pairs), seconds(pairs >> 32)].map(u64::cast_signed))
}

const fn repeated([a, b, c, d]: [u8; 4]) -> u64 {
    u64::from_le_bytes([a, b, c, d, a, b, c, d])
}

/// Two digits.
fn pair(tens: u8, ones: u8) -> Option<i64> {
    let (tens, ones) = (tens.wrapping_sub(b'0'), ones.wrapping_sub(b'0'));
    (tens < 10 && ones < 10).then(|| i64::from(tens * 10 + ones))
}

/// Of a stamp.
pub(super) const DIGITS: usize = 12;
