//! `quarantine`: what was not understood.

use std::io::Write;
use std::path::Path;

use crate::cli::{Done, Failure, open, output};
use crate::format::table::Table;
use crate::ingest::IngestError;
use crate::mailbox::Outcome;
use crate::market::calendar::UtcTime;
use crate::store::ledger::QuarantineRecord;

/// `quarantine`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(subcommand)]
    action: Option<Action>,
}

#[derive(Debug, clap::Subcommand)]
enum Action {
    /// All of one entry: reasons, places, and its bytes with --raw
    #[command(after_help = "Example:\n  mscons-gateway quarantine show 7 --raw > broken.edi")]
    Show {
        /// Its number
        number: u64,
        /// Print the raw bytes instead
        #[arg(long)]
        raw: bool,
    },
    /// Try entries again with today's rules; without numbers, all of them
    #[command(after_help = "Example:\n  mscons-gateway quarantine retry")]
    Retry {
        /// Their numbers
        numbers: Vec<u64>,
    },
    /// Take entries out for good; their bytes stay in the archive
    #[command(after_help = "Example:\n  mscons-gateway quarantine drop 7 8")]
    Drop {
        /// Their numbers
        #[arg(required = true)]
        numbers: Vec<u64>,
    },
}

pub(super) fn run(config: &Path, args: &Args) -> Result<Done, Failure> {
    let config = open::config(config)?;
    let opened = open::existing_store(&config)?;
    match &args.action {
        None => list(&opened.store.quarantine()?),
        Some(Action::Show { number, raw }) => show(&opened, *number, *raw),
        Some(Action::Retry { numbers }) => retry(&opened, numbers),
        Some(Action::Drop { numbers }) => drop_entries(&opened, numbers),
    }
}

fn list(entries: &[(u64, QuarantineRecord)]) -> Result<Done, Failure> {
    if entries.is_empty() {
        open::nothing_found("quarantine is empty");
    }
    let header = ["number", "arrived", "mailbox", "name", "messages", "reason"];
    let rows = entries.iter().map(|(number, entry)| {
        vec![
            number.to_string(),
            UtcTime::from_seconds(entry.arrived).to_string(),
            entry.mailbox.clone(),
            entry.name.clone(),
            entry.messages.join(" "),
            entry.reasons.first().cloned().unwrap_or_default(),
        ]
    });
    let mut out = output::stdout();
    Table::new(&header, rows.collect()).write(&mut out)?;
    output::finish(out)?;
    Ok(Done::Well)
}

fn show(opened: &open::Opened, number: u64, raw: bool) -> Result<Done, Failure> {
    let entries = opened.store.quarantine()?;
    let Some((_, entry)) = entries.into_iter().find(|(known, _)| *known == number) else {
        return Err(IngestError::NoSuchEntry(number).into());
    };
    let mut out = output::stdout();
    if raw {
        let Some(place) = entry.place else {
            return Err(IngestError::NothingToRetry(number, entry.reasons.join("; ")).into());
        };
        out.write_all(&opened.archive.read(place)?.1)?;
    } else {
        let mail = opened.store.mail(entry.mail)?;
        writeln!(out, "entry    {number}")?;
        writeln!(out, "arrived  {}", UtcTime::from_seconds(entry.arrived))?;
        writeln!(out, "mailbox  {}", entry.mailbox)?;
        if let Some(mail) = mail {
            writeln!(out, "from     {:?}", mail.head.from)?;
            writeln!(out, "subject  {:?}", mail.head.subject)?;
        }
        writeln!(out, "piece    {}", entry.name)?;
        writeln!(out, "messages {}", entry.messages.join(" "))?;
        for reason in &entry.reasons {
            writeln!(out, "reason   {reason}")?;
        }
    }
    output::finish(out)?;
    Ok(Done::Well)
}

fn retry(opened: &open::Opened, numbers: &[u64]) -> Result<Done, Failure> {
    let numbers = if numbers.is_empty() {
        let entries = opened.store.quarantine()?;
        entries.iter().map(|(number, _)| *number).collect()
    } else {
        numbers.to_vec()
    };
    let ingest = opened.ingest()?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let mut failed = false;
    for number in numbers {
        match runtime.block_on(ingest.retry(number)) {
            Ok(Outcome::Quarantined) => {
                output::note(&format!("{number}: still not understood"));
                failed = true;
            }
            Ok(Outcome::TooLarge) => {
                output::note(&format!(
                    "{number}: the mail is fetched again at the next poll; raise max_mail_size before"
                ));
            }
            Ok(Outcome::Stored | Outcome::Duplicate | Outcome::Irrelevant) => {
                output::note(&format!("{number}: stored"));
            }
            Err(error) => {
                output::complain(&format!("{number}: {error}"));
                failed = true;
            }
        }
    }
    Ok(if failed {
        Done::WithFailures
    } else {
        Done::Well
    })
}

fn drop_entries(opened: &open::Opened, numbers: &[u64]) -> Result<Done, Failure> {
    let ingest = opened.ingest()?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    for number in numbers {
        runtime.block_on(ingest.drop_from_quarantine(*number))?;
        output::note(&format!("{number}: dropped"));
    }
    Ok(Done::Well)
}
