//! Being told to stop: what is in flight is stored and released, and nothing else is begun.

use std::fs;
use std::time::Duration;

use mscons_gateway::sample;

use super::gateway::{Gateway, Home, wait_for};
use crate::support::dovecot::Dovecot;

#[test]
fn a_stop_amid_a_large_fetch_stores_and_releases_what_is_in_flight() {
    let bed = Dovecot::start();
    for number in 0..MAILS {
        bed.deliver("large", "INBOX", &sample::load_profile_mail(number).bytes);
    }
    let home = Home::new();
    home.configure(&[home.imap(&bed, "large", "delete_after_fetch = true")]);
    for (signal, parts_of_ten) in [("TERM", 1), ("INT", 3)] {
        let gateway = Gateway::run(&home);
        let until = u64::from(MAILS) * ARCHIVED_BYTES_A_MAIL * parts_of_ten / 10;
        wait_for("the archive to grow", || {
            (archived(&home) >= until).then_some(())
        });
        let (_, log) = gateway.stop(signal);
        let left = bed.mails("large", "INBOX").len();
        assert!(left > 0, "SIG{signal} did not end the fetch:\n{log}");
        assert_eq!(
            home.values() / 96 + left,
            mails(),
            "SIG{signal}: stored, but not released"
        );
    }
    let (code, _, log) = home.command(&["fetch"]);
    assert_eq!(code, Some(0), "{log}");
    assert_eq!(bed.mails("large", "INBOX").len(), 0);
    assert_eq!(home.values(), mails() * 96);
}

#[test]
fn a_stop_amid_a_large_maildir_leaves_the_rest_for_the_next_run() {
    let home = Home::new();
    home.configure(&[home.maildir("mails", "delete_after_fetch = true")]);
    for number in 0..MAILS {
        home.deliver("mails", number);
    }
    let gateway = Gateway::run(&home);
    wait_for("the archive to grow", || {
        (archived(&home) > 0).then_some(())
    });
    let (_, log) = gateway.stop("TERM");
    let left = fs::read_dir(home.path("mails/new")).unwrap().count();
    assert!(left > 0, "the signal did not end the poll:\n{log}");
    assert_eq!(
        home.values() / 96 + left,
        mails(),
        "stored, but not released"
    );
    assert_eq!(home.command(&["fetch"]).0, Some(0));
    assert_eq!(home.values(), mails() * 96);
}

#[test]
fn a_stop_while_waiting_for_news_ends_at_once_and_says_goodbye() {
    let bed = Dovecot::start();
    let home = Home::new();
    home.configure(&[home.imap(&bed, "idler", "poll_interval = \"1h\"")]);
    let gateway = Gateway::run(&home);
    gateway.wait_for_metric("mscons_gateway_mailbox_up{mailbox=\"idler\"} 1");
    let (took, log) = gateway.stop("TERM");
    assert!(took < Duration::from_secs(3), "{took:?}\n{log}");
    wait_for("the LOGOUT", || {
        bed.log().contains("Logged out").then_some(())
    });
}

#[test]
fn a_stop_while_a_server_does_not_answer_ends_within_its_grace() {
    // Takes connections, and says nothing.
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let home = Home::new();
    home.configure(&[format!(
        "[[mailbox]]\nname = \"silent\"\nhost = \"127.0.0.1\"\nport = {}\nencryption = \"none\"\n\
         username = \"silent\"\npassword = \"secret\"\n",
        silent.local_addr().unwrap().port()
    )]);
    let gateway = Gateway::run(&home);
    let _connection = silent.accept().unwrap();
    gateway.stop("INT");
}

fn archived(home: &Home) -> u64 {
    let files = fs::read_dir(home.path("data/archive"))
        .into_iter()
        .flatten();
    files
        .map(|file| file.unwrap().metadata().map_or(0, |known| known.len()))
        .sum()
}

fn mails() -> usize {
    usize::try_from(MAILS).unwrap()
}

/// More than a stop may wait for.
const MAILS: u32 = 2_000;
/// About what one of them takes in the archive.
const ARCHIVED_BYTES_A_MAIL: u64 = 420;
