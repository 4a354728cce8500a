//! `man`: the manual, one page a command.

use std::fs;
use std::io::Write;
use std::path::PathBuf;

use clap_mangen::Man;

use crate::cli::{Done, Failure, output};

/// `man`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Write one page a command into this directory, instead of all to stdout
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
}

pub(super) fn run(args: &Args) -> Result<Done, Failure> {
    let pages = pages()?;
    if let Some(directory) = &args.out {
        let failed = |error: std::io::Error| {
            let what = format!(
                "--out {} cannot be written to: {error}",
                directory.display()
            );
            Failure::Usage(what)
        };
        fs::create_dir_all(directory).map_err(failed)?;
        for (name, page) in &pages {
            fs::write(directory.join(format!("{name}.1")), page).map_err(failed)?;
        }
        output::note(&format!("{} pages in {}", pages.len(), directory.display()));
    } else {
        let mut out = output::stdout();
        for (_, page) in &pages {
            out.write_all(page)?;
        }
        output::finish(out)?;
    }
    Ok(Done::Well)
}

/// Each page with its name: `mscons-gateway`, `mscons-gateway-run`, …
fn pages() -> std::io::Result<Vec<(String, Vec<u8>)>> {
    let mut program = crate::cli::definition();
    program.build();
    let mut pages = Vec::new();
    add(&program, &mut pages)?;
    Ok(pages)
}

fn add(command: &clap::Command, pages: &mut Vec<(String, Vec<u8>)>) -> std::io::Result<()> {
    let name = command.get_display_name();
    let name = name.unwrap_or_else(|| command.get_name()).to_owned();
    let mut page = Vec::new();
    Man::new(command.clone())
        .title(name.clone())
        .manual("mscons-gateway")
        .render(&mut page)?;
    pages.push((name, page));
    let below = command.get_subcommands();
    for command in below.filter(|below| !below.is_hide_set() && below.get_name() != "help") {
        add(command, pages)?;
    }
    Ok(())
}
