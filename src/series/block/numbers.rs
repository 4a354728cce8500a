//! The numbers of a block: mantissas at one common scale, and the digits each was received with.
//!
//! `1.0`, `5.625`, `0.25` are 1000, 5625, 250 thousandths: smooth integers for the column, if the
//! scales 1, 3, 2 can be told beside them. Most senders either write all digits always (one scale),
//! or leave out trailing zeros (the scale follows from the number).
//! ```text
//! numbers = form:2 scales:column [least:delta] mantissas:column
//! form    = 0  mantissas as they are
//!         | 1  mantissas at the greatest of the scales
//!         | 2  the same, and each number has as few digits as it needs, but `least` at least
//! ```
//! Absent values and texts keep their marks in the column of scales; absent ones have no mantissa.

use std::borrow::Cow;

use crate::market::quantity::Decimal;
use crate::series::block::DamagedBlock;
use crate::series::block::bits::{BitReader, BitWriter};
use crate::series::block::integers::{self, Column};
use crate::series::columns::{ABSENT, TEXT};

/// Writes mantissas and scales, one each a row.
pub(super) fn write(out: &mut BitWriter, mantissas: &[i64], scales: &[u8]) {
    // Most senders write as many digits each time.
    if let Some(scale) = common(scales) {
        out.put(Form::AsReceived.code(), 2);
        integers::write_same(out, i64::from(scale));
        return integers::write(out, mantissas);
    }
    let present = || {
        mantissas
            .iter()
            .copied()
            .zip(scales.iter().copied())
            .filter(|row| row.1 != ABSENT)
    };
    let lifted = lift(present(), scales);
    let least = scales
        .iter()
        .copied()
        .filter(|scale| is_number(*scale))
        .min()
        .unwrap_or(0);
    let (form, mantissas) = match lifted {
        None if !scales.contains(&ABSENT) => (Form::AsReceived, Cow::Borrowed(mantissas)),
        None => (Form::AsReceived, present().map(|row| row.0).collect()),
        Some((greatest, lifted)) => {
            let shortest = present().zip(&lifted).all(|((_, scale), mantissa)| {
                !is_number(scale) || shorten(*mantissa, greatest, least).1 == scale
            });
            (
                if shortest {
                    Form::Shortest
                } else {
                    Form::Common
                },
                Cow::Owned(lifted),
            )
        }
    };
    out.put(form.code(), 2);
    let greatest = greatest(scales);
    let told = scales.iter().map(|scale| match form {
        Form::Shortest if is_number(*scale) => i64::from(greatest),
        Form::Shortest | Form::Common | Form::AsReceived => i64::from(*scale),
    });
    integers::write_each(out, told);
    if matches!(form, Form::Shortest) {
        out.put_delta(u64::from(least));
    }
    integers::write(out, &mantissas);
}

/// Reads the mantissas and scales of so many rows.
pub(super) fn read(
    input: &mut BitReader<'_>,
    rows: usize,
) -> Result<(Vec<i64>, Vec<u8>), DamagedBlock> {
    let form = Form::of(input.take(2)?).ok_or_else(|| input.damaged("the form of the numbers"))?;
    let mut scales = read_scales(input, rows)?;
    let least = match form {
        Form::AsReceived | Form::Common => 0,
        Form::Shortest => u8::try_from(input.take_delta()?).unwrap_or(u8::MAX),
    };
    let present = scales.iter().filter(|scale| **scale != ABSENT).count();
    let read = integers::read(input, present)?;
    if present == rows && matches!(form, Form::AsReceived) {
        return Ok((read, scales));
    }
    let mut read = read.into_iter();
    let greatest = greatest(&scales);
    let mut mantissas = Vec::with_capacity(rows);
    for scale in &mut scales {
        if *scale == ABSENT {
            mantissas.push(0);
            continue;
        }
        let mantissa = read.next().unwrap_or(0);
        let shown = match form {
            Form::Common if is_number(*scale) => lower(mantissa, greatest - *scale)
                .ok_or_else(|| input.damaged("a number with no more digits than its scale"))?,
            Form::Shortest if is_number(*scale) => {
                let (shown, shorter) = shorten(mantissa, greatest, least);
                *scale = shorter;
                shown
            }
            Form::AsReceived | Form::Common | Form::Shortest => mantissa,
        };
        mantissas.push(shown);
    }
    Ok((mantissas, scales))
}

fn read_scales(input: &mut BitReader<'_>, rows: usize) -> Result<Vec<u8>, DamagedBlock> {
    let scale = |told: i64| {
        let scale = u8::try_from(told).ok();
        scale.filter(|scale| is_number(*scale) || *scale >= TEXT)
    };
    let scales = match integers::read_column(input, rows)? {
        Column::Same(told) => scale(told).map(|scale| vec![scale; rows]),
        Column::Each(told) => told.into_iter().map(scale).collect(),
    };
    scales.ok_or_else(|| input.damaged("a scale"))
}

/// How mantissas and scales stand to each other.
#[derive(Clone, Copy)]
enum Form {
    AsReceived,
    Common,
    Shortest,
}

impl Form {
    fn code(self) -> u64 {
        match self {
            Self::AsReceived => 0,
            Self::Common => 1,
            Self::Shortest => 2,
        }
    }

    fn of(code: u64) -> Option<Self> {
        [Self::AsReceived, Self::Common, Self::Shortest]
            .into_iter()
            .find(|form| form.code() == code)
    }
}

/// The scale of all numbers, if there is only that one, and nothing but numbers.
fn common(scales: &[u8]) -> Option<u8> {
    let (first, rest) = scales.split_first()?;
    // Each is the one before it: comparing two slices is the quickest way to find out.
    let is_common = scales.get(..rest.len()) == Some(rest);
    (is_common && is_number(*first)).then_some(*first)
}

/// Mantissas at the greatest scale, if scales differ and each mantissa fits.
fn lift(present: impl Iterator<Item = (i64, u8)>, scales: &[u8]) -> Option<(u8, Vec<i64>)> {
    let greatest = greatest(scales);
    if scales
        .iter()
        .all(|scale| *scale == greatest || !is_number(*scale))
    {
        return None;
    }
    let mut lifted = Vec::with_capacity(scales.len());
    for (mantissa, scale) in present {
        lifted.push(if is_number(scale) {
            mantissa.checked_mul(power_of_ten(greatest - scale)?)?
        } else {
            mantissa
        });
    }
    Some((greatest, lifted))
}

/// The mantissa with so many digits fewer, if those are zeros.
fn lower(mantissa: i64, digits: u8) -> Option<i64> {
    let power = power_of_ten(digits)?;
    (mantissa % power == 0).then(|| mantissa / power)
}

/// Leaves out trailing zeros behind the mark, but for `least` digits.
fn shorten(mut mantissa: i64, mut scale: u8, least: u8) -> (i64, u8) {
    while scale > least && mantissa % 10 == 0 {
        (mantissa, scale) = (mantissa / 10, scale - 1);
    }
    (mantissa, scale)
}

fn greatest(scales: &[u8]) -> u8 {
    scales
        .iter()
        .copied()
        .filter(|scale| is_number(*scale))
        .max()
        .unwrap_or(0)
}

fn power_of_ten(exponent: u8) -> Option<i64> {
    POWERS_OF_TEN.get(usize::from(exponent)).copied()
}

/// All that fit: one is asked for with each value.
const POWERS_OF_TEN: [i64; 19] = [
    1,
    10,
    100,
    1_000,
    10_000,
    100_000,
    1_000_000,
    10_000_000,
    100_000_000,
    1_000_000_000,
    10_000_000_000,
    100_000_000_000,
    1_000_000_000_000,
    10_000_000_000_000,
    100_000_000_000_000,
    1_000_000_000_000_000,
    10_000_000_000_000_000,
    100_000_000_000_000_000,
    1_000_000_000_000_000_000,
];

fn is_number(scale: u8) -> bool {
    scale <= Decimal::MAX_SCALE
}
