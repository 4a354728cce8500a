//! Configuration: one file, `gateway.toml`. Every key has a default, a doc line and a check.

pub mod alert;
pub mod api_token;
pub mod check;
mod current;
pub mod docs;
pub mod edit;
pub mod expect;
pub mod export;
pub mod file;
pub mod fingerprint;
mod fit;
pub mod keys;
mod lines;
pub mod load;
pub mod mailbox;
pub mod microsoft;
pub mod overlay;
pub mod partner;
pub mod party;
pub mod report;
pub mod secret;
pub mod secrets;
pub mod smtp;
pub mod store;
pub mod units;
pub mod virtual_series;
pub mod web;

use std::path::PathBuf;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use current::Current;
pub use load::{ConfigError, ConfigFault, load, load_text};

use crate::text::Language;

/// The whole configuration. Only the shells see it; everyone else gets a section.
#[derive(Clone, Debug, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct Gateway {
    /// Where everything is kept.
    #[schemars(extend("de" = "Wo alles aufbewahrt wird."))]
    pub data_dir: PathBuf,
    /// Language of pages and reports.
    #[schemars(extend("de" = "Sprache der Seiten und Berichte."))]
    pub language: Language,
    /// Time zone of pages, charts and exports (IANA name).
    #[schemars(extend("de" = "Zeitzone der Seiten, Diagramme und Ausgaben (IANA-Name)."))]
    pub time_zone: String,
    /// The store.
    #[schemars(extend("de" = "Die Ablage."))]
    pub store: store::Store,
    /// Pages, API and metrics.
    #[schemars(extend("de" = "Seiten, API und Metriken."))]
    pub web: web::Web,
    /// Who may change something by the API.
    #[schemars(extend("de" = "Wer über die API etwas ändern darf."))]
    pub api_token: Vec<api_token::ApiToken>,
    /// The mailboxes.
    #[schemars(extend("de" = "Die Postfächer."))]
    pub mailbox: Vec<mailbox::Mailbox>,
    /// The server that takes our mail.
    #[schemars(extend("de" = "Der Server, der unsere Mail annimmt."))]
    pub smtp: smtp::Smtp,
    /// Microsoft accounts, for mailboxes with `auth = "microsoft"`.
    #[schemars(extend("de" = "Microsoft-Konten, für Postfächer mit `auth = \"microsoft\"`."))]
    pub microsoft: Vec<microsoft::Microsoft>,
    /// The key of the secrets that are kept sealed in `data_dir`.
    #[schemars(extend("de" = "Der Schlüssel der Geheimnisse, die versiegelt in `data_dir` liegen."))]
    pub secrets: secrets::Secrets,
    /// Series that are made of others when they are read: sums, differences, shares.
    #[serde(rename = "virtual")]
    #[schemars(extend("de" = "Zeitreihen, die beim Lesen aus anderen entstehen: Summen, Differenzen, Anteile."))]
    pub virtual_series: Vec<virtual_series::Virtual>,
    /// Who we are in the market, for requests by ORDERS.
    #[schemars(extend("de" = "Wer wir im Markt sind, für Anfragen per ORDERS."))]
    pub party: Vec<party::Party>,
    /// The market partners: names beside their numbers, and how they are asked.
    #[schemars(extend("de" = "Die Marktpartner: Namen neben ihren Nummern, und wie man sie fragt."))]
    pub partner: Vec<partner::Partner>,
    /// What should arrive, and by when; drives gaps and alerts.
    #[schemars(extend("de" = "Was ankommen soll und bis wann; davon leben Lücken und Alarme."))]
    pub expect: Vec<expect::Expect>,
    /// Reports: mails of figures, by the clock or by hand.
    #[schemars(extend("de" = "Berichte: Mails mit Zahlen, nach der Uhr oder von Hand."))]
    pub report: Vec<report::Report>,
    /// How exports are written.
    #[schemars(extend("de" = "Wie Ausgaben geschrieben werden."))]
    pub export: export::Export,
    /// How a person is told that something needs one.
    #[schemars(extend("de" = "Wie jemand erfährt, dass er gebraucht wird."))]
    pub alert: alert::Alert,
}

impl Default for Gateway {
    fn default() -> Self {
        Self {
            data_dir: PathBuf::from("data"),
            language: Language::De,
            time_zone: "Europe/Berlin".to_owned(),
            store: store::Store::default(),
            web: web::Web::default(),
            api_token: Vec::new(),
            mailbox: Vec::new(),
            smtp: smtp::Smtp::default(),
            microsoft: Vec::new(),
            secrets: secrets::Secrets::default(),
            virtual_series: Vec::new(),
            party: Vec::new(),
            partner: Vec::new(),
            expect: Vec::new(),
            report: Vec::new(),
            export: export::Export::default(),
            alert: alert::Alert::default(),
        }
    }
}
