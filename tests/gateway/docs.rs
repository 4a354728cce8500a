//! Documents that are written from the source, and must not differ from it.

use std::env;
use std::path::Path;
use std::{fs, io};

use mscons_gateway::config;

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
