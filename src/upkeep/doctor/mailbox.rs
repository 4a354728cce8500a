//! One mailbox, step by step: name, connection, encryption, certificate, sign-in, folder.

use std::net::IpAddr;
use std::time::Duration;

use tokio::time::timeout;

use crate::config::mailbox::{Auth, Endpoint, Mailbox, Protocol};
use crate::mail::MailError;
use crate::mail::visit::{Newest, Reached, Visit, visit};
use crate::net::NetError;
use crate::net::tls::witness::{self, Shown};
use crate::oauth::Accounts;
use crate::upkeep::doctor::{Check, Verdict, advice, certificate, files};

/// What the examination of a mailbox found.
#[derive(Clone, Debug, Default)]
pub struct Examined {
    /// The checks, in the order of the steps; the last one may be a fault.
    pub checks: Vec<Check>,
    /// What was seen in the mailbox.
    pub visit: Visit,
}

impl Examined {
    /// Whether the gateway can fetch from it.
    pub fn works(&self) -> bool {
        self.visit.reached == Reached::Folder
            && self.checks.iter().all(|c| c.verdict != Verdict::Fault)
    }
}

/// Examines a mailbox, live, and reads its newest mails. The accounts are asked where it signs in
/// by one. `now` is in seconds since 1970.
pub async fn examine(mailbox: &Mailbox, accounts: &Accounts, newest: Newest, now: i64) -> Examined {
    let endpoint = mailbox.endpoint();
    let mut examination = Examination {
        mailbox,
        endpoint: &endpoint,
        checks: Vec::new(),
    };
    let is_server = matches!(mailbox.protocol, Protocol::Imap | Protocol::Pop3);
    if is_server && !examination.name().await {
        return Examined {
            checks: examination.checks,
            visit: Visit::default(),
        };
    }
    let ((seen, came), shown) = witness::watch(visit(mailbox, accounts, newest)).await;
    let failure = came.err();
    if is_server {
        examination.server(&seen, failure.as_ref(), shown.as_ref(), now);
    }
    examination.folder(&seen, failure.as_ref());
    if failure.is_none() && is_server && newest.mails > 0 {
        examination.given(&seen);
    }
    if failure.is_none() && !is_server {
        for check in files::checks(mailbox, &seen) {
            examination.add(check);
        }
    }
    Examined {
        checks: examination.checks,
        visit: seen,
    }
}

struct Examination<'a> {
    mailbox: &'a Mailbox,
    endpoint: &'a Endpoint,
    checks: Vec<Check>,
}

impl Examination<'_> {
    /// Whether the host has an address.
    async fn name(&mut self) -> bool {
        let Endpoint { host, port, .. } = self.endpoint;
        if host.parse::<IpAddr>().is_ok() {
            return true;
        }
        let tried = format!("the addresses of {host}");
        let lookup = tokio::net::lookup_host((host.as_str(), *port));
        let found: Result<Vec<String>, String> = match timeout(LOOKUP_LIMIT, lookup).await {
            Ok(Ok(found)) => Ok(found.map(|address| address.ip().to_string()).collect()),
            Ok(Err(error)) => Err(error.to_string()),
            Err(_) => Err(format!("no answer within {} s", LOOKUP_LIMIT.as_secs())),
        };
        match found {
            Ok(found) if !found.is_empty() => {
                let shown: Vec<String> = found.into_iter().take(MAX_ADDRESSES).collect();
                self.add(Check::ok("name", tried, shown.join(", ")));
                true
            }
            Ok(_) => self.unknown(tried, "the name has no address".to_owned()),
            Err(what) => self.unknown(tried, what),
        }
    }

    fn unknown(&mut self, tried: String, said: String) -> bool {
        let check = Check::ok("name", tried, said);
        self.add(check.but(Verdict::Fault, advice::UNKNOWN_NAME));
        false
    }

    /// Connection, encryption, certificate and sign-in, up to the step that failed.
    fn server(
        &mut self,
        seen: &Visit,
        failure: Option<&MailError>,
        shown: Option<&Shown>,
        now: i64,
    ) {
        let Endpoint {
            host,
            port,
            encryption,
            ..
        } = self.endpoint;
        let tried = format!("a TCP connection to {host}:{port}");
        if let Some(error @ MailError::Net(NetError::Connect { .. })) = failure {
            return self.fault("connection", tried, error);
        }
        self.add(Check::ok("connection", tried, "it was accepted"));
        let tried = format!("encryption = \"{}\"", encryption.name());
        if let Some(shown) = shown {
            let tls = failure.and_then(tls_error);
            let check = certificate::check(shown, self.endpoint, tls, now);
            self.add(check);
        }
        if seen.reached < Reached::Server {
            if let Some(error) = failure {
                // A certificate that is refused has been told of already.
                let is_told = self.checks.last().is_some_and(|check| {
                    check.verdict == Verdict::Fault && tls_error(error).is_some()
                });
                if !is_told {
                    self.fault("encryption", tried, error);
                }
            }
            return;
        }
        self.encryption(tried, seen, shown);
        let how = if seen.encrypted {
            "encrypted"
        } else {
            "in plain text"
        };
        let by = match self.mailbox.auth {
            Auth::Password => "",
            Auth::Microsoft => " by a Microsoft account",
        };
        let tried = format!("the sign-in of {}{by}, {how}", self.mailbox.username);
        match failure {
            Some(error) if seen.reached < Reached::Account => self.fault("sign-in", tried, error),
            Some(_) | None => {
                let offered = format!("signed in; it offers {}", advice::listed(&seen.offered));
                self.add(Check::ok("sign-in", tried, offered));
            }
        }
    }

    fn encryption(&mut self, tried: String, seen: &Visit, shown: Option<&Shown>) {
        let encrypted = shown.filter(|_| seen.encrypted);
        let check = if let Some(Shown {
            protocol, cipher, ..
        }) = encrypted
        {
            Check::ok("encryption", tried, format!("{protocol}, {cipher}"))
        } else if advice::is_this_machine(&self.endpoint.host) {
            Check::ok("encryption", tried, IN_PLAIN_TEXT)
        } else {
            let check = Check::ok("encryption", tried, IN_PLAIN_TEXT);
            check.but(Verdict::Warning, advice::PLAIN_TEXT)
        };
        self.add(check);
    }

    fn folder(&mut self, seen: &Visit, failure: Option<&MailError>) {
        let Mailbox { folder, path, .. } = self.mailbox;
        let tried = match self.mailbox.protocol {
            Protocol::Imap => format!("folder {folder:?}, read-only"),
            Protocol::Pop3 => "the maildrop".to_owned(),
            Protocol::Maildir => format!("the Maildir {}", path.display()),
            Protocol::Folder => format!("the files in {}", path.display()),
        };
        let is_server = matches!(self.mailbox.protocol, Protocol::Imap | Protocol::Pop3);
        if is_server && seen.reached < Reached::Account {
            return;
        }
        match failure {
            Some(error @ MailError::Folder { .. }) => {
                let advice = advice::folder(folder, &seen.folders);
                let check = Check::ok("folder", tried, error.to_string());
                self.add(check.but(Verdict::Fault, advice));
            }
            Some(error) => self.fault("folder", tried, error),
            None => {
                let arrival = seen.last_arrival.and_then(instant);
                let newest = arrival.map_or_else(String::new, |at| format!(", the newest of {at}"));
                let what = match self.mailbox.protocol {
                    Protocol::Folder => "files",
                    Protocol::Imap | Protocol::Pop3 | Protocol::Maildir => "mails",
                };
                let said = format!("{} {what}{newest}", seen.mails);
                self.add(Check::ok("folder", tried, said));
            }
        }
    }

    /// Whether the server gives its mails: Exchange does not give those that it cannot convert.
    fn given(&mut self, seen: &Visit) {
        let tried = "reading the newest mails";
        if seen.not_given == 0 {
            let said = format!("{} were given", seen.newest.len());
            return self.add(Check::ok("mails", tried, said));
        }
        let said = format!("{} were not given by the server", seen.not_given);
        let check = Check::ok("mails", tried, said);
        self.add(check.but(Verdict::Warning, advice::NOT_GIVEN));
    }

    fn fault(&mut self, name: &str, tried: String, error: &MailError) {
        let check = Check::ok(name, tried, error.to_string());
        self.add(check.but(Verdict::Fault, advice::of(error, self.mailbox)));
    }

    fn add(&mut self, check: Check) {
        let name = format!("mailbox {}: {}", self.mailbox.name, check.name);
        self.checks.push(Check { name, ..check });
    }
}

const IN_PLAIN_TEXT: &str = "the connection is in plain text";

fn tls_error(error: &MailError) -> Option<&NetError> {
    if let MailError::Net(error @ NetError::Tls { .. }) = error {
        return Some(error);
    }
    None
}

fn instant(seconds: i64) -> Option<jiff::Timestamp> {
    jiff::Timestamp::from_second(seconds).ok()
}

/// The system's resolver has a limit of its own, which may be minutes.
const LOOKUP_LIMIT: Duration = Duration::from_secs(15);

/// Large providers answer with up to eight.
const MAX_ADDRESSES: usize = 8;
