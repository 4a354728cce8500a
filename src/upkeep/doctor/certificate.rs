//! What a server's certificates mean for us. Pure.

use std::fmt::Write as _;

use crate::config::mailbox::Endpoint;
use crate::net::NetError;
use crate::net::tls::Fault;
use crate::net::tls::certificate::Certificate;
use crate::net::tls::witness::Shown;
use crate::upkeep::doctor::{Check, Verdict, advice};

/// Judges what was shown. `error` is that of the handshake, if it failed; `now` is in seconds
/// since 1970.
pub(super) fn check(
    shown: &Shown,
    endpoint: &Endpoint,
    error: Option<&NetError>,
    now: i64,
) -> Check {
    let tried = format!("the certificate of {}:{}", endpoint.host, endpoint.port);
    let chain: Vec<Certificate> = shown.chain.iter().filter_map(Certificate::read).collect();
    let Some(own) = chain.first() else {
        let check = Check::ok("certificate", tried, "it cannot be read");
        return check.but(Verdict::Fault, "renew the certificate of the server");
    };
    let mut said = describe(own, chain.get(1..).unwrap_or_default());
    if let Some(NetError::Tls { fault, what, .. }) = error {
        let _ = write!(said, "; {what}");
        let check = Check::ok("certificate", tried, said);
        return check.but(Verdict::Fault, remedy(*fault, own, chain.len(), endpoint));
    }
    let check = Check::ok("certificate", tried, said);
    if endpoint.trust_all_certificates {
        return check.but(Verdict::Warning, advice::TRUST_ALL);
    }
    let left = own.until.as_second().saturating_sub(now) / A_DAY;
    if left < SOON_DAYS {
        let advice = format!(
            "it ends in {left} days: have it renewed before, or the gateway cannot fetch any more"
        );
        return check.but(Verdict::Warning, advice);
    }
    check
}

fn describe(own: &Certificate, along: &[Certificate]) -> String {
    let names: Vec<&str> = own.names.iter().map(String::as_str).take(SHOWN).collect();
    let mut text = format!(
        "for {} ({}), issued by {}, good from {} until {}",
        own.subject,
        if names.is_empty() {
            "no host names".to_owned()
        } else {
            names.join(", ")
        },
        if own.is_self_signed() {
            "itself"
        } else {
            &own.issuer
        },
        own.from,
        own.until,
    );
    for certificate in along {
        let _ = write!(text, "; sent along: {}", certificate.subject);
    }
    if along.is_empty() && !own.is_self_signed() {
        text.push_str("; no other certificate was sent along");
    }
    text
}

fn remedy(fault: Fault, own: &Certificate, sent: usize, endpoint: &Endpoint) -> String {
    let issuer = &own.issuer;
    match fault {
        Fault::UnknownIssuer if own.is_self_signed() => {
            "the server made its certificate itself: save it as a PEM file and name that as ca_file, or have a certificate issued by an authority".to_owned()
        }
        Fault::UnknownIssuer if sent == 1 => format!(
            "the chain is incomplete, or the authority is a private one: at the server install the whole chain (often called fullchain.pem), which includes {issuer}; or give the certificate of {issuer} as ca_file"
        ),
        Fault::UnknownIssuer => format!(
            "no root certificate that this machine trusts stands behind {issuer}: give that of your company's authority as ca_file, or install the package ca-certificates; if a virus scanner or firewall opens TLS, exclude the mail server there"
        ),
        Fault::WrongName => match own.names.first() {
            Some(name) => format!(
                "write host = {name:?} instead of {:?} if that is the same server, or have a certificate issued for {:?}",
                endpoint.host, endpoint.host
            ),
            None => format!(
                "the certificate names no host (subject alternative name); have one issued for {:?}",
                endpoint.host
            ),
        },
        Fault::Expired => {
            "have the server's certificate renewed, and the mail service restarted; if it is not over yet, this machine's clock is wrong".to_owned()
        }
        Fault::NotYetValid => {
            "set this machine's clock (for instance with timedatectl set-ntp true); if the clock is right, wait until the certificate begins".to_owned()
        }
        Fault::BadCertificate => {
            "have a usual certificate issued for the server (X.509 version 3, RSA from 2,048 bits or ECDSA, SHA-256)".to_owned()
        }
        Fault::OldProtocol
        | Fault::PlainText
        | Fault::ExpectsTls
        | Fault::Closed
        | Fault::Silent
        | Fault::Other => advice::tls(fault, endpoint.port),
    }
}

/// As many names as a person reads.
const SHOWN: usize = 8;
const A_DAY: i64 = 86_400;
/// Automatic renewal runs thirty days before the end; what is left of two weeks was forgotten.
const SOON_DAYS: i64 = 14;

#[cfg(test)]
mod tests {
    use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair};
    use rustls::pki_types::CertificateDer;

    use super::*;
    use crate::config::mailbox::Mailbox;

    fn params(name: &str) -> CertificateParams {
        let mut params = CertificateParams::new(vec![name.to_owned()]).unwrap();
        params.distinguished_name.push(DnType::CommonName, name);
        params.not_before = rcgen::date_time_ymd(2020, 1, 1);
        params.not_after = rcgen::date_time_ymd(2021, 1, 1);
        params
    }

    fn issued() -> CertificateDer<'static> {
        let key = KeyPair::generate().unwrap();
        let mut issuer = params("Test Intermediate");
        issuer.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let issuer = Issuer::new(issuer, key);
        let own = KeyPair::generate().unwrap();
        let own = params("mail.example").signed_by(&own, &issuer).unwrap();
        own.der().clone()
    }

    fn self_signed() -> CertificateDer<'static> {
        let own = params("mail.example");
        let own = own.self_signed(&KeyPair::generate().unwrap()).unwrap();
        own.der().clone()
    }

    fn judged(chain: Vec<CertificateDer<'static>>, fault: Option<Fault>, now: i64) -> Check {
        let endpoint = Mailbox {
            host: "imap.example".to_owned(),
            ..Mailbox::default()
        }
        .endpoint();
        let error = fault.map(|fault| NetError::Tls {
            host: endpoint.host.clone(),
            port: endpoint.port,
            fault,
            what: "what rustls says".to_owned(),
        });
        let shown = Shown {
            chain,
            ..Shown::default()
        };
        check(&shown, &endpoint, error.as_ref(), now)
    }

    const IN_JUNE_2020: i64 = 1_591_000_000;
    const AT_CHRISTMAS_2020: i64 = 1_608_854_400;

    #[test]
    fn a_good_certificate_is_described_and_its_near_end_is_a_warning() {
        let good = judged(vec![issued()], None, IN_JUNE_2020);
        assert_eq!(good.verdict, Verdict::Ok);
        assert!(
            good.said.contains("issued by CN=Test Intermediate"),
            "{good:?}"
        );
        assert!(good.said.contains("until 2021-01-01"), "{good:?}");
        let late = judged(vec![issued()], None, AT_CHRISTMAS_2020);
        assert_eq!(late.verdict, Verdict::Warning);
        assert!(late.advice.contains("7 days"), "{late:?}");
    }

    #[test]
    fn an_incomplete_chain_is_told_from_a_self_signed_certificate() {
        let unknown = Some(Fault::UnknownIssuer);
        let incomplete = judged(vec![issued()], unknown, IN_JUNE_2020);
        assert!(
            incomplete.advice.contains("fullchain.pem"),
            "{incomplete:?}"
        );
        assert!(incomplete.advice.contains("CN=Test Intermediate"));
        let own = judged(vec![self_signed()], unknown, IN_JUNE_2020);
        assert!(
            own.advice.contains("made its certificate itself"),
            "{own:?}"
        );
        let private = judged(vec![issued(), self_signed()], unknown, IN_JUNE_2020);
        assert!(private.advice.contains("your company's"), "{private:?}");
    }

    #[test]
    fn a_wrong_name_leads_to_the_right_one() {
        let wrong = judged(vec![issued()], Some(Fault::WrongName), IN_JUNE_2020);
        assert!(
            wrong.advice.contains("host = \"mail.example\""),
            "{wrong:?}"
        );
        assert_eq!(wrong.verdict, Verdict::Fault);
    }
}
