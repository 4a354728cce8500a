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
    /// Where requests go to.
    #[schemars(extend("de" = "Wohin Anfragen gehen."))]
    pub mail: String,
    /// Power or gas; `auto`: by the agency of its MP-ID (99… power, 98… gas).
    #[schemars(extend("de" = "Strom oder Gas; `auto`: nach der Codenummer (99… Strom, 98… Gas)."))]
    pub sector: Sector,
    /// How it is asked: as market partners ask each other, or in words.
    #[schemars(extend("de" = "Wie man ihn fragt: wie Marktpartner einander fragen, oder in Worten."))]
    pub request_format: RequestFormat,
    /// What becomes of its messages that break rules of the market (MIG and AHB).
    #[schemars(extend("de" = "Was mit seinen Nachrichten geschieht, die Regeln des Marktes (MIG und AHB) verletzen."))]
    pub validate: Validate,
    /// Pack the files that go to it with gzip.
    #[schemars(extend("de" = "Dateien an ihn mit gzip packen."))]
    pub gzip: bool,
}

/// Whether messages are put before the rules of the market.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Validate {
    /// They are not.
    #[default]
    Off,
    /// They are stored, and what is wrong is noted beside them.
    Warn,
    /// Those that break a rule go to quarantine.
    Strict,
}

/// What flows.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Sector {
    /// By the agency of the MP-ID.
    #[default]
    Auto,
    /// Power.
    Power,
    /// Gas.
    Gas,
}

/// How a partner is asked for data.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum RequestFormat {
    /// By ORDERS, from a `[[party]]`.
    #[default]
    Orders,
    /// By a mail in the configured language.
    Mail,
}
