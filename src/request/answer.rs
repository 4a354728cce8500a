//! Requests of others, answered from the store.
//!
//! What came and has no answer yet is kept by the store; the mails that answer it take it away in
//! their own batch, so that no crash answers a request twice. A request is answered by its values
//! (MSCONS with RFF+AGI), refused (ORDRSP) if there are none, or refused as a message (APERAK 313)
//! if it cannot be understood, or asks for what is not known or not this partner's to know.

mod refusal;
mod values;

use crate::acknowledge::{Acknowledgement, Agreement, TermsNow, of_request};
use crate::ingest::Draft;
use crate::market::calendar::UtcTime;
use crate::message::aperak::{ErrorCode, Fault};
use crate::message::message_type::MessageType;
use crate::message::mscons::{self, Interchange, Message, write};
use crate::message::orders::wanted::{Unsaid, wanted};
use crate::message::orders::{self, Orders};
use crate::message::ordrsp::{self, Ordrsp};
use crate::message::transfer::Transfer;
use crate::post::MarketFile;
use crate::request::answer::refusal::refusal;
use crate::request::answer::values::{Found, find};
use crate::store::archive::Archive;
use crate::store::outbox::{Answers, Purpose, Slot, Written};
use crate::store::request::AskedRecord;
use crate::store::{Store, StoreError};

/// The mails that answer a request; `None` if there is no answer by these terms.
///
/// # Errors
/// [`StoreError`].
pub fn answer(
    store: &dyn Store,
    archive: &Archive,
    terms: &TermsNow,
    asked: &AskedRecord,
    now: UtcTime,
) -> Result<Option<Vec<Draft>>, StoreError> {
    let Some(record) = store.interchange(&asked.interchange)? else {
        return Ok(None);
    };
    let (_, file) = archive.read(record.place)?;
    let mut read = mscons::read(&file);
    let Some(interchange) = read.interchanges.pop() else {
        return Ok(None);
    };
    let mut messages = interchange.messages.iter();
    let message = messages.find(|message| message.reference == asked.message);
    let (Some(message), Some(agreement)) = (message, terms.asked(&interchange)) else {
        return Ok(None);
    };
    let case = Case {
        interchange: &interchange,
        message,
        agreement: &agreement,
        asked,
    };
    let (orders, _) = orders::read(&file, &interchange, message);
    let said = case.decide(store, &orders, now)?;
    Ok(case.drafts(said, &orders, now))
}

/// A request of somebody else's, and by which terms it is answered.
struct Case<'a> {
    interchange: &'a Interchange,
    message: &'a Message,
    agreement: &'a Agreement,
    asked: &'a AskedRecord,
}

/// What is answered.
enum Said {
    Values(Box<write::Interchange>),
    /// There are none, or too many.
    Nothing,
    /// The request itself is wrong.
    Faulty(Fault),
}

impl Case<'_> {
    fn decide(&self, store: &dyn Store, orders: &Orders, now: UtcTime) -> Result<Said, StoreError> {
        let wanted = match wanted(orders) {
            Ok(wanted) => wanted,
            Err(unsaid) => return Ok(Said::Faulty(missing(unsaid))),
        };
        let fault = |code| Said::Faulty(Fault::new(code).with_content([&*wanted.location]));
        if !self.agreement.answers(&wanted.location) {
            return Ok(fault(ErrorCode::SenderNotAssigned));
        }
        let parties = (&*self.interchange.receiver, &*self.interchange.sender);
        Ok(match find(store, &wanted, parties, now)? {
            Found::Values(values) => Said::Values(values),
            Found::Nothing => Said::Nothing,
            Found::UnknownLocation => fault(ErrorCode::IdUnknown),
        })
    }

    /// `None` if the sender cannot be answered to.
    fn drafts(&self, said: Said, orders: &Orders, now: UtcTime) -> Option<Vec<Draft>> {
        let transfer = Transfer::answering(self.interchange, UNNUMBERED, now).ok()?;
        let received = UtcTime::from_seconds(self.asked.arrived);
        let heard = |faults| {
            let agreement = self.agreement.clone();
            of_request(self.interchange, self.message, faults, agreement, received)
        };
        let answer = match said {
            Said::Faulty(fault) => return Some(vec![self.heard(heard(vec![fault])?)]),
            Said::Values(values) => self.values(transfer, *values),
            Said::Nothing => self.refusal(transfer, orders),
        };
        let accepted = heard(Vec::new()).map(|accepted| self.heard(accepted));
        Some(accepted.into_iter().chain([answer]).collect())
    }

    /// The APERAK about the request.
    fn heard(&self, said: Acknowledgement) -> Draft {
        let asked = self.asked.clone();
        Draft::new(move |slot| {
            let mail = said.written(asked.interchange, slot);
            let mail = mail.map_err(|error| error.to_string())?;
            let answers = mail.answers.map(|answers| Answers {
                message: Some(asked.message),
                ..answers
            });
            Ok(Written { answers, ..mail })
        })
    }

    fn values(&self, transfer: Transfer, mut values: write::Interchange) -> Draft {
        let document = self.message.document.clone();
        self.file(transfer, move |transfer, slot| {
            values.reference = slot.reference();
            values.prepared = slot.at;
            for (message, n) in values.messages.iter_mut().zip(1_u32..) {
                message.document = format!("{}-{n}", slot.reference());
                message.date = slot.at;
                message.answers = Some(document.clone());
            }
            let name = transfer.mscons_subject(&values.application);
            let bytes = write::write(&values).map_err(|error| error.to_string())?;
            Ok((name, bytes))
        })
    }

    /// The ORDRSP that says that there are no values.
    fn refusal(&self, transfer: Transfer, orders: &Orders) -> Draft {
        let (pid, decision) = refusal(orders, self.agreement.sector);
        let refusal = Ordrsp {
            name_code: orders.name_code.clone(),
            item: orders.item.clone(),
            answers: Some(orders.document.clone()),
            pid: Some(pid),
            decisions: vec![decision],
            ..Ordrsp::default()
        };
        self.file(transfer, move |transfer, slot| {
            let ordrsp = Ordrsp {
                document: slot.reference(),
                date: Some(slot.at),
                ..refusal
            };
            let bytes = ordrsp::write(transfer, &[ordrsp]).map_err(|error| error.to_string())?;
            Ok((transfer.subject(MessageType::Ordrsp), bytes))
        })
    }

    /// A file that answers: its name and its bytes are made once it has its number.
    fn file(
        &self,
        transfer: Transfer,
        make: impl FnOnce(&Transfer, &Slot) -> Result<(String, Vec<u8>), String> + Send + 'static,
    ) -> Draft {
        let (asked, addressee) = (self.asked.clone(), self.agreement.addressee.clone());
        Draft::new(move |slot| {
            let reference = slot.reference();
            let transfer = transfer.under(&reference, slot.at);
            let transfer = transfer.map_err(|error| error.to_string())?;
            let (name, bytes) = make(&transfer, slot)?;
            let file = MarketFile {
                name,
                reference,
                receiver: transfer.receiver().code.clone(),
                bytes,
            };
            let answers = Answers {
                interchange: asked.interchange,
                message: Some(asked.message),
                due: None,
            };
            let mail = addressee.written(Purpose::Answer, file, Some(answers), slot);
            mail.map_err(|error| error.to_string())
        })
    }
}

fn missing(unsaid: Unsaid) -> Fault {
    let (name, segment) = match unsaid {
        Unsaid::Location => ("Meldepunkt", "LOC+172"),
        Unsaid::Time => ("Zeitraum", "DTM+163"),
        Unsaid::Item => ("Beschreibung", "IMD"),
    };
    Fault::new(ErrorCode::Missing).at(name, segment)
}

/// Until the outbox gives a number.
const UNNUMBERED: &str = "0";
