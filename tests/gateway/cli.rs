//! The commands, run as a person runs them.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use assert_cmd::Command;
use mscons_gateway::message::mscons;
use predicates::prelude::*;
use predicates::str::contains;

use crate::ahb::issues;

pub(crate) fn gateway(home: &Path) -> Command {
    let mut command = Command::cargo_bin("mscons-gateway").unwrap();
    command
        .current_dir(home)
        .env_remove("MSCONS_GATEWAY_CONFIG");
    command
}

pub(crate) fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("fixtures")
        .join(name)
}

/// A directory whose data directory holds the demo's mails.
pub(crate) fn filled() -> tempfile::TempDir {
    filled_until("2026-11-24")
}

/// The same, for another day after the last mail.
fn filled_until(today: &str) -> tempfile::TempDir {
    let home = tempfile::tempdir().unwrap();
    gateway(home.path())
        .args(["generate", "mail", "--today", today])
        .assert()
        .success();
    // One mail is truncated on purpose: the exit code says so.
    gateway(home.path())
        .args(["import", "mail"])
        .assert()
        .code(1)
        .stderr(contains(
            "224 stored, 1 known already, 1 in quarantine, 1 without EDIFACT, 0 failed",
        ));
    home
}

/// What a command prints that succeeds.
fn stdout(home: &tempfile::TempDir, command: &str) -> String {
    let output = gateway(home.path())
        .args(command.split(' '))
        .assert()
        .success();
    String::from_utf8(output.get_output().stdout.clone()).unwrap()
}

/// The values of a series and period.
fn values(home: &tempfile::TempDir, which: &str) -> Vec<serde_json::Value> {
    stdout(home, &format!("values {which} --format ndjson"))
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

/// The number of the first entry in quarantine.
fn first_entry(home: &tempfile::TempDir) -> String {
    let listed = stdout(home, "quarantine");
    let row = listed.lines().nth(1).unwrap();
    row.split_whitespace().next().unwrap().to_owned()
}

#[test]
fn parse_gives_the_expected_lines_and_stores_nothing() {
    let home = tempfile::tempdir().unwrap();
    let file = fixture("mscons/hand_13025_dst_autumn_100_comma.edi");
    let expected = fs::read_to_string(file.with_extension("ndjson")).unwrap();
    gateway(home.path())
        .args(["parse", "--format", "ndjson"])
        .arg(&file)
        .assert()
        .success()
        .stdout(expected);
    assert_eq!(fs::read_dir(home.path()).unwrap().count(), 0);
}

#[test]
fn parse_names_file_byte_and_segment_of_what_is_wrong() {
    let home = tempfile::tempdir().unwrap();
    gateway(home.path())
        .args(["parse", "--format", "summary"])
        .arg(fixture("broken/bad_number.edi"))
        .assert()
        .code(1)
        .stdout(contains("1 messages, 2 values, 1 findings"))
        .stderr(contains(
            "bad_number.edi: byte 276, segment 12 of message 1: the quantity \"1.5x\"",
        ));
    let pdf = home.path().join("rechnung.edi");
    fs::write(&pdf, "%PDF-1.7 no message").unwrap();
    gateway(home.path())
        .arg("parse")
        .arg(&pdf)
        .assert()
        .code(1)
        .stderr(contains("rechnung.edi: holds no EDIFACT"));
    gateway(home.path())
        .args(["parse", "missing.edi"])
        .assert()
        .code(1)
        .stderr(contains("missing.edi"));
}

#[test]
fn validate_says_which_rules_were_asked_and_what_breaks_them() {
    let home = tempfile::tempdir().unwrap();
    let good = fixture("pid/13018_load_profile_of_a_metering_location.edi");
    let good = fs::canonicalize(good).unwrap();
    let text = fs::read_to_string(&good).unwrap();
    gateway(home.path())
        .arg("validate")
        .arg(&good)
        .assert()
        .success()
        .stdout(contains(
            "checked: 99 AHB rules of 13018 (MSCONS 2.5, AHB 3.2)",
        ));
    let wrong = home.path().join("wrong.edi");
    fs::write(&wrong, text.replacen("QTY+220", "QTY+79", 1)).unwrap();
    let offset = text.find("QTY+220").unwrap();
    gateway(home.path())
        .args(["validate", "--format", "json"])
        .arg(&wrong)
        .assert()
        .code(1)
        .stdout(contains(format!("\"byte\":{offset}")))
        .stdout(contains("QTY-6063-CODE"))
        .stdout(contains("\"aperak\":\"Z39\""));
    let old = home.path().join("old.edi");
    fs::write(&old, text.replacen("UN:2.5", "UN:2.2e", 1)).unwrap();
    gateway(home.path())
        .arg("validate")
        .arg(&old)
        .assert()
        .success()
        .stdout(contains(
            "checked: 0 AHB rules (no profile for MSCONS 2.2e)",
        ));
    let counted = home.path().join("counted.edi");
    fs::write(&counted, text.replacen("UNZ+1", "UNZ+2", 1)).unwrap();
    gateway(home.path())
        .arg("validate")
        .arg(&counted)
        .assert()
        .code(1)
        .stdout(contains("message_count_wrong"));
    assert_eq!(fs::read_dir(home.path()).unwrap().count(), 3);
}

#[test]
fn stdin_is_read() {
    let home = tempfile::tempdir().unwrap();
    let bytes = fs::read(fixture("mscons/hand_13018_substitutes_status.edi")).unwrap();
    gateway(home.path())
        .args(["parse", "-", "--format", "csv"])
        .write_stdin(bytes)
        .assert()
        .success()
        .stdout(predicate::str::starts_with(
            "sender,receiver,interchange,message,document,pid,",
        ));
}

#[test]
fn what_was_imported_is_listed_and_read() {
    let home = filled();
    let series = stdout(&home, "series");
    assert_eq!(series.lines().count(), 12, "{series}");
    assert!(series.contains("1EMH0009876543"), "{series}");
    assert_eq!(stdout(&home, "messages --limit 5").lines().count(), 6);

    // The cancelled amount is gone, its replacement is there.
    let amount = values(&home, "50120962218/1-1:1.9.0");
    let [line] = amount.as_slice() else {
        panic!("{amount:?}")
    };
    assert_eq!(
        (line["value"].as_str(), line["quality"].as_str()),
        (Some("245020.105"), Some("measured"))
    );

    // The day of the gap has no values, and neither has it zeros.
    let factory = "50120962218/1-1:1.29.0";
    let gap = values(
        &home,
        &format!("{factory} --from 2026-11-19 --to 2026-11-20"),
    );
    assert!(gap.is_empty(), "{gap:?}");
    let before_all = values(&home, &format!("{factory} --as-of 2020-01-01"));
    assert!(before_all.is_empty(), "{before_all:?}");

    // Two of three days with substitutes hold true values by now.
    let household = "DE0001231011500000000000000012345/1-1:1.29.0";
    for (day, after, quality) in [
        ("2026-11-18", "2026-11-19", "measured"),
        ("2026-11-19", "2026-11-20", "measured"),
        ("2026-11-20", "2026-11-21", "substitute"),
    ] {
        let day = values(&home, &format!("{household} --from {day} --to {after}"));
        assert_eq!(day.len(), 96);
        assert!(day.iter().all(|value| value["quality"] == quality));
    }
}

#[test]
fn what_was_imported_is_exported_and_drawn() {
    let home = filled();
    // German CSV by default; the day of the clock change has 100 quarter hours.
    let csv = stdout(
        &home,
        "export 50120962218/1-1:1.29.0 --from 2026-10-25 --to 2026-10-26",
    );
    assert!(
        csv.starts_with("\u{FEFF}sender;receiver;"),
        "{}",
        &csv[..40]
    );
    assert_eq!(csv.lines().count(), 101);
    let json = stdout(&home, "export --format json --from 2026-11-01");
    let json: Vec<serde_json::Value> = serde_json::from_str(&json).unwrap();
    assert!(json.len() > 5_000);

    let svg = stdout(&home, "plot 41373559241 --from 2026-11-01 --to 2026-11-08");
    assert!(svg.starts_with("<svg") && svg.trim_end().ends_with("</svg>"));
    stdout(&home, "plot 41373559241 --out roof.svg");
    assert!(home.path().join("roof.svg").is_file());
}

/// All values of a store, without the messages that said them.
fn all_values(home: &tempfile::TempDir) -> Vec<String> {
    let names = [
        "sender",
        "receiver",
        "location",
        "device",
        "obis",
        "start",
        "end",
        "value",
        "unit",
        "qualifier",
        "status",
        "quality",
    ];
    let mut all: Vec<String> = stdout(home, "export --format ndjson")
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .map(|value: serde_json::Value| names.map(|name| value[name].to_string()).join(" "))
        .collect();
    all.sort();
    all
}

#[test]
fn what_is_exported_as_mscons_is_right_and_gives_the_same_values_again() {
    let (home, other) = (filled(), tempfile::tempdir().unwrap());
    stdout(&home, "export --format mscons --out all.edi");
    let bytes = fs::read(home.path().join("all.edi")).unwrap();
    let file = mscons::read(&bytes);
    // Power of two operators, gas of one; each with load profiles, and some with more.
    let envelopes: Vec<String> = file
        .interchanges
        .iter()
        .map(|i| format!("{} {} {}", i.sender, i.receiver, i.application))
        .collect();
    assert_eq!(
        envelopes,
        [
            "9800357000005 9801234000001 EM",
            "9800357000005 9801234000001 TL",
            "9800357000005 9801234000001 VL",
            "9903100000006 9985046000001 TL",
            "9903100000006 9985046000001 VL",
            "9905048000007 9985046000001 EM",
            "9905048000007 9985046000001 TL",
        ]
    );
    for interchange in &file.interchanges {
        assert!(interchange.findings.is_empty());
        let issues = issues(&bytes[interchange.bytes.clone()]);
        assert!(issues.is_empty(), "{issues:#?}");
    }
    let path = home.path().join("all.edi");
    stdout(&other, &format!("import {}", path.display()));
    let (before, after) = (all_values(&home), all_values(&other));
    assert!(before.len() > 15_000);
    assert!(before == after, "{} {}", before.len(), after.len());
}

#[test]
fn what_has_no_message_is_left_out_of_mscons_and_named() {
    let home = tempfile::tempdir().unwrap();
    for name in [
        "13011_profile_family",
        "13018_load_profile_of_a_metering_location",
    ] {
        let path = fixture("pid").join(format!("{name}.edi"));
        stdout(&home, &format!("import {}", path.display()));
    }
    gateway(home.path())
        .args(["export", "--format", "mscons"])
        .assert()
        .code(1)
        .stdout(contains("RFF+Z13:13018'").and(contains("13011").not()))
        .stderr(contains("left out").and(contains("96 values")));
}

#[test]
fn a_diff_lists_what_is_new_since_a_time() {
    let home = filled();
    let factory = "50120962218/1-1:1.29.0";
    let period = "--from 2026-11-02 --to 2026-11-03";
    let all = stdout(
        &home,
        &format!("diff {factory} {period} --as-of 2020-01-01 --format ndjson"),
    );
    let all: Vec<serde_json::Value> = all
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(all.len(), 96);
    let held = values(&home, &format!("{factory} {period}"));
    for (change, value) in all.iter().zip(&held) {
        assert_eq!(change["old"], serde_json::Value::Null);
        assert_eq!(change["new"], value["value"]);
        assert_eq!(change["quality"], value["quality"]);
        assert_eq!(change["source"], value["source"]);
    }
    let csv = stdout(
        &home,
        &format!("diff {factory} --as-of 2099-01-01 --format csv"),
    );
    assert_eq!(
        csv.trim_start_matches('\u{FEFF}').trim_end(),
        "location;device;obis;start;end;unit;old;new;difference;old_quality;quality;source;document"
    );
    gateway(home.path())
        .args(["diff", factory, "--as-of", "2099-01-01"])
        .assert()
        .success()
        .stdout("")
        .stderr(contains("0 changes in 1 series"));
    for (arguments, says) in [
        (vec!["diff"], "diff needs --as-of TIME"),
        (
            vec!["diff", "nothing", "--as-of", "2020-01-01"],
            "no series fits \"nothing\"",
        ),
        (
            vec!["diff", "--as-of", "2020-01-02", "--and", "2020-01-01"],
            "--and must be after --as-of",
        ),
    ] {
        gateway(home.path())
            .args(arguments)
            .assert()
            .code(2)
            .stderr(contains(says));
    }
}

#[test]
fn quarantine_is_shown_retried_and_dropped() {
    let home = filled();
    let number = first_entry(&home);
    gateway(home.path())
        .args(["quarantine", "show", &number])
        .assert()
        .success()
        .stdout(contains("has no segment terminator").or(contains("have no segment terminator")));
    gateway(home.path())
        .args(["quarantine", "show", &number, "--raw"])
        .assert()
        .success()
        .stdout(contains("UNB+UNOC"));
    gateway(home.path())
        .args(["quarantine", "retry"])
        .assert()
        .code(1)
        .stderr(contains("still not understood"));
    let number = first_entry(&home);
    gateway(home.path())
        .args(["quarantine", "drop", &number])
        .assert()
        .success();
    gateway(home.path())
        .args(["quarantine", "drop", &number])
        .assert()
        .code(1)
        .stderr(contains("lists them"));
}

#[test]
fn reindex_gives_the_same_values() {
    let home = filled();
    let export = |home: &Path| {
        gateway(home)
            .args(["export", "--format", "csv"])
            .assert()
            .success()
            .get_output()
            .stdout
            .clone()
    };
    let before = export(home.path());
    gateway(home.path())
        .arg("reindex")
        .assert()
        .success()
        .stderr(contains("11 series"));
    let after = export(home.path());
    // The sources are numbered anew; all else is the same.
    let without_source = |csv: &[u8]| -> Vec<String> {
        String::from_utf8_lossy(csv)
            .lines()
            .map(|line| line.rsplit_once(';').unwrap().0.to_owned())
            .collect()
    };
    assert_eq!(without_source(&before), without_source(&after));
    fs::remove_dir_all(home.path().join("data/sled")).unwrap();
    gateway(home.path()).arg("reindex").assert().success();
    assert_eq!(
        without_source(&before),
        without_source(&export(home.path()))
    );
}

#[test]
fn a_faulty_configuration_is_explained_by_line_and_key() {
    let home = tempfile::tempdir().unwrap();
    let mut file = fs::File::create(home.path().join("gateway.toml")).unwrap();
    writeln!(file, "[[mailbox]]\nname = \"metering\"\nhots = \"imap.example.org\"\nusername = \"x\"\nprotocol = \"pop3\"\ndelete_after_fetch = true").unwrap();
    gateway(home.path())
        .arg("check-config")
        .assert()
        .code(2)
        .stderr(
            contains("gateway.toml:3")
                .and(contains("host"))
                .and(contains("POP3 never deletes")),
        );
}

#[test]
fn a_second_process_on_the_same_data_is_refused_by_name() {
    let home = filled();
    let path = home.path().join("data");
    let lock = mscons_gateway::store::data_dir::DataDir::open(&path).unwrap();
    gateway(home.path()).arg("series").assert().code(1).stderr(
        contains("is in use by another process").and(contains(std::process::id().to_string())),
    );
    drop(lock);
    gateway(home.path()).arg("series").assert().success();
}

#[test]
fn version_and_completions_print() {
    let home = tempfile::tempdir().unwrap();
    gateway(home.path())
        .arg("version")
        .assert()
        .success()
        .stdout(contains(env!("CARGO_PKG_VERSION")));
    gateway(home.path())
        .args(["completions", "bash"])
        .assert()
        .success()
        .stdout(contains("mscons-gateway"));
}

#[test]
fn gaps_names_what_is_missing_of_the_demo_and_who_should_have_sent_it() {
    let home = filled_until("2025-11-24");
    fs::write(
        home.path().join("gateway.toml"),
        "[[partner]]\nname = \"Netz\"\nid = \"9905048000007\"\n\
         [[expect]]\nlocation = \"50120962218\"\npartner = \"9905048000007\"\n\
         [[expect]]\nlocation = \"77*\"\n",
    )
    .unwrap();
    let list = |arguments: &str| -> Vec<serde_json::Value> {
        serde_json::from_str(&stdout(&home, arguments)).unwrap()
    };
    let period = "--from 2025-11-01 --to 2025-11-24";
    let gaps = list(&format!(
        "gaps 50120962218/1-1:1.29.0 {period} --format json"
    ));
    assert_eq!(gaps.len(), 1, "{gaps:?}");
    let gap = &gaps[0];
    assert_eq!(gap["intervals"], 96);
    assert_eq!(
        (&gap["partner"], &gap["partner_name"]),
        (&"9905048000007".into(), &"Netz".into())
    );
    let start = gap["start"].as_str().unwrap();
    assert!(start.ends_with("T00:00:00+01:00"), "{start}");
    assert!(
        gap["due"].as_str().unwrap().ends_with("T10:00:00+01:00"),
        "{gap}"
    );
    assert!(
        gap["late_seconds"].as_i64().is_some_and(|late| late > 0) || gap["late_seconds"].is_null()
    );

    // The roof's last day is late; before it, nothing is missing.
    let solar = list(&format!("gaps 41373559241 {period} --format json"));
    assert_eq!(solar.len(), 1, "{solar:?}");
    assert_eq!(solar[0]["start"], "2025-11-23T00:00:00+01:00");
    let csv = stdout(
        &home,
        &format!("gaps 50120962218/1-1:1.29.0 {period} --format csv"),
    );
    assert_eq!(csv.lines().count(), 2);
    assert!(csv.contains("50120962218;1-1:1.29.0;2025-11-"), "{csv}");
    gateway(home.path())
        .args([
            "gaps",
            "50120962218",
            "--from",
            "2025-11-01",
            "--to",
            "2025-11-24",
        ])
        .assert()
        .success()
        .stdout(contains("00:00 CET").and(contains("Netz")))
        .stderr(contains(
            "[[expect]] location = \"77*\", obis = \"\" fits no series of intervals",
        ));
}

#[test]
fn gaps_ends_with_one_only_if_it_is_asked_to() {
    let home = filled_until("2025-11-24");
    let gaps = |more: &[&str]| {
        let mut command = gateway(home.path());
        command
            .args(["gaps", "--from", "2025-11-01", "--to", "2025-11-23"])
            .args(more);
        command.assert()
    };
    gaps(&["50120962218"]).code(0);
    gaps(&["50120962218", "--fail"])
        .code(1)
        .stdout(contains("96"));
    gaps(&["41373559241", "--fail"]).code(0);
    gateway(home.path())
        .args(["gaps", "--from", "2025-11-02", "--to", "2025-11-01"])
        .assert()
        .code(2)
        .stderr(contains("--to must be after --from"));
    gateway(home.path())
        .args(["gaps", "--from", "yesterday"])
        .assert()
        .code(2)
        .stderr(contains("is no time"));
}
