//! Records as CSV, in the dialect that the reader's spreadsheet opens by double click.

use std::io::{self, Write};

use crate::format::record::{FIELDS, Record, STORED_FIELDS, Stored};
use crate::market::calendar::UtcTime;
use crate::series::Value;

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
pub fn header<W: Write>(out: &mut W, dialect: Dialect, is_stored: bool) -> io::Result<()> {
    if dialect.bom {
        out.write_all("\u{FEFF}".as_bytes())?;
    }
    let stored: &[&str] = if is_stored { &STORED_FIELDS } else { &[] };
    let mut line = Line::new(dialect);
    for name in FIELDS.iter().chain(stored) {
        line.plain(name);
    }
    line.write(out)
}

/// Writes one record.
///
/// # Errors
/// What `out` says.
pub fn record<W: Write>(out: &mut W, dialect: Dialect, record: &Record<'_>) -> io::Result<()> {
    let mut line = Line::new(dialect);
    for field in [
        record.sender,
        record.receiver,
        record.interchange,
        record.message,
        record.document,
    ] {
        line.text(field);
    }
    line.plain(&record.pid.map(|pid| pid.to_string()).unwrap_or_default());
    for field in [record.location, record.device, record.obis] {
        line.text(field.unwrap_or_default());
    }
    for time in [record.start, record.end] {
        line.plain(&time.as_ref().map(UtcTime::to_string).unwrap_or_default());
    }
    match record.value {
        Value::Number(number) => {
            let digits = number.to_string();
            if dialect.decimal == '.' {
                line.plain(&digits);
            } else {
                line.plain(&digits.replace('.', dialect.decimal.encode_utf8(&mut [0; 4])));
            }
        }
        Value::Text(text) => line.text(text),
        Value::Absent => line.plain(""),
    }
    line.text(record.label.unit.as_deref().unwrap_or_default());
    line.text(&record.label.qualifier);
    line.text(&record.label.status.join(" "));
    if let Some(Stored { quality, source }) = record.stored {
        line.plain(quality.name());
        line.plain(&source.to_string());
    }
    line.write(out)
}

/// Writes a list that is none of records: a line of names, then the rows.
///
/// # Errors
/// What `out` says.
pub fn list<W: Write>(
    out: &mut W,
    dialect: Dialect,
    names: &[&str],
    rows: &[Vec<String>],
) -> io::Result<()> {
    if dialect.bom {
        out.write_all("\u{FEFF}".as_bytes())?;
    }
    let mut head = Line::new(dialect);
    for name in names {
        head.plain(name);
    }
    head.write(out)?;
    for row in rows {
        let mut line = Line::new(dialect);
        for cell in row {
            line.text(cell);
        }
        line.write(out)?;
    }
    Ok(())
}

struct Line {
    dialect: Dialect,
    text: String,
    fields: usize,
}

impl Line {
    fn new(dialect: Dialect) -> Self {
        Self {
            dialect,
            text: String::with_capacity(256),
            fields: 0,
        }
    }

    /// A field of ours: number, time, name.
    fn plain(&mut self, field: &str) {
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
    fn text(&mut self, field: &str) {
        if field.starts_with(['=', '+', '-', '@', '\t', '\r']) {
            self.plain(&format!("'{field}"));
        } else {
            self.plain(field);
        }
    }

    fn write<W: Write>(mut self, out: &mut W) -> io::Result<()> {
        self.text.push_str("\r\n");
        out.write_all(self.text.as_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::market::quantity::Decimal;
    use crate::series::Label;

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
        record(&mut out, dialect, &row).unwrap();
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
    fn a_list_has_its_names_and_no_formula() {
        let rows = [
            vec!["=1+1".to_owned(), "a;b".to_owned()],
            vec![String::new(), "-2".to_owned()],
        ];
        let dialect = Dialect {
            delimiter: ';',
            decimal: ',',
            bom: true,
        };
        let mut out = Vec::new();
        list(&mut out, dialect, &["x", "y"], &rows).unwrap();
        let text = String::from_utf8(out).unwrap();
        assert_eq!(text, "\u{FEFF}x;y\r\n'=1+1;\"a;b\"\r\n;'-2\r\n");
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
