//! TLS by rustls with ring: whom we trust, and what to tell when it fails.

pub mod certificate;
mod explain;
pub mod witness;

use std::io;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::{verify_server_cert_signed_by_trust_anchor, verify_server_name};
use rustls::crypto::{CryptoProvider, ring, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::{
    CertificateError, ClientConfig, DigitallySignedStruct, RootCertStore, SignatureScheme,
};
use tokio::time::timeout;
use tokio_rustls::TlsConnector;

use crate::config::mailbox::Endpoint;
use crate::net::dial::BoxStream;
use crate::net::{NetError, ending};

pub use explain::Fault;

/// Shakes hands as a client, with the trust that the endpoint asks for.
///
/// # Errors
/// [`NetError::Tls`] with cause and remedy; [`NetError::CaFile`].
pub async fn handshake(stream: BoxStream, endpoint: &Endpoint) -> Result<BoxStream, NetError> {
    let failed = |fault: Fault, what: String| NetError::Tls {
        host: endpoint.host.clone(),
        port: endpoint.port,
        fault,
        what,
    };
    let other = |what: String| failed(Fault::Other, what);
    let name = ServerName::try_from(endpoint.host.clone())
        .map_err(|_| other("the host is neither a DNS name nor an IP address".to_owned()))?;
    // The roots are read for each connection: a gateway that runs for years must see renewed ones.
    let trust = {
        let (trust_all, ca_file) = (endpoint.trust_all_certificates, endpoint.ca_file.clone());
        tokio::task::spawn_blocking(move || Trust::load(trust_all, ca_file.as_deref())).await
    };
    let trust = trust.map_err(|error| other(error.to_string()))??;
    let config = client_config(trust).map_err(|error| other(error.to_string()))?;
    let handshake = TlsConnector::from(Arc::new(config)).connect(name, stream);
    match timeout(HANDSHAKE_LIMIT, handshake).await {
        Ok(Ok(stream)) => {
            let shown = stream.get_ref().1.peer_certificates();
            ending::note(endpoint, shown.and_then(<[_]>::first));
            witness::note_connection(stream.get_ref().1);
            Ok(Box::new(stream))
        }
        // A server that restarts ends connections, too: that passes by itself.
        Ok(Err(error)) if is_broken(&error) => Err(NetError::Broken {
            host: endpoint.host.clone(),
            port: endpoint.port,
            source: io::Error::new(error.kind(), explain::failure(&error)),
        }),
        Ok(Err(error)) => Err(failed(explain::fault(&error), explain::failure(&error))),
        Err(_) => Err(failed(
            Fault::Silent,
            format!(
                "no answer to the handshake within {} s; if the port speaks plain text first, use encryption = \"starttls\"",
                HANDSHAKE_LIMIT.as_secs()
            ),
        )),
    }
}

/// Whether the line ended, and not what the two could agree on.
fn is_broken(error: &io::Error) -> bool {
    use io::ErrorKind::{BrokenPipe, ConnectionAborted, ConnectionReset, UnexpectedEof};
    let kinds = [
        UnexpectedEof,
        ConnectionReset,
        ConnectionAborted,
        BrokenPipe,
    ];
    kinds.contains(&error.kind())
}

fn client_config(trust: Trust) -> Result<ClientConfig, rustls::Error> {
    Ok(ClientConfig::builder_with_provider(trust.provider.clone())
        .with_safe_default_protocol_versions()?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(trust))
        .with_no_client_auth())
}

/// Which certificates are accepted.
///
/// Whatever is accepted, the peer must prove that it holds the certificate's key: the signatures
/// of the handshake are always checked.
#[derive(Debug)]
struct Trust {
    provider: Arc<CryptoProvider>,
    roots: RootCertStore,
    /// Certificates of `ca_file`. A server that shows one of them itself is trusted, too: small
    /// mail servers have a self-signed certificate that is no CA, or one that is both.
    own: Vec<CertificateDer<'static>>,
    all: bool,
}

impl Trust {
    /// The system's roots (Mozilla's where the system has none) and those of `ca_file`.
    fn load(all: bool, ca_file: Option<&Path>) -> Result<Self, NetError> {
        let mut roots = RootCertStore::empty();
        if !all {
            roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
            if roots.is_empty() {
                roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
            }
        }
        let own = match ca_file {
            Some(path) => read_certificates(path)?,
            None => Vec::new(),
        };
        roots.add_parsable_certificates(own.iter().cloned());
        Ok(Self {
            provider: Arc::new(ring::default_provider()),
            roots,
            own,
            all,
        })
    }
}

impl ServerCertVerifier for Trust {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        witness::note_chain(end_entity, intermediates);
        if self.all {
            return Ok(ServerCertVerified::assertion());
        }
        let certificate = ParsedCertificate::try_from(end_entity)?;
        let algorithms = self.provider.signature_verification_algorithms.all;
        let chain = verify_server_cert_signed_by_trust_anchor(
            &certificate,
            &self.roots,
            intermediates,
            now,
            algorithms,
        );
        if let Err(error) = chain
            && (speaks_of_dates(&error) || !self.own.iter().any(|own| own == end_entity))
        {
            return Err(error);
        }
        verify_server_name(&certificate, server_name)?;
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        verify_tls12_signature(message, certificate, signature, algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        verify_tls13_signature(message, certificate, signature, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        let algorithms = &self.provider.signature_verification_algorithms;
        algorithms.supported_schemes()
    }
}

/// webpki looks at the dates of the server's certificate before anything else, so any other
/// complaint means that they are right.
fn speaks_of_dates(error: &rustls::Error) -> bool {
    use CertificateError as E;
    matches!(
        error,
        rustls::Error::InvalidCertificate(
            E::Expired
                | E::ExpiredContext { .. }
                | E::NotValidYet
                | E::NotValidYetContext { .. }
                | E::BadEncoding
        )
    )
}

/// Whether a `ca_file` holds certificates. Reads it.
///
/// # Errors
/// [`NetError::CaFile`].
pub fn check_ca_file(path: &Path) -> Result<(), NetError> {
    read_certificates(path).map(drop)
}

fn read_certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>, NetError> {
    let failed = |what: String| NetError::CaFile {
        path: path.display().to_string(),
        what,
    };
    let size = std::fs::metadata(path)
        .map_err(|error| failed(error.to_string()))?
        .len();
    if size > MAX_CA_FILE {
        return Err(failed(format!(
            "{size} bytes are too many for certificates"
        )));
    }
    let pem = std::fs::read(path).map_err(|error| failed(error.to_string()))?;
    let certificates = CertificateDer::pem_slice_iter(&pem)
        .collect::<Result<Vec<_>, _>>()
        .map_err(|error| failed(format!("not a PEM file ({error})")))?;
    if certificates.is_empty() {
        return Err(failed(
            "holds no certificate (-----BEGIN CERTIFICATE-----); DER files must be converted to PEM"
                .to_owned(),
        ));
    }
    Ok(certificates)
}

/// Generous: two round trips and a signature.
const HANDSHAKE_LIMIT: Duration = Duration::from_secs(20);

/// The whole of Mozilla's roots is 230 KiB of PEM.
const MAX_CA_FILE: u64 = 4 << 20;

#[cfg(test)]
mod tests {
    use rcgen::{BasicConstraints, CertificateParams, IsCa, KeyPair};

    use super::*;

    fn self_signed(name: &str, is_ca: bool) -> CertificateDer<'static> {
        let mut params = CertificateParams::new(vec![name.to_owned()]).unwrap();
        if is_ca {
            params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        }
        params.not_before = rcgen::date_time_ymd(2020, 1, 1);
        params.not_after = rcgen::date_time_ymd(2021, 1, 1);
        params
            .self_signed(&KeyPair::generate().unwrap())
            .unwrap()
            .der()
            .clone()
    }

    fn trust(own: Vec<CertificateDer<'static>>, all: bool) -> Trust {
        let mut roots = RootCertStore::empty();
        roots.add_parsable_certificates(own.iter().cloned());
        Trust {
            provider: Arc::new(ring::default_provider()),
            roots,
            own,
            all,
        }
    }

    fn check(
        trust: &Trust,
        shown: &CertificateDer<'_>,
        host: &str,
        day: i64,
    ) -> Result<(), String> {
        let now =
            UnixTime::since_unix_epoch(Duration::from_secs(u64::try_from(day).unwrap() * 86_400));
        let name = ServerName::try_from(host.to_owned()).unwrap();
        trust
            .verify_server_cert(shown, &[], &name, &[], now)
            .map(|_| ())
            .map_err(|error| explain::failure(&std::io::Error::other(error)))
    }

    const IN_2020: i64 = 18_400;
    const IN_2023: i64 = 19_400;

    #[test]
    fn a_self_signed_certificate_given_as_ca_file_is_accepted_whether_ca_or_not() {
        for is_ca in [false, true] {
            let own = self_signed("mail.example", is_ca);
            let trust = trust(vec![own.clone()], false);
            assert_eq!(check(&trust, &own, "mail.example", IN_2020), Ok(()));
        }
    }

    #[test]
    fn its_name_and_dates_are_still_checked() {
        for is_ca in [false, true] {
            let own = self_signed("mail.example", is_ca);
            let trust = trust(vec![own.clone()], false);
            let wrong_name = check(&trust, &own, "other.example", IN_2020).unwrap_err();
            assert!(
                wrong_name.contains("it is for mail.example"),
                "{wrong_name}"
            );
            let expired = check(&trust, &own, "mail.example", IN_2023).unwrap_err();
            assert!(expired.contains("expired at 2021-01-01"), "{expired}");
        }
    }

    #[test]
    fn a_stranger_of_the_same_name_is_refused() {
        let trust = trust(vec![self_signed("mail.example", false)], false);
        let stranger = self_signed("mail.example", false);
        assert!(check(&trust, &stranger, "mail.example", IN_2020).is_err());
    }

    #[test]
    fn an_unknown_issuer_is_refused_and_the_remedy_named() {
        let shown = self_signed("mail.example", false);
        let refused = check(&trust(Vec::new(), false), &shown, "mail.example", IN_2020);
        assert!(refused.unwrap_err().contains("ca_file"));
    }

    #[test]
    fn trust_all_accepts_any_name_issuer_and_date() {
        let shown = self_signed("mail.example", true);
        let trust = trust(Vec::new(), true);
        assert_eq!(check(&trust, &shown, "other.example", IN_2023), Ok(()));
    }

    #[test]
    fn a_ca_file_without_certificates_is_refused() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), "not a certificate").unwrap();
        assert!(matches!(
            Trust::load(false, Some(file.path())),
            Err(NetError::CaFile { .. })
        ));
    }
}
