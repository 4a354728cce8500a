//! On which line of the file a key stands.

use std::collections::HashMap;

use toml_edit::{Item, TableLike, Value};

/// The line of each key of a file.
#[derive(Debug, Default)]
pub(crate) struct Lines {
    lines: HashMap<String, usize>,
}

impl Lines {
    /// The lines of a document as it was parsed, with spans.
    pub(crate) fn of(source: &str, document: &toml_edit::Table) -> Self {
        let mut lines = Self::default();
        lines.add_table(source, document, "");
        lines
    }

    /// The line of a byte, from 1.
    pub(crate) fn line_at(source: &str, offset_bytes: usize) -> usize {
        let before = source
            .as_bytes()
            .get(..offset_bytes)
            .unwrap_or(source.as_bytes());
        memchr::memchr_iter(b'\n', before).count() + 1
    }

    /// The line of `mailbox[0].port`, or of the section that would hold it.
    pub(crate) fn nearest(&self, key: &str) -> Option<usize> {
        let mut key = key;
        loop {
            if let Some(line) = self.lines.get(key) {
                return Some(*line);
            }
            key = &key[..key.rfind(['.', '['])?];
        }
    }

    fn add_table(&mut self, source: &str, table: &dyn TableLike, section: &str) {
        for (name, item) in table.iter() {
            let path = if section.is_empty() {
                name.to_owned()
            } else {
                format!("{section}.{name}")
            };
            let key = table.key(name).and_then(toml_edit::Key::span);
            if let Some(span) = key.or_else(|| item.span()) {
                self.lines
                    .insert(path.clone(), Self::line_at(source, span.start));
            }
            self.add_item(source, item, &path);
        }
    }

    fn add_item(&mut self, source: &str, item: &Item, path: &str) {
        match item {
            Item::Table(table) => self.add_table(source, table, path),
            Item::Value(Value::InlineTable(table)) => self.add_table(source, table, path),
            Item::ArrayOfTables(tables) => {
                for (index, table) in tables.iter().enumerate() {
                    self.add_element(source, table, table.span(), &format!("{path}[{index}]"));
                }
            }
            Item::Value(Value::Array(array)) => {
                for (index, value) in array.iter().enumerate() {
                    if let Value::InlineTable(table) = value {
                        self.add_element(source, table, table.span(), &format!("{path}[{index}]"));
                    }
                }
            }
            Item::None | Item::Value(_) => {}
        }
    }

    fn add_element(
        &mut self,
        source: &str,
        table: &dyn TableLike,
        span: Option<std::ops::Range<usize>>,
        path: &str,
    ) {
        if let Some(span) = span {
            self.lines
                .insert(path.to_owned(), Self::line_at(source, span.start));
        }
        self.add_table(source, table, path);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_found_on_their_line_or_that_of_their_section() {
        let source = "language = \"de\"\n\n[web]\nlisten = \"x\"\n\n[[mailbox]]\nname = \"a\"\n\
                      [[mailbox]]\nname = \"b\"\npassword = { env = \"X\" }\n";
        let document = toml_edit::Document::parse(source).unwrap();
        let lines = Lines::of(source, document.as_table());
        for (key, line) in [
            ("language", Some(1)),
            ("web", Some(3)),
            ("web.listen", Some(4)),
            ("web.base", Some(3)),
            ("mailbox[0].host", Some(6)),
            ("mailbox[1]", Some(8)),
            ("mailbox[1].name", Some(9)),
            ("mailbox[1].password.env", Some(10)),
            ("mailbox[2].name", Some(6)),
            ("store.cache", None),
        ] {
            assert_eq!(lines.nearest(key), line, "{key}");
        }
    }
}
