//! What servers do that loses mails elsewhere, one script each.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use mscons_gateway::config::mailbox::{Encryption, Mailbox};
use mscons_gateway::config::units::ByteSize;
use mscons_gateway::mail::poll::Session;
use mscons_gateway::mail::{FetchedMail, Intake, IntakeError, MailError, poll};
use mscons_gateway::mailbox::{Cursor, MailId, Outcome};
use mscons_gateway::net::NetError;
use tokio::sync::Semaphore;

use super::mailbox;
use crate::support::ledger::Ledger;
use crate::support::polling::{poll_once, poll_within};
use crate::support::scripted::pop3::mail;
use crate::support::scripted::{Scripted, bytes, drip, endless, last, say};

const GOOD: &str = "USER,UIDL,PIPELINING,RESP-CODES";
/// What Exchange offers.
const SLOW: &str = "TOP,UIDL,SASL PLAIN XOAUTH2,USER";

fn at(server: &Scripted) -> Mailbox {
    mailbox("127.0.0.1", server.port, "anna")
}

fn id(number: u32) -> MailId {
    MailId::Pop3 {
        uidl: format!("uid-{number}"),
    }
}

async fn error_of(server: &Scripted) -> MailError {
    poll_once(&at(server), &Ledger::default())
        .await
        .unwrap_err()
}

#[tokio::test]
async fn a_mail_that_is_refused_is_asked_for_again_and_the_others_come() {
    for capabilities in [GOOD, SLOW] {
        let refusing = Arc::new(AtomicBool::new(true));
        let refuses = refusing.clone();
        let server = Scripted::pop3(capabilities, 5, move |command| {
            (command == "RETR 3" && refuses.load(Ordering::SeqCst))
                .then(|| bytes(b"-ERR [SYS/TEMP] cannot be read\r\n".to_vec()))
        })
        .await;
        let ledger = Ledger::default();
        let summary = poll_once(&at(&server), &ledger).await.unwrap();
        assert_eq!((summary.durable, summary.not_given), (4, 1));
        assert!(!ledger.books().settled.contains(&id(3)));
        refusing.store(false, Ordering::SeqCst);
        let summary = poll_once(&at(&server), &ledger).await.unwrap();
        assert_eq!((summary.announced, summary.durable), (1, 1));
    }
}

#[tokio::test]
async fn mails_are_only_read_and_every_session_ends_with_quit() {
    let server = Scripted::pop3(GOOD, 3, |_| None).await;
    let ledger = Ledger::default();
    poll_once(&at(&server), &ledger).await.unwrap();
    let summary = poll_once(&at(&server), &ledger).await.unwrap();
    assert_eq!(summary.announced, 0);
    assert_eq!((server.count("RETR"), server.count("DELE")), (3, 0));
    assert_eq!(server.count("QUIT"), 2);
    assert_eq!(server.count("LIST"), 1, "nothing new needs no sizes");
}

#[tokio::test]
async fn many_mails_are_asked_for_at_once_only_where_pipelining_is_offered() {
    for (capabilities, pipelining) in [(GOOD, true), (SLOW, false)] {
        let server = Scripted::pop3(capabilities, 250, |_| None).await;
        let ledger = Ledger::default();
        let summary = poll_once(&at(&server), &ledger).await.unwrap();
        assert_eq!(summary.durable, 250);
        assert_eq!(server.saw_pipelining(), pipelining, "{capabilities}");
        assert!((1..=250).all(|number| ledger.books().contents.contains(mail(number).as_bytes())));
    }
}

#[tokio::test]
async fn plain_is_preferred_to_user_and_pass() {
    let server = Scripted::pop3(SLOW, 1, |_| None).await;
    poll_once(&at(&server), &Ledger::default()).await.unwrap();
    let line = "AUTH PLAIN AGFubmEAc2VjcmV0";
    assert_eq!((server.count(line), server.count("USER")), (1, 0));
}

#[tokio::test]
async fn without_uidl_the_remedy_is_named() {
    let server = Scripted::pop3(GOOD, 3, |command| {
        (command == "UIDL").then(|| bytes(b"-ERR unknown command\r\n".to_vec()))
    })
    .await;
    let text = error_of(&server).await.to_string();
    assert!(
        text.contains("unknown command") && text.contains("IMAP"),
        "{text}"
    );
    assert_eq!((server.count("RETR"), server.count("QUIT")), (0, 1));
}

#[tokio::test]
async fn an_old_server_without_capa_is_read_with_user_and_pass() {
    let server = Scripted::pop3(GOOD, 3, |command| {
        (command == "CAPA").then(|| bytes(b"-ERR what?\r\n".to_vec()))
    })
    .await;
    let summary = poll_once(&at(&server), &Ledger::default()).await.unwrap();
    assert_eq!(summary.durable, 3);
    let heard = server.heard();
    assert!(heard.contains(&"USER anna".to_owned()), "{heard:?}");
    assert!(heard.contains(&"PASS secret".to_owned()), "{heard:?}");
}

#[tokio::test]
async fn starttls_that_is_not_offered_is_never_replaced_by_clear_text() {
    for capa in ["-ERR what?\r\n", "+OK\r\nUSER\r\n.\r\n"] {
        let server = Scripted::pop3(GOOD, 1, move |command| {
            (command == "CAPA").then(|| bytes(capa))
        })
        .await;
        let mailbox = Mailbox {
            encryption: Encryption::Starttls,
            ..at(&server)
        };
        let error = poll_once(&mailbox, &Ledger::default()).await.unwrap_err();
        let refused = matches!(error, MailError::Net(NetError::NoStarttls { .. }));
        assert!(refused, "{error}");
        assert_eq!(server.count("USER") + server.count("AUTH"), 0);
    }
}

#[tokio::test]
async fn bytes_behind_stls_are_refused() {
    let server = Scripted::pop3("STLS,USER", 1, |command| {
        (command == "STLS").then(|| bytes(b"+OK go\r\n+OK forged\r\n".to_vec()))
    })
    .await;
    for encryption in [Encryption::Starttls, Encryption::Auto] {
        let mailbox = Mailbox {
            encryption,
            ..at(&server)
        };
        let error = poll_once(&mailbox, &Ledger::default()).await.unwrap_err();
        let refused = matches!(error, MailError::Net(NetError::Injected { .. }));
        assert!(refused, "{error}");
    }
    assert_eq!(server.count("USER"), 0);
}

#[tokio::test]
async fn a_line_without_an_end_ends_the_poll() {
    for victim in ["CAPA", "UIDL", "LIST", "RETR 1"] {
        let server = Scripted::pop3(GOOD, 1, move |command| {
            let garbage = if victim == "RETR 1" { "x" } else { "+OK\r\nx" };
            if command != victim {
                return None;
            }
            say([garbage.as_bytes(), &vec![b'x'; 64 << 10]].concat())
        })
        .await;
        let error = error_of(&server).await;
        assert!(
            matches!(error, MailError::Protocol { .. }),
            "{victim}: {error}"
        );
    }
}

#[tokio::test]
async fn a_listing_without_an_end_ends_the_poll_at_its_bound() {
    let server = Scripted::pop3(GOOD, 1, |command| {
        (command == "CAPA").then(|| endless("", b"+OK\r\n".repeat(100)))
    })
    .await;
    let error = error_of(&server).await;
    assert!(matches!(error, MailError::Protocol { .. }), "{error}");
}

#[tokio::test]
async fn a_mail_without_an_end_is_told_once_and_blocks_nothing() {
    let server = Scripted::pop3(GOOD, 3, |command| {
        (command == "RETR 2").then(|| {
            let lines = b"metering\r\n".repeat(10_000);
            endless("+OK\r\n", lines)
        })
    })
    .await;
    let mut mailbox = at(&server);
    mailbox.max_mail_size = ByteSize::from_mib(1);
    let ledger = Ledger::default();
    let summary = poll_once(&mailbox, &ledger).await.unwrap();
    assert_eq!((summary.durable, summary.too_large), (2, 1));
    let mut told = ledger.books().mails.clone();
    told.sort_by(|one, other| one.0.cmp(&other.0));
    let outcomes: Vec<Outcome> = told.iter().map(|(_, outcome)| *outcome).collect();
    assert_eq!(
        outcomes,
        [Outcome::Stored, Outcome::TooLarge, Outcome::Stored]
    );
    assert_eq!(poll_once(&mailbox, &ledger).await.unwrap().announced, 0);
}

#[tokio::test]
async fn a_mail_that_ends_every_session_is_an_error_and_keeps_no_other_back() {
    let server = Scripted::pop3(GOOD, 3, |command| {
        (command == "RETR 2").then(|| last(b"+OK\r\nSubject: half\r\n".to_vec()))
    })
    .await;
    let ledger = Ledger::default();
    let error = poll_once(&at(&server), &ledger).await.unwrap_err();
    assert!(matches!(error, MailError::Broken { .. }), "{error}");
    assert!(error.is_transient());
    let stored = [(id(1), Outcome::Stored), (id(3), Outcome::Stored)];
    assert_eq!(ledger.books().mails, stored);
}

#[tokio::test]
async fn an_answer_that_nobody_asked_for_ends_the_session_before_it_names_another_mail() {
    let server = Scripted::pop3("UIDL,USER", 3, |command| {
        (command == "RETR 1").then(|| bytes(b"-ERR no\r\n-ERR no\r\n".to_vec()))
    })
    .await;
    let ledger = Ledger::default();
    let error = poll_once(&at(&server), &ledger).await.unwrap_err();
    assert!(matches!(error, MailError::Protocol { .. }), "{error}");
    assert!(ledger.books().mails.is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_server_that_falls_silent_is_given_up_after_a_minute() {
    let server = Scripted::pop3(SLOW, 3, |command| {
        (command == "RETR 2").then(|| bytes(b"+OK\r\nSubject: ha".to_vec()))
    })
    .await;
    let before = tokio::time::Instant::now();
    let error = error_of(&server).await;
    assert!(matches!(error, MailError::Broken { .. }), "{error}");
    assert!(before.elapsed() >= Duration::from_mins(1));
}

#[tokio::test]
async fn a_locked_maildrop_means_later_and_a_wrong_password_does_not() {
    for (answer, later) in [
        (
            "-ERR [IN-USE] Do you have another POP session running?",
            true,
        ),
        ("-ERR [LOGIN-DELAY] minimum time between mail checks", true),
        ("-ERR [SYS/TEMP] try again", true),
        ("-ERR [AUTH] invalid password", false),
        ("-ERR invalid password", false),
    ] {
        let server = Scripted::pop3(GOOD, 1, move |command| {
            command
                .starts_with("PASS")
                .then(|| bytes(format!("{answer}\r\n")))
        })
        .await;
        let error = error_of(&server).await;
        let throttled = matches!(error, MailError::Throttled { .. });
        let refused = matches!(error, MailError::LoginRefused { .. });
        assert_eq!((throttled, refused), (later, !later), "{error}");
        assert!(!error.to_string().contains("secret"), "{error}");
        assert_eq!(server.count("QUIT"), 1);
    }
}

#[tokio::test]
async fn greetings_that_are_no_welcome_are_told() {
    let greet = |greeting: &'static str| {
        Scripted::pop3(GOOD, 1, move |command| {
            (command == "GREETING").then(|| last(greeting))
        })
    };
    let busy = error_of(&greet("-ERR too many connections\r\n").await).await;
    assert!(matches!(busy, MailError::Throttled { .. }), "{busy}");
    let imap = error_of(&greet("* OK IMAP4rev1 ready\r\n").await).await;
    assert!(imap.to_string().contains("IMAP4rev1"), "{imap}");
}

#[tokio::test]
async fn sizes_that_lie_cost_neither_mails_nor_memory() {
    let large = format!("Subject: large\r\n\r\n{}", "x".repeat(3 << 20));
    let server = Scripted::pop3(GOOD, 5, move |command| match command {
        // Too small, absurd, missing, no number.
        "LIST" => say("+OK\r\n1 1\r\n2 18446744073709551615\r\n4 many\r\n5 900000\r\n.\r\n"),
        "RETR 1" => say(format!("+OK\r\n{large}\r\n.\r\n")),
        _ => None,
    })
    .await;
    let mut mailbox = at(&server);
    mailbox.max_mail_size = ByteSize::from_mib(1);
    let ledger = Ledger::default();
    let summary = poll_once(&mailbox, &ledger).await.unwrap();
    assert_eq!((summary.durable, summary.too_large), (3, 2));
    assert_eq!(server.count("RETR 2"), 0, "announced over the limit");
    assert!(ledger.books().peak_bytes < 1_000);
}

#[tokio::test]
async fn bytes_beyond_ascii_and_dots_come_as_they_are() {
    let sent = b"Subject: Z\xe4hler\r\n\r\n..\r\n...a\r\n\xff\x00\xfe\r\n";
    let server = Scripted::pop3(GOOD, 1, |command| {
        (command == "RETR 1").then(|| bytes([b"+OK\r\n", &sent[..], b".\r\n"].concat()))
    })
    .await;
    let ledger = Ledger::default();
    poll_once(&at(&server), &ledger).await.unwrap();
    let mail = b"Subject: Z\xe4hler\r\n\r\n.\r\n..a\r\n\xff\x00\xfe\r\n";
    assert!(ledger.books().contents.contains(&mail[..]));
}

#[tokio::test]
async fn two_mails_of_one_name_are_both_handed_over() {
    let server = Scripted::pop3(GOOD, 2, |command| {
        (command == "UIDL").then(|| bytes(b"+OK\r\n1 same\r\n2 same\r\n.\r\n".to_vec()))
    })
    .await;
    let ledger = Ledger::default();
    let summary = poll_once(&at(&server), &ledger).await.unwrap();
    assert_eq!((summary.durable, summary.duplicates), (2, 0));
    assert!(ledger.books().contents.contains(mail(2).as_bytes()));
}

#[tokio::test]
async fn mails_that_the_server_lists_no_more_are_forgotten_and_never_by_half_a_listing() {
    let listing = Arc::new(std::sync::Mutex::new("+OK\r\n1 uid-1\r\n2 uid-2\r\n.\r\n"));
    let shown = listing.clone();
    let server = Scripted::pop3(GOOD, 2, move |command| {
        (command == "UIDL").then(|| last_unless_whole(*shown.lock().unwrap()))
    })
    .await;
    let ledger = Ledger::default();
    poll_once(&at(&server), &ledger).await.unwrap();
    for (lines, settled) in [
        ("+OK\r\n1 uid-2\r\n", vec![id(1), id(2)]),
        ("+OK\r\n.\r\n", vec![id(1), id(2)]),
        ("+OK\r\n1 uid-2\r\n.\r\n", vec![id(2)]),
    ] {
        *listing.lock().unwrap() = lines;
        let _ = poll_once(&at(&server), &ledger).await;
        let left: Vec<MailId> = ledger.books().settled.iter().cloned().collect();
        assert_eq!(left, settled, "{lines}");
    }
}

/// A listing; one without its dot ends the connection.
fn last_unless_whole(lines: &str) -> crate::support::scripted::Say {
    if lines.ends_with("\r\n.\r\n") {
        bytes(lines)
    } else {
        last(lines)
    }
}

#[tokio::test]
async fn an_empty_and_a_substitute_mail_are_not_given() {
    let substitute = "From: \"Microsoft Exchange Server\" <a@b>\r\nSubject: Retrieval using the POP3 protocol failed for the following message: 1\r\n\r\nsorry\r\n";
    for body in ["", "\r\n", substitute] {
        let server = Scripted::pop3(GOOD, 2, move |command| {
            (command == "RETR 1").then(|| bytes(format!("+OK\r\n{body}.\r\n")))
        })
        .await;
        let ledger = Ledger::default();
        let summary = poll_once(&at(&server), &ledger).await.unwrap();
        assert_eq!((summary.durable, summary.not_given), (1, 1), "{body}");
        assert!(!ledger.books().settled.contains(&id(1)));
    }
}

#[tokio::test]
async fn names_that_cannot_be_kept_are_counted_and_hinder_nobody() {
    let server = Scripted::pop3(GOOD, 3, |command| {
        let long = "x".repeat(71);
        (command == "UIDL").then(|| bytes(format!("+OK\r\n1 {long}\r\n2\r\n3 ok\r\n.\r\n")))
    })
    .await;
    let summary = poll_once(&at(&server), &Ledger::default()).await.unwrap();
    assert_eq!((summary.durable, summary.not_given), (1, 2));
}

#[tokio::test]
async fn a_throttling_server_is_left_alone_for_as_long_as_it_says() {
    let server = Scripted::pop3(GOOD, 5, |command| {
        (command == "RETR 2").then(|| {
            let text = "-ERR Request is throttled. Suggested Backoff Time: 299961 milliseconds";
            bytes(format!("{text}\r\n"))
        })
    })
    .await;
    let error = error_of(&server).await;
    assert!(
        matches!(error, MailError::Throttled { retry_after: Some(wait), .. } if wait == Duration::from_millis(299_961)),
        "{error}"
    );
}

#[tokio::test]
async fn a_full_disk_leaves_the_mails_open() {
    let server = Scripted::pop3(GOOD, 300, |_| None).await;
    let ledger = Ledger::default();
    ledger.books().full = true;
    let error = poll_once(&at(&server), &ledger).await.unwrap_err();
    assert!(matches!(error, MailError::Intake(_)), "{error}");
    assert_eq!(server.count("QUIT"), 1);
    ledger.books().full = false;
    let summary = poll_once(&at(&server), &ledger).await.unwrap();
    assert_eq!(summary.durable, 300);
}

#[tokio::test]
async fn a_budget_smaller_than_a_mail_lets_one_through_at_a_time() {
    let large = format!("Subject: large\r\n\r\n{}", "x".repeat(100_000));
    let server = Scripted::pop3(GOOD, 20, move |command| {
        let number = command.strip_prefix("RETR ")?;
        say(format!("+OK\r\n{large}{number}\r\n.\r\n"))
    })
    .await;
    let ledger = Ledger::default();
    let summary = poll_within(8, &at(&server), &mut Session::default(), &ledger)
        .await
        .unwrap();
    assert_eq!(summary.durable, 20);
    assert!(ledger.books().peak_bytes <= 101_000);
}

/// An intake that closes the budget when the first mail comes: the gateway is stopping.
#[derive(Clone)]
struct Stopping {
    ledger: Ledger,
    budget: Arc<Semaphore>,
}

impl Intake for Stopping {
    async fn hand_over(&self, mail: FetchedMail) -> Result<Outcome, IntakeError> {
        self.budget.close();
        self.ledger.hand_over(mail).await
    }

    async fn cursor(&self, folder: &str) -> Result<Option<Cursor>, IntakeError> {
        self.ledger.cursor(folder).await
    }

    async fn announce(
        &self,
        folder: &str,
        validity: u32,
        present: Vec<u32>,
        next: u32,
    ) -> Result<(), IntakeError> {
        self.ledger.announce(folder, validity, present, next).await
    }

    async fn settled(&self, ids: Vec<MailId>) -> Result<Vec<bool>, IntakeError> {
        self.ledger.settled(ids).await
    }

    async fn settle(&self, folder: &str, ids: Vec<MailId>) -> Result<(), IntakeError> {
        self.ledger.settle(folder, ids).await
    }
}

#[tokio::test]
async fn a_gateway_that_stops_finishes_what_is_in_flight_and_fetches_no_more() {
    let server = Scripted::pop3(GOOD, 500, |_| None).await;
    let budget = Arc::new(Semaphore::new(1 << 10));
    let intake = Stopping {
        ledger: Ledger::default(),
        budget: budget.clone(),
    };
    let mailbox = at(&server);
    let mut session = Session::default();
    let poll = poll(&mailbox, &mut session, budget, &intake, &|_, _| {});
    let summary = poll.await.unwrap();
    assert_eq!(summary.announced, 500);
    assert!((1..500).contains(&summary.durable), "{summary:?}");
    assert_eq!(summary.not_given, 0, "the rest is new at the next poll");
    assert_eq!(intake.ledger.books().mails.len() as u64, summary.durable);
    assert_eq!(server.count("QUIT"), 1);
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_drips_is_given_up_after_a_minute_or_two() {
    for (victim, beginning, again) in [
        ("RETR 1", "+OK\r\nSubject: ha", "x"),
        ("RETR 1", "+O", "x"),
        ("UIDL", "+OK\r\n", "1 a\r\n"),
        ("LIST", "+OK\r\n", "x"),
    ] {
        let server = Scripted::pop3(GOOD, 1, move |command| {
            (command == victim).then(|| drip(beginning, again))
        })
        .await;
        let begun = tokio::time::Instant::now();
        let error = error_of(&server).await;
        assert!(error.is_transient(), "{error}");
        assert!(
            error.to_string().contains("too slowly"),
            "{victim}: {error}"
        );
        // A mail that ends a session is asked for once more, last.
        let took = begun.elapsed();
        assert!(took < Duration::from_mins(4), "{victim}: {took:?}");
    }
}
