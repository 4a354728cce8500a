//! `quarantine`: what was not understood.

use std::io::Write;

use crate::cli::at_store::AtStore;
use crate::cli::call::{Call, wait};
use crate::cli::{Done, Failure};
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

impl AtStore for Args {
    fn run(&self, call: &Call<'_>) -> Result<Done, Failure> {
        match &self.action {
            None => list(call, &call.store().quarantine()?),
            Some(Action::Show { number, raw }) => show(call, *number, *raw),
            Some(Action::Retry { numbers }) => retry(call, numbers),
            Some(Action::Drop { numbers }) => drop_entries(call, numbers),
        }
    }
}

fn list(call: &Call<'_>, entries: &[(u64, QuarantineRecord)]) -> Result<Done, Failure> {
    if entries.is_empty() {
        call.nothing_found("quarantine is empty");
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
    let mut out = call.results();
    Table::new(&header, rows.collect()).write(&mut out)?;
    out.flush()?;
    Ok(Done::Well)
}

fn show(call: &Call<'_>, number: u64, raw: bool) -> Result<Done, Failure> {
    let entries = call.store().quarantine()?;
    let Some((_, entry)) = entries.into_iter().find(|(known, _)| *known == number) else {
        return Err(IngestError::NoSuchEntry(number).into());
    };
    let mut out = call.results();
    if raw {
        let Some(place) = entry.place else {
            return Err(IngestError::NothingToRetry(number, entry.reasons.join("; ")).into());
        };
        out.write_all(&call.archive().read(place)?.1)?;
    } else {
        let mail = call.store().mail(entry.mail)?;
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
    out.flush()?;
    Ok(Done::Well)
}

fn retry(call: &Call<'_>, numbers: &[u64]) -> Result<Done, Failure> {
    let numbers = if numbers.is_empty() {
        let entries = call.store().quarantine()?;
        entries.iter().map(|(number, _)| *number).collect()
    } else {
        numbers.to_vec()
    };
    let ingest = call.opened.ingest()?;
    let mut failed = false;
    for number in numbers {
        match wait(ingest.retry(number))? {
            Ok(Outcome::Quarantined) => {
                call.note(&format!("{number}: still not understood"));
                failed = true;
            }
            Ok(Outcome::TooLarge) => {
                call.note(&format!(
                    "{number}: the mail is fetched again at the next poll; raise max_mail_size before"
                ));
            }
            Ok(Outcome::Stored | Outcome::Duplicate | Outcome::Irrelevant) => {
                call.note(&format!("{number}: stored"));
            }
            Err(error) => {
                call.complain(&format!("{number}: {error}"));
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

fn drop_entries(call: &Call<'_>, numbers: &[u64]) -> Result<Done, Failure> {
    let ingest = call.opened.ingest()?;
    for number in numbers {
        wait(ingest.drop_from_quarantine(*number))??;
        call.note(&format!("{number}: dropped"));
    }
    Ok(Done::Well)
}
