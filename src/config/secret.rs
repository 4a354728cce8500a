//! Secrets: never printed, never serialised.

use std::borrow::Cow;
use std::fmt;
use std::path::PathBuf;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Deserialize, Serialize, Serializer};

/// A secret as configured: the text itself, or where to find it. Prints as `***`.
#[derive(Clone, Default, Deserialize, Eq, PartialEq)]
#[serde(untagged)]
pub enum Secret {
    /// None is given.
    #[default]
    #[serde(skip)]
    Empty,
    /// The text itself. After loading, every secret is this or empty.
    Text(String),
    /// The name of an environment variable.
    Env {
        /// Its name.
        env: String,
    },
    /// A file whose content, without the last line end, is the secret.
    File {
        /// Its path.
        file: PathBuf,
    },
}

impl Secret {
    /// The secret itself. Only where it goes out to the server.
    pub fn reveal(&self) -> &str {
        match self {
            Self::Text(text) => text,
            Self::Empty | Self::Env { .. } | Self::File { .. } => "",
        }
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

impl Serialize for Secret {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str("")
    }
}

impl JsonSchema for Secret {
    fn schema_name() -> Cow<'static, str> {
        "Secret".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        schemars::json_schema!({ "type": ["string", "object"] })
    }
}
