//! A Maildir, polled by the real thing, with an intake that remembers in memory.

use std::collections::HashSet;
use std::fs;
use std::path::Path;
use std::sync::{Arc, Mutex};

use mscons_gateway::config::mailbox::{Mailbox, Protocol};
use mscons_gateway::config::units::ByteSize;
use mscons_gateway::mail::poll::{BUDGET_KIB, Session, Summary};
use mscons_gateway::mail::{self, FetchedMail, Intake, IntakeError, MailError};
use mscons_gateway::mailbox::{Cursor, MailId, Outcome};
use tokio::sync::Semaphore;

/// Remembers what was handed over; says `Irrelevant` to what begins with `x`, and fails on demand.
#[derive(Clone, Default)]
struct Memory {
    settled: Arc<Mutex<HashSet<MailId>>>,
    bodies: Arc<Mutex<Vec<Vec<u8>>>>,
    fails: bool,
}

impl Intake for Memory {
    async fn hand_over(&self, mail: FetchedMail) -> Result<Outcome, IntakeError> {
        if self.fails {
            return Err(IntakeError("the disk is full".to_owned()));
        }
        if !self.settled.lock().unwrap().insert(mail.id) {
            return Ok(Outcome::Duplicate);
        }
        if mail.too_large_bytes.is_some() {
            return Ok(Outcome::TooLarge);
        }
        let is_irrelevant = mail.bytes.starts_with(b"x");
        self.bodies.lock().unwrap().push(mail.bytes);
        Ok(if is_irrelevant {
            Outcome::Irrelevant
        } else {
            Outcome::Stored
        })
    }

    async fn cursor(&self, _: &str) -> Result<Option<Cursor>, IntakeError> {
        Ok(None)
    }

    async fn announce(&self, _: &str, _: u32, _: Vec<u32>, _: u32) -> Result<(), IntakeError> {
        Ok(())
    }

    async fn settled(&self, ids: Vec<MailId>) -> Result<Vec<bool>, IntakeError> {
        let settled = self.settled.lock().unwrap();
        Ok(ids.iter().map(|id| settled.contains(id)).collect())
    }

    async fn settle(&self, _: &str, _: Vec<MailId>) -> Result<(), IntakeError> {
        Ok(())
    }
}

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

async fn poll(mailbox: &Mailbox, memory: &Memory) -> Result<Summary, MailError> {
    let budget = Arc::new(Semaphore::new(BUDGET_KIB));
    mail::poll(mailbox, &mut Session::default(), budget, memory, &|_, _| {}).await
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
    let memory = Memory::default();
    let first = poll(&mailbox, &memory).await.unwrap();
    assert_eq!((first.announced, first.durable, first.released), (2, 2, 0));
    assert_eq!(names(home.path(), "cur"), ["1.a:2,", "2.b:2,S"]);
    let second = poll(&mailbox, &memory).await.unwrap();
    assert_eq!(second, Summary::default());
    assert_eq!(memory.bodies.lock().unwrap().len(), 2);
}

#[tokio::test]
async fn only_what_is_stored_is_deleted() {
    let (home, mut mailbox) = maildir(&[
        ("new/1", "data"),
        ("new/2", "x no EDIFACT"),
        ("new/3", &"y".repeat(5_000)),
    ]);
    mailbox.delete_after_fetch = true;
    mailbox.max_mail_size = ByteSize::from_kib(1);
    let summary = poll(&mailbox, &Memory::default()).await.unwrap();
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
    let memory = Memory {
        fails: true,
        ..Memory::default()
    };
    assert!(matches!(
        poll(&mailbox, &memory).await,
        Err(MailError::Intake(_))
    ));
    assert_eq!(names(home.path(), "new"), ["1"]);
}

#[tokio::test]
async fn what_a_crash_left_in_new_is_put_right() {
    for deletes in [false, true] {
        let (home, mut mailbox) = maildir(&[("new/1", "data")]);
        mailbox.delete_after_fetch = deletes;
        let memory = Memory::default();
        memory.settled.lock().unwrap().insert(MailId::Maildir {
            name: "1".to_owned(),
        });
        poll(&mailbox, &memory).await.unwrap();
        assert!(names(home.path(), "new").is_empty());
        assert_eq!(names(home.path(), "cur").len(), usize::from(!deletes));
    }
}

#[tokio::test]
async fn a_directory_that_is_no_maildir_is_named() {
    let home = tempfile::tempdir().unwrap();
    let mailbox = Mailbox {
        protocol: Protocol::Maildir,
        path: home.path().to_owned(),
        ..Mailbox::default()
    };
    let error = poll(&mailbox, &Memory::default())
        .await
        .unwrap_err()
        .to_string();
    assert!(
        error.contains("cur") && error.contains("Maildir"),
        "{error}"
    );
}
