//! `verify`, `backup` and `restore`: damage is found, and a copy is as good as the original.

use std::collections::BTreeSet;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use mscons_gateway::sample;

use crate::run::gateway::{Gateway, Home, program, wait_for};

/// A home with the demo's mails, taken in from a Maildir; something of them is in quarantine.
fn filled() -> Home {
    let home = Home::new();
    home.configure(&[home.maildir("mails", "")]);
    let mails = home.path("mails").display().to_string();
    let (code, _, errors) = home.command(&["generate", &mails, "--today", "2026-11-24"]);
    assert_eq!(code, Some(0), "{errors}");
    let (code, _, errors) = home.command(&["fetch"]);
    assert_eq!(code, Some(0), "{errors}");
    home
}

/// All that can be seen of a store.
fn seen(home: &Home) -> Vec<String> {
    [
        "export --format ndjson",
        "series --format json",
        "messages --limit 100000 --format json",
        "quarantine",
    ]
    .map(|command| {
        let (code, out, errors) = home.command(&command.split(' ').collect::<Vec<_>>());
        assert_eq!(code, Some(0), "{command}: {errors}");
        out
    })
    .to_vec()
}

/// Exit code and faults of `verify`.
fn verify(home: &Home) -> (Option<i32>, Vec<serde_json::Value>) {
    let (code, out, errors) = home.command(&["verify", "--format", "json"]);
    let report: serde_json::Value =
        serde_json::from_str(&out).unwrap_or_else(|_| panic!("{out}{errors}"));
    (code, report["faults"].as_array().unwrap().clone())
}

fn assert_is_well(home: &Home) {
    assert_eq!(verify(home), (Some(0), Vec::new()));
}

fn backup(home: &Home, name: &str) -> PathBuf {
    let file = home.path(name);
    let (code, _, said) = home.command(&["backup", file.to_str().unwrap()]);
    assert_eq!(code, Some(0), "{said}");
    file
}

/// Restores into a new home; gives it with exit code and stderr.
fn restore(file: &Path) -> (Home, Option<i32>, String) {
    let home = Home::new();
    home.configure(&[]);
    let (code, _, said) = home.command(&["restore", file.to_str().unwrap()]);
    (home, code, said)
}

/// A file and one of its bytes turned over, for as long as it lives.
struct Flipped<'a> {
    path: &'a Path,
    bytes: Vec<u8>,
}

impl<'a> Flipped<'a> {
    fn at(path: &'a Path, offset: usize) -> Self {
        let bytes = fs::read(path).unwrap();
        let mut flipped = bytes.clone();
        flipped[offset] ^= 0xFF;
        fs::write(path, flipped).unwrap();
        Self { path, bytes }
    }
}

impl Drop for Flipped<'_> {
    fn drop(&mut self) {
        fs::write(self.path, &self.bytes).unwrap();
    }
}

/// So many places, spread over a length.
fn spread(length: usize, places: usize) -> impl Iterator<Item = usize> {
    (0..places).map(move |place| place * (length - 1) / (places - 1))
}

/// A copy of a directory.
pub(crate) fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let (entry, to) = {
            let entry = entry.unwrap();
            let to = to.join(entry.file_name());
            (entry, to)
        };
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &to);
        } else {
            fs::copy(entry.path(), to).unwrap();
        }
    }
}

#[test]
fn a_store_is_well_after_all_that_can_happen_to_it() {
    let home = filled();
    assert_is_well(&home);
    home.command(&["quarantine", "retry"]);
    home.command(&["import", home.path("mails").to_str().unwrap()]);
    assert_is_well(&home);
    assert_eq!(home.command(&["reindex"]).0, Some(0));
    assert_is_well(&home);
    let (code, out, said) = home.command(&["verify"]);
    assert_eq!((code, out.as_str()), (Some(0), ""));
    assert!(said.contains("all is well"), "{said}");
}

#[test]
fn a_flipped_byte_of_the_archive_is_found_with_file_and_byte_and_what_is_lost() {
    let home = filled();
    let path = home.path("data/archive/00000001.seg");
    let length = fs::read(&path).unwrap().len();
    for offset in spread(length, 12) {
        let flipped = Flipped::at(&path, offset);
        let (code, faults) = verify(&home);
        assert_eq!(code, Some(1), "byte {offset}");
        let names_it = |fault: &serde_json::Value| {
            let byte = fault["byte"].as_u64().unwrap();
            let is_near = byte <= offset as u64 && offset as u64 - byte < 100_000;
            fault["file"] == path.to_str().unwrap() && is_near
        };
        assert!(faults.iter().any(names_it), "byte {offset}: {faults:?}");
        let says = |text: &str| {
            let says = |fault: &serde_json::Value| fault["lost"].as_str().unwrap().contains(text);
            faults.iter().any(says)
        };
        assert!(says("the raw bytes of interchange"), "{faults:?}");
        drop(flipped);
    }
    assert_is_well(&home);
}

#[test]
fn a_torn_end_is_told_by_verify_and_stays_until_the_next_mail_takes_its_place() {
    let home = filled();
    let path = home.path("data/archive/00000001.seg");
    let whole = fs::read(&path).unwrap();
    let torn = [&whole[..], &whole[..100]].concat();
    fs::write(&path, &torn).unwrap();
    for _ in 0..2 {
        let (code, faults) = verify(&home);
        assert_eq!((code, faults.len()), (Some(1), 1), "{faults:?}");
        assert_eq!(faults[0]["byte"], whole.len());
        assert_eq!(faults[0]["what"], "the last 100 bytes are no whole entry");
        assert!(faults[0]["lost"].as_str().unwrap().starts_with("nothing"));
        assert_eq!(fs::read(&path).unwrap(), torn);
    }
    let mail = home.path("new.eml");
    fs::write(&mail, sample::load_profile_mail(0).bytes).unwrap();
    let (code, _, said) = home.command(&["import", mail.to_str().unwrap()]);
    assert_eq!(code, Some(0), "{said}");
    assert_is_well(&home);
    // The end of an entry that was whole is no torn end.
    let cut = fs::read(&path).unwrap();
    fs::write(&path, &cut[..cut.len() - 1]).unwrap();
    let (code, faults) = verify(&home);
    assert_eq!((code, faults.len()), (Some(1), 1), "{faults:?}");
    let lost = faults[0]["lost"].as_str().unwrap();
    assert!(lost.contains("the raw bytes of interchange"), "{lost}");
}

#[test]
fn what_a_killed_backup_has_left_is_removed_at_the_next_start() {
    let home = filled();
    let left = home.path("data/backup-0000beef.tmp");
    fs::write(&left, "half a database").unwrap();
    assert_is_well(&home);
    assert!(!left.exists());
}

#[test]
fn a_flipped_byte_of_the_database_is_found_or_does_no_harm() {
    let home = filled();
    let good = seen(&home);
    let kept = home.path("kept");
    copy(&home.path("data/sled"), &kept);
    let mut found = 0;
    for name in ["db", "conf"] {
        let length = fs::read(kept.join(name)).unwrap().len();
        for offset in spread(length, if name == "db" { 16 } else { 4 }) {
            let database = home.path("data/sled");
            fs::remove_dir_all(&database).unwrap();
            copy(&kept, &database);
            let file = database.join(name);
            let mut bytes = fs::read(&file).unwrap();
            bytes[offset] ^= 0xFF;
            fs::write(&file, bytes).unwrap();
            let (code, faults) = verify(&home);
            if code == Some(0) {
                assert_eq!(seen(&home), good, "byte {offset} of {name}");
                continue;
            }
            found += 1;
            let remedies: BTreeSet<_> = faults
                .iter()
                .map(|fault| fault["remedy"].as_str().unwrap())
                .collect();
            assert!(
                remedies.iter().all(|remedy| remedy.contains("reindex")),
                "byte {offset} of {name}: {faults:?}"
            );
        }
    }
    assert!(found > 0, "no byte was one that counts");
    // The remedy helps.
    let (code, _, said) = home.command(&["reindex"]);
    assert_eq!(code, Some(0), "{said}");
    assert_is_well(&home);
}

#[test]
fn a_lost_database_is_no_loss_and_verify_says_so() {
    let home = filled();
    fs::remove_dir_all(home.path("data/sled")).unwrap();
    let (code, faults) = verify(&home);
    assert_eq!(code, Some(1));
    let said = |name: &str| faults[0][name].as_str().unwrap().to_owned();
    assert_eq!(faults.len(), 1, "{faults:?}");
    assert_eq!(said("what"), "there is no database");
    assert!(said("remedy").contains("reindex"), "{faults:?}");
    // An empty one is not put in its place, as if nothing had ever come.
    for command in ["series", "fetch", "run"] {
        let (code, _, said) = home.command(&[command]);
        assert_eq!(code, Some(1), "{command}: {said}");
        assert!(
            said.contains("`mscons-gateway reindex` builds it"),
            "{said}"
        );
    }
    assert_eq!(home.command(&["reindex"]).0, Some(0));
    assert_is_well(&home);
}

#[test]
fn a_restored_backup_is_the_same_store_with_all_that_is_settled() {
    let home = filled();
    let before = seen(&home);
    let file = backup(&home, "backup.tar");
    let (restored, code, said) = restore(&file);
    assert_eq!(code, Some(0), "{said}");
    assert_eq!(seen(&restored), before);
    assert_is_well(&restored);
    // What is settled of the mailbox is known: nothing is fetched again.
    let mailbox = home.maildir("mails", "");
    restored.configure(&[mailbox]);
    let (code, _, said) = restored.command(&["fetch"]);
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("mails: 0 new mails"), "{said}");
    assert_eq!(restored.command(&["reindex"]).0, Some(0));

    // Not over a store that is there.
    let (code, _, said) = home.command(&["restore", file.to_str().unwrap()]);
    assert_eq!(code, Some(2), "{said}");
    assert!(
        said.contains("is not empty") && said.contains("move it away"),
        "{said}"
    );
    assert_eq!(seen(&home), before);
    let (code, _, said) = home.command(&["restore", "nothing.tar"]);
    assert_eq!(code, Some(2), "{said}");
    assert!(said.contains("nothing.tar cannot be read"), "{said}");
}

#[test]
fn a_backup_goes_through_a_pipe() {
    let home = filled();
    let output = program(&home.config(), &["backup", "-"]).output().unwrap();
    assert!(output.status.success());
    let restored = Home::new();
    restored.configure(&[]);
    let mut child = program(&restored.config(), &["restore", "-"])
        .stdin(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(&output.stdout).unwrap();
    drop(stdin);
    assert!(child.wait().unwrap().success());
    assert_eq!(seen(&restored), seen(&home));
}

#[test]
fn a_cut_or_altered_backup_is_refused_by_part_and_leaves_nothing() {
    let home = filled();
    let good = seen(&home);
    let file = backup(&home, "backup.tar");
    let bytes = fs::read(&file).unwrap();
    let bad = home.path("bad.tar");
    let assert_refused = |what: &str| {
        let (restored, code, said) = restore(&bad);
        if code == Some(0) {
            // Padding, or a field of a header that nobody reads.
            assert_eq!(seen(&restored), good, "{what}");
            return false;
        }
        assert_eq!(code, Some(1), "{what}: {said}");
        let names = ["database/", "archive/", "manifest.", "its beginning"];
        assert!(
            said.contains("the backup is damaged: ")
                && names.iter().any(|name| said.contains(name)),
            "{what}: {said}"
        );
        let left: Vec<_> = fs::read_dir(restored.path("data"))
            .unwrap()
            .map(|entry| entry.unwrap().file_name())
            .collect();
        assert_eq!(left, ["lock"], "{what}");
        true
    };
    // The end of a tar file is two empty blocks: they are no loss.
    for length in spread(bytes.len() - 1_024 - 512, 8) {
        fs::write(&bad, &bytes[..length]).unwrap();
        assert!(assert_refused(&format!("cut to {length}")));
    }
    let mut refused = 0;
    for offset in spread(bytes.len() - 2_048, 10) {
        let mut altered = bytes.clone();
        altered[offset] ^= 0x55;
        fs::write(&bad, altered).unwrap();
        refused += i32::from(assert_refused(&format!("byte {offset} altered")));
    }
    assert!(refused >= 8, "{refused} of 10");
}

#[test]
fn a_backup_amid_a_fetch_is_the_store_of_one_moment() {
    let home = Home::new();
    home.configure(&[home.maildir("mails", "")]);
    for number in 0..MAILS {
        home.deliver("mails", number);
    }
    let gateway = Gateway::run(&home);
    let mut backups = Vec::new();
    for number in 0..4 {
        backups.push(backup(&home, &format!("backup-{number}.tar")));
    }
    gateway.wait_for_metric(&format!(
        "mscons_gateway_mails_fetched_total{{mailbox=\"mails\"}} {MAILS}"
    ));
    assert_is_well(&home);
    gateway.stop("TERM");
    let all = seen(&home);
    let all: BTreeSet<&str> = all[0].lines().collect();
    let mut sizes = BTreeSet::new();
    for file in backups {
        let (restored, code, said) = restore(&file);
        assert_eq!(code, Some(0), "{said}");
        assert_is_well(&restored);
        // A backup of a store in which nothing is yet is one, too.
        let (_, values, _) = restored.command(&["export", "--format", "ndjson"]);
        let values: BTreeSet<&str> = values.lines().collect();
        assert_eq!(values.len() % 96, 0);
        assert!(values.is_subset(&all));
        sizes.insert(values.len());
        // The mails that are not in it are fetched now, and no other.
        restored.configure(&[home.maildir("mails", "")]);
        let new = usize::try_from(MAILS).unwrap() - values.len() / 96;
        let (_, _, said) = restored.command(&["fetch"]);
        assert!(said.contains(&format!("{new} new mails")), "{new}: {said}");
    }
    assert!(sizes.len() > 1, "no backup was taken amid the fetch");
}

#[test]
fn a_backup_that_is_killed_leaves_no_half_file_under_its_name() {
    let home = Home::new();
    home.configure(&[]);
    let folder = home.path("files");
    fs::create_dir(&folder).unwrap();
    for number in 0..200 {
        let mail = sample::load_profile_mail(number).bytes;
        fs::write(folder.join(format!("{number}.eml")), mail).unwrap();
    }
    home.command(&["import", folder.to_str().unwrap()]);
    let (file, part) = (home.path("backup.tar"), home.path(".backup.tar.part"));
    for _ in 0..5 {
        let mut child = program(&home.config(), &["backup", file.to_str().unwrap()])
            .spawn()
            .unwrap();
        wait_for("the file to be begun", || {
            (part.exists() || file.exists()).then_some(())
        });
        child.kill().unwrap();
        child.wait().unwrap();
        if file.exists() {
            assert_eq!(restore(&file).1, Some(0));
            fs::remove_file(&file).unwrap();
        }
    }
    let left = fs::read_dir(home.path("data")).unwrap();
    let left = left.filter(|entry| {
        let name = entry.as_ref().unwrap().file_name();
        name.to_str().unwrap().starts_with("backup-")
    });
    assert!(left.count() <= 5, "only what was killed within a moment");
    backup(&home, "backup.tar");
    assert!(!part.exists());
}

/// Enough that backups are taken amid them.
const MAILS: u32 = 300;
