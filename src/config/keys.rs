//! Every key of the configuration: name, shape, default and doc lines, read from the types.
//!
//! One place for what the docs, the example file, the environment and the search for unknown keys
//! all need. The types are the source: a doc comment is the English line, `extend("de" = "…")` the
//! German one.

use schemars::generate::SchemaSettings;
use serde_json::{Map, Value};

use crate::config::Gateway;

/// A key.
#[derive(Clone, Debug, PartialEq)]
pub struct Key {
    /// As it is written in the file.
    pub name: String,
    /// What stands behind it.
    pub shape: Shape,
    /// Where the file does not have it; `Null` is none.
    pub default: Value,
    /// Doc line.
    pub english: String,
    /// Doc line.
    pub german: String,
}

/// What stands behind a key.
#[derive(Clone, Debug, PartialEq)]
pub enum Shape {
    /// A string.
    Text,
    /// An integer.
    Integer,
    /// `true` or `false`.
    Boolean,
    /// One of these strings.
    Choice(Vec<Choice>),
    /// Any number of strings.
    Texts,
    /// A string that is not shown, or where to find it.
    Secret,
    /// A `[section]`.
    Table(Vec<Key>),
    /// Any number of `[[sections]]`.
    Tables(Vec<Key>),
}

/// A string that a key takes.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Choice {
    /// As it is written in the file.
    pub value: String,
    /// What it means.
    pub english: String,
}

/// The keys of the whole configuration, in the order of the types.
pub fn keys() -> Vec<Key> {
    let settings =
        SchemaSettings::draft2020_12().with(|settings| settings.inline_subschemas = true);
    let schema = settings.into_generator().into_root_schema_for::<Gateway>();
    properties(schema.as_object())
}

/// The key of that name.
pub fn find<'k>(keys: &'k [Key], name: &str) -> Option<&'k Key> {
    keys.iter().find(|key| key.name == name)
}

/// The known name that is most like an unknown one, if one is like it at all.
pub fn nearest<'k>(names: impl IntoIterator<Item = &'k str>, unknown: &str) -> Option<&'k str> {
    let unknown = unknown.to_ascii_lowercase();
    names
        .into_iter()
        .map(|name| (likeness(name, &unknown), name))
        .filter(|(likeness, _)| *likeness >= LIKENESS_LEAST)
        .max_by(|one, other| one.0.total_cmp(&other.0))
        .map(|(_, name)| name)
}

fn likeness(known: &str, unknown: &str) -> f64 {
    // One slip of a finger (`wbe`) weighs too much in short words for Jaro-Winkler.
    if strsim::damerau_levenshtein(known, unknown) == 1 {
        1.0
    } else {
        strsim::jaro_winkler(known, unknown)
    }
}

fn properties(schema: Option<&Map<String, Value>>) -> Vec<Key> {
    let properties = schema.and_then(|schema| schema.get("properties")?.as_object());
    let named = properties.into_iter().flatten();
    named.map(|(name, schema)| key(name, schema)).collect()
}

fn key(name: &str, schema: &Value) -> Key {
    let text = |field: &str| text(schema, field);
    Key {
        name: name.to_owned(),
        shape: shape(schema),
        default: schema.get("default").cloned().unwrap_or_default(),
        english: text("description"),
        german: text("de"),
    }
}

fn text(schema: &Value, field: &str) -> String {
    let text = schema.get(field).and_then(Value::as_str);
    text.unwrap_or_default().to_owned()
}

fn shape(schema: &Value) -> Shape {
    if schema.get("writeOnly") == Some(&Value::Bool(true)) {
        return Shape::Secret;
    }
    if let Some(choices) = schema.get("oneOf").and_then(Value::as_array) {
        return Shape::Choice(choices.iter().map(choice).collect());
    }
    match type_name(schema) {
        "integer" => Shape::Integer,
        "boolean" => Shape::Boolean,
        "object" => Shape::Table(properties(schema.as_object())),
        "array" => {
            let items = schema.get("items");
            if items.is_some_and(|items| type_name(items) == "string") {
                return Shape::Texts;
            }
            Shape::Tables(properties(items.and_then(Value::as_object)))
        }
        _ => Shape::Text,
    }
}

/// The type that a schema names; of several the first, since an optional one adds `null`.
fn type_name(schema: &Value) -> &str {
    match schema.get("type") {
        Some(Value::String(name)) => name,
        Some(Value::Array(names)) => names.first().and_then(Value::as_str).unwrap_or_default(),
        _ => "",
    }
}

fn choice(schema: &Value) -> Choice {
    let text = |field: &str| text(schema, field);
    Choice {
        value: text("const"),
        english: text("description"),
    }
}

/// Jaro-Winkler: `hots` is 0.92 like `host`, `user` 0.9 like `username`, `mail` 0.9 like `mailbox`;
/// strange words stay below.
const LIKENESS_LEAST: f64 = 0.8;

#[cfg(test)]
mod tests {
    use super::*;

    fn sections(keys: &[Key]) -> impl Iterator<Item = &[Key]> {
        keys.iter().filter_map(|key| match &key.shape {
            Shape::Table(keys) | Shape::Tables(keys) => Some(&keys[..]),
            Shape::Text
            | Shape::Texts
            | Shape::Integer
            | Shape::Boolean
            | Shape::Choice(_)
            | Shape::Secret => None,
        })
    }

    fn assert_documented(keys: &[Key]) {
        for key in keys {
            assert!(
                !key.english.is_empty(),
                "`{}` has no English doc line",
                key.name
            );
            assert!(
                !key.german.is_empty(),
                "`{}` has no German doc line",
                key.name
            );
        }
        sections(keys).for_each(assert_documented);
    }

    #[test]
    fn every_key_is_documented_in_both_languages() {
        assert_documented(&keys());
    }

    #[test]
    fn shapes_are_read_from_the_types() {
        let keys = keys();
        let Shape::Tables(mailbox) = &find(&keys, "mailbox").unwrap().shape else {
            panic!("a mailbox is a section that may stand several times");
        };
        assert_eq!(mailbox[0].name, "name");
        assert_eq!(find(mailbox, "port").unwrap().shape, Shape::Integer);
        assert_eq!(find(mailbox, "idle").unwrap().shape, Shape::Boolean);
        assert_eq!(find(mailbox, "password").unwrap().shape, Shape::Secret);
        assert_eq!(find(mailbox, "ca_file").unwrap().shape, Shape::Text);
        let Shape::Tables(microsoft) = &find(&keys, "microsoft").unwrap().shape else {
            panic!("an account is a section that may stand several times");
        };
        assert_eq!(find(microsoft, "scopes").unwrap().shape, Shape::Texts);
        assert_eq!(find(mailbox, "poll_interval").unwrap().default, "5m");
        let Shape::Choice(choices) = &find(mailbox, "protocol").unwrap().shape else {
            panic!("a protocol is one of a few");
        };
        assert_eq!(choices[1].value, "pop3");
    }

    #[test]
    fn a_word_that_is_like_no_key_has_no_nearest() {
        let names = ["host", "port", "username", "mailbox"];
        assert_eq!(nearest(names, "hots"), Some("host"));
        assert_eq!(nearest(names, "USER"), Some("username"));
        assert_eq!(nearest(names, "mail"), Some("mailbox"));
        assert_eq!(nearest(["web", "csv"], "wbe"), Some("web"));
        assert_eq!(nearest(names, "zzz"), None);
    }
}
