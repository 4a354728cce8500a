//! Exact decimals, as they were received.

use std::fmt;

/// An exact decimal: `mantissa / 10^scale`.
///
/// Trailing zeros are kept, since `20.800` and `20.8` are different words of a sender:
/// `20.800` is mantissa 20800, scale 3.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct Decimal {
    mantissa: i64,
    scale: u8,
}

impl Decimal {
    /// Most digits behind the mark that are held; 10^18 fits an `i64`.
    pub const MAX_SCALE: u8 = 18;

    /// `mantissa / 10^scale`; `None` if `scale` is over [`Self::MAX_SCALE`].
    pub const fn new(mantissa: i64, scale: u8) -> Option<Self> {
        if scale > Self::MAX_SCALE {
            None
        } else {
            Some(Self { mantissa, scale })
        }
    }

    /// The number without its mark.
    pub const fn mantissa(self) -> i64 {
        self.mantissa
    }

    /// Digits behind the mark.
    pub const fn scale(self) -> u8 {
        self.scale
    }

    /// Reads a number in its canonical form, `.` or `,` as mark: an optional `-`, digits without a
    /// needless leading zero, and optionally a mark followed by digits.
    ///
    /// `None` for everything that would not print again exactly as it was received (`+5`, `007`,
    /// `.5`, `1.`, `-0`, more than 18 digits), so that nothing is silently rewritten.
    pub fn parse(_text: &[u8]) -> Option<Self> {
        todo!()
    }

    /// Reads any number that a sender may mean, canonical or not (`+5`, `007`, `,5`, `1.`): the
    /// same value, canonically written. `None` if it is no number or has over 18 digits.
    pub fn parse_lenient(_text: &[u8]) -> Option<Self> {
        todo!()
    }
}

impl fmt::Display for Decimal {
    /// Prints the digits exactly as received, with `.` as the mark.
    fn fmt(&self, _f: &mut fmt::Formatter<'_>) -> fmt::Result {
        todo!()
    }
}
