//! The form of an account: what it says, and what becomes of it in the file. Pure.

use std::collections::HashMap;

use zeroize::Zeroizing;

use crate::config::edit::{Draft, SecretPlace, Section};
use crate::config::microsoft::Microsoft;
use crate::web::door::Fields;

/// What the form says of an account. A field that is not in the form is left as it is.
#[derive(Default)]
pub(super) struct Wanted {
    pub(super) name: String,
    pub(super) tenant_id: Option<String>,
    pub(super) client_id: Option<String>,
    pub(super) authority: Option<String>,
    pub(super) flow: Option<String>,
    /// A new client secret; `None` leaves the one there is.
    pub(super) secret: Option<Zeroizing<String>>,
    /// Its last day.
    pub(super) secret_until: Option<String>,
    /// Whether the one that is kept is to be forgotten.
    pub(super) forgets_secret: bool,
}

/// Where an account's client secret is.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) enum Place {
    /// Nowhere.
    None,
    /// In the vault.
    Sealed,
    /// It stands in the configuration's file itself.
    InFile,
    /// In this variable of the environment: it is not the page's to change.
    Variable(String),
    /// In this file of its own: likewise.
    File(String),
}

impl Wanted {
    /// For a new account. What an earlier one of its name left sealed is not for it: nobody would
    /// see that a secret is there, and goes to its authority.
    pub(super) fn new(name: &str, fields: &Fields) -> Self {
        Self {
            forgets_secret: true,
            ..Self::read(name, fields)
        }
    }

    pub(super) fn read(name: &str, fields: &Fields) -> Self {
        let given = |field: &str| fields.find(field).map(str::to_owned);
        let secret = fields.find("client_secret").filter(|text| !text.is_empty());
        Self {
            name: name.to_owned(),
            tenant_id: given("tenant_id"),
            client_id: given("client_id"),
            authority: given("authority"),
            flow: given("flow"),
            secret: secret.map(|text| Zeroizing::new(text.to_owned())),
            secret_until: given("client_secret_until"),
            forgets_secret: fields.find("forget_secret").is_some(),
        }
    }

    /// Whether the secret that is kept, if there is one, makes room.
    pub(super) fn changes_secret(&self) -> bool {
        self.secret.is_some() || self.forgets_secret
    }

    /// Whether it is to sign in at another authority than before.
    pub(super) fn moves_from(&self, settings: &Microsoft) -> bool {
        let place = |authority: &str| authority.trim_end_matches('/').to_ascii_lowercase();
        let wanted = self.authority.as_deref();
        wanted.is_some_and(|wanted| place(wanted) != place(&settings.authority))
    }

    /// Whether anything but the secret is wanted otherwise than it is.
    pub(super) fn differs(&self, settings: &Microsoft) -> bool {
        let pairs = [
            (&self.tenant_id, settings.tenant_id.as_str()),
            (&self.client_id, settings.client_id.as_str()),
            (&self.secret_until, settings.client_secret_until.as_str()),
            (&self.authority, settings.authority.as_str()),
            (&self.flow, settings.flow.name()),
        ];
        let mut wanted = pairs.into_iter();
        wanted.any(|(wanted, is)| wanted.as_deref().is_some_and(|wanted| wanted != is))
    }

    /// Writes what is wanted into a section. A secret never goes there: one that stands there is
    /// taken out where a new one is to be kept sealed, or none at all.
    pub(super) fn write(&self, section: &mut Section<'_>) {
        let usual = Microsoft::default();
        for (key, wanted, default) in [
            ("tenant_id", &self.tenant_id, ""),
            ("client_id", &self.client_id, ""),
            ("client_secret_until", &self.secret_until, ""),
            ("authority", &self.authority, usual.authority.as_str()),
            ("flow", &self.flow, "authorization_code"),
        ] {
            if let Some(text) = wanted {
                section.set(key, text, default);
            }
        }
        let is_text = section.get(SECRET).is_some();
        if is_text && self.changes_secret() {
            section.remove(SECRET);
        }
    }
}

/// Where a client secret is, by the text of the file, the environment, and the vault. `index`: of
/// the account in the list.
pub(super) fn place_of_secret(
    draft: &mut Draft,
    account: &Microsoft,
    index: usize,
    origins: &HashMap<String, String>,
    is_sealed: bool,
) -> Place {
    if let Some(variable) = origins.get(&format!("microsoft[{index}].{SECRET}")) {
        return Place::Variable(variable.clone());
    }
    let section = draft.named("microsoft", &account.name);
    let place = section.as_ref().and_then(|section| section.place(SECRET));
    let text = section.as_ref().and_then(|section| section.get(SECRET));
    match (place, text) {
        (Some(SecretPlace::Variable(variable)), _) => Place::Variable(variable.to_owned()),
        (Some(SecretPlace::File(file)), _) => Place::File(file.to_owned()),
        (None, Some(text)) if !text.is_empty() => Place::InFile,
        (None, Some(_) | None) if is_sealed => Place::Sealed,
        (None, Some(_) | None) => Place::None,
    }
}

/// The keys of an account that the form has.
pub(super) const KEYS: [&str; 5] = [
    "tenant_id",
    "client_id",
    "client_secret_until",
    "authority",
    "flow",
];
const SECRET: &str = "client_secret";

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = "[[microsoft]]\nname = \"a\" # one\nclient_secret = \"geheim\"\n";

    fn written(source: &str, wanted: &Wanted) -> String {
        let mut draft = Draft::of(source).unwrap();
        wanted.write(&mut draft.named("microsoft", "a").unwrap());
        draft.text()
    }

    #[test]
    fn a_new_secret_takes_the_one_in_the_file_away_and_goes_nowhere_itself() {
        let wanted = Wanted {
            secret: Some(Zeroizing::new("neu".to_owned())),
            tenant_id: Some("t".to_owned()),
            flow: Some("authorization_code".to_owned()),
            ..Wanted::default()
        };
        let expected = "[[microsoft]]\nname = \"a\" # one\ntenant_id = \"t\"\n";
        assert_eq!(written(FILE, &wanted), expected);
        assert_eq!(written(FILE, &Wanted::default()), FILE);
        let elsewhere = FILE.replace("\"geheim\"", "{ env = \"X\" }");
        let with = "[[microsoft]]\nname = \"a\" # one\nclient_secret = { env = \"X\" }\ntenant_id = \"t\"\n";
        assert_eq!(written(&elsewhere, &wanted), with);
    }

    #[test]
    fn where_a_secret_is_can_be_told() {
        let account = Microsoft {
            name: "a".to_owned(),
            ..Microsoft::default()
        };
        let place = |source: &str, origins: &[(&str, &str)], is_sealed| {
            let origins = origins
                .iter()
                .map(|(key, from)| ((*key).to_owned(), (*from).to_owned()));
            let mut draft = Draft::of(source).unwrap();
            place_of_secret(&mut draft, &account, 0, &origins.collect(), is_sealed)
        };
        let none = FILE.replace("geheim", "");
        assert_eq!(place(FILE, &[], true), Place::InFile);
        assert_eq!(place(&none, &[], true), Place::Sealed);
        assert_eq!(place(&none, &[], false), Place::None);
        let file = FILE.replace("\"geheim\"", "{ file = \"x\" }");
        assert_eq!(place(&file, &[], true), Place::File("x".to_owned()));
        let variable = FILE.replace("\"geheim\"", "{ env = \"X\" }");
        assert_eq!(place(&variable, &[], true), Place::Variable("X".to_owned()));
        let key = "microsoft[0].client_secret";
        let origins = [(key, "VARIABLE")];
        assert_eq!(
            place(FILE, &origins, true),
            Place::Variable("VARIABLE".to_owned())
        );
        let of_another = [("microsoft[1].client_secret", "VARIABLE")];
        assert_eq!(place(&none, &of_another, false), Place::None);
    }

    #[test]
    fn another_authority_is_known_by_its_address_alone() {
        let settings = Microsoft::default();
        let moves = |authority: &str| {
            let wanted = Wanted {
                authority: Some(authority.to_owned()),
                ..Wanted::default()
            };
            wanted.moves_from(&settings)
        };
        assert!(!moves("https://login.microsoftonline.com"));
        assert!(!moves("https://Login.MicrosoftOnline.com/"));
        assert!(moves("https://login.microsoftonline.us"));
        assert!(moves("https://login.microsoftonline.com:8443"));
        assert!(moves("http://login.microsoftonline.com"));
        assert!(!Wanted::default().moves_from(&settings));
    }
}
