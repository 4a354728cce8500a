//! What to do about what went wrong with a mailbox. Pure.
//!
//! The words of servers are those of users' reports and of Microsoft's documentation; they are
//! looked for in lower case.

use std::io;
use std::net::IpAddr;

use crate::config::mailbox::{Auth, Encryption, Mailbox, Protocol};
use crate::mail::{AccountError, MailError};
use crate::net::NetError;
use crate::net::tls::Fault;
use crate::upkeep::provider;

/// What to do about an error.
pub(super) fn of(error: &MailError, mailbox: &Mailbox) -> String {
    let port = mailbox.endpoint().port;
    match error {
        MailError::Net(error) => network(error, mailbox),
        MailError::LoginRefused { answer, .. } => login(answer, mailbox),
        MailError::NoSignIn { remedy, .. } => disabled(remedy, mailbox),
        MailError::TokenRefused { .. } => token(mailbox),
        MailError::NeedsSignIn(error) | MailError::Account(error) => account(error),
        MailError::Folder { folder, .. } => self::folder(folder, &[]),
        MailError::Throttled { answer, .. } => throttled(answer),
        MailError::Refused { answer, .. } => refused(answer, mailbox),
        MailError::Protocol { what, .. } => protocol(what, mailbox),
        MailError::Broken { .. } => format!(
            "the server or something between ended the connection: try again; if it stays so, look into the server's log, and whether a firewall or virus scanner on port {port} takes part in the conversation"
        ),
        MailError::File { source, .. } => file(source, mailbox),
        MailError::Intake(_) => String::new(),
    }
}

/// What to do about an account that gives no token. What it means stands with the account.
pub(super) fn account(error: &AccountError) -> String {
    let name = &error.account;
    if error.needs_sign_in {
        format!("sign in: mscons-gateway connect {name}, or by its page")
    } else {
        format!("see what is said of account {name}")
    }
}

/// What to do where a server refuses a good token.
fn token(mailbox: &Mailbox) -> String {
    let switch = match mailbox.protocol {
        Protocol::Pop3 => {
            "Set-CASMailbox -PopEnabled $true; a user in many groups has tokens that are too long for POP3: use IMAP"
        }
        Protocol::Imap | Protocol::Maildir | Protocol::Folder => {
            "Set-CASMailbox -ImapEnabled $true"
        }
    };
    format!(
        "username must be the address of the mailbox, also of a shared one (unlike smtp.username, which is who signed in); whoever signed in needs full access to it, an application alone Add-MailboxPermission with the object ID of the enterprise application; the protocol must be switched on ({switch}). Changes take effect within an hour"
    )
}

/// What to do about a handshake, apart from certificates.
pub(super) fn tls(fault: Fault, port: u16) -> String {
    match fault {
        Fault::OldProtocol => {
            "the gateway speaks TLS 1.2 and 1.3 only, since older versions are broken. At the server: switch on TLS 1.2 (Dovecot: ssl_min_protocol = TLSv1.2; Windows and Exchange: SCHANNEL\\Protocols\\TLS 1.2 in the registry; old appliances: a newer firmware). Where that cannot be done, put stunnel or a mail proxy in front of the server; encryption = \"none\" only inside a trusted network".to_owned()
        }
        Fault::PlainText => match port {
            143 => "port 143 begins in plain text: write encryption = \"starttls\", or port = 993".to_owned(),
            110 => "port 110 begins in plain text: write encryption = \"starttls\", or port = 995".to_owned(),
            _ => "the port begins in plain text: write encryption = \"starttls\" (or \"none\" inside a trusted network), or name the port for TLS, usually 993 for IMAP and 995 for POP3".to_owned(),
        },
        Fault::ExpectsTls => "write encryption = \"tls\": this port speaks TLS from the first byte".to_owned(),
        Fault::Silent => "if the port begins in plain text, write encryption = \"starttls\"; else a firewall swallows the handshake".to_owned(),
        Fault::Closed => "either the port speaks no TLS (write encryption = \"starttls\"), or the server speaks only TLS 1.0 or 1.1 (switch on TLS 1.2 there)".to_owned(),
        Fault::WrongName
        | Fault::Expired
        | Fault::NotYetValid
        | Fault::UnknownIssuer
        | Fault::BadCertificate
        | Fault::Other => "look into the server's log for what it says about this handshake".to_owned(),
    }
}

/// What to do about a folder that cannot be opened.
pub(super) fn folder(wanted: &str, there: &[String]) -> String {
    if there.is_empty() {
        return "look at the name of the folder, and whether the account may read it".to_owned();
    }
    let likeness = |name: &str| strsim::jaro_winkler(&wanted.to_lowercase(), &name.to_lowercase());
    let last = |name: &str| name.rsplit(['/', '.']).next().map_or(0.0, likeness);
    let best = there
        .iter()
        .map(|name| (likeness(name).max(last(name)), name))
        .filter(|(likeness, _)| *likeness > ALIKE)
        .max_by(|one, other| one.0.total_cmp(&other.0));
    let meant = best.map_or_else(String::new, |(_, name)| format!("did you mean {name:?}? "));
    format!("{meant}the folders that are there: {}", listed(there))
}

/// A list of words, bounded.
pub(super) fn listed(words: &[String]) -> String {
    let shown: Vec<&str> = words.iter().take(SHOWN).map(String::as_str).collect();
    let more = words.len().saturating_sub(SHOWN);
    let more = if more > 0 {
        format!(" and {more} more")
    } else {
        String::new()
    };
    shown.join(", ") + &more
}

/// Whether a host is this machine itself: nobody else is on the line.
pub(super) fn is_this_machine(host: &str) -> bool {
    host == "localhost"
        || host
            .parse::<IpAddr>()
            .is_ok_and(|address| address.is_loopback())
}

fn network(error: &NetError, mailbox: &Mailbox) -> String {
    let endpoint = mailbox.endpoint();
    let port = endpoint.port;
    match error {
        NetError::Connect { source, .. } => unreachable(source, mailbox),
        NetError::Tls { fault, .. } => tls(*fault, port),
        NetError::CaFile { .. } => {
            "name a PEM file that the gateway's user can read (-----BEGIN CERTIFICATE-----); openssl x509 -inform der -in FILE.cer -out FILE.pem converts one from Windows".to_owned()
        }
        NetError::NoStarttls { .. } => match mailbox.protocol {
            Protocol::Pop3 => "write encryption = \"tls\" and port = 995; if that is closed, switch STLS on at the server, or use encryption = \"none\" inside a trusted network only".to_owned(),
            Protocol::Imap | Protocol::Maildir | Protocol::Folder => "write encryption = \"tls\" and port = 993; if that is closed, switch STARTTLS on at the server, or use encryption = \"none\" inside a trusted network only".to_owned(),
        },
        NetError::Silent { .. } if matches!(port, 993 | 995) => {
            format!("port {port} waits for TLS: write encryption = \"tls\"")
        }
        NetError::Silent { .. } => {
            "if the port expects TLS, write encryption = \"tls\"; else the server is overloaded, or looks up this machine's name in vain".to_owned()
        }
        NetError::Broken { .. } => match endpoint.encryption {
            Encryption::Tls => "the server ended the connection: is its limit of connections reached, or is this machine's address blocked (fail2ban)?".to_owned(),
            Encryption::None | Encryption::Auto | Encryption::Starttls => format!(
                "if port {port} expects TLS (993 and 995 do), write encryption = \"tls\"; else the server's limit of connections is reached, or this machine's address is blocked (fail2ban)"
            ),
        },
        NetError::Injected { .. } => {
            "somebody may be on the line: use encryption = \"tls\" with port 993 or 995, and tell the server's administrator".to_owned()
        }
    }
}

fn unreachable(source: &io::Error, mailbox: &Mailbox) -> String {
    let port = mailbox.endpoint().port;
    let usual = match mailbox.protocol {
        Protocol::Pop3 => "POP3 uses 995 (TLS) and 110",
        Protocol::Imap | Protocol::Maildir | Protocol::Folder => "IMAP uses 993 (TLS) and 143",
    };
    if source.kind() == io::ErrorKind::ConnectionRefused {
        let is_off = match mailbox.protocol {
            Protocol::Pop3 => "POP3 is switched off at the server",
            Protocol::Imap | Protocol::Maildir | Protocol::Folder => {
                "IMAP is switched off at the server"
            }
        };
        return format!(
            "nothing listens on port {port}: {is_off}, or the port is another one ({usual}), or a firewall refuses"
        );
    }
    format!(
        "usually a firewall between: let this machine connect out to port {port} of the server; look also at the host's name ({usual})"
    )
}

fn login(answer: &str, mailbox: &Mailbox) -> String {
    let said = answer.to_lowercase();
    let known = provider::of_host(&mailbox.host);
    if let Some(provider) = known.filter(|provider| provider.needs_oauth) {
        return format!("{}: {}", provider.name, provider.note);
    }
    if said.contains("basic") || said.contains("xoauth") || said.contains("modern auth") {
        return OAUTH.to_owned();
    }
    if said.contains("expired") {
        return "the password is over: set a new one with the provider, and write it here"
            .to_owned();
    }
    if said.contains("disabled") || said.contains("not enabled") || said.contains("nicht aktiv") {
        return "the account or its IMAP/POP3 access is switched off: switch it on in the provider's settings".to_owned();
    }
    let hint = known.map_or_else(String::new, |provider| {
        format!(". {}: {}", provider.name, provider.note)
    });
    let empty = if mailbox.password.reveal().is_empty() {
        "the password is empty in the configuration: "
    } else {
        ""
    };
    format!(
        "{empty}look at username and password (is it the whole mail address?); with two-factor sign-in the provider wants an app password; too many attempts lock an account for a while{hint}"
    )
}

fn disabled(remedy: &str, mailbox: &Mailbox) -> String {
    if mailbox.auth == Auth::Microsoft {
        return "look at host, port and encryption: Exchange Online is outlook.office365.com, with encryption = \"tls\"".to_owned();
    }
    match provider::of_host(&mailbox.host) {
        Some(provider) if provider.needs_oauth => format!("{}: {}", provider.name, provider.note),
        _ if remedy.contains("OAuth") => OAUTH.to_owned(),
        Some(_) | None => format!(
            "write encryption = \"starttls\" with port {}, or \"tls\" with port {}: the server wants encryption before a password",
            if mailbox.protocol == Protocol::Pop3 {
                110
            } else {
                143
            },
            if mailbox.protocol == Protocol::Pop3 {
                995
            } else {
                993
            },
        ),
    }
}

fn throttled(answer: &str) -> String {
    let said = answer.to_lowercase();
    if said.contains("lock") || said.contains("in-use") {
        return "another session has the maildrop, perhaps the running gateway's own poll: try again in a minute".to_owned();
    }
    if said.contains("too many") || said.contains("limit") {
        return "too many connections: wait a minute; at Dovecot raise mail_max_userip_connections"
            .to_owned();
    }
    "the server asks to wait: the gateway does so by itself; try again later".to_owned()
}

fn refused(answer: &str, mailbox: &Mailbox) -> String {
    let said = answer.to_lowercase();
    if mailbox.protocol == Protocol::Pop3 && said.contains("uidl") {
        return "the server cannot tell new mails from old ones: use IMAP".to_owned();
    }
    if said.contains("disabled") || said.contains("not enabled") {
        return "switch IMAP or POP3 access on in the provider's settings".to_owned();
    }
    "the server refuses; its log says more".to_owned()
}

fn protocol(what: &str, mailbox: &Mailbox) -> String {
    if what.contains("\"+OK") {
        return "a POP3 server answers here: write protocol = \"pop3\", or name the port of IMAP (993 or 143)".to_owned();
    }
    if what.contains("\"* ") && mailbox.protocol == Protocol::Pop3 {
        return "an IMAP server answers here: write protocol = \"imap\", or name the port of POP3 (995 or 110)".to_owned();
    }
    if what.contains("\"220") {
        return "an SMTP server answers here, which sends mails: name the port of IMAP (993 or 143)".to_owned();
    }
    if what.contains("HTTP") || what.contains('<') {
        return "a web server answers here: name the port of IMAP (993 or 143)".to_owned();
    }
    if what.contains("PREAUTH") {
        return "connect to the usual port of the server, which asks for a password".to_owned();
    }
    "look at host and port: what answers is no mail server that the gateway knows".to_owned()
}

#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "the system's kinds of error are open; two have a remedy of their own"
)]
fn file(source: &io::Error, mailbox: &Mailbox) -> String {
    let path = mailbox.path.display();
    let is_folder = mailbox.protocol == Protocol::Folder;
    match source.kind() {
        io::ErrorKind::NotFound if is_folder => {
            format!("make the folder (mkdir -p {path}), or name the right path")
        }
        io::ErrorKind::NotFound => format!(
            "make the Maildir (maildirmake.dovecot {path}, or mkdir -p {path}/new {path}/cur {path}/tmp), or name the right path"
        ),
        io::ErrorKind::PermissionDenied => format!(
            "let the gateway's user read and write {path}: chown -R or a group, for the directories above it at least x"
        ),
        _ if is_folder => format!("look at {path}: it must be a folder that files are dropped in"),
        _ => format!("look at {path}: a Maildir is a directory with new, cur and tmp in it"),
    }
}

/// For a host that has no address.
pub(super) const UNKNOWN_NAME: &str = "look at the spelling of host; if it is right, this machine's DNS does not answer (try another name; look at /etc/resolv.conf)";
/// For mails that Exchange cannot convert.
pub(super) const NOT_GIVEN: &str = "Exchange could not convert them: they stay there, are asked for again at each poll, and are never deleted. Open them in Outlook on the web and forward them as attachments, or let an administrator move the mailbox, which mends them";
/// For a connection that is not encrypted.
pub(super) const PLAIN_TEXT: &str = "anyone on the line can read the password and change mails: write encryption = \"tls\", or \"starttls\" if the server has no port for TLS";
/// For `trust_all_certificates`.
pub(super) const TRUST_ALL: &str = "trust_all_certificates lets anyone on the line be the server: take it out; if the certificate is self-signed, name it as ca_file";

const OAUTH: &str = "this server takes no passwords, only sign-in with OAuth: write auth = \"microsoft\", and add a [[microsoft]] account with the IDs of an app registration";
/// Jaro-Winkler; `Inbx` is 0.93 like `INBOX`, strange words stay below.
const ALIKE: f64 = 0.8;
/// As many as a person reads.
const SHOWN: usize = 30;

#[cfg(test)]
mod tests {
    use super::*;

    fn imap(host: &str, port: u16, encryption: Encryption) -> Mailbox {
        Mailbox {
            host: host.to_owned(),
            port,
            encryption,
            ..Mailbox::default()
        }
    }

    fn host() -> String {
        "mail.example".to_owned()
    }

    #[test]
    fn a_silent_tls_port_is_told_from_a_slow_server() {
        let silent = MailError::Net(NetError::Silent {
            host: host(),
            port: 993,
            waited_seconds: 30,
        });
        let on = |port| of(&silent, &imap("mail.example", port, Encryption::Starttls));
        assert!(on(993).contains("encryption = \"tls\""));
        assert!(on(10_143).contains("overloaded"));
    }

    #[test]
    fn refused_and_swallowed_connections_get_different_advice() {
        let connect = |kind: io::ErrorKind, mailbox: &Mailbox| {
            let error = MailError::Net(NetError::Connect {
                host: host(),
                port: 993,
                source: kind.into(),
            });
            of(&error, mailbox)
        };
        let pop3 = Mailbox {
            protocol: Protocol::Pop3,
            ..Mailbox::default()
        };
        let refused = connect(io::ErrorKind::ConnectionRefused, &pop3);
        assert!(refused.contains("POP3 is switched off"), "{refused}");
        let swallowed = connect(io::ErrorKind::TimedOut, &Mailbox::default());
        assert!(swallowed.contains("firewall"), "{swallowed}");
    }

    #[test]
    fn microsofts_refusal_leads_to_oauth_whatever_its_words() {
        let refused = MailError::LoginRefused {
            host: "outlook.office365.com".to_owned(),
            user: "meter@example.org".to_owned(),
            answer: "NO AUTHENTICATE failed.".to_owned(),
        };
        let exchange = imap("outlook.office365.com", 993, Encryption::Tls);
        assert!(of(&refused, &exchange).contains("OAuth"));
        let disabled = MailError::NoSignIn {
            host: host(),
            remedy: "this server takes no passwords, only tokens (OAuth)".to_owned(),
        };
        assert!(of(&disabled, &Mailbox::default()).contains("OAuth"));
    }

    #[test]
    fn another_protocol_on_the_port_is_recognised() {
        let answers = |greeting: &str, protocol| {
            let what = format!("no greeting, but {greeting:?}");
            let mailbox = Mailbox {
                protocol,
                ..Mailbox::default()
            };
            of(&MailError::Protocol { host: host(), what }, &mailbox)
        };
        assert!(answers("+OK Dovecot ready.", Protocol::Imap).contains("protocol = \"pop3\""));
        assert!(answers("* OK IMAP4rev1", Protocol::Pop3).contains("protocol = \"imap\""));
        assert!(answers("220 mx ESMTP", Protocol::Imap).contains("SMTP"));
        assert!(answers("HTTP/1.1 400 Bad Request", Protocol::Imap).contains("web server"));
    }

    #[test]
    fn a_folder_that_is_alike_is_proposed() {
        let there = ["INBOX", "Archiv", "INBOX/Zählerdaten"].map(str::to_owned);
        assert!(folder("Zaehlerdaten", &there).contains("did you mean \"INBOX/Zählerdaten\"?"));
        assert!(folder("inbx", &there).contains("did you mean \"INBOX\"?"));
        assert!(folder("xyz", &there).starts_with("the folders that are there"));
    }

    #[test]
    fn a_locked_maildrop_is_no_fault_of_the_account() {
        assert!(throttled("-ERR [IN-USE] Couldn't lock").contains("try again in a minute"));
        assert!(throttled("Too many connections").contains("mail_max_userip_connections"));
    }
}
