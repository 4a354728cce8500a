//! `[[api_token]]`: programs that may change something.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::config::secret::Secret;

/// A program that may do by `/api/v1` what changes something; reading needs none.
#[derive(Clone, Debug, Default, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct ApiToken {
    /// What the program is called, in the log.
    #[schemars(extend("de" = "Wie das Programm heißt, im Protokoll."))]
    pub name: String,
    /// What it sends as `Authorization: Bearer …`, 32 characters or more: a string, `{ env = "NAME" }` or `{ file = "path" }`.
    #[schemars(extend("de" = "Was es als `Authorization: Bearer …` schickt, mindestens 32 Zeichen: Zeichenkette, `{ env = \"NAME\" }` oder `{ file = \"Pfad\" }`."))]
    pub token: Secret,
}
