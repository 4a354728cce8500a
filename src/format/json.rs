//! A record as a JSON object: the fields of [`super::record::FIELDS`], in their order, on one line.

use std::io::{self, Write};

use crate::format::record::{Record, Stored};
use crate::market::calendar::UtcTime;
use crate::series::Value;

/// Writes one object, without a line end. `", "` and `": "` separate, so that people can read it.
///
/// # Errors
/// What `out` says.
pub fn record<W: Write>(out: &mut W, record: &Record<'_>) -> io::Result<()> {
    out.write_all(b"{\"sender\": ")?;
    text(out, record.sender)?;
    out.write_all(b", \"receiver\": ")?;
    text(out, record.receiver)?;
    out.write_all(b", \"interchange\": ")?;
    text(out, record.interchange)?;
    out.write_all(b", \"message\": ")?;
    text(out, record.message)?;
    out.write_all(b", \"document\": ")?;
    text(out, record.document)?;
    match record.pid {
        Some(pid) => write!(out, ", \"pid\": {pid}")?,
        None => out.write_all(b", \"pid\": null")?,
    }
    for (name, field) in [
        ("location", record.location),
        ("device", record.device),
        ("obis", record.obis),
    ] {
        write!(out, ", \"{name}\": ")?;
        optional(out, field)?;
    }
    time(out, "start", record.start)?;
    time(out, "end", record.end)?;
    out.write_all(b", \"value\": ")?;
    match record.value {
        Value::Number(number) => write!(out, "\"{number}\"")?,
        Value::Text(value) => text(out, value)?,
        Value::Absent => out.write_all(b"null")?,
    }
    out.write_all(b", \"unit\": ")?;
    optional(out, record.label.unit.as_deref())?;
    out.write_all(b", \"qualifier\": ")?;
    text(out, &record.label.qualifier)?;
    out.write_all(b", \"status\": [")?;
    for (n, status) in record.label.status.iter().enumerate() {
        if n > 0 {
            out.write_all(b", ")?;
        }
        text(out, status)?;
    }
    out.write_all(b"]")?;
    if let Some(Stored { quality, source }) = record.stored {
        write!(
            out,
            ", \"quality\": \"{}\", \"source\": {source}",
            quality.name()
        )?;
    }
    out.write_all(b"}")
}

fn time<W: Write>(out: &mut W, name: &str, time: Option<UtcTime>) -> io::Result<()> {
    match time {
        Some(time) => write!(out, ", \"{name}\": \"{time}\""),
        None => write!(out, ", \"{name}\": null"),
    }
}

fn optional<W: Write>(out: &mut W, field: Option<&str>) -> io::Result<()> {
    match field {
        Some(field) => text(out, field),
        None => out.write_all(b"null"),
    }
}

fn text<W: Write>(out: &mut W, text: &str) -> io::Result<()> {
    serde_json::to_writer(out, text).map_err(io::Error::from)
}
