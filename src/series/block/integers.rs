//! A column of integers, as a run where it is one, else by prediction and Golomb–Rice codes.
//!
//! Each value is predicted from the two before it; what is left is small, often zero. Runs of
//! zeros and of others alternate, their lengths in gamma code. What is not zero is cut into its
//! `k` low bits and the rest in unary (Rice 1979), with the best `k` for each [`GROUP`].
//! ```text
//! column  = 00 first step                    value i is first + i * step
//!         | 01|10|11 first group…            predicted: nothing, the previous one, a straight line
//! group   = k:6 { zeros:gamma others:gamma rest… }
//! rest    = unary low:k | ones:12 delta      of the difference, signs folded in, less 1
//! ```
//! All arithmetic wraps, so every `i64` can be told.

use crate::series::block::DamagedBlock;
use crate::series::block::bits::{BitReader, BitWriter, PEEKED, delta_width, width_of};

/// Writes a column. Its length must be known to the reader.
pub(super) fn write(out: &mut BitWriter, values: &[i64]) {
    if !write_run(out, values.iter().copied()) {
        write_predicted(out, values);
    }
}

/// The same of values that are made one by one: a run, which most of a block's columns are, needs
/// no list of them.
pub(super) fn write_each(out: &mut BitWriter, values: impl Iterator<Item = i64> + Clone) {
    if !write_run(out, values.clone()) {
        write_predicted(out, &values.collect::<Vec<_>>());
    }
}

/// Writes a column in which all values are this one.
pub(super) fn write_same(out: &mut BitWriter, value: i64) {
    put_run_of(out, value, 0);
}

/// A column that is written in a unit, which is looked for.
pub(super) struct Measures<I> {
    values: I,
    /// Its first value and step, if it is a run: a division a value would take as long as all else.
    run: Option<(i64, i64)>,
}

impl<I: Iterator<Item = i64> + Clone> Measures<I> {
    pub(super) fn of(values: I) -> Self {
        // Exact, so that what is divided is a run as well.
        let run = run(values.clone(), i64::checked_sub);
        Self { values, run }
    }

    /// Whether a unit divides all of them.
    pub(super) fn are_in(&self, unit: i64) -> bool {
        let divides = |value| value % unit == 0;
        match self.run {
            Some((first, step)) => divides(first) && divides(step),
            None => self.values.clone().all(divides),
        }
    }

    /// Writes them, divided by a unit that divides all.
    pub(super) fn write(self, out: &mut BitWriter, unit: i64) {
        match self.run {
            Some((first, step)) => put_run_of(out, first / unit, step / unit),
            None => write_each(out, self.values.map(|value| value / unit)),
        }
    }
}

/// Writes the column if it is a run, or empty.
fn write_run(out: &mut BitWriter, values: impl Iterator<Item = i64> + Clone) -> bool {
    if values.clone().next().is_none() {
        return true;
    }
    let run = run(values, |value, before| Some(value.wrapping_sub(before)));
    if let Some((first, step)) = run {
        put_run_of(out, first, step);
    }
    run.is_some()
}

fn put_run_of(out: &mut BitWriter, first: i64, step: i64) {
    out.put(RUN, 2);
    out.put_delta(fold(first));
    out.put_delta(fold(step));
}

/// The first value and the common difference of neighbours, if there is one. A single value has
/// step 0.
fn run(
    mut values: impl Iterator<Item = i64>,
    difference: impl Fn(i64, i64) -> Option<i64>,
) -> Option<(i64, i64)> {
    let first = values.next()?;
    let Some(second) = values.next() else {
        return Some((first, 0));
    };
    let step = difference(second, first)?;
    let mut before = second;
    let is_run = values.all(|value| {
        let goes_on = difference(value, before) == Some(step);
        before = value;
        goes_on
    });
    is_run.then_some((first, step))
}

fn write_predicted(out: &mut BitWriter, values: &[i64]) {
    let first = values.first().copied().unwrap_or(0);
    let predictor = Predictor::best_for(values);
    out.put(predictor.code(), 2);
    out.put_delta(fold(first));
    // A loop for each predictor, so that none is chosen for each value.
    match predictor {
        Predictor::Nothing => write_groups(out, values, |line, value| {
            line.difference(Predictor::Nothing, value)
        }),
        Predictor::Previous => write_groups(out, values, |line, value| {
            line.difference(Predictor::Previous, value)
        }),
        Predictor::Line => write_groups(out, values, |line, value| {
            line.difference(Predictor::Line, value)
        }),
    }
}

/// All values but the first, as their differences from what is predicted.
fn write_groups(out: &mut BitWriter, values: &[i64], difference: impl Fn(Line, i64) -> u64) {
    let Some((first, rest)) = values.split_first() else {
        return;
    };
    let mut line = Line::from(*first);
    for chunk in rest.chunks(GROUP) {
        let differences = chunk.iter().map(|&value| {
            let difference = difference(line, value);
            line = line.to(value);
            difference
        });
        Group::of(differences).write(out);
    }
}

/// A column that was read.
pub(super) enum Column {
    /// All values are this one.
    Same(i64),
    /// One each.
    Each(Vec<i64>),
}

/// Reads a column of so many values.
pub(super) fn read(input: &mut BitReader<'_>, count: usize) -> Result<Vec<i64>, DamagedBlock> {
    Ok(match read_column(input, count)? {
        Column::Same(value) => vec![value; count],
        Column::Each(values) => values,
    })
}

/// The same, for who need not have a value that is always the same each time.
pub(super) fn read_column(input: &mut BitReader<'_>, count: usize) -> Result<Column, DamagedBlock> {
    if count == 0 {
        return Ok(Column::Each(Vec::new()));
    }
    let code = input.take(2)?;
    let first = unfold(input.take_delta()?);
    let Some(predictor) = Predictor::of(code) else {
        let step = unfold(input.take_delta()?);
        if step == 0 {
            return Ok(Column::Same(first));
        }
        let mut next = first;
        let values = (0..count).map(|_| {
            let value = next;
            next = next.wrapping_add(step);
            value
        });
        return Ok(Column::Each(values.collect()));
    };
    // A loop for each predictor, so that none is chosen for each value.
    let values = match predictor {
        Predictor::Nothing => {
            read_predicted(input, count, first, |line| line.predict(Predictor::Nothing))
        }
        Predictor::Previous => read_predicted(input, count, first, |line| {
            line.predict(Predictor::Previous)
        }),
        Predictor::Line => {
            read_predicted(input, count, first, |line| line.predict(Predictor::Line))
        }
    };
    values.map(Column::Each)
}

/// The values of a column, groups of differences from what is predicted behind the first.
fn read_predicted(
    input: &mut BitReader<'_>,
    count: usize,
    first: i64,
    predict: impl Fn(Line) -> i64,
) -> Result<Vec<i64>, DamagedBlock> {
    let mut values = Vec::with_capacity(count);
    let mut line = Line::from(first);
    values.push(first);
    let mut next = |values: &mut Vec<i64>, difference: i64| {
        let value = predict(line).wrapping_add(difference);
        line = line.to(value);
        values.push(value);
    };
    while values.len() < count {
        let end = count.min(values.len() + GROUP);
        let k = u32::try_from(input.take(6)?).unwrap_or(0);
        while values.len() < end {
            for _ in 0..take_run(input, end - values.len(), 0)? {
                next(&mut values, 0);
            }
            if values.len() == end {
                break;
            }
            let others = take_run(input, end - values.len(), 1)?;
            take_rices(input, k, others, |less| {
                next(&mut values, unfold(less.wrapping_add(1)));
            })?;
        }
    }
    Ok(values)
}

/// From which of the values before it a value is predicted.
#[derive(Clone, Copy)]
enum Predictor {
    /// From none: loads that jump between nothing and something.
    Nothing,
    /// The value before it.
    Previous,
    /// The straight line through the two values before it.
    Line,
}

impl Predictor {
    const ALL: [Self; 3] = [Self::Nothing, Self::Previous, Self::Line];

    fn code(self) -> u64 {
        match self {
            Self::Nothing => 1,
            Self::Previous => 2,
            Self::Line => 3,
        }
    }

    fn of(code: u64) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|predictor| predictor.code() == code)
    }

    /// The one that leaves the fewest bits, codes apart: each code grows with the width of what is
    /// left, and to write a column with each of them takes three times as long.
    fn best_for(values: &[i64]) -> Self {
        let mut widths = Self::ALL.map(|predictor| (0, predictor));
        let mut values = values.iter().copied();
        let mut line = Line::from(values.next().unwrap_or(0));
        for value in values {
            for (width, predictor) in &mut widths {
                *width += width_of(line.difference(*predictor, value));
            }
            line = line.to(value);
        }
        let best = widths.into_iter().min_by_key(|(width, _)| *width);
        best.map_or(Self::Previous, |(_, predictor)| predictor)
    }
}

/// The last two values.
#[derive(Clone, Copy)]
struct Line {
    before: i64,
    last: i64,
}

impl Line {
    fn from(first: i64) -> Self {
        Self {
            before: first,
            last: first,
        }
    }

    fn predict(self, predictor: Predictor) -> i64 {
        match predictor {
            Predictor::Nothing => 0,
            Predictor::Previous => self.last,
            Predictor::Line => self.last.wrapping_mul(2).wrapping_sub(self.before),
        }
    }

    /// The difference of a value from what was predicted, its sign folded in.
    fn difference(self, predictor: Predictor, value: i64) -> u64 {
        fold(value.wrapping_sub(self.predict(predictor)))
    }

    fn to(self, value: i64) -> Self {
        Self {
            before: self.last,
            last: value,
        }
    }
}

/// The differences of up to [`GROUP`] values from their predictions, signs folded in.
struct Group {
    length: usize,
    /// Which of them are not zero: a bit each, the first one lowest.
    others: u128,
    /// Each less 1, zeros as they are.
    rests: [u64; GROUP],
    sum: u64,
    greatest: u64,
}

impl Group {
    fn of(differences: impl ExactSizeIterator<Item = u64>) -> Self {
        let length = differences.len();
        let mut rests = [0; GROUP];
        let (mut others, mut sum, mut greatest) = (0_u128, 0_u64, 0);
        for (rest, difference) in rests.iter_mut().zip(differences) {
            let other = u64::from(difference > 0);
            *rest = difference - other;
            others = others >> 1 | u128::from(other) << (GROUP - 1);
            sum = sum.saturating_add(*rest);
            greatest = greatest.max(*rest);
        }
        Self {
            length,
            // The last one came to the top.
            others: others >> (GROUP - length.clamp(1, GROUP)),
            rests,
            sum,
            greatest,
        }
    }

    /// The number of low bits that makes it shortest.
    ///
    /// The best is near the width of the mean. Outliers raise the mean, so the search goes down from
    /// there.
    fn best(&self) -> u32 {
        let others = u64::from(self.others.count_ones());
        let mut k = width_of(self.sum / others.max(1)).min(MOST_LOW_BITS);
        let mut cost = self.cost_with(others, k);
        while k > 0 {
            let lower = self.cost_with(others, k - 1);
            if lower > cost {
                break;
            }
            (k, cost) = (k - 1, lower);
        }
        k
    }

    /// How many bits the rests of so many others take, the lengths of the runs apart.
    fn cost_with(&self, others: u64, k: u32) -> u64 {
        if self.greatest >> k < u64::from(MOST_ONES) {
            // No outliers: what a loop without branches adds up.
            let high = self.rests.iter().map(|rest| rest >> k);
            return others * (1 + u64::from(k)) + high.sum::<u64>();
        }
        let rests = self.rests.iter().zip(0_u32..);
        let rests = rests.filter(|(_, place)| self.others >> place & 1 == 1);
        rests.map(|(rest, _)| rice_width(*rest, k)).sum()
    }

    fn write(&self, out: &mut BitWriter) {
        let k = self.best();
        out.put(u64::from(k), 6);
        let mut rests = self.rests.get(..self.length).unwrap_or_default();
        let mut ahead = self.others;
        while !rests.is_empty() {
            let zeros = (ahead.trailing_zeros() as usize).min(rests.len());
            rests = rests.get(zeros..).unwrap_or_default();
            put_run(out, zeros + 1);
            if rests.is_empty() {
                break;
            }
            ahead >>= zeros;
            let others = ahead.trailing_ones();
            let (run, behind) = rests.split_at((others as usize).min(rests.len()));
            put_run(out, run.len());
            for rest in run {
                put_rice(out, *rest, k);
            }
            ahead = ahead.checked_shr(others).unwrap_or(0);
            rests = behind;
        }
    }
}

fn put_run(out: &mut BitWriter, length: usize) {
    out.put_gamma(u64::try_from(length).unwrap_or(u64::MAX));
}

/// The length of a run, from `least` to `most`.
fn take_run(input: &mut BitReader<'_>, most: usize, least: u64) -> Result<usize, DamagedBlock> {
    let length = input.take_gamma()? + least - 1;
    match usize::try_from(length) {
        Ok(length) if length <= most => Ok(length),
        _ => Err(input.damaged("a run that ends in its group")),
    }
}

fn put_rice(out: &mut BitWriter, value: u64, k: u32) {
    match u32::try_from(value >> k) {
        // Both parts fit a word as a rule: one step instead of two.
        Ok(high) if high < MOST_ONES && high + 1 + k <= u64::BITS => {
            let low = value & ((1 << k) - 1);
            out.put(((1 << high) - 1) | (low << (high + 1)), high + 1 + k);
        }
        Ok(high) if high < MOST_ONES => {
            out.put((1 << high) - 1, high + 1);
            out.put(value, k);
        }
        _ => {
            out.put((1 << MOST_ONES) - 1, MOST_ONES);
            out.put_delta(value);
        }
    }
}

/// Reads so many numbers.
fn take_rices(
    input: &mut BitReader<'_>,
    k: u32,
    mut count: usize,
    mut take: impl FnMut(u64),
) -> Result<(), DamagedBlock> {
    while count > 0 {
        // One look shows several, as a rule.
        let bits = input.peek();
        let mut seen = 0;
        while count > 0 {
            let bits = bits >> seen;
            let ones = bits.trailing_ones();
            let width = ones + 1 + k;
            if ones >= MOST_ONES || seen + width > PEEKED {
                break;
            }
            let low = (bits >> (ones + 1)) & ((1 << k) - 1);
            take(u64::from(ones) << k | low);
            seen += width;
            count -= 1;
        }
        input.skip(seen)?;
        if seen == 0 {
            take(take_long_rice(input, k)?);
            count -= 1;
        }
    }
    Ok(())
}

/// Reads a number that one look does not show as a whole.
fn take_long_rice(input: &mut BitReader<'_>, k: u32) -> Result<u64, DamagedBlock> {
    let high = input.take_ones(MOST_ONES)?;
    if high == MOST_ONES {
        return input.take_delta();
    }
    Ok(u64::from(high) << k | input.take(k)?)
}

fn rice_width(value: u64, k: u32) -> u64 {
    let high = value >> k;
    if high < u64::from(MOST_ONES) {
        high + 1 + u64::from(k)
    } else {
        u64::from(MOST_ONES) + delta_width(value)
    }
}

/// Folds the sign into the lowest bit, so that numbers near zero are small: 0, −1, 1, −2, …
pub(super) fn fold(value: i64) -> u64 {
    (value << 1 ^ value >> 63).cast_unsigned()
}

/// The number whose sign [`fold`] folded in.
pub(super) fn unfold(folded: u64) -> i64 {
    (folded >> 1).cast_signed() ^ -(folded & 1).cast_signed()
}

/// How many values share a number of low bits: a day of quarter hours, also the one of 25 hours.
/// One number a day was smaller than one for 32 values or an adaptive one. A bit for each fits a
/// `u128`.
const GROUP: usize = 128;
/// Longer unary parts are written in delta code instead, so that an outlier costs little.
const MOST_ONES: u32 = 12;
/// What six bits can name.
const MOST_LOW_BITS: u32 = 63;
/// The code of a column that is a run.
const RUN: u64 = 0;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn bytes_of(values: &[i64]) -> Vec<u8> {
        let mut out = BitWriter::default();
        write(&mut out, values);
        out.finish()
    }

    fn column() -> impl Strategy<Value = Vec<i64>> {
        let value = prop_oneof![
            4 => Just(0_i64), 4 => -50..50_i64, 2 => any::<i64>(), 1 => Just(i64::MIN), 1 => Just(i64::MAX)
        ];
        prop_oneof![
            prop::collection::vec(value, 0..400),
            prop::collection::vec(any::<i64>(), 0..300),
            prop::collection::vec(-2000..2000_i64, 0..300),
            (any::<i64>(), any::<i64>(), 0..300_i64).prop_map(|(first, step, count)| {
                (0..count)
                    .map(|at| first.wrapping_add(step.wrapping_mul(at)))
                    .collect()
            }),
        ]
    }

    proptest! {
        #[test]
        fn every_column_is_read_as_it_was_written(values in column()) {
            let bytes = bytes_of(&values);
            let mut input = BitReader::new(&bytes);
            prop_assert_eq!(read(&mut input, values.len()), Ok(values));
            prop_assert!(input.is_blank());
        }

        #[test]
        fn random_bytes_do_no_harm(bytes in prop::collection::vec(any::<u8>(), 0..200), count in 0..2000_usize) {
            if let Ok(values) = read(&mut BitReader::new(&bytes), count) {
                prop_assert_eq!(values.len(), count);
            }
        }

        #[test]
        fn folding_loses_nothing(value: i64) {
            prop_assert_eq!(unfold(fold(value)), value);
        }
    }

    #[test]
    fn a_run_takes_a_few_bytes_however_long_it_is() {
        let quarters: Vec<i64> = (0..2976).map(|at| 1_979_328 + at).collect();
        assert!(bytes_of(&quarters).len() <= 5);
        assert!(bytes_of(&[3; 100]).len() <= 2);
    }

    #[test]
    fn a_night_of_zeros_costs_almost_nothing() {
        let mut values = vec![0; 96];
        values[40..56]
            .copy_from_slice(&[9, 13, 20, 35, 50, 61, 66, 70, 69, 64, 50, 33, 21, 14, 8, 5]);
        assert!(bytes_of(&values).len() < 20);
    }
}
