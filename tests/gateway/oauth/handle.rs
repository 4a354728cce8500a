//! All accounts of a configuration behind one handle, while that changes.

use std::fs;

use mscons_gateway::config::Gateway;
use mscons_gateway::oauth::{Accounts, by_code};
use rcgen::{CertificateParams, KeyPair};
use serde_json::json;

use super::keeping::{break_storage, mend_storage};
use super::*;

fn config(office: &Office, accounts: Vec<Microsoft>) -> Gateway {
    Gateway {
        data_dir: office.data_dir.path().to_owned(),
        microsoft: accounts,
        ..Gateway::default()
    }
}

fn token(office: &Office, accounts: &Accounts, name: &str, now: Moment) -> Token {
    let keeper = accounts.keeper(name).unwrap();
    office.ask(&keeper, now).unwrap()
}

#[test]
fn an_account_that_did_not_change_keeps_its_token_over_a_reload() {
    let office = Office::open();
    let one = office.account(|account| {
        application(account);
        account.name = "one".to_owned();
    });
    let two = Microsoft {
        name: "two".to_owned(),
        ..one.clone()
    };
    let accounts = Accounts::open(&config(&office, vec![one.clone()]));
    let first = token(&office, &accounts, "", office.start);
    let told = accounts.changes();
    accounts.reload(&config(&office, vec![one.clone(), two.clone()]));
    assert!(told.has_changed().unwrap());
    assert_eq!(accounts.names(), ["one", "two"]);
    assert_eq!(token(&office, &accounts, "one", office.start), first);
    assert_ne!(token(&office, &accounts, "two", office.start), first);
    assert_eq!(office.entra.requests("client_credentials"), 2);

    let unknown = accounts.keeper("").unwrap_err().to_string();
    assert!(
        unknown.contains("no [[microsoft]] of this name"),
        "{unknown}"
    );
    let changed = Microsoft {
        client_id: "app-2".to_owned(),
        client_secret: Secret::Text("secret-2".to_owned()),
        ..one
    };
    let old = accounts.keeper("one").unwrap();
    accounts.reload(&config(&office, vec![changed]));
    assert_eq!(accounts.names(), ["one"]);
    assert_ne!(token(&office, &accounts, "one", office.start), first);
    // Who holds the old one still gets nothing of it.
    assert!(office.ask(&old, office.start).unwrap_err().is_transient());
    assert_eq!(office.entra.requests("client_credentials"), 3);
}

#[test]
fn a_renewal_under_way_ends_before_another_keeper_takes_over() {
    let office = Office::open();
    drop(office.connected());
    let account = office.account(|_| {});
    let accounts = Accounts::open(&config(&office, vec![account.clone()]));
    office
        .entra
        .next(&json!({ "kind": "slow", "seconds": 0.5, "after": true }));
    let keeper = accounts.keeper("default").unwrap();
    let (now, later) = (office.at(3_400), office.at(7_200));
    let renewal = office
        .runtime
        .spawn(async move { keeper.access_token(now).await });
    crate::run::wait_for("a renewal that is under way", || {
        (office.entra.requests("refresh_token") == 1).then_some(())
    });
    let changed = Microsoft {
        scopes: vec![IMAP.to_owned(), "offline_access".to_owned()],
        ..account
    };
    accounts.reload(&config(&office, vec![changed]));
    office.runtime.block_on(renewal).unwrap().unwrap();
    // A refresh token of before that would be refused: the server takes each once.
    token(&office, &accounts, "default", later);
    assert_eq!(office.entra.requests("refresh_token"), 2);
}

/// A handle whose account got a token that could not be stored, at 4,000 seconds.
fn with_a_full_disk(office: &Office) -> (Accounts, Microsoft) {
    drop(office.connected());
    let account = office.account(|_| {});
    let accounts = Accounts::open(&config(office, vec![account.clone()]));
    break_storage(office);
    let keeper = accounts.keeper("").unwrap();
    assert_eq!(
        meaning(office.ask(&keeper, office.at(4_000))),
        Meaning::NotKept
    );
    (accounts, account)
}

fn with_other_scopes(account: &Microsoft) -> Microsoft {
    Microsoft {
        scopes: vec![IMAP.to_owned(), "offline_access".to_owned()],
        ..account.clone()
    }
}

#[test]
fn a_token_that_is_not_stored_yet_outlives_its_keeper() {
    let office = Office::open();
    let (accounts, account) = with_a_full_disk(&office);
    accounts.reload(&config(&office, vec![with_other_scopes(&account)]));
    let keeper = accounts.keeper("").unwrap();
    assert_eq!(
        meaning(office.ask(&keeper, office.at(4_001))),
        Meaning::NotKept
    );
    // One that cannot be opened hands on what it never had.
    let unusable = Microsoft {
        certificate_file: Some("missing.pem".into()),
        ..account.clone()
    };
    accounts.reload(&config(&office, vec![unusable]));
    accounts.keeper("").unwrap_err();
    accounts.reload(&config(&office, vec![account]));
    mend_storage(&office);
    // The strict server takes each refresh token once, and what was kept in the end is the newest.
    token(&office, &accounts, "", office.at(4_002));
    token(&office, &accounts, "", office.at(8_000));
    let again = office.keeper(|_| {});
    office.ask(&again, office.at(8_001)).unwrap();
}

#[test]
fn a_token_that_is_not_stored_yet_does_not_come_back_when_it_is_forgotten() {
    let office = Office::open();
    let (accounts, account) = with_a_full_disk(&office);
    let unusable = Microsoft {
        certificate_file: Some("missing.pem".into()),
        ..account.clone()
    };
    accounts.reload(&config(&office, vec![unusable]));
    accounts.keeper("").unwrap_err();
    mend_storage(&office);
    accounts.forget("default").unwrap();
    accounts.reload(&config(&office, vec![account]));
    assert_eq!(accounts.status("").unwrap().connected, None);
}

#[test]
fn who_is_replaced_or_closed_stores_what_it_could_not_store_before() {
    let office = Office::open();
    let (accounts, account) = with_a_full_disk(&office);
    mend_storage(&office);
    accounts.reload(&config(&office, vec![with_other_scopes(&account)]));
    office
        .ask(&office.keeper(|_| {}), office.at(4_001))
        .unwrap();

    let office = Office::open();
    let (accounts, _) = with_a_full_disk(&office);
    mend_storage(&office);
    office.runtime.block_on(accounts.close());
    office
        .ask(&office.keeper(|_| {}), office.at(4_001))
        .unwrap();
}

#[test]
fn a_sign_in_by_a_code_outlives_a_reload_but_not_another_application() {
    let office = Office::open();
    office.entra.control(&json!({ "interval": 0 }));
    let account = office.account(|account| account.flow = Flow::DeviceCode);
    let account = with_other_scopes(&account);
    let accounts = Accounts::open(&config(&office, vec![account.clone()]));
    let begin = || {
        let begun = by_code::begin(&accounts, "default");
        office.runtime.block_on(begun).unwrap()
    };
    let finish = |device, goes_on: bool| {
        let finished = by_code::finish(&accounts, "default", device, |_| goes_on);
        checked(office.runtime.block_on(finished))
    };
    assert!(!finish(begin(), false).unwrap());

    let device = begin();
    office.entra.enter_code(&device.user_code, METER);
    let changed = Microsoft {
        client_secret_until: "2099-01-01".to_owned(),
        ..account.clone()
    };
    accounts.reload(&config(&office, vec![changed]));
    office.entra.next(&json!({ "kind": "503" }));
    assert!(finish(device, true).unwrap());
    assert!(accounts.status("default").unwrap().connected.is_some());

    let device = begin();
    office.entra.enter_code(&device.user_code, METER);
    let another = Microsoft {
        client_id: "app-2".to_owned(),
        client_secret: Secret::Text("secret-2".to_owned()),
        ..account
    };
    accounts.reload(&config(&office, vec![another]));
    assert_eq!(meaning(finish(device, true)), Meaning::SettingsChanged);
    assert!(accounts.status("default").unwrap().connected.is_none());
}

#[test]
fn an_account_whose_key_is_missing_says_so_and_works_when_it_is_back() {
    let office = Office::open();
    drop(office.connected());
    let key = office.data_dir.path().join("secret.key");
    let away = office.data_dir.path().join("away");
    fs::rename(&key, &away).unwrap();
    let accounts = Accounts::open(&config(&office, vec![office.account(|_| {})]));
    let error = accounts.status("default").unwrap_err();
    assert_eq!(error.meaning(), Meaning::KeyUnfit);
    assert!(
        error.to_string().contains("their key is missing"),
        "{error}"
    );
    assert!(accounts.all()[0].trouble().is_some());
    accounts.retry();
    assert!(accounts.status("default").is_err() && !key.exists());
    fs::rename(&away, &key).unwrap();
    accounts.retry();
    let status = accounts.status("default").unwrap();
    assert!(status.connected.is_some() && !status.needs_sign_in());
}

#[test]
fn a_secret_that_is_entered_later_is_taken_when_the_account_is_opened_anew() {
    let office = Office::open();
    let account = office.account(|account| {
        application(account);
        account.client_secret = Secret::Empty;
    });
    let accounts = Accounts::open(&config(&office, vec![account]));
    let error = accounts.keeper("default").unwrap_err();
    let said = error.to_string();
    assert!(
        said.contains("needs a client secret or a certificate"),
        "{said}"
    );
    assert_eq!(error.meaning(), Meaning::Misconfigured);
    let name = mscons_gateway::oauth::app::secret_name("default").unwrap();
    accounts.vault().unwrap().write(&name, b"secret").unwrap();
    accounts.reopen("default");
    token(&office, &accounts, "default", office.start);
}

#[test]
fn an_account_with_a_certificate_keeps_its_token_while_the_files_are_the_same() {
    let office = Office::open();
    let [mine, my_key] = ["mine.pem", "mine.key"].map(|name| office.data_dir.path().join(name));
    let (certificate, key) = office.entra.certificate("client");
    let put = || {
        fs::copy(&certificate, &mine).unwrap();
        fs::copy(&key, &my_key).unwrap();
    };
    put();
    let account = office.account(|account| {
        application(account);
        account.client_secret = Secret::Empty;
        account.certificate_file = Some(mine.clone());
        account.key_file = Some(my_key.clone());
    });
    let config = config(&office, vec![account]);
    let accounts = Accounts::open(&config);
    let first = token(&office, &accounts, "", office.start);
    let opened = accounts.all()[0].opened;
    put();
    accounts.reload(&config);
    assert_eq!(token(&office, &accounts, "", office.start), first);
    assert_eq!(accounts.all()[0].opened, opened);
    let key = KeyPair::from_pem(&fs::read_to_string(&key).unwrap()).unwrap();
    let renewed = CertificateParams::default().self_signed(&key).unwrap();
    fs::write(&mine, renewed.pem()).unwrap();
    accounts.reload(&config);
    assert_ne!(accounts.all()[0].opened, opened);
}

#[test]
fn an_account_that_cannot_be_opened_for_another_reason_says_that_one() {
    let office = Office::open();
    let (certificate, key) = office.entra.certificate("client");
    let mine = office.data_dir.path().join("certificate.pem");
    let account = office.account(|account| {
        application(account);
        account.client_secret = Secret::Empty;
        account.certificate_file = Some(mine.clone());
        account.key_file = Some(key);
    });
    let accounts = Accounts::open(&config(&office, vec![account]));
    let mut told = accounts.changes();
    let mut said_after_retry = || {
        accounts.retry();
        let is_told = told.has_changed().unwrap();
        told.mark_unchanged();
        let error = accounts.keeper("").err().map(|error| error.to_string());
        (is_told, error.unwrap_or_default(), accounts.all()[0].opened)
    };
    let (is_told, error, opened) = said_after_retry();
    assert!(!is_told && error.contains("cannot be read"), "{error}");
    fs::write(&mine, "no certificate").unwrap();
    let (is_told, error, opened_then) = said_after_retry();
    assert!(
        is_told && error.contains("no certificate in PEM"),
        "{error}"
    );
    // Pollers wake up for what was opened, not for another reason.
    assert_eq!(opened_then, opened);
    fs::copy(certificate, &mine).unwrap();
    let (is_told, error, opened_then) = said_after_retry();
    assert!(
        is_told && error.is_empty() && opened_then != opened,
        "{error}"
    );
}

#[test]
fn a_handle_that_is_closed_begins_nothing() {
    let office = Office::open();
    let account = office.account(application);
    let accounts = Accounts::open(&config(&office, vec![account.clone()]));
    let keeper = accounts.keeper("").unwrap();
    office.runtime.block_on(accounts.close());
    assert!(office.ask(&keeper, office.start).is_err());
    // A page still saves settings.
    accounts.reopen("default");
    let is_refused = || {
        office
            .ask(&accounts.keeper("").unwrap(), office.start)
            .is_err()
    };
    assert!(is_refused());
    accounts.reload(&config(&office, vec![with_other_scopes(&account)]));
    assert!(is_refused());
    assert_eq!(office.entra.requests("client_credentials"), 0);
    let nobody = Accounts::none();
    assert!(nobody.names().is_empty() && nobody.vault().is_err());
}
