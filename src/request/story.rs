//! How far a request is: from what is kept of its mail, and of what came in answer.

use serde_json::{Value, json};

use crate::market::calendar::UtcTime;
use crate::outbox::history::{Event, Happening, Heard, history};
use crate::store::outbox::OutboxState;
use crate::store::request::RequestRecord;
use crate::store::{Store, StoreError};
use crate::text::{Language, Text};

/// A request and its story.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Story {
    /// Its number, which is that of its mail.
    pub number: u64,
    /// What was asked.
    pub request: RequestRecord,
    /// Our number for it, which answers name; empty if it was asked in words.
    pub reference: String,
    /// How far it is.
    pub standing: Standing,
    /// What happened, in order.
    pub events: Vec<Event>,
}

/// How far a request is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Standing {
    /// Its mail has not gone yet.
    ToBeSent,
    /// Its mail did not go, and will not by itself.
    NotSent,
    /// Its mail went; nothing came yet.
    Asked,
    /// The partner's machine took it.
    Received,
    /// The partner refused it, or could not read it.
    Refused,
    /// Values came.
    Fulfilled,
}

impl Standing {
    /// How far the request in a mail is.
    pub fn of(mail: OutboxState, heard: Heard) -> Self {
        match (heard, mail) {
            (Heard::Received, _) => Self::Received,
            (Heard::Refused, _) => Self::Refused,
            (Heard::Values, _) => Self::Fulfilled,
            (
                Heard::Nothing,
                OutboxState::Queued | OutboxState::Sending | OutboxState::Deferred { .. },
            ) => Self::ToBeSent,
            (Heard::Nothing, OutboxState::Sent) => Self::Asked,
            (
                Heard::Nothing,
                OutboxState::Failed
                | OutboxState::Cancelled
                | OutboxState::Unknown
                | OutboxState::Bounced,
            ) => Self::NotSent,
        }
    }

    /// In a word.
    pub fn name(self) -> &'static str {
        match self {
            Self::ToBeSent => "to be sent",
            Self::NotSent => "not sent",
            Self::Asked => "asked",
            Self::Received => "received",
            Self::Refused => "refused",
            Self::Fulfilled => "fulfilled",
        }
    }
}

impl Story {
    /// As commands and programs read it: times in RFC 3339.
    pub fn json(&self) -> Value {
        let request = &self.request;
        let time = |seconds: i64| UtcTime::from_seconds(seconds).to_string();
        let english = Text::new(Language::En);
        let events = self.events.iter().map(|event| event.json(&english));
        json!({
            "number": self.number,
            "reference": (!self.reference.is_empty()).then_some(&self.reference),
            "asked": time(request.asked),
            "by_itself": request.by_itself,
            "partner": request.partner,
            "location": request.location,
            "obis": request.obis,
            "from": time(request.from),
            "to": time(request.to),
            "pid": request.pid,
            "state": self.standing.name(),
            "events": events.collect::<Vec<_>>(),
        })
    }
}

/// The story of the request with this number; `None` if there is none.
///
/// # Errors
/// [`StoreError`].
pub fn story(store: &dyn Store, number: u64) -> Result<Option<Story>, StoreError> {
    let Some(request) = store.request(number)? else {
        return Ok(None);
    };
    of(store, number, request).map(Some)
}

/// Stories of the newest requests below a number.
///
/// # Errors
/// [`StoreError`].
pub fn stories(store: &dyn Store, below: u64, limit: usize) -> Result<Vec<Story>, StoreError> {
    let requests = store.requests(below, limit)?.into_iter();
    requests
        .map(|(number, request)| of(store, number, request))
        .collect()
}

fn of(store: &dyn Store, number: u64, request: RequestRecord) -> Result<Story, StoreError> {
    let written = Event {
        at: UtcTime::from_seconds(request.asked),
        what: Happening::Written,
        text: String::new(),
        message: None,
    };
    let mut told = Story {
        number,
        request,
        reference: String::new(),
        standing: Standing::ToBeSent,
        events: vec![written],
    };
    if let Some(mail) = store.outbox_record(number)? {
        let history = history(store, number, &mail)?;
        told.standing = Standing::of(mail.state, history.heard);
        told.events.extend(history.events);
        told.reference = mail.reference;
    }
    Ok(told)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_partner_said_counts_more_than_what_became_of_the_mail() {
        use OutboxState::{Bounced, Queued, Sent};
        let of = |state, heard| Standing::of(state, heard).name();
        assert_eq!(of(Queued, Heard::Nothing), "to be sent");
        assert_eq!(of(Sent, Heard::Nothing), "asked");
        assert_eq!(of(Bounced, Heard::Nothing), "not sent");
        assert_eq!(of(Sent, Heard::Received), "received");
        assert_eq!(of(Bounced, Heard::Values), "fulfilled");
        assert_eq!(of(Sent, Heard::Refused), "refused");
    }
}
