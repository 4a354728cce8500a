//! A disk that fails at every single write and sync of a fetch in turn, and a power cut before
//! each: nothing is lost, nothing counts twice, and a mail is where it was until it is durable.
//!
//! The disk is the real one, seen through `disk_faults/faulty_io.c`, which is preloaded into the
//! gateway: database and archive alike, with no door for tests in the program itself.
//! `FAULT_MAILS` makes it larger.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering};

use mscons_gateway::sample;

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

#[test]
#[expect(clippy::print_stderr, reason = "what the run has shown")]
fn whichever_write_or_sync_fails_nothing_is_lost_and_nothing_counts_twice() {
    let (calls, expected) = good_run();
    let faults: Vec<Fault> = (1..=calls)
        .flat_map(|call| {
            [
                Fault::Fails { call, errno: EIO },
                Fault::Fails {
                    call,
                    errno: ENOSPC,
                },
                Fault::Dead { call },
            ]
        })
        .collect();
    let reported = inject(&faults, &expected);
    assert!(reported > calls, "most faults are told by the exit code");
    eprintln!(
        "{calls} writes and syncs, {} faults, {reported} of them ended the fetch",
        faults.len()
    );
}

#[test]
#[expect(clippy::print_stderr, reason = "what the run has shown")]
fn whenever_the_power_goes_nothing_is_lost_and_nothing_counts_twice() {
    let (calls, expected) = good_run();
    let cuts: Vec<Fault> = (1..=calls)
        .flat_map(|call| [0, 1, 3].map(|kept| Fault::PowerCut { call, kept }))
        .collect();
    let cut = inject(&cuts, &expected);
    assert!(cut > 2 * calls, "most of the cuts came before the end");
    eprintln!(
        "{calls} writes and syncs, {} power cuts, {cut} before the end",
        cuts.len()
    );
}

/// How many writes and syncs a fetch without a fault has, and what the store holds then.
fn good_run() -> (u64, BTreeSet<String>) {
    let bed = Bed::new();
    let count = bed.path("count");
    let mut fetch = bed.gateway("fetch");
    fetch.env("FAULTY_IO_COUNT", &count);
    succeeded(&fetch.output().unwrap());
    let text = fs::read_to_string(&count).unwrap();
    let calls = text.trim().parse().unwrap();
    assert!(calls > 20, "{text:?} calls; is the shim loaded?");
    let expected = bed.values();
    assert_eq!(expected.len(), mails() as usize * 96);
    (calls, expected)
}

/// Fetches under each fault in a gateway of its own, then once without, and compares what is
/// stored. Returns how many of the fetches the fault has ended.
fn inject(faults: &[Fault], expected: &BTreeSet<String>) -> u64 {
    let ended = AtomicU64::new(0);
    let next = AtomicU64::new(0);
    std::thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| {
                loop {
                    let at = usize::try_from(next.fetch_add(1, Ordering::Relaxed)).unwrap();
                    let Some(fault) = faults.get(at) else { break };
                    ended.fetch_add(u64::from(survives(*fault, expected)), Ordering::Relaxed);
                }
            });
        }
    });
    ended.into_inner()
}

/// One fault, and what was there afterwards; `true` if the fetch failed by it.
fn survives(fault: Fault, expected: &BTreeSet<String>) -> bool {
    let bed = Bed::new();
    let mut fetch = bed.gateway("fetch");
    for (name, value) in fault.environment() {
        fetch.env(name, value);
    }
    let output = fetch.output().unwrap();
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
    fn new() -> Self {
        let bed = Self {
            home: tempfile::tempdir().unwrap(),
        };
        for folder in ["new", "cur", "tmp"] {
            fs::create_dir_all(bed.path("mails").join(folder)).unwrap();
        }
        for number in 0..mails() {
            let file = bed.path("mails/new").join(number.to_string());
            fs::write(file, sample::load_profile_mail(number).bytes).unwrap();
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

/// The shim, compiled once; the folder lives as long as the process.
static SHIM: LazyLock<PathBuf> = LazyLock::new(|| {
    let shim = Path::new(env!("CARGO_TARGET_TMPDIR")).join("faulty_io.so");
    let source =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/gateway/disk_faults/faulty_io.c");
    let cc = Command::new("cc")
        .args([
            "-shared", "-fPIC", "-O2", "-Wall", "-Wextra", "-Werror", "-o",
        ])
        .args([&shim, &source])
        .arg("-ldl")
        .output()
        .unwrap_or_else(|error| {
            panic!("cc: {error}; install Debian package gcc, or use tests/run")
        });
    succeeded(&cc);
    shim
});

const THREADS: u32 = 2;
const EIO: i32 = 5;
const ENOSPC: i32 = 28;
const SIGKILL: i32 = 9;
