//! `outbox`: mails of ours, and what became of them.

use std::io::Write;

use crate::cli::args::ListFormat;
use crate::cli::at_store::AtStore;
use crate::cli::call::{Call, wait};
use crate::cli::{Done, Failure};
use crate::clock;
use crate::format::table::Table;
use crate::ingest::IngestError;
use crate::market::calendar::UtcTime;
use crate::outbox::history::{Event, History, history, rejected};
use crate::outbox::told::{answered, next_try, told};
use crate::outbox::{Courier, Rest, Routes};
use crate::store::outbox::{OutboxRecord, OutboxState, Route, Step, Written};
use crate::store::{Store, StoreError};

/// `outbox`.
#[derive(Debug, clap::Args)]
#[command(args_conflicts_with_subcommands = true)]
pub(super) struct Args {
    #[command(subcommand)]
    action: Option<Action>,
    #[command(flatten)]
    list: List,
}

#[derive(Debug, clap::Args)]
struct List {
    /// How many
    #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..))]
    limit: u32,
    /// Only those that have not ended: to be sent, or failed and not looked at
    #[arg(long)]
    open: bool,
    /// Only those that partners rejected, or refused
    #[arg(long, conflicts_with = "open")]
    rejected: bool,
    /// How they are printed
    #[arg(long, value_enum, default_value_t = ListFormat::Table)]
    format: ListFormat,
}

#[derive(Debug, clap::Subcommand)]
enum Action {
    /// All of one mail: to whom, how far, what the server said, and its bytes with --raw
    #[command(after_help = "Example:\n  mscons-gateway outbox show 7 --raw > sent.eml")]
    Show {
        /// Its number
        number: u64,
        /// Print the mail itself instead
        #[arg(long)]
        raw: bool,
    },
    /// Send mails (again): those that wait, failed, were cancelled, or of which nobody knows
    #[command(after_help = "Example:\n  mscons-gateway outbox retry 7 8")]
    Retry {
        /// Their numbers
        #[arg(required = true)]
        numbers: Vec<u64>,
    },
    /// Do not send mails, or do not send them again
    #[command(after_help = "Example:\n  mscons-gateway outbox cancel 7")]
    Cancel {
        /// Their numbers
        #[arg(required = true)]
        numbers: Vec<u64>,
    },
    /// Send what is due, then end: for those who have no gateway running
    #[command(after_help = "Example:\n  mscons-gateway outbox send")]
    Send,
}

impl AtStore for Args {
    fn run(&self, call: &Call<'_>) -> Result<Done, Failure> {
        match &self.action {
            None => list(call, &self.list),
            Some(Action::Show { number, raw }) => show(call, *number, *raw),
            Some(Action::Retry { numbers }) => step(call, numbers, &Step::Retry, "to be sent"),
            Some(Action::Cancel { numbers }) => step(call, numbers, &Step::Cancel, "cancelled"),
            Some(Action::Send) => send(call),
        }
    }
}

fn list(call: &Call<'_>, list: &List) -> Result<Done, Failure> {
    let limit = usize::try_from(list.limit).unwrap_or(usize::MAX);
    let mails = if list.open {
        let mut open = Vec::new();
        for route in [Route::Main, Route::Alert] {
            open.extend(call.store().outbox_undone(route, i64::MAX, limit)?);
        }
        open.truncate(limit);
        open
    } else if list.rejected {
        rejected(call.store(), u64::MAX, limit)?
    } else {
        call.store().outbox(u64::MAX, limit)?
    };
    if mails.is_empty() {
        call.nothing_found(if list.rejected {
            "nothing of ours was rejected"
        } else {
            "the outbox is empty"
        });
    }
    let mut out = call.results();
    match list.format {
        ListFormat::Table => table(call.store(), &mails)?.write(&mut out)?,
        ListFormat::Json => {
            let (store, now) = (call.store(), clock::now());
            let list = mails.iter().map(|(n, mail)| told(store, *n, mail, now));
            let list = list.collect::<Result<Vec<_>, StoreError>>()?;
            serde_json::to_writer_pretty(&mut out, &list)?;
            writeln!(out)?;
        }
    }
    out.flush()?;
    Ok(Done::Well)
}

fn table(store: &dyn Store, mails: &[(u64, OutboxRecord)]) -> Result<Table, StoreError> {
    let header = [
        "number", "written", "kind", "to", "subject", "state", "tries", "answer",
    ];
    let row = |(number, mail): &(u64, OutboxRecord)| {
        let history = history(store, *number, mail)?;
        // The last word: of the partner, else of the server.
        let said = history.replies().next_back();
        let answer = said.map_or_else(|| mail.answer.clone(), Event::line);
        Ok(vec![
            number.to_string(),
            UtcTime::from_seconds(mail.written).to_string(),
            mail.purpose.name().to_owned(),
            mail.to.clone(),
            mail.subject.clone(),
            state(mail, &history),
            mail.tries.to_string(),
            answer,
        ])
    };
    let rows = mails.iter().map(row).collect::<Result<_, StoreError>>()?;
    Ok(Table::new(&header, rows))
}

/// How far it is, and whether it should be further.
fn state(mail: &OutboxRecord, history: &History) -> String {
    let late = if mail.is_late(clock::now()) {
        ", late"
    } else {
        ""
    };
    format!("{}{late}", history.standing(mail.state))
}

fn show(call: &Call<'_>, number: u64, raw: bool) -> Result<Done, Failure> {
    let mail = call.store().outbox_record(number)?;
    let mail = mail.ok_or(IngestError::NoSuchMail(number))?;
    let mut out = call.results();
    if raw {
        let (_, bytes) = call.archive().read(mail.place)?;
        out.write_all(&Written::decode(number, &bytes)?.1.bytes)?;
    } else {
        let history = history(call.store(), number, &mail)?;
        let time = |seconds: i64| UtcTime::from_seconds(seconds).to_string();
        let next = next_try(&mail).map_or_else(String::new, |next| format!(", next try {next}"));
        for (name, value) in [
            ("mail", number.to_string()),
            ("written", time(mail.written)),
            ("kind", mail.purpose.name().to_owned()),
            ("from", mail.from.clone()),
            ("to", mail.to.clone()),
            ("subject", format!("{:?}", mail.subject)),
            ("message-id", mail.message_id.clone()),
            ("interchange", mail.reference.clone()),
            ("bytes", mail.size_bytes.to_string()),
            (
                "state",
                format!(
                    "{} since {}{next}",
                    state(&mail, &history),
                    since(&mail, &history)
                ),
            ),
            ("tries", mail.tries.to_string()),
            ("answer", mail.answer.clone()),
        ] {
            writeln!(out, "{name:<11} {value}")?;
        }
        for (name, value) in of_answer(call, &mail)? {
            writeln!(out, "{name:<11} {value}")?;
        }
        for reply in history.replies() {
            let of = reply
                .message
                .map_or_else(String::new, |n| format!(", by message {n}"));
            writeln!(out, "{:<11} {}{of}", "reply", reply.line())?;
        }
    }
    out.flush()?;
    Ok(Done::Well)
}

/// Since when it stands like that.
fn since(mail: &OutboxRecord, history: &History) -> UtcTime {
    let said = history.replies().next_back();
    said.map_or(UtcTime::from_seconds(mail.changed), |reply| reply.at)
}

/// What else is shown of a mail that answers.
fn of_answer(
    call: &Call<'_>,
    mail: &OutboxRecord,
) -> Result<Vec<(&'static str, String)>, StoreError> {
    let Some(answers) = &mail.answers else {
        return Ok(Vec::new());
    };
    let about = answered(call.store(), mail)?.map_or_else(String::new, |answered| {
        let (reference, sender) = (answered.reference, answered.sender);
        format!(
            "interchange {reference:?} of {sender:?}, in mail {}",
            answered.mail
        )
    });
    let late = if mail.is_late(clock::now()) {
        ", which is over"
    } else {
        ""
    };
    let due = answers.due.map_or_else(String::new, |due| {
        format!("{}{late}", UtcTime::from_seconds(due))
    });
    Ok(vec![
        ("answers", about),
        ("due", due),
        ("sent again", mail.repeats.to_string()),
    ])
}

fn step(call: &Call<'_>, numbers: &[u64], step: &Step, done: &str) -> Result<Done, Failure> {
    let ingest = call.opened.ingest()?;
    let mut failed = false;
    for number in numbers {
        match wait(ingest.step(*number, step.clone()))? {
            Ok(()) => call.note(&format!("{number}: {done}")),
            Err(error @ (IngestError::NoSuchMail(_) | IngestError::Refused { .. })) => {
                call.complain(&error.to_string());
                failed = true;
            }
            Err(error) => return Err(error.into()),
        }
    }
    Ok(if failed {
        Done::WithFailures
    } else {
        Done::Well
    })
}

fn send(call: &Call<'_>) -> Result<Done, Failure> {
    if call.gateway.is_some() {
        call.note("the running gateway sends by itself");
        return Ok(Done::Well);
    }
    let routes = Routes::of_config(call.config);
    if routes == Routes::default() {
        return Err(Failure::Usage(
            "smtp.host is empty, so nothing is sent; give [smtp] a host and a sender".to_owned(),
        ));
    }
    let ingest = call.opened.ingest()?;
    let before = waiting(call)?;
    let sent = async {
        for route in [Route::Main, Route::Alert] {
            let server = routes.of(route).cloned();
            let mut courier = Courier::new(ingest.clone(), call.accounts(), route, server);
            while let Rest::Paced(pause) = courier.round().await? {
                tokio::time::sleep(pause).await;
            }
            courier.hang_up().await;
        }
        Ok::<(), IngestError>(())
    };
    call.wait(sent)??;
    let mut left = 0;
    let mut failed = 0;
    for (number, mail) in &before {
        let now = call.store().outbox_record(*number)?;
        match now.map(|now| (now.state, now.answer)) {
            Some((OutboxState::Sent, answer)) => call.note(&format!("{}: {answer}", mail.to)),
            Some((OutboxState::Failed, answer)) => {
                failed += 1;
                call.complain(&format!("mail {number} to {} failed: {answer}", mail.to));
            }
            Some((_, answer)) => {
                left += 1;
                call.complain(&format!("mail {number} to {} waits: {answer}", mail.to));
            }
            None => {}
        }
    }
    if before.is_empty() {
        call.nothing_found("nothing is to be sent");
    }
    Ok(if left + failed == 0 {
        Done::Well
    } else {
        Done::WithFailures
    })
}

/// What waits to be sent.
fn waiting(call: &Call<'_>) -> Result<Vec<(u64, OutboxRecord)>, Failure> {
    let mut waiting = Vec::new();
    for route in [Route::Main, Route::Alert] {
        waiting.extend(
            call.store()
                .outbox_undone(route, i64::MAX - 1, usize::MAX)?,
        );
    }
    Ok(waiting)
}
