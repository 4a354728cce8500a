//! A server that goes away and comes back.

use std::time::Duration;

use mscons_gateway::{clock, sample};

use super::gateway::{Gateway, Home, wait_for};
use crate::support::dovecot::Dovecot;
use crate::support::scripted::{Scripted, last};

#[test]
fn a_server_that_comes_back_is_polled_again_over_one_connection() {
    let mut bed = Dovecot::start();
    bed.deliver("outage", "INBOX", &sample::load_profile_mail(0).bytes);
    let home = Home::new();
    home.configure(&[home.imap(&bed, "outage", "poll_interval = \"1h\"")]);
    let gateway = Gateway::run(&home);
    gateway.wait_for_metric("mscons_gateway_mails_fetched_total{mailbox=\"outage\"} 1");

    for round in 1..=2 {
        bed.stop();
        gateway.wait_for_metric("mscons_gateway_mailbox_up{mailbox=\"outage\"} 0");
        let (_, page) = gateway.get("/");
        assert!(
            page.contains("outage") && page.contains("refused"),
            "{page}"
        );
        gateway.wait_for_metric("mscons_gateway_mailbox_connections{mailbox=\"outage\"} 0");
        // A restart of a mail server alerts nobody: that is a matter of minutes (`health`).
        assert_eq!(gateway.get("/readyz").0, 200);
        bed.deliver("outage", "INBOX", &sample::load_profile_mail(round).bytes);
        bed.start_again();
        let fetched = round + 1;
        gateway.wait_for_metric(&format!(
            "mscons_gateway_mails_fetched_total{{mailbox=\"outage\"}} {fetched}"
        ));
        gateway.wait_for_metric("mscons_gateway_mailbox_up{mailbox=\"outage\"} 1");
        gateway.wait_for_metric("mscons_gateway_mailbox_connections{mailbox=\"outage\"} 1");
        wait_for("one connection", || {
            (bed.connections("outage") == 1).then_some(())
        });
    }
    let log = gateway.stop("TERM").1;
    assert!(log.contains("retry_in="), "{log}");
    assert_eq!(home.values(), 3 * 96);
}

#[test]
fn a_server_that_hangs_up_on_idle_is_not_asked_without_a_pause() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let server = runtime.block_on(Scripted::imap("IDLE", 0, |command| {
        (command == "IDLE").then(|| last("* BYE not today\r\n"))
    }));
    let home = Home::new();
    home.configure(&[format!(
        "[[mailbox]]\nname = \"moody\"\nhost = \"127.0.0.1\"\nport = {}\nencryption = \"none\"\n\
         username = \"moody\"\npassword = \"secret\"\n",
        server.port
    )]);
    let gateway = Gateway::run(&home);
    let begun = clock::monotonic();
    let logins = || server.count("LOGIN") + server.count("AUTHENTICATE");
    wait_for("the fourth login", || (logins() >= 4).then_some(()));
    // The pauses are random, up to 1, 2, 5 seconds, and at least a tenth.
    assert!(
        begun.elapsed() >= Duration::from_millis(300),
        "{:?}",
        begun.elapsed()
    );
    gateway.stop("TERM");
}
