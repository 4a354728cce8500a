//! A Maildir, polled by the real thing, with an intake in memory.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use mscons_gateway::config::mailbox::{Mailbox, Protocol};
use mscons_gateway::config::units::ByteSize;
use mscons_gateway::mail::poll::{BUDGET_KIB, Session, Summary};
use mscons_gateway::mail::{self, MailError};
use mscons_gateway::mailbox::MailId;
use tokio::sync::Semaphore;

use crate::support::ledger::Ledger;

fn maildir(mails: &[(&str, &str)]) -> (tempfile::TempDir, Mailbox) {
    let home = tempfile::tempdir().unwrap();
    for folder in ["new", "cur", "tmp"] {
        fs::create_dir(home.path().join(folder)).unwrap();
    }
    for (name, body) in mails {
        fs::write(home.path().join(name), body).unwrap();
    }
    let mailbox = Mailbox {
        name: "drop".to_owned(),
        protocol: Protocol::Maildir,
        path: home.path().to_owned(),
        ..Mailbox::default()
    };
    (home, mailbox)
}

async fn poll(mailbox: &Mailbox, ledger: &Ledger) -> Result<Summary, MailError> {
    let budget = Arc::new(Semaphore::new(BUDGET_KIB));
    mail::poll(mailbox, &mut Session::default(), budget, ledger, &|_, _| {}).await
}

fn names(home: &Path, folder: &str) -> Vec<String> {
    let entries = fs::read_dir(home.join(folder)).unwrap();
    let mut names: Vec<String> = entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

#[tokio::test]
async fn new_mails_are_read_once_and_kept_in_cur() {
    let (home, mailbox) = maildir(&[
        ("new/1.a", "one"),
        ("cur/2.b:2,S", "two"),
        ("tmp/3.c", "no"),
        ("new/.hidden", "no"),
    ]);
    let ledger = Ledger::default();
    let first = poll(&mailbox, &ledger).await.unwrap();
    assert_eq!((first.announced, first.durable, first.released), (2, 2, 0));
    assert_eq!(names(home.path(), "cur"), ["1.a:2,", "2.b:2,S"]);
    let second = poll(&mailbox, &ledger).await.unwrap();
    assert_eq!(second, Summary::default());
    assert_eq!(ledger.books().mails.len(), 2);
}

#[tokio::test]
async fn only_what_is_stored_is_deleted() {
    let (home, mut mailbox) = maildir(&[
        ("new/1", "data"),
        ("new/2", "[private]"),
        ("new/3", &"y".repeat(5_000)),
    ]);
    mailbox.delete_after_fetch = true;
    mailbox.max_mail_size = ByteSize::from_kib(1);
    let summary = poll(&mailbox, &Ledger::default()).await.unwrap();
    assert_eq!(
        (summary.released, summary.irrelevant, summary.too_large),
        (1, 1, 1)
    );
    assert_eq!(names(home.path(), "cur"), ["2:2,", "3:2,"]);
    assert!(names(home.path(), "new").is_empty());
}

#[tokio::test]
async fn a_mail_that_could_not_be_stored_stays_in_new() {
    let (home, mut mailbox) = maildir(&[("new/1", "data")]);
    mailbox.delete_after_fetch = true;
    let ledger = Ledger::default();
    ledger.books().full = true;
    assert!(matches!(
        poll(&mailbox, &ledger).await,
        Err(MailError::Intake(_))
    ));
    assert_eq!(names(home.path(), "new"), ["1"]);
}

#[tokio::test]
async fn what_a_crash_left_in_new_is_put_right() {
    for deletes in [false, true] {
        let (home, mut mailbox) = maildir(&[("new/1", "data")]);
        mailbox.delete_after_fetch = deletes;
        let ledger = Ledger::default();
        ledger.books().settled.insert(MailId::Maildir {
            name: "1".to_owned(),
        });
        poll(&mailbox, &ledger).await.unwrap();
        assert!(names(home.path(), "new").is_empty());
        assert_eq!(names(home.path(), "cur").len(), usize::from(!deletes));
    }
}

#[tokio::test]
async fn what_a_crash_left_in_cur_is_deleted_by_the_first_poll_of_a_process() {
    let (home, mut mailbox) = maildir(&[("cur/1:2,S", "data"), ("cur/2:2,", "[private]")]);
    mailbox.delete_after_fetch = true;
    let ledger = Ledger::default();
    for name in ["1", "2"] {
        let name = name.to_owned();
        ledger.books().settled.insert(MailId::Maildir { name });
    }
    let (budget, mut session) = (|| Arc::new(Semaphore::new(BUDGET_KIB)), Session::default());
    let first = mail::poll(&mailbox, &mut session, budget(), &ledger, &|_, _| {});
    assert_eq!(first.await.unwrap().released, 1);
    assert_eq!(names(home.path(), "cur"), ["2:2,"]);
    let second = mail::poll(&mailbox, &mut session, budget(), &ledger, &|_, _| {});
    assert_eq!(second.await.unwrap().announced, 0);
}

#[tokio::test]
async fn mails_that_are_gone_are_forgotten_when_others_are_listed() {
    let (home, mailbox) = maildir(&[("new/1", "one"), ("new/2", "two")]);
    let ledger = Ledger::default();
    poll(&mailbox, &ledger).await.unwrap();
    fs::remove_file(home.path().join("cur/1:2,")).unwrap();
    poll(&mailbox, &ledger).await.unwrap();
    let left: Vec<MailId> = ledger.books().settled.iter().cloned().collect();
    let name = "2".to_owned();
    assert_eq!(left, [MailId::Maildir { name }]);
    fs::remove_file(home.path().join("cur/2:2,")).unwrap();
    poll(&mailbox, &ledger).await.unwrap();
    assert_eq!(
        ledger.books().settled.len(),
        1,
        "an empty listing says nothing"
    );
}

#[tokio::test]
async fn a_directory_that_is_no_maildir_is_named() {
    let home = tempfile::tempdir().unwrap();
    let mailbox = Mailbox {
        protocol: Protocol::Maildir,
        path: home.path().to_owned(),
        ..Mailbox::default()
    };
    let error = poll(&mailbox, &Ledger::default())
        .await
        .unwrap_err()
        .to_string();
    assert!(
        error.contains("cur") && error.contains("Maildir"),
        "{error}"
    );
}

#[tokio::test]
async fn a_mail_in_cur_is_never_overwritten() {
    let (home, mailbox) = maildir(&[("new/1", "new"), ("cur/1:2,", "old")]);
    poll(&mailbox, &Ledger::default()).await.unwrap();
    assert_eq!(fs::read(home.path().join("cur/1:2,")).unwrap(), b"old");
    assert_eq!(names(home.path(), "new"), ["1"]);
}
