//! What a server shows in its handshakes, for who wants to explain it.
//!
//! A handshake happens deep inside a protocol, and it shows most when it fails. So it is noted
//! beside the way of the connection: for the work that runs under [`watch`], and for no other.

use std::cell::RefCell;

use rustls::ClientConnection;
use rustls::pki_types::CertificateDer;

/// What was shown in the last handshake.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Shown {
    /// The server's certificate, then those that it sent along; DER.
    pub chain: Vec<CertificateDer<'static>>,
    /// `TLSv1_3`; empty if the handshake failed.
    pub protocol: String,
    /// `TLS13_AES_256_GCM_SHA384`; empty if the handshake failed.
    pub cipher: String,
}

tokio::task_local! {
    static SHOWN: RefCell<Option<Shown>>;
}

/// Runs some work, and gives what the last handshake in it showed.
pub async fn watch<F: Future>(work: F) -> (F::Output, Option<Shown>) {
    SHOWN
        .scope(RefCell::new(None), async {
            let output = work.await;
            let shown = SHOWN.with(|shown| shown.borrow_mut().take());
            (output, shown)
        })
        .await
}

/// Notes the certificates before they are judged.
pub(super) fn note_chain(own: &CertificateDer<'_>, along: &[CertificateDer<'_>]) {
    let _ = SHOWN.try_with(|shown| {
        let along = along.iter().take(MAX_CHAIN);
        let chain = std::iter::once(own).chain(along);
        *shown.borrow_mut() = Some(Shown {
            chain: chain.map(|one| one.clone().into_owned()).collect(),
            ..Shown::default()
        });
    });
}

/// Notes how a finished handshake protects the connection.
pub(super) fn note_connection(connection: &ClientConnection) {
    let _ = SHOWN.try_with(|shown| {
        if let Some(shown) = shown.borrow_mut().as_mut() {
            let protocol = connection.protocol_version();
            shown.protocol = protocol.map_or_else(String::new, |version| format!("{version:?}"));
            let cipher = connection.negotiated_cipher_suite();
            shown.cipher = cipher.map_or_else(String::new, |suite| format!("{:?}", suite.suite()));
        }
    });
}

/// Chains seen have up to four.
const MAX_CHAIN: usize = 10;
