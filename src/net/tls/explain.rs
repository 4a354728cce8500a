//! Why a handshake failed, and what to do about it. Pure.

use std::io;

use rustls::pki_types::UnixTime;
use rustls::{AlertDescription, CertificateError};

/// The kinds of failure that ask for different remedies.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Fault {
    /// The server speaks TLS 1.0 or 1.1, or ciphers of that time.
    OldProtocol,
    /// The server answered the handshake in plain text.
    PlainText,
    /// The server wants a handshake, and got plain text.
    ExpectsTls,
    /// It closed the connection.
    Closed,
    /// It said nothing.
    Silent,
    /// The certificate is for other names.
    WrongName,
    /// The certificate's time is over.
    Expired,
    /// The certificate's time has not come.
    NotYetValid,
    /// No root that is trusted stands behind the certificate.
    UnknownIssuer,
    /// The certificate is not acceptable for another reason.
    BadCertificate,
    /// Something else.
    Other,
}

/// The kind of a failed handshake.
pub(super) fn fault(error: &io::Error) -> Fault {
    use CertificateError as C;
    use rustls::Error as E;
    let tls = error.get_ref().and_then(|inner| inner.downcast_ref::<E>());
    match tls {
        Some(E::InvalidCertificate(C::UnknownIssuer)) => Fault::UnknownIssuer,
        Some(E::InvalidCertificate(C::NotValidForName | C::NotValidForNameContext { .. })) => {
            Fault::WrongName
        }
        Some(E::InvalidCertificate(C::Expired | C::ExpiredContext { .. })) => Fault::Expired,
        Some(E::InvalidCertificate(C::NotValidYet | C::NotValidYetContext { .. })) => {
            Fault::NotYetValid
        }
        Some(E::InvalidCertificate(_)) => Fault::BadCertificate,
        Some(
            E::AlertReceived(
                AlertDescription::ProtocolVersion
                | AlertDescription::HandshakeFailure
                | AlertDescription::InsufficientSecurity,
            )
            | E::PeerIncompatible(_),
        ) => Fault::OldProtocol,
        Some(E::InvalidMessage(_)) => Fault::PlainText,
        None if error.kind() == io::ErrorKind::UnexpectedEof => Fault::Closed,
        Some(_) | None => Fault::Other,
    }
}

/// Cause and remedy of a failed handshake, for an administrator.
pub(super) fn failure(error: &io::Error) -> String {
    use rustls::Error as E;
    let tls = error.get_ref().and_then(|inner| inner.downcast_ref::<E>());
    match tls {
        Some(E::InvalidCertificate(certificate)) => certificate_refused(certificate),
        Some(
            E::AlertReceived(
                AlertDescription::ProtocolVersion
                | AlertDescription::HandshakeFailure
                | AlertDescription::InsufficientSecurity,
            )
            | E::PeerIncompatible(_),
        ) => format!(
            "the server speaks only TLS 1.0/1.1 or weak ciphers, which is unsafe and not supported ({error}); update the mail server, put stunnel in front of it, or use encryption = \"none\" inside a trusted network"
        ),
        Some(E::InvalidMessage(_)) => {
            "the port speaks plain text; use encryption = \"starttls\" or \"none\", or the port for TLS (usually 993 for IMAP, 995 for POP3)".to_owned()
        }
        Some(other) => other.to_string(),
        None if error.kind() == io::ErrorKind::UnexpectedEof => {
            "the server closed the connection during the handshake; it may speak only TLS 1.0/1.1, or no TLS on this port".to_owned()
        }
        None => error.to_string(),
    }
}

#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "an open enum of rustls; the rest speaks for itself"
)]
fn certificate_refused(error: &CertificateError) -> String {
    use CertificateError as E;
    match error {
        E::UnknownIssuer => "the certificate's issuer is unknown; give its root certificate (or the server's self-signed one) as ca_file".to_owned(),
        E::NotValidForNameContext { expected, presented } => format!(
            "the certificate is not for {:?}; {}; use one of its names as host",
            expected.to_str(),
            names(presented)
        ),
        E::ExpiredContext { time, not_after } => format!(
            "the certificate expired at {}; this machine's clock says {}; renew the server's certificate, or set the clock",
            instant(*not_after),
            instant(*time)
        ),
        E::NotValidYetContext { time, not_before } => format!(
            "the certificate is valid from {}; this machine's clock says {}: probably the clock is wrong",
            instant(*not_before),
            instant(*time)
        ),
        E::Other(other) if other.to_string().contains("CaUsedAsEndEntity") => {
            "the server shows a CA certificate as its own; give exactly that certificate as ca_file".to_owned()
        }
        other => format!("the certificate cannot be accepted ({other})"),
    }
}

/// The names of a certificate as webpki gives them: `DnsName("mail.example")`.
fn names(presented: &[String]) -> String {
    let names: Vec<&str> = presented
        .iter()
        .take(MAX_NAMES_SHOWN)
        .map(|name| name.split('"').nth(1).unwrap_or(name))
        .collect();
    match (names.is_empty(), presented.len() > names.len()) {
        (true, _) => {
            "it has no subject alternative name (a common name alone does not count)".to_owned()
        }
        (false, false) => format!("it is for {}", names.join(", ")),
        (false, true) => format!("it is for {} and others", names.join(", ")),
    }
}

fn instant(time: UnixTime) -> String {
    i64::try_from(time.as_secs())
        .ok()
        .and_then(|seconds| jiff::Timestamp::from_second(seconds).ok())
        .map_or_else(
            || format!("second {}", time.as_secs()),
            |time| time.to_string(),
        )
}

/// Hosting providers put up to a hundred names into one certificate.
const MAX_NAMES_SHOWN: usize = 8;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_old_server_is_told_from_a_plain_one() {
        let old = rustls::Error::AlertReceived(AlertDescription::ProtocolVersion);
        let old = io::Error::other(old);
        assert!(failure(&old).contains("TLS 1.0/1.1"));
        assert_eq!(fault(&old), Fault::OldProtocol);
        let plain = rustls::Error::InvalidMessage(rustls::InvalidMessage::InvalidContentType);
        let plain = io::Error::other(plain);
        assert!(failure(&plain).contains("plain text"));
        assert_eq!(fault(&plain), Fault::PlainText);
    }

    #[test]
    fn names_are_listed_and_their_lack_is_told() {
        let many: Vec<String> = (0..20)
            .map(|n| format!("DnsName(\"{n}.example\")"))
            .collect();
        assert!(names(&many).starts_with("it is for 0.example, 1.example"));
        assert!(names(&many).ends_with("and others"));
        assert!(names(&[]).contains("no subject alternative name"));
    }
}
