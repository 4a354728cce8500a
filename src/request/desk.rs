//! Who asks whom, and how the mail is written.

use std::sync::Arc;

use jiff::tz::TimeZone;

use crate::config::Gateway;
use crate::config::partner::{Partner, RequestFormat, Sector as PartnerSector};
use crate::config::party::{Party, Role as PartyRole};
use crate::ingest::Draft;
use crate::mail::compose::{Letter, compose};
use crate::market::calendar::UtcTime;
use crate::market::location::check_digit_fits;
use crate::market::party;
use crate::market::role::{Role, Sector};
use crate::message::message_type::MessageType;
use crate::message::orders::request::{
    Complaint, Fault as OrdersFault, Period, Place, Reason, Values, When,
};
use crate::message::orders::{self, Ask, Contact, Request};
use crate::message::transfer::Transfer;
use crate::outbox::Note;
use crate::post::{self, Attachment};
use crate::request::acquire::{Decision, Lack};
use crate::request::words;
use crate::request::{Fault, RequestFault, What, Wish};
use crate::store::outbox::{Purpose, Route, Slot, Written};
use crate::store::request::RequestRecord;
use crate::text::Text;

/// Who asks: what the configuration says of us and our partners. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Desk(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    parties: Vec<Party>,
    partners: Vec<Partner>,
    /// Who our mails are from; empty without a server.
    sender: String,
    text: Text,
}

/// A request as it would be sent.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Preview {
    /// Address of the recipient.
    pub to: String,
    /// Subject.
    pub subject: String,
    /// The ORDERS, or the words.
    pub content: String,
}

/// What goes into a mail.
struct Content {
    subject: String,
    text: String,
    file: Option<Attachment>,
    /// The ORDERS as it is before it is packed.
    edifact: Option<Vec<u8>>,
    reference: String,
    partner: String,
    pid: Option<u32>,
}

impl Desk {
    /// The desk of a configuration.
    pub fn new(config: &Gateway, zone: TimeZone) -> Self {
        Self(Arc::new(Shared {
            parties: config.party.clone(),
            partners: config.partner.clone(),
            sender: if config.smtp.is_on() {
                config.smtp.sender.clone()
            } else {
                String::new()
            },
            text: Text::new(config.language).in_zone(zone),
        }))
    }

    /// The request as it would be sent now, with a number that is made up.
    ///
    /// # Errors
    /// [`RequestFault`].
    pub fn preview(&self, wish: &Wish, now: UtcTime) -> Result<Preview, RequestFault> {
        let partner = self.partner(&wish.partner)?;
        let content = self.content(wish, partner, &Slot::behind(None, now))?;
        let edifact = content.edifact.as_deref().map(latin1);
        Ok(Preview {
            to: recipient(partner)?,
            subject: content.subject,
            content: edifact.unwrap_or(content.text),
        })
    }

    /// The mail that asks, to be finished by the outbox.
    ///
    /// # Errors
    /// [`RequestFault`]: whatever would be wrong with it is told before.
    pub fn draft(&self, wish: Wish, now: UtcTime) -> Result<Draft, RequestFault> {
        if self.0.sender.is_empty() {
            return Err(RequestFault::NoServer);
        }
        let desk = self.clone();
        desk.written(&wish, &Slot::behind(None, now))?;
        Ok(Draft::new(move |slot| {
            desk.written(&wish, slot).map_err(|fault| fault.to_string())
        }))
    }

    /// The mails for what is to be asked now: the requests, and words to a person where three had
    /// no effect. What cannot be asked is told.
    pub fn drafts(&self, lacks: &[Lack], now: UtcTime) -> (Vec<Draft>, Vec<(Wish, RequestFault)>) {
        let (mut drafts, mut faults) = (Vec::new(), Vec::new());
        for lack in lacks {
            if !matches!(lack.decision, Decision::Ask { .. }) {
                continue;
            }
            match self.draft(lack.wish.clone(), now) {
                Ok(draft) => drafts.push(draft),
                Err(fault) => {
                    faults.push((lack.wish.clone(), fault));
                    continue;
                }
            }
            if lack.decision.escalates() {
                drafts.extend(self.escalation(lack).map(Note::draft));
            }
        }
        (drafts, faults)
    }

    fn escalation(&self, lack: &Lack) -> impl Iterator<Item = Note> {
        let partner = self.partner(&lack.wish.partner).map_or("", called);
        let text = &self.0.text;
        let (from, to) = (lack.wish.from, lack.wish.to);
        let period = text.request_period(
            &text.date_time(from.seconds()),
            &text.date_time(to.seconds()),
        );
        let subject = text.request_escalation(partner, &lack.wish.location);
        let body = text.request_escalation_text(partner, &lack.wish.location, &period);
        lack.escalate_to.iter().map(move |to| Note {
            purpose: Purpose::Alert,
            route: Route::Main,
            from: self.0.sender.clone(),
            to: to.clone(),
            subject: subject.clone(),
            text: format!("{body}\n"),
        })
    }

    fn written(&self, wish: &Wish, slot: &Slot) -> Result<Written, RequestFault> {
        let partner = self.partner(&wish.partner)?;
        let to = recipient(partner)?;
        let content = self.content(wish, partner, slot)?;
        let from = &self.0.sender;
        let message_id = post::message_id(from, Purpose::Request, slot);
        let attachments: Vec<_> = content.file.iter().map(Attachment::as_attached).collect();
        let mail = compose(&Letter {
            from,
            to: &to,
            subject: &content.subject,
            text: &content.text,
            html: None,
            attachments: &attachments,
            message_id: &message_id,
            written: u64::try_from(slot.at.seconds()).unwrap_or(0),
        });
        let mail = mail.map_err(|error| RequestFault::Unwritable(error.to_string()))?;
        let (from, to) = (mail.from().to_owned(), mail.to().to_owned());
        Ok(Written {
            purpose: Purpose::Request,
            route: Route::Main,
            from,
            to,
            subject: content.subject,
            message_id,
            reference: content.reference,
            partner: content.partner,
            request: Some(RequestRecord {
                partner: partner.id.clone(),
                location: wish.location.clone(),
                obis: wish.obis.clone(),
                from: wish.from.seconds(),
                to: if wish.what.is_instant() {
                    wish.from.seconds()
                } else {
                    wish.to.seconds()
                },
                pid: content.pid,
                asked: slot.at.seconds(),
                by_itself: wish.by_itself,
            }),
            answers: None,
            bytes: mail.into_bytes(),
        })
    }

    fn content(
        &self,
        wish: &Wish,
        partner: &Partner,
        slot: &Slot,
    ) -> Result<Content, RequestFault> {
        match partner.request_format {
            RequestFormat::Orders => self.orders(wish, partner, slot),
            RequestFormat::Mail => {
                in_words(wish, slot.at)?;
                let usual = &self.0.text;
                let language = partner.language(usual.language());
                let text = Text::new(language).in_zone(usual.time_zone().clone());
                let written = words::request(wish, partner, &slot.reference(), &text);
                let (subject, text) =
                    written.map_err(|error| RequestFault::Unwritable(error.to_string()))?;
                Ok(Content {
                    subject,
                    text,
                    file: None,
                    edifact: None,
                    reference: String::new(),
                    partner: String::new(),
                    pid: None,
                })
            }
        }
    }

    fn orders(&self, wish: &Wish, partner: &Partner, slot: &Slot) -> Result<Content, RequestFault> {
        let name = || called(partner).to_owned();
        let them = party::Party::new(&partner.id);
        let sector = match partner.sector {
            PartnerSector::Power => Some(Sector::Power),
            PartnerSector::Gas => Some(Sector::Gas),
            PartnerSector::Auto => Sector::of(them.agency),
        };
        let sector = sector.ok_or_else(|| RequestFault::NoSector { partner: name() })?;
        // Of several parties that one asks whose sector it is, else the first.
        let is_of_sector = |party: &&Party| Sector::of(party::agency(&party.id)) == Some(sector);
        let mut parties = self.0.parties.iter();
        let party = parties.clone().find(is_of_sector).or(parties.next());
        let party = party.ok_or_else(|| RequestFault::NoParty { partner: name() })?;
        let reference = slot.reference();
        let asks = ask(wish, party);
        let orders = orders::request(&Request {
            role: role(party.role),
            sector,
            document: &reference,
            asks: &asks,
            now: slot.at,
        })?;
        let us = party::Party::new(&party.id);
        let transfer = Transfer::new(us, them, &reference, slot.at);
        let transfer = transfer.map_err(|error| RequestFault::Unwritable(error.to_string()))?;
        let edifact = orders::write(&transfer, &[orders]);
        let edifact = edifact.map_err(|error| RequestFault::Unwritable(error.to_string()))?;
        let subject = transfer.subject(MessageType::Orders);
        let file = post::attached(&subject, edifact.clone(), post::packing(partner));
        let file = file.map_err(|error| RequestFault::Unwritable(error.to_string()))?;
        Ok(Content {
            subject,
            text: String::new(),
            file: Some(file),
            edifact: Some(edifact),
            reference,
            partner: partner.id.clone(),
            pid: Some(asks.pid()),
        })
    }

    fn partner(&self, wanted: &str) -> Result<&Partner, RequestFault> {
        let mut partners = self.0.partners.iter();
        let found = partners.find(|one| one.id == wanted || one.name == wanted);
        found.ok_or_else(|| {
            let all = self.0.partners.iter().map(called);
            let all: Vec<&str> = all.collect();
            RequestFault::UnknownPartner {
                partner: wanted.to_owned(),
                known: if all.is_empty() {
                    "there is none yet; add one with `id` and `mail`".to_owned()
                } else {
                    format!("there are {}", all.join(", "))
                },
            }
        })
    }
}

impl What {
    /// Whether it is about an instant.
    pub fn is_instant(&self) -> bool {
        matches!(
            self,
            Self::Change | Self::Apportioning | Self::ReadingInBetween
        )
    }
}

/// What people call a partner.
pub(super) fn called(partner: &Partner) -> &str {
    if partner.name.is_empty() {
        &partner.id
    } else {
        &partner.name
    }
}

fn recipient(partner: &Partner) -> Result<String, RequestFault> {
    if partner.mail.is_empty() {
        let partner = called(partner).to_owned();
        return Err(RequestFault::NoAddress { partner });
    }
    Ok(partner.mail.clone())
}

/// What a request in words must not say, either. The market's rules are `orders::request`'s.
fn in_words(wish: &Wish, now: UtcTime) -> Result<(), RequestFault> {
    if check_digit_fits(&wish.location) == Some(false) {
        let location = wish.location.clone();
        return Err(RequestFault::CheckDigit { location });
    }
    for (name, text) in [("location", &wish.location), ("OBIS code", &wish.obis)] {
        if text.contains(char::is_control) || text.len() > LONGEST_CODE {
            let what =
                format!("the {name} holds a line end or another control character, or is too long");
            return Err(RequestFault::Unwritable(what));
        }
    }
    let until = if wish.what.is_instant() {
        wish.from
    } else if wish.to <= wish.from {
        let (from, to) = (wish.from, wish.to);
        let what = format!("the period from {from} ends at {to}; it must end later");
        return Err(RequestFault::Period(what));
    } else {
        wish.to
    };
    if until > now {
        let what = format!("{until} is not over at {now}; only what is past can be asked for");
        return Err(RequestFault::Period(what));
    }
    Ok(())
}

fn role(role: PartyRole) -> Role {
    match role {
        PartyRole::Supplier => Role::Supplier,
        PartyRole::GridOperator => Role::GridOperator,
        PartyRole::TransmissionOperator => Role::TransmissionOperator,
        PartyRole::MeteringOperator => Role::MeteringOperator,
    }
}

fn ask(wish: &Wish, party: &Party) -> Ask {
    let location = wish.location.clone();
    let period = Period {
        start: wish.from,
        end: wish.to,
    };
    let values = |values| Ask::Values {
        values,
        location: location.clone(),
        period,
    };
    let determination = |reason| Ask::Determination {
        reason,
        location: location.clone(),
        at: wish.from,
    };
    match &wish.what {
        What::LoadProfile => values(Values::LoadProfile),
        What::Readings => values(Values::Readings),
        What::EnergyAmount => values(Values::EnergyAmount),
        What::EnergyAndPeak => values(Values::EnergyAndPeak),
        What::CalorificValue => Ask::CalorificValue { location, period },
        What::Change => determination(Reason::Change),
        What::Apportioning if party.role == PartyRole::MeteringOperator => {
            determination(Reason::ApportioningOfReadings)
        }
        What::Apportioning => determination(Reason::Apportioning),
        What::ReadingInBetween => determination(Reason::ReadingInBetween),
        What::Complaint { fault, text } => Ask::Complaint(Complaint {
            fault: match fault.clone() {
                Fault::Missing => OrdersFault::Missing,
                Fault::TooHigh { document } => OrdersFault::TooHigh { document },
                Fault::TooLow { document } => OrdersFault::TooLow { document },
            },
            values: Values::LoadProfile,
            place: Place::Location(location),
            obis: wish.obis.clone(),
            when: When::Period(period),
            text: text.clone(),
            contact: contact(party),
        }),
    }
}

fn contact(party: &Party) -> Contact {
    let given = |text: &String| Some(text.clone()).filter(|text| !text.is_empty());
    Contact {
        name: party.contact.name.clone(),
        phone: given(&party.contact.phone),
        mail: given(&party.contact.mail),
    }
}

/// UNOC is ISO 8859-1: each byte is its character.
fn latin1(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| char::from(*byte)).collect()
}

/// LOC 3225 and PIA 7140 have 35.
const LONGEST_CODE: usize = 35;
