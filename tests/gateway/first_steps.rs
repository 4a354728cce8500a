//! The commands of the first hour: `init`, `healthcheck`, `man`.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use assert_cmd::Command;
use mscons_gateway::sample;
use predicates::prelude::PredicateBooleanExt;
use predicates::str::contains;

use crate::run::gateway::{Gateway, Home};
use crate::support::dovecot::{Dovecot, GOOD, PASSWORD};

fn gateway(home: &Path) -> Command {
    let mut command = Command::cargo_bin("mscons-gateway").unwrap();
    command
        .current_dir(home)
        .env_remove("MSCONS_GATEWAY_CONFIG")
        .env("LC_ALL", "C");
    command
}

#[test]
fn init_finds_the_server_shows_what_the_mailbox_holds_and_writes_a_configuration_that_works() {
    let bed = Dovecot::shared();
    bed.deliver("init", "INBOX", &sample::load_profile_mail(1).bytes);
    let home = tempfile::tempdir().unwrap();
    let (port, ca_file) = (bed.imap.to_string(), bed.ca_file());
    let answers = [
        "1", // IMAP
        "init@example.org",
        GOOD,
        "init",
        "1", // the password stands in the file
        PASSWORD,
        &port,
        ca_file.to_str().unwrap(),
        "INBOX",
        "1", // keep the mails
        "metering",
    ];
    gateway(home.path())
        .arg("init")
        .write_stdin(answers.join("\n") + "\n")
        .assert()
        .success()
        .stderr(contains("1-1:1.29.0").and(contains(PASSWORD).not()));
    let file = home.path().join("gateway.toml");
    let written = fs::read_to_string(&file).unwrap();
    assert!(written.contains("encryption = \"starttls\""), "{written}");
    let mode = fs::metadata(&file).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600, "it holds a password");
    gateway(home.path()).arg("check-config").assert().success();
    gateway(home.path()).arg("fetch").assert().success();
    gateway(home.path())
        .arg("export")
        .assert()
        .success()
        .stdout(contains("1-1:1.29.0"));
}

#[test]
fn init_with_defaults_asks_nothing_and_writes_over_nothing() {
    let home = tempfile::tempdir().unwrap();
    gateway(home.path())
        .args(["init", "--defaults"])
        .assert()
        .success();
    gateway(home.path())
        .arg("check-config")
        .env("IMAP_PASSWORD", "x")
        .assert()
        .success();
    gateway(home.path())
        .args(["init", "--defaults"])
        .assert()
        .code(2)
        .stderr(contains("--force"));
    gateway(home.path())
        .args(["init", "--defaults", "--force"])
        .assert()
        .success();
}

#[test]
fn init_writes_nothing_if_the_answers_end() {
    let home = tempfile::tempdir().unwrap();
    gateway(home.path())
        .arg("init")
        .write_stdin("1\n")
        .assert()
        .code(2)
        .stderr(contains("nothing is written"));
    assert_eq!(fs::read_dir(home.path()).unwrap().count(), 0);
}

#[test]
fn healthcheck_ends_with_zero_only_while_the_gateway_is_ready() {
    let home = Home::new();
    home.configure(&[home.maildir("mails", "")]);
    let running = Gateway::run(&home);
    running.wait_for_metric("mscons_gateway_mailbox_up{mailbox=\"mails\"} 1");
    let url = format!("http://{}", running.address().unwrap());
    let check = || {
        let mut check = gateway(&home.path(""));
        check.args(["healthcheck", "--url", &url]);
        check
    };
    check().assert().success();
    running.stop("TERM");
    check().assert().code(1).stderr(contains("not ready"));
    gateway(&home.path(""))
        .args(["healthcheck", "--url", "ftp://x"])
        .assert()
        .code(2)
        .stderr(contains("write http://HOST:PORT"));
}

#[test]
fn the_manual_has_a_page_for_each_command() {
    let home = tempfile::tempdir().unwrap();
    gateway(home.path())
        .args(["man", "--out", "man1"])
        .assert()
        .success();
    for name in [
        "mscons-gateway",
        "mscons-gateway-run",
        "mscons-gateway-doctor",
    ] {
        let page = fs::read_to_string(home.path().join(format!("man1/{name}.1"))).unwrap();
        assert!(
            page.contains(".TH ") && page.contains(".SH SYNOPSIS"),
            "{page}"
        );
    }
    gateway(home.path())
        .arg("man")
        .assert()
        .success()
        .stdout(contains(".SH SYNOPSIS"));
}
