//! `[store]`: where series and ledgers are kept.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::config::units::ByteSize;

/// The store.
#[derive(Clone, Debug, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct Store {
    /// The database.
    #[schemars(extend("de" = "Die Datenbank."))]
    pub backend: Backend,
    /// Memory for the database's cache.
    #[schemars(extend("de" = "Speicher für den Zwischenspeicher der Datenbank."))]
    pub cache: ByteSize,
}

impl Default for Store {
    fn default() -> Self {
        Self {
            backend: Backend::Sled,
            cache: ByteSize::from_mib(32),
        }
    }
}

/// A database.
#[derive(Clone, Copy, Debug, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Backend {
    /// Embedded, in `data_dir`.
    Sled,
}
