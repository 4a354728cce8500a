//! Sign-ins by browser: what comes back from Microsoft, and in whose session.

use serde_json::json;

use super::*;

const CONNECT: &str = "/settings/accounts/office/connect";

/// A gateway with an account that has its secret, and its administrator.
fn with_account(entra: &Entra) -> (House, Visitor) {
    let house = House::open(&account(entra, "authorization_code"));
    let mut visitor = house.administrator();
    let secret = [("client_secret", "secret")];
    visitor.act("/settings/accounts/office", &secret).leads_to();
    (house, visitor)
}

/// Where the page of a sign-in sends the browser.
fn away(page: &Answer) -> String {
    assert_eq!(page.status, 200, "{}", page.body);
    let (_, link) = page.body.split_once("id=\"away\" href=\"").unwrap();
    let link = link.split('"').next().unwrap().replace("&#38;", "&");
    assert!(
        page.body
            .contains("http-equiv=\"refresh\" content=\"0; url=")
    );
    link
}

/// Begins a sign-in, and goes through it as this user; gives the path that comes back.
pub(crate) fn come_back(house: &House, visitor: &mut Visitor, entra: &Entra, user: &str) -> String {
    let url = away(&visitor.act(CONNECT, &[]));
    house.path_in(&entra.sign_in(&url, user))
}

#[test]
fn an_account_is_connected_and_disconnected() {
    let entra = Entra::start();
    let (house, mut visitor) = with_account(&entra);
    let status = house.visitor().page("/");
    assert!(
        status.contains("The Microsoft account office needs a sign-in"),
        "{status}"
    );
    let back = come_back(&house, &mut visitor, &entra, METER);
    let notice = visitor.get(&back).leads_to().to_owned();
    assert_eq!(notice, "/settings/accounts?notice=connected&account=office");
    let page = visitor.page(&notice);
    for told in [
        "office is connected",
        ">connected</span>",
        "Meter Mailbox (meter@example.org)",
        "Connected since",
        "Access token good until",
        "IMAP.AccessAsUser.All",
        "Connect again",
    ] {
        assert!(page.contains(told), "{told}: {page}");
    }
    assert!(!page.contains("is signed in, and the mailbox is"), "{page}");
    assert!(!house.visitor().page("/").contains("needs a sign-in"));

    // It outlives a restart, and a change of what has nothing to do with it.
    let house = house.again();
    let mut visitor = house.visitor();
    visitor.post("/login", &[("password", PASSWORD)]);
    assert!(
        visitor
            .page("/settings/accounts")
            .contains("meter@example.org)")
    );
    let gone = visitor.act("/settings/accounts/office/disconnect", &[]);
    let page = visitor.page(gone.leads_to());
    assert!(
        page.contains("office is disconnected") && page.contains("not connected"),
        "{page}"
    );
    assert!(!page.contains("Meter Mailbox"), "{page}");
    let log = house.gateway.log();
    for secret in ["eyJ", "\"0.", "\"1.", "code="] {
        assert!(!log.contains(secret), "{secret}: {log}");
    }
}

#[test]
fn another_user_than_that_of_the_mailbox_is_warned_of() {
    let entra = Entra::start();
    let (house, mut visitor) = with_account(&entra);
    let back = come_back(&house, &mut visitor, &entra, "other@example.org");
    let notice = visitor.get(&back).leads_to().to_owned();
    let page = visitor.page(&notice);
    assert!(
        page.contains("other@example.org is signed in, and the mailbox is meter@example.org"),
        "{page}"
    );
}

#[test]
fn what_comes_back_counts_once_and_in_the_session_that_began_it() {
    let entra = Entra::start();
    let (house, mut visitor) = with_account(&entra);
    let mut other = house.visitor();
    other.post("/login", &[("password", PASSWORD)]);
    let back = come_back(&house, &mut visitor, &entra, METER);

    let stranger = house.visitor().get(&back);
    assert_eq!(stranger.status, 403);
    assert!(
        stranger.body.contains("belongs to no session here"),
        "{}",
        stranger.body
    );
    for wrong in [
        back.clone(),
        "/oauth/callback".to_owned(),
        "/oauth/callback?state=forged&code=1.forged".to_owned(),
        "/oauth/callback?state=%00%ff&error=%3Cscript%3E".to_owned(),
    ] {
        let refused = other.get(&wrong);
        assert_eq!(refused.status, 422, "{wrong}");
        assert!(
            refused.body.contains("was not begun here"),
            "{}",
            refused.body
        );
        assert!(!refused.body.contains("<script>"));
    }
    assert!(entra.log().is_empty(), "no code was exchanged");

    // Nobody has spoilt it for the one who began it.
    visitor.get(&back).leads_to();
    let again = visitor.get(&back);
    assert_eq!(again.status, 422);
    assert!(again.body.contains("is used already"), "{}", again.body);
    let is_code = |(grant, _): &(String, String)| grant == "authorization_code";
    let exchanged = entra.log().into_iter().filter(is_code).count();
    assert_eq!(exchanged, 1);

    // A session that ended takes its sign-ins with it.
    let back = come_back(&house, &mut visitor, &entra, METER);
    visitor.act("/logout", &[]);
    visitor.post("/login", &[("password", PASSWORD)]);
    assert_eq!(visitor.get(&back).status, 422);
}

#[test]
fn each_refusal_says_what_it_means_and_what_to_do() {
    let entra = Entra::start();
    let (house, mut visitor) = with_account(&entra);
    let denied = come_back(&house, &mut visitor, &entra, "deny");
    let denied = visitor.get(&denied);
    assert_eq!(denied.status, 422);
    for told in ["declined or cancelled", "access_denied", "AADSTS65004"] {
        assert!(denied.body.contains(told), "{told}: {}", denied.body);
    }

    // A redirect address that is not registered shows at Microsoft already; where it comes back:
    let url = away(&visitor.act(CONNECT, &[]));
    let state = crate::support::entra::parameters(&url);
    let state = state.iter().find(|(name, _)| name == "state").unwrap();
    let told = "error=invalid_request&error_description=AADSTS50011%3A+The+redirect+URI";
    let differs = visitor.get(&format!("/oauth/callback?state={}&{told}", state.1));
    assert!(
        differs
            .body
            .contains("The redirect address is not in the app registration")
    );

    let refuse = |change: serde_json::Value, told: &str, visitor: &mut Visitor| {
        entra.control(&json!({ "reset": true }));
        let back = come_back(&house, visitor, &entra, METER);
        entra.control(&change);
        let refused = visitor.get(&back);
        assert!([422, 502].contains(&refused.status), "{told}");
        assert!(refused.body.contains(told), "{told}: {}", refused.body);
        assert!(refused.body.contains("href=\"/settings/accounts\""));
        assert!(
            visitor.page("/settings/accounts").contains("not connected"),
            "{told}"
        );
    };
    refuse(
        json!({ "clock": 601 }),
        "The sign-in has expired",
        &mut visitor,
    );
    let withheld = json!({ "withhold": ["IMAP.AccessAsUser.All"] });
    refuse(
        withheld,
        "Access to the mailbox was not granted",
        &mut visitor,
    );
    let not_lasting = json!({ "patch": { "refresh_token": null } });
    refuse(
        not_lasting,
        "Microsoft granted no lasting access",
        &mut visitor,
    );
    let expired = json!({ "expired_secrets": ["secret"] });
    refuse(expired, "The client secret has expired", &mut visitor);
    let busy = json!({ "next": { "kind": "429" } });
    refuse(busy, "Microsoft is overloaded", &mut visitor);
    let proxy = json!({ "next": { "kind": "html" } });
    refuse(proxy, "Something else answered instead", &mut visitor);

    entra.control(&json!({ "reset": true }));
    let wrong = [("client_secret", "nearly-the-secret")];
    visitor.act("/settings/accounts/office", &wrong).leads_to();
    let back = come_back(&house, &mut visitor, &entra, METER);
    let refused = visitor.get(&back);
    assert!(
        refused.body.contains("The client secret is wrong"),
        "{}",
        refused.body
    );
    let log = house.gateway.log();
    assert!(
        !log.contains("nearly-the-secret") && !log.contains("panic"),
        "{log}"
    );
}

#[test]
fn an_administrator_of_the_tenant_consents_by_a_link_and_comes_back_to_a_page() {
    let entra = Entra::start();
    let (house, mut visitor) = with_account(&entra);
    let page = visitor.page("/settings/accounts");
    let (_, link) = page.split_once("they open this link: <a href=\"").unwrap();
    let link = link.split('"').next().unwrap().replace("&#38;", "&");
    let consent = format!("{}/{TENANT}/v2.0/adminconsent", entra.authority());
    assert!(link.starts_with(&consent), "{link}");
    let parameters = crate::support::entra::parameters(&link);
    let redirect = format!("http://{}/oauth/callback", house.host);
    assert!(
        parameters.contains(&("redirect_uri".to_owned(), redirect)),
        "{link}"
    );
    let back = format!("/oauth/callback?admin_consent=True&tenant={TENANT}&scope=x");
    assert!(house.visitor().page(&back).contains("Consent given"));
    for declined in [
        "/oauth/callback?error=access_denied&admin_consent=True&code=x&state=",
        "/oauth/callback?error=permission_denied&error_description=Pay+here:+evil.example",
    ] {
        // The administrator of the tenant is anybody here.
        let answer = house.visitor().get(declined);
        assert_eq!(answer.status, 422);
        assert!(answer.body.contains("No consent"), "{}", answer.body);
        assert!(!answer.body.contains("evil.example"), "{}", answer.body);
    }
    assert!(visitor.page("/settings/accounts").contains("not connected"));
    // What anybody can have said as often as they like does not fill the log.
    let stranger = house.visitor().get("/oauth/callback?state=x&code=y");
    assert_eq!(stranger.status, 403);
    let later = [("client_secret", "secret")];
    visitor.act("/settings/accounts/office", &later).leads_to();
    let changed = "the settings of an account were changed";
    house.gateway.wait_for_logs(changed, 2);
    let log = house.gateway.log();
    assert!(!log.contains("came back from Microsoft"), "{log}");
}

#[test]
fn a_code_that_comes_back_for_another_registration_is_not_sent() {
    let entra = Entra::start();
    let (house, mut visitor) = with_account(&entra);
    let back = come_back(&house, &mut visitor, &entra, METER);
    let change = [("client_id", "app-2"), ("client_secret", "secret-2")];
    visitor.act("/settings/accounts/office", &change).leads_to();
    let refused = visitor.get(&back);
    assert_eq!(refused.status, 422);
    for told in ["were changed during the sign-in", "Account office"] {
        assert!(refused.body.contains(told), "{told}: {}", refused.body);
    }
    assert!(entra.log().is_empty(), "{:?}", entra.log());
    let line = house
        .gateway
        .wait_for_log("could not be connected or tried");
    assert!(line.contains("account=\"office\""), "{line}");
}

#[test]
fn a_sign_in_is_begun_under_the_address_that_microsoft_sends_back_to() {
    let entra = Entra::start();
    let (house, visitor) = with_account(&entra);
    let (_, port) = house.host.split_once(':').unwrap();
    let mut elsewhere = Visitor::new(&format!("127.0.0.1:{port}"));
    elsewhere.cookie = visitor.cookie;
    let refused = elsewhere.act(CONNECT, &[]);
    assert_eq!(refused.status, 400);
    assert!(
        refused
            .body
            .contains(&format!("Open the pages under http://{}", house.host)),
        "{}",
        refused.body
    );
}
