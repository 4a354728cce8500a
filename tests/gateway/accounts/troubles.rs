//! Microsoft that is busy, away, or has revoked; and a process that is killed.

use serde_json::json;

use super::*;
use crate::run::gateway::{Gateway, wait_for};

#[test]
fn what_is_revoked_needs_a_sign_in_and_the_other_mailbox_goes_on() {
    let office = Office::open();
    let home = &office.home;
    home.configure(&[
        office.mailbox("gerda", "pop3", "poll_interval = \"1s\""),
        home.maildir("mails", "poll_interval = \"1s\""),
        office.device(),
    ]);
    let gateway = Gateway::run(home);
    office.entra.control(&json!({ "ttl": 12 }));
    office.connect("gerda@example.org");
    gateway.wait_for_metric("mscons_gateway_mailbox_up{mailbox=\"gerda-pop3\"} 1");
    office
        .entra
        .control(&json!({ "revoke": "gerda@example.org" }));
    gateway.wait_for_metric(&needs_sign_in("office", 1));
    let line = gateway.wait_for_log("AADSTS50173");
    assert!(
        line.contains("ERROR") && line.contains("needs a sign-in: on its page"),
        "{line}"
    );
    assert!(
        line.contains("Das Kennwort wurde geändert"),
        "in the configured language: {line}"
    );
    gateway.wait_for_log("alert=\"account\"");
    let reason = wait_for("a mailbox that is down", || {
        let (status, answer) = gateway.get("/readyz");
        (status == 503 && answer.contains("gerda-pop3")).then_some(answer)
    });
    assert!(
        reason.contains("The password was changed, or the sessions were revoked"),
        "{reason}"
    );
    gateway.wait_for_metric(
        "mscons_gateway_token_refreshes_total{account=\"office\",result=\"final\"} 1",
    );
    let (code, listed, said) = home.command(&["accounts"]);
    assert_eq!(code, Some(1), "{said}");
    assert!(
        listed.contains("needs sign-in")
            && said.contains("The password was changed")
            && said.contains("Das Kennwort wurde geändert")
            && said.contains("AADSTS50173"),
        "in both languages: {listed}{said}"
    );
    let (code, told, _) = home.command(&["doctor"]);
    assert_eq!(code, Some(1), "{told}");
    assert!(
        told.contains("account office: token")
            && told.contains("connect office")
            && told.contains("The password was changed")
            && told.contains("Das Kennwort wurde geändert"),
        "in both languages: {told}"
    );

    // All else goes on, and who signs in again is fetched from at once.
    home.deliver("mails", 0);
    gateway.wait_for_metric(&fetched("mails", 1));
    office.deliver("gerda", 1);
    office.entra.control(&json!({ "ttl": 3600 }));
    office.connect("gerda@example.org");
    gateway.wait_for_metric(&fetched("gerda-pop3", 1));
    gateway.wait_for_metric(&needs_sign_in("office", 0));
    gateway.stop("TERM");
    assert_eq!(home.values(), 2 * 96);
}

/// A connection that was signed in once stays so for its server, whatever becomes of the account.
#[test]
fn who_disconnects_an_account_ends_what_it_has_open() {
    let office = Office::open();
    let home = &office.home;
    let released = "delete_after_fetch = true";
    home.configure(&[office.mailbox("paula", "imap", released), office.device()]);
    let gateway = Gateway::run(home);
    office.connect("paula@example.org");
    office.deliver("paula", 0);
    gateway.wait_for_metric(&fetched("paula-imap", 1));
    let (code, _, said) = home.command(&["disconnect", "office"]);
    assert_eq!(code, Some(0), "{said}");
    gateway.wait_for_metric("mscons_gateway_mailbox_up{mailbox=\"paula-imap\"} 0");
    gateway.wait_for_metric("mscons_gateway_mailbox_connections{mailbox=\"paula-imap\"} 0");
    office.deliver("paula", 1);
    let (code, _, said) = home.command(&["fetch"]);
    assert_eq!(code, Some(1), "{said}");
    assert_eq!(office.bed.mails("paula", "INBOX").len(), 1, "{said}");
    office.connect("paula@example.org");
    gateway.wait_for_metric(&fetched("paula-imap", 2));
    gateway.stop("TERM");
    assert_eq!(home.values(), 2 * 96);
}

#[test]
fn microsoft_may_be_busy_or_away_for_a_while() {
    let office = Office::open();
    office.application_of("nora");
    office.deliver("nora", 6);
    office.home.configure(&[
        office.mailbox("nora", "pop3", "poll_interval = \"1s\""),
        office.account("office", "client_credentials", "client_secret = \"secret\""),
    ]);
    office.entra.next(&json!([
        { "kind": "503" },
        { "kind": "drop" },
        { "kind": "429", "retry_after": 1 },
        { "kind": "html" },
    ]));
    let gateway = Gateway::run(&office.home);
    let line = gateway.wait_for_log("gives no token now; it is tried again");
    assert!(line.contains("WARN"), "{line}");
    gateway.wait_for_metric(&fetched("nora-pop3", 1));
    let (_, metrics) = gateway.get("/metrics");
    let line = "mscons_gateway_token_refreshes_total{account=\"office\",result=\"transient\"} 4";
    assert!(metrics.contains(line), "{:?}", office.entra.log());
    assert!(!gateway.log().contains("ERROR"), "{}", gateway.log());
    gateway.stop("TERM");
}

/// Kills the gateway while it waits for an answer to a renewal that Microsoft has made already.
fn killed_at_a_renewal(office: &Office, user: &str, rotation: &str) {
    office
        .entra
        .control(&json!({ "ttl": 12, "rotation": rotation }));
    let gateway = Gateway::run(&office.home);
    office.connect(&format!("{user}@example.org"));
    let up = format!("mscons_gateway_mailbox_up{{mailbox=\"{user}-pop3\"}} 1");
    gateway.wait_for_metric(&up);
    office
        .entra
        .next(&json!({ "kind": "slow", "seconds": 60, "after": true }));
    wait_for("a renewal that is under way", || {
        (office.entra.requests("refresh_token") == 1).then_some(())
    });
    gateway.signal("KILL");
    drop(gateway);
}

#[test]
fn a_process_that_is_killed_between_answer_and_storage_goes_on_where_old_tokens_stay_good() {
    let office = Office::open();
    let mailbox = office.mailbox("hanna", "pop3", "poll_interval = \"1s\"");
    office.home.configure(&[mailbox, office.device()]);
    killed_at_a_renewal(&office, "hanna", "lax");
    office.deliver("hanna", 7);
    let gateway = Gateway::run(&office.home);
    gateway.wait_for_metric(&fetched("hanna-pop3", 1));
    gateway.stop("TERM");
}

#[test]
fn where_they_do_not_a_sign_in_is_needed_and_nothing_else_is_harmed() {
    let office = Office::open();
    let home = &office.home;
    home.configure(&[
        office.mailbox("paula", "pop3", "poll_interval = \"1s\""),
        home.maildir("mails", "poll_interval = \"1s\""),
        office.device(),
    ]);
    killed_at_a_renewal(&office, "paula", "strict");
    home.deliver("mails", 0);
    let gateway = Gateway::run(home);
    gateway.wait_for_metric(&needs_sign_in("office", 1));
    gateway.wait_for_metric(&fetched("mails", 1));
    gateway.stop("TERM");
    // It is known over a restart, and nobody is asked again for it.
    let (_, listed, _) = home.command(&["accounts", "--format", "json"]);
    let listed: serde_json::Value = serde_json::from_str(&listed).unwrap();
    assert_eq!(listed[0]["state"], "needs sign-in", "{listed}");
    assert_eq!(listed[0]["meaning"], "grant_invalid", "{listed}");
    for (language, words) in [("en", "sign-in"), ("de", "Anmeldung")] {
        let remedy = listed[0]["remedy"][language].as_str().unwrap_or_default();
        assert!(remedy.contains(words), "{listed}");
    }
}

#[test]
fn a_reload_takes_over_a_changed_account() {
    let office = Office::open();
    office.application_of("olga");
    office.deliver("olga", 8);
    let wrong = office.account("office", "client_credentials", "client_secret = \"wrong\"");
    let mailbox = office.mailbox("olga", "imap", "");
    office.home.configure(&[mailbox.clone(), wrong.clone()]);
    let gateway = Gateway::run(&office.home);
    let line = gateway.wait_for_log("the Microsoft account does not work");
    assert!(line.contains("AADSTS7000215"), "{line}");
    office
        .home
        .configure(&[mailbox, wrong.replace("wrong", "secret")]);
    gateway.signal("HUP");
    gateway.wait_for_metric(&fetched("olga-imap", 1));
    gateway.wait_for_log("the Microsoft account works again");
    gateway.stop("TERM");
}
