//! Rows of named cells, in the formats of values: what is no record of a value.

use std::io::{self, Write};

use crate::format::csv::{Dialect, Line};
use crate::format::table::Table;

/// How rows are written.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum RowFormat {
    /// Columns for people.
    Table,
    /// CSV, in some dialect.
    Csv,
    /// One JSON list.
    Json,
    /// One JSON object a line.
    Ndjson,
}

/// A cell.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Cell {
    /// Nothing is known: empty, or `null`.
    Nothing,
    /// A text, a partner's too.
    Text(String),
    /// Decimal digits with `.`: a string in JSON, so that they stay exact.
    Decimal(String),
    /// A count or a number that names something.
    Number(u64),
}

impl<T: Into<Cell>> From<Option<T>> for Cell {
    fn from(cell: Option<T>) -> Self {
        cell.map_or(Self::Nothing, Into::into)
    }
}

impl From<&str> for Cell {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<u64> for Cell {
    fn from(number: u64) -> Self {
        Self::Number(number)
    }
}

/// Writes rows, one after the other.
pub struct Rows<W: Write> {
    out: W,
    format: RowFormat,
    dialect: Dialect,
    names: &'static [&'static str],
    written: u64,
    table: Vec<Vec<String>>,
}

impl<W: Write> Rows<W> {
    /// A writer of rows with these names: CSV header, JSON keys, columns of the table.
    ///
    /// # Errors
    /// What `out` says.
    pub fn new(
        format: RowFormat,
        dialect: Dialect,
        names: &'static [&'static str],
        mut out: W,
    ) -> io::Result<Self> {
        match format {
            RowFormat::Csv => {
                let mut line = Line::first(dialect);
                for name in names {
                    line.plain(name);
                }
                line.write(&mut out)?;
            }
            RowFormat::Json => out.write_all(b"[")?,
            RowFormat::Table | RowFormat::Ndjson => {}
        }
        Ok(Self {
            out,
            format,
            dialect,
            names,
            written: 0,
            table: Vec::new(),
        })
    }

    /// Writes a row: a cell for each name.
    ///
    /// # Errors
    /// What the output says.
    pub fn write(&mut self, cells: &[Cell]) -> io::Result<()> {
        match self.format {
            RowFormat::Table => {
                self.table.push(cells.iter().map(text).collect());
                if self.table.len() >= TABLE_ROWS {
                    self.flush_table()?;
                }
            }
            RowFormat::Csv => {
                let mut line = Line::new(self.dialect);
                for cell in cells {
                    match cell {
                        Cell::Nothing | Cell::Number(_) => line.plain(&text(cell)),
                        Cell::Text(text) => line.text(text),
                        Cell::Decimal(digits) => line.decimal(digits),
                    }
                }
                line.write(&mut self.out)?;
            }
            RowFormat::Json => {
                let separator = if self.written == 0 { "\n" } else { ",\n" };
                self.out.write_all(separator.as_bytes())?;
                self.object(cells)?;
            }
            RowFormat::Ndjson => {
                self.object(cells)?;
                self.out.write_all(b"\n")?;
            }
        }
        self.written += 1;
        Ok(())
    }

    /// Ends the document.
    ///
    /// # Errors
    /// What the output says.
    pub fn finish(mut self) -> io::Result<()> {
        match self.format {
            RowFormat::Table => self.flush_table()?,
            RowFormat::Json => self.out.write_all(b"\n]\n")?,
            RowFormat::Csv | RowFormat::Ndjson => {}
        }
        self.out.flush()
    }

    fn object(&mut self, cells: &[Cell]) -> io::Result<()> {
        for (number, (name, cell)) in self.names.iter().zip(cells).enumerate() {
            let before = if number == 0 { "{" } else { ", " };
            write!(self.out, "{before}\"{name}\": ")?;
            match cell {
                Cell::Nothing => self.out.write_all(b"null")?,
                Cell::Number(number) => write!(self.out, "{number}")?,
                Cell::Text(text) | Cell::Decimal(text) => {
                    serde_json::to_writer(&mut self.out, text)?;
                }
            }
        }
        self.out.write_all(b"}")
    }

    /// A table is aligned a page at a time, so that its memory is bounded.
    fn flush_table(&mut self) -> io::Result<()> {
        if self.table.is_empty() {
            return Ok(());
        }
        Table::new(self.names, std::mem::take(&mut self.table)).write(&mut self.out)
    }
}

fn text(cell: &Cell) -> String {
    match cell {
        Cell::Nothing => String::new(),
        Cell::Text(text) | Cell::Decimal(text) => text.clone(),
        Cell::Number(number) => number.to_string(),
    }
}

/// Rows that are aligned together.
const TABLE_ROWS: usize = 10_000;

#[cfg(test)]
mod tests {
    use super::*;

    fn written(format: RowFormat) -> String {
        let dialect = Dialect {
            delimiter: ';',
            decimal: ',',
            bom: true,
        };
        let mut out = Vec::new();
        let mut rows = Rows::new(format, dialect, &["who", "what", "how many"], &mut out).unwrap();
        for (who, what, many) in [("=a\"", "-1.50", 2), ("b", "3", 4)] {
            let what = Cell::Decimal(what.to_owned());
            rows.write(&[who.into(), what, many.into()]).unwrap();
        }
        rows.write(&[Cell::Nothing, Cell::Nothing, Cell::Nothing])
            .unwrap();
        rows.finish().unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn rows_are_written_in_every_format() {
        assert_eq!(
            written(RowFormat::Csv),
            "\u{FEFF}who;what;how many\r\n\"'=a\"\"\";-1,50;2\r\nb;3;4\r\n;;\r\n"
        );
        let lines = written(RowFormat::Ndjson);
        assert_eq!(
            lines,
            "{\"who\": \"=a\\\"\", \"what\": \"-1.50\", \"how many\": 2}\n\
             {\"who\": \"b\", \"what\": \"3\", \"how many\": 4}\n\
             {\"who\": null, \"what\": null, \"how many\": null}\n"
        );
        let list: Vec<serde_json::Value> = serde_json::from_str(&written(RowFormat::Json)).unwrap();
        let line = lines.lines().next().unwrap();
        assert_eq!(
            list[0],
            serde_json::from_str::<serde_json::Value>(line).unwrap()
        );
        assert_eq!(written(RowFormat::Table).lines().count(), 4);
    }
}
