//! By what a mailbox signs in: the one place where its configuration becomes a credential.

use crate::config::mailbox::{Auth, Mailbox};
use crate::mail::MailError;

/// The password that a mailbox signs in with.
///
/// # Errors
/// [`MailError::NotConnected`] if it signs in by an account of which no token is at hand.
pub(crate) fn password(mailbox: &Mailbox) -> Result<&str, MailError> {
    match mailbox.auth {
        Auth::Password => Ok(mailbox.password.reveal()),
        Auth::Microsoft => Err(MailError::NotConnected {
            mailbox: mailbox.name.clone(),
            account: match mailbox.account.as_str() {
                "" => "account".to_owned(),
                name => format!("account {name}"),
            },
        }),
    }
}
