//! `[[party]]`: who we are in the market.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A market partner that we are. Companies without an MP-ID need none: they ask by mail, in words.
#[derive(Clone, Debug, Default, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct Party {
    /// Our MP-ID: 13 digits, or an EIC.
    #[schemars(extend("de" = "Unsere MP-ID: 13 Ziffern, oder ein EIC."))]
    pub id: String,
    /// What we are in the market; says which requests we may make.
    #[schemars(extend("de" = "Was wir im Markt sind; davon hängt ab, welche Anfragen wir stellen dürfen."))]
    pub role: Role,
    /// Whom a partner may ask about our complaints.
    #[schemars(extend("de" = "Wen ein Partner zu unseren Reklamationen fragen kann."))]
    pub contact: Contact,
}

/// What a party is in the market.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Lieferant (LF).
    #[default]
    Supplier,
    /// Netzbetreiber (NB).
    GridOperator,
    /// Übertragungsnetzbetreiber (ÜNB).
    TransmissionOperator,
    /// Messstellenbetreiber (MSB).
    MeteringOperator,
}

/// A person, for questions.
#[derive(Clone, Debug, Default, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct Contact {
    /// Name.
    #[schemars(extend("de" = "Name."))]
    pub name: String,
    /// Telephone number.
    #[schemars(extend("de" = "Telefonnummer."))]
    pub phone: String,
    /// Mail address.
    #[schemars(extend("de" = "Mailadresse."))]
    pub mail: String,
}
