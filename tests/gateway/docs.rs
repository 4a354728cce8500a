//! Documents that are written from the source, and must not differ from it.

mod command_line;

use std::env;
use std::path::Path;
use std::{fs, io};

use mscons_gateway::{cli, config, metrics};

/// Compares a document with what the source says, or writes it if `UPDATE_DOCS` is set.
fn assert_document(name: &str, written: &str) -> io::Result<()> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("docs")
        .join(name);
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
