//! `accounts`: the Microsoft accounts, and how they are.

use std::io::Write;

use serde_json::Value;

use crate::cli::args::ListFormat;
use crate::cli::at_accounts::{AccountsCall, AtAccounts};
use crate::cli::{Done, Failure};
use crate::config::Gateway;
use crate::config::microsoft::Microsoft;
use crate::format::table::Table;
use crate::market::calendar::UtcTime;
use crate::oauth::OauthError;
use crate::oauth::accounts::{Standing, State};
use crate::text::{Language, Text};

/// `accounts`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// How they are printed
    #[arg(long, value_enum, default_value_t = ListFormat::Table)]
    format: ListFormat,
}

impl AtAccounts for Args {
    fn run(&self, call: &AccountsCall<'_>) -> Result<Done, Failure> {
        let (all, left) = (call.accounts.all(), call.accounts.unconfigured()?);
        if all.is_empty() && left.is_empty() {
            call.nothing_found("there is no [[microsoft]] account in the configuration");
        }
        let mut out = call.results();
        match self.format {
            ListFormat::Table => table(&all, &left).write(&mut out)?,
            ListFormat::Json => {
                let left = left.iter().map(|name| json_of_left(name));
                let list: Vec<Value> = all.iter().map(json).chain(left).collect();
                serde_json::to_writer_pretty(&mut out, &list)?;
                writeln!(out)?;
            }
        }
        out.flush()?;
        if matches!(self.format, ListFormat::Table) {
            say_more(call, &all, &left);
        }
        Ok(if all.iter().any(Standing::needs_a_person) {
            Done::WithFailures
        } else {
            Done::Well
        })
    }
}

/// What has no place in the table: why, and what to do.
fn say_more(call: &AccountsCall<'_>, all: &[Standing], left: &[String]) {
    for one in all {
        if let Some(error) = one.trouble() {
            call.note(&format!(
                "{}: {}",
                one.name,
                error.in_a_shell(call.config.language)
            ));
        }
    }
    for name in left {
        call.note(&format!(
            "{name}: something of it is kept sealed; `mscons-gateway disconnect {name}` removes it"
        ));
    }
}

/// The account of this name; the only one where none is given.
pub(super) fn named<'c>(config: &'c Gateway, name: Option<&str>) -> Result<&'c Microsoft, Failure> {
    let accounts = &config.microsoft;
    let found = match (name, &accounts[..]) {
        (None, [only]) => Some(only),
        (None, _) => None,
        (Some(name), accounts) => accounts.iter().find(|account| account.name == name),
    };
    found.ok_or_else(|| {
        let names: Vec<&str> = accounts.iter().map(|one| one.name.as_str()).collect();
        let known = if names.is_empty() {
            "it has none; add a [[microsoft]] with tenant_id and client_id".to_owned()
        } else {
            format!("it has {}", names.join(", "))
        };
        Failure::Usage(match name {
            Some(name) => format!("no account is named {name:?} in the configuration; {known}"),
            None => format!("name the account of the configuration that is meant; {known}"),
        })
    })
}

/// How an account is, in a word.
const fn word(state: State) -> &'static str {
    match state {
        State::NeedsSignIn => "needs sign-in",
        State::Waits => "waits",
        State::Fault => "fault",
        State::Good => "good",
        State::Untried => "not tried yet",
    }
}

/// That of one of which only something sealed is left.
const LEFT: &str = "no longer configured";

fn table(all: &[Standing], left: &[String]) -> Table {
    let header = [
        "name",
        "flow",
        "state",
        "connected",
        "who",
        "token until",
        "refreshed",
        "scopes",
    ];
    let rows = all.iter().map(|one| {
        let status = one.status.clone().unwrap_or_default();
        let time = |at: Option<UtcTime>| at.map_or_else(String::new, |at| at.to_string());
        vec![
            one.name.clone(),
            one.flow.name().to_owned(),
            word(one.state()).to_owned(),
            time(status.connected),
            status.who.address().to_owned(),
            time(status.expires),
            time(status.renewed),
            short(&status.scopes),
        ]
    });
    let left = left.iter().map(|name| {
        let mut row = vec![name.clone(), String::new(), LEFT.to_owned()];
        row.resize(header.len(), String::new());
        row
    });
    Table::new(&header, rows.chain(left).collect())
}

/// Scopes without the address of what they are of.
fn short(scopes: &[String]) -> String {
    let last = |scope: &String| scope.rsplit('/').next().unwrap_or_default().to_owned();
    scopes.iter().map(last).collect::<Vec<_>>().join(" ")
}

fn json(one: &Standing) -> Value {
    let status = one.status.clone().unwrap_or_default();
    let time = |at: Option<UtcTime>| at.map(|at| at.to_string());
    let trouble = one.trouble();
    serde_json::json!({
        "name": one.name,
        "flow": one.flow.name(),
        "is_used": one.is_used,
        "state": word(one.state()),
        "needs_sign_in": one.needs_sign_in(),
        "connected": time(status.connected),
        "who": {
            "name": status.who.name,
            "username": status.who.username,
            "mail": status.who.mail,
        },
        "token_until": time(status.expires),
        "refreshed": time(status.renewed),
        "scopes": status.scopes,
        "withheld": status.withheld,
        "credential_until": time(one.credential_until),
        "fault": trouble.as_ref().map(ToString::to_string),
        "meaning": trouble.as_ref().map(OauthError::meaning),
        "remedy": trouble.as_ref().map(remedy),
    })
}

/// What a fault means and what to do, in both languages.
fn remedy(error: &OauthError) -> Value {
    let of = |language| error.explain(&Text::new(language));
    serde_json::json!({ "de": of(Language::De), "en": of(Language::En) })
}

fn json_of_left(name: &str) -> Value {
    serde_json::json!({ "name": name, "is_used": false, "state": LEFT })
}
