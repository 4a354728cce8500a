//! Sending by SMTP: each encryption and each sign-in at a real Postfix, and servers that misbehave
//! by script.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::thread;

use mscons_gateway::config::mailbox::Encryption;
use mscons_gateway::config::secret::Secret;
use mscons_gateway::config::smtp::{Auth, Smtp};
use mscons_gateway::mail::compose::{Letter, Outgoing, compose};
use mscons_gateway::mail::smtp::{Connection, Login, SmtpError, Transcript, connect, connect_as};
use mscons_gateway::net::NetError;
use mscons_gateway::oauth::Accounts;

use crate::run::gateway::Home;
use crate::support::dovecot::PASSWORD;
use crate::support::postfix::Postfix;

fn server(port: u16, encryption: Encryption) -> Smtp {
    Smtp {
        host: "127.0.0.1".to_owned(),
        port,
        encryption,
        username: "meter".to_owned(),
        password: Secret::Text(PASSWORD.to_owned()),
        sender: "Meter data <meter@example.org>".to_owned(),
        ..Smtp::default()
    }
}

fn mail(to: &str, text: &str) -> Outgoing {
    let letter = Letter {
        from: "Meter data <meter@example.org>",
        to,
        subject: "Zählerstände",
        text,
        html: None,
        attachments: &[],
        message_id: "1@example.org",
        written: 1_764_288_000,
    };
    compose(&letter).unwrap()
}

async fn connected(server: &Smtp) -> (Result<Connection, SmtpError>, Transcript) {
    let transcript = Transcript::default();
    let connection = connect(server, &Accounts::none(), &transcript).await;
    (connection, transcript)
}

#[tokio::test]
async fn a_mail_goes_by_every_encryption_and_its_secrets_stay_out_of_the_dialogue() {
    let bed = Postfix::shared();
    for (port, encryption, encrypted) in [
        (bed.submission, Encryption::Starttls, true),
        (bed.submission, Encryption::Auto, true),
        (bed.submissions, Encryption::Tls, true),
        (bed.plain, Encryption::Auto, false),
        (bed.plain, Encryption::None, false),
    ] {
        let server = Smtp {
            ca_file: Some(bed.ca_file()),
            ..server(port, encryption)
        };
        let (connection, transcript) = connected(&server).await;
        let mut connection = connection.unwrap();
        assert_eq!(connection.is_encrypted(), encrypted);
        let text = format!("over {encryption:?} at {port}\n.\n.. a line with a dot\n");
        let taken = connection
            .send(&mail("you@example.net", &text))
            .await
            .unwrap();
        assert!(taken.starts_with("250 2.0.0 Ok"), "{taken}");
        connection.quit().await;
        let came = bed.delivered(&format!("over {encryption:?} at {port}"));
        assert!(came.contains("\n.\n.. a line with a dot\n"), "{came}");
        let told = transcript.to_string();
        assert!(!told.contains("AG1ldGVyAHNlY3JldA=="), "{told}");
        assert!(
            told.contains("C: AUTH PLAIN <hidden, 20 bytes>\nS: 235"),
            "{told}"
        );
        assert!(told.contains(" bytes>\nS: 250 2.0.0 Ok"), "{told}");
    }
}

#[tokio::test]
async fn a_relay_takes_mail_without_a_sign_in() {
    let bed = Postfix::shared();
    let relay = Smtp {
        auth: Auth::None,
        ca_file: Some(bed.ca_file()),
        ..server(bed.relay, Encryption::Starttls)
    };
    let (connection, _) = connected(&relay).await;
    let sent = connection
        .unwrap()
        .send(&mail("you@example.net", "by relay"))
        .await;
    assert!(sent.is_ok(), "{sent:?}");
    let with_password = Smtp {
        auth: Auth::Password,
        ..relay
    };
    let (refused, _) = connected(&with_password).await;
    let error = refused.unwrap_err().to_string();
    assert!(
        error.contains("it offers no sign-in on this port"),
        "{error}"
    );
}

#[tokio::test]
async fn a_refused_recipient_stops_no_other_and_tells_whether_it_may_pass() {
    let bed = Postfix::shared();
    let (connection, _) = connected(&server(bed.plain, Encryption::None)).await;
    let mut connection = connection.unwrap();
    for (to, code, is_transient) in [
        ("reject@example.net", 550, false),
        ("defer@example.net", 450, true),
        ("late@example.net", 554, false),
    ] {
        let error = connection.send(&mail(to, "refused")).await.unwrap_err();
        let SmtpError::Refused { code: answered, .. } = &error else {
            panic!("{error}")
        };
        assert_eq!(
            (*answered, error.is_transient()),
            (code, is_transient),
            "{error}"
        );
    }
    let large = mail("you@example.net", &format!("{:x<60}\n", "").repeat(20_000));
    let error = connection.send(&large).await.unwrap_err();
    assert!(
        matches!(
            error,
            SmtpError::TooLarge {
                limit_bytes: 1_000_000,
                ..
            }
        ),
        "{error}"
    );
    let sent = connection
        .send(&mail("you@example.net", "after refusals"))
        .await;
    assert!(sent.is_ok(), "{sent:?}");
    bed.delivered("after refusals");
}

#[tokio::test]
async fn what_is_wrong_with_the_connection_or_the_login_is_said() {
    let bed = Postfix::shared();
    let with = |change: fn(&mut Smtp), port, encryption| {
        let mut server = server(port, encryption);
        change(&mut server);
        server
    };
    for (server, expected) in [
        (
            with(
                |s| s.password = Secret::Text("wrong".to_owned()),
                bed.plain,
                Encryption::None,
            ),
            "refused the login of meter: 535",
        ),
        (
            with(|_| {}, bed.plain, Encryption::Starttls),
            "offers no STARTTLS",
        ),
        (with(|_| {}, bed.submissions, Encryption::Tls), "issuer"),
        (
            with(|_| {}, bed.submission, Encryption::None),
            "it offers no sign-in without encryption",
        ),
    ] {
        let (refused, _) = connected(&server).await;
        let error = refused.unwrap_err();
        assert!(error.to_string().contains(expected), "{error}");
        assert!(!error.is_transient(), "{error}");
    }
    let trusting = with(
        |s| s.trust_all_certificates = true,
        bed.submissions,
        Encryption::Tls,
    );
    assert!(connected(&trusting).await.0.is_ok());
}

#[tokio::test]
async fn the_reason_of_a_refused_token_is_shown() {
    let bed = Postfix::shared();
    let server = server(bed.plain, Encryption::None);
    let transcript = Transcript::default();
    let login = Login::Token {
        username: "meter",
        token: "no-token-at-all",
    };
    let error = connect_as(&server, &login, &transcript).await.unwrap_err();
    assert!(matches!(error, SmtpError::TokenRefused { .. }), "{error}");
    let text = error.to_string();
    assert!(
        text.contains("535") && text.contains("\"status\":\"401\""),
        "{text}"
    );
    assert!(!format!("{transcript}{text}").contains("no-token-at-all"));
}

/// A server that says what it wants, one line of its script for each line that it hears.
fn scripted(script: &'static [&'static str]) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut heard = BufReader::new(stream.try_clone().unwrap());
        for (said, line) in script.iter().enumerate() {
            if said > 0 {
                let _ = heard.read_line(&mut String::new());
            }
            // The client may have heard enough.
            let _ = stream.write_all(line.as_bytes());
        }
    });
    port
}

#[tokio::test]
async fn servers_that_misbehave_are_told_by_name() {
    type Check = fn(&SmtpError) -> bool;
    let cases: [(&'static [&'static str], &str, Check); 6] = [
        (&["* OK IMAP ready\r\n"], "no reply of SMTP", |e| {
            matches!(e, SmtpError::Protocol { .. })
        }),
        (
            &["421 too busy\r\n"],
            "421 too busy",
            SmtpError::is_transient,
        ),
        (&["554 go away\r\n"], "554 go away", |e| !e.is_transient()),
        (
            &["220 ready\r\n", "250-a\r\n250-b\r\n"],
            "broke",
            SmtpError::is_transient,
        ),
        (
            &[
                "220 ready\r\n",
                "250-a\r\n250 STARTTLS\r\n",
                "220 go\r\n250 forged\r\n",
            ],
            "anyone on the line could have put it there",
            |e| matches!(e, SmtpError::Net(NetError::Injected { .. })),
        ),
        (
            &[
                "220 ready\r\n",
                "250-a\r\n250 STARTTLS\r\n",
                "454 later\r\n",
            ],
            "STARTTLS with 454 later",
            SmtpError::is_transient,
        ),
    ];
    for (script, expected, check) in cases {
        let server = server(scripted(script), Encryption::Starttls);
        let (refused, _) = connected(&server).await;
        let error = refused.unwrap_err();
        assert!(error.to_string().contains(expected), "{error}");
        assert!(check(&error), "{error:?}");
    }
}

#[test]
fn send_test_tells_how_it_went_and_shows_the_dialogue_if_it_did_not() {
    let bed = Postfix::shared();
    let home = Home::new();
    home.configure(&[format!(
        "[smtp]\nhost = \"127.0.0.1\"\nport = {}\nencryption = \"none\"\nusername = \"meter\"\npassword = \"{PASSWORD}\"\nsender = \"Meter data <meter@example.org>\"\ntest_recipients = [\"first@example.net\"]\n",
        bed.plain
    )]);
    let (code, out, err) = home.command(&["send-test", "--dialogue"]);
    assert_eq!(code, Some(0), "{err}");
    assert!(out.starts_with("first@example.net: 250 2.0.0 Ok"), "{out}");
    assert!(out.ends_with("C: QUIT\nS: 221 2.0.0 Bye\n"), "{out}");
    let came = bed.delivered("To: first@example.net");
    assert!(came.contains("Auto-Submitted: auto-generated"), "{came}");

    let (code, out, err) = home.command(&["send-test", "--to", "reject@example.net"]);
    assert_eq!(code, Some(1));
    assert!(err.contains("answered RCPT with 550 5.1.1"), "{err}");
    assert!(
        out.contains("C: RCPT TO:<reject@example.net>\nS: 550 5.1.1"),
        "{out}"
    );
    assert!(!out.contains("AG1ldGVyAHNlY3JldA=="), "{out}");

    let (code, out, err) = home.command(&["doctor"]);
    assert_eq!(code, Some(0), "{out}{err}");
    assert!(
        out.contains("smtp: sign-in") && out.contains("AUTH PLAIN LOGIN XOAUTH2"),
        "{out}"
    );

    let (code, _, err) = home.command(&["send-test", "--to", "nobody"]);
    assert_eq!(code, Some(2));
    assert!(err.contains("is no mail address"), "{err}");
    home.configure(&[]);
    let (code, _, err) = home.command(&["send-test"]);
    assert_eq!(code, Some(2));
    assert!(err.contains("smtp.host is empty"), "{err}");
}
