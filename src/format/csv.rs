//! Records as CSV, in the dialect that the reader's spreadsheet opens by double click.

use std::io::{self, Write};

use crate::format::record::{Cell, Record, Shape};

/// A dialect of CSV.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Dialect {
    /// Between two fields.
    pub delimiter: char,
    /// Decimal mark of the values.
    pub decimal: char,
    /// Begin with a byte order mark, so that Excel reads UTF-8.
    pub bom: bool,
}

impl Default for Dialect {
    /// RFC 4180.
    fn default() -> Self {
        Self {
            delimiter: ',',
            decimal: '.',
            bom: false,
        }
    }
}

/// Writes the line of names.
///
/// # Errors
/// What `out` says.
pub fn header<W: Write>(out: &mut W, dialect: Dialect, shape: Shape) -> io::Result<()> {
    let mut line = Line::first(dialect);
    for field in shape.fields() {
        line.plain(field.name);
    }
    line.write(out)
}

/// Writes one record.
///
/// # Errors
/// What `out` says.
pub fn record<W: Write>(
    out: &mut W,
    dialect: Dialect,
    shape: Shape,
    record: &Record<'_>,
) -> io::Result<()> {
    let mut line = Line::new(dialect);
    for field in shape.fields() {
        line.cell(record.cell(*field));
    }
    line.write(out)
}

/// A line that is being written.
pub(super) struct Line {
    dialect: Dialect,
    text: String,
    fields: usize,
}

impl Line {
    /// The line of names: the first of a file.
    pub(super) fn first(dialect: Dialect) -> Self {
        let mut line = Self::new(dialect);
        if dialect.bom {
            line.text.push('\u{FEFF}');
        }
        line
    }

    pub(super) fn new(dialect: Dialect) -> Self {
        Self {
            dialect,
            text: String::with_capacity(256),
            fields: 0,
        }
    }

    fn cell(&mut self, cell: Cell<'_>) {
        match cell {
            Cell::Null => self.plain(""),
            Cell::Word(word) => self.plain(word),
            Cell::Text(text) => self.text(text),
            Cell::Integer(number) => self.plain(&number.to_string()),
            Cell::Time(time) => self.plain(&time.to_string()),
            Cell::Number(number) => self.decimal(&number.to_string()),
            Cell::Texts(texts) => self.text(&texts.join(" ")),
        }
    }

    /// A field of ours: number, time, name.
    pub(super) fn plain(&mut self, field: &str) {
        if self.fields > 0 {
            self.text.push(self.dialect.delimiter);
        }
        self.fields += 1;
        if field.contains([self.dialect.delimiter, '"', '\n', '\r']) {
            self.text.push('"');
            self.text.push_str(&field.replace('"', "\"\""));
            self.text.push('"');
        } else {
            self.text.push_str(field);
        }
    }

    /// A field of a partner's: what a spreadsheet would take for a formula is made plain text.
    pub(super) fn text(&mut self, field: &str) {
        if field.starts_with(['=', '+', '-', '@', '\t', '\r']) {
            self.plain(&format!("'{field}"));
        } else {
            self.plain(field);
        }
    }

    /// A number, given with `.` as its mark.
    pub(super) fn decimal(&mut self, digits: &str) {
        if self.dialect.decimal == '.' {
            self.plain(digits);
        } else {
            let mark = self.dialect.decimal;
            self.plain(&digits.replace('.', mark.encode_utf8(&mut [0; 4])));
        }
    }

    pub(super) fn write<W: Write>(mut self, out: &mut W) -> io::Result<()> {
        self.text.push_str("\r\n");
        out.write_all(self.text.as_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::market::quantity::Decimal;
    use crate::series::{Label, Value};

    fn line(dialect: Dialect, document: &str, label: &Label) -> String {
        let row = Record {
            sender: "9905048000007",
            receiver: "9985046000001",
            interchange: "R1",
            message: "1",
            document,
            pid: Some(13_025),
            location: Some("41373559241"),
            device: None,
            obis: Some("1-1:1.29.0"),
            start: None,
            end: None,
            value: Value::Number(Decimal::parse(b"-2.50").unwrap()),
            label,
            stored: None,
        };
        let mut out = Vec::new();
        record(&mut out, dialect, Shape::Parsed, &row).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn the_german_dialect_has_decimal_commas() {
        let dialect = Dialect {
            delimiter: ';',
            decimal: ',',
            bom: true,
        };
        let label = Label {
            qualifier: "220".into(),
            ..Label::default()
        };
        let line = line(dialect, "D1", &label);
        assert_eq!(
            line,
            "9905048000007;9985046000001;R1;1;D1;13025;41373559241;;1-1:1.29.0;;;-2,50;;220;\r\n"
        );
    }

    #[test]
    fn a_partners_text_is_never_a_formula_and_quotes_are_doubled() {
        let label = Label {
            qualifier: "220".into(),
            status: vec!["Z34++ZA4".into()],
            ..Label::default()
        };
        let line = line(Dialect::default(), "=cmd|' /C \"calc\", x'!A0", &label);
        let mut reader = ::csv::ReaderBuilder::new()
            .has_headers(false)
            .from_reader(line.as_bytes());
        let row = reader.records().next().unwrap().unwrap();
        assert_eq!(row.get(4), Some("'=cmd|' /C \"calc\", x'!A0"));
        assert_eq!(row.get(11), Some("-2.50"));
        assert_eq!(row.get(14), Some("Z34++ZA4"));
    }
}
