//! A mailbox as keys of the configuration.

use crate::config::mailbox::{Auth, Encryption, Mailbox, Protocol};

/// The keys of a mailbox with their values as TOML; the password as it is given, or none.
pub(super) fn of(mailbox: &Mailbox, password: Option<String>) -> Vec<(&'static str, String)> {
    let mut values = vec![("mailbox.name", quoted(&mailbox.name))];
    let path = || ("mailbox.path", quoted(&mailbox.path.display().to_string()));
    match mailbox.protocol {
        Protocol::Maildir => {
            values.extend([("mailbox.protocol", quoted("maildir")), path()]);
        }
        Protocol::Folder => {
            values.extend([("mailbox.protocol", quoted("folder")), path()]);
            values.push(("mailbox.pattern", quoted(&mailbox.pattern)));
            values.push(("mailbox.recursive", mailbox.recursive.to_string()));
        }
        Protocol::Imap => {
            values.push(("mailbox.protocol", quoted("imap")));
            values.extend(server(mailbox, password));
            values.push(("mailbox.folder", quoted(&mailbox.folder)));
        }
        Protocol::Pop3 => {
            values.push(("mailbox.protocol", quoted("pop3")));
            values.extend(server(mailbox, password));
        }
    }
    if !mailbox.move_to.is_empty() {
        values.push(("mailbox.move_to", quoted(&mailbox.move_to)));
    }
    if mailbox.delete_after_fetch {
        values.push(("mailbox.delete_after_fetch", "true".to_owned()));
    }
    values
}

fn server(mailbox: &Mailbox, password: Option<String>) -> Vec<(&'static str, String)> {
    let Mailbox {
        host,
        port,
        encryption,
        trust_all_certificates,
        ca_file,
        auth,
        username,
        account,
        ..
    } = mailbox;
    let mut values = vec![
        ("mailbox.host", quoted(host)),
        ("mailbox.port", port.to_string()),
        ("mailbox.encryption", quoted(Encryption::name(*encryption))),
        ("mailbox.username", quoted(username)),
    ];
    if *auth == Auth::Microsoft {
        values.push(("mailbox.auth", quoted("microsoft")));
        values.push(("mailbox.account", quoted(account)));
    }
    values.extend(password.map(|password| ("mailbox.password", password)));
    if *trust_all_certificates {
        values.push(("mailbox.trust_all_certificates", "true".to_owned()));
    }
    if let Some(ca_file) = ca_file {
        values.push(("mailbox.ca_file", quoted(&ca_file.display().to_string())));
    }
    values
}

/// A string as TOML.
pub(super) fn quoted(text: &str) -> String {
    toml_edit::Value::from(text).to_string()
}
