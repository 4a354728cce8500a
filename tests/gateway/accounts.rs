//! Mailboxes and sending by Microsoft accounts, as a whole: the program, an OAuth server that
//! behaves like Entra ID, a Dovecot and a Postfix that take its tokens.

mod commands;
mod examined;
mod exchange;
mod fetching;
mod kept;
mod secrets;
mod troubles;

use std::io::{BufRead, BufReader, Read};
use std::process::Stdio;
use std::sync::Arc;

use mscons_gateway::sample;
use serde_json::json;

use crate::run::gateway::{Home, program};
use crate::support::dovecot::{Dovecot, GOOD};
use crate::support::entra::{Entra, TENANT};
use crate::support::postfix::Postfix;

/// A gateway's home, and the servers that it signs in to.
struct Office {
    entra: Entra,
    bed: Arc<Dovecot>,
    home: Home,
}

impl Office {
    fn open() -> Self {
        let (entra, bed) = (Entra::start(), Dovecot::shared());
        entra.introduce(&bed.jwt());
        entra.control(&json!({ "interval": 1 }));
        Self {
            entra,
            bed,
            home: Home::new(),
        }
    }

    /// A `[[microsoft]]`.
    fn account(&self, name: &str, flow: &str, more: &str) -> String {
        format!(
            "[[microsoft]]\nname = \"{name}\"\ntenant_id = \"{TENANT}\"\nclient_id = \"app-1\"\n\
             authority = \"{}\"\nflow = \"{flow}\"\n{more}\n",
            self.entra.authority()
        )
    }

    /// One that a person connects.
    fn device(&self) -> String {
        self.account("office", "device_code", "client_secret = \"secret\"")
    }

    /// A `[[mailbox]]` that signs in by a token.
    fn mailbox(&self, user: &str, protocol: &str, more: &str) -> String {
        let port = if protocol == "imap" {
            self.bed.imap
        } else {
            self.bed.pop3
        };
        let pause = if more.contains("poll_interval") {
            ""
        } else {
            "poll_interval = \"1h\"\n"
        };
        format!(
            "[[mailbox]]\nname = \"{user}-{protocol}\"\nprotocol = \"{protocol}\"\nhost = \"{GOOD}\"\n\
             port = {port}\nencryption = \"none\"\nauth = \"microsoft\"\n\
             username = \"{user}@example.org\"\n{pause}{more}\n"
        )
    }

    /// An `[smtp]` that signs in by a token.
    fn smtp(&self, post: &Postfix, user: &str) -> String {
        self.entra.introduce(&post.jwt());
        format!(
            "[smtp]\nhost = \"127.0.0.1\"\nport = {}\nencryption = \"none\"\nauth = \"microsoft\"\n\
             username = \"{user}@example.org\"\nsender = \"{user}@example.org\"\n",
            post.plain
        )
    }

    /// Whose mailbox an application opens that signs in by itself.
    fn application_of(&self, user: &str) {
        self.entra
            .control(&json!({ "app_mailbox": format!("{user}@example.org") }));
    }

    fn deliver(&self, user: &str, number: u32) {
        let mail = sample::load_profile_mail(number).bytes;
        self.bed.deliver(user, "INBOX", &mail);
    }

    /// `connect`, and a person who signs in as this user; gives exit code and what was said.
    fn connect(&self, user: &str) -> (Option<i32>, String) {
        let mut command = program(&self.home.config(), &["connect"])
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(command.stderr.take().unwrap());
        let mut said = String::new();
        let code = loop {
            let before = said.len();
            assert_ne!(lines.read_line(&mut said).unwrap(), 0, "no code: {said}");
            if let Some((_, code)) = said[before..].split_once("enter the code ") {
                break code.trim().to_owned();
            }
        };
        self.entra.enter_code(&code, user);
        lines.read_to_string(&mut said).unwrap();
        (command.wait().unwrap().code(), said)
    }
}

/// A line of `/metrics`.
fn fetched(mailbox: &str, mails: u32) -> String {
    format!("mscons_gateway_mails_fetched_total{{mailbox=\"{mailbox}\"}} {mails}")
}

/// Another.
fn needs_sign_in(account: &str, does: u8) -> String {
    format!("mscons_gateway_token_needs_sign_in{{account=\"{account}\"}} {does}")
}
