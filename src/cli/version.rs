//! `version`: what this is.

use std::io::Write;

use crate::cli::{Done, Failure, output};

pub(super) fn run() -> Result<Done, Failure> {
    let mut out = output::stdout();
    writeln!(out, "mscons-gateway {}", env!("CARGO_PKG_VERSION"))?;
    writeln!(
        out,
        "MSCONS 1.6 to 2.5, {} {}",
        std::env::consts::OS,
        std::env::consts::ARCH
    )?;
    output::finish(out)?;
    Ok(Done::Well)
}
