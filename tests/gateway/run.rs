//! `mscons-gateway run` as a whole: a process, its mailboxes, its pages, its signals.

mod alerts;
mod clock;
mod control;
pub(crate) mod disk;
pub(crate) mod gateway;
mod once;
mod outage;
mod read_only;
mod reload;
mod stop;

use std::fs;

use mscons_gateway::sample;

use crate::support::dovecot::Dovecot;
use gateway::{Gateway, Home};

pub(crate) use gateway::wait_for;

#[test]
fn a_mail_that_comes_later_is_stored_without_waiting_for_the_timer() {
    let bed = Dovecot::shared();
    bed.deliver("early", "INBOX", &sample::load_profile_mail(0).bytes);
    let home = Home::new();
    home.configure(&[home.imap(&bed, "early", "poll_interval = \"1h\"")]);
    let gateway = Gateway::run(&home);
    assert_eq!(gateway.get("/healthz").0, 200);
    gateway.wait_for_metric("mscons_gateway_mails_fetched_total{mailbox=\"early\"} 1");
    assert_eq!(
        gateway.get("/readyz").0,
        200,
        "{}",
        gateway.get("/readyz").1
    );
    gateway.wait_for_metric("mscons_gateway_mailbox_up{mailbox=\"early\"} 1");

    bed.deliver("early", "INBOX", &sample::load_profile_mail(1).bytes);
    gateway.wait_for_metric("mscons_gateway_mails_fetched_total{mailbox=\"early\"} 2");
    let (status, page) = gateway.get("/series");
    assert_eq!(status, 200);
    assert_eq!(page.matches("href=\"/series/").count(), 2, "{page}");
    assert_eq!(bed.connections("early"), 1);
    gateway.stop("TERM");
    assert_eq!(home.values(), 2 * 96);
}

#[test]
fn a_second_instance_is_refused_and_the_first_goes_on() {
    let home = Home::new();
    home.configure(&[home.maildir("mails", "poll_interval = \"1s\"")]);
    let first = Gateway::run(&home);
    let (code, log) = Gateway::start(&home, &["run"]).end();
    assert_eq!(code, Some(1), "{log}");
    let holder = format!("(process {})", first.id());
    assert!(
        log.contains("is in use by another process") && log.contains(&holder),
        "{log}"
    );

    home.deliver("mails", 0);
    first.wait_for_metric("mscons_gateway_mails_fetched_total{mailbox=\"mails\"} 1");
    first.stop("TERM");
    assert_eq!(home.values(), 96);
}

#[test]
fn a_refused_password_makes_the_gateway_not_ready_and_readyz_says_why() {
    let home = Home::new();
    let bed = Dovecot::shared();
    let wrong = home.imap(&bed, "locked", "").replace("secret", "wrong");
    home.configure(&[wrong, home.maildir("mails", "")]);
    let gateway = Gateway::run(&home);
    let reason = wait_for("a reason not to be ready", || {
        let (status, answer) = gateway.get("/readyz");
        (status == 503).then_some(answer)
    });
    assert!(
        reason.contains("mailbox locked: 127.0.0.1 refused the login of locked"),
        "{reason}"
    );
    gateway.wait_for_metric("mscons_gateway_mailbox_up{mailbox=\"mails\"} 1");
    gateway.stop("TERM");
    assert!(fs::exists(home.path("data/lock")).unwrap());
}
