//! Records as Parquet, in groups of rows: columns with types, packed with zstd.
//!
//! Times are UTC in milliseconds. `value` is a decimal of 38 digits, 18 of them behind the mark:
//! every value that the store can hold is exactly that number there, and programs can compute with
//! it; only zeros at its end are not told apart. `status` is a list.

use std::io::{self, Write};
use std::sync::Arc;

use ::parquet::basic::{Compression, ZstdLevel};
use ::parquet::column::writer::ColumnWriter;
use ::parquet::data_type::{ByteArray, FixedLenByteArray};
use ::parquet::errors::ParquetError;
use ::parquet::file::properties::WriterProperties;
use ::parquet::file::writer::SerializedFileWriter;
use ::parquet::schema::parser::parse_message_type;

use crate::format::record::{Cell, Field, FieldKind, Record, Shape};
use crate::market::quantity::Decimal;

/// A file whose rows are written a group at a time, so that memory is bounded.
pub struct Groups<W: Write> {
    /// Holds what is not handed on to `out` yet: a group at most.
    file: SerializedFileWriter<Vec<u8>>,
    out: W,
    fields: &'static [Field],
    columns: Vec<Column>,
    rows: usize,
}

impl<W: Write> Groups<W> {
    /// A file with the columns of a shape.
    ///
    /// # Errors
    /// What `out` says.
    pub fn new(shape: Shape, out: W) -> io::Result<Self> {
        let fields = shape.fields();
        let schema = parse_message_type(&schema(fields)).map_err(failed)?;
        let properties = WriterProperties::builder()
            .set_compression(Compression::ZSTD(ZstdLevel::default()))
            .set_created_by(concat!("mscons-gateway ", env!("CARGO_PKG_VERSION")).to_owned())
            .build();
        let file = SerializedFileWriter::new(Vec::new(), Arc::new(schema), Arc::new(properties));
        Ok(Self {
            file: file.map_err(failed)?,
            out,
            fields,
            columns: fields.iter().map(|field| Column::new(field.kind)).collect(),
            rows: 0,
        })
    }

    /// Adds a record.
    ///
    /// # Errors
    /// What the output says.
    pub fn write(&mut self, record: &Record<'_>) -> io::Result<()> {
        for (field, column) in self.fields.iter().zip(&mut self.columns) {
            column.push(record.cell(*field));
        }
        self.rows += 1;
        if self.rows >= GROUP_ROWS {
            self.flush()?;
        }
        Ok(())
    }

    /// Writes the rest, and what the file holds.
    ///
    /// # Errors
    /// What the output says.
    pub fn finish(mut self) -> io::Result<W> {
        self.flush()?;
        let rest = self.file.into_inner().map_err(failed)?;
        self.out.write_all(&rest)?;
        Ok(self.out)
    }

    fn flush(&mut self) -> io::Result<()> {
        if self.rows == 0 {
            return Ok(());
        }
        let mut group = self.file.next_row_group().map_err(failed)?;
        for (field, column) in self.fields.iter().zip(&mut self.columns) {
            let full = std::mem::replace(column, Column::new(field.kind));
            let Some(mut writer) = group.next_column().map_err(failed)? else {
                break; // The schema has as many columns as there are fields.
            };
            full.write(writer.untyped()).map_err(failed)?;
            writer.close().map_err(failed)?;
        }
        group.close().map_err(failed)?;
        self.rows = 0;
        // The file knows where it is by counting, not by what is left here.
        let written = std::mem::take(self.file.inner_mut());
        self.out.write_all(&written)
    }
}

/// The values of a column that are there, and where they are: Parquet's definition levels, and for
/// lists its repetition levels.
struct Column {
    values: Values,
    defined: Vec<i16>,
    repeated: Vec<i16>,
}

enum Values {
    Bytes(Vec<ByteArray>),
    Integers(Vec<i64>),
    Decimals(Vec<FixedLenByteArray>),
}

impl Column {
    fn new(kind: FieldKind) -> Self {
        let values = match kind {
            FieldKind::Text | FieldKind::Texts => Values::Bytes(Vec::new()),
            FieldKind::Integer | FieldKind::Time => Values::Integers(Vec::new()),
            FieldKind::Number => Values::Decimals(Vec::new()),
        };
        Self {
            values,
            defined: Vec::new(),
            repeated: Vec::new(),
        }
    }

    fn push(&mut self, cell: Cell<'_>) {
        if let Cell::Texts(texts) = cell {
            return self.push_list(texts);
        }
        let is_there = match (&mut self.values, cell) {
            (Values::Bytes(values), Cell::Text(text)) => {
                values.push(ByteArray::from(text));
                true
            }
            (Values::Bytes(values), Cell::Word(word)) => {
                values.push(ByteArray::from(word));
                true
            }
            (Values::Integers(values), Cell::Integer(number)) => {
                values.push(i64::try_from(number).unwrap_or(i64::MAX));
                true
            }
            (Values::Integers(values), Cell::Time(time)) => {
                values.push(time.seconds().saturating_mul(1000));
                true
            }
            (Values::Decimals(values), Cell::Number(number)) => {
                values.push(decimal(number));
                true
            }
            // A text in place of a number has no number: the store holds none.
            (Values::Bytes(_) | Values::Integers(_) | Values::Decimals(_), _) => false,
        };
        self.defined.push(i16::from(is_there));
    }

    fn push_list(&mut self, texts: &[Box<str>]) {
        if texts.is_empty() {
            self.defined.push(0);
            self.repeated.push(0);
        }
        for (at, text) in texts.iter().enumerate() {
            self.defined.push(1);
            self.repeated.push(i16::from(at > 0));
            if let Values::Bytes(values) = &mut self.values {
                values.push(ByteArray::from(&**text));
            }
        }
    }

    fn write(self, writer: &mut ColumnWriter<'_>) -> Result<(), ParquetError> {
        let defined = Some(self.defined.as_slice());
        let repeated = Some(self.repeated.as_slice()).filter(|levels| !levels.is_empty());
        match (writer, &self.values) {
            (ColumnWriter::ByteArrayColumnWriter(writer), Values::Bytes(values)) => {
                writer.write_batch(values, defined, repeated)
            }
            (ColumnWriter::Int64ColumnWriter(writer), Values::Integers(values)) => {
                writer.write_batch(values, defined, None)
            }
            (ColumnWriter::FixedLenByteArrayColumnWriter(writer), Values::Decimals(values)) => {
                writer.write_batch(values, defined, None)
            }
            (_, Values::Bytes(_) | Values::Integers(_) | Values::Decimals(_)) => Err(
                ParquetError::General("the column is of another type than its values".to_owned()),
            ),
        }
        .map(|_| ())
    }
}

/// A value at the scale of the column, most significant byte first (Parquet, `DECIMAL`).
fn decimal(value: Decimal) -> FixedLenByteArray {
    // 19 digits shifted by at most 18: fits an i128.
    let shift = Decimal::MAX_SCALE.saturating_sub(value.scale());
    let unscaled = i128::from(value.mantissa()) * 10_i128.pow(shift.into());
    ByteArray::from(unscaled.to_be_bytes().to_vec()).into()
}

fn schema(fields: &[Field]) -> String {
    let mut schema = "message record {\n".to_owned();
    for Field { name, kind, .. } in fields {
        let column = match kind {
            FieldKind::Text => format!("optional binary {name} (STRING);"),
            FieldKind::Integer => format!("optional int64 {name};"),
            FieldKind::Time => format!("optional int64 {name} (TIMESTAMP(MILLIS,true));"),
            FieldKind::Number => {
                format!("optional fixed_len_byte_array(16) {name} (DECIMAL(38,18));")
            }
            FieldKind::Texts => format!(
                "required group {name} (LIST) {{ repeated group list {{ required binary element (STRING); }} }}"
            ),
        };
        schema.push_str(&column);
        schema.push('\n');
    }
    schema.push('}');
    schema
}

fn failed(error: ParquetError) -> io::Error {
    io::Error::other(error)
}

/// Rows that are held in memory: some 20 MB.
const GROUP_ROWS: usize = 65_536;

#[cfg(test)]
mod tests {
    use ::parquet::file::reader::{FileReader, SerializedFileReader};
    use ::parquet::record::RowAccessor;

    use super::*;
    use crate::format::record::Stored;
    use crate::market::calendar::UtcTime;
    use crate::series::quality::Quality;
    use crate::series::{Label, Value};

    fn written(rows: u32) -> Vec<u8> {
        let mut groups = Groups::new(Shape::Stored, Vec::new()).unwrap();
        let label = Label {
            qualifier: "67".into(),
            unit: None,
            status: vec!["Z32++Z92".into(), "Z40++Z75".into()],
        };
        let plain = Label {
            qualifier: "220".into(),
            ..Label::default()
        };
        for row in 0..rows {
            let start = UtcTime::from_seconds(i64::from(row) * 900);
            let is_odd = row % 2 == 1;
            let record = Record {
                sender: "9905048000007",
                receiver: "9985046000001",
                interchange: "REF1",
                message: "1",
                document: "Müller",
                pid: is_odd.then_some(13_018),
                location: Some("50120962218"),
                device: None,
                obis: Some("1-1:1.29.0"),
                start: Some(start),
                end: Some(UtcTime::from_seconds(start.seconds() + 900)),
                value: if is_odd {
                    Value::Number(Decimal::parse(b"-20.800").unwrap())
                } else {
                    Value::Absent
                },
                label: if is_odd { &label } else { &plain },
                stored: Some(Stored {
                    quality: Quality::Substitute,
                    source: row.into(),
                    share: None,
                }),
            };
            groups.write(&record).unwrap();
        }
        groups.finish().unwrap()
    }

    #[test]
    fn every_field_is_read_back_with_its_type() {
        let file = SerializedFileReader::new(bytes::Bytes::from(written(2))).unwrap();
        let rows: Vec<_> = file
            .get_row_iter(None)
            .unwrap()
            .map(Result::unwrap)
            .collect();
        let names: Vec<String> = rows[1]
            .get_column_iter()
            .map(|(name, _)| name.clone())
            .collect();
        let expected: Vec<&str> = Shape::Stored
            .fields()
            .iter()
            .map(|field| field.name)
            .collect();
        assert_eq!(names, expected);
        assert_eq!(rows[1].get_string(4).unwrap(), "Müller");
        assert_eq!(rows[1].get_long(5).unwrap(), 13_018);
        assert_eq!(rows[1].get_timestamp_millis(9).unwrap(), 900_000);
        let value = rows[1].get_decimal(11).unwrap();
        let bytes: [u8; 16] = value.data().try_into().unwrap();
        assert_eq!(
            (i128::from_be_bytes(bytes), value.scale()),
            (-20_800_000_000_000_000_000, 18)
        );
        assert_eq!(rows[1].get_list(14).unwrap().len(), 2);
        assert_eq!(rows[0].get_list(14).unwrap().len(), 0);
        assert!(rows[0].get_decimal(11).is_err());
        assert_eq!(rows[1].get_long(16).unwrap(), 1);
    }

    #[test]
    fn more_rows_than_a_group_holds_make_several_groups() {
        let rows = u32::try_from(GROUP_ROWS).unwrap() + 1;
        let file = SerializedFileReader::new(bytes::Bytes::from(written(rows))).unwrap();
        assert_eq!(file.metadata().num_row_groups(), 2);
        assert_eq!(file.metadata().file_metadata().num_rows(), i64::from(rows));
    }

    #[test]
    fn no_row_is_a_file_all_the_same() {
        let file = SerializedFileReader::new(bytes::Bytes::from(written(0))).unwrap();
        assert_eq!(file.metadata().file_metadata().num_rows(), 0);
    }

    #[test]
    fn the_greatest_and_the_finest_value_fit() {
        for (mantissa, scale) in [(i64::MAX, 0), (i64::MIN, 0), (i64::MIN, 18), (1, 18)] {
            let bytes = decimal(Decimal::new(mantissa, scale).unwrap());
            let bytes: [u8; 16] = bytes.data().try_into().unwrap();
            let expected = i128::from(mantissa) * 10_i128.pow(18 - u32::from(scale));
            assert_eq!(i128::from_be_bytes(bytes), expected);
        }
    }
}
