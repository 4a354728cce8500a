//! What shall be written: the parts of an MSCONS as plain structs.
//!
//! Values are [`Columns`] and [`Labels`], as the reader gives and the store keeps them.

use crate::edifact::separators::Separators;
use crate::market::calendar::{Day, UtcTime};
use crate::market::pid::CANCELLATION;
use crate::message::mscons::kind::{self, ProductList};
use crate::series::{Columns, Label, Labels, Row, Value};

/// An interchange to be written.
#[derive(Clone, Debug)]
pub struct Interchange {
    /// UNA. The decimal mark of the values follows from it.
    pub separators: Separators,
    /// Which version the messages are of.
    pub version: Version,
    /// MP-ID of the sender: UNB 0004, NAD+MS.
    pub sender: String,
    /// MP-ID of the receiver: UNB 0010, NAD+MR.
    pub receiver: String,
    /// UNB 0020, at most 14 characters; the market wants capital letters and digits.
    pub reference: String,
    /// UNB 0026 (`TL`, `EM`, `VL`): one for all messages.
    pub application: String,
    /// UNB S004.
    pub prepared: UtcTime,
    /// UNB 0035: a test file. Only in version 2.5.
    pub is_test: bool,
    /// Its messages.
    pub messages: Vec<Message>,
}

impl Interchange {
    /// An interchange without messages, with the usual separators, in the version that is valid
    /// when it is prepared.
    pub fn new(sender: &str, receiver: &str, reference: &str, prepared: UtcTime) -> Self {
        Self {
            separators: Separators::DEFAULT,
            version: Version::valid_at(prepared),
            sender: sender.to_owned(),
            receiver: receiver.to_owned(),
            reference: reference.to_owned(),
            application: String::new(),
            prepared,
            is_test: false,
            messages: Vec::new(),
        }
    }

    /// Adds a message. The first one gives the application reference.
    #[must_use]
    pub fn with(mut self, message: Message) -> Self {
        self.push(message);
        self
    }

    /// Adds a message. The first one gives the application reference.
    pub fn push(&mut self, message: Message) {
        if self.application.is_empty() {
            self.application.clone_from(&message.application);
        }
        self.messages.push(message);
    }
}

/// A version of the BDEW MSCONS (UNH 0057).
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Version {
    /// 2.4c, valid to 2026-09-30.
    V24c,
    /// 2.5, valid since 2026-10-01.
    V25,
}

impl Version {
    /// The version that is valid at this instant.
    pub fn valid_at(at: UtcTime) -> Self {
        if at < V25_BEGINS {
            Self::V24c
        } else {
            Self::V25
        }
    }

    /// UNH 0057.
    pub fn code(self) -> &'static str {
        match self {
            Self::V24c => "2.4c",
            Self::V25 => "2.5",
        }
    }
}

/// A message to be written.
#[derive(Clone, Debug)]
pub struct Message {
    /// RFF+Z13.
    pub pid: u32,
    /// UNB 0026 that it wants.
    pub application: String,
    /// BGM 1001.
    pub name_code: String,
    /// BGM 1004.
    pub document: String,
    /// DTM+137.
    pub date: UtcTime,
    /// RFF+AGI: BGM 1004 of the ORDERS, or of the message, that this answers.
    pub answers: Option<String>,
    /// RFF+ACW: BGM 1004 of the message that is cancelled; BGM 1225 becomes `1`.
    pub cancels: Option<String>,
    /// DTM+293 in SG1: version of an allocation list (13013). It writes UNH S010, too: such lists
    /// may be split, and each part says which it is.
    pub list_version: Option<UtcTime>,
    /// What it speaks of.
    pub places: Vec<Place>,
}

impl Message {
    /// A message without values. Codes that its Prüfidentifikator fixes are filled in.
    pub fn new(pid: u32, document: &str, date: UtcTime) -> Self {
        let kind = kind::find(pid);
        Self {
            pid,
            application: kind.map_or("", |kind| kind.application).to_owned(),
            name_code: kind.map_or("", |kind| kind.name_code).to_owned(),
            document: document.to_owned(),
            date,
            answers: None,
            cancels: None,
            list_version: None,
            places: Vec::new(),
        }
    }

    /// The cancellation (13006) of a message: all of it, by its document number.
    pub fn cancelling(original: &Self, document: &str, date: UtcTime) -> Self {
        Self {
            application: original.application.clone(),
            name_code: original.name_code.clone(),
            cancels: Some(original.document.clone()),
            places: vec![Place::new(Location::Unnamed)],
            ..Self::new(CANCELLATION, document, date)
        }
    }

    /// Adds a place.
    #[must_use]
    pub fn with(mut self, place: Place) -> Self {
        self.places.push(place);
        self
    }
}

/// What the values are of (SG5, SG6), and what holds for all of them.
#[derive(Clone, Debug)]
pub struct Place {
    /// NAD and LOC.
    pub location: Location,
    /// DTM+163 and DTM+164: the period of all values.
    pub period: Option<(UtcTime, UtcTime)>,
    /// DTM+492: the balancing month, by any of its days.
    pub balancing_month: Option<Day>,
    /// DTM+293: the version of the series.
    pub version: Option<UtcTime>,
    /// DTM+157: the month from which a profile family is valid, by any of its days.
    pub valid_from: Option<Day>,
    /// RFF+MG: the meter number.
    pub device: Option<String>,
    /// Its series.
    pub lines: Vec<Line>,
}

impl Place {
    /// A place without series.
    pub fn new(location: Location) -> Self {
        Self {
            location,
            period: None,
            balancing_month: None,
            version: None,
            valid_from: None,
            device: None,
            lines: Vec::new(),
        }
    }

    /// Adds a series.
    #[must_use]
    pub fn with(mut self, line: Line) -> Self {
        self.lines.push(line);
        self
    }
}

/// How a place is named: the NAD and LOC segments.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Location {
    /// `NAD+DP`, `LOC+172`: a market or metering location, tranche, network location, technical
    /// resource or `MaBiS` point.
    Point(String),
    /// `NAD+Z15`, `LOC+172`: the `MaBiS` point of a transfer series (13020).
    TransferPoint(String),
    /// `NAD+Z15`, `LOC+237`, `LOC+107`, `CCI+15`: a series between two balance groups.
    Transfer {
        /// LOC+237 3225.
        balance_group: String,
        /// LOC+237 3223.
        other_balance_group: String,
        /// LOC+107: the balancing area.
        area: String,
        /// CCI 7037: what it is a series of (`BI1`).
        series_type: String,
    },
    /// `NAD+DED`, `LOC+Z04`: a profile.
    Profile(String),
    /// `NAD+DED`, `LOC+Z06`: a profile family.
    ProfileFamily(String),
    /// `NAD+DP`, `LOC+172` without an id, `RFF+AGK`: by its configuration id.
    Configuration(String),
    /// `NAD+DP`, `LOC+172` without an id: what a cancellation says.
    Unnamed,
}

/// A series (SG9).
#[derive(Clone, Debug)]
pub struct Line {
    /// PIA 7140.
    pub product: String,
    /// PIA 7143.
    pub list: ProductList,
    /// Which DTM segments say when a value holds.
    pub timing: Timing,
    /// DTM+9 beside DTM+7: the legal day on which a meter was read.
    pub read_on: Option<Day>,
    /// DTM+60: when the meter was changed.
    pub changed_at: Option<UtcTime>,
    /// The values.
    pub columns: Columns,
    /// What the rows' labels mean.
    pub labels: Labels,
}

impl Line {
    /// A series of an OBIS code without values.
    pub fn obis(code: &str, timing: Timing) -> Self {
        Self::new(code, ProductList::Obis, timing)
    }

    /// A series without values.
    pub fn new(product: &str, list: ProductList, timing: Timing) -> Self {
        Self {
            product: product.to_owned(),
            list,
            timing,
            read_on: None,
            changed_at: None,
            columns: Columns::default(),
            labels: Labels::default(),
        }
    }

    /// Adds a value.
    pub fn push(&mut self, time: Option<(UtcTime, UtcTime)>, value: Value<'_>, label: Label) {
        let (start, end) = time.unzip();
        self.push_row(start, end, value, label);
    }

    /// Adds a value of which the start, or the end, may be unknown.
    pub fn push_row(
        &mut self,
        start: Option<UtcTime>,
        end: Option<UtcTime>,
        value: Value<'_>,
        label: Label,
    ) {
        let label = self.labels.intern(label);
        self.columns.push(Row {
            start,
            end,
            value,
            label,
        });
    }
}

/// Which DTM segments say when a value holds.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Timing {
    /// DTM+163 and DTM+164: from start to end.
    Interval,
    /// DTM+7: the start is the instant for which a reading counts.
    Instant,
    /// DTM+306 as a month: that of the start, in legal time.
    Month,
    /// DTM+306 as a day: that of the start, in legal time (also a gas day).
    Day,
    /// None: a table.
    Timeless,
}

/// 2026-10-01, 00:00 legal time.
const V25_BEGINS: UtcTime = UtcTime::from_seconds(1_790_805_600);
