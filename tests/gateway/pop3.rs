//! POP3 against a real Dovecot, and against servers that misbehave.

mod dovecot;
mod misbehaviour;

use mscons_gateway::config::mailbox::{Mailbox, Protocol};

use crate::support::polling;

/// A mailbox in plain text at an address.
fn mailbox(host: &str, port: u16, user: &str) -> Mailbox {
    polling::mailbox(Protocol::Pop3, host, port, user)
}
