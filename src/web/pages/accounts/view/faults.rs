//! What did not go, in the language of the page.

use crate::config::file::EditError;
use crate::config::{ConfigError, ConfigFault};
use crate::oauth::OauthError;
use crate::text::Text;
use crate::web::pages::accounts::change::Unsaved;

/// Why a form was not stored, one reason a line.
pub(super) fn unsaved(why: &Unsaved, text: &Text) -> Vec<String> {
    let one = match why {
        Unsaved::Stale => text.accounts_stale(),
        Unsaved::NoFile => text.accounts_no_file(),
        Unsaved::NotThere => text.accounts_not_there(),
        Unsaved::There => text.accounts_there(),
        Unsaved::OfEnvironment => text.accounts_of_environment(),
        Unsaved::SecretStays => text.accounts_secret_stays(),
        Unsaved::SecretNamed => text.accounts_secret_stays_there(),
        Unsaved::InUse(mailboxes, sends) => return in_use(mailboxes, *sends, text),
        Unsaved::Faulty(error, mailboxes) => {
            let faults = error.faults.iter();
            return faults.map(|one| fault(one, mailboxes, text)).collect();
        }
        Unsaved::File(error) => return of_file(error, text),
        Unsaved::Secret(error) => text.accounts_secret_not_kept(&error.to_string()),
    };
    vec![one]
}

/// Why the file cannot be read or changed; what is wrong in it, line by line.
pub(super) fn of_file(error: &EditError, text: &Text) -> Vec<String> {
    match error {
        EditError::Missing { path } => vec![text.accounts_file_missing(path)],
        EditError::Unreadable { path, source } => {
            vec![text.accounts_file_unreadable(path, &source.to_string())]
        }
        EditError::Unwritable { path, source } => {
            vec![text.accounts_file_unwritable(path, &source.to_string())]
        }
        EditError::Changed { .. } => vec![text.accounts_stale()],
        EditError::Faulty(ConfigError { path, faults }) => {
            let told = faults.iter().map(|fault| match fault.line {
                Some(line) => text.accounts_at_line(&line.to_string(), &fault.to_string()),
                None => fault.to_string(),
            });
            let first = text.accounts_file_faulty(path);
            [first].into_iter().chain(told).collect()
        }
    }
}

/// What an error of an account means, and what to do.
pub(in crate::web::pages::accounts) fn meaning(error: &OauthError, text: &Text) -> String {
    match error {
        OauthError::Configuration { .. } => text.accounts_unusable(),
        OauthError::Refused(_)
        | OauthError::Unreachable { .. }
        | OauthError::Unreadable { .. }
        | OauthError::Vault(_) => error.explain(text),
    }
}

/// What Microsoft, the network or the system said, for who knows what to make of it.
pub(in crate::web::pages::accounts) fn detail(error: &OauthError, text: &Text) -> String {
    match error {
        OauthError::Refused(fault) if fault.error.is_empty() => String::new(),
        OauthError::Refused(fault) => {
            text.accounts_answer(&format!("{}: {}", fault.error, fault.description))
        }
        OauthError::Configuration { what, .. } => what.clone(),
        OauthError::Unreachable { .. } | OauthError::Unreadable { .. } | OauthError::Vault(_) => {
            error.to_string()
        }
    }
}

fn in_use(mailboxes: &[String], sends: bool, text: &Text) -> Vec<String> {
    let used = mailboxes.iter().map(|name| text.accounts_in_use(name));
    let sends = sends.then(|| text.accounts_in_use_sending());
    used.chain(sends).collect()
}

/// A fault of what was entered, by the label of its field. Before, the file had none: so it is of
/// the account that was sent, or of what signs in by an account.
fn fault(fault: &ConfigFault, mailboxes: &[String], text: &Text) -> String {
    let what = fault.of_account.as_ref();
    let what = what.map_or_else(|| fault.what.clone(), |known| known.explain(text));
    match place(&fault.key, mailboxes, text) {
        place if place.is_empty() => what,
        place => text.accounts_fault(&place, &what),
    }
}

/// The field of a key, else whose key it is.
fn place(key: &str, mailboxes: &[String], text: &Text) -> String {
    let (section, field) = key.rsplit_once('.').unwrap_or(("", key));
    let (list, index) = section.split_once('[').unwrap_or((section, ""));
    match (list, field) {
        ("microsoft", "name") => text.accounts_name(),
        ("microsoft", "tenant_id") => text.accounts_tenant_id(),
        ("microsoft", "client_id") => text.accounts_client_id(),
        ("microsoft", "client_secret") => text.accounts_secret(),
        ("microsoft", "client_secret_until") => text.accounts_secret_until(),
        ("microsoft", "authority") => text.accounts_authority(),
        ("microsoft", "flow") => text.accounts_flow(),
        ("mailbox", field) => {
            let index = index.trim_end_matches(']').parse::<usize>().ok();
            let name = index.and_then(|index| mailboxes.get(index));
            let name = name.map_or(section, String::as_str);
            text.accounts_of_mailbox(name, field)
        }
        ("microsoft", field) => field.to_owned(),
        (_, _) => key.to_owned(),
    }
}
