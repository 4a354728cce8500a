//! Values to MSCONS bytes (MIG 2.4c and 2.5: the segments are the same).

use crate::edifact::write::{Envelope, Writer};
use crate::market::calendar::{UtcTime, civil};
use crate::market::party::{Agency, agency};
use crate::market::quantity::Decimal;

/// A message to be written.
#[derive(Clone, Debug)]
pub struct Draft<'a> {
    /// UNH 0057: `2.4c` or `2.5`.
    pub version: &'a str,
    /// NAD+MS: MP-ID.
    pub sender: &'a str,
    /// NAD+MR: MP-ID.
    pub receiver: &'a str,
    /// RFF+Z13.
    pub pid: u32,
    /// BGM 1001.
    pub name_code: &'a str,
    /// BGM 1004.
    pub document: &'a str,
    /// DTM+137.
    pub date: UtcTime,
    /// RFF+ACW: the document that is cancelled; then there are no series.
    pub cancels: Option<&'a str>,
    /// What it says.
    pub series: Vec<SeriesDraft<'a>>,
}

/// One LIN.
#[derive(Clone, Debug)]
pub struct SeriesDraft<'a> {
    /// LOC 3225.
    pub location: &'a str,
    /// RFF+MG.
    pub device: Option<&'a str>,
    /// DTM+293.
    pub version: Option<UtcTime>,
    /// PIA 7140.
    pub obis: &'a str,
    /// The values.
    pub values: Vec<ValueDraft<'a>>,
}

/// One QTY.
#[derive(Clone, Debug)]
pub struct ValueDraft<'a> {
    /// The interval, the instant, or neither.
    pub time: TimeDraft,
    /// QTY 6060.
    pub value: Decimal,
    /// QTY 6063.
    pub qualifier: &'a str,
    /// QTY 6411.
    pub unit: Option<&'a str>,
    /// STS, each as category, reason element (mostly empty), code.
    pub status: &'a [[&'a str; 3]],
}

/// When a value holds.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum TimeDraft {
    /// DTM+163 and DTM+164.
    Interval(UtcTime, UtcTime),
    /// DTM+7.
    Instant(UtcTime),
    /// No DTM.
    None,
}

/// Writes messages as one interchange.
pub fn write(envelope: &Envelope<'_>, messages: &[Draft<'_>]) -> Vec<u8> {
    let mut out = Writer::begin(envelope);
    for (number, message) in (1_u32..).zip(messages) {
        out.begin_message(
            &number.to_string(),
            &["MSCONS", "D", "04B", "UN", message.version],
        );
        write_message(message, &mut out);
        out.end_message();
    }
    out.finish()
}

fn write_message(message: &Draft<'_>, out: &mut Writer) {
    let function = if message.cancels.is_some() { "1" } else { "9" };
    out.segment(
        "BGM",
        &[&[message.name_code], &[message.document], &[function]],
    );
    out.segment("DTM", &[&["137", &stamp(message.date), "303"]]);
    if let Some(document) = message.cancels {
        out.segment("RFF", &[&["ACW", document]]);
    }
    out.segment("RFF", &[&["Z13", &message.pid.to_string()]]);
    for (role, party) in [("MS", message.sender), ("MR", message.receiver)] {
        out.segment("NAD", &[&[role], &[party, "", responsible(party)]]);
    }
    out.segment("UNS", &[&["D"]]);
    out.segment("NAD", &[&["DP"]]);
    if message.cancels.is_some() {
        out.segment("LOC", &[&["172"]]);
    }
    let mut place = None;
    for (line, series) in (1_u32..).zip(&message.series) {
        let here = (series.location, series.device, series.version);
        if place.replace(here) != Some(here) {
            out.segment("LOC", &[&["172"], &[series.location]]);
            if let Some(version) = series.version {
                out.segment("DTM", &[&["293", &stamp_seconds(version), "304"]]);
            }
            if let Some(device) = series.device {
                out.segment("RFF", &[&["MG", device]]);
            }
        }
        out.segment("LIN", &[&[&line.to_string()]]);
        out.segment("PIA", &[&["5"], &[series.obis, "SRW"]]);
        for value in &series.values {
            write_value(value, out);
        }
    }
}

fn write_value(value: &ValueDraft<'_>, out: &mut Writer) {
    let unit = value.unit.unwrap_or_default();
    out.segment("QTY", &[&[value.qualifier, &value.value.to_string(), unit]]);
    match value.time {
        TimeDraft::Interval(start, end) => {
            out.segment("DTM", &[&["163", &stamp(start), "303"]]);
            out.segment("DTM", &[&["164", &stamp(end), "303"]]);
        }
        TimeDraft::Instant(at) => out.segment("DTM", &[&["7", &stamp(at), "303"]]),
        TimeDraft::None => {}
    }
    for [category, reason, code] in value.status {
        out.segment("STS", &[&[category], &[reason], &[code]]);
    }
}

/// NAD 3055: who issued the code.
fn responsible(party: &str) -> &'static str {
    match agency(party) {
        Agency::Dvgw => "332",
        Agency::Gs1 => "9",
        Agency::Bdew | Agency::Eic | Agency::Other => "293",
    }
}

/// `YYYYMMDDHHMM+00`: the market sends UTC (AHB format rule 931).
fn stamp(at: UtcTime) -> String {
    let (year, month, day, hour, minute, _) = civil(at);
    format!("{year:04}{month:02}{day:02}{hour:02}{minute:02}+00")
}

fn stamp_seconds(at: UtcTime) -> String {
    let (year, month, day, hour, minute, second) = civil(at);
    format!("{year:04}{month:02}{day:02}{hour:02}{minute:02}{second:02}+00")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::message::mscons::read;
    use crate::series::Value;

    proptest! {
        #[test]
        fn what_is_written_is_read_again(
            values in proptest::collection::vec((-99_999_i64..99_999, 0_u8..4, 0_usize..3), 1..50),
            obis in "[0-9A-Z:.*?+' -]{1,16}", location in "[!-~]{1,33}", document in "[ -~äöüß]{1,20}", start in 0_i64..3_000_000,
        ) {
            let start = start * 900;
            let qualifiers = ["220", "67", "Z18"];
            let drafts = values.iter().zip(0..).map(|(&(mantissa, scale, qualifier), n)| ValueDraft {
                time: TimeDraft::Interval(UtcTime::from_seconds(start + n * 900), UtcTime::from_seconds(start + n * 900 + 900)),
                value: Decimal::new(mantissa, scale).unwrap(),
                qualifier: qualifiers[qualifier],
                unit: (qualifier == 1).then_some("KWH"),
                status: if qualifier == 1 { &[["Z32", "", "Z88"], ["Z40", "", "Z75"]] } else { &[] },
            });
            let draft = Draft {
                version: "2.5", sender: "9905048000007", receiver: "9985046000001", pid: 13_018, name_code: "7",
                document: &document, date: UtcTime::from_seconds(start), cancels: None,
                series: vec![SeriesDraft { location: &location, device: None, version: None, obis: &obis, values: drafts.collect() }],
            };
            let envelope = Envelope { sender: (draft.sender, "500"), receiver: (draft.receiver, "500"), reference: "R?1", application: "TL", prepared: draft.date };
            let file = read(&write(&envelope, std::slice::from_ref(&draft)));
            let interchange = &file.interchanges[0];
            let barring: Vec<_> = interchange.findings.iter().filter(|finding| finding.code.bars_message()).collect();
            prop_assert!(barring.is_empty() && file.findings.is_empty(), "{barring:?}");
            let message = &interchange.messages[0];
            prop_assert_eq!((&interchange.reference, &message.document, message.pid), (&"R?1".to_owned(), &document, Some(13_018)));
            prop_assert_eq!((message.groups[0].location.as_deref(), message.groups[0].obis.as_deref()), (Some(location.as_str()), Some(obis.as_str())));
            for (row, value) in interchange.columns.rows().zip(&draft.series[0].values) {
                prop_assert_eq!(row.value, Value::Number(value.value));
                prop_assert_eq!(TimeDraft::Interval(row.start.unwrap(), row.end.unwrap()), value.time);
                let label = interchange.labels.get(row.label).unwrap();
                prop_assert_eq!((&*label.qualifier, label.unit.as_deref(), label.status.len()), (value.qualifier, value.unit, value.status.len()));
            }
        }
    }
}
