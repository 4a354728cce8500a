//! What we write is right by the AHB: crate `edi-energy` has its rules, read from the documents of
//! the market, and every message of ours is put before it.

mod hand;
mod message;
mod skeleton;
mod teeth;

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use edi_energy::{AnyMessage, EdiEnergyMessage, MessageType, Platform, Release};
use mscons_gateway::extract::{Bounds, candidates};
use mscons_gateway::market::calendar::Day;
use mscons_gateway::market::pid;
use mscons_gateway::message::ahb::{Becomes, excuse};
use mscons_gateway::message::mscons;
use mscons_gateway::message::mscons::kind::{self, Kind};
use mscons_gateway::message::mscons::write::{Version, write};
use mscons_gateway::sample::{self, SampleMail};
use proptest::prelude::*;

use crate::parse::ndjson;

/// Prüfidentifikator, rule, what is wrong.
pub(crate) type Issue = (u32, String, String);

/// Puts an interchange before the rules.
///
/// A green that checked nothing would be a lie: it is an error if a message's Prüfidentifikator
/// has no rules.
pub(crate) fn issues(bytes: &[u8]) -> Vec<Issue> {
    let mut issues = all_issues(bytes);
    issues.retain(|(_, rule, says)| !is_silent(rule, says));
    issues
}

/// Whether a rule is faulty, or cannot be decided.
fn is_silent(rule: &str, says: &str) -> bool {
    excuse(rule, says).is_some_and(|excuse| excuse.becomes == Becomes::Silent)
}

/// The same, faulty rules included.
pub(crate) fn all_issues(bytes: &[u8]) -> Vec<Issue> {
    static PLATFORM: LazyLock<Platform> = LazyLock::new(Platform::with_all_profiles);
    let interchange = match PLATFORM.parse_interchange_full(bytes) {
        Ok(interchange) => interchange,
        Err(error) => return vec![(0, "PARSE".to_owned(), error.to_string())],
    };
    let messages = interchange.messages.iter();
    let messages: Vec<&AnyMessage> = messages.map(|envelope| &envelope.message).collect();
    assert!(!messages.is_empty(), "nothing was checked");
    messages
        .into_iter()
        .flat_map(|message| issues_of(&PLATFORM, message))
        .collect()
}

/// A month of quarter hours in one message, and what the rules say of it: the crate takes seconds,
/// with the square of a message.
fn month() -> &'static (Vec<u8>, Vec<Issue>) {
    static MONTH: LazyLock<(Vec<u8>, Vec<Issue>)> = LazyLock::new(|| {
        let bytes = sample::corpus(1);
        let issues = issues(&bytes);
        (bytes, issues)
    });
    &MONTH
}

fn issues_of(platform: &Platform, message: &AnyMessage) -> Vec<Issue> {
    let pid = match message.detect_pruefidentifikator() {
        Ok(pid) => pid,
        Err(error) => return vec![(0, "PARSE".to_owned(), error.to_string())],
    };
    let number = pid.as_u32();
    let registry = platform.registry();
    let is_known = |kind| registry.pid_has_ahb_rules(kind, pid);
    if !message.try_message_type().is_some_and(is_known) {
        return vec![(number, "NO-RULES".to_owned(), "was not checked".to_owned())];
    }
    let report = match platform.validate(message) {
        Ok(report) => report,
        Err(error) => return vec![(number, "NO-RULES".to_owned(), error.to_string())],
    };
    report
        .iter_issues()
        .map(|issue| {
            let rule = issue.rule_id.clone().unwrap_or_default();
            (number, rule, issue.message.clone())
        })
        .collect()
}

fn example(kind: Kind, version: Version, seed: u64) -> Vec<u8> {
    write(&sample::example(kind.pid, version, seed).unwrap()).unwrap()
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/pid")
}

/// Where the fixture of a Prüfidentifikator is: `13018_load_profile_of_a_metering_location.edi`.
fn fixture(pid: u32) -> PathBuf {
    let name = pid::find(pid).unwrap().name.to_lowercase();
    let words = name.split(|c: char| !c.is_alphanumeric());
    let words: Vec<&str> = words.filter(|word| !word.is_empty()).collect();
    folder().join(format!("{pid}_{}.edi", words.join("_")))
}

/// The fixtures are for people and other programs; `UPDATE_FIXTURES=1` writes them.
#[test]
fn every_pruefidentifikator_has_a_fixture_that_the_generator_makes() {
    let is_update = std::env::var_os("UPDATE_FIXTURES").is_some();
    for kind in kind::ALL {
        let bytes = example(kind, Version::V25, u64::from(kind.pid));
        let records = ndjson(&mscons::read(&bytes));
        let path = fixture(kind.pid);
        if is_update {
            fs::create_dir_all(folder()).unwrap();
            fs::write(&path, &bytes).unwrap();
            fs::write(path.with_extension("ndjson"), &records).unwrap();
        }
        let known = fs::read(&path).unwrap_or_default();
        assert!(known == bytes, "{}", path.display());
        let known = fs::read_to_string(path.with_extension("ndjson")).unwrap_or_default();
        assert_eq!(known, records, "{}", path.display());
    }
    let files = fs::read_dir(folder()).unwrap().count();
    assert_eq!(files, 2 * kind::ALL.len(), "none is left over");
}

#[test]
fn every_fixture_of_a_pruefidentifikator_is_right() {
    for kind in &kind::ALL {
        let issues = issues(&fs::read(fixture(kind.pid)).unwrap());
        assert!(issues.is_empty(), "{issues:#?}");
    }
}

/// The rules of the envelope are in the crate, but nothing applies them.
#[test]
fn the_envelope_says_what_the_ahb_wants() {
    let platform = Platform::with_all_profiles();
    for release in ["2.4c", "2.5"] {
        let release = Release::new(release);
        let profile = platform
            .registry()
            .profile(MessageType::Mscons, &release)
            .unwrap();
        for kind in kind::ALL {
            let case = profile.anwendungsfall(kind.pid).unwrap();
            let rules = |element: &'static str| {
                let rules = case
                    .element_rules(UNB)
                    .filter(move |rule| rule.de == element);
                rules
                    .flat_map(|rule| &rule.operands)
                    .filter_map(|operand| operand.code.as_deref())
            };
            let file = mscons::read(&fs::read(fixture(kind.pid)).unwrap());
            let interchange = &file.interchanges[0];
            assert!(
                rules("0026").any(|code| code == interchange.application),
                "{kind:?}"
            );
            for qualifier in [
                &interchange.sender_qualifier,
                &interchange.receiver_qualifier,
            ] {
                assert!(rules("0007").any(|code| code == qualifier), "{kind:?}");
            }
        }
    }
}

/// The number that UNB has in the rules.
const UNB: &str = "00002";

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    #[test]
    fn whatever_we_write_is_right(kind in proptest::sample::select(&kind::ALL[..]), is_old: bool, seed: u64) {
        let version = if is_old { Version::V24c } else { Version::V25 };
        let bytes = example(kind, version, seed);
        let issues = issues(&bytes);
        prop_assert!(issues.is_empty(), "{issues:#?}\n{}", String::from_utf8_lossy(&bytes));
    }
}

/// The EDIFACT in a mail that is not odd on purpose.
fn edifact(mail: &SampleMail) -> Vec<Vec<u8>> {
    if mail.name == "truncated" {
        return Vec::new();
    }
    let found = candidates(&mail.bytes, &Bounds::default()).candidates;
    found.into_iter().map(|file| file.bytes).collect()
}

/// The segments and qualifiers of a file, runs of the same taken together.
fn shape(file: &[u8]) -> Vec<Vec<u8>> {
    let name = |segment: &[u8]| {
        let is_end = |byte: &u8| matches!(byte, b':' | b'+');
        let (tag, rest) = segment.split_at(segment.len().min(4));
        let qualifier = rest.split(|byte| is_end(byte)).next().unwrap_or_default();
        let names_values = [b"RFF+", b"DTM+", b"QTY+", b"STS+", b"LOC+", b"CCI+"];
        let is_kind = names_values.iter().any(|known| tag == *known);
        [tag, if is_kind { qualifier } else { b"" }].concat()
    };
    let mut shape: Vec<Vec<u8>> = Vec::new();
    for segment in file.split(|byte| *byte == b'\'') {
        let name = name(segment);
        // A value is a few segments, and stands there some thousand times.
        let recent = shape.len().saturating_sub(VALUE_SEGMENTS);
        if !shape[recent..].contains(&name) {
            shape.push(name);
        }
    }
    shape
}

/// How many files of one shape are put before the rules.
const LOOKED_AT: u32 = 3;
const VALUE_SEGMENTS: usize = 6;

#[test]
fn the_demo_is_right_whenever_it_is_shown() {
    // With a whole month of 2.5 and the change of the clock in autumn; with the change from 2.4c to
    // 2.5; with a month's end among the odd days.
    for today in ["2026-11-24", "2026-10-02", "2026-12-03"] {
        let mails = sample::demo(Day::parse(today).unwrap(), 1);
        let files: Vec<Vec<u8>> = mails.iter().flat_map(edifact).collect();
        assert!(files.len() > 190, "{}", files.len());
        let mut shapes = HashMap::new();
        for file in &files {
            // Most mails differ in their numbers alone.
            let alike = shapes.entry(shape(file)).or_insert(0);
            *alike += 1;
            if *alike <= LOOKED_AT {
                let issues = issues(file);
                assert!(issues.is_empty(), "{today}: {issues:#?}");
            }
        }
        assert!(shapes.len() >= 5, "{}", shapes.len());
    }
}

#[test]
fn bulk_mails_and_the_corpus_are_right() {
    let mails = [0, 999, 87_000].map(sample::load_profile_mail);
    let files: Vec<Vec<u8>> = mails.iter().flat_map(edifact).collect();
    assert_eq!(files.len(), 3);
    for file in files {
        let issues = issues(&file);
        assert!(issues.is_empty(), "{issues:#?}");
    }
    let (_, issues) = month();
    assert!(issues.is_empty(), "{issues:#?}");
}
