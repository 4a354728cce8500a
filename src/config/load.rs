//! File, environment and secrets to a checked configuration.

use std::collections::HashMap;
use std::fmt;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use serde_path_to_error::Segment;
use toml_edit::{DocumentMut, Item, Table, TableLike};

use super::Gateway;
use super::keys::{Key, Shape, find, keys, nearest};
use super::lines::Lines;
use super::overlay::{self, Overlay};
use super::{check, secret::Secret};

/// One thing that is wrong with the configuration.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ConfigFault {
    /// Line in the file, if it is known (from 1).
    pub line: Option<usize>,
    /// `mailbox[0].port`; empty for the file as a whole.
    pub key: String,
    /// What is wrong, and what to do.
    pub what: String,
}

/// All that is wrong with the configuration, at once. Prints one fault a line:
/// ``gateway.toml:12: mailbox[0].hots: unknown key; did you mean `host`?``
#[derive(Debug)]
pub struct ConfigError {
    /// The file.
    pub path: String,
    /// The faults, in the order of the file.
    pub faults: Vec<ConfigFault>,
}

impl std::error::Error for ConfigError {}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, fault) in self.faults.iter().enumerate() {
            let line_end = if index == 0 { "" } else { "\n" };
            write!(f, "{line_end}{}:", self.path)?;
            if let Some(line) = fault.line {
                write!(f, "{line}:")?;
            }
            write!(f, " {fault}")?;
        }
        Ok(())
    }
}

impl fmt::Display for ConfigFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.key.is_empty() {
            f.write_str(&self.what)
        } else {
            write!(f, "{}: {}", self.key, self.what)
        }
    }
}

/// Loads and checks a configuration file, with the environment (`MSCONS_GATEWAY__…`) laid over it
/// and secrets resolved.
///
/// # Errors
/// [`ConfigError`] with every fault.
pub fn load(path: &Path, environment: &[(String, String)]) -> Result<Gateway, ConfigError> {
    let name = path.display().to_string();
    match read_bounded(path) {
        Ok(source) => load_text(&name, &source, environment),
        Err(error) => Err(ConfigError {
            path: name,
            faults: vec![whole(format!(
                "cannot be read: {error}; `mscons-gateway init` writes one"
            ))],
        }),
    }
}

/// The same for a text that is no file yet, such as what the settings page is about to write.
///
/// # Errors
/// [`ConfigError`] with every fault; `name` stands for the file.
pub fn load_text(
    name: &str,
    source: &str,
    environment: &[(String, String)],
) -> Result<Gateway, ConfigError> {
    let failed = |faults| ConfigError { path: name.to_owned(), faults };
    let document = toml_edit::Document::parse(source).map_err(|error| {
        let line = error.span().map(|span| Lines::line_at(source, span.start));
        // Only the message: the error's own text shows the line, and a secret may stand in it.
        failed(vec![ConfigFault { line, ..whole(error.message()) }])
    })?;
    let lines = Lines::of(source, document.as_table());
    let loading = Loading { keys: keys(), environment, faults: Vec::new() };
    let (gateway, mut faults) = loading.load(document.into_mut(), &lines);
    for fault in &mut faults {
        fault.line = fault.line.or_else(|| lines.nearest(&fault.key));
    }
    // Those without a line come last: they are of the environment.
    faults.sort_by_key(|fault| fault.line.unwrap_or(usize::MAX));
    if faults.is_empty() { Ok(gateway) } else { Err(failed(faults)) }
}

/// A configuration on its way in, and what was wrong so far.
struct Loading<'e> {
    keys: Vec<Key>,
    environment: &'e [(String, String)],
    faults: Vec<ConfigFault>,
}

impl Loading<'_> {
    fn load(mut self, mut document: DocumentMut, lines: &Lines) -> (Gateway, Vec<ConfigFault>) {
        let keys = std::mem::take(&mut self.keys);
        let Overlay { origins, faults } = overlay::lay(document.as_table_mut(), &keys, self.environment);
        self.faults.extend(faults);
        self.drop_unknown(document.as_table_mut(), &keys, "");
        let mut gateway = self.read(document);
        self.resolve_secrets(&mut gateway);
        let shaped = self.faults.len();
        self.faults.extend(check::faults(&gateway));
        self.drop_consequences(shaped);
        for fault in &mut self.faults {
            if let Some(variable) = origins.get(&fault.key) {
                fault.what = format!("environment variable `{variable}`: {}", fault.what);
                fault.line = None;
            } else {
                fault.line = lines.nearest(&fault.key);
            }
        }
        (gateway, self.faults)
    }

    /// Notes keys that nobody knows, and takes them out, so that the rest can be read.
    fn drop_unknown(&mut self, table: &mut dyn TableLike, keys: &[Key], section: &str) {
        let names: Vec<String> = table.iter().map(|(name, _)| name.to_owned()).collect();
        for name in names {
            let path = join(section, &name);
            let Some(key) = find(keys, &name) else {
                let known = keys.iter().map(|key| key.name.as_str());
                let what = match nearest(known, &name) {
                    Some(nearest) => format!("unknown key; did you mean `{nearest}`?"),
                    None => "unknown key".to_owned(),
                };
                self.faults.push(ConfigFault { line: None, key: path, what });
                table.remove(&name);
                continue;
            };
            let Some(item) = table.get_mut(&name) else { continue };
            match &key.shape {
                Shape::Table(keys) => {
                    if let Some(table) = item.as_table_like_mut() {
                        self.drop_unknown(table, keys, &path);
                    }
                }
                Shape::Tables(keys) => {
                    for (index, table) in tables(item).into_iter().enumerate() {
                        self.drop_unknown(table, keys, &format!("{path}[{index}]"));
                    }
                }
                Shape::Secret => {
                    if !is_secret(item) {
                        self.faults.push(ConfigFault { line: None, key: path, what: SECRET.to_owned() });
                        table.remove(&name);
                    }
                }
                Shape::Text | Shape::Integer | Shape::Boolean | Shape::Choice(_) => {}
            }
        }
    }

    /// Reads the document. What does not fit its type is noted and taken out, and it is read again.
    fn read(&mut self, mut document: DocumentMut) -> Gateway {
        for _ in 0..FAULTS_MOST {
            let deserializer = toml_edit::de::Deserializer::from(document.clone());
            let error = match serde_path_to_error::deserialize::<_, Gateway>(deserializer) {
                Ok(gateway) => return gateway,
                Err(error) => error,
            };
            let steps: Vec<Step> = error.path().iter().filter_map(Step::of).collect();
            self.faults.push(ConfigFault {
                line: None,
                key: steps.iter().fold(String::new(), |path, step| step.join(&path)),
                what: first_line(error.inner().message()),
            });
            if !remove(document.as_item_mut(), &steps) {
                break;
            }
        }
        Gateway::default()
    }

    fn resolve_secrets(&mut self, gateway: &mut Gateway) {
        let environment: HashMap<&str, &str> = self
            .environment
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect();
        let variable = |name: &str| environment.get(name).map(|&value| value.to_owned());
        for (index, mailbox) in gateway.mailbox.iter_mut().enumerate() {
            match mailbox.password.resolve(variable, read_bounded) {
                Ok(secret) => mailbox.password = secret,
                Err(what) => {
                    mailbox.password = Secret::Empty;
                    let key = format!("mailbox[{index}].password");
                    self.faults.push(ConfigFault { line: None, key, what });
                }
            }
        }
    }

    /// Takes out what only follows from an earlier fault: a host is not missing if `hots` is there.
    fn drop_consequences(&mut self, shaped: usize) {
        let (earlier, related) = self.faults.split_at(shaped);
        let follows = |fault: &ConfigFault| {
            earlier.iter().any(|earlier| {
                let section = earlier.key.rsplit_once('.').map_or("", |(section, _)| section);
                let meant = earlier.what.rsplit('`').nth(1).unwrap_or_default();
                fault.key == earlier.key
                    || fault.key == join(section, meant)
                    || fault.key.starts_with(&format!("{}.", earlier.key))
            })
        };
        let own: Vec<ConfigFault> = related.iter().filter(|fault| !follows(fault)).cloned().collect();
        self.faults.truncate(shaped);
        self.faults.extend(own);
    }
}

/// One step on the way to a key.
enum Step {
    Key(String),
    Index(usize),
}

impl Step {
    fn of(segment: &Segment) -> Option<Self> {
        match segment {
            Segment::Map { key } => Some(Self::Key(key.clone())),
            Segment::Seq { index } => Some(Self::Index(*index)),
            Segment::Enum { .. } | Segment::Unknown => None,
        }
    }

    fn join(&self, path: &str) -> String {
        match self {
            Self::Key(name) => join(path, name),
            Self::Index(index) => format!("{path}[{index}]"),
        }
    }
}

/// Takes out what the steps lead to; whether it was there.
fn remove(item: &mut Item, steps: &[Step]) -> bool {
    match steps {
        [] => false,
        [Step::Key(name)] => item
            .as_table_like_mut()
            .is_some_and(|table| table.remove(name).is_some()),
        [Step::Index(index)] => match item {
            Item::ArrayOfTables(tables) => {
                let there = *index < tables.len();
                if there {
                    tables.remove(*index);
                }
                there
            }
            Item::Value(toml_edit::Value::Array(array)) => {
                let there = *index < array.len();
                if there {
                    array.remove(*index);
                }
                there
            }
            Item::None | Item::Value(_) | Item::Table(_) => false,
        },
        [Step::Key(name), rest @ ..] => item
            .as_table_like_mut()
            .and_then(|table| table.get_mut(name))
            .is_some_and(|item| remove(item, rest)),
        [Step::Index(index), rest @ ..] => tables(item)
            .into_iter()
            .nth(*index)
            .is_some_and(|table| remove_in(table, rest)),
    }
}

fn remove_in(table: &mut dyn TableLike, steps: &[Step]) -> bool {
    match steps {
        [Step::Key(name)] => table.remove(name).is_some(),
        [Step::Key(name), rest @ ..] => table.get_mut(name).is_some_and(|item| remove(item, rest)),
        [] | [Step::Index(_), ..] => false,
    }
}

/// The sections of a list, in either way of writing it.
fn tables(item: &mut Item) -> Vec<&mut dyn TableLike> {
    match item {
        Item::ArrayOfTables(tables) => tables.iter_mut().map(|table: &mut Table| table as _).collect(),
        Item::Value(toml_edit::Value::Array(array)) => array
            .iter_mut()
            .filter_map(|value| value.as_inline_table_mut().map(|table| table as _))
            .collect(),
        Item::None | Item::Value(_) | Item::Table(_) => Vec::new(),
    }
}

/// Whether an item is a string, `{ env = "…" }` or `{ file = "…" }`. Seen to here, so that no
/// error of the reader can show what was written.
fn is_secret(item: &Item) -> bool {
    let is_place = |table: &dyn TableLike| {
        let mut keys = table.iter();
        let first = keys.next();
        keys.next().is_none()
            && first.is_some_and(|(name, item)| matches!(name, "env" | "file") && item.is_str())
    };
    item.is_str() || item.as_table_like().is_some_and(is_place)
}

fn join(section: &str, name: &str) -> String {
    if section.is_empty() {
        name.to_owned()
    } else {
        format!("{section}.{name}")
    }
}

fn whole(what: impl Into<String>) -> ConfigFault {
    ConfigFault { line: None, key: String::new(), what: what.into() }
}

fn first_line(text: &str) -> String {
    text.lines().next().unwrap_or_default().to_owned()
}

/// Reads a file that people write: bounded, so that a device or a log does not fill the memory.
fn read_bounded(path: &Path) -> io::Result<String> {
    let mut text = String::new();
    let read = File::open(path)?.take(FILE_BYTES + 1).read_to_string(&mut text)?;
    if u64::try_from(read).unwrap_or(u64::MAX) > FILE_BYTES {
        return Err(io::Error::other(format!("it is larger than {FILE_BYTES} bytes")));
    }
    Ok(text)
}

const SECRET: &str = "must be a string, `{ env = \"NAME\" }` or `{ file = \"path\" }`";
/// More than a person reads; each costs one more reading.
const FAULTS_MOST: usize = 50;
/// A hundred mailboxes with all their keys are 100 kB.
const FILE_BYTES: u64 = 1 << 20;

#[cfg(test)]
mod tests;
