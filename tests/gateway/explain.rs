//! `explain`: every file beside its meaning, whole, in place, and in both languages.

mod meanings;
mod page;

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use assert_cmd::Command;
use mscons_gateway::edifact::scan::Scanner;
use mscons_gateway::edifact::separators::Separators;
use mscons_gateway::explain::{Part, PieceKind, Source, Step, Tone, Walk, as_text};
use mscons_gateway::message::mscons;
use mscons_gateway::text::Language;
use predicates::prelude::*;
use predicates::str::contains;

use crate::explain::page::faults;
use crate::parse::fixtures;

fn gateway(home: &Path) -> Command {
    let mut command = Command::cargo_bin("mscons-gateway").unwrap();
    command
        .current_dir(home)
        .env_remove("MSCONS_GATEWAY_CONFIG")
        .env("LC_ALL", "C");
    command
}

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("fixtures")
        .join(name)
}

/// Every fixture that is EDIFACT, and its name.
fn all_fixtures() -> Vec<(String, Vec<u8>)> {
    let folders = ["mscons", "pid", "message", "broken"];
    let paths = folders.into_iter().flat_map(fixtures);
    paths
        .map(|path| (path.display().to_string(), fs::read(path).unwrap()))
        .collect()
}

/// A piece of a file, without its findings.
struct Told {
    kind: PieceKind,
    at: usize,
    tag: String,
    raw: String,
    name: Option<&'static str>,
    parts: Vec<Part>,
}

fn pieces(bytes: &[u8], language: Language) -> Vec<Told> {
    let file = mscons::read(bytes);
    let steps = Walk::new(bytes, &file, language);
    let pieces = steps.filter_map(|step| match step {
        Step::Piece(piece) => Some(Told {
            kind: piece.kind,
            at: piece.bytes.start,
            tag: piece.tag().to_owned(),
            raw: piece.raw,
            name: piece.name,
            parts: piece.parts,
        }),
        Step::Interchange(_) | Step::Message(_) | Step::EndOfMessage | Step::Findings(_) => None,
    });
    pieces.collect()
}

#[test]
fn each_segment_of_the_good_fixtures_is_told_once_and_in_order() {
    for path in ["mscons", "pid", "message"].into_iter().flat_map(fixtures) {
        let bytes = fs::read(&path).unwrap();
        let una = bytes.windows(3).position(|three| three == b"UNA");
        let is_usual = |at: usize| matches!(&bytes[at + 3..at + 9], b":+.? '" | b":+,? '");
        if !una.is_none_or(is_usual) {
            continue;
        }
        let mut scanner = Scanner::new(&bytes, 0, Separators::DEFAULT);
        let mut expected = Vec::new();
        while let Some(segment) = scanner.next() {
            if !segment.text.is_empty()
                && !segment.text.ends_with(b"UNA:+.? ")
                && !segment.text.ends_with(b"UNA:+,? ")
            {
                expected.push(segment.offset);
            }
        }
        let told = pieces(&bytes, Language::De).into_iter();
        let segments = told.filter(|piece| piece.kind == PieceKind::Segment);
        let got: Vec<usize> = segments.map(|piece| piece.at).collect();
        assert_eq!(got, expected, "{}", path.display());
    }
}

#[test]
fn nothing_lacks_words_and_both_languages_tell_the_same() {
    let mut same = BTreeSet::new();
    for (name, bytes) in all_fixtures() {
        let (german, english) = (pieces(&bytes, Language::De), pieces(&bytes, Language::En));
        assert_eq!(german.len(), english.len(), "{name}");
        for (de, en) in german.iter().zip(&english) {
            assert_eq!((&de.raw, de.at), (&en.raw, en.at));
            assert_eq!(de.name.is_some(), en.name.is_some(), "{name}: {}", de.raw);
            assert_eq!(de.parts.len(), en.parts.len(), "{name}: {}", de.raw);
            for (de, en) in de.parts.iter().zip(&en.parts) {
                let Part {
                    name: called,
                    value,
                    ..
                } = de;
                assert!(!called.is_empty() && !en.name.is_empty());
                assert_eq!(value, &en.value);
                assert_eq!(de.meaning.is_empty(), en.meaning.is_empty(), "{value}");
                assert_eq!(de.tone, en.tone);
                if de.meaning == en.meaning && !de.meaning.is_empty() {
                    same.insert(de.meaning.clone());
                }
            }
        }
    }
    // Names that both languages share: agencies, codes, formats, units.
    let has_words = |text: &&String| text.split(' ').filter(|word| word.len() > 4).count() > 2;
    let suspects: Vec<&String> = same.iter().filter(has_words).collect();
    assert!(suspects.is_empty(), "{suspects:?}");
}

#[test]
fn every_code_of_the_good_fixtures_is_in_the_dictionary() {
    let mut unknown = BTreeSet::new();
    for folder in ["mscons", "pid", "message"] {
        for path in fixtures(folder) {
            for piece in pieces(&fs::read(&path).unwrap(), Language::En) {
                assert!(piece.name.is_some(), "{}: {}", path.display(), piece.raw);
                for part in piece.parts.iter().filter(|part| part.tone == Tone::Unknown) {
                    unknown.insert(format!("{} {} {}", piece.tag, part.id, part.value));
                }
            }
        }
    }
    // Swiss codes of older versions, and a text that is made up for its umlaut.
    let expected = ["LOC 3055 87", "NAD 3035 HN", "PIA 7143 SWR", "UNB 0026 LG"];
    let unknown: Vec<&str> = unknown.iter().map(String::as_str).collect();
    assert_eq!(unknown, expected);
}

#[test]
fn every_finding_stands_below_the_piece_that_it_is_about() {
    let home = tempfile::tempdir().unwrap();
    for path in fixtures("broken") {
        let parsed = gateway(home.path())
            .args(["parse", "--format", "summary"])
            .arg(&path)
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&parsed.stderr).into_owned();
        let explained = gateway(home.path())
            .args(["explain", "--language", "en"])
            .arg(&path)
            .output()
            .unwrap();
        assert_eq!(parsed.status.code(), explained.status.code(), "{said}");
        let text = String::from_utf8(explained.stdout).unwrap();
        let lines: Vec<&str> = text.lines().collect();
        let place = |line: &str| -> Option<u64> {
            let mut words = line.split_whitespace();
            let is_number = |word: &&str| word.bytes().all(|byte| byte.is_ascii_digit());
            let (first, second) = (words.next()?, words.next()?);
            let indent = line.len() - line.trim_start().len();
            let offset = if is_number(&second) && is_number(&first) {
                second
            } else {
                first
            };
            (1..16).contains(&indent).then(|| offset.parse().ok())?
        };
        let mut found = 0;
        for complaint in said.lines().filter(|line| line.contains(": byte ")) {
            let (_, rest) = complaint.split_once(": byte ").unwrap();
            let (offset, rest) = rest.split_once(", segment ").unwrap();
            let detail = rest.split_once(": ").unwrap().1;
            let offset: u64 = offset.parse().unwrap();
            let at = lines
                .iter()
                .position(|line| line.contains(&format!("]: {detail}")))
                .unwrap_or_else(|| panic!("{}: {detail}\n{text}", path.display()));
            let above = lines[..at]
                .iter()
                .rev()
                .find_map(|line| place(line))
                .unwrap_or(0);
            let below = lines[at..].iter().find_map(|line| place(line));
            assert!(above <= offset, "{}: {detail}\n{text}", path.display());
            assert!(
                below.is_none_or(|below| offset <= below),
                "{}: {detail}\n{text}",
                path.display()
            );
            found += 1;
        }
        let marked = lines.iter().filter(|line| line.contains("]: ")).count();
        assert_eq!(marked, found, "{}\n{said}\n{text}", path.display());
    }
}

#[test]
fn every_finding_of_the_fixtures_is_told_in_german() {
    for path in fixtures("broken") {
        let bytes = fs::read(&path).unwrap();
        let file = mscons::read(&bytes);
        let source = Source {
            name: "a.edi",
            bytes: &bytes,
            file: &file,
        };
        let mut text = Vec::new();
        as_text(&[source], Language::De, &mut text).unwrap();
        let text = String::from_utf8(text).unwrap();
        for finding in mscons_gateway::explain::findings(&file) {
            let detail = format!("]: {}", finding.detail);
            assert!(!text.contains(&detail), "{}: {detail}", path.display());
        }
    }
}

#[test]
fn a_page_is_written_whole_and_the_exit_code_is_that_of_parse() {
    let home = tempfile::tempdir().unwrap();
    let out = home.path().join("explained.html");
    gateway(home.path())
        .arg("explain")
        .arg(fixture("mscons/hand_13018_substitutes_status.edi"))
        .args(["--html", "explained.html"])
        .assert()
        .success()
        .stdout("")
        .stderr(contains("explained in explained.html"));
    let page = fs::read_to_string(&out).unwrap();
    assert!(page.contains("<title>hand_13018_substitutes_status.edi explained</title>"));
    assert!(page.ends_with("</html>\n"));
    gateway(home.path())
        .arg("explain")
        .arg(fixture("broken/bad_number.edi"))
        .args(["--language", "de"])
        .assert()
        .code(1)
        .stdout(contains(
            "!!  Menge ist keine Zahl [bad_number]: die Menge \"1.5x\" ist keine Zahl",
        ));
    assert_eq!(fs::read_dir(home.path()).unwrap().count(), 1);
}

#[test]
fn the_language_is_that_of_the_configuration_or_of_the_terminal() {
    let home = tempfile::tempdir().unwrap();
    let explained = |arguments: &[&str], locale: &str| {
        let output = gateway(home.path())
            .arg("explain")
            .arg(fixture("pid/13017_meter_reading_power.edi"))
            .args(arguments)
            .env("LC_ALL", locale)
            .output()
            .unwrap();
        assert!(output.status.success());
        let text = String::from_utf8(output.stdout).unwrap();
        if text.contains("Zählerstand (Strom)") {
            "de"
        } else {
            "en"
        }
    };
    assert_eq!(explained(&[], "de_DE.UTF-8"), "de");
    assert_eq!(explained(&[], "C"), "en");
    assert_eq!(explained(&["--language", "de"], "C"), "de");
    fs::write(home.path().join("gateway.toml"), "language = \"de\"\n").unwrap();
    assert_eq!(explained(&[], "C"), "de");
    assert_eq!(explained(&["--language", "en"], "de_DE.UTF-8"), "en");
}

#[test]
fn what_cannot_be_explained_is_said_with_what_to_do() {
    let home = tempfile::tempdir().unwrap();
    fs::write(home.path().join("invoice.pdf"), "%PDF-1.7 no message").unwrap();
    for (arguments, code, said) in [
        (
            &["missing.edi"][..],
            1,
            "missing.edi: No such file or directory (os error 2); name one file that can be read, or - for stdin",
        ),
        (&["."], 1, ".: Is a directory (os error 21); name one file"),
        (
            &["invoice.pdf"],
            1,
            "invoice.pdf: holds no EDIFACT (no UNA or UNB was found); name a file that does",
        ),
        (&["invoice.pdf", "--html", "a.html"], 1, "holds no EDIFACT"),
        (&[], 2, "<FILE>"),
        (&["a.edi", "--language", "fr"], 2, "invalid value 'fr'"),
        (&["a.edi", "--config", "none.toml"], 2, "none.toml"),
    ] {
        gateway(home.path())
            .arg("explain")
            .args(arguments)
            .assert()
            .code(code)
            .stdout("")
            .stderr(contains(said));
    }
    gateway(home.path())
        .arg("explain")
        .arg(fixture("pid/13006_cancellation.edi"))
        .args(["--html", "nowhere/a.html"])
        .assert()
        .code(2)
        .stderr(
            contains("nowhere/a.html cannot be written")
                .and(contains("name another file with --html")),
        );
    assert_eq!(fs::read_dir(home.path()).unwrap().count(), 1);
}

#[test]
fn mails_archives_and_stdin_are_explained() {
    let home = tempfile::tempdir().unwrap();
    for (file, names) in [
        ("mail/zip_with_two_files.eml", 2),
        ("mail/outlook_base64_attachment.eml", 1),
    ] {
        let output = gateway(home.path())
            .arg("explain")
            .arg(fixture(file))
            .args(["--html", "-"])
            .output()
            .unwrap();
        let page = String::from_utf8(output.stdout).unwrap();
        let several = if names > 1 { names } else { 0 };
        assert_eq!(
            page.matches("<h2 class=\"file\">").count(),
            several,
            "{file}"
        );
        assert!(faults(&page).is_empty(), "{file}: {:?}", faults(&page));
    }
    let bytes = fs::read(fixture("mscons/contrl_rejected_4_bad_value.edi")).unwrap();
    gateway(home.path())
        .args(["explain", "-"])
        .write_stdin(bytes)
        .assert()
        .success()
        .stdout(contains("stdin\n").and(contains("invalid type of characters")));
}

/// The most memory that a process has had so far (`VmHWM`), in bytes.
fn peak_memory(process: u32) -> Option<u64> {
    let status = fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kib: u64 = line.trim().strip_suffix(" kB")?.trim().parse().ok()?;
    Some(kib << 10)
}

#[test]
fn many_segments_are_told_within_bounded_memory() {
    let home = tempfile::tempdir().unwrap();
    // 200,000 segments, or a third of them.
    let (values, most_memory) = if std::env::var_os("HOSTILE_FULL").is_some() {
        (66_664, 80 << 20)
    } else {
        (22_222, 60 << 20)
    };
    let mut text =
        "UNB+UNOC:3+9905048000007:500+9985046000001:500+261124:0815+R1'UNH+1+MSCONS:D:04B:UN:2.5'\
        UNS+D'NAD+DP'LOC+172+41373559241'LIN+1'PIA+5+1-1?:1.29.0:SRW'"
            .to_owned();
    for value in 0..values {
        write!(
            text,
            "QTY+220:{value}.5'DTM+163:202611222300?+00:303'DTM+164:202611222315?+00:303'"
        )
        .unwrap();
    }
    write!(text, "UNT+{}+1'UNZ+1+R1'", 3 * values + 7).unwrap();
    fs::write(home.path().join("large.edi"), &text).unwrap();
    for (arguments, pieces) in [
        (&[][..], "JJJJMMTTHHMM"),
        (&["--html", "-"], "<div class=\"s"),
    ] {
        let mut child = std::process::Command::new(env!("CARGO_BIN_EXE_mscons-gateway"))
            .args(["explain", "large.edi", "--language", "de"])
            .args(arguments)
            .current_dir(home.path())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut out = child.stdout.take().unwrap();
        let (mut count, mut buffer, mut carried) = (0, vec![0; 1 << 16], String::new());
        let mut peak = 0;
        loop {
            let read = out.read(&mut buffer).unwrap();
            if read == 0 {
                break;
            }
            peak = peak.max(peak_memory(child.id()).unwrap_or(0));
            carried.push_str(&String::from_utf8_lossy(&buffer[..read]));
            let whole = carried.rfind('\n').map_or(0, |at| at + 1);
            count += carried[..whole].matches(pieces).count();
            carried.drain(..whole);
        }
        assert!(child.wait().unwrap().success());
        let expected = if arguments.is_empty() {
            2 * values
        } else {
            3 * values + 9
        };
        assert_eq!(count, expected);
        // A debug build has 38 MB of its own. The third has 2 MB, and its explanation 19 or 31.
        assert!(peak < most_memory, "{} MB", peak >> 20);
    }
}
