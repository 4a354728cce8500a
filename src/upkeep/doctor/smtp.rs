//! The server that takes our mail: connection, certificate, sign-in. Nothing is sent.

use crate::config::mailbox::Endpoint;
use crate::config::smtp::Smtp;
use crate::mail::smtp::{self, SmtpError, Transcript};
use crate::net::NetError;
use crate::net::tls::Fault;
use crate::net::tls::witness;
use crate::oauth::Accounts;
use crate::upkeep::doctor::{Check, Verdict, advice, certificate};

/// Examines the server, live. The accounts are asked where it signs in by one. `now` is in seconds
/// since 1970.
pub async fn sending(server: &Smtp, accounts: &Accounts, now: i64) -> Vec<Check> {
    let endpoint = server.endpoint();
    let transcript = Transcript::default();
    let connecting = smtp::connect(server, accounts, &transcript);
    let (came, shown) = witness::watch(connecting).await;
    let mut checks = Vec::new();
    let failure = came.as_ref().err();
    if let Some(shown) = &shown {
        let tls = failure.and_then(tls_error);
        checks.push(certificate::check(shown, &endpoint, tls, now));
    }
    let is_told = checks.iter().any(|check| check.verdict == Verdict::Fault);
    let tried = format!(
        "{}:{}, encryption = \"{}\", the sign-in of {:?}",
        endpoint.host,
        endpoint.port,
        endpoint.encryption.name(),
        server.username
    );
    match came {
        Ok(connection) => {
            let offered = advice::listed(connection.offer().keywords());
            let check = Check::ok(
                "sign-in",
                tried,
                format!("it takes our mail; it offers {offered}"),
            );
            let is_plain = !connection.is_encrypted() && !advice::is_this_machine(&endpoint.host);
            checks.push(if is_plain {
                check.but(Verdict::Warning, advice::PLAIN_TEXT)
            } else {
                check
            });
            connection.quit().await;
        }
        Err(_) if is_told => {}
        Err(error) => {
            let check = Check::ok("sign-in", tried, error.to_string());
            checks.push(check.but(Verdict::Fault, remedy(&error, &endpoint)));
        }
    }
    for check in &mut checks {
        check.name = format!("smtp: {}", check.name);
    }
    checks
}

fn tls_error(error: &SmtpError) -> Option<&NetError> {
    if let SmtpError::Net(error @ NetError::Tls { .. }) = error {
        return Some(error);
    }
    None
}

fn remedy(error: &SmtpError, endpoint: &Endpoint) -> String {
    let Endpoint { port, .. } = endpoint;
    match error {
        SmtpError::Net(NetError::Connect { .. }) => format!(
            "look at smtp.host and smtp.port (587 with STARTTLS, 465 with TLS); a firewall may keep port {port} shut, as many do with port 25"
        ),
        SmtpError::Net(NetError::Tls { fault: Fault::PlainText, .. }) => format!(
            "port {port} begins in plain text: write encryption = \"starttls\", or name the port for TLS, usually 465"
        ),
        SmtpError::Net(NetError::Tls { fault, .. }) => advice::tls(*fault, *port),
        SmtpError::Net(NetError::NoStarttls { .. }) => {
            "write encryption = \"tls\" and port = 465; encryption = \"none\" only inside a trusted network".to_owned()
        }
        SmtpError::Net(_) => format!(
            "if port {port} expects TLS from the first byte (465 does), write encryption = \"tls\""
        ),
        SmtpError::Account(error) => advice::account(error),
        SmtpError::LoginRefused { answer, .. } if answer.contains("Set-CASMailbox") => {
            "an administrator must switch SMTP AUTH on for this mailbox; it takes effect within an hour".to_owned()
        }
        SmtpError::NoSignIn { .. } | SmtpError::LoginRefused { .. } => {
            "look at smtp.username, smtp.password and smtp.auth; many providers want a password for apps of its own, or have sending by programs switched off".to_owned()
        }
        SmtpError::TokenRefused { .. } => {
            "smtp.username must be the user who signed in to the account, also where sender is a shared mailbox; it needs the permission SMTP.Send, and the user the right to send as the sender (Add-RecipientPermission … SendAs). An application alone needs Add-MailboxPermission with the object ID of the enterprise application".to_owned()
        }
        SmtpError::Refused { .. }
        | SmtpError::TooLarge { .. }
        | SmtpError::Address(_)
        | SmtpError::Protocol { .. }
        | SmtpError::Broken { .. } => {
            "the whole dialogue is shown by: mscons-gateway send-test --dialogue".to_owned()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tenant_that_lets_nobody_send_by_smtp_is_known_by_its_words() {
        let endpoint = Smtp::default().endpoint();
        let refused = |answer: &str| SmtpError::LoginRefused {
            host: "smtp.office365.com".to_owned(),
            user: "meter@example.org".to_owned(),
            answer: answer.to_owned(),
        };
        let off = refused(
            "535 5.7.139 … (SMTP AUTH is switched off for the whole tenant: an administrator can allow it for this mailbox by Set-CASMailbox -SmtpClientAuthenticationDisabled $false)",
        );
        assert!(remedy(&off, &endpoint).contains("switch SMTP AUTH on"));
        let wrong = refused("535 5.7.8 authentication failed");
        assert!(remedy(&wrong, &endpoint).contains("smtp.password"));
    }
}
