//! What is taken in: files of load profiles, in four shapes.

use anyhow::Result;
use mscons_gateway::market::calendar::{Day, UtcTime, legal_day_bounds};
use mscons_gateway::market::quantity::Decimal;
use mscons_gateway::message::mscons::write::{
    Interchange, Line, Location, Message, Place, Timing, Version, write,
};
use mscons_gateway::series::{Columns, Label, Row, Value};

/// How values are spread over files. Each file has all series of a stretch of days, unless the
/// series are spread over files of the same day.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Shape {
    /// Its name on the command line.
    pub(crate) name: &'static str,
    /// How many series there are.
    pub(crate) series: usize,
    series_a_file: usize,
    days: i32,
    days_a_file: i32,
    first_file: u32,
}

/// From the one that costs a value the most; the last one takes minutes, and is run by its name alone.
pub(crate) const SHAPES: [Shape; 5] = [
    Shape::new("day", 30, 1, 730, 1),
    Shape::new("site", 285, 285, 60, 1),
    Shape::new("month", 100, 100, 360, 30),
    Shape::new("series", 10_000, 250, 1, 1),
    Shape::new(LARGE, 1_000, 50, 1_080, 30),
];

impl Shape {
    const fn new(
        name: &'static str,
        series: usize,
        series_a_file: usize,
        days: i32,
        days_a_file: i32,
    ) -> Self {
        Self {
            name,
            series,
            series_a_file,
            days,
            days_a_file,
            first_file: 0,
        }
    }

    /// Whether it is so large that it is taken in once, and nothing else is done.
    pub(crate) fn is_large(self) -> bool {
        self.name == LARGE
    }

    /// In words.
    pub(crate) fn what(self) -> String {
        format!(
            "{} series, {} days; a file has {} series and {} days",
            self.series, self.days, self.series_a_file, self.days_a_file
        )
    }

    /// How many values there are, in all files.
    pub(crate) fn values(self) -> usize {
        let (from, to) = (day(0), day(self.days));
        self.series * quarters(from, to)
    }

    /// How many values are kept once the last tenth was corrected so often: what was said before
    /// stays.
    pub(crate) fn kept(self, corrections: u32) -> usize {
        let tenth = self.last_tenth().files();
        let corrected = tenth.map(|number| self.numbers(number, 0).count());
        self.values() + corrected.sum::<usize>() * usize::try_from(corrections).unwrap_or(0)
    }

    /// Values of one series in [`Self::last_year`].
    pub(crate) fn values_a_year(self) -> usize {
        let (from, to) = self.last_year();
        quarters(from, to)
    }

    /// The last 365 days, or all there are.
    pub(crate) fn last_year(self) -> (UtcTime, UtcTime) {
        (day((self.days - 365).max(0)), day(self.days))
    }

    /// The numbers of its files.
    pub(crate) fn files(self) -> impl Iterator<Item = u32> {
        self.first_file..self.file_count()
    }

    /// The same with the last tenth of its files alone.
    pub(crate) fn last_tenth(self) -> Self {
        let count = self.file_count();
        Self {
            first_file: count - (count / 10).max(1),
            ..self
        }
    }

    /// How many of its files are some 100 MB.
    pub(crate) fn files_at_once(self) -> usize {
        let days = usize::try_from(self.days_a_file).unwrap_or(1);
        (12_000 / (self.series_a_file * days)).max(1)
    }

    fn file_count(self) -> u32 {
        let stretches = u32::try_from(self.days / self.days_a_file).unwrap_or(0);
        stretches * u32::try_from(self.series / self.series_a_file).unwrap_or(1)
    }

    /// The series and the time of a file.
    fn content(self, number: u32) -> (std::ops::Range<usize>, UtcTime, UtcTime) {
        let files_a_stretch = u32::try_from(self.series / self.series_a_file).unwrap_or(1);
        let first = usize::try_from(number % files_a_stretch).unwrap_or(0) * self.series_a_file;
        let stretch = i32::try_from(number / files_a_stretch).unwrap_or(0);
        let from = day(stretch * self.days_a_file);
        let to = day((stretch + 1) * self.days_a_file);
        (first..first + self.series_a_file, from, to)
    }

    /// Series, start and value of everything in a file, in order.
    pub(crate) fn numbers(
        self,
        number: u32,
        correction: u32,
    ) -> impl Iterator<Item = (u32, i64, i64)> {
        let (series, from, to) = self.content(number);
        series.flat_map(move |series| {
            let series = u32::try_from(series).unwrap_or(0);
            (from.seconds()..to.seconds())
                .step_by(QUARTER)
                .map(move |at| (series, at, value(series, at, correction)))
        })
    }

    /// A file as a metering operator sends it. A correction is a later document with other values.
    pub(crate) fn file(self, number: u32, correction: u32) -> Result<Vec<u8>> {
        let (series, from, to) = self.content(number);
        let date = UtcTime::from_seconds(to.seconds() + i64::from(correction) * 86_400);
        let reference = format!(
            "{}{correction:02}{number:08}",
            &self.name[..1].to_uppercase()
        );
        let mut interchange = Interchange {
            version: Version::V24c,
            ..Interchange::new(GRID, COMPANY, &reference, date)
        };
        for series in series {
            let mut line = Line::obis("1-1:1.29.0", Timing::Interval);
            let label = line.labels.intern(Label {
                qualifier: "220".into(),
                unit: None,
                status: Vec::new(),
            });
            line.columns = Columns::default();
            let id = u32::try_from(series)?;
            for at in (from.seconds()..to.seconds()).step_by(QUARTER) {
                let number = Decimal::new(value(id, at, correction), 3);
                line.columns.push(Row {
                    start: Some(UtcTime::from_seconds(at)),
                    end: Some(UtcTime::from_seconds(at + 900)),
                    value: number.map_or(Value::Absent, Value::Number),
                    label,
                });
            }
            let place = Place {
                period: Some((from, to)),
                ..Place::new(Location::Point(location(id)))
            };
            let document = format!("{reference}-{series}");
            let message = Message::new(13_025, &document, date).with(place.with(line));
            interchange = interchange.with(message);
        }
        Ok(write(&interchange)?)
    }
}

/// When a day begins.
fn day(number: i32) -> UtcTime {
    legal_day_bounds(FIRST_DAY.plus(number)).0
}

/// A value in watt hours. One series in three is an industrial load, the next one a roof, the third a
/// household: what a value takes is the mean of the three.
fn value(series: u32, at: i64, correction: u32) -> i64 {
    let noise = noise(series, at, correction);
    let hour = at / 3_600 % 24;
    match series % 3 {
        0 => factory(series, hour, noise),
        1 => roof(series, at, noise),
        _ => household(hour, noise),
    }
}

/// A level of its own, two shifts, and noise of some per cent.
fn factory(series: u32, hour: i64, noise: i64) -> i64 {
    let base = 40_000 + i64::from(series) * 7_919 % 60_000;
    let shifts = if (5..21).contains(&hour) {
        base
    } else {
        base / 4
    };
    shifts + shifts * (noise - 128) / 3_200
}

/// Half a day of sun, with clouds; nothing at night.
fn roof(series: u32, at: i64, noise: i64) -> i64 {
    let peak = 2_000 + i64::from(series) * 31 % 6_000;
    let quarter = at / 900 % 96 - 24;
    if !(0..48).contains(&quarter) {
        return 0;
    }
    // A parabola is a sun high enough for this.
    let sun = peak * quarter * (48 - quarter) / (24 * 24);
    sun - sun * noise / 2_000
}

/// Little as a rule, nothing for a third of the time, and now and then a stove.
fn household(hour: i64, noise: i64) -> i64 {
    match noise {
        0..90 => 0,
        240.. if (6..22).contains(&hour) => 400 + noise * 3,
        _ => 30 + noise / 4,
    }
}

/// From 0 to 255, the same for the same value.
fn noise(series: u32, at: i64, correction: u32) -> i64 {
    let mut noise = at.cast_unsigned() ^ (u64::from(series) << 40) ^ (u64::from(correction) << 60);
    for _ in 0..2 {
        noise = (noise ^ (noise >> 31)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    }
    i64::try_from(noise >> 56).unwrap_or(0)
}

/// A market location with its check digit.
fn location(series: u32) -> String {
    let digits = format!("{}", 5_000_000_000 + u64::from(series));
    let sum: u32 = digits
        .bytes()
        .zip(0..)
        .map(|(digit, at)| u32::from(digit - b'0') * (1 + at % 2))
        .sum();
    format!("{digits}{}", (10 - sum % 10) % 10)
}

fn quarters(from: UtcTime, to: UtcTime) -> usize {
    usize::try_from(to.seconds() - from.seconds()).unwrap_or(0) / QUARTER
}

const LARGE: &str = "large";
/// 2015-01-01.
const FIRST_DAY: Day = Day::from_number(16_436);
/// Seconds.
const QUARTER: usize = 900;
const GRID: &str = "9905048000007";
const COMPANY: &str = "9985046000001";
