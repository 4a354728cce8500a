//! One interchange: the envelope, its counts and references, and its messages in between.

use crate::edifact::FindingCode;
use crate::edifact::charset::Charset;
use crate::edifact::envelope::Start;
use crate::edifact::scan::{Scanner, Segment};
use crate::market::calendar::UtcTime;
use crate::market::party;
use crate::message::mscons::Interchange;
use crate::message::mscons::read::findings::{At, Budget, shown};
use crate::message::mscons::read::state::Reader;
use crate::message::mscons::read::time;

/// Reads the interchange that begins here, up to its UNZ, or to where another begins.
pub(super) fn read(
    bytes: &[u8],
    start: &Start,
    scanner: &mut Scanner<'_>,
    budget: &mut Budget,
) -> Interchange {
    scanner.go_on(start.unb, start.separators);
    let mut reader = Reader::new(bytes, start.separators, *budget);
    let mut number = 0_u32;
    let mut end = None;
    let mut has_unz = false;
    loop {
        number = number.saturating_add(reader.take_alike(scanner));
        if reader.has_too_much() {
            reader.give_up();
            (end, has_unz) = skip(scanner);
            break;
        }
        let Some(segment) = scanner.next() else {
            break;
        };
        if segment.text.is_empty() {
            // A terminator too many, or an empty line where the line end is the terminator.
            continue;
        }
        number = number.saturating_add(1);
        reader.go_to(number, &segment);
        if segment.text.len() > MAX_SEGMENT_BYTES {
            too_long(&segment, &mut reader);
            continue;
        }
        if number == 1 {
            unb(&segment, start.una_fault.as_deref(), &mut reader);
            continue;
        }
        if !segment.text.starts_with(b"UN") {
            reader.check_charset(&segment);
            reader.take(&segment);
            continue;
        }
        match segment.tag() {
            b"UNG" => ung(&segment, &mut reader),
            b"UNE" => une(&segment, &mut reader),
            b"UNZ" => {
                unz(&segment, &mut reader);
                has_unz = true;
                end = Some(segment.end);
                break;
            }
            _ if is_next_start(&segment) => {
                end = Some(segment.offset);
                break;
            }
            _ => reader.take(&segment),
        }
    }
    let end = end.unwrap_or(bytes.len());
    if !has_unz {
        unfinished(&mut reader, scanner.rest().filter(|rest| *rest < end), end);
    }
    let (interchange, left) = reader.finish(start.begin..end);
    *budget = left;
    interchange
}

/// Goes to the end of an interchange of which nothing more is read: where it is, and whether that is
/// a UNZ.
fn skip(scanner: &mut Scanner<'_>) -> (Option<usize>, bool) {
    while let Some(segment) = scanner.next() {
        if segment.tag() == b"UNZ" {
            return (Some(segment.end), true);
        }
        if is_next_start(&segment) {
            return (Some(segment.offset), false);
        }
    }
    (None, false)
}

fn too_long(segment: &Segment<'_>, reader: &mut Reader<'_>) {
    let length = segment.text.len();
    // What follows it must not be taken for a part of the value before it.
    reader.close_record();
    reader.findings.add(FindingCode::SegmentTooLong, || {
        format!("a segment of {length} bytes; {MAX_SEGMENT_BYTES} are the most that is read")
    });
}

/// UNA or UNB behind an interchange without UNZ: the next one.
fn is_next_start(segment: &Segment<'_>) -> bool {
    segment.tag() == b"UNB" || (segment.text.starts_with(b"UNA") && segment.text.len() <= UNA_BYTES)
}

fn unb(segment: &Segment<'_>, una_fault: Option<&str>, reader: &mut Reader<'_>) {
    if let Some(fault) = una_fault {
        let fault = fault.to_owned();
        reader
            .findings
            .add(FindingCode::BadServiceCharacters, || fault);
    }
    let code = segment.component(1, 0).unwrap_or_default();
    if let Some(charset) = Charset::from_code(&code) {
        reader.charset = charset;
    } else {
        reader.findings.add(FindingCode::UnknownCharset, || {
            format!("UNB 0001 is {}; read as ISO 8859-1 (UNOC)", shown(&code))
        });
    }
    reader.check_charset(segment);
    // In one pass: it is the longest of the segments with names.
    let separators = segment.separators;
    let mut elements = separators.elements(segment.text);
    let mut next = || elements.next().unwrap_or_default();
    let [_, _, sender, receiver, date, reference] = std::array::from_fn(|_| next());
    let [_, application, _, _, _, test] = std::array::from_fn(|_| next());
    let mut texts = |element| {
        let mut components = separators.components(element);
        let mut next = || separators.unescape(components.next().unwrap_or_default());
        [next(), next()].map(|component| reader.identifier(&component))
    };
    let [[sender, sender_qualifier], [receiver, receiver_qualifier]] =
        [sender, receiver].map(&mut texts);
    let [date, time] = texts(date);
    let [[reference, _], [application, _], [test, _]] =
        [reference, application, test].map(&mut texts);
    let interchange = Interchange {
        sender: sender.into_owned(),
        sender_qualifier: sender_qualifier.into_owned(),
        receiver: receiver.into_owned(),
        receiver_qualifier: receiver_qualifier.into_owned(),
        prepared: prepared(&date, &time),
        reference: reference.into_owned(),
        application: application.into_owned(),
        is_test: test == "1",
        ..Interchange::default()
    };
    for code in [&interchange.sender, &interchange.receiver] {
        if party::check_digit_fits(code) == Some(false) {
            reader.check_digit_misfits(code);
        }
    }
    reader.out = interchange;
}

/// UNB S004: `YYMMDD` (syntax 4: `CCYYMMDD`) and `HHMM`, in UTC as the market means it.
fn prepared(date: &str, time: &str) -> Option<UtcTime> {
    let century = if date.len() == 6 { "20" } else { "" };
    time::utc(format!("{century}{date}{time}Z").as_bytes())
}

/// UNG: a group of messages begins. The German market does not use them.
fn ung(segment: &Segment<'_>, reader: &mut Reader<'_>) {
    reader.end_message_without_unt(segment.offset);
    reader.groups += 1;
    reader.messages_before_group = reader.out.messages.len();
}

/// UNE: 0060 counts the messages of the group.
fn une(segment: &Segment<'_>, reader: &mut Reader<'_>) {
    reader.end_message_without_unt(segment.offset);
    let counted = reader.out.messages.len() - reader.messages_before_group;
    check_count(segment, (counted as u64, "messages"), reader);
}

/// UNZ: 0036 counts the groups where there are any, and the messages where there are none.
fn unz(segment: &Segment<'_>, reader: &mut Reader<'_>) {
    reader.end_message_without_unt(segment.offset);
    let counted = match reader.groups {
        0 => (reader.out.messages.len() as u64, "messages"),
        groups => (groups, "groups"),
    };
    check_count(segment, counted, reader);
    let reference = reader.text(segment, 2, 0);
    if reference != reader.out.reference {
        let of_unb = shown(reader.out.reference.as_bytes());
        reader
            .findings
            .add(FindingCode::InterchangeReferenceDiffers, || {
                format!(
                    "UNZ names interchange {}, UNB {of_unb}",
                    shown(reference.as_bytes())
                )
            });
    }
}

fn check_count(segment: &Segment<'_>, (counted, what): (u64, &str), reader: &mut Reader<'_>) {
    reader.check_charset(segment);
    let stated = reader.text(segment, 1, 0);
    if !states(&stated, counted) {
        reader.findings.add(FindingCode::MessageCountWrong, || {
            let tag = String::from_utf8_lossy(segment.tag());
            format!(
                "{tag} says {} {what}, there are {counted}",
                shown(stated.as_bytes())
            )
        });
    }
}

/// The end came without UNZ.
fn unfinished(reader: &mut Reader<'_>, rest: Option<usize>, end: usize) {
    if let Some(rest) = rest {
        reader.findings.go_to(At {
            offset: rest,
            ..reader.findings.here()
        });
        reader.findings.add(FindingCode::Truncated, || {
            format!("the last {} bytes have no segment terminator", end - rest)
        });
    }
    reader.end_message_without_unt(end);
    reader.findings.go_to(At {
        offset: end,
        ..reader.findings.here()
    });
    reader.findings.add(FindingCode::MissingUnz, || {
        "the interchange ends without UNZ".to_owned()
    });
}

/// Whether a count (0036, 0074) says this; leading zeros do not matter.
pub(super) fn states(text: &str, counted: u64) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit()) && text.parse() == Ok(counted)
}

/// The longest segment that is read: a free text has 5 × 512 characters at most.
const MAX_SEGMENT_BYTES: usize = 64 << 10;
/// `UNA` and its characters but the terminator; line ends may have been dropped.
const UNA_BYTES: usize = 8;
