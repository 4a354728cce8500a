//! The two languages of pages, reports and mails.

use serde::{Deserialize, Serialize};

/// A language of pages, reports and mails.
#[derive(
    Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize, schemars::JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum Language {
    /// German.
    #[default]
    De,
    /// English.
    En,
}
