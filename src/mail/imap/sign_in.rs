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
    check(&opened, mailbox, credential)?;
    let Opened {
        stream,
        received,
        capabilities,
        ..
    } = opened;
    let client = Client::new(Guard::new(stream, received, mailbox.max_mail_size.bytes()));
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

/// Whether the server takes such a credential, before anything secret is sent.
fn check(opened: &Opened, mailbox: &Mailbox, credential: &Credential<'_>) -> Result<(), MailError> {
    let Opened {
        capabilities,
        encrypted,
        ..
    } = opened;
    let remedy = match credential {
        // Inside TLS Exchange Online says so of passwords, and means no encryption.
        Credential::Password(_) if capabilities.has("LOGINDISABLED") => {
            if *encrypted {
                answer::NO_PASSWORDS
            } else {
                answer::NO_PASSWORDS_IN_CLEAR
            }
        }
        Credential::Token(_) if !capabilities.has("AUTH=XOAUTH2") => {
            if *encrypted {
                answer::NO_TOKENS
            } else {
                answer::NO_TOKENS_IN_CLEAR
            }
        }
        Credential::Password(_) | Credential::Token(_) => return Ok(()),
    };
    Err(MailError::NoSignIn {
        host: mailbox.host.clone(),
        remedy: remedy.to_owned(),
    })
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
