//! A byte stream to a mail server: TCP, and TLS where it is asked for.

use tokio::io::{AsyncRead, AsyncWrite};

use super::NetError;
use crate::config::mailbox::Endpoint;

/// A connection to a mail server, plain or encrypted.
pub trait Stream: AsyncRead + AsyncWrite + Unpin + Send + std::fmt::Debug {}
impl<T: AsyncRead + AsyncWrite + Unpin + Send + std::fmt::Debug> Stream for T {}

/// The stream, boxed: plain TCP before, TLS after an upgrade.
pub type BoxStream = Box<dyn Stream>;

/// Opens a TCP connection (all addresses, keep-alive, `TCP_NODELAY`, 20 s), and shakes hands if
/// the endpoint says `encryption = "tls"`. STARTTLS is the protocol's own matter: it calls
/// [`super::starttls::upgrade`].
///
/// # Errors
/// [`NetError`].
pub async fn dial(_endpoint: &Endpoint) -> Result<BoxStream, NetError> {
    todo!()
}
