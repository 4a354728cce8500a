//! `connect`, `accounts`, `disconnect`, `rotate-key`: beside a gateway and without one.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

use super::*;
use crate::run::gateway::Gateway;

#[test]
fn an_account_is_connected_listed_and_forgotten() {
    let office = Office::open();
    let home = &office.home;
    home.configure(&[office.mailbox("ida", "imap", ""), office.device()]);
    let (code, listed, said) = home.command(&["accounts"]);
    assert_eq!(code, Some(1), "a person is waited for: {said}");
    assert!(
        listed.contains("office  device_code  needs sign-in")
            && said.contains("office: Das Konto ist noch nicht verbunden")
            && said.contains("The account is not connected yet"),
        "{listed}{said}"
    );
    assert!(!home.path("data").exists(), "looking makes nothing");
    // No person reads along: there is no picture.
    let (code, said) = office.connect("ida@example.org");
    assert_eq!(code, Some(0), "{said}");
    assert!(!said.contains('█'), "{said}");
    let (code, listed, _) = home.command(&["accounts", "--format", "json"]);
    assert_eq!(code, Some(0), "{listed}");
    assert!(listed.ends_with("]\n"), "{listed}");
    let listed: Value = serde_json::from_str(&listed).unwrap();
    let account = &listed[0];
    assert_eq!(account["state"], "good", "{account}");
    assert_eq!(account["who"]["mail"], "ida@example.org");
    assert!(account["connected"].is_string() && account["refreshed"].is_string());
    let scopes = account["scopes"].to_string();
    assert!(
        scopes.contains("IMAP.AccessAsUser.All") && !scopes.contains("SMTP"),
        "{scopes}"
    );

    let gateway = Gateway::run(home);
    gateway.wait_for_metric("mscons_gateway_mailbox_up{mailbox=\"ida-imap\"} 1");
    let (code, _, said) = home.command(&["disconnect", "office"]);
    assert_eq!(code, Some(0), "{said}");
    gateway.wait_for_metric(&needs_sign_in("office", 1));
    let (_, _, said) = home.command(&["disconnect", "office"]);
    assert!(said.contains("nobody was signed in"), "{said}");
    gateway.stop("TERM");
    let sealed = fs::read_dir(home.path("data/secrets")).unwrap();
    assert_eq!(sealed.count(), 0);
}

#[test]
fn who_declines_is_told_so_and_another_user_is_noticed() {
    let office = Office::open();
    office
        .home
        .configure(&[office.mailbox("ida", "imap", ""), office.device()]);
    let (code, said) = office.connect("deny");
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("declined or cancelled"), "{said}");
    let (code, said) = office.connect("other@example.org");
    assert_eq!(code, Some(0), "{said}");
    assert!(
        said.contains("is that of ida@example.org: right if it is a shared mailbox"),
        "{said}"
    );
}

#[test]
fn wrong_use_says_which_accounts_there_are() {
    let office = Office::open();
    let home = &office.home;
    let two = [office.device(), office.device().replace("office", "branch")];
    for (accounts, command, expected) in [
        (
            &[][..],
            &["connect"][..],
            "it has none; add a [[microsoft]]",
        ),
        (
            &two,
            &["connect"],
            "name the account of the configuration that is meant; it has office, branch",
        ),
        (&two, &["connect", "x"], "no account is named \"x\""),
        (&two, &["disconnect", "x"], "no account is named \"x\""),
        (
            &two,
            &["rotate-key", "--to", "a", "--to", "b"],
            "--to names one file",
        ),
    ] {
        home.configure(accounts);
        let (code, _, said) = home.command(command);
        assert_eq!(code, Some(2), "{command:?}: {said}");
        assert!(said.contains(expected), "{command:?}: {said}");
    }
    assert!(!home.path("data").exists(), "wrong use makes nothing");
}

#[test]
fn the_key_is_changed_beside_the_gateway_and_a_missing_one_is_no_new_one() {
    let office = Office::open();
    let home = &office.home;
    home.configure(&[office.mailbox("jutta", "imap", ""), office.device()]);
    let gateway = Gateway::run(home);
    office.connect("jutta@example.org");
    gateway.wait_for_metric("mscons_gateway_mailbox_up{mailbox=\"jutta-imap\"} 1");
    let key = home.path("data/secret.key");
    let before = fs::read(&key).unwrap();
    let (code, _, said) = home.command(&["rotate-key"]);
    assert_eq!(code, Some(0), "{said}");
    assert!(
        said.contains("1 secret(s) are sealed under the new key"),
        "{said}"
    );
    assert_ne!(fs::read(&key).unwrap(), before);
    gateway.stop("TERM");
    let (_, listed, _) = home.command(&["accounts"]);
    assert!(listed.contains("good"), "{listed}");

    // The old key is that of another gateway now.
    let kept = fs::read(&key).unwrap();
    fs::write(&key, &before).unwrap();
    let gateway = Gateway::run(home);
    let line = gateway.wait_for_log("the Microsoft account does not work");
    let secrets = home.path("data/secrets").display().to_string();
    assert!(
        line.contains("did not seal") && line.contains(&format!("remove {secrets} and enter")),
        "{line}"
    );
    assert!(
        line.contains("Der Schlüssel der versiegelten Geheimnisse fehlt"),
        "{line}"
    );
    gateway.stop("TERM");
    fs::rename(&key, home.path("away")).unwrap();
    let (code, listed, said) = home.command(&["accounts"]);
    assert_eq!(code, Some(1), "{said}");
    assert!(
        listed.contains("fault") && said.contains(&format!("{} does not exist", key.display())),
        "{listed}{said}"
    );
    let (code, _, said) = home.command(&["rotate-key"]);
    assert_eq!(code, Some(1), "{said}");
    assert!(
        said.contains("their key is missing") && !key.exists(),
        "{said}"
    );

    // A key that the gateway does not keep itself.
    fs::rename(home.path("away"), &key).unwrap();
    fs::write(&key, kept).unwrap();
    let new = home.path("new.key");
    fs::write(&new, "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\n").unwrap();
    fs::set_permissions(&new, fs::Permissions::from_mode(0o644)).unwrap();
    let (code, _, said) = home.command(&["rotate-key", "--to", new.to_str().unwrap()]);
    assert_eq!(code, Some(1), "{said}");
    assert!(
        said.contains("can be read by others (mode 644): run `chmod 600"),
        "{said}"
    );
    fs::set_permissions(&new, fs::Permissions::from_mode(0o600)).unwrap();
    let (code, _, said) = home.command(&["rotate-key", "--to", new.to_str().unwrap()]);
    assert_eq!(code, Some(0), "{said}");
    assert!(
        said.contains("put the new key in the old one's place now"),
        "{said}"
    );
    fs::copy(&new, &key).unwrap();
    let (_, listed, said) = home.command(&["accounts"]);
    assert!(listed.contains("good"), "{listed}{said}");
}

#[test]
fn init_leaves_what_a_running_gateway_has_to_that_gateway() {
    let office = Office::open();
    let home = &office.home;
    home.configure(&[home.maildir("mails", "")]);
    let gateway = Gateway::run(home);
    let out = home.path("new.toml");
    let output = init_of_an_application(&office, &out).output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success(), "{said}");
    assert_eq!(office.entra.requests("client_credentials"), 0, "{said}");
    let written = fs::read_to_string(out).unwrap();
    assert!(written.contains("\nauth = \"microsoft\"\n"), "{written}");
    gateway.stop("TERM");
}

#[test]
fn init_writes_down_that_a_mailbox_of_the_environment_signs_in_by_an_account() {
    let office = Office::open();
    office.application_of("quirin");
    let out = office.home.path("new.toml");
    let output = init_of_an_application(&office, &out).output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success(), "{said}");
    assert!(!said.contains("!!"), "it signed in: {said}");
    assert_eq!(office.entra.requests("client_credentials"), 1);
    let written = fs::read_to_string(out).unwrap();
    assert!(written.contains("\nauth = \"microsoft\"\n"), "{written}");
    assert!(!written.contains("\"secret\""), "{written}");
}

/// `init` for a mailbox of the environment that an application opens. Its data directory is that of
/// the home.
fn init_of_an_application(office: &Office, out: &Path) -> Command {
    let home = &office.home;
    let mut init = program(&home.config(), &["init", "--defaults", "--out"]);
    init.arg(out).current_dir(home.path(""));
    let port = office.bed.imap.to_string();
    let authority = office.entra.authority();
    for (key, value) in [
        ("MAILBOX__METERING__HOST", GOOD),
        ("MAILBOX__METERING__PORT", &port),
        ("MAILBOX__METERING__ENCRYPTION", "none"),
        ("MAILBOX__METERING__AUTH", "microsoft"),
        ("MAILBOX__METERING__USERNAME", "quirin@example.org"),
        ("MICROSOFT__OFFICE__TENANT_ID", TENANT),
        ("MICROSOFT__OFFICE__CLIENT_ID", "app-1"),
        ("MICROSOFT__OFFICE__CLIENT_SECRET", "secret"),
        ("MICROSOFT__OFFICE__FLOW", "client_credentials"),
        ("MICROSOFT__OFFICE__AUTHORITY", &authority),
    ] {
        init.env(format!("MSCONS_GATEWAY__{key}"), value);
    }
    init
}
