//! `[secrets]`: the key under which secrets are sealed in `data_dir`.

use std::path::PathBuf;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::config::mailbox;
use crate::config::secret::Secret;

/// The key of sealed secrets: 32 bytes in base64 or hex, as `openssl rand -base64 32` prints them.
#[derive(Clone, Debug, Default, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct Secrets {
    /// The key itself: `{ env = "NAME" }` or `{ file = "path" }`; empty: the systemd credential `mscons-gateway.key` if there is one, else `key_file`.
    #[schemars(extend("de" = "Der Schlüssel selbst: `{ env = \"NAME\" }` oder `{ file = \"Pfad\" }`; leer: die systemd-Credential `mscons-gateway.key`, wenn es sie gibt, sonst `key_file`."))]
    pub key: Secret,
    /// File of the key, made at first use, for its owner alone; empty: `secret.key` in `data_dir`. Whoever copies `data_dir` as a whole should keep it elsewhere.
    #[schemars(extend("de" = "Datei des Schlüssels, angelegt beim ersten Gebrauch, nur für ihren Eigentümer; leer: `secret.key` in `data_dir`. Wer `data_dir` als Ganzes kopiert, legt sie besser woandershin."))]
    #[serde(deserialize_with = "mailbox::path_unless_empty")]
    pub key_file: Option<PathBuf>,
}
