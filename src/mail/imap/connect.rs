//! From a host name to a selected folder: greeting, TLS, and what follows the sign-in.
//!
//! Greeting, STARTTLS and the capabilities before the sign-in are read as plain lines, before any
//! IMAP client exists: nothing that came in clear text can reach it.

use std::collections::BTreeSet;

use crate::config::mailbox::{Encryption, Endpoint, Mailbox};
use crate::mail::imap::sign_in::signed_in;
use crate::mail::imap::wire::{Code, Event, Wire};
use crate::mail::imap::{Connection, Selected, names, releases};
use crate::mail::{MailError, answer};
use crate::net::NetError;
use crate::net::connections::Connections;
use crate::net::dial::{self, BoxStream};
use crate::net::starttls::Opening;
use crate::oauth::Accounts;

/// Connects, signs in and opens the folder.
///
/// # Errors
/// [`MailError`].
pub(super) async fn connect(
    mailbox: &Mailbox,
    connections: &Connections,
    accounts: &Accounts,
) -> Result<Connection, MailError> {
    let session = signed_in(mailbox, connections, accounts, &mut |_| {}).await?;
    let mut wire = Wire::new(session, mailbox.host.clone());
    let capabilities = after_sign_in(&mut wire).await?;
    let selected = select(&mut wire, mailbox).await?;
    Ok(Connection::new(wire, capabilities, selected))
}

/// What the server offers, in capitals.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(super) struct Capabilities(BTreeSet<String>);

impl Capabilities {
    /// All of them.
    pub(super) fn names(&self) -> Vec<String> {
        self.0.iter().cloned().collect()
    }

    /// Whether it is offered.
    pub(super) fn has(&self, name: &str) -> bool {
        self.0.contains(name)
    }

    /// Reads `* CAPABILITY …` and `* OK [CAPABILITY …] …`.
    fn parse(line: &str) -> Option<Self> {
        let capitals = line.to_ascii_uppercase();
        let (before, list) = capitals.split_once("CAPABILITY ")?;
        if !(before == "* " || before.ends_with('[')) {
            return None;
        }
        let list = list.split(']').next().unwrap_or(list);
        Some(list.split_whitespace().map(str::to_owned).collect())
    }
}

impl FromIterator<String> for Capabilities {
    fn from_iter<T: IntoIterator<Item = String>>(words: T) -> Self {
        Self(words.into_iter().collect())
    }
}

/// A connection on which nobody is signed in.
pub(super) struct Opened {
    pub(super) stream: BoxStream,
    /// What was received and not read yet.
    pub(super) received: Vec<u8>,
    pub(super) capabilities: Capabilities,
    pub(super) encrypted: bool,
}

/// Opens a connection as encrypted as it shall be.
pub(super) async fn open(
    endpoint: &Endpoint,
    connections: &Connections,
) -> Result<Opened, MailError> {
    let stream = connections.count(dial::dial(endpoint).await?);
    let mut encrypted = endpoint.encryption == Encryption::Tls;
    let mut opening = Opening::new(stream, endpoint);
    let greeting = text(opening.greeting().await?);
    check_greeting(&greeting, endpoint)?;
    let mut capabilities = match Capabilities::parse(&greeting) {
        Some(capabilities) => capabilities,
        None => ask(&mut opening, endpoint).await?,
    };
    let offered = capabilities.has("STARTTLS");
    let wanted = match endpoint.encryption {
        Encryption::None | Encryption::Tls => false,
        Encryption::Auto => offered,
        Encryption::Starttls => true,
    };
    if wanted {
        if !offered {
            return Err(MailError::Net(NetError::NoStarttls {
                host: endpoint.host.clone(),
                port: endpoint.port,
            }));
        }
        let answer = command(&mut opening, "STARTTLS", &mut |_| {}).await?;
        if !answer.starts_with("OK") {
            return Err(answer::refusal(&endpoint.host, "STARTTLS", &answer));
        }
        opening = Opening::new(opening.upgrade().await?, endpoint);
        encrypted = true;
        // What was offered in clear text is forgotten (RFC 9051 section 6.2.1).
        capabilities = ask(&mut opening, endpoint).await?;
    }
    let (stream, received) = opening.into_parts();
    Ok(Opened {
        stream,
        received,
        capabilities,
        encrypted,
    })
}

fn check_greeting(greeting: &str, endpoint: &Endpoint) -> Result<(), MailError> {
    let capitals = greeting.to_ascii_uppercase();
    if capitals.starts_with("* OK") {
        return Ok(());
    }
    if capitals.starts_with("* BYE") {
        return Err(MailError::Throttled {
            host: endpoint.host.clone(),
            answer: answer::shown(greeting),
            retry_after: None,
        });
    }
    // RFC 9051 section 6.2.1: after PREAUTH there is no STARTTLS; an attacker who says so would
    // keep the connection in clear text. Without TLS wanted it is a server that serves one user.
    let what = if capitals.starts_with("* PREAUTH") {
        "PREAUTH: it takes the connection for signed in already, which is not supported".to_owned()
    } else {
        format!("no IMAP greeting, but {:?}", answer::shown(greeting))
    };
    Err(MailError::Protocol {
        host: endpoint.host.clone(),
        what,
    })
}

async fn ask(opening: &mut Opening<'_>, endpoint: &Endpoint) -> Result<Capabilities, MailError> {
    let mut capabilities = None;
    let mut read = |line: &str| capabilities = Capabilities::parse(line).or(capabilities.take());
    let answer = command(opening, "CAPABILITY", &mut read).await?;
    capabilities.ok_or_else(|| answer::refusal(&endpoint.host, "CAPABILITY", &answer))
}

/// Runs a command on the bare connection; gives its tagged answer without the tag.
async fn command(
    opening: &mut Opening<'_>,
    command: &str,
    each: &mut (dyn FnMut(&str) + Send),
) -> Result<String, NetError> {
    opening.send(format!("O1 {command}\r\n").as_bytes()).await?;
    for _ in 0..MAX_OPENING_LINES {
        let line = text(opening.line().await?);
        if let Some(answer) = line.strip_prefix("O1 ") {
            return Ok(answer.to_owned());
        }
        each(&line);
    }
    Ok("BAD too many lines instead of an answer".to_owned())
}

fn text(line: Vec<u8>) -> String {
    String::from_utf8(line).unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into())
}

/// Asks what is offered now (Exchange shows MOVE only here), and says who we are.
pub(super) async fn after_sign_in(wire: &mut Wire) -> Result<Capabilities, MailError> {
    let mut offered = None;
    let done = wire.run("CAPABILITY", |event| {
        if let Event::Capabilities(list) = event {
            offered = Some(list);
        }
    });
    let done = done.await?;
    let offered = match (offered, done.code) {
        (Some(list), _) | (None, Code::Capabilities(list)) => list,
        (None, _) => Vec::new(),
    };
    let capabilities: Capabilities = offered.into_iter().collect();
    if capabilities.has("ID") {
        // RFC 2971: helps the server's administrator, and a few servers insist on it.
        let id = concat!(
            "ID (\"name\" \"mscons-gateway\" \"version\" \"",
            env!("CARGO_PKG_VERSION"),
            "\")"
        );
        wire.attempt(id, |_| {}).await?;
    }
    Ok(capabilities)
}

/// Opens the folder; read-only unless something shall be released in it.
pub(super) async fn select(wire: &mut Wire, mailbox: &Mailbox) -> Result<Selected, MailError> {
    let verb = if releases(mailbox) {
        "SELECT"
    } else {
        "EXAMINE"
    };
    let command = format!("{verb} {}", names::folder(&mailbox.folder));
    let mut selected = Selected::default();
    let mut read = |event| {
        if let Event::Code(code) = event {
            match code {
                Code::UidValidity(validity) => selected.validity = validity,
                Code::UidNext(next) => selected.next = next,
                Code::UidNotSticky => selected.sticky = false,
                Code::None | Code::Copied(_) | Code::Capabilities(_) => {}
            }
        }
    };
    let done = wire.attempt(&command, &mut read).await?;
    read(Event::Code(done.code));
    // What is new is told by UIDNEXT here, not by the first EXISTS.
    wire.news = false;
    if done.ok {
        return Ok(selected);
    }
    if answer::asks_to_wait(&done.text) {
        return Err(answer::refusal(wire.host(), verb, &done.text));
    }
    Err(MailError::Folder {
        host: mailbox.host.clone(),
        folder: mailbox.folder.clone(),
        answer: answer::with_remedy(&done.text),
    })
}

/// Lines before the answer to a command: one capability list, and perhaps a greeting or two.
const MAX_OPENING_LINES: usize = 100;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn capabilities_are_read_from_greeting_and_answer() {
        let greeting = "* OK [CAPABILITY IMAP4rev1 SASL-IR auth=plain] ready";
        let capabilities = Capabilities::parse(greeting).unwrap();
        assert!(capabilities.has("AUTH=PLAIN") && capabilities.has("SASL-IR"));
        assert!(!capabilities.has("READY") && !capabilities.has("STARTTLS"));
        assert_eq!(Capabilities::parse("* OK ready for CAPABILITY tests"), None);
        assert!(
            Capabilities::parse("* CAPABILITY IMAP4rev1 STARTTLS")
                .is_some_and(|list| list.has("STARTTLS"))
        );
    }
}
