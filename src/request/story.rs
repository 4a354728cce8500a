//! How far a request is: from what is kept of its mail, and of what came in answer.

use serde_json::{Value, json};

use crate::explain;
use crate::market::calendar::UtcTime;
use crate::store::outbox::OutboxState;
use crate::store::request::{Reply, RequestRecord};
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
        let events = self.events.iter().map(|event| {
            json!({
                "at": event.at.to_string(),
                "what": event.what.name(),
                "text": event.text,
                "meaning": event.meaning(&english),
                "message": event.message,
            })
        });
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

/// Something that happened to a request.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Event {
    /// When.
    pub at: UtcTime,
    /// What.
    pub what: Happening,
    /// Codes and words.
    pub text: String,
    /// The message that said it.
    pub message: Option<u64>,
}

impl Event {
    /// What the codes of a refusal mean, in words; empty if there are none.
    pub fn meaning(&self, text: &Text) -> String {
        let language = text.language();
        let mean = |part: &str| {
            let mut words = part.split(' ');
            let code = words.next()?;
            match self.what {
                Happening::Reply(Reply::Rejected) => {
                    explain::syntax_error(code, language).map(str::to_owned)
                }
                Happening::Reply(Reply::Refused) => {
                    let of_aperak = explain::application_error(code, language);
                    let tree = words.next().filter(|word| word.starts_with("S_"));
                    let of_ordrsp = || tree.map(|tree| text.request_decision(code, tree));
                    of_aperak.map(str::to_owned).or_else(of_ordrsp)
                }
                Happening::Written | Happening::Mail(_) | Happening::Reply(_) => None,
            }
        };
        let mut meanings: Vec<String> = self.text.split("; ").filter_map(mean).collect();
        meanings.dedup();
        meanings.join("; ")
    }
}

/// What can happen to a request.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Happening {
    /// It was written.
    Written,
    /// This became of its mail.
    Mail(OutboxState),
    /// The partner answered so.
    Reply(Reply),
}

impl Happening {
    /// In a word.
    pub fn name(self) -> &'static str {
        match self {
            Self::Written => "written",
            Self::Mail(state) => state.name(),
            Self::Reply(reply) => word(reply),
        }
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
    let at = UtcTime::from_seconds;
    let mut events = vec![Event {
        at: at(request.asked),
        what: Happening::Written,
        text: String::new(),
        message: None,
    }];
    let mail = store.outbox_record(number)?;
    let mut standing = Standing::ToBeSent;
    let mut reference = String::new();
    if let Some(mail) = mail {
        standing = match mail.state {
            OutboxState::Queued | OutboxState::Sending | OutboxState::Deferred { .. } => {
                Standing::ToBeSent
            }
            OutboxState::Sent => Standing::Asked,
            OutboxState::Failed
            | OutboxState::Cancelled
            | OutboxState::Unknown
            | OutboxState::Bounced => Standing::NotSent,
        };
        if mail.state != OutboxState::Queued {
            events.push(Event {
                at: at(mail.changed),
                what: Happening::Mail(mail.state),
                text: mail.answer,
                message: None,
            });
        }
        reference = mail.reference;
    }
    for (message, reply) in store.replies(number)? {
        standing = after(standing, reply.reply);
        events.push(Event {
            at: at(reply.arrived),
            what: Happening::Reply(reply.reply),
            text: reply.text,
            message: Some(message),
        });
    }
    Ok(Story {
        number,
        request,
        reference,
        standing,
        events,
    })
}

/// Values are the end of it, whatever was said before or is said later.
fn after(standing: Standing, reply: Reply) -> Standing {
    match (standing, reply) {
        (Standing::Fulfilled, _) | (_, Reply::Values) => Standing::Fulfilled,
        (_, Reply::Rejected | Reply::Refused) | (Standing::Refused, _) => Standing::Refused,
        (_, Reply::Received | Reply::Accepted) => Standing::Received,
    }
}

fn word(reply: Reply) -> &'static str {
    match reply {
        Reply::Received => "received",
        Reply::Rejected => "rejected",
        Reply::Accepted => "accepted",
        Reply::Refused => "refused",
        Reply::Values => "values",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_the_end_and_a_refusal_is_not_taken_back_by_a_receipt() {
        use Reply::{Accepted, Received, Refused, Rejected, Values};
        let told = |replies: &[Reply]| {
            let from = Standing::Asked;
            replies
                .iter()
                .fold(from, |now, reply| after(now, *reply))
                .name()
        };
        assert_eq!(told(&[Received, Accepted]), "received");
        assert_eq!(told(&[Refused, Received]), "refused");
        assert_eq!(told(&[Rejected]), "refused");
        assert_eq!(told(&[Refused, Values]), "fulfilled");
        assert_eq!(told(&[Values, Refused]), "fulfilled");
    }

    #[test]
    fn the_codes_of_a_refusal_are_explained_in_both_languages() {
        let meant = |reply: Reply, said: &str, language: Language| {
            let event = Event {
                at: UtcTime::from_seconds(0),
                what: Happening::Reply(reply),
                text: said.to_owned(),
                message: Some(1),
            };
            event.meaning(&Text::new(language))
        };
        let of = |reply, said| meant(reply, said, Language::En);
        assert_eq!(of(Reply::Refused, "Z10 4137; Z10 5012"), "id unknown");
        assert_eq!(meant(Reply::Refused, "Z10", Language::De), "ID unbekannt");
        assert!(of(Reply::Refused, "A02 S_0077").contains("decision tree S_0077"));
        assert!(of(Reply::Rejected, "29; 37 at segment 10").contains("; "));
        assert_eq!(of(Reply::Refused, "we have none"), "");
        assert_eq!(of(Reply::Values, "Z10"), "");
    }
}
