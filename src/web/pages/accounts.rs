//! `/settings/accounts`: the Microsoft accounts, their registration, and how they are connected.

mod acts;
mod callback;
mod code;
mod form;
mod view;

use std::collections::HashMap;
use std::sync::Arc;

use actix_web::HttpResponse;
use actix_web::http::{StatusCode, header};
use actix_web::web::{Data, Path, Query};
use askama::Template;
use serde::Deserialize;
use tokio::task::JoinError;

use crate::config::edit::Draft;
use crate::config::file::EditError;
use crate::config::microsoft::Microsoft;
use crate::oauth::app::secret_name;
use crate::oauth::{OauthError, Status};
use crate::vault::{Name, Plain};
use crate::web::Context;
use crate::web::door::{Signed, Visitor, see};
use crate::web::pages::accounts::form::{Place, Wanted};
use crate::web::pages::accounts::view::{Said, view};
use crate::web::pages::{PageError, error, html};
use crate::web::server::POLICY;
use crate::web::settings::Read;
use crate::web::sign_ins::redirect_uri;

pub(crate) use acts::{connect, disconnect, test};
pub(crate) use callback::callback;
pub(crate) use code::page as code_page;

/// What the page is made of.
struct Sight {
    /// Why the file cannot be changed; empty if it can.
    locked: Locked,
    /// Tells the file's content from any other.
    fingerprint: String,
    accounts: Vec<Seen>,
}

/// Whether the file can be changed.
enum Locked {
    No,
    /// There is none.
    NoFile,
    /// Why it cannot.
    Because(String),
}

/// An account.
struct Seen {
    name: String,
    /// What the file says of it; `None` where that cannot be read.
    known: Option<Known>,
    status: Result<Status, OauthError>,
    /// Where an administrator of the tenant consents for all; empty if that is not known.
    consent: String,
}

/// What the file and the environment say of an account.
struct Known {
    settings: Microsoft,
    /// Keys that come from the environment, and from which variable.
    origins: HashMap<&'static str, String>,
    secret: Place,
    /// The users that its mailboxes sign in as.
    usernames: Vec<String>,
}

/// What the address of the page may hold.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(crate) struct Asked {
    notice: String,
    account: String,
}

/// `GET /settings`.
pub(crate) async fn settings() -> HttpResponse {
    see("/settings/accounts")
}

/// `GET /settings/accounts`.
pub(crate) async fn page(
    context: Data<Context>,
    visitor: Visitor,
    asked: Query<Asked>,
) -> HttpResponse {
    let asked = asked.into_inner();
    let said = Said::Notice(asked.notice, asked.account);
    answer(context, visitor, StatusCode::OK, said).await
}

/// `POST /settings/accounts`: a new account.
pub(crate) async fn add(context: Data<Context>, signed: Signed) -> HttpResponse {
    let name = signed.fields.get("name").to_owned();
    store(context, signed, name, true).await
}

/// `POST /settings/accounts/{name}`: a changed one.
pub(crate) async fn save(
    context: Data<Context>,
    signed: Signed,
    name: Path<String>,
) -> HttpResponse {
    store(context, signed, name.into_inner(), false).await
}

/// Why a form was not stored.
enum Unsaved {
    /// The file says something else than when the form was made.
    Stale,
    /// There is no file.
    NoFile,
    /// No such account stands in the file, or the list is none.
    NotThere,
    /// One of this name is there.
    There,
    Edit(EditError),
    /// The secret cannot be kept.
    Secret(OauthError),
}

impl From<EditError> for Unsaved {
    fn from(error: EditError) -> Self {
        Self::Edit(error)
    }
}

async fn store(context: Data<Context>, signed: Signed, name: String, is_new: bool) -> HttpResponse {
    let Signed { visitor, fields } = signed;
    let wanted = Wanted::read(&name, &fields);
    let fingerprint = fields.get("file").to_owned();
    // In a task of its own: a browser that goes away leaves nothing half done.
    let change = tokio::spawn(change(context.clone(), wanted, fingerprint, is_new));
    let Ok(Ok((changed, wanted))) = change.await else {
        let failed = PageError::Failed("storing settings panicked".to_owned());
        return error::answer(&context.text, &failed);
    };
    match changed {
        Ok(()) => see(&format!("/settings/accounts?notice=saved&account={name}")),
        Err(unsaved) => {
            let said = Said::Unsaved(unsaved, wanted, is_new);
            answer(context, visitor, StatusCode::UNPROCESSABLE_ENTITY, said).await
        }
    }
}

/// Stores what is wanted, and has the gateway take it over.
async fn change(
    context: Data<Context>,
    wanted: Wanted,
    fingerprint: String,
    is_new: bool,
) -> Result<(Result<(), Unsaved>, Wanted), JoinError> {
    let shared = context.clone();
    let work = move || {
        let written = write(&shared, &wanted, &fingerprint, is_new);
        (written, wanted)
    };
    let (written, wanted) = tokio::task::spawn_blocking(work).await?;
    if written.is_ok() {
        tracing::info!(
            account = wanted.name,
            "the settings of an account were changed"
        );
        context.settings.reload().await;
        if wanted.secret.is_some() || wanted.forgets_secret {
            acts::reopen(&context, &wanted.name).await;
        }
    }
    Ok((written, wanted))
}

/// Keeps the secret, then writes the file: one that stands in the file leaves it only when the new
/// one is safe. Nothing is done before all of it is checked. Reads and writes files.
fn write(
    context: &Context,
    wanted: &Wanted,
    fingerprint: &str,
    is_new: bool,
) -> Result<(), Unsaved> {
    let _writing = context.settings.writing();
    let read = context.settings.read().ok_or(Unsaved::NoFile)??;
    if read.sheet.fingerprint() != fingerprint {
        return Err(Unsaved::Stale);
    }
    let mut draft = draft(&read)?;
    let is_there = draft.named("microsoft", &wanted.name).is_some();
    let mut accounts = read.gateway.microsoft.iter();
    let elsewhere = accounts.find(|account| !is_there && account.name == wanted.name);
    let section = match (is_new, elsewhere) {
        (true, _) if is_there => return Err(Unsaved::There),
        (true, _) => draft.add("microsoft", &wanted.name),
        // One that stands in the environment alone gets a section if there is something to write.
        (false, Some(settings)) if wanted.differs(settings) => draft.add("microsoft", &wanted.name),
        (false, _) => draft.named("microsoft", &wanted.name),
    };
    match section {
        Some(mut section) => wanted.write(&mut section),
        None if elsewhere.is_some() => {}
        None => return Err(Unsaved::NotThere),
    }
    let text = draft.text();
    context.settings.check(&read, &text)?;
    let before = keep_secret(context, wanted).map_err(Unsaved::Secret)?;
    if let Err(error) = context.settings.write(&read, &text) {
        before.put_back(context);
        return Err(error.into());
    }
    Ok(())
}

/// A secret that was changed before the file is.
enum Before {
    /// None was.
    Unchanged,
    /// What was kept under this name.
    Was(Name, Option<Plain>),
}

impl Before {
    /// The file stays as it was, and so shall the secret.
    fn put_back(self, context: &Context) {
        let Self::Was(name, was) = self else { return };
        let put = context.accounts.vault().and_then(|vault| {
            let put = match was {
                Some(was) => vault.write(&name, was.reveal()),
                None => vault.remove(&name),
            };
            Ok(put.map_err(Arc::new)?)
        });
        if let Err(error) = put {
            tracing::error!(secret = name.as_str(), %error, "a secret was changed, and the file was not");
        }
    }
}

fn keep_secret(context: &Context, wanted: &Wanted) -> Result<Before, OauthError> {
    if wanted.secret.is_none() && !wanted.forgets_secret {
        return Ok(Before::Unchanged);
    }
    let (name, vault) = (secret_name(&wanted.name)?, context.accounts.vault()?);
    let was = vault.read(&name).map_err(Arc::new)?;
    let kept = match &wanted.secret {
        Some(secret) => vault.write(&name, secret.as_bytes()),
        None => vault.remove(&name),
    };
    kept.map_err(Arc::new)?;
    Ok(Before::Was(name, was))
}

fn draft(read: &Read) -> Result<Draft, EditError> {
    // What was read is good; so this is never seen.
    Draft::of(read.sheet.text()).map_err(|what| EditError::Faulty(read.sheet.fault(what)))
}

async fn answer(
    context: Data<Context>,
    visitor: Visitor,
    status: StatusCode,
    said: Said,
) -> HttpResponse {
    let shared = context.clone();
    let page = actix_web::web::block(move || {
        let sight = gather(&shared);
        let base_url = shared.administrator.base_url();
        let page = view(&sight, &said, &visitor.form_token, base_url, &shared.text);
        page.render()
    });
    match page.await {
        Ok(Ok(page)) => {
            let mut answer = html(status, page);
            // The one page with a script, of a few lines and our own.
            let policy = header::HeaderValue::from_str(&format!("{POLICY}; script-src 'self'"));
            if let Ok(policy) = policy {
                let headers = answer.headers_mut();
                headers.insert(header::CONTENT_SECURITY_POLICY, policy);
            }
            answer
        }
        Ok(Err(fault)) => error::answer(&context.text, &PageError::Failed(fault.to_string())),
        Err(fault) => error::answer(&context.text, &PageError::Failed(fault.to_string())),
    }
}

/// Looks at file, vault and accounts.
fn gather(context: &Context) -> Sight {
    let read = match context.settings.read() {
        None => return blind(context, Locked::NoFile),
        Some(Err(error)) => return blind(context, Locked::Because(error.to_string())),
        Some(Ok(read)) => read,
    };
    let Ok(mut draft) = draft(&read) else {
        return blind(context, Locked::NoFile);
    };
    let sealed = context.accounts.vault().and_then(|vault| {
        let names = vault.names().map_err(Arc::new)?;
        Ok(names)
    });
    let sealed = sealed.unwrap_or_default();
    let is_sealed = |name: &str| secret_name(name).is_ok_and(|name| sealed.contains(&name));
    let accounts = read.gateway.microsoft.iter().enumerate();
    let accounts = accounts.map(|(index, settings)| {
        let origin = |key: &'static str| {
            let variable = read.origins.get(&format!("microsoft[{index}].{key}"))?;
            Some((key, variable.clone()))
        };
        let secret = form::place_of_secret(
            &mut draft,
            settings,
            index,
            &read.origins,
            is_sealed(&settings.name),
        );
        let mailboxes = read.gateway.mailboxes_of(settings);
        let known = Known {
            origins: form::KEYS.into_iter().filter_map(origin).collect(),
            secret,
            usernames: mailboxes.map(|mailbox| mailbox.username.clone()).collect(),
            settings: settings.clone(),
        };
        seen(context, &settings.name, Some(known))
    });
    Sight {
        accounts: accounts.collect(),
        fingerprint: read.sheet.fingerprint(),
        locked: match read.sheet.is_ours() {
            Ok(()) => Locked::No,
            Err(error) => Locked::Because(error.to_string()),
        },
    }
}

/// The accounts of the running gateway, where the file cannot be read.
fn blind(context: &Context, locked: Locked) -> Sight {
    let names = context.accounts.names();
    Sight {
        locked,
        fingerprint: String::new(),
        accounts: names.iter().map(|name| seen(context, name, None)).collect(),
    }
}

fn seen(context: &Context, name: &str, known: Option<Known>) -> Seen {
    let redirect_uri = redirect_uri(context.administrator.base_url());
    let keeper = if context
        .accounts
        .names()
        .iter()
        .any(|running| running == name)
    {
        context.accounts.keeper(name)
    } else {
        Err(OauthError::Configuration {
            account: name.to_owned(),
            what: "the gateway has not read it yet: SIGHUP, or saving something here, makes it read the file again".to_owned(),
        })
    };
    let consent = keeper
        .as_ref()
        .map(|keeper| keeper.app().admin_consent_url(&redirect_uri));
    Seen {
        name: name.to_owned(),
        known,
        consent: consent.unwrap_or_default(),
        status: keeper.map(|keeper| keeper.status()),
    }
}
