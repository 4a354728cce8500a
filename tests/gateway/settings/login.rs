//! Who comes in, and who does not.

use std::fs;

use super::visitor::value_of;
use super::*;

/// Everything that changes something, with what a form of it would hold.
const CHANGES: &[&str] = &[
    "/settings/accounts",
    "/settings/accounts/office",
    "/settings/accounts/office/connect",
    "/settings/accounts/office/disconnect",
    "/settings/accounts/office/test",
    "/settings/accounts/office/remove",
    "/requests/new",
    "/settings/outbox/1/retry",
    "/settings/outbox/1/cancel",
];

#[test]
fn the_first_start_gives_a_link_that_sets_the_password_once() {
    let house = House::open("");
    let link = house.link();
    let mut visitor = house.visitor();
    for _ in 0..2 {
        let page = visitor.page(&link);
        assert!(
            page.contains("Set the password"),
            "looking uses nothing up: {page}"
        );
    }
    let short = set_password(&mut visitor, &link, "kurz");
    assert_eq!(short.status, 422);
    assert!(short.body.contains("8 to 256 characters"), "{}", short.body);
    let (_, token) = link.split_once("token=").unwrap();
    let differ = [("token", token), ("password", PASSWORD), ("repeated", "x")];
    let differ = visitor.post("/setup", &differ);
    assert_eq!(differ.status, 422);
    assert!(differ.body.contains("The two entries differ") && !differ.body.contains(PASSWORD));
    assert!(visitor.cookie.is_empty());

    let set = set_password(&mut visitor, &link, PASSWORD);
    assert_eq!(set.leads_to(), "/settings/accounts");
    let page = visitor.page("/settings/accounts");
    assert!(
        page.contains("Log out") && page.contains("Administrator"),
        "{page}"
    );
    let again = set_password(&mut house.visitor(), &link, "another password");
    assert_eq!(again.status, 410, "{}", again.body);
    assert!(again.body.contains("login-link"));
    assert_eq!(visitor.get(&link).status, 410);

    // The password outlives a restart, and no link is made any more.
    let house = house.again();
    let mut visitor = house.visitor();
    let login = visitor.post("/login", &[("password", PASSWORD)]);
    assert_eq!(login.leads_to(), "/settings/accounts");
    assert!(!house.gateway.log().contains("/setup?token="));
    house.gateway.stop("TERM");
}

#[test]
fn each_start_without_a_password_makes_a_link_of_its_own() {
    let house = House::open("");
    let first = house.link();
    let house = house.again();
    assert_ne!(house.link(), first);
    assert_eq!(house.visitor().get(&first).status, 410);
    house.visitor().page(&house.link());
}

#[test]
fn who_forgot_the_password_gets_a_link_on_the_machine_and_all_sessions_end() {
    let house = House::open("");
    let mut before = house.administrator();
    let (code, printed, said) = house.home.command(&["login-link"]);
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("once, within 24 hours"), "{said}");
    let first = house.path_in(&printed);
    let (_, printed, _) = house.home.command(&["login-link"]);
    let link = house.path_in(&printed);
    assert_eq!(
        house.visitor().get(&first).status,
        410,
        "the newer one counts"
    );
    before.page("/settings/accounts");

    let mut visitor = house.visitor();
    let set = set_password(&mut visitor, &link, "a new password");
    assert_eq!(set.status, 303);
    visitor.page("/settings/accounts");
    assert_eq!(before.get("/settings/accounts").leads_to(), "/login");
    let mut other = house.visitor();
    assert_eq!(other.post("/login", &[("password", PASSWORD)]).status, 401);
    let login = other.post("/login", &[("password", "a new password")]);
    assert_eq!(login.status, 303);
    assert!(!house.gateway.log().contains(&link), "it is for who asked");
    house.gateway.stop("TERM");
    let (code, _, said) = house.home.command(&["login-link"]);
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("no gateway runs on data_dir"), "{said}");
}

#[test]
fn a_session_is_a_cookie_that_no_script_reads_and_ends_with_the_logout() {
    let house = House::open("");
    let mut visitor = house.administrator();
    let login = house.visitor().post(
        "/login",
        &[("password", PASSWORD), ("to", "//evil.example")],
    );
    assert_eq!(login.leads_to(), "/settings/accounts");
    let cookie = login.header("set-cookie").unwrap();
    for part in [
        "; Path=/",
        "; HttpOnly",
        "; SameSite=Lax",
        "; Max-Age=604800",
    ] {
        assert!(cookie.contains(part), "{cookie}");
    }
    assert!(
        !cookie.contains("Secure"),
        "plain HTTP would never bring it back: {cookie}"
    );
    let value = cookie.split(['=', ';']).nth(1).unwrap();
    assert_eq!(value.len(), 43, "256 bits: {cookie}");
    assert_ne!(visitor.cookie, format!("mscons_session={value}"));

    let stolen = visitor.clone();
    let page = visitor.page("/settings/accounts");
    assert_eq!(
        visitor.post("/logout", &[]).status,
        403,
        "a form without its token"
    );
    let out = visitor.post("/logout", &[("form", &value_of(&page, "form"))]);
    assert_eq!(out.leads_to(), "/");
    assert!(out.header("set-cookie").unwrap().contains("Max-Age=0"));
    assert_eq!(
        stolen.clone().get("/settings/accounts").leads_to(),
        "/login"
    );
}

#[test]
fn behind_https_the_cookie_goes_over_https_only() {
    let home = Home::new();
    let host = format!("localhost:{}", free_port());
    configure(&home, &host, "");
    let text = fs::read_to_string(home.config()).unwrap();
    let public = text.replace(&format!("http://{host}"), "https://gateway.example.org/");
    fs::write(home.config(), public).unwrap();
    let house = House::at(home, host);
    let line = house.gateway.wait_for_log("this link sets");
    let (_, token) = line
        .split_once("https://gateway.example.org/setup?token=")
        .unwrap();
    let token = token.split('"').next().unwrap();
    let mut visitor = house.visitor();
    let lost = visitor.post("/login", &[("password", PASSWORD)]);
    assert_eq!(
        lost.status, 400,
        "a cookie for https never comes back over plain HTTP"
    );
    assert!(
        lost.body
            .contains("under https://gateway.example.org alone"),
        "{}",
        lost.body
    );
    // A proxy may tell the gateway another host than the browser sees.
    visitor.origin = "https://gateway.example.org".to_owned();
    let fields = [
        ("token", token),
        ("password", PASSWORD),
        ("repeated", PASSWORD),
    ];
    let set = visitor.post("/setup", &fields);
    assert!(
        set.header("set-cookie").unwrap().ends_with("; Secure"),
        "{}",
        set.head
    );
}

#[test]
fn pages_can_be_read_without_a_login_and_what_changes_something_cannot() {
    let house = House::open("");
    let mut stranger = house.visitor();
    for page in [
        "/",
        "/series",
        "/gaps",
        "/messages",
        "/quarantine",
        "/outbox",
        "/readyz",
        "/metrics",
    ] {
        stranger.page(page);
    }
    let page = stranger.page("/");
    assert!(page.contains("href=\"/settings\"") && !page.contains("Log out"));
    for page in ["/settings", "/settings/accounts", "/settings/nothing"] {
        let to = stranger.get(page);
        assert!(to.leads_to().starts_with("/login"), "{page}");
    }
    assert_eq!(
        stranger.get("/settings/accounts/office/code").leads_to(),
        "/login?to=/settings/accounts/office/code"
    );
    for path in CHANGES {
        assert_eq!(stranger.post(path, &[]).leads_to(), "/login", "{path}");
    }
    assert_eq!(stranger.post("/logout", &[]).leads_to(), "/login");
    stranger.cookie = format!("mscons_session={}", "A".repeat(43));
    for path in CHANGES {
        assert_eq!(stranger.post(path, &[]).leads_to(), "/login", "{path}");
    }
}

#[test]
fn a_form_of_another_site_or_session_changes_nothing() {
    let entra = Entra::start();
    let house = House::open(&account(&entra, "authorization_code"));
    let mut visitor = house.administrator();
    let before = house.file();
    let page = visitor.page("/settings/accounts");
    let (form, file) = (value_of(&page, "form"), value_of(&page, "file"));
    let mut other = house.visitor();
    other.post("/login", &[("password", PASSWORD)]);
    let of_another = value_of(&other.page("/settings/accounts"), "form");
    assert_ne!(form, of_another);
    for path in CHANGES {
        for forged in ["", "x", &form[1..], &of_another] {
            let fields = [
                ("form", forged),
                ("file", &file),
                ("tenant_id", "forged"),
                ("name", "x"),
            ];
            let answer = visitor.post(path, &fields);
            assert_eq!(answer.status, 403, "{path} {forged}");
            assert!(
                answer.body.contains("This form does not count"),
                "{}",
                answer.body
            );
        }
        // With the right token, from a page of another site.
        for origin in ["http://evil.example", "null", "http://localhost:1"] {
            let mut evil = visitor.clone();
            evil.origin = origin.to_owned();
            assert_eq!(
                evil.post(path, &[("form", &form)]).status,
                403,
                "{path} {origin}"
            );
        }
    }
    let mut evil = house.visitor();
    evil.origin = "http://evil.example".to_owned();
    assert_eq!(evil.post("/login", &[("password", PASSWORD)]).status, 403);
    assert_eq!(house.file(), before);
    assert!(entra.log().is_empty());
}

#[test]
fn a_form_that_is_too_large_or_none_is_refused_by_a_page() {
    let house = House::open("");
    let mut visitor = house.visitor();
    let large = visitor.post("/login", &[("password", &"x".repeat(20_000))]);
    assert_eq!(large.status, 413);
    assert!(large.body.contains("That is too large"), "{}", large.body);
    let long = visitor.post("/login", &[("password", &"x".repeat(10_000))]);
    assert_eq!(long.status, 401);
    for form in ["", "%", "&&&=", "password", "\u{0}=\u{1}"] {
        let answer = visitor.send("/login", form);
        assert!(
            [400, 401, 429].contains(&answer.status),
            "{form:?}: {}",
            answer.status
        );
        assert!(answer.body.contains("<!DOCTYPE html>"));
    }
    assert_eq!(house.gateway.get("/healthz").0, 200);
}

#[test]
fn who_guesses_waits_longer_each_time_and_a_right_password_then_opens() {
    let house = House::open("");
    let mut visitor = house.administrator();
    let mut stranger = house.visitor();
    // A machine that is busy may take longer for an attempt than the first pauses last.
    let mut wrong = 0;
    let too_soon = loop {
        let answer = stranger.post("/login", &[("password", "wrong password")]);
        if answer.status == 429 {
            break answer;
        }
        assert_eq!(answer.status, 401);
        assert!(
            answer.body.contains("The password is wrong"),
            "{}",
            answer.body
        );
        wrong += 1;
    };
    assert!((5..12).contains(&wrong), "{wrong}");
    let wait: u64 = too_soon.header("retry-after").unwrap().parse().unwrap();
    assert!((1..=64).contains(&wait), "{wait}");
    assert!(
        too_soon.body.contains("Too many attempts"),
        "{}",
        too_soon.body
    );
    assert!(too_soon.body.contains("login-link"));
    // Who is in stays in, and who waits as told gets in.
    visitor.page("/settings/accounts");
    crate::run::wait_for("the end of the pause", || {
        let login = stranger.post("/login", &[("password", PASSWORD)]);
        (login.status == 303).then_some(())
    });
    stranger.page("/settings/accounts");
}

#[test]
fn without_a_password_a_login_is_answered_as_with_a_wrong_one() {
    let house = House::open("");
    let answer = |visitor: &mut Visitor| {
        let answer = visitor.post("/login", &[("password", PASSWORD)]);
        (answer.status, answer.body)
    };
    let unset = answer(&mut house.visitor());
    set_password(&mut house.visitor(), &house.link(), "another password");
    let wrong = answer(&mut house.visitor());
    assert_eq!(unset, wrong);
}

#[test]
fn a_vault_that_cannot_be_opened_lets_nobody_in_and_the_log_says_why() {
    let house = House::open("");
    house.administrator();
    let House {
        home,
        gateway,
        host,
    } = house;
    gateway.stop("TERM");
    fs::rename(home.path("data/secret.key"), home.path("key")).unwrap();
    let house = House::at(home, host);
    house
        .gateway
        .wait_for_log("the administrator cannot log in");
    let closed = house.visitor().post("/login", &[("password", PASSWORD)]);
    assert_eq!(closed.status, 503);
    assert!(
        closed.body.contains("Nobody can log in at present"),
        "{}",
        closed.body
    );
    assert!(
        !closed.body.contains("secret.key"),
        "the reason is for the log"
    );
    // The key comes back: nothing else is needed.
    fs::rename(house.home.path("key"), house.home.path("data/secret.key")).unwrap();
    let login = house.visitor().post("/login", &[("password", PASSWORD)]);
    assert_eq!(login.status, 303, "{}", login.body);
    let log = house.gateway.log();
    assert!(
        log.contains("secret.key") && !log.contains(PASSWORD),
        "{log}"
    );
}
