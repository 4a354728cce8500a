//! Secrets: never printed, never serialised.

use std::borrow::Cow;
use std::path::{Path, PathBuf};
use std::{fmt, io};

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Deserialize, Serialize, Serializer};
use zeroize::Zeroize;

/// A secret as configured: the text itself, or where to find it. Prints as `***`, and is wiped
/// from memory when it is dropped.
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

    /// Finds the text itself, by what gives environment variables and what reads files.
    ///
    /// # Errors
    /// What is missing, and where. The secret itself is in no error.
    pub(crate) fn resolve(
        &self,
        variable: impl Fn(&str) -> Option<String>,
        read: impl Fn(&Path) -> io::Result<String>,
    ) -> Result<Self, String> {
        let text = match self {
            Self::Empty => return Ok(Self::Empty),
            Self::Text(text) => text.clone(),
            Self::Env { env } => variable(env).ok_or_else(|| {
                format!(
                    "the environment variable `{env}` is not set; set it, or write the secret here"
                )
            })?,
            Self::File { file } => {
                let text = read(file).map_err(|error| {
                    format!("the file `{}` cannot be read: {error}", file.display())
                })?;
                without_line_end(&text).to_owned()
            }
        };
        Ok(if text.is_empty() {
            Self::Empty
        } else {
            Self::Text(text)
        })
    }
}

impl Drop for Secret {
    fn drop(&mut self) {
        match self {
            Self::Text(text) => text.zeroize(),
            Self::Empty | Self::Env { .. } | Self::File { .. } => {}
        }
    }
}

/// Editors and `echo` end a file with a line end that is not part of the secret.
fn without_line_end(text: &str) -> &str {
    let text = text.strip_suffix('\n').unwrap_or(text);
    text.strip_suffix('\r').unwrap_or(text)
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
        schemars::json_schema!({ "type": ["string", "object"], "writeOnly": true })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_prints_and_serialises_as_nothing() {
        let secret = Secret::Text("geheim".to_owned());
        assert_eq!(format!("{secret:?}"), "***");
        assert_eq!(serde_json::to_string(&secret).unwrap(), "\"\"");
        assert_eq!(secret.reveal(), "geheim");
    }

    #[test]
    fn a_secret_from_a_file_loses_its_last_line_end_only() {
        let secret = Secret::File { file: "x".into() };
        let read = |_: &Path| Ok(" a\n\r\n".to_owned());
        assert_eq!(secret.resolve(|_| None, read).unwrap().reveal(), " a\n");
    }

    #[test]
    fn a_secret_that_is_empty_is_none() {
        let read = |_: &Path| Ok("\n".to_owned());
        for secret in [
            Secret::Text(String::new()),
            Secret::File { file: "x".into() },
        ] {
            assert_eq!(secret.resolve(|_| None, read).unwrap(), Secret::Empty);
        }
    }
}
