//! What the page of the accounts is made of: file, vault, and the running gateway.

use std::collections::HashMap;
use std::sync::Arc;

use crate::config::edit::Draft;
use crate::config::file::EditError;
use crate::config::microsoft::Microsoft;
use crate::config::overlay;
use crate::oauth::app::secret_name;
use crate::oauth::{OauthError, Status};
use crate::web::Context;
use crate::web::pages::accounts::form::{KEYS, Place, place_of_secret};
use crate::web::settings::Read;
use crate::web::sign_ins::redirect_uri;

/// What the page is made of.
pub(super) struct Sight {
    pub(super) locked: Locked,
    /// The file that is made with the first account; empty if there is one.
    pub(super) to_be_made: String,
    /// Tells the file's content from any other.
    pub(super) fingerprint: String,
    pub(super) accounts: Vec<Seen>,
}

/// Whether the file can be changed.
pub(super) enum Locked {
    No,
    /// There is none, and none to be made.
    NoFile,
    /// Why it cannot.
    Because(EditError),
}

/// An account.
pub(super) struct Seen {
    pub(super) name: String,
    /// What the file says of it; `None` where that cannot be read.
    pub(super) known: Option<Known>,
    /// `None` if the gateway has not taken it over from the file yet.
    pub(super) status: Option<Result<Status, OauthError>>,
    /// Where an administrator of the tenant consents for all; empty if that is not known.
    pub(super) consent: String,
}

/// What the file and the environment say of an account.
pub(super) struct Known {
    pub(super) settings: Microsoft,
    /// Keys that come from the environment, and from which variable.
    pub(super) origins: HashMap<&'static str, String>,
    /// Whether the file has it; else all of it comes from the environment.
    pub(super) is_in_file: bool,
    pub(super) secret: Place,
    /// The users that its mailboxes sign in as.
    pub(super) usernames: Vec<String>,
    /// Whether mail is sent by it.
    pub(super) sends: bool,
}

/// Looks at file, vault and accounts.
pub(super) fn gather(context: &Context) -> Sight {
    let Some(place) = context.settings.place() else {
        return blind(context, Locked::NoFile);
    };
    let read = place.read().and_then(|read| Ok((draft(&read)?, read)));
    let (mut draft, read) = match read {
        Ok(read) => read,
        Err(error) => return blind(context, Locked::Because(error)),
    };
    let sealed = context.accounts.vault().and_then(|vault| {
        let names = vault.names().map_err(Arc::new)?;
        Ok(names)
    });
    let sealed = sealed.unwrap_or_default();
    let is_sealed = |name: &str| secret_name(name).is_ok_and(|name| sealed.contains(&name));
    let accounts = read.gateway.microsoft.iter().enumerate();
    let accounts = accounts.map(|(index, account)| {
        let is_sealed = is_sealed(&account.name);
        let known = known(&read, &mut draft, index, account, is_sealed);
        seen(context, &account.name, Some(known))
    });
    Sight {
        accounts: accounts.collect(),
        fingerprint: read.sheet.fingerprint(),
        to_be_made: if read.sheet.is_blank() {
            read.sheet.name().to_owned()
        } else {
            String::new()
        },
        locked: match read.sheet.is_ours() {
            Ok(()) => Locked::No,
            Err(error) => Locked::Because(error),
        },
    }
}

/// The text of what was read, to be changed.
pub(super) fn draft(read: &Read) -> Result<Draft, EditError> {
    // What was read is good; so this is never seen.
    Draft::of(read.sheet.text()).map_err(|what| EditError::Faulty(read.sheet.fault(what)))
}

fn known(
    read: &Read,
    draft: &mut Draft,
    index: usize,
    account: &Microsoft,
    is_sealed: bool,
) -> Known {
    let is_in_file = draft.named("microsoft", &account.name).is_some();
    let origin = |key: &'static str| {
        let variable = read.origins.get(&format!("microsoft[{index}].{key}"));
        // What the file does not have at all is the environment's to say.
        let meant = || overlay::variable("microsoft", &account.name, key);
        let variable = variable.cloned().or_else(|| (!is_in_file).then(meant));
        Some((key, variable?))
    };
    let mailboxes = read.gateway.mailboxes_of(account);
    Known {
        origins: KEYS.into_iter().filter_map(origin).collect(),
        secret: place_of_secret(draft, account, index, &read.origins, is_sealed),
        usernames: mailboxes.map(|mailbox| mailbox.username.clone()).collect(),
        sends: read.gateway.sends_by(account),
        settings: account.clone(),
        is_in_file,
    }
}

/// The accounts of the running gateway, where the file cannot be read.
fn blind(context: &Context, locked: Locked) -> Sight {
    let names = context.accounts.names();
    Sight {
        locked,
        to_be_made: String::new(),
        fingerprint: String::new(),
        accounts: names.iter().map(|name| seen(context, name, None)).collect(),
    }
}

fn seen(context: &Context, name: &str, known: Option<Known>) -> Seen {
    let redirect_uri = redirect_uri(context.administrator.base_url());
    let is_taken_over = context.accounts.names().iter().any(|other| other == name);
    let keeper = is_taken_over.then(|| context.accounts.keeper(name));
    let consent = match &keeper {
        Some(Ok(keeper)) => keeper.app().admin_consent_url(&redirect_uri),
        Some(Err(_)) | None => String::new(),
    };
    Seen {
        name: name.to_owned(),
        known,
        consent,
        status: keeper.map(|keeper| keeper.map(|keeper| keeper.status())),
    }
}
