//! `[web]`: pages, API and metrics.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Pages, API and metrics.
#[derive(Clone, Debug, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct Web {
    /// Address and port of pages and API.
    #[schemars(extend("de" = "Adresse und Port der Seiten und der API."))]
    pub listen: String,
    /// Where browsers reach the pages; Microsoft sends them back to `<base_url>/oauth/callback`.
    #[schemars(extend("de" = "Wo Browser die Seiten erreichen; Microsoft schickt sie zurück an `<base_url>/oauth/callback`."))]
    pub base_url: String,
    /// Address and port of `/metrics`; empty: on `listen`.
    #[schemars(extend("de" = "Adresse und Port von `/metrics`; leer: bei `listen`."))]
    pub metrics_listen: String,
}

impl Default for Web {
    fn default() -> Self {
        Self {
            listen: "127.0.0.1:8080".to_owned(),
            base_url: "http://localhost:8080".to_owned(),
            metrics_listen: String::new(),
        }
    }
}
