//! A server that greets over TLS, with a certificate of choice.

use std::path::Path;
use std::sync::Arc;

use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

/// A running server. Ends with the test's runtime.
#[derive(Debug)]
pub(crate) struct TlsServer {
    pub(crate) port: u16,
}

impl TlsServer {
    /// Starts one with `NAME.pem` and `NAME.key`.
    pub(crate) async fn start(dir: &Path, name: &str) -> Self {
        let file = |end: &str| dir.join(format!("{name}.{end}"));
        let chain: Result<Vec<_>, _> = CertificateDer::pem_file_iter(file("pem"))
            .unwrap()
            .collect();
        let key = PrivateKeyDer::from_pem_file(file("key")).unwrap();
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(chain.unwrap(), key)
            .unwrap();
        let acceptor = TlsAcceptor::from(Arc::new(config));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let acceptor = acceptor.clone();
                tokio::spawn(async move {
                    // A client that refuses the certificate ends the handshake.
                    if let Ok(mut stream) = acceptor.accept(stream).await {
                        let _ = stream
                            .write_all(b"* OK [CAPABILITY IMAP4rev1] ready\r\n")
                            .await;
                    }
                });
            }
        });
        Self { port }
    }
}
