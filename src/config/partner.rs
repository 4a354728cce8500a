//! `[[partner]]`: whom we deal with.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::text::Language;

/// A market partner.
#[derive(Clone, Debug, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct Partner {
    /// What people call it.
    #[schemars(extend("de" = "Wie man ihn nennt."))]
    pub name: String,
    /// Its MP-ID: 13 digits, or an EIC.
    #[schemars(extend("de" = "Seine MP-ID: 13 Ziffern, oder ein EIC."))]
    pub id: String,
    /// Where requests, answers and acknowledgements go to.
    #[schemars(extend("de" = "Wohin Anfragen, Antworten und Quittungen gehen."))]
    pub mail: String,
    /// Power or gas; `auto`: by the agency of its MP-ID (99… power, 98… gas).
    #[schemars(extend("de" = "Strom oder Gas; `auto`: nach der Codenummer (99… Strom, 98… Gas)."))]
    pub sector: Sector,
    /// How it is asked: as market partners ask each other, or in words.
    #[schemars(extend("de" = "Wie man ihn fragt: wie Marktpartner einander fragen, oder in Worten."))]
    pub request_format: RequestFormat,
    /// How many requests the gateway makes to it by itself, a day.
    #[schemars(extend("de" = "Wie viele Anfragen das Gateway von selbst an ihn stellt, je Tag."))]
    pub requests_per_day: u32,
    /// Language of mails in words to it; `auto`: that of the configuration.
    #[schemars(extend("de" = "Sprache der Mails in Worten an ihn; `auto`: die der Konfiguration."))]
    pub language: MailLanguage,
    /// Own text of requests in words, instead of the gateway's: the first line is the subject. Fields: `{{ what }}`, `{{ location }}`, `{{ obis }}`, `{{ period }}`, `{{ partner }}`, `{{ remark }}`, `{{ reference }}`.
    #[schemars(extend("de" = "Eigener Text der Anfragen in Worten, statt dem des Gateways: die erste Zeile ist der Betreff. Felder: `{{ what }}`, `{{ location }}`, `{{ obis }}`, `{{ period }}`, `{{ partner }}`, `{{ remark }}`, `{{ reference }}`."))]
    pub request_text: String,
    /// What becomes of its messages that break rules of the market (MIG and AHB).
    #[schemars(extend("de" = "Was mit seinen Nachrichten geschieht, die Regeln des Marktes (MIG und AHB) verletzen."))]
    pub validate: Validate,
    /// What is told to it of what it sends to a `[[party]]`: of its syntax (CONTRL), its content (APERAK) or both; in power of syntax if it is wrong and of content always, in gas the other way about.
    #[schemars(extend("de" = "Was er über das hört, was er an eine `[[party]]` schickt: über die Syntax (CONTRL), über den Inhalt (APERAK) oder beides. Im Strom wird Syntax gemeldet, wenn sie falsch ist, und Inhalt immer; im Gas ist es umgekehrt."))]
    pub acknowledge: Acknowledge,
    /// Locations whose values it gets when it asks for them by ORDERS; `*` stands for any characters; empty: none.
    #[schemars(extend("de" = "Lokationen, deren Werte er bekommt, wenn er mit ORDERS danach fragt; `*` steht für beliebige Zeichen; leer: keine."))]
    pub answer_requests: Vec<String>,
    /// Pack the files that go to it with gzip.
    #[schemars(extend("de" = "Dateien an ihn mit gzip packen."))]
    pub gzip: bool,
}

impl Default for Partner {
    fn default() -> Self {
        Self {
            name: String::new(),
            id: String::new(),
            mail: String::new(),
            sector: Sector::default(),
            request_format: RequestFormat::default(),
            requests_per_day: 50,
            language: MailLanguage::default(),
            request_text: String::new(),
            validate: Validate::default(),
            acknowledge: Acknowledge::default(),
            answer_requests: Vec::new(),
            gzip: false,
        }
    }
}

impl Partner {
    /// Language of mails in words to it, where the configuration has this one.
    pub fn language(&self, usual: Language) -> Language {
        match self.language {
            MailLanguage::Auto => usual,
            MailLanguage::De => Language::De,
            MailLanguage::En => Language::En,
        }
    }
}

/// Language of mails to a partner.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum MailLanguage {
    /// That of the configuration.
    #[default]
    Auto,
    /// German.
    De,
    /// English.
    En,
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

/// What is told to a partner of what came from it.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Acknowledge {
    /// Nothing.
    #[default]
    None,
    /// What is said of syntax.
    Contrl,
    /// What is said of content.
    Aperak,
    /// Both.
    #[serde(rename = "contrl+aperak")]
    Both,
}

impl Acknowledge {
    /// Whether syntax is spoken of.
    pub fn tells_contrl(self) -> bool {
        matches!(self, Self::Contrl | Self::Both)
    }

    /// Whether content is spoken of.
    pub fn tells_aperak(self) -> bool {
        matches!(self, Self::Aperak | Self::Both)
    }
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

/// What may stand in `request_text`.
pub const REQUEST_FIELDS: [&str; 7] = [
    "what",
    "location",
    "obis",
    "period",
    "partner",
    "remark",
    "reference",
];
