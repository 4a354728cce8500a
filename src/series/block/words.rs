//! Labels: the codes that nearly every value has are a byte, others are spelled out.

use super::bytes::{DamagedBlock, Reader, Writer};
use crate::series::Label;

pub(super) fn encode(label: &Label, out: &mut Writer) {
    word(&label.qualifier, out);
    word(label.unit.as_deref().unwrap_or_default(), out);
    out.length(label.status.len());
    for status in &label.status {
        word(status, out);
    }
}

pub(super) fn decode(input: &mut Reader<'_>) -> Result<Label, DamagedBlock> {
    let qualifier = read_word(input)?;
    let unit = Some(read_word(input)?).filter(|unit| !unit.is_empty());
    let mut status = Vec::new();
    for _ in 0..input.length(MAX_STATUS)? {
        status.push(read_word(input)?);
    }
    Ok(Label { qualifier, unit, status })
}

/// A known word as its number, odd; another as its length, even, and its bytes.
fn word(text: &str, out: &mut Writer) {
    match KNOWN.iter().position(|known| *known == text) {
        Some(number) => out.length(2 * number + 1),
        None => {
            out.length(2 * text.len());
            out.slice(text.as_bytes());
        }
    }
}

fn read_word(input: &mut Reader<'_>) -> Result<Box<str>, DamagedBlock> {
    let head = input.length(2 * MAX_WORD_BYTES)?;
    if head % 2 == 1 {
        let known = KNOWN.get(head / 2).ok_or_else(|| input.damaged("a known word"))?;
        return Ok((*known).into());
    }
    let bytes = input.slice(head / 2)?;
    let text = std::str::from_utf8(bytes).map_err(|_| input.damaged("a word in UTF-8"))?;
    Ok(text.into())
}

/// Part of the format: add at the end only, never change.
const KNOWN: [&str; 16] = [
    "", "220", "67", "Z18", "79", "187", "201", "20", "46", "Z30", "KWH", "KWT", "D54", "MTS",
    "Z34++ZA4", "Z40++Z75",
];
/// STS of one value: a segment is a dozen bytes, and one message has 64 MiB at most.
const MAX_STATUS: usize = 1 << 16;
/// No longer than the longest segment, in UTF-8.
const MAX_WORD_BYTES: usize = 256 << 10;
