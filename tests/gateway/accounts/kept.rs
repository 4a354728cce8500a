//! What is kept of accounts: reached in whatever state the store and the configuration are.

use std::fs;

use serde_json::Value;

use super::*;
use crate::run::gateway::Gateway;

/// An archive without its database, which no command on the store opens.
fn break_store(home: &Home) {
    let archive = home.path("data/archive");
    fs::create_dir_all(&archive).unwrap();
    fs::write(archive.join("00000001.seg"), "something").unwrap();
    let (code, _, said) = home.command(&["series"]);
    assert_eq!(code, Some(1), "the store does not open: {said}");
}

/// The sealed files.
fn sealed(home: &Home) -> Vec<String> {
    let files = fs::read_dir(home.path("data/secrets")).unwrap();
    let names = files.map(|file| file.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<String> = names.collect();
    names.sort();
    names
}

#[test]
fn accounts_need_no_store_that_opens() {
    let office = Office::open();
    let home = &office.home;
    home.configure(&[office.mailbox("rosa", "imap", ""), office.device()]);
    fs::create_dir(home.path("data")).unwrap();
    break_store(home);
    let (code, said) = office.connect("rosa@example.org");
    assert_eq!(code, Some(0), "{said}");
    let (code, listed, said) = home.command(&["accounts"]);
    assert_eq!(code, Some(0), "{said}");
    assert!(listed.contains("good"), "{listed}");
    for (command, expected) in [
        (&["rotate-key"][..], "1 secret(s) are sealed"),
        (&["disconnect", "office"], "the sign-in is forgotten here"),
    ] {
        let (code, _, said) = home.command(command);
        assert_eq!(code, Some(0), "{command:?}: {said}");
        assert!(said.contains(expected), "{command:?}: {said}");
    }
    assert!(!home.path("data/sled").exists(), "none of them made one");
}

#[test]
fn without_a_data_directory_nothing_is_made_and_there_is_no_key_to_change() {
    let office = Office::open();
    let home = &office.home;
    home.configure(&[office.mailbox("rosa", "imap", ""), office.device()]);
    let (code, _, said) = home.command(&["rotate-key"]);
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("nothing is kept sealed yet"), "{said}");
    let (code, _, said) = home.command(&["disconnect", "office"]);
    assert_eq!(code, Some(0), "{said}");
    let (code, _, said) = home.command(&["login-link"]);
    assert_eq!(code, Some(1), "{said}");
    assert!(
        said.contains("no gateway runs on data_dir") && said.contains("start it"),
        "{said}"
    );
    assert!(!home.path("data").exists());
}

#[test]
fn what_is_left_of_an_account_that_is_no_longer_configured_is_listed_and_removed() {
    let office = Office::open();
    let home = &office.home;
    let mailbox = office.mailbox("sofie", "imap", "");
    home.configure(&[mailbox.clone(), office.device()]);
    let (code, said) = office.connect("sofie@example.org");
    assert_eq!(code, Some(0), "{said}");
    // One that was removed with its client secret, long ago.
    fs::copy(
        home.path("data/secrets/microsoft.office.account.sealed"),
        home.path("data/secrets/microsoft.old.client-secret.sealed"),
    )
    .unwrap();
    home.configure(&[mailbox, office.device().replace("office", "branch")]);
    let (code, listed, said) = home.command(&["accounts"]);
    assert_eq!(code, Some(1), "branch waits for a person: {said}");
    for name in ["office", "old"] {
        let mut lines = listed.lines();
        let line = lines.find(|line| line.starts_with(name));
        assert!(
            line.is_some_and(|line| line.contains("no longer configured")),
            "{name}: {listed}"
        );
        assert!(
            said.contains(&format!("`mscons-gateway disconnect {name}` removes it")),
            "{said}"
        );
    }
    let (_, listed, _) = home.command(&["accounts", "--format", "json"]);
    let listed: Value = serde_json::from_str(&listed).unwrap();
    assert_eq!(listed[1]["state"], "no longer configured", "{listed}");

    let (code, _, said) = home.command(&["disconnect", "old"]);
    assert_eq!(code, Some(0), "{said}");
    let gateway = Gateway::run(home);
    let (code, _, said) = home.command(&["disconnect", "office"]);
    assert_eq!(code, Some(0), "{said}");
    assert!(
        said.contains("nothing of it is kept here any more"),
        "{said}"
    );
    gateway.stop("TERM");
    assert!(sealed(home).is_empty(), "{:?}", sealed(home));
    let (code, _, said) = home.command(&["disconnect", "office"]);
    assert_eq!(code, Some(2), "{said}");
    assert!(said.contains("no account is named \"office\""), "{said}");
}

#[test]
fn a_damaged_sign_in_is_told_and_removed() {
    let office = Office::open();
    let home = &office.home;
    home.configure(&[office.mailbox("tilda", "imap", ""), office.device()]);
    office.connect("tilda@example.org");
    let file = home.path("data/secrets/microsoft.office.account.sealed");
    let bytes = fs::read(&file).unwrap();
    fs::write(&file, &bytes[..bytes.len() - 1]).unwrap();
    let (code, listed, said) = home.command(&["accounts"]);
    assert_eq!(code, Some(1), "{said}");
    assert!(
        listed.contains("fault") && said.contains("microsoft.office.account is damaged"),
        "{listed}{said}"
    );
    let (code, _, said) = home.command(&["disconnect", "office"]);
    assert_eq!(code, Some(0), "{said}");
    assert!(sealed(home).is_empty());
    let (code, said) = office.connect("tilda@example.org");
    assert_eq!(code, Some(0), "{said}");
}

#[test]
fn a_gateway_that_has_not_read_the_changed_file_is_told_of() {
    let office = Office::open();
    office.application_of("ulla");
    let home = &office.home;
    let account = |more: &str| office.account("office", "client_credentials", more);
    let secret = "client_secret = \"secret\"";
    let before = [office.mailbox("ulla", "imap", ""), account(secret)];
    home.configure(&before);
    let gateway = Gateway::run(home);
    let older = "goes by an older configuration than this file";
    let (_, _, said) = home.command(&["accounts"]);
    assert!(!said.contains(older), "{said}");
    let (_, told, _) = home.command(&["doctor"]);
    assert!(!told.contains("WARNING gateway"), "{told}");

    let [mailbox, account] = before;
    let more = office.mailbox("vera", "imap", "");
    let smtp = "[smtp]\nhost = \"127.0.0.1\"\nport = 9\nauth = \"microsoft\"\n\
        username = \"ulla@example.org\"\nsender = \"ulla@example.org\"\n";
    home.configure(&[mailbox, more, account, smtp.to_owned()]);
    for command in [
        &["accounts"][..],
        &["fetch", "--mailbox", "ulla-imap"],
        &["send-test", "--to", "you@example.net"],
    ] {
        let (_, _, said) = home.command(command);
        assert!(said.contains(older), "{command:?}: {said}");
        assert!(said.contains("SIGHUP"), "{command:?}: {said}");
    }
    let (_, told, _) = home.command(&["doctor"]);
    assert!(
        told.contains("WARNING gateway") && told.contains("SIGHUP: it reads the file"),
        "{told}"
    );
    assert!(
        told.contains("WARNING mailbox vera-imap")
            && told.contains("it has not looked at this mailbox"),
        "{told}"
    );
    gateway.signal("HUP");
    gateway.wait_for_log("the configuration is read again");
    gateway.wait_for_metric("mscons_gateway_mailbox_up{mailbox=\"vera-imap\"} 0");
    let (_, _, said) = home.command(&["accounts"]);
    assert!(!said.contains(older), "{said}");
    gateway.stop("TERM");
}

#[test]
fn check_config_reads_the_keys_and_certificates_that_are_named() {
    let office = Office::open();
    let home = &office.home;
    let (certificate, _) = office.entra.certificate("client");
    let (_, other_key) = office.entra.certificate("other");
    let open_key = home.path("open.key");
    fs::write(&open_key, "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\n").unwrap();
    let proved_by = |certificate: &str, key: &str| {
        let more = format!("certificate_file = '{certificate}'\nkey_file = '{key}'");
        office.account("office", "client_credentials", &more)
    };
    let certificate = certificate.display().to_string();
    for (configured, key, what) in [
        (
            proved_by("missing.pem", "missing.key"),
            "microsoft[0].certificate_file",
            "missing.pem",
        ),
        (
            proved_by(&certificate, "missing.key"),
            "microsoft[0].certificate_file",
            "missing.key",
        ),
        (
            proved_by(&certificate, &other_key.display().to_string()),
            "microsoft[0].certificate_file",
            "another key than that of the certificate",
        ),
        (
            home.imap(&office.bed, "zora", "ca_file = \"missing-roots.pem\""),
            "mailbox[0].ca_file",
            "missing-roots.pem",
        ),
        (
            "[secrets]\nkey = \"AAECAwQFBgcICQ==\"\n".to_owned(),
            "secrets.key",
            "it is not 32 bytes",
        ),
        (
            format!("[secrets]\nkey_file = '{}'\n", open_key.display()),
            "secrets.key_file",
            "run `chmod 600",
        ),
    ] {
        home.configure(&[configured]);
        let (code, _, said) = home.command(&["check-config"]);
        assert_eq!(code, Some(2), "{what}: {said}");
        assert!(said.contains(key) && said.contains(what), "{what}: {said}");
    }
}

#[test]
fn check_config_hints_at_a_client_secret_only_where_none_is_sealed() {
    let office = Office::open();
    let home = &office.home;
    let account = office.account("office", "authorization_code", "");
    home.configure(&[
        "base_url = \"http://localhost:8080\"\n".to_owned(),
        office.mailbox("wanda", "imap", ""),
        account,
    ]);
    let (code, _, said) = home.command(&["check-config"]);
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("AADSTS7000218"), "{said}");
    fs::create_dir_all(home.path("data/secrets")).unwrap();
    let sealed = home.path("data/secrets/microsoft.office.client-secret.sealed");
    fs::write(sealed, "sealed by the page").unwrap();
    let (code, _, said) = home.command(&["check-config"]);
    assert_eq!(code, Some(0), "{said}");
    assert!(!said.contains("AADSTS7000218"), "{said}");
}
