//! What the message type itself says: which segments MSCONS has.
//!
//! Source: UN/EDIFACT D.99A and D.04B, MSCONS segment table; BDEW MSCONS MIG 2.2e to 2.5. What the
//! business cases say (Prüfidentifikatoren) is [`crate::market::pid`].

/// Whether MSCONS has a segment with this tag, in any version that is met.
pub(super) fn has_segment(tag: &[u8]) -> bool {
    SEGMENTS.contains(&tag)
}

/// `FTX` and `SEQ` are of no version that was read, but senders put them in.
const SEGMENTS: [&[u8]; 27] = [
    b"AUT", b"BGM", b"CAV", b"CCI", b"CNT", b"COM", b"COS", b"CTA", b"CUX", b"DTM", b"FTX", b"IMD",
    b"LIN", b"LOC", b"MEA", b"MOA", b"NAD", b"PIA", b"PRI", b"QTY", b"RFF", b"SEQ", b"SMV", b"STS",
    b"UNH", b"UNS", b"UNT",
];
