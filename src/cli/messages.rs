//! `messages`: what was taken in, newest first.

use std::io::Write;

use crate::cli::args::ListFormat;
use crate::cli::at_store::AtStore;
use crate::cli::call::Call;
use crate::cli::{Done, Failure};
use crate::format::table::Table;
use crate::market::calendar::UtcTime;
use crate::store::ledger::{Hash, MessageRecord};
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
        let messages = call.store().messages(u64::MAX, limit)?;
        if messages.is_empty() {
            call.nothing_found("no message was taken in yet");
        }
        let answers = messages
            .iter()
            .map(|(_, message)| answers(call.store(), &message.interchange));
        let answers = answers.collect::<Result<Vec<_>, StoreError>>()?;
        let messages: Vec<_> = messages.iter().zip(answers).collect();
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
                    "cancelled by",
                    "answered by",
                ];
                let rows = messages.iter().map(|((number, message), answers)| {
                    vec![
                        number.to_string(),
                        UtcTime::from_seconds(message.arrived).to_string(),
                        message.kind.clone(),
                        message.pid.map(|pid| pid.to_string()).unwrap_or_default(),
                        message.reference.sender.clone(),
                        message.document.clone(),
                        message.values.to_string(),
                        message
                            .cancelled_by
                            .map(|by| by.to_string())
                            .unwrap_or_default(),
                        answered_by(answers),
                    ]
                });
                Table::new(&header, rows.collect()).write(&mut out)?;
            }
            ListFormat::Json => {
                let list: Vec<_> = messages
                    .iter()
                    .map(|((number, m), answers)| json(*number, m, answers))
                    .collect();
                serde_json::to_writer_pretty(&mut out, &list)?;
            }
        }
        out.flush()?;
        Ok(Done::Well)
    }
}

/// The mails of ours that answer an interchange.
fn answers(store: &dyn Store, interchange: &Hash) -> Result<Vec<(u64, OutboxRecord)>, StoreError> {
    let mut answers = Vec::new();
    for number in store.answers(interchange)? {
        answers.extend(store.outbox_record(number)?.map(|mail| (number, mail)));
    }
    Ok(answers)
}

/// `contrl 3 sent, aperak 4 queued`.
fn answered_by(answers: &[(u64, OutboxRecord)]) -> String {
    let words = answers.iter().map(|(number, mail)| {
        let (purpose, state) = (mail.purpose.name(), mail.state.name());
        format!("{purpose} {number} {state}")
    });
    words.collect::<Vec<_>>().join(", ")
}

fn json(
    number: u64,
    message: &MessageRecord,
    answers: &[(u64, OutboxRecord)],
) -> serde_json::Value {
    let answers = answers.iter().map(|(number, mail)| {
        serde_json::json!({
            "outbox": number,
            "kind": mail.purpose.name(),
            "state": mail.state.name(),
        })
    });
    serde_json::json!({
        "number": number,
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
        "answered_by": answers.collect::<Vec<_>>(),
    })
}
