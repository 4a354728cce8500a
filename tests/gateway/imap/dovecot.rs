//! A real server.

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use mscons_gateway::config::mailbox::{Encryption, Mailbox};
use mscons_gateway::mail::poll::{Session, wait_for_news};
use mscons_gateway::mail::{MailError, poll};
use mscons_gateway::mailbox::Outcome;
use tokio::sync::Semaphore;

use super::mailbox;
use crate::support::cutting::cut_after;
use crate::support::dovecot::{Dovecot, EXPIRED, GOOD, SELF_SIGNED, STRICT, WRONG_NAME};
use crate::support::ledger::Ledger;
use crate::support::polling::{poll_once, poll_with};

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
        ..mailbox(host, bed.imaps, user)
    }
}

#[tokio::test]
async fn every_kind_of_encryption_fetches() {
    let bed = Dovecot::shared();
    for (host, port, encryption) in [
        (GOOD, bed.imap, Encryption::None),
        (GOOD, bed.imap, Encryption::Auto),
        (GOOD, bed.imap, Encryption::Starttls),
        ("localhost", bed.imaps, Encryption::Tls),
        (STRICT, bed.imap, Encryption::Auto),
        (STRICT, bed.imap, Encryption::Starttls),
    ] {
        let user = format!("kind-{host}-{encryption:?}").to_lowercase();
        deliver(&bed, &user, 3);
        let mailbox = Mailbox {
            encryption,
            ca_file: Some(bed.ca_file()),
            ..mailbox(host, port, &user)
        };
        let summary = poll_once(&mailbox, &Ledger::default()).await.unwrap();
        assert_eq!(summary.durable, 3, "{host} {encryption:?}");
        assert_eq!(bed.mails(&user, "INBOX").len(), 3, "kept by default");
    }
}

#[tokio::test]
async fn an_unknown_issuer_is_refused_until_it_is_trusted() {
    let bed = Dovecot::shared();
    let unknown = over_tls(&bed, GOOD, "issuer", None);
    let error = poll_once(&unknown, &Ledger::default()).await.unwrap_err();
    assert!(error.to_string().contains("ca_file"), "{error}");
    let trusting = Mailbox {
        trust_all_certificates: true,
        ..unknown
    };
    poll_once(&trusting, &Ledger::default()).await.unwrap();
}

#[tokio::test]
async fn a_self_signed_certificate_is_refused_until_it_is_given() {
    let bed = Dovecot::shared();
    let refused = over_tls(&bed, SELF_SIGNED, "own", Some(bed.ca_file()));
    assert!(poll_once(&refused, &Ledger::default()).await.is_err());
    let given = over_tls(&bed, SELF_SIGNED, "own", Some(bed.own_certificate()));
    poll_once(&given, &Ledger::default()).await.unwrap();
}

#[tokio::test]
async fn a_wrong_name_and_an_old_date_are_named() {
    let bed = Dovecot::shared();
    let wrong = over_tls(&bed, WRONG_NAME, "name", Some(bed.ca_file()));
    let error = poll_once(&wrong, &Ledger::default()).await.unwrap_err();
    assert!(error.to_string().contains("wrong.example"), "{error}");
    let expired = over_tls(&bed, EXPIRED, "name", Some(bed.ca_file()));
    let error = poll_once(&expired, &Ledger::default()).await.unwrap_err();
    assert!(error.to_string().contains("expired at 2021"), "{error}");
    for mailbox in [wrong, expired] {
        let trusting = Mailbox {
            trust_all_certificates: true,
            ..mailbox
        };
        poll_once(&trusting, &Ledger::default()).await.unwrap();
    }
}

#[tokio::test]
async fn tls_on_the_plain_port_and_the_other_way_round_name_the_remedy() {
    let bed = Dovecot::shared();
    let tls_on_plain = Mailbox {
        encryption: Encryption::Tls,
        ..mailbox(GOOD, bed.imap, "port")
    };
    let error = poll_once(&tls_on_plain, &Ledger::default())
        .await
        .unwrap_err();
    assert!(error.to_string().contains("starttls"), "{error}");
}

#[tokio::test]
async fn a_wrong_password_is_told_in_the_servers_words() {
    let bed = Dovecot::shared();
    let mut wrong = mailbox(GOOD, bed.imap, "password");
    wrong.password = mscons_gateway::config::secret::Secret::Text("guessed".to_owned());
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
    let plain = mailbox(STRICT, bed.imap, "strict");
    let error = poll_once(&plain, &Ledger::default()).await.unwrap_err();
    assert!(matches!(error, MailError::NoSignIn { .. }), "{error}");
    assert!(error.to_string().contains("starttls"), "{error}");
}

#[tokio::test]
async fn a_folder_that_does_not_exist_is_named() {
    let bed = Dovecot::shared();
    let mut missing = mailbox(GOOD, bed.imap, "folder");
    missing.folder = "Zählerstände".to_owned();
    let error = poll_once(&missing, &Ledger::default()).await.unwrap_err();
    assert!(matches!(error, MailError::Folder { .. }), "{error}");
    assert!(error.to_string().contains("Zählerstände"), "{error}");
}

#[tokio::test]
async fn deleting_takes_what_was_stored_and_leaves_the_rest() {
    let bed = Dovecot::shared();
    let user = "delete";
    deliver(&bed, user, 5);
    bed.deliver(user, "INBOX", b"Subject: [private]\r\n\r\nhello\r\n");
    bed.deliver(user, "INBOX", b"Subject: [quarantine]\r\n\r\nodd\r\n");
    bed.deliver(user, "INBOX", &mail(0));
    let mut mailbox = mailbox(GOOD, bed.imap, user);
    mailbox.delete_after_fetch = true;
    let (ledger, mut session) = (Ledger::default(), Session::default());
    let summary = poll_with(&mailbox, &mut session, &ledger).await.unwrap();
    assert_eq!(
        (
            summary.durable,
            summary.duplicates,
            summary.quarantined,
            summary.irrelevant
        ),
        (8, 1, 1, 1)
    );
    assert_eq!(summary.released, 6);
    assert_eq!(bed.mails(user, "INBOX").len(), 2);
    // With release_quarantined, for a new process.
    mailbox.release_quarantined = true;
    let summary = poll_once(&mailbox, &ledger).await.unwrap();
    assert_eq!(summary.released, 1);
    assert_eq!(bed.mails(user, "INBOX").len(), 1);
}

#[tokio::test]
async fn moving_creates_the_folder_whatever_its_name() {
    let bed = Dovecot::shared();
    let user = "move";
    deliver(&bed, user, 3);
    let mut mailbox = mailbox(GOOD, bed.imap, user);
    mailbox.move_to = "Zählerstände & Co".to_owned();
    let (ledger, mut session) = (Ledger::default(), Session::default());
    let summary = poll_with(&mailbox, &mut session, &ledger).await.unwrap();
    assert_eq!(summary.released, 3);
    assert_eq!(bed.mails(user, "INBOX").len(), 0);
    assert_eq!(bed.mails(user, "Z&AOQ-hlerst&AOQ-nde &- Co").len(), 3);
    // Reading that folder finds them, too.
    mailbox.folder = mailbox.move_to.clone();
    mailbox.move_to = String::new();
    assert_eq!(poll_once(&mailbox, &ledger).await.unwrap().duplicates, 3);
}

#[tokio::test]
async fn mails_that_a_crash_left_between_stored_and_deleted_are_deleted() {
    let bed = Dovecot::shared();
    let user = "crash";
    deliver(&bed, user, 4);
    let mut mailbox = mailbox(GOOD, bed.imap, user);
    let ledger = Ledger::default();
    // Stored, and not deleted: as if the process had ended there.
    poll_once(&mailbox, &ledger).await.unwrap();
    bed.deliver(user, "INBOX", &mail(99));
    mailbox.delete_after_fetch = true;
    let summary = poll_once(&mailbox, &ledger).await.unwrap();
    assert_eq!(
        (summary.durable, summary.duplicates, summary.released),
        (5, 4, 5)
    );
    assert_eq!(bed.mails(user, "INBOX").len(), 0);
}

#[tokio::test]
async fn another_uidvalidity_makes_everything_new_and_harms_nothing() {
    let bed = Dovecot::shared();
    let user = "validity";
    deliver(&bed, user, 3);
    let mailbox = mailbox(GOOD, bed.imap, user);
    let ledger = Ledger::default();
    assert_eq!(poll_once(&mailbox, &ledger).await.unwrap().durable, 3);
    let first = ledger.books().cursors["INBOX"].validity;
    for entry in fs::read_dir(bed.maildir(user, "INBOX")).unwrap() {
        let path = entry.unwrap().path();
        if path
            .file_name()
            .unwrap()
            .to_str()
            .unwrap()
            .starts_with("dovecot")
        {
            let _ = fs::remove_file(path);
        }
    }
    // Dovecot's UIDVALIDITY is a time in seconds: wait for a condition, not for a time.
    let mut summary = poll_once(&mailbox, &ledger).await.unwrap();
    for _ in 0..50 {
        if ledger.books().cursors["INBOX"].validity != first {
            break;
        }
        bed.doveadm(user, &["mailbox update", "--uid-validity", "4711", "INBOX"]);
        summary = poll_once(&mailbox, &ledger).await.unwrap();
    }
    assert_ne!(ledger.books().cursors["INBOX"].validity, first);
    assert_eq!((summary.durable, summary.duplicates), (3, 3));
}

#[tokio::test]
async fn a_mail_that_another_client_removes_meanwhile_is_counted_and_settled() {
    let bed = Dovecot::shared();
    let user = "expunged";
    deliver(&bed, user, 1_500);
    let mailbox = mailbox(GOOD, bed.imap, user);
    let ledger = Ledger::default();
    let removed = AtomicBool::new(false);
    let remove = |_: u64, _: u64| {
        if !removed.swap(true, Ordering::SeqCst) {
            bed.doveadm(user, &["expunge", "mailbox", "INBOX", "uid", "1491:1500"]);
        }
    };
    let mut session = Session::default();
    let budget = || Arc::new(Semaphore::new(64 << 10));
    let summary = poll(&mailbox, &mut session, budget(), &ledger, &remove);
    let summary = summary.await.unwrap();
    // Dovecot may have given some of them before they were removed.
    assert_eq!(summary.announced, 1_500);
    let gone = summary.expunged + summary.not_given;
    assert_eq!(summary.durable + gone, 1_500, "{summary:?}");
    assert!(gone <= 10, "{summary:?}");
    if summary.not_given > 0 {
        // It has not told yet that they are gone; the next poll finds that out.
        let next = poll(&mailbox, &mut session, budget(), &ledger, &remove);
        assert_eq!(next.await.unwrap().not_given, 0);
    }
    let cursor = ledger.books().cursors["INBOX"].clone();
    assert_eq!((cursor.next, cursor.has_open()), (1_501, false));
}

#[tokio::test]
async fn two_thousand_mails_come_in_one_poll_and_the_memory_is_bounded() {
    let bed = Dovecot::shared();
    let user = "many";
    let padding = "x".repeat(12_000);
    for number in 0..2_000 {
        let text = format!("Subject: {number}\r\n\r\n{padding}\r\n");
        bed.deliver(user, "INBOX", text.as_bytes());
    }
    let mailbox = over_tls(&bed, GOOD, user, Some(bed.ca_file()));
    let ledger = Ledger::default();
    let mut session = Session::default();
    let summary = poll(
        &mailbox,
        &mut session,
        Arc::new(Semaphore::new(512)),
        &ledger,
        &|_, _| {},
    );
    let summary = summary.await.unwrap();
    assert_eq!((summary.announced, summary.durable), (2_000, 2_000));
    let books = ledger.books();
    assert_eq!(books.contents.len(), 2_000);
    assert!(
        books
            .mails
            .iter()
            .all(|(_, outcome)| *outcome == Outcome::Stored)
    );
    // 512 KiB and one mail.
    assert!(
        books.peak_bytes <= (512 << 10) + 2 * 12_100,
        "{}",
        books.peak_bytes
    );
    assert!(
        books.peak_bytes > 100_000,
        "many at once: {}",
        books.peak_bytes
    );
}

#[tokio::test]
async fn wherever_the_line_is_cut_no_mail_is_lost_and_none_counts_twice() {
    let bed = Dovecot::shared();
    let server = format!("{GOOD}:{}", bed.imap).parse().unwrap();
    let mut whole = false;
    let mut bytes = 0;
    while !whole {
        bytes += 61;
        let user = format!("cut{bytes}");
        deliver(&bed, &user, 3);
        let ledger = Ledger::default();
        let mut mailbox = mailbox(GOOD, cut_after(bytes, server).await, &user);
        mailbox.delete_after_fetch = true;
        let cut = poll_once(&mailbox, &ledger).await;
        whole = cut.is_ok();
        let stored = ledger.books().contents.len();
        let kept = bed.mails(&user, "INBOX").len();
        assert!(
            stored + kept >= 3,
            "{bytes}: {stored} stored, {kept} at the server"
        );
        // A new process, and a good line.
        mailbox.port = bed.imap;
        poll_once(&mailbox, &ledger).await.unwrap();
        let books = ledger.books();
        let counted = books
            .mails
            .iter()
            .filter(|(_, outcome)| *outcome == Outcome::Stored);
        assert_eq!((books.contents.len(), counted.count()), (3, 3), "{bytes}");
        assert_eq!(bed.mails(&user, "INBOX").len(), 0, "{bytes}");
        assert!(bytes < 100_000);
    }
    assert!(bytes > 1_000, "the first polls were cut");
}

#[tokio::test]
async fn idle_wakes_when_a_mail_comes_and_not_before() {
    let bed = Dovecot::shared();
    let user = "idle";
    deliver(&bed, user, 1);
    let mailbox = mailbox(GOOD, bed.imap, user);
    let (ledger, mut session) = (Ledger::default(), Session::default());
    poll_with(&mailbox, &mut session, &ledger).await.unwrap();
    // Given up by its caller, as at each poll by timer.
    let waited = tokio::time::timeout(
        Duration::from_millis(1_500),
        wait_for_news(&mailbox, &mut session),
    );
    assert!(waited.await.is_err(), "nothing came yet");
    assert_eq!(
        poll_with(&mailbox, &mut session, &ledger)
            .await
            .unwrap()
            .announced,
        0
    );

    let (woken, ()) = tokio::join!(wait_for_news(&mailbox, &mut session), async {
        bed.deliver(user, "INBOX", &mail(7));
    });
    assert!(woken.unwrap());
    assert_eq!(
        poll_with(&mailbox, &mut session, &ledger)
            .await
            .unwrap()
            .durable,
        1
    );
    session.close().await;
}
