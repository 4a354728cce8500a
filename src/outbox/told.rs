//! A mail of ours as commands and programs read it.

use serde_json::{Value, json};

use crate::market::calendar::UtcTime;
use crate::outbox::history::history;
use crate::store::ledger::InterchangeRecord;
use crate::store::outbox::{OutboxRecord, OutboxState};
use crate::store::{Store, StoreError};
use crate::text::{Language, Text};

/// What is known of a mail; times in RFC 3339.
///
/// # Errors
/// [`StoreError`].
pub fn told(
    store: &dyn Store,
    number: u64,
    mail: &OutboxRecord,
    now: UtcTime,
) -> Result<Value, StoreError> {
    let time = |seconds: i64| UtcTime::from_seconds(seconds).to_string();
    let answers = answered(store, mail)?.map(|answered| {
        json!({
            "interchange": answered.reference,
            "sender": answered.sender,
            "mail": answered.mail,
        })
    });
    let history = history(store, number, mail)?;
    let english = Text::new(Language::En);
    let replies = history.replies().map(|reply| reply.json(&english));
    Ok(json!({
        "number": number,
        "written": time(mail.written),
        "kind": mail.purpose.name(),
        "from": mail.from,
        "to": mail.to,
        "subject": mail.subject,
        "message_id": mail.message_id,
        "interchange": (!mail.reference.is_empty()).then_some(&mail.reference),
        "bytes": mail.size_bytes,
        "state": mail.state.name(),
        "since": time(mail.changed),
        "next_try": next_try(mail),
        "tries": mail.tries,
        "answer": mail.answer,
        "answers": answers,
        "due": mail.answers.as_ref().and_then(|answers| answers.due).map(time),
        "is_late": mail.is_late(now),
        "repeats": mail.repeats,
        "standing": history.standing(mail.state),
        "replies": replies.collect::<Vec<_>>(),
    }))
}

/// The interchange that a mail answers.
///
/// # Errors
/// [`StoreError`].
pub fn answered(
    store: &dyn Store,
    mail: &OutboxRecord,
) -> Result<Option<InterchangeRecord>, StoreError> {
    match &mail.answers {
        Some(answers) => store.interchange(&answers.interchange),
        None => Ok(None),
    }
}

/// When it is tried again, if that waits for a time.
pub fn next_try(mail: &OutboxRecord) -> Option<String> {
    match mail.state {
        OutboxState::Deferred { until } => Some(UtcTime::from_seconds(until).to_string()),
        OutboxState::Queued
        | OutboxState::Sending
        | OutboxState::Sent
        | OutboxState::Failed
        | OutboxState::Cancelled
        | OutboxState::Unknown
        | OutboxState::Bounced => None,
    }
}
