//! A disk that fails at every single write and sync of a fetch in turn, and a power cut before
//! each, into an empty data directory and into a store with values that are corrected: nothing is lost, nothing counts twice, and a mail is where it was until it is durable.
//!
//! The disk is the real one, seen through `disk_faults/faulty_io.c`, which is preloaded into the
//! gateway: database and archive alike, with no door for tests in the program itself.
//! `FAULT_MAILS` makes it larger; `FAULT_ALL=1` injects every fault of each call.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::process::ExitStatusExt;
use std::path::PathBuf;
use std::process::{Command, Output};
use std::sync::LazyLock;
use std::sync::atomic::{AtomicUsize, Ordering};

use mscons_gateway::extract::{Bounds, candidates};
use mscons_gateway::sample;

use crate::support::shim;
use crate::upkeep::copy;

/// What happens to the disk.
#[derive(Clone, Copy, Debug)]
enum Fault {
    /// One call fails.
    Fails { call: u64, errno: i32 },
    /// From one call on, all fail.
    Dead { call: u64 },
    /// The power goes before a call. So many writes that were not synced are on the disk all the
    /// same, and half of the next one.
    PowerCut { call: u64, kept: u64 },
}

/// What the gateway begins with.
#[derive(Clone, Copy)]
enum Start<'a> {
    /// Nothing: the store is made.
    Empty,
    /// The store of this bed: it has the mails already of which corrections come, with a new one.
    Existing(&'a Bed),
    /// The same, and before the fetch its database is made smaller: there the fault is.
    Compacting(&'a Bed),
}

/// Which faults are injected where `FAULT_ALL=1` does not ask for all.
#[derive(Clone, Copy)]
enum Sample {
    /// Of the three of each call all but one, which is another one at the next call.
    ButOne,
    /// One of four: three of four calls have one, which turns, too.
    OneOfFour,
}

impl Sample {
    /// Of faults in order of their calls, three a call.
    fn of(self, faults: impl Iterator<Item = Fault>) -> Vec<Fault> {
        let all = std::env::var_os("FAULT_ALL").is_some();
        let is_chosen = |number: usize| match self {
            Self::ButOne => number % 3 != number / 3 % 3,
            Self::OneOfFour => number.is_multiple_of(4),
        };
        let is_in = |number: usize| all || is_chosen(number);
        let numbered = faults.enumerate().filter(|(number, _)| is_in(*number));
        numbered.map(|(_, fault)| fault).collect()
    }
}

impl Start<'_> {
    fn name(self) -> &'static str {
        match self {
            Self::Empty => "a first fetch",
            Self::Existing(_) => "a fetch into a store that exists",
            Self::Compacting(_) => "a compaction",
        }
    }

    /// In which the fault is.
    fn command(self) -> &'static str {
        match self {
            Self::Empty | Self::Existing(_) => "fetch",
            Self::Compacting(_) => "compact",
        }
    }
}

#[test]
fn whichever_write_or_sync_fails_nothing_is_lost_and_nothing_counts_twice() {
    fail_each(Start::Empty, Sample::ButOne);
}

#[test]
fn whenever_the_power_goes_nothing_is_lost_and_nothing_counts_twice() {
    cut_each(Start::Empty, Sample::ButOne);
}

#[test]
fn a_store_that_exists_outlives_any_write_or_sync_that_fails() {
    fail_each(Start::Existing(&Bed::filled()), Sample::OneOfFour);
}

#[test]
fn a_store_that_exists_outlives_a_power_cut_at_any_time() {
    cut_each(Start::Existing(&Bed::filled()), Sample::OneOfFour);
}

#[test]
fn a_store_outlives_any_write_or_sync_that_fails_while_it_is_compacted() {
    fail_each(Start::Compacting(&Bed::filled()), Sample::OneOfFour);
}

#[test]
fn a_store_outlives_a_power_cut_at_any_time_while_it_is_compacted() {
    cut_each(Start::Compacting(&Bed::filled()), Sample::OneOfFour);
}

#[expect(clippy::print_stderr, reason = "what the run has shown")]
fn fail_each(start: Start<'_>, sample: Sample) {
    let (calls, expected) = good_run(start);
    let faults = (1..=calls).flat_map(|call| {
        [
            Fault::Fails { call, errno: EIO },
            Fault::Fails {
                call,
                errno: ENOSPC,
            },
            Fault::Dead { call },
        ]
    });
    let faults: Vec<Fault> = sample.of(faults);
    let reported = inject(start, &faults, &expected);
    assert!(
        reported > faults.len() / 3,
        "most faults are told by the exit code"
    );
    eprintln!(
        "{}: {calls} writes and syncs, {} faults, {reported} of them ended the fetch",
        start.name(),
        faults.len()
    );
}

#[expect(clippy::print_stderr, reason = "what the run has shown")]
fn cut_each(start: Start<'_>, sample: Sample) {
    let (calls, expected) = good_run(start);
    let cuts = (1..=calls).flat_map(|call| [0, 1, 3].map(|kept| Fault::PowerCut { call, kept }));
    let cuts: Vec<Fault> = sample.of(cuts);
    let cut = inject(start, &cuts, &expected);
    assert!(
        cut > 2 * cuts.len() / 3,
        "most of the cuts came before the end"
    );
    eprintln!(
        "{}: {calls} writes and syncs, {} power cuts, {cut} before the end",
        start.name(),
        cuts.len()
    );
}

/// How many writes and syncs a fetch without a fault has, and what the store holds then.
fn good_run(start: Start<'_>) -> (u64, BTreeSet<String>) {
    let bed = Bed::new(start);
    let count = bed.path("count");
    let mut command = bed.gateway(start.command());
    command.env("FAULTY_IO_COUNT", &count);
    succeeded(&command.output().unwrap());
    let text = fs::read_to_string(&count).unwrap();
    let calls = text.trim().parse().unwrap();
    assert!(calls > 5, "{text:?} calls; is the shim loaded?");
    if let Start::Compacting(_) = start {
        succeeded(&bed.gateway("fetch").output().unwrap());
    }
    let expected = bed.values();
    let locations = match start {
        Start::Empty => mails(),
        Start::Existing(_) | Start::Compacting(_) => mails() + 1,
    };
    assert_eq!(expected.len(), locations as usize * 96);
    (calls, expected)
}

/// Fetches under each fault in a gateway of its own, then once without, and compares what is
/// stored. Returns how many of the fetches the fault has ended.
fn inject(start: Start<'_>, faults: &[Fault], expected: &BTreeSet<String>) -> usize {
    let ended = AtomicUsize::new(0);
    let next = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| {
                loop {
                    let at = next.fetch_add(1, Ordering::Relaxed);
                    let Some(fault) = faults.get(at) else { break };
                    let is_ended = survives(start, *fault, expected);
                    ended.fetch_add(usize::from(is_ended), Ordering::Relaxed);
                }
            });
        }
    });
    ended.into_inner()
}

/// One fault, and what was there afterwards; `true` if the command failed by it.
fn survives(start: Start<'_>, fault: Fault, expected: &BTreeSet<String>) -> bool {
    let bed = Bed::new(start);
    let mut command = bed.gateway(start.command());
    for (name, value) in fault.environment() {
        command.env(name, value);
    }
    let output = command.output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    let is_ended = match fault {
        Fault::PowerCut { .. } => output.status.signal() == Some(SIGKILL),
        Fault::Fails { .. } | Fault::Dead { .. } => {
            let code = output.status.code();
            assert!(matches!(code, Some(0 | 1)), "{fault:?}: {code:?}: {said}");
            code == Some(1)
        }
    };
    assert!(is_ended || output.status.success(), "{fault:?}: {said}");
    let again = bed.gateway("fetch").output().unwrap();
    let then = String::from_utf8_lossy(&again.stderr);
    assert!(
        again.status.success(),
        "{fault:?}: {said}\nand then: {then}"
    );
    assert_eq!(
        bed.left(),
        0,
        "{fault:?}: a mail that is stored is removed: {said}\nand then: {then}"
    );
    assert!(
        bed.values() == *expected,
        "{fault:?}: {said}\nand then: {then}"
    );
    is_ended
}

impl Fault {
    fn environment(self) -> Vec<(&'static str, String)> {
        match self {
            Self::Fails { call, errno } => vec![
                ("FAULTY_IO_FAIL", call.to_string()),
                ("FAULTY_IO_ERRNO", errno.to_string()),
            ],
            Self::Dead { call } => vec![("FAULTY_IO_FAIL_ON", call.to_string())],
            Self::PowerCut { call, kept } => vec![
                ("FAULTY_IO_CUT", call.to_string()),
                ("FAULTY_IO_KEEP", kept.to_string()),
            ],
        }
    }
}

/// A gateway with mails in a Maildir that it removes.
struct Bed {
    home: tempfile::TempDir,
}

impl Bed {
    fn new(start: Start<'_>) -> Self {
        let bed = Self::without_mails();
        match start {
            Start::Empty => {
                for number in 0..mails() {
                    bed.deliver(number, &sample::load_profile_mail(number).bytes);
                }
            }
            Start::Existing(other) | Start::Compacting(other) => {
                copy(&other.path("data"), &bed.path("data"));
                for number in 0..mails() {
                    bed.deliver(1_000 + number, &correction(number));
                }
                bed.deliver(mails(), &sample::load_profile_mail(mails()).bytes);
            }
        }
        bed
    }

    /// One that has taken the mails in.
    fn filled() -> Self {
        let bed = Self::new(Start::Empty);
        succeeded(&bed.gateway("fetch").output().unwrap());
        bed
    }

    fn without_mails() -> Self {
        let bed = Self {
            home: tempfile::tempdir().unwrap(),
        };
        for folder in ["new", "cur", "tmp"] {
            fs::create_dir_all(bed.path("mails").join(folder)).unwrap();
        }
        let configuration = format!(
            "data_dir = '{}'\n[[mailbox]]\nname = \"mails\"\nprotocol = \"maildir\"\npath = '{}'\n\
             delete_after_fetch = true\n",
            bed.path("data").display(),
            bed.path("mails").display(),
        );
        fs::write(bed.path("gateway.toml"), configuration).unwrap();
        bed
    }

    fn path(&self, name: &str) -> PathBuf {
        self.home.path().join(name)
    }

    fn deliver(&self, number: u32, mail: &[u8]) {
        let file = self.path("mails/new").join(number.to_string());
        fs::write(file, mail).unwrap();
    }

    fn gateway(&self, command: &str) -> Command {
        // A gateway that hangs is a finding, too: it ends with 124.
        let mut gateway = Command::new("timeout");
        gateway
            .args(["30", "env"])
            .arg(format!("LD_PRELOAD={}", SHIM.display()))
            .arg(env!("CARGO_BIN_EXE_mscons-gateway"))
            .arg("--config")
            .arg(self.path("gateway.toml"))
            .arg(command)
            .env("FAULTY_IO_BELOW", self.path("data"));
        gateway
    }

    /// Mails that are still in the Maildir.
    fn left(&self) -> usize {
        let entries = |folder| {
            fs::read_dir(self.path("mails").join(folder))
                .unwrap()
                .count()
        };
        entries("new") + entries("cur")
    }

    /// Every value of the store with all that is known of it but the number of its message, which
    /// depends on how often a mail was tried.
    fn values(&self) -> BTreeSet<String> {
        let mut export = self.gateway("export");
        let output = export.args(["--format", "ndjson"]).output().unwrap();
        succeeded(&output);
        let text = String::from_utf8(output.stdout).unwrap();
        let values: Vec<String> = text
            .lines()
            .map(|line| {
                let mut record: serde_json::Value = serde_json::from_str(line).unwrap();
                record.as_object_mut().unwrap().remove("source").unwrap();
                record.to_string()
            })
            .collect();
        let distinct: BTreeSet<String> = values.iter().cloned().collect();
        assert_eq!(distinct.len(), values.len(), "a value is there twice");
        distinct
    }
}

/// A mail that says other values of the same intervals as mail `number`, later.
fn correction(number: u32) -> Vec<u8> {
    let mail = sample::load_profile_mail(number).bytes;
    let file = candidates(&mail, &Bounds::default()).candidates.remove(0);
    let text = String::from_utf8(file.bytes).unwrap();
    let text = text.replace("MB0", "MC0").replace("QTY+220:", "QTY+220:9");
    format!("Subject: correction\r\n\r\n{text}").into_bytes()
}

fn succeeded(output: &Output) {
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
}

fn mails() -> u32 {
    std::env::var("FAULT_MAILS").map_or(2, |text| text.parse().unwrap())
}

/// The shim, compiled once; the file lives as long as the target directory.
pub(crate) static SHIM: LazyLock<PathBuf> =
    LazyLock::new(|| shim::compile("disk_faults/faulty_io.c"));

const THREADS: u32 = 2;
const EIO: i32 = 5;
const ENOSPC: i32 = 28;
const SIGKILL: i32 = 9;
