//! From what is to be said to a mail that waits for its number.

use crate::ingest::Draft;
use crate::mail::compose::{Letter, compose};
use crate::post::message_id;
use crate::store::outbox::{Purpose, Route, Written};

/// A mail of words alone, to one recipient.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Note {
    /// What it is for.
    pub purpose: Purpose,
    /// By which server it goes.
    pub route: Route,
    /// `Name <address>`, or an address.
    pub from: String,
    /// The same.
    pub to: String,
    /// One line.
    pub subject: String,
    /// The text.
    pub text: String,
}

impl Note {
    /// The mail, to be finished by the outbox.
    pub fn draft(self) -> Draft {
        Draft::new(move |slot| {
            let message_id = message_id(&self.from, self.purpose, slot);
            let letter = Letter {
                from: &self.from,
                to: &self.to,
                subject: &self.subject,
                text: &self.text,
                html: None,
                attachments: &[],
                message_id: &message_id,
                written: u64::try_from(slot.at.seconds()).unwrap_or(0),
            };
            let mail = compose(&letter).map_err(|error| error.to_string())?;
            let (from, to) = (mail.from().to_owned(), mail.to().to_owned());
            Ok(Written {
                purpose: self.purpose,
                route: self.route,
                from,
                to,
                subject: self.subject.clone(),
                bytes: mail.into_bytes(),
                message_id,
                reference: String::new(),
                partner: String::new(),
                request: None,
                answers: None,
            })
        })
    }
}
