//! The cells of a heat map: days beside each other, the time on the clock from top to bottom.

use std::collections::BTreeMap;

use jiff::civil::Date;
use jiff::{Timestamp, ToSpan, Zoned};

use crate::chart::{Frame, Point};
use crate::market::calendar::UtcTime;
use crate::series::quality::Quality;

/// What a cell shows.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Cell {
    sum: f64,
    count: f64,
    /// Whether something is missing in it.
    pub(super) has_gap: bool,
    /// The worst quality of its values.
    pub(super) quality: Quality,
}

impl Cell {
    /// The mean of its values; `None` if it has none.
    pub(super) fn mean(&self) -> Option<f64> {
        (self.count > 0.0).then(|| self.sum / self.count)
    }
}

/// Where a cell is.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(super) struct Place {
    /// The column: a day, or several where there are very many.
    pub(super) column: u32,
    /// Which of the two, in the hour that autumn has twice.
    pub(super) half: Half,
    /// The row, from the top.
    pub(super) row: u32,
}

/// The part of a column that a cell takes.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(super) enum Half {
    /// All of it.
    Whole,
    /// The left half: the first of two hours.
    First,
    /// The right half: the second one.
    Second,
}

/// The cells of a period.
#[derive(Clone, Debug)]
pub(super) struct Cells {
    /// Every cell that has a value, or should have one.
    pub(super) at: BTreeMap<Place, Cell>,
    /// How many columns there are.
    pub(super) columns: u32,
    /// Days in a column.
    pub(super) days: u32,
    /// How many rows there are.
    pub(super) rows: u32,
    first: Date,
}

impl Cells {
    pub(super) fn of(frame: &Frame<'_>, points: &[Point]) -> Self {
        let local = |at: UtcTime| {
            Timestamp::from_second(at.seconds())
                .unwrap_or_default()
                .to_zoned(frame.time_zone.clone())
        };
        let first = local(frame.from).date();
        let last = local(UtcTime::from_seconds(frame.to.seconds().saturating_sub(1))).date();
        let span = days_between(first, last).saturating_add(1);
        let days = span.div_ceil(MOST_COLUMNS).max(1);
        let shortest = points
            .iter()
            .map(|point| point.end.seconds().saturating_sub(point.start.seconds()))
            .filter(|seconds| *seconds > 0)
            .min()
            .unwrap_or(HOUR);
        let rows = if span > MOST_DAYS_OF_QUARTERS || shortest >= HOUR {
            24
        } else {
            96
        };
        let mut cells = Self {
            at: BTreeMap::new(),
            columns: span.div_ceil(days),
            days,
            rows,
            first,
        };
        let seconds = 86_400 / i64::from(rows);
        for point in points {
            let mut at = point.start.max(frame.from);
            // A gap, or a value of more than a cell, fills all the cells it lies in.
            for _ in 0..MOST_CELLS {
                if at >= point.end.min(frame.to) {
                    break;
                }
                cells.add(&local(at), point);
                let behind = at.seconds().div_euclid(seconds).saturating_add(1);
                at = UtcTime::from_seconds(behind.saturating_mul(seconds));
            }
        }
        cells
    }

    fn add(&mut self, at: &Zoned, point: &Point) {
        let column = days_between(self.first, at.date()) / self.days;
        let minutes =
            u32::from(at.hour().unsigned_abs()) * 60 + u32::from(at.minute().unsigned_abs());
        let row = minutes * self.rows / (24 * 60);
        let half = if self.days > 1 { Half::Whole } else { half(at) };
        let cell = self.at.entry(Place { column, half, row }).or_insert(Cell {
            sum: 0.0,
            count: 0.0,
            has_gap: false,
            quality: Quality::Measured,
        });
        match point.value {
            Some(value) => {
                cell.sum += value;
                cell.count += 1.0;
                cell.quality = cell.quality.max(point.quality);
            }
            None => cell.has_gap = true,
        }
    }

    /// The column in which a day lies.
    pub(super) fn column_of(&self, day: Date) -> f64 {
        f64::from(days_between(self.first, day)) / f64::from(self.days)
    }

    /// The first day of a column, and its last.
    pub(super) fn days_of(&self, column: u32) -> (Date, Date) {
        let day = |number: u32| self.first.saturating_add(i64::from(number).days());
        let start = column * self.days;
        (day(start), day(start + self.days - 1))
    }

    /// The least and the greatest mean.
    pub(super) fn range(&self) -> Option<(f64, f64)> {
        let means = || self.at.values().filter_map(Cell::mean);
        let low = means().min_by(f64::total_cmp)?;
        Some((low, means().max_by(f64::total_cmp)?))
    }
}

/// Which of the two hours it is, where the clock shows one twice.
fn half(at: &Zoned) -> Half {
    let ambiguous = at.time_zone().to_ambiguous_zoned(at.datetime());
    if !ambiguous.is_ambiguous() {
        return Half::Whole;
    }
    match ambiguous.earlier() {
        Ok(earlier) if earlier.timestamp() == at.timestamp() => Half::First,
        Ok(_) | Err(_) => Half::Second,
    }
}

fn days_between(first: Date, last: Date) -> u32 {
    let days = first.until(last).map_or(0, |span| span.get_days());
    u32::try_from(days).unwrap_or(0)
}

const HOUR: i64 = 3600;
/// A year, in columns of a few pixels each.
const MOST_COLUMNS: u32 = 366;
/// Two months; beyond, an hour is a cell, or the picture would have more of them than pixels.
const MOST_DAYS_OF_QUARTERS: u32 = 62;
/// Quarter hours of eleven years: as long as any period.
const MOST_CELLS: u32 = 11 * 366 * 100;
