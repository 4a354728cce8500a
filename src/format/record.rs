//! The record: the fields that every output has, in this order and by these names.

use crate::market::calendar::UtcTime;
use crate::market::quantity::Decimal;
use crate::series::quality::Quality;
use crate::series::resample::Share;
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
    /// Sequence of the message that said it; 0 for a value that was computed.
    pub source: u64,
    /// How much of a resampled value is there.
    pub share: Option<Share>,
}

/// A field of the record.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Field {
    /// Its name: CSV header, JSON key, column.
    pub name: &'static str,
    /// What stands in it.
    pub kind: FieldKind,
    which: Which,
}

/// What stands in a field.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum FieldKind {
    /// Text.
    Text,
    /// A whole number.
    Integer,
    /// An instant.
    Time,
    /// An exact decimal.
    Number,
    /// A list of texts.
    Texts,
}

/// The content of a field.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Cell<'a> {
    /// Nothing was said.
    Null,
    /// Words of ours: nothing in them must be guarded against.
    Word(&'static str),
    /// Text of a partner.
    Text(&'a str),
    /// A whole number.
    Integer(u64),
    /// An instant.
    Time(UtcTime),
    /// An exact decimal.
    Number(Decimal),
    /// A list of a partner's texts.
    Texts(&'a [Box<str>]),
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Which {
    Sender,
    Receiver,
    Interchange,
    Message,
    Document,
    Pid,
    Location,
    Device,
    Obis,
    Start,
    End,
    Value,
    Unit,
    Qualifier,
    Status,
    Quality,
    Source,
    Present,
    Expected,
}

/// Which fields an output has.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Shape {
    /// What a message says.
    Parsed,
    /// Reads from the store add quality and source.
    Stored,
    /// What many values come to: no message said it.
    Resampled,
}

impl Shape {
    /// The fields, in order: CSV header, JSON keys, columns.
    pub const fn fields(self) -> &'static [Field] {
        match self {
            Self::Parsed => FIELDS.split_at(PARSED_FIELDS).0,
            Self::Stored => &FIELDS,
            Self::Resampled => &RESAMPLED_FIELDS,
        }
    }

    /// The fields of a table: what a person looks at.
    pub(super) const fn table(self) -> &'static [Field] {
        match self {
            Self::Parsed => &PARSED_TABLE,
            Self::Stored => &STORED_TABLE,
            Self::Resampled => &RESAMPLED_FIELDS,
        }
    }
}

impl<'a> Record<'a> {
    /// What stands in a field.
    pub fn cell(&self, field: Field) -> Cell<'a> {
        let optional = |text: Option<&'a str>| text.map_or(Cell::Null, Cell::Text);
        let share = self.stored.and_then(|stored| stored.share);
        match field.which {
            Which::Sender => Cell::Text(self.sender),
            Which::Receiver => Cell::Text(self.receiver),
            Which::Interchange => Cell::Text(self.interchange),
            Which::Message => Cell::Text(self.message),
            Which::Document => Cell::Text(self.document),
            Which::Pid => self.pid.map_or(Cell::Null, |pid| Cell::Integer(pid.into())),
            Which::Location => optional(self.location),
            Which::Device => optional(self.device),
            Which::Obis => optional(self.obis),
            Which::Start => self.start.map_or(Cell::Null, Cell::Time),
            Which::End => self.end.map_or(Cell::Null, Cell::Time),
            Which::Value => match self.value {
                Value::Number(number) => Cell::Number(number),
                Value::Text(text) => Cell::Text(text),
                Value::Absent => Cell::Null,
            },
            Which::Unit => optional(self.label.unit.as_deref()),
            Which::Qualifier => Cell::Text(&self.label.qualifier),
            Which::Status => Cell::Texts(&self.label.status),
            Which::Quality => self
                .stored
                .map_or(Cell::Null, |stored| Cell::Word(stored.quality.name())),
            Which::Source => self
                .stored
                .filter(|stored| stored.source > 0)
                .map_or(Cell::Null, |stored| Cell::Integer(stored.source)),
            Which::Present => share.map_or(Cell::Null, |share| Cell::Integer(share.present)),
            Which::Expected => share.map_or(Cell::Null, |share| Cell::Integer(share.expected)),
        }
    }
}

const fn field(name: &'static str, kind: FieldKind, which: Which) -> Field {
    Field { name, kind, which }
}

const SENDER: Field = field("sender", FieldKind::Text, Which::Sender);
const RECEIVER: Field = field("receiver", FieldKind::Text, Which::Receiver);
const INTERCHANGE: Field = field("interchange", FieldKind::Text, Which::Interchange);
const MESSAGE: Field = field("message", FieldKind::Text, Which::Message);
const DOCUMENT: Field = field("document", FieldKind::Text, Which::Document);
const PID: Field = field("pid", FieldKind::Integer, Which::Pid);
const LOCATION: Field = field("location", FieldKind::Text, Which::Location);
const DEVICE: Field = field("device", FieldKind::Text, Which::Device);
const OBIS: Field = field("obis", FieldKind::Text, Which::Obis);
const START: Field = field("start", FieldKind::Time, Which::Start);
const END: Field = field("end", FieldKind::Time, Which::End);
const VALUE: Field = field("value", FieldKind::Number, Which::Value);
const UNIT: Field = field("unit", FieldKind::Text, Which::Unit);
const QUALIFIER: Field = field("qualifier", FieldKind::Text, Which::Qualifier);
const STATUS: Field = field("status", FieldKind::Texts, Which::Status);
const QUALITY: Field = field("quality", FieldKind::Text, Which::Quality);
const SOURCE: Field = field("source", FieldKind::Integer, Which::Source);
const PRESENT: Field = field("present", FieldKind::Integer, Which::Present);
const EXPECTED: Field = field("expected", FieldKind::Integer, Which::Expected);

/// All fields of a value in the store; the first [`PARSED_FIELDS`] are what a message says.
const FIELDS: [Field; 17] = [
    SENDER,
    RECEIVER,
    INTERCHANGE,
    MESSAGE,
    DOCUMENT,
    PID,
    LOCATION,
    DEVICE,
    OBIS,
    START,
    END,
    VALUE,
    UNIT,
    QUALIFIER,
    STATUS,
    QUALITY,
    SOURCE,
];
const PARSED_FIELDS: usize = 15;
/// The fields of a resampled value.
const RESAMPLED_FIELDS: [Field; 10] = [
    LOCATION, DEVICE, OBIS, START, END, VALUE, UNIT, QUALITY, PRESENT, EXPECTED,
];
const PARSED_TABLE: [Field; 9] = [
    LOCATION, DEVICE, OBIS, START, END, VALUE, UNIT, QUALIFIER, STATUS,
];
const STORED_TABLE: [Field; 9] = [
    LOCATION, DEVICE, OBIS, START, END, VALUE, UNIT, QUALIFIER, QUALITY,
];
