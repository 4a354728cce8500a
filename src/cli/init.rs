//! `init`: from a few questions to a configuration that works.

mod dialogue;
mod probe;
mod proposed;
mod settings;
mod shown;
mod terminal;

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use crate::cli::init::dialogue::{Dialogue, Setup};
use crate::cli::init::terminal::Ended;
use crate::cli::kept::{self, Kept};
use crate::cli::terminal::language;
use crate::cli::{Done, Failure, open, output};
use crate::clock;
use crate::config::mailbox::{Auth, Mailbox};
use crate::config::{self, docs};
use crate::oauth::Accounts;
use crate::text::Text;
use crate::upkeep::doctor;
use crate::upkeep::proposal::propose;
use crate::upkeep::survey::survey;

/// `init`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The file to write
    #[arg(long, value_name = "FILE", default_value = open::DEFAULT_FILE)]
    out: PathBuf,
    /// Ask nothing: write every key with its default, and a mailbox to fill in, or the one that the
    /// environment names
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
    let folder = args
        .out
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty());
    if let Some(folder) = folder.filter(|folder| !folder.is_dir()) {
        return Err(Failure::Usage(format!(
            "--out {}: there is no folder {}; make it first",
            args.out.display(),
            folder.display()
        )));
    }
    let file = args.out.display().to_string();
    let text = Text::new(language());
    if args.defaults {
        let written = defaults(&file, &text)?;
        write(&args.out, &written, false)?;
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
    let written = docs::filled(&setup.values) + &proposed::toml(&setup.proposal);
    let environment: Vec<(String, String)> = setup.variable.iter().cloned().collect();
    config::load_text(&file, &written, &environment)
        .map_err(|error| Failure::Usage(error.to_string()))?;
    write(&args.out, &written, setup.holds_secret)?;
    say_next(&text, &file, &setup);
    Ok(Done::Well)
}

/// The file that asks for nothing. A mailbox that the environment names stands in it, without its
/// password, and what it holds is proposed; where it names none, there is one to fill in.
fn defaults(file: &str, text: &Text) -> Result<String, Failure> {
    let environment = open::environment();
    let config = config::load_text(file, "", &environment).unwrap_or_default();
    let mailboxes = &config.mailbox;
    let Some(first) = mailboxes.first() else {
        return Ok(docs::example());
    };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let now = clock::now();
    let mut newest = Vec::new();
    let by_account = |mailbox: &Mailbox| mailbox.auth == Auth::Microsoft;
    let kept = if mailboxes.iter().any(by_account) {
        kept::open(&config)?
    } else {
        Kept::Here(Accounts::none(), None)
    };
    let (accounts, _held, is_elsewhere) = match kept {
        Kept::Here(accounts, held) => (accounts, held, false),
        Kept::Elsewhere(_) => (Accounts::none(), None, true),
    };
    // What signs in by an account of a running gateway is tried by that gateway's `doctor`.
    let tried = mailboxes
        .iter()
        .filter(|mailbox| !(is_elsewhere && by_account(mailbox)));
    for mailbox in tried {
        output::note(&text.init_trying());
        let examine = doctor::examine(mailbox, &accounts, dialogue::NEWEST, now.seconds());
        let examined = runtime.block_on(examine);
        shown::checks(&examined);
        newest.extend(examined.visit.newest);
    }
    let found = survey(newest.iter().map(Vec::as_slice));
    shown::survey(&found, text);
    let proposal = propose(&found, now);
    shown::proposal(&proposal, text);
    let mut values = vec![("language", settings::quoted(text.language().code()))];
    values.extend(settings::of(first, None));
    let written = docs::filled(&values) + &proposed::toml(&proposal);
    config::load_text(file, &written, &environment)
        .map_err(|error| Failure::Usage(error.to_string()))?;
    Ok(written)
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
fn write(path: &Path, content: &str, holds_secret: bool) -> anyhow::Result<()> {
    let failed = |error: std::io::Error| {
        anyhow::Error::new(error).context(format!("writing {}", path.display()))
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
