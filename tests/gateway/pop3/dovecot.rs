//! A real server.

use std::path::PathBuf;

use mscons_gateway::config::mailbox::{Encryption, Mailbox};
use mscons_gateway::config::secret::Secret;
use mscons_gateway::mail::MailError;
use mscons_gateway::mail::poll::Session;
use mscons_gateway::mailbox::Outcome;

use super::mailbox;
use crate::support::cutting::cut_after;
use crate::support::dovecot::{Dovecot, EXPIRED, GOOD, SELF_SIGNED, STRICT, WRONG_NAME};
use crate::support::ledger::Ledger;
use crate::support::polling::{poll_once, poll_within};

fn mail(number: usize) -> Vec<u8> {
    format!("From: netz@example.net\r\nSubject: {number}\r\n\r\nMail {number}\r\n").into_bytes()
}

fn deliver(bed: &Dovecot, user: &str, count: usize) {
    for number in 0..count {
        bed.deliver(user, "INBOX", &mail(number));
    }
}

fn over_tls(bed: &Dovecot, host: &str, user: &str, ca_file: Option<PathBuf>) -> Mailbox {
    Mailbox {
        encryption: Encryption::Tls,
        ca_file,
        ..mailbox(host, bed.pop3s, user)
    }
}

#[tokio::test]
async fn every_kind_of_encryption_fetches_and_leaves_the_mails_there() {
    let bed = Dovecot::shared();
    for (host, port, encryption) in [
        (GOOD, bed.pop3, Encryption::None),
        (GOOD, bed.pop3, Encryption::Auto),
        (GOOD, bed.pop3, Encryption::Starttls),
        ("localhost", bed.pop3s, Encryption::Tls),
        (STRICT, bed.pop3, Encryption::Auto),
        (STRICT, bed.pop3, Encryption::Starttls),
    ] {
        let user = format!("pop-{host}-{encryption:?}").to_lowercase();
        deliver(&bed, &user, 3);
        let mailbox = Mailbox {
            encryption,
            ca_file: Some(bed.ca_file()),
            ..mailbox(host, port, &user)
        };
        let ledger = Ledger::default();
        let summary = poll_once(&mailbox, &ledger).await.unwrap();
        assert_eq!(summary.durable, 3, "{host} {encryption:?}");
        assert!(ledger.books().contents.contains(&mail(2)));
        assert_eq!(poll_once(&mailbox, &ledger).await.unwrap().announced, 0);
        assert_eq!(bed.mails(&user, "INBOX").len(), 3, "never deleted");
    }
}

#[tokio::test]
async fn a_self_signed_certificate_is_refused_until_it_is_given_or_all_are_trusted() {
    let bed = Dovecot::shared();
    let refused = over_tls(&bed, SELF_SIGNED, "pop-own", Some(bed.ca_file()));
    let error = poll_once(&refused, &Ledger::default()).await.unwrap_err();
    assert!(error.to_string().contains("ca_file"), "{error}");
    let given = over_tls(&bed, SELF_SIGNED, "pop-own", Some(bed.own_certificate()));
    poll_once(&given, &Ledger::default()).await.unwrap();
    for host in [SELF_SIGNED, WRONG_NAME, EXPIRED] {
        let trusting = Mailbox {
            trust_all_certificates: true,
            ..over_tls(&bed, host, "pop-own", None)
        };
        poll_once(&trusting, &Ledger::default()).await.unwrap();
    }
}

#[tokio::test]
async fn stls_checks_the_certificate_too() {
    let bed = Dovecot::shared();
    let wrong = Mailbox {
        encryption: Encryption::Starttls,
        ca_file: Some(bed.ca_file()),
        ..mailbox(WRONG_NAME, bed.pop3, "pop-name")
    };
    let error = poll_once(&wrong, &Ledger::default()).await.unwrap_err();
    assert!(error.to_string().contains("wrong.example"), "{error}");
}

#[tokio::test]
async fn tls_on_the_plain_port_names_the_remedy() {
    let bed = Dovecot::shared();
    let tls_on_plain = Mailbox {
        encryption: Encryption::Tls,
        ..mailbox(GOOD, bed.pop3, "pop-port")
    };
    let error = poll_once(&tls_on_plain, &Ledger::default())
        .await
        .unwrap_err();
    assert!(error.to_string().contains("starttls"), "{error}");
}

#[tokio::test]
async fn a_wrong_password_is_told_in_the_servers_words() {
    let bed = Dovecot::shared();
    let mut wrong = mailbox(GOOD, bed.pop3, "pop-password");
    wrong.password = Secret::Text("guessed".to_owned());
    let error = poll_once(&wrong, &Ledger::default()).await.unwrap_err();
    assert!(matches!(error, MailError::LoginRefused { .. }), "{error}");
    let text = error.to_string();
    assert!(
        text.contains("Authentication failed") && !text.contains("guessed"),
        "{text}"
    );
}

#[tokio::test]
async fn a_password_is_not_sent_where_it_is_refused() {
    let bed = Dovecot::shared();
    let plain = mailbox(STRICT, bed.pop3, "pop-strict");
    let error = poll_once(&plain, &Ledger::default()).await.unwrap_err();
    assert!(matches!(error, MailError::NoSignIn { .. }), "{error}");
    assert!(error.to_string().contains("starttls"), "{error}");
}

#[tokio::test]
async fn a_thousand_mails_come_in_one_poll_and_the_memory_is_bounded() {
    let bed = Dovecot::shared();
    let user = "pop-many";
    let padding = ".x\r\n".repeat(3_000);
    for number in 0..1_000 {
        let text = format!("Subject: {number}\r\n\r\n{padding}");
        bed.deliver(user, "INBOX", text.as_bytes());
    }
    let mailbox = over_tls(&bed, GOOD, user, Some(bed.ca_file()));
    let ledger = Ledger::default();
    let summary = poll_within(512, &mailbox, &mut Session::default(), &ledger)
        .await
        .unwrap();
    assert_eq!((summary.announced, summary.durable), (1_000, 1_000));
    {
        let books = ledger.books();
        assert!(books.mails.iter().all(|(_, o)| *o == Outcome::Stored));
        let last = format!("Subject: 999\r\n\r\n{padding}");
        assert!(books.contents.contains(last.as_bytes()), "byte for byte");
        // 512 KiB and one mail.
        let peak = books.peak_bytes;
        assert!(
            (100_000..=(512 << 10) + 2 * 12_100).contains(&peak),
            "{peak}"
        );
    }
    assert_eq!(poll_once(&mailbox, &ledger).await.unwrap().announced, 0);
    assert_eq!(bed.mails(user, "INBOX").len(), 1_000);
}

#[tokio::test]
async fn a_mail_over_the_limit_is_told_and_not_fetched_again() {
    let bed = Dovecot::shared();
    let user = "pop-large";
    bed.deliver(user, "INBOX", &b"0123456789abcde\r\n".repeat(1 << 17));
    deliver(&bed, user, 1);
    let mut mailbox = mailbox(GOOD, bed.pop3, user);
    mailbox.max_mail_size = mscons_gateway::config::units::ByteSize::from_mib(1);
    let ledger = Ledger::default();
    let summary = poll_once(&mailbox, &ledger).await.unwrap();
    assert_eq!((summary.durable, summary.too_large), (1, 1));
    assert!(summary.bytes < 1_000);
    assert_eq!(poll_once(&mailbox, &ledger).await.unwrap().announced, 0);
}

#[tokio::test]
async fn wherever_the_line_is_cut_no_mail_counts_twice_and_all_come() {
    let bed = Dovecot::shared();
    let server = format!("{GOOD}:{}", bed.pop3).parse().unwrap();
    let (mut whole, mut bytes) = (false, 0);
    while !whole {
        bytes += 37;
        let user = format!("pop-cut{bytes}");
        deliver(&bed, &user, 3);
        let ledger = Ledger::default();
        let mut mailbox = mailbox(GOOD, cut_after(bytes, server).await, &user);
        whole = poll_once(&mailbox, &ledger).await.is_ok();
        // A new process, and a good line.
        mailbox.port = bed.pop3;
        while let Err(error) = poll_once(&mailbox, &ledger).await {
            // The server may still be at the session that was cut.
            assert!(matches!(error, MailError::Throttled { .. }), "{error}");
        }
        let books = ledger.books();
        assert_eq!((books.contents.len(), books.mails.len()), (3, 3), "{bytes}");
        assert!(bytes < 100_000);
    }
    assert!(bytes > 300, "the first polls were cut");
}
