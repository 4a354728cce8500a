//! The naive reader's times: rules 9 to 11 of `DOMAIN.md` §11.

use jiff::civil::{Date, DateTime, Time};
use jiff::tz::{AmbiguousOffset, TimeZone};

/// A DTM: qualifier, digits, format.
pub(super) type Dtm = (String, String, String);

/// What is said of the time of a value.
pub(super) struct Said<'d> {
    /// The DTM behind its QTY.
    pub(super) own: &'d [Dtm],
    /// The DTM between LOC and the first QTY.
    pub(super) of_place: &'d [Dtm],
    /// Its number in its LIN, from 0.
    pub(super) number: i64,
}

/// Start and end of a value, in seconds; `before` is the start of the value before in the same LIN.
pub(super) fn times(
    said: &Said<'_>,
    is_gas: bool,
    before: Option<i64>,
) -> (Option<i64>, Option<i64>) {
    let own = |qualifier: &str| said.own.iter().find(|dtm| dtm.0 == qualifier);
    let place = |qualifier: &str| {
        // The first that can be read: SG6 says a date once, whatever stands there a second time.
        let of_kind = said.of_place.iter().filter(|dtm| dtm.0 == qualifier);
        of_kind.into_iter().find_map(moment)
    };
    let lengths = |dtms: &[Dtm]| dtms.iter().filter(|dtm| dtm.0 == "672").find_map(length);
    let at = |dtm: Option<&Dtm>, after| instant(moment(dtm?)?, is_gas, after);
    if own("163").is_some() || own("164").is_some() {
        let start = at(own("163"), before);
        let length = || lengths(said.own).or(lengths(said.of_place));
        let end = match own("164") {
            Some(dtm) => at(Some(dtm), start),
            None => start.and_then(|start| in_calendar(start.checked_add(length()?)?)),
        };
        return (start, end);
    }
    if let Some(dtm) = own("7").or(own("9")).or(own("60")) {
        let instant = at(Some(dtm), before);
        return (instant, instant);
    }
    if let Some(dtm) = own("306") {
        return moment(dtm).map_or((None, None), |moment| period(moment, is_gas));
    }
    let start = place("163").and_then(|moment| instant(moment, is_gas, None));
    if let (Some(start), Some(length)) = (start, lengths(said.of_place)) {
        let nth = |n: i64| in_calendar(start.checked_add(length.checked_mul(n)?)?);
        let from = nth(said.number);
        return (from, from.and_then(|from| in_calendar(from + length)));
    }
    let end = place("164").and_then(|moment| instant(moment, is_gas, start));
    if start.is_some() && end.is_some() {
        (start, end)
    } else {
        (None, None)
    }
}

fn length((_, text, format): &Dtm) -> Option<i64> {
    let unit = match &**format {
        "806" => 60,
        "805" => 3600,
        "804" => 86_400,
        _ => return None,
    };
    let is_count = (1..=9).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
    text.parse::<i64>()
        .ok()
        .filter(|n| is_count && *n > 0)
        .map(|n| n * unit)
}

#[derive(Clone, Copy)]
enum Moment {
    Utc(i64),
    Clock(DateTime),
    /// First day of a day, month or year, and the first behind it.
    Days(Date, Option<Date>),
}

/// A DTM by its format; without one, by its length.
fn moment((_, text, format): &Dtm) -> Option<Moment> {
    let by_length = match text.len() {
        4 => "602",
        6 => "610",
        8 => "102",
        12 => "203",
        14 => "204",
        15 => "303",
        17 => "304",
        _ => "",
    };
    let format = if format.is_empty() { by_length } else { format };
    let (digits, has_zone) = match format {
        "602" => (4, false),
        "610" => (6, false),
        "102" => (8, false),
        "203" => (12, false),
        "204" => (14, false),
        "303" => (12, true),
        "304" => (14, true),
        _ => return None,
    };
    let (stamp, zone) = text.split_at_checked(digits)?;
    number(stamp)?;
    if !(has_zone || zone.is_empty()) {
        return None;
    }
    let (year, month) = (
        number(&stamp[..4])?,
        number(stamp.get(4..6).unwrap_or("01"))?,
    );
    let begin = date(year, month, number(stamp.get(6..8).unwrap_or("01"))?)?;
    match digits {
        4 => return Some(Moment::Days(begin, date(year + 1, 1, 1))),
        6 if month == 12 => return Some(Moment::Days(begin, date(year + 1, 1, 1))),
        6 => return Some(Moment::Days(begin, date(year, month + 1, 1))),
        8 => return Some(Moment::Days(begin, begin.tomorrow().ok())),
        _ => {}
    }
    let clock = if matches!(&stamp[8..], "2400" | "240000") {
        begin.tomorrow().ok()?.to_datetime(Time::midnight())
    } else {
        let part =
            |from: usize| i8::try_from(number(stamp.get(from..from + 2).unwrap_or("00"))?).ok();
        begin.to_datetime(Time::new(part(8)?, part(10)?, part(12)?, 0).ok()?)
    };
    if zone.is_empty() {
        return Some(Moment::Clock(clock));
    }
    let utc = clock.to_zoned(TimeZone::UTC).ok()?.timestamp().as_second();
    in_calendar(utc - offset(zone)?).map(Moment::Utc)
}

fn date(year: i64, month: i64, day: i64) -> Option<Date> {
    let year = i16::try_from(year).ok().filter(|year| *year > 0)?;
    Date::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()
}

fn number(digits: &str) -> Option<i64> {
    let is_number = digits.bytes().all(|byte| byte.is_ascii_digit());
    digits.parse().ok().filter(|_| is_number)
}

/// How much the clocks of a zone are ahead of UTC, in seconds.
fn offset(zone: &str) -> Option<i64> {
    let hours_and_minutes = match zone {
        "Z" | "UTC" | "GMT" => return Some(0),
        "MEZ" | "CET" => return Some(3_600),
        "MESZ" | "CEST" => return Some(7_200),
        _ => zone.get(1..)?,
    };
    let sign = if zone.starts_with('+') { 1 } else { -1 };
    let (hours, minutes) = hours_and_minutes.split_at_checked(2)?;
    let minutes = match minutes.strip_prefix(':') {
        Some(minutes) if minutes.len() == 2 => number(minutes)?,
        None if minutes.is_empty() => 0,
        None if minutes.len() == 2 => number(minutes)?,
        Some(_) | None => return None,
    };
    let hours = number(hours)?;
    let is_offset = zone.starts_with(['+', '-']) && hours <= 14 && minutes < 60;
    is_offset.then_some(sign * (hours * 3_600 + minutes * 60))
}

fn instant(moment: Moment, is_gas: bool, after: Option<i64>) -> Option<i64> {
    let clock = match moment {
        Moment::Utc(at) => return Some(at),
        Moment::Clock(clock) => clock,
        Moment::Days(day, _) => return begin_of(day, is_gas),
    };
    let ambiguous = berlin().to_ambiguous_timestamp(clock);
    let is_doubled = matches!(ambiguous.offset(), AmbiguousOffset::Fold { .. });
    let first = ambiguous.compatible().ok()?.as_second();
    let is_over = is_doubled && after.is_some_and(|after| first <= after);
    in_calendar(if is_over { first + 3600 } else { first })
}

fn period(moment: Moment, is_gas: bool) -> (Option<i64>, Option<i64>) {
    match moment {
        Moment::Days(from, to) => (
            begin_of(from, is_gas),
            to.and_then(|to| begin_of(to, is_gas)),
        ),
        Moment::Utc(_) | Moment::Clock(_) => (None, None),
    }
}

fn begin_of(day: Date, is_gas: bool) -> Option<i64> {
    let clock = day.at(if is_gas { 6 } else { 0 }, 0, 0, 0);
    in_calendar(
        berlin()
            .to_ambiguous_timestamp(clock)
            .compatible()
            .ok()?
            .as_second(),
    )
}

fn in_calendar(seconds: i64) -> Option<i64> {
    // 0001-01-01T00:00:00Z and 9999-12-31T23:59:59Z.
    (-62_135_596_800..=253_402_300_799)
        .contains(&seconds)
        .then_some(seconds)
}

fn berlin() -> TimeZone {
    TimeZone::get("Europe/Berlin").unwrap()
}
