//! `generate`: sample mails, for tests and benchmarks.

use std::path::PathBuf;

use crate::cli::{Done, Failure, demo, output};
use crate::clock;
use crate::market::calendar::{Day, legal_day};
use crate::sample;

/// `generate`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The Maildir to fill
    maildir: PathBuf,
    /// So many load profiles of one day each; without it, the demo's mails
    #[arg(long)]
    mails: Option<u32>,
    /// The day after the last one, `2026-11-24`; without it, today
    #[arg(long)]
    today: Option<String>,
}

pub(super) fn run(args: &Args) -> Result<Done, Failure> {
    let today = match &args.today {
        Some(text) => Day::parse(text).ok_or_else(|| {
            Failure::Usage(format!("--today {text:?} is no day; write 2026-11-24"))
        })?,
        None => legal_day(clock::now()),
    };
    let mails = match args.mails {
        Some(count) => (0..count).map(sample::load_profile_mail).collect(),
        None => sample::demo(today, demo::SEED),
    };
    demo::write_maildir(&args.maildir, &mails)?;
    output::note(&format!(
        "{} mails in {}",
        mails.len(),
        args.maildir.display()
    ));
    Ok(Done::Well)
}
