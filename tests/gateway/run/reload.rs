//! SIGHUP: the changed file is taken over, a faulty one changes nothing.

use std::fs;

use mscons_gateway::sample;

use super::gateway::{Gateway, Home, wait_for};
use crate::support::dovecot::Dovecot;

#[test]
fn a_reload_adds_removes_and_keeps_mailboxes() {
    let bed = Dovecot::start();
    let home = Home::new();
    let kept = home.imap(&bed, "kept", "");
    let changed = home.imap(&bed, "changed", "poll_interval = \"1h\"");
    home.configure(&[kept.clone(), changed.clone(), home.imap(&bed, "gone", "")]);
    let gateway = Gateway::run(&home);
    for name in ["kept", "changed", "gone"] {
        gateway.wait_for_metric(&format!(
            "mscons_gateway_mailbox_up{{mailbox=\"{name}\"}} 1"
        ));
    }
    bed.deliver("kept", "INBOX", &sample::load_profile_mail(0).bytes);
    gateway.wait_for_metric("mscons_gateway_mails_fetched_total{mailbox=\"kept\"} 1");

    let changed = changed.replace("1h", "2h");
    home.configure(&[
        home.maildir("added", "poll_interval = \"1s\""),
        kept,
        changed,
    ]);
    home.deliver("added", 1);
    gateway.signal("HUP");
    gateway.wait_for_metric("mscons_gateway_mails_fetched_total{mailbox=\"added\"} 1");
    wait_for("the end of the removed one's connection", || {
        (bed.connections("gone") == 0).then_some(())
    });
    bed.deliver("changed", "INBOX", &sample::load_profile_mail(2).bytes);
    gateway.wait_for_metric("mscons_gateway_mails_fetched_total{mailbox=\"changed\"} 1");
    wait_for("one connection", || {
        (bed.connections("changed") == 1).then_some(())
    });
    assert_eq!(bed.connections("kept"), 1);
    assert_eq!(
        bed.logins("kept"),
        1,
        "the one that did not change was left alone"
    );
    let (_, page) = gateway.get("/");
    assert!(page.contains("added") && !page.contains("gone"), "{page}");
    let (_, metrics) = gateway.get("/metrics");
    for line in [
        "mailbox_connections{mailbox=\"kept\"} 1",
        "mailbox_connections{mailbox=\"added\"} 0",
        "polls_total{mailbox=\"added\",result=\"panic\"} 0",
        "polls_total{mailbox=\"gone\",result=\"ok\"}",
    ] {
        assert!(metrics.contains(line), "{line}\n{metrics}");
    }
    assert!(
        !metrics.contains("mailbox_up{mailbox=\"gone\"}"),
        "{metrics}"
    );
    gateway.stop("TERM");
    assert_eq!(home.values(), 3 * 96);
}

#[test]
fn a_faulty_file_changes_nothing_and_the_log_says_where_it_is() {
    let home = Home::new();
    home.configure(&[home.maildir("mails", "poll_interval = \"1s\"")]);
    let gateway = Gateway::run(&home);
    fs::write(home.config(), "[[mailbox]]\nnam = \"other\"\n").unwrap();
    gateway.signal("HUP");
    let line = gateway.wait_for_log("the gateway goes on with the old one");
    assert!(
        line.contains("ERROR") && line.contains("gateway.toml:2"),
        "{line}"
    );
    fs::remove_file(home.config()).unwrap();
    gateway.signal("HUP");
    home.deliver("mails", 0);
    gateway.wait_for_metric("mscons_gateway_mails_fetched_total{mailbox=\"mails\"} 1");
    home.configure(&[]);
    gateway.stop("TERM");
    assert_eq!(home.values(), 96);
}

#[test]
fn a_reload_renews_the_virtual_series_of_pages_and_commands() {
    let home = Home::new();
    let mails = home.maildir("mails", "poll_interval = \"1s\"");
    home.configure(std::slice::from_ref(&mails));
    home.deliver("mails", 0);
    let gateway = Gateway::run(&home);
    gateway.wait_for_metric("mscons_gateway_mails_fetched_total{mailbox=\"mails\"} 1");
    let (_, listed, _) = home.command(&["series", "--format", "json"]);
    let listed: serde_json::Value = serde_json::from_str(&listed).unwrap();
    let part = |key: &str| listed[0][key].as_str().unwrap().to_owned();
    let term = format!("{}/{}", part("location"), part("obis"));
    let with = |name: &str| {
        format!(
            "{mails}[[virtual]]\nname = \"{name}\"\nunit = \"kWh\"\nterms = [{{ series = \"{term}\" }}]\n"
        )
    };
    home.configure(&[with("before")]);
    gateway.signal("HUP");
    wait_for("the virtual series on the page", || {
        gateway.get("/series").1.contains("before").then_some(())
    });
    home.configure(&[with("after")]);
    gateway.signal("HUP");
    wait_for("the renamed series on the page", || {
        let (_, page) = gateway.get("/series");
        (page.contains("after") && !page.contains("before")).then_some(())
    });
    let (code, listed, errors) = home.command(&["series"]);
    assert_eq!(code, Some(0), "{errors}");
    assert!(
        listed.contains("after") && !listed.contains("before"),
        "{listed}"
    );
    gateway.stop("TERM");
}
