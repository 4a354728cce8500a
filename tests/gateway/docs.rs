//! Documents that are written from the source, and must not differ from it.

mod command_line;
mod meanings;
mod quoted;

use std::env;
use std::path::{Path, PathBuf};
use std::{fs, io};

use mscons_gateway::{cli, config, metrics};

fn docs() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("docs")
}

/// Compares a document with what the source says, or writes it if `UPDATE_DOCS` is set.
fn assert_document(name: &str, written: &str) -> io::Result<()> {
    let path = docs().join(name);
    if env::var_os("UPDATE_DOCS").is_some() {
        fs::write(&path, written)?;
    }
    let kept = fs::read_to_string(&path).unwrap_or_default();
    assert!(
        kept == written,
        "docs/{name} differs from the source: UPDATE_DOCS=1 cargo test docs"
    );
    Ok(())
}

#[test]
fn the_reference_of_the_configuration_is_that_of_the_source() -> io::Result<()> {
    assert_document("CONFIG.md", &config::docs::reference())
}

#[test]
fn the_example_configuration_is_that_of_the_source() -> io::Result<()> {
    assert_document("gateway.example.toml", &config::docs::example())
}

#[test]
fn the_reference_of_the_command_line_is_that_of_the_source() -> io::Result<()> {
    assert_document("CLI.md", &command_line::reference())
}

#[test]
fn every_example_of_the_command_line_is_accepted() {
    for example in command_line::examples() {
        // What a shell would make of it: no quotes, nothing from the redirection on.
        let words = example.split(' ').map(|word| word.trim_matches('\''));
        let words = words.take_while(|word| *word != ">");
        let accepted = cli::definition().try_get_matches_from(words);
        assert!(accepted.is_ok(), "{example}: {accepted:?}");
    }
}

#[test]
fn the_reference_of_the_metrics_is_that_of_the_source() -> io::Result<()> {
    assert_document("METRICS.md", &metrics::docs_markdown())
}

#[test]
fn the_remedies_for_exchange_online_are_those_of_the_source() -> io::Result<()> {
    let page = fs::read_to_string(docs().join("exchange-online.md"))?;
    assert_document("exchange-online.md", &meanings::replaced(&page))
}

#[test]
fn the_alert_rules_name_only_metrics_that_exist() {
    let rules = include_str!("../../docs/alerts.rules.yml");
    let is_word = |char: char| char.is_ascii_alphanumeric() || char == '_';
    let named: Vec<&str> = rules
        .split(|char: char| !is_word(char))
        .filter(|word| word.starts_with("mscons_gateway_"))
        .collect();
    assert!(named.len() > 8, "{named:?}");
    for name in named {
        let is_known = metrics::ALL.iter().any(|metric| {
            let part = name.strip_prefix(metric.name);
            part == Some("") || (!metric.buckets.is_empty() && part == Some("_bucket"))
        });
        assert!(is_known, "docs/alerts.rules.yml: no metric {name}");
    }
}

#[test]
fn what_troubleshooting_quotes_is_what_the_program_says() {
    let page = include_str!("../../docs/TROUBLESHOOTING.md");
    let (texts, quotations) = (quoted::texts(), quoted::quotations(page));
    assert!(quotations.len() > 50, "{} quotations", quotations.len());
    let invented: Vec<&&str> = quotations
        .iter()
        .filter(|line| !texts.iter().any(|text| text.contains(**line)))
        .collect();
    assert!(
        invented.is_empty(),
        "no text of the source has {invented:#?}"
    );
}

#[test]
fn prometheus_reads_the_alert_rules_where_it_is_installed() {
    let rules = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/alerts.rules.yml");
    let checked = std::process::Command::new("promtool")
        .args(["check", "rules"])
        .arg(rules)
        .output();
    if let Ok(output) = checked {
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{said}");
    }
}
