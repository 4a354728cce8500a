//! `fetch`: one poll of every mailbox, then the end.

use std::fmt::Write as _;
use std::path::Path;
use std::sync::Arc;

use actix::Actor;
use tokio::sync::Semaphore;

use crate::actors::intake::MailboxIntake;
use crate::actors::mscons::MsconsActor;
use crate::cli::{Done, Failure, open, output};
use crate::config::mailbox::Mailbox;
use crate::mail::poll::{BUDGET_KIB, Session, Summary};
use crate::mail::{self, MailError};

/// `fetch`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Only the mailbox with this name
    #[arg(long, value_name = "NAME")]
    mailbox: Option<String>,
}

pub(super) fn run(config: &Path, args: &Args) -> Result<Done, Failure> {
    let config = open::config(config)?;
    let wanted: Vec<Mailbox> = config
        .mailbox
        .iter()
        .filter(|mailbox| {
            args.mailbox
                .as_ref()
                .is_none_or(|name| *name == mailbox.name)
        })
        .cloned()
        .collect();
    if wanted.is_empty() {
        return Err(Failure::Usage(no_mailbox(args)));
    }
    let opened = open::store(&config)?;
    let ingest = opened.ingest()?;
    crate::cli::run::runtime().block_on(async move {
        let mscons = MsconsActor::new(ingest.clone(), None).start();
        let mut failed = false;
        for mailbox in wanted {
            let store = Arc::clone(&opened.store);
            let intake = MailboxIntake::new(&mailbox.name, mscons.clone(), store);
            match fetch(&mailbox, intake).await {
                Ok(summary) => {
                    output::note(&describe(&mailbox.name, &summary));
                    failed |= summary.not_given > 0;
                }
                Err(error) => {
                    output::complain(&format!("{}: {error}", mailbox.name));
                    failed = true;
                }
            }
        }
        Ok(if failed {
            Done::WithFailures
        } else {
            Done::Well
        })
    })
}

async fn fetch(mailbox: &Mailbox, intake: MailboxIntake) -> Result<Summary, MailError> {
    let bar = output::progress(0, "mails");
    bar.set_message(mailbox.name.clone());
    let told = bar.clone();
    let progress = move |done, announced| {
        told.set_length(announced);
        told.set_position(done);
    };
    let budget = Arc::new(Semaphore::new(BUDGET_KIB));
    let mut session = Session::default();
    let result = mail::poll(mailbox, &mut session, budget, &intake, &progress).await;
    bar.finish_and_clear();
    result
}

fn describe(name: &str, summary: &Summary) -> String {
    let mut text = format!(
        "{name}: {} new mails, {} stored durably",
        summary.announced, summary.durable
    );
    let details = [
        (summary.duplicates, "known already"),
        (summary.quarantined, "with something in quarantine"),
        (summary.irrelevant, "without EDIFACT"),
        (summary.too_large, "over max_mail_size"),
        (
            summary.not_given,
            "not given by the server (asked again next time)",
        ),
        (summary.expunged, "removed by others meanwhile"),
        (summary.released, "deleted or moved"),
    ];
    for (count, what) in details.into_iter().filter(|(count, _)| *count > 0) {
        // Writing into a `String` cannot fail.
        let _ = write!(text, ", {count} {what}");
    }
    text
}

fn no_mailbox(args: &Args) -> String {
    match &args.mailbox {
        Some(name) => format!("no mailbox is named {name:?} in the configuration"),
        None => {
            "the configuration has no [[mailbox]]; docs/gateway.example.toml shows one".to_owned()
        }
    }
}
