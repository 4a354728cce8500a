//! What Exchange Online does and a Dovecot does not, by script.

use mscons_gateway::config::Gateway as Config;
use mscons_gateway::config::mailbox::{Auth, Encryption, Mailbox};
use mscons_gateway::config::microsoft::{Flow, Microsoft};
use mscons_gateway::config::secret::Secret;
use mscons_gateway::mail::MailError;
use mscons_gateway::mail::visit::{Newest, Reached, visit};
use mscons_gateway::oauth::Accounts;
use mscons_gateway::upkeep::doctor::{Verdict, examine};
use tempfile::TempDir;

use super::*;
use crate::support::scripted::{Scripted, bytes, say};

/// An application that signs in by itself, and where its files are.
fn application(entra: &Entra) -> (Accounts, TempDir) {
    drop(rustls::crypto::ring::default_provider().install_default());
    let data_dir = tempfile::tempdir().unwrap();
    let account = Microsoft {
        name: "office".to_owned(),
        tenant_id: TENANT.to_owned(),
        client_id: "app-1".to_owned(),
        client_secret: Secret::Text("secret".to_owned()),
        authority: entra.authority(),
        flow: Flow::ClientCredentials,
        ..Microsoft::default()
    };
    let config = Config {
        data_dir: data_dir.path().to_owned(),
        microsoft: vec![account],
        ..Config::default()
    };
    (Accounts::open(&config), data_dir)
}

fn mailbox(server: &Scripted) -> Mailbox {
    Mailbox {
        name: "meter".to_owned(),
        host: "127.0.0.1".to_owned(),
        port: server.port,
        encryption: Encryption::None,
        auth: Auth::Microsoft,
        username: "meter@example.org".to_owned(),
        ..Mailbox::default()
    }
}

/// XOAUTH2 of the mailbox in base64 begins so.
const TOKEN: &str = "dXNlcj1tZXRlckBleGFtcGxlLm9yZwFhdXRo";
/// What it offers after the sign-in, in some tenants.
const OFFER: &str = "AUTH=XOAUTH2 LOGINDISABLED UIDPLUS MOVE ID ENABLE IMAP4rev2";

#[tokio::test]
async fn without_sasl_ir_the_token_goes_in_a_line_of_its_own_and_nothing_is_enabled() {
    let entra = Entra::start();
    let (accounts, _data_dir) = application(&entra);
    let server = Scripted::imap(OFFER, 1, |command| match command {
        "AUTHENTICATE XOAUTH2" => say("+ \r\n"),
        command if command.starts_with(TOKEN) => say("$I OK AUTHENTICATE completed.\r\n"),
        _ => None,
    })
    .await;
    let (seen, came) = visit(&mailbox(&server), &accounts, Newest::NONE).await;
    came.unwrap();
    assert_eq!(seen.reached, Reached::Folder);
    assert_eq!(server.count(TOKEN), 1);
    assert_eq!(server.count("ENABLE"), 0);
    assert_eq!(server.count("LOGIN"), 0);
}

#[tokio::test]
async fn the_json_of_a_refusal_is_answered_and_shown_and_one_new_token_is_tried() {
    let entra = Entra::start();
    let (accounts, _data_dir) = application(&entra);
    // {"status":"400","schemes":"Bearer"}
    let reason = "+ eyJzdGF0dXMiOiI0MDAiLCJzY2hlbWVzIjoiQmVhcmVyIn0=\r\n";
    let offer = "AUTH=XOAUTH2 SASL-IR UIDPLUS";
    let server = Scripted::imap(offer, 1, move |command| match command {
        "" => say("$I NO AUTHENTICATE failed.\r\n"),
        command if command.starts_with("AUTHENTICATE XOAUTH2 ") => say(reason),
        _ => None,
    })
    .await;
    let (seen, came) = visit(&mailbox(&server), &accounts, Newest::NONE).await;
    let error = came.unwrap_err();
    assert!(matches!(error, MailError::TokenRefused { .. }), "{error}");
    let text = error.to_string();
    assert!(
        text.contains("AUTHENTICATE failed") && text.contains("\"status\":\"400\""),
        "{text}"
    );
    assert_eq!(seen.reached, Reached::Server);
    let tried: Vec<String> = server
        .heard()
        .into_iter()
        .filter(|line| line.contains(TOKEN))
        .collect();
    assert_eq!(tried.len(), 2);
    assert_ne!(tried[0], tried[1], "the second is a new one");
    assert_eq!(entra.requests("client_credentials"), 2);
}

#[tokio::test]
async fn a_server_that_takes_no_tokens_is_sent_none() {
    let entra = Entra::start();
    let (accounts, _data_dir) = application(&entra);
    let server = Scripted::imap("AUTH=PLAIN SASL-IR", 1, |_| None).await;
    let (_, came) = visit(&mailbox(&server), &accounts, Newest::NONE).await;
    let error = came.unwrap_err().to_string();
    assert!(error.contains("offers no XOAUTH2"), "{error}");
    assert_eq!(server.count("AUTHENTICATE"), 0);
}

#[tokio::test]
async fn doctor_tells_of_mails_that_exchange_cannot_convert() {
    let substitute = "From: \"Microsoft Exchange Server\" <x@y>\r\nSubject: Retrieval using the IMAP4 protocol failed for the following message: 2\r\n\r\nThe server couldn't retrieve it\r\n";
    let server = Scripted::imap("SASL-IR AUTH=PLAIN UIDPLUS", 3, move |command| {
        let asks = command.starts_with("UID FETCH") && command.contains("BODY.PEEK");
        // The first comes as another mail, of the second nothing does, and it is "OK".
        let length = substitute.len();
        asks.then(|| {
            bytes(format!(
                "* 1 FETCH (UID 1 BODY[] {{{length}}}\r\n{substitute})\r\n\
                 * 3 FETCH (UID 3 BODY[] {{3}}\r\nabc)\r\n$T OK FETCH completed.\r\n"
            ))
        })
    })
    .await;
    let mailbox = Mailbox {
        auth: Auth::Password,
        ..mailbox(&server)
    };
    let newest = Newest {
        mails: 20,
        bytes: 1 << 20,
    };
    let nobody = Accounts::none();
    let examined = examine(&mailbox, &nobody, newest, 0).await;
    assert_eq!(
        (examined.visit.not_given, examined.visit.newest.len()),
        (2, 1)
    );
    let check = examined.checks.last().unwrap();
    assert_eq!(
        (check.name.as_str(), check.verdict),
        ("mailbox meter: mails", Verdict::Warning)
    );
    assert!(check.advice.contains("Outlook on the web"), "{check:?}");
}
