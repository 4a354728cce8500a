//! No secret is in anything that people or machines read.

use serde_json::json;

use super::*;
use crate::run::gateway::{Gateway, wait_for};

#[test]
fn no_secret_is_in_logs_metrics_pages_and_what_commands_say() {
    let office = Office::open();
    let post = Postfix::shared();
    let home = &office.home;
    office.deliver("maria", 9);
    office.entra.control(&json!({
        "ttl": 12,
        "apps": { "app-1": {
            "secret": "client~secret~of~the~test", "certificate": null, "public": true,
            "redirects": ["http://localhost/oauth/callback"],
        } },
    }));
    let secret = "client_secret = \"client~secret~of~the~test\"";
    home.configure(&[
        office.mailbox("maria", "imap", "poll_interval = \"1s\"\nidle = false"),
        office.mailbox("maria", "pop3", "poll_interval = \"1s\""),
        office.account("office", "device_code", secret),
        office.smtp(&post, "maria"),
    ]);
    let filter = "trace,mscons_gateway=trace";
    let gateway = Gateway::start(home, &["--log", filter, "run"]);
    gateway.wait_for_log("the gateway runs");
    let mut heard = office.connect("maria@example.org").1;
    for name in ["maria-imap", "maria-pop3"] {
        gateway.wait_for_metric(&fetched(name, 1));
    }
    let hear = |command: &[&str]| {
        let (_, out, err) = home.command(command);
        format!("{out}{err}")
    };
    heard += &hear(&["send-test", "--to", "you@example.net", "--dialogue"]);
    heard += &hear(&["doctor"]);
    heard += &hear(&["accounts", "--format", "json"]);
    wait_for("a renewal", || {
        (office.entra.requests("refresh_token") >= 2).then_some(())
    });
    // Servers and Microsoft refuse: their words are shown, ours not.
    office
        .entra
        .control(&json!({ "patch": { "access_token": "eyJhbGciOiJub25lIn0.e30.refused" } }));
    heard += &hear(&["doctor"]);
    heard += &hear(&["send-test", "--to", "you@example.net"]);
    office.entra.control(&json!({ "revoke": "all" }));
    heard += &hear(&["doctor"]);
    heard += &hear(&["accounts"]);
    gateway.wait_for_metric(&needs_sign_in("office", 1));
    for page in ["/", "/readyz", "/metrics"] {
        heard += &gateway.get(page).1;
    }
    heard += &hear(&["disconnect", "office"]);
    heard += &hear(&["rotate-key"]);
    heard += &gateway.stop("TERM").1;
    assert_silent(&office, &heard);
}

/// Nothing of what is secret was heard.
fn assert_silent(office: &Office, heard: &str) {
    assert!(heard.len() > 10_000, "much was said");
    let key = std::fs::read_to_string(office.home.path("data/secret.key")).unwrap();
    let mut secrets = office.entra.refresh_tokens();
    assert!(secrets.len() > 2);
    secrets.extend(
        [
            "client~secret~of~the~test",
            "eyJ0eXAi",
            "eyJhbGciOiJub25lIn0",
            "auth=Bearer",
            key.trim(),
        ]
        .map(str::to_owned),
    );
    // Access tokens of the server begin with `{"typ"`, XOAUTH2 in base64 so:
    secrets.push("dXNlcj1tYXJpYUBleGFtcGxlLm9yZwFhdXRo".to_owned());
    for secret in secrets {
        let at = heard.find(&secret);
        let around = at.map(|at| {
            heard[at.saturating_sub(200)..]
                .chars()
                .take(400)
                .collect::<String>()
        });
        assert!(at.is_none(), "{secret} stands in: {around:?}");
    }
}
