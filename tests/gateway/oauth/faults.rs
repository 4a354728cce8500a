//! What servers do wrong, and what is configured wrong.

use std::io::{self, Read, Write};
use std::net::TcpListener;
use std::thread;

use serde_json::json;

use super::*;

#[test]
fn wrong_settings_are_named() {
    let office = Office::open();
    let secret = |text: &str| Secret::Text(text.to_owned());
    for (change, expected) in [
        (("app-1", TENANT, "wrong-geheim"), Meaning::WrongSecret),
        (("app-1", TENANT, "expired"), Meaning::SecretExpired),
        (("app-9", TENANT, "secret"), Meaning::UnknownApplication),
        (("app-1", "tenant-9", "secret"), Meaning::UnknownTenant),
        (("public-1", TENANT, "secret"), Meaning::SecretUnwanted),
    ] {
        let (client, tenant, text) = change;
        let app = office.app(|account| {
            application(account);
            account.client_id = client.to_owned();
            account.tenant_id = tenant.to_owned();
            account.client_secret = secret(text);
        });
        let answer = office.as_itself(&app);
        assert!(!format!("{answer:?}").contains("geheim"));
        let error = answer.unwrap_err();
        assert_eq!(error.meaning(), expected);
        assert!(!error.is_transient());
    }
}

#[test]
fn wrong_scopes_are_named() {
    let office = Office::open();
    let with = |scope: &str| {
        office.app(|account| {
            application(account);
            account.scopes = vec![scope.to_owned()];
        })
    };
    for scope in [IMAP, "https://example.org/.default"] {
        assert_eq!(
            meaning(office.as_itself(&with(scope))),
            Meaning::ScopeInvalid
        );
    }
}

#[test]
fn another_redirect_than_the_registered_one_is_named() {
    let office = Office::open();
    let app = office.app(|_| {});
    let mut pending = Pending::default();
    let url = pending.begin(&app, REDIRECT, None, office.start).unwrap();
    let back = returned(&office.entra.sign_in(&url, METER));
    // The same sign-in, but begun for another address.
    let mut elsewhere = Pending::default();
    let other = "http://localhost:9/oauth/callback";
    let url = elsewhere.begin(&app, other, None, office.start).unwrap();
    let state = parameters(&url)
        .into_iter()
        .find(|(name, _)| name == "state");
    let swapped = Returned {
        state: state.unwrap().1,
        ..back
    };
    let arrived = elsewhere.returned(&swapped, office.start).unwrap();
    let exchanged = office
        .runtime
        .block_on(arrived.exchange(&app, &office.wire, office.start));
    assert_eq!(meaning(exchanged), Meaning::RedirectDiffers);
}

#[test]
fn every_code_that_the_server_can_say_is_understood() {
    let office = Office::open();
    let app = office.app(application);
    for (code, expected) in [
        (50_057, Meaning::UserDisabled),
        (50_076, Meaning::SecondFactor),
        (50_173, Meaning::Revoked),
        (53_003, Meaning::BlockedByPolicy),
        (65_001, Meaning::ConsentMissing),
        (90_033, Meaning::Busy),
        (700_082, Meaning::Unused),
        (700_024, Meaning::ClockWrong),
    ] {
        office.entra.next(&json!({ "kind": "error", "code": code }));
        let error = office.as_itself(&app).unwrap_err();
        assert_eq!(error.meaning(), expected, "{error}");
        assert!(
            error.to_string().contains(&format!("AADSTS{code}")),
            "{error}"
        );
    }
}

#[test]
fn answers_that_are_none_are_given_up_within_bounds() {
    let office = Office::open();
    let app = office.app(application);
    for (answer, expected) in [
        (json!({ "kind": "503" }), Meaning::Busy),
        (json!({ "kind": "500" }), Meaning::Busy),
        (json!({ "kind": "429", "retry_after": 7 }), Meaning::Busy),
        (json!({ "kind": "html" }), Meaning::Unreadable),
        (json!({ "kind": "empty" }), Meaning::Unreadable),
        (json!({ "kind": "huge" }), Meaning::Unreadable),
        (json!({ "kind": "cut" }), Meaning::Unreachable),
        (json!({ "kind": "drop" }), Meaning::Unreachable),
    ] {
        office.entra.next(&answer);
        let error = office.as_itself(&app).unwrap_err();
        assert_eq!(error.meaning(), expected, "{answer}: {error}");
        assert!(error.is_transient());
    }
    office.as_itself(&app).unwrap();
}

#[test]
fn a_server_that_is_slow_is_left() {
    let office = Office::open();
    let app = office.app(application);
    office.entra.next(&json!({ "kind": "slow", "seconds": 5 }));
    let hasty = Wire::within(Duration::from_millis(200)).unwrap();
    let answer = office.runtime.block_on(app.as_itself(&hasty, office.start));
    assert_eq!(meaning(answer), Meaning::Unreachable);
}

#[test]
fn answers_that_are_patched_are_looked_through() {
    let office = Office::open();
    let app = office.app(application);
    let patched = |patch: serde_json::Value| {
        office.entra.control(&json!({ "patch": patch }));
        office.as_itself(&app)
    };
    let untold = patched(json!({ "expires_in": null })).unwrap();
    assert_eq!(untold.lifetime, Duration::from_mins(10));
    let text = patched(json!({ "expires_in": "3599" })).unwrap();
    assert_eq!(text.lifetime, Duration::from_secs(3599));
    for patch in [
        json!({ "access_token": null }),
        json!({ "access_token": 7 }),
        json!({ "access_token": "" }),
        json!({ "token_type": "mac" }),
        json!({ "expires_in": "soon" }),
        json!({ "scope": ["a", "b"] }),
    ] {
        assert_eq!(meaning(patched(patch)), Meaning::Unreadable);
    }
    office.entra.control(&json!({ "patch": {}, "ttl": -60 }));
    let born_expired = office.as_itself(&app).unwrap_err();
    assert!(
        born_expired.to_string().contains("past its end"),
        "{born_expired}"
    );
    assert!(born_expired.is_transient());
}

#[test]
fn what_is_withheld_is_told() {
    let office = Office::open();
    let app = office.app(|_| {});
    office.entra.control(&json!({ "withhold": ["SMTP.Send"] }));
    assert_eq!(office.sign_in(&app, METER).unwrap().withheld, [SMTP]);
    let all = ["SMTP.Send", "IMAP.AccessAsUser.All"];
    office.entra.control(&json!({ "withhold": all }));
    assert_eq!(meaning(office.sign_in(&app, METER)), Meaning::Withheld);
    office
        .entra
        .control(&json!({ "withhold": [], "patch": { "refresh_token": null } }));
    assert_eq!(meaning(office.sign_in(&app, METER)), Meaning::NotForLong);
}

#[test]
fn a_clock_that_is_ten_minutes_off_harms_no_token_and_is_told_where_it_does() {
    let office = Office::open();
    for clock in [-600, 600] {
        office
            .entra
            .control(&json!({ "reset": true, "clock": clock }));
        let app = office.app(|_| {});
        let grant = office.sign_in(&app, METER).unwrap();
        assert_eq!(grant.lifetime, Duration::from_hours(1));
        let (certificate, key) = office.entra.certificate("client");
        let signing = office.app(|account| {
            application(account);
            account.client_secret = Secret::Empty;
            account.certificate_file = Some(certificate);
            account.key_file = Some(key);
        });
        let error = office.as_itself(&signing).unwrap_err();
        assert_eq!(error.meaning(), Meaning::ClockWrong);
        let OauthError::Refused(fault) = error else {
            panic!("{error}");
        };
        let ahead = fault.clock_ahead_seconds.unwrap();
        assert!((ahead - clock).abs() < 60, "{ahead}");
    }
}

#[test]
fn secrets_go_over_https_only() {
    let office = Office::open();
    // An address of the documentation's net (RFC 5737): nothing is sent there.
    let app = office.app(|account| {
        application(account);
        account.authority = "http://192.0.2.1".to_owned();
    });
    let error = office.as_itself(&app).unwrap_err();
    assert_eq!(
        error.to_string(),
        "192.0.2.1 could not be asked: secrets go over https only"
    );
}

#[test]
fn a_redirect_of_the_token_endpoint_is_not_followed() {
    let office = Office::open();
    let app = office.app(application);
    for status in ["302", "307"] {
        let location = format!("{}/{TENANT}/oauth2/v2.0/token", office.entra.authority());
        office
            .entra
            .next(&json!({ "kind": status, "location": location }));
        assert!(office.as_itself(&app).unwrap_err().is_transient());
    }
    assert_eq!(office.entra.log().len(), 2);
}

/// Answers the first request with a page; gives its address.
fn page(status: &'static str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    thread::spawn(move || {
        let (mut asker, _) = listener.accept().unwrap();
        // Who answers before it was asked is none that a client listens to.
        assert_ne!(asker.read(&mut [0; 4_096]).unwrap(), 0);
        let body = "<html><body>Sign in to the network</body></html>";
        let length = body.len();
        let head = format!(
            "HTTP/1.1 {status}\r\nContent-Type: text/html\r\nLocation: /login\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n"
        );
        asker.write_all((head + body).as_bytes()).unwrap();
        // What were left unread would reset the line.
        drop(io::copy(&mut asker, &mut io::sink()));
    });
    format!("http://{address}")
}

#[test]
fn the_page_of_a_proxy_or_of_a_network_is_no_refusal_by_microsoft() {
    let office = Office::open();
    for status in [
        "302 Found",
        "307 Temporary Redirect",
        "403 Forbidden",
        "404 Not Found",
        "407 Proxy Authentication Required",
        "408 Request Timeout",
    ] {
        let app = office.app(|account| {
            application(account);
            account.authority = page(status);
        });
        let error = office.as_itself(&app).unwrap_err();
        assert_eq!(error.meaning(), Meaning::Unreadable, "{status}: {error}");
        assert!(error.is_transient());
    }
}
