//! A record as a JSON object: the fields of its [`Shape`], in their order, on one line.

use std::io::{self, Write};

use crate::format::record::{Cell, Record, Shape};

/// Writes one object, without a line end. `", "` and `": "` separate, so that people can read it.
///
/// # Errors
/// What `out` says.
pub fn record<W: Write>(out: &mut W, shape: Shape, record: &Record<'_>) -> io::Result<()> {
    let mut before: &[u8] = b"{\"";
    for field in shape.fields() {
        out.write_all(before)?;
        out.write_all(field.name.as_bytes())?;
        out.write_all(b"\": ")?;
        cell(out, record.cell(*field))?;
        before = b", \"";
    }
    out.write_all(b"}")
}

fn cell<W: Write>(out: &mut W, cell: Cell<'_>) -> io::Result<()> {
    match cell {
        Cell::Null => out.write_all(b"null"),
        Cell::Word(word) => text(out, word),
        Cell::Text(words) => text(out, words),
        Cell::Integer(number) => write!(out, "{number}"),
        Cell::Time(time) => write!(out, "\"{time}\""),
        Cell::Number(number) => write!(out, "\"{number}\""),
        Cell::Texts(texts) => {
            out.write_all(b"[")?;
            for (n, one) in texts.iter().enumerate() {
                if n > 0 {
                    out.write_all(b", ")?;
                }
                text(out, one)?;
            }
            out.write_all(b"]")
        }
    }
}

fn text<W: Write>(out: &mut W, text: &str) -> io::Result<()> {
    serde_json::to_writer(out, text).map_err(io::Error::from)
}
