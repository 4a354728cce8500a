//! `messages`: what was taken in, newest first.

use std::io::Write;

use crate::cli::args::ListFormat;
use crate::cli::at_store::AtStore;
use crate::cli::call::Call;
use crate::cli::{Done, Failure};
use crate::format::table::Table;
use crate::market::calendar::UtcTime;
use crate::outbox::history::{History, history};
use crate::store::ledger::{Examined, Hash, MessageRecord};
use crate::store::outbox::OutboxRecord;
use crate::store::{Store, StoreError};

/// `messages`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// How many
    #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..))]
    limit: u32,
    /// How they are printed
    #[arg(long, value_enum, default_value_t = ListFormat::Table)]
    format: ListFormat,
}

impl AtStore for Args {
    fn run(&self, call: &Call<'_>) -> Result<Done, Failure> {
        let limit = usize::try_from(self.limit).unwrap_or(usize::MAX);
        let messages = call.store().messages(u64::MAX, limit)?.into_iter();
        let messages = messages
            .map(|(number, message)| Listed::read(call.store(), number, message))
            .collect::<Result<Vec<_>, StoreError>>()?;
        if messages.is_empty() {
            call.nothing_found("no message was taken in yet");
        }
        let mut out = call.results();
        match self.format {
            ListFormat::Table => {
                let header = [
                    "number",
                    "arrived",
                    "type",
                    "pid",
                    "sender",
                    "document",
                    "values",
                    "ahb",
                    "cancelled by",
                    "answered by",
                ];
                let rows = messages.iter().map(|listed| {
                    let message = &listed.message;
                    vec![
                        listed.number.to_string(),
                        UtcTime::from_seconds(message.arrived).to_string(),
                        message.kind.clone(),
                        message.pid.map(|pid| pid.to_string()).unwrap_or_default(),
                        message.reference.sender.clone(),
                        message.document.clone(),
                        message.values.to_string(),
                        listed.examined.as_ref().map(outcome).unwrap_or_default(),
                        message
                            .cancelled_by
                            .map(|by| by.to_string())
                            .unwrap_or_default(),
                        answered_by(&listed.answers),
                    ]
                });
                Table::new(&header, rows.collect()).write(&mut out)?;
            }
            ListFormat::Json => {
                let list: Vec<_> = messages.iter().map(json).collect();
                serde_json::to_writer_pretty(&mut out, &list)?;
            }
        }
        out.flush()?;
        Ok(Done::Well)
    }
}

/// A message, and what is known beside it.
struct Listed {
    number: u64,
    message: MessageRecord,
    /// What the rules of the market said of it, if they were asked.
    examined: Option<Examined>,
    /// The mails of ours that answer its interchange.
    answers: Vec<Answer>,
}

/// A mail of ours by its number, and what became of it.
type Answer = (u64, OutboxRecord, History);

impl Listed {
    fn read(store: &dyn Store, number: u64, message: MessageRecord) -> Result<Self, StoreError> {
        Ok(Self {
            number,
            examined: store.examined(number)?,
            answers: answers(store, &message.interchange)?,
            message,
        })
    }
}

/// What the rules of the market said, in a word or two.
fn outcome(examined: &Examined) -> String {
    let (errors, warnings) = examined.counts();
    let counted = |count: usize, one: &str| match count {
        0 => None,
        1 => Some(format!("1 {one}")),
        _ => Some(format!("{count} {one}s")),
    };
    let counts = [counted(errors, "error"), counted(warnings, "warning")];
    let counts: Vec<String> = counts.into_iter().flatten().collect();
    match (counts.is_empty(), examined.rules) {
        (false, _) => counts.join(", "),
        (true, 0) => "not checked".to_owned(),
        (true, rules) => format!("{rules} rules kept"),
    }
}

/// The mails of ours that answer an interchange.
fn answers(store: &dyn Store, interchange: &Hash) -> Result<Vec<Answer>, StoreError> {
    let mut answers = Vec::new();
    for number in store.answers(interchange)? {
        if let Some(mail) = store.outbox_record(number)? {
            let history = history(store, number, &mail)?;
            answers.push((number, mail, history));
        }
    }
    Ok(answers)
}

/// `contrl 3 sent, aperak 4 queued`.
fn answered_by(answers: &[Answer]) -> String {
    let words = answers.iter().map(|(number, mail, history)| {
        let (purpose, standing) = (mail.purpose.name(), history.standing(mail.state));
        format!("{purpose} {number} {standing}")
    });
    words.collect::<Vec<_>>().join(", ")
}

fn json(listed: &Listed) -> serde_json::Value {
    let message = &listed.message;
    let answers = listed.answers.iter().map(|(number, mail, history)| {
        serde_json::json!({
            "outbox": number,
            "kind": mail.purpose.name(),
            "state": mail.state.name(),
            "standing": history.standing(mail.state),
        })
    });
    serde_json::json!({
        "number": listed.number,
        "arrived": UtcTime::from_seconds(message.arrived).to_string(),
        "type": message.kind,
        "version": message.version,
        "pid": message.pid,
        "sender": message.reference.sender,
        "receiver": message.reference.receiver,
        "interchange": message.reference.interchange,
        "message": message.reference.message,
        "document": message.document,
        "values": message.values,
        "cancels": message.cancels,
        "cancelled_by": message.cancelled_by,
        "ahb": listed.examined,
        "answered_by": answers.collect::<Vec<_>>(),
    })
}
