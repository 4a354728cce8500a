//! `[export]`: how exports are written.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How exports are written.
#[derive(Clone, Debug, Default, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct Export {
    /// CSV dialect.
    #[schemars(extend("de" = "CSV-Dialekt."))]
    pub csv: Csv,
}

/// A CSV dialect. The default is what German Excel opens by double click.
#[derive(Clone, Debug, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct Csv {
    /// Between two fields.
    #[schemars(extend("de" = "Zwischen zwei Feldern."))]
    pub delimiter: char,
    /// Decimal mark.
    #[schemars(extend("de" = "Dezimalzeichen."))]
    pub decimal: char,
    /// Begin with a byte order mark, so that Excel reads UTF-8.
    #[schemars(extend("de" = "Mit einer Byte-Order-Mark beginnen, damit Excel UTF-8 liest."))]
    pub bom: bool,
}

impl Default for Csv {
    fn default() -> Self {
        Self {
            delimiter: ';',
            decimal: ',',
            bom: true,
        }
    }
}
