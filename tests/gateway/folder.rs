//! A folder that files are dropped in: by the real thing with an intake in memory, and as a whole.

use std::fs;
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use mscons_gateway::config::mailbox::{Mailbox, Protocol};
use mscons_gateway::config::units::ByteSize;
use mscons_gateway::mail::MailError;
use mscons_gateway::mail::poll::Session;
use mscons_gateway::mailbox::Outcome;
use mscons_gateway::sample;

use crate::run::gateway::{Gateway, Home};
use crate::support::ledger::Ledger;
use crate::support::polling::{poll_once, poll_with};

fn folder(files: &[(&str, &str)]) -> (tempfile::TempDir, Mailbox) {
    let home = tempfile::tempdir().unwrap();
    for (name, text) in files {
        fs::write(home.path().join(name), text).unwrap();
    }
    let mailbox = Mailbox {
        name: "drop".to_owned(),
        protocol: Protocol::Folder,
        path: home.path().to_owned(),
        ..Mailbox::default()
    };
    (home, mailbox)
}

/// All files below a folder, by their paths.
fn files(root: &Path) -> Vec<String> {
    let mut found = Vec::new();
    let mut folders = vec![root.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let below = path.strip_prefix(root).unwrap();
                found.push(below.to_str().unwrap().to_owned());
            }
        }
    }
    found.sort();
    found
}

#[tokio::test(start_paused = true)]
async fn what_is_stored_goes_to_done_and_the_rest_to_failed_with_a_reason() {
    let (home, mut mailbox) = folder(&[
        ("a.edi", "data"),
        ("b.edi", "[quarantine]"),
        ("c.edi", "[private]"),
        ("d.edi", &"y".repeat(5_000)),
        ("e.edi", "data"),
    ]);
    mailbox.max_mail_size = ByteSize::from_kib(1);
    let ledger = Ledger::default();
    let summary = poll_once(&mailbox, &ledger).await.unwrap();
    assert_eq!((summary.durable, summary.too_large), (4, 1));
    assert_eq!((summary.duplicates, summary.released), (1, 5));
    let expected = [
        "done/a.edi",
        "done/e.edi",
        "failed/b.edi",
        "failed/b.edi.reason.txt",
        "failed/c.edi",
        "failed/c.edi.reason.txt",
        "failed/d.edi",
        "failed/d.edi.reason.txt",
    ];
    assert_eq!(files(home.path()), expected);
    let reason = |name: &str| {
        let path = home.path().join(format!("failed/{name}.reason.txt"));
        fs::read_to_string(path).unwrap()
    };
    assert!(reason("b.edi").contains("mscons-gateway quarantine"));
    assert!(reason("c.edi").contains("No EDIFACT"));
    assert!(reason("d.edi").contains("max_mail_size"));
    let again = poll_once(&mailbox, &ledger).await.unwrap();
    assert_eq!(again.announced, 0);
}

#[tokio::test(start_paused = true)]
async fn a_file_that_grows_is_left_alone_until_it_does_not() {
    let (home, mailbox) = folder(&[("slow.edi", "half"), ("whole.edi", "data")]);
    let slow = home.path().join("slow.edi");
    let ledger = Ledger::default();
    let growing = async {
        tokio::time::sleep(Duration::from_secs(1)).await;
        let mut file = fs::OpenOptions::new().append(true).open(&slow).unwrap();
        file.write_all(b" and half").unwrap();
    };
    let (summary, ()) = tokio::join!(poll_once(&mailbox, &ledger), growing);
    assert_eq!(summary.unwrap().announced, 1);
    assert_eq!(files(home.path()), ["done/whole.edi", "slow.edi"]);
    poll_once(&mailbox, &ledger).await.unwrap();
    assert!(ledger.books().contents.contains(&b"half and half"[..]));
}

#[tokio::test(start_paused = true)]
async fn done_files_are_deleted_where_that_is_wanted_and_failed_ones_never() {
    let (home, mut mailbox) = folder(&[("a.edi", "data"), ("b.edi", "[quarantine]")]);
    mailbox.delete_after_fetch = true;
    poll_once(&mailbox, &Ledger::default()).await.unwrap();
    let left = ["failed/b.edi", "failed/b.edi.reason.txt"];
    assert_eq!(files(home.path()), left);
}

#[tokio::test(start_paused = true)]
async fn what_could_not_be_stored_stays() {
    let (home, mailbox) = folder(&[("a.edi", "data")]);
    let ledger = Ledger::default();
    ledger.books().full = true;
    let error = poll_once(&mailbox, &ledger).await.unwrap_err();
    assert!(matches!(error, MailError::Intake(_)), "{error}");
    assert_eq!(files(home.path()), ["a.edi"]);
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_put_away_is_told_and_not_stored_again() {
    let (home, mailbox) = folder(&[("a.edi", "data"), ("b.edi", "more"), ("done", "in the way")]);
    let (ledger, mut session) = (Ledger::default(), Session::default());
    fs::rename(home.path().join("done"), home.path().join(".keep")).unwrap();
    std::os::unix::fs::symlink(".keep", home.path().join("done")).unwrap();
    for _ in 0..2 {
        let error = poll_with(&mailbox, &mut session, &ledger)
            .await
            .unwrap_err();
        assert!(error.to_string().contains("is no folder"), "{error}");
        assert!(!error.is_transient());
    }
    let stored = ledger.books().mails.clone();
    assert!(
        stored
            .iter()
            .all(|(_, outcome)| *outcome == Outcome::Stored)
    );
    assert_eq!(stored.len(), 2, "both, and once each");
    fs::remove_file(home.path().join("done")).unwrap();
    let summary = poll_with(&mailbox, &mut session, &ledger).await.unwrap();
    assert_eq!((summary.announced, summary.released), (0, 2));
    assert_eq!(ledger.books().mails.len(), 2);
}

#[tokio::test]
async fn a_folder_that_is_missing_is_named() {
    let (home, mut mailbox) = folder(&[]);
    mailbox.path = home.path().join("missing");
    let error = poll_once(&mailbox, &Ledger::default()).await.unwrap_err();
    let words = error.to_string();
    assert!(
        words.contains("listing the folder") && words.contains("missing"),
        "{words}"
    );
}

#[test]
fn edifact_mails_and_zips_are_stored_by_fetch_and_a_crash_before_the_move_counts_nothing_twice() {
    let home = Home::new();
    home.configure(&[home.folder("drop", "recursive = true\npattern = \"*.*\"")]);
    let drop = home.path("drop");
    fs::create_dir(drop.join("in")).unwrap();
    let edi = fs::read("fixtures/mscons/hand_13025_dst_spring_92.edi");
    fs::write(drop.join("in/a.edi"), edi.unwrap()).unwrap();
    fs::write(drop.join("b.eml"), sample::load_profile_mail(0).bytes).unwrap();
    fs::write(drop.join("c.zip"), "no zip").unwrap();
    fs::write(drop.join("no-dot"), "not meant").unwrap();
    let (code, _, said) = home.command(&["fetch"]);
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("drop: 3 new mails"), "{said}");
    let put_away = [
        "done/b.eml",
        "done/in/a.edi",
        "failed/c.zip",
        "failed/c.zip.reason.txt",
        "no-dot",
    ];
    assert_eq!(files(&drop), put_away);
    let values = home.values();
    assert_eq!(values, 96 + 92);

    // Durable, and killed before it was moved.
    fs::rename(drop.join("done/b.eml"), drop.join("b.eml")).unwrap();
    fs::write(drop.join("done/b.eml"), "another one").unwrap();
    let (_, _, said) = home.command(&["fetch"]);
    assert!(said.contains("1 known already"), "{said}");
    assert!(drop.join("done/b.2.eml").exists());
    assert_eq!(fs::read(drop.join("done/b.eml")).unwrap(), b"another one");
    assert_eq!(home.values(), values);
}

#[test]
fn done_may_be_on_another_disk() {
    let home = Home::new();
    home.configure(&[home.folder("drop", "poll_interval = \"1s\"")]);
    let done = home.path("drop/done");
    let _disk = crate::run::disk::SmallDisk::mount(&done, "1m");
    let gateway = Gateway::run(&home);
    let mail = sample::load_profile_mail(0).bytes;
    fs::write(home.path("drop/a.eml"), &mail).unwrap();
    gateway.wait_for_metric(
        "mscons_gateway_mails_released_total{mailbox=\"drop\",action=\"moved\"} 1",
    );
    assert_eq!(fs::read(done.join("a.eml")).unwrap(), mail);
    let (_, page) = gateway.get("/");
    assert!(page.contains("Ordner"), "{page}");
    gateway.stop("TERM");
    assert_eq!(home.values(), 96);
}

#[test]
fn a_file_without_the_right_to_read_is_told_and_the_rest_goes_on() {
    let home = Home::new();
    home.configure(&[home.folder("drop", "")]);
    for (file, number, mode) in [("a.eml", 0, 0o000), ("b.eml", 1, 0o644)] {
        let path = home.path("drop").join(file);
        fs::write(&path, sample::load_profile_mail(number).bytes).unwrap();
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    }
    for path in [home.path(""), home.path("drop")] {
        fs::set_permissions(path, fs::Permissions::from_mode(0o777)).unwrap();
    }
    // Root may read everything: somebody else must run it.
    let program = home.path("mscons-gateway");
    fs::copy(env!("CARGO_BIN_EXE_mscons-gateway"), &program).unwrap();
    let output = Command::new("setpriv")
        .args(["--reuid=65534", "--regid=65534", "--clear-groups"])
        .arg(&program)
        .arg("--config")
        .arg(home.config())
        .arg("fetch")
        .output()
        .unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(
        said.contains("1 stored durably") && said.contains("1 not given"),
        "{said}"
    );
    let reason = fs::read_to_string(home.path("drop/failed/a.eml.reason.txt")).unwrap();
    assert!(reason.contains("Permission denied"), "{reason}");
    assert!(home.path("drop/done/b.eml").exists());
}
