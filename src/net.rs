//! Connections to mail servers: dial and count, TLS, STARTTLS, SASL, backoff.

pub mod backoff;
pub mod connections;
pub mod dial;
pub mod ending;
pub mod sasl;
pub mod starttls;
pub mod tls;

use std::io;

/// Why a connection could not be made. The texts are for an administrator.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum NetError {
    /// The name could not be resolved, the port refused, or nothing answered in time.
    #[error("connecting to {host}:{port} failed: {source}")]
    Connect {
        /// Host as configured.
        host: String,
        /// Port.
        port: u16,
        /// What the system said.
        source: io::Error,
    },
    /// The TLS handshake failed; `what` names cause and remedy.
    #[error("TLS with {host}:{port} failed: {what}")]
    Tls {
        /// Host as configured.
        host: String,
        /// Port.
        port: u16,
        /// The kind of failure.
        fault: tls::Fault,
        /// Cause and remedy: which names the certificate has, since when it is expired, …
        what: String,
    },
    /// The `ca_file` cannot be used.
    #[error("ca_file {path}: {what}")]
    CaFile {
        /// The file.
        path: String,
        /// What is wrong with it.
        what: String,
    },
    /// `starttls` is demanded, but not offered.
    #[error(
        "{host}:{port} offers no STARTTLS; use encryption = \"tls\" (usually another port), or \"none\" on a trusted line"
    )]
    NoStarttls {
        /// Host as configured.
        host: String,
        /// Port.
        port: u16,
    },
    /// Connected, but nothing was said: usually a TLS port that waits for a handshake.
    #[error(
        "{host}:{port} accepted the connection, but sent no greeting within {waited_seconds} s; if the port expects TLS, use encryption = \"tls\""
    )]
    Silent {
        /// Host as configured.
        host: String,
        /// Port.
        port: u16,
        /// How long it was waited for.
        waited_seconds: u64,
    },
    /// The connection broke, or the server said something else than its protocol, before TLS.
    #[error("{host}:{port} broke off before TLS was up: {source}")]
    Broken {
        /// Host as configured.
        host: String,
        /// Port.
        port: u16,
        /// What the system said.
        source: io::Error,
    },
    /// Bytes came in clear text behind the answer to STARTTLS: an attack, or a broken server.
    #[error(
        "{host}:{port} sent data between STARTTLS and the handshake; refused, since anyone on the line could have put it there"
    )]
    Injected {
        /// Host as configured.
        host: String,
        /// Port.
        port: u16,
    },
}

/// An error and its causes in one line.
pub(crate) fn causes(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text = format!("{text}: {error}");
        cause = error.source();
    }
    text
}
