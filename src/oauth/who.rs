//! Who signed in, as the `id_token` tells: for people to see, never to decide by.
//!
//! Its signature is not checked: it came straight from the token endpoint over TLS (`OpenID` Connect
//! Core section 3.1.3.7, point 6), and nothing is granted for what stands in it.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Who signed in; what is not known is empty.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(default)]
pub struct Who {
    /// Display name.
    pub name: String,
    /// The name that the user signs in with; mostly the mail address.
    pub username: String,
    /// Mail address.
    pub mail: String,
}

impl Who {
    /// Reads the claims of an `id_token`. One that cannot be read tells nothing.
    pub(super) fn of_id_token(token: &str) -> Self {
        let claims = token
            .split('.')
            .nth(1)
            .filter(|part| part.len() <= CLAIMS_BYTES);
        let claims =
            claims.and_then(|part| URL_SAFE_NO_PAD.decode(part.trim_end_matches('=')).ok());
        let claims = claims.and_then(|bytes| serde_json::from_slice::<Value>(&bytes).ok());
        let claim = |name: &str| {
            let text = claims
                .as_ref()
                .and_then(|claims| claims.get(name)?.as_str());
            text.map(shown).unwrap_or_default()
        };
        Self {
            name: claim("name"),
            username: claim("preferred_username"),
            mail: claim("email"),
        }
    }

    /// How people know them: the mail address, else the name to sign in with, else their own.
    pub fn address(&self) -> &str {
        let names = [&self.mail, &self.username, &self.name];
        let known = names.into_iter().find(|name| !name.is_empty());
        known.map_or("", String::as_str)
    }

    /// Whether somebody else signed in than the user of this mailbox. With a shared mailbox that is
    /// right; else it is a mistake that shows as a refused sign-in.
    pub fn is_other_than(&self, mailbox: &str) -> bool {
        let names = [&self.username, &self.mail];
        let known: Vec<_> = names.into_iter().filter(|name| !name.is_empty()).collect();
        let is_same = |name: &&String| name.to_lowercase() == mailbox.to_lowercase();
        !known.is_empty() && !known.iter().any(is_same)
    }
}

/// A text from outside as it may be shown: in one line, and not too long.
pub(super) fn shown(text: &str) -> String {
    let visible = text
        .chars()
        .map(|char| if char.is_control() { ' ' } else { char });
    visible
        .take(SHOWN_CHARS)
        .collect::<String>()
        .trim()
        .to_owned()
}

/// Claims of Microsoft have 1 KB, in base64.
const CLAIMS_BYTES: usize = 16 << 10;
/// A mail address has 254 characters at most.
const SHOWN_CHARS: usize = 256;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn token(claims: &str) -> String {
        format!("e30.{}.c2ln", URL_SAFE_NO_PAD.encode(claims))
    }

    #[test]
    fn claims_are_read_and_made_fit_to_be_shown() {
        let claims =
            r#"{"name":"Jörg\u0000\nMüller","preferred_username":"j@example.org","email":7}"#;
        let who = Who::of_id_token(&token(claims));
        assert_eq!(who.name, "Jörg  Müller");
        assert_eq!(
            (who.username.as_str(), who.mail.as_str()),
            ("j@example.org", "")
        );
        let long = format!(r#"{{"name":"{}"}}"#, "x".repeat(1000));
        assert_eq!(Who::of_id_token(&token(&long)).name.len(), SHOWN_CHARS);
        for nothing in [
            "",
            "a.b.c",
            "..",
            &token("[1]"),
            &token(&"x".repeat(CLAIMS_BYTES)),
        ] {
            assert_eq!(Who::of_id_token(nothing), Who::default());
        }
    }

    #[test]
    fn another_user_than_the_mailbox_is_noticed() {
        let who = Who {
            username: "Meter@Example.org".to_owned(),
            ..Who::default()
        };
        assert!(!who.is_other_than("meter@example.ORG"));
        assert!(who.is_other_than("shared@example.org"));
        assert!(!Who::default().is_other_than("meter@example.org"));
    }

    proptest! {
        #[test]
        fn any_text_can_be_read(text: String, claims: String) {
            Who::of_id_token(&text);
            Who::of_id_token(&token(&claims));
        }
    }
}
