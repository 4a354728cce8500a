//! Columns for people, aligned.

use std::fmt::Write as _;
use std::io::{self, Write};

use crate::format::record::{Cell, Field, Record, Shape};

/// A table: a header and rows of as many cells.
#[derive(Debug)]
pub struct Table {
    header: Vec<String>,
    rows: Vec<Vec<String>>,
}

impl Table {
    /// A table.
    pub fn new(header: &[&str], rows: Vec<Vec<String>>) -> Self {
        Self {
            header: header.iter().map(|&name| name.to_owned()).collect(),
            rows,
        }
    }

    /// Writes it: numbers to the right, all else to the left, columns by their widest cell.
    /// Control characters of a partner's text are shown, not obeyed.
    ///
    /// # Errors
    /// What `out` says.
    pub fn write<W: Write>(self, out: &mut W) -> io::Result<()> {
        let rows: Vec<Vec<String>> = std::iter::once(self.header)
            .chain(self.rows)
            .map(|row| row.iter().map(|cell| printable(cell)).collect())
            .collect();
        let columns = rows.first().map_or(0, Vec::len);
        let width = |column: usize| {
            let cells = rows.iter().filter_map(|row| row.get(column));
            cells.map(|cell| cell.chars().count()).max().unwrap_or(0)
        };
        let widths: Vec<usize> = (0..columns).map(width).collect();
        for row in &rows {
            let mut line = String::new();
            for (cell, &width) in row.iter().zip(&widths) {
                // Writing into a `String` cannot fail.
                let _ = if is_number(cell) {
                    write!(line, "{cell:>width$}  ")
                } else {
                    write!(line, "{cell:<width$}  ")
                };
            }
            writeln!(out, "{}", line.trim_end())?;
        }
        Ok(())
    }
}

/// The heads of a table of values.
pub(super) fn header(shape: Shape) -> Vec<&'static str> {
    shape.table().iter().map(|field| field.name).collect()
}

pub(super) fn cells(record: &Record<'_>, shape: Shape) -> Vec<String> {
    let shown = |field: &Field| match record.cell(*field) {
        Cell::Null => String::new(),
        Cell::Word(word) => word.to_owned(),
        Cell::Text(text) => text.to_owned(),
        Cell::Integer(number) => number.to_string(),
        Cell::Time(time) => time.to_string(),
        Cell::Number(number) => number.to_string(),
        Cell::Texts(texts) => texts.join(" "),
    };
    shape.table().iter().map(shown).collect()
}

fn is_number(cell: &str) -> bool {
    cell.bytes()
        .all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b'-'))
        && cell.bytes().any(|byte| byte.is_ascii_digit())
}

fn printable(cell: &str) -> String {
    if cell.chars().any(char::is_control) {
        cell.chars()
            .flat_map(|c| {
                if c.is_control() {
                    c.escape_default().collect()
                } else {
                    vec![c]
                }
            })
            .collect()
    } else {
        cell.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_aligned_and_control_characters_shown() {
        let rows = vec![
            vec!["a\u{1b}[31m".to_owned(), "7".to_owned()],
            vec!["bb".to_owned(), "12.5".to_owned()],
        ];
        let mut out = Vec::new();
        Table::new(&["name", "value"], rows)
            .write(&mut out)
            .unwrap();
        let text = String::from_utf8(out).unwrap();
        assert_eq!(
            text,
            "name         value\na\\u{1b}[31m      7\nbb            12.5\n"
        );
    }
}
