//! The form of an account: what it says, and what becomes of it in the file. Pure.

use std::collections::HashMap;

use zeroize::Zeroizing;

use crate::config::edit::{Draft, Section};
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
    /// It stands in the file itself.
    InFile,
    /// The file or the environment says where: it is not the page's to change.
    Named(String),
}

impl Wanted {
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
        if is_text && (self.secret.is_some() || self.forgets_secret) {
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
        return Place::Named(variable.clone());
    }
    let section = draft.named("microsoft", &account.name);
    let stands = section.filter(|section| section.has(SECRET));
    match stands.as_ref().map(|section| section.get(SECRET)) {
        Some(None) => Place::Named(format!("microsoft[{index}].{SECRET}")),
        Some(Some(text)) if !text.is_empty() => Place::InFile,
        Some(Some(_)) | None if is_sealed => Place::Sealed,
        Some(Some(_)) | None => Place::None,
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
        let named = FILE.replace("\"geheim\"", "{ file = \"x\" }");
        let key = "microsoft[0].client_secret";
        assert_eq!(place(&named, &[], true), Place::Named(key.to_owned()));
        let origins = [(key, "VARIABLE")];
        assert_eq!(
            place(FILE, &origins, true),
            Place::Named("VARIABLE".to_owned())
        );
        let of_another = [("microsoft[1].client_secret", "VARIABLE")];
        assert_eq!(place(&none, &of_another, false), Place::None);
    }
}
