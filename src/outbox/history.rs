//! What became of a mail of ours: what its server said, and what its partner said of it.

use serde_json::{Value, json};

use crate::explain;
use crate::market::calendar::UtcTime;
use crate::store::outbox::{OutboxRecord, OutboxState, Purpose};
use crate::store::request::Reply;
use crate::store::{Store, StoreError};
use crate::text::{Language, Text};

/// All that happened to a mail behind its writing.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct History {
    /// What happened, in order.
    pub events: Vec<Event>,
    /// What the partner said, all in all.
    pub heard: Heard,
}

/// Something that happened to a mail, or to the request in it.
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

/// What can happen to a mail.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Happening {
    /// It was written.
    Written,
    /// It came so far.
    Mail(OutboxState),
    /// The partner answered so.
    Reply(Reply),
}

/// What a partner said of a mail of ours, all in all.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Heard {
    /// Nothing yet.
    #[default]
    Nothing,
    /// The partner's machine took it.
    Received,
    /// The partner refused it, or could not read it.
    Refused,
    /// Values came.
    Values,
}

impl Heard {
    /// With one reply more. Values are the end of it, whatever was said before or is said later, and
    /// a refusal is not taken back by a receipt.
    #[must_use]
    pub fn and(self, reply: Reply) -> Self {
        match (self, reply) {
            (Self::Values, _) | (_, Reply::Values) => Self::Values,
            (_, Reply::Rejected | Reply::Refused) | (Self::Refused, _) => Self::Refused,
            (_, Reply::Received | Reply::Accepted) => Self::Received,
        }
    }
}

/// What happened to a mail.
///
/// # Errors
/// [`StoreError`].
pub fn history(store: &dyn Store, number: u64, mail: &OutboxRecord) -> Result<History, StoreError> {
    let at = UtcTime::from_seconds;
    let mut events = Vec::new();
    if mail.state != OutboxState::Queued {
        events.push(Event {
            at: at(mail.changed),
            what: Happening::Mail(mail.state),
            text: mail.answer.clone(),
            message: None,
        });
    }
    let mut heard = Heard::default();
    for (message, reply) in store.replies(number)? {
        heard = heard.and(reply.reply);
        events.push(Event {
            at: at(reply.arrived),
            what: Happening::Reply(reply.reply),
            text: reply.text,
            message: Some(message),
        });
    }
    Ok(History { events, heard })
}

impl History {
    /// What the partner said, where it counts: more than what the server did, but for a mail that is
    /// on its way again.
    pub fn shown(&self, state: OutboxState) -> Heard {
        match state {
            OutboxState::Queued | OutboxState::Sending | OutboxState::Deferred { .. } => {
                Heard::Nothing
            }
            OutboxState::Sent
            | OutboxState::Failed
            | OutboxState::Cancelled
            | OutboxState::Unknown
            | OutboxState::Bounced => self.heard,
        }
    }

    /// How far its mail is, in a word.
    pub fn standing(&self, state: OutboxState) -> &'static str {
        match self.shown(state) {
            Heard::Nothing => state.name(),
            Heard::Received => "acknowledged",
            Heard::Refused => "rejected",
            Heard::Values => "answered",
        }
    }

    /// What the partner said of it, in order.
    pub fn replies(&self) -> impl DoubleEndedIterator<Item = &Event> {
        let is_reply = |event: &&Event| event.message.is_some();
        self.events.iter().filter(is_reply)
    }
}

impl Event {
    /// As programs read it: its time in RFC 3339.
    pub fn json(&self, english: &Text) -> Value {
        json!({
            "at": self.at.to_string(),
            "what": self.what.name(),
            "text": self.text,
            "meaning": self.meaning(english),
            "message": self.message,
        })
    }

    /// On a line, in English.
    pub fn line(&self) -> String {
        let meaning = self.meaning(&Text::new(Language::En));
        let text = match (self.text.as_str(), meaning.as_str()) {
            ("", _) => String::new(),
            (text, "") => format!(" ({text})"),
            (text, meaning) => format!(" ({text}: {meaning})"),
        };
        format!("{} {}{text}", self.at, self.what.name())
    }

    /// What the codes of a refusal mean, in words; empty if there are none.
    pub fn meaning(&self, text: &Text) -> String {
        let mean = |part: &str| {
            let mut words = part.split(' ');
            let code = words.next()?;
            match self.what {
                Happening::Reply(Reply::Rejected) => {
                    explain::syntax_error(code, text.language()).map(str::to_owned)
                }
                Happening::Reply(Reply::Refused) => {
                    // Code lists and APERAK have codes in common, with other meanings.
                    match words.next().filter(|word| explain::is_decision_list(word)) {
                        Some(list) => Some(explain::decision(code, list, text)),
                        None => {
                            explain::application_error(code, text.language()).map(str::to_owned)
                        }
                    }
                }
                Happening::Written | Happening::Mail(_) | Happening::Reply(_) => None,
            }
        };
        let mut meanings: Vec<String> = self.text.split("; ").filter_map(mean).collect();
        meanings.dedup();
        meanings.join("; ")
    }
}

impl Happening {
    /// In a word.
    pub fn name(self) -> &'static str {
        match self {
            Self::Written => "written",
            Self::Mail(state) => state.name(),
            Self::Reply(reply) => match reply {
                Reply::Received => "received",
                Reply::Rejected => "rejected",
                Reply::Accepted => "accepted",
                Reply::Refused => "refused",
                Reply::Values => "values",
            },
        }
    }
}

/// Mails of ours that partners rejected or refused, and have not answered otherwise since: the newest
/// first, below a number.
///
/// # Errors
/// [`StoreError`].
pub fn rejected(
    store: &dyn Store,
    mut below: u64,
    limit: usize,
) -> Result<Vec<(u64, OutboxRecord)>, StoreError> {
    let mut mails = Vec::new();
    while mails.len() < limit {
        let marked = store.rejected(below, limit)?;
        let Some((last, _)) = marked.last() else {
            break;
        };
        below = *last;
        for (number, _) in marked {
            let Some(mail) = store.outbox_record(number)? else {
                continue;
            };
            if history(store, number, &mail)?.heard == Heard::Refused {
                mails.push((number, mail));
            }
        }
    }
    mails.truncate(limit);
    Ok(mails)
}

/// How many mails of ours partners rejected since then, of the newest that were rejected at all.
/// Requests are not among them: to refuse one is an answer to it.
///
/// # Errors
/// [`StoreError`].
pub fn rejected_since(store: &dyn Store, since: UtcTime) -> Result<u64, StoreError> {
    let mut count = 0;
    for (number, arrived) in store.rejected(u64::MAX, MOST_COUNTED)? {
        let is_new = arrived >= since.seconds();
        let mail = if is_new {
            store.outbox_record(number)?
        } else {
            None
        };
        if mail.is_some_and(|mail| mail.purpose != Purpose::Request) {
            count += 1;
        }
    }
    Ok(count)
}

/// More tell a person nothing that these do not.
const MOST_COUNTED: usize = 1_000;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_the_end_and_a_refusal_is_not_taken_back_by_a_receipt() {
        use Reply::{Accepted, Received, Refused, Rejected, Values};
        let told = |replies: &[Reply]| {
            let heard = replies
                .iter()
                .fold(Heard::Nothing, |now, one| now.and(*one));
            let events = Vec::new();
            History { events, heard }.standing(OutboxState::Sent)
        };
        assert_eq!(told(&[]), "sent");
        assert_eq!(told(&[Received, Accepted]), "acknowledged");
        assert_eq!(told(&[Refused, Received]), "rejected");
        assert_eq!(told(&[Rejected]), "rejected");
        assert_eq!(told(&[Refused, Values]), "answered");
        assert_eq!(told(&[Values, Refused]), "answered");
        let (events, heard) = (Vec::new(), Heard::Refused);
        let refused = History { events, heard };
        assert_eq!(refused.standing(OutboxState::Queued), "queued");
        assert_eq!(refused.standing(OutboxState::Bounced), "rejected");
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
        assert!(of(Reply::Rejected, "29; 37 at segment 10").contains("; "));
        let german = meant(Reply::Refused, "A04 E_0442", Language::De);
        assert!(
            german.starts_with("Die Werte sind nicht vorhanden"),
            "{german}"
        );
        for (said, named) in [
            ("Z34 G_0001", "Z34 of code list G_0001"),
            // Known lists without such a code.
            ("A02 S_0077", "A02 of code list S_0077"),
            ("A77 E_0442", "A77 of decision tree E_0442"),
        ] {
            let meaning = of(Reply::Refused, said);
            assert!(
                meaning.contains(named) && meaning.contains("bdew-mako.de"),
                "{meaning}"
            );
        }
        let listed = of(Reply::Refused, "Z15 G_0015");
        assert_eq!(listed, "refused: who asks is not entitled to it");
        assert_eq!(of(Reply::Refused, "we have none"), "");
        assert_eq!(of(Reply::Values, "Z10"), "");
    }
}
