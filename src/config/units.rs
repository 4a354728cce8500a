//! Sizes and spans of time as people write them: `50MiB`, `5m`.

use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A number of bytes: `50MiB`, `512KiB`, `1GiB`, or plain bytes.
#[derive(Clone, Copy, Debug, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(try_from = "String", into = "String")]
#[schemars(with = "String")]
pub struct ByteSize(u64);

impl ByteSize {
    /// So many mebibytes.
    pub const fn from_mib(mib: u64) -> Self {
        Self(mib << 20)
    }

    /// In bytes.
    pub const fn bytes(self) -> u64 {
        self.0
    }
}

/// A span of time: `30s`, `5m`, `24h`, `7d`.
#[derive(Clone, Copy, Debug, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(try_from = "String", into = "String")]
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

impl TryFrom<String> for ByteSize {
    type Error = String;
    fn try_from(_text: String) -> Result<Self, String> {
        todo!()
    }
}
impl From<ByteSize> for String {
    fn from(_size: ByteSize) -> Self {
        todo!()
    }
}
impl TryFrom<String> for Span {
    type Error = String;
    fn try_from(_text: String) -> Result<Self, String> {
        todo!()
    }
}
impl From<Span> for String {
    fn from(_span: Span) -> Self {
        todo!()
    }
}
