//! The administrator's access: the password, the link that sets it, sessions, and the brake on
//! guessing.
//!
//! Pure: the time and what is random come in as arguments. Nothing here is kept over a restart but
//! the password's hash, which the caller keeps.

pub mod brake;
pub mod link;
pub mod password;
pub mod sessions;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

/// 256 random bits.
pub type Random = Zeroizing<[u8; 32]>;

/// Random bits as text that may stand in an address or a cookie.
fn token(random: &Random) -> Zeroizing<String> {
    Zeroizing::new(URL_SAFE_NO_PAD.encode(&random[..]))
}

/// Where tokens are compared, their hashes are: how long that takes tells nothing of them.
fn hash(token: &str) -> [u8; 32] {
    Sha256::digest(token).into()
}
