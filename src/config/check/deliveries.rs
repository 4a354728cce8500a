//! The check of `[[partner]]`, `[[expect]]` and `[alert]`.

use std::collections::HashSet;
use std::time::Duration;

use crate::config::alert::Alert;
use crate::config::check::Check;
use crate::config::check::sending::no_address;
use crate::config::expect::Expect;
use crate::config::mailbox::Mailbox;
use crate::config::partner::{Acknowledge, Partner, REQUEST_FIELDS, RequestFormat, Sector};
use crate::config::party::Party;
use crate::config::smtp::address;
use crate::config::{ConfigFault, Gateway, keys};
use crate::market::party::agency;
use crate::market::role;
use crate::text::template::Template;

pub(super) fn check(gateway: &Gateway, faults: &mut Vec<ConfigFault>) {
    let mut ids = HashSet::new();
    for (index, partner) in gateway.partner.iter().enumerate() {
        let mut check = Check {
            section: format!("partner[{index}]"),
            faults,
        };
        check.partner(partner);
        check.acknowledging(partner, gateway);
        if !partner.id.is_empty() && !ids.insert(partner.id.as_str()) {
            let what = format!("`{}` is the id of two partners; give it once", partner.id);
            check.fault("id", what);
        }
    }
    let mut ids = HashSet::new();
    for (index, party) in gateway.party.iter().enumerate() {
        let mut check = Check {
            section: format!("party[{index}]"),
            faults,
        };
        check.party(party);
        if !party.id.is_empty() && !ids.insert(party.id.as_str()) {
            let what = format!("`{}` is the id of two parties; give it once", party.id);
            check.fault("id", what);
        }
    }
    for (index, expect) in gateway.expect.iter().enumerate() {
        let mut check = Check {
            section: format!("expect[{index}]"),
            faults,
        };
        check.expect(expect, &gateway.partner);
        check.asking(expect, gateway);
    }
    let section = "alert".to_owned();
    Check { section, faults }.alert(&gateway.alert);
}

impl Check<'_> {
    fn partner(&mut self, partner: &Partner) {
        if partner.id.is_empty() {
            self.fault("id", "is missing; give the partner's MP-ID, 13 digits");
        }
        if !partner.mail.is_empty() && address(&partner.mail).is_none() {
            self.fault("mail", no_address(&partner.mail));
        }
        let text = &partner.request_text;
        if !text.is_empty()
            && let Err(error) = Template::read(text, &REQUEST_FIELDS)
        {
            self.fault("request_text", error.to_string());
        }
    }

    fn party(&mut self, party: &Party) {
        if party.id.is_empty() {
            self.fault("id", "is missing; give our MP-ID, 13 digits");
        }
        self.code(&party.id);
        let mail = &party.contact.mail;
        if !mail.is_empty() && address(mail).is_none() {
            self.fault("contact.mail", no_address(mail));
        }
    }

    /// What is needed where a partner hears how its messages were received, or gets values.
    fn acknowledging(&mut self, partner: &Partner, gateway: &Gateway) {
        let hears = partner.acknowledge != Acknowledge::None;
        let key = match (hears, partner.answer_requests.is_empty()) {
            (false, true) => return,
            (true, _) => "acknowledge",
            (false, false) => "answer_requests",
        };
        let has_sector = |id: &str| role::Sector::of(agency(id)).is_some();
        let is_unknown = |party: &Party| !has_sector(&party.id) && !has_sector(&partner.id);
        let (key, what) = if !gateway.smtp.is_on() {
            (
                key,
                "nothing is sent without a server; give [smtp] a host, or leave it out",
            )
        } else if partner.mail.is_empty() {
            (
                "mail",
                "is missing; give the address that answers and acknowledgements go to",
            )
        } else if gateway.party.is_empty() {
            (
                key,
                "an answer says who gives it; add a [[party]] with your MP-ID, or leave it out",
            )
        } else if partner.sector == Sector::Auto && gateway.party.iter().any(is_unknown) {
            (
                "sector",
                "cannot be told from the ids; give \"power\" or \"gas\": what is answered depends on it",
            )
        } else {
            return;
        };
        self.fault(key, what);
    }

    /// What is needed where the gateway asks by itself.
    fn asking(&mut self, expect: &Expect, gateway: &Gateway) {
        for recipient in &expect.escalate_to {
            if address(recipient).is_none() {
                self.fault("escalate_to", no_address(recipient));
            }
        }
        if expect.request_after.is_none() {
            return;
        }
        let mut partners = gateway.partner.iter();
        let partner = partners.find(|partner| partner.id == expect.partner);
        let what = if !gateway.smtp.is_on() {
            "nothing is sent without a server; give [smtp] a host, or leave it out"
        } else if expect.partner.is_empty() {
            "nobody is named who can be asked; give `partner`, or leave it out"
        } else if partner.is_some_and(|partner| partner.mail.is_empty()) {
            "its [[partner]] has no mail address; give it `mail`, or leave it out"
        } else if partner.is_some_and(|partner| {
            partner.request_format == RequestFormat::Orders && gateway.party.is_empty()
        }) {
            "an ORDERS needs a [[party]]; add one, or give the [[partner]] request_format = \"mail\""
        } else {
            return;
        };
        self.fault("request_after", what);
    }

    /// What stands in envelopes and file names.
    fn code(&mut self, id: &str) {
        let fits = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
        if id.len() > 35 || !id.bytes().all(fits) {
            let what = format!(
                "`{}` is no code of a market partner: up to 35 letters, digits and `-`",
                id.escape_debug()
            );
            self.fault("id", what);
        }
    }

    fn expect(&mut self, expect: &Expect, partners: &[Partner]) {
        if expect.location.is_empty() {
            let what =
                "is missing; give a market or metering location, or a pattern such as `5012*`";
            self.fault("location", what);
        }
        for (key, text) in [("location", &expect.location), ("obis", &expect.obis)] {
            if text.len() > PATTERN_BYTES {
                self.fault(key, format!("is longer than {PATTERN_BYTES} bytes"));
            }
        }
        let known = |partner: &Partner| partner.id == expect.partner;
        if !expect.partner.is_empty() && !partners.iter().any(known) {
            self.fault("partner", unknown_partner(&expect.partner, partners));
        }
    }

    /// A mailbox that is polled more seldom than an alert waits.
    pub(super) fn staleness(&mut self, mailbox: &Mailbox, alert: &Alert) {
        if mailbox.poll_interval >= alert.stale_after {
            let what = format!(
                "is not below alert.stale_after = \"{}\": the mailbox would be an alert between two polls",
                alert.stale_after
            );
            self.fault("poll_interval", what);
        }
    }

    fn alert(&mut self, alert: &Alert) {
        if alert.stale_after.duration() < STALE_LEAST {
            let what = "is too short: every mailbox would be an alert; give at least \"1s\"";
            self.fault("stale_after", what);
        }
        // The address is a secret: a part of it lets anyone write to the channel.
        let webhook = alert.webhook.reveal();
        if !webhook.is_empty()
            && !["http://", "https://"]
                .iter()
                .any(|s| webhook.starts_with(s))
        {
            self.fault("webhook", "is no address; it begins with `https://`");
        }
    }
}

pub(super) fn unknown_partner(id: &str, partners: &[Partner]) -> String {
    let by_name = partners.iter().find(|partner| partner.name == id);
    let nearest = keys::nearest(partners.iter().map(|partner| partner.id.as_str()), id);
    match (by_name, nearest) {
        (Some(partner), _) => format!("`{id}` is a name; write its id, `{}`", partner.id),
        (None, Some(nearest)) => {
            format!("no [[partner]] has the id `{id}`; did you mean `{nearest}`?")
        }
        (None, None) => format!("no [[partner]] has the id `{id}`; add one, or leave it out"),
    }
}

/// Locations have at most 33 characters, transfer series four of them.
const PATTERN_BYTES: usize = 200;
/// Below it nothing can be polled in time.
const STALE_LEAST: Duration = Duration::from_secs(1);
