//! The bytes of a sealed file: the same secret under one key, or under two while the key changes.
//!
//! `MGS1`, the number of sealings, and for each: 8 bytes of the key's id, 24 of nonce, 4 of length
//! (little endian), ciphertext with its tag.

/// A secret under one key.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Sealing {
    /// Which key sealed it.
    pub(super) key: [u8; 8],
    /// Random, and never used twice.
    pub(super) nonce: [u8; 24],
    /// Ciphertext, and 16 bytes of tag.
    pub(super) ciphertext: Vec<u8>,
}

pub(super) fn encode(sealings: &[Sealing]) -> Vec<u8> {
    let mut bytes = MAGIC.to_vec();
    bytes.push(u8::try_from(sealings.len()).unwrap_or(u8::MAX));
    for sealing in sealings {
        let length = u32::try_from(sealing.ciphertext.len()).unwrap_or(u32::MAX);
        bytes.extend_from_slice(&sealing.key);
        bytes.extend_from_slice(&sealing.nonce);
        bytes.extend_from_slice(&length.to_le_bytes());
        bytes.extend_from_slice(&sealing.ciphertext);
    }
    bytes
}

/// `None` if the bytes are no sealed file, or not all of one.
pub(super) fn decode(bytes: &[u8]) -> Option<Vec<Sealing>> {
    let bytes = bytes.strip_prefix(MAGIC)?;
    let (count, mut rest) = bytes.split_first()?;
    let mut sealings = Vec::new();
    for _ in 0..*count {
        let (key, after) = rest.split_first_chunk()?;
        let (nonce, after) = after.split_first_chunk()?;
        let (length, after) = after.split_first_chunk()?;
        let length = usize::try_from(u32::from_le_bytes(*length)).ok()?;
        let (ciphertext, after) = after.split_at_checked(length)?;
        sealings.push(Sealing {
            key: *key,
            nonce: *nonce,
            ciphertext: ciphertext.to_vec(),
        });
        rest = after;
    }
    (rest.is_empty() && !sealings.is_empty()).then_some(sealings)
}

const MAGIC: &[u8] = b"MGS1";
/// Two sealings of the longest secret.
pub(super) const FILE_BYTES: u64 = 2 * (64 << 10) + 1024;
