//! `check-config`: every fault of the configuration at once.

use std::path::Path;

use crate::cli::{Done, Failure, open, output};
use crate::config::check;

pub(super) fn run(path: &Path) -> Result<Done, Failure> {
    if !path.is_file() {
        return Err(Failure::Usage(format!(
            "{} does not exist; `mscons-gateway init` writes one, docs/gateway.example.toml shows one",
            path.display()
        )));
    }
    let config = open::config(path)?;
    for hint in check::hints(&config) {
        output::note(&format!("{}: {}: {}", path.display(), hint.key, hint.what));
    }
    output::note(&format!(
        "{}: good, {} mailbox(es)",
        path.display(),
        config.mailbox.len()
    ));
    Ok(Done::Well)
}
