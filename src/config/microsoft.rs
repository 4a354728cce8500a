//! `[[microsoft]]`: registered applications at Microsoft Entra ID, by which mailboxes sign in.

use std::path::PathBuf;

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize};

use crate::config::Gateway;
use crate::config::mailbox::{self, Auth, Mailbox};
use crate::config::secret::Secret;
use crate::config::smtp::{self, Smtp};
use crate::market::calendar::Day;

/// A Microsoft account: an application that is registered in a tenant, and how it signs in.
#[derive(Clone, Debug, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct Microsoft {
    /// Its name; mailboxes name it in `account`.
    #[schemars(extend("de" = "Sein Name; Postfächer nennen ihn in `account`."))]
    pub name: String,
    /// Directory (tenant) ID, or a domain of the tenant.
    #[schemars(extend("de" = "Verzeichnis-ID (Mandant), oder eine Domain des Mandanten."))]
    pub tenant_id: String,
    /// Application (client) ID.
    #[schemars(extend("de" = "Anwendungs-ID (Client)."))]
    pub client_id: String,
    /// Client secret (its value, not its ID): a string, `{ env = "NAME" }` or `{ file = "path" }`; empty where it is kept sealed in `data_dir`, or where a certificate stands in for it.
    #[schemars(extend("de" = "Geheimer Clientschlüssel (sein Wert, nicht seine ID): Zeichenkette, `{ env = \"NAME\" }` oder `{ file = \"Pfad\" }`; leer, wenn er versiegelt in `data_dir` liegt oder ein Zertifikat an seine Stelle tritt."))]
    pub client_secret: Secret,
    /// Last day of the client secret, as the registration shows it (`2027-05-31`): an alert comes two weeks before. Empty: nobody warns.
    #[schemars(extend("de" = "Letzter Tag des Clientschlüssels, wie ihn die Registrierung zeigt (`2027-05-31`): Zwei Wochen vorher kommt ein Alarm. Leer: Niemand warnt."))]
    pub client_secret_until: String,
    /// PEM file with the certificate that is uploaded to the application, instead of a secret.
    #[schemars(extend("de" = "PEM-Datei mit dem Zertifikat, das bei der Anwendung hochgeladen ist, statt eines Clientschlüssels."))]
    #[serde(deserialize_with = "mailbox::path_unless_empty")]
    pub certificate_file: Option<PathBuf>,
    /// PEM file with the certificate's private RSA key.
    #[schemars(extend("de" = "PEM-Datei mit dem privaten RSA-Schlüssel des Zertifikats."))]
    #[serde(deserialize_with = "mailbox::path_unless_empty")]
    pub key_file: Option<PathBuf>,
    /// Where users and applications sign in; national clouds have their own. Empty: the usual one.
    #[schemars(extend("de" = "Wo Benutzer und Anwendungen sich anmelden; nationale Clouds haben eigene. Leer: der übliche Ort."))]
    #[serde(deserialize_with = "authority_unless_empty")]
    pub authority: String,
    /// How the account is connected.
    #[schemars(extend("de" = "Wie das Konto verbunden wird."))]
    pub flow: Flow,
    /// What is asked for, in full; empty: by flow, cloud and the mailboxes that use the account.
    #[schemars(extend("de" = "Was angefragt wird, ausgeschrieben; leer: nach Verfahren, Cloud und den Postfächern, die das Konto nutzen."))]
    pub scopes: Vec<String>,
}

impl Default for Microsoft {
    fn default() -> Self {
        Self {
            name: String::new(),
            tenant_id: String::new(),
            client_id: String::new(),
            client_secret: Secret::default(),
            client_secret_until: String::new(),
            certificate_file: None,
            key_file: None,
            authority: AUTHORITY.to_owned(),
            flow: Flow::AuthorizationCode,
            scopes: Vec::new(),
        }
    }
}

/// `""` is the usual one, as for other keys: nobody signs in nowhere.
fn authority_unless_empty<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    let written = String::deserialize(deserializer)?;
    Ok(if written.is_empty() {
        AUTHORITY.to_owned()
    } else {
        written
    })
}

/// That of the worldwide cloud.
const AUTHORITY: &str = "https://login.microsoftonline.com";

impl Microsoft {
    /// The last day of the client secret, if it is known.
    pub fn secret_until(&self) -> Option<Day> {
        Day::parse(&self.client_secret_until)
    }
}

/// How an account is connected.
#[derive(Clone, Copy, Debug, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Flow {
    /// A person signs in by browser; the answer comes to `<web.base_url>/oauth/callback`.
    AuthorizationCode,
    /// A person enters a code in any browser; for where no browser reaches the gateway.
    DeviceCode,
    /// The application signs in by itself, without a person.
    ClientCredentials,
}

impl Flow {
    /// All of them.
    pub const ALL: [Self; 3] = [
        Self::AuthorizationCode,
        Self::DeviceCode,
        Self::ClientCredentials,
    ];

    /// As it is written in the file.
    pub const fn name(self) -> &'static str {
        match self {
            Self::AuthorizationCode => "authorization_code",
            Self::DeviceCode => "device_code",
            Self::ClientCredentials => "client_credentials",
        }
    }

    /// The one of this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|flow| flow.name() == name)
    }
}

impl Gateway {
    /// The account that a mailbox signs in by: the one it names, or the only one there is.
    pub fn account_of(&self, mailbox: &Mailbox) -> Option<&Microsoft> {
        match mailbox.auth {
            Auth::Password => None,
            Auth::Microsoft => self.account(&mailbox.account),
        }
    }

    /// The account that a server of ours is signed in to by.
    pub fn account_of_sending(&self, by: &Smtp) -> Option<&Microsoft> {
        match by.auth {
            smtp::Auth::Microsoft if by.is_on() => self.account(&by.account),
            smtp::Auth::Microsoft | smtp::Auth::None | smtp::Auth::Password => None,
        }
    }

    /// Whether mail is sent by an account.
    pub fn sends_by(&self, account: &Microsoft) -> bool {
        let servers = [&self.smtp, &self.alert.smtp].into_iter();
        let mut sending = servers.filter_map(|by| self.account_of_sending(by));
        sending.any(|of| of.name == account.name)
    }

    /// The account of this name; the only one for an empty name.
    fn account(&self, name: &str) -> Option<&Microsoft> {
        match (name, &self.microsoft[..]) {
            ("", [only]) => Some(only),
            (name, accounts) => accounts.iter().find(|account| account.name == name),
        }
    }

    /// The mailboxes that sign in by an account.
    pub fn mailboxes_of<'g>(&'g self, account: &'g Microsoft) -> impl Iterator<Item = &'g Mailbox> {
        let is_of = |mailbox: &&Mailbox| {
            self.account_of(mailbox)
                .is_some_and(|of| of.name == account.name)
        };
        self.mailbox.iter().filter(is_of)
    }
}
