//! Changes to the text of a configuration. Comments, order and everything that is not meant stay as
//! they are, to the byte.

use toml_edit::{ArrayOfTables, DocumentMut, InlineTable, Item, Table, TableLike, Value};

/// The text of a configuration, to be changed.
#[derive(Debug)]
pub struct Draft {
    document: DocumentMut,
    /// Whether its lines end as those of Windows do; the library writes others.
    has_crlf: bool,
}

/// A section of it.
pub struct Section<'d> {
    table: &'d mut dyn TableLike,
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

#[cfg(test)]
mod tests;
