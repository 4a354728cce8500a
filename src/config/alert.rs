//! `[alert]`: how a person is told that something needs one.

use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::config::secret::Secret;
use crate::config::smtp::Smtp;
use crate::config::units::Span;

/// Alerts. They are always in the log; the webhook comes beside it.
#[derive(Clone, Debug, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct Alert {
    /// Address that alerts are sent to as JSON (`http` or `https`), such as a webhook of Teams or Slack: a string, `{ env = "NAME" }` or `{ file = "path" }`.
    #[schemars(extend("de" = "Adresse, an die Alarme als JSON gehen (`http` oder `https`), etwa ein Webhook von Teams oder Slack: Zeichenkette, `{ env = \"NAME\" }` oder `{ file = \"Pfad\" }`."))]
    pub webhook: Secret,
    /// Who gets alerts by mail, through `[alert.smtp]` if it has a host, else through `[smtp]`.
    #[schemars(extend("de" = "Wer Alarme als Mail bekommt: über `[alert.smtp]`, wenn dort ein Server steht, sonst über `[smtp]`."))]
    pub mail: Vec<String>,
    /// A mailbox without a successful poll for so long is an alert.
    #[schemars(extend("de" = "Ein Postfach ohne erfolgreiche Abfrage seit so langer Zeit ist ein Alarm."))]
    pub stale_after: Span,
    /// A server for alerts alone, so that they go also when the account of `[smtp]` does not; keys as in `[smtp]`.
    #[schemars(extend("de" = "Ein Server nur für Alarme, damit sie auch gehen, wenn das Konto von `[smtp]` nicht geht; Schlüssel wie in `[smtp]`."))]
    pub smtp: Smtp,
}

impl Default for Alert {
    fn default() -> Self {
        Self {
            webhook: Secret::default(),
            mail: Vec::new(),
            smtp: Smtp::default(),
            stale_after: Span::from(Duration::from_hours(24)),
        }
    }
}
