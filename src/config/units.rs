//! Sizes and spans of time as people write them: `50MiB`, `5m`.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use schemars::JsonSchema;
use serde::de::{Error, Unexpected, Visitor};
use serde::{Deserialize, Deserializer, Serialize};

/// A number of bytes: `50MiB`, `512KiB`, `1GiB`, or plain bytes.
#[derive(Clone, Copy, Debug, Eq, JsonSchema, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(into = "String")]
#[schemars(with = "String")]
pub struct ByteSize(u64);

impl ByteSize {
    /// So many kibibytes.
    pub const fn from_kib(kib: u64) -> Self {
        Self(kib << 10)
    }

    /// So many mebibytes.
    pub const fn from_mib(mib: u64) -> Self {
        Self(mib << 20)
    }

    /// In bytes.
    pub const fn bytes(self) -> u64 {
        self.0
    }
}

impl FromStr for ByteSize {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (number, unit) = split_number(text.trim());
        let number: Option<u64> = number.parse().ok();
        let factor = SIZES
            .iter()
            .find_map(|(name, factor)| name.eq_ignore_ascii_case(unit).then_some(*factor));
        match (number, factor) {
            (Some(number), Some(factor)) => number
                .checked_mul(factor)
                .map(Self)
                .ok_or_else(|| format!("`{text}` is too large")),
            _ => Err(format!(
                "`{text}` is no size: write 50MiB, 512KiB, 1GiB, or a number of bytes"
            )),
        }
    }
}

impl fmt::Display for ByteSize {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let fits = |factor: u64| self.0 > 0 && self.0.is_multiple_of(factor);
        match SIZES.iter().rev().find(|(_, factor)| fits(*factor)) {
            Some((name, factor)) if *factor > 1 => write!(f, "{}{name}", self.0 / factor),
            _ => write!(f, "{}", self.0),
        }
    }
}

/// A span of time in whole seconds: `30s`, `5m`, `24h`, `7d`, `1h30m`.
#[derive(Clone, Copy, Debug, Eq, JsonSchema, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(into = "String")]
#[schemars(with = "String")]
pub struct Span(Duration);

impl Span {
    /// As a duration.
    pub const fn duration(self) -> Duration {
        self.0
    }
}

impl From<Duration> for Span {
    fn from(duration: Duration) -> Self {
        Self(duration)
    }
}

impl FromStr for Span {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let fault = || format!("`{text}` is no span of time: write 30s, 5m, 24h, 7d or 1h30m");
        let mut rest = text.trim();
        let mut seconds = 0_u64;
        let mut larger = u64::MAX;
        while !rest.is_empty() {
            let (number, after) = split_number(rest);
            let (factor, after) = SPANS
                .iter()
                .find_map(|(name, factor)| Some((*factor, after.strip_prefix(*name)?)))
                .ok_or_else(fault)?;
            // The largest unit first, each once.
            if factor >= larger {
                return Err(fault());
            }
            let number: u64 = number.parse().map_err(|_| fault())?;
            seconds = number
                .checked_mul(factor)
                .and_then(|part| part.checked_add(seconds))
                .ok_or_else(|| format!("`{text}` is too long"))?;
            larger = factor;
            rest = after.trim_start();
        }
        if larger == u64::MAX {
            return Err(fault());
        }
        Ok(Self(Duration::from_secs(seconds)))
    }
}

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut seconds = self.0.as_secs();
        if seconds == 0 {
            return f.write_str("0s");
        }
        for (name, factor) in SPANS {
            if seconds >= factor {
                write!(f, "{}{name}", seconds / factor)?;
                seconds %= factor;
            }
        }
        Ok(())
    }
}

impl TryFrom<String> for ByteSize {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl From<ByteSize> for String {
    fn from(size: ByteSize) -> Self {
        size.to_string()
    }
}

impl TryFrom<String> for Span {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl From<Span> for String {
    fn from(span: Span) -> Self {
        span.to_string()
    }
}

impl<'de> Deserialize<'de> for ByteSize {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(SizeVisitor)
    }
}

impl<'de> Deserialize<'de> for Span {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(SpanVisitor)
    }
}

/// Takes a string, or a plain number of bytes.
struct SizeVisitor;

impl Visitor<'_> for SizeVisitor {
    type Value = ByteSize;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a size such as \"50MiB\"")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<ByteSize, E> {
        text.parse().map_err(E::custom)
    }

    fn visit_i64<E: Error>(self, bytes: i64) -> Result<ByteSize, E> {
        let size = u64::try_from(bytes).map(ByteSize);
        size.map_err(|_| E::invalid_value(Unexpected::Signed(bytes), &self))
    }

    fn visit_u64<E: Error>(self, bytes: u64) -> Result<ByteSize, E> {
        Ok(ByteSize(bytes))
    }
}

/// Takes a string: a plain number would leave the unit open.
struct SpanVisitor;

impl Visitor<'_> for SpanVisitor {
    type Value = Span;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a span of time such as \"5m\"")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Span, E> {
        text.parse().map_err(E::custom)
    }
}

/// Digits at the start, and what follows them.
fn split_number(text: &str) -> (&str, &str) {
    let end = text
        .find(|char: char| !char.is_ascii_digit())
        .unwrap_or(text.len());
    let (number, rest) = text.split_at(end);
    (number, rest.trim_start())
}

const SIZES: [(&str, u64); 5] = [
    ("", 1),
    ("B", 1),
    ("KiB", 1 << 10),
    ("MiB", 1 << 20),
    ("GiB", 1 << 30),
];

const SPANS: [(&str, u64); 4] = [("d", 86_400), ("h", 3_600), ("m", 60), ("s", 1)];

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn sizes_are_read_and_printed_in_the_largest_unit_that_fits() {
        for (text, bytes, printed) in [
            ("50MiB", 50 << 20, "50MiB"),
            ("1 gib", 1 << 30, "1GiB"),
            ("512KiB", 512 << 10, "512KiB"),
            ("1536KiB", 1536 << 10, "1536KiB"),
            ("1000000", 1_000_000, "1000000"),
            ("7 B", 7, "7"),
            ("0", 0, "0"),
        ] {
            let size: ByteSize = text.parse().unwrap();
            assert_eq!(
                (size.bytes(), size.to_string().as_str()),
                (bytes, printed),
                "{text}"
            );
        }
    }

    #[test]
    fn sizes_that_are_none_say_how_to_write_one() {
        for text in ["50MB", "MiB", "", "-1", "1.5MiB", "50MiBs"] {
            let fault = text.parse::<ByteSize>().unwrap_err();
            assert!(
                fault.ends_with("write 50MiB, 512KiB, 1GiB, or a number of bytes"),
                "{text}"
            );
        }
        assert_eq!(
            "99999999999GiB".parse::<ByteSize>().unwrap_err(),
            "`99999999999GiB` is too large"
        );
    }

    #[test]
    fn spans_are_read_and_printed() {
        for (text, seconds, printed) in [
            ("30s", 30, "30s"),
            ("5m", 300, "5m"),
            ("24h", 86_400, "1d"),
            ("7d", 604_800, "7d"),
            ("1h30m", 5_400, "1h30m"),
            ("1 h 5 s", 3_605, "1h5s"),
            ("0s", 0, "0s"),
        ] {
            let span: Span = text.parse().unwrap();
            assert_eq!(
                (span.duration().as_secs(), span.to_string().as_str()),
                (seconds, printed)
            );
        }
    }

    #[test]
    fn spans_that_are_none_say_how_to_write_one() {
        for text in [
            "",
            "5",
            "5 minutes",
            "m",
            "5m1h",
            "1h1h",
            "-5m",
            "1.5h",
            "5M",
        ] {
            let fault = text.parse::<Span>().unwrap_err();
            assert!(
                fault.ends_with("write 30s, 5m, 24h, 7d or 1h30m"),
                "{text}: {fault}"
            );
        }
        assert_eq!(
            "999999999999999999d".parse::<Span>().unwrap_err(),
            "`999999999999999999d` is too long"
        );
    }

    proptest! {
        #[test]
        fn what_is_printed_is_read_again(number in any::<u64>()) {
            let (size, span) = (ByteSize(number), Span(Duration::from_secs(number)));
            prop_assert_eq!(size.to_string().parse(), Ok(size));
            prop_assert_eq!(span.to_string().parse(), Ok(span));
        }
    }
}
