//! A document, fitted to the types: what does not fit is noted, and the rest is read all the same.

use std::collections::HashSet;

use serde_path_to_error::Segment;
use toml_edit::{DocumentMut, Item, Table, TableLike, Value};

use crate::config::keys::{Key, Shape, find, nearest};
use crate::config::{ConfigFault, Gateway};

/// What did not fit so far.
#[derive(Debug, Default)]
pub(crate) struct Misfits {
    /// In the order in which they were found. Lines are not known here.
    pub(crate) faults: Vec<ConfigFault>,
    /// The keys of the faults, and those that were meant.
    touched: HashSet<String>,
}

/// Reads what fits of a document, which is everything if there is no misfit.
pub(crate) fn fit(mut document: DocumentMut, keys: &[Key]) -> (Gateway, Misfits) {
    let mut misfits = Misfits::default();
    misfits.drop_unknown(document.as_table_mut(), keys, "");
    let gateway = misfits.read(document);
    (gateway, misfits)
}

impl Misfits {
    /// Notes one more.
    pub(crate) fn add(&mut self, key: String, what: impl Into<String>) {
        self.touched.insert(key.clone());
        self.faults.push(ConfigFault::new(key, what));
    }

    /// Whether a key, or a section around it, has a fault or was meant by one. A host is not
    /// missing if `hots` is there.
    pub(crate) fn touch(&self, key: &str) -> bool {
        let sections = key
            .match_indices(['.', '['])
            .filter_map(|(at, _)| key.get(..at));
        sections.chain([key]).any(|key| self.touched.contains(key))
    }

    /// Notes keys that nobody knows, and takes them out, so that the rest can be read.
    fn drop_unknown(&mut self, table: &mut dyn TableLike, keys: &[Key], section: &str) {
        let names: Vec<String> = table.iter().map(|(name, _)| name.to_owned()).collect();
        for name in names {
            let path = join(section, &name);
            let Some(key) = find(keys, &name) else {
                let known = keys.iter().map(|key| key.name.as_str());
                match nearest(known, &name) {
                    Some(nearest) => {
                        self.add(path, format!("unknown key; did you mean `{nearest}`?"));
                        self.touched.insert(join(section, nearest));
                    }
                    None => self.add(path, "unknown key"),
                }
                table.remove(&name);
                continue;
            };
            let Some(item) = table.get_mut(&name) else {
                continue;
            };
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
                        self.add(path, SECRET);
                        table.remove(&name);
                    }
                }
                Shape::Text | Shape::Texts | Shape::Integer | Shape::Boolean | Shape::Choice(_) => {
                }
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
            let key = steps
                .iter()
                .fold(String::new(), |path, step| step.join(&path));
            let what = error.inner().message().lines().next().unwrap_or_default();
            self.add(key, what);
            if !remove(document.as_table_mut(), &steps) {
                break;
            }
        }
        Gateway::default()
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

/// Takes out the key that the steps lead to; whether there was one. Of a list's element, the whole
/// list, so that the others keep their numbers.
fn remove(table: &mut dyn TableLike, steps: &[Step]) -> bool {
    let Some((Step::Key(name), rest)) = steps.split_first() else {
        return false;
    };
    let inner = match rest {
        [Step::Key(_), ..] => table
            .get_mut(name)
            .and_then(Item::as_table_like_mut)
            .map(|inner| (inner, rest)),
        [Step::Index(index), rest @ ..] if !rest.is_empty() => table
            .get_mut(name)
            .and_then(|item| tables(item).into_iter().nth(*index))
            .map(|inner| (inner, rest)),
        [] | [Step::Index(_), ..] => None,
    };
    match inner {
        Some((inner, rest)) => remove(inner, rest),
        None => table.remove(name).is_some(),
    }
}

/// The sections of a list, in either way of writing it.
fn tables(item: &mut Item) -> Vec<&mut dyn TableLike> {
    match item {
        Item::ArrayOfTables(tables) => tables
            .iter_mut()
            .map(|table: &mut Table| table as _)
            .collect(),
        Item::Value(Value::Array(array)) => array
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

const SECRET: &str = "must be a string, `{ env = \"NAME\" }` or `{ file = \"path\" }`";
/// More than a person reads; each costs one more reading.
const FAULTS_MOST: usize = 50;
