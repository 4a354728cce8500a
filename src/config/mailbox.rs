//! `[[mailbox]]`: where mail is fetched, and what happens to it afterwards.

use std::path::PathBuf;
use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize};
use toml_edit::{ArrayOfTables, Item, Table};

use crate::config::secret::Secret;
use crate::config::units::{ByteSize, Span};

/// A mailbox.
#[derive(Clone, Debug, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(default, deny_unknown_fields)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a key of its own in the file"
)]
pub struct Mailbox {
    /// Its name in logs, metrics and pages.
    #[schemars(extend("de" = "Sein Name in Protokollen, Metriken und Seiten."))]
    pub name: String,
    /// How it is read.
    #[schemars(extend("de" = "Wie es gelesen wird."))]
    pub protocol: Protocol,
    /// Server, IMAP and POP3.
    #[schemars(extend("de" = "Server, bei IMAP und POP3."))]
    pub host: String,
    /// Port; 0 takes the usual one for protocol and encryption (993, 143, 995, 110).
    #[schemars(extend("de" = "Port; 0 nimmt den üblichen für Protokoll und Verschlüsselung (993, 143, 995, 110)."))]
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
    /// By what it signs in (IMAP, POP3).
    #[schemars(extend("de" = "Womit es sich anmeldet (IMAP, POP3)."))]
    pub auth: Auth,
    /// User name; with `auth = "microsoft"` the mailbox's address, also of a shared one.
    #[schemars(extend("de" = "Benutzername; bei `auth = \"microsoft\"` die Adresse des Postfachs, auch eines freigegebenen."))]
    pub username: String,
    /// Password: a string, `{ env = "NAME" }` or `{ file = "path" }`.
    #[schemars(extend("de" = "Kennwort: Zeichenkette, `{ env = \"NAME\" }` oder `{ file = \"Pfad\" }`."))]
    pub password: Secret,
    /// Which `[[microsoft]]` account it signs in by; empty: the only one.
    #[schemars(extend("de" = "Mit welchem Konto aus `[[microsoft]]` es sich anmeldet; leer: mit dem einzigen."))]
    pub account: String,
    /// Folder (IMAP).
    #[schemars(extend("de" = "Ordner (IMAP)."))]
    pub folder: String,
    /// Directory (Maildir, folder).
    #[schemars(extend("de" = "Verzeichnis (Maildir, Ordner)."))]
    pub path: PathBuf,
    /// Which file names are taken (folder): `*` is any number of characters, `?` is one.
    #[schemars(extend("de" = "Welche Dateinamen geholt werden (Ordner): `*` steht für beliebig viele Zeichen, `?` für eines."))]
    pub pattern: String,
    /// Also take files of the folders in it (folder), except `done` and `failed`.
    #[schemars(extend("de" = "Auch Dateien aus den Ordnern darin holen (Ordner), außer `done` und `failed`."))]
    pub recursive: bool,
    /// Delete mails once their content is stored. IMAP, Maildir, folder; POP3 never deletes.
    #[schemars(extend("de" = "Mails löschen, sobald ihr Inhalt gespeichert ist. IMAP, Maildir, Ordner; POP3 löscht nie."))]
    pub delete_after_fetch: bool,
    /// Move mails to this folder once their content is stored (IMAP), instead of deleting.
    #[schemars(extend("de" = "Mails in diesen Ordner verschieben, sobald ihr Inhalt gespeichert ist (IMAP), statt zu löschen."))]
    pub move_to: String,
    /// Also delete or move mails of which something went to quarantine.
    #[schemars(extend("de" = "Auch Mails löschen oder verschieben, von denen etwas in Quarantäne kam."))]
    pub release_quarantined: bool,
    /// Time between two polls. For a folder the default is 10s: a look costs nothing there.
    #[schemars(extend("de" = "Zeit zwischen zwei Abfragen. Für einen Ordner sind es ohne Angabe 10s: Dort kostet ein Blick nichts."))]
    pub poll_interval: Span,
    /// Let the server report new mail between polls (IMAP IDLE).
    #[schemars(extend("de" = "Neue Mails zwischen den Abfragen vom Server melden lassen (IMAP IDLE)."))]
    pub idle: bool,
    /// Largest mail that is fetched. Bigger ones stay at the server and are shown.
    #[schemars(extend("de" = "Größte Mail, die geholt wird. Größere bleiben auf dem Server und werden angezeigt."))]
    pub max_mail_size: ByteSize,
}

impl Default for Mailbox {
    fn default() -> Self {
        Self {
            name: String::new(),
            protocol: Protocol::Imap,
            host: String::new(),
            port: 0,
            encryption: Encryption::Tls,
            trust_all_certificates: false,
            ca_file: None,
            auth: Auth::Password,
            username: String::new(),
            password: Secret::default(),
            account: String::new(),
            folder: "INBOX".to_owned(),
            path: PathBuf::new(),
            pattern: "*".to_owned(),
            recursive: false,
            delete_after_fetch: false,
            move_to: String::new(),
            release_quarantined: false,
            poll_interval: Span::from(Duration::from_mins(5)),
            idle: true,
            max_mail_size: ByteSize::from_mib(50),
        }
    }
}

/// Gives each folder among the mailboxes of a file its own `poll_interval`, unless it has one.
pub(crate) fn look_at_folders_often(file: &mut Table) {
    let mailboxes = file
        .get_mut("mailbox")
        .and_then(Item::as_array_of_tables_mut);
    for mailbox in mailboxes.into_iter().flat_map(ArrayOfTables::iter_mut) {
        let protocol = mailbox.get("protocol").and_then(Item::as_str);
        if protocol == Some("folder") && !mailbox.contains_key("poll_interval") {
            mailbox.insert("poll_interval", toml_edit::value(FOLDER_POLL_INTERVAL));
        }
    }
}

/// Short, since a look at a folder is no login.
const FOLDER_POLL_INTERVAL: &str = "10s";

/// `""` is no path: TOML has no other way to say so.
pub(crate) fn path_unless_empty<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<PathBuf>, D::Error> {
    let path = PathBuf::deserialize(deserializer)?;
    Ok(Some(path).filter(|path| !path.as_os_str().is_empty()))
}

/// How a mailbox is read.
#[derive(Clone, Copy, Debug, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Protocol {
    /// IMAP (RFC 9051, RFC 3501).
    Imap,
    /// POP3 (RFC 1939): reads, never deletes.
    Pop3,
    /// A Maildir on this machine.
    Maildir,
    /// A folder of files: EDIFACT, mails, zip or gz, taken when they have stopped growing.
    Folder,
}

/// By what a mailbox signs in.
#[derive(Clone, Copy, Debug, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Auth {
    /// Name and password.
    Password,
    /// OAuth 2.0 by a `[[microsoft]]` account; Exchange Online takes no passwords.
    Microsoft,
}

/// Encryption of a connection.
#[derive(Clone, Copy, Debug, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Encryption {
    /// Plain text.
    None,
    /// STARTTLS where the server offers it, else plain text.
    Auto,
    /// STARTTLS, or no connection.
    Starttls,
    /// TLS from the first byte.
    Tls,
}

impl Encryption {
    /// As it is written in the file.
    pub const fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Auto => "auto",
            Self::Starttls => "starttls",
            Self::Tls => "tls",
        }
    }
}

/// Where and how to connect: what `net` needs to know of a mailbox.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Endpoint {
    /// Host name or address.
    pub host: String,
    /// Port.
    pub port: u16,
    /// Encryption.
    pub encryption: Encryption,
    /// Accept any certificate.
    pub trust_all_certificates: bool,
    /// Further roots, or the server's own certificate.
    pub ca_file: Option<PathBuf>,
}

impl Mailbox {
    /// Where to connect; the port by protocol and encryption where none is given.
    pub fn endpoint(&self) -> Endpoint {
        let usual = match (self.protocol, self.encryption == Encryption::Tls) {
            (Protocol::Imap | Protocol::Maildir | Protocol::Folder, true) => 993,
            (Protocol::Imap | Protocol::Maildir | Protocol::Folder, false) => 143,
            (Protocol::Pop3, true) => 995,
            (Protocol::Pop3, false) => 110,
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_port_follows_from_protocol_and_encryption_unless_it_is_given() {
        for (protocol, encryption, port, expected) in [
            (Protocol::Imap, Encryption::Tls, 0, 993),
            (Protocol::Imap, Encryption::Starttls, 0, 143),
            (Protocol::Pop3, Encryption::Tls, 0, 995),
            (Protocol::Pop3, Encryption::Auto, 0, 110),
            (Protocol::Pop3, Encryption::None, 1110, 1110),
        ] {
            let mailbox = Mailbox {
                protocol,
                port,
                encryption,
                ..Mailbox::default()
            };
            assert_eq!(mailbox.endpoint().port, expected);
        }
    }
}
