//! `completions`: for a shell.

use clap_complete::Shell;

use crate::cli::{Done, Failure, output};

/// `completions`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The shell
    shell: Shell,
}

pub(super) fn run(args: &Args) -> Result<Done, Failure> {
    let mut out = output::stdout();
    clap_complete::generate(
        args.shell,
        &mut crate::cli::definition(),
        "mscons-gateway",
        &mut out,
    );
    output::finish(out)?;
    Ok(Done::Well)
}
