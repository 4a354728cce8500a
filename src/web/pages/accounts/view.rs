//! The page of the accounts, from what was seen to ready fields. Pure.

mod faults;
mod inputs;

use actix_web::HttpResponse;
use askama::Template;

use crate::market::calendar::UtcTime;
use crate::oauth::{OauthError, Status};
use crate::text::Text;
use crate::web::assets;
use crate::web::door::see;
use crate::web::pages::accounts::change::Unsaved;
use crate::web::pages::accounts::form::Wanted;
use crate::web::pages::accounts::sight::{Known, Locked, Seen, Sight};
use crate::web::pages::accounts::view::inputs::{Inputs, new_account};
use crate::web::pages::{Shell, Tab};
use crate::web::sign_ins::redirect_uri;

pub(super) use faults::{detail, meaning};

#[derive(Template)]
#[template(path = "accounts.html", config = "src/web/askama.toml")]
pub(super) struct AccountsPage<'a> {
    shell: Shell<'a>,
    /// Address of the script.
    script: String,
    form_token: &'a str,
    fingerprint: &'a str,
    /// What was done; empty for nothing.
    notice: String,
    /// What was not done; empty if nothing was to be.
    not_done: String,
    /// Why it was not.
    faults: Vec<String>,
    /// Why nothing can be changed; empty if it can.
    locked: Vec<String>,
    /// The file that the first account makes; empty if there is one.
    to_be_made: &'a str,
    redirect_uri: String,
    cards: Vec<Card>,
    new_name: String,
    new: Inputs,
    is_new_open: bool,
}

/// An account.
pub(super) struct Card {
    name: String,
    tone: &'static str,
    state: String,
    /// What does not work, and what to do; empty if all does.
    fault: String,
    detail: String,
    warnings: Vec<String>,
    facts: Vec<(String, String)>,
    scopes: Vec<String>,
    /// Where an administrator of the tenant consents for all; empty for nowhere.
    consent: String,
    inputs: Option<Inputs>,
    /// Whether the fields are shown at once.
    is_open: bool,
    /// What the button that connects says; empty where nobody signs in.
    connect: String,
    can_test: bool,
    can_disconnect: bool,
}

/// What led to the page.
pub(super) enum Said {
    /// Something was done, and with which account.
    Notice(String, String),
    /// A form was not stored; what it said, and whether for a new account.
    Unsaved(Unsaved, Wanted, bool),
    /// An account of this name was not removed.
    NotRemoved(Unsaved, String),
}

pub(super) fn view<'a>(
    sight: &'a Sight,
    said: &Said,
    form_token: &'a str,
    base_url: &str,
    text: &'a Text,
) -> AccountsPage<'a> {
    let entered = match said {
        Said::Notice(..) | Said::NotRemoved(..) => None,
        Said::Unsaved(_, wanted, is_new) => Some((wanted, *is_new)),
    };
    let cards = sight.accounts.iter().map(|seen| {
        let entered = entered.filter(|(wanted, is_new)| !is_new && wanted.name == seen.name);
        card(seen, entered.map(|(wanted, _)| wanted), text)
    });
    let new = entered
        .filter(|(_, is_new)| *is_new)
        .map(|(wanted, _)| wanted);
    AccountsPage {
        shell: Shell::new(text, Tab::Settings, text.accounts_title(), 0).of(form_token),
        script: assets::script_address(),
        form_token,
        fingerprint: &sight.fingerprint,
        notice: said.notice(text),
        not_done: said.not_done(text),
        faults: said.faults(text),
        locked: match &sight.locked {
            Locked::No => Vec::new(),
            Locked::NoFile => vec![text.accounts_no_file()],
            Locked::Because(error) => faults::of_file(error, text),
        },
        to_be_made: &sight.to_be_made,
        redirect_uri: redirect_uri(base_url),
        cards: cards.collect(),
        new_name: new.map_or_else(String::new, |wanted| wanted.name.clone()),
        new: Inputs::of(&new_account(), new, text),
        is_new_open: new.is_some() || sight.accounts.is_empty(),
    }
}

/// Goes to the page, and has it say what was done.
pub(super) fn notice(what: &str, account: &str) -> HttpResponse {
    see(&format!(
        "/settings/accounts?notice={what}&account={account}"
    ))
}

impl Said {
    fn notice(&self, text: &Text) -> String {
        let Self::Notice(what, account) = self else {
            return String::new();
        };
        // The address is anybody's to write: it chooses among our sentences.
        let is_name = |byte: u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_' | b'-');
        if account.len() > NAME_BYTES || !account.bytes().all(is_name) {
            return String::new();
        }
        match what.as_str() {
            "saved" => text.accounts_saved(account),
            "connect-again" => text.accounts_connect_again(account),
            "removed" => text.accounts_removed(account),
            "removed-not-wiped" => text.accounts_removed_not_wiped(account),
            "connected" => text.accounts_connected(account),
            "disconnected" => text.accounts_disconnected(account),
            "works" => text.accounts_works(account),
            _ => String::new(),
        }
    }

    fn not_done(&self, text: &Text) -> String {
        match self {
            Self::Notice(..) => String::new(),
            Self::Unsaved(_, _, true) => text.accounts_not_added(),
            Self::Unsaved(_, wanted, false) => text.accounts_not_saved(&wanted.name),
            Self::NotRemoved(_, name) => text.accounts_not_removed(name),
        }
    }

    fn faults(&self, text: &Text) -> Vec<String> {
        match self {
            Self::Notice(..) => Vec::new(),
            Self::Unsaved(why, ..) | Self::NotRemoved(why, _) => faults::unsaved(why, text),
        }
    }
}

fn card(seen: &Seen, entered: Option<&Wanted>, text: &Text) -> Card {
    let (tone, state) = state(seen.status.as_ref(), text);
    let (status, fault) = match &seen.status {
        Some(Ok(status)) => (Some(status), status.fault.as_ref()),
        Some(Err(error)) => (None, Some(error)),
        None => (None, None),
    };
    let is_connected = status.is_some_and(|status| status.connected.is_some());
    let by_a_person = status.is_some_and(|status| status.by_a_person);
    Card {
        name: seen.name.clone(),
        tone,
        state,
        fault: match fault {
            Some(fault) => meaning(fault, text),
            None if seen.status.is_none() => text.accounts_not_read(),
            None => String::new(),
        },
        detail: fault.map_or_else(String::new, |fault| detail(fault, text)),
        warnings: warnings(seen, text),
        facts: status.map_or_else(Vec::new, |status| facts(status, text)),
        scopes: status.map_or_else(Vec::new, |status| status.scopes.clone()),
        inputs: seen
            .known
            .as_ref()
            .map(|known| Inputs::of(known, entered, text)),
        is_open: entered.is_some(),
        consent: seen.consent.clone(),
        connect: match (by_a_person, is_connected) {
            (false, _) => String::new(),
            (true, false) => text.accounts_connect(),
            (true, true) => text.accounts_connect_anew(),
        },
        can_test: is_connected || !by_a_person,
        can_disconnect: is_connected,
    }
}

fn state(status: Option<&Result<Status, OauthError>>, text: &Text) -> (&'static str, String) {
    let Some(Ok(status)) = status else {
        return ("bad", text.accounts_state_fault());
    };
    match (&status.fault, status.renewed) {
        _ if status.by_a_person && status.connected.is_none() => {
            ("warn", text.accounts_state_new())
        }
        _ if status.needs_sign_in() => ("bad", text.accounts_state_sign_in()),
        (Some(fault), _) if fault.is_transient() => ("warn", text.accounts_state_waits()),
        (Some(_), _) => ("bad", text.accounts_state_fault()),
        _ if status.by_a_person => ("good", text.accounts_state_connected()),
        (None, Some(_)) => ("good", text.accounts_state_works()),
        (None, None) => ("", text.accounts_state_untried()),
    }
}

/// What looks like a mistake.
fn warnings(seen: &Seen, text: &Text) -> Vec<String> {
    let usernames = seen.known.as_ref().map(|known| known.usernames.as_slice());
    let mut warnings = Vec::new();
    let is_unused = |known: &Known| known.usernames.is_empty() && !known.sends;
    if seen.known.as_ref().is_some_and(is_unused) {
        warnings.push(text.accounts_unused(&seen.name));
    }
    let Some(Ok(status)) = &seen.status else {
        return warnings;
    };
    let others = usernames.unwrap_or_default().iter();
    let others = others.filter(|username| status.who.is_other_than(username));
    warnings.extend(others.map(|mailbox| text.accounts_other_user(status.who.address(), mailbox)));
    if !status.withheld.is_empty() {
        warnings.push(text.accounts_withheld(&status.withheld.join(", ")));
    }
    warnings
}

fn facts(status: &Status, text: &Text) -> Vec<(String, String)> {
    let at = |time: UtcTime| text.date_time(time.seconds());
    let who = match (status.who.name.as_str(), status.who.address()) {
        ("", address) => address.to_owned(),
        (name, address) if name == address => name.to_owned(),
        (name, address) => format!("{name} ({address})"),
    };
    let rows = [
        (text.accounts_who(), Some(who).filter(|who| !who.is_empty())),
        (text.accounts_since(), status.connected.map(at)),
        (text.accounts_renewed(), status.renewed.map(at)),
        (text.accounts_expires(), status.expires.map(at)),
    ];
    let rows = rows.into_iter();
    rows.filter_map(|(name, fact)| Some((name, fact?)))
        .collect()
}

/// As long as names are in the configuration.
const NAME_BYTES: usize = 64;

#[cfg(test)]
mod tests;
