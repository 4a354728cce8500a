//! What servers do that lose mails elsewhere, one script each.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use mscons_gateway::config::mailbox::{Encryption, Mailbox};
use mscons_gateway::config::units::ByteSize;
use mscons_gateway::mail::poll::{Session, wait_for_news};
use mscons_gateway::mail::{MailError, poll};
use mscons_gateway::mailbox::Outcome;
use mscons_gateway::net::NetError;
use tokio::sync::Semaphore;

use super::mailbox;
use crate::support::ledger::Ledger;
use crate::support::polling::{poll_once, poll_with};
use crate::support::scripted::{Scripted, bytes, drip, last, say};

const GOOD: &str = "SASL-IR AUTH=PLAIN UIDPLUS MOVE IDLE ID";

fn at(server: &Scripted) -> Mailbox {
    mailbox("127.0.0.1", server.port, "anna")
}

fn uid(command: &str, uid: u32) -> bool {
    command.starts_with("UID FETCH") && command.contains("BODY.PEEK") && {
        let set = command.split(' ').nth(2).unwrap();
        set.split(',').any(|part| {
            let (first, last) = part.split_once(':').unwrap_or((part, part));
            let (first, last): (u32, u32) = (first.parse().unwrap(), last.parse().unwrap());
            (first..=last).contains(&uid)
        })
    }
}

#[tokio::test]
async fn a_fetch_that_is_refused_for_one_mail_still_brings_the_others() {
    for word in ["NO", "BAD"] {
        let server = Scripted::imap(GOOD, 5, move |command| {
            uid(command, 3)
                .then(|| bytes(format!("$T {word} Some messages could not be fetched\r\n")))
        })
        .await;
        let ledger = Ledger::default();
        let summary = poll_once(&at(&server), &ledger).await.unwrap();
        assert_eq!((summary.durable, summary.not_given), (4, 1), "{word}");
        let cursor = ledger.books().cursors["INBOX"].clone();
        assert!(!cursor.is_settled(3) && cursor.is_settled(2) && cursor.is_settled(5));
    }
}

#[tokio::test]
async fn a_fetch_that_is_refused_for_all_mails_is_an_error() {
    let server = Scripted::imap(GOOD, 3, |command| {
        command
            .contains("BODY.PEEK")
            .then(|| bytes("$T NO not today\r\n".to_owned()))
    })
    .await;
    let error = poll_once(&at(&server), &Ledger::default())
        .await
        .unwrap_err();
    assert!(matches!(error, MailError::Refused { .. }), "{error}");
    assert!(error.to_string().contains("not today"));
}

#[tokio::test]
async fn a_listing_that_is_refused_is_an_error_and_not_an_empty_mailbox() {
    let server = Scripted::imap(GOOD, 3, |command| {
        command
            .contains("RFC822.SIZE")
            .then(|| bytes("$T BAD what?\r\n".to_owned()))
    })
    .await;
    let error = poll_once(&at(&server), &Ledger::default())
        .await
        .unwrap_err();
    assert!(matches!(error, MailError::Refused { .. }), "{error}");
}

#[tokio::test]
async fn an_empty_a_missing_and_a_nil_body_are_asked_for_again() {
    for body in ["BODY[] {0}\r\n", "BODY[] NIL", "BODY[] \"\"", "FLAGS ()"] {
        let answers = Arc::new(AtomicUsize::new(0));
        let server = Scripted::imap(GOOD, 1, move |command| {
            if uid(command, 1) && answers.fetch_add(1, Ordering::SeqCst) == 0 {
                return say(format!("* 1 FETCH (UID 1 {body})\r\n$T OK done\r\n"));
            }
            None
        })
        .await;
        let (ledger, mut session) = (Ledger::default(), Session::default());
        let first = poll_with(&at(&server), &mut session, &ledger)
            .await
            .unwrap();
        assert_eq!((first.durable, first.not_given), (0, 1), "{body}");
        let second = poll_with(&at(&server), &mut session, &ledger)
            .await
            .unwrap();
        assert_eq!((second.durable, second.not_given), (1, 0), "{body}");
    }
}

#[tokio::test]
async fn ok_without_data_is_not_given_and_never_deleted() {
    let server = Scripted::imap(GOOD, 3, |command| {
        command
            .contains("BODY.PEEK")
            .then(|| bytes("$T OK FETCH completed.\r\n".to_owned()))
    })
    .await;
    let mut mailbox = at(&server);
    mailbox.delete_after_fetch = true;
    let ledger = Ledger::default();
    let summary = poll_once(&mailbox, &ledger).await.unwrap();
    assert_eq!(
        (summary.announced, summary.not_given, summary.released),
        (3, 3, 0)
    );
    assert_eq!(server.count("UID STORE"), 0);
    assert_eq!(ledger.books().mails, []);
}

#[tokio::test]
async fn exchanges_substitute_mail_is_not_given() {
    let text = "From: \"Microsoft Exchange Server\" <a@b>\r\nSubject: Retrieval using the IMAP4 protocol failed for the following message: 1\r\n\r\nsorry\r\n";
    let server = Scripted::imap(GOOD, 1, move |command| {
        uid(command, 1).then(|| {
            let length = text.len();
            bytes(format!(
                "* 1 FETCH (UID 1 BODY[] {{{length}}}\r\n{text})\r\n$T OK\r\n"
            ))
        })
    })
    .await;
    let summary = poll_once(&at(&server), &Ledger::default()).await.unwrap();
    assert_eq!((summary.durable, summary.not_given), (0, 1));
}

#[tokio::test]
async fn a_mail_left_out_of_the_listing_is_not_taken_for_expunged() {
    let server = Scripted::imap(GOOD, 3, |command| {
        let list =
            "* 1 FETCH (UID 1 RFC822.SIZE 9)\r\n* 3 FETCH (UID 3 RFC822.SIZE 9)\r\n$T OK\r\n";
        command
            .contains("RFC822.SIZE")
            .then(|| bytes(list.to_owned()))
    })
    .await;
    let ledger = Ledger::default();
    let summary = poll_once(&at(&server), &ledger).await.unwrap();
    assert_eq!((summary.announced, summary.durable), (3, 3));
}

#[tokio::test]
async fn a_mail_larger_than_announced_is_not_loaded_and_the_rest_comes() {
    let server = Scripted::imap(GOOD, 3, |command| {
        uid(command, 2).then(|| {
            let large = "x".repeat(2_000_000);
            bytes(format!(
                "* 1 FETCH (UID 1 BODY[] {{5}}\r\nfirst)\r\n* 2 FETCH (UID 2 BODY[] {{2000000}}\r\n{large})\r\n* 3 FETCH (UID 3 BODY[] {{5}}\r\nthird)\r\n$T OK\r\n"
            ))
        })
    })
    .await;
    let mut mailbox = at(&server);
    mailbox.max_mail_size = ByteSize::from_mib(1);
    let ledger = Ledger::default();
    let summary = poll_once(&mailbox, &ledger).await.unwrap();
    assert_eq!((summary.durable, summary.too_large), (2, 1));
    assert_eq!(server.count("AUTHENTICATE"), 1, "the connection goes on");
}

#[tokio::test]
async fn an_announcement_of_four_gigabytes_ends_the_poll_with_its_number() {
    let server = Scripted::imap(GOOD, 1, |command| {
        uid(command, 1).then(|| bytes("* 1 FETCH (UID 1 BODY[] {4294967295}\r\n".to_owned()))
    })
    .await;
    let error = poll_once(&at(&server), &Ledger::default())
        .await
        .unwrap_err();
    assert!(matches!(error, MailError::Protocol { .. }), "{error}");
    assert!(error.to_string().contains("4294967295"), "{error}");
}

#[tokio::test]
async fn an_end_inside_a_literal_is_an_error_and_what_was_whole_is_kept() {
    let server = Scripted::imap(GOOD, 2, |command| {
        uid(command, 1).then(|| {
            last(
                "* 1 FETCH (UID 1 BODY[] {5}\r\nwhole)\r\n* 2 FETCH (UID 2 BODY[] {99}\r\nhalf"
                    .to_owned(),
            )
        })
    })
    .await;
    let ledger = Ledger::default();
    let error = poll_once(&at(&server), &ledger).await.unwrap_err();
    assert!(error.is_transient(), "{error}");
    let books = ledger.books();
    assert_eq!(books.mails.len(), 1);
    assert!(books.cursors["INBOX"].is_settled(1) && !books.cursors["INBOX"].is_settled(2));
}

#[tokio::test]
async fn an_end_between_two_mails_is_an_error() {
    let server = Scripted::imap(GOOD, 2, |command| {
        uid(command, 1)
            .then(|| last("* 1 FETCH (UID 1 BODY[] {5}\r\nwhole)\r\n* BYE bored\r\n".to_owned()))
    })
    .await;
    let error = poll_once(&at(&server), &Ledger::default())
        .await
        .unwrap_err();
    assert!(matches!(error, MailError::Broken { .. }), "{error}");
    assert!(error.to_string().contains("bored"), "{error}");
}

#[tokio::test]
async fn bytes_behind_starttls_are_refused() {
    let server = Scripted::imap("STARTTLS LOGINDISABLED", 0, |command| {
        (command == "STARTTLS")
            .then(|| bytes("$T OK go\r\n* CAPABILITY IMAP4rev1 AUTH=PLAIN\r\n".to_owned()))
    })
    .await;
    let mut mailbox = at(&server);
    mailbox.encryption = Encryption::Starttls;
    let error = poll_once(&mailbox, &Ledger::default()).await.unwrap_err();
    assert!(
        matches!(error, MailError::Net(NetError::Injected { .. })),
        "{error}"
    );
    assert_eq!(server.count("AUTHENTICATE") + server.count("LOGIN"), 0);
}

#[tokio::test]
async fn starttls_that_is_not_offered_is_never_replaced_by_clear_text() {
    let server = Scripted::imap("AUTH=PLAIN", 0, |_| None).await;
    let mut mailbox = at(&server);
    mailbox.encryption = Encryption::Starttls;
    let error = poll_once(&mailbox, &Ledger::default()).await.unwrap_err();
    assert!(
        matches!(error, MailError::Net(NetError::NoStarttls { .. })),
        "{error}"
    );
    mailbox.encryption = Encryption::Auto;
    poll_once(&mailbox, &Ledger::default()).await.unwrap();
}

#[tokio::test]
async fn greetings_that_are_no_welcome_are_told() {
    for (greeting, words) in [
        ("* PREAUTH welcome\r\n", "PREAUTH"),
        ("* BYE too busy\r\n", "too busy"),
        ("+OK POP3 ready\r\n", "no IMAP greeting"),
        ("\x15\x03\x01\x00\x02\x02\x46", "encryption = \"tls\""),
    ] {
        let server = Scripted::imap(GOOD, 0, move |command| {
            (command == "GREETING").then(|| bytes(greeting.to_owned()))
        })
        .await;
        let error = poll_once(&at(&server), &Ledger::default())
            .await
            .unwrap_err();
        assert!(error.to_string().contains(words), "{error}");
    }
}

#[tokio::test]
async fn tls_errors_name_the_remedy() {
    for (greeting, words) in [
        ("\x15\x03\x01\x00\x02\x02\x46", "TLS 1.0/1.1"),
        ("* OK plain text here\r\n", "encryption = \"starttls\""),
    ] {
        let server = Scripted::imap(GOOD, 0, move |command| {
            (command == "GREETING").then(|| bytes(greeting.to_owned()))
        })
        .await;
        let mut mailbox = at(&server);
        mailbox.encryption = Encryption::Tls;
        let error = poll_once(&mailbox, &Ledger::default()).await.unwrap_err();
        assert!(error.to_string().contains(words), "{error}");
    }
}

#[tokio::test]
async fn a_throttling_server_is_left_alone_for_as_long_as_it_says() {
    let server = Scripted::imap(GOOD, 3, |command| {
        command.contains("BODY.PEEK").then(|| {
            bytes(
                "$T BAD Request is throttled. Suggested Backoff Time: 299961 milliseconds\r\n"
                    .to_owned(),
            )
        })
    })
    .await;
    let error = poll_once(&at(&server), &Ledger::default())
        .await
        .unwrap_err();
    let asked = Duration::from_millis(299_961);
    assert!(
        matches!(error, MailError::Throttled { retry_after: Some(wait), .. } if wait == asked),
        "{error}"
    );
}

#[tokio::test]
async fn a_login_that_the_server_puts_off_is_not_a_wrong_password() {
    let server = Scripted::imap(GOOD, 0, |command| {
        command
            .starts_with("AUTHENTICATE")
            .then(|| bytes("$T NO [UNAVAILABLE] Temporary authentication failure.\r\n".to_owned()))
    })
    .await;
    let error = poll_once(&at(&server), &Ledger::default())
        .await
        .unwrap_err();
    assert!(matches!(error, MailError::Throttled { .. }), "{error}");
}

#[tokio::test]
async fn a_server_that_tells_why_in_a_challenge_gets_its_empty_answer() {
    let server = Scripted::imap("AUTH=PLAIN", 0, |command| match command {
        "AUTHENTICATE PLAIN" => say("+ \r\n"),
        other if !other.contains(' ') && other.len() > 12 && !other.starts_with("CAPA") => {
            say("+ eyJzdGF0dXMiOiI0MDEifQ==\r\n")
        }
        "" => say("A0001 NO [AUTHENTICATIONFAILED] no\r\n"),
        _ => None,
    })
    .await;
    let error = poll_once(&at(&server), &Ledger::default())
        .await
        .unwrap_err();
    assert!(matches!(error, MailError::LoginRefused { .. }), "{error}");
}

#[tokio::test]
async fn logindisabled_inside_tls_would_mean_tokens_and_outside_encryption() {
    let server = Scripted::imap("LOGINDISABLED AUTH=PLAIN", 0, |_| None).await;
    let error = poll_once(&at(&server), &Ledger::default())
        .await
        .unwrap_err();
    assert!(error.to_string().contains("starttls"), "{error}");
    assert_eq!(server.count("AUTHENTICATE") + server.count("LOGIN"), 0);
}

#[tokio::test]
async fn the_login_command_is_quoted() {
    let server = Scripted::imap("", 0, |_| None).await;
    let mut mailbox = at(&server);
    mailbox.username = "a \"b\" \\c".to_owned();
    poll_once(&mailbox, &Ledger::default()).await.unwrap();
    let expected = r#"LOGIN "a \"b\" \\c" "secret""#;
    assert!(
        server.heard().contains(&expected.to_owned()),
        "{:?}",
        server.heard()
    );
}

#[tokio::test]
async fn a_refused_copy_deletes_nothing() {
    let server = Scripted::imap("SASL-IR AUTH=PLAIN UIDPLUS", 2, |command| {
        command
            .starts_with("UID COPY")
            .then(|| bytes("$T NO [OVERQUOTA] the folder is full\r\n".to_owned()))
    })
    .await;
    let mut mailbox = at(&server);
    mailbox.move_to = "done".to_owned();
    let error = poll_once(&mailbox, &Ledger::default()).await.unwrap_err();
    assert!(error.to_string().contains("the folder is full"), "{error}");
    assert_eq!(server.count("UID STORE") + server.count("UID EXPUNGE"), 0);
}

#[tokio::test]
async fn only_what_was_copied_is_deleted() {
    let server = Scripted::imap("SASL-IR AUTH=PLAIN UIDPLUS", 3, |command| {
        command
            .starts_with("UID COPY")
            .then(|| bytes("$T OK [COPYUID 9 1,3 50:51] copied\r\n".to_owned()))
    })
    .await;
    let mut mailbox = at(&server);
    mailbox.move_to = "done".to_owned();
    let summary = poll_once(&mailbox, &Ledger::default()).await.unwrap();
    assert_eq!(summary.released, 2);
    let heard = server.heard();
    assert!(
        heard.contains(&"UID STORE 1,3 +FLAGS.SILENT (\\Deleted)".to_owned()),
        "{heard:?}"
    );
}

#[tokio::test]
async fn without_uidplus_mails_of_strangers_are_not_expunged() {
    for (found, expunged) in [("* SEARCH 1 77\r\n", 0), ("* SEARCH 1\r\n", 1)] {
        let server = Scripted::imap("SASL-IR AUTH=PLAIN", 2, move |command| {
            (command == "UID SEARCH DELETED").then(|| bytes(format!("{found}$T OK\r\n")))
        })
        .await;
        let mut mailbox = at(&server);
        mailbox.delete_after_fetch = true;
        let summary = poll_once(&mailbox, &Ledger::default()).await.unwrap();
        assert_eq!(server.count("UID STORE"), 1);
        assert_eq!(server.count("EXPUNGE"), expunged);
        assert_eq!(summary.released, 2 * u64::try_from(expunged).unwrap());
    }
}

#[tokio::test]
async fn a_poll_that_finds_nothing_costs_one_noop() {
    let server = Scripted::imap(GOOD, 2, |_| None).await;
    let (ledger, mut session) = (Ledger::default(), Session::default());
    poll_with(&at(&server), &mut session, &ledger)
        .await
        .unwrap();
    let before = server.heard().len();
    let summary = poll_with(&at(&server), &mut session, &ledger)
        .await
        .unwrap();
    assert_eq!(summary.announced, 0);
    assert_eq!(server.heard()[before..], ["NOOP".to_owned()]);
}

#[tokio::test]
async fn a_server_without_uidnext_and_odd_lines_is_read_all_the_same() {
    let server = Scripted::imap(GOOD, 2, |command| {
        command.starts_with("EXAMINE").then(|| {
            bytes("* FLAGS (\\Odd-[x])\r\n* XODD 1 2\r\n* 2 EXISTS\r\n* OK [UIDVALIDITY 7] ok\r\n$T OK\r\n".to_owned())
        })
    })
    .await;
    let (ledger, mut session) = (Ledger::default(), Session::default());
    assert_eq!(
        poll_with(&at(&server), &mut session, &ledger)
            .await
            .unwrap()
            .durable,
        2
    );
    assert_eq!(
        poll_with(&at(&server), &mut session, &ledger)
            .await
            .unwrap()
            .announced,
        0
    );
}

#[tokio::test]
async fn uids_that_do_not_stay_are_fetched_again_at_each_poll() {
    let server = Scripted::imap(GOOD, 2, |command| {
        command.starts_with("EXAMINE").then(|| {
            bytes("* 2 EXISTS\r\n* OK [UIDVALIDITY 7] ok\r\n* OK [UIDNEXT 3] ok\r\n* NO [UIDNOTSTICKY] sorry\r\n$T OK\r\n".to_owned())
        })
    })
    .await;
    let ledger = Ledger::default();
    assert_eq!(poll_once(&at(&server), &ledger).await.unwrap().durable, 2);
    assert_eq!(
        poll_once(&at(&server), &ledger).await.unwrap().duplicates,
        2
    );
}

#[tokio::test]
async fn a_large_gap_of_uids_is_passed_over_at_once() {
    let server = Scripted::imap(GOOD, 1, |command| {
        if command.starts_with("EXAMINE") {
            return say("* 1 EXISTS\r\n* OK [UIDVALIDITY 7] ok\r\n* OK [UIDNEXT 4000000001] ok\r\n$T OK\r\n");
        }
        if command.contains("RFC822.SIZE") {
            return say("* 1 FETCH (UID 3000000000 RFC822.SIZE 5)\r\n$T OK\r\n");
        }
        command.contains("BODY.PEEK").then(|| {
            bytes("* 1 FETCH (UID 3000000000 BODY[] {5}\r\nhello)\r\n$T OK\r\n".to_owned())
        })
    })
    .await;
    let ledger = Ledger::default();
    assert_eq!(poll_once(&at(&server), &ledger).await.unwrap().durable, 1);
    let cursor = ledger.books().cursors["INBOX"].clone();
    assert_eq!((cursor.next, cursor.has_open()), (4_000_000_001, false));
}

#[tokio::test]
async fn a_full_disk_leaves_the_mails_open_and_at_the_server() {
    let server = Scripted::imap(GOOD, 3, |_| None).await;
    let mut mailbox = at(&server);
    mailbox.delete_after_fetch = true;
    let ledger = Ledger::default();
    ledger.books().full = true;
    let error = poll_once(&mailbox, &ledger).await.unwrap_err();
    assert!(matches!(error, MailError::Intake(_)), "{error}");
    assert_eq!(server.count("UID STORE"), 0);
    ledger.books().full = false;
    assert_eq!(poll_once(&mailbox, &ledger).await.unwrap().released, 3);
}

#[tokio::test]
async fn windows_larger_than_the_budget_do_not_block_each_other() {
    let server = Scripted::imap(GOOD, 300, |_| None).await;
    let ledger = Ledger::default();
    // Four KiB for all: each mail counts as one at least.
    let (mailbox, mut session) = (at(&server), Session::default());
    let summary = poll(
        &mailbox,
        &mut session,
        Arc::new(Semaphore::new(4)),
        &ledger,
        &|_, _| {},
    );
    let summary = tokio::time::timeout(Duration::from_mins(1), summary).await;
    assert_eq!(summary.expect("no deadlock").unwrap().durable, 300);
}

#[tokio::test]
async fn a_server_that_refuses_idle_is_polled_by_timer() {
    let server = Scripted::imap(GOOD, 0, |command| {
        (command == "IDLE").then(|| bytes("$T NO not here\r\n".to_owned()))
    })
    .await;
    let (ledger, mut session) = (Ledger::default(), Session::default());
    poll_with(&at(&server), &mut session, &ledger)
        .await
        .unwrap();
    assert!(!wait_for_news(&at(&server), &mut session).await.unwrap());
}

#[tokio::test]
async fn an_idle_connection_that_dies_is_an_error_and_the_next_poll_connects_again() {
    let server = Scripted::imap(GOOD, 0, |command| {
        (command == "IDLE").then(|| last("+ idling\r\n".to_owned()))
    })
    .await;
    let (ledger, mut session) = (Ledger::default(), Session::default());
    poll_with(&at(&server), &mut session, &ledger)
        .await
        .unwrap();
    assert!(wait_for_news(&at(&server), &mut session).await.is_err());
    poll_with(&at(&server), &mut session, &ledger)
        .await
        .unwrap();
    assert_eq!(server.count("AUTHENTICATE"), 2);
}

#[tokio::test]
async fn what_came_before_the_server_idled_is_looked_for_once() {
    let noops = AtomicUsize::new(0);
    let server = Scripted::imap(GOOD, 1, move |command| match command {
        "IDLE" => say("+ idling\r\n"),
        "DONE" => say("$I OK\r\n"),
        "NOOP" if noops.fetch_add(1, Ordering::SeqCst) == 0 => say("* 2 EXISTS\r\n$T OK\r\n"),
        _ => None,
    })
    .await;
    let (ledger, mut session) = (Ledger::default(), Session::default());
    let mailbox = at(&server);
    poll_with(&mailbox, &mut session, &ledger).await.unwrap();
    let waited = wait_for_news(&mailbox, &mut session);
    let waited = tokio::time::timeout(Duration::from_secs(10), waited).await;
    assert!(waited.expect("one look").unwrap());
}

#[tokio::test]
async fn a_connection_that_timed_out_while_kept_is_replaced_without_an_error() {
    let server = Scripted::imap(GOOD, 2, |command| {
        (command == "NOOP").then(|| last("* BYE autologout\r\n".to_owned()))
    })
    .await;
    let (ledger, mut session) = (Ledger::default(), Session::default());
    poll_with(&at(&server), &mut session, &ledger)
        .await
        .unwrap();
    let summary = poll_with(&at(&server), &mut session, &ledger)
        .await
        .unwrap();
    assert_eq!(summary.announced, 0);
    assert_eq!(server.count("AUTHENTICATE"), 2);
}

#[tokio::test]
async fn a_mail_over_the_limit_is_told_and_not_asked_for() {
    let server = Scripted::imap(GOOD, 2, |command| {
        command.contains("RFC822.SIZE").then(|| {
            bytes("* 1 FETCH (UID 1 RFC822.SIZE 99000000)\r\n* 2 FETCH (UID 2 RFC822.SIZE 9)\r\n$T OK\r\n".to_owned())
        })
    })
    .await;
    let ledger = Ledger::default();
    let summary = poll_once(&at(&server), &ledger).await.unwrap();
    assert_eq!((summary.durable, summary.too_large), (1, 1));
    assert!(
        ledger
            .books()
            .mails
            .iter()
            .any(|(_, outcome)| *outcome == Outcome::TooLarge)
    );
    assert!(!server.heard().iter().any(|line| uid(line, 1)));
    assert!(ledger.books().cursors["INBOX"].is_settled(1));
}

/// The error of a poll with a clock that runs only while nothing happens, and how long it took.
async fn given_up(server: &Scripted) -> (String, Duration) {
    let begun = tokio::time::Instant::now();
    let error = poll_once(&at(server), &Ledger::default())
        .await
        .unwrap_err();
    assert!(error.is_transient(), "{error}");
    (error.to_string(), begun.elapsed())
}

#[tokio::test(start_paused = true)]
async fn a_mail_that_drips_is_given_up_after_a_minute_or_two() {
    for beginning in [
        "* 1 FETCH (UID 1 BODY[] {5000}\r\n",
        "* 1 FETCH (UID 1 BODY[] {5000}\r\nSubject: ha",
        "* 1 FETCH (UID 1 BO",
        "$T OK but not to the e",
    ] {
        let server = Scripted::imap(GOOD, 1, move |command| {
            uid(command, 1).then(|| drip(beginning, "x"))
        })
        .await;
        let (words, took) = given_up(&server).await;
        assert!(words.contains("too slowly"), "{beginning}: {words}");
        assert!(took < Duration::from_mins(3), "{beginning}: {took:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_server_that_talks_of_other_things_is_given_up_after_half_an_hour() {
    for line in ["* OK Still here\r\n", "* XODD\r\n", "* 9 EXISTS\r\n"] {
        let server = Scripted::imap(GOOD, 1, move |command| {
            uid(command, 1).then(|| drip("", line))
        })
        .await;
        let (words, took) = given_up(&server).await;
        assert!(
            words.contains("no answer for 30 minutes"),
            "{line}: {words}"
        );
        assert!(took < Duration::from_mins(40), "{line}: {took:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_slow_line_that_goes_on_is_waited_for() {
    let server = Scripted::imap(GOOD, 1, |command| {
        // 20 KB every ten seconds, for five minutes; the mail is over then, and the rest is noise.
        let piece = "y".repeat(20_000);
        uid(command, 1).then(|| drip("* 1 FETCH (UID 1 BODY[] {600000}\r\n", piece))
    })
    .await;
    let error = poll_once(&at(&server), &Ledger::default())
        .await
        .unwrap_err();
    assert!(matches!(error, MailError::Protocol { .. }), "{error}");
}
