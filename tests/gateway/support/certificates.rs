//! Certificates for the test servers: a root, and servers that are right, wrong and late.

use std::fs;
use std::path::Path;

use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
};

/// Writes `ca.pem` and, each as `NAME.pem` and `NAME.key`: `good` (localhost, 127.0.0.1,
/// 127.0.0.2), `wrong` (wrong.example), `expired` (127.0.0.4, until 2021), `future` (127.0.0.1,
/// from 2090), `leaf` (127.0.0.1, without the intermediate that issued it), `own` (self-signed,
/// 127.0.0.5).
pub(crate) fn write(dir: &Path) {
    let ca_key = KeyPair::generate().unwrap();
    let mut ca = params(&[], "test root");
    ca.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let ca_certificate = ca.self_signed(&ca_key).unwrap();
    fs::write(dir.join("ca.pem"), ca_certificate.pem()).unwrap();
    let issuer = Issuer::new(ca, ca_key);

    let mut expired = params(&["127.0.0.4"], "expired");
    expired.not_before = rcgen::date_time_ymd(2020, 1, 1);
    expired.not_after = rcgen::date_time_ymd(2021, 1, 1);
    let mut future = params(&["127.0.0.1"], "future");
    future.not_before = rcgen::date_time_ymd(2090, 1, 1);
    future.not_after = rcgen::date_time_ymd(2091, 1, 1);
    for (name, params) in [
        ("future", future),
        (
            "good",
            params(&["localhost", "127.0.0.1", "127.0.0.2"], "good"),
        ),
        ("wrong", params(&["wrong.example"], "wrong")),
        ("expired", expired),
    ] {
        let key = KeyPair::generate().unwrap();
        let certificate = params.signed_by(&key, &issuer).unwrap();
        save(dir, name, &certificate.pem(), &key);
    }

    let mut between = params(&[], "test intermediate");
    between.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let between = Issuer::new(between, KeyPair::generate().unwrap());
    let key = KeyPair::generate().unwrap();
    let leaf = params(&["127.0.0.1"], "leaf")
        .signed_by(&key, &between)
        .unwrap();
    save(dir, "leaf", &leaf.pem(), &key);

    let key = KeyPair::generate().unwrap();
    let own = params(&["127.0.0.5"], "own").self_signed(&key).unwrap();
    save(dir, "own", &own.pem(), &key);
}

fn params(names: &[&str], common_name: &str) -> CertificateParams {
    let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
    let mut params = CertificateParams::new(names).unwrap();
    params
        .distinguished_name
        .push(DnType::CommonName, common_name);
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    params
}

fn save(dir: &Path, name: &str, certificate: &str, key: &KeyPair) {
    fs::write(dir.join(format!("{name}.pem")), certificate).unwrap();
    fs::write(dir.join(format!("{name}.key")), key.serialize_pem()).unwrap();
}
