//! Values as text: CSV, JSON, NDJSON and a table for the terminal. One record, the same names
//! everywhere.

pub mod csv;
pub mod json;
pub mod record;
pub mod table;

use std::io::{self, Write};

pub use record::Record;

use csv::Dialect;

/// How values are written.
#[derive(Clone, Copy, Debug, Eq, PartialEq, clap::ValueEnum)]
pub enum Format {
    /// Columns for people
    Table,
    /// CSV, in the configured dialect
    Csv,
    /// One JSON list
    Json,
    /// One JSON object a line
    Ndjson,
}

impl Format {
    /// The media type of a download.
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Table => "text/plain; charset=utf-8",
            Self::Csv => "text/csv; charset=utf-8",
            Self::Json => "application/json",
            Self::Ndjson => "application/x-ndjson",
        }
    }

    /// The ending of a file's name.
    pub fn extension(self) -> &'static str {
        match self {
            Self::Table => "txt",
            Self::Csv => "csv",
            Self::Json => "json",
            Self::Ndjson => "ndjson",
        }
    }
}

/// Writes records, one after the other, in one of the formats.
pub struct Writer<W: Write> {
    out: W,
    format: Format,
    dialect: Dialect,
    is_stored: bool,
    written: u64,
    rows: Vec<Vec<String>>,
}

impl<W: Write> Writer<W> {
    /// A writer of records as a message gives them.
    ///
    /// # Errors
    /// What `out` says.
    pub fn parsed(format: Format, dialect: Dialect, out: W) -> io::Result<Self> {
        Self::new(format, dialect, out, false)
    }

    /// A writer of records from the store: with quality and source.
    ///
    /// # Errors
    /// What `out` says.
    pub fn stored(format: Format, dialect: Dialect, out: W) -> io::Result<Self> {
        Self::new(format, dialect, out, true)
    }

    fn new(format: Format, dialect: Dialect, mut out: W, is_stored: bool) -> io::Result<Self> {
        match format {
            Format::Csv => csv::header(&mut out, dialect, is_stored)?,
            Format::Json => out.write_all(b"[")?,
            Format::Table | Format::Ndjson => {}
        }
        Ok(Self { out, format, dialect, is_stored, written: 0, rows: Vec::new() })
    }

    /// Writes a record.
    ///
    /// # Errors
    /// What the output says.
    pub fn write(&mut self, record: &Record<'_>) -> io::Result<()> {
        match self.format {
            Format::Table => {
                self.rows.push(table::cells(record, self.is_stored));
                if self.rows.len() >= TABLE_ROWS {
                    self.flush_table()?;
                }
            }
            Format::Csv => csv::record(&mut self.out, self.dialect, record)?,
            Format::Json => {
                self.out.write_all(if self.written == 0 { b"\n" } else { b",\n" })?;
                json::record(&mut self.out, record)?;
            }
            Format::Ndjson => {
                json::record(&mut self.out, record)?;
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
    pub fn finish(mut self) -> io::Result<W> {
        match self.format {
            Format::Table => self.flush_table()?,
            Format::Json => self.out.write_all(b"\n]\n")?,
            Format::Csv | Format::Ndjson => {}
        }
        self.out.flush()?;
        Ok(self.out)
    }

    /// A table is aligned a page at a time, so that its memory is bounded.
    fn flush_table(&mut self) -> io::Result<()> {
        if self.rows.is_empty() {
            return Ok(());
        }
        let header = table::header(self.is_stored);
        table::Table::new(&header, std::mem::take(&mut self.rows)).write(&mut self.out)
    }
}

/// Rows that are aligned together.
const TABLE_ROWS: usize = 10_000;
