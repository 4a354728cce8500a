//! From a host name to an open maildrop: greeting, STLS, sign-in.

use crate::config::mailbox::{Encryption, Endpoint, Mailbox};
use crate::mail::credential::Credential;
use crate::mail::pop3::command::Command;
use crate::mail::pop3::reply::{Capabilities, Code, Reply, Status};
use crate::mail::pop3::sign_in::{Credentials, SignIn, Step};
use crate::mail::pop3::wire::Wire;
use crate::mail::{MailError, answer};
use crate::net::connections::Connections;
use crate::net::starttls::Opening;
use crate::net::{NetError, dial};
use crate::oauth::Accounts;

/// An open connection, on which nobody is signed in at first.
pub(super) struct Opened {
    pub(super) wire: Wire,
    pub(super) offered: Capabilities,
    pub(super) encrypted: bool,
}

/// Opens a connection as encrypted as it shall be.
///
/// # Errors
/// [`MailError`].
pub(super) async fn open(
    mailbox: &Mailbox,
    connections: &Connections,
) -> Result<Opened, MailError> {
    let endpoint = mailbox.endpoint();
    let stream = connections.count(dial::dial(&endpoint).await?);
    let mut opening = Opening::new(stream, &endpoint);
    let greeting = opening.greeting().await?;
    check_greeting(&greeting, &endpoint)?;
    let (stream, received) = opening.into_parts();
    let mut wire = Wire::new(stream, received, mailbox);
    let mut encrypted = endpoint.encryption == Encryption::Tls;
    let mut offered = wire.capabilities().await?;
    let wanted = match endpoint.encryption {
        Encryption::None | Encryption::Tls => false,
        Encryption::Auto => offered.has("STLS"),
        Encryption::Starttls => true,
    };
    if wanted {
        if !offered.has("STLS") {
            wire.quit().await;
            return Err(MailError::Net(NetError::NoStarttls {
                host: endpoint.host,
                port: endpoint.port,
            }));
        }
        let reply = wire.ask(Command::Stls).await?;
        if reply.status != Status::Ok {
            wire.quit().await;
            return Err(wire.refusal(Command::Stls, &reply));
        }
        wire = wire.upgrade(&endpoint).await?;
        encrypted = true;
        // What was offered in clear text is forgotten (RFC 2595 section 4).
        offered = wire.capabilities().await?;
    }
    Ok(Opened {
        wire,
        offered,
        encrypted,
    })
}

/// Opens a connection and signs in; what is offered then is noted with it. A token that is refused is asked
/// for anew, once, for a connection of its own: Exchange ends the one on which it refused.
///
/// # Errors
/// [`MailError`]; `seen` has seen the connection before the sign-in.
pub(super) async fn signed_in(
    mailbox: &Mailbox,
    connections: &Connections,
    accounts: &Accounts,
    seen: &mut (dyn FnMut(&Opened) + Send),
) -> Result<Opened, MailError> {
    let mut opened = open(mailbox, connections).await?;
    seen(&opened);
    let mut credential = match Credential::of(mailbox, accounts).await {
        Ok(credential) => credential,
        Err(error) => {
            opened.wire.quit().await;
            return Err(error);
        }
    };
    loop {
        let refusal = match sign_in(&mut opened, mailbox, &credential).await {
            Ok(offered) => return Ok(Opened { offered, ..opened }),
            Err(refusal) => refusal,
        };
        opened.wire.quit().await;
        credential = credential.instead(refusal).await?;
        opened = open(mailbox, connections).await?;
    }
}

async fn sign_in(
    opened: &mut Opened,
    mailbox: &Mailbox,
    credential: &Credential<'_>,
) -> Result<Capabilities, MailError> {
    let username = mailbox.username.as_str();
    let credentials = match credential {
        Credential::Password(password) => Credentials::Password { username, password },
        Credential::Token(access) => Credentials::Token {
            username,
            token: access.reveal(),
        },
    };
    let is_token = matches!(credential, Credential::Token(_));
    let mut dialogue =
        SignIn::new(credentials, &opened.offered, opened.encrypted).map_err(|remedy| {
            MailError::NoSignIn {
                host: mailbox.host.clone(),
                remedy: remedy.to_owned(),
            }
        })?;
    let mut line = dialogue.first();
    loop {
        let reply = opened.wire.ask(Command::SignIn(&line)).await?;
        match dialogue.answered(reply) {
            Step::Send(next) => line = next,
            Step::Done => return opened.wire.capabilities().await,
            Step::Refused(reply) => {
                return Err(refused(&reply, &opened.offered, mailbox, is_token));
            }
        }
    }
}

fn check_greeting(greeting: &[u8], endpoint: &Endpoint) -> Result<(), MailError> {
    let shown = || answer::shown(&String::from_utf8_lossy(greeting));
    let host = endpoint.host.clone();
    match Reply::parse(greeting) {
        Some(reply) => match (reply.status, reply.code()) {
            (Status::Ok, _) => Ok(()),
            (Status::Err, Code::SysPerm) => Err(MailError::Refused {
                host,
                command: "the connection".to_owned(),
                answer: shown(),
            }),
            // Too many connections, or going down: all that was seen passes by itself.
            (Status::Err | Status::Challenge, _) => Err(MailError::Throttled {
                host,
                answer: shown(),
                retry_after: None,
            }),
        },
        None => Err(MailError::Protocol {
            host,
            what: format!("no POP3 greeting, but {:?}", shown()),
        }),
    }
}

/// What a refused sign-in means: later, a wrong password, or a trouble of the server.
fn refused(reply: &Reply, offered: &Capabilities, mailbox: &Mailbox, is_token: bool) -> MailError {
    let host = mailbox.host.clone();
    let answer = answer::shown(&reply.text);
    let later = |retry_after| MailError::Throttled {
        host: host.clone(),
        answer: answer.clone(),
        retry_after,
    };
    match reply.code() {
        Code::InUse | Code::SysTemp => later(None),
        Code::LoginDelay => later(offered.login_delay()),
        Code::SysPerm => MailError::Refused {
            host,
            command: Command::SignIn("").name().to_owned(),
            answer,
        },
        Code::None if answer::asks_to_wait(&reply.text) => {
            answer::refusal(&host, Command::SignIn("").name(), &reply.text)
        }
        Code::None if says_locked(&reply.text) => later(None),
        Code::Auth | Code::None => {
            let user = mailbox.username.clone();
            if is_token {
                MailError::TokenRefused { host, user, answer }
            } else {
                MailError::LoginRefused { host, user, answer }
            }
        }
    }
}

/// "maildrop already locked", "unable to lock maildrop" (RFC 1939 section 7): what servers without
/// response codes say while another session is open.
fn says_locked(text: &str) -> bool {
    let text = text.to_ascii_lowercase();
    text.contains("maildrop") && text.contains("lock")
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn meaning(line: &str, offered: &Capabilities) -> MailError {
        let reply = Reply::parse(line.as_bytes()).unwrap();
        refused(&reply, offered, &Mailbox::default(), false)
    }

    #[test]
    fn the_code_decides_between_later_and_a_wrong_password() {
        let nothing = Capabilities::default();
        for line in [
            "-ERR [IN-USE] Couldn't lock",
            "-ERR [SYS/TEMP] try again",
            "-ERR [LOGIN-DELAY] too soon",
            "-ERR maildrop already locked",
            "-ERR Request is throttled. Suggested Backoff Time: 299961 milliseconds",
        ] {
            let error = meaning(line, &nothing);
            assert!(matches!(error, MailError::Throttled { .. }), "{line}");
        }
        for line in [
            "-ERR [AUTH] Authentication failed.",
            "-ERR account locked",
            "-ERR",
        ] {
            let error = meaning(line, &nothing);
            assert!(matches!(error, MailError::LoginRefused { .. }), "{line}");
        }
        let error = meaning("-ERR [SYS/PERM] no such disk", &nothing);
        assert!(matches!(error, MailError::Refused { .. }) && !error.is_transient());
    }

    #[test]
    fn a_login_delay_is_waited_for_as_long_as_was_told() {
        let mut offered = Capabilities::told();
        offered.add("LOGIN-DELAY 900");
        let error = meaning("-ERR [LOGIN-DELAY] too soon", &offered);
        assert!(
            matches!(error, MailError::Throttled { retry_after: Some(wait), .. } if wait == Duration::from_mins(15)),
            "{error}"
        );
    }
}
