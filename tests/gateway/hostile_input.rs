//! Files that mean harm, each in a mail through the whole program beside a good mail: it ends,
//! within bounded memory, says what it found, and the good mail's values are there.
//!
//! `HOSTILE_FULL=1` (`tests/hostile`) makes them as large as a mailbox lets through.

mod made;

use std::fs;
use std::io::Read;
use std::process::Stdio;
use std::time::Duration;

use mscons_gateway::extract::{Bounds, candidates};
use mscons_gateway::{clock, sample};

use crate::run::gateway::{Home, program};
use crate::support::{is_release, memory};

/// The most that the gateway may hold in memory, whatever a mail holds. The pages of a debug build
/// are some 50 MB more.
fn most_memory() -> u64 {
    (if is_release() { 150 } else { 205 }) << 20
}

/// A hostile mail.
struct Case {
    name: &'static str,
    mail: fn() -> Vec<u8>,
    /// What `fetch` says of it.
    outcome: &'static str,
    /// What quarantine says of it; empty if nothing is there.
    reason: &'static str,
}

const QUARANTINED: &str = "1 with something in quarantine";
const STORED: &str = "1 stored durably";

/// A size: a tenth of it where not all is asked for.
fn size(full: usize) -> usize {
    if is_full() { full } else { full / 10 }
}

fn is_full() -> bool {
    std::env::var_os("HOSTILE_FULL").is_some()
}

const MB: usize = 1_000_000;

const SEGMENTS: [Case; 8] = [
    Case {
        name: "a segment of 100 MB",
        mail: || {
            let segment = format!("FTX+AAA+++{}'", made::text(100 * MB));
            made::attached(&made::zipped(&[("a.edi", &made::with(&segment))]))
        },
        outcome: QUARANTINED,
        reason: "a segment of 100000010 bytes; 65536 are the most that is read",
    },
    Case {
        name: "a segment of 100 MB in lines",
        mail: || {
            let lines = format!("{}\r\n", made::text(998)).repeat(100 * MB / 1_000);
            let segment = format!("FTX+AAA+++{lines}'");
            made::attached(&made::zipped(&[("a.edi", &made::with(&segment))]))
        },
        outcome: QUARANTINED,
        reason: "bytes; 65536 are the most that is read",
    },
    Case {
        name: "a segment of 1,000,000 elements",
        mail: || made::attached(&made::with(&format!("FTX{}'", "+1".repeat(MB)))),
        outcome: QUARANTINED,
        reason: "a segment of 2000003 bytes",
    },
    Case {
        name: "a message of 5,000,000 tiny segments",
        mail: || made::plain(&made::with(&"A'".repeat(size(5 * MB)))),
        outcome: STORED,
        reason: "",
    },
    Case {
        name: "a message of 5,000,000 values without time",
        mail: || made::plain(&made::with(&"QTY+1:1'".repeat(size(5 * MB).max(1_600_000)))),
        outcome: QUARANTINED,
        reason: "more than 1500000 values",
    },
    Case {
        name: "UNA with every separator the same",
        mail: || made::plain(&[b"UNA++++++", &made::with("")[..]].concat()),
        outcome: STORED,
        reason: "",
    },
    Case {
        name: "NULs everywhere",
        mail: || {
            let nul = "\0".repeat(size(100_000));
            let text = String::from_utf8(made::with("")).unwrap();
            let text = text.replace('\'', &format!("'{nul}"));
            made::attached(format!("{nul}{text}").as_bytes())
        },
        outcome: STORED,
        reason: "",
    },
    Case {
        name: "50 MB of base64 without a terminator",
        mail: || {
            let digits = made::digits(size(38 * MB));
            made::attached(format!("UNB+UNOC:3+{digits}").as_bytes())
        },
        outcome: QUARANTINED,
        reason: "have no segment terminator",
    },
];

const MANY: [Case; 5] = [
    Case {
        name: "200,000 messages that say nothing",
        mail: || made::plain(&made::empty_messages(200_000)),
        outcome: QUARANTINED,
        reason: "or 10000 messages in one interchange",
    },
    Case {
        name: "1,000,000 interchanges",
        mail: || made::plain(&made::interchanges(size(MB))),
        outcome: QUARANTINED,
        reason: "1000 interchanges with something that cannot be stored in one mail are the most",
    },
    Case {
        name: "10,000 multiparts inside each other",
        mail: || made::nested_parts(10_000),
        outcome: QUARANTINED,
        reason: "more than 16 multiparts inside each other",
    },
    Case {
        name: "10,000 mails inside each other",
        mail: || made::nested_mails(10_000),
        outcome: QUARANTINED,
        reason: "more than 8 mails and archives inside each other",
    },
    Case {
        name: "100,000 parts",
        mail: || made::parts(100_000),
        outcome: QUARANTINED,
        reason: "more than 10000 parts and archive entries",
    },
];

const PACKED: [Case; 8] = [
    Case {
        name: "zip in zip in gz",
        mail: || {
            let inner = made::zipped(&[("a.edi", &made::with(""))]);
            let outer = made::zipped(&[("inner.zip", &inner)]);
            made::attached(&made::gzipped(&outer))
        },
        outcome: STORED,
        reason: "",
    },
    Case {
        name: "a zip that states too small a size",
        mail: || made::attached(&made::lying_zip(&made::with(""), 7)),
        outcome: QUARANTINED,
        reason: "larger than its declared uncompressed size",
    },
    Case {
        name: "a zip that states 4 GB",
        mail: || made::attached(&made::lying_zip(&made::with(""), u32::MAX - 1)),
        outcome: STORED,
        reason: "",
    },
    Case {
        name: "a zip bomb (ratio 1,000)",
        mail: || {
            let bomb = format!("UNB+{}", "A".repeat(size(2_000 * MB)));
            made::attached(&made::zipped(&[("a.edi", bomb.as_bytes())]))
        },
        outcome: QUARANTINED,
        reason: "more than 200 times its size: looks like a bomb",
    },
    Case {
        name: "a flat zip bomb of 100 entries",
        mail: || {
            let bomb = format!("UNB+{}", "A".repeat(size(20 * MB)));
            let names: Vec<String> = (0..100).map(|number| number.to_string()).collect();
            let entries: Vec<(&str, &[u8])> = names
                .iter()
                .map(|name| (name.as_str(), bomb.as_bytes()))
                .collect();
            made::attached(&made::zipped(&entries))
        },
        outcome: QUARANTINED,
        reason: "more than 200 times its size: looks like a bomb",
    },
    Case {
        name: "a zip bomb of 9,000 overlapping entries",
        mail: || {
            let bomb = format!("UNB+{}", made::text(MB));
            made::attached(&made::overlapping_zip(bomb.as_bytes(), 9_000))
        },
        outcome: QUARANTINED,
        reason: "its entries overlap: looks like a bomb",
    },
    Case {
        name: "a gz bomb",
        mail: || {
            let bomb = format!("UNB+{}", "A".repeat(size(2_000 * MB)));
            made::attached(&made::gzipped(bomb.as_bytes()))
        },
        outcome: QUARANTINED,
        reason: "more than 200 times its size: looks like a bomb",
    },
    Case {
        name: "a zip that unpacks to 500 MB, as real files do",
        mail: || {
            let file = format!("UNB+{}", made::text(size(500 * MB).max(200 * MB)));
            made::attached(&made::zipped(&[("a.edi", file.as_bytes())]))
        },
        outcome: QUARANTINED,
        reason: "bytes at once",
    },
];

const TEXTS: [Case; 5] = [
    Case {
        name: "10 MB of header fields",
        mail: || made::behind(&"X-Filler: some words that nobody reads\r\n".repeat(10 * MB / 40)),
        outcome: STORED,
        reason: "",
    },
    Case {
        name: "a header field of 10 MB that never folds",
        mail: || made::behind(&format!("Subject: {}\r\n", "x ".repeat(5 * MB))),
        outcome: STORED,
        reason: "",
    },
    Case {
        name: "a header field of 10 MB that folds at every word",
        mail: || made::behind(&format!("Subject: {}\r\n", "x\r\n ".repeat(10 * MB / 4))),
        outcome: STORED,
        reason: "",
    },
    Case {
        name: "soft line breaks without end",
        mail: || made::soft_breaks(size(15 * MB)),
        outcome: STORED,
        reason: "",
    },
    Case {
        name: "a line of 50 MB",
        mail: || made::plain(made::text(size(50 * MB)).as_bytes()),
        outcome: "1 without EDIFACT",
        reason: "",
    },
];

#[test]
fn hostile_segments_end_within_bounded_memory() {
    SEGMENTS.iter().for_each(by_mail);
}

#[test]
fn hostile_numbers_end_within_bounded_memory() {
    MANY.iter().for_each(by_mail);
}

#[test]
fn hostile_archives_end_within_bounded_memory() {
    PACKED.iter().for_each(by_mail);
}

#[test]
fn hostile_texts_end_within_bounded_memory() {
    TEXTS.iter().for_each(by_mail);
}

#[test]
fn a_hostile_file_is_imported_and_parsed_within_bounded_memory() {
    let home = Home::new();
    home.configure(&[]);
    let (file, good) = (home.path("hostile.edi"), home.path("good.eml"));
    let segment = format!("FTX+AAA+++{}'", made::text(100 * MB));
    fs::write(&file, made::with(&segment)).unwrap();
    fs::write(&good, sample::load_profile_mail(0).bytes).unwrap();
    let [file, good] = [&file, &good].map(|path| path.to_str().unwrap());
    let ended = run(
        "a file with a segment of 100 MB",
        &home,
        &["import", file, good],
    );
    assert_eq!(ended.code, Some(1), "{}", ended.said);
    assert!(
        ended
            .said
            .contains("1 stored, 0 known already, 1 in quarantine"),
        "{}",
        ended.said
    );
    assert_eq!(good_values(&home), 96);
    assert!(reasons(&home).contains("a segment of 100000010 bytes"));
    let parse = ["parse", "--format", "summary", file, good];
    let ended = run("a file with a segment of 100 MB", &home, &parse);
    assert_eq!(ended.code, Some(1), "{}", ended.said);
    assert!(
        ended.said.contains("a segment of 100000010 bytes"),
        "{}",
        ended.said
    );
    let ended = run(
        "a file with a segment of 100 MB",
        &home,
        &["validate", file, good],
    );
    assert_eq!(ended.code, Some(1), "{}", ended.said);
}

/// The values of the good mail.
fn good_values(home: &Home) -> usize {
    let mail = sample::load_profile_mail(0).bytes;
    let file = candidates(&mail, &Bounds::default()).candidates.remove(0);
    let text = String::from_utf8(file.bytes).unwrap();
    let location = text.split("LOC+172+").nth(1).unwrap();
    let location = location.split('\'').next().unwrap();
    let (code, lines, errors) = home.command(&["export", location, "--format", "ndjson"]);
    assert_eq!(code, Some(0), "{errors}");
    lines.lines().count()
}

/// Fetches a hostile mail from one Maildir, and a good one from another.
fn by_mail(case: &Case) {
    let home = Home::new();
    home.configure(&[home.maildir("hostile", ""), home.maildir("mails", "")]);
    let mail = (case.mail)();
    let mib = mail.len() >> 20;
    assert!(mib < 50, "{}: a mail of {mib} MiB is not read", case.name);
    fs::write(home.path("hostile/new/1"), mail).unwrap();
    home.deliver("mails", 0);
    let ended = run(case.name, &home, &["fetch"]);
    assert_eq!(ended.code, Some(0), "{}: {}", case.name, ended.said);
    let line = ended.said.lines().find(|line| line.contains("hostile: "));
    assert!(
        line.is_some_and(|line| line.contains(case.outcome)),
        "{}: {}",
        case.name,
        ended.said
    );
    assert!(
        ended.said.contains("mails: 1 new mails, 1 stored durably"),
        "{}: {}",
        case.name,
        ended.said
    );
    assert_eq!(good_values(&home), 96, "{}", case.name);
    let reasons = reasons(&home);
    if case.reason.is_empty() {
        assert_eq!(reasons, "", "{}", case.name);
    } else {
        assert!(reasons.contains(case.reason), "{}: {reasons}", case.name);
    }
}

/// All that quarantine says, of its newest entry.
fn reasons(home: &Home) -> String {
    let (_, list, _) = home.command(&["quarantine"]);
    let Some(newest) = list.lines().skip(1).last() else {
        return String::new();
    };
    let number = newest.split_whitespace().next().unwrap();
    let (code, shown, said) = home.command(&["quarantine", "show", number]);
    assert_eq!(code, Some(0), "{said}");
    shown
}

/// How a command ended.
struct Ended {
    code: Option<i32>,
    said: String,
}

/// Runs a command to its end, within the bound of memory.
#[expect(clippy::print_stderr, reason = "the figures are for the one who looks")]
fn run(name: &str, home: &Home, arguments: &[&str]) -> Ended {
    let begun = clock::monotonic();
    let mut child = program(&home.config(), arguments)
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stderr = child.stderr.take().unwrap();
    let reader = std::thread::spawn(move || {
        let mut said = String::new();
        stderr.read_to_string(&mut said).unwrap();
        said
    });
    let mut peak = 0;
    let status = loop {
        peak = memory::peak(child.id()).unwrap_or(peak);
        if let Some(status) = child.try_wait().unwrap() {
            break status;
        }
        assert!(begun.elapsed() < LIMIT, "{name} does not end");
        std::thread::sleep(Duration::from_millis(2));
    };
    let said = reader.join().unwrap();
    let command = arguments.first().unwrap();
    eprintln!(
        "{name}: {command}: peak {} MB, {:.1} s",
        peak >> 20,
        begun.elapsed().as_secs_f64()
    );
    assert!(!said.contains("panic"), "{name}: {said}");
    assert!(peak < most_memory(), "{name}: {} MB\n{said}", peak >> 20);
    Ended {
        code: status.code(),
        said,
    }
}

/// Long enough for the largest in a debug build.
const LIMIT: Duration = Duration::from_mins(5);
