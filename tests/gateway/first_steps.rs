//! The commands of the first hour: `init`, `healthcheck`, `man`.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use assert_cmd::Command;
use mscons_gateway::market::calendar::legal_day;
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
fn init_says_why_a_password_cannot_be_kept_and_asks_again() {
    let bed = Dovecot::shared();
    bed.deliver("init-file", "INBOX", b"Subject: 1\r\n\r\nhello\r\n");
    let home = tempfile::tempdir().unwrap();
    fs::create_dir(home.path().join("folder")).unwrap();
    let (port, ca_file) = (bed.imap.to_string(), bed.ca_file());
    let answers = [
        "1", // IMAP
        "init@example.org",
        GOOD,
        "init-file",
        "3", // a file of its own, where none can be made
        "nowhere/password",
        PASSWORD,
        "3", // one that cannot be read
        "folder",
        "3", // and one that can be written: the password is not asked for again
        "password",
        &port,
        ca_file.to_str().unwrap(),
        "INBOX",
        "1",
        "metering",
    ];
    gateway(home.path())
        .arg("init")
        .write_stdin(answers.join("\n") + "\n")
        .assert()
        .success()
        .stderr(
            contains("That cannot be: writing nowhere/password: No such file or directory")
                .and(contains("That cannot be: reading folder: Is a directory"))
                .and(contains(PASSWORD).not()),
        );
    let kept = home.path().join("password");
    assert_eq!(fs::read_to_string(&kept).unwrap(), PASSWORD);
    let mode = fs::metadata(&kept).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let written = fs::read_to_string(home.path().join("gateway.toml")).unwrap();
    assert!(
        written.contains("password = { file = \"password\" }"),
        "{written}"
    );
    gateway(home.path()).arg("fetch").assert().success();
}

/// A Maildir with mails of the last days, as if they had come each midnight: a load profile every
/// day, and one of another point once.
fn maildir_of_a_week(home: &Path) {
    for part in ["new", "cur", "tmp"] {
        fs::create_dir_all(home.join("mails").join(part)).unwrap();
    }
    let today = legal_day(mscons_gateway::clock::now());
    let mails = sample::demo(today, 1);
    for (number, mail) in mails.iter().enumerate() {
        fs::write(
            home.join(format!("mails/new/{number:06}.demo")),
            &mail.bytes,
        )
        .unwrap();
    }
}

#[test]
fn init_proposes_who_sends_and_what_to_expect() {
    let home = tempfile::tempdir().unwrap();
    maildir_of_a_week(home.path());
    let answers = ["3", "mails", "1", "mails"];
    gateway(home.path())
        .arg("init")
        .write_stdin(answers.join("\n") + "\n")
        .assert()
        .success()
        .stderr(contains("[[partner]]").and(contains("[[expect]]")));
    assert_proposals(home.path());
}

#[test]
fn init_with_defaults_looks_into_the_mailbox_that_the_environment_names() {
    let home = tempfile::tempdir().unwrap();
    maildir_of_a_week(home.path());
    let from_environment = |arguments: &[&str]| {
        let mut command = gateway(home.path());
        command
            .args(arguments)
            .env("MSCONS_GATEWAY__MAILBOX__WERK__PROTOCOL", "maildir")
            .env("MSCONS_GATEWAY__MAILBOX__WERK__PATH", "mails");
        command
    };
    from_environment(&["init", "--defaults"]).assert().success();
    assert_proposals(home.path());
    let written = fs::read_to_string(home.path().join("gateway.toml")).unwrap();
    assert!(written.contains("name = \"werk\""), "{written}");
}

/// The factory's load profile, which comes every day, is expected; what came seldom is a comment;
/// and the file is one that the gateway takes.
fn assert_proposals(home: &Path) {
    let written = fs::read_to_string(home.join("gateway.toml")).unwrap();
    assert!(written.contains("\n[[partner]]\nname = "), "{written}");
    assert!(written.contains("\nid = \"9905048000007\"\n"), "{written}");
    let factory = "\n[[expect]]\nlocation = \"50120962218\"\nobis = \"1-1:1.29.0\"\npartner = \"9905048000007\"\ndue = \"";
    assert!(written.contains(factory), "{written}");
    assert!(written.contains("\n#[[expect]]\n#location = "), "{written}");
    gateway(home).arg("check-config").assert().success();
    gateway(home).arg("fetch").assert().code(0);
    let gaps = gateway(home).arg("gaps").assert().success();
    let gaps = String::from_utf8(gaps.get_output().stdout.clone()).unwrap();
    assert!(gaps.contains("50120962218"), "{gaps}");
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
