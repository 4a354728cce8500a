//! Where a mail server is, found by trying.

use std::time::Duration;

use futures_util::StreamExt;
use futures_util::stream::FuturesOrdered;
use tokio::time::timeout;

use crate::config::mailbox::{Encryption, Mailbox, Protocol};
use crate::mail::MailError;
use crate::mail::visit;
use crate::net::NetError;
use crate::net::tls::Fault;

/// A server that answers.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Found {
    pub(super) port: u16,
    pub(super) encryption: Encryption,
    /// Its certificate is good but for its issuer, whom nobody here knows.
    pub(super) is_issuer_unknown: bool,
}

/// Tries the usual ports, or the one that the mailbox names; gives the safest that answers.
pub(super) async fn probe(mailbox: &Mailbox) -> Option<Found> {
    let attempts =
        candidates(mailbox.protocol, mailbox.port)
            .into_iter()
            .map(|(port, encryption)| {
                let mailbox = Mailbox {
                    port,
                    encryption,
                    ..mailbox.clone()
                };
                async move {
                    let greeted = timeout(LIMIT, visit::greet(&mailbox)).await.ok()?;
                    let is_issuer_unknown = meaning(&greeted)?;
                    Some(Found {
                        port,
                        encryption,
                        is_issuer_unknown,
                    })
                }
            });
    // All at once, and asked for in the order of preference.
    let mut attempts: FuturesOrdered<_> = attempts.collect();
    while let Some(found) = attempts.next().await {
        if found.is_some() {
            return found;
        }
    }
    None
}

/// Whether a server is there; if so, whether only its issuer is unknown. A certificate that is
/// refused for another reason is a server, too: the trial tells what is wrong with it.
fn meaning(greeted: &Result<(), MailError>) -> Option<bool> {
    match greeted {
        Ok(()) => Some(false),
        Err(MailError::Net(NetError::Tls { fault, .. })) => match fault {
            Fault::UnknownIssuer => Some(true),
            Fault::WrongName
            | Fault::Expired
            | Fault::NotYetValid
            | Fault::BadCertificate
            | Fault::OldProtocol => Some(false),
            Fault::PlainText | Fault::ExpectsTls | Fault::Closed | Fault::Silent | Fault::Other => {
                None
            }
        },
        Err(_) => None,
    }
}

/// What is tried, the safest first.
fn candidates(protocol: Protocol, port: u16) -> Vec<(u16, Encryption)> {
    use Encryption::{None, Starttls, Tls};
    match (protocol, port) {
        (Protocol::Imap, 0) => vec![(993, Tls), (143, Starttls), (143, None)],
        (Protocol::Pop3, 0) => vec![(995, Tls), (110, Starttls), (110, None)],
        (Protocol::Maildir | Protocol::Folder, _) => Vec::new(),
        (Protocol::Imap | Protocol::Pop3, port) => {
            vec![(port, Tls), (port, Starttls), (port, None)]
        }
    }
}

/// A server that is there answers in a second or two; a firewall not at all.
const LIMIT: Duration = Duration::from_secs(10);
