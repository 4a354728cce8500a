//! `accounts`: the Microsoft accounts, and how they are.

use std::io::Write;

use crate::cli::args::ListFormat;
use crate::cli::at_store::AtStore;
use crate::cli::call::Call;
use crate::cli::{Done, Failure};
use crate::config::Gateway;
use crate::config::microsoft::{Flow, Microsoft};
use crate::format::table::Table;
use crate::market::calendar::UtcTime;
use crate::oauth::accounts::Known;
use crate::oauth::{OauthError, Status};
use crate::text::Text;

/// `accounts`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// How they are printed
    #[arg(long, value_enum, default_value_t = ListFormat::Table)]
    format: ListFormat,
}

impl AtStore for Args {
    fn run(&self, call: &Call<'_>) -> Result<Done, Failure> {
        let known = call.accounts().all();
        let text = Text::new(call.config.language);
        if known.is_empty() {
            call.nothing_found("there is no [[microsoft]] account in the configuration");
        }
        let mut out = call.results();
        match self.format {
            ListFormat::Table => table(&known).write(&mut out)?,
            ListFormat::Json => {
                let list: Vec<serde_json::Value> =
                    known.iter().map(|one| json(one, &text)).collect();
                serde_json::to_writer_pretty(&mut out, &list)?;
            }
        }
        out.flush()?;
        if matches!(self.format, ListFormat::Table) {
            for one in &known {
                if let Some(error) = one.trouble() {
                    call.note(&format!("{}: {}", one.name, error.explain(&text)));
                }
            }
        }
        Ok(Done::Well)
    }

    /// There need be no store: nobody has signed in then.
    fn check(&self, _: &Gateway) -> Result<(), Failure> {
        Ok(())
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

/// As it is written in the file.
pub(super) fn flow_name(flow: Flow) -> &'static str {
    match flow {
        Flow::AuthorizationCode => "authorization_code",
        Flow::DeviceCode => "device_code",
        Flow::ClientCredentials => "client_credentials",
    }
}

/// In a word, how an account is.
fn state(known: &Known) -> &'static str {
    match known.trouble() {
        _ if known.needs_sign_in() => "needs sign-in",
        Some(error) if error.is_transient() => "waits",
        Some(_) => "fault",
        None if known.was_tried() => "good",
        None => "not tried yet",
    }
}

/// Who signed in: the mail address if it is known, else the name to sign in with.
pub(super) fn who(status: &Status) -> &str {
    let who = &status.who;
    let names = [&who.mail, &who.username, &who.name];
    names
        .into_iter()
        .find(|name| !name.is_empty())
        .map_or("", String::as_str)
}

fn table(known: &[Known]) -> Table {
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
    let rows = known.iter().map(|one| {
        let status = one.status.clone().unwrap_or_default();
        let time = |at: Option<UtcTime>| at.map_or_else(String::new, |at| at.to_string());
        vec![
            one.name.clone(),
            flow_name(one.flow).to_owned(),
            state(one).to_owned(),
            time(status.connected),
            who(&status).to_owned(),
            time(status.expires),
            time(status.renewed),
            short(&status.scopes),
        ]
    });
    Table::new(&header, rows.collect())
}

/// Scopes without the address of what they are of.
fn short(scopes: &[String]) -> String {
    let last = |scope: &String| scope.rsplit('/').next().unwrap_or_default().to_owned();
    scopes.iter().map(last).collect::<Vec<_>>().join(" ")
}

fn json(known: &Known, text: &Text) -> serde_json::Value {
    let status = known.status.clone().unwrap_or_default();
    let time = |at: Option<UtcTime>| at.map(|at| at.to_string());
    let trouble = known.trouble();
    serde_json::json!({
        "name": known.name,
        "flow": flow_name(known.flow),
        "is_used": known.is_used,
        "state": state(known),
        "needs_sign_in": known.needs_sign_in(),
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
        "certificate_until": time(known.certificate_until),
        "fault": trouble.as_ref().map(ToString::to_string),
        "meaning": trouble.as_ref().map(OauthError::meaning),
        "remedy": trouble.as_ref().map(|error| error.explain(text)),
    })
}
