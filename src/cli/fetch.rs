//! `fetch`: one poll of every mailbox, then the end.

use std::fmt::{Display, Write as _};
use std::pin::pin;
use std::sync::Arc;

use actix::{Actor, Addr};
use tokio::sync::{Semaphore, watch};

use crate::actors::intake::MailboxIntake;
use crate::actors::mscons::MsconsActor;
use crate::actors::{Poll, Supervisor};
use crate::cli::at_store::AtStore;
use crate::cli::call::{Call, OLDER, Unit, wait};
use crate::cli::{Done, Failure, open};
use crate::config::Gateway;
use crate::config::mailbox::Mailbox;
use crate::mail::poll::{BUDGET_KIB, Session, Summary};
use crate::mail::{self, MailError};
use crate::net::connections::Connections;

/// `fetch`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Only the mailbox with this name
    #[arg(long, value_name = "NAME")]
    mailbox: Option<String>,
}

impl AtStore for Args {
    fn run(&self, call: &Call<'_>) -> Result<Done, Failure> {
        if call.is_older {
            call.note(OLDER);
        }
        let wanted = self.wanted(call.config)?;
        let failed = match call.gateway {
            Some(gateway) => ask(call, gateway, &wanted)?,
            None => poll(call, &wanted)?,
        };
        Ok(if failed {
            Done::WithFailures
        } else {
            Done::Well
        })
    }

    /// A store is made where there is none, if there is something to fetch.
    fn check(&self, config: &Gateway) -> Result<(), Failure> {
        self.wanted(config).map(drop)
    }
}

impl Args {
    fn wanted<'a>(&self, config: &'a Gateway) -> Result<Vec<&'a Mailbox>, Failure> {
        let wanted = open::mailboxes(config, self.mailbox.as_deref())?;
        if wanted.is_empty() {
            return Err(Failure::Usage(open::NO_MAILBOX.to_owned()));
        }
        Ok(wanted)
    }
}

/// Polls; `true` if something failed.
fn poll(call: &Call<'_>, wanted: &[&Mailbox]) -> Result<bool, Failure> {
    let opened = call.opened;
    let ingest = opened.ingest()?;
    // One thread for sockets and actors: were there others, one of them would wait for the sockets
    // and wake this one for all that comes. Digesting and committing have threads of their own.
    actix::System::new().block_on(async move {
        let mscons = MsconsActor::new(ingest.clone(), None).start();
        let mut failed = false;
        for mailbox in wanted {
            let store = Arc::clone(&opened.store);
            let intake = MailboxIntake::new(&mailbox.name, mscons.clone(), store);
            let result = fetch(call, mailbox, intake).await;
            failed |= tell(call, &mailbox.name, result);
        }
        Ok(failed)
    })
}

/// Has the pollers of the running gateway poll: there is one connection a mailbox, and they have it.
fn ask(call: &Call<'_>, gateway: &Addr<Supervisor>, wanted: &[&Mailbox]) -> Result<bool, Failure> {
    let mut failed = false;
    for mailbox in wanted {
        let poll = Poll {
            mailbox: mailbox.name.clone(),
        };
        let result = wait(gateway.send(poll))??;
        failed |= tell(call, &mailbox.name, result);
    }
    Ok(failed)
}

/// Tells how a poll went; `true` if something failed.
fn tell<E: Display>(call: &Call<'_>, name: &str, result: Result<Summary, E>) -> bool {
    match result {
        Ok(summary) => {
            call.note(&describe(name, &summary));
            summary.not_given > 0
        }
        Err(error) => {
            call.complain(&format!("{name}: {error}"));
            true
        }
    }
}

async fn fetch(
    call: &Call<'_>,
    mailbox: &Mailbox,
    intake: MailboxIntake,
) -> Result<Summary, MailError> {
    let (tell, mut told) = watch::channel((0, 0));
    let progress = move |done, announced| {
        tell.send_replace((done, announced));
    };
    let budget = Arc::new(Semaphore::new(BUDGET_KIB));
    let mut session = Session::new(Connections::default(), call.accounts());
    let mut poll = pin!(mail::poll(
        mailbox,
        &mut session,
        budget,
        &intake,
        &progress
    ));
    let shown = call.progress(0, Unit::Things);
    loop {
        tokio::select! {
            result = &mut poll => return result,
            Ok(()) = told.changed() => {
                let (done, announced) = *told.borrow();
                // Whoever started it may be gone: the mails are taken in all the same.
                let _ = shown.at_of(done, announced);
            }
        }
    }
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
