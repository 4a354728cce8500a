//! Fixtures: every `.edi` gives the records beside it, every broken one its findings.

use std::collections::HashSet;
use std::fmt::Write as _;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use flate2::read::GzDecoder;
use mscons_gateway::edifact::Finding;
use mscons_gateway::format::csv::Dialect;
use mscons_gateway::format::{Format, Writer};
use mscons_gateway::market::pid;
use mscons_gateway::message::mscons;
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

pub(crate) fn ndjson(file: &mscons::File) -> String {
    let mut writer = Writer::parsed(Format::Ndjson, Dialect::default(), Vec::new()).unwrap();
    for record in file.interchanges.iter().flat_map(query::parsed) {
        writer.write(&record).unwrap();
    }
    String::from_utf8(writer.finish().unwrap()).unwrap()
}

/// The records that a fixture must give, written beside it; the longest are packed.
fn records_beside(path: &Path) -> String {
    let plain = path.with_extension("ndjson");
    if plain.exists() {
        return fs::read_to_string(plain).unwrap();
    }
    let packed = File::open(path.with_extension("ndjson.gz")).unwrap();
    io::read_to_string(GzDecoder::new(packed)).unwrap()
}

#[test]
fn every_fixture_gives_the_records_beside_it() {
    for path in fixtures("mscons") {
        let file = mscons::read(&fs::read(&path).unwrap());
        let expected = records_beside(&path);
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

fn findings(file: &mscons::File) -> Vec<&Finding> {
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

/// A message with one value; `quantity` is its QTY.
fn message(number: u32, quantity: &str) -> String {
    format!(
        "UNH+{number}+MSCONS:D:04B:UN:2.5'BGM+Z48+D{number}+9'UNS+D'NAD+DP'LOC+172+41373559241'\
         LIN+1'PIA+5+1-1?:1.29.0:SRW'{quantity}'DTM+163:202611222300?+00:303'\
         DTM+164:202611222315?+00:303'UNT+11+{number}'"
    )
}

#[test]
fn harmless_findings_never_hide_those_that_bar() {
    let harmless = "XXX'".repeat(5_000);
    let bytes = format!(
        "UNB+UNOC:3+S+R+261124:0815+R1'{}{}{}UNZ+3+R1'",
        message(1, &format!("{harmless}QTY+220:1")),
        message(2, "QTY+220:x"),
        message(3, "QTY+220:3"),
    );
    let file = mscons::read(bytes.as_bytes());
    let [interchange] = &file.interchanges[..] else {
        panic!("{} interchanges", file.interchanges.len());
    };
    let is_barred: Vec<bool> = interchange.messages.iter().map(|m| m.is_barred).collect();
    assert_eq!(is_barred, [false, true, false]);
    let found = &interchange.findings;
    assert!(found.len() <= 1_000);
    let barring: Vec<&Finding> = found.iter().filter(|f| f.code.bars_message()).collect();
    assert_eq!(barring.len(), 1);
    assert_eq!(barring[0].place.message.as_deref(), Some("2"));
    assert!(found.last().unwrap().detail.contains("findings more"));
}

#[test]
fn a_message_is_barred_though_there_is_no_room_for_its_finding() {
    let bad = "QTY+220:x'".repeat(5_000);
    let bytes = format!(
        "UNB+UNOC:3+S+R+261124:0815+R1'{}{}UNZ+2+R1'",
        message(1, &format!("{bad}QTY+220:1")),
        message(2, "QTY+220:x"),
    );
    let file = mscons::read(bytes.as_bytes());
    assert_eq!(file.interchanges[0].findings.len(), 1_000);
    assert!(file.interchanges[0].messages.iter().all(|m| m.is_barred));
}

#[test]
fn groups_share_their_names() {
    let location = "X".repeat(200);
    let place = format!("QTY+220:1'LOC+172+{location}'LIN+1'PIA+5+1-1?:1.29.0:SRW'");
    let other = format!("{place}QTY+220:1'LIN+2'PIA+5+1-1?:2.29.0:SRW'").repeat(500);
    let bytes = format!(
        "UNB+UNOC:3+S+R+261124:0815+R1'{}UNZ+1+R1'",
        message(1, &format!("{other}QTY+220:1"))
    );
    let file = mscons::read(bytes.as_bytes());
    let groups = &file.interchanges[0].messages[0].groups;
    assert!(groups.len() > 900, "{}", groups.len());
    let texts = groups.iter().filter_map(|group| group.location.as_ref());
    let copies: HashSet<*const u8> = texts.map(|text| text.as_ptr()).collect();
    assert_eq!(copies.len(), 2);
}

#[test]
fn every_pruefidentifikator_has_a_fixture() {
    let files: Vec<mscons::File> = fixtures("mscons")
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
