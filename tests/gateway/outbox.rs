//! The outbox: from written to sent, by a real Postfix, by servers that fail by script, and over
//! crashes.

use std::collections::HashSet;
use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc;
use std::thread;

use mscons_gateway::config::mailbox::Encryption;
use mscons_gateway::config::secret::Secret;
use mscons_gateway::config::smtp::Smtp;
use mscons_gateway::ingest::{Ingest, IngestError};
use mscons_gateway::net::backoff::Cause;
use mscons_gateway::oauth::Accounts;
use mscons_gateway::outbox::{Courier, Note, Rest};
use mscons_gateway::store::outbox::{OutboxRecord, OutboxState, Purpose, Route, Step};
use mscons_gateway::store::{self, Store};

use crate::run::gateway::{Gateway, Home, wait_for};
use crate::support::dovecot::{Dovecot, PASSWORD};
use crate::support::postfix::Postfix;

fn server(port: u16) -> Smtp {
    Smtp {
        host: "127.0.0.1".to_owned(),
        port,
        encryption: Encryption::None,
        username: "meter".to_owned(),
        password: Secret::Text(PASSWORD.to_owned()),
        sender: "Meter data <meter@example.org>".to_owned(),
        ..Smtp::default()
    }
}

fn note(to: &str, text: &str) -> Note {
    Note {
        purpose: Purpose::Test,
        route: Route::Main,
        from: "Meter data <meter@example.org>".to_owned(),
        to: to.to_owned(),
        subject: "Zählerstände".to_owned(),
        text: text.to_owned(),
    }
}

/// A store with its way in.
struct Office(Ingest);

impl Office {
    fn open(home: &Path) -> Self {
        let (store, archive) = store::open(home, 16 << 20).unwrap();
        Self(Ingest::start(Arc::new(store), Arc::new(archive)).unwrap())
    }

    async fn write(&self, notes: Vec<Note>) -> Vec<u64> {
        let drafts = notes.into_iter().map(Note::draft).collect();
        self.0.dispatch(drafts).await.unwrap()
    }

    fn courier(&self, server: Smtp) -> Courier {
        let accounts = Accounts::none();
        Courier::new(self.0.clone(), accounts, Route::Main, Some(server))
    }

    fn mail(&self, number: u64) -> OutboxRecord {
        self.0.store().outbox_record(number).unwrap().unwrap()
    }

    fn undone(&self) -> u64 {
        let outbox = self.0.store().totals().unwrap().outbox;
        outbox.waiting() + outbox.for_a_person()
    }
}

#[tokio::test]
async fn each_mail_has_its_own_fate_at_a_real_server() {
    let bed = Postfix::shared();
    let home = tempfile::tempdir().unwrap();
    let office = Office::open(home.path());
    let recipients = [
        "first@example.net",
        "reject@example.net",
        "defer@example.net",
        "late@example.net",
        "last@example.net",
    ];
    let notes = recipients.map(|to| note(to, &format!("fate of {to}")));
    let numbers = office.write(notes.to_vec()).await;
    assert_eq!(numbers, [1, 2, 3, 4, 5]);
    let mut courier = office.courier(server(bed.plain));
    let rest = courier.round().await.unwrap();
    assert!(matches!(rest, Rest::UntilDue(_)), "{rest:?}");
    for (number, state, answer) in [
        (1, "sent", "250 2.0.0 Ok"),
        (2, "failed", "answered RCPT with 550 5.1.1"),
        (3, "deferred", "answered RCPT with 450 4.2.1"),
        (4, "failed", "answered the mail with 554 5.7.1"),
        (5, "sent", "250 2.0.0 Ok"),
    ] {
        let mail = office.mail(number);
        assert_eq!(mail.state.name(), state, "{mail:?}");
        assert!(mail.answer.contains(answer), "{mail:?}");
        assert_eq!(mail.tries, 1);
    }
    let deferred = office.mail(3);
    let wait = deferred.due().unwrap() - deferred.changed;
    assert!((48..=72).contains(&wait), "{wait}");
    let came = bed.delivered("fate of last@example.net");
    let id = format!("Message-ID: <{}>", office.mail(5).message_id);
    assert!(came.contains(&id), "{came}");
    assert_eq!(office.undone(), 3);

    office.0.step(2, Step::Cancel).await.unwrap();
    office.0.step(4, Step::Cancel).await.unwrap();
    let refused = office.0.step(1, Step::Cancel).await.unwrap_err();
    assert_eq!(
        refused.to_string(),
        "mail 1 of the outbox: it is sent, and cannot be cancelled"
    );
    assert_eq!(office.undone(), 1);
}

#[tokio::test]
async fn without_a_sign_in_every_mail_waits_and_none_counts_as_tried() {
    let bed = Postfix::shared();
    let home = tempfile::tempdir().unwrap();
    let office = Office::open(home.path());
    let text = "waits for a password";
    office.write(vec![note("you@example.net", text); 3]).await;
    let wrong = Smtp {
        password: Secret::Text("wrong".to_owned()),
        ..server(bed.plain)
    };
    let mut courier = office.courier(wrong);
    let rest = courier.round().await.unwrap();
    let login = mscons_gateway::net::backoff::delay(Cause::Login, 1, 0);
    assert_eq!(rest, Rest::Paused(login));
    for number in 1..=3 {
        let mail = office.mail(number);
        assert_eq!((mail.tries, mail.first_try), (0, None), "{mail:?}");
        assert!(
            mail.answer.contains("refused the login of meter"),
            "{mail:?}"
        );
    }
    // They are due: a courier with the right password takes them at once.
    let mut courier = office.courier(server(bed.plain));
    assert_eq!(courier.round().await.unwrap(), Rest::UntilNews);
    assert_eq!(office.undone(), 0);
    bed.delivered(text);
}

#[tokio::test]
async fn what_is_over_the_servers_size_fails_and_says_both_sizes() {
    let bed = Postfix::shared();
    let home = tempfile::tempdir().unwrap();
    let office = Office::open(home.path());
    let text = format!("{:x<60}\n", "").repeat(20_000);
    office.write(vec![note("you@example.net", &text)]).await;
    office.courier(server(bed.plain)).round().await.unwrap();
    let mail = office.mail(1);
    assert_eq!(mail.state, OutboxState::Failed);
    assert!(
        mail.answer.contains("127.0.0.1 takes 1000000 at most"),
        "{}",
        mail.answer
    );
}

#[tokio::test]
async fn a_mail_that_cannot_be_written_is_kept_nowhere_and_neither_are_its_neighbours() {
    let home = tempfile::tempdir().unwrap();
    let office = Office::open(home.path());
    for evil in [
        Note {
            subject: "a\r\nBcc: x@example.org".to_owned(),
            ..note("you@example.net", "")
        },
        note("you@example.net\r\nBcc: x@example.org", ""),
        Note {
            from: "a\nb <meter@example.org>".to_owned(),
            ..note("you@example.net", "")
        },
    ] {
        let drafts = vec![note("fine@example.net", "fine").draft(), evil.draft()];
        let before = office.0.archive().bytes();
        let error = office.0.dispatch(drafts).await.unwrap_err();
        assert!(matches!(error, IngestError::Unwritable(_)), "{error}");
        assert_eq!(office.0.archive().bytes(), before);
    }
    assert_eq!(office.0.store().outbox(u64::MAX, 10).unwrap(), []);
    // The numbers are not given again.
    assert_eq!(
        office.write(vec![note("you@example.net", "")]).await,
        [4 + 3]
    );
}

/// A server that takes mails and ends the connection behind the last line, without an answer, as
/// often as it is told; then it answers.
fn dies_after_data(deaths: usize) -> (u16, mpsc::Receiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let (heard, mails) = mpsc::channel();
    thread::spawn(move || {
        for life in 0.. {
            let Ok((mut stream, _)) = listener.accept() else {
                return;
            };
            let mut lines = BufReader::new(stream.try_clone().unwrap()).lines();
            let _ = stream.write_all(b"220 ready\r\n");
            while let Some(Ok(line)) = lines.next() {
                let answer = match line.split(' ').next().unwrap_or_default() {
                    "EHLO" => "250-here\r\n250 AUTH PLAIN\r\n",
                    "AUTH" => "235 welcome\r\n",
                    "DATA" => "354 go on\r\n",
                    "QUIT" => break,
                    _ => "250 fine\r\n",
                };
                let _ = stream.write_all(answer.as_bytes());
                if line == "DATA" {
                    let mut mail = String::new();
                    for line in lines.by_ref().map_while(Result::ok) {
                        if line == "." {
                            break;
                        }
                        mail += &line;
                        mail.push('\n');
                    }
                    let _ = heard.send(mail);
                    if life < deaths {
                        break;
                    }
                    let _ = stream.write_all(b"250 taken\r\n");
                }
            }
        }
    });
    (port, mails)
}

#[tokio::test]
async fn a_server_that_dies_after_the_mail_gets_the_same_mail_again() {
    let home = tempfile::tempdir().unwrap();
    let office = Office::open(home.path());
    let (port, mails) = dies_after_data(1);
    let notes = ["one@example.net", "two@example.net"].map(|to| note(to, "again"));
    office.write(notes.to_vec()).await;
    let mut courier = office.courier(server(port));
    let rest = courier.round().await.unwrap();
    assert!(matches!(rest, Rest::Paused(_)), "{rest:?}");
    let first = office.mail(1);
    assert_eq!((first.state.name(), first.tries), ("deferred", 1));
    assert!(
        first.answer.contains("broke at the mail"),
        "{}",
        first.answer
    );
    assert_eq!(courier.round().await.unwrap(), Rest::UntilNews);
    assert_eq!(office.undone(), 0);
    let heard: Vec<String> = mails.try_iter().collect();
    assert_eq!(heard.len(), 3, "one of them twice");
    let of_first: Vec<&String> = heard
        .iter()
        .filter(|mail| mail.contains("one@example.net"))
        .collect();
    assert_eq!(of_first.len(), 2);
    assert_eq!(of_first[0], of_first[1]);
}

#[tokio::test]
async fn what_a_crash_left_half_sent_goes_again_as_the_same_bytes() {
    let home = tempfile::tempdir().unwrap();
    let (port, mails) = dies_after_data(0);
    let office = Office::open(home.path());
    office.write(vec![note("you@example.net", "half")]).await;
    // What a process does before the first byte, and no more.
    office.0.step(1, Step::Begin).await.unwrap();
    drop(office);
    let office = reopened(home.path());
    assert_eq!(office.mail(1).state, OutboxState::Sending);
    office.courier(server(port)).round().await.unwrap();
    let mail = office.mail(1);
    assert_eq!((mail.state, mail.tries), (OutboxState::Sent, 2));
    assert!(mails.recv().unwrap().contains(&mail.message_id));
}

/// Opens the store again once the last of it has ended.
fn reopened(home: &Path) -> Office {
    wait_for("the end of the committer", || {
        let (store, archive) = store::open(home, 16 << 20).ok()?;
        Some(Office(
            Ingest::start(Arc::new(store), Arc::new(archive)).unwrap(),
        ))
    })
}

#[tokio::test]
async fn a_mail_that_was_tried_for_two_days_is_given_up() {
    let home = tempfile::tempdir().unwrap();
    let office = Office::open(home.path());
    office.write(vec![note("you@example.net", "old")]).await;
    let mut old = office.mail(1);
    old.first_try = Some(old.written - 49 * 3600);
    old.answer = "450 greylisted".to_owned();
    let mut batch = store::ledger::Batch::of_mailbox("", "");
    batch.outbox.push((1, old));
    drop(office);
    // Only the committer writes while there is one.
    wait_for("the end of the committer", || {
        let (database, _) = store::open(home.path(), 16 << 20).ok()?;
        let sequence = database.next_sequence().unwrap();
        database.apply(&batch, sequence).unwrap();
        database.flush().ok()
    });
    let office = reopened(home.path());
    // No server is asked any more.
    office.courier(server(1)).round().await.unwrap();
    let mail = office.mail(1);
    assert_eq!(mail.state, OutboxState::Failed);
    assert_eq!(mail.answer, "given up after 48 hours; last: 450 greylisted");
}

#[tokio::test]
async fn no_more_go_in_a_minute_than_the_server_takes() {
    let bed = Postfix::shared();
    let home = tempfile::tempdir().unwrap();
    let office = Office::open(home.path());
    office.write(vec![note("you@example.net", "rate"); 5]).await;
    let slow = Smtp {
        mails_per_minute: 2,
        ..server(bed.plain)
    };
    let rest = office.courier(slow).round().await.unwrap();
    assert!(matches!(rest, Rest::Paced(_)), "{rest:?}");
    assert_eq!(office.undone(), 3);
}

fn smtp_section(port: u16) -> String {
    format!(
        "host = \"127.0.0.1\"\nport = {port}\nencryption = \"none\"\nusername = \"meter\"\npassword = \"{PASSWORD}\"\nsender = \"Meter data <meter@example.org>\"\n"
    )
}

#[test]
fn an_alert_goes_by_mail_and_the_commands_show_it() {
    let bed = Postfix::shared();
    let home = Home::new();
    let broken = home.path("broken.edi");
    std::fs::write(&broken, "UNB+UNOC:3+a+b'").unwrap();
    let sections = |to: &str| {
        format!(
            "[alert]\nmail = [\"{to}\"]\n[alert.smtp]\n{}",
            smtp_section(bed.plain)
        )
    };
    home.configure(&[home.maildir("metering", ""), sections("admin@example.net")]);
    let gateway = Gateway::run(&home);
    let (code, _, err) = home.command(&["import", broken.to_str().unwrap()]);
    assert_eq!(code, Some(1), "{err}");
    let came = bed.delivered("To: admin@example.net");
    assert!(came.contains("Auto-Submitted: auto-generated"), "{came}");
    gateway.wait_for_metric("mscons_gateway_mails_sent_total{kind=\"alert\",result=\"sent\"} 1");
    let (code, out, _) = home.command(&["outbox"]);
    assert_eq!(code, Some(0));
    assert!(
        out.contains("admin@example.net") && out.contains(" sent "),
        "{out}"
    );
    let (_, out, _) = home.command(&["outbox", "--open"]);
    assert_eq!(out.lines().count(), 1, "{out}");
    let (_, out, _) = home.command(&["outbox", "show", "1"]);
    assert!(
        out.contains("state       sent since") && out.contains("250 2.0.0 Ok"),
        "{out}"
    );
    let (_, raw, _) = home.command(&["outbox", "show", "1", "--raw"]);
    assert!(raw.contains("\r\nTo: admin@example.net\r\n"), "{raw}");
    gateway.stop("TERM");
}

/// A mail of ours that came back, as the server wrote it.
fn returned(bed: &Postfix, message_id: &str) -> String {
    let id = format!("Message-ID: <{message_id}>");
    wait_for("the mail that came back", || {
        let mails = bed.all_delivered("Undelivered Mail Returned to Sender");
        mails.into_iter().find(|mail| mail.contains(&id))
    })
}

fn listed(home: &Home) -> Vec<serde_json::Value> {
    let (_, out, _) = home.command(&["outbox", "--format", "json"]);
    serde_json::from_str(&out).unwrap()
}

#[test]
fn a_mail_that_comes_back_is_known_and_only_what_was_understood_is_deleted() {
    let (bed, dovecot) = (Postfix::shared(), Dovecot::shared());
    let home = Home::new();
    let mailbox = "delete_after_fetch = true\npoll_interval = \"1s\"";
    let alert = format!(
        "[alert]\nmail = [\"lost@example.net\"]\n[smtp]\n{}",
        smtp_section(bed.plain)
    );
    home.configure(&[home.imap(&dovecot, "bounces", mailbox), alert]);
    let gateway = Gateway::run(&home);
    put_into_quarantine(&home, "first");
    gateway.wait_for_metric("mscons_gateway_mails_sent_total{kind=\"alert\",result=\"sent\"} 1");
    let sent = listed(&home).pop().unwrap();
    assert_eq!(sent["state"], "sent");
    let (_, raw, _) = home.command(&["outbox", "show", "1", "--raw"]);
    let id = raw
        .lines()
        .find_map(|line| line.strip_prefix("Message-ID: <"));
    let bounce = returned(&bed, id.unwrap().trim_end_matches('>'));

    // Of another recipient, of another mail, of none: they change nothing, and stay.
    let forged = [
        bounce.replace("lost@example.net", "other@example.net"),
        bounce.replace("Message-ID: <", "Message-ID: <x"),
        bounce.replace("Action: failed", "Action: delayed"),
        bounce.clone(),
    ];
    for mail in &forged[..2] {
        dovecot.deliver("bounces", "INBOX", mail.as_bytes());
    }
    gateway.wait_for_metric("mscons_gateway_mails_fetched_total{mailbox=\"bounces\"} 2");
    assert_eq!(dovecot.mails("bounces", "INBOX").len(), 2);
    assert_eq!(listed(&home).pop().unwrap()["state"], "sent");

    // A delay is noted, a failure is the end; both are understood, and deleted.
    for (mail, state, says) in [
        (&forged[2], "sent", "not delivered yet: "),
        (&forged[3], "bounced", "it came back: 5.1.1"),
    ] {
        dovecot.deliver("bounces", "INBOX", mail.as_bytes());
        wait_for("what became of the mail", || {
            let mail = listed(&home).pop().unwrap();
            let answer = mail["answer"].as_str().unwrap_or_default();
            let is_told = mail["state"] == state && answer.starts_with(says);
            is_told.then(|| assert!(answer.contains("nobody of this name here"), "{answer}"))
        });
        wait_for("the mail to be deleted", || {
            (dovecot.mails("bounces", "INBOX").len() == 2).then_some(())
        });
    }
    let (_, page) = gateway.get("/outbox");
    assert!(page.contains("zurückgekommen"), "{page}");
    gateway.stop("TERM");
    let (code, _, err) = home.command(&["verify"]);
    assert_eq!(code, Some(0), "{err}");
    let (code, _, err) = home.command(&["outbox", "retry", "1"]);
    assert_eq!((code, err.as_str()), (Some(0), "1: to be sent\n"));
}

/// A home whose alerts go to these, by this port.
fn alerting(home: &Home, to: &[String], port: u16) {
    let alert = format!(
        "[alert]\nmail = {to:?}\n[smtp]\nmails_per_minute = 1000\n{}",
        smtp_section(port)
    );
    home.configure(&[home.maildir("metering", ""), alert]);
}

/// Something for an alert to be about.
fn put_into_quarantine(home: &Home, name: &str) {
    let broken = home.path(name);
    std::fs::write(&broken, format!("UNB+UNOC:3+{name}+b'")).unwrap();
    let (code, _, err) = home.command(&["import", broken.to_str().unwrap()]);
    assert_eq!(code, Some(1), "{err}");
}

#[test]
fn what_waits_is_listed_sent_by_hand_sent_again_or_let_go() {
    let bed = Postfix::shared();
    let home = Home::new();
    let to = ["wait@example.net", "reject@example.net"].map(str::to_owned);
    alerting(&home, &to, 1);
    let gateway = Gateway::run(&home);
    put_into_quarantine(&home, "first");
    gateway.wait_for_log("mails cannot be sent now");
    gateway.wait_for_metric("mscons_gateway_outbox_size{state=\"deferred\"} 2");
    let (code, out, err) = home.command(&["outbox", "send"]);
    assert_eq!((code, out.as_str()), (Some(0), ""));
    assert!(err.contains("the running gateway sends by itself"), "{err}");
    gateway.stop("TERM");

    let (_, out, _) = home.command(&["outbox", "--open", "--format", "json"]);
    let list: serde_json::Value = serde_json::from_str(&out).unwrap();
    assert_eq!(list[0]["to"], "wait@example.net");
    assert_eq!(list[0]["state"], "deferred");
    assert!(
        list[0]["answer"].as_str().unwrap().contains("127.0.0.1"),
        "{out}"
    );
    let (code, _, err) = home.command(&["outbox", "send"]);
    assert_eq!(code, Some(1), "{err}");
    assert!(err.contains("mail 1 to wait@example.net waits: "), "{err}");

    alerting(&home, &to, bed.plain);
    let (code, _, err) = home.command(&["outbox", "send"]);
    assert_eq!(code, Some(1), "{err}");
    assert!(err.contains("wait@example.net: 250 2.0.0 Ok"), "{err}");
    assert!(
        err.contains("mail 2 to reject@example.net failed: "),
        "{err}"
    );
    bed.delivered("To: wait@example.net");

    let (code, _, err) = home.command(&["outbox", "retry", "2"]);
    assert_eq!((code, err.as_str()), (Some(0), "2: to be sent\n"));
    let (code, _, err) = home.command(&["outbox", "cancel", "2", "1", "9"]);
    assert_eq!(code, Some(1));
    assert_eq!(
        err,
        "2: cancelled\nmscons-gateway: mail 1 of the outbox: it is sent, and cannot be cancelled\nmscons-gateway: the outbox has no mail 9; `mscons-gateway outbox` lists them\n"
    );
    let (_, out, _) = home.command(&["outbox", "--limit", "1"]);
    assert!(
        out.contains("reject@example.net") && !out.contains("wait@"),
        "{out}"
    );
    let (code, _, err) = home.command(&["outbox", "show", "9"]);
    assert_eq!(code, Some(1), "{err}");
    let (code, _, err) = home.command(&["verify"]);
    assert_eq!(code, Some(0), "{err}");
}

#[test]
fn a_rebuilt_database_knows_the_outbox_and_from_the_archive_alone_asks_before_it_sends() {
    let bed = Postfix::shared();
    let home = Home::new();
    let to = ["sent@example.net", "defer@example.net"].map(str::to_owned);
    alerting(&home, &to, bed.plain);
    let gateway = Gateway::run(&home);
    put_into_quarantine(&home, "first");
    gateway.wait_for_metric("mscons_gateway_mails_sent_total{kind=\"alert\",result=\"sent\"} 1");
    gateway.wait_for_metric("mscons_gateway_outbox_size{state=\"deferred\"} 1");
    gateway.stop("TERM");
    let states = || {
        let (_, out, _) = home.command(&["outbox", "--format", "json"]);
        let list: serde_json::Value = serde_json::from_str(&out).unwrap();
        let state = |mail: &serde_json::Value| {
            format!(
                "{} {}",
                mail["to"].as_str().unwrap(),
                mail["state"].as_str().unwrap()
            )
        };
        list.as_array()
            .unwrap()
            .iter()
            .map(state)
            .collect::<Vec<_>>()
    };
    let before = ["defer@example.net deferred", "sent@example.net sent"];
    assert_eq!(states(), before);
    assert_eq!(home.command(&["reindex"]).0, Some(0));
    assert_eq!(states(), before);

    std::fs::remove_dir_all(home.path("data/sled")).unwrap();
    assert_eq!(home.command(&["reindex"]).0, Some(0));
    assert_eq!(
        states(),
        ["defer@example.net unknown", "sent@example.net unknown"]
    );
    let (_, _, err) = home.command(&["outbox", "send"]);
    assert!(!err.contains("250"), "nothing goes unasked: {err}");
    assert_eq!(home.command(&["outbox", "retry", "1"]).0, Some(0));
    let (_, _, err) = home.command(&["outbox", "send"]);
    assert!(err.contains("sent@example.net: 250"), "{err}");
    // The next one is above all that were given.
    let gateway = Gateway::run(&home);
    put_into_quarantine(&home, "second");
    wait_for("another mail", || {
        let (_, out, _) = home.command(&["outbox", "show", "3"]);
        out.contains("sent@example.net").then_some(())
    });
    gateway.stop("TERM");
    assert_eq!(home.command(&["verify"]).0, Some(0));
}

#[test]
fn kills_amid_sending_lose_no_mail_and_each_has_one_identity() {
    const MAILS: usize = 40;
    let bed = Postfix::shared();
    let home = Home::new();
    let to: Vec<String> = (0..MAILS).map(|n| format!("kill{n}@example.net")).collect();
    alerting(&home, &to, bed.plain);
    let gateway = Gateway::run(&home);
    put_into_quarantine(&home, "first");
    let mut gateway = Some(gateway);
    let sent = || {
        let (_, out, _) = home.command(&["outbox", "--format", "json"]);
        let list: Vec<serde_json::Value> = serde_json::from_str(&out).unwrap_or_default();
        list.iter().filter(|mail| mail["state"] == "sent").count()
    };
    // Each life gets a few more out.
    for life in 1..=5 {
        let running = gateway.take().unwrap();
        wait_for("some more mails", || (sent() >= life * 5).then_some(()));
        running.signal("KILL");
        running.end();
        gateway = Some(Gateway::run(&home));
    }
    wait_for("all mails", || (sent() == MAILS).then_some(()));
    gateway.unwrap().stop("TERM");
    for to in to {
        let came = bed.all_delivered(&format!("\nTo: {to}\n"));
        let id = |mail: &String| {
            let line = mail.lines().find(|line| line.starts_with("Message-ID:"));
            line.unwrap().to_owned()
        };
        let ids: HashSet<String> = came.iter().map(id).collect();
        assert_eq!(ids.len(), 1, "{to}: {came:?}");
    }
}
