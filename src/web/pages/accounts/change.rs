//! What is saved of an account: the secret in the vault, everything else in the file.

mod secret;

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::{Data, Path};

use crate::config::edit::Draft;
use crate::config::file::EditError;
use crate::config::mailbox::Auth;
use crate::config::microsoft::Microsoft;
use crate::config::{ConfigError, Gateway, smtp};
use crate::oauth::OauthError;
use crate::web::Context;
use crate::web::door::{Fields, Signed};
use crate::web::pages::accounts::change::secret::{Before, is_sealed, keep};
use crate::web::pages::accounts::form::{Place, Wanted, place_of_secret};
use crate::web::pages::accounts::sight::draft;
use crate::web::pages::accounts::view::{Said, notice};
use crate::web::pages::accounts::{acts, answer};
use crate::web::pages::{PageError, error};
use crate::web::settings::Read;

/// Why a form was not stored.
pub(super) enum Unsaved {
    /// The file says something else than when the form was made.
    Stale,
    /// There is no file, and none to be made.
    NoFile,
    /// No such account stands in the file, or the list is none.
    NotThere,
    /// One of this name is there.
    There,
    /// All of it comes from the environment.
    OfEnvironment,
    /// The secret that is kept would go to another authority than it was entered for.
    SecretStays,
    /// The same, of a secret that is not the page's to change.
    SecretNamed,
    /// These mailboxes sign in by it; and whether mail is sent by it.
    InUse(Vec<String>, bool),
    /// The file would be faulty; with the names of its mailboxes in order.
    Faulty(ConfigError, Vec<String>),
    /// The file cannot be read or changed, or is faulty as it is.
    File(EditError),
    /// The secret cannot be kept.
    Secret(OauthError),
}

impl Unsaved {
    /// Of what would have been written over a file that says this.
    fn of(error: EditError, gateway: &Gateway) -> Self {
        match error {
            EditError::Faulty(error) => {
                let mailboxes = gateway.mailbox.iter();
                Self::Faulty(error, mailboxes.map(|one| one.name.clone()).collect())
            }
            EditError::Changed { .. } => Self::Stale,
            EditError::Missing { .. }
            | EditError::Unreadable { .. }
            | EditError::Unwritable { .. } => Self::File(error),
        }
    }
}

/// What is to become of an account.
enum Change {
    Add(Wanted),
    Save(Wanted),
    Remove(String),
}

/// `POST /settings/accounts`: a new account.
pub(crate) async fn add(context: Data<Context>, signed: Signed) -> HttpResponse {
    let name = signed.fields.get("name").to_owned();
    let wanted = |fields: &Fields| Change::Add(Wanted::new(&name, fields));
    settle(context, signed, wanted).await
}

/// `POST /settings/accounts/{name}`: a changed one.
pub(crate) async fn save(
    context: Data<Context>,
    signed: Signed,
    name: Path<String>,
) -> HttpResponse {
    let wanted = |fields: &Fields| Change::Save(Wanted::read(&name, fields));
    settle(context, signed, wanted).await
}

/// `POST /settings/accounts/{name}/remove`.
pub(crate) async fn remove(
    context: Data<Context>,
    signed: Signed,
    name: Path<String>,
) -> HttpResponse {
    let wanted = |_: &Fields| Change::Remove(name.into_inner());
    settle(context, signed, wanted).await
}

async fn settle(
    context: Data<Context>,
    signed: Signed,
    change: impl FnOnce(&Fields) -> Change,
) -> HttpResponse {
    let Signed { visitor, fields } = signed;
    let (change, fingerprint) = (change(&fields), fields.get("file").to_owned());
    // In a task of its own: a browser that goes away leaves nothing half done.
    let task = tokio::spawn(carry_out(context.clone(), change, fingerprint));
    match task.await {
        Ok(Some((change, Ok(what)))) => notice(what, change.name()),
        Ok(Some((change, Err(unsaved)))) => {
            let said = match change {
                Change::Add(wanted) => Said::Unsaved(unsaved, wanted, true),
                Change::Save(wanted) => Said::Unsaved(unsaved, wanted, false),
                Change::Remove(name) => Said::NotRemoved(unsaved, name),
            };
            answer(context, visitor, StatusCode::UNPROCESSABLE_ENTITY, said).await
        }
        Ok(None) | Err(_) => {
            let failed = PageError::Failed("storing settings panicked".to_owned());
            error::answer(&context.text, &failed)
        }
    }
}

/// Does it, and has the gateway take it over; gives what is to be said of it. `None`: it panicked.
async fn carry_out(
    context: Data<Context>,
    change: Change,
    fingerprint: String,
) -> Option<(Change, Result<&'static str, Unsaved>)> {
    let was_connected = is_connected(&context, change.name());
    let shared = context.clone();
    let work = move || {
        let written = write(&shared, &change, &fingerprint);
        (change, written)
    };
    let (change, written) = tokio::task::spawn_blocking(work).await.ok()?;
    if let Err(unsaved) = written {
        return Some((change, Err(unsaved)));
    }
    tracing::info!(
        account = change.name(),
        "the settings of an account were changed"
    );
    if let Some(place) = context.settings.place() {
        place.reload().await;
    }
    let said = match &change {
        Change::Remove(name) => forget(&context, name).await,
        Change::Add(wanted) | Change::Save(wanted) => {
            if wanted.secret.is_some() || wanted.forgets_secret {
                acts::reopen(&context, &wanted.name).await;
            }
            // What was granted is of the registration that it was granted to.
            if was_connected && needs_connecting(&context, &wanted.name) {
                "connect-again"
            } else {
                "saved"
            }
        }
    };
    Some((change, Ok(said)))
}

fn is_connected(context: &Context, name: &str) -> bool {
    let status = context.accounts.status(name);
    status.is_ok_and(|status| status.connected.is_some())
}

fn needs_connecting(context: &Context, name: &str) -> bool {
    let status = context.accounts.status(name);
    status.is_ok_and(|status| status.by_a_person && status.connected.is_none())
}

/// Removes what is kept sealed of an account that is not in the file any more.
async fn forget(context: &Data<Context>, name: &str) -> &'static str {
    let (accounts, of) = (context.accounts.clone(), name.to_owned());
    let forgotten = tokio::task::spawn_blocking(move || accounts.remove_unconfigured(&of)).await;
    let why = match forgotten {
        Ok(Ok(())) => return "removed",
        Ok(Err(error)) => error.to_string(),
        Err(panic) => panic.to_string(),
    };
    tracing::error!(account = name, %why, "an account is removed, and what was kept sealed of it is not");
    "removed-not-wiped"
}

impl Change {
    fn name(&self) -> &str {
        match self {
            Self::Add(wanted) | Self::Save(wanted) => &wanted.name,
            Self::Remove(name) => name,
        }
    }
}

/// Keeps the secret, then writes the file: one that stands in the file leaves it only when the new
/// one is safe. Nothing is done before all of it is checked. Reads and writes files.
fn write(context: &Context, change: &Change, fingerprint: &str) -> Result<(), Unsaved> {
    let place = context.settings.place().ok_or(Unsaved::NoFile)?;
    let _writing = place.writing();
    let read = place.read().map_err(Unsaved::File)?;
    if read.sheet.fingerprint() != fingerprint {
        return Err(Unsaved::Stale);
    }
    let mut draft = draft(&read).map_err(Unsaved::File)?;
    match change {
        Change::Add(wanted) => put_new(&mut draft, &read, wanted)?,
        Change::Save(wanted) => put(&mut draft, &read, wanted, context)?,
        Change::Remove(name) => take_out(&mut draft, &read, name)?,
    }
    let text = draft.text();
    let failed = |error| Unsaved::of(error, &read.gateway);
    place.check(&read, &text).map_err(failed)?;
    let before = match change {
        Change::Add(wanted) | Change::Save(wanted) => keep(context, wanted),
        Change::Remove(_) => Ok(Before::Unchanged),
    };
    let before = before.map_err(Unsaved::Secret)?;
    if let Err(error) = place.write(&read, &text) {
        before.put_back(context);
        return Err(failed(error));
    }
    Ok(())
}

/// Puts a new account behind the others. Who signed in by the only one there was, without its name,
/// goes on with that one, by its name.
fn put_new(draft: &mut Draft, read: &Read, wanted: &Wanted) -> Result<(), Unsaved> {
    if account(read, &wanted.name).is_some() {
        return Err(Unsaved::There);
    }
    if let [only] = &read.gateway.microsoft[..] {
        name_the_only(draft, &read.gateway, only);
    }
    let section = draft.add("microsoft", &wanted.name);
    wanted.write(&mut section.ok_or(Unsaved::NotThere)?);
    Ok(())
}

/// Those that the environment makes are left to the check, which names them.
fn name_the_only(draft: &mut Draft, gateway: &Gateway, only: &Microsoft) {
    let unnamed = |account: &str| account.is_empty();
    for mailbox in &gateway.mailbox {
        if mailbox.auth == Auth::Microsoft
            && unnamed(&mailbox.account)
            && let Some(mut section) = draft.named("mailbox", &mailbox.name)
        {
            section.set("account", &only.name, "");
        }
    }
    if gateway.smtp.auth == smtp::Auth::Microsoft
        && unnamed(&gateway.smtp.account)
        && let Some(mut section) = draft.section("smtp")
    {
        section.set("account", &only.name, "");
    }
}

/// Changes an account where it stands.
fn put(draft: &mut Draft, read: &Read, wanted: &Wanted, context: &Context) -> Result<(), Unsaved> {
    let (index, before) = account(read, &wanted.name).ok_or(Unsaved::NotThere)?;
    if wanted.moves_from(before) {
        let is_sealed = is_sealed(context, &wanted.name).map_err(Unsaved::Secret)?;
        match place_of_secret(draft, before, index, &read.origins, is_sealed) {
            Place::Variable(_) | Place::File(_) => return Err(Unsaved::SecretNamed),
            Place::Sealed | Place::InFile if !wanted.changes_secret() => {
                return Err(Unsaved::SecretStays);
            }
            Place::Sealed | Place::InFile | Place::None => {}
        }
    }
    match draft.named("microsoft", &wanted.name) {
        Some(mut section) => wanted.write(&mut section),
        // Its secret can be kept all the same.
        None if wanted.differs(before) => return Err(Unsaved::OfEnvironment),
        None => {}
    }
    Ok(())
}

/// Takes an account out that nobody signs in by.
fn take_out(draft: &mut Draft, read: &Read, name: &str) -> Result<(), Unsaved> {
    let (index, before) = account(read, name).ok_or(Unsaved::NotThere)?;
    let mailboxes = read.gateway.mailboxes_of(before);
    let mailboxes: Vec<String> = mailboxes.map(|mailbox| mailbox.name.clone()).collect();
    let sends = read.gateway.sends_by(before);
    if sends || !mailboxes.is_empty() {
        return Err(Unsaved::InUse(mailboxes, sends));
    }
    let section = format!("microsoft[{index}].");
    let mut origins = read.origins.keys();
    // What the environment says of it would make it anew, or be of nobody.
    if origins.any(|key| key.starts_with(&section)) || !draft.remove("microsoft", name) {
        return Err(Unsaved::OfEnvironment);
    }
    Ok(())
}

/// An account of this name, and its place in the list.
fn account<'r>(read: &'r Read, name: &str) -> Option<(usize, &'r Microsoft)> {
    let mut accounts = read.gateway.microsoft.iter().enumerate();
    accounts.find(|(_, account)| account.name == name)
}
