//! What a change of one account means for what depends on it: mailboxes, secrets, sign-ins.

use std::fs;

use super::callback::come_back;
use super::*;

const OFFICE: &str = "/settings/accounts/office";

/// A new account at a server.
fn new_account<'f>(name: &'f str, secret: &'f str, authority: &'f str) -> Vec<(&'f str, &'f str)> {
    vec![
        ("name", name),
        ("tenant_id", TENANT),
        ("client_id", "app-1"),
        ("client_secret", secret),
        ("authority", authority),
        ("flow", "client_credentials"),
    ]
}

fn sealed(house: &House) -> Vec<String> {
    let files = fs::read_dir(house.home.path("data/secrets")).unwrap();
    let names = files.map(|file| file.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<String> = names
        .filter(|name| name.starts_with("microsoft."))
        .collect();
    names.sort();
    names
}

/// A gateway in German.
fn german(more: &str) -> House {
    let home = Home::new();
    let host = format!("localhost:{}", free_port());
    configure(&home, &host, more);
    let text = fs::read_to_string(home.config()).unwrap();
    fs::write(home.config(), text.replace("\"en\"", "\"de\"")).unwrap();
    House::at(home, host)
}

#[test]
fn who_used_the_only_account_goes_on_with_it_when_a_second_one_is_added() {
    let entra = Entra::start();
    let sending = "\n[smtp]\nhost = \"localhost\"\nauth = \"microsoft\" # by it, too\nusername = \"meter@example.org\"\nsender = \"meter@example.org\"\n";
    let house = House::open(&(account(&entra, "client_credentials") + sending));
    let mut visitor = house.administrator();
    let before = house.file();
    let authority = entra.authority();
    let added = visitor.act(
        "/settings/accounts",
        &new_account("second", "secret", &authority),
    );
    let page = visitor.page(added.leads_to());
    let file = house.file();
    assert_eq!(file.matches("account = \"office\"").count(), 2, "{file}");
    let line = |line: &&str| !before.contains(line);
    let new: Vec<&str> = file
        .lines()
        .filter(|it| !it.is_empty())
        .filter(line)
        .collect();
    let name = "name = \"second\"";
    assert_eq!(
        new,
        [
            "name = \"second\"",
            "account = \"office\"",
            "account = \"office\""
        ]
    );
    assert!(file.contains(&format!("[[microsoft]]\n{name}")), "{file}");
    let (code, said, errors) = house.home.command(&["check-config"]);
    assert_eq!(code, Some(0), "{said}{errors}");
    // The hint of the one that nobody uses names the key that is needed now.
    assert!(page.contains("account = &#34;second&#34;"), "{page}");
    assert_eq!(
        page.matches("No mailbox uses this account").count(),
        1,
        "{page}"
    );
}

#[test]
fn faults_are_told_in_the_language_of_the_page_by_the_labels_of_its_fields() {
    let entra = Entra::start();
    let house = german(&account(&entra, "authorization_code"));
    let mut visitor = house.visitor();
    set_password(&mut visitor, &house.link(), PASSWORD);
    let before = house.file();
    let wrong = [
        ("tenant_id", ""),
        ("client_id", "app 1"),
        ("client_secret_until", "morgen"),
        ("authority", "http://evil.example"),
        ("client_secret", "x"),
    ];
    let refused = visitor.act(OFFICE, &wrong);
    assert_eq!(refused.status, 422);
    for told in [
        "office ist nicht gespeichert:",
        "Verzeichnis-ID (Mandant): fehlt;",
        "Anwendungs-ID (Client): `app 1` ist keine Anwendungs-ID",
        "Clientschlüssel gültig bis: `morgen` ist kein Datum",
        "Anmeldedienst (authority): muss mit `https://` beginnen",
    ] {
        assert!(refused.body.contains(told), "{told}: {}", refused.body);
    }
    assert!(!refused.body.contains("microsoft[0]"), "{}", refused.body);
    let refused = visitor.act("/settings/accounts", &new_account("Kein Name", "", ""));
    assert!(
        refused.body.contains("Nicht hinzugefügt:"),
        "{}",
        refused.body
    );
    assert!(
        refused.body.contains("`Kein Name` ist kein Name"),
        "{}",
        refused.body
    );
    assert_eq!(house.file(), before);

    // Our own words are no answer of Microsoft's.
    let application = [("flow", "client_credentials")];
    visitor.act(OFFICE, &application).leads_to();
    let refused = visitor.act("/settings/accounts/office/test", &[]);
    assert_eq!(refused.status, 422);
    assert!(
        refused.body.contains("needs a client secret"),
        "{}",
        refused.body
    );
    assert!(!refused.body.contains("Antwort"), "{}", refused.body);
    assert!(refused.body.contains("Konto office"), "{}", refused.body);
    let line = house
        .gateway
        .wait_for_log("could not be connected or tried");
    assert!(line.contains("account=\"office\""), "{line}");
    let wrong = [("client_secret", "falsch")];
    visitor.act(OFFICE, &wrong).leads_to();
    let refused = visitor.act("/settings/accounts/office/test", &[]);
    let told = "Antwort von Microsoft: invalid_client: AADSTS7000215";
    assert!(refused.body.contains(told), "{}", refused.body);

    fs::remove_file(house.home.config()).unwrap();
    let page = visitor.page("/settings/accounts");
    assert!(page.contains("gateway.toml gibt es nicht mehr"), "{page}");
}

#[test]
fn a_sign_in_that_ends_with_a_change_is_told_and_comes_back_with_it() {
    let entra = Entra::start();
    let house = House::open(&account(&entra, "authorization_code"));
    let mut visitor = house.administrator();
    visitor
        .act(OFFICE, &[("client_secret", "secret")])
        .leads_to();
    let back = come_back(&house, &mut visitor, &entra, METER);
    visitor.get(&back).leads_to();
    let until = visitor.act(OFFICE, &[("client_secret_until", "2099-01-01")]);
    assert!(until.leads_to().contains("notice=saved"), "nothing ended");
    let saved = visitor.act(OFFICE, &[("client_id", "app-2")]);
    let page = visitor.page(saved.leads_to());
    assert!(page.contains("please connect again"), "{page}");
    assert!(page.contains("not connected"), "{page}");
    visitor.act(OFFICE, &[("client_id", "app-1")]).leads_to();
    let page = visitor.page("/settings/accounts");
    assert!(
        page.contains("Connect again"),
        "the same registration has it still: {page}"
    );
}

#[test]
fn another_sign_in_service_gets_neither_the_secret_nor_the_sign_in_of_the_old_one() {
    let (entra, other) = (Entra::start(), Entra::start());
    let house = House::open(&account(&entra, "authorization_code"));
    let mut visitor = house.administrator();
    visitor
        .act(OFFICE, &[("client_secret", "secret")])
        .leads_to();
    let back = come_back(&house, &mut visitor, &entra, METER);
    visitor.get(&back).leads_to();
    let before = house.file();
    let elsewhere = other.authority();
    let refused = visitor.act(OFFICE, &[("authority", &elsewhere)]);
    assert_eq!(refused.status, 422);
    let told = "goes to no other sign-in service";
    assert!(refused.body.contains(told), "{}", refused.body);
    assert_eq!(house.file(), before);
    // The same address, written otherwise, is the same service.
    let slash = format!("{}/", entra.authority());
    visitor.act(OFFICE, &[("authority", &slash)]).leads_to();
    assert!(visitor.page("/settings/accounts").contains("Connect again"));

    let anew = [
        ("authority", elsewhere.as_str()),
        ("client_secret", "secret"),
    ];
    let saved = visitor.act(OFFICE, &anew);
    let page = visitor.page(saved.leads_to());
    assert!(page.contains("please connect again"), "{page}");
    let tried = visitor.act("/settings/accounts/office/test", &[]);
    assert_eq!(tried.status, 422, "nobody has signed in there");
    assert!(other.log().is_empty(), "{:?}", other.log());

    // Nor does it where the file is changed by hand.
    visitor
        .act(
            OFFICE,
            &[("authority", &slash), ("client_secret", "secret")],
        )
        .leads_to();
    let by_hand = house.file().replace(&slash, &elsewhere);
    fs::write(house.home.config(), by_hand).unwrap();
    house.gateway.signal("HUP");
    crate::run::wait_for("the new authority", || {
        visitor
            .page("/settings/accounts")
            .contains("not connected")
            .then_some(())
    });
    assert!(other.log().is_empty(), "{:?}", other.log());
    let forgotten = [("authority", slash.as_str()), ("forget_secret", "on")];
    visitor.act(OFFICE, &forgotten).leads_to();
    assert!(visitor.page("/settings/accounts").contains("None is kept"));
}

#[test]
fn a_secret_that_stands_elsewhere_is_named_and_keeps_its_sign_in_service() {
    let entra = Entra::start();
    let home = Home::new();
    let host = format!("localhost:{}", free_port());
    let file = home.path("client-secret");
    fs::write(&file, "secret\n").unwrap();
    let with_file = account(&entra, "client_credentials").replace(
        "client_id =",
        &format!(
            "client_secret = {{ file = '{}' }}\nclient_id =",
            file.display()
        ),
    );
    configure(&home, &host, &with_file);
    let house = House::at(home, host);
    let mut visitor = house.administrator();
    let page = visitor.page("/settings/accounts");
    let told = format!("Stands in the file {} and cannot", file.display());
    assert!(page.contains(&told), "{page}");
    let before = house.file();
    let moved = [("authority", "https://evil.example")];
    for more in [
        &[][..],
        &[("client_secret", "x")],
        &[("forget_secret", "on")],
    ] {
        let refused = visitor.act(OFFICE, &[&moved, more].concat());
        assert_eq!(refused.status, 422);
        let told = "change the sign-in service in the configuration&#39;s file";
        assert!(refused.body.contains(told), "{}", refused.body);
    }
    assert_eq!(house.file(), before);
}

#[test]
fn an_account_is_removed_with_all_that_is_kept_of_it_once_nobody_signs_in_by_it() {
    let entra = Entra::start();
    let house = House::open(&account(&entra, "authorization_code"));
    let mut visitor = house.administrator();
    visitor
        .act(OFFICE, &[("client_secret", "secret")])
        .leads_to();
    let back = come_back(&house, &mut visitor, &entra, METER);
    visitor.get(&back).leads_to();
    assert_eq!(sealed(&house).len(), 2);
    let before = house.file();
    let remove = "/settings/accounts/office/remove";
    let refused = visitor.act(remove, &[]);
    assert_eq!(refused.status, 422);
    for told in [
        "office is not removed:",
        "The mailbox metering signs in by it",
    ] {
        assert!(refused.body.contains(told), "{told}: {}", refused.body);
    }
    let nobody = visitor.act("/settings/accounts/nobody/remove", &[]);
    assert!(
        nobody.body.contains("does not stand in the file"),
        "{}",
        nobody.body
    );
    assert_eq!((house.file(), sealed(&house).len()), (before.clone(), 2));

    let (without, _) = before.split_once("\n[[mailbox]]").unwrap();
    fs::write(house.home.config(), without).unwrap();
    let removed = visitor.act(remove, &[]);
    let page = visitor.page(removed.leads_to());
    assert!(page.contains("office is removed"), "{page}");
    let (rest, _) = without
        .split_once("\n# The account of the mailbox.")
        .unwrap();
    assert_eq!(house.file(), rest);
    assert_eq!(sealed(&house), [""; 0]);
    assert!(!page.contains("id=\"office\""), "{page}");
    assert_eq!(house.home.command(&["check-config"]).0, Some(0));
}

#[test]
fn a_new_account_has_nothing_of_an_earlier_one_of_its_name() {
    let (entra, other) = (Entra::start(), Entra::start());
    let house = House::open("");
    let mut visitor = house.administrator();
    let authority = entra.authority();
    let plain = house.file();
    let new = new_account("office", "secret", &authority);
    visitor.act("/settings/accounts", &new).leads_to();
    // Somebody takes it out by hand: what is sealed stays behind.
    fs::write(house.home.config(), plain).unwrap();
    assert_eq!(sealed(&house).len(), 1);
    let elsewhere = other.authority();
    let new = new_account("office", "", &elsewhere);
    visitor.act("/settings/accounts", &new).leads_to();
    assert_eq!(sealed(&house), [""; 0]);
    let tried = visitor.act("/settings/accounts/office/test", &[]);
    assert!(
        tried.body.contains("needs a client secret"),
        "{}",
        tried.body
    );
    assert!(other.log().is_empty(), "{:?}", other.log());
}

#[test]
fn a_secret_is_put_back_when_the_file_cannot_be_written_after_all() {
    let entra = Entra::start();
    let house = House::open(&account(&entra, "client_credentials"));
    let mut visitor = house.administrator();
    visitor
        .act(OFFICE, &[("client_secret", "secret")])
        .leads_to();
    let (before, kept) = (house.file(), sealed(&house));
    // All looks well until what shall be in the file is written beside it.
    let in_the_way = house.home.path("gateway.toml.part");
    fs::create_dir_all(in_the_way.join("more")).unwrap();
    let change = [
        ("client_secret", "wrong-one"),
        ("client_secret_until", "2099-01-01"),
    ];
    let refused = visitor.act(OFFICE, &change);
    assert_eq!(refused.status, 422);
    assert!(
        refused.body.contains("gateway.toml cannot be written"),
        "{}",
        refused.body
    );
    assert!(
        refused.body.contains("value=\"2099-01-01\""),
        "{}",
        refused.body
    );
    assert_eq!(
        (house.file(), sealed(&house)),
        (before.clone(), kept.clone())
    );
    let authority = entra.authority();
    let new = new_account("second", "geheim", &authority);
    assert_eq!(visitor.act("/settings/accounts", &new).status, 422);
    assert_eq!(
        (house.file(), sealed(&house)),
        (before, kept),
        "the second's is gone again"
    );
    // The next start proves itself by the old one.
    let house = house.again();
    let mut visitor = house.visitor();
    visitor.post("/login", &[("password", PASSWORD)]);
    let works = visitor.act("/settings/accounts/office/test", &[]);
    assert!(works.leads_to().contains("notice=works"));
    assert!(!house.gateway.log().contains("wrong-one"));
}
