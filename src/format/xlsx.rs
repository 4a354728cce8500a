//! Records as a workbook of Excel, written while they come: nothing but the current row is held.
//!
//! One flat table, ready for a pivot: a frozen row of names with filters, one record a row, the
//! rows of all series below each other. A sheet takes 1,048,576 rows; the rest goes on to further
//! sheets with the same names on top. Times are real dates on the clock of the gateway's time
//! zone. A value of up to 15 digits is a number; one of more would be rounded by Excel, and is
//! text. Source: ECMA-376 part 1, §18 (`SpreadsheetML`).

mod parts;

use std::fmt::Write as _;
use std::io::{self, Write};

use jiff::Timestamp;
use jiff::tz::TimeZone;
use zip::write::{SimpleFileOptions, StreamWriter, ZipWriter};

use crate::format::record::{Cell, Field, FieldKind, Record, Shape};
use crate::market::calendar::{DAY_SECONDS, UtcTime};
use crate::market::quantity::Decimal;

/// A workbook that is being written.
pub struct Book<W: Write> {
    zip: ZipWriter<StreamWriter<W>>,
    fields: &'static [Field],
    zone: TimeZone,
    sheets: usize,
    /// Rows of the current sheet, the names included.
    rows: usize,
    /// XML that was not handed to the zip yet.
    xml: String,
}

impl<W: Write> Book<W> {
    /// A workbook with the columns of a shape.
    ///
    /// # Errors
    /// What `out` says.
    pub fn new(shape: Shape, out: W) -> io::Result<Self> {
        let mut book = Self {
            zip: ZipWriter::new_stream(out),
            fields: shape.fields(),
            zone: TimeZone::UTC,
            sheets: 0,
            rows: 0,
            xml: String::new(),
        };
        book.begin_sheet()?;
        Ok(book)
    }

    /// Shows times on the clocks of a zone.
    pub fn set_zone(&mut self, zone: TimeZone) {
        self.zone = zone;
    }

    /// Adds a record.
    ///
    /// # Errors
    /// What the output says.
    pub fn write(&mut self, record: &Record<'_>) -> io::Result<()> {
        if self.rows >= SHEET_ROWS {
            self.end_sheet()?;
            self.begin_sheet()?;
        }
        self.rows += 1;
        let _ = write!(self.xml, "<row r=\"{}\">", self.rows);
        for (column, field) in self.fields.iter().enumerate() {
            let place = format!("{}{}", letter(column), self.rows);
            self.cell(&place, record.cell(*field));
        }
        self.xml.push_str("</row>");
        self.flush_above(XML_BYTES)
    }

    /// Ends the workbook.
    ///
    /// # Errors
    /// What the output says.
    pub fn finish(mut self) -> io::Result<W> {
        self.end_sheet()?;
        for (name, content) in parts::around(self.sheets) {
            self.zip.start_file(name, options())?;
            self.zip.write_all(content.as_bytes())?;
        }
        Ok(self.zip.finish()?.into_inner())
    }

    fn begin_sheet(&mut self) -> io::Result<()> {
        self.sheets += 1;
        self.rows = 1;
        self.zip
            .start_file(parts::sheet_path(self.sheets), options())?;
        self.xml.push_str(parts::SHEET_HEAD);
        for (column, field) in (1..).zip(self.fields) {
            let width = width(*field);
            let _ = write!(
                self.xml,
                "<col min=\"{column}\" max=\"{column}\" width=\"{width}\" customWidth=\"1\"/>"
            );
        }
        self.xml.push_str("</cols><sheetData><row r=\"1\">");
        for (column, field) in self.fields.iter().enumerate() {
            let place = format!("{}1", letter(column));
            self.text(&place, parts::STYLE_NAME, field.name);
        }
        self.xml.push_str("</row>");
        Ok(())
    }

    fn end_sheet(&mut self) -> io::Result<()> {
        let last = letter(self.fields.len().saturating_sub(1));
        let _ = write!(
            self.xml,
            "</sheetData><autoFilter ref=\"A1:{last}{}\"/></worksheet>",
            self.rows
        );
        self.flush_above(0)
    }

    fn flush_above(&mut self, bytes: usize) -> io::Result<()> {
        if self.xml.len() > bytes {
            self.zip.write_all(self.xml.as_bytes())?;
            self.xml.clear();
        }
        Ok(())
    }

    fn cell(&mut self, place: &str, cell: Cell<'_>) {
        // Writing into a `String` cannot fail.
        let _ = match cell {
            Cell::Null => Ok(()),
            Cell::Word(word) => {
                self.text(place, parts::STYLE_PLAIN, word);
                Ok(())
            }
            Cell::Text(text) => {
                self.text(place, parts::STYLE_PLAIN, text);
                Ok(())
            }
            Cell::Texts(texts) => {
                self.text(place, parts::STYLE_PLAIN, &texts.join(" "));
                Ok(())
            }
            Cell::Integer(number) => write!(self.xml, "<c r=\"{place}\"><v>{number}</v></c>"),
            Cell::Time(time) => {
                let (style, date) = (parts::STYLE_TIME, self.date(time));
                write!(self.xml, "<c r=\"{place}\" s=\"{style}\"><v>{date}</v></c>")
            }
            Cell::Number(number) if is_exact(number) => {
                write!(self.xml, "<c r=\"{place}\"><v>{number}</v></c>")
            }
            Cell::Number(number) => {
                self.text(place, parts::STYLE_PLAIN, &number.to_string());
                Ok(())
            }
        };
    }

    fn text(&mut self, place: &str, style: u8, text: &str) {
        if text.is_empty() {
            return;
        }
        let _ = write!(
            self.xml,
            "<c r=\"{place}\" s=\"{style}\" t=\"inlineStr\"><is><t xml:space=\"preserve\">"
        );
        parts::escape(&mut self.xml, text);
        self.xml.push_str("</t></is></c>");
    }

    /// Days since 1899-12-30 on the local clock, and the part of the day (ECMA-376 §18.17.4).
    fn date(&self, at: UtcTime) -> String {
        let offset = Timestamp::from_second(at.seconds())
            .map_or(0, |instant| self.zone.to_offset(instant).seconds());
        let local = at.seconds().saturating_add(offset.into());
        let day = local.div_euclid(DAY_SECONDS) + EPOCH_DATE;
        // Ten digits tell two seconds apart with room to spare.
        let part = local.rem_euclid(DAY_SECONDS) * 10_000_000_000 / DAY_SECONDS;
        format!("{day}.{part:010}")
    }
}

/// Whether Excel's binary numbers hold a value as it is: 15 digits always fit (IEEE 754).
fn is_exact(value: Decimal) -> bool {
    value.mantissa().unsigned_abs() < 10_u64.pow(15)
}

/// The name of a column: `A`, `B`, …; there are fewer than 26.
fn letter(column: usize) -> char {
    u8::try_from(column).map_or('Z', |column| char::from(b'A'.saturating_add(column)))
}

/// Wide enough for what usually stands there, in characters.
fn width(field: Field) -> u8 {
    match field.kind {
        FieldKind::Time => 17,
        FieldKind::Integer | FieldKind::Number => 12,
        FieldKind::Texts => 20,
        FieldKind::Text => match field.name {
            "location" => 36,
            "unit" | "qualifier" | "message" => 10,
            _ => 16,
        },
    }
}

fn options() -> SimpleFileOptions {
    // A day that is the same in every file: the same records give the same bytes.
    SimpleFileOptions::default().compression_level(Some(COMPRESSION))
}

/// Rows that a sheet takes (Excel specifications and limits).
const SHEET_ROWS: usize = 1_048_576;
/// XML that is gathered before it is compressed.
const XML_BYTES: usize = 64 * 1024;
/// Fast: XML packs well at any level.
const COMPRESSION: i64 = 3;
/// 1970-01-01 in days since 1899-12-30.
const EPOCH_DATE: i64 = 25_569;

#[cfg(test)]
mod tests;
