//! What of a segment the rules can see: its codes as they stand, and of what is no code (times,
//! values, references, identifiers) what the rules ask about it.

use std::borrow::Cow;

use edi_energy::profile::formatbedingung::{FormatVerdict, evaluate};

use crate::edifact::charset::Charset;
use crate::edifact::scan::Segment;
use crate::message::ahb::case::Case;

/// The level of the group that a segment of an MSCONS begins, 0 for what stands beside all groups.
pub(super) fn level(segment: &Segment<'_>) -> Option<u8> {
    match segment.tag() {
        b"UNH" | b"UNS" | b"UNT" => Some(0),
        b"NAD" => Some(1),
        b"LOC" => Some(2),
        b"LIN" => Some(3),
        b"QTY" => Some(4),
        _ => None,
    }
}

/// Writes what the rules can see of a segment. Segments that look alike are written alike, and only
/// they: each part has its length in front.
pub(super) fn write(segment: &Segment<'_>, charset: Charset, case: &Case, out: &mut Vec<u8>) {
    let tag = segment.tag();
    part(b'S', tag, out);
    let separators = segment.separators;
    // The tag comes first.
    for (at, element) in separators.elements(segment.text).enumerate().skip(1) {
        out.push(b'E');
        for (component, text) in separators.components(element).enumerate() {
            let text = separators.unescape(text);
            match free(segment, tag, at, component) {
                Some(element) if !text.is_empty() => {
                    let text = number(tag, segment, component, text);
                    class(element, &text, charset, case, out);
                }
                Some(_) | None => part(b'C', &text, out),
            }
        }
    }
}

/// The data element of a place that holds no code; `None` for those that hold codes, and for what
/// is the same in most messages of a sender.
fn free(
    segment: &Segment<'_>,
    tag: &[u8],
    element: usize,
    component: usize,
) -> Option<&'static str> {
    match (tag, element, component) {
        (b"DTM", 1, 1) => Some("2380"),
        (b"QTY", 1, 1) => Some("6060"),
        // The Prüfidentifikator is a code.
        (b"RFF", 1, 1) if segment.component(1, 0).as_deref() != Some(b"Z13") => Some("1154"),
        (b"LOC", 2, 0) => Some("3225"),
        (b"LOC", 3, 0) => Some("3223"),
        (b"LIN", 1, 0) => Some("1082"),
        (b"BGM", 2, 0) => Some("1004"),
        (b"UNH", 1, 0) | (b"UNT", 2, 0) => Some("0062"),
        (b"UNT", 1, 0) => Some("0074"),
        _ => None,
    }
}

/// QTY 6060 with a point, where UNA announces a comma: the rules know the point alone.
pub(super) fn number<'t>(
    tag: &[u8],
    segment: &Segment<'_>,
    component: usize,
    text: Cow<'t, [u8]>,
) -> Cow<'t, [u8]> {
    if tag == b"QTY" && component == 1 && segment.separators.decimal == b',' && text.contains(&b',')
    {
        let pointed = |byte: &u8| if *byte == b',' { b'.' } else { *byte };
        return text.iter().map(pointed).collect::<Vec<u8>>().into();
    }
    text
}

/// Writes which class a value is of: those of one class fulfil the same conditions.
fn class(element: &'static str, text: &[u8], charset: Charset, case: &Case, out: &mut Vec<u8>) {
    if let Some(usual) = usual(element, text, case) {
        out.extend([b'U', usual]);
        return;
    }
    let text = charset.decode(text);
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    let characters = text.chars().count();
    let is_numeric = text
        .bytes()
        .all(|byte| byte.is_ascii_digit() || matches!(byte, b'-' | b'.' | b',' | b'E' | b'e'));
    let has_shape = element == "2380" && is_instant(text.as_bytes());
    out.extend([b'V', u8::from(is_numeric), u8::from(has_shape)]);
    out.push(u8::from(digits > 0));
    let length = match element {
        "6060" | "1082" | "0074" if is_numeric => {
            let bound = LONGEST.into_iter().find(|longest| digits <= *longest);
            bound.unwrap_or(digits)
        }
        _ => characters,
    };
    out.extend(u32::try_from(length).unwrap_or(u32::MAX).to_le_bytes());
    for condition in case.conditions(element) {
        out.push(match evaluate(condition, &text) {
            FormatVerdict::Holds => 1,
            FormatVerdict::Violated(_) => 0,
            FormatVerdict::Unregistered => 2,
        });
    }
}

/// The class of a time or a value of the usual form, without asking each condition.
fn usual(element: &'static str, text: &[u8], case: &Case) -> Option<u8> {
    match element {
        "2380" => {
            let at = text.get(8..12)?;
            // Beginnings of days are told apart by a condition: 22:00 and 23:00 UTC, and those of
            // gas days.
            let may_begin_day = matches!(at, b"2200" | b"2300" | b"0400" | b"0500");
            (is_instant(text) && text.ends_with(b"+00") && !may_begin_day).then_some(b'T')
        }
        "6060" => {
            let mut parts = text.splitn(2, |byte| *byte == b'.');
            let whole = parts.next()?;
            let is_whole = parts.next().map(|fraction| {
                let is_short = (1..=3).contains(&fraction.len()) && all_digits(fraction);
                is_short.then(|| fraction.iter().all(|digit| *digit == b'0'))
            });
            let is_whole = is_whole.unwrap_or(Some(true))?;
            let is_short = (1..=4).contains(&whole.len()) && all_digits(whole);
            // At least 0, four digits before the mark, three behind: only who wants whole numbers
            // sees a difference.
            let differs = case.conditions("6060").iter().any(|one| one == WHOLE);
            (is_short && case.knows_usual_values()).then_some(match (differs, is_whole) {
                (true, true) => b'W',
                (true, false) => b'F',
                (false, _) => b'N',
            })
        }
        _ => None,
    }
}

/// `CCYYMMDDHHMMZZZ`.
pub(super) fn is_instant(text: &[u8]) -> bool {
    text.len() == 15
        && text.get(..12).is_some_and(all_digits)
        && matches!(text.get(12), Some(b'+' | b'-'))
        && text.get(13..).is_some_and(all_digits)
}

fn all_digits(text: &[u8]) -> bool {
    text.iter().all(u8::is_ascii_digit)
}

fn part(kind: u8, text: &[u8], out: &mut Vec<u8>) {
    out.push(kind);
    let length = u32::try_from(text.len()).unwrap_or(u32::MAX);
    out.extend(length.to_le_bytes());
    out.extend_from_slice(text);
}

/// Formatbedingung [937]: no digit behind the mark.
const WHOLE: &str = "937";
/// The Formatbedingungen that a value of the usual form fulfils, [937] but for its whole ones.
pub(super) const OF_USUAL_VALUES: [&str; 7] = ["902", "906", "907", "910", "917", "925", WHOLE];
/// Of numbers the MIG bounds the digits alone: n..6, n..10 and n..35.
const LONGEST: [usize; 3] = [6, 10, 35];
