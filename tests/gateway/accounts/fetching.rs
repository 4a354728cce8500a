//! Fetching and sending by tokens, where all goes well, and where a token ends.

use serde_json::json;

use super::*;
use crate::run::gateway::{Gateway, wait_for};

#[test]
fn what_is_connected_beside_the_gateway_is_fetched_at_once_by_imap_and_pop3() {
    let office = Office::open();
    office.deliver("anna", 0);
    office.home.configure(&[
        office.mailbox("anna", "imap", ""),
        office.mailbox("anna", "pop3", ""),
        office.device(),
    ]);
    let gateway = Gateway::run(&office.home);
    let reason = wait_for("a mailbox that needs a sign-in", || {
        let (status, answer) = gateway.get("/readyz");
        (status == 503 && answer.matches("connect office").count() == 2).then_some(answer)
    });
    assert!(reason.contains("is not connected yet"), "{reason}");
    gateway.wait_for_metric(&needs_sign_in("office", 1));
    let (_, page) = gateway.get("/");
    assert!(page.contains("Anmeldung nötig"), "{page}");
    assert!(
        page.contains("Das Konto ist noch nicht verbunden"),
        "{page}"
    );

    let (code, said) = office.connect("anna@example.org");
    assert_eq!(code, Some(0), "{said}");
    assert!(
        said.contains("office: connected as anna@example.org"),
        "{said}"
    );
    // Both polls were an hour away.
    gateway.wait_for_metric(&fetched("anna-imap", 1));
    gateway.wait_for_metric(&fetched("anna-pop3", 1));
    gateway.wait_for_metric(&needs_sign_in("office", 0));
    wait_for("a gateway that is ready", || {
        (gateway.get("/readyz").0 == 200).then_some(())
    });
    let (_, metrics) = gateway.get("/metrics");
    let line = metrics
        .lines()
        .find(|line| line.starts_with("mscons_gateway_token_expiry"));
    assert!(!line.unwrap().ends_with(" 0"), "{line:?}");
    assert_eq!(
        office.entra.requests("refresh_token"),
        0,
        "one token serves both"
    );
    gateway.stop("TERM");
    // The mail is one, and stored once.
    assert_eq!(office.home.values(), 96);

    // Another process goes on where this one was.
    office.deliver("anna", 1);
    let (code, _, said) = office.home.command(&["fetch"]);
    assert_eq!(code, Some(0), "{said}");
    assert_eq!(office.home.values(), 2 * 96);
    assert_eq!(office.entra.requests("refresh_token"), 1);
}

#[test]
fn an_account_that_only_sending_needs_is_the_headline_while_all_mailboxes_are_well() {
    let office = Office::open();
    let home = &office.home;
    let smtp = "[smtp]\nhost = \"127.0.0.1\"\nport = 9\nencryption = \"none\"\nauth = \"microsoft\"\n\
        username = \"xenia@example.org\"\nsender = \"xenia@example.org\"\n";
    home.configure(&[home.maildir("mails", ""), office.device(), smtp.to_owned()]);
    let gateway = Gateway::run(home);
    gateway.wait_for_metric("mscons_gateway_mailbox_up{mailbox=\"mails\"} 1");
    let (_, page) = gateway.get("/");
    assert!(
        page.contains("Eine Anmeldung bei Microsoft fehlt"),
        "{page}"
    );
    office.connect("xenia@example.org");
    gateway.wait_for_metric(&needs_sign_in("office", 0));
    let (_, page) = gateway.get("/");
    assert!(
        !page.contains("Eine Anmeldung bei Microsoft fehlt"),
        "{page}"
    );
    gateway.stop("TERM");
}

#[test]
fn an_application_signs_in_by_secret_or_certificate_without_a_person() {
    let office = Office::open();
    office.application_of("berta");
    office.deliver("berta", 2);
    let (certificate, key) = office.entra.certificate("client");
    let certificate = format!(
        "certificate_file = '{}'\nkey_file = '{}'",
        certificate.display(),
        key.display()
    );
    office.home.configure(&[
        office.mailbox("berta", "imap", "account = \"secret\""),
        office.mailbox("berta", "pop3", "account = \"certificate\""),
        office.account("secret", "client_credentials", "client_secret = \"secret\""),
        office.account("certificate", "client_credentials", &certificate),
    ]);
    let gateway = Gateway::run(&office.home);
    gateway.wait_for_metric(&fetched("berta-imap", 1));
    gateway.wait_for_metric(&fetched("berta-pop3", 1));
    assert_eq!(gateway.get("/readyz").0, 200);
    assert_eq!(office.entra.requests("client_credentials"), 2);
    let (code, _, said) = office.home.command(&["connect", "secret"]);
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("nobody needs to sign in"), "{said}");
    gateway.stop("TERM");
}

#[test]
fn two_mailboxes_and_sending_have_one_token_and_it_is_renewed_once() {
    let office = Office::open();
    let post = Postfix::shared();
    office.home.configure(&[
        office.mailbox("carla", "imap", "poll_interval = \"1s\"\nidle = false"),
        office.mailbox("carla", "pop3", "poll_interval = \"1s\""),
        office.device(),
        office.smtp(&post, "carla"),
    ]);
    let gateway = Gateway::run(&office.home);
    // The first token is due soon, the next one in an hour.
    office.entra.control(&json!({ "ttl": 12 }));
    office.connect("carla@example.org");
    office.entra.control(&json!({ "ttl": 3600 }));
    wait_for("a renewal", || {
        (office.entra.requests("refresh_token") >= 1).then_some(())
    });
    let polls = |name: &str| {
        let (_, metrics) = gateway.get("/metrics");
        let line = format!("mscons_gateway_polls_total{{mailbox=\"{name}\",result=\"ok\"}} ");
        let counted = metrics.lines().find_map(|found| found.strip_prefix(&line));
        counted.map_or(0, |number| number.parse::<u32>().unwrap())
    };
    for name in ["carla-imap", "carla-pop3"] {
        let before = polls(name);
        wait_for("three more polls", || {
            (polls(name) >= before + 3).then_some(())
        });
    }
    let test_mail = ["send-test", "--to", "you@example.net"];
    let (code, sent, said) = office.home.command(&test_mail);
    assert_eq!(code, Some(0), "{said}");
    assert!(sent.contains("you@example.net: 250"), "{sent}");
    gateway.stop("TERM");
    let log = office.entra.log();
    assert_eq!(office.entra.requests("refresh_token"), 1, "{log:?}");
    // Without a gateway the command has the account itself.
    let (code, _, said) = office.home.command(&test_mail);
    assert_eq!(code, Some(0), "{said}");
    assert_eq!(office.entra.requests("refresh_token"), 2);
}

#[test]
fn a_token_that_a_server_refuses_is_asked_for_anew_once() {
    let office = Office::open();
    let post = Postfix::shared();
    for user in ["dora", "emil"] {
        office.deliver(user, 3);
    }
    office.home.configure(&[
        office.mailbox("dora", "imap", ""),
        office.device(),
        office.smtp(&post, "dora"),
    ]);
    let gateway = Gateway::run(&office.home);
    office
        .entra
        .control(&json!({ "patch": { "access_token": "no.token.at.all" } }));
    office.connect("dora@example.org");
    // The new one is as bad: it is a fault that a person sees.
    let reason = wait_for("a refused token", || {
        let (status, answer) = gateway.get("/readyz");
        (status == 503 && answer.contains("refused the access token")).then_some(answer)
    });
    // The second failure. Rights at Exchange take effect within an hour, and nobody tells of it: it
    // is no wrong password, after which the next poll is six hours away.
    let line = gateway.wait_for_log("refused the access token");
    assert!(
        line.contains("poll failed") && line.contains("retry_in=300s"),
        "{line}"
    );
    // What the server said of it in base64.
    assert!(
        reason.contains("status") && reason.contains("401"),
        "{reason}"
    );
    let refreshes = office.entra.requests("refresh_token");
    assert_eq!(refreshes, 1, "{:?}", office.entra.log());
    let (code, _, said) = office
        .home
        .command(&["send-test", "--to", "you@example.net"]);
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("refused the access token of dora"), "{said}");

    office.entra.control(&json!({ "patch": {} }));
    let (code, _, said) = office.home.command(&["fetch"]);
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("1 new mails"), "{said}");
    assert_eq!(gateway.get("/readyz").0, 200);
    gateway.stop("TERM");
}

#[test]
fn a_session_whose_token_ends_is_opened_anew_and_loses_nothing() {
    let office = Office::open();
    office.deliver("frieda", 4);
    office
        .home
        .configure(&[office.mailbox("frieda", "imap", ""), office.device()]);
    let gateway = Gateway::run(&office.home);
    office.entra.control(&json!({ "ttl": 12 }));
    office.connect("frieda@example.org");
    gateway.wait_for_metric(&fetched("frieda-imap", 1));
    wait_for("a renewal that nobody asked for", || {
        (office.entra.requests("refresh_token") >= 1).then_some(())
    });
    let logins = office.bed.logins("frieda");
    office.bed.kick("frieda");
    office.deliver("frieda", 5);
    gateway.wait_for_metric(&fetched("frieda-imap", 2));
    assert!(office.bed.logins("frieda") > logins);
    gateway.stop("TERM");
    assert_eq!(office.home.values(), 2 * 96);
}
