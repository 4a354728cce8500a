//! Values as files: CSV, JSON, NDJSON, Parquet, XLSX, and a table for the terminal. One record, the
//! same names everywhere.

pub mod csv;
pub mod json;
pub mod parquet;
pub mod record;
pub mod rows;
pub mod table;
pub mod xlsx;

use std::io::{self, Write};

use jiff::tz::TimeZone;

pub use record::{Record, Shape};

use csv::Dialect;

/// How values are written.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Format {
    /// Columns for people.
    Table,
    /// CSV, in some dialect.
    Csv,
    /// One JSON list.
    Json,
    /// One JSON object a line.
    Ndjson,
    /// Parquet.
    Parquet,
    /// A workbook of Excel.
    Xlsx,
}

impl Format {
    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::Table,
        Self::Csv,
        Self::Json,
        Self::Ndjson,
        Self::Parquet,
        Self::Xlsx,
    ];

    /// Its name in commands.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Table => "table",
            Self::Csv => "csv",
            Self::Json => "json",
            Self::Ndjson => "ndjson",
            Self::Parquet => "parquet",
            Self::Xlsx => "xlsx",
        }
    }

    /// The media type of a download.
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Table => "text/plain; charset=utf-8",
            Self::Csv => "text/csv; charset=utf-8",
            Self::Json => "application/json",
            Self::Ndjson => "application/x-ndjson",
            Self::Parquet => "application/vnd.apache.parquet",
            Self::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        }
    }

    /// The ending of a file's name.
    pub const fn extension(self) -> &'static str {
        match self {
            Self::Table => "txt",
            Self::Csv => "csv",
            Self::Json => "json",
            Self::Ndjson => "ndjson",
            Self::Parquet => "parquet",
            Self::Xlsx => "xlsx",
        }
    }

    /// Whether it is nothing that a terminal could show.
    pub const fn is_binary(self) -> bool {
        match self {
            Self::Table | Self::Csv | Self::Json | Self::Ndjson => false,
            Self::Parquet | Self::Xlsx => true,
        }
    }
}

/// Writes records, one after the other, in one of the formats. Its memory is bounded, however many
/// they are.
pub struct Writer<W: Write> {
    form: Form<W>,
    shape: Shape,
}

enum Form<W: Write> {
    Table { out: W, rows: Vec<Vec<String>> },
    Csv { out: W, dialect: Dialect },
    Json { out: W, is_first: bool },
    Ndjson { out: W },
    Parquet(Box<parquet::Groups<W>>),
    Xlsx(Box<xlsx::Book<W>>),
}

impl<W: Write> Writer<W> {
    /// A writer of records as a message gives them.
    ///
    /// # Errors
    /// What `out` says.
    pub fn parsed(format: Format, dialect: Dialect, out: W) -> io::Result<Self> {
        Self::new(format, dialect, Shape::Parsed, out)
    }

    /// A writer of records from the store: with quality and source.
    ///
    /// # Errors
    /// What `out` says.
    pub fn stored(format: Format, dialect: Dialect, out: W) -> io::Result<Self> {
        Self::new(format, dialect, Shape::Stored, out)
    }

    /// A writer of records with the fields of a shape.
    ///
    /// # Errors
    /// What `out` says.
    pub fn new(format: Format, dialect: Dialect, shape: Shape, mut out: W) -> io::Result<Self> {
        let form = match format {
            Format::Table => Form::Table {
                out,
                rows: Vec::new(),
            },
            Format::Csv => {
                csv::header(&mut out, dialect, shape)?;
                Form::Csv { out, dialect }
            }
            Format::Json => {
                out.write_all(b"[")?;
                let is_first = true;
                Form::Json { out, is_first }
            }
            Format::Ndjson => Form::Ndjson { out },
            Format::Parquet => Form::Parquet(Box::new(parquet::Groups::new(shape, out)?)),
            Format::Xlsx => Form::Xlsx(Box::new(xlsx::Book::new(shape, out)?)),
        };
        Ok(Self { form, shape })
    }

    /// Shows times on the clocks of a zone, where the format has times of a clock (XLSX).
    #[must_use]
    pub fn in_zone(mut self, zone: &TimeZone) -> Self {
        if let Form::Xlsx(book) = &mut self.form {
            book.set_zone(zone.clone());
        }
        self
    }

    /// Writes a record.
    ///
    /// # Errors
    /// What the output says.
    pub fn write(&mut self, record: &Record<'_>) -> io::Result<()> {
        let shape = self.shape;
        match &mut self.form {
            Form::Table { out, rows } => {
                rows.push(table::cells(record, shape));
                if rows.len() >= TABLE_ROWS {
                    flush_table(out, rows, shape)?;
                }
                Ok(())
            }
            Form::Csv { out, dialect } => csv::record(out, *dialect, shape, record),
            Form::Json { out, is_first } => {
                let before: &[u8] = if *is_first { b"\n" } else { b",\n" };
                *is_first = false;
                out.write_all(before)?;
                json::record(out, shape, record)
            }
            Form::Ndjson { out } => {
                json::record(out, shape, record)?;
                out.write_all(b"\n")
            }
            Form::Parquet(groups) => groups.write(record),
            Form::Xlsx(book) => book.write(record),
        }
    }

    /// Ends the document.
    ///
    /// # Errors
    /// What the output says.
    pub fn finish(self) -> io::Result<W> {
        let mut out = match self.form {
            Form::Table { mut out, mut rows } => {
                flush_table(&mut out, &mut rows, self.shape)?;
                out
            }
            Form::Json { mut out, .. } => {
                out.write_all(b"\n]\n")?;
                out
            }
            Form::Csv { out, .. } | Form::Ndjson { out } => out,
            Form::Parquet(groups) => groups.finish()?,
            Form::Xlsx(book) => book.finish()?,
        };
        out.flush()?;
        Ok(out)
    }
}

/// A table is aligned a page at a time, so that its memory is bounded.
fn flush_table<W: Write>(out: &mut W, rows: &mut Vec<Vec<String>>, shape: Shape) -> io::Result<()> {
    if rows.is_empty() {
        return Ok(());
    }
    table::Table::new(&table::header(shape), std::mem::take(rows)).write(out)
}

/// Rows that are aligned together.
const TABLE_ROWS: usize = 10_000;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::format::record::Stored;
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
                share: None,
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
        let names: Vec<&str> = Shape::Stored
            .fields()
            .iter()
            .map(|field| field.name)
            .collect();
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
            prop_assert_eq!(object.as_object().unwrap().len(), Shape::Stored.fields().len());
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
            prop_assert_eq!(row.len(), Shape::Stored.fields().len());
        }
    }
}
