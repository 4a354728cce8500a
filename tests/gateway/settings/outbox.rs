//! What the administrator does with mails of ours.

use std::fs;

use super::{House, free_port};
use crate::run::gateway::wait_for;
use crate::settings::visitor::value_of;

/// State of the first mail of ours.
fn state(house: &House) -> String {
    let (_, out, _) = house.home.command(&["outbox", "--format", "json"]);
    let list: serde_json::Value = serde_json::from_str(&out).unwrap();
    let state = list
        .as_array()
        .and_then(|list| list.last()?["state"].as_str());
    state.unwrap_or_default().to_owned()
}

#[test]
fn the_administrator_lets_a_mail_go_and_sends_it_again() {
    let house = House::open(&format!(
        "[alert]\nmail = [\"admin@example.net\"]\n[smtp]\nhost = \"127.0.0.1\"\nport = {}\nencryption = \"none\"\nauth = \"none\"\nsender = \"meter@example.org\"\n",
        free_port()
    ));
    let broken = house.home.path("broken.edi");
    fs::write(&broken, "UNB+UNOC:3+a+b'").unwrap();
    house.home.command(&["import", broken.to_str().unwrap()]);
    wait_for("a mail that cannot be sent", || {
        (state(&house) == "deferred").then_some(())
    });
    let stranger = house.visitor().page("/outbox");
    assert!(stranger.contains("admin@example.net"), "{stranger}");
    assert!(!stranger.contains("/settings/outbox/"), "{stranger}");

    let mut visitor = house.administrator();
    let page = visitor.page("/outbox");
    assert!(
        page.contains("Send again") && page.contains("Do not send"),
        "{page}"
    );
    let form = value_of(&page, "form");
    let answer = visitor.post("/settings/outbox/1/cancel", &[("form", &form)]);
    assert_eq!(answer.leads_to(), "/outbox?below=2#o1");
    assert_eq!(state(&house), "cancelled");
    let page = visitor.page("/outbox");
    assert!(!page.contains("Do not send"), "{page}");
    // Twice changes nothing, and says so by the state.
    let again = visitor.post("/settings/outbox/1/cancel", &[("form", &form)]);
    assert_eq!(again.leads_to(), "/outbox?below=2#o1");
    let answer = visitor.post("/settings/outbox/1/retry", &[("form", &form)]);
    assert_eq!(answer.status, 303, "{}", answer.body);
    assert_ne!(state(&house), "cancelled");
    let none = visitor.post("/settings/outbox/99/retry", &[("form", &form)]);
    assert_eq!(none.status, 404, "{}", none.body);
}
