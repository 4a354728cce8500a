//! Changes to the text of a configuration. Comments, order and everything that is not meant stay as
//! they are, to the byte.

use std::fmt;

use toml_edit::{
    ArrayOfTables, DocumentMut, InlineTable, Item, RawString, Table, TableLike, Value,
};

/// The text of a configuration, to be changed. Prints as nothing: secrets may stand there.
pub struct Draft {
    document: DocumentMut,
    /// Whether its lines end as those of Windows do; the library writes others.
    has_crlf: bool,
}

/// A section of it.
pub struct Section<'d> {
    table: &'d mut dyn TableLike,
}

/// Where a secret is that does not stand in the file itself.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum SecretPlace<'d> {
    /// In this variable of the environment.
    Variable(&'d str),
    /// In this file.
    File(&'d str),
}

impl Draft {
    /// Takes a text up.
    ///
    /// # Errors
    /// What is wrong with it. Nothing of it is in the message: a secret may stand there.
    pub fn of(source: &str) -> Result<Self, String> {
        let lines = source.matches('\n').count();
        let has_crlf = lines > 0 && lines == source.matches("\r\n").count();
        let text = if has_crlf {
            source.replace("\r\n", "\n")
        } else {
            source.to_owned()
        };
        let document = text.parse::<DocumentMut>();
        Ok(Self {
            document: document.map_err(|error| error.message().to_owned())?,
            has_crlf,
        })
    }

    /// The section of a list that has this name: `[[list]]` with `name = "…"`.
    pub fn named(&mut self, list: &str, name: &str) -> Option<Section<'_>> {
        let is_meant = |table: &dyn TableLike| {
            let found = table.get("name").and_then(Item::as_str);
            found == Some(name)
        };
        match self.document.get_mut(list)? {
            Item::ArrayOfTables(tables) => {
                let table = tables.iter_mut().find(|table| is_meant(*table))?;
                Some(Section { table })
            }
            Item::Value(Value::Array(values)) => {
                let tables = values.iter_mut().filter_map(Value::as_inline_table_mut);
                let table = { tables }.find(|table| is_meant(*table))?;
                Some(Section { table })
            }
            Item::None | Item::Value(_) | Item::Table(_) => None,
        }
    }

    /// The section that stands once: `[name]`.
    pub fn section(&mut self, name: &str) -> Option<Section<'_>> {
        let table = self.document.get_mut(name)?.as_table_like_mut()?;
        Some(Section { table })
    }

    /// Takes a section out of a list, with the comments right above it; whether it was there. What
    /// stands above those, parted by an empty line, is not the section's and stays.
    pub fn remove(&mut self, list: &str, name: &str) -> bool {
        let is_meant = |table: &dyn TableLike| {
            let found = table.get("name").and_then(Item::as_str);
            found == Some(name)
        };
        match self.document.get_mut(list) {
            Some(Item::ArrayOfTables(tables)) => {
                let Some(index) = tables.iter().position(|table| is_meant(table)) else {
                    return false;
                };
                let gone = tables
                    .get(index)
                    .map(|table| (table.position(), above(table)));
                tables.remove(index);
                if let Some((position, above)) = gone {
                    self.keep(position, &above);
                }
                true
            }
            Some(Item::Value(Value::Array(values))) => {
                let before = values.len();
                let is_other = |value: &Value| {
                    let table = value.as_inline_table();
                    !table.is_some_and(|table| is_meant(table))
                };
                values.retain(is_other);
                values.len() < before
            }
            Some(Item::None | Item::Value(_) | Item::Table(_)) | None => false,
        }
    }

    /// Puts lines in front of what comes behind a place.
    fn keep(&mut self, position: Option<isize>, lines: &str) {
        if lines.trim().is_empty() {
            return;
        }
        let document = self.document.as_table_mut();
        let next = position.and_then(|position| next_position(document, position));
        if let Some(table) = next.and_then(|next| section_at(document, next)) {
            let own = prefix(table.decor().prefix());
            table.decor_mut().set_prefix(joined(lines, &own));
        } else {
            let own = prefix(Some(self.document.trailing()));
            self.document.set_trailing(joined(lines, &own));
        }
    }

    /// Adds a section to a list, behind the others. `None` if what stands there is no list.
    pub fn add(&mut self, list: &str, name: &str) -> Option<Section<'_>> {
        let list = self
            .document
            .entry(list)
            .or_insert_with(|| Item::ArrayOfTables(ArrayOfTables::new()));
        let table: &mut dyn TableLike = match list {
            Item::ArrayOfTables(tables) => {
                tables.push(Table::new());
                let end = tables.len().checked_sub(1)?;
                tables.get_mut(end)?
            }
            Item::Value(Value::Array(values)) => {
                values.push(InlineTable::new());
                let end = values.len().checked_sub(1)?;
                values.get_mut(end)?.as_inline_table_mut()?
            }
            Item::None | Item::Value(_) | Item::Table(_) => return None,
        };
        table.insert("name", toml_edit::value(name));
        Some(Section { table })
    }

    /// The changed text.
    pub fn text(&self) -> String {
        let text = self.document.to_string();
        if self.has_crlf {
            text.replace('\n', "\r\n")
        } else {
            text
        }
    }
}

impl Section<'_> {
    /// Whether the key stands there.
    pub fn has(&self, key: &str) -> bool {
        self.table.contains_key(key)
    }

    /// The text of a key, if it is one.
    pub fn get(&self, key: &str) -> Option<&str> {
        self.table.get(key).and_then(Item::as_str)
    }

    /// Where a secret is that stands elsewhere: `{ env = "NAME" }` or `{ file = "path" }`.
    pub fn place(&self, key: &str) -> Option<SecretPlace<'_>> {
        let table = self.table.get(key)?.as_table_like()?;
        let text = |name: &str| table.get(name).and_then(Item::as_str);
        let variable = text("env").map(SecretPlace::Variable);
        variable.or_else(|| text("file").map(SecretPlace::File))
    }

    /// Sets a key. One that says so already is left alone, however it is written; one that is not
    /// there is added unless its default says the same.
    pub fn set(&mut self, key: &str, text: &str, default: &str) {
        match self.table.get_mut(key) {
            Some(item) if item.as_str() == Some(text) => {}
            Some(Item::Value(value)) => {
                // What stands around it, such as a comment behind it, is not the value's.
                let around = value.decor().clone();
                *value = Value::from(text);
                *value.decor_mut() = around;
            }
            Some(_) | None if text == default => {}
            Some(_) | None => {
                self.table.insert(key, toml_edit::value(text));
            }
        }
    }

    /// Removes a key with the line that it stands on. Comments above it stay.
    pub fn remove(&mut self, key: &str) {
        self.table.remove(key);
    }
}

/// The place of the first section behind a place.
fn next_position(table: &Table, behind: isize) -> Option<isize> {
    let sections = table.iter().flat_map(|(_, item)| match item {
        Item::Table(table) => vec![table],
        Item::ArrayOfTables(tables) => tables.iter().collect(),
        Item::None | Item::Value(_) => Vec::new(),
    });
    let places = sections.flat_map(|table| {
        let own = table.position().filter(|position| *position > behind);
        [own, next_position(table, behind)]
    });
    places.flatten().min()
}

fn section_at(table: &mut Table, position: isize) -> Option<&mut Table> {
    let mut sections = table.iter_mut().flat_map(|(_, item)| match item {
        Item::Table(table) => vec![table],
        Item::ArrayOfTables(tables) => tables.iter_mut().collect(),
        Item::None | Item::Value(_) => Vec::new(),
    });
    sections.find_map(|table| {
        if table.position() == Some(position) {
            return Some(table);
        }
        section_at(table, position)
    })
}

/// What stands above a section and is parted from it by an empty line.
fn above(table: &Table) -> String {
    let prefix = prefix(table.decor().prefix());
    let end = prefix.rfind("\n\n").map_or(0, |at| at + 1);
    prefix.get(..end).unwrap_or_default().to_owned()
}

fn prefix(raw: Option<&RawString>) -> String {
    let text = raw.and_then(RawString::as_str);
    text.unwrap_or_default().to_owned()
}

/// Lines, and others behind them, one empty line between.
fn joined(lines: &str, behind: &str) -> String {
    let parted = if behind.is_empty() || behind.starts_with('\n') {
        ""
    } else {
        "\n"
    };
    format!("{lines}{parted}{behind}")
}

impl fmt::Debug for Draft {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Draft").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
