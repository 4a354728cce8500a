//! `init`: from a few questions to a configuration that works.

mod dialogue;
mod probe;
mod terminal;

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use crate::cli::init::dialogue::{Dialogue, Setup};
use crate::cli::init::terminal::Ended;
use crate::cli::terminal::language;
use crate::cli::{Done, Failure, open, output};
use crate::config::{self, docs};
use crate::text::Text;

/// `init`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The file to write
    #[arg(long, value_name = "FILE", default_value = open::DEFAULT_FILE)]
    out: PathBuf,
    /// Ask nothing: write every key with its default, and a mailbox to fill in
    #[arg(long)]
    defaults: bool,
    /// Write over a file that is there
    #[arg(long)]
    force: bool,
}

pub(super) fn run(args: &Args) -> Result<Done, Failure> {
    if args.out.exists() && !args.force {
        return Err(Failure::Usage(format!(
            "{} is there already; name another file with --out, or write over it with --force",
            args.out.display()
        )));
    }
    let file = args.out.display().to_string();
    let text = Text::new(language());
    if args.defaults {
        write(&args.out, &docs::example(), false)?;
        output::note(&text.init_written(&file));
        return Ok(Done::Well);
    }
    let setup = match Dialogue::new(&text, &file)?.run() {
        Ok(Some(setup)) => setup,
        Ok(None) => return Ok(Done::WithFailures),
        Err(Ended) => {
            return Err(Failure::Usage(
                "the answers ended before the questions; nothing is written".to_owned(),
            ));
        }
    };
    let written = docs::filled(&setup.values);
    let environment: Vec<(String, String)> = setup.variable.iter().cloned().collect();
    config::load_text(&file, &written, &environment)
        .map_err(|error| Failure::Usage(error.to_string()))?;
    write(&args.out, &written, setup.holds_secret)?;
    say_next(&text, &file, &setup);
    Ok(Done::Well)
}

fn say_next(text: &Text, file: &str, setup: &Setup) {
    output::note(&text.init_written(file));
    if let Some((name, _)) = &setup.variable {
        output::note(&text.init_set_variable(name));
    }
    output::note(&text.init_next(file));
    output::note(&text.init_next_run(file));
}

/// Writes a file; one with a secret in it can be read by its owner alone, from the beginning.
fn write(path: &Path, content: &str, holds_secret: bool) -> Result<(), Failure> {
    let failed = |error: std::io::Error| {
        Failure::Failed(anyhow::Error::new(error).context(format!("writing {}", path.display())))
    };
    let mode = if holds_secret { 0o600 } else { 0o644 };
    if holds_secret && path.exists() {
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).map_err(failed)?;
    }
    let mut file = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(mode)
        .open(path)
        .map_err(failed)?;
    file.write_all(content.as_bytes())
        .and_then(|()| file.sync_all())
        .map_err(failed)
}
