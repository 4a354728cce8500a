//! Completeness as a strip of cells: a day or a month each.

use crate::chart::legend::quality_name;
use crate::market::calendar::Day;
use crate::series::completeness::{Completeness, by_month};
use crate::series::quality::Quality;
use crate::text::Text;
use crate::web::pages::series::day_date;

/// One cell of a strip.
pub(crate) struct Cell {
    /// Its classes: how full it is, and the worst quality of a full one.
    pub(crate) class: &'static str,
    /// What it says in words.
    pub(crate) title: String,
}

/// A strip, and what it comes to.
pub(crate) struct Strip {
    /// The cells, in order of time.
    pub(crate) cells: Vec<Cell>,
    /// `99,8 %`; empty where nothing is expected.
    pub(crate) share: String,
    /// Whether something is missing.
    pub(crate) is_lacking: bool,
}

impl Strip {
    /// A cell for each day from `first` to below `behind`; for each month of them where they are
    /// more than a page is wide.
    pub(crate) fn of(
        days: &[(Day, Completeness)],
        (first, behind): (Day, Day),
        text: &Text,
    ) -> Self {
        let mut all: Vec<(Day, Completeness)> = Vec::new();
        let mut left = days.iter().peekable();
        for number in (first.number()..behind.number()).take(DAYS_MOST) {
            let day = Day::from_number(number);
            while left.next_if(|(known, _)| *known < day).is_some() {}
            let known = left.next_if(|(known, _)| *known == day);
            all.push((day, known.map_or(Completeness::NONE, |(_, known)| *known)));
        }
        let total = days
            .iter()
            .fold(Completeness::NONE, |sum, (_, day)| sum.and(*day));
        let cells = if all.len() > CELLS_MOST {
            let months = by_month(&all);
            months
                .iter()
                .map(|month| month_cell(*month, text))
                .collect()
        } else {
            let day = |(day, completeness): &(Day, Completeness)| {
                cell(&text.weekday_and_date(day_date(*day)), *completeness, text)
            };
            all.iter().map(day).collect()
        };
        Self {
            cells,
            share: share(total, text),
            is_lacking: !total.is_complete(),
        }
    }
}

fn month_cell(((year, month), completeness): ((i64, i64), Completeness), text: &Text) -> Cell {
    let (year, month) = (i16::try_from(year), i8::try_from(month));
    let first = match (year, month) {
        (Ok(year), Ok(month)) => jiff::civil::Date::new(year, month, 1).unwrap_or_default(),
        (_, _) => jiff::civil::Date::default(),
    };
    cell(&text.month_and_year(first), completeness, text)
}

fn cell(when: &str, completeness: Completeness, text: &Text) -> Cell {
    let Completeness {
        expected, present, ..
    } = completeness;
    let class = match (expected, present) {
        (0, _) => "",
        (_, 0) => "gone",
        _ if !completeness.is_complete() => "part",
        (_, _) => match completeness.worst {
            Quality::Measured => "full",
            Quality::Substitute => "full substitute",
            Quality::Preliminary => "full preliminary",
            Quality::Disturbed | Quality::Missing => "full disturbed",
        },
    };
    let title = if expected == 0 {
        text.completeness_nothing(when)
    } else {
        let [present, expected] = [present, expected].map(|count| text.count(count));
        let quality = quality_name(completeness.worst, text);
        text.completeness_cell(when, &present, &expected, &quality)
    };
    Cell { class, title }
}

fn share(total: Completeness, text: &Text) -> String {
    if total.expected == 0 {
        return String::new();
    }
    crate::text::with_unit(&text.permille_as_percent(total.permille()), "%")
}

/// A month of days and some; more cells than that are too narrow to point at.
const CELLS_MOST: usize = 45;
/// Ten years and the one that runs: the longest period of a page.
const DAYS_MOST: usize = 11 * 366;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::Language;

    fn day(text: &str) -> Day {
        Day::parse(text).unwrap()
    }

    fn of(expected: u64, present: u64, worst: Quality) -> Completeness {
        Completeness {
            expected,
            present,
            worst,
        }
    }

    #[test]
    fn a_cell_tells_how_full_its_day_is_and_how_good() {
        let days = [
            (day("2026-11-02"), of(96, 96, Quality::Measured)),
            (day("2026-11-03"), of(96, 96, Quality::Substitute)),
            (day("2026-11-04"), of(96, 95, Quality::Missing)),
            (day("2026-11-05"), of(96, 0, Quality::Missing)),
        ];
        let text = Text::new(Language::De);
        let strip = Strip::of(&days, (day("2026-11-01"), day("2026-11-06")), &text);
        let classes: Vec<&str> = strip.cells.iter().map(|cell| cell.class).collect();
        assert_eq!(classes, ["", "full", "full substitute", "part", "gone"]);
        assert_eq!(strip.cells[3].title, "Mi 04.11.2026: 95 von 96, fehlt");
        assert_eq!(strip.cells[0].title, "So 01.11.2026: nichts erwartet");
        assert_eq!(
            (strip.share.as_str(), strip.is_lacking),
            ("74,7\u{a0}%", true)
        );
    }

    #[test]
    fn a_year_has_a_cell_for_each_month() {
        let text = Text::new(Language::En);
        let days = [(day("2026-02-28"), of(96, 96, Quality::Measured))];
        let strip = Strip::of(&days, (day("2026-01-01"), day("2027-01-01")), &text);
        assert_eq!(strip.cells.len(), 12);
        assert_eq!(strip.cells[1].title, "February 2026: 96 of 96, measured");
    }
}
