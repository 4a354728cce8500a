//! kill -9 in the middle of fetching, again and again: every value once, every mail that the
//! server no longer has is stored.
//!
//! `CRASH_MAILS` and `CRASH_KILLS` make it larger (see the README).

use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use mscons_gateway::{clock, sample};

use crate::run::gateway::keys;
use crate::support::dovecot::{Dovecot, GOOD, PASSWORD};

#[test]
#[expect(clippy::print_stderr, reason = "what a larger run has shown")]
fn ten_kills_lose_nothing_and_count_nothing_twice() {
    let mails = number("CRASH_MAILS", 1_000);
    let kills = number("CRASH_KILLS", 10);
    let bed = Dovecot::start();
    for n in 0..mails {
        bed.deliver("crash", "INBOX", &sample::load_profile_mail(n).bytes);
    }
    let home = tempfile::tempdir().unwrap();
    let config = home.path().join("gateway.toml");
    fs::write(&config, configuration(&bed, home.path())).unwrap();
    let archive = home.path().join("data/archive");
    // Ten kills, spread over what the archive will hold: some early in a fetch, some late.
    let whole = u64::from(mails) * ARCHIVED_BYTES_A_MAIL;
    let mut killed = 0;
    for kill in 1..=kills {
        let until = whole * u64::from(kill) / u64::from(kills + 2);
        killed += u32::from(killed_when(gateway(&config, &["fetch"]), || {
            size(&archive) >= until
        }));
    }
    assert!(
        killed >= kills / 2,
        "only {killed} of {kills} fetches lived long enough to be killed"
    );
    let last = gateway(&config, &["fetch"]).wait_with_output().unwrap();
    assert!(
        last.status.success(),
        "{}",
        String::from_utf8_lossy(&last.stderr)
    );

    assert_eq!(
        bed.mails("crash", "INBOX").len(),
        0,
        "every mail is stored, and so released"
    );
    let table = output(&config, &["export", "--format", "csv"]);
    let values = keys(&String::from_utf8(table).unwrap());
    let distinct: HashSet<(&str, &str)> = values
        .iter()
        .map(|(location, start)| (location.as_str(), start.as_str()))
        .collect();
    let expected = usize::try_from(mails).unwrap() * 96;
    assert_eq!((values.len(), distinct.len()), (expected, expected));
    // What was received, corrections included: a mail that counted twice would show here.
    let series: serde_json::Value =
        serde_json::from_slice(&output(&config, &["series", "--format", "json"])).unwrap();
    let received: u64 = series
        .as_array()
        .unwrap()
        .iter()
        .map(|s| s["values"].as_u64().unwrap())
        .sum();
    assert_eq!(received, u64::try_from(expected).unwrap());
    eprintln!(
        "{mails} mails, {killed} kills: {} values, each once; no mail lost",
        values.len()
    );
}

fn configuration(bed: &Dovecot, home: &Path) -> String {
    format!(
        "data_dir = \"{}\"\n[[mailbox]]\nname = \"crash\"\nhost = \"{GOOD}\"\nport = {}\n\
         encryption = \"none\"\nusername = \"crash\"\npassword = \"{PASSWORD}\"\n\
         delete_after_fetch = true\nidle = false\n",
        home.join("data").display(),
        bed.imap,
    )
}

fn gateway(config: &Path, arguments: &[&str]) -> Child {
    Command::new(env!("CARGO_BIN_EXE_mscons-gateway"))
        .arg("--config")
        .arg(config)
        .args(arguments)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

fn output(config: &Path, arguments: &[&str]) -> Vec<u8> {
    let output = gateway(config, arguments).wait_with_output().unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    output.stdout
}

/// Kills a process (SIGKILL) when the condition holds; `false` if it ended before.
fn killed_when(mut child: Child, condition: impl Fn() -> bool) -> bool {
    let limit = clock::monotonic() + Duration::from_mins(2);
    loop {
        if child.try_wait().unwrap().is_some() {
            return false;
        }
        if condition() {
            child.kill().unwrap();
            child.wait().unwrap();
            return true;
        }
        assert!(
            clock::monotonic() < limit,
            "the fetch neither ends nor goes on"
        );
        std::thread::sleep(STEP);
    }
}

fn size(folder: &Path) -> u64 {
    let files: Vec<PathBuf> = fs::read_dir(folder).map_or_else(
        |_| Vec::new(),
        |all| all.map(|e| e.unwrap().path()).collect(),
    );
    files
        .iter()
        .filter_map(|file| fs::metadata(file).ok())
        .map(|metadata| metadata.len())
        .sum()
}

fn number(name: &str, usual: u32) -> u32 {
    std::env::var(name).map_or(usual, |text| text.parse().unwrap())
}

/// Between two looks at the archive: less than a mail takes. Without it the test takes a whole core
/// from the gateway that it waits for.
const STEP: Duration = Duration::from_millis(1);

/// About what a bulk mail takes in the archive.
const ARCHIVED_BYTES_A_MAIL: u64 = 420;
