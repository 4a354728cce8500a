//! What `run` tells of late values and dead mailboxes: metrics, pages, webhook.

use std::fs;

use super::gateway::{Gateway, Home};
use crate::support::webhook::Webhook;

/// Expects what never came from a partner.
fn expecting(webhook: &Webhook, partners: &[&str]) -> String {
    let alert = format!(
        "[alert]\nwebhook = \"{}\"\nstale_after = \"3s\"\n",
        webhook.address()
    );
    let expect = |id: &&str| {
        format!(
            "[[partner]]\nid = \"{id}\"\nname = \"Netz {id}\"\n\
             [[expect]]\nlocation = \"5012096221{}\"\nobis = \"1-1:1.29.0\"\npartner = \"{id}\"\n",
            &id[12..]
        )
    };
    let expected: String = partners.iter().map(expect).collect();
    alert + expected.as_str()
}

#[test]
fn late_values_and_a_dead_mailbox_are_told_once_also_over_a_restart() {
    let webhook = Webhook::start();
    let home = Home::new();
    let first = "9905048000007";
    let mailbox = home.maildir("mails", "poll_interval = \"1s\"");
    home.configure(&[mailbox.clone(), expecting(&webhook, &[first])]);
    fs::remove_dir_all(home.path("mails")).unwrap();

    let gateway = Gateway::run(&home);
    let overdue = webhook.take();
    assert_eq!(
        (&overdue["kind"], &overdue["status"]),
        (&"overdue".into(), &"firing".into())
    );
    assert_eq!(overdue["subject"], first);
    gateway.wait_for_metric(&format!(
        "mscons_gateway_overdue_series{{partner=\"{first}\"}} 1"
    ));
    gateway.wait_for_metric(&format!("mscons_gateway_gaps{{partner=\"{first}\"}} 1"));
    let sent = "mscons_gateway_alerts_sent_total{kind=\"overdue\",result=\"delivered\"} 1";
    gateway.wait_for_metric(sent);
    let (_, page) = gateway.get("/gaps");
    assert!(
        page.contains("Netz 9905048000007") && page.contains("noch nie angekommen"),
        "{page}"
    );
    assert!(gateway.get("/").1.contains("überfällig"));
    let stale = webhook.take();
    assert_eq!(
        (&stale["kind"], &stale["subject"]),
        (&"mailbox_stale".into(), &"mails".into())
    );
    let logged = gateway.wait_for_log("alert=\"mailbox_stale\"");
    assert!(
        logged.contains("ERROR") && !gateway.log().contains("geheim"),
        "{logged}"
    );
    gateway.stop("TERM");

    // The mailbox is mended, and another partner is late: that is all that is new.
    let second = "9905048000018";
    home.configure(&[
        home.maildir("mails", "poll_interval = \"1s\""),
        expecting(&webhook, &[first, second]),
    ]);
    let gateway = Gateway::run(&home);
    let mut news = [webhook.take(), webhook.take()].map(|notice| {
        [&notice["kind"], &notice["status"], &notice["subject"]]
            .map(|field| field.as_str().unwrap().to_owned())
            .join(" ")
    });
    news.sort();
    assert_eq!(
        news,
        [
            "mailbox_stale resolved mails",
            &format!("overdue firing {second}")
        ]
    );

    // What is no longer expected is not late.
    home.configure(&[mailbox, expecting(&webhook, &[first])]);
    gateway.signal("HUP");
    assert_eq!(webhook.take()["subject"], second);
    gateway.wait_for_metric(&format!(
        "mscons_gateway_overdue_series{{partner=\"{second}\"}} 0"
    ));
    gateway.stop("TERM");
}
