//! The record: the fields that every output has, in this order and by these names.

use crate::market::calendar::UtcTime;
use crate::series::quality::Quality;
use crate::series::{Label, Value};

/// One value with all that is known of it. Borrowed: printing does not allocate.
#[derive(Clone, Copy, Debug)]
pub struct Record<'a> {
    /// UNB 0004.
    pub sender: &'a str,
    /// UNB 0010.
    pub receiver: &'a str,
    /// UNB 0020.
    pub interchange: &'a str,
    /// UNH 0062.
    pub message: &'a str,
    /// BGM 1004.
    pub document: &'a str,
    /// Prüfidentifikator.
    pub pid: Option<u32>,
    /// LOC DE3225, or the parts of a transfer series joined by `/`.
    pub location: Option<&'a str>,
    /// Meter number.
    pub device: Option<&'a str>,
    /// OBIS or product code.
    pub obis: Option<&'a str>,
    /// Start of the interval.
    pub start: Option<UtcTime>,
    /// End of the interval, exclusive.
    pub end: Option<UtcTime>,
    /// The value.
    pub value: Value<'a>,
    /// Qualifier, unit, status.
    pub label: &'a Label,
    /// Reads from the store have it; `parse` has not.
    pub stored: Option<Stored>,
}

/// What only the store knows of a value.
#[derive(Clone, Copy, Debug)]
pub struct Stored {
    /// Derived from qualifier and status.
    pub quality: Quality,
    /// Sequence of the message that said it.
    pub source: u64,
}

/// The names of the fields, in order: CSV header, JSON keys, columns of tables.
pub const FIELDS: [&str; 15] = [
    "sender",
    "receiver",
    "interchange",
    "message",
    "document",
    "pid",
    "location",
    "device",
    "obis",
    "start",
    "end",
    "value",
    "unit",
    "qualifier",
    "status",
];

/// The names of the fields that reads from the store add.
pub const STORED_FIELDS: [&str; 2] = ["quality", "source"];
