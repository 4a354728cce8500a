//! The fields of an account: what was entered, else what holds.

use std::collections::HashMap;

use crate::config::microsoft::{Flow, Microsoft};
use crate::text::Text;
use crate::web::pages::accounts::form::{Place, Wanted};
use crate::web::pages::accounts::sight::Known;

/// The fields of an account.
pub(super) struct Inputs {
    pub(super) tenant_id: Input,
    pub(super) client_id: Input,
    pub(super) authority: Input,
    pub(super) flow: Input,
    /// Value, label, whether it is chosen.
    pub(super) flows: Vec<(&'static str, String, bool)>,
    pub(super) secret: String,
    pub(super) secret_until: Input,
    pub(super) can_write_secret: bool,
    pub(super) can_forget_secret: bool,
    /// Whether it stands in the file, and can be taken out.
    pub(super) can_remove: bool,
}

/// A field.
pub(super) struct Input {
    pub(super) value: String,
    /// The variable that it comes from; empty if it can be changed.
    pub(super) from: String,
}

impl Inputs {
    /// The fields of an account: what was entered, else what holds.
    pub(super) fn of(known: &Known, entered: Option<&Wanted>, text: &Text) -> Self {
        let origin = |key: &str| known.origins.get(key).cloned().unwrap_or_default();
        let input = |key: &str, holds: &str, entered: Option<&String>| Input {
            value: entered.map_or(holds, String::as_str).to_owned(),
            from: origin(key),
        };
        let settings = &known.settings;
        let flow = |wanted: &Wanted| wanted.flow.as_deref().and_then(Flow::named);
        let chosen = entered.and_then(flow).unwrap_or(settings.flow);
        let is_elsewhere = matches!(known.secret, Place::Variable(_) | Place::File(_));
        let has_certificate = settings.certificate_file.is_some();
        Self {
            tenant_id: input(
                "tenant_id",
                &settings.tenant_id,
                entered.and_then(|wanted| wanted.tenant_id.as_ref()),
            ),
            client_id: input(
                "client_id",
                &settings.client_id,
                entered.and_then(|wanted| wanted.client_id.as_ref()),
            ),
            authority: input(
                "authority",
                &settings.authority,
                entered.and_then(|wanted| wanted.authority.as_ref()),
            ),
            flow: input("flow", "", None),
            flows: [
                (Flow::AuthorizationCode, text.accounts_flow_browser()),
                (Flow::DeviceCode, text.accounts_flow_code()),
                (Flow::ClientCredentials, text.accounts_flow_application()),
            ]
            .map(|(flow, label)| (flow.name(), label, flow == chosen))
            .into(),
            secret: match &known.secret {
                _ if has_certificate => text.accounts_secret_certificate(),
                Place::None => text.accounts_secret_none(),
                Place::Sealed => text.accounts_secret_sealed(),
                Place::InFile => text.accounts_secret_in_file(),
                Place::Variable(variable) => text.accounts_from(variable),
                Place::File(file) => text.accounts_secret_from_file(file),
            },
            secret_until: input(
                "client_secret_until",
                &settings.client_secret_until,
                entered.and_then(|wanted| wanted.secret_until.as_ref()),
            ),
            can_write_secret: !is_elsewhere && !has_certificate,
            can_remove: known.is_in_file,
            can_forget_secret: matches!(known.secret, Place::Sealed | Place::InFile),
        }
    }
}

/// What the form of a new account begins with.
pub(super) fn new_account() -> Known {
    Known {
        settings: Microsoft::default(),
        origins: HashMap::new(),
        secret: Place::None,
        usernames: Vec::new(),
        is_in_file: true,
        sends: false,
    }
}
