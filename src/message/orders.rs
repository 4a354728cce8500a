//! ORDERS: values are asked for, or complained about.
//!
//! Source: BDEW ORDERS MIG 1.4c (D.09B) and AHB 1.1b. [`Orders`] is what one says, written and read
//! alike; [`request`] makes those that we may send, and checks what they ask; [`wanted`]
//! tells what those that came ask for.

pub mod request;
pub mod wanted;

use crate::edifact::Finding;
use crate::edifact::scan::Segment;
use crate::edifact::write::{Segments, WriteError, minute};
use crate::market::calendar::UtcTime;
use crate::message::message_type::MessageType;
use crate::message::mscons::{Interchange, Message};
use crate::message::reading::{Notes, each_segment};
use crate::message::transfer::Transfer;

pub use request::{Ask, Request, RequestError, request};

/// One ORDERS, as far as it speaks of values. What it does not say is empty.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Orders {
    /// BGM 1001: `7` process data, `Z28` energy and peak, `Z34` complaint, `Z48` load profile.
    pub name_code: String,
    /// BGM 1004: what the answer will name, at most 35 characters.
    pub document: String,
    /// DTM+137, to the minute.
    pub date: Option<UtcTime>,
    /// IMD 7081 in the head: `Z10` calorific value, `Z11` load profile, `Z12` readings, `Z13`
    /// determination of values, `Z35` single amount of energy.
    pub item: Option<String>,
    /// RFF+ACW: BGM 1004 of the MSCONS that is complained about.
    pub about: Option<String>,
    /// RFF+Z13: the Prüfidentifikator.
    pub pid: Option<u32>,
    /// CTA and COM of the sender.
    pub contact: Contact,
    /// LOC+172.
    pub location: Option<String>,
    /// RFF+AGK: the configuration id, where there is no location.
    pub configuration: Option<String>,
    /// PIA 7140: OBIS codes.
    pub obis: Vec<String>,
    /// IMD 7081 behind LIN: why values are to be determined (`Z46` to `Z49`).
    pub reason: Option<String>,
    /// DTM+7: the instant that is asked for.
    pub at: Option<UtcTime>,
    /// DTM+163: the period begins.
    pub start: Option<UtcTime>,
    /// DTM+164: the period ends.
    pub end: Option<UtcTime>,
    /// FTX 4451 behind LIN: `Z04` too high, `Z05` too low, `Z06` missing.
    pub complaint: Option<String>,
    /// FTX 4440: up to five texts for people.
    pub texts: Vec<String>,
}

/// Whom to ask at the sender (CTA+IC, COM).
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Contact {
    /// CTA 3412.
    pub name: String,
    /// COM+…:TE.
    pub phone: Option<String>,
    /// COM+…:EM.
    pub mail: Option<String>,
}

/// Writes an interchange of these messages, in their order, one location each.
///
/// # Errors
/// [`WriteError`]: a text that UNOC does not have, or no message.
pub fn write(transfer: &Transfer, messages: &[Orders]) -> Result<Vec<u8>, WriteError> {
    transfer.write(MessageType::Orders, messages, |orders, segments| {
        head(transfer, orders, segments);
        line(orders, segments);
        segments.segment("UNS", &[&["S"]]);
    })
}

/// Reads an ORDERS, whatever it asks for. Never fails; what cannot be read is a finding.
///
/// `file` is what interchange and message were read from.
pub fn read(file: &[u8], interchange: &Interchange, message: &Message) -> (Orders, Vec<Finding>) {
    let mut orders = Orders {
        name_code: message.name_code.clone(),
        document: message.document.clone(),
        date: message.document_date,
        pid: message.pid,
        about: message.cancels.clone(),
        ..Orders::default()
    };
    let mut is_behind_lin = false;
    let findings = each_segment(file, interchange, message, |segment, notes| {
        match segment.tag() {
            b"LIN" => is_behind_lin = true,
            b"UNT" if orders.document.is_empty() => notes.misses("BGM 1004"),
            _ if is_behind_lin => take_of_line(&mut orders, segment, notes),
            _ => take_of_head(&mut orders, segment, notes),
        }
    });
    (orders, findings)
}

/// BGM to the segments of SG2.
fn head(transfer: &Transfer, orders: &Orders, segments: &mut Segments) {
    segments.segment("BGM", &[&[&orders.name_code], &[&orders.document]]);
    write_time("137", orders.date, segments);
    if let Some(item) = &orders.item {
        segments.segment("IMD", &[&[], &[item]]);
    }
    if let Some(document) = &orders.about {
        segments.segment("RFF", &[&["ACW", document]]);
    }
    if let Some(pid) = orders.pid {
        segments.segment("RFF", &[&["Z13", &pid.to_string()]]);
    }
    Transfer::write_party(transfer.sender(), "MS", segments);
    orders.contact.write(segments);
    Transfer::write_party(transfer.receiver(), "MR", segments);
    segments.segment("NAD", &[&["DP"]]);
    if let Some(location) = &orders.location {
        segments.segment("LOC", &[&["172"], &[location]]);
    }
    if let Some(configuration) = &orders.configuration {
        segments.segment("RFF", &[&["AGK", configuration]]);
    }
}

/// SG29: the one line of the message.
fn line(orders: &Orders, segments: &mut Segments) {
    segments.segment("LIN", &[&["1"]]);
    for code in &orders.obis {
        segments.segment("PIA", &[&["5"], &[code, "SRW"]]);
    }
    if let Some(reason) = &orders.reason {
        segments.segment("IMD", &[&[], &[reason]]);
    }
    write_time("7", orders.at, segments);
    write_time("163", orders.start, segments);
    write_time("164", orders.end, segments);
    if let Some(complaint) = &orders.complaint {
        let texts: Vec<&str> = orders.texts.iter().map(String::as_str).collect();
        segments.segment("FTX", &[&[complaint], &[], &[], &texts]);
    }
}

fn write_time(qualifier: &str, at: Option<UtcTime>, segments: &mut Segments) {
    if let Some(at) = at {
        segments.segment("DTM", &[&[qualifier, &minute(at), "303"]]);
    }
}

fn take_of_head(orders: &mut Orders, segment: &Segment<'_>, notes: &mut Notes) {
    match segment.tag() {
        b"IMD" => orders.item = orders.item.take().or_else(|| notes.given(segment, 2, 0)),
        b"CTA" | b"COM" => orders.contact.take(segment, notes),
        b"LOC" if segment.component(1, 0).as_deref() == Some(b"172") => {
            orders.location = notes.given(segment, 2, 0);
        }
        b"RFF" if segment.component(1, 0).as_deref() == Some(b"AGK") => {
            orders.configuration = notes.given(segment, 1, 1);
        }
        _ => {}
    }
}

fn take_of_line(orders: &mut Orders, segment: &Segment<'_>, notes: &mut Notes) {
    match segment.tag() {
        b"PIA" if notes.has_room() => {
            orders.obis.extend(notes.given(segment, 2, 0));
        }
        b"IMD" => orders.reason = notes.given(segment, 2, 0),
        b"DTM" => {
            let slot = match segment.component(1, 0).as_deref() {
                Some(b"7") => &mut orders.at,
                Some(b"163") => &mut orders.start,
                Some(b"164") => &mut orders.end,
                _ => return,
            };
            *slot = slot.or(notes.time(segment));
        }
        b"FTX" => {
            orders.complaint = notes.given(segment, 1, 0);
            orders.texts = notes.texts(segment, 4);
        }
        _ => {}
    }
}

impl Contact {
    /// CTA and COM, if anybody is named.
    pub(in crate::message) fn write(&self, segments: &mut Segments) {
        if *self == Self::default() {
            return;
        }
        segments.segment("CTA", &[&["IC"], &["", &self.name]]);
        for (address, medium) in [(&self.mail, "EM"), (&self.phone, "TE")] {
            if let Some(address) = address {
                segments.segment("COM", &[&[address, medium]]);
            }
        }
    }

    /// Takes a CTA or COM. Of each medium, the first counts.
    pub(in crate::message) fn take(&mut self, segment: &Segment<'_>, notes: &mut Notes) {
        if segment.tag() == b"CTA" {
            self.name = notes.text(segment, 2, 1);
            return;
        }
        let slot = match segment.component(1, 1).as_deref() {
            Some(b"EM") => &mut self.mail,
            Some(b"TE") => &mut self.phone,
            _ => return,
        };
        *slot = slot.take().or_else(|| notes.given(segment, 1, 0));
    }
}

#[cfg(test)]
mod tests;
