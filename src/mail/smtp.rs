//! SMTP submission (RFC 6409): one signed-in connection, one recipient a mail.
//!
//! Crate `lettre` speaks, on a connection that we opened, encrypted and listen to ourselves
//! (`opening`, `transcript`). One recipient a transaction, since a refused one ends it for all.

mod opening;
mod sign_in;
mod transcript;

use std::fmt::{self, Display};
use std::future::Future;
use std::time::Duration;

use lettre::Address;
use lettre::transport::smtp::client::AsyncSmtpConnection;
use lettre::transport::smtp::commands::{Data, Mail, Rcpt};
use lettre::transport::smtp::extension::{ClientId, MailParameter};
use lettre::transport::smtp::response::Response;
use tokio::time::timeout;

use crate::config::smtp::{Auth, Smtp, address};
use crate::mail::compose::Outgoing;
use crate::mail::credential::Access;
use crate::mail::{AccountError, answer};
use crate::net::NetError;
use crate::oauth::Accounts;
use transcript::Noted;

pub use opening::Offer;
pub use sign_in::Login;
pub use transcript::Transcript;

/// A signed-in connection. Not of use any more after [`SmtpError::is_about_connection`].
pub struct Connection {
    smtp: AsyncSmtpConnection,
    host: String,
    offer: Offer,
    encrypted: bool,
}

/// Connects and signs in as configured; what is said goes into the transcript. An access token
/// that is refused is asked for anew, once.
///
/// # Errors
/// [`SmtpError`].
pub async fn connect(
    server: &Smtp,
    accounts: &Accounts,
    transcript: &Transcript,
) -> Result<Connection, SmtpError> {
    let username = &server.username;
    let login = match server.auth {
        Auth::None => Login::None,
        Auth::Password => Login::Password {
            username,
            password: server.password.reveal(),
        },
        Auth::Microsoft => return by_account(server, accounts, transcript).await,
    };
    connect_as(server, &login, transcript).await
}

async fn by_account(
    server: &Smtp,
    accounts: &Accounts,
    transcript: &Transcript,
) -> Result<Connection, SmtpError> {
    let mut access = Access::of(accounts, &server.account).await?;
    loop {
        let login = Login::Token {
            username: &server.username,
            token: access.reveal(),
        };
        match connect_as(server, &login, transcript).await {
            Err(refusal @ SmtpError::TokenRefused { .. }) => {
                access = access.another().await?.ok_or(refusal)?;
            }
            done => return done,
        }
    }
}

/// Connects and signs in by this; what is said goes into the transcript.
///
/// # Errors
/// [`SmtpError`].
pub async fn connect_as(
    server: &Smtp,
    login: &Login<'_>,
    transcript: &Transcript,
) -> Result<Connection, SmtpError> {
    // The name says nothing that the sign-in does not say better; it must look like a domain.
    let sender = address(&server.sender).unwrap_or_default();
    let name = sender
        .rsplit_once('@')
        .map_or("localhost", |(_, domain)| domain);
    let opened = opening::open(&server.endpoint(), name, transcript).await?;
    let noted = Noted::new(opened.stream, transcript.clone());
    let name = ClientId::Domain(name.to_owned());
    let connecting = AsyncSmtpConnection::connect_with_transport(Box::new(noted), &name);
    let host = server.host.clone();
    let smtp = within(COMMAND_LIMIT, &host, "EHLO", connecting).await?;
    let mut connection = Connection {
        smtp,
        host,
        offer: opened.offer,
        encrypted: opened.encrypted,
    };
    sign_in::sign_in(&mut connection, login).await?;
    Ok(connection)
}

impl fmt::Debug for Connection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("Connection");
        shown.field("host", &self.host).finish_non_exhaustive()
    }
}

impl Connection {
    /// What the server offers.
    pub fn offer(&self) -> &Offer {
        &self.offer
    }

    /// Whether it is encrypted.
    pub fn is_encrypted(&self) -> bool {
        self.encrypted
    }

    /// Sends a mail; gives the words by which the server took it.
    ///
    /// The end of the connection behind the last line leaves open whether the mail was taken:
    /// whoever sends it again must send the same bytes, so that its receiver knows it.
    ///
    /// # Errors
    /// [`SmtpError`]; [`SmtpError::is_transient`] tells whether it may go another time.
    pub async fn send(&mut self, mail: &Outgoing) -> Result<String, SmtpError> {
        let size = mail.bytes().len();
        if let Some(limit) = self.offer.largest_mail()
            && size as u64 > limit
        {
            return Err(SmtpError::TooLarge {
                host: self.host.clone(),
                size_bytes: size as u64,
                limit_bytes: limit,
            });
        }
        let sent = self.transact(mail).await;
        if let Err(error) = &sent
            && !error.is_about_connection()
        {
            // The next mail begins anew. If that fails, it will say so.
            let _ = self.command("RSET", "RSET\r\n").await;
        }
        sent
    }

    async fn transact(&mut self, mail: &Outgoing) -> Result<String, SmtpError> {
        let parsed = |address: &str| -> Result<Address, SmtpError> {
            let wrong = |_| SmtpError::Address(answer::shown(address));
            address.parse().map_err(wrong)
        };
        let (from, to) = (parsed(mail.from())?, parsed(mail.to())?);
        let bytes = mail.bytes();
        let size = self
            .offer
            .has("SIZE")
            .then_some(MailParameter::Size(bytes.len()));
        let from = Mail::new(Some(from), size.into_iter().collect());
        self.command("MAIL", from).await?;
        self.command("RCPT", Rcpt::new(to, Vec::new())).await?;
        self.command("DATA", Data).await?;
        let limit = FINAL_LIMIT + Duration::from_secs(bytes.len() as u64 / SLOWEST);
        let message = self.smtp.message(bytes);
        let answer = within(limit, &self.host, "the mail", message).await?;
        Ok(said(&answer))
    }

    async fn command(&mut self, name: &str, command: impl Display) -> Result<Response, SmtpError> {
        let answer = self.smtp.command(command);
        within(COMMAND_LIMIT, &self.host, name, answer).await
    }

    /// Says goodbye. A failure of that is no failure.
    pub async fn quit(mut self) {
        let _ = timeout(GOODBYE_LIMIT, self.smtp.command("QUIT\r\n")).await;
    }
}

/// The words of an answer, in one line.
fn said(answer: &Response) -> String {
    let words: Vec<&str> = answer.message().collect();
    answer::shown(&format!("{} {}", answer.code(), words.join(" ")))
}

async fn within<T>(
    limit: Duration,
    host: &str,
    command: &str,
    work: impl Future<Output = Result<T, lettre::transport::smtp::Error>>,
) -> Result<T, SmtpError> {
    match timeout(limit, work).await {
        Ok(Ok(done)) => Ok(done),
        Ok(Err(error)) => Err(SmtpError::of(&error, host, command)),
        Err(_) => Err(SmtpError::Broken {
            host: host.to_owned(),
            doing: command.to_owned(),
            what: format!("no answer within {} s", limit.as_secs()),
        }),
    }
}

/// Why a mail was not sent. The texts are for an administrator.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SmtpError {
    /// No connection, or no TLS.
    #[error(transparent)]
    Net(#[from] NetError),
    /// The server offers no way to sign in that we could go.
    #[error("{host} cannot be signed in to: {remedy}")]
    NoSignIn {
        /// Host as configured.
        host: String,
        /// What it offers, and what to change.
        remedy: String,
    },
    /// The server refused name and password.
    #[error("{host} refused the login of {user}: {answer}")]
    LoginRefused {
        /// Host as configured.
        host: String,
        /// User name as configured.
        user: String,
        /// The server's words, and what they mean.
        answer: String,
    },
    /// There is no access token of the Microsoft account.
    #[error(transparent)]
    Account(#[from] AccountError),
    /// The server refused an access token.
    #[error("{host} refused the access token of {user}: {answer}")]
    TokenRefused {
        /// Host as configured.
        host: String,
        /// User name as configured.
        user: String,
        /// The server's words, its JSON included.
        answer: String,
    },
    /// The server refused a command.
    #[error("{host} answered {command} with {code} {answer}")]
    Refused {
        /// Host as configured.
        host: String,
        /// The command: `MAIL`, `RCPT`, `DATA`, `the mail`.
        command: String,
        /// The reply code (RFC 5321 section 4.2): 4xx may pass, 5xx is final.
        code: u16,
        /// The server's words.
        answer: String,
    },
    /// The mail is larger than the server takes.
    #[error("the mail has {size_bytes} bytes, and {host} takes {limit_bytes} at most")]
    TooLarge {
        /// Host as configured.
        host: String,
        /// Size of the mail.
        size_bytes: u64,
        /// What the server takes.
        limit_bytes: u64,
    },
    /// An address that SMTP cannot carry.
    #[error("{0:?} is no mail address")]
    Address(String),
    /// What the server said makes no sense.
    #[error("{host} sent something that cannot be understood: {what}")]
    Protocol {
        /// Host as configured.
        host: String,
        /// What, with the start of the line.
        what: String,
    },
    /// The connection ended where it must not, or nothing came for too long.
    #[error("the connection to {host} broke at {doing}: {what}")]
    Broken {
        /// Host as configured.
        host: String,
        /// The command under way.
        doing: String,
        /// What the system said.
        what: String,
    },
}

impl SmtpError {
    fn of(error: &lettre::transport::smtp::Error, host: &str, command: &str) -> Self {
        let host = host.to_owned();
        let source = std::error::Error::source(error);
        let words = source.map_or_else(|| error.to_string(), ToString::to_string);
        if let Some(code) = error.status() {
            return Self::Refused {
                host,
                command: command.to_owned(),
                code: u16::from(code),
                answer: answer::shown(&words),
            };
        }
        if words == LETTRE_END {
            return Self::Broken {
                host,
                doing: command.to_owned(),
                what: "the server ended the connection".to_owned(),
            };
        }
        if error.is_response() {
            return Self::Protocol {
                host,
                what: answer::shown(&words),
            };
        }
        Self::Broken {
            host,
            doing: command.to_owned(),
            what: answer::shown(&words),
        }
    }

    /// Whether the same mail may go at another time by itself; otherwise a person must act.
    pub fn is_transient(&self) -> bool {
        match self {
            Self::Net(error) => matches!(
                error,
                NetError::Connect { .. } | NetError::Silent { .. } | NetError::Broken { .. }
            ),
            Self::Refused { code, .. } => (400..500).contains(code),
            Self::Account(error) => error.error.is_transient(),
            Self::Broken { .. } | Self::Protocol { .. } => true,
            Self::NoSignIn { .. }
            | Self::LoginRefused { .. }
            | Self::TokenRefused { .. }
            | Self::TooLarge { .. }
            | Self::Address(_) => false,
        }
    }

    /// Whether the connection is of no use any more.
    pub fn is_about_connection(&self) -> bool {
        match self {
            // RFC 5321 section 3.8: the server closes behind 421.
            Self::Refused { code, .. } => *code == 421,
            Self::TooLarge { .. } | Self::Address(_) => false,
            Self::Net(_)
            | Self::NoSignIn { .. }
            | Self::Account(_)
            | Self::LoginRefused { .. }
            | Self::TokenRefused { .. }
            | Self::Protocol { .. }
            | Self::Broken { .. } => true,
        }
    }
}

/// RFC 5321 section 4.5.3.2: five minutes for MAIL and RCPT.
const COMMAND_LIMIT: Duration = Duration::from_mins(5);
/// RFC 5321 section 4.5.3.2.6: ten minutes behind the last line, or a mail is sent twice.
const FINAL_LIMIT: Duration = Duration::from_mins(10);
/// Bytes a second below which a line is taken for dead.
const SLOWEST: u64 = 1_000;
/// What crate `lettre` says when the connection ends within or before an answer.
const LETTRE_END: &str = "incomplete response";
const GOODBYE_LIMIT: Duration = Duration::from_secs(2);
