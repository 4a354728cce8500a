//! `[[partner]]`: whom we deal with.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A market partner.
#[derive(Clone, Debug, Default, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct Partner {
    /// What people call it.
    #[schemars(extend("de" = "Wie man ihn nennt."))]
    pub name: String,
    /// Its MP-ID: 13 digits, or an EIC.
    #[schemars(extend("de" = "Seine MP-ID: 13 Ziffern, oder ein EIC."))]
    pub id: String,
}
