//! Fixtures: every `.edi` gives the records beside it, every broken one its findings.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use mscons_gateway::edifact::Finding;
use mscons_gateway::format::csv::Dialect;
use mscons_gateway::format::{Format, Writer};
use mscons_gateway::market::pid;
use mscons_gateway::message::mscons::{self, File};
use mscons_gateway::query;

pub(crate) fn fixtures(folder: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("fixtures")
        .join(folder);
    let mut files: Vec<PathBuf> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "edi"))
        .collect();
    files.sort();
    assert!(!files.is_empty());
    files
}

pub(crate) fn ndjson(file: &File) -> String {
    let mut writer = Writer::parsed(Format::Ndjson, Dialect::default(), Vec::new()).unwrap();
    for record in file.interchanges.iter().flat_map(query::parsed) {
        writer.write(&record).unwrap();
    }
    String::from_utf8(writer.finish().unwrap()).unwrap()
}

#[test]
fn every_fixture_gives_the_records_beside_it() {
    for path in fixtures("mscons") {
        let file = mscons::read(&fs::read(&path).unwrap());
        let expected = fs::read_to_string(path.with_extension("ndjson")).unwrap();
        let got = ndjson(&file);
        for (number, (got, expected)) in got.lines().zip(expected.lines()).enumerate() {
            assert_eq!(got, expected, "{}, line {}", path.display(), number + 1);
        }
        assert_eq!(
            got.lines().count(),
            expected.lines().count(),
            "{}",
            path.display()
        );
    }
}

fn findings(file: &File) -> Vec<&Finding> {
    let mut all: Vec<&Finding> = file
        .findings
        .iter()
        .chain(file.interchanges.iter().flat_map(|i| &i.findings))
        .collect();
    all.sort_by_key(|finding| finding.place.offset_bytes);
    all
}

/// `UPDATE_FIXTURES=1` writes what is found; look at the difference before you keep it.
#[test]
fn every_broken_fixture_has_the_findings_beside_it() {
    for path in fixtures("broken") {
        let file = mscons::read(&fs::read(&path).unwrap());
        let mut got = String::new();
        for finding in findings(&file) {
            let code = serde_json::to_value(finding.code).unwrap();
            let barring = if finding.code.bars_message() {
                " bars"
            } else {
                ""
            };
            writeln!(got, "{}{barring}: {finding}", code.as_str().unwrap()).unwrap();
        }
        let beside = path.with_extension("findings");
        if std::env::var_os("UPDATE_FIXTURES").is_some() {
            fs::write(&beside, &got).unwrap();
        }
        let expected = fs::read_to_string(&beside).unwrap_or_default();
        assert_eq!(got, expected, "{}", path.display());
    }
}

#[test]
fn every_pruefidentifikator_has_a_fixture() {
    let files: Vec<File> = fixtures("mscons")
        .iter()
        .map(|path| mscons::read(&fs::read(path).unwrap()))
        .collect();
    let messages = || {
        files
            .iter()
            .flat_map(|f| &f.interchanges)
            .flat_map(|i| &i.messages)
    };
    for pid in &pid::ALL {
        // Old numbers, of which no real message is at hand.
        let is_old = matches!(pid.number, 13_001 | 13_024);
        assert!(
            is_old || messages().any(|message| message.pid == Some(pid.number)),
            "{} ({})",
            pid.number,
            pid.name
        );
    }
    assert!(messages().any(|message| message.kind == "MSCONS" && message.pid.is_none()));
}
