//! The plain-text opening of a connection, and the handshake in its middle.
//!
//! IMAP (STARTTLS) and POP3 (STLS) begin the same way: a greeting, a few short lines, then TLS on
//! the same connection. Bytes that came in clear text behind the server's "go ahead" must never be
//! believed inside TLS (RFC 9051 section 11.1, RFC 2595 section 4); [`Opening`] makes that
//! impossible to forget, since it owns what was received.

use std::io;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::time::timeout;

use crate::config::mailbox::Endpoint;
use crate::net::dial::BoxStream;
use crate::net::{NetError, tls};

/// A plain connection on which lines are exchanged before TLS, or before the real client begins.
#[derive(Debug)]
pub struct Opening<'a> {
    stream: BoxStream,
    endpoint: &'a Endpoint,
    received: Vec<u8>,
}

impl<'a> Opening<'a> {
    /// Begins on a fresh connection.
    pub fn new(stream: BoxStream, endpoint: &'a Endpoint) -> Self {
        Self {
            stream,
            endpoint,
            received: Vec::new(),
        }
    }

    /// The server's first line, without its line end.
    ///
    /// # Errors
    /// [`NetError::Silent`] if nothing came, else as [`Opening::line`].
    pub async fn greeting(&mut self) -> Result<Vec<u8>, NetError> {
        match timeout(GREETING_LIMIT, self.line()).await {
            Ok(line) => line,
            Err(_) => Err(NetError::Silent {
                host: self.endpoint.host.clone(),
                port: self.endpoint.port,
                waited_seconds: GREETING_LIMIT.as_secs(),
            }),
        }
    }

    /// The next line, without its line end.
    ///
    /// # Errors
    /// [`NetError::Broken`]: the end of the connection, no whole line within 60 s, a line over
    /// 64 KiB. [`NetError::Tls`] if the server answers with a TLS record.
    pub async fn line(&mut self) -> Result<Vec<u8>, NetError> {
        if let Ok(line) = timeout(LINE_LIMIT, self.whole_line()).await {
            return line;
        }
        let words = format!("no whole line within {} s", LINE_LIMIT.as_secs());
        Err(self.broken(io::Error::new(io::ErrorKind::TimedOut, words)))
    }

    async fn whole_line(&mut self) -> Result<Vec<u8>, NetError> {
        loop {
            if let Some(end) = memchr::memchr(b'\n', &self.received) {
                let mut line: Vec<u8> = self.received.drain(..=end).collect();
                line.pop();
                if line.last() == Some(&b'\r') {
                    line.pop();
                }
                return Ok(line);
            }
            if self.received.starts_with(TLS_ALERT) {
                return Err(NetError::Tls {
                    host: self.endpoint.host.clone(),
                    port: self.endpoint.port,
                    fault: tls::Fault::ExpectsTls,
                    what: "the port expects TLS from the first byte; use encryption = \"tls\""
                        .to_owned(),
                });
            }
            if self.received.len() > MAX_LINE {
                let error = io::Error::new(io::ErrorKind::InvalidData, "a line without an end");
                return Err(self.broken(error));
            }
            match self.stream.read_buf(&mut self.received).await {
                Ok(0) => return Err(self.broken(io::ErrorKind::UnexpectedEof.into())),
                Ok(_) => {}
                Err(error) => return Err(self.broken(error)),
            }
        }
    }

    /// Sends bytes, line end included.
    ///
    /// # Errors
    /// [`NetError::Broken`].
    pub async fn send(&mut self, line: &[u8]) -> Result<(), NetError> {
        match timeout(LINE_LIMIT, self.stream.write_all(line)).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(error)) => Err(self.broken(error)),
            Err(_) => Err(self.broken(io::ErrorKind::TimedOut.into())),
        }
    }

    /// Shakes hands, after the server said yes to STARTTLS/STLS.
    ///
    /// # Errors
    /// [`NetError::Injected`] if anything was received behind that yes; [`NetError::Tls`],
    /// [`NetError::CaFile`].
    pub async fn upgrade(self) -> Result<BoxStream, NetError> {
        if !self.received.is_empty() {
            return Err(NetError::Injected {
                host: self.endpoint.host.clone(),
                port: self.endpoint.port,
            });
        }
        upgrade(self.stream, self.endpoint).await
    }

    /// The connection as it is, in plain text, with what was received and not yet read as a line.
    pub fn into_parts(self) -> (BoxStream, Vec<u8>) {
        (self.stream, self.received)
    }

    fn broken(&self, source: io::Error) -> NetError {
        NetError::Broken {
            host: self.endpoint.host.clone(),
            port: self.endpoint.port,
            source,
        }
    }
}

/// Shakes hands on a plain stream, after the server said yes to STARTTLS/STLS.
///
/// Who calls this directly must have checked that nothing was received behind that answer;
/// [`Opening::upgrade`] does it by itself.
///
/// # Errors
/// [`NetError::Tls`], [`NetError::CaFile`].
pub async fn upgrade(stream: BoxStream, endpoint: &Endpoint) -> Result<BoxStream, NetError> {
    tls::handshake(stream, endpoint).await
}

/// Servers that look up the client's name first take up to some ten seconds to greet.
const GREETING_LIMIT: Duration = Duration::from_secs(30);

/// For one line, as everywhere while an answer is due.
const LINE_LIMIT: Duration = Duration::from_mins(1);

/// Greetings and capability lists seen are below 2 KiB.
const MAX_LINE: usize = 64 << 10;

/// Record type 21 (alert), major version 3 (RFC 8446 section 5.1).
const TLS_ALERT: &[u8] = &[0x15, 0x03];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::mailbox::Encryption;

    fn endpoint() -> Endpoint {
        Endpoint {
            host: "mail.example".to_owned(),
            port: 143,
            encryption: Encryption::Starttls,
            trust_all_certificates: false,
            ca_file: None,
        }
    }

    #[tokio::test]
    async fn bytes_behind_the_go_ahead_are_refused() {
        let (ours, mut theirs) = tokio::io::duplex(1024);
        theirs
            .write_all(b"a OK go ahead\r\n* CAPABILITY forged\r\n")
            .await
            .unwrap();
        let endpoint = endpoint();
        let mut opening = Opening::new(Box::new(ours), &endpoint);
        assert_eq!(opening.line().await.unwrap(), b"a OK go ahead");
        let refused = opening.upgrade().await.unwrap_err();
        assert!(matches!(refused, NetError::Injected { .. }), "{refused}");
    }

    #[tokio::test(start_paused = true)]
    async fn a_silent_server_is_told_from_a_slow_one() {
        let (ours, _theirs) = tokio::io::duplex(1024);
        let endpoint = endpoint();
        let mut opening = Opening::new(Box::new(ours), &endpoint);
        let error = opening.greeting().await.unwrap_err();
        assert!(matches!(error, NetError::Silent { .. }), "{error}");
    }

    #[tokio::test(start_paused = true)]
    async fn a_line_that_drips_is_given_up_after_a_minute() {
        let (ours, mut theirs) = tokio::io::duplex(1024);
        tokio::spawn(async move {
            while theirs.write_all(b"x").await.is_ok() {
                tokio::time::sleep(Duration::from_secs(10)).await;
            }
        });
        let endpoint = endpoint();
        let mut opening = Opening::new(Box::new(ours), &endpoint);
        let error = opening.line().await.unwrap_err().to_string();
        assert!(error.contains("no whole line within 60 s"), "{error}");
    }

    #[tokio::test]
    async fn a_line_without_an_end_is_refused() {
        let (ours, mut theirs) = tokio::io::duplex(1 << 20);
        theirs.write_all(&vec![b'x'; 128 << 10]).await.unwrap();
        let endpoint = endpoint();
        let mut opening = Opening::new(Box::new(ours), &endpoint);
        assert!(matches!(opening.line().await, Err(NetError::Broken { .. })));
    }
}
