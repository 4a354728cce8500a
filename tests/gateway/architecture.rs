//! The house's rules: who may import whom, and what the core never does.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// Which modules a module may import, beside itself. A module that is missing here fails.
const MAY_IMPORT: &[(&str, &[&str])] = &[
    // The core.
    ("access", &[]),
    ("market", &[]),
    ("mailbox", &[]),
    ("text", &["market"]),
    ("edifact", &["market"]),
    ("series", &["market"]),
    ("message", &["market", "edifact", "series"]),
    ("explain", &["edifact", "market", "message", "text"]),
    ("extract", &[]),
    ("sample", &["market", "edifact", "message", "series"]),
    ("format", &["market", "series", "text"]),
    ("chart", &["market", "series", "text"]),
    ("config", &["market", "text"]),
    ("report", &["chart", "config", "market", "series", "text"]),
    // The edges.
    ("clock", &["market"]),
    ("metrics", &[]),
    ("health", &["config", "mail", "market", "oauth"]),
    ("net", &["config"]),
    ("vault", &["config"]),
    (
        "oauth",
        &[
            "clock", "config", "market", "metrics", "net", "text", "vault",
        ],
    ),
    (
        "mail",
        &["config", "mailbox", "market", "metrics", "net", "oauth"],
    ),
    (
        "store",
        &[
            "extract", "mailbox", "market", "series", "config", "metrics",
        ],
    ),
    // The work.
    ("post", &["config", "mail", "message", "store"]),
    (
        "acknowledge",
        &["config", "edifact", "market", "message", "post", "store"],
    ),
    (
        "ingest",
        &[
            "acknowledge",
            "config",
            "extract",
            "edifact",
            "message",
            "mailbox",
            "market",
            "series",
            "store",
            "metrics",
            "clock",
        ],
    ),
    (
        "alert",
        &["clock", "market", "metrics", "net", "store", "text"],
    ),
    ("expect", &["config", "market", "series", "store"]),
    (
        "press",
        &[
            "chart", "clock", "config", "expect", "format", "ingest", "mail", "market", "query",
            "report", "series", "store", "text",
        ],
    ),
    (
        "outbox",
        &[
            "clock", "config", "explain", "ingest", "mail", "market", "metrics", "net", "oauth",
            "post", "store", "text",
        ],
    ),
    (
        "query",
        &["chart", "format", "market", "message", "series", "store"],
    ),
    (
        "request",
        &[
            "acknowledge",
            "config",
            "expect",
            "ingest",
            "mail",
            "market",
            "message",
            "outbox",
            "post",
            "store",
            "text",
        ],
    ),
    (
        "upkeep",
        &[
            "clock", "config", "edifact", "extract", "ingest", "mail", "mailbox", "market",
            "message", "net", "oauth", "series", "store", "text",
        ],
    ),
    // The shells.
    (
        "actors",
        &[
            "alert", "clock", "config", "expect", "health", "ingest", "mail", "mailbox", "market",
            "metrics", "net", "oauth", "outbox", "press", "request", "store", "text",
        ],
    ),
    (
        "web",
        &[
            "access", "chart", "clock", "config", "expect", "format", "health", "ingest", "mail",
            "market", "message", "metrics", "oauth", "outbox", "press", "query", "request",
            "series", "store", "text", "mailbox", "actors", "vault",
        ],
    ),
    (
        "cli",
        &[
            "acknowledge",
            "actors",
            "alert",
            "chart",
            "clock",
            "config",
            "edifact",
            "expect",
            "explain",
            "extract",
            "format",
            "health",
            "ingest",
            "mail",
            "mailbox",
            "market",
            "message",
            "metrics",
            "net",
            "oauth",
            "outbox",
            "press",
            "query",
            "sample",
            "series",
            "store",
            "text",
            "upkeep",
            "request",
            "vault",
            "web",
        ],
    ),
    ("main", &["mscons_gateway"]),
];

/// One library, one place: (word, where it may stand).
const ONE_PLACE: &[(&str, &[&str])] = &[
    ("actix", &["actors", "web", "cli", "main"]),
    ("sled::", &["store"]),
    ("async_imap", &["mail", "cli"]),
    ("mail_parser", &["extract"]),
    ("askama", &["report", "web"]),
    ("croner", &["config"]),
    ("pdf_writer", &["report"]),
    ("reqwest", &["alert", "oauth"]),
    ("oauth2", &["oauth"]),
    ("chacha20poly1305", &["vault"]),
    ("lettre", &["mail"]),
    ("x509_cert", &["net"]),
    ("edi_energy", &["message"]),
    ("edifact_rs", &["message"]),
    ("argon2", &["access"]),
];

/// The core knows no I/O and no clock.
const CORE: &[&str] = &[
    "access", "market", "mailbox", "text", "edifact", "series", "message", "explain", "extract",
    "sample", "format", "chart", "report",
];
const NOT_IN_THE_CORE: &[&str] = &[
    "async fn",
    "tokio::",
    "std::fs",
    "std::net",
    "::now()",
    "println!",
    "SystemTime",
];

#[test]
fn every_import_is_allowed() {
    let allowed: BTreeMap<&str, &[&str]> = MAY_IMPORT.iter().copied().collect();
    let mut faults = Vec::new();
    for line in lines() {
        let Some(may) = allowed.get(line.module.as_str()) else {
            faults.push(format!(
                "{}: module `{}` has no place in MAY_IMPORT",
                line.place, line.module
            ));
            continue;
        };
        for imported in imports(&line.text) {
            if imported != line.module && !may.contains(&imported.as_str()) {
                faults.push(format!(
                    "{}: `{}` may not import `{imported}`",
                    line.place, line.module
                ));
            }
        }
        if line.text.contains("use crate::{") {
            faults.push(format!(
                "{}: `use crate::{{…}}` hides what is imported",
                line.place
            ));
        }
        if line.text.contains("super::") {
            faults.push(format!(
                "{}: `super::` hides what is imported; write `crate::…`",
                line.place
            ));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn each_library_has_one_place() {
    let mut faults = Vec::new();
    for line in lines() {
        for (word, places) in ONE_PLACE {
            let stands = line.text.contains(word)
                && line
                    .text
                    .split(|c: char| !(c.is_alphanumeric() || c == '_' || c == ':'))
                    .any(|t| t.starts_with(word));
            if stands
                && !places.contains(&line.module.as_str())
                && !line.text.contains(&format!("store::{word}"))
            {
                faults.push(format!("{}: `{word}` belongs into {places:?}", line.place));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn the_core_does_no_io_and_asks_no_clock() {
    let mut faults = Vec::new();
    for line in lines()
        .into_iter()
        .filter(|line| CORE.contains(&line.module.as_str()))
    {
        for word in NOT_IN_THE_CORE
            .iter()
            .filter(|word| line.text.contains(**word))
        {
            faults.push(format!("{}: `{word}` in the core", line.place));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

struct Line {
    module: String,
    place: String,
    text: String,
}

/// Every line of code under `src/`, without comments and without the tests at a file's end.
fn lines() -> Vec<Line> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut lines = Vec::new();
    for file in rust_files(&root) {
        let path = file.strip_prefix(&root).unwrap().to_owned();
        if path == Path::new("lib.rs") || path.ends_with("tests.rs") {
            continue;
        }
        let first = path
            .components()
            .next()
            .unwrap()
            .as_os_str()
            .to_str()
            .unwrap();
        let module = first.trim_end_matches(".rs").to_owned();
        for (number, text) in fs::read_to_string(&file).unwrap().lines().enumerate() {
            if text.trim() == "#[cfg(test)]" {
                break;
            }
            if !text.trim_start().starts_with("//") {
                let place = format!("src/{}:{}", path.display(), number + 1);
                lines.push(Line {
                    module: module.clone(),
                    place,
                    text: text.to_owned(),
                });
            }
        }
    }
    assert!(lines.len() > 1_000, "the walk found no code");
    lines
}

fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(rust_files(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
    files.sort();
    files
}

/// The names after `crate::`.
fn imports(text: &str) -> Vec<String> {
    text.match_indices("crate::")
        .filter(|(at, _)| !text[..*at].ends_with(|c: char| c.is_alphanumeric() || c == '_'))
        .map(|(at, word)| {
            text[at + word.len()..]
                .chars()
                .take_while(|c| c.is_alphanumeric() || *c == '_')
                .collect()
        })
        .collect()
}
