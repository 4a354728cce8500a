//! The environment laid over the file: `MSCONS_GATEWAY__WEB__LISTEN=…`.
//!
//! A list is addressed by name: `MSCONS_GATEWAY__MAILBOX__METERING__PASSWORD=…`, where a name's `-`
//! is a `_`. A mailbox that the file does not have is made if the environment says where it is
//! (its `HOST` or `PATH`), a Microsoft account if it says which (its `CLIENT_ID`).

use std::collections::HashMap;

use toml_edit::{Array, ArrayOfTables, InlineTable, Item, Table, TableLike, Value};

use crate::config::ConfigFault;
use crate::config::keys::{Key, Shape, find, nearest};

/// Environment variables that begin so belong to the configuration.
pub const PREFIX: &str = "MSCONS_GATEWAY__";

/// What was laid over.
#[derive(Debug, Default)]
pub(crate) struct Overlay {
    /// Which variable a key comes from: `web.listen` → `MSCONS_GATEWAY__WEB__LISTEN`.
    pub(crate) origins: HashMap<String, String>,
    /// Variables that name no key, or have no fitting value.
    pub(crate) faults: Vec<ConfigFault>,
}

/// Lays the environment over a document.
pub(crate) fn lay(document: &mut Table, keys: &[Key], environment: &[(String, String)]) -> Overlay {
    let mut variables: Vec<(&str, &str, &str)> = environment
        .iter()
        .filter_map(|(name, value)| {
            Some((name.as_str(), name.strip_prefix(PREFIX)?, value.as_str()))
        })
        .collect();
    variables.sort_unstable();
    let mut overlay = Overlay::default();
    for (variable, path, value) in &variables {
        let steps: Vec<String> = path.split("__").map(str::to_ascii_lowercase).collect();
        let made = |section: &str, name: &str| {
            variables.iter().any(|(_, path, _)| {
                let rest = path.to_ascii_lowercase();
                let identities = ["host", "path", "client_id"];
                identities
                    .map(|key| format!("{section}__{name}__{key}"))
                    .contains(&rest)
            })
        };
        let mut laid = Laid {
            value,
            key: String::new(),
            made: &made,
        };
        match laid.over(document, keys, &steps) {
            Ok(()) => {
                overlay.origins.insert(laid.key, (*variable).to_owned());
            }
            Err(what) => {
                let what = fault(variable, &what);
                overlay.faults.push(ConfigFault::new(laid.key, what));
            }
        }
    }
    overlay
}

/// The variable that sets a key of a section of a list.
pub fn variable(list: &str, name: &str, key: &str) -> String {
    let path = [list, &plain(name), key].join("__");
    format!("{PREFIX}{}", path.to_ascii_uppercase())
}

/// What is wrong with a key that comes from a variable.
pub(crate) fn fault(variable: &str, what: &str) -> String {
    format!("environment variable `{variable}`: {what}")
}

/// One variable on its way to its key.
struct Laid<'a> {
    value: &'a str,
    /// The key so far: `mailbox[0].port`.
    key: String,
    /// Whether the environment makes the section of this name.
    made: &'a dyn Fn(&str, &str) -> bool,
}

impl Laid<'_> {
    fn over(
        &mut self,
        table: &mut dyn TableLike,
        keys: &[Key],
        steps: &[String],
    ) -> Result<(), String> {
        let Some((name, rest)) = steps.split_first() else {
            return Err("names a section, not a key in it".to_owned());
        };
        let Some(key) = find(keys, name) else {
            return Err(unknown(name, keys.iter().map(|key| key.name.as_str())));
        };
        self.step(name);
        match &key.shape {
            Shape::Table(keys) => {
                let section = table.entry(name).or_insert_with(toml_edit::table);
                let section = section.as_table_like_mut();
                self.over(section.ok_or_else(|| no_section(name))?, keys, rest)
            }
            Shape::Tables(keys) => {
                let list = table
                    .entry(name)
                    .or_insert_with(|| Item::ArrayOfTables(ArrayOfTables::new()));
                let section = self.named(list, name, rest)?;
                self.over(section, keys, rest.get(1..).unwrap_or_default())
            }
            Shape::Secret => {
                table.insert(name, Item::Value(self.secret(rest)?));
                Ok(())
            }
            shape @ (Shape::Text
            | Shape::Texts
            | Shape::Integer
            | Shape::Boolean
            | Shape::Choice(_)) => {
                if !rest.is_empty() {
                    return Err(format!("`{name}` is no section"));
                }
                table.insert(name, Item::Value(self.typed(shape)?));
                Ok(())
            }
        }
    }

    /// The section of a list that the next step names.
    fn named<'t>(
        &mut self,
        list: &'t mut Item,
        section: &str,
        rest: &[String],
    ) -> Result<&'t mut dyn TableLike, String> {
        let name = rest.first().map(String::as_str).unwrap_or_default();
        if list.is_array() {
            let inline = std::mem::take(list);
            *list = inline
                .into_array_of_tables()
                .map_or_else(|item| item, Item::ArrayOfTables);
        }
        let tables = list
            .as_array_of_tables_mut()
            .ok_or_else(|| no_section(section))?;
        let names: Vec<String> = tables.iter().map(table_name).collect();
        let index = match names.iter().position(|known| plain(known) == name) {
            Some(index) => index,
            None if (self.made)(section, name) => {
                let mut table = Table::new();
                table.insert("name", toml_edit::value(name));
                tables.push(table);
                names.len()
            }
            None => {
                let known = unknown(name, names.iter().map(String::as_str));
                return Err(format!("no [[{section}]] has this name: {known}"));
            }
        };
        self.key = format!("{}[{index}]", self.key);
        let table = tables.get_mut(index).ok_or_else(|| no_section(section))?;
        Ok(table)
    }

    fn typed(&self, shape: &Shape) -> Result<Value, String> {
        match shape {
            Shape::Integer => {
                let number: Result<i64, _> = self.value.trim().parse();
                number
                    .map(Value::from)
                    .map_err(|_| format!("`{}` is no number", self.value))
            }
            Shape::Boolean => {
                let boolean: Result<bool, _> = self.value.trim().parse();
                let fault = |_| format!("`{}` is neither `true` nor `false`", self.value);
                boolean.map(Value::from).map_err(fault)
            }
            Shape::Texts => {
                let parts = self.value.split(',').map(str::trim);
                let parts = parts.filter(|part| !part.is_empty());
                Ok(Value::Array(parts.collect::<Array>()))
            }
            Shape::Text | Shape::Choice(_) | Shape::Secret | Shape::Table(_) | Shape::Tables(_) => {
                Ok(Value::from(self.value))
            }
        }
    }

    /// The secret itself, or with one step more where to find it.
    fn secret(&self, rest: &[String]) -> Result<Value, String> {
        match rest {
            [] => Ok(Value::from(self.value)),
            [place] if place == "env" || place == "file" => {
                Ok(InlineTable::from_iter([(place.as_str(), self.value)]).into())
            }
            _ => Err("a secret is followed by nothing, `__ENV` or `__FILE`".to_owned()),
        }
    }

    fn step(&mut self, name: &str) {
        if !self.key.is_empty() {
            self.key.push('.');
        }
        self.key.push_str(name);
    }
}

fn unknown<'k>(name: &str, known: impl IntoIterator<Item = &'k str>) -> String {
    match nearest(known, name) {
        Some(nearest) => format!("`{name}` is unknown; did you mean `{nearest}`?"),
        None => format!("`{name}` is unknown"),
    }
}

fn no_section(name: &str) -> String {
    format!("`{name}` is no section in the file")
}

fn table_name(table: &Table) -> String {
    let name = table.get("name").and_then(Item::as_str);
    name.unwrap_or_default().to_owned()
}

/// A name as an environment variable can hold it.
fn plain(name: &str) -> String {
    name.to_ascii_lowercase().replace('-', "_")
}

#[cfg(test)]
mod tests {
    use toml_edit::DocumentMut;

    use super::*;
    use crate::config::keys::keys;

    fn laid(source: &str, environment: &[(&str, &str)]) -> (String, Overlay) {
        let mut document: DocumentMut = source.parse().unwrap();
        let environment: Vec<(String, String)> = environment
            .iter()
            .map(|(name, value)| (format!("MSCONS_GATEWAY__{name}"), (*value).to_owned()))
            .collect();
        let overlay = lay(document.as_table_mut(), &keys(), &environment);
        (document.to_string(), overlay)
    }

    fn only_fault(source: &str, name: &str, value: &str) -> String {
        let (_, overlay) = laid(source, &[(name, value)]);
        overlay.faults[0].what.clone()
    }

    #[test]
    fn values_take_the_type_of_their_key() {
        let (text, overlay) = laid(
            "[[mailbox]]\nname = \"netz-nord\"\nport = 1\n",
            &[
                ("MAILBOX__NETZ_NORD__PORT", "993"),
                ("MAILBOX__NETZ_NORD__IDLE", "false"),
                ("MAILBOX__NETZ_NORD__PASSWORD", "993"),
                ("EXPORT__CSV__BOM", "true"),
                ("LANGUAGE", "en"),
            ],
        );
        assert_eq!(
            text,
            "language = \"en\"\n[[mailbox]]\nname = \"netz-nord\"\nport = 993\nidle = false\n\
             password = \"993\"\n\n[export]\n\n[export.csv]\nbom = true\n"
        );
        assert_eq!(
            overlay.origins["mailbox[0].port"],
            "MSCONS_GATEWAY__MAILBOX__NETZ_NORD__PORT"
        );
    }

    #[test]
    fn a_list_in_one_line_is_addressed_by_name_too() {
        let (text, _) = laid(
            "mailbox = [{ name = \"a\" }]\n",
            &[("MAILBOX__A__PORT", "1")],
        );
        assert!(text.contains("port = 1"), "{text}");
    }

    #[test]
    fn a_mailbox_can_come_from_the_environment_alone() {
        let (text, overlay) = laid(
            "",
            &[("MAILBOX__METER__HOST", "h"), ("MAILBOX__METER__PORT", "1")],
        );
        assert_eq!(
            text,
            "[[mailbox]]\nname = \"meter\"\nhost = \"h\"\nport = 1\n"
        );
        assert!(overlay.faults.is_empty());
    }

    #[test]
    fn an_account_can_come_from_the_environment_alone_with_its_list() {
        let (text, overlay) = laid(
            "",
            &[
                ("MICROSOFT__MAIN__CLIENT_ID", "c"),
                ("MICROSOFT__MAIN__SCOPES", "https://a/x, openid,"),
            ],
        );
        assert_eq!(
            text,
            "[[microsoft]]\nname = \"main\"\nclient_id = \"c\"\nscopes = [\"https://a/x\", \"openid\"]\n"
        );
        assert!(overlay.faults.is_empty());
    }

    #[test]
    fn a_name_that_no_mailbox_has_is_not_made_in_silence() {
        let source = "[[mailbox]]\nname = \"metering\"\n";
        assert_eq!(
            only_fault(source, "MAILBOX__METRING__PASSWORD", "x"),
            "environment variable `MSCONS_GATEWAY__MAILBOX__METRING__PASSWORD`: \
             no [[mailbox]] has this name: `metring` is unknown; did you mean `metering`?"
        );
    }

    #[test]
    fn a_secret_can_be_named_by_its_file() {
        let source = "[[mailbox]]\nname = \"a\"\n";
        let (text, _) = laid(source, &[("MAILBOX__A__PASSWORD__FILE", "/run/secrets/a")]);
        assert!(
            text.ends_with("password = { file = \"/run/secrets/a\" }\n"),
            "{text}"
        );
        assert!(
            only_fault(source, "MAILBOX__A__PASSWORD__X", "geheim").contains("`__ENV` or `__FILE`")
        );
    }

    #[test]
    fn variables_that_fit_no_key_are_faults() {
        assert!(
            only_fault("", "WEB__LISTN", "x")
                .ends_with("`listn` is unknown; did you mean `listen`?")
        );
        assert!(only_fault("", "WEB", "x").ends_with("names a section, not a key in it"));
        assert!(only_fault("", "LANGUAGE__X", "x").ends_with("`language` is no section"));
        assert!(
            only_fault("web = 1", "WEB__LISTEN", "x").ends_with("`web` is no section in the file")
        );
        assert!(
            only_fault("mailbox = 1", "MAILBOX__A__PORT", "1")
                .ends_with("`mailbox` is no section in the file")
        );
        let source = "[[mailbox]]\nname = \"a\"\n";
        assert!(only_fault(source, "MAILBOX__A__PORT", "imap").ends_with("`imap` is no number"));
        assert!(
            only_fault(source, "MAILBOX__A__IDLE", "yes").ends_with("neither `true` nor `false`")
        );
    }
}
