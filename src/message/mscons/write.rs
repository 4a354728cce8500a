//! Values to MSCONS bytes, in versions 2.4c and 2.5.
//!
//! The segments stand in the order of the MIG. Whether a Prüfidentifikator allows what is written
//! is the caller's to know: [`kind`](crate::message::mscons::kind) has the codes that it fixes.
//!
//! ```
//! use mscons_gateway::market::calendar::UtcTime;
//! use mscons_gateway::market::quantity::Decimal;
//! use mscons_gateway::message::mscons::read;
//! use mscons_gateway::message::mscons::write::{
//!     Interchange, Line, Location, Message, Place, Timing, write,
//! };
//! use mscons_gateway::series::{Label, Value};
//!
//! let midnight = UtcTime::from_seconds(1_795_388_400);
//! let mut reading = Line::obis("1-1:1.8.0", Timing::Instant);
//! let value = Value::Number(Decimal::new(47_110, 1).unwrap());
//! let label = Label { qualifier: "220".into(), ..Label::default() };
//! reading.push(Some((midnight, midnight)), value, label);
//! let place = Location::Point("DE0001231011500000000000000012345".to_owned());
//! let place = Place { device: Some("1EMH0000000001".to_owned()), ..Place::new(place) }.with(reading);
//! let interchange = Interchange::new("9905048000007", "9985046000001", "R1", midnight)
//!     .with(Message::new(13_017, "D1", midnight).with(place));
//!
//! let file = read(&write(&interchange).unwrap());
//! assert_eq!(file.interchanges[0].columns.row(0).unwrap().value, value);
//! assert!(file.interchanges[0].findings.is_empty());
//! ```

mod draft;
mod retell;

pub use draft::{Interchange, Line, Location, Message, Place, Timing, Version};
pub use retell::{Retelling, Told, case_of};

use crate::edifact::write::{Envelope, Segments, WriteError, Writer, minute};
use crate::market::calendar::{Day, UtcTime, civil, legal_day};
use crate::market::party::agency;
use crate::series::{Label, Row, Value};

/// Writes an interchange.
///
/// # Errors
/// [`WriteError`]: a text that UNOC does not have, or a reference that is too long.
pub fn write(interchange: &Interchange) -> Result<Vec<u8>, WriteError> {
    let Interchange {
        sender, receiver, ..
    } = interchange;
    let mut writer = Writer::begin(&Envelope {
        separators: interchange.separators,
        sender: (sender, agency(sender).qualifier()),
        receiver: (receiver, agency(receiver).qualifier()),
        prepared: interchange.prepared,
        reference: &interchange.reference,
        application: &interchange.application,
        is_test: interchange.is_test,
    });
    let identifier: &[&str] = &["MSCONS", "D", "04B", "UN", interchange.version.code()];
    for message in &interchange.messages {
        // UNH S010: the first and only part of a list.
        let status: &[&str] = match message.list_version {
            Some(_) => &["1", "C"],
            None => &[],
        };
        writer.message(&[identifier, &[], status], |segments| {
            head(interchange, message, segments);
            let mut lines = 0;
            for place in &message.places {
                place_head(place, segments);
                for line in &place.lines {
                    lines += 1;
                    write_line(line, lines, segments);
                }
            }
        });
    }
    writer.finish()
}

/// BGM to UNS.
fn head(interchange: &Interchange, message: &Message, segments: &mut Segments) {
    let function = match message.cancels {
        Some(_) => "1",
        None => "9",
    };
    segments.segment(
        "BGM",
        &[&[&message.name_code], &[&message.document], &[function]],
    );
    segments.segment("DTM", &[&["137", &minute(message.date), "303"]]);
    for (qualifier, document) in [("AGI", &message.answers), ("ACW", &message.cancels)] {
        if let Some(document) = document {
            segments.segment("RFF", &[&[qualifier, document]]);
        }
    }
    if let Some(version) = message.list_version {
        write_version(version, segments);
    }
    segments.segment("RFF", &[&["Z13", &message.pid.to_string()]]);
    for (role, party) in [("MS", &interchange.sender), ("MR", &interchange.receiver)] {
        segments.segment("NAD", &[&[role], &[party, "", agency(party).responsible()]]);
    }
    segments.segment("UNS", &[&["D"]]);
}

/// SG5 to SG8: NAD, LOC and what holds for all series of the place.
fn place_head(place: &Place, segments: &mut Segments) {
    let party = match place.location {
        Location::Point(_) | Location::Configuration(_) | Location::Unnamed => "DP",
        Location::TransferPoint(_) | Location::Transfer { .. } => "Z15",
        Location::Profile(_) | Location::ProfileFamily(_) => "DED",
    };
    segments.segment("NAD", &[&[party]]);
    match &place.location {
        Location::Point(id) | Location::TransferPoint(id) => {
            segments.segment("LOC", &[&["172"], &[id]]);
        }
        Location::Transfer {
            balance_group,
            other_balance_group,
            area,
            series_type: _,
        } => {
            let pair: &[&[&str]] = &[&["237"], &[balance_group], &[other_balance_group]];
            segments.segment("LOC", pair);
            segments.segment("LOC", &[&["107"], &[area]]);
        }
        Location::Profile(name) => segments.segment("LOC", &[&["Z04"], &[name]]),
        Location::ProfileFamily(name) => segments.segment("LOC", &[&["Z06"], &[name]]),
        Location::Configuration(_) | Location::Unnamed => segments.segment("LOC", &[&["172"]]),
    }
    if let Some((start, end)) = place.period {
        write_interval(start, end, segments);
    }
    if let Some(day) = place.balancing_month {
        segments.segment("DTM", &[&["492", &month(day), "610"]]);
    }
    if let Some(version) = place.version {
        write_version(version, segments);
    }
    if let Some(day) = place.valid_from {
        segments.segment("DTM", &[&["157", &month(day), "610"]]);
    }
    if let Some(device) = &place.device {
        segments.segment("RFF", &[&["MG", device]]);
    }
    if let Location::Configuration(id) = &place.location {
        segments.segment("RFF", &[&["AGK", id]]);
    }
    if let Location::Transfer { series_type, .. } = &place.location {
        segments.segment("CCI", &[&["15"], &[], &[series_type]]);
    }
}

/// SG9: LIN, PIA and the values.
fn write_line(line: &Line, number: u32, segments: &mut Segments) {
    segments.segment("LIN", &[&[&number.to_string()]]);
    segments.segment("PIA", &[&["5"], &[&line.product, line.list.code()]]);
    for row in line.columns.rows() {
        write_row(line, row, segments);
    }
}

/// SG10: QTY, DTM, STS.
fn write_row(line: &Line, row: Row<'_>, segments: &mut Segments) {
    let Some(label) = line.labels.get(row.label) else {
        return; // A row of other labels says nothing; `Line::push` makes none.
    };
    write_quantity(row.value, label, segments);
    match (line.timing, row.start, row.end) {
        (Timing::Interval, Some(start), Some(end)) => write_interval(start, end, segments),
        (Timing::Instant, Some(at), _) => {
            // In the order of the MIG: the day of reading stands before the instant.
            if let Some(day) = line.read_on {
                segments.segment("DTM", &[&["9", &date(day), "102"]]);
            }
            segments.segment("DTM", &[&["7", &minute(at), "303"]]);
            if let Some(at) = line.changed_at {
                segments.segment("DTM", &[&["60", &minute(at), "303"]]);
            }
        }
        (Timing::Month, Some(start), _) => {
            segments.segment("DTM", &[&["306", &month(legal_day(start)), "610"]]);
        }
        (Timing::Day, Some(start), _) => {
            segments.segment("DTM", &[&["306", &date(legal_day(start)), "102"]]);
        }
        (Timing::Interval, Some(start), None) => {
            segments.segment("DTM", &[&["163", &minute(start), "303"]]);
        }
        (Timing::Interval, None, Some(end)) => {
            segments.segment("DTM", &[&["164", &minute(end), "303"]]);
        }
        (Timing::Timeless, ..)
        | (Timing::Interval | Timing::Instant | Timing::Month | Timing::Day, None, _) => {}
    }
    let mut status: Vec<&str> = label.status.iter().map(AsRef::as_ref).collect();
    status.sort_by_key(|status| status_place(status));
    for status in status {
        write_status(status, segments);
    }
}

/// Where the MIG has the STS of this category; what it does not have comes last.
fn status_place(status: &str) -> usize {
    let category = status.split(['+', ':']).next();
    let place = STATUS_CATEGORIES
        .iter()
        .position(|known| Some(*known) == category);
    place.unwrap_or(STATUS_CATEGORIES.len())
}

fn write_quantity(value: Value<'_>, label: &Label, segments: &mut Segments) {
    let unit = label.unit.as_deref().unwrap_or_default();
    let number;
    let text = match value {
        Value::Number(decimal) => {
            number = segments.number(decimal);
            &number
        }
        Value::Text(text) => text,
        Value::Absent => "",
    };
    segments.segment("QTY", &[&[&label.qualifier, text, unit]]);
}

/// A status as the record has it: elements joined by `+`, components by `:`.
fn write_status(status: &str, segments: &mut Segments) {
    let elements: Vec<Vec<&str>> = status
        .split('+')
        .map(|element| element.split(':').collect())
        .collect();
    let elements: Vec<&[&str]> = elements.iter().map(Vec::as_slice).collect();
    segments.segment("STS", &elements);
}

fn write_interval(start: UtcTime, end: UtcTime, segments: &mut Segments) {
    segments.segment("DTM", &[&["163", &minute(start), "303"]]);
    segments.segment("DTM", &[&["164", &minute(end), "303"]]);
}

fn write_version(version: UtcTime, segments: &mut Segments) {
    let (year, month, day, hour, minute, second) = civil(version);
    let text = format!("{year:04}{month:02}{day:02}{hour:02}{minute:02}{second:02}+00");
    segments.segment("DTM", &[&["293", &text, "304"]]);
}

/// `YYYYMMDD`.
fn date(day: Day) -> String {
    day.to_string().replace('-', "")
}

/// `YYYYMM`.
fn month(day: Day) -> String {
    let date = date(day);
    date.get(..date.len() - 2).unwrap_or_default().to_owned()
}

/// STS 9015 in the order of the MIG: plausibility, how substituted, why corrected, why
/// substituted, gas quality, what energy is based on.
const STATUS_CATEGORIES: [&str; 6] = ["Z33", "Z32", "Z34", "Z40", "Z31", "10"];

#[cfg(test)]
mod tests;
