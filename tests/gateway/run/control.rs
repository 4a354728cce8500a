//! Commands beside a running gateway: the same as without it.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::UnixListener;
use std::process::Stdio;

use mscons_gateway::sample;
use mscons_gateway::store::data_dir::DataDir;

use super::gateway::{Gateway, Home, program, wait_for};

/// What reads, with every kind of output; `{entry}` is an entry in quarantine.
const READING: &[&str] = &[
    "series",
    "series 5012* --format json",
    "values 50120962218/1-1:1.29.0 --from 2026-11-01 --to 2026-11-03",
    "values 50120962218/1-1:1.29.0 --format csv",
    "values 50120962218/1-1:1.29.0 --format json --as-of 2020-01-01",
    "values nothing",
    "values 5*",
    "values 50120962218/1-1:1.29.0 --from yesterday",
    "export --format ndjson",
    "export 5012* --format csv --from 2026-11-01",
    "export nothing",
    "export --format json --out {out}",
    "export --out /nowhere/x.csv",
    "diff --as-of 2020-01-01 --format ndjson",
    "diff",
    "verify",
    "verify --format json",
    "plot 41373559241 --from 2026-11-01 --to 2026-11-08",
    "plot 41373559241 --out {out}",
    "messages --limit 20",
    "messages --format json",
    "quarantine",
    "quarantine show {entry}",
    "quarantine show {entry} --raw",
    "quarantine show 999",
];

/// A home whose mailbox holds the demo's mails.
fn with_mails() -> Home {
    let home = Home::new();
    let mailbox = home.maildir("mails", "poll_interval = \"1h\"");
    home.configure(&[mailbox]);
    let mails = home.path("mails").display().to_string();
    let (code, _, errors) = home.command(&["generate", &mails, "--today", "2026-11-24"]);
    assert_eq!(code, Some(0), "{errors}");
    home
}

fn run_until_polled(home: &Home) -> Gateway {
    let gateway = Gateway::run(home);
    gateway.wait_for_metric("mscons_gateway_mailbox_up{mailbox=\"mails\"} 1");
    gateway
}

/// What a command gives: exit code, stdout, stderr, and the file that it wrote.
fn result(home: &Home, command: &str, entry: &str) -> impl PartialEq + std::fmt::Debug {
    let out = home.path("out");
    let _ = fs::remove_file(&out);
    let command = command
        .replace("{entry}", entry)
        .replace("{out}", &out.display().to_string());
    let arguments: Vec<&str> = command.split(' ').collect();
    (home.command(&arguments), fs::read(&out).ok())
}

fn first_entry(home: &Home) -> String {
    let (_, listed, _) = home.command(&["quarantine"]);
    let row = listed.lines().nth(1).unwrap();
    row.split_whitespace().next().unwrap().to_owned()
}

#[test]
fn every_command_gives_the_same_beside_the_gateway_as_without_it() {
    let home = with_mails();
    let gateway = run_until_polled(&home);
    let entry = first_entry(&home);
    let beside: Vec<_> = READING
        .iter()
        .map(|command| result(&home, command, &entry))
        .collect();
    gateway.stop("TERM");
    for (command, beside) in READING.iter().zip(beside) {
        assert_eq!(beside, result(&home, command, &entry), "{command}");
    }
}

#[test]
fn what_acts_on_the_store_acts_beside_the_gateway() {
    let home = with_mails();
    let gateway = run_until_polled(&home);
    let entry = first_entry(&home);
    let (code, _, said) = home.command(&["quarantine", "retry"]);
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("still not understood"), "{said}");
    let entry_now = first_entry(&home);
    assert_ne!(entry, entry_now);
    let (code, _, said) = home.command(&["quarantine", "drop", &entry_now]);
    assert_eq!(code, Some(0), "{said}");
    let (code, _, said) = home.command(&["quarantine", "drop", &entry_now]);
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("lists them"), "{said}");

    // Files are the client's: by relative paths, below folders, and on stdin.
    let folder = home.path("files");
    fs::create_dir(&folder).unwrap();
    for number in 1_000..1_003 {
        let mail = sample::load_profile_mail(number).bytes;
        fs::write(folder.join(format!("{number}.eml")), mail).unwrap();
    }
    let mut import = program(&home.config(), &["import", "files", "gone.edi", "-"])
        .current_dir(home.path(""))
        .stdin(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mail = sample::load_profile_mail(1_003).bytes;
    import.stdin.take().unwrap().write_all(&mail).unwrap();
    let output = import.wait_with_output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains("4 stored, 0 known already"), "{said}");
    assert!(said.contains("gone.edi"), "{said}");
    let gateway_still_runs = gateway.get("/healthz").0;
    assert_eq!(gateway_still_runs, 200);
    gateway.stop("TERM");
}

#[test]
fn what_needs_the_store_for_itself_says_who_has_it() {
    let home = Home::new();
    home.configure(&[]);
    let gateway = Gateway::run(&home);
    let holder = format!("is in use by another process (process {})", gateway.id());
    let config = home.config().display().to_string();
    for command in [&["reindex"][..], &["restore", &config]] {
        let (code, _, said) = home.command(command);
        assert_eq!(code, Some(1), "{said}");
        assert!(said.contains(&holder), "{said}");
    }
    gateway.stop("TERM");
}

#[test]
fn fetch_beside_the_gateway_has_its_pollers_poll() {
    let home = Home::new();
    home.configure(&[home.maildir("mails", "poll_interval = \"1h\"")]);
    let gateway = run_until_polled(&home);
    for number in 0..3 {
        home.deliver("mails", number);
    }
    let (code, _, said) = home.command(&["fetch"]);
    assert_eq!(code, Some(0), "{said}");
    assert!(
        said.contains("mails: 3 new mails, 3 stored durably"),
        "{said}"
    );
    assert_eq!(home.values(), 3 * 96);
    let (code, _, said) = home.command(&["fetch", "--mailbox", "other"]);
    assert_eq!(code, Some(2), "{said}");
    assert!(said.contains("no mailbox is named \"other\""), "{said}");
    gateway.stop("TERM");
}

#[test]
fn who_stops_reading_ends_the_command_and_not_the_gateway() {
    let home = with_mails();
    let gateway = run_until_polled(&home);
    for _ in 0..20 {
        let mut export = program(&home.config(), &["export", "--format", "ndjson"])
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        let mut lines = BufReader::new(export.stdout.take().unwrap());
        lines.read_line(&mut line).unwrap();
        assert!(line.starts_with('{'), "{line}");
        drop(lines);
        assert_eq!(export.wait().unwrap().code(), Some(0));
    }
    // More clients went than can be served at once: their places are free again.
    wait_for("a free place", || {
        (home.command(&["series"]).0 == Some(0)).then_some(())
    });
    gateway.stop("TERM");
}

#[test]
fn a_gateway_of_another_version_is_named() {
    let home = Home::new();
    home.configure(&[]);
    drop(mscons_gateway::store::open(&home.path("data"), 1 << 20).unwrap());
    let data_dir = DataDir::open(&home.path("data")).unwrap();
    let socket = UnixListener::bind(data_dir.path().join("control.sock")).unwrap();
    let other = std::thread::spawn(move || {
        let (mut client, _) = socket.accept().unwrap();
        client.write_all(b"mscons-gateway 99.0.0\n").unwrap();
        let mut said = Vec::new();
        client.read_to_end(&mut said).unwrap();
        said
    });
    let (code, _, said) = home.command(&["series"]);
    assert_eq!(code, Some(1), "{said}");
    assert!(
        said.contains("the running gateway is mscons-gateway 99.0.0"),
        "{said}"
    );
    let greeting = format!("mscons-gateway {}\n", env!("CARGO_PKG_VERSION"));
    assert_eq!(other.join().unwrap(), greeting.as_bytes());
}

#[test]
fn the_socket_is_the_owners_alone_outlives_no_gateway_and_replaces_a_stale_one() {
    let home = Home::new();
    home.configure(&[home.maildir("mails", "")]);
    let socket = home.path("data/control.sock");
    let killed = Gateway::run(&home);
    let mode = fs::metadata(&socket).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    killed.signal("KILL");
    drop(killed);
    assert!(socket.exists());
    assert_eq!(home.command(&["series"]).0, Some(0));
    let gateway = Gateway::run(&home);
    assert_eq!(home.command(&["series"]).0, Some(0));
    gateway.stop("TERM");
    assert!(!socket.exists());
}

#[test]
fn where_the_path_is_too_long_for_a_socket_the_gateway_runs_and_says_so() {
    let home = Home::new();
    let long = "d".repeat(120);
    let text = format!(
        "data_dir = '{}'\n[web]\nlisten = \"127.0.0.1:0\"\n",
        home.path(&long).display()
    );
    fs::write(home.config(), text).unwrap();
    let gateway = Gateway::run(&home);
    let line = gateway.wait_for_log("no control socket");
    assert!(line.contains("a shorter data_dir may help"), "{line}");
    let (code, _, said) = home.command(&["series"]);
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("is in use by another process"), "{said}");
    gateway.stop("TERM");
}
