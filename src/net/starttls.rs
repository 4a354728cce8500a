//! The handshake in the middle of a plain connection.

use super::NetError;
use super::dial::BoxStream;
use crate::config::mailbox::Endpoint;

/// Shakes hands on a plain stream, after the server said yes to STARTTLS/STLS.
///
/// The caller must have checked that nothing was received behind that answer, and gives
/// [`NetError::Injected`] if there was.
///
/// # Errors
/// [`NetError::Tls`], [`NetError::CaFile`].
pub async fn upgrade(_stream: BoxStream, _endpoint: &Endpoint) -> Result<BoxStream, NetError> {
    todo!()
}
