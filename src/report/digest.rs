//! The Monday digest: what came, what is missing, what was corrected, what needs a person. One
//! screen, in words.

use crate::chart::bars::{Bar, bars};
use crate::chart::{Dress, Frame};
use crate::market::calendar::{Day, UtcTime};
use crate::report::compared::Compared;
use crate::report::content::{Chart, Content, Line, Part, Section, Tone};
use crate::report::energy::{CHART_WIDTH, chart};
use crate::report::figures::whole;
use crate::report::{Figures, Span};
use crate::series::completeness::Completeness;
use crate::series::total::Sum;
use crate::text::{Text, shorten, with_unit};

/// What a digest is made of.
#[derive(Debug)]
pub struct Digest {
    /// The time that it tells of.
    pub span: Span,
    /// What came in that time.
    pub came: Came,
    /// How complete the days of delivery are, as far as their values are due.
    pub days: Vec<(Day, Completeness)>,
    /// How many series that is.
    pub series: u64,
    /// How many of these have gaps.
    pub with_gaps: u64,
    /// What is late now, the longest overdue first.
    pub late: Vec<Late>,
    /// How many series are late.
    pub late_series: u64,
    /// What was corrected in that time, the series with most values first.
    pub corrections: Vec<Correction>,
    /// How many values were corrected in all.
    pub corrected: u64,
    /// What waits for a person.
    pub waiting: Waiting,
    /// The series of the most energy.
    pub main: Option<Figures>,
    /// Some of the figures are of less than all, since there was too much to read.
    pub is_cut: bool,
}

/// What came.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Came {
    /// Mails.
    pub mails: u64,
    /// Messages.
    pub messages: u64,
    /// Values.
    pub values: u64,
    /// Messages that cancel others.
    pub cancellations: u64,
    /// Since when, if mails are taken in only since the end of the period: then all that came since
    /// is counted.
    pub since: Option<UtcTime>,
    /// From whom: name and messages, the most first.
    pub senders: Vec<(String, u64)>,
}

/// Something that is late.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Late {
    /// Location and OBIS code.
    pub series: String,
    /// From whom it should have come; empty for nobody in particular.
    pub partner: String,
    /// How many values.
    pub missing: u64,
    /// When the first of them was due.
    pub since: UtcTime,
}

/// What of a series was corrected.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Correction {
    /// Location and OBIS code.
    pub series: String,
    /// How many values.
    pub values: u64,
    /// By how much in all; `None` where values do not add up, or one is of no number.
    pub difference: Option<Sum>,
    /// Of the difference.
    pub unit: String,
}

/// What waits for a person.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Waiting {
    /// Entries in quarantine.
    pub quarantine: u64,
    /// Mails of ours that were not sent.
    pub unsent: u64,
}

/// What the digest says.
pub fn content(digest: &Digest, text: &Text) -> Content {
    let mut sections = vec![came(digest, text)];
    sections.push(missing(digest, text));
    sections.push(corrected(digest, text));
    sections.push(attention(digest, text));
    sections.extend(main(digest, text));
    let mut notes = vec![text.digest_note()];
    if digest.is_cut {
        notes.push(text.digest_cut());
    }
    Content {
        title: text.digest_title(),
        period: digest.span.name(text),
        summary: vec![verdict(digest, text)],
        sections,
        notes,
    }
}

/// The whole of it in a sentence.
fn verdict(digest: &Digest, text: &Text) -> Line {
    let tasks = digest.late_series + digest.waiting.quarantine + digest.waiting.unsent;
    if tasks > 0 {
        return Line::toned(text.digest_tasks(tasks), Tone::Bad);
    }
    match (digest.series, digest.with_gaps) {
        (0, _) => Line::toned(text.digest_nothing_known(), Tone::Warn),
        (_, 0) => Line::toned(text.digest_all_well(), Tone::Good),
        (_, _) => Line::toned(text.digest_gaps_only(), Tone::Warn),
    }
}

fn came(digest: &Digest, text: &Text) -> Section {
    let Came {
        mails,
        messages,
        values,
        ..
    } = digest.came;
    let mut words = Vec::new();
    match (mails, digest.came.since) {
        (0, None) => words.push(Line::toned(text.digest_no_mail(), Tone::Warn)),
        (0, Some(_)) => {}
        (_, _) => words.push(Line::plain(text.digest_came(mails, messages, values))),
    }
    if let Some(since) = digest.came.since {
        words.push(Line::plain(
            text.digest_since(&text.date_of(since.seconds())),
        ));
    }
    let told: Vec<String> = digest
        .came
        .senders
        .iter()
        .take(SENDERS_MOST)
        .map(|(name, messages)| {
            text.digest_sender(&shorten(name, NAME_CHARACTERS), &text.count(*messages))
        })
        .collect();
    if !told.is_empty() {
        words.push(Line::plain(text.digest_senders(&told.join(", "))));
    }
    Section {
        heading: text.digest_came_title(),
        parts: vec![Part::Words(words)],
    }
}

fn missing(digest: &Digest, text: &Text) -> Section {
    let sum = whole(&digest.days);
    let lacking = sum.expected.saturating_sub(sum.present);
    let share = with_unit(&text.permille_as_percent(sum.permille()), "%");
    let words = match (sum.expected, lacking) {
        (0, _) => Line::plain(text.digest_nothing_due()),
        (_, 0) => Line::toned(text.digest_complete(digest.series), Tone::Good),
        (_, _) => {
            let (gaps, series) = (digest.with_gaps, digest.series);
            Line::toned(text.digest_gaps(gaps, series, lacking, &share), Tone::Warn)
        }
    };
    let mut parts = vec![Part::Words(vec![words.clone()])];
    if sum.expected > 0 {
        parts.push(Part::Chart(completeness(digest, &words.text, text)));
    }
    let late = |late: &Late| {
        let since = text.date_time(late.since.seconds());
        let series = shorten(&late.series, NAME_CHARACTERS);
        let line = if late.partner.is_empty() {
            text.digest_late(&series, late.missing, &since)
        } else {
            let partner = shorten(&late.partner, NAME_CHARACTERS);
            text.digest_late_of(&series, &partner, late.missing, &since)
        };
        Line::toned(line, Tone::Bad)
    };
    let mut lines: Vec<Line> = digest.late.iter().take(LATE_MOST).map(late).collect();
    let told = u64::try_from(lines.len()).unwrap_or(u64::MAX);
    if digest.late_series > told {
        lines.push(Line::plain(
            text.digest_more_late(digest.late_series - told),
        ));
    }
    if !lines.is_empty() {
        parts.push(Part::Words(vec![Line::plain(text.digest_late_title())]));
        parts.push(Part::List(lines));
    }
    Section {
        heading: text.digest_missing_title(),
        parts,
    }
}

/// A bar for each day of delivery.
fn completeness(digest: &Digest, words: &str, text: &Text) -> Chart {
    let title = text.digest_chart();
    let (from, to) = digest.span.bounds(crate::series::rhythm::Border::Midnight);
    let frame = Frame {
        title: &title,
        unit: "",
        from,
        to,
        width: CHART_WIDTH,
        height: BARS_HEIGHT,
        language: text.language(),
        time_zone: text.time_zone(),
    };
    let list: Vec<Bar> = digest
        .days
        .iter()
        .map(|(day, completeness)| Bar {
            label: label(*day, digest.days.len(), text),
            present: completeness.present,
            expected: completeness.expected,
        })
        .collect();
    let days: Vec<String> = list
        .iter()
        .zip(&digest.days)
        .filter(|(_, (_, day))| !day.is_complete())
        .map(|(bar, (_, day))| {
            let share = text.permille_as_percent(day.permille());
            format!("{} {}", bar.label, with_unit(&share, "%"))
        })
        .take(INCOMPLETE_MOST)
        .collect();
    let words = if days.is_empty() {
        format!("{title}. {words}")
    } else {
        format!("{title}. {words} {}", days.join(", "))
    };
    Chart {
        svg: bars(&frame, &list, &words, Dress::Document),
        words,
    }
}

/// `Mo 16.` of a week, `16.` of more.
fn label(day: Day, days: usize, text: &Text) -> String {
    let date = EPOCH.saturating_add(jiff::Span::new().days(day.number()));
    let number = text.chart_day_of_month(&date.day().to_string());
    if days <= 10 {
        format!("{} {number}", text.weekday_short(date))
    } else {
        number
    }
}

fn corrected(digest: &Digest, text: &Text) -> Section {
    let mut words = Vec::new();
    if digest.corrected == 0 {
        words.push(Line::plain(text.digest_uncorrected()));
    } else {
        words.push(Line::plain(text.digest_corrected(digest.corrected)));
    }
    if digest.came.cancellations > 0 {
        let cancellations = text.digest_cancellations(digest.came.cancellations);
        words.push(Line::plain(cancellations));
    }
    let mut parts = vec![Part::Words(words)];
    let line = |one: &Correction| {
        let series = shorten(&one.series, NAME_CHARACTERS);
        let line = match one.difference {
            Some(difference) => {
                let sign = if difference.mantissa() > 0 { "+" } else { "" };
                let number = text.decimal(difference.mantissa(), difference.scale());
                let change = with_unit(&format!("{sign}{number}"), &one.unit);
                text.digest_correction_by(&series, one.values, &change)
            }
            None => text.digest_correction(&series, one.values),
        };
        Line::plain(line)
    };
    let told = digest.corrections.iter().take(CORRECTIONS_MOST);
    let mut lines: Vec<Line> = told.map(line).collect();
    let more = digest.corrections.len().saturating_sub(CORRECTIONS_MOST);
    if more > 0 {
        let more = u64::try_from(more).unwrap_or(u64::MAX);
        lines.push(Line::plain(text.digest_more_corrected(more)));
    }
    if !lines.is_empty() {
        parts.push(Part::List(lines));
    }
    Section {
        heading: text.digest_corrected_title(),
        parts,
    }
}

fn attention(digest: &Digest, text: &Text) -> Section {
    let mut lines = Vec::new();
    let Waiting { quarantine, unsent } = digest.waiting;
    if quarantine > 0 {
        lines.push(Line::toned(text.digest_quarantine(quarantine), Tone::Bad));
    }
    if unsent > 0 {
        lines.push(Line::toned(text.digest_unsent(unsent), Tone::Bad));
    }
    if digest.late_series > 0 {
        let late = text.digest_ask(digest.late_series);
        lines.push(Line::toned(late, Tone::Bad));
    }
    let part = if lines.is_empty() {
        Part::Words(vec![Line::toned(text.digest_no_attention(), Tone::Good)])
    } else {
        Part::List(lines)
    };
    Section {
        heading: text.digest_attention_title(),
        parts: vec![part],
    }
}

/// The chart of the series of the most energy, and how much that was.
fn main(digest: &Digest, text: &Text) -> Option<Section> {
    let figures = digest.main.as_ref()?;
    let sum = figures.total.sum?;
    let name = shorten(&figures.name(), NAME_CHARACTERS);
    let number = text.decimal(sum.mantissa(), sum.scale());
    let amount = with_unit(&number, figures.unit());
    let before = figures.before.as_ref();
    let compared = before.map_or(Compared::Nothing, |before| {
        Compared::of(&figures.total, before)
    });
    let words = match compared {
        Compared::Change(_) => text.digest_main_compared(
            &name,
            &amount,
            &compared.in_words(text),
            &digest.span.name_of_before(text),
        ),
        Compared::Incomplete | Compared::Nothing => text.digest_main(&name, &amount),
    };
    let mut words = vec![Line::plain(words)];
    if !figures.total.is_complete() {
        let share = with_unit(&text.permille_as_percent(figures.permille()), "%");
        words.push(Line::toned(text.digest_main_incomplete(&share), Tone::Warn));
    }
    Some(Section {
        heading: text.digest_main_title(),
        parts: vec![
            Part::Words(words),
            Part::Chart(chart(figures, (&name, &digest.span), LOAD_HEIGHT, text)),
        ],
    })
}

const EPOCH: jiff::civil::Date = jiff::civil::Date::constant(1970, 1, 1);
/// One screen has room for so many.
const SENDERS_MOST: usize = 4;
const LATE_MOST: usize = 5;
const CORRECTIONS_MOST: usize = 4;
/// So many words a screen reader can stand.
const INCOMPLETE_MOST: usize = 7;
const NAME_CHARACTERS: usize = 60;
const BARS_HEIGHT: u32 = 150;
/// With it the digest fits on a page.
const LOAD_HEIGHT: u32 = 190;

#[cfg(test)]
mod tests;
