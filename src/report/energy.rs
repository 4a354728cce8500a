//! The energy report: sums, completeness, peaks, comparison and charts of some series.

use crate::chart::measure::Measure;
use crate::chart::peaks::when;
use crate::chart::{Frame, load_profile};
use crate::report::compared::Compared;
use crate::report::content::{Cell, Chart, Content, Fact, Line, Part, Section, Table, Tone};
use crate::report::{Figures, Span};
use crate::text::{Text, shorten, with_unit};

/// What an energy report is made of.
#[derive(Debug)]
pub struct Energy {
    /// Its name.
    pub name: String,
    /// The time that it tells of.
    pub span: Span,
    /// Its series, in their order.
    pub series: Vec<Figures>,
    /// Series that were asked for and cannot be read, each with the reason.
    pub unreadable: Vec<String>,
    /// Series that were asked for and have no values in this period or the one before.
    pub silent: u64,
    /// Series that were asked for and are no series of intervals.
    pub unfit: u64,
    /// Series that were asked for and found no room.
    pub left_out: u64,
    /// Values that found no room in the attached files.
    pub values_left_out: bool,
}

/// What the report says.
pub fn content(energy: &Energy, text: &Text) -> Content {
    let mut sections = Vec::new();
    if !energy.series.is_empty() {
        sections.push(Section {
            heading: text.report_overview(),
            parts: vec![Part::Table(overview(energy, text))],
        });
    }
    let drawn = energy.series.iter().take(CHARTS_MOST);
    sections.extend(drawn.map(|figures| section(figures, &energy.span, text)));
    Content {
        title: text.report_energy_title(&energy.name),
        period: energy.span.name(text),
        summary: summary(energy, text),
        sections,
        notes: notes(energy, text),
    }
}

fn summary(energy: &Energy, text: &Text) -> Vec<Line> {
    let series = count(energy.series.len());
    if series == 0 {
        return vec![Line::toned(text.report_no_values(), Tone::Warn)];
    }
    let complete = energy.series.iter().filter(|one| one.total.is_complete());
    let complete = count(complete.count());
    let completeness = if complete == series {
        Line::toned(text.report_all_complete(series), Tone::Good)
    } else {
        Line::toned(text.report_some_complete(complete, series), Tone::Warn)
    };
    let mut lines = vec![completeness];
    let corrected: u64 = energy.series.iter().map(|one| one.corrected).sum();
    if corrected > 0 {
        lines.push(Line::plain(text.report_corrected_values(corrected)));
    }
    lines
}

fn overview(energy: &Energy, text: &Text) -> Table {
    let before = energy.span.name_of_before(text);
    let is_year = energy.span.year_before().is_none();
    let mut header = vec![text.report_series(), text.fact_sum(), before];
    if !is_year {
        header.push(text.report_year_before());
    }
    header.extend([text.report_complete(), text.report_peak()]);
    let row = |figures: &Figures| {
        let measure = Measure::of(&figures.key, text);
        // A code in a line of its own: browsers break it at its hyphen.
        let (location, obis) = (&figures.key.location, &figures.key.obis);
        let (name, what) = match (location.as_str(), [obis.as_str(), &measure.name]) {
            ("", [obis, name]) => (obis, vec![name]),
            (location, parts) => (location, parts.to_vec()),
        };
        let what: Vec<&str> = what.into_iter().filter(|part| !part.is_empty()).collect();
        let name = Cell::of(shorten(name, NAME_CHARACTERS));
        let mut row = vec![name.noted(what.join(" · ")), sum(figures, text)];
        row.push(compared(figures, figures.before.as_ref(), text));
        if !is_year {
            row.push(compared(figures, figures.year_before.as_ref(), text));
        }
        row.push(complete(figures, text));
        row.push(peak(figures, text));
        row
    };
    Table {
        header,
        rows: energy.series.iter().map(row).collect(),
    }
}

/// The sum of amounts; of anything else there is none.
fn sum(figures: &Figures, text: &Text) -> Cell {
    let sum = figures.total.sum.filter(|_| figures.is_amount());
    let Some(sum) = sum else {
        return Cell::of("–");
    };
    let shown = text.decimal(sum.mantissa(), sum.scale());
    let cell = Cell::of(with_unit(&shown, figures.unit()));
    match (figures.total.overlapping, figures.total.is_complete()) {
        (1.., _) => cell.noted(text.fact_overlapping()).toned(Tone::Warn),
        (0, false) => cell.noted(text.report_incomplete()).toned(Tone::Warn),
        (0, true) => cell,
    }
}

fn compared(figures: &Figures, with: Option<&crate::series::total::Total>, text: &Text) -> Cell {
    let fitting = with.filter(|_| figures.is_amount());
    let compared = fitting.map_or(Compared::Nothing, |with| Compared::of(&figures.total, with));
    Cell::of(compared.in_words(text))
}

fn complete(figures: &Figures, text: &Text) -> Cell {
    let percent = |permille: u16| with_unit(&text.permille_as_percent(permille), "%");
    let is_complete = figures.total.is_complete();
    let missing = figures.missing().filter(|_| !is_complete);
    let notes = [
        missing.map(|missing| text.report_missing(missing)),
        figures
            .substitute_permille()
            .map(|share| text.report_substitutes(&percent(share))),
    ];
    let notes: Vec<String> = notes.into_iter().flatten().collect();
    let cell = Cell::of(percent(figures.permille())).noted(notes.join(", "));
    cell.toned(if is_complete { Tone::Good } else { Tone::Bad })
}

fn peak(figures: &Figures, text: &Text) -> Cell {
    let Some(peak) = &figures.peak else {
        return Cell::of("–");
    };
    let power = text.decimal(peak.power.mantissa(), peak.power.scale());
    Cell::of(with_unit(&power, figures.unit_of_peak())).noted(when(peak, text))
}

/// The chart of a series and its figures in words.
fn section(figures: &Figures, span: &Span, text: &Text) -> Section {
    let measure = Measure::of(&figures.key, text);
    let name = shorten(&figures.name(), NAME_CHARACTERS);
    let heading = match measure.name.as_str() {
        "" => name.clone(),
        what => format!("{name} · {what}"),
    };
    let mut facts = Vec::new();
    let mut fact = |name: String, cell: Cell| {
        if cell.text != "–" {
            facts.push(Fact {
                name,
                value: cell.text,
                note: cell.note,
                tone: cell.tone,
            });
        }
    };
    fact(text.fact_sum(), sum(figures, text));
    fact(text.report_peak(), peak(figures, text));
    fact(text.report_complete(), complete(figures, text));
    if figures.doubtful > 0 {
        let doubtful = Cell::of(text.count(figures.doubtful));
        fact(text.report_doubtful(), doubtful.toned(Tone::Warn));
    }
    if figures.corrected > 0 {
        fact(
            text.fact_corrected(),
            Cell::of(text.count(figures.corrected)),
        );
    }
    Section {
        heading,
        parts: vec![
            Part::Chart(chart(figures, (&name, span), CHART_HEIGHT, text)),
            Part::Facts(facts),
        ],
    }
}

/// The load profile, with its figures in words.
pub(super) fn chart(
    figures: &Figures,
    (name, span): (&str, &Span),
    height: u32,
    text: &Text,
) -> Chart {
    let frame = Frame {
        title: &format!("{name} · {}", span.name(text)),
        unit: figures.unit(),
        from: figures.within.0,
        to: figures.within.1,
        width: CHART_WIDTH,
        height,
        language: text.language(),
        time_zone: text.time_zone(),
    };
    let sum = sum(figures, text).text;
    let peak = peak(figures, text);
    let share = complete(figures, text).text;
    Chart {
        svg: load_profile(&frame, &figures.points),
        words: text.report_chart_words(name, &sum, &format!("{} {}", peak.text, peak.note), &share),
    }
}

fn notes(energy: &Energy, text: &Text) -> Vec<String> {
    let mut notes = Vec::new();
    let told = count(energy.series.len());
    if told > count(CHARTS_MOST) {
        notes.push(text.report_charts_cut(count(CHARTS_MOST)));
    }
    if energy.left_out > 0 {
        notes.push(text.report_series_cut(told, energy.left_out));
    }
    if energy.values_left_out {
        notes.push(text.report_values_cut());
    }
    if energy.silent > 0 {
        notes.push(text.report_silent(energy.silent));
    }
    if energy.unfit > 0 {
        notes.push(text.report_unfit(energy.unfit));
    }
    notes.extend(energy.unreadable.iter().cloned());
    notes.push(text.report_note_comparison());
    notes
}

fn count(number: usize) -> u64 {
    u64::try_from(number).unwrap_or(u64::MAX)
}

/// A mail with more is slow to open, and nobody looks at them.
pub const CHARTS_MOST: usize = 6;
/// Longer than any location with its OBIS code.
const NAME_CHARACTERS: usize = 60;
/// As wide as mails are.
pub(super) const CHART_WIDTH: u32 = 680;
const CHART_HEIGHT: u32 = 280;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::report::{Period, Template};
    use crate::market::calendar::UtcTime;
    use crate::report::figures::tests::{key, quarters};
    use crate::series::rhythm::Border;
    use crate::series::total::Total;
    use crate::text::Language;

    fn energy(values: &[&str]) -> Energy {
        let today = "2026-11-23".parse().unwrap();
        let span = Span::of(Period::Yesterday, Template::Energy, today).unwrap();
        let within = span.bounds(Border::Midnight);
        let mut figures = Figures::of(
            &key(),
            Border::Midnight,
            &quarters(within.0, values),
            within,
        );
        let before = quarters(UtcTime::from_seconds(0), &["2"; 96]);
        let day = (UtcTime::from_seconds(0), UtcTime::from_seconds(86_400));
        figures.before = Some(Total::of(&before, day.0, day.1));
        Energy {
            name: "werk".to_owned(),
            span,
            series: vec![figures],
            unreadable: Vec::new(),
            silent: 0,
            unfit: 0,
            left_out: 0,
            values_left_out: false,
        }
    }

    fn told(energy: &Energy) -> (Content, Vec<String>) {
        let content = content(energy, &Text::new(Language::De));
        let Some(Part::Table(table)) = content.sections[0].parts.first() else {
            panic!("the overview is a table");
        };
        let row = table.rows[0].iter().map(|cell| cell.text.clone()).collect();
        (content, row)
    }

    #[test]
    fn a_complete_day_is_compared_with_the_one_before() {
        let (content, row) = told(&energy(&["2.2"; 96]));
        assert_eq!(
            row,
            [
                "50120962218",
                "211,2\u{a0}kWh",
                "+10,0\u{a0}%",
                "–",
                "100\u{a0}%",
                "8,8\u{a0}kW"
            ]
        );
        assert_eq!(content.summary[0].tone, Tone::Good);
        assert_eq!(content.charts().count(), 1);
        assert!(content.charts().next().unwrap().words.contains("211,2"));
    }

    #[test]
    fn an_incomplete_day_is_said_to_be_one_and_is_not_compared() {
        let mut values = ["2.2"; 96];
        values[40] = "";
        let (content, row) = told(&energy(&values));
        assert_eq!(
            (row[1].as_str(), row[2].as_str(), row[4].as_str()),
            ("209,0\u{a0}kWh", "unvollständig", "98,9\u{a0}%")
        );
        assert_eq!(content.summary[0].tone, Tone::Warn);
    }

    #[test]
    fn what_found_no_room_is_said() {
        let mut energy = energy(&["1"; 96]);
        energy.left_out = 7;
        energy.values_left_out = true;
        energy.unreadable.push("virtual series: no".to_owned());
        let (content, _) = told(&energy);
        let notes = content.notes.join("\n");
        for part in ["7 weitere", "abgeschnitten", "virtual series: no"] {
            assert!(notes.contains(part), "{part} is not in {notes}");
        }
        energy.series.clear();
        let empty = super::content(&energy, &Text::new(Language::De));
        assert_eq!(
            (empty.summary[0].tone, empty.sections.len()),
            (Tone::Warn, 0)
        );
    }
}
