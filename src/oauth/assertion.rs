//! A certificate instead of a secret: the application signs that it is itself (`private_key_jwt`).
//!
//! Sources: RFC 7523; Microsoft, "Microsoft identity platform application authentication
//! certificate credentials" (PS256, `x5t#S256`).

use std::fmt;
use std::fs;
use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::rand::{SecureRandom, SystemRandom};
use ring::signature::{KeyPair, RSA_PSS_SHA256, RsaKeyPair};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use serde_json::json;
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use crate::market::calendar::UtcTime;
use crate::net::tls;

/// A certificate and its private key. Prints as the certificate's thumbprint.
pub(super) struct Certificate {
    thumbprint: String,
    /// Until when it is valid, if that can be read.
    pub(super) until: Option<UtcTime>,
    key: RsaKeyPair,
}

impl Certificate {
    /// Reads certificate and key from their PEM files.
    ///
    /// # Errors
    /// What is wrong with which file; nothing of its content.
    pub(super) fn load(certificate_file: &Path, key_file: &Path) -> Result<Self, String> {
        let certificate = read(certificate_file)?;
        let certificate = CertificateDer::from_pem_slice(&certificate).map_err(|_| {
            format!(
                "the file `{}` holds no certificate in PEM",
                certificate_file.display()
            )
        })?;
        let bad_key = |what| format!("the file `{}` holds {what}", key_file.display());
        let key = read(key_file)?;
        let key = PrivateKeyDer::from_pem_slice(&key)
            .map_err(|_| bad_key("no private key in PEM, or one that is encrypted"))?;
        let key = match &key {
            PrivateKeyDer::Pkcs8(der) => RsaKeyPair::from_pkcs8(der.secret_pkcs8_der()),
            PrivateKeyDer::Pkcs1(der) => RsaKeyPair::from_der(der.secret_pkcs1_der()),
            PrivateKeyDer::Sec1(_) | _ => {
                return Err(bad_key("no RSA key, which Microsoft asks for"));
            }
        };
        let key = key.map_err(|_| bad_key("no RSA key of 2048 bits or more"))?;
        // The public key stands in the certificate as it is.
        if memchr::memmem::find(&certificate, key.public_key().as_ref()).is_none() {
            let certificate = certificate_file.display();
            return Err(
                bad_key("another key than that of the certificate") + &format!(" `{certificate}`")
            );
        }
        Ok(Self {
            thumbprint: URL_SAFE_NO_PAD.encode(Sha256::digest(&certificate)),
            until: tls::certificate::Certificate::read(&certificate)
                .map(|read| UtcTime::from_seconds(read.until.as_second())),
            key,
        })
    }

    /// Whether both are the same, and so their keys: each belongs to its certificate.
    pub(super) fn is_same(&self, other: &Self) -> bool {
        self.thumbprint == other.thumbprint
    }

    /// The signed word that we are this client, for this endpoint, for some minutes.
    ///
    /// # Errors
    /// If the system gives no random numbers.
    pub(super) fn assertion(
        &self,
        client_id: &str,
        token_url: &str,
        now: UtcTime,
    ) -> Result<String, String> {
        let random = SystemRandom::new();
        let failed = |_| "the system gives no random numbers".to_owned();
        let mut id = [0_u8; 16];
        random.fill(&mut id).map_err(failed)?;
        let now = now.seconds();
        let head = json!({ "alg": "PS256", "typ": "JWT", "x5t#S256": self.thumbprint });
        let claims = json!({
            "aud": token_url,
            "iss": client_id,
            "sub": client_id,
            "jti": URL_SAFE_NO_PAD.encode(id),
            "iat": now,
            "nbf": now - CLOCK_SECONDS,
            "exp": now + VALID_SECONDS,
        });
        let encode = |part: serde_json::Value| URL_SAFE_NO_PAD.encode(part.to_string());
        let signed = format!("{}.{}", encode(head), encode(claims));
        let mut signature = vec![0; self.key.public().modulus_len()];
        self.key
            .sign(&RSA_PSS_SHA256, &random, signed.as_bytes(), &mut signature)
            .map_err(failed)?;
        Ok(format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature)))
    }
}

impl fmt::Debug for Certificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Certificate({})", self.thumbprint)
    }
}

fn read(path: &Path) -> Result<Zeroizing<Vec<u8>>, String> {
    let failed = |what: String| format!("the file `{}` cannot be read: {what}", path.display());
    let length = fs::metadata(path)
        .map_err(|error| failed(error.to_string()))?
        .len();
    if length > PEM_BYTES {
        return Err(failed(format!("it is larger than {PEM_BYTES} bytes")));
    }
    let bytes = fs::read(path).map_err(|error| failed(error.to_string()))?;
    Ok(Zeroizing::new(bytes))
}

/// Microsoft takes ten minutes at most.
const VALID_SECONDS: i64 = 300;
/// A clock that is fast by so much does no harm.
const CLOCK_SECONDS: i64 = 120;
/// A chain of certificates has 10 KB.
const PEM_BYTES: u64 = 256 << 10;
