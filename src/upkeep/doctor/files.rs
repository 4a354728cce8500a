//! A Maildir or a folder: what the gateway must be allowed to do there beside looking.
//!
//! Nothing is tried by doing it: the system is asked what the user who runs this may do. A file
//! system that is mounted read-only counts as not allowed.

use std::collections::VecDeque;
use std::fs;
use std::path::{Path, PathBuf};

use rustix::fs::{Access, access};

use crate::config::mailbox::{Mailbox, Protocol};
use crate::mail::visit::Visit;
use crate::upkeep::doctor::{Check, Verdict};

/// The checks of a mailbox whose files could be listed; none for a server.
pub(super) fn checks(mailbox: &Mailbox, seen: &Visit) -> Vec<Check> {
    match mailbox.protocol {
        Protocol::Imap | Protocol::Pop3 => Vec::new(),
        Protocol::Maildir => {
            let mut checks = vec![reading(mailbox, seen), maildir(mailbox)];
            checks.extend(delivery(mailbox));
            checks
        }
        Protocol::Folder => vec![reading(mailbox, seen), folder(mailbox)],
    }
}

fn reading(mailbox: &Mailbox, seen: &Visit) -> Check {
    let path = mailbox.path.display();
    let tried = format!("opening the files in {path}");
    match seen.unreadable {
        0 => Check::ok("reading", tried, "all of them can be opened"),
        count => {
            let said = format!("{count} of {} cannot be opened", seen.mails);
            let advice = format!(
                "let the gateway's user read what is delivered to {path} (chown -R, or a common group and umask 027 for who delivers), else it is never taken"
            );
            let verdict = if count < seen.mails {
                Verdict::Warning
            } else {
                Verdict::Fault
            };
            Check::ok("reading", tried, said).but(verdict, advice)
        }
    }
}

/// Mails go from `new` to `cur`, or are deleted.
fn maildir(mailbox: &Mailbox) -> Check {
    let folders = ["new", "cur"].map(|name| mailbox.path.join(name));
    let (doing, without, verdict) = if mailbox.delete_after_fetch {
        let without = "the mails would be stored and never deleted";
        ("deleting mails", without, Verdict::Fault)
    } else {
        let without = "the mails would be stored and stay in new";
        ("moving mails from new to cur", without, Verdict::Warning)
    };
    allowed(mailbox, doing, &folders, without, verdict)
}

/// Who delivers writes to `tmp` first; the gateway itself does without it.
fn delivery(mailbox: &Mailbox) -> Option<Check> {
    let tmp = mailbox.path.join("tmp");
    if tmp.is_dir() {
        return None;
    }
    let tried = format!("looking for {}", tmp.display());
    let advice = format!(
        "make it (mkdir {}): who delivers mails writes them there first",
        tmp.display()
    );
    let check = Check::ok("delivery", tried, "there is no such directory");
    Some(check.but(Verdict::Warning, advice))
}

/// Files go to `done` and `failed`, or are deleted.
fn folder(mailbox: &Mailbox) -> Check {
    let mut folders = vec![mailbox.path.clone()];
    for name in ["done", "failed"] {
        let place = mailbox.path.join(name);
        if place.is_dir() {
            folders.push(place);
        } else if place.exists() {
            let tried = format!("looking at {}", place.display());
            let check = Check::ok("putting away", tried, "it is no folder");
            let advice = "rename or remove it: files that are done are put there";
            return check.but(Verdict::Fault, advice);
        }
    }
    if mailbox.recursive {
        folders.extend(below(&mailbox.path));
    }
    let doing = if mailbox.delete_after_fetch {
        "deleting files, and moving what was not understood to failed"
    } else {
        "moving files to done and failed"
    };
    let without = "no file would be put away, and each poll would fail";
    allowed(mailbox, doing, &folders, without, Verdict::Fault)
}

/// Whether files may be taken out of these folders and put into them.
fn allowed(
    mailbox: &Mailbox,
    doing: &str,
    folders: &[PathBuf],
    without: &str,
    verdict: Verdict,
) -> Check {
    let tried = format!("the right to write in {}: {doing}", listed(folders));
    let barred: Vec<String> = folders
        .iter()
        .filter_map(|folder| {
            let asked = access(folder, Access::WRITE_OK | Access::EXEC_OK);
            asked
                .err()
                .map(|why| format!("{}: {why}", folder.display()))
        })
        .collect();
    if barred.is_empty() {
        return Check::ok("putting away", tried, "it is given");
    }
    let advice = format!(
        "let the gateway's user write there (chown -R, or a group), or mount the file system for writing; else {without} in {}",
        mailbox.path.display()
    );
    Check::ok("putting away", tried, barred.join("; ")).but(verdict, advice)
}

fn listed(folders: &[PathBuf]) -> String {
    let shown: Vec<String> = folders
        .iter()
        .take(SHOWN)
        .map(|folder| folder.display().to_string())
        .collect();
    match folders.len().saturating_sub(SHOWN) {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}

/// The folders below a folder, links not followed, up to a bound.
fn below(root: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut waiting = VecDeque::from([root.to_owned()]);
    while let Some(folder) = waiting.pop_front() {
        let entries = fs::read_dir(&folder).into_iter().flatten().flatten();
        for entry in entries {
            if found.len() >= MOST_FOLDERS {
                return found;
            }
            let is_folder = entry.file_type().is_ok_and(|kind| kind.is_dir());
            let is_place = ["done", "failed"]
                .iter()
                .any(|name| root.join(name) == entry.path());
            if is_folder && !is_place {
                found.push(entry.path());
                waiting.push_back(entry.path());
            }
        }
    }
    found
}

/// More are not what a person sets up.
const MOST_FOLDERS: usize = 1_000;
/// As many as fit into a line or two.
const SHOWN: usize = 4;
