//! Ticks where a person would put them: round numbers, midnights, firsts of a month.

use jiff::civil::{Date, DateTime, Time};
use jiff::{Span, ToSpan, Zoned};

use crate::market::calendar::UtcTime;
use crate::text::Text;

/// A value axis: its ends and the ticks between, in the values' own unit.
#[derive(Clone, Debug, PartialEq)]
pub struct ValueAxis {
    /// The lower end.
    pub low: f64,
    /// The upper end.
    pub high: f64,
    /// The ticks, both ends included.
    pub ticks: Vec<f64>,
    /// Digits behind the mark that tell two ticks apart.
    pub decimals: usize,
}

impl ValueAxis {
    /// An axis that holds the range with about so many steps of 1, 2 or 5 times a power of ten.
    pub fn over(low: f64, high: f64, steps: u32) -> Self {
        let spread = if high > low {
            high - low
        } else {
            f64::max(high.abs(), 1.0)
        };
        let step = round_step(spread / f64::from(steps.max(1)));
        let first = (low / step).floor();
        let last = (high / step).ceil().max(first + 1.0);
        // Numbers so large that a step is lost in their precision would not end: a few ticks do.
        let most = 2 * steps.max(1) + 2;
        let ticks: Vec<f64> = (0..=most)
            .map(|at| first + f64::from(at))
            .take_while(|at| *at < last + 0.5)
            .map(|at| at * step)
            .collect();
        let decimals = (0..MOST_DECIMALS)
            .find(|decimals| step * 10_f64.powi(*decimals) > 0.99)
            .and_then(|decimals| usize::try_from(decimals).ok())
            .unwrap_or(0);
        let high = ticks.last().copied().unwrap_or(high);
        Self {
            low: first * step,
            high,
            ticks,
            decimals,
        }
    }
}

/// The next of 1, 2, 5, 10, … times a power of ten.
fn round_step(least: f64) -> f64 {
    if !(least.is_finite() && least > 0.0) {
        return 1.0;
    }
    let power = 10_f64.powf(least.log10().floor());
    [1.0, 2.0, 5.0]
        .map(|round| round * power)
        .into_iter()
        .find(|step| *step >= least * 0.999_999)
        .unwrap_or(10.0 * power)
}

/// A tick of a time axis.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct TimeTick {
    /// Where it stands.
    pub at: UtcTime,
    /// What it is called: `06:00`, `Mo 24.`, `Nov`.
    pub label: String,
    /// Whether the label names all that lies between this tick and the next one.
    pub names_span: bool,
    /// What it lies in, if that begins here or the axis does: the day, the month, the year.
    pub context: Option<String>,
}

/// How far apart ticks are.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Step {
    Hours(i8),
    Days(i8),
    Months(i8),
    Years(i16),
}

impl Step {
    /// Its usual length and the room that its label needs, in pixels.
    const fn length_seconds(self) -> i64 {
        match self {
            Self::Hours(hours) => hours as i64 * 3600,
            Self::Days(days) => days as i64 * 86_400,
            Self::Months(months) => months as i64 * 2_630_000,
            Self::Years(years) => years as i64 * 31_557_600,
        }
    }

    const fn names_span(self) -> bool {
        matches!(self, Self::Days(1) | Self::Months(1) | Self::Years(1))
    }

    const fn label_pixels(self) -> f64 {
        match self {
            Self::Hours(_) | Self::Days(_) => 58.0,
            Self::Months(_) | Self::Years(_) => 46.0,
        }
    }
}

/// Ticks of the local clock from `from` to `to` that find room on so many pixels.
pub fn time_ticks(from: UtcTime, to: UtcTime, pixels: f64, text: &Text) -> Vec<TimeTick> {
    let seconds = to.seconds().saturating_sub(from.seconds());
    if seconds <= 0 {
        return Vec::new();
    }
    let step = STEPS
        .into_iter()
        .find(|step| fits(*step, seconds, pixels))
        .unwrap_or(Step::Years(100));
    let start = text.zoned(from.seconds());
    let mut ticks: Vec<TimeTick> = Vec::new();
    let mut context = String::new();
    let mut at = floor(&start, step);
    for _ in 0..MAX_TICKS {
        let Some(local) = at else { break };
        let Ok(zoned) = local.to_zoned(text.time_zone().clone()) else {
            break;
        };
        let instant = UtcTime::from_seconds(zoned.timestamp().as_second());
        if instant >= to {
            break;
        }
        if instant >= from {
            let (label, within) = names(&zoned, step, text);
            let is_new = within != context;
            context.clone_from(&within);
            let context = is_new.then_some(within);
            ticks.push(TimeTick {
                at: instant,
                label,
                names_span: step.names_span(),
                context,
            });
        }
        at = next(local, step);
    }
    ticks
}

#[expect(clippy::cast_precision_loss, reason = "a number of ticks, not a time")]
fn fits(step: Step, seconds: i64, pixels: f64) -> bool {
    if matches!(step, Step::Hours(_)) && seconds > MOST_SECONDS_OF_HOURS {
        return false; // Over some days, the days matter.
    }
    let ticks = seconds as f64 / step.length_seconds() as f64;
    ticks * step.label_pixels() <= pixels
}

/// The last tick at or before this local time.
fn floor(at: &Zoned, step: Step) -> Option<DateTime> {
    let date = at.date();
    match step {
        Step::Hours(hours) => {
            let hour = at.hour() - at.hour() % hours;
            Some(date.to_datetime(Time::new(hour, 0, 0, 0).ok()?))
        }
        Step::Days(1) => Some(midnight(date)),
        Step::Days(7) => {
            let since_monday = date.weekday().to_monday_zero_offset();
            Some(midnight(
                date.checked_sub(i64::from(since_monday).days()).ok()?,
            ))
        }
        Step::Days(days) => {
            let day = (date.day() - 1) / days * days + 1;
            Some(midnight(Date::new(date.year(), date.month(), day).ok()?))
        }
        Step::Months(months) => {
            let month = (date.month() - 1) / months * months + 1;
            Some(midnight(Date::new(date.year(), month, 1).ok()?))
        }
        Step::Years(years) => Some(midnight(
            Date::new(date.year() - date.year().rem_euclid(years), 1, 1).ok()?,
        )),
    }
}

fn next(at: DateTime, step: Step) -> Option<DateTime> {
    let span: Span = match step {
        Step::Hours(hours) => i64::from(hours).hours(),
        Step::Days(days @ (1 | 7)) => i64::from(days).days(),
        Step::Days(days) => {
            // Ticks at 1, 6, 11, … begin anew with each month, and leave room before its first.
            let then = at.checked_add(i64::from(days).days()).ok()?;
            let is_near_next_month = then.date().last_of_month().day() - then.day() < days - 1;
            if then.month() != at.month() || is_near_next_month {
                return Some(midnight(at.date().last_of_month().tomorrow().ok()?));
            }
            return Some(then);
        }
        Step::Months(months) => i64::from(months).months(),
        Step::Years(years) => i64::from(years).years(),
    };
    at.checked_add(span).ok()
}

/// A tick's label, and the name of what it lies in.
fn names(at: &Zoned, step: Step, text: &Text) -> (String, String) {
    let date = at.date();
    match step {
        Step::Hours(_) => {
            let clock = format!("{:02}:{:02}", at.hour(), at.minute());
            (clock, text.weekday_and_date(date))
        }
        Step::Days(days) if days < 5 => (
            text.chart_day(&text.weekday_short(date), &date.day().to_string()),
            text.month_and_year(date),
        ),
        Step::Days(_) => (
            text.chart_day_of_month(&date.day().to_string()),
            text.month_and_year(date),
        ),
        Step::Months(_) => (text.month_short(date), date.year().to_string()),
        Step::Years(_) => (date.year().to_string(), String::new()),
    }
}

fn midnight(date: Date) -> DateTime {
    date.to_datetime(Time::midnight())
}

/// What ticks may be apart, from near to far.
const STEPS: [Step; 16] = [
    Step::Hours(1),
    Step::Hours(2),
    Step::Hours(3),
    Step::Hours(6),
    Step::Hours(12),
    Step::Days(1),
    Step::Days(2),
    Step::Days(5),
    Step::Days(7),
    Step::Months(1),
    Step::Months(2),
    Step::Months(3),
    Step::Months(6),
    Step::Years(1),
    Step::Years(5),
    Step::Years(20),
];
/// Smaller steps are no measurement.
const MOST_DECIMALS: i32 = 7;
/// Up to three days, hours are shown; a day of 25 hours does not count as more.
const MOST_SECONDS_OF_HOURS: i64 = 3 * 86_400 + 3600;
/// More ticks than any width of a chart can hold.
const MAX_TICKS: usize = 400;

#[cfg(test)]
mod tests {
    use jiff::tz::TimeZone;

    use super::*;
    use crate::text::Language;

    fn at(local: &str) -> UtcTime {
        let zoned = local
            .parse::<DateTime>()
            .unwrap()
            .in_tz("Europe/Berlin")
            .unwrap();
        UtcTime::from_seconds(zoned.timestamp().as_second())
    }

    fn ticks(from: &str, to: &str, pixels: f64) -> Vec<TimeTick> {
        let text = Text::new(Language::De).in_zone(TimeZone::get("Europe/Berlin").unwrap());
        time_ticks(at(from), at(to), pixels, &text)
    }

    fn labels(from: &str, to: &str, pixels: f64) -> Vec<String> {
        ticks(from, to, pixels)
            .into_iter()
            .map(|tick| tick.label)
            .collect()
    }

    #[test]
    fn a_value_axis_ends_at_round_numbers_that_hold_the_range() {
        let axis = ValueAxis::over(0.0, 43.7, 5);
        assert_eq!(axis.ticks, [0.0, 10.0, 20.0, 30.0, 40.0, 50.0]);
        assert_eq!((axis.low, axis.high, axis.decimals), (0.0, 50.0, 0));
        let axis = ValueAxis::over(-0.3, 0.25, 5);
        assert_eq!((axis.low, axis.high, axis.decimals), (-0.4, 0.4, 1));
    }

    #[test]
    fn a_flat_line_gets_an_axis_of_some_height() {
        let axis = ValueAxis::over(0.0, 0.0, 5);
        assert!(axis.high > axis.low);
        let axis = ValueAxis::over(1e300, 1e300, 5);
        assert!(axis.ticks.len() < 20);
        let axis = ValueAxis::over(f64::NEG_INFINITY, f64::INFINITY, 5);
        assert!(axis.ticks.len() < 20);
    }

    #[test]
    fn hours_of_a_day_are_those_of_the_local_clock() {
        let day = labels("2026-11-24T00:00", "2026-11-25T00:00", 800.0);
        assert_eq!(day.first().unwrap(), "00:00");
        assert_eq!(day.len(), 12);
        let day = labels("2026-11-24T00:00", "2026-11-25T00:00", 300.0);
        assert_eq!(day, ["00:00", "06:00", "12:00", "18:00"]);
    }

    #[test]
    fn the_day_of_the_clock_change_has_its_ticks_at_full_hours_too() {
        let autumn = ticks("2026-10-25T00:00", "2026-10-26T00:00", 300.0);
        let hours: Vec<i64> = autumn
            .iter()
            .map(|tick| (tick.at.seconds() - autumn[0].at.seconds()) / 3600)
            .collect();
        assert_eq!(hours, [0, 7, 13, 19]);
        assert_eq!(autumn[1].label, "06:00");
    }

    #[test]
    fn a_week_shows_its_days_and_a_month_every_fifth_one() {
        let week = labels("2026-11-23T00:00", "2026-11-30T00:00", 420.0);
        assert_eq!(
            week,
            [
                "Mo 23.", "Di 24.", "Mi 25.", "Do 26.", "Fr 27.", "Sa 28.", "So 29."
            ]
        );
        let month = labels("2026-11-01T00:00", "2026-12-01T00:00", 400.0);
        assert_eq!(month, ["1.", "6.", "11.", "16.", "21.", "26."]);
    }

    #[test]
    fn a_year_shows_its_months_and_says_the_year_once() {
        let year = ticks("2026-01-01T00:00", "2027-01-01T00:00", 800.0);
        assert_eq!(year.len(), 12);
        assert_eq!(year[0].context.as_deref(), Some("2026"));
        assert!(year.iter().skip(1).all(|tick| tick.context.is_none()));
    }

    #[test]
    fn no_span_of_time_gets_more_ticks_than_find_room() {
        for days in [1, 2, 6, 13, 29, 61, 200, 367, 800, 4000, 40_000] {
            let from = at("2020-02-28T13:00");
            let to = UtcTime::from_seconds(from.seconds() + days * 86_400);
            let text = Text::new(Language::En).in_zone(TimeZone::get("Europe/Berlin").unwrap());
            for pixels in [120.0, 300.0, 900.0] {
                let ticks = time_ticks(from, to, pixels, &text);
                let room = f64::from(u32::try_from(ticks.len()).unwrap().saturating_sub(1)) * 40.0;
                assert!(room <= pixels, "{days} days: {ticks:?}");
                assert!(ticks.is_sorted_by_key(|tick| tick.at));
            }
        }
    }
}
