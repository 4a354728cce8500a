//! What is to be said of an interchange.
//!
//! Source: BDEW CONTRL AHB 1.0 and APERAK AHB 1.1: a syntax error rejects the interchange, and then
//! nothing is said of its content.

use std::collections::BTreeMap;

use crate::acknowledge::terms::{Agreement, TermsNow};
use crate::config::partner::Acknowledge;
use crate::market::calendar::UtcTime;
use crate::market::role::Sector;
use crate::message::acknowledgement::{Reception, due};
use crate::message::aperak::{Aperak, Fault, faults};
use crate::message::contrl::{self, Action, Contrl, Refusal};
use crate::message::message_type::MessageType;
use crate::message::mscons::{Interchange, Message};
use crate::message::orders::wanted::is_for_values;
use crate::message::transfer::Transfer;
use crate::post::Addressee;

/// What is to be said of an interchange, if it comes for the first time.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Heard {
    /// As a rule. Empty if there is nothing to say.
    pub usual: Vec<Acknowledgement>,
    /// Instead, if its reference is known with other content.
    pub conflict: Option<Acknowledgement>,
}

/// One mail that acknowledges.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Acknowledgement {
    /// Whom it goes to, without its reference.
    pub(in crate::acknowledge) transfer: Transfer,
    pub(in crate::acknowledge) addressee: Addressee,
    /// What it says, without its numbers.
    pub(in crate::acknowledge) content: Content,
    /// By when.
    pub due: UtcTime,
}

/// What is said.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(in crate::acknowledge) enum Content {
    Contrl(Contrl),
    /// Of one message each.
    Aperaks(Vec<Aperak>),
}

/// What an acknowledgement says, as it is counted.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Verdict {
    /// CONTRL 7.
    Received,
    /// CONTRL 4.
    Rejected,
    /// APERAK 312.
    Accepted,
    /// APERAK 313.
    Refused,
}

impl Acknowledgement {
    /// Each thing that it says.
    pub fn verdicts(&self) -> impl Iterator<Item = Verdict> + '_ {
        let (contrl, aperaks) = match &self.content {
            Content::Contrl(contrl) if contrl.action == Action::RECEIVED => {
                (Some(Verdict::Received), [].iter())
            }
            Content::Contrl(_) => (Some(Verdict::Rejected), [].iter()),
            Content::Aperaks(aperaks) => (None, aperaks.iter()),
        };
        let of_aperaks = aperaks.map(|aperak| match aperak.is_acceptance() {
            Some(true) => Verdict::Accepted,
            Some(false) | None => Verdict::Refused,
        });
        contrl.into_iter().chain(of_aperaks)
    }
}

/// What is to be said of an interchange that was received at an instant; `None` if nothing is agreed
/// with its sender, or it is not ours to acknowledge: acknowledgements, types of messages that are
/// not read here, and what is over a bound of ours.
///
/// `file` is what the interchange was read from; `refused` has what is wrong with messages that are
/// not taken for another reason than what the reader found in them, by their index.
pub fn heard(
    file: &[u8],
    interchange: &Interchange,
    refused: &BTreeMap<usize, Vec<Fault>>,
    terms: &TermsNow,
    received: UtcTime,
) -> Option<Heard> {
    let agreement = terms.about(interchange)?;
    if !interchange.messages.iter().all(is_to_be_acknowledged) {
        return None;
    }
    let report = contrl::report(file, interchange)?;
    let is_rejected = report.action == Action::REJECTED;
    let speaker = Speaker::new(interchange, agreement, received)?;
    let conflict = contrl::rejection(interchange, Refusal::Duplicate);
    let conflict = speaker.contrl(conflict, Reception::SyntaxError);
    let of_syntax = if is_rejected {
        Reception::SyntaxError
    } else {
        Reception::Accepted
    };
    let mut usual: Vec<_> = speaker.contrl(report, of_syntax).into_iter().collect();
    if !is_rejected {
        let answers = terms.asked(interchange).is_some();
        usual.extend(speaker.aperaks(file, refused, answers));
    }
    Some(Heard { usual, conflict })
}

/// Whether requests of an interchange are answered: that is agreed, and nobody rejects them.
///
/// `file` is what the interchange was read from.
pub fn is_answered(file: &[u8], interchange: &Interchange, terms: &TermsNow) -> bool {
    let is_well =
        || contrl::report(file, interchange).is_some_and(|said| said.action == Action::RECEIVED);
    terms.asked(interchange).is_some() && !interchange.is_test && is_well()
}

/// What is said of a request by who answers it: with faults, it is refused, whether or not
/// acknowledgements are agreed, since that is the answer.
pub fn of_request(
    interchange: &Interchange,
    message: &Message,
    faults: Vec<Fault>,
    agreement: Agreement,
    received: UtcTime,
) -> Option<Acknowledgement> {
    if faults.is_empty() && !agreement.acknowledge.tells_aperak() {
        return None;
    }
    let speaker = Speaker::new(interchange, agreement, received)?;
    let (due, aperak) = speaker.aperak(message, faults)?;
    Some(speaker.acknowledgement(Content::Aperaks(vec![aperak]), due))
}

/// Never an acknowledgement, and nothing that others understand and we do not. A message without a
/// type is broken, which is to be said.
fn is_to_be_acknowledged(message: &Message) -> bool {
    match MessageType::of(&message.kind) {
        Some(kind) => !kind.is_acknowledgement(),
        None => message.kind.is_empty() || message.kind == MSCONS,
    }
}

/// Whether it is ours to say that a message's content is right. Of a request that is answered, who
/// answers it says so.
fn is_judged(message: &Message, answers: bool) -> bool {
    match MessageType::of(&message.kind) {
        Some(MessageType::Orders) => !(answers && is_for_values(message.pid)),
        Some(MessageType::Ordrsp) => true,
        Some(MessageType::Contrl | MessageType::Aperak) => false,
        None => message.kind == MSCONS,
    }
}

/// Says things of one interchange.
struct Speaker<'a> {
    interchange: &'a Interchange,
    transfer: Transfer,
    addressee: Addressee,
    sector: Sector,
    acknowledge: Acknowledge,
    received: UtcTime,
}

impl<'a> Speaker<'a> {
    /// `None` if its parties cannot be answered to.
    fn new(interchange: &'a Interchange, agreement: Agreement, received: UtcTime) -> Option<Self> {
        let Agreement {
            sector,
            acknowledge,
            addressee,
            ..
        } = agreement;
        let transfer = Transfer::answering(interchange, UNNUMBERED, received).ok()?;
        Some(Self {
            interchange,
            transfer,
            addressee,
            sector,
            acknowledge,
            received,
        })
    }

    /// A CONTRL, if the sector has one for how the interchange was received.
    fn contrl(&self, contrl: Contrl, reception: Reception) -> Option<Acknowledgement> {
        if !self.acknowledge.tells_contrl() {
            return None;
        }
        // An interchange without messages is due as any.
        let kinds = self
            .interchange
            .messages
            .iter()
            .map(|message| &*message.kind);
        let kinds = kinds.chain(self.interchange.messages.is_empty().then_some(MSCONS));
        let due = kinds.filter_map(|kind| due(self.sector, kind, reception, self.received).contrl);
        Some(self.acknowledgement(Content::Contrl(contrl), due.min()?))
    }

    /// The APERAKs of all messages that have one.
    fn aperaks(
        &self,
        file: &[u8],
        refused: &BTreeMap<usize, Vec<Fault>>,
        answers: bool,
    ) -> Option<Acknowledgement> {
        if !self.acknowledge.tells_aperak() {
            return None;
        }
        let (mut aperaks, mut first) = (Vec::new(), None);
        for (index, message) in self.interchange.messages.iter().enumerate() {
            let refused = refused.get(&index);
            if refused.is_none() && !is_judged(message, answers) {
                continue;
            }
            let mut faults = faults(file, self.interchange, message);
            faults.extend(refused.into_iter().flatten().cloned());
            let Some((due, aperak)) = self.aperak(message, faults) else {
                continue;
            };
            first = Some(first.map_or(due, |first: UtcTime| first.min(due)));
            aperaks.push(aperak);
        }
        Some(self.acknowledgement(Content::Aperaks(aperaks), first?))
    }

    /// The APERAK about a message and when it is due, if the sector has one.
    fn aperak(&self, message: &Message, faults: Vec<Fault>) -> Option<(UtcTime, Aperak)> {
        let (of, received) = (self.interchange, self.received);
        let (reception, aperak) = if faults.is_empty() {
            let accepting = Aperak::accepting(of, message, "", received);
            (Reception::Accepted, accepting)
        } else {
            let refusing = Aperak::refusing(of, message, faults, "", received);
            (Reception::Refused, refusing)
        };
        let due = due(self.sector, &message.kind, reception, received).aperak?;
        Some((due, aperak))
    }

    fn acknowledgement(&self, content: Content, due: UtcTime) -> Acknowledgement {
        Acknowledgement {
            transfer: self.transfer.clone(),
            addressee: self.addressee.clone(),
            content,
            due,
        }
    }
}

const MSCONS: &str = "MSCONS";
/// Until the outbox gives a number.
const UNNUMBERED: &str = "0";

#[cfg(test)]
mod tests;
