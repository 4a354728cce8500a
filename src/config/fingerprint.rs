//! A fingerprint of what commands go by that run in the gateway: to tell whether it has read the
//! file since it was changed.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::config::Gateway;

/// A hash of the mailboxes, the accounts and the server that mail is sent by, their secrets
/// included. Not to be printed: it could be tried against guesses.
#[derive(Clone, Copy, Deserialize, Eq, PartialEq, Serialize)]
pub struct Fingerprint([u8; 32]);

impl Fingerprint {
    /// That of a loaded configuration.
    pub fn of(config: &Gateway) -> Self {
        let Gateway {
            mailbox,
            microsoft,
            smtp,
            ..
        } = config;
        // Secrets are empty in it; all of these types can be written.
        let written = serde_json::to_vec(&(mailbox, microsoft, smtp)).unwrap_or_default();
        let secrets = mailbox.iter().map(|one| &one.password);
        let secrets = secrets
            .chain(microsoft.iter().map(|one| &one.client_secret))
            .chain([&smtp.password]);
        let mut hash = Sha256::new().chain_update(written);
        for secret in secrets {
            // Hashed one by one, so that no two of them run into each other.
            hash.update(Sha256::digest(secret.reveal()));
        }
        Self(hash.finalize().into())
    }
}

impl std::fmt::Debug for Fingerprint {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("***")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::mailbox::Mailbox;
    use crate::config::secret::Secret;

    #[test]
    fn a_changed_mailbox_and_a_changed_password_are_seen_and_the_language_is_not() {
        let with = |password: &str, folder: &str| Gateway {
            mailbox: vec![Mailbox {
                password: Secret::Text(password.to_owned()),
                folder: folder.to_owned(),
                ..Mailbox::default()
            }],
            ..Gateway::default()
        };
        let before = Fingerprint::of(&with("one", "INBOX"));
        assert_eq!(before, Fingerprint::of(&with("one", "INBOX")));
        assert_ne!(before, Fingerprint::of(&with("other", "INBOX")));
        assert_ne!(before, Fingerprint::of(&with("one", "Archive")));
        let mut abroad = with("one", "INBOX");
        abroad.language = crate::text::Language::En;
        "UTC".clone_into(&mut abroad.time_zone);
        assert_eq!(before, Fingerprint::of(&abroad));
    }
}
