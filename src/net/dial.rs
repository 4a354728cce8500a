//! A byte stream to a mail server: TCP, and TLS where it is asked for.

use std::collections::VecDeque;
use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use socket2::{SockRef, TcpKeepalive};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::config::mailbox::{Encryption, Endpoint};
use crate::net::{NetError, tls};

/// A connection to a mail server, plain or encrypted.
pub trait Stream: AsyncRead + AsyncWrite + Unpin + Send + Sync + std::fmt::Debug {}
impl<T: AsyncRead + AsyncWrite + Unpin + Send + Sync + std::fmt::Debug> Stream for T {}

/// The stream, boxed: plain TCP before, TLS after an upgrade.
pub type BoxStream = Box<dyn Stream>;

/// Opens a TCP connection (all addresses, keep-alive, `TCP_NODELAY`, 20 s), and shakes hands if
/// the endpoint says `encryption = "tls"`. STARTTLS is the protocol's own matter: see
/// [`super::starttls`].
///
/// # Errors
/// [`NetError`].
pub async fn dial(endpoint: &Endpoint) -> Result<BoxStream, NetError> {
    let tcp = match timeout(CONNECT_LIMIT, connect(endpoint)).await {
        Ok(connected) => connected,
        Err(_) => Err(io::Error::new(
            io::ErrorKind::TimedOut,
            format!("no answer within {} s", CONNECT_LIMIT.as_secs()),
        )),
    };
    let tcp = tcp.map_err(|source| NetError::Connect {
        host: endpoint.host.clone(),
        port: endpoint.port,
        source,
    })?;
    match endpoint.encryption {
        Encryption::Tls => tls::handshake(Box::new(tcp), endpoint).await,
        Encryption::None | Encryption::Auto | Encryption::Starttls => Ok(Box::new(tcp)),
    }
}

async fn connect(endpoint: &Endpoint) -> io::Result<TcpStream> {
    let resolved = tokio::net::lookup_host((endpoint.host.as_str(), endpoint.port)).await?;
    let mut addresses = VecDeque::from(alternate(resolved.collect()));
    let mut under_way = FuturesUnordered::new();
    let mut failure = io::Error::new(io::ErrorKind::NotFound, "the name has no address");
    loop {
        if let Some(address) = addresses.pop_front() {
            under_way.push(TcpStream::connect(address));
        }
        match timeout(HEAD_START, under_way.next()).await {
            Ok(Some(Ok(tcp))) => {
                configure(&tcp)?;
                return Ok(tcp);
            }
            Ok(Some(Err(error))) => failure = error,
            Ok(None) => return Err(failure),
            Err(_) => {} // The next address starts beside this one.
        }
    }
}

/// IPv6 and IPv4 by turns (RFC 8305 section 4), so that a broken family costs a quarter second.
fn alternate(addresses: Vec<SocketAddr>) -> Vec<SocketAddr> {
    let first_is_v6 = addresses.first().is_some_and(SocketAddr::is_ipv6);
    let (mut first, mut second): (VecDeque<_>, VecDeque<_>) = addresses
        .into_iter()
        .partition(|address| address.is_ipv6() == first_is_v6);
    let mut turns = Vec::with_capacity(first.len() + second.len());
    while !(first.is_empty() && second.is_empty()) {
        turns.extend(first.pop_front());
        turns.extend(second.pop_front());
    }
    turns.truncate(MAX_ADDRESSES);
    turns
}

/// A dead peer must show itself while we wait for mail, and requests must not wait for company.
fn configure(tcp: &TcpStream) -> io::Result<()> {
    tcp.set_nodelay(true)?;
    let socket = SockRef::from(tcp);
    socket.set_tcp_keepalive(
        &TcpKeepalive::new()
            .with_time(Duration::from_mins(1))
            .with_interval(Duration::from_secs(15))
            .with_retries(4),
    )?;
    #[cfg(target_os = "linux")]
    socket.set_tcp_user_timeout(Some(Duration::from_mins(1)))?;
    Ok(())
}

/// For all addresses together; the slowest login proxies seen accept within a few seconds.
const CONNECT_LIMIT: Duration = Duration::from_secs(20);

/// How long one address is tried alone (RFC 8305 section 5).
const HEAD_START: Duration = Duration::from_millis(250);

/// Large providers answer with up to eight addresses; more add nothing in 20 s.
const MAX_ADDRESSES: usize = 16;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_address_families_take_turns() {
        let of = |text: &str| text.parse::<SocketAddr>().unwrap();
        let (a, b, c) = (of("[::1]:1"), of("[::2]:1"), of("10.0.0.1:1"));
        assert_eq!(alternate(vec![a, b, c]), [a, c, b]);
        assert_eq!(alternate(vec![c, a, b]), [c, a, b]);
    }

    #[tokio::test]
    async fn a_refused_port_names_host_and_port() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        drop(listener);
        let endpoint = Endpoint {
            host: "127.0.0.1".to_owned(),
            port,
            encryption: Encryption::None,
            trust_all_certificates: false,
            ca_file: None,
        };
        let error = dial(&endpoint).await.unwrap_err().to_string();
        assert!(error.contains(&format!("127.0.0.1:{port}")), "{error}");
    }
}
