//! The page of the accounts, from what was seen to ready fields. Pure.

use actix_web::HttpResponse;
use askama::Template;

use crate::config::file::EditError;
use crate::config::microsoft::{Flow, Microsoft};
use crate::market::calendar::UtcTime;
use crate::oauth::{OauthError, Status};
use crate::text::Text;
use crate::web::assets;
use crate::web::door::see;
use crate::web::pages::accounts::form::{Place, Wanted};
use crate::web::pages::accounts::{Known, Locked, Seen, Sight, Unsaved};
use crate::web::pages::{Shell, Tab};
use crate::web::sign_ins::redirect_uri;

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
    /// What was wrong with the form that was sent.
    faults: Vec<String>,
    /// Why nothing can be changed; empty if it can.
    locked: String,
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

/// The fields of an account.
pub(super) struct Inputs {
    tenant_id: Input,
    client_id: Input,
    authority: Input,
    flow: Input,
    /// Value, label, whether it is chosen.
    flows: Vec<(&'static str, String, bool)>,
    secret: String,
    secret_until: Input,
    can_write_secret: bool,
    can_forget_secret: bool,
}

/// A field.
pub(super) struct Input {
    value: String,
    /// The variable that it comes from; empty if it can be changed.
    from: String,
}

/// What led to the page.
pub(super) enum Said {
    /// Something was done, and with which account.
    Notice(String, String),
    /// A form was not stored; what it said, and whether for a new account.
    Unsaved(Unsaved, Wanted, bool),
}

pub(super) fn view<'a>(
    sight: &'a Sight,
    said: &Said,
    form_token: &'a str,
    base_url: &str,
    text: &'a Text,
) -> AccountsPage<'a> {
    let (faults, entered) = match said {
        Said::Notice(..) => (Vec::new(), None),
        Said::Unsaved(why, wanted, is_new) => (faults(why, text), Some((wanted, *is_new))),
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
        faults,
        locked: match &sight.locked {
            Locked::No => String::new(),
            Locked::NoFile => text.accounts_no_file(),
            Locked::Because(why) => text.accounts_locked(why),
        },
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

/// What an error means, and what to do.
pub(super) fn meaning(error: &OauthError, text: &Text) -> String {
    match error {
        OauthError::Configuration { .. } => text.accounts_unusable(),
        OauthError::Refused(_)
        | OauthError::Unreachable { .. }
        | OauthError::Unreadable { .. }
        | OauthError::Vault(_) => error.explain(text),
    }
}

/// What Microsoft, the network or the system said, for who knows what to make of it.
pub(super) fn detail(error: &OauthError) -> String {
    match error {
        OauthError::Refused(fault) if fault.error.is_empty() => String::new(),
        OauthError::Refused(fault) => format!("{}: {}", fault.error, fault.description),
        OauthError::Configuration { what, .. } => what.clone(),
        OauthError::Unreachable { .. } | OauthError::Unreadable { .. } | OauthError::Vault(_) => {
            error.to_string()
        }
    }
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
            "connected" => text.accounts_connected(account),
            "disconnected" => text.accounts_disconnected(account),
            "works" => text.accounts_works(account),
            _ => String::new(),
        }
    }
}

fn faults(why: &Unsaved, text: &Text) -> Vec<String> {
    match why {
        Unsaved::Stale | Unsaved::Edit(EditError::Changed { .. }) => vec![text.accounts_stale()],
        Unsaved::NoFile => vec![text.accounts_no_file()],
        Unsaved::NotThere => vec![text.accounts_not_there()],
        Unsaved::There => vec![text.accounts_there()],
        Unsaved::Edit(EditError::Faulty(error)) => {
            error.faults.iter().map(ToString::to_string).collect()
        }
        Unsaved::Edit(
            error @ (EditError::Missing { .. }
            | EditError::Unreadable { .. }
            | EditError::Unwritable { .. }),
        ) => vec![text.accounts_locked(&error.to_string())],
        Unsaved::Secret(error) => vec![text.accounts_secret_not_kept(&error.to_string())],
    }
}

fn card(seen: &Seen, entered: Option<&Wanted>, text: &Text) -> Card {
    let (tone, state) = state(&seen.status, text);
    let status = seen.status.as_ref().ok();
    let fault = match &seen.status {
        Ok(status) => status.fault.as_ref(),
        Err(error) => Some(error),
    };
    let is_connected = status.is_some_and(|status| status.connected.is_some());
    let by_a_person = status.is_some_and(|status| status.by_a_person);
    Card {
        name: seen.name.clone(),
        tone,
        state,
        fault: fault.map_or_else(String::new, |fault| meaning(fault, text)),
        detail: fault.map_or_else(String::new, detail),
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

fn state(status: &Result<Status, OauthError>, text: &Text) -> (&'static str, String) {
    let Ok(status) = status else {
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
    if usernames.is_some_and(<[String]>::is_empty) {
        warnings.push(text.accounts_unused());
    }
    let Ok(status) = &seen.status else {
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

impl Inputs {
    /// The fields of an account: what was entered, else what holds.
    fn of(known: &Known, entered: Option<&Wanted>, text: &Text) -> Self {
        let origin = |key: &str| known.origins.get(key).cloned().unwrap_or_default();
        let input = |key: &str, holds: &str, entered: Option<&String>| Input {
            value: entered.map_or(holds, String::as_str).to_owned(),
            from: origin(key),
        };
        let settings = &known.settings;
        let flow = |wanted: &Wanted| wanted.flow.as_deref().and_then(Flow::named);
        let chosen = entered.and_then(flow).unwrap_or(settings.flow);
        let is_named = matches!(known.secret, Place::Named(_));
        let has_certificate = settings.certificate_file.is_some();
        Self {
            tenant_id: input(
                "tenant_id",
                &settings.tenant_id,
                entered.and_then(|wanted| wanted.tenant_id.as_ref()),
            ),
            client_id: input(
                "client_id",
                &settings.client_id,
                entered.and_then(|wanted| wanted.client_id.as_ref()),
            ),
            authority: input(
                "authority",
                &settings.authority,
                entered.and_then(|wanted| wanted.authority.as_ref()),
            ),
            flow: input("flow", "", None),
            flows: [
                (Flow::AuthorizationCode, text.accounts_flow_browser()),
                (Flow::DeviceCode, text.accounts_flow_code()),
                (Flow::ClientCredentials, text.accounts_flow_application()),
            ]
            .map(|(flow, label)| (flow.name(), label, flow == chosen))
            .into(),
            secret: match &known.secret {
                _ if has_certificate => text.accounts_secret_certificate(),
                Place::None => text.accounts_secret_none(),
                Place::Sealed => text.accounts_secret_sealed(),
                Place::InFile => text.accounts_secret_in_file(),
                Place::Named(place) => text.accounts_secret_named(place),
            },
            secret_until: input(
                "client_secret_until",
                &settings.client_secret_until,
                entered.and_then(|wanted| wanted.secret_until.as_ref()),
            ),
            can_write_secret: !is_named && !has_certificate,
            can_forget_secret: matches!(known.secret, Place::Sealed | Place::InFile),
        }
    }
}

/// What the form of a new account begins with.
fn new_account() -> Known {
    Known {
        settings: Microsoft::default(),
        origins: std::collections::HashMap::new(),
        secret: Place::None,
        usernames: Vec::new(),
    }
}

/// As long as names are in the configuration.
const NAME_BYTES: usize = 64;

#[cfg(test)]
mod tests;
