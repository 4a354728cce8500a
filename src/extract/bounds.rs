//! Bounds on what is unpacked from one mail.

/// Bounds on what is unpacked from one mail, each with the reason for its default.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Bounds {
    /// Mails in mails, archives in archives: real ones nest 3 deep.
    pub depth: usize,
    /// Parts and archive entries in all.
    pub parts: usize,
    /// Bytes of all that is unpacked.
    pub unpacked_bytes: u64,
    /// Unpacked bytes for each packed one; EDIFACT packs 8 to 22 times.
    pub ratio: u64,
}

impl Default for Bounds {
    fn default() -> Self {
        Self {
            depth: 8,
            parts: 10_000,
            unpacked_bytes: 512 << 20,
            ratio: 200,
        }
    }
}
