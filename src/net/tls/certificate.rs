//! A certificate (RFC 5280), as far as a person wants to read it. Pure.

use jiff::Timestamp;
use rustls::pki_types::CertificateDer;
use x509_cert::der::Decode;
use x509_cert::ext::pkix::SubjectAltName;
use x509_cert::ext::pkix::name::GeneralName;
use x509_cert::time::Time;

/// What a certificate says.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Certificate {
    /// Whom it is for: `CN=mail.example`, as RFC 4514 writes it.
    pub subject: String,
    /// Who issued it.
    pub issuer: String,
    /// The host names and addresses that it is good for.
    pub names: Vec<String>,
    /// From when on it is good.
    pub from: Timestamp,
    /// Until when it is good.
    pub until: Timestamp,
}

impl Certificate {
    /// Reads a certificate; `None` if it is none.
    pub fn read(der: &CertificateDer<'_>) -> Option<Self> {
        let certificate = x509_cert::Certificate::from_der(der).ok()?;
        let said = certificate.tbs_certificate();
        let names = said.get_extension::<SubjectAltName>().ok().flatten();
        let names = names.map(|(_, names)| names.0).unwrap_or_default();
        Some(Self {
            subject: shown(&said.subject().to_string()),
            issuer: shown(&said.issuer().to_string()),
            names: names.iter().take(MAX_NAMES).filter_map(host).collect(),
            from: instant(said.validity().not_before)?,
            until: instant(said.validity().not_after)?,
        })
    }

    /// Whether it names itself as its issuer.
    pub fn is_self_signed(&self) -> bool {
        self.subject == self.issuer
    }
}

fn host(name: &GeneralName) -> Option<String> {
    if let GeneralName::DnsName(name) = name {
        return Some(shown(name.as_str()));
    }
    let GeneralName::IpAddress(bytes) = name else {
        return None;
    };
    let bytes = bytes.as_bytes();
    let v4 = <[u8; 4]>::try_from(bytes).map(std::net::IpAddr::from);
    let address = v4.or_else(|_| <[u8; 16]>::try_from(bytes).map(std::net::IpAddr::from));
    address.ok().map(|address| address.to_string())
}

fn instant(time: Time) -> Option<Timestamp> {
    let seconds = i64::try_from(time.to_unix_duration().as_secs()).ok()?;
    Timestamp::from_second(seconds).ok()
}

/// One line, bounded: it is a stranger's.
fn shown(text: &str) -> String {
    let line = text.chars().map(|c| if c.is_control() { ' ' } else { c });
    line.take(MAX_SHOWN).collect()
}

/// Hosting providers put up to a hundred names into one certificate.
const MAX_NAMES: usize = 100;

/// A name of ten parts.
const MAX_SHOWN: usize = 300;

#[cfg(test)]
mod tests {
    use rcgen::{CertificateParams, DnType, KeyPair};

    use super::*;

    #[test]
    fn subject_names_and_dates_are_read() {
        let names = vec!["mail.example".to_owned(), "127.0.0.1".to_owned()];
        let mut params = CertificateParams::new(names.clone()).unwrap();
        params.distinguished_name.push(DnType::CommonName, "mail");
        params.not_before = rcgen::date_time_ymd(2020, 1, 1);
        params.not_after = rcgen::date_time_ymd(2021, 1, 1);
        let own = params.self_signed(&KeyPair::generate().unwrap()).unwrap();
        let read = Certificate::read(own.der()).unwrap();
        assert!(read.subject.contains("CN=mail"), "{read:?}");
        assert!(read.is_self_signed());
        assert_eq!(read.names, names);
        assert_eq!(read.until.to_string(), "2021-01-01T00:00:00Z");
    }

    #[test]
    fn what_is_no_certificate_is_none() {
        for bytes in [&b""[..], b"x", &[0x30, 0x84, 0xFF, 0xFF, 0xFF, 0xFF]] {
            assert_eq!(Certificate::read(&CertificateDer::from(bytes)), None);
        }
    }
}
