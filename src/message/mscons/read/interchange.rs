//! One interchange: the envelope, its counts and references, and its messages in between.

use crate::edifact::FindingCode;
use crate::edifact::charset::Charset;
use crate::edifact::envelope::Start;
use crate::edifact::scan::{Scanner, Segment};
use crate::market::calendar::{UtcTime, days_from_civil};
use crate::market::party;
use crate::message::mscons::Interchange;
use crate::message::mscons::read::findings::{Findings, shown};
use crate::message::mscons::read::state::Reader;

/// Reads the interchange that begins here, up to its UNZ, or to where another begins.
pub(super) fn read(
    bytes: &[u8],
    start: Start,
    has_line_ends: bool,
    findings: Findings,
) -> Interchange {
    let mut scanner = Scanner::of_file(bytes, start.unb, start.separators, has_line_ends);
    let mut reader = Reader::new(bytes, start.separators, findings);
    let mut segments = 0_u32;
    let mut end = None;
    let mut has_unz = false;
    loop {
        segments = segments.saturating_add(reader.take_alike(&mut scanner));
        let Some(segment) = scanner.next() else {
            break;
        };
        segments = segments.saturating_add(1);
        reader.at_segment(segments, segment.offset..segment.end);
        if segment.text.len() > MAX_SEGMENT_BYTES {
            let length = segment.text.len();
            // What follows it must not be taken for a part of the value before it.
            reader.close_record();
            reader.findings.add(FindingCode::SegmentTooLong, || {
                format!(
                    "a segment of {length} bytes; {MAX_SEGMENT_BYTES} are the most that is read"
                )
            });
            continue;
        }
        if segments == 1 {
            unb(&segment, &mut reader);
        } else if is_next_start(&segment) {
            end = Some(segment.offset);
            break;
        } else if segment.tag() == b"UNZ" {
            unz(&segment, &mut reader);
            has_unz = true;
            end = Some(segment.end);
            break;
        } else {
            reader.take(&segment);
        }
    }
    let end = end.unwrap_or(bytes.len());
    if !has_unz {
        unfinished(&mut reader, scanner.rest().filter(|rest| *rest < end), end);
    }
    reader.finish(start.begin..end)
}

/// UNA or UNB behind an interchange without UNZ: the next one.
fn is_next_start(segment: &Segment<'_>) -> bool {
    segment.tag() == b"UNB" || (segment.text.starts_with(b"UNA") && segment.text.len() <= UNA_BYTES)
}

fn unb(segment: &Segment<'_>, reader: &mut Reader) {
    let code = segment.component(1, 0).unwrap_or_default();
    if let Some(charset) = Charset::from_code(&code) {
        reader.charset = charset;
    } else {
        reader.findings.note(FindingCode::UnknownCharset, || {
            format!("UNB 0001 is {}; read as ISO 8859-1 (UNOC)", shown(&code))
        });
    }
    let text = |n, c| reader.text(segment, n, c);
    let (sender, receiver) = (text(2, 0), text(3, 0));
    let prepared = prepared(&text(4, 0), &text(4, 1));
    let interchange = Interchange {
        sender_qualifier: text(2, 1),
        receiver_qualifier: text(3, 1),
        reference: text(5, 0),
        application: text(7, 0),
        is_test: text(11, 0) == "1",
        prepared,
        sender,
        receiver,
        ..Interchange::default()
    };
    for (role, code) in [
        ("sender", &interchange.sender),
        ("receiver", &interchange.receiver),
    ] {
        if party::check_digit_fits(code) == Some(false) {
            reader.findings.note(FindingCode::CheckDigit, || {
                format!("the check digit of the {role}'s code {code} does not fit")
            });
        }
    }
    reader.out = interchange;
}

/// UNB S004: `YYMMDD` (or `CCYYMMDD`) and `HHMM`, in UTC as the market means it.
fn prepared(date: &str, time: &str) -> Option<UtcTime> {
    let date = if date.len() == 6 {
        format!("20{date}")
    } else {
        date.to_owned()
    };
    let part = |text: &str, from, to| text.get(from..to)?.parse::<u32>().ok().map(i64::from);
    let (year, month, day) = (part(&date, 0, 4)?, part(&date, 4, 6)?, part(&date, 6, 8)?);
    let (hour, minute) = (part(time, 0, 2)?, part(time, 2, 4)?);
    let is_date = (1..=12).contains(&month) && (1..=31).contains(&day) && hour < 24 && minute < 60;
    let days = days_from_civil(year, month, day);
    is_date.then(|| UtcTime::from_seconds(days * 86_400 + hour * 3600 + minute * 60))
}

fn unz(segment: &Segment<'_>, reader: &mut Reader) {
    reader.end_message_without_unt(segment.offset);
    let stated = reader.text(segment, 1, 0);
    let counted = reader.out.messages.len();
    if stated.trim_start_matches('0') != counted.to_string() && !(counted == 0 && stated == "0") {
        reader.findings.note(FindingCode::MessageCountWrong, || {
            format!(
                "UNZ says {} messages, there are {counted}",
                shown(stated.as_bytes())
            )
        });
    }
    let reference = reader.text(segment, 2, 0);
    if reference != reader.out.reference {
        let of_unb = reader.out.reference.clone();
        reader
            .findings
            .note(FindingCode::InterchangeReferenceDiffers, || {
                format!(
                    "UNZ names interchange {}, UNB {}",
                    shown(reference.as_bytes()),
                    shown(of_unb.as_bytes())
                )
            });
    }
}

/// The end came without UNZ.
fn unfinished(reader: &mut Reader, rest: Option<usize>, end: usize) {
    if let Some(rest) = rest {
        reader.findings.offset = rest;
        reader.findings.add(FindingCode::Truncated, || {
            format!("the last {} bytes have no segment terminator", end - rest)
        });
    }
    reader.end_message_without_unt(end);
    reader.findings.message = None;
    reader.findings.offset = end;
    reader.findings.note(FindingCode::MissingUnz, || {
        "the interchange ends without UNZ".to_owned()
    });
}

/// The longest segment that is read: a free text has 5 × 512 characters at most.
const MAX_SEGMENT_BYTES: usize = 64 << 10;
/// `UNA` and its characters but the terminator; line ends may have been dropped.
const UNA_BYTES: usize = 8;
