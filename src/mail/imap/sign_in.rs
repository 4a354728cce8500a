//! The sign-in, by password or by token.
//!
//! Sources: RFC 9051 section 6.2.2, RFC 4959 (`SASL-IR`); for XOAUTH2 Microsoft, "Authenticate an
//! IMAP, POP or SMTP connection using OAuth".

use std::collections::VecDeque;
use std::io;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_imap::error::Error;
use async_imap::{Authenticator, Client, Session};
use tokio::time::timeout;

use crate::config::mailbox::Mailbox;
use crate::mail::credential::Credential;
use crate::mail::imap::connect::{Capabilities, Opened, open};
use crate::mail::imap::guard::Guard;
use crate::mail::{MailError, answer};
use crate::net::connections::Connections;
use crate::net::sasl;
use crate::oauth::Accounts;

/// Opens a connection and signs in. A token that is refused is asked for anew, once, for a
/// connection of its own: some servers end the one on which they refused.
///
/// # Errors
/// [`MailError`]; `opened` has seen the connection before the sign-in.
pub(super) async fn signed_in(
    mailbox: &Mailbox,
    connections: &Connections,
    accounts: &Accounts,
    opened: &mut (dyn FnMut(&Opened) + Send),
) -> Result<Session<Guard>, MailError> {
    let mut connection = open(&mailbox.endpoint(), connections).await?;
    opened(&connection);
    let mut credential = Credential::of(mailbox, accounts).await?;
    loop {
        match sign_in(connection, mailbox, &credential).await {
            Ok(session) => return Ok(session),
            Err(refusal) => credential = credential.instead(refusal).await?,
        }
        connection = open(&mailbox.endpoint(), connections).await?;
    }
}

async fn sign_in(
    opened: Opened,
    mailbox: &Mailbox,
    credential: &Credential<'_>,
) -> Result<Session<Guard>, MailError> {
    let Opened {
        stream,
        received,
        capabilities,
        encrypted,
    } = opened;
    let is_token = matches!(credential, Credential::Token(_));
    if let Some(remedy) = remedy(&capabilities, encrypted, is_token) {
        return Err(MailError::NoSignIn {
            host: mailbox.host.clone(),
            remedy: remedy.to_owned(),
        });
    }
    let client = Client::new(Guard::new(stream, &received, mailbox.max_mail_size.bytes()));
    let reason = Reason::default();
    let user = mailbox.username.as_str();
    let attempt = async {
        match credential {
            Credential::Password(password) => {
                by_password(client, &capabilities, user, password).await
            }
            Credential::Token(access) => {
                let steps = |lines| Steps(lines, reason.clone());
                if capabilities.has("SASL-IR") {
                    let command = format!("XOAUTH2 {}", sasl::xoauth2(user, access.reveal()));
                    client.authenticate(command, steps(VecDeque::new())).await
                } else {
                    let message = sasl::xoauth2_message(user, access.reveal());
                    client
                        .authenticate("XOAUTH2", steps([message].into()))
                        .await
                }
            }
        }
    };
    match timeout(SIGN_IN_LIMIT, attempt).await {
        Ok(Ok(session)) => Ok(session),
        Ok(Err((error, client))) => {
            let answer = client.get_ref().last_answer();
            Err(refused(error, &answer, &reason, mailbox, credential))
        }
        Err(_) => Err(broken(io::ErrorKind::TimedOut.into(), mailbox)),
    }
}

/// What to do where the server takes no such credential: nothing secret is sent then.
fn remedy(capabilities: &Capabilities, encrypted: bool, is_token: bool) -> Option<&'static str> {
    if is_token {
        let takes_tokens = capabilities.has("AUTH=XOAUTH2");
        return match (takes_tokens, encrypted) {
            (true, _) => None,
            (false, true) => Some(answer::NO_TOKENS),
            (false, false) => Some(answer::NO_TOKENS_IN_CLEAR),
        };
    }
    let takes_passwords = !capabilities.has("LOGINDISABLED");
    match (takes_passwords, encrypted) {
        (true, _) => None,
        // Exchange Online says so inside TLS, too, and means no encryption.
        (false, true) => Some(answer::NO_PASSWORDS),
        (false, false) => Some(answer::NO_PASSWORDS_IN_CLEAR),
    }
}

async fn by_password(
    client: Client<Guard>,
    capabilities: &Capabilities,
    user: &str,
    password: &str,
) -> Result<Session<Guard>, (Error, Client<Guard>)> {
    let steps = |lines: VecDeque<String>| Steps(lines, Reason::default());
    let in_ascii = user.is_ascii() && password.is_ascii();
    if capabilities.has("AUTH=PLAIN") && capabilities.has("SASL-IR") {
        let command = format!("PLAIN {}", sasl::plain(user, password));
        client.authenticate(command, steps(VecDeque::new())).await
    } else if capabilities.has("AUTH=PLAIN") {
        let message = sasl::plain_message(user, password);
        client.authenticate("PLAIN", steps([message].into())).await
    } else if capabilities.has("AUTH=LOGIN") && !in_ascii {
        // The strings of the command LOGIN are ASCII (RFC 3501 section 9, `quoted`).
        let lines = [user.to_owned(), password.to_owned()];
        client.authenticate("LOGIN", steps(lines.into())).await
    } else {
        client.login(user, password).await
    }
}

/// Answers the server's challenges one by one, and with nothing when there is no more to say: a
/// server that refuses tells why in a challenge, and waits for an empty answer (RFC 7628 section
/// 3.2.3). Has no `Debug`: it holds secrets.
struct Steps(VecDeque<String>, Reason);

/// What the server said when there was no more to say.
#[derive(Clone, Debug, Default)]
struct Reason(Arc<Mutex<String>>);

impl Authenticator for Steps {
    type Response = String;

    fn process(&mut self, challenge: &[u8]) -> String {
        self.0.pop_front().unwrap_or_else(|| {
            let told = String::from_utf8_lossy(challenge).into_owned();
            *self.1.0.lock().unwrap_or_else(PoisonError::into_inner) = told;
            String::new()
        })
    }
}

/// What a refusal means.
fn refused(
    error: Error,
    answer: &str,
    reason: &Reason,
    mailbox: &Mailbox,
    credential: &Credential<'_>,
) -> MailError {
    if let Error::Io(source) = error {
        return broken(source, mailbox);
    }
    if !matches!(error, Error::No(_) | Error::Bad(_)) {
        let what = format!("{error} {}", answer::shown(answer));
        return broken(io::Error::other(what), mailbox);
    }
    // Without our tag.
    let words = answer.split_once(' ').map_or(answer, |(_, words)| words);
    if answer::asks_to_wait(words) {
        return answer::refusal(&mailbox.host, "the sign-in", words);
    }
    let (host, user) = (mailbox.host.clone(), mailbox.username.clone());
    let mut answer = answer::shown(words);
    let reason = reason.0.lock().unwrap_or_else(PoisonError::into_inner);
    if !reason.is_empty() {
        answer = format!("{answer} ({})", answer::shown(&reason));
    }
    match credential {
        Credential::Password(_) => MailError::LoginRefused { host, user, answer },
        Credential::Token(_) => MailError::TokenRefused { host, user, answer },
    }
}

fn broken(source: io::Error, mailbox: &Mailbox) -> MailError {
    MailError::Broken {
        host: mailbox.host.clone(),
        doing: "signing in",
        source,
    }
}

/// Exchange takes several seconds by design; a minute is given up.
const SIGN_IN_LIMIT: Duration = Duration::from_mins(1);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_server_takes_is_told_before_anything_is_sent() {
        // Exchange Online before the sign-in, inside TLS, since 2026.
        let exchange = "IMAP4 IMAP4rev1 AUTH=XOAUTH2 LOGINDISABLED SASL-IR UIDPLUS MOVE ID";
        let of = |list: &str, encrypted, is_token| {
            let capabilities = list.split(' ').map(str::to_owned).collect();
            remedy(&capabilities, encrypted, is_token)
        };
        assert_eq!(of(exchange, true, true), None);
        let none = of(exchange, true, false).unwrap();
        assert!(none.contains("auth = \"microsoft\""), "{none}");
        let strict = "IMAP4rev1 STARTTLS LOGINDISABLED";
        for is_token in [true, false] {
            let remedy = of(strict, false, is_token).unwrap();
            assert!(remedy.contains("starttls"), "{remedy}");
        }
        assert_eq!(of("IMAP4rev1 AUTH=PLAIN", true, false), None);
        let tokens = of("IMAP4rev1 AUTH=PLAIN", true, true).unwrap();
        assert!(tokens.contains("auth = \"password\""), "{tokens}");
    }
}
