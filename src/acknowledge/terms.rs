//! With whom acknowledgements are agreed.

use std::sync::{Arc, PoisonError, RwLock};

use crate::config::Gateway;
use crate::config::partner::{Acknowledge, Partner, Sector as PartnerSector};
use crate::market::party::agency;
use crate::market::role::Sector;
use crate::message::mscons::Interchange;
use crate::post::Addressee;
use crate::store::read::fits;

/// The terms that hold, shared by who renews them and those who go by them. Cloning shares them.
#[derive(Clone, Debug, Default)]
pub struct Terms(Arc<RwLock<TermsNow>>);

/// The terms that held when they were asked for. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct TermsNow(Arc<Agreed>);

#[derive(Debug, Default)]
struct Agreed {
    /// Our MP-IDs.
    parties: Vec<String>,
    /// Those who hear something, or get values.
    partners: Vec<Partner>,
    /// Who our mails are from.
    sender: String,
}

/// What is agreed with the sender of an interchange.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Agreement {
    /// Whose rules hold.
    pub sector: Sector,
    /// Whether and of what it hears.
    pub acknowledge: Acknowledge,
    /// Where it hears it.
    pub addressee: Addressee,
    /// Patterns of the locations whose values it may ask for.
    locations: Vec<String>,
}

impl Agreement {
    /// Whether it gets values of a location.
    pub fn answers(&self, location: &str) -> bool {
        let mut patterns = self.locations.iter();
        patterns.any(|pattern| fits(pattern, location))
    }
}

impl Terms {
    /// Those of a configuration.
    pub fn of_config(config: &Gateway) -> Self {
        Self(Arc::new(RwLock::new(TermsNow::of_config(config))))
    }

    /// Those that hold now.
    pub fn current(&self) -> TermsNow {
        let terms = self.0.read().unwrap_or_else(PoisonError::into_inner);
        terms.clone()
    }

    /// From now on those of another configuration hold.
    pub fn replace(&self, config: &Gateway) {
        let terms = TermsNow::of_config(config);
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = terms;
    }
}

impl TermsNow {
    /// Those of a configuration. Without a server nobody hears anything.
    pub fn of_config(config: &Gateway) -> Self {
        let is_party = |partner: &&Partner| {
            let hears = partner.acknowledge != Acknowledge::None;
            (hears || !partner.answer_requests.is_empty()) && config.smtp.is_on()
        };
        Self(Arc::new(Agreed {
            parties: config.party.iter().map(|party| party.id.clone()).collect(),
            partners: config.partner.iter().filter(is_party).cloned().collect(),
            sender: config.smtp.sender.clone(),
        }))
    }

    /// What is agreed about an interchange: it must come from a partner and be for one of us.
    pub fn about(&self, interchange: &Interchange) -> Option<Agreement> {
        let partner = self.partner(interchange)?;
        let hears = partner.acknowledge != Acknowledge::None;
        hears.then(|| self.agreement(partner, interchange))?
    }

    /// What is agreed with the sender of an interchange of requests, if they are answered.
    pub fn asked(&self, interchange: &Interchange) -> Option<Agreement> {
        let partner = self.partner(interchange)?;
        let is_answered = !partner.answer_requests.is_empty();
        is_answered.then(|| self.agreement(partner, interchange))?
    }

    fn agreement(&self, partner: &Partner, interchange: &Interchange) -> Option<Agreement> {
        Some(Agreement {
            sector: sector(partner, &interchange.receiver)?,
            acknowledge: partner.acknowledge,
            addressee: Addressee::of(partner, &self.0.sender),
            locations: partner.answer_requests.clone(),
        })
    }

    fn partner(&self, interchange: &Interchange) -> Option<&Partner> {
        let mut partners = self.0.partners.iter();
        let partner = partners.find(|partner| partner.id == interchange.sender)?;
        let is_for_us = self.0.parties.contains(&interchange.receiver);
        is_for_us.then_some(partner)
    }
}

/// Whose rules hold: those that a person wrote down, else those of the receiver, which is us, else
/// those of the sender (APERAK AHB 1.1, 2.4.1).
fn sector(partner: &Partner, us: &str) -> Option<Sector> {
    match partner.sector {
        PartnerSector::Power => Some(Sector::Power),
        PartnerSector::Gas => Some(Sector::Gas),
        PartnerSector::Auto => {
            let of = |id: &str| Sector::of(agency(id));
            of(us).or_else(|| of(&partner.id))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::party::Party;
    use crate::message::transfer::Packing;

    const US: &str = "9985046000001";
    const THEM: &str = "9905048000007";

    fn config(change: impl FnOnce(&mut Partner)) -> Gateway {
        let mut partner = Partner {
            id: THEM.to_owned(),
            mail: "edifact@netz.example".to_owned(),
            acknowledge: Acknowledge::Both,
            ..Partner::default()
        };
        change(&mut partner);
        let mut config = Gateway {
            party: vec![Party {
                id: US.to_owned(),
                ..Party::default()
            }],
            partner: vec![partner],
            ..Gateway::default()
        };
        config.smtp.host = "smtp.example.org".to_owned();
        config.smtp.sender = "meter@example.org".to_owned();
        config
    }

    fn about(config: &Gateway, sender: &str, receiver: &str) -> Option<Agreement> {
        let interchange = Interchange {
            sender: sender.to_owned(),
            receiver: receiver.to_owned(),
            ..Interchange::default()
        };
        Terms::of_config(config).current().about(&interchange)
    }

    #[test]
    fn only_partners_who_speak_to_us_hear_something() {
        let agreed = config(|_| {});
        let agreement = about(&agreed, THEM, US).unwrap();
        assert_eq!(agreement.sector, Sector::Power);
        assert_eq!(
            agreement.addressee,
            Addressee {
                from: "meter@example.org".to_owned(),
                to: "edifact@netz.example".to_owned(),
                packing: Packing::None,
            }
        );
        assert_eq!(about(&agreed, "9904000000006", US), None);
        assert_eq!(about(&agreed, THEM, "9904000000006"), None);
        assert_eq!(about(&agreed, US, THEM), None);
        let silent = config(|partner| partner.acknowledge = Acknowledge::None);
        assert_eq!(about(&silent, THEM, US), None);
        let mut without_server = config(|_| {});
        without_server.smtp.host.clear();
        assert_eq!(about(&without_server, THEM, US), None);
    }

    #[test]
    fn the_sector_is_what_a_person_wrote_else_that_of_the_receiver_else_of_the_sender() {
        let sector = |config: &Gateway, sender, receiver| {
            about(config, sender, receiver).map(|agreement| agreement.sector)
        };
        let told = config(|partner| partner.sector = PartnerSector::Gas);
        assert_eq!(sector(&told, THEM, US), Some(Sector::Gas));
        let mut gas = config(|_| {});
        gas.party[0].id = "9800357000005".to_owned();
        assert_eq!(sector(&gas, THEM, "9800357000005"), Some(Sector::Gas));
        let mut gln = config(|_| {});
        gln.party[0].id = "4012345000023".to_owned();
        assert_eq!(sector(&gln, THEM, "4012345000023"), Some(Sector::Power));
        gln.partner[0].id = "12XBKW-HANDEL--X".to_owned();
        let unknown = sector(&gln, "12XBKW-HANDEL--X", "4012345000023");
        assert_eq!(unknown, None);
    }

    #[test]
    fn a_reload_changes_the_terms() {
        let terms = Terms::of_config(&config(|_| {}));
        let shared = terms.clone();
        shared.replace(&config(|partner| partner.acknowledge = Acknowledge::None));
        let interchange = Interchange {
            sender: THEM.to_owned(),
            receiver: US.to_owned(),
            ..Interchange::default()
        };
        assert_eq!(terms.current().about(&interchange), None);
    }
}
