//! When the certificates of mail servers end.
//!
//! Noted at each handshake, and asked for by whoever warns of it. The dialogue with a server passes
//! many hands that have no use for this fact, so it is kept beside them, like a metric.

use std::collections::HashMap;
use std::sync::{LazyLock, Mutex, PoisonError};

use rustls::pki_types::CertificateDer;

use crate::config::mailbox::Endpoint;
use crate::net::tls::certificate::Certificate;

/// Until when the certificate is valid that this server showed last, in seconds UTC; `None` if it
/// showed none in the life of the process.
pub fn valid_until(endpoint: &Endpoint) -> Option<i64> {
    let seen = SEEN.lock().unwrap_or_else(PoisonError::into_inner);
    seen.get(&(endpoint.host.clone(), endpoint.port)).copied()
}

/// Notes what a server showed.
pub(super) fn note(endpoint: &Endpoint, shown: Option<&CertificateDer<'_>>) {
    let Some(shown) = shown.and_then(Certificate::read) else {
        return;
    };
    let mut seen = SEEN.lock().unwrap_or_else(PoisonError::into_inner);
    if seen.len() < SERVERS_MOST {
        seen.insert(
            (endpoint.host.clone(), endpoint.port),
            shown.until.as_second(),
        );
    }
}

static SEEN: LazyLock<Mutex<HashMap<(String, u16), i64>>> = LazyLock::new(Mutex::default);

/// Servers come from the configuration, which may change while the process runs; nobody has more.
const SERVERS_MOST: usize = 10_000;

#[cfg(test)]
mod tests {
    use rcgen::{CertificateParams, KeyPair};

    use super::*;
    use crate::config::mailbox::Mailbox;

    #[test]
    fn the_end_of_a_certificate_is_read_and_kept_by_server() {
        let mut params = CertificateParams::new(vec!["mail.example".to_owned()]).unwrap();
        params.not_after = rcgen::date_time_ymd(2031, 2, 3);
        let certificate = params.self_signed(&KeyPair::generate().unwrap()).unwrap();
        let endpoint = Mailbox {
            host: "certificate.example".to_owned(),
            ..Mailbox::default()
        }
        .endpoint();
        assert_eq!(valid_until(&endpoint), None);
        note(
            &endpoint,
            Some(&CertificateDer::from_slice(b"no certificate")),
        );
        assert_eq!(valid_until(&endpoint), None);
        note(&endpoint, Some(certificate.der()));
        assert_eq!(valid_until(&endpoint), Some(1_927_843_200));
        let other = Endpoint {
            port: 1,
            ..endpoint
        };
        assert_eq!(valid_until(&other), None);
    }
}
