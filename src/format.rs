//! Values as text: CSV, JSON, NDJSON and a table for the terminal. One record, the same names
//! everywhere.

pub mod csv;
pub mod json;
pub mod record;
pub mod rows;
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
        Ok(Self {
            out,
            format,
            dialect,
            is_stored,
            written: 0,
            rows: Vec::new(),
        })
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
                self.out
                    .write_all(if self.written == 0 { b"\n" } else { b",\n" })?;
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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::format::record::{FIELDS, STORED_FIELDS, Stored};
    use crate::market::calendar::UtcTime;
    use crate::market::quantity::Decimal;
    use crate::series::quality::Quality;
    use crate::series::{Label, Value};

    fn label() -> Label {
        Label {
            qualifier: "67".into(),
            unit: None,
            status: vec!["Z32++Z92".into(), "Z40++Z75".into()],
        }
    }

    fn record<'a>(document: &'a str, label: &'a Label) -> Record<'a> {
        Record {
            sender: "9905048000007",
            receiver: "9985046000001",
            interchange: "REF00001",
            message: "1",
            document,
            pid: Some(13_018),
            location: Some("DE0001231011500000000000000012345"),
            device: None,
            obis: Some("1-1:2.29.0"),
            start: UtcTime::parse("2026-11-22T23:00:00Z"),
            end: UtcTime::parse("2026-11-22T23:15:00Z"),
            value: Decimal::parse(b"20.800").map_or(Value::Absent, Value::Number),
            label,
            stored: None,
        }
    }

    fn stored(format: Format, dialect: Dialect, records: &[Record<'_>]) -> String {
        let mut writer = Writer::stored(format, dialect, Vec::new()).unwrap();
        for record in records {
            let stored = Some(Stored {
                quality: Quality::Substitute,
                source: 42,
            });
            writer.write(&Record { stored, ..*record }).unwrap();
        }
        String::from_utf8(writer.finish().unwrap()).unwrap()
    }

    #[test]
    fn a_line_of_ndjson_has_the_fields_in_order_and_null_where_nothing_was_said() {
        let label = label();
        let row = Record {
            pid: None,
            location: None,
            start: None,
            end: None,
            ..record("D5", &label)
        };
        let mut writer = Writer::parsed(Format::Ndjson, Dialect::default(), Vec::new()).unwrap();
        writer.write(&record("D5", &label)).unwrap();
        writer
            .write(&Record {
                value: Value::Absent,
                ..row
            })
            .unwrap();
        let lines = String::from_utf8(writer.finish().unwrap()).unwrap();
        assert_eq!(
            lines,
            concat!(
                r#"{"sender": "9905048000007", "receiver": "9985046000001", "interchange": "REF00001", "message": "1", "document": "D5", "pid": 13018, "location": "DE0001231011500000000000000012345", "device": null, "obis": "1-1:2.29.0", "start": "2026-11-22T23:00:00Z", "end": "2026-11-22T23:15:00Z", "value": "20.800", "unit": null, "qualifier": "67", "status": ["Z32++Z92", "Z40++Z75"]}"#,
                "\n",
                r#"{"sender": "9905048000007", "receiver": "9985046000001", "interchange": "REF00001", "message": "1", "document": "D5", "pid": null, "location": null, "device": null, "obis": "1-1:2.29.0", "start": null, "end": null, "value": null, "unit": null, "qualifier": "67", "status": ["Z32++Z92", "Z40++Z75"]}"#,
                "\n",
            )
        );
    }

    #[test]
    fn a_list_of_json_is_valid_with_any_number_of_records() {
        let label = label();
        for count in 0..3 {
            let text = stored(
                Format::Json,
                Dialect::default(),
                &vec![record("D5", &label); count],
            );
            let list: Vec<serde_json::Value> = serde_json::from_str(&text).unwrap();
            assert_eq!(list.len(), count);
            for object in list {
                assert_eq!(
                    (&object["quality"], &object["source"]),
                    (&"substitute".into(), &42.into())
                );
            }
        }
    }

    #[test]
    fn csv_names_its_columns_and_begins_with_the_mark_that_excel_wants() {
        let german = Dialect {
            delimiter: ';',
            decimal: ',',
            bom: true,
        };
        let text = stored(Format::Csv, german, &[record("D5", &label())]);
        let names: Vec<&str> = FIELDS.into_iter().chain(STORED_FIELDS).collect();
        let mut lines = text.strip_prefix('\u{FEFF}').unwrap().lines();
        assert_eq!(lines.next().unwrap(), names.join(";"));
        assert_eq!(
            lines.next().unwrap(),
            "9905048000007;9985046000001;REF00001;1;D5;13018;DE0001231011500000000000000012345;;1-1:2.29.0;2026-11-22T23:00:00Z;2026-11-22T23:15:00Z;20,800;;67;Z32++Z92 Z40++Z75;substitute;42"
        );
        assert_eq!(lines.next(), None);
    }

    proptest! {
        #[test]
        fn every_text_is_read_back_from_json(document in ".*", status in prop::collection::vec(".*", 0..3)) {
            let label = Label { status: status.iter().map(|status| status.as_str().into()).collect(), ..label() };
            let text = stored(Format::Ndjson, Dialect::default(), &[record(&document, &label)]);
            prop_assert_eq!(text.lines().count(), 1);
            let object: serde_json::Value = serde_json::from_str(&text).unwrap();
            prop_assert_eq!(object["document"].as_str(), Some(document.as_str()));
            prop_assert_eq!(&object["status"], &serde_json::json!(status));
            prop_assert_eq!(object.as_object().unwrap().len(), FIELDS.len() + STORED_FIELDS.len());
        }

        #[test]
        fn every_text_is_read_back_from_csv_but_for_the_guard_against_formulas(
            document in "[=+@\t;,\"\r\n -]{0,3}.{0,9}",
            delimiter in prop::sample::select(vec![';', ',', '\t']),
            decimal in prop::sample::select(vec!['.', ',']),
        ) {
            let dialect = Dialect { delimiter, decimal, bom: false };
            let text = stored(Format::Csv, dialect, &[record(&document, &label())]);
            let mut reader = ::csv::ReaderBuilder::new()
                .delimiter(u8::try_from(delimiter).unwrap())
                .from_reader(text.as_bytes());
            let row = reader.records().next().unwrap().unwrap();
            let read = row.get(4).unwrap();
            prop_assert!(read == document || read.strip_prefix('\'') == Some(document.as_str()));
            prop_assert!(!read.starts_with(['=', '+', '-', '@', '\t', '\r']));
            prop_assert_eq!(row.get(11).unwrap().replace(decimal, "."), "20.800");
            prop_assert_eq!(row.len(), FIELDS.len() + STORED_FIELDS.len());
        }
    }
}
