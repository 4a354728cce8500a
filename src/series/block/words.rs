//! Labels and texts of a block: frequent codes as a number, everything else as it is.
//! ```text
//! labels = count { word 0|1 word statuses { word } }    qualifier, unit if any, status
//! word   = 1 index:4 | 0 length bytes                   counts and lengths: gamma of one more
//! ```

use crate::series::block::DamagedBlock;
use crate::series::block::bits::{BitReader, BitWriter};
use crate::series::{Label, Labels};

/// Writes labels in the order of their numbers.
pub(super) fn write_labels(out: &mut BitWriter, labels: &Labels) {
    put_count(out, labels.as_slice().len());
    for label in labels.as_slice() {
        write(out, &label.qualifier);
        out.put_flag(label.unit.is_some());
        if let Some(unit) = &label.unit {
            write(out, unit);
        }
        put_count(out, label.status.len());
        for status in &label.status {
            write(out, status);
        }
    }
}

/// Reads labels; each may stand only once.
pub(super) fn read_labels(input: &mut BitReader<'_>) -> Result<Labels, DamagedBlock> {
    let mut labels = Labels::default();
    for number in 0..input.take_count("labels")? {
        let qualifier = read(input)?;
        let unit = input.take_flag()?.then(|| read(input)).transpose()?;
        let mut status = Vec::new();
        for _ in 0..input.take_count("status")? {
            status.push(read(input)?);
        }
        labels.intern(Label {
            qualifier,
            unit,
            status,
        });
        if labels.as_slice().len() == number {
            return Err(input.damaged("a label that was not there before"));
        }
    }
    Ok(labels)
}

/// Writes texts of rows.
pub(super) fn write_texts(out: &mut BitWriter, texts: &[Box<str>]) {
    put_count(out, texts.len());
    for text in texts {
        write(out, text);
    }
}

/// Reads texts of rows.
pub(super) fn read_texts(input: &mut BitReader<'_>) -> Result<Vec<Box<str>>, DamagedBlock> {
    let count = input.take_count("texts")?;
    (0..count).map(|_| read(input)).collect()
}

fn write(out: &mut BitWriter, word: &str) {
    let known = (0_u64..).zip(WORDS).find(|(_, known)| *known == word);
    out.put_flag(known.is_some());
    if let Some((index, _)) = known {
        out.put(index, 4);
    } else {
        put_count(out, word.len());
        out.put_bytes(word.as_bytes());
    }
}

fn read(input: &mut BitReader<'_>) -> Result<Box<str>, DamagedBlock> {
    if input.take_flag()? {
        let index = usize::try_from(input.take(4)?).unwrap_or(usize::MAX);
        let word = WORDS
            .get(index)
            .ok_or_else(|| input.damaged("a known word"))?;
        return Ok((*word).into());
    }
    let length = input.take_count("the length of a text")?;
    let bytes = input.take_bytes(length)?;
    let text = String::from_utf8(bytes).map_err(|_| input.damaged("a text in UTF-8"))?;
    Ok(text.into())
}

fn put_count(out: &mut BitWriter, count: usize) {
    out.put_gamma(u64::try_from(count).unwrap_or(u64::MAX - 1) + 1);
}

/// QTY 6063 and 6411 as they are met (`DOMAIN.md` section 2). Part of the format: a change here is
/// a new version of it.
const WORDS: [&str; 16] = [
    "220", "67", "Z18", "201", "20", "187", "79", "Z30", "Z31", "Z47", "46", "KWH", "KWT", "D54",
    "MTS", "MWH",
];
