//! The ways to sign in.

use mscons_gateway::oauth::app::secret_name;
use mscons_gateway::oauth::device::{Device, Polled};
use serde_json::json;

use super::*;

#[test]
fn a_person_signs_in_by_browser() {
    let office = Office::open();
    let app = office.app(|_| {});
    let grant = office.sign_in(&app, METER).unwrap();
    assert!(grant.access.reveal().starts_with("eyJ"));
    assert!(grant.refresh.is_some() && grant.withheld.is_empty());
    assert_eq!(grant.lifetime, Duration::from_hours(1));
    assert_eq!(grant.who.name, "Meter Mailbox");
    assert_eq!(
        (grant.who.username.as_str(), grant.who.mail.as_str()),
        (METER, METER)
    );
    assert!(grant.who.is_other_than("second@example.org"));
    let asked = [IMAP, SMTP, "openid", "email", "profile"];
    assert_eq!(grant.scopes, asked);
}

#[test]
fn the_address_of_a_sign_in_holds_what_it_must_and_no_secret() {
    let office = Office::open();
    let mut pending = Pending::default();
    let url = pending
        .begin(&office.app(|_| {}), REDIRECT, Some(METER), office.start)
        .unwrap();
    let parameters = parameters(&url);
    let get = |name: &str| {
        let mut found = parameters.iter().filter(|(known, _)| known == name);
        found.next().map(|(_, value)| value.as_str())
    };
    assert!(url.starts_with(&format!(
        "{}/tenant-1/oauth2/v2.0/authorize?",
        office.entra.authority()
    )));
    assert_eq!(get("code_challenge_method"), Some("S256"));
    assert!(get("code_challenge").unwrap().len() >= 43);
    assert!(get("state").unwrap().len() >= 16);
    assert_eq!(get("prompt"), Some("select_account"));
    assert_eq!(get("login_hint"), Some(METER));
    assert_eq!(get("redirect_uri"), Some(REDIRECT));
    assert_eq!(get("client_secret"), None);
    assert_eq!(get("code_verifier"), None);
}

#[test]
fn a_state_serves_once_for_ten_minutes_and_for_nothing_else() {
    let office = Office::open();
    let app = office.app(|_| {});
    let mut pending = Pending::default();
    let begin = |pending: &mut Pending| {
        let url = pending.begin(&app, REDIRECT, None, office.start).unwrap();
        returned(&office.entra.sign_in(&url, METER))
    };
    let first = begin(&mut pending);
    assert_eq!(
        pending.returned(&first, office.at(599)).unwrap().account,
        "default"
    );
    let state_unknown = |answer| assert_eq!(meaning(answer), Meaning::StateUnknown);
    state_unknown(pending.returned(&first, office.at(599)));
    let late = begin(&mut pending);
    state_unknown(pending.returned(&late, office.at(600)));
    let mut forged = begin(&mut pending);
    forged.state.push('x');
    state_unknown(pending.returned(&forged, office.start));
    state_unknown(pending.returned(&Returned::default(), office.start));
    // Another process knows nothing of it.
    let stolen = begin(&mut pending);
    state_unknown(Pending::default().returned(&stolen, office.start));
}

#[test]
fn too_many_sign_ins_push_out_the_oldest() {
    let office = Office::open();
    let app = office.app(|_| {});
    let mut pending = Pending::default();
    let states: Vec<String> = (0..65)
        .map(|second| {
            let url = pending
                .begin(&app, REDIRECT, None, office.at(second))
                .unwrap();
            let mut state = parameters(&url)
                .into_iter()
                .filter(|(name, _)| name == "state");
            state.next().unwrap().1
        })
        .collect();
    let mut come_back = |state: &String| {
        let returned = Returned {
            state: state.clone(),
            code: "1.code".to_owned(),
            ..Returned::default()
        };
        pending.returned(&returned, office.at(65)).is_ok()
    };
    assert!(!come_back(&states[0]));
    assert!(states[1..].iter().all(&mut come_back));
}

#[test]
fn a_person_who_declines_is_no_sign_in() {
    let office = Office::open();
    let app = office.app(|_| {});
    assert_eq!(meaning(office.sign_in(&app, "deny")), Meaning::Declined);
    assert!(office.entra.log().is_empty());
}

#[test]
fn a_code_serves_once_and_with_its_verifier_only() {
    let office = Office::open();
    let app = office.app(|_| {});
    let mut pending = Pending::default();
    let mut begin = |user| {
        let url = pending.begin(&app, REDIRECT, None, office.start).unwrap();
        returned(&office.entra.sign_in(&url, user))
    };
    let (one, other) = (begin(METER), begin("other@example.org"));
    let mixed = Returned {
        code: other.code.clone(),
        ..one
    };
    let mut exchange = |returned: &Returned| {
        let arrived = pending.returned(returned, office.start)?;
        let exchanged = arrived.exchange(&app, &office.wire, office.start);
        office.runtime.block_on(exchanged)
    };
    // An attacker's code in a victim's sign-in: PKCE does not fit.
    assert_eq!(meaning(exchange(&mixed)), Meaning::CodeUsedUp);
    exchange(&other).unwrap();
    assert_eq!(meaning(exchange(&other)), Meaning::StateUnknown);
}

#[test]
fn a_code_that_is_too_old_is_named() {
    let office = Office::open();
    office.entra.control(&json!({ "code_ttl": -1 }));
    let app = office.app(|_| {});
    assert_eq!(meaning(office.sign_in(&app, METER)), Meaning::Unused);
}

#[test]
fn a_client_without_a_secret_has_pkce() {
    let office = Office::open();
    let app = office.app(|account| {
        account.client_id = "public-1".to_owned();
        account.client_secret = Secret::Empty;
    });
    let grant = office.sign_in(&app, METER).unwrap();
    let refresh = grant.refresh.unwrap();
    let renewed = app.refresh(&office.wire, &refresh, office.start);
    office.runtime.block_on(renewed).unwrap();
}

#[test]
fn a_client_secret_may_lie_in_the_vault() {
    let office = Office::open();
    let of = |account: &mut Microsoft| {
        application(account);
        account.client_secret = Secret::Empty;
    };
    let account = office.account(of);
    let missing = App::of(&account, Uses::default(), &office.vault).unwrap_err();
    assert!(
        missing.to_string().contains("needs a client secret"),
        "{missing}"
    );
    office
        .vault
        .write(&secret_name("default").unwrap(), b"secret")
        .unwrap();
    office.as_itself(&office.app(of)).unwrap();
}

#[test]
fn an_application_signs_in_as_itself() {
    let office = Office::open();
    let grant = office.as_itself(&office.app(application)).unwrap();
    assert!(grant.refresh.is_none() && grant.withheld.is_empty());
    let keeper = office.keeper(application);
    office.ask(&keeper, office.start).unwrap();
    let status = keeper.status();
    assert!(!status.by_a_person && !status.needs_sign_in());
    assert!(status.renewed.is_some() && status.expires.is_some());
    // Nothing of it is kept: the next start asks again.
    assert!(office.vault.names().unwrap().is_empty());
}

#[test]
fn a_certificate_stands_in_for_the_secret() {
    let office = Office::open();
    let by = |certificate: &str, key: &str| {
        let (certificate, _) = office.entra.certificate(certificate);
        let (_, key) = office.entra.certificate(key);
        office.account(|account| {
            application(account);
            account.client_secret = Secret::Empty;
            account.certificate_file = Some(certificate);
            account.key_file = Some(key);
        })
    };
    let app = |account: &Microsoft| App::of(account, Uses::default(), &office.vault);
    office
        .as_itself(&app(&by("client", "client")).unwrap())
        .unwrap();
    // The older form of key files (PKCS #1).
    office
        .as_itself(&app(&by("client", "client.rsa")).unwrap())
        .unwrap();
    let other = app(&by("other", "other")).unwrap();
    assert_eq!(
        meaning(office.as_itself(&other)),
        Meaning::CertificateRefused
    );
    let mixed = app(&by("client", "other")).unwrap_err().to_string();
    assert!(
        mixed.contains("another key than that of the certificate"),
        "{mixed}"
    );
    let absent = app(&by("absent", "client")).unwrap_err().to_string();
    assert!(absent.contains("absent.pem` cannot be read"), "{absent}");
    let mut swapped = by("client", "client");
    std::mem::swap(&mut swapped.certificate_file, &mut swapped.key_file);
    let swapped = app(&swapped).unwrap_err().to_string();
    assert!(
        swapped.contains("client.key` holds no certificate"),
        "{swapped}"
    );
}

#[test]
fn a_person_signs_in_by_browser_and_the_application_by_certificate() {
    let office = Office::open();
    let (certificate, key) = office.entra.certificate("client");
    let app = office.app(|account| {
        account.client_secret = Secret::Empty;
        account.certificate_file = Some(certificate);
        account.key_file = Some(key);
    });
    let refresh = office.sign_in(&app, METER).unwrap().refresh.unwrap();
    let renewed = app.refresh(&office.wire, &refresh, office.start);
    office.runtime.block_on(renewed).unwrap();
}

fn begin_by_device(office: &Office, app: &App) -> Device {
    let begun = app.begin_by_device(&office.wire, office.start);
    office.runtime.block_on(begun).unwrap()
}

fn poll(
    office: &Office,
    app: &App,
    device: &mut Device,
    seconds: u64,
) -> Result<Polled, OauthError> {
    let polled = app.poll_device(&office.wire, device, office.at(seconds));
    checked(office.runtime.block_on(polled))
}

fn by_device(account: &mut Microsoft) {
    account.flow = Flow::DeviceCode;
}

#[test]
fn a_person_signs_in_by_a_code() {
    let office = Office::open();
    // The server counts by its own clock, the test by none.
    office.entra.control(&json!({ "interval": 0 }));
    let app = office.app(by_device);
    let mut device = begin_by_device(&office, &app);
    assert_eq!(device.user_code.len(), 9);
    assert!(device.verification_uri.ends_with("/devicelogin"));
    assert!(!format!("{device:?}").contains(&device.user_code));
    for seconds in [0, 1, 2] {
        let polled = poll(&office, &app, &mut device, seconds).unwrap();
        assert!(matches!(polled, Polled::Waiting), "{polled:?}");
    }
    // At second 0 it was too early to ask.
    assert_eq!(office.entra.log().len(), 2);
    office.entra.enter_code(&device.user_code, METER);
    let Polled::Granted(grant) = poll(&office, &app, &mut device, 3).unwrap() else {
        panic!("the person is done");
    };
    assert_eq!(grant.who.mail, METER);
    let refresh = grant.refresh.unwrap();
    let renewed = app.refresh(&office.wire, &refresh, office.start);
    office.runtime.block_on(renewed).unwrap();
}

#[test]
fn a_server_that_says_slow_down_is_asked_five_seconds_later_from_then_on() {
    let office = Office::open();
    office.entra.control(&json!({ "interval": 5 }));
    let app = office.app(by_device);
    let mut device = begin_by_device(&office, &app);
    // Two questions at once, by the server's clock: the second is too early for it.
    poll(&office, &app, &mut device, 5).unwrap();
    poll(&office, &app, &mut device, 10).unwrap();
    let asked = || office.entra.log().len();
    assert_eq!(asked(), 2);
    poll(&office, &app, &mut device, 19).unwrap();
    assert_eq!(asked(), 2);
    poll(&office, &app, &mut device, 20).unwrap();
    assert_eq!(asked(), 3);
}

#[test]
fn a_code_that_is_declined_or_too_old_is_named() {
    let office = Office::open();
    office.entra.control(&json!({ "interval": 0 }));
    let app = office.app(by_device);
    let mut device = begin_by_device(&office, &app);
    office.entra.enter_code(&device.user_code, "deny");
    assert_eq!(
        meaning(poll(&office, &app, &mut device, 1)),
        Meaning::Declined
    );
    let mut device = begin_by_device(&office, &app);
    assert_eq!(
        meaning(poll(&office, &app, &mut device, 900)),
        Meaning::DeviceCodeExpired
    );
    office.entra.control(&json!({ "device_ttl": 60 }));
    let mut device = begin_by_device(&office, &app);
    office.entra.control(&json!({ "clock": 120 }));
    assert_eq!(
        meaning(poll(&office, &app, &mut device, 2)),
        Meaning::DeviceCodeExpired
    );
    // What passes by itself may be followed by the next question.
    office.entra.control(&json!({ "clock": 0 }));
    let mut device = begin_by_device(&office, &app);
    office
        .entra
        .next(&json!({ "kind": "429", "retry_after": 30 }));
    assert_eq!(meaning(poll(&office, &app, &mut device, 1)), Meaning::Busy);
    office.entra.enter_code(&device.user_code, METER);
    assert!(matches!(
        poll(&office, &app, &mut device, 30),
        Ok(Polled::Waiting)
    ));
    assert!(matches!(
        poll(&office, &app, &mut device, 31),
        Ok(Polled::Granted(_))
    ));
}
