//! Every command with every flag, run on real data: what it prints, and how it ends.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use clap::Command;
use mscons_gateway::cli;

use crate::cli::{filled, fixture, gateway};

/// A command line, its exit code, and what its results and its lines on stderr say.
struct Tried(
    &'static str,
    i32,
    &'static [&'static str],
    &'static [&'static str],
);

/// In this order, on one store.
const TRIED: &[Tried] = &[
    Tried(
        "check-config",
        0,
        &[],
        &["gateway.toml: good, 1 mailbox(es)"],
    ),
    Tried(
        "doctor --mailbox mail --format json",
        0,
        &["\"verdict\": \"ok\"", "the Maildir mail"],
        &["looking at mailbox mail"],
    ),
    Tried(
        "--config gateway.toml --log-format json --log debug fetch --mailbox mail",
        0,
        &[],
        &["known already", "{\"timestamp\":"],
    ),
    Tried("series", 0, &["first day", "1EMH0009876543"], &[]),
    Tried(
        "series 5012* --format json",
        0,
        &["\"location\": \"50120962218\""],
        &[],
    ),
    Tried(
        "values 50120962218/1-1:1.29.0 --from 2026-11-02 --to 2026-11-03 --as-of 2099-01-01 --format csv --delimiter , --decimal . --bom false",
        0,
        &["sender,receiver,", ",measured,"],
        &[],
    ),
    Tried(
        "values 50120962218/1-1:1.29.0 --from 2026-11-02 --to 2026-11-03 --resolution day",
        0,
        &["present  expected", "measured"],
        &[],
    ),
    Tried(
        "export 50120962218/1-1:1.29.0 --from 2026-11-02 --to 2026-11-03 --as-of 2099-01-01 --resolution hour --format csv --delimiter tab --decimal , --bom true --out hours.csv",
        0,
        &[],
        &["24 values of 1 series"],
    ),
    Tried(
        "export 50120962218/1-1:1.29.0 --from 2026-11-02 --to 2026-11-03 --format mscons",
        0,
        &["UNB+UNOC", "RFF+Z13:13025'"],
        &["96 values of 1 series"],
    ),
    Tried(
        "diff 50120962218/1-1:1.29.0 --from 2026-11-02 --to 2026-11-03 --as-of 2020-01-01 --and 2099-01-01 --format ndjson",
        0,
        &["\"old\": null", "\"quality\": \"measured\""],
        &["96 changes in 1 series"],
    ),
    Tried(
        "gaps 50120962218/1-1:1.29.0 --from 2026-11-01 --to 2026-11-24 --format ndjson --fail",
        1,
        &["\"intervals\": 96"],
        &[],
    ),
    Tried(
        "plot 50120962218/1-1:1.29.0 --from 2026-11-02 --to 2026-11-09 --as-of 2099-01-01 --kind peaks --out peaks.png --theme dark --width 800 --height 400",
        0,
        &[],
        &["values drawn to peaks.png"],
    ),
    Tried(
        "report list --format json",
        0,
        &["\"name\": \"digest\"", "\"next\": null"],
        &[],
    ),
    Tried(
        "report preview digest --at 2026-11-23 --out digest.html",
        0,
        &[],
        &["digest is in digest.html"],
    ),
    Tried(
        "report send digest",
        2,
        &[],
        &["nothing is sent without a server"],
    ),
    Tried(
        "messages --limit 1 --format json",
        0,
        &["\"sender\":", "\"document\":"],
        &[],
    ),
    Tried(
        "verify --format json",
        0,
        &["\"faults\": []"],
        &["database records read: all is well"],
    ),
    Tried("compact", 0, &[], &["the database had", "bytes, and has"]),
    Tried(
        "backup all.tar",
        0,
        &[],
        &["`mscons-gateway restore` makes a store of it"],
    ),
    Tried(
        "--config other.toml restore all.tar",
        0,
        &[],
        &["restored the backup of"],
    ),
    Tried("reindex", 0, &[], &["archive entries read, 0 damaged"]),
    Tried(
        "parse --format summary one.edi",
        0,
        &["1 messages, 100 values, 0 findings"],
        &[],
    ),
    Tried(
        "validate --format json one.edi",
        0,
        &["\"rules\":", "\"not_checked\":\"\""],
        &[],
    ),
    Tried("version", 0, &[env!("CARGO_PKG_VERSION")], &[]),
    Tried("completions fish", 0, &["complete -c mscons-gateway"], &[]),
    Tried("man --out pages", 0, &[], &["pages in pages"]),
];

/// What is tried elsewhere, since it asks, runs on, or changes what the others read.
const ELSEWHERE: &[(&str, &str)] = &[
    ("init --out --defaults --force", "first_steps"),
    ("healthcheck --url", "first_steps"),
    ("demo --listen", "run::once"),
    ("run", "run"),
    ("explain --html --language", "explain"),
    ("send-test --to --dialogue", "smtp"),
    ("connect", "accounts"),
    ("accounts --format", "accounts"),
    ("disconnect", "accounts"),
    ("rotate-key --to", "accounts"),
    ("import", "cli"),
    ("login-link", "settings"),
    ("outbox --open --rejected --limit --format", "outbox"),
    ("outbox show --raw", "outbox"),
    ("outbox retry", "outbox"),
    (
        "request --partner --location --obis --from --to --at --values --complaint --document --text --due --dry-run",
        "request",
    ),
    ("requests --limit --format", "request"),
    ("outbox cancel", "outbox"),
    ("outbox send", "outbox"),
    ("quarantine", "cli"),
    ("quarantine show --raw", "cli"),
    ("quarantine retry", "cli"),
    ("quarantine drop", "cli"),
];

#[test]
fn each_command_prints_what_it_is_for() {
    let home = filled();
    let write = |name: &str, text: &str| fs::write(home.path().join(name), text).unwrap();
    let mailbox = "[[mailbox]]\nname = \"mail\"\nprotocol = \"maildir\"\npath = \"mail\"\n";
    write("gateway.toml", mailbox);
    write("other.toml", "data_dir = \"other\"\n");
    fs::copy(
        fixture("mscons/hand_13025_dst_autumn_100_comma.edi"),
        home.path().join("one.edi"),
    )
    .unwrap();
    for tried in TRIED {
        assert_tried(home.path(), tried);
    }
    let hours = fs::read_to_string(home.path().join("hours.csv")).unwrap();
    assert!(hours.starts_with("\u{FEFF}location\tdevice\t"), "{hours}");
    let peaks = fs::read(home.path().join("peaks.png")).unwrap();
    assert!(peaks.starts_with(b"\x89PNG"));
    assert!(home.path().join("pages/mscons-gateway-gaps.1").is_file());
    assert!(home.path().join("other/archive").is_dir());
}

fn assert_tried(home: &Path, Tried(command, code, out, err): &Tried) {
    let output = gateway(home).args(command.split(' ')).output().unwrap();
    let told = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let (printed, said) = (told(&output.stdout), told(&output.stderr));
    assert_eq!(output.status.code(), Some(*code), "{command}: {said}");
    for part in *out {
        assert!(
            printed.contains(part),
            "{command}: no {part:?} in {printed}"
        );
    }
    for part in *err {
        assert!(said.contains(part), "{command}: no {part:?} in {said}");
    }
}

#[test]
fn no_command_and_no_flag_is_left_untried() {
    let mut tried: BTreeSet<String> = BTreeSet::new();
    let lines = TRIED.iter().map(|tried| tried.0);
    for line in lines.chain(ELSEWHERE.iter().map(|(line, _)| *line)) {
        note(&cli::definition(), line, &mut tried);
    }
    let mut all = BTreeSet::new();
    gather(&cli::definition(), "", &mut all);
    let missing: Vec<&String> = all.difference(&tried).collect();
    assert!(missing.is_empty(), "never tried: {missing:?}");
}

/// Notes the command and the flags of a command line: `gaps`, `gaps --fail`.
fn note(program: &Command, line: &str, tried: &mut BTreeSet<String>) {
    let (mut command, mut path) = (program, String::new());
    for word in line.split(' ') {
        if let Some(flag) = word.strip_prefix("--") {
            let is_global = program.get_arguments().any(|a| a.get_long() == Some(flag));
            let path = if is_global { "" } else { path.as_str() };
            tried.insert(format!("{path} --{flag}"));
        } else if let Some(below) = command.find_subcommand(word) {
            command = below;
            path = format!("{path} {word}");
            tried.insert(path.clone());
        }
    }
}

fn gather(command: &Command, path: &str, all: &mut BTreeSet<String>) {
    for argument in command.get_arguments() {
        if let Some(long) = argument.get_long() {
            all.insert(format!("{path} --{long}"));
        }
    }
    let shown = command
        .get_subcommands()
        .filter(|below| !below.is_hide_set() && below.get_name() != "help");
    for below in shown {
        let path = format!("{path} {}", below.get_name());
        all.insert(path.clone());
        gather(below, &path, all);
    }
}
