//! `accounts`: the Microsoft accounts, and how they are.

use std::io::Write;

use crate::cli::args::ListFormat;
use crate::cli::at_store::AtStore;
use crate::cli::call::Call;
use crate::cli::{Done, Failure};
use crate::config::Gateway;
use crate::config::microsoft::Microsoft;
use crate::format::table::Table;
use crate::market::calendar::UtcTime;
use crate::oauth::OauthError;
use crate::oauth::accounts::Known;
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
            one.flow.name().to_owned(),
            state(one).to_owned(),
            time(status.connected),
            status.who.address().to_owned(),
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
        "flow": known.flow.name(),
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
        "credential_until": time(known.credential_until),
        "fault": trouble.as_ref().map(ToString::to_string),
        "meaning": trouble.as_ref().map(OauthError::meaning),
        "remedy": trouble.as_ref().map(|error| error.explain(text)),
    })
}
