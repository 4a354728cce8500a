//! AUTH (RFC 4954): PLAIN, LOGIN, XOAUTH2.
//!
//! Not by `lettre`, whose XOAUTH2 ends at the challenge that tells why a token was refused, and
//! loses it. The token goes in a line of its own, as Microsoft documents it: a line of a command
//! has 512 bytes (RFC 5321 section 4.5.3.1.4), a token thousands.

use crate::mail::answer;
use crate::mail::smtp::{Connection, SmtpError};
use crate::net::sasl;

/// Who signs in, and by what. Has no `Debug`: it holds secrets.
#[derive(Clone, Copy)]
pub enum Login<'a> {
    /// Nobody: a relay that knows this machine.
    None,
    /// Name and password.
    Password {
        /// User name.
        username: &'a str,
        /// Password.
        password: &'a str,
    },
    /// Name and OAuth access token.
    Token {
        /// User name.
        username: &'a str,
        /// Access token.
        token: &'a str,
    },
}

/// Signs in.
pub(super) async fn sign_in(
    connection: &mut Connection,
    login: &Login<'_>,
) -> Result<(), SmtpError> {
    let (user, refused) = match *login {
        Login::None => return Ok(()),
        Login::Password { username, password } => {
            let way = way(connection, &["PLAIN", "LOGIN"])?;
            (
                username,
                by_password(connection, way, username, password).await,
            )
        }
        Login::Token { username, token } => {
            way(connection, &["XOAUTH2"])?;
            (username, by_token(connection, username, token).await)
        }
    };
    let is_token = matches!(login, Login::Token { .. });
    refused.map_err(|error| of_login(error, user, is_token))
}

/// The first of our ways that the server offers.
fn way(connection: &Connection, ours: &[&'static str]) -> Result<&'static str, SmtpError> {
    let offer = &connection.offer;
    if let Some(way) = ours.iter().find(|way| offer.signs_in_by(way)) {
        return Ok(way);
    }
    let offered: Vec<&str> = offer.mechanisms().collect();
    let remedy = if offered.is_empty() && connection.encrypted {
        "it offers no sign-in on this port; submission is port 587 or 465, or use auth = \"none\""
            .to_owned()
    } else if offered.is_empty() {
        "it offers no sign-in without encryption; use encryption = \"starttls\" or \"tls\""
            .to_owned()
    } else {
        let (ours, offered) = (ours.join(" or "), offered.join(", "));
        format!("it offers {offered}, and not {ours}")
    };
    Err(SmtpError::NoSignIn {
        host: connection.host.clone(),
        remedy,
    })
}

async fn by_password(
    connection: &mut Connection,
    way: &str,
    username: &str,
    password: &str,
) -> Result<(), SmtpError> {
    if way == "PLAIN" {
        let line = format!("AUTH PLAIN {}\r\n", sasl::plain(username, password));
        return connection.command("AUTH", line).await.map(|_| ());
    }
    connection.command("AUTH", "AUTH LOGIN\r\n").await?;
    for answer in sasl::login(username, password) {
        connection.command("AUTH", format!("{answer}\r\n")).await?;
    }
    Ok(())
}

async fn by_token(
    connection: &mut Connection,
    username: &str,
    token: &str,
) -> Result<(), SmtpError> {
    connection.command("AUTH", "AUTH XOAUTH2\r\n").await?;
    let message = format!("{}\r\n", sasl::xoauth2(username, token));
    let answer = connection.command("AUTH", message).await?;
    if !answer.has_code(CHALLENGE) {
        return Ok(());
    }
    // RFC 7628 section 3.2.3: the reason of a refusal; an empty line ends it.
    let challenge: Vec<&str> = answer.message().collect();
    let reason = sasl::challenge(&challenge.concat());
    let refused = connection.command("AUTH", "\r\n").await;
    match (refused, reason) {
        (
            Err(SmtpError::Refused {
                host,
                command,
                code,
                answer,
            }),
            Some(reason),
        ) => {
            let answer = format!("{answer} ({})", answer::shown(&reason));
            Err(SmtpError::Refused {
                host,
                command,
                code,
                answer,
            })
        }
        (refused, _) => refused.map(|_| ()),
    }
}

/// A refusal of AUTH by what it is about.
fn of_login(error: SmtpError, user: &str, is_token: bool) -> SmtpError {
    let SmtpError::Refused {
        host,
        code,
        answer,
        command,
    } = error
    else {
        return error;
    };
    if (400..500).contains(&code) && !is_final(&answer) {
        return SmtpError::Refused {
            host,
            command,
            code,
            answer,
        };
    }
    let user = user.to_owned();
    let means = MEANINGS.iter().find(|(words, _)| answer.contains(words));
    let answer = match means {
        Some((_, meaning)) => format!("{code} {answer} ({meaning})"),
        None => format!("{code} {answer}"),
    };
    if is_token && means.is_none() {
        return SmtpError::TokenRefused { host, user, answer };
    }
    SmtpError::LoginRefused { host, user, answer }
}

/// Looks as if it would pass, and does not (Exchange Online, an app without rights to the mailbox).
fn is_final(answer: &str) -> bool {
    answer.contains("mailbox logon failure")
}

/// Exchange Online's words, and what to do about them. Another token does not help with any.
const MEANINGS: [(&str, &str); 5] = [
    (
        "SmtpClientAuthentication is disabled for the Tenant",
        "SMTP AUTH is switched off for the whole tenant: an administrator can allow it for this mailbox by Set-CASMailbox -SmtpClientAuthenticationDisabled $false",
    ),
    (
        "SmtpClientAuthentication is disabled for the Mailbox",
        "SMTP AUTH is switched off for this mailbox: an administrator can allow it by Set-CASMailbox -SmtpClientAuthenticationDisabled $false",
    ),
    (
        "5.7.139",
        "SMTP AUTH is switched off, or a policy forbids this sign-in: see Set-CASMailbox -SmtpClientAuthenticationDisabled $false",
    ),
    (
        "5.7.30",
        "the server takes no passwords for sending any more; it wants OAuth",
    ),
    (
        "mailbox logon failure",
        "the app has no rights to this mailbox: Add-MailboxPermission with the object ID of the enterprise application",
    ),
];

const CHALLENGE: u16 = 334;

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(code: u16, answer: &str) -> SmtpError {
        SmtpError::Refused {
            host: "smtp.example".to_owned(),
            command: "AUTH".to_owned(),
            code,
            answer: answer.to_owned(),
        }
    }

    #[test]
    fn a_refused_token_may_be_renewed_and_a_forbidden_way_not() {
        let of = |code, answer| of_login(refused(code, answer), "meter", true);
        assert!(matches!(
            of(535, "5.7.3 Authentication unsuccessful"),
            SmtpError::TokenRefused { .. }
        ));
        let off = of(
            535,
            "5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Tenant.",
        );
        assert!(matches!(off, SmtpError::LoginRefused { .. }));
        assert!(off.to_string().contains("Set-CASMailbox"), "{off}");
        assert!(matches!(
            of(430, "4.2.0 STOREDRV; mailbox logon failure"),
            SmtpError::LoginRefused { .. }
        ));
    }

    #[test]
    fn a_server_that_is_busy_is_asked_again() {
        let busy = of_login(refused(454, "4.7.0 Temporary failure"), "meter", false);
        assert!(busy.is_transient(), "{busy}");
    }
}
