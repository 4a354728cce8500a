//! The reading side, run as a person runs it: resolutions, virtual series, files, pictures.

use std::fs;
use std::path::Path;

use assert_cmd::Command;
use calamine::{Data, Reader};
use parquet::file::reader::{FileReader, SerializedFileReader};
use predicates::prelude::PredicateBooleanExt as _;
use predicates::str::contains;

const FACTORY: &str = "50120962218/1-1:1.29.0";

fn gateway(home: &Path) -> Command {
    let mut command = Command::cargo_bin("mscons-gateway").unwrap();
    command
        .current_dir(home)
        .env_remove("MSCONS_GATEWAY_CONFIG");
    command
}

/// A data directory with the demo's mails, and virtual series over them.
fn filled() -> tempfile::TempDir {
    let home = tempfile::tempdir().unwrap();
    gateway(home.path())
        .args(["generate", "mail", "--today", "2026-11-24"])
        .assert()
        .success();
    gateway(home.path())
        .args(["import", "mail"])
        .assert()
        .code(1);
    let virtuals = r#"
        [[virtual]]
        name = "site"
        unit = "kWh"
        terms = [{ series = "50120962218/1-1:1.29.0" }, { series = "41373559241", factor = "-1" }]
        [[virtual]]
        name = "nothing"
        unit = "kWh"
        terms = [{ series = "site" }, { series = "site", factor = "-1" }]
        [[virtual]]
        name = "lost"
        unit = "kWh"
        terms = [{ series = "10001000100" }]
    "#;
    fs::write(home.path().join("gateway.toml"), virtuals).unwrap();
    home
}

fn stdout(home: &tempfile::TempDir, command: &str) -> Vec<u8> {
    let output = gateway(home.path())
        .args(command.split(' '))
        .assert()
        .success();
    output.get_output().stdout.clone()
}

fn rows(home: &tempfile::TempDir, which: &str) -> Vec<serde_json::Value> {
    let printed = stdout(home, &format!("values {which} --format ndjson"));
    let lines = String::from_utf8(printed).unwrap();
    lines
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

#[test]
fn values_are_read_by_day_and_month_with_the_share_that_is_there() {
    let home = filled();
    let days = rows(
        &home,
        &format!("{FACTORY} --resolution day --from 2026-10-24 --to 2026-11-24"),
    );
    assert_eq!(days.len(), 31);
    let sunday = &days[1];
    assert_eq!(sunday["start"], "2026-10-24T22:00:00Z");
    assert_eq!(sunday["end"], "2026-10-25T23:00:00Z");
    assert_eq!(
        (&sunday["present"], &sunday["expected"]),
        (&100.into(), &100.into())
    );
    assert_eq!(sunday["quality"], "measured");
    // The day whose mail never came.
    let lost: Vec<_> = days.iter().filter(|day| day["value"].is_null()).collect();
    assert_eq!(lost.len(), 1);
    assert_eq!(lost[0]["quality"], "missing");
    assert_eq!(
        (&lost[0]["present"], &lost[0]["expected"]),
        (&0.into(), &96.into())
    );
    let month = rows(
        &home,
        &format!("{FACTORY} --resolution month --from 2026-11-01"),
    );
    assert_eq!(month[0]["expected"], 2880);
    assert_eq!(month[0]["present"], 2112);
    let gas = rows(
        &home,
        "7-20:99.33.17 --resolution day --from 2026-10-24 --to 2026-10-26",
    );
    assert_eq!(gas[0]["start"], "2026-10-24T04:00:00Z");
    assert_eq!((gas.len(), &gas[0]["expected"]), (2, &25.into()));
}

#[test]
fn what_has_no_sum_is_refused_alone_and_left_out_among_many() {
    let home = filled();
    gateway(home.path())
        .args(["values", "1-1:1.8.0", "--resolution", "day"])
        .assert()
        .code(2)
        .stderr(contains("meter readings are not summed"));
    gateway(home.path())
        .args(["values", FACTORY, "--resolution", "week"])
        .assert()
        .code(2)
        .stderr(contains("possible values: quarter, hour, day, month, year"));
    gateway(home.path())
        .args(["values", "7-20:99.33.17", "--resolution", "quarter"])
        .assert()
        .code(2)
        .stderr(contains("its values do not fit into a quarter"));
    gateway(home.path())
        .args(["export", "--resolution", "month", "--format", "ndjson"])
        .assert()
        .success()
        .stderr(contains(
            "left out: DE0001231011500000000000000012345/1-1:1.8.0",
        ));
}

#[test]
fn a_virtual_series_is_listed_read_and_has_the_gaps_of_its_parts() {
    let home = filled();
    let listed = String::from_utf8(stdout(&home, "series site")).unwrap();
    assert!(listed.contains("virtual"), "{listed}");
    let asked = "--from 2026-11-10 --to 2026-11-11";
    let value = |row: &serde_json::Value| row["value"].as_str().unwrap().parse::<f64>().unwrap();
    let site = rows(&home, &format!("site {asked}"));
    let factory = rows(&home, &format!("{FACTORY} {asked}"));
    let roof = rows(&home, &format!("41373559241 {asked}"));
    assert_eq!(site.len(), 96);
    for ((site, factory), roof) in site.iter().zip(&factory).zip(&roof) {
        assert!((value(site) - (value(factory) - value(roof))).abs() < 1e-9);
        assert_eq!(
            (&site["location"], &site["source"]),
            (&"site".into(), &().into())
        );
    }
    let lost = rows(&home, "site --from 2026-11-19 --to 2026-11-20");
    assert!(!lost.is_empty() && lost.iter().all(|row| row["quality"] == "missing"));
    let nothing = rows(&home, &format!("nothing {asked}"));
    assert!(nothing.iter().all(|row| value(row) == 0.0));
    gateway(home.path())
        .args(["values", "lost"])
        .assert()
        .code(2)
        .stderr(contains(
            "virtual series \"lost\": no series fits its term \"10001000100\"",
        ));
}

#[test]
fn a_virtual_series_knows_what_was_known_then() {
    let home = filled();
    let now = rows(&home, "site --from 2026-11-10 --to 2026-11-11");
    let before = rows(
        &home,
        "site --from 2026-11-10 --to 2026-11-11 --as-of 2000-01-01",
    );
    assert_eq!((now.len(), before.len()), (96, 0));
}

#[test]
fn a_circle_of_virtual_series_is_a_fault_of_the_configuration() {
    let home = tempfile::tempdir().unwrap();
    let circle = "[[virtual]]\nname = \"a\"\nterms = [{ series = \"b\" }]\n[[virtual]]\nname = \"b\"\nterms = [{ series = \"a\" }]\n";
    fs::write(home.path().join("gateway.toml"), circle).unwrap();
    gateway(home.path())
        .arg("check-config")
        .assert()
        .code(2)
        .stderr(contains("virtual[0].terms").and(contains("is a part of itself")));
}

#[test]
fn parquet_and_xlsx_hold_what_ndjson_holds() {
    let home = filled();
    let asked = format!("{FACTORY} --from 2026-11-10 --to 2026-11-12");
    let expected = rows(&home, &asked);
    let bytes = stdout(&home, &format!("export {asked} --format parquet"));
    let file = SerializedFileReader::new(bytes::Bytes::from(bytes)).unwrap();
    assert_eq!(file.metadata().file_metadata().num_rows(), 192);
    for (row, expected) in file.get_row_iter(None).unwrap().zip(&expected) {
        let row = row.unwrap();
        let fields: std::collections::HashMap<String, String> = row
            .get_column_iter()
            .map(|(name, field)| (name.clone(), field.to_string()))
            .collect();
        for name in [
            "sender",
            "document",
            "location",
            "obis",
            "qualifier",
            "quality",
        ] {
            let expected = format!("{:?}", expected[name].as_str().unwrap());
            assert_eq!(fields[name], expected, "{name}");
        }
        assert_eq!(fields["source"], expected["source"].to_string());
    }
    stdout(
        &home,
        &format!("export {asked} --format xlsx --out values.xlsx"),
    );
    let mut book: calamine::Xlsx<_> =
        calamine::open_workbook(home.path().join("values.xlsx")).unwrap();
    let sheet = book.worksheet_range("values").unwrap();
    assert_eq!(sheet.height(), 193);
    for (row, expected) in sheet.rows().skip(1).zip(&expected) {
        let value: f64 = expected["value"].as_str().unwrap().parse().unwrap();
        assert_eq!(row[11], Data::Float(value));
    }
}

#[test]
fn the_dialect_of_csv_is_given_by_flags_and_for_csv_alone() {
    let home = filled();
    let asked = format!("values {FACTORY} --from 2026-11-10 --to 2026-11-11");
    let csv = stdout(
        &home,
        &format!("{asked} --format csv --delimiter tab --decimal . --bom false"),
    );
    let csv = String::from_utf8(csv).unwrap();
    assert!(csv.starts_with("sender\treceiver\t"), "{csv}");
    for (flags, told) in [
        (
            "--format csv --delimiter x",
            "must be `;`, `,`, `|` or `tab`",
        ),
        ("--format csv --decimal ;", "must be `,` or `.`"),
        ("--format csv --delimiter ,", "numbers would fall apart"),
        ("--format json --bom true", "go with --format csv"),
    ] {
        gateway(home.path())
            .args(asked.split(' ').chain(flags.split(' ')))
            .assert()
            .code(2)
            .stderr(contains(told));
    }
}

#[test]
fn every_kind_of_picture_is_drawn_as_svg_and_as_png() {
    let home = filled();
    for kind in ["load-profile", "heat-map", "duration", "peaks"] {
        let asked = format!("plot {FACTORY} --from 2026-11-02 --to 2026-11-09 --kind {kind}");
        let svg = String::from_utf8(stdout(&home, &asked)).unwrap();
        assert!(svg.starts_with("<svg ") && !svg.contains("NaN"), "{kind}");
        stdout(
            &home,
            &format!("{asked} --width 400 --height 200 --out {kind}.png"),
        );
        let png = fs::read(home.path().join(format!("{kind}.png"))).unwrap();
        assert!(png.starts_with(b"\x89PNG\r\n"), "{kind}");
    }
    gateway(home.path())
        .args(["plot", FACTORY, "--out", "x.pdf"])
        .assert()
        .code(2)
        .stderr(contains("must end with .svg or .png"));
    gateway(home.path())
        .args(["plot", "1-1:1.8.0", "--kind", "peaks"])
        .assert()
        .code(2)
        .stderr(contains("intervals of an hour at most"));
}
