//! `messages`: what was taken in, newest first.

use std::io::Write;

use crate::cli::args::ListFormat;
use crate::cli::at_store::AtStore;
use crate::cli::call::Call;
use crate::cli::{Done, Failure};
use crate::format::table::Table;
use crate::market::calendar::UtcTime;
use crate::store::StoreError;
use crate::store::ledger::{Examined, MessageRecord};

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
        let examined = |(number, message)| {
            let examined = call.store().examined(number)?;
            Ok((number, message, examined))
        };
        let messages = messages
            .map(examined)
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
                ];
                let rows = messages.iter().map(|(number, message, examined)| {
                    vec![
                        number.to_string(),
                        UtcTime::from_seconds(message.arrived).to_string(),
                        message.kind.clone(),
                        message.pid.map(|pid| pid.to_string()).unwrap_or_default(),
                        message.reference.sender.clone(),
                        message.document.clone(),
                        message.values.to_string(),
                        examined.as_ref().map(outcome).unwrap_or_default(),
                        message
                            .cancelled_by
                            .map(|by| by.to_string())
                            .unwrap_or_default(),
                    ]
                });
                Table::new(&header, rows.collect()).write(&mut out)?;
            }
            ListFormat::Json => {
                let list: Vec<_> = messages
                    .iter()
                    .map(|(number, m, examined)| json(*number, m, examined.as_ref()))
                    .collect();
                serde_json::to_writer_pretty(&mut out, &list)?;
            }
        }
        out.flush()?;
        Ok(Done::Well)
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

fn json(number: u64, message: &MessageRecord, examined: Option<&Examined>) -> serde_json::Value {
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
        "ahb": examined,
    })
}
