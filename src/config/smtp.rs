//! `[smtp]`: the server that takes our mail.

use std::path::PathBuf;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::config::mailbox::{Encryption, Endpoint, path_unless_empty};
use crate::config::secret::Secret;

/// The server that takes our mail. Without a host nothing is sent.
#[derive(Clone, Debug, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct Smtp {
    /// Server; empty: nothing is sent.
    #[schemars(extend("de" = "Server; leer: es wird nichts gesendet."))]
    pub host: String,
    /// Port; 0 takes the usual one (465 for TLS, else 587).
    #[schemars(extend("de" = "Port; 0 nimmt den üblichen (465 bei TLS, sonst 587)."))]
    pub port: u16,
    /// Encryption of the connection.
    #[schemars(extend("de" = "Verschlüsselung der Verbindung."))]
    pub encryption: Encryption,
    /// Accept any certificate, whatever its name, issuer and dates. Prefer `ca_file`.
    #[schemars(extend("de" = "Jedes Zertifikat annehmen, gleich welcher Name, Aussteller und Zeitraum. Besser: `ca_file`."))]
    pub trust_all_certificates: bool,
    /// PEM file with further root certificates, or the server's own self-signed one.
    #[schemars(extend("de" = "PEM-Datei mit weiteren Wurzelzertifikaten oder dem selbst ausgestellten des Servers."))]
    #[serde(deserialize_with = "path_unless_empty")]
    pub ca_file: Option<PathBuf>,
    /// How to sign in.
    #[schemars(extend("de" = "Wie man sich anmeldet."))]
    pub auth: Auth,
    /// User name; with `auth = "microsoft"` the user who signs in, also where mails are from a shared mailbox.
    #[schemars(extend("de" = "Benutzername; bei `auth = \"microsoft\"` der Benutzer, der sich anmeldet, auch wenn Mails von einem freigegebenen Postfach kommen."))]
    pub username: String,
    /// Password: a string, `{ env = "NAME" }` or `{ file = "path" }`.
    #[schemars(extend("de" = "Kennwort: Zeichenkette, `{ env = \"NAME\" }` oder `{ file = \"Pfad\" }`."))]
    pub password: Secret,
    /// Which `[[microsoft]]` account it signs in by; empty: the only one.
    #[schemars(extend("de" = "Mit welchem Konto aus `[[microsoft]]` man sich anmeldet; leer: mit dem einzigen."))]
    pub account: String,
    /// Who our mails are from: `meter@example.org`, or `Meter data <meter@example.org>`.
    #[schemars(extend("de" = "Von wem unsere Mails sind: `meter@example.org` oder `Messdaten <meter@example.org>`."))]
    pub sender: String,
    /// At most so many mails in a minute; 0: 30 with `auth = "microsoft"` (Exchange Online takes no more), else as many as there are.
    #[schemars(extend("de" = "Höchstens so viele Mails in einer Minute; 0: 30 bei `auth = \"microsoft\"` (mehr nimmt Exchange Online nicht), sonst so viele, wie da sind."))]
    pub mails_per_minute: u32,
    /// Who gets the mails of `send-test`.
    #[schemars(extend("de" = "Wer die Mails von `send-test` bekommt."))]
    pub test_recipients: Vec<String>,
}

impl Default for Smtp {
    fn default() -> Self {
        Self {
            host: String::new(),
            port: 0,
            encryption: Encryption::Starttls,
            trust_all_certificates: false,
            ca_file: None,
            auth: Auth::Password,
            username: String::new(),
            password: Secret::default(),
            account: String::new(),
            sender: String::new(),
            mails_per_minute: 0,
            test_recipients: Vec::new(),
        }
    }
}

/// How to sign in at the server that takes our mail.
#[derive(Clone, Copy, Debug, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Auth {
    /// Not at all: a relay that knows this machine.
    None,
    /// By name and password.
    Password,
    /// OAuth 2.0 by a `[[microsoft]]` account.
    Microsoft,
}

impl Smtp {
    /// Whether anything can be sent.
    pub fn is_on(&self) -> bool {
        !self.host.is_empty()
    }

    /// How many mails may go in a minute; `None`: as many as there are.
    pub fn rate(&self) -> Option<usize> {
        match (self.mails_per_minute, self.auth) {
            (0, Auth::Microsoft) => Some(EXCHANGE_RATE),
            (0, Auth::None | Auth::Password) => None,
            (rate, _) => Some(usize::try_from(rate).unwrap_or(usize::MAX)),
        }
    }

    /// Where to connect; the port by encryption where none is given.
    pub fn endpoint(&self) -> Endpoint {
        // RFC 8314 section 3.3 and RFC 6409 section 3.1.
        let usual = match self.encryption {
            Encryption::Tls => 465,
            Encryption::None | Encryption::Auto | Encryption::Starttls => 587,
        };
        Endpoint {
            host: self.host.clone(),
            port: if self.port == 0 { usual } else { self.port },
            encryption: self.encryption,
            trust_all_certificates: self.trust_all_certificates,
            ca_file: self.ca_file.clone(),
        }
    }
}

/// The address in `Name <address>` or `address`; `None` if there is none that mail can carry.
pub fn address(text: &str) -> Option<&str> {
    let address = match text.trim().strip_suffix('>') {
        Some(before) => before.rsplit_once('<')?.1,
        None => text.trim(),
    };
    let (local, domain) = address.rsplit_once('@')?;
    let fits = |c: char| c.is_ascii_graphic() && !"<>()[],;:\\\"".contains(c);
    let is_address = !local.is_empty()
        && !domain.is_empty()
        && !local.contains('@')
        && address.len() <= MAX_ADDRESS
        && address.chars().all(fits);
    // A line end in a name would begin a header of its own.
    (is_address && !text.contains(char::is_control)).then_some(address)
}

/// Exchange Online's sending limit, mails a minute.
const EXCHANGE_RATE: usize = 30;
/// RFC 5321 section 4.5.3.1.3, without the angle brackets.
const MAX_ADDRESS: usize = 254;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_port_follows_from_the_encryption_unless_it_is_given() {
        let port = |encryption, port| {
            let smtp = Smtp {
                port,
                encryption,
                ..Smtp::default()
            };
            smtp.endpoint().port
        };
        assert_eq!(port(Encryption::Tls, 0), 465);
        assert_eq!(port(Encryption::Starttls, 0), 587);
        assert_eq!(port(Encryption::None, 25), 25);
    }

    #[test]
    fn an_address_may_have_a_name() {
        assert_eq!(address("a@example.org"), Some("a@example.org"));
        assert_eq!(address("Zähler <a@example.org>"), Some("a@example.org"));
        for none in [
            "",
            "a",
            "@example.org",
            "a@",
            "a@b@c",
            "a b@example.org",
            "Name <a@example.org",
            "a@example.org\r\nBcc: x@example.org",
            "Na\nme <a@example.org>",
            "ä@example.org",
        ] {
            assert_eq!(address(none), None, "{none:?}");
        }
    }
}
