//! A secret in the hand, and its name.

use std::fmt;

use zeroize::Zeroizing;

/// The name of a secret: up to 128 of `a-z`, `0-9`, `-`, `_` and `.`. It is bound to the secret: a
/// sealed file under another name does not open.
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Name(String);

impl Name {
    /// `None` if the text cannot be a name.
    pub fn new(text: impl Into<String>) -> Option<Self> {
        let text = text.into();
        let fits = |byte: u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.');
        let is_name = !text.is_empty() && text.len() <= NAME_BYTES && !text.starts_with('.');
        (is_name && text.bytes().all(fits)).then_some(Self(text))
    }

    /// As text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A secret as it was given; wiped from memory when it is dropped, and printed as `***`.
pub struct Plain(Zeroizing<Vec<u8>>);

impl Plain {
    /// The bytes themselves.
    pub fn reveal(&self) -> &[u8] {
        &self.0
    }
}

impl From<Vec<u8>> for Plain {
    fn from(bytes: Vec<u8>) -> Self {
        Self(Zeroizing::new(bytes))
    }
}

impl fmt::Debug for Plain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

/// With the suffix it is a file name everywhere.
const NAME_BYTES: usize = 128;
